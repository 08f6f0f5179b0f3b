// What the meeting has to settle: the build's own docket (lines in dispute, nobody's land, land claimed twice), then land
// that most departments keep with the neighbouring grid. An item is known by the land it is about, so that a vote finds it
// again in the next build.
import type { LandItem, LineItem, SetAside } from "./payload";
import { type Grid, type Network, type Plan, claimsOf, sum, total } from "./plan";

// Items of a kind that one meeting gets through, as the build has it for its own.
const OPEN = 12;
// Of the departments that claim a piece at all: fewer are no dispute but a preference.
const MAJORITY = 0.5;
// A network that leaves out more than half the town was never meant to cover it.
const PARTIAL = 0.5;

// Land that most departments keep with the neighbouring grid: `count` of the `said` that claim it at all.
export interface Dispute {
  kind: "dispute";
  id: string;
  item?: undefined;
  faces: number[];
  aside: SetAside;
  from: number;
  to: number;
  count: number;
  said: number;
}

export type Item = (LandItem | LineItem | Dispute) & { area: number };

// A network that covers only a share of the town.
export interface Partial {
  layer: Network;
  share: number;
}

export interface Agenda {
  items: Item[];
  partial: Partial[];
}

const areaOf = (plan: Plan, faces: number[]) => sum(faces.map((face) => plan.data.faces.area[face]));
const isPartial = (partial: Partial[], layer: number) => partial.some((one) => one.layer.index === layer);

export function createAgenda(plan: Plan): Agenda {
  const partial = partialNetworks(plan);
  const build = plan.data.docket
    .filter((row) => row.kind !== "gap" || !isPartial(partial, row.layer))
    .map((row) => Object.assign({ area: areaOf(plan, row.faces) }, row));
  const claiming = plan.layers.filter((layer) => layer.data.claims.length && !isPartial(partial, layer.index));
  return { items: [...build, ...disputes(plan, claiming)], partial: partial };
}

function partialNetworks(plan: Plan) {
  const { area } = plan.data.faces;
  const town = sum(area);
  return plan.layers
    .filter((layer) => layer.data.claims.length)
    .map((layer) => {
      const claimed = area.map((one, face) => (claimsOf(layer, face).length ? one : 0));
      return { layer: layer, share: sum(claimed) / town };
    })
    .filter((one) => 1 - one.share > PARTIAL);
}

// A piece is disputed when more departments have it in the same grid as the land next door than as its own unified grid.
function disputes(plan: Plan, claiming: Network[]) {
  const main = plan.grids.map((grid) => claiming.map((layer) => mainSource(plan, layer, grid)));
  const found: Item[] = [];
  plan.faceGrid.forEach((_, face) => {
    const item = dispute(plan, claiming, main, face);
    if (item) found.push(item);
  });
  found.sort((a, b) => b.area - a.area || (a.id < b.id ? -1 : 1));
  if (found.length > OPEN) setAside(plan, found);
  return found;
}

function dispute(plan: Plan, claiming: Network[], main: number[][], face: number): Item | null {
  const { data, grids, faceGrid } = plan;
  const own = faceGrid[face];
  if (grids[own].type === "exclusive" || grids[own].faces.length < 2) return null;
  const mine = claiming.map((layer) => claimsOf(layer, face));
  const said = mine.filter((claims) => claims.length).length;
  const side = (grid: number) => mine.filter((claims, i) => claims.indexOf(main[grid][i]) >= 0).length;
  const next = Array.from(new Set(plan.touching[face].map((one) => faceGrid[one])));
  const rivals = next.filter((grid) => grid !== own && grids[grid].type !== "exclusive");
  const counted = rivals.map((grid) => ({ grid: grid, count: side(grid) }));
  const best = counted.sort((a, b) => b.count - a.count || a.grid - b.grid)[0];
  if (!best || best.count <= MAJORITY * said || best.count <= side(own)) return null;
  return {
    kind: "dispute",
    id: ["dispute", data.grids.code[best.grid], data.faces.id[face]].join("/"),
    faces: [face],
    area: data.faces.area[face],
    from: own,
    to: best.grid,
    count: best.count,
    said: said,
    aside: "",
  };
}

// Of more than a meeting gets through: what has no work on it, and what comes after the first dozen.
function setAside(plan: Plan, items: Item[]) {
  items.filter((item) => isWorkless(plan, item.faces)).forEach((item) => { item.aside = "little_work"; });
  items.filter((item) => !item.aside).slice(OPEN).forEach((item) => { item.aside = "further"; });
}

const isWorkless = (plan: Plan, faces: number[]) =>
  plan.data.works.length > 0 && plan.data.works.every((_, w) => workOn(plan, faces, w) === 0);

// How much of a workload lies on faces.
export const workOn = (plan: Plan, faces: number[], work: number) =>
  total(faces.map((face) => plan.data.faces.work[work][face]));

// The feature of a network that holds most of a grid's land, or -1.
function mainSource(plan: Plan, layer: Network, grid: Grid) {
  const area = new Map<number, number>();
  grid.faces.forEach((face) => claimsOf(layer, face).forEach((feature) =>
    area.set(feature, (area.get(feature) || 0) + plan.data.faces.area[face])));
  return Array.from(area).reduce((best, pair) => (pair[1] > best[1] ? pair : best), [-1, 0])[0];
}

// A department that comes to the table wants its own items: those it stands on a side of, claims twice or leaves out.
export function concerns(item: Item, layer: number) {
  if (layer < 0) return true;
  if (item.kind === "line") return item.a.layers.concat(item.b.layers).indexOf(layer) >= 0;
  return item.kind !== "dispute" && (item.layer === layer || item.layer === -1);
}

// Where the land of an item could go instead: the grid most departments keep it with, or that of either side.
export function ways(plan: Plan, item: Item) {
  const { faceGrid } = plan;
  const beside = item.kind === "line" ? item.a.faces.concat(item.b.faces).map((face) => faceGrid[face]) : [];
  const to = item.kind === "dispute" ? [item.to] : beside;
  return Array.from(new Set(to)).filter((grid) => item.faces.some((face) => faceGrid[face] !== grid));
}

// Piece by piece, in whatever order the rules allow; returns the pieces that cannot go.
export function moveAll(faces: number[], to: number, faceGrid: number[], move: (face: number, to: number) => string) {
  let left = faces.filter((face) => faceGrid[face] !== to);
  for (let before = -1; left.length && left.length !== before; ) {
    before = left.length;
    left = left.filter((face) => move(face, to));
  }
  return left;
}
