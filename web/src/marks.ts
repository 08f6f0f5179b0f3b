// Words on the map, on one canvas: the important first, and never one over another.
import { type Spot, innerPoints } from "./coverage";
import { type Grid, workClass } from "./plan";
import { DATA, grids, holder, land, latlng, plan, sizeText, state, verdict, withheld } from "./state";
import { brief, t } from "./text";

interface Word {
  x: number;
  y: number;
  lines: string[];
  size: number;
  weight: string;
  ink: string;
  halo: string;
  room: number;
  rank: number;
  second?: string | null;
  forced?: boolean;
}

interface VillageSpots {
  name: string;
  village: number;
  spots: Spot[];
}

type Rectangle = [number, number, number, number];

const PAD = 80;
const FONT = '"Microsoft YaHei","PingFang SC","Noto Sans CJK SC","Source Han Sans SC","WenQuanYi Micro Hei",sans-serif';

const pane = map.createPane("gm-words");
pane.style.zIndex = "450";
pane.style.pointerEvents = "none";
const canvas = L.DomUtil.create("canvas", "gm-words", pane);

export function startWords() {
  map.on("moveend zoomend resize", drawWords);
  map.on("zoomstart", () => { canvas.style.visibility = "hidden"; });
  drawWords();
}

export function drawWords() {
  const area = map.getSize();
  const pen = cleared(area);
  const taken: Rectangle[] = [];
  words().forEach((word) => {
    const at = map.latLngToContainerPoint(latlng(word.x, word.y));
    const seen = at.x >= -PAD && at.y >= -PAD && at.x <= area.x + PAD && at.y <= area.y + PAD;
    if (seen) write(pen, taken, word, at);
  });
}

// The canvas laid over the map anew, a little larger than it.
function cleared(area: L.Point) {
  const ratio = Math.max(window.devicePixelRatio || 1, 1);
  canvas.width = (area.x + 2 * PAD) * ratio;
  canvas.height = (area.y + 2 * PAD) * ratio;
  canvas.style.width = area.x + 2 * PAD + "px";
  canvas.style.height = area.y + 2 * PAD + "px";
  canvas.style.visibility = "";
  L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([-PAD, -PAD]));
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  pen.setTransform(ratio, 0, 0, ratio, PAD * ratio, PAD * ratio);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  return pen;
}

// The first line in full size, those below smaller.
const fontOf = (word: Word, i: number) => (i ? "500 " + word.size * 0.88 : word.weight + " " + word.size) + "px " + FONT;
const overlap = (a: Rectangle, b: Rectangle) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

function write(pen: CanvasRenderingContext2D, taken: Rectangle[], word: Word, at: L.Point) {
  const step = word.size * 1.25;
  const widths = word.lines.map((text, i) => {
    pen.font = fontOf(word, i);
    return pen.measureText(text).width;
  });
  const half = Math.max(...widths) / 2 + 3;
  const high = (step * word.lines.length) / 2 + 1;
  const box: Rectangle = [at.x - half, at.y - high, at.x + half, at.y + high];
  if (!word.forced && (word.room < half * 1.5 || taken.some((other) => overlap(box, other)))) return;
  taken.push(box);
  word.lines.forEach((text, i) => {
    const y = at.y + (i - (word.lines.length - 1) / 2) * step;
    pen.font = fontOf(word, i);
    pen.strokeStyle = word.halo;
    pen.lineWidth = word.size / 3.6;
    pen.strokeText(text, at.x, y);
    pen.fillStyle = i && word.second ? word.second : word.ink;
    pen.fillText(text, at.x, y);
  });
}

// Villages while the map is wide, grids as soon as their name has room.
function words() {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const thousand = map.latLngToContainerPoint(latlng(1000, 0)).x - map.latLngToContainerPoint(latlng(0, 0)).x;
  const out = sideWords(rem);
  if (state.labels) grids.forEach((grid) => out.push(gridWord(grid, rem, (grid.inner.width * thousand) / 1000)));
  if (state.villages) villageSpots.forEach((village) => out.push(villageWord(village, rem, thousand / 1000)));
  return out.sort((a, b) => b.rank - a.rank);
}

function gridWord(grid: Grid, rem: number, room: number): Word {
  const mark = verdict(grid);
  const chosen = grid.index === state.grid;
  const sign = mark ? t(mark > 0 ? "tooMany" : "tooFew") + " " : "";
  const name = state.colour === "member" ? holderName(grid) : grid.short;
  const two = room > rem * 4.6 || mark || chosen;
  const word = {
    x: grid.inner.x,
    y: grid.inner.y,
    room: room,
    forced: chosen,
    rank: chosen ? 9 : mark ? 3 : 1,
    lines: two ? [name, sign + sizeText(grid)] : [name],
    size: rem * (chosen ? 1.05 : 0.92),
    weight: "700",
  };
  return Object.assign(word, inkOn(grid, mark));
}

// Light letters on the two darkest fills, and a second line in the colour of its verdict elsewhere.
function inkOn(grid: Grid, mark: number) {
  const judged = state.colour === "work" && grid.type !== "exclusive" && !withheld(grid);
  if (judged && workClass(plan, grid) >= 4) return { ink: "#ffffff", halo: "rgba(16,62,74,.9)" };
  const second = mark > 0 ? "#a3320f" : "#1c5aa0";
  return { ink: "#16323a", halo: "rgba(255,255,255,.88)", second: mark ? second : null };
}

function holderName(grid: Grid) {
  const who = holder(grid);
  return who ? brief(who.name, 8) : t("nobody");
}

const villageSpots = DATA.villages.name
  .map((name, village): VillageSpots => {
    const faces = DATA.faces.village.map((_, face) => face).filter((face) => DATA.faces.village[face] === village);
    const rings = land.around(faces).map((ring) => land.points(ring));
    return { name: brief(name, 16), village: village, spots: rings.length ? innerPoints(rings, 12) : [] };
  })
  .filter((village) => village.spots.length);

// A village is named inside, well clear of the labels of its grids as they stand at this zoom.
function villageWord(village: VillageSpots, rem: number, pixel: number): Word {
  const wide = ((village.name.length * rem) / 1.6 + rem) / pixel;
  const high = (rem * 2.3) / pixel;
  const here = grids.filter((grid) => state.labels && grid.village === village.village);
  const worth = (spot: Spot) => {
    const off = here.map(({ inner }) => Math.max(Math.abs(inner.x - spot.x) / wide, Math.abs(inner.y - spot.y) / high));
    return 2 * Math.min(1, ...off) + Math.min(1, spot.width / wide / 2) - spot.off;
  };
  const best = village.spots.reduce((a, b) => (worth(b) > worth(a) ? b : a));
  const style = { size: rem * 1.12, weight: "700", ink: "#3a2d1e", halo: "rgba(255,253,245,.95)" };
  return Object.assign({ x: best.x, y: best.y, lines: [village.name], room: Infinity, rank: 2 }, style);
}

// Which side a strip lies on: a sign on the land at either side of it.
function sideWords(rem: number): Word[] {
  const item = state.open;
  if (!item || item.kind !== "line") return [];
  return (["a", "b"] as const).map((side) => {
    const inner = land.spot(land.around(item[side].faces));
    const style = { size: rem * 1.5, weight: "700", ink: "#a3320f", halo: "rgba(255,255,255,.95)" };
    const lines = [t(side === "a" ? "side_a" : "side_b")];
    return Object.assign({ x: inner.x, y: inner.y, room: Infinity, forced: true, rank: 10, lines: lines }, style);
  });
}
