// Grids by code or name, members, villages, and every departmental grid by code, name or holder.
const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
const entries = [];
const entry = (kind, text, note, go) => entries.push({ kind: kind, text: text, note: note, key: plain(text + " " + note), go: go });

grids.forEach((grid) => entry("kindGrid", grid.name || grid.code, grid.code, () => chooseGrid(grid.index, -1, true)));
members.forEach((member) => entry("kindMember", member.name, member.id, () => showMember(member)));
DATA.villages.name.forEach((name, village) => entry("kindVillage", name, DATA.villages.code[village], () => {
  const here = grids.filter((grid) => grid.village === village);
  if (here.length) fitTo(here.map((grid) => boxBounds(gridBox(grid))).reduce((a, b) => a.extend(b)), 40);
}));
layers.forEach((layer) => layer.data.id.forEach((id, feature) => {
  const name = layer.data.name[feature];
  entry("kindLayer", name || id, [layer.data.title[0], name ? id : "", layer.data.holder[feature]].filter(Boolean).join(" · "), () => flyToSource(layer, feature));
}));

let found = [];
let picked = 0;

function search() {
  const wanted = plain($("search").value);
  found = [];
  if (wanted) {
    const inside = entries.filter((one) => one.key.indexOf(wanted) >= 0);
    const first = inside.filter((one) => one.key.indexOf(wanted) === 0 || plain(one.note).indexOf(wanted) === 0);
    found = first.concat(inside.filter((one) => first.indexOf(one) < 0)).slice(0, 12);
  }
  picked = 0;
  showFound(wanted);
}

function showFound(wanted) {
  const list = $("found");
  list.hidden = !wanted;
  fill(list, found.map((one, i) => h("li", { role: "option", "aria-selected": String(i === picked), onmousedown: (event) => { event.preventDefault(); go(i); } },
    h("span", { class: "badge" }, t(one.kind)), h("span", { class: "strong" }, brief(one.text, 60)), h("span", { class: "quiet" }, brief(one.note, 60)))),
  wanted && !found.length ? h("li", { class: "quiet" }, t("nothing", brief($("search").value, 30))) : null);
}

function go(i) {
  if (!found[i]) return;
  found[i].go();
  $("found").hidden = true;
  $("search").blur();
}

function searchKey(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    picked = Math.max(0, Math.min(found.length - 1, picked + (event.key === "ArrowDown" ? 1 : -1)));
    showFound(true);
    event.preventDefault();
  } else if (event.key === "Enter") go(picked);
  else if (event.key === "Escape") {
    $("found").hidden = true;
    $("search").blur();
  }
}
