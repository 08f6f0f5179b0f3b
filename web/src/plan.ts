// The plan as the page holds it: grids, members and networks as objects, and which face lies in which grid. Only
// `faceGrid` and what follows from it change in a meeting; all else stays as the file has it. No browser is needed here.
import { type Box, Coverage, type Ring, type Spot } from "./coverage";
import { type Row, rows } from "./data";
import type { Duties, Duty, GridType, Layer, MapPayload } from "./payload";

export type DutyRow = Row<Duties>;

export interface Grid {
  index: number;
  code: string;
  short: string;
  name: string;
  type: GridType;
  village: number;
  area: number;
  load: number | null;
  work: (number | null)[];
  was: number | null;
  faces: number[];
  duties: DutyRow[];
  rings: Ring[];
  inner: Spot;
}

export interface Member {
  index: number;
  id: string;
  name: string;
  phone: string;
  duties: DutyRow[];
}

export interface Network {
  index: number;
  data: Layer;
  count: number;
}

export interface Plan {
  data: MapPayload;
  land: Coverage;
  sides: number[][];
  faceGrid: number[];
  grids: Grid[];
  members: Member[];
  layers: Network[];
  // which faces of the same village share a line with each
  touching: number[][];
  // the workload that sizes a grid, as a number in `works`; -1: none of them does
  unit: number;
}

// As people read them on the card; who works day by day comes first in HOLDS.
const LISTED_FIRST: Duty[] = ["leader", "full_time", "part_time", "stand_in", "adviser", "other"];
const HOLDS_FIRST: Duty[] = ["full_time", "part_time", "stand_in", "leader", "adviser", "other"];
const byRank = (order: Duty[]) => (a: DutyRow, b: DutyRow) => order.indexOf(a.duty) - order.indexOf(b.duty);
const NO_SPOT: Spot = { x: 0, y: 0, width: 0, off: 0 };

export function createPlan(data: MapPayload): Plan {
  const land = new Coverage(data.faces, data);
  const sides = land.sides();
  const plan: Plan = {
    data: data,
    land: land,
    sides: sides,
    faceGrid: data.faces.grid.slice(),
    grids: data.grids.code.map((_, index) => gridOf(data, index)),
    members: rows(data.members).map((member, index) => ({
      index: index, id: member.member_id, name: member.name, phone: member.phone, duties: [],
    })),
    layers: data.layers.map((layer, index) => ({ index: index, data: layer, count: layer.id.length })),
    touching: touchingFaces(data, sides),
    unit: data.works.indexOf(data.sizes.unit || ""),
  };
  plan.faceGrid.forEach((grid, face) => plan.grids[grid].faces.push(face));
  rows(data.duties).forEach((row) => {
    plan.grids[row.grid].duties.push(row);
    plan.members[row.member].duties.push(row);
  });
  plan.grids.forEach((grid) => {
    grid.duties.sort(byRank(LISTED_FIRST));
    grid.was = sizeOf(plan, grid);
    reshape(plan, grid);
  });
  return plan;
}

function gridOf(data: MapPayload, index: number): Grid {
  const code = data.grids.code[index];
  return {
    index: index,
    code: code,
    short: code.length > 3 ? code.slice(-3) : code,
    name: data.grids.name[index],
    type: data.grids.type[index],
    village: data.grids.village[index],
    area: data.grids.area[index],
    load: data.grids.load[index],
    work: data.works.map((_, w) => data.grids.work[w][index]),
    was: null,
    faces: [],
    duties: [],
    rings: [],
    inner: NO_SPOT,
  };
}

function touchingFaces(data: MapPayload, sides: number[][]) {
  const touching: number[][] = data.faces.id.map(() => []);
  sides.forEach((pair) => {
    if (pair.length < 2 || data.faces.village[pair[0]] !== data.faces.village[pair[1]]) return;
    touching[pair[0]].push(pair[1]);
    touching[pair[1]].push(pair[0]);
  });
  return touching;
}

export function reshape(plan: Plan, grid: Grid) {
  grid.rings = plan.land.around(grid.faces);
  grid.inner = plan.land.spot(grid.rings);
}

export const gridBox = (plan: Plan, grid: Grid): Box => plan.land.boxAround(grid.faces);

export function sizeOf(plan: Plan, grid: Grid) {
  if (plan.unit >= 0) return grid.work[plan.unit];
  return plan.data.sizes.unit === "area_ha" ? grid.area / 1e4 : grid.load;
}

// The size of a face, in the unit that grids are measured in.
export function faceSize(plan: Plan, face: number) {
  return plan.unit < 0 ? plan.data.faces.area[face] / 1e4 : plan.data.faces.work[plan.unit][face];
}

// A size that is withheld is not nought: it has no colour, no mark and no bar, and no sum holds it.
export const isWithheld = (plan: Plan, grid: Grid) => sizeOf(plan, grid) === null;

export const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);

// The sum of what is known, or null when any of it is withheld.
export function total(list: (number | null)[]): number | null {
  const known = list.filter((one): one is number => one !== null);
  return known.length < list.length ? null : sum(known);
}

// 1 too large, -1 too small, 0 in range or not to be judged.
export function verdictOf(plan: Plan, grid: Grid) {
  const size = sizeOf(plan, grid);
  if (grid.type === "exclusive" || size === null) return 0;
  const { min, max } = plan.data.sizes;
  if (max !== null && size > max) return 1;
  return min !== null && size < min ? -1 : 0;
}

// Which of the six classes of colour a size falls in: below the minimum, four between, above the maximum.
export function workClass(plan: Plan, grid: Grid) {
  const value = sizeOf(plan, grid) || 0;
  const steps = sizeSteps(plan);
  let step = 0;
  while (step < steps.length && (step === 0 ? value >= steps[0] : value > steps[step])) step++;
  return step;
}

export function sizeSteps(plan: Plan) {
  const { min, target, max } = plan.data.sizes;
  const [low, middle, high] = [min || 0, target || 0, max || 0];
  return [low, (low + middle) / 2, middle, (middle + high) / 2, high];
}

// Who holds the grid day by day: the full-time member, else the next one there is.
export function holderOf(plan: Plan, grid: Grid) {
  const found = grid.duties.slice().sort(byRank(HOLDS_FIRST))[0];
  return found ? plan.members[found.member] : null;
}

// Rivers, roads: lines nobody is responsible for, shown to find one's way.
export const isContext = (layer: Network) => layer.data.role === "barrier";

// Which features of a network claim a face: [] nobody, [one], or several.
export function claimsOf(layer: Network, face: number) {
  const claim = layer.data.claims.length ? layer.data.claims[face] : 0;
  const claims = Array.isArray(claim) ? claim : claim ? [claim] : [];
  return claims.map((feature) => feature - 1);
}
