// Grids by code or name, members, villages, every departmental grid by code, name, holder or department, and addresses.
import { chooseGrid, flyToSource, showMember } from "./choose";
import { $, field, fill, h } from "./dom";
import { DATA, faceGrid, gridBounds, grids, land, latlng, layers, members, title } from "./state";
import { type LabelKey, brief, searchKey, t } from "./text";
import { fitTo, flyTo, joinedBounds, keepInSight } from "./view";

type Kind = "kindGrid" | "kindMember" | "kindVillage" | "kindLayer" | "kindAddress";

interface Entry {
  kind: Kind & LabelKey;
  text: string;
  note: string;
  // what is compared: the text, `long` characters of it, then the note and whatever else it is known by
  key: string;
  long: number;
  go: () => void;
}

const MOST_FOUND = 12;
// Of a kind, before the others have had theirs.
const FAIR = 5;

const entries: Entry[] = [];
function entry(kind: Kind, text: string, note: string, go: () => void, more = "") {
  const key = searchKey(text + " " + note + " " + more);
  entries.push({ kind: kind, text: text, note: note, key: key, long: searchKey(text).length, go: go });
}

grids.forEach((grid) => entry("kindGrid", grid.name || grid.code, grid.code, () => chooseGrid(grid.index, -1, true)));
members.forEach((member) => entry("kindMember", member.name, member.id, () => showMember(member)));
DATA.villages.name.forEach((name, village) => entry("kindVillage", name, DATA.villages.code[village], () => {
  const here = grids.filter((grid) => grid.village === village);
  if (here.length) fitTo(joinedBounds(here.map(gridBounds)), 40);
}));
layers.forEach((layer) => layer.data.id.forEach((id, feature) => {
  const name = layer.data.name[feature];
  const note = [title(layer), name ? id : "", layer.data.holder[feature]].filter(Boolean).join(" · ");
  const known = [layer.data.title.zh, layer.data.title.en, layer.data.key].join(" ");
  entry("kindLayer", name || id, note, () => flyToSource(layer, feature), known);
}));

// Addresses are many: they are unpacked when somebody first looks for something.
let unpacked = false;
function unpackAddresses() {
  if (unpacked) return;
  unpacked = true;
  const { rest, shared, at } = DATA.addresses;
  let text = "";
  let x = 0;
  let y = 0;
  rest.forEach((end, i) => {
    text = text.slice(0, shared[i]) + end;
    x += at[2 * i];
    y += at[2 * i + 1];
    const place = latlng(x, y);
    entry("kindAddress", text, "", () => goToAddress(place));
  });
}

// Who is responsible at an address: its grid, and the place marked.
function goToAddress(place: L.LatLng) {
  const face = land.at(place);
  if (face >= 0) chooseGrid(faceGrid[face], face);
  flyTo(place.lng, place.lat, { animate: false }); // or the next line would measure a map in flight
  keepInSight(place);
}

let found: Entry[] = [];
let picked = 0;

export function search() {
  const wanted = searchKey(field("search").value);
  if (wanted) unpackAddresses();
  found = wanted ? fairly(ranked(wanted)) : [];
  picked = 0;
  showFound(wanted !== "");
}

// A name that begins so, then one that holds it, then a code or holder.
function ranked(wanted: string) {
  const ranks: Entry[][] = [[], [], []];
  entries.forEach((one) => {
    const at = one.key.indexOf(wanted);
    if (at < 0) return;
    const begins = at === 0 || searchKey(one.note).indexOf(wanted) === 0;
    ranks[begins ? 0 : at < one.long ? 1 : 2].push(one);
  });
  return ranks[0].concat(ranks[1], ranks[2]);
}

// No kind crowds out the others.
function fairly(all: Entry[]) {
  const seen: Partial<Record<Kind, number>> = {};
  const isFair = (one: Entry) => (seen[one.kind] = (seen[one.kind] || 0) + 1) <= FAIR;
  const fair = all.filter(isFair);
  const others = fair.length < MOST_FOUND ? all.filter((one) => fair.indexOf(one) < 0) : [];
  return fair.concat(others).slice(0, MOST_FOUND);
}

function showFound(wanted: boolean) {
  const list = $("found");
  list.hidden = !wanted;
  fill(list, found.map((one, i) => {
    const choose = (event: Event) => { event.preventDefault(); go(i); };
    return h("li", { role: "option", "aria-selected": String(i === picked), onmousedown: choose },
      h("span", { class: "badge" }, t(one.kind)),
      h("span", { class: "strong" }, brief(one.text, 60)),
      h("span", { class: "quiet" }, brief(one.note, 60)));
  }), wanted && !found.length ? h("li", { class: "quiet" }, nothingText()) : null);
}

function nothingText() {
  const coarse = DATA.addresses.coarse ? " " + t("coarse") : "";
  return t("nothing", brief(field("search").value, 30)) + coarse;
}

function go(i: number) {
  if (!found[i]) return;
  found[i].go();
  leave();
}

function leave() {
  $("found").hidden = true;
  $("search").blur();
}

export function searchKeys(event: KeyboardEvent) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const step = event.key === "ArrowDown" ? 1 : -1;
    picked = Math.max(0, Math.min(found.length - 1, picked + step));
    showFound(true);
    event.preventDefault();
  } else if (event.key === "Enter") go(picked);
  else if (event.key === "Escape") leave();
}
