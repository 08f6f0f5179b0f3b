// Canvas panes, bottom to top: fills, departmental lines, grid and village lines, what is selected.
const PALETTE = {
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
const pane = (name, order) => {
  map.createPane("gm-" + name).style.zIndex = order;
  map.getPane("gm-" + name).style.pointerEvents = "none";
  return L.canvas({ pane: "gm-" + name, padding: 0.4 });
};
const paintFill = pane("fill", 350);
const paintLayers = pane("layers", 420);
const paintLines = pane("lines", 430);
const paintRims = pane("rims", 435);
const paintTop = pane("top", 440);

const line = (renderer, color, weight, more) =>
  L.polyline([], Object.assign({ renderer: renderer, pane: renderer.options.pane, color: color, weight: weight, interactive: false, smoothFactor: 0 }, more));
const shape = (grid) =>
  L.polygon([], { renderer: paintFill, pane: "gm-fill", stroke: false, fillOpacity: 1, interactive: false, smoothFactor: 0, fillColor: fillOf(grid) });

const neighbours = grids.map(() => new Set());
sides.forEach((pair) => {
  const a = faceGrid[pair[0]];
  const b = pair.length > 1 ? faceGrid[pair[1]] : a;
  if (a !== b) {
    neighbours[a].add(b);
    neighbours[b].add(a);
  }
});

// Greedy colouring, the most crowded first: no two neighbours alike, as few colours as that takes.
function colouring(count, touching) {
  const order = Array.from({ length: count }, (_, i) => i).sort((a, b) => touching(b).length - touching(a).length || a - b);
  const colour = new Array(count).fill(-1);
  order.forEach((one) => {
    const taken = new Set(touching(one).map((other) => colour[other]));
    let pick = 0;
    while (taken.has(pick)) pick++;
    colour[one] = pick;
  });
  return colour;
}
const gridColour = colouring(grids.length, (grid) => Array.from(neighbours[grid]));
const memberTouch = members.map(() => new Set());
grids.forEach((grid) => neighbours[grid.index].forEach((other) => {
  const a = holder(grid);
  const b = holder(grids[other]);
  if (a && b && a !== b) memberTouch[a.index].add(b.index);
}));
const memberColour = colouring(members.length, (member) => Array.from(memberTouch[member]));

function workClass(grid) {
  const low = DATA.sizes.min;
  const target = DATA.sizes.target;
  const high = DATA.sizes.max;
  const value = size(grid);
  const steps = [low, (low + target) / 2, target, (target + high) / 2, high];
  let step = 0;
  while (step < steps.length && (step === 0 ? value >= steps[0] : value > steps[step])) step++;
  return step;
}

function fillOf(grid) {
  const nominal = PALETTE.nominal;
  if (state.colour === "neighbour") return nominal[gridColour[grid.index] % nominal.length];
  if (state.colour === "member") {
    const who = holder(grid);
    return who ? nominal[memberColour[who.index] % nominal.length] : "#e4e2dc";
  }
  if (grid.type === "exclusive") return PALETTE.exclusive;
  return withheld(grid) ? PALETTE.withheld : PALETTE.work[workClass(grid)];
}

const fills = grids.map((grid) => shape(grid).addTo(map));
// A line a village: a click redraws the lines of one, not of the town.
const perVillage = (make) => DATA.villages.code.map(() => make().addTo(map));
const pieceLines = perVillage(() => line(paintFill, "#ffffff", 0.8, { opacity: 0.75 }));
const gridHalo = perVillage(() => line(paintLines, "#ffffff", 3.5, { opacity: 0.85 }));
const gridLines = perVillage(() => line(paintLines, "#24444d", 1.4, {}));
const villageHalo = line(paintRims, "#fffdf5", 6, { opacity: 0.95 }).addTo(map);
const villageLines = line(paintRims, "#3a2d1e", 2.6, {}).addTo(map);
const chosenHalo = line(paintTop, "#ffffff", 8, {}).addTo(map);
const chosenLine = line(paintTop, "#c8451b", 4, {}).addTo(map);
const hereShape = L.polygon([], { renderer: paintTop, pane: "gm-top", stroke: false, fillColor: "#c8451b", fillOpacity: 0.18, interactive: false, smoothFactor: 0 }).addTo(map);

const sameVillage = (pair) => pair.length > 1 && DATA.faces.village[pair[0]] === DATA.faces.village[pair[1]];

const innerArcs = DATA.villages.code.map(() => []);
const rimArcs = [];
sides.forEach((pair, arc) => (sameVillage(pair) ? innerArcs[DATA.faces.village[pair[0]]] : rimArcs).push(arc));

function paintShapes(which) {
  const some = which || grids;
  some.forEach((grid) => fills[grid.index].setLatLngs(land.latlngs(grid.rings)));
  new Set(some.map((grid) => grid.village)).forEach((village) => {
    const lines = innerArcs[village].filter((arc) => faceGrid[sides[arc][0]] !== faceGrid[sides[arc][1]]).map((arc) => land.line(arc));
    gridHalo[village].setLatLngs(lines);
    gridLines[village].setLatLngs(lines);
  });
}

function paintVillages() {
  const lines = state.villages ? rimArcs.map((arc) => land.line(arc)) : [];
  villageHalo.setLatLngs(lines);
  villageLines.setLatLngs(lines);
}

// Those on a grid's rim lie under its line.
function paintPieces() {
  pieceLines.forEach((drawn, village) => drawn.setLatLngs(state.pieces || state.editing ? innerArcs[village].map((arc) => land.line(arc)) : []));
}

// Tiles only when somebody asked for them; then what lies above lets them shine through.
const tiled = DATA.basemap.urls.length > 0;
function paintTiles() {
  DATA.basemap.urls.forEach((url) => L.tileLayer(url, { subdomains: DATA.basemap.subdomains, maxZoom: 19, maxNativeZoom: 18 }).addTo(map));
  if (tiled) map.getPane("gm-fill").style.opacity = 0.62;
}

function paintFills(which) {
  (which || grids).forEach((grid) => fills[grid.index].setStyle({ fillColor: fillOf(grid), fillOpacity: state.colour === "department" ? 0 : 1 }));
}

// One department's network on the agreed pieces: each of its grids in a colour, nobody's land bare, double claims marked.
const claimShapes = L.layerGroup();
const CLAIM_LINES = { "-1": { color: "#5b5b5b", weight: 1.6, dashArray: "2 4" }, "-2": { color: "#8f2a0c", weight: 3, dashArray: "7 4" } };
function paintDepartment() {
  claimShapes.clearLayers();
  if (state.colour !== "department" || !layers[state.department]) return claimShapes.remove();
  const layer = layers[state.department];
  const parts = new Map();
  DATA.faces.id.forEach((_, face) => {
    const claims = claimsOf(layer, face);
    const key = claims.length > 1 ? -2 : claims.length ? claims[0] : -1;
    if (!parts.has(key)) parts.set(key, []);
    parts.get(key).push(face);
  });
  const touch = new Map(Array.from(parts.keys(), (key) => [key, new Set()]));
  const keyOf = new Map();
  parts.forEach((faces, key) => faces.forEach((face) => keyOf.set(face, key)));
  sides.forEach((pair) => { if (pair.length > 1 && keyOf.get(pair[0]) !== keyOf.get(pair[1])) { touch.get(keyOf.get(pair[0])).add(keyOf.get(pair[1])); touch.get(keyOf.get(pair[1])).add(keyOf.get(pair[0])); } });
  const keys = Array.from(parts.keys()).sort((a, b) => a - b);
  const colours = colouring(keys.length, (i) => Array.from(touch.get(keys[i]), (key) => keys.indexOf(key)));
  keys.forEach((key, i) => claimShapes.addLayer(L.polygon(land.latlngs(land.around(parts.get(key))), Object.assign({
    renderer: paintFill, pane: "gm-fill", color: "#ffffff", weight: 1, fillOpacity: 1, interactive: false, smoothFactor: 0,
    fillColor: key === -1 ? PALETTE.nobody : key === -2 ? PALETTE.twice : PALETTE.nominal[colours[i] % PALETTE.nominal.length],
  }, CLAIM_LINES[key]))));
  claimShapes.addTo(map);
}

function paintChosen() {
  const grid = grids[state.grid];
  const rings = grid ? land.latlngs(grid.rings.map((ring) => ring.concat(ring.slice(0, 1)))) : [];
  chosenHalo.setLatLngs(rings);
  chosenLine.setLatLngs(rings);
  hereShape.setLatLngs(state.face >= 0 ? land.latlngs(land.rings[state.face]) : []);
}

const SIDE_STYLES = [{ color: "#1b4f9c", dashArray: null }, { color: "#c8451b", dashArray: "8 5" }];
const layerStyle = (layer) => SIDE_STYLES[state.sides.get(layer.index)] || ({ color: PALETTE.line[layer.index % PALETTE.line.length], dashArray: PALETTE.dash[Math.floor(layer.index / PALETTE.line.length) % PALETTE.dash.length] });

// The outlines of a network: every arc once, so that a dashed line stays dashed where two of its grids meet.
function paintLayer(layer) {
  const on = state.layers.has(layer.index);
  if (on && !layer.drawn) {
    const cover = new Coverage(layer.data);
    layer.drawn = line(paintLayers, "#000", 2.2, layerStyle(layer));
    layer.drawn.setLatLngs(cover.arcs.map((_, arc) => cover.line(arc)));
  }
  if (layer.drawn) layer.drawn.setStyle(layerStyle(layer));
  if (layer.drawn && on !== map.hasLayer(layer.drawn)) {
    if (on) layer.drawn.addTo(map);
    else layer.drawn.remove();
  }
}
