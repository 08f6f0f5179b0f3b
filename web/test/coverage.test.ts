import assert from "node:assert/strict";
import { test } from "node:test";
import { Coverage, innerPoint } from "../src/coverage";
import { createPlan } from "../src/plan";
import { SIDE, town } from "./town";

const data = town();
const land = () => new Coverage(data.faces, data);

test("an arc that two faces share cancels out, whichever way each runs along it", () => {
  const cover = land();
  const rings = cover.around([0, 1, 3, 4]);
  assert.equal(rings.length, 1);
  assert.equal(rings[0].length, 8);
  assert.deepEqual(cover.boxAround([0, 1, 3, 4]), [0, 0, 2 * SIDE, 2 * SIDE]);
});

test("a hole is a ring of its own, and a point in it lies outside", () => {
  const cover = land();
  const rings = cover.around([0, 1, 2, 3, 5]);
  assert.equal(cover.within(rings, 1.5 * SIDE, 1.5 * SIDE), true);
  assert.equal(cover.within(rings, 1.5 * SIDE, 0.5 * SIDE), false);
});

test("a place is found in its face, and none outside the town", () => {
  const cover = land();
  const at = (x: number, y: number) => cover.at({ lng: data.origin[0] + (x * SIDE) / data.scale, lat: data.origin[1] + (y * SIDE) / data.scale });
  assert.deepEqual([at(0.5, 1.5), at(2.5, 0.5), at(3.5, 1.5), at(4.5, 0.5)], [0, 5, 6, -1]);
});

test("each arc knows the faces on its sides", () => {
  const counts = land().sides().map((side) => side.length);
  assert.equal(counts.filter((count) => count === 2).length, 10);
  assert.equal(counts.filter((count) => count === 1).length, 12);
});

test("a label stands inside its grid, even where the grid bends", () => {
  const bent = town();
  bent.faces.grid = [0, 0, 0, 0, 1, 0, 2, 3]; // a U around face 4
  const plan = createPlan(bent);
  const { inner, rings } = plan.grids[0];
  assert.equal(plan.land.within(rings, inner.x, inner.y), true);
  assert.deepEqual(innerPoint([[5, 6]]), { x: 5, y: 6, width: 0, off: 0 });
});
