// What the meeting has to settle: land that most departments keep with the neighbouring grid, nobody's land and land
// claimed twice, and a vote on each.
const LISTED = 25;
const MAJORITY = 0.5; // of the departments that claim a piece at all: fewer are no dispute but a preference
const PARTIAL = 0.5; // a network that leaves out more than half the town was never meant to cover it
const docket = [];
const partial = [];
const townArea = total(DATA.faces.area);

layers.forEach((layer) => {
  if (!layer.data.claims.length) return;
  const bare = new Set();
  const twice = new Map();
  DATA.faces.id.forEach((_, face) => {
    const claims = claimsOf(layer, face);
    if (!claims.length) bare.add(face);
    if (claims.length > 1) twice.set(face, claims.join(","));
  });
  const bareShare = total(Array.from(bare, (face) => DATA.faces.area[face])) / townArea;
  if (bareShare > PARTIAL) partial.push({ layer: layer, share: 1 - bareShare });
  else clusters(Array.from(bare), () => "").forEach((faces) => docketItem("gap", layer, faces, ""));
  clusters(Array.from(twice.keys()), (face) => twice.get(face)).forEach((faces) => docketItem("double", layer, faces, twice.get(faces[0])));
});
disputes();
docket.sort((a, b) => b.area - a.area || (a.id < b.id ? -1 : 1));

// A piece is disputed when more departments have it in the same grid as the land next door than as its own unified grid.
function disputes() {
  const claiming = layers.filter((layer) => layer.data.claims.length && !partial.some((one) => one.layer === layer));
  const main = grids.map((grid) => claiming.map((layer) => mainSource(layer, grid)));
  DATA.faces.id.forEach((_, face) => {
    const own = faceGrid[face];
    if (grids[own].type === "exclusive" || grids[own].faces.length < 2) return;
    const mine = claiming.map((layer) => claimsOf(layer, face));
    const said = mine.filter((claims) => claims.length).length;
    const side = (grid) => mine.filter((claims, i) => claims.length && claims.indexOf(main[grid][i]) >= 0).length;
    const rivals = Array.from(new Set(touching[face].map((next) => faceGrid[next]))).filter((grid) => grid !== own && grids[grid].type !== "exclusive");
    const best = rivals.map((grid) => ({ grid: grid, count: side(grid) })).sort((a, b) => b.count - a.count || a.grid - b.grid)[0];
    if (best && best.count > MAJORITY * said && best.count > side(own)) docket.push({
      id: ["dispute", DATA.grids.code[best.grid], DATA.faces.id[face]].join("/"), kind: "dispute", faces: [face], area: DATA.faces.area[face],
      from: own, to: best.grid, count: best.count, said: said,
    });
  });
}

// The feature of a layer that holds most of a grid's land, or -1.
function mainSource(layer, grid) {
  const area = new Map();
  grid.faces.forEach((face) => claimsOf(layer, face).forEach((feature) => area.set(feature, (area.get(feature) || 0) + DATA.faces.area[face])));
  return Array.from(area).reduce((best, pair) => (pair[1] > best[1] ? pair : best), [-1, 0])[0];
}

// Faces that hang together and say the same.
function clusters(faces, saying) {
  const left = new Set(faces);
  const out = [];
  faces.forEach((first) => {
    if (!left.delete(first)) return;
    const one = [first];
    for (let i = 0; i < one.length; i++) touching[one[i]].forEach((next) => { if (left.has(next) && saying(next) === saying(first)) { left.delete(next); one.push(next); } });
    out.push(one);
  });
  return out;
}

// An item is known by what it is about, so that a vote finds it again in the next build.
function docketItem(kind, layer, faces, claims) {
  const ids = faces.map((face) => DATA.faces.id[face]).sort();
  docket.push({ id: [kind, layer.data.key, ids[0]].join("/"), kind: kind, layer: layer, faces: faces, claims: claims, area: total(faces.map((face) => DATA.faces.area[face])) });
}

function docketText(item) {
  const where = villagesOf(item.faces);
  if (item.kind === "dispute") return t("disputeOf", where, grids[item.from].short, areaText(item.area), item.count, item.said, grids[item.to].short);
  if (item.kind === "gap") return t("gapOf", brief(title(item.layer), 40), where, areaText(item.area));
  const names = item.claims.split(",").map((feature) => brief(item.layer.data.name[feature] || item.layer.data.id[feature], 30));
  return t("doubleOf", brief(title(item.layer), 40), where, areaText(item.area), names.join(" / "));
}

const villagesOf = (faces) => brief(Array.from(new Set(faces.map((face) => DATA.villages.name[DATA.faces.village[face]]))).join("、"), 40);

const docketShape = L.polygon([], { renderer: paintTop, pane: "gm-top", color: "#c8451b", weight: 3.5, fillColor: "#ffffff", fillOpacity: 0.5, interactive: false, smoothFactor: 0 }).addTo(map);
let docketOpen = "";
function openItem(item) {
  docketOpen = docketOpen === item.id ? "" : item.id;
  docketShape.setLatLngs(docketOpen ? land.latlngs(land.around(item.faces)) : []);
  if (docketOpen) {
    if (item.layer) state.layers.add(item.layer.index);
    changed("layers");
    fitTo(facesBounds(item.faces), 220);
  } else showPanel();
}

const KINDS = [["dispute", "disputed"], ["gap", "gaps"], ["double", "doubles"]];
function docketList() {
  return h("section", { class: "docket" },
    h("h3", {}, t("docket"), h("span", { class: "count" }, docket.length)),
    docket.length ? KINDS.map((kind) => docketFold(kind[0], kind[1])) : h("p", { class: "quiet" }, t("docketNone")),
    partial.map((one) => h("p", { class: "quiet" }, t("partial", brief(title(one.layer), 40), percent(one.share)))));
}

// One fold is open to begin with, or all when there is little in them.
const docketKind = (KINDS.filter((kind) => docket.some((item) => item.kind === kind[0]))[0] || [""])[0];

function docketFold(kind, name) {
  const items = docket.filter((item) => item.kind === kind);
  if (!items.length) return null;
  const limit = shown[kind] || LISTED;
  return fold("docket/" + kind, t(name), items.length, docket.length <= LISTED || kind === docketKind, [
    items.slice(0, limit).map((item) => h("div", { class: "item" + (item.id === docketOpen ? " on" : "") },
      h("button", { class: "remark", "data-item": item.id, onclick: () => openItem(item) }, docketText(item), voteBadge(item)),
      item.id === docketOpen && DATA.audience === "meeting" ? voteRow(item) : null)),
    items.length > limit ? h("button", { class: "link", onclick: () => { shown[kind] = limit + 100; showPanel(); } }, t("more", items.length - limit)) : null]);
}

function voteBadge(item) {
  const vote = edits.votes[item.id];
  return vote ? h("span", { class: "count" }, t("yes") + vote.yes + " " + t("no") + vote.no) : null;
}

function voteRow(item) {
  const vote = edits.votes[item.id] || { yes: 0, no: 0, abstain: 0 };
  const move = item.kind === "dispute" && faceGrid[item.faces[0]] !== item.to;
  return h("div", { class: "row votes" }, move ? h("button", { class: "plain", "data-move": item.id, onclick: () => {
    const why = moveFace(item.faces[0], item.to);
    toast(why || t("moved", grids[item.to].short), why ? "bad" : "");
    showPanel();
  } }, t("moveTo", grids[item.to].short)) : null, h("span", { class: "quiet" }, t("voteFor")), ["yes", "no", "abstain"].map((what) => {
    const box = h("input", { class: "field", type: "number", min: "0", max: "999", "data-vote": what, onchange: (event) => {
      vote[what] = Math.max(0, event.target.value | 0);
      edits.votes[item.id] = vote;
      autosave();
      showPanel();
    } });
    box.value = vote[what];
    return h("label", {}, t(what) + " ", box);
  }));
}
