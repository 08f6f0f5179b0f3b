// Each decision on this page: done by the rules, kept in the browser, told to everybody who draws something.
import * as history from "./edits";
import type { Grid } from "./plan";
import { autosave, changed, edits, grids, plan, state, stored } from "./state";

function tell(which: Grid[]) {
  if (!which.length) return;
  autosave();
  state.touched = which;
  changed("edit");
}

// Why the face may not go there; "" when it has gone.
export function moveFace(face: number, to: number) {
  const made = history.moveFace(plan, edits, face, to);
  tell(made.changed);
  return made.why;
}

export const undo = () => tell(history.undo(plan, edits));
export const redo = () => tell(history.redo(plan, edits));

export function undoAll() {
  history.undoAll(plan, edits);
  tell(grids);
}

export function load(text: string) {
  const told = history.loadEdits(plan, edits, text);
  if (told) {
    tell(grids);
    changed("loaded");
  }
  return told;
}

// What the browser kept of this plan since it was last saved to a file; how many moves that was.
export function restore() {
  const text = stored();
  const told = text ? load(text) : null;
  return told ? told.applied : 0;
}
