import assert from "node:assert/strict";
import { test } from "node:test";
import { type Item, concerns, createAgenda, moveAll, ways } from "../src/agenda";
import { createPlan } from "../src/plan";
import { network, town } from "./town";

// A network that keeps face 2 with the grid below it, where the plan has it with A.
const AGAINST = [1, 1, 2, 2, 2, 2, 0, 0];
const AGREES = [1, 1, 1, 2, 2, 2, 0, 0];

function agendaOf(...claims: (number | number[])[][]) {
  const data = town();
  data.layers = claims.map((one, i) => network("n" + i, one));
  const plan = createPlan(data);
  return { plan: plan, ...createAgenda(plan) };
}

test("land that most departments keep next door is on the docket", () => {
  const { items } = agendaOf(AGAINST, AGAINST, AGREES);
  assert.deepEqual(items.map((item) => item.id), ["dispute/510311104001002/f2"]);
  const [item] = items;
  assert.ok(item.kind === "dispute");
  assert.deepEqual([item.count, item.said, item.from, item.to], [2, 3, 0, 1]);
});

test("half of the departments make no dispute, nor does agreement", () => {
  assert.deepEqual(agendaOf(AGAINST, AGREES).items, []);
  assert.deepEqual(agendaOf(AGREES, AGREES).items, []);
});

test("a department that claims nothing here is not counted among those that do", () => {
  const silent = [1, 1, 0, 2, 2, 2, 0, 0];
  const [item] = agendaOf(AGAINST, silent, silent).items;
  assert.ok(item.kind === "dispute");
  assert.deepEqual([item.count, item.said], [1, 1]);
});

test("a network that covers less than half the town is partial: its gaps are not listed and it has no say", () => {
  const few = [0, 0, 2, 2, 0, 0, 0, 0];
  const { items, partial } = agendaOf(few, few);
  assert.deepEqual(items, []);
  assert.deepEqual(partial.map((one) => one.share), [0.25, 0.25]);
});

test("gaps of a partial network are left out, those of every department stay", () => {
  const data = town();
  data.layers = [network("n0", [1, 0, 0, 0, 0, 0, 0, 0])];
  const gap = { item: "G1", id: "gap/n0/f1", faces: [1], aside: "" as const, kind: "gap" as const };
  data.docket = [{ ...gap, layer: 0 }, { ...gap, id: "gap//f1", layer: -1 }];
  assert.deepEqual(createAgenda(createPlan(data)).items.map((item) => item.id), ["gap//f1"]);
});

const LINE: Item = {
  kind: "line", id: "line/x", item: "D1", faces: [2], aside: "", long: 100, wide: 20, area: 1,
  a: { layers: [0, 3], faces: [1] }, b: { layers: [1], faces: [5] },
};

test("a department's own items are those it stands on a side of, claims twice or leaves out", () => {
  assert.deepEqual([-1, 0, 1, 2, 3].map((layer) => concerns(LINE, layer)), [true, true, true, false, true]);
  const gap: Item = { kind: "gap", id: "g", item: "G", faces: [0], aside: "", area: 1, layer: 2 };
  assert.deepEqual([-1, 1, 2].map((layer) => concerns(gap, layer)), [true, false, true]);
  assert.equal(concerns({ ...gap, layer: -1 }, 1), true);
});

test("land can go to the grid of either side, unless it is there already", () => {
  const plan = createPlan(town());
  assert.deepEqual(ways(plan, LINE), [1]);
  assert.deepEqual(ways(plan, { ...LINE, b: { layers: [1], faces: [0] } }), []);
});

test("pieces go in whatever order the rules allow, and those that cannot are returned", () => {
  const faceGrid = [0, 0, 0];
  const inOrder = (face: number, to: number) => {
    if (face === 2 || (face === 0 && faceGrid[1] !== to)) return "no";
    faceGrid[face] = to;
    return "";
  };
  assert.deepEqual(moveAll([0, 1, 2], 1, faceGrid, inOrder), [2]);
  assert.deepEqual(faceGrid, [1, 1, 0]);
});
