// Canvas panes, bottom to top: fills, departmental lines, grid and village lines, what is selected.
import { Coverage } from "./coverage";
import { type Grid, type Network, claimsOf, workClass } from "./plan";
import { DATA, edits, faceGrid, grids, holder, land, layers, members, plan, sides, state, withheld } from "./state";

export const PALETTE = {
  work: ["#eef3ea", "#d3e5d6", "#a9d0c3", "#74b3ad", "#418f94", "#1d6275"],
  // For neighbours and members: told apart in every common kind of colour-blindness, light enough for black letters.
  nominal: ["#f2d7a0", "#a8cbe3", "#c3ddb0", "#e6b8a8", "#cdbfe0", "#f3ecc0", "#9fd1c6", "#e3c2d3"],
  exclusive: "#ded6ea",
  withheld: "#e4e2dc",
  nobody: "#fbfaf6",
  twice: "#d9785a",
  line: ["#7a3e9d", "#b8561b", "#1f6fb2", "#2d7d46", "#a3265b", "#75651a", "#0f7c85", "#5b5b5b"],
  dash: [null, "7 4", "2 4", "10 3 2 3"],
};
export const CHOSEN = "#c8451b";
const INK = "#24444d";
const WHITE = "#ffffff";

const pickNominal = (n: number) => PALETTE.nominal[n % PALETTE.nominal.length];

export function pane(name: string, order: number) {
  const made = map.createPane("gm-" + name);
  made.style.zIndex = String(order);
  made.style.pointerEvents = "none";
  return L.canvas({ pane: "gm-" + name, padding: 0.4 });
}
const paintFill = pane("fill", 350);
const paintLayers = pane("layers", 420);
const paintLines = pane("lines", 430);
const paintRims = pane("rims", 435);
export const paintTop = pane("top", 440);

// What everything drawn here has in common: a gap would open between neighbours if Leaflet smoothed them.
export const drawnOn = (renderer: L.Canvas) =>
  ({ renderer: renderer, pane: renderer.options.pane, interactive: false, smoothFactor: 0 });
export const line = (renderer: L.Canvas, color: string, weight: number, more?: L.PolylineOptions) =>
  L.polyline([], Object.assign(drawnOn(renderer), { color: color, weight: weight }, more));
export const area = (renderer: L.Canvas, more: L.PolylineOptions) =>
  L.polygon([], Object.assign(drawnOn(renderer), more));

const neighbours = grids.map(() => new Set<number>());
sides.forEach((pair) => {
  const a = faceGrid[pair[0]];
  const b = pair.length > 1 ? faceGrid[pair[1]] : a;
  if (a === b) return;
  neighbours[a].add(b);
  neighbours[b].add(a);
});

// Greedy colouring, the most crowded first: no two neighbours alike, as few colours as that takes.
function colouring(touching: number[][]) {
  const order = touching.map((_, i) => i).sort((a, b) => touching[b].length - touching[a].length || a - b);
  const colour: number[] = touching.map(() => -1);
  order.forEach((one) => {
    const taken = new Set(touching[one].map((other) => colour[other]));
    let pick = 0;
    while (taken.has(pick)) pick++;
    colour[one] = pick;
  });
  return colour;
}
const gridColour = colouring(neighbours.map((next) => Array.from(next)));
const memberTouch = members.map(() => new Set<number>());
grids.forEach((grid) => neighbours[grid.index].forEach((other) => {
  const a = holder(grid);
  const b = holder(grids[other]);
  if (a && b && a !== b) memberTouch[a.index].add(b.index);
}));
const memberColour = colouring(memberTouch.map((next) => Array.from(next)));

function fillOf(grid: Grid) {
  if (state.colour === "neighbour") return pickNominal(gridColour[grid.index]);
  if (state.colour === "member") {
    const who = holder(grid);
    return who ? pickNominal(memberColour[who.index]) : PALETTE.withheld;
  }
  if (grid.type === "exclusive") return PALETTE.exclusive;
  return withheld(grid) ? PALETTE.withheld : PALETTE.work[workClass(plan, grid)];
}

const fills = grids.map((grid) => area(paintFill, { stroke: false, fillOpacity: 1, fillColor: fillOf(grid) }).addTo(map));
// A line a village: a click redraws the lines of one, not of the town.
const perVillage = (make: () => L.Polyline) => DATA.villages.code.map(() => make().addTo(map));
const pieceLines = perVillage(() => line(paintFill, WHITE, 0.8, { opacity: 0.75 }));
const gridHalo = perVillage(() => line(paintLines, WHITE, 3.5, { opacity: 0.85 }));
const gridLines = perVillage(() => line(paintLines, INK, 1.4));
const villageHalo = line(paintRims, "#fffdf5", 6, { opacity: 0.95 }).addTo(map);
const villageLines = line(paintRims, "#3a2d1e", 2.6).addTo(map);
const chosenHalo = line(paintTop, WHITE, 8).addTo(map);
const chosenLine = line(paintTop, CHOSEN, 4).addTo(map);
const hereShape = area(paintTop, { stroke: false, fillColor: CHOSEN, fillOpacity: 0.18 }).addTo(map);

const innerArcs: number[][] = DATA.villages.code.map(() => []);
const rimArcs: number[] = [];
sides.forEach((pair, arc) => {
  const village = DATA.faces.village[pair[0]];
  const inside = pair.length > 1 && village === DATA.faces.village[pair[1]];
  (inside ? innerArcs[village] : rimArcs).push(arc);
});
const linesOf = (arcs: number[]) => arcs.map((arc) => land.line(arc));
const parts = (arcs: number[]) => arcs.filter((arc) => faceGrid[sides[arc][0]] !== faceGrid[sides[arc][1]]);

export function paintShapes(some: Grid[]) {
  some.forEach((grid) => fills[grid.index].setLatLngs(land.latlngs(grid.rings)));
  new Set(some.map((grid) => grid.village)).forEach((village) => {
    const lines = linesOf(parts(innerArcs[village]));
    gridHalo[village].setLatLngs(lines);
    gridLines[village].setLatLngs(lines);
  });
}

export function paintVillages() {
  const lines = state.villages ? linesOf(rimArcs) : [];
  villageHalo.setLatLngs(lines);
  villageLines.setLatLngs(lines);
}

// Those on a grid's rim lie under its line.
export function paintPieces() {
  const on = state.pieces || state.editing;
  pieceLines.forEach((drawn, village) => drawn.setLatLngs(on ? linesOf(innerArcs[village]) : []));
}

// Tiles only when somebody asked for them; then what lies above lets them shine through.
export function paintTiles() {
  const { urls, subdomains } = DATA.basemap;
  urls.forEach((url) => L.tileLayer(url, { subdomains: subdomains, maxZoom: 19, maxNativeZoom: 18 }).addTo(map));
  if (urls.length) (map.getPane("gm-fill") as HTMLElement).style.opacity = "0.62";
}

export function paintFills(some: Grid[]) {
  const opacity = state.colour === "department" ? 0 : 1;
  some.forEach((grid) => fills[grid.index].setStyle({ fillColor: fillOf(grid), fillOpacity: opacity }));
}

// One department's network on the agreed pieces: each of its grids in a colour, nobody's land bare, double claims marked.
const claimShapes = L.layerGroup();
const NOBODY = -1;
const TWICE = -2;
const claimStyle = (key: number, colour: number): L.PolylineOptions => {
  if (key === NOBODY) return { color: "#5b5b5b", weight: 1.6, dashArray: "2 4", fillColor: PALETTE.nobody };
  if (key === TWICE) return { color: "#8f2a0c", weight: 3, dashArray: "7 4", fillColor: PALETTE.twice };
  return { color: WHITE, weight: 1, fillColor: pickNominal(colour) };
};

function claimOf(layer: Network, face: number) {
  const claims = claimsOf(layer, face);
  if (claims.length > 1) return TWICE;
  return claims.length ? claims[0] : NOBODY;
}

export function paintDepartment() {
  claimShapes.clearLayers();
  const layer = layers[state.department];
  if (state.colour !== "department" || !layer) {
    claimShapes.remove();
    return;
  }
  const keyOf = DATA.faces.id.map((_, face) => claimOf(layer, face));
  const keys = Array.from(new Set(keyOf)).sort((a, b) => a - b);
  const colours = colouring(touchingKeys(keyOf, keys));
  keys.forEach((key, i) => {
    const faces = keyOf.map((_, face) => face).filter((face) => keyOf[face] === key);
    const drawn = area(paintFill, Object.assign({ fillOpacity: 1 }, claimStyle(key, colours[i])));
    claimShapes.addLayer(drawn.setLatLngs(land.latlngs(land.around(faces))));
  });
  claimShapes.addTo(map);
}

function touchingKeys(keyOf: number[], keys: number[]) {
  const place = new Map(keys.map((key, i): [number, number] => [key, i]));
  const touch = keys.map(() => new Set<number>());
  sides.forEach((pair) => {
    if (pair.length < 2) return;
    const [a, b] = pair.map((face) => place.get(keyOf[face]) as number);
    if (a === b) return;
    touch[a].add(b);
    touch[b].add(a);
  });
  return touch.map((next) => Array.from(next));
}

export function paintChosen() {
  const grid = grids[state.grid];
  const closed = (ring: number[]) => ring.concat(ring.slice(0, 1));
  const rings = grid ? land.latlngs(grid.rings.map(closed)) : [];
  chosenHalo.setLatLngs(rings);
  chosenLine.setLatLngs(rings);
  hereShape.setLatLngs(state.face >= 0 ? land.latlngs(land.rings[state.face]) : []);
}

export interface LineStyle {
  color: string;
  dashArray: string | null;
}
const SIDE_STYLES: LineStyle[] = [{ color: "#1b4f9c", dashArray: null }, { color: CHOSEN, dashArray: "8 5" }];

export function layerStyle(layer: Network): LineStyle {
  const side = state.sides.get(layer.index);
  if (side !== undefined) return SIDE_STYLES[side];
  const { line: colours, dash } = PALETTE;
  const round = Math.floor(layer.index / colours.length);
  return { color: colours[layer.index % colours.length], dashArray: dash[round % dash.length] };
}
const leafletStyle = (style: LineStyle) => style as L.PathOptions; // Leaflet takes null for no dashes, its types do not

// The outlines of a network: every arc once, so that a dashed line stays dashed where two of its grids meet.
const outlines = new Map<number, L.Polyline>();
export function paintLayer(layer: Network) {
  const on = state.layers.has(layer.index);
  let drawn = outlines.get(layer.index);
  if (!drawn && !on) return;
  if (!drawn) {
    drawn = line(paintLayers, "#000", 2.2).setLatLngs(new Coverage(layer.data, DATA).lines());
    outlines.set(layer.index, drawn);
  }
  drawn.setStyle(leafletStyle(layerStyle(layer)));
  if (on && !map.hasLayer(drawn)) drawn.addTo(map);
  if (!on) drawn.remove();
}

// Notes that were made on tiles of another datum would be shown half a kilometre off: they have no pin.
const pins = L.layerGroup().addTo(map);
export const hasPlace = (note: { datum: string }) => note.datum === DATA.basemap.datum;
export function paintNotes() {
  pins.clearLayers();
  const style = { radius: 9, color: WHITE, weight: 2.5, fillColor: "#7a3e9d", fillOpacity: 1 };
  edits.notes.filter(hasPlace).forEach((note) =>
    pins.addLayer(L.circleMarker([note.lat, note.lon], Object.assign(drawnOn(paintTop), style))));
}
