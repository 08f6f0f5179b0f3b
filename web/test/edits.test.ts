import assert from "node:assert/strict";
import { test } from "node:test";
import { createEdits, editsFile, loadEdits, moveFace, redo, typedVotes, undo, undoAll } from "../src/edits";
import { createPlan } from "../src/plan";
import { town } from "./town";

const NOW = new Date("2026-11-27T08:00:00.123Z");

function meeting(data = town()) {
  return { data: data, plan: createPlan(data), edits: createEdits(data) };
}

test("undo and redo go back and forth, and a new move forgets what was undone", () => {
  const { plan, edits } = meeting();
  assert.equal(moveFace(plan, edits, 0, 1).why, "");
  undo(plan, edits);
  assert.equal(plan.faceGrid[0], 0);
  redo(plan, edits);
  assert.equal(plan.faceGrid[0], 1);
  undo(plan, edits);
  moveFace(plan, edits, 5, 0);
  assert.deepEqual(redo(plan, edits), []);
  undoAll(plan, edits);
  assert.deepEqual(plan.faceGrid, town().faces.grid);
});

test("a refused move leaves no trace", () => {
  const { plan, edits } = meeting();
  assert.notEqual(moveFace(plan, edits, 1, 1).why, "");
  assert.deepEqual(edits.done, []);
  assert.deepEqual(plan.faceGrid, town().faces.grid);
});

test("the file holds ids only, and loads again into the same plan", () => {
  const { plan, edits } = meeting();
  moveFace(plan, edits, 0, 1);
  edits.votes = { "gap/x": { yes: 2, no: 0, abstain: 1 }, "double/a": { yes: 0, no: 1, abstain: 0 } };
  const file = editsFile(plan, edits, NOW);
  assert.deepEqual(file.moves, [{ face: "f0", from: "510311104001001", to: "510311104001002" }]);
  assert.deepEqual(file.votes.map((vote) => vote.item), ["double/a", "gap/x"]);
  assert.equal(file.created, "2026-11-27T08:00:00Z");
  const again = meeting();
  assert.deepEqual(loadEdits(again.plan, again.edits, JSON.stringify(file)), { applied: 1, left: [], other: false });
  assert.deepEqual(editsFile(again.plan, again.edits, NOW), file);
});

test("a file takes the place of what was decided before", () => {
  const { data, plan, edits } = meeting();
  moveFace(plan, edits, 5, 0);
  const file = { format: "gridmerge-edits/1", base: "other", moves: [] };
  assert.deepEqual(loadEdits(plan, edits, JSON.stringify(file)), { applied: 0, left: [], other: true });
  assert.deepEqual(plan.faceGrid, data.faces.grid);
});

test("what is no edits file changes nothing", () => {
  const { plan, edits } = meeting();
  moveFace(plan, edits, 0, 1);
  for (const text of ["", "null", "[]", "{", '{"format":"gridmerge-edits/2","moves":[]}', '{"format":"gridmerge-edits/1"}']) {
    assert.equal(loadEdits(plan, edits, text), null, text);
  }
  assert.equal(plan.faceGrid[0], 1);
});

test("notes without a place or a text, and votes without an item, are left out", () => {
  const { plan, edits } = meeting();
  const notes = [{ lon: 1, lat: 2, text: "x" }, { lon: "a", lat: 2, text: "x" }, { lon: 1, lat: 2 }, null, 5];
  const votes = [{ item: "gap/a", yes: "3", no: 1.7 }, { yes: 1 }, null];
  loadEdits(plan, edits, JSON.stringify({ format: "gridmerge-edits/1", moves: [null, 1], notes: notes, votes: votes, by: 4 }));
  assert.deepEqual(edits.notes, [{ lon: 1, lat: 2, text: "x", datum: "wgs84", by: "" }]);
  assert.deepEqual(edits.votes, { "gap/a": { yes: 3, no: 1, abstain: 0 } });
  assert.equal(edits.by, "");
});

test("what earlier meetings voted and noted goes into the next file, and is not the build's own copy", () => {
  const data = town();
  data.meeting = { stamp: "s", votes: { a: { yes: 1, no: 0, abstain: 0 } }, notes: [{ lon: 1, lat: 2, text: "x", by: "y" }] };
  const { plan, edits } = meeting(data);
  edits.votes.a.yes = 9;
  assert.equal(data.meeting.votes.a.yes, 1);
  assert.deepEqual(editsFile(plan, edits, NOW).notes, [{ datum: "wgs84", lon: 1, lat: 2, text: "x", by: "y" }]);
});

test("a count that somebody types is a whole number from 0 to 999", () => {
  assert.deepEqual(["7", "-3", "1000", "", "x", "2.9"].map(typedVotes), [7, 0, 999, 0, 0, 2]);
});
