import assert from "node:assert/strict";
import { test } from "node:test";
import { createPlan, isWithheld, sizeOf, sum, total, verdictOf } from "../src/plan";
import { number } from "../src/text";
import { publicTown, town } from "./town";

test("a size that is withheld is neither low nor high, and is not nought", () => {
  const plan = createPlan(publicTown());
  assert.deepEqual(plan.grids.map((grid) => isWithheld(plan, grid)), [true, false, false, false]);
  assert.deepEqual(plan.grids.map((grid) => verdictOf(plan, grid)), [0, 1, 0, 0]);
  assert.equal(sizeOf(plan, plan.grids[0]), null);
});

test("no sum is told that holds a withheld figure", () => {
  assert.equal(total([1, null, 2]), null);
  assert.equal(total([null]), null);
  assert.equal(total([1, 0, 2]), 3);
  assert.equal(total([]), 0);
  assert.equal(sum([]), 0);
});

test("a withheld count is written as below five, nought as nought", () => {
  assert.equal(number(null), "<5");
  assert.equal(number(0), "0");
  assert.equal(number(1234567), "1,234,567");
  assert.equal(number(-1234.5), "-1,235");
  assert.equal(number(2.25), "2.3");
  assert.equal(number(12.5, 2), "12.50");
});

test("without a workload grids are measured by their land, or by the work made of several", () => {
  const data = town();
  data.sizes.unit = "area_ha";
  const plan = createPlan(data);
  assert.deepEqual(plan.grids.map((grid) => sizeOf(plan, grid)), [3, 3, 1, 1]);
  data.sizes.unit = null;
  const worked = createPlan(data);
  assert.deepEqual(worked.grids.map((grid) => sizeOf(worked, grid)), [60, 150, 70, 80]);
});

test("an exclusive grid is not judged by its size", () => {
  const data = town();
  data.sizes.max = 1;
  const plan = createPlan(data);
  assert.deepEqual(plan.grids.map((grid) => verdictOf(plan, grid)), [1, 1, 1, 0]);
});
