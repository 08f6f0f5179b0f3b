// What this page shows and what is chosen on it: one plan, one set of edits, one selection.
import { type Item, createAgenda } from "./agenda";
import { createEdits, editsFile } from "./edits";
import { readData } from "./data";
import type { Layer, MapPayload } from "./payload";
import { type Grid, type Network, createPlan, gridBox, holderOf, isWithheld, sizeOf, verdictOf } from "./plan";
import { brief, inLanguage, isChinese, number, setLanguage, t } from "./text";

export const DATA = readData<MapPayload>();
setLanguage(DATA.language);

export const plan = createPlan(DATA);
export const edits = createEdits(DATA);
export const agenda = createAgenda(plan);
export const { land, sides, faceGrid, grids, members, layers, touching, unit } = plan;
export const latlng = (x: number, y: number) => land.latlng(x, y);

export type Colour = "work" | "member" | "neighbour" | "department";
export type Tab = "overview" | "layers" | "check" | "edit";

export const state = {
  colour: "work" as Colour,
  grid: -1,
  face: -1,
  tab: "overview" as Tab,
  villages: true,
  labels: true,
  pieces: false,
  layers: new Set<number>(),
  // networks drawn as the two sides of a line in dispute
  sides: new Map<number, number>(),
  department: 0,
  editing: false,
  target: -1,
  // the grids that the last edit changed
  touched: [] as Grid[],
  comparing: false,
  // the item of the docket that is open
  open: null as Item | null,
  // true: the next click is the place of a note; a place: its text is being written
  pinning: false as boolean | L.LatLng,
};

// A change of state tells everybody who draws something.
export type Change =
  | "choice" | "layers" | "colour" | "edit" | "target" | "notes" | "loaded" | "villages" | "pieces" | "labels"
  | "language" | "panel";
const listeners: ((what: Change) => void)[] = [];
export const onChange = (listener: (what: Change) => void) => listeners.push(listener);
export const changed = (what: Change) => listeners.forEach((listener) => listener(what));

export const size = (grid: Grid) => sizeOf(plan, grid);
export const withheld = (grid: Grid) => isWithheld(plan, grid);
export const verdict = (grid: Grid) => verdictOf(plan, grid);
export const holder = (grid: Grid) => holderOf(plan, grid);
export const boxOf = (grid: Grid) => gridBox(plan, grid);
export const gridBounds = (grid: Grid) => land.bounds(boxOf(grid));
export const facesBounds = (faces: number[]) => land.bounds(land.boxAround(faces));
export const townBounds = () => facesBounds(DATA.faces.id.map((_, face) => face));
export const title = (layer: Network) => inLanguage(layer.data.title);
export const claiming = () => layers.filter((layer) => layer.data.claims.length);
export const gridName = (grid: Grid, length: number) => brief(grid.name || grid.code, length);

// What people call a network, or another input, by its key.
export function inputTitle(key: string) {
  const layer: Layer | undefined = DATA.layers.filter((one) => one.key === key)[0];
  const names = layer ? layer.title : DATA.inputs[key];
  return names ? inLanguage(names) : key;
}

// What projects usually count has a name and a unit; what only this project counts keeps the name it was given.
export const workName = (name: string) => (DATA.words[name] ? inLanguage(DATA.words[name].name) : name);
export const unitOf = (name: string) => (DATA.words[name] ? inLanguage(DATA.words[name].unit) : "");
export const sizeName = () => workName(DATA.sizes.unit || "workload");
export const sizeUnit = () => unitOf(DATA.sizes.unit || "workload");

// As a heading: "Households of each grid".
export function workTitle() {
  const text = t("work", sizeName());
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const withUnit = (value: number | null) => number(value) + (isChinese() || !sizeUnit() ? "" : " ") + sizeUnit();
// A count that is withheld is below five; the work made of several counts, and every sum, just is not told.
export const sizeText = (grid: Grid) => (withheld(grid) && unit < 0 ? t("withheld") : withUnit(size(grid)));
export const sumText = (sum: number | null) => (sum === null ? t("withheld") : withUnit(sum));
export const rangeText = () => t("rangeNote", number(DATA.sizes.min), number(DATA.sizes.max), sizeUnit());

// Kept in the browser until it is saved to a file, under a key that holds the plan's hash and the meetings before.
const STORE = "gridmerge-edits:" + DATA.base + (DATA.meeting.stamp ? ":" + DATA.meeting.stamp : "");
let storable = true;
export const canStore = () => storable;

export const currentFile = () => editsFile(plan, edits, new Date());

export function autosave() {
  const file = currentFile();
  const decided = file.moves.length || file.notes.length || file.votes.length || DATA.meeting.stamp;
  try {
    if (decided) localStorage.setItem(STORE, JSON.stringify(file));
    else localStorage.removeItem(STORE);
  } catch (error) {
    storable = false; // the panel says so
  }
}

export function stored() {
  try {
    return localStorage.getItem(STORE);
  } catch (error) {
    storable = false;
    return null;
  }
}
