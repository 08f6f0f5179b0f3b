// "Who is responsible here"
function showCard() {
  const card = $("card");
  const grid = grids[state.grid];
  card.hidden = !grid;
  if (grid) fill($("card-body"), cardHead(grid), cardNumbers(grid), cardPeople(grid), cardDepartments(grid));
  if (grid) foldLegendUnder(card);
}

// In large letters the card and the legend would meet on a small projector.
function foldLegendUnder(card) {
  const a = card.getBoundingClientRect();
  const b = $("legend").getBoundingClientRect();
  if (a.left < b.right && a.top < b.bottom) $("legend").classList.add("folded");
}

function cardHead(grid) {
  const mark = verdict(grid);
  return h("header", { class: "card-head" },
    h("p", { class: "eyebrow" }, t("whoHere")),
    h("h2", {}, brief(grid.name || grid.code, 200)),
    h("p", { class: "code" }, grid.code),
    h("p", { class: "chips" },
      h("span", { class: "chip" }, brief(DATA.villages.name[grid.village], 60)),
      h("span", { class: "chip" }, t(grid.type)),
      mark ? h("span", { class: "chip " + (mark > 0 ? "high" : "low") }, t(mark > 0 ? "tooMany" : "tooFew")) : null));
}

function cardNumbers(grid) {
  const rows = DATA.works.map((name, w) => [workName(name), number(grid.work[w]), unitOf(name)]);
  rows.push([t("area"), ...areaParts(grid.area)]);
  if (DATA.works.length > 1) rows.push([workName("workload"), ...(grid.load === null ? [t("withheld"), ""] : [number(grid.load, 2), t("standard")])]);
  return h("dl", { class: "numbers" }, rows.map((row) => h("div", {}, h("dt", {}, brief(row[0], 40)), h("dd", {}, row[1], row[2] ? h("small", {}, " " + row[2]) : null))));
}

function cardPeople(grid) {
  if (!members.length) return h("p", { class: "quiet" }, t("noRoster"));
  if (!grid.duties.length) return h("p", { class: "alert" }, t("noMember"));
  return h("ul", { class: "people" }, grid.duties.map((duty) => {
    const member = members[duty.member];
    return h("li", {},
      h("span", { class: "badge " + duty.duty }, t("duty_" + duty.duty)),
      h("button", { class: "link strong", onclick: () => showMember(member) }, brief(member.name, 60)),
      member.phone ? h("span", { class: "phone" }, member.phone) : null,
      h("span", { class: "quiet" }, t("held", new Set(member.duties.map((d) => d.grid)).size)));
  }));
}

// At the point clicked, else over the whole grid by share of its land.
function cardDepartments(grid) {
  const faces = state.face >= 0 ? [state.face] : grid.faces;
  const rows = layers.map((layer) => departmentRow(layer, faces)).filter(Boolean);
  if (!rows.length) return null;
  return h("section", {},
    h("h3", {}, t(state.face >= 0 ? "deptHere" : "deptGrid")),
    h("ul", { class: "departments" }, rows));
}

function departmentRow(layer, faces) {
  if (!layer.data.claims.length) return null;
  const land_of = new Map();
  let whole = 0;
  let unclaimed = 0;
  faces.forEach((face) => {
    const area = DATA.faces.area[face];
    const claims = claimsOf(layer, face);
    whole += area;
    if (!claims.length) unclaimed += area;
    claims.forEach((feature) => land_of.set(feature, (land_of.get(feature) || 0) + area));
  });
  const found = Array.from(land_of).sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const single = faces.length === 1;
  const lines = found.slice(0, 6).map((pair) => departmentLine(layer, pair[0], single ? null : pair[1] / whole));
  if (found.length > 6) lines.push(h("p", { class: "quiet" }, t("more", found.length - 6)));
  if (layer.data.role !== "exclusive" && unclaimed > 0 && (single || unclaimed / whole > 0.005)) lines.push(h("p", { class: "gap" }, t("claimNone") + (single ? "" : " " + percent(unclaimed / whole))));
  if (single && found.length > 1) lines.push(h("p", { class: "gap" }, t("claimTwice")));
  if (!lines.length) return null; // no zone of its own here
  return h("li", {}, h("span", { class: "dept" }, brief(title(layer), 40)), h("div", {}, lines));
}

const title = (layer) => layer.data.title[language === "zh" ? 0 : 1];
const percent = (share) => (share > 0 && share < 0.01 ? "<1%" : Math.round(share * 100) + "%");

function departmentLine(layer, feature, share) {
  const id = layer.data.id[feature];
  const name = layer.data.name[feature];
  const who = layer.data.holder[feature];
  return h("p", {},
    h("button", { class: "link", onclick: () => flyToSource(layer, feature), title: id }, brief(name || id, 60)),
    who ? h("span", { class: "holder" }, brief(who, 40)) : null,
    share === null || share > 0.995 ? null : h("span", { class: "quiet" }, percent(share)));
}

function chooseGrid(index, face, fly) {
  state.grid = index;
  state.face = face === undefined ? -1 : face;
  changed("choice");
  if (fly && index >= 0) fitTo(boxBounds(gridBox(grids[index])), 60);
}

// What the open card hides of the map, as [right, bottom] in pixels.
function hidden() {
  const card = $("card");
  if (card.hidden) return [0, 0];
  const box = card.getBoundingClientRect();
  return box.left <= 1 ? [0, box.height] : [box.width + 16, 0];
}

function fitTo(bounds, most) {
  document.body.classList.remove("gm-panel-open"); // on a phone the panel lies over what shall be seen
  const lost = hidden();
  const area = map.getSize();
  const pad = Math.min(most, (area.x - lost[0]) / 4, (area.y - lost[1]) / 4);
  map.fitBounds(bounds, { paddingTopLeft: [pad, pad], paddingBottomRight: [pad + lost[0], pad + lost[1]], maxZoom: 17 });
}

// Bring a place out from under the card, with its whole grid where that has room.
function keepInSight(place, grid) {
  const lost = hidden();
  const area = map.getSize();
  const edge = [60, 60, area.x - lost[0] - 60, area.y - lost[1] - 60];
  const box = grid ? gridBox(grid) : null;
  const at = map.latLngToContainerPoint(place);
  const corners = box ? [map.latLngToContainerPoint(latlng(box[0], box[3])), map.latLngToContainerPoint(latlng(box[2], box[1]))] : [at, at];
  const fits = corners[1].x - corners[0].x <= edge[2] - edge[0] && corners[1].y - corners[0].y <= edge[3] - edge[1];
  const [a, b] = fits ? corners : [at, at];
  const by = (low, high, from, to) => (low < from ? low - from : high > to ? high - to : 0);
  map.panBy([by(a.x, b.x, edge[0], edge[2]), by(a.y, b.y, edge[1], edge[3])]);
}

function flyToSource(layer, feature) {
  state.layers.add(layer.index);
  changed("layers");
  fitTo(boxBounds(new Coverage(layer.data).box(feature)), 60);
}

function showMember(member) {
  const held = Array.from(new Set(member.duties.map((duty) => duty.grid)));
  if (!held.length) return;
  state.colour = "member";
  changed("colour");
  chooseGrid(held[0]);
  fitTo(held.map((grid) => boxBounds(gridBox(grids[grid]))).reduce((a, b) => a.extend(b)), 60);
}
