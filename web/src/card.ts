// "Who is responsible here"
import { flyToSource, gridsOf, showMember } from "./choose";
import { $, type Child, fill, h } from "./dom";
import { type Grid, type Network, claimsOf } from "./plan";
import { DATA, gridName, grids, layers, members, state, title, unitOf, workName } from "./state";
import { areaParts, brief, number, percent, t } from "./text";
import { link, quiet, verdictMark } from "./widgets";

// Grids of one department that are told by name.
const MOST_SOURCES = 6;
// A share of the grid's land below this is a sliver: not told.
const SLIVER = 0.005;

export function showCard() {
  const card = $("card");
  const grid = grids[state.grid];
  card.hidden = !grid;
  if (!grid) return;
  fill($("card-body"), cardHead(grid), cardNumbers(grid), cardPeople(grid), cardDepartments(grid));
  foldLegendUnder(card);
}

// In large letters the card and the legend would meet on a small projector.
function foldLegendUnder(card: HTMLElement) {
  const a = card.getBoundingClientRect();
  const b = $("legend").getBoundingClientRect();
  if (a.left < b.right && a.top < b.bottom) $("legend").classList.add("folded");
}

function cardHead(grid: Grid) {
  return h("header", { class: "card-head" },
    h("p", { class: "eyebrow" }, t("whoHere")),
    h("h2", {}, gridName(grid, 200)),
    h("p", { class: "code" }, grid.code),
    h("p", { class: "chips" },
      h("span", { class: "chip" }, brief(DATA.villages.name[grid.village], 60)),
      h("span", { class: "chip" }, t(grid.type)),
      verdictMark(grid, "chip ")));
}

function cardNumbers(grid: Grid) {
  const rows: [string, string, string][] = DATA.works.map((name, w) => [workName(name), number(grid.work[w]), unitOf(name)]);
  const [value, unit] = areaParts(grid.area);
  rows.push([t("area"), value, unit]);
  const load = grid.load;
  if (DATA.works.length > 1) {
    rows.push(load === null ? [workName("workload"), t("withheld"), ""] : [workName("workload"), number(load, 2), t("standard")]);
  }
  return h("dl", { class: "numbers" }, rows.map(([name, amount, of]) => {
    const small = of ? h("small", {}, " " + of) : null;
    return h("div", {}, h("dt", {}, brief(name, 40)), h("dd", {}, amount, small));
  }));
}

function cardPeople(grid: Grid) {
  if (!members.length) return quiet(t("noRoster"));
  if (!grid.duties.length) return h("p", { class: "alert" }, t("noMember"));
  return h("ul", { class: "people" }, grid.duties.map((duty) => {
    const member = members[duty.member];
    return h("li", {},
      h("span", { class: "badge " + duty.duty }, t(`duty_${duty.duty}`)),
      h("button", { class: "link strong", onclick: () => showMember(member) }, brief(member.name, 60)),
      member.phone ? h("span", { class: "phone" }, member.phone) : null,
      h("span", { class: "quiet" }, t("held", gridsOf(member).length)));
  }));
}

// At the point clicked, else over the whole grid by share of its land.
function cardDepartments(grid: Grid) {
  const faces = state.face >= 0 ? [state.face] : grid.faces;
  const rows = layers.map((layer) => departmentRow(layer, faces)).filter((row) => row !== null);
  if (!rows.length) return null;
  return h("section", {},
    h("h3", {}, t(state.face >= 0 ? "deptHere" : "deptGrid")),
    h("ul", { class: "departments" }, rows));
}

// The land of each of a department's grids on some faces, the largest first, and what of it none claims.
function claimedLand(layer: Network, faces: number[]) {
  const claimed = new Map<number, number>();
  let whole = 0;
  let unclaimed = 0;
  faces.forEach((face) => {
    const area = DATA.faces.area[face];
    const claims = claimsOf(layer, face);
    whole += area;
    if (!claims.length) unclaimed += area;
    claims.forEach((feature) => claimed.set(feature, (claimed.get(feature) || 0) + area));
  });
  const found = Array.from(claimed).sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return { found: found, whole: whole, unclaimed: unclaimed };
}

function departmentRow(layer: Network, faces: number[]) {
  if (!layer.data.claims.length) return null;
  const { found, whole, unclaimed } = claimedLand(layer, faces);
  const single = faces.length === 1;
  const lines: Child[] = found.slice(0, MOST_SOURCES).map(([feature, area]) =>
    departmentLine(layer, feature, single ? null : area / whole));
  if (found.length > MOST_SOURCES) lines.push(quiet(t("more", found.length - MOST_SOURCES)));
  const bare = unclaimed > 0 && (single || unclaimed / whole > SLIVER);
  if (layer.data.role !== "exclusive" && bare) {
    lines.push(h("p", { class: "gap" }, t("claimNone") + (single ? "" : " " + percent(unclaimed / whole))));
  }
  if (single && found.length > 1) lines.push(h("p", { class: "gap" }, t("claimTwice")));
  if (!lines.length) return null; // no zone of its own here
  return h("li", {}, h("span", { class: "dept" }, brief(title(layer), 40)), h("div", {}, lines));
}

function departmentLine(layer: Network, feature: number, share: number | null) {
  const id = layer.data.id[feature];
  const who = layer.data.holder[feature];
  return h("p", {},
    link(brief(layer.data.name[feature] || id, 60), () => flyToSource(layer, feature), { title: id }),
    who ? h("span", { class: "holder" }, brief(who, 40)) : null,
    share === null || share > 1 - SLIVER ? null : h("span", { class: "quiet" }, percent(share)));
}
