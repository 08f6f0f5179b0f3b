// A town of two villages on a grid of squares, as Python would tell it: west has the grids A (three squares in a row) and
// B (three below them), east has C (one square) and Z (an exclusive one).
//
//   0 1 2 | 6
//   3 4 5 | 7
import type { Layer, MapPayload } from "../src/payload";

export const SIDE = 100;
const CELLS = [[0, 1], [1, 1], [2, 1], [0, 0], [1, 0], [2, 0], [3, 1], [3, 0]];
const GRID = [0, 0, 0, 1, 1, 1, 2, 3];
const CODES = ["510311104001001", "510311104001002", "510311104002001", "510311104002002"];

// Each edge of a square once; a square has them by number, backwards where it runs the other way.
function squares() {
  const known = new Map<string, number>();
  const arcs: number[][] = [];
  const edge = (x0: number, y0: number, x1: number, y1: number) => {
    const back = known.get([x1, y1, x0, y0].join());
    if (back !== undefined) return ~back;
    known.set([x0, y0, x1, y1].join(), arcs.length);
    arcs.push([x0 * SIDE, y0 * SIDE, (x1 - x0) * SIDE, (y1 - y0) * SIDE]);
    return arcs.length - 1;
  };
  const rings = CELLS.map(([x, y]) =>
    [[edge(x, y, x + 1, y), edge(x + 1, y, x + 1, y + 1), edge(x + 1, y + 1, x, y + 1), edge(x, y + 1, x, y)]]);
  return { rings: rings, arcs: arcs };
}

const PLACES = { origin: [105, 29] as [number, number], scale: 1e6 };
const words = (text: string) => ({ zh: text, en: text });

export function town(): MapPayload {
  const load = CELLS.map((_, face) => 10 * (face + 1));
  const sumOf = (grid: number) => load.filter((_, face) => GRID[face] === grid).reduce((a, b) => a + b, 0);
  const loads = CODES.map((_, grid) => sumOf(grid));
  return {
    format: "gridmerge-map/2", version: "0", name: "青山镇", code: "510311104", date: "2026-11-27", crs: words("CGCS2000"),
    language: "zh", audience: "meeting", review: "", basemap: { urls: [], subdomains: "abc", datum: "wgs84" },
    base: "0123456789abcdef", ...PLACES, works: ["households"], words: {},
    sizes: { unit: "households", target: 90, min: 65, max: 140 },
    villages: { code: ["510311104001", "510311104002"], name: ["西村", "东村"] },
    grids: {
      code: CODES, name: ["甲", "乙", "丙", "专"], type: ["comprehensive", "comprehensive", "comprehensive", "exclusive"],
      village: [0, 0, 1, 1], area: CODES.map((_, grid) => 1e4 * GRID.filter((one) => one === grid).length), load: loads, work: [loads],
    },
    faces: {
      ...squares(), id: CELLS.map((_, face) => "f" + face), village: GRID.map((grid) => (grid < 2 ? 0 : 1)), grid: GRID,
      area: CELLS.map(() => 1e4), load: load, work: [load], zone: GRID.map((grid) => (grid === 3 ? "园区" : "")),
    },
    members: { member_id: ["M1"], name: ["王"], kind: ["full_time"], capacity: [1], phone: ["139****1234"] },
    duties: { grid: [0], member: [0], duty: ["full_time"], load: [60] },
    layers: [], unlisted: 0, counts: {}, docket: [], inputs: {}, sources: [],
    remarks: { severity: [], kind: [], layer: [], source_id: [], zh: [], en: [], lon: [], lat: [] },
    meeting: { stamp: "", votes: {}, notes: [] },
    addresses: { shared: [], rest: [], at: [], coarse: false },
    figures: { max_over_mean_floor: 1, moves: null, mean_load_per_capacity: null, max_load_per_capacity: null, load_bound: null },
  };
}

// A network of two grids whose claims are given face by face: 0 nobody, 1 or 2, or both.
export function network(key: string, claims: (number | number[])[]): Layer {
  return {
    key: key, title: words(key), role: "grid", tolerance: 3, id: ["1", "2"], name: ["一", "二"], holder: ["", ""], claims: claims,
    rings: [[], []], arcs: [],
  };
}

// What the public is told of it: whole grids, and nothing of one whose count is below five.
export function publicTown(): MapPayload {
  const data = town();
  const hidden = [null, 150, 70, 80];
  return { ...data, audience: "public", grids: { ...data.grids, load: hidden, work: [hidden] } };
}
