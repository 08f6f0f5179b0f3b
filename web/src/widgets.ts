// Pieces of the panel that several tabs are made of.
import { type Child, SVG_NS, edited, h } from "./dom";
import { layerStyle } from "./paint";
import type { Grid, Network } from "./plan";
import { type Colour, changed, claiming, members, state, title, verdict } from "./state";
import { type LabelKey, brief, t } from "./text";

export const link = (text: Child, act: () => void, more?: Record<string, string>) =>
  h("button", Object.assign({ class: "link", onclick: act }, more), text);
export const quiet = (...text: Child[]) => h("p", { class: "quiet" }, text);
export const count = (n: Child) => h("span", { class: "count" }, n);

export function tick(name: string, on: boolean, change: (on: boolean) => void, before?: Child, after?: Child) {
  const box = h("input", { type: "checkbox", onchange: (event) => change(edited(event).checked) });
  box.checked = on;
  const aside = after ? h("span", { class: "aside" }, after) : null;
  return h("label", { class: "tick" }, box, before, h("span", {}, name), aside);
}

export function swatch(layer: Network) {
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

const MODES: [Colour, LabelKey][] = [
  ["work", "byWork"], ["member", "byMember"], ["neighbour", "byNeighbour"], ["department", "byDepartment"],
];

export function colourSwitch() {
  const isThere = (mode: Colour) => (mode === "member" ? members.length : mode === "department" ? claiming().length : 1);
  const buttons = MODES.filter(([mode]) => isThere(mode)).map(([mode, label]) => {
    const choose = () => { state.colour = mode; changed("colour"); };
    const pressed = String(state.colour === mode);
    return h("button", { "aria-pressed": pressed, "data-colour": mode, onclick: choose }, t(label));
  });
  return h("div", { class: "switch", role: "group" }, buttons);
}

// A choice among the networks that claim land; `first` stands before them.
export function networkChooser(id: string, chosen: number, choose: (index: number) => void, first?: Child) {
  const options = claiming().map((layer) => h("option", { value: layer.index }, brief(title(layer), 40)));
  const change = (event: Event) => choose(Number(edited(event).value));
  const box = h("select", { class: "field", id: id, onchange: change }, first, options);
  box.value = String(chosen);
  return box;
}

// A list under a heading that folds, and stays as it was left.
const folded = new Map<string, boolean>();
export function fold(id: string, name: Child, size: number, open: boolean, inside: Child) {
  const head = h("summary", { onclick: () => folded.set(id, !box.open) }, name, count(size));
  const box = h("details", { class: "fold" }, head, inside);
  const left = folded.get(id);
  box.open = left === undefined ? open : left;
  return box;
}

// How much of a long list is shown, by its id; "more" shows another hundred.
const shown = new Map<string, number>();
export function longList<T>(id: string, all: T[], most: number, draw: (one: T) => Child): Child[] {
  const limit = shown.get(id) || most;
  const more = () => { shown.set(id, limit + 100); changed("panel"); };
  return [all.slice(0, limit).map(draw), all.length > limit ? link(t("more", all.length - limit), more) : null];
}

export function verdictMark(grid: Grid, chip = "") {
  const mark = verdict(grid);
  if (!mark) return null;
  return h("span", { class: chip + (mark > 0 ? "high" : "low") }, t(mark > 0 ? "tooMany" : "tooFew"));
}
