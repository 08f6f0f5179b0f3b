import assert from "node:assert/strict";
import { test } from "node:test";
import { createPlan } from "../src/plan";
import { applyMoves, netMoves, pieces, refusal, shift } from "../src/rules";
import { t } from "../src/text";
import { town } from "./town";

const plan = () => createPlan(town());

test("faces that share only a corner or a village line do not touch", () => {
  const { touching } = plan();
  assert.deepEqual(touching[0].slice().sort(), [1, 3]);
  assert.deepEqual(touching[2].slice().sort(), [1, 5]);
  assert.deepEqual(touching[6], [7]);
});

test("a face in the middle splits its grid, one at the end does not", () => {
  assert.equal(refusal(plan(), 1, 1), t("noSplit", "001"));
  assert.equal(refusal(plan(), 0, 1), "");
  assert.equal(refusal(plan(), 2, 1), "");
});

test("no grid crosses a village line, and the reason names both villages", () => {
  const why = refusal(plan(), 2, 2);
  assert.equal(why, t("noVillage", "西村", "东村"));
});

test("an exclusive grid neither gives nor takes", () => {
  assert.equal(refusal(plan(), 7, 2), t("noZone"));
  assert.equal(refusal(plan(), 6, 3), t("noZone"));
});

test("a face in its own grid, and the last face of a grid, stay", () => {
  assert.equal(refusal(plan(), 0, 0), t("noSame"));
  const data = town();
  data.faces.zone = [];
  data.grids.type[3] = "comprehensive";
  assert.equal(refusal(createPlan(data), 6, 3), t("noEmpty", "001"));
});

test("land that does not touch the target is refused", () => {
  const data = town();
  data.faces.grid = [0, 0, 0, 1, 0, 0, 2, 3]; // 3 alone is grid B; 2 lies apart from it
  assert.equal(refusal(createPlan(data), 2, 1), t("noTouch", "002"));
});

test("a grid that a bridge holds together may be two pieces, but not three", () => {
  const data = town();
  data.faces.grid = [0, 1, 0, 1, 1, 0, 2, 3]; // A: 0 | 2, 5
  const bridged = createPlan(data);
  assert.equal(pieces(bridged.touching, bridged.grids[0].faces), 2);
  assert.equal(refusal(bridged, 5, 1), "");
  assert.equal(refusal(bridged, 4, 0), t("noSplit", "002"), "1 and 3 would be left apart");
});

test("a move carries area and work, and only the two grids change", () => {
  const moved = plan();
  shift(moved, 0, 1);
  assert.deepEqual(moved.grids.map((grid) => grid.work[0]), [50, 160, 70, 80]);
  assert.deepEqual(moved.grids.map((grid) => grid.area), [2e4, 4e4, 1e4, 1e4]);
  assert.equal(moved.grids[0].was, 60);
});

test("moves are net: there and back again is no move, two steps are one", () => {
  const moved = plan();
  shift(moved, 0, 1);
  shift(moved, 0, 0);
  assert.deepEqual(netMoves(moved), []);
  shift(moved, 5, 0);
  shift(moved, 0, 1);
  assert.deepEqual(netMoves(moved), [{ face: 0, from: 0, to: 1 }, { face: 5, from: 1, to: 0 }]);
});

test("a file's moves are made in whatever order is lawful", () => {
  const [a, b] = town().grids.code;
  const made = plan();
  const moves = ["f1", "f0"].map((face) => ({ face: face, from: a, to: b }));
  assert.deepEqual(applyMoves(made, moves).left, []);
  assert.deepEqual(made.faceGrid.slice(0, 3), [1, 1, 0]);
});

test("what of a file does not fit is told with its reason and changes nothing", () => {
  const [a, b, c] = town().grids.code;
  const made = plan();
  const { done, left } = applyMoves(made, [
    { face: "gone", from: a, to: b }, { face: "f0", from: a, to: "9" }, { face: "f0", from: b, to: a }, { face: "f2", from: a, to: c }, {},
  ]);
  assert.deepEqual(done, []);
  assert.deepEqual(netMoves(made), []);
  assert.equal(left.length, 5);
  assert.equal(left[0], t("left_face", "gone"));
  assert.equal(left[1], t("left_to", "9"));
  assert.equal(left[2], t("left_from", "f0", a, b));
});
