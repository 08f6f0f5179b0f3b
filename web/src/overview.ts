// The first tab: figures with their floors, and the work of every grid.
import { bars } from "./bars";
import { type Child, h } from "./dom";
import { isContext, sum, total } from "./plan";
import { DATA, grids, layers, members, rangeText, size, sizeName, sizeUnit, verdict, withheld, workTitle } from "./state";
import { number, t } from "./text";

export function overviewTab(): Child {
  const sized = grids.filter((grid) => grid.type !== "exclusive");
  return [
    h("div", { class: "tiles" },
      tile(t("grids"), number(grids.length), t("gridsUnit"), ""),
      meanTile(sized.map(size)),
      maxMeanTile(sized.map((grid) => grid.load)),
      outsideTile(sized.filter(verdict).length, sized.filter(withheld).length)),
    mergedNote(),
    members.length && DATA.audience !== "public" ? memberTiles() : null,
    appliedNote(),
    h("h3", {}, workTitle()),
    bars()];
}

// With one figure withheld, neither a mean nor a ratio is told: the one could be worked out from the others.
function meanTile(sizes: (number | null)[]) {
  const all = total(sizes);
  if (all === null) return tile(t("meanOf", sizeName()), "–", "", t("withheldNote"));
  return tile(t("meanOf", sizeName()), number(all / Math.max(sizes.length, 1)), sizeUnit(), rangeText());
}

function maxMeanTile(loads: (number | null)[]) {
  const all = total(loads);
  const known = loads.filter((load) => load !== null);
  const ratio = all ? number((Math.max(...known) * known.length) / all, 2) : "–";
  return tile(t("maxMean"), ratio, "", all === null ? t("withheldNote") : floorNote(DATA.figures.max_over_mean_floor));
}

const floorNote = (floor: number | null) => (floor ? t("floorNote", number(floor, 2)) : "");

function outsideTile(outside: number, unknown: number) {
  const note = unknown ? t("besides", number(unknown)) : "";
  return tile(t("outOfRange"), number(outside), t("gridsUnit"), note, outside ? "alert" : unknown ? "" : "good");
}

function mergedNote() {
  const networks = layers.filter((layer) => !isContext(layer));
  if (!networks.length) return null;
  const sources = number(sum(networks.map((layer) => layer.count)));
  const faces = number(DATA.faces.id.length);
  const villages = DATA.villages.code.length;
  return h("p", { class: "lead" }, t("merged", networks.length, sources, faces, number(grids.length), villages));
}

// A map made after a meeting says that it holds what was moved there.
function appliedNote() {
  const moves = DATA.figures.moves;
  return moves ? h("p", { class: "lead" }, t("applied", moves.asked - moves.refused, moves.refused)) : null;
}

function tile(name: string, value: string, unit: string, note: string, kind = "") {
  return h("div", { class: "tile " + kind },
    h("span", { class: "name" }, name),
    h("strong", {}, value, unit ? h("small", {}, " " + unit) : null),
    h("span", { class: "note" }, note || "\u00a0"));
}

function memberTiles() {
  const { mean_load_per_capacity: mean, max_load_per_capacity: most, load_bound: bound } = DATA.figures;
  const ratio = mean ? number((most || 0) / mean, 2) : "–";
  return h("div", { class: "tiles" },
    tile(t("memberTile"), number(members.length), t("people"), ""),
    tile(t("memberLoad"), ratio, "", mean && bound ? floorNote(bound / mean) : ""));
}
