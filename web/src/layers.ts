// The second tab: what the map shows, and in which colours; and the legend that tells what is on it.
import { setComparing } from "./compare";
import { $, type Child, fill, h } from "./dom";
import { PALETTE } from "./paint";
import { type Network, isContext, sizeSteps } from "./plan";
import { changed, grids, layers, plan, sizeUnit, state, title, withheld, workTitle } from "./state";
import { brief, number, t } from "./text";
import { closePanel, openPanel } from "./view";
import { colourSwitch, link, networkChooser, quiet, swatch, tick } from "./widgets";

// Keys of networks in the legend; the panel has them all.
const MOST_KEYS = 6;

export function layersTab(): Child {
  const context = layers.filter(isContext);
  const networks = layers.filter((layer) => !isContext(layer));
  const tolerance = Math.max(0, ...layers.map((layer) => layer.data.tolerance));
  return [
    h("h3", {}, t("colourBy")),
    colourSwitch(),
    h("h3", {}, t("mapLines")),
    tick(t("showVillages"), state.villages, (on) => { state.villages = on; changed("villages"); }),
    tick(t("showLabels"), state.labels, (on) => { state.labels = on; changed("labels"); }),
    tick(t("showFaces"), state.pieces, (on) => { state.pieces = on; changed("pieces"); }),
    layers.length ? compareToo() : null,
    context.length ? [h("h3", {}, t("context")), h("div", { class: "networks" }, context.map(layerTick))] : null,
    networks.length ? h("h3", {}, t("networks"), allOrNone(networks)) : null,
    h("div", { class: "networks" }, networks.map(layerTick)),
    layers.length ? quiet(t("networksNote", tolerance)) : null];
}

// On a phone the button of the header is hidden.
function compareToo() {
  const compare = () => {
    setComparing(!state.comparing);
    closePanel();
    changed("panel");
  };
  const pressed = String(state.comparing);
  const button = h("button", { class: "plain", id: "gm-compare-too", "aria-pressed": pressed, onclick: compare }, t("compare"));
  return h("div", { class: "row narrow" }, button);
}

function allOrNone(networks: Network[]) {
  const all = () => { networks.forEach((layer) => state.layers.add(layer.index)); changed("layers"); };
  const none = () => { state.layers.clear(); changed("layers"); };
  return h("span", { class: "aside" }, link(t("all"), all), link(t("none"), none));
}

const layerTick = (layer: Network) => tick(brief(title(layer), 60), state.layers.has(layer.index), (on) => {
  if (on) state.layers.add(layer.index);
  else state.layers.delete(layer.index);
  changed("layers");
}, swatch(layer), number(layer.count));

export function showLegend() {
  fill($("legend-body"),
    colourSwitch(),
    state.colour === "work" ? workLegend() : null,
    state.colour === "department" ? departmentLegend() : null,
    h("div", { class: "keys" },
      key(h("i", { class: "stroke grid" }), t("gridLine")),
      state.villages ? key(h("i", { class: "stroke village" }), t("villageLine")) : null),
    networkKeys(layers.filter((layer) => state.layers.has(layer.index))));
}

const key = (...inside: Child[]) => h("span", { class: "key" }, inside);
const block = (kind: string, colour: string, name: string) =>
  h("p", { class: "key" }, h("i", { class: "block" + kind, style: { background: colour } }), name);

function networkKeys(on: Network[]): Child {
  const all = () => { state.tab = "layers"; changed("panel"); openPanel(); };
  return [on.slice(0, MOST_KEYS).map((layer) => key(swatch(layer), brief(title(layer), 24))),
    on.length > MOST_KEYS ? link(t("more", on.length - MOST_KEYS), all) : null];
}

function departmentLegend() {
  const choose = (index: number) => { state.department = index; changed("colour"); };
  return h("div", {},
    networkChooser("gm-department", state.department, choose),
    block(" nobody", PALETTE.nobody, t("byDepartmentNone")),
    block(" twice", PALETTE.twice, t("doubles")));
}

function workLegend() {
  const steps = sizeSteps(plan).map((value) => number(value));
  const hidden = grids.some((grid) => grid.type !== "exclusive" && withheld(grid));
  const exclusive = grids.some((grid) => grid.type === "exclusive");
  return h("div", { class: "ramp" },
    h("p", {}, workTitle() + (sizeUnit() ? t("inBrackets", sizeUnit()) : "")),
    h("div", { class: "steps" }, PALETTE.work.map((colour) => h("i", { style: { background: colour } }))),
    h("div", { class: "ends" },
      h("span", { class: "low" }, t("below", steps[0])),
      h("span", {}, steps[2]),
      h("span", { class: "high" }, t("above", steps[4]))),
    hidden ? block("", PALETTE.withheld, t("withheld")) : null,
    exclusive ? block("", PALETTE.exclusive, t("exclusive")) : null);
}
