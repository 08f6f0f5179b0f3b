// The editor's face: a tab, a target, pieces that may join it, bars that follow every click.
const joinable = line(paintTop, "#0b5563", 2.4, { dashArray: "5 5" }).addTo(map);
const joinFill = L.polygon([], { renderer: paintTop, pane: "gm-top", stroke: false, fillColor: "#ffffff", fillOpacity: 0.34, interactive: false, smoothFactor: 0 }).addTo(map);
let candidates = [];
let pinning = false;
let leftOver = [];

function paintCandidates() {
  candidates = [];
  if (state.editing && state.target >= 0) {
    const near = new Set();
    grids[state.target].faces.forEach((face) => touching[face].forEach((next) => { if (faceGrid[next] !== state.target) near.add(next); }));
    candidates = Array.from(near).filter((face) => !refusal(face, state.target));
  }
  const rings = candidates.map((face) => land.latlngs(land.rings[face]));
  joinFill.setLatLngs(rings);
  joinable.setLatLngs(rings.reduce((all, one) => all.concat(one.map((ring) => ring.concat(ring.slice(0, 1)))), []));
}

function setEditing(on) {
  state.editing = on;
  state.target = -1;
  document.body.classList.toggle("gm-editing", on);
  if (on && state.colour !== "work") { state.colour = "work"; changed("colour"); }
  chooseGrid(-1);
  paintPieces();
  changed("target");
  if (on) showMap(t("pickTarget"));
}

// On a phone the panel lies over the map: make way for the finger.
function showMap(hint) {
  document.body.classList.remove("gm-panel-open");
  toast(hint);
}

function setTarget(grid) {
  state.target = grid;
  state.grid = grid;
  state.face = -1;
  $("toast").className = "gm-toast"; // the hint has been followed
  changed("target");
}

function editClick(face) {
  if (face < 0) return;
  if (state.target < 0) return setTarget(faceGrid[face]);
  const why = moveFace(face, state.target);
  toast(why || t("moved", grids[state.target].short), why ? "bad" : "");
}

function adjustTab() {
  return [h("div", { id: "gm-adjust" }, adjustHead()), h("h3", {}, workTitle()), bars()];
}

function adjustHead() {
  return [
    h("div", { class: "row" },
      h("button", { class: "solid" + (state.editing ? " off" : ""), id: "gm-edit-switch", onclick: () => setEditing(!state.editing) }, t(state.editing ? "editStop" : "editStart")),
      toolButton("undo", undo, !edits.done.length),
      toolButton("redo", redo, !edits.undone.length)),
    state.editing ? targetBox() : h("p", { class: "lead" }, t("editHow")),
    changesList(),
    leftOver.length ? h("section", { class: "remarks warning" }, h("h3", {}, t("leftOver")), leftOver.map((why) => h("p", { class: "remark" }, why))) : null,
    notesList(),
    fileRow()];
}

// After a click: the head, and the bars of the grids it touched.
function renewAdjust() {
  if (state.tab !== "edit" || !barOf.length || state.touched.length === grids.length) return showPanel();
  showTabs();
  fill($("adjust"), adjustHead());
  renewBars(state.touched);
  markBar();
}

const toolButton = (name, act, off) => h("button", { class: "plain", id: "gm-" + name, disabled: off, onclick: act }, t(name));

function targetBox() {
  const grid = grids[state.target];
  if (!grid) return h("p", { class: "target empty" }, t("pickTarget"));
  return h("div", { class: "target" },
    h("p", {}, h("span", { class: "quiet" }, t("target") + " "), h("b", {}, brief(grid.name || grid.code, 60)), h("button", { class: "link aside", onclick: () => setTarget(-1) }, t("otherTarget"))),
    h("p", {}, h("b", { class: "big" }, number(size(grid))), " " + sizeUnit() + " ", mark(grid), h("span", { class: "quiet" }, " " + t("rangeNote", number(DATA.sizes.min), number(DATA.sizes.max), sizeUnit()))),
    h("p", { class: "quiet" }, t("candidates", candidates.length)));
}

const mark = (grid) => (verdict(grid) ? h("span", { class: verdict(grid) > 0 ? "high" : "low" }, t(verdict(grid) > 0 ? "tooMany" : "tooFew")) : null);

function changesList() {
  const groups = new Map();
  netMoves().forEach((move) => {
    const key = move.from + ">" + move.to;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(move);
  });
  const unitOfFace = (face) => (unit < 0 ? DATA.faces.area[face] / 1e4 : DATA.faces.work[unit][face]);
  return h("section", { class: "changes" },
    h("h3", {}, t("changes"), edits.done.length ? h("span", { class: "aside" }, h("button", { class: "link", id: "gm-reset", onclick: undoAll }, t("reset"))) : null),
    groups.size ? Array.from(groups.values(), (moves) => h("button", { class: "remark", onclick: () => flyToFaces(moves.map((move) => move.face)) },
      h("b", {}, t("changeLine", gridLabel(moves[0].from), gridLabel(moves[0].to))), " ",
      h("span", { class: "quiet" }, t("changeNote", moves.length, number(total(moves.map((move) => unitOfFace(move.face)))), sizeUnit())))) : h("p", { class: "quiet" }, t("changesNone")));
}

const gridLabel = (grid) => brief(DATA.villages.name[grids[grid].village], 12) + " " + grids[grid].short;
const facesBounds = (faces) => faces.map((face) => boxBounds(land.box(face))).reduce((a, b) => a.extend(b));
const flyToFaces = (faces) => fitTo(facesBounds(faces), 120);

function fileRow() {
  const chooser = h("input", { type: "file", accept: ".json,application/json", id: "gm-edits-file", hidden: true, onchange: (event) => {
    const file = event.target.files[0];
    if (!file) return;
    const reader = new FileReader();
    reader.onload = () => tellLoaded(loadEdits(String(reader.result)));
    reader.readAsText(file);
  } });
  const name = h("input", { class: "field", id: "gm-by", maxlength: "40", "data-t-placeholder": "by", placeholder: t("by"), onchange: (event) => { edits.by = event.target.value; autosave(); } });
  name.value = edits.by;
  return h("div", { class: "row files" }, name,
    h("button", { class: "plain", id: "gm-download", onclick: download }, t("download")),
    h("button", { class: "plain", id: "gm-load", onclick: () => chooser.click() }, t("load")), chooser,
    canStore ? null : h("p", { class: "alert" }, t("noStore")));
}

function tellLoaded(told) {
  if (!told) return toast(t("badFile"), "bad");
  leftOver = (told.other ? [t("otherBase")] : []).concat(told.left);
  toast(told.left.length ? t("loadedSome", told.applied, told.left.length) : t("loaded", told.applied), told.left.length ? "bad" : "");
  showPanel();
}

function download() {
  const url = URL.createObjectURL(new Blob([JSON.stringify(editsFile(), null, 1) + "\n"], { type: "application/json" }));
  const link = h("a", { href: url, download: "edits.json" });
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

// Notes: a pin and a few words, kept with the edits.
const pins = L.layerGroup().addTo(map);
const hasPlace = (note) => note.datum === DATA.basemap.datum; // else it would be shown half a kilometre off
function paintNotes() {
  pins.clearLayers();
  edits.notes.filter(hasPlace).forEach((note) => pins.addLayer(L.circleMarker([note.lat, note.lon], { radius: 9, color: "#ffffff", weight: 2.5, fillColor: "#7a3e9d", fillOpacity: 1, interactive: false, renderer: paintTop, pane: "gm-top" })));
}

function notesList() {
  return h("section", { class: "notes" },
    h("h3", {}, t("notes")),
    edits.notes.map((note, i) => h("div", { class: "remark" },
      noteLine(note, i),
      h("button", { class: "aside link", onclick: () => { edits.notes.splice(i, 1); autosave(); changed("notes"); } }, t("remove")))),
    pinning === true ? h("p", { class: "target empty" }, t("noteWhere")) : pinning ? noteForm(pinning) : h("button", { class: "plain", id: "gm-note", onclick: () => { pinning = true; showPanel(); showMap(t("noteWhere")); } }, t("noteAdd")));
}

const noteLine = (note, i) => h("button", { class: "link", onclick: () => (hasPlace(note) ? flyTo(note.lon, note.lat) : toast(t("elsewhere"), "bad")) }, (i + 1) + ". " + brief(note.text, 300), note.by ? h("span", { class: "quiet" }, " — " + brief(note.by, 40)) : null);

function noteForm(place) {
  const text = h("textarea", { class: "field", id: "gm-note-text", rows: "3", maxlength: "500", placeholder: t("noteText") });
  setTimeout(() => text.focus(), 0);
  return h("div", {}, text, h("div", { class: "row" },
    h("button", { class: "solid", id: "gm-note-save", onclick: () => {
      if (text.value.trim()) edits.notes.push({ lon: Number(place.lng.toFixed(6)), lat: Number(place.lat.toFixed(6)), text: text.value.trim(), by: edits.by, datum: DATA.basemap.datum });
      pinning = false;
      autosave();
      changed("notes");
    } }, t("save")),
    h("button", { class: "plain", onclick: () => { pinning = false; showPanel(); } }, t("cancel"))));
}

let toastTimer = 0;
function toast(text, kind) {
  const box = $("toast");
  box.textContent = text;
  box.className = "gm-toast show " + (kind || "");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.className = "gm-toast"; }, kind === "bad" ? 5000 : 2200);
}
