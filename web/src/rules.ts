// The rules of moving a piece of land from one grid to another; the build's own `apply_edits` has the same.
import { type Grid, type Plan, reshape } from "./plan";
import { brief, t } from "./text";

export interface Move {
  face: number;
  from: number;
  to: number;
}

// A move as a file has it: by ids.
export interface NamedMove {
  face: string;
  from: string;
  to: string;
}

// In how many pieces faces lie. A bridge may already hold a grid together that is two pieces on the map.
export function pieces(touching: number[][], faces: number[]) {
  const left = new Set(faces);
  let count = 0;
  faces.forEach((first) => {
    if (!left.delete(first)) return;
    count++;
    const open = [first];
    while (open.length) {
      const next = touching[open.pop() as number].filter((face) => left.delete(face));
      open.push(...next);
    }
  });
  return count;
}

// Why a face may not join a grid; "" when it may.
export function refusal(plan: Plan, face: number, to: number) {
  const { data, grids, touching } = plan;
  const from = plan.faceGrid[face];
  const source = grids[from];
  const target = grids[to];
  const zone = data.faces.zone.length ? data.faces.zone[face] : "";
  if (from === to) return t("noSame");
  if (zone || source.type === "exclusive" || target.type === "exclusive") return t("noZone");
  if (source.village !== target.village) {
    return t("noVillage", data.villages.name[source.village], data.villages.name[target.village]);
  }
  if (source.faces.length === 1) return t("noEmpty", source.short);
  const joined = target.faces.concat([face]);
  if (pieces(touching, joined) > pieces(touching, target.faces)) return t("noTouch", target.short);
  const rest = source.faces.filter((other) => other !== face);
  return pieces(touching, rest) > pieces(touching, source.faces) ? t("noSplit", source.short) : "";
}

// Move a face, with its work and area; return the two grids that changed.
export function shift(plan: Plan, face: number, to: number): [Grid, Grid] {
  const source = plan.grids[plan.faceGrid[face]];
  const target = plan.grids[to];
  source.faces.splice(source.faces.indexOf(face), 1);
  target.faces.push(face);
  plan.faceGrid[face] = to;
  carry(plan, source, face, -1);
  carry(plan, target, face, 1);
  return [source, target];
}

function carry(plan: Plan, grid: Grid, face: number, sign: number) {
  const { area, load, work } = plan.data.faces;
  const added = (old: number | null, one: number | null) => (old === null || one === null ? null : old + sign * one);
  grid.area += sign * area[face];
  grid.load = added(grid.load, load[face]);
  grid.work = grid.work.map((old, w) => added(old, work[w][face]));
  reshape(plan, grid);
}

// Where each face that is not where it was has gone, whatever way it took.
export function netMoves(plan: Plan): Move[] {
  const { faces } = plan.data;
  return plan.faceGrid
    .map((grid, face) => ({ face: face, from: faces.grid[face], to: grid }))
    .filter((move) => move.from !== move.to)
    .sort((a, b) => (faces.id[a.face] < faces.id[b.face] ? -1 : 1));
}

export function namedMoves(plan: Plan): NamedMove[] {
  const { faces, grids } = plan.data;
  return netMoves(plan).map((move) => ({ face: faces.id[move.face], from: grids.code[move.from], to: grids.code[move.to] }));
}

// Do what a file asks for, in whatever order makes each move a lawful one; return what was done, and why the rest was not.
export function applyMoves(plan: Plan, moves: Partial<NamedMove>[]) {
  const left: string[] = [];
  const done: Move[] = [];
  let waiting: { face: number; to: number }[] = [];
  moves.forEach((move) => {
    const why = unknownPart(plan, move);
    if (why) left.push(why);
    else waiting.push(numbersOf(plan, move));
  });
  for (let before = -1; waiting.length !== before; ) {
    before = waiting.length;
    waiting = waiting.filter(({ face, to }) => {
      if (refusal(plan, face, to)) return true;
      done.push({ face: face, from: plan.faceGrid[face], to: to });
      shift(plan, face, to);
      return false;
    });
  }
  waiting.forEach(({ face, to }) => left.push(refusal(plan, face, to)));
  return { done: done, left: left };
}

const numbersOf = (plan: Plan, move: Partial<NamedMove>) => ({
  face: plan.data.faces.id.indexOf(move.face as string),
  to: plan.data.grids.code.indexOf(move.to as string),
});

// What of a move this map does not know, in a sentence; "" when it knows all of it.
function unknownPart(plan: Plan, move: Partial<NamedMove>) {
  const { face, to } = numbersOf(plan, move);
  const named = (id: unknown) => brief(String(id), 40);
  if (face < 0) return t("left_face", named(move.face));
  if (to < 0) return t("left_to", named(move.to));
  const now = plan.data.grids.code[plan.faceGrid[face]];
  return now === move.from ? "" : t("left_from", named(move.face), now, named(move.from));
}
