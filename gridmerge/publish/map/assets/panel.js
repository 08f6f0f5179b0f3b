// The panel at the side: overview, layers, what is to be checked.
const TABS = { overview: overviewTab, layers: layersTab };
if (DATA.audience !== "public") TABS.check = checkTab;
if (DATA.audience === "meeting") TABS.edit = () => adjustTab();

function showTabs() {
  fill($("tabs"), Object.keys(TABS).map((name) => h("button", {
    role: "tab", "aria-selected": String(state.tab === name), "data-tab": name, onclick: () => { state.tab = name; showPanel(); },
  }, t(name), name === "edit" && edits.done.length ? h("span", { class: "count" }, netMoves().length) : null)));
}

function showPanel() {
  const scroll = $("tab").scrollTop;
  showTabs();
  barOf = [];
  fill($("tab"), TABS[state.tab]());
  $("tab").scrollTop = scroll;
}

function overviewTab() {
  const sized = grids.filter((grid) => grid.type !== "exclusive");
  const sizes = sized.map(size);
  const outside = sized.filter((grid) => verdict(grid)).length;
  const unknown = sized.filter(withheld).length;
  const floor = DATA.figures.grids && DATA.figures.grids.workload_max_over_mean_floor;
  const networks = layers.filter((layer) => !isContext(layer));
  return [
    h("div", { class: "tiles" },
      tile(t("grids"), number(grids.length), t("gridsUnit"), ""),
      meanTile(sizes),
      maxMeanTile(sized.map((grid) => grid.load), floor),
      tile(t("outOfRange"), number(outside), t("gridsUnit"), unknown ? t("besides", number(unknown)) : "", outside ? "alert" : unknown ? "" : "good")),
    !networks.length ? null : h("p", { class: "lead" }, t("merged", networks.length, number(total(networks.map((layer) => layer.count))), number(DATA.faces.id.length), number(grids.length), DATA.villages.code.length)),
    members.length && DATA.audience !== "public" ? memberTiles() : null,
    appliedNote(),
    h("h3", {}, workTitle()),
    bars()];
}

// With one figure withheld, neither a mean nor a ratio is told: the one could be worked out from the others.
function meanTile(sizes) {
  const sum = total(sizes);
  const note = t("rangeNote", number(DATA.sizes.min), number(DATA.sizes.max), sizeUnit());
  if (sum === null) return tile(t("meanOf", sizeName()), "–", "", t("withheldNote"));
  return tile(t("meanOf", sizeName()), number(sum / Math.max(sizes.length, 1)), sizeUnit(), note);
}

function maxMeanTile(loads, floor) {
  const sum = total(loads);
  const note = sum === null ? t("withheldNote") : floor ? t("floorNote", number(floor, 2)) : "";
  return tile(t("maxMean"), sum ? number((Math.max.apply(null, loads) * loads.length) / sum, 2) : "–", "", note);
}

// A map made after a meeting says that it holds what was moved there.
function appliedNote() {
  const done = DATA.figures.grids && DATA.figures.grids.edits;
  return done ? h("p", { class: "lead" }, t("applied", done.asked - done.refused, done.refused)) : null;
}

function tile(name, value, small, note, kind) {
  return h("div", { class: "tile " + (kind || "") }, h("span", { class: "name" }, name), h("strong", {}, value, small ? h("small", {}, " " + small) : null), h("span", { class: "note" }, note || "\u00a0"));
}

function memberTiles() {
  const figures = DATA.figures.members || {};
  const mean = figures.mean_load_per_capacity;
  return h("div", { class: "tiles" },
    tile(t("memberTile"), number(members.length), language === "zh" ? "人" : "", ""),
    tile(t("memberLoad"), mean ? number(figures.max_load_per_capacity / mean, 2) : "–", "", mean && figures.bound ? t("floorNote", number(figures.bound / mean, 2)) : ""));
}

// Every grid's work as a bar; the band is the range that was asked for.
let barOf = [];
let barScale = 1;
function bars() {
  barScale = Math.max.apply(null, grids.map(size).concat([DATA.sizes.max || 0])) || 1;
  barOf = [];
  // while a grid is being changed, its own village comes first
  const first = state.editing && state.target >= 0 ? grids[state.target].village : -1;
  const order = DATA.villages.name.map((_, village) => village).sort((a, b) => (b === first) - (a === first) || a - b);
  return h("div", { class: "bars", id: "gm-bars" }, order.map((village) => {
    const name = DATA.villages.name[village];
    const here = grids.filter((grid) => grid.village === village);
    return here.length ? h("section", {}, h("h4", {}, brief(name, 40), h("span", {}, sumText(total(here.map(size))))), here.map((grid) => (barOf[grid.index] = bar(grid)))) : null;
  }));
}

// After a click only two bars are new; a village's sum stays what it was.
function renewBars(which) {
  which.forEach((grid) => {
    const fresh = bar(grid);
    barOf[grid.index].replaceWith(fresh);
    barOf[grid.index] = fresh;
  });
}

function bar(grid) {
  const at = (value) => Math.min(100, (100 * value) / barScale) + "%";
  const mark = verdict(grid);
  return h("button", { class: "bar" + (grid.index === state.grid ? " on" : ""), "data-grid": grid.index, "data-code": grid.code, title: brief(grid.name, 80), onclick: () => (state.editing ? setTarget(grid.index) : chooseGrid(grid.index, -1, true)) },
    h("span", { class: "who" }, grid.short),
    h("span", { class: "track" },
      h("i", { class: "band", style: { left: at(DATA.sizes.min), width: at(DATA.sizes.max - DATA.sizes.min) } }),
      !withheld(grid) && Math.abs(grid.was - size(grid)) > 1e-6 ? h("i", { class: "was", style: { left: at(grid.was) }, title: t("was", number(grid.was)) }) : null,
      withheld(grid) ? null : h("i", { class: "value" + (mark > 0 ? " high" : mark < 0 ? " low" : ""), style: { width: at(size(grid)) } })),
    h("span", { class: "amount" }, withheld(grid) && unit < 0 ? t("withheld") : (mark > 0 ? "▲" : mark < 0 ? "▼" : "") + number(size(grid))));
}

function layersTab() {
  const context = layers.filter(isContext);
  const networks = layers.filter((layer) => !isContext(layer));
  const tolerance = Math.max.apply(null, layers.map((layer) => layer.data.tolerance).concat([0]));
  return [
    h("h3", {}, t("colourBy")),
    colourSwitch(),
    h("h3", {}, t("mapLines")),
    tick(t("showVillages"), state.villages, (on) => { state.villages = on; changed("villages"); }),
    tick(t("showLabels"), state.labels, (on) => { state.labels = on; changed("labels"); }),
    tick(t("showFaces"), state.pieces, (on) => { state.pieces = on; changed("pieces"); }),
    layers.length ? h("div", { class: "row narrow" }, h("button", { class: "plain", id: "gm-compare-too", "aria-pressed": String(comparing), onclick: () => { setComparing(!comparing); document.body.classList.remove("gm-panel-open"); showPanel(); } }, t("compare"))) : null,
    context.length ? [h("h3", {}, t("context")), h("div", { class: "networks" }, context.map(layerTick))] : null,
    networks.length ? h("h3", {}, t("networks"),
      h("span", { class: "aside" },
        h("button", { class: "link", onclick: () => { networks.forEach((layer) => state.layers.add(layer.index)); changed("layers"); } }, t("all")),
        h("button", { class: "link", onclick: () => { state.layers.clear(); changed("layers"); } }, t("none")))) : null,
    h("div", { class: "networks" }, networks.map(layerTick)),
    layers.length ? h("p", { class: "quiet" }, t("networksNote", tolerance)) : null];
}

const layerTick = (layer) => tick(brief(title(layer), 60), state.layers.has(layer.index), (on) => {
  if (on) state.layers.add(layer.index);
  else state.layers.delete(layer.index);
  changed("layers");
}, swatch(layer), number(layer.count));

function colourSwitch() {
  const modes = [["work", "byWork"], ["member", "byMember"], ["neighbour", "byNeighbour"], ["department", "byDepartment"]]
    .filter((mode) => (mode[0] !== "member" || members.length) && (mode[0] !== "department" || layers.some((layer) => layer.data.claims.length)));
  return h("div", { class: "switch", role: "group" }, modes.map((mode) => h("button", {
    "aria-pressed": String(state.colour === mode[0]), "data-colour": mode[0], onclick: () => { state.colour = mode[0]; changed("colour"); },
  }, t(mode[1]))));
}

function tick(name, on, change, before, after) {
  const box = h("input", { type: "checkbox", onchange: (event) => change(event.target.checked) });
  box.checked = on;
  return h("label", { class: "tick" }, box, before, h("span", {}, name), after ? h("span", { class: "aside" }, after) : null);
}

function swatch(layer) {
  const style = layerStyle(layer);
  const picture = document.createElementNS(SVG_NS, "svg");
  picture.setAttribute("class", "swatch");
  picture.setAttribute("viewBox", "0 0 30 10");
  const stroke = document.createElementNS(SVG_NS, "path");
  stroke.setAttribute("d", "M0 5H30");
  stroke.setAttribute("stroke", style.color);
  stroke.setAttribute("stroke-width", "3");
  if (style.dashArray) stroke.setAttribute("stroke-dasharray", style.dashArray);
  picture.appendChild(stroke);
  return picture;
}

const shown = {};
function checkTab() {
  const lists = ["error", "warning", "note"].map((severity) => {
    const found = DATA.remarks.filter((remark) => remark[0] === severity);
    return found.length ? h("section", { class: "remarks " + severity }, h("h3", {}, t(severity), h("span", { class: "count" }, trueCount(found))), remarksByLayer(severity, found)) : null;
  });
  if (DATA.unlisted) lists.push(h("p", { class: "quiet" }, t("unlisted", number(DATA.unlisted))));
  return [docketList(), DATA.audience === "platform" && edits.notes.length ? h("section", { class: "notes" }, h("h3", {}, t("notes")), edits.notes.map(noteLine)) : null,
    DATA.remarks.length ? lists : h("p", { class: "lead" }, t("findingsNone"))];
}

// Each department finds its own; what concerns the whole project comes first.
function remarksByLayer(severity, found) {
  const groups = new Map();
  found.forEach((remark) => {
    if (!groups.has(remark[2])) groups.set(remark[2], []);
    groups.get(remark[2]).push(remark);
  });
  const place = (key) => layers.findIndex((layer) => layer.data.key === key);
  return Array.from(groups.keys()).sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1)).map((key) => {
    const group = groups.get(key);
    const id = severity + "/" + key;
    return fold(id, key ? brief(inputTitle(key), 40) : t("wholeProject"), trueCount(group), !key && severity !== "note", remarksByKind(id, group));
  });
}

// Ten alike are told once, by the first of them; the others are behind it.
function remarksByKind(id, group) {
  return Array.from(new Set(group.map((remark) => remark[1]))).map((kind) => {
    const alike = group.filter((remark) => remark[1] === kind);
    if (alike.length === 1) return remarkLine(alike[0]);
    const limit = shown[id + "/" + kind] || 30;
    const hidden = trueCount(alike) - alike.length;
    return fold(id + "/" + kind, brief(alike[0][language === "zh" ? 4 : 5], 90), trueCount(alike), false, [
      alike.slice(0, limit).map(remarkLine),
      alike.length > limit ? h("button", { class: "link", onclick: () => { shown[id + "/" + kind] = limit + 100; showPanel(); } }, t("more", alike.length - limit)) : null,
      hidden ? h("p", { class: "quiet" }, t("moreInTable", number(hidden))) : null]);
  });
}

// How many there are, whether they are listed here or not.
function trueCount(remarks) {
  const keys = Array.from(new Set(remarks.map((remark) => remark[1] + "/" + remark[2])));
  return keys.reduce((sum, key) => sum + (DATA.counts[key] || remarks.filter((remark) => remark[1] + "/" + remark[2] === key).length), 0);
}

// A list under a heading that folds, and stays as it was left.
const folded = new Map();
function fold(id, name, count, open, inside) {
  const box = h("details", { class: "fold" }, h("summary", { onclick: () => folded.set(id, !box.open) }, name, h("span", { class: "count" }, count)), inside);
  box.open = folded.has(id) ? folded.get(id) : open;
  return box;
}

function remarkLine(remark) {
  const placed = remark[6] !== null;
  return h(placed ? "button" : "p", { class: "remark", onclick: placed ? () => flyTo(remark[6], remark[7]) : null }, brief(remark[language === "zh" ? 4 : 5], 400));
}

const pin = L.circleMarker([0, 0], { radius: 11, color: "#c8451b", weight: 3, fillOpacity: 0.12, interactive: false, renderer: paintTop, pane: "gm-top" });
function flyTo(lon, lat, options) {
  const place = L.latLng(lat, lon);
  pin.setLatLng(place).addTo(map);
  document.body.classList.remove("gm-panel-open");
  map.setView(place, Math.max(map.getZoom(), 16), options);
}

function showLegend() {
  const body = $("legend-body");
  fill(body, colourSwitch(), state.colour === "work" ? workLegend() : null, state.colour === "department" ? departmentLegend() : null, h("div", { class: "keys" },
    h("span", { class: "key" }, h("i", { class: "stroke grid" }), t("gridLine")),
    state.villages ? h("span", { class: "key" }, h("i", { class: "stroke village" }), t("villageLine")) : null),
    networkKeys(layers.filter((layer) => state.layers.has(layer.index))));
}

// A few lines are told here; the panel has them all.
const MOST_KEYS = 6;
function networkKeys(on) {
  return [on.slice(0, MOST_KEYS).map((layer) => h("span", { class: "key" }, swatch(layer), brief(title(layer), 24))),
    on.length > MOST_KEYS ? h("button", { class: "link", onclick: () => { state.tab = "layers"; showPanel(); document.body.classList.add("gm-panel-open"); } }, t("more", on.length - MOST_KEYS)) : null];
}

function departmentLegend() {
  const chooser = h("select", { class: "field", id: "gm-department", onchange: (event) => { state.department = Number(event.target.value); changed("colour"); } },
    layers.filter((layer) => layer.data.claims.length).map((layer) => h("option", { value: layer.index }, brief(title(layer), 40))));
  chooser.value = state.department;
  return h("div", {}, chooser,
    h("p", { class: "key" }, h("i", { class: "block nobody", style: { background: PALETTE.nobody } }), t("byDepartmentNone")),
    h("p", { class: "key" }, h("i", { class: "block twice", style: { background: PALETTE.twice } }), t("doubles")));
}

function workLegend() {
  const low = DATA.sizes.min;
  const target = DATA.sizes.target;
  const high = DATA.sizes.max;
  const steps = [low, (low + target) / 2, target, (target + high) / 2, high].map((value) => number(value));
  return h("div", { class: "ramp" },
    h("p", {}, workTitle() + (sizeUnit() ? t("inBrackets", sizeUnit()) : "")),
    h("div", { class: "steps" }, PALETTE.work.map((colour) => h("i", { style: { background: colour } }))),
    h("div", { class: "ends" }, h("span", { class: "low" }, t("below", steps[0])), h("span", {}, steps[2]), h("span", { class: "high" }, t("above", steps[4]))),
    grids.some((grid) => grid.type !== "exclusive" && withheld(grid)) ? h("p", { class: "key" }, h("i", { class: "block", style: { background: PALETTE.withheld } }), t("withheld")) : null,
    grids.some((grid) => grid.type === "exclusive") ? h("p", { class: "key" }, h("i", { class: "block", style: { background: PALETTE.exclusive } }), t("exclusive")) : null);
}
