// Grids by code or name, members, villages, every departmental grid by code, name, holder or department, and addresses.
const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
const entries = [];
const entry = (kind, text, note, go, more) => entries.push({ kind: kind, text: text, note: note, key: plain(text + " " + note + " " + (more || "")), go: go, long: plain(text).length });

grids.forEach((grid) => entry("kindGrid", grid.name || grid.code, grid.code, () => chooseGrid(grid.index, -1, true)));
members.forEach((member) => entry("kindMember", member.name, member.id, () => showMember(member)));
DATA.villages.name.forEach((name, village) => entry("kindVillage", name, DATA.villages.code[village], () => {
  const here = grids.filter((grid) => grid.village === village);
  if (here.length) fitTo(here.map((grid) => boxBounds(gridBox(grid))).reduce((a, b) => a.extend(b)), 40);
}));
layers.forEach((layer) => layer.data.id.forEach((id, feature) => {
  const name = layer.data.name[feature];
  entry("kindLayer", name || id, [title(layer), name ? id : "", layer.data.holder[feature]].filter(Boolean).join(" · "), () => flyToSource(layer, feature), layer.data.title.concat(layer.data.key).join(" "));
}));

// Addresses are many: they are unpacked when somebody first looks for something.
let unpacked = false;
function unpackAddresses() {
  if (unpacked) return;
  unpacked = true;
  let text = "";
  let x = 0;
  let y = 0;
  DATA.addresses.rest.forEach((rest, i) => {
    text = text.slice(0, DATA.addresses.shared[i]) + rest;
    x += DATA.addresses.at[2 * i];
    y += DATA.addresses.at[2 * i + 1];
    const place = latlng(x, y);
    entry("kindAddress", text, "", () => goToAddress(place));
  });
}

// Who is responsible at an address: its grid, and the place marked.
function goToAddress(place) {
  const face = land.at(place);
  if (face >= 0) chooseGrid(faceGrid[face], face);
  flyTo(place.lng, place.lat, { animate: false }); // or the next line would measure a map in flight
  keepInSight(place);
}

const MOST_FOUND = 12;
const FAIR = 5; // of a kind, before the others have had theirs
let found = [];
let picked = 0;

function search() {
  const wanted = plain($("search").value);
  found = [];
  if (wanted) {
    unpackAddresses();
    // a name that begins so, then one that holds it, then a code or holder; and no kind crowds out the others
    const ranked = [[], [], []];
    entries.forEach((one) => {
      const at = one.key.indexOf(wanted);
      if (at >= 0) ranked[at === 0 || plain(one.note).indexOf(wanted) === 0 ? 0 : at < one.long ? 1 : 2].push(one);
    });
    const all = ranked[0].concat(ranked[1], ranked[2]);
    const of = {};
    const fair = all.filter((one) => (of[one.kind] = (of[one.kind] || 0) + 1) <= FAIR);
    found = fair.concat(all.length > fair.length && fair.length < MOST_FOUND ? all.filter((one) => fair.indexOf(one) < 0) : []).slice(0, MOST_FOUND);
  }
  picked = 0;
  showFound(wanted);
}

function showFound(wanted) {
  const list = $("found");
  list.hidden = !wanted;
  fill(list, found.map((one, i) => h("li", { role: "option", "aria-selected": String(i === picked), onmousedown: (event) => { event.preventDefault(); go(i); } },
    h("span", { class: "badge" }, t(one.kind)), h("span", { class: "strong" }, brief(one.text, 60)), h("span", { class: "quiet" }, brief(one.note, 60)))),
  wanted && !found.length ? h("li", { class: "quiet" }, t("nothing", brief($("search").value, 30)) + (DATA.addresses.coarse ? " " + t("coarse") : "")) : null);
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
