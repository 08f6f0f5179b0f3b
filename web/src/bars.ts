// Every grid's work as a bar; the band is the range that was asked for.
import { chooseGrid, setTarget } from "./choose";
import { h } from "./dom";
import { type Grid, total } from "./plan";
import { DATA, grids, size, state, sumText, unit, verdict, withheld } from "./state";
import { brief, number, t } from "./text";

let barOf: HTMLElement[] = [];
let scale = 1;

export function bars() {
  const sizes = grids.map((grid) => size(grid) || 0);
  scale = Math.max(DATA.sizes.max || 0, ...sizes) || 1;
  barOf = [];
  // while a grid is being changed, its own village comes first
  const first = state.editing && state.target >= 0 ? grids[state.target].village : -1;
  const order = DATA.villages.name.map((_, village) => village);
  order.sort((a, b) => Number(b === first) - Number(a === first) || a - b);
  return h("div", { class: "bars", id: "gm-bars" }, order.map(villageBars));
}

function villageBars(village: number) {
  const here = grids.filter((grid) => grid.village === village);
  if (!here.length) return null;
  const head = h("h4", {}, brief(DATA.villages.name[village], 40), h("span", {}, sumText(total(here.map(size)))));
  return h("section", {}, head, here.map((grid) => (barOf[grid.index] = bar(grid))));
}

export const hasBars = () => barOf.length > 0;
export function forgetBars() {
  barOf = [];
}

// After a click only two bars are new; a village's sum stays what it was.
export function renewBars(which: Grid[]) {
  which.forEach((grid) => {
    const fresh = bar(grid);
    barOf[grid.index].replaceWith(fresh);
    barOf[grid.index] = fresh;
  });
}

export function markBar() {
  document.querySelectorAll(".bar").forEach((element) =>
    element.classList.toggle("on", Number(element.getAttribute("data-grid")) === state.grid));
}

const along = (value: number) => Math.min(100, (100 * value) / scale) + "%";

function bar(grid: Grid) {
  const choose = () => (state.editing ? setTarget(grid.index) : chooseGrid(grid.index, -1, true));
  const on = grid.index === state.grid ? " on" : "";
  const attributes = { class: "bar" + on, "data-grid": grid.index, "data-code": grid.code, title: brief(grid.name, 80) };
  return h("button", Object.assign({ onclick: choose }, attributes),
    h("span", { class: "who" }, grid.short),
    h("span", { class: "track" }, track(grid)),
    h("span", { class: "amount" }, amount(grid)));
}

function track(grid: Grid) {
  const [low, high] = [DATA.sizes.min || 0, DATA.sizes.max || 0];
  const now = size(grid);
  const band = h("i", { class: "band", style: { left: along(low), width: along(high - low) } });
  if (now === null) return [band];
  const was = grid.was;
  const moved = was !== null && Math.abs(was - now) > 1e-6;
  const mark = verdict(grid);
  const kind = mark > 0 ? " high" : mark < 0 ? " low" : "";
  return [
    band,
    moved ? h("i", { class: "was", style: { left: along(was) }, title: t("was", number(was)) }) : null,
    h("i", { class: "value" + kind, style: { width: along(now) } })];
}

function amount(grid: Grid) {
  if (withheld(grid) && unit < 0) return t("withheld");
  const mark = verdict(grid);
  return (mark > 0 ? "▲" : mark < 0 ? "▼" : "") + number(size(grid));
}
