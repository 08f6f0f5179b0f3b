// What a click chooses, and where the map goes with it.
import { Coverage } from "./coverage";
import type { Member, Network } from "./plan";
import { DATA, changed, gridBounds, grids, land, state } from "./state";
import { hideToast } from "./toast";
import { fitTo, joinedBounds } from "./view";

const PAD = 60;

export function chooseGrid(index: number, face = -1, fly = false) {
  state.grid = index;
  state.face = face;
  changed("choice");
  if (fly && index >= 0) fitTo(gridBounds(grids[index]), PAD);
}

export function flyToSource(layer: Network, feature: number) {
  state.layers.add(layer.index);
  changed("layers");
  fitTo(land.bounds(new Coverage(layer.data, DATA).box(feature)), PAD);
}

export const gridsOf = (member: Member) => Array.from(new Set(member.duties.map((duty) => duty.grid)));

export function showMember(member: Member) {
  const held = gridsOf(member);
  if (!held.length) return;
  state.colour = "member";
  changed("colour");
  chooseGrid(held[0]);
  fitTo(joinedBounds(held.map((grid) => gridBounds(grids[grid]))), PAD);
}

export function setTarget(grid: number) {
  state.target = grid;
  state.grid = grid;
  state.face = -1;
  hideToast(); // the hint has been followed
  changed("target");
}
