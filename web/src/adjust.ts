// The editor's face: a tab, a target, pieces that may join it, bars that follow every click.
import { bars, hasBars, markBar, renewBars } from "./bars";
import { chooseGrid, setTarget } from "./choose";
import { $, type Child, edited, fill, h } from "./dom";
import type { Loaded } from "./edits";
import { grouped } from "./group";
import { load, moveFace, redo, undo, undoAll } from "./moves";
import { notesList } from "./notes";
import { area, line, paintPieces, paintTop } from "./paint";
import { type Grid, faceSize, total } from "./plan";
import { type Move, netMoves, refusal } from "./rules";
import {
  DATA, autosave, canStore, changed, currentFile, edits, faceGrid, facesBounds, gridName, grids, land, plan, rangeText, size,
  sizeUnit, state, touching, workTitle,
} from "./state";
import { brief, number, t } from "./text";
import { toast } from "./toast";
import { closePanel, fitTo } from "./view";
import { link, quiet, verdictMark } from "./widgets";

const joinLine = line(paintTop, "#0b5563", 2.4, { dashArray: "5 5" }).addTo(map);
const joinFill = area(paintTop, { stroke: false, fillColor: "#ffffff", fillOpacity: 0.34 }).addTo(map);
let candidates: number[] = [];
let leftOver: string[] = [];

export function paintCandidates() {
  candidates = state.editing && state.target >= 0 ? joinable(state.target) : [];
  const rings = candidates.map((face) => land.latlngs(land.rings[face]));
  joinFill.setLatLngs(rings);
  const closed = rings.map((some) => some.map((ring) => ring.concat(ring.slice(0, 1))));
  joinLine.setLatLngs(closed.reduce((all, some) => all.concat(some), []));
}

// The faces beside a grid that the rules let it have.
function joinable(target: number) {
  const near = new Set<number>();
  grids[target].faces.forEach((face) => touching[face].forEach((next) => {
    if (faceGrid[next] !== target) near.add(next);
  }));
  return Array.from(near).filter((face) => !refusal(plan, face, target));
}

function setEditing(on: boolean) {
  state.editing = on;
  state.target = -1;
  document.body.classList.toggle("gm-editing", on);
  if (on && state.colour !== "work") {
    state.colour = "work";
    changed("colour");
  }
  chooseGrid(-1);
  paintPieces();
  changed("target");
  if (!on) return;
  closePanel(); // on a phone it lies over the map: make way for the finger
  toast(t("pickTarget"));
}

export function editClick(face: number) {
  if (face < 0) return;
  if (state.target < 0) {
    setTarget(faceGrid[face]);
    return;
  }
  const why = moveFace(face, state.target);
  toast(why || t("moved", grids[state.target].short), why !== "");
}

export function adjustTab(): Child {
  return [h("div", { id: "gm-adjust" }, adjustHead()), h("h3", {}, workTitle()), bars()];
}

function adjustHead(): Child {
  const switched = { class: "solid" + (state.editing ? " off" : ""), id: "gm-edit-switch", onclick: () => setEditing(!state.editing) };
  return [
    h("div", { class: "row" },
      h("button", switched, t(state.editing ? "editStop" : "editStart")),
      toolButton("undo", undo, !edits.done.length),
      toolButton("redo", redo, !edits.undone.length)),
    state.editing ? targetBox() : h("p", { class: "lead" }, t("editHow")),
    changesList(),
    leftOver.length ? leftOverList() : null,
    notesList(),
    fileRow()];
}

// After a click only the head and the bars of the grids it touched are new; whether that was enough.
export function renewAdjust() {
  if (state.tab !== "edit" || !hasBars() || state.touched.length === grids.length) return false;
  fill($("adjust"), adjustHead());
  renewBars(state.touched);
  markBar();
  return true;
}

const toolButton = (name: "undo" | "redo", act: () => void, off: boolean) =>
  h("button", { class: "plain", id: "gm-" + name, disabled: off, onclick: act }, t(name));

const leftOverList = () => h("section", { class: "remarks warning" },
  h("h3", {}, t("leftOver")), leftOver.map((why) => h("p", { class: "remark" }, why)));

function targetBox() {
  const grid: Grid | undefined = grids[state.target];
  if (!grid) return h("p", { class: "target empty" }, t("pickTarget"));
  const other = h("button", { class: "link aside", onclick: () => setTarget(-1) }, t("otherTarget"));
  return h("div", { class: "target" },
    h("p", {}, h("span", { class: "quiet" }, t("target") + " "), h("b", {}, gridName(grid, 60)), other),
    h("p", {},
      h("b", { class: "big" }, number(size(grid))), " " + sizeUnit() + " ",
      verdictMark(grid), h("span", { class: "quiet" }, " " + rangeText())),
    quiet(t("candidates", candidates.length)));
}

function changesList() {
  const groups = Array.from(grouped(netMoves(plan), (move) => move.from + ">" + move.to).values());
  const reset = edits.done.length ? h("span", { class: "aside" }, link(t("reset"), undoAll, { id: "gm-reset" })) : null;
  return h("section", { class: "changes" },
    h("h3", {}, t("changes"), reset),
    groups.length ? groups.map(changeLine) : quiet(t("changesNone")));
}

const gridLabel = (grid: number) => brief(DATA.villages.name[grids[grid].village], 12) + " " + grids[grid].short;

function changeLine(moves: Move[]) {
  const faces = moves.map((move) => move.face);
  const amount = number(total(faces.map((face) => faceSize(plan, face))));
  return h("button", { class: "remark", onclick: () => fitTo(facesBounds(faces), 120) },
    h("b", {}, t("changeLine", gridLabel(moves[0].from), gridLabel(moves[0].to))), " ",
    h("span", { class: "quiet" }, t("changeNote", moves.length, amount, sizeUnit())));
}

function fileRow() {
  const named = (event: Event) => { edits.by = edited(event).value; autosave(); };
  const words = { maxlength: "40", "data-t-placeholder": "by", placeholder: t("by") };
  const name = h("input", Object.assign({ class: "field", id: "gm-by", onchange: named }, words));
  name.value = edits.by;
  const chooser = fileChooser();
  return h("div", { class: "row files" }, name,
    h("button", { class: "plain", id: "gm-download", onclick: download }, t("download")),
    h("button", { class: "plain", id: "gm-load", onclick: () => chooser.click() }, t("load")), chooser,
    canStore() ? null : h("p", { class: "alert" }, t("noStore")));
}

function fileChooser() {
  const read = (event: Event) => {
    const file = (edited(event).files as FileList)[0];
    if (!file) return;
    const reader = new FileReader();
    reader.onload = () => tellLoaded(load(String(reader.result)));
    reader.readAsText(file);
  };
  const kinds = { type: "file", accept: ".json,application/json", id: "gm-edits-file", hidden: true };
  return h("input", Object.assign({ onchange: read }, kinds));
}

function tellLoaded(told: Loaded | null) {
  if (!told) {
    toast(t("badFile"), true);
    return;
  }
  leftOver = (told.other ? [t("otherBase")] : []).concat(told.left);
  const some = told.left.length > 0;
  toast(some ? t("loadedSome", told.applied, told.left.length) : t("loaded", told.applied), some);
  changed("panel");
}

function download() {
  const text = JSON.stringify(currentFile(), null, 1) + "\n";
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const anchor = h("a", { href: url, download: "edits.json" });
  document.body.appendChild(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
