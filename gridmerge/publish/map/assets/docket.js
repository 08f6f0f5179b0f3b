// What the meeting has to settle: the build's own docket (lines in dispute, nobody's land, land claimed twice), then land
// that most departments keep with the neighbouring grid; and a vote on each. An item is known by the land it is about, so
// that a vote finds it again in the next build.
const LISTED = 25;
const OPEN = 12; // items of a kind that one meeting gets through, as the build has it for its own
const MAJORITY = 0.5; // of the departments that claim a piece at all: fewer are no dispute but a preference
const PARTIAL = 0.5; // a network that leaves out more than half the town was never meant to cover it
const docket = [];
const partial = [];
const townArea = total(DATA.faces.area);

layers.forEach((layer) => {
  if (!layer.data.claims.length) return;
  const bare = total(DATA.faces.id.map((_, face) => (claimsOf(layer, face).length ? 0 : DATA.faces.area[face]))) / townArea;
  if (bare > PARTIAL) partial.push({ layer: layer, share: 1 - bare });
});
DATA.docket.forEach((row) => {
  if (row.kind === "gap" && partial.some((one) => one.layer.index === row.layer)) return;
  docket.push(Object.assign({ area: total(row.faces.map((face) => DATA.faces.area[face])) }, row));
});
disputes();

// A piece is disputed when more departments have it in the same grid as the land next door than as its own unified grid.
function disputes() {
  const claiming = layers.filter((layer) => layer.data.claims.length && !partial.some((one) => one.layer === layer));
  const main = grids.map((grid) => claiming.map((layer) => mainSource(layer, grid)));
  const out = [];
  DATA.faces.id.forEach((_, face) => {
    const own = faceGrid[face];
    if (grids[own].type === "exclusive" || grids[own].faces.length < 2) return;
    const mine = claiming.map((layer) => claimsOf(layer, face));
    const said = mine.filter((claims) => claims.length).length;
    const side = (grid) => mine.filter((claims, i) => claims.length && claims.indexOf(main[grid][i]) >= 0).length;
    const rivals = Array.from(new Set(touching[face].map((next) => faceGrid[next]))).filter((grid) => grid !== own && grids[grid].type !== "exclusive");
    const best = rivals.map((grid) => ({ grid: grid, count: side(grid) })).sort((a, b) => b.count - a.count || a.grid - b.grid)[0];
    if (best && best.count > MAJORITY * said && best.count > side(own)) out.push({
      id: ["dispute", DATA.grids.code[best.grid], DATA.faces.id[face]].join("/"), kind: "dispute", faces: [face], area: DATA.faces.area[face],
      from: own, to: best.grid, count: best.count, said: said, aside: "",
    });
  });
  out.sort((a, b) => b.area - a.area || (a.id < b.id ? -1 : 1));
  if (out.length > OPEN) setAside(out);
  out.forEach((item) => docket.push(item));
}

// Of more than a meeting gets through: what has no work on it, and what comes after the first dozen.
function setAside(items) {
  items.filter((item) => workless(item.faces)).forEach((item) => { item.aside = "little_work"; });
  items.filter((item) => !item.aside).slice(OPEN).forEach((item) => { item.aside = "further"; });
}

function workless(faces) {
  return DATA.works.length > 0 && DATA.works.every((_, w) => total(faces.map((face) => DATA.faces.work[w][face])) === 0);
}

// The feature of a layer that holds most of a grid's land, or -1.
function mainSource(layer, grid) {
  const area = new Map();
  grid.faces.forEach((face) => claimsOf(layer, face).forEach((feature) => area.set(feature, (area.get(feature) || 0) + DATA.faces.area[face])));
  return Array.from(area).reduce((best, pair) => (pair[1] > best[1] ? pair : best), [-1, 0])[0];
}

const layerTitle = (index) => (index < 0 ? t("everyDepartment") : brief(title(layers[index]), 40));

// What it is and where, in a line; what lies on it, in another.
function docketText(item) {
  const where = villagesOf(item.faces);
  if (item.kind === "dispute") return t("disputeOf", where, grids[item.from].short, areaText(item.area), item.count, item.said, grids[item.to].short);
  if (item.kind === "line") return t("lineOf", where, areaText(item.area), number(item.long), number(item.wide), item.a[0].length, item.b[0].length);
  if (item.kind === "gap") return t(item.layer < 0 ? "gapOfAll" : "gapOf", layerTitle(item.layer), where, areaText(item.area));
  const layer = layers[item.layer];
  const names = claimsOf(layer, item.faces[0]).map((feature) => brief(layer.data.name[feature] || layer.data.id[feature], 30));
  return t("doubleOf", layerTitle(item.layer), where, areaText(item.area), names.join(" / "));
}

function atStake(item) {
  const sums = DATA.works.map((name, w) => [workName(name), total(item.faces.map((face) => DATA.faces.work[w][face])), unitOf(name)]);
  const some = sums.filter((sum) => sum[1] > 0).map((sum) => sum[0] + " " + number(sum[1]) + (language === "zh" ? sum[2] : ""));
  return some.length ? t("atStake", some.join(language === "zh" ? "、" : ", ")) : DATA.works.length ? t("nothingAtStake") : "";
}

const villagesOf = (faces) => brief(Array.from(new Set(faces.map((face) => DATA.villages.name[DATA.faces.village[face]]))).join("、"), 40);

const docketShape = L.polygon([], { renderer: paintTop, pane: "gm-top", color: "#c8451b", weight: 3.5, fillColor: "#ffffff", fillOpacity: 0.5, interactive: false, smoothFactor: 0 }).addTo(map);
let docketOpen = "";
let docketAdded = [];
function openItem(item) {
  docketOpen = docketOpen === item.id ? "" : item.id;
  docketShape.setLatLngs(docketOpen ? land.latlngs(land.around(item.faces)) : []);
  docketAdded.forEach((index) => state.layers.delete(index)); // the lines that the item before had put on the map
  const wanted = !docketOpen ? [] : item.kind === "line" ? [item.a[0][0], item.b[0][0]] : item.layer >= 0 ? [item.layer] : [];
  state.sides.clear();
  if (item.kind === "line") wanted.forEach((index, side) => state.sides.set(index, side)); // told apart whatever their own colours
  docketAdded = wanted.filter((index) => layers[index] && !state.layers.has(index));
  docketAdded.forEach((index) => state.layers.add(index));
  changed("layers");
  if (docketOpen) fitTo(facesBounds(item.faces), 220);
}

// Which side a strip lies on: a sign on the land at either side of it.
function sideWords(rem) {
  const item = docket.filter((one) => one.id === docketOpen)[0];
  if (!item || item.kind !== "line") return [];
  return ["a", "b"].map((side) => {
    const inner = innerPoint(land.around(item[side][1]).map((ring) => land.points(ring)));
    return { x: inner.x, y: inner.y, room: Infinity, forced: true, rank: 10, lines: [t("side_" + side)], size: rem * 1.5, weight: "700", ink: "#a3320f", halo: "rgba(255,255,255,.95)" };
  });
}

function sideRow(item, side) {
  const names = item[side][0].map(layerTitle);
  const to = Array.from(new Set(item[side][1].map((face) => faceGrid[face])));
  return h("p", { class: "side" }, h("b", { class: "side-sign" }, t("side_" + side)),
    h("span", {}, t("sideOf", names.length, to.map((grid) => grids[grid].short).join("、"), t("side_" + side)), " ", h("span", { class: "quiet" }, names.join(language === "zh" ? "、" : ", "))));
}

const KINDS = [["line", "lines"], ["dispute", "disputed"], ["gap", "gaps"], ["double", "doubles"]];
// A department that comes to the table wants its own items: those it stands on a side of, claims twice or leaves out.
let docketOf = -1;
const concerns = (item) => docketOf < 0 || item.layer === docketOf || item.layer === -1 || (item.kind === "line" && item.a[0].concat(item.b[0]).indexOf(docketOf) >= 0);

function docketFilter() {
  const box = h("select", { class: "field", id: "gm-docket-of", "aria-label": t("docketOf"), onchange: (event) => { docketOf = Number(event.target.value); showPanel(); } },
    h("option", { value: -1 }, t("docketOf")), layers.filter((layer) => layer.data.claims.length).map((layer) => h("option", { value: layer.index }, brief(title(layer), 40))));
  box.value = docketOf;
  return box;
}

function docketList() {
  return h("section", { class: "docket" },
    h("h3", {}, t("docket"), h("span", { class: "count" }, docket.filter((item) => concerns(item) && !item.aside).length)),
    docket.length ? [docketFilter(), KINDS.map((kind) => docketFold(kind[0], kind[1])), asideFold()] : h("p", { class: "quiet" }, t("docketNone")),
    partial.map((one) => h("p", { class: "quiet" }, t("partial", brief(title(one.layer), 40), percent(one.share)))));
}

// One fold is open to begin with, or all when there is little in them.
const opened = docket.filter((item) => !item.aside);
const docketKind = (KINDS.filter((kind) => opened.some((item) => item.kind === kind[0]))[0] || [""])[0];

function docketFold(kind, name) {
  const items = docket.filter((item) => item.kind === kind && !item.aside && concerns(item));
  if (!items.length) return null;
  return fold("docket/" + kind, t(name), items.length, opened.length <= LISTED || kind === docketKind, itemList(items, kind));
}

// What no meeting need open: counted by why, and listed for who asks.
function asideFold() {
  const items = docket.filter((item) => item.aside && concerns(item));
  if (!items.length) return null;
  const whys = ["village_line", "narrow", "little_work", "further"].map((why) => [why, items.filter((item) => item.aside === why)]).filter((pair) => pair[1].length);
  return fold("docket/aside", t("aside"), items.length, false, whys.map((pair) =>
    fold("docket/aside/" + pair[0], t("aside_" + pair[0]), pair[1].length, false, itemList(pair[1], "aside/" + pair[0]))));
}

function itemList(items, kind) {
  const limit = shown[kind] || LISTED;
  return [
    items.slice(0, limit).map((item) => h("div", { class: "item" + (item.id === docketOpen ? " on" : "") },
      h("button", { class: "remark", "data-item": item.id, onclick: () => openItem(item) },
        h("span", {}, item.item ? h("b", { class: "item-number" }, item.item) : null, docketText(item), h("span", { class: "quiet stake" }, atStake(item))), voteBadge(item)),
      item.id === docketOpen ? h("div", { class: "open-item" },
        item.kind === "line" ? [["a", "b"].map((side) => sideRow(item, side)), ways(item).length ? null : h("p", { class: "quiet" }, t("sameGrid", grids[faceGrid[item.faces[0]]].short))] : null,
        DATA.audience === "meeting" ? voteRow(item) : null) : null)),
    items.length > limit ? h("button", { class: "link", onclick: () => { shown[kind] = limit + 100; showPanel(); } }, t("more", items.length - limit)) : null];
}

function voteBadge(item) {
  const vote = edits.votes[item.id];
  return vote ? h("span", { class: "count voted" }, t("votedAs", vote.yes, vote.no, vote.abstain)) : null;
}

// Where the land of an item could go instead: the grid most departments keep it with, or that of either side.
function ways(item) {
  const to = item.kind === "dispute" ? [item.to] : item.kind === "line" ? item.a[1].concat(item.b[1]).map((face) => faceGrid[face]) : [];
  return Array.from(new Set(to)).filter((grid) => item.faces.some((face) => faceGrid[face] !== grid));
}

// Piece by piece, in whatever order the rules allow; the reason of the first that cannot go.
function moveAll(faces, to) {
  let left = faces.filter((face) => faceGrid[face] !== to);
  for (let before = -1; left.length && left.length !== before; ) {
    before = left.length;
    left = left.filter((face) => moveFace(face, to));
  }
  return left.length ? refusal(left[0], to) : "";
}

function voteRow(item) {
  const vote = edits.votes[item.id] || { yes: 0, no: 0, abstain: 0 };
  return h("div", { class: "row votes" }, ways(item).map((to) => h("button", { class: "plain", "data-move": item.id, "data-to": DATA.grids.code[to], onclick: () => {
    const why = moveAll(item.faces, to);
    toast(why || t("moved", grids[to].short), why ? "bad" : "");
    showPanel();
  } }, t("moveTo", grids[to].short))), h("span", { class: "quiet" }, t("voteFor")), ["yes", "no", "abstain"].map((what) => {
    const box = h("input", { class: "field", type: "number", min: "0", max: "999", "data-vote": what, onchange: (event) => {
      vote[what] = Math.min(999, Math.max(0, event.target.value | 0));
      edits.votes[item.id] = vote;
      autosave();
      showPanel();
    } });
    box.value = vote[what];
    return h("label", {}, t(what) + " ", box);
  }));
}
