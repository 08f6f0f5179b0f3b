// The docket as a list, the item that is open on the map, and a vote on each.
import { type Item, concerns, moveAll, ways, workOn } from "./agenda";
import { type Child, edited, h } from "./dom";
import { typedVotes } from "./edits";
import { moveFace } from "./moves";
import { CHOSEN, area, paintTop } from "./paint";
import type { LineItem, SetAside } from "./payload";
import { claimsOf } from "./plan";
import {
  DATA, agenda, autosave, changed, edits, faceGrid, facesBounds, grids, land, layers, plan, state, title, unitOf, workName,
} from "./state";
import { type LabelKey, areaText, brief, isChinese, listed, number, percent, t } from "./text";
import { refusal } from "./rules";
import { toast } from "./toast";
import { fitTo } from "./view";
import { count, fold, longList, networkChooser, quiet } from "./widgets";

// Items that are shown before "more"; with fewer than this in all, every fold is open.
const LISTED = 25;
const KINDS: [Item["kind"], LabelKey][] = [["line", "lines"], ["dispute", "disputed"], ["gap", "gaps"], ["double", "doubles"]];
const WHYS: Exclude<SetAside, "">[] = ["village_line", "narrow", "little_work", "further"];
const SIDES = ["a", "b"] as const;
const sideName = (side: "a" | "b") => t(side === "a" ? "side_a" : "side_b");

// The department whose items are shown; -1: all.
let docketOf = -1;
const opened = agenda.items.filter((item) => !item.aside);
const firstKind = KINDS.map(([kind]) => kind).filter((kind) => opened.some((item) => item.kind === kind))[0];

const layerTitle = (index: number) => (index < 0 ? t("everyDepartment") : brief(title(layers[index]), 40));
const shorts = (numbers: number[]) => numbers.map((grid) => grids[grid].short);

function villagesOf(faces: number[]) {
  const names = faces.map((face) => DATA.villages.name[DATA.faces.village[face]]);
  return brief(Array.from(new Set(names)).join("、"), 40);
}

// What it is and where, in a line; what lies on it, in another.
function docketText(item: Item) {
  const where = villagesOf(item.faces);
  const land = areaText(item.area);
  if (item.kind === "dispute") {
    return t("disputeOf", where, grids[item.from].short, land, item.count, item.said, grids[item.to].short);
  }
  if (item.kind === "line") {
    return t("lineOf", where, land, number(item.long), number(item.wide), item.a.layers.length, item.b.layers.length);
  }
  if (item.kind === "gap") return t(item.layer < 0 ? "gapOfAll" : "gapOf", layerTitle(item.layer), where, land);
  const { name, id } = layers[item.layer].data;
  const names = claimsOf(layers[item.layer], item.faces[0]).map((feature) => brief(name[feature] || id[feature], 30));
  return t("doubleOf", layerTitle(item.layer), where, land, names.join(" / "));
}

function atStake(item: Item) {
  const told = DATA.works.map((name, w) => {
    const amount = workOn(plan, item.faces, w);
    return amount !== null && amount > 0 ? workName(name) + " " + number(amount) + (isChinese() ? unitOf(name) : "") : "";
  });
  const some = told.filter(Boolean);
  if (some.length) return t("atStake", listed(some));
  return DATA.works.length ? t("nothingAtStake") : "";
}

const openShape = area(paintTop, { color: CHOSEN, weight: 3.5, fillColor: "#ffffff", fillOpacity: 0.5 }).addTo(map);
// The lines that the open item has put on the map.
let added: number[] = [];

function linesOf(item: Item | null) {
  if (!item || item.kind === "dispute") return [];
  if (item.kind === "line") return [item.a.layers[0], item.b.layers[0]];
  return item.layer >= 0 ? [item.layer] : [];
}

function openItem(item: Item) {
  state.open = isOpen(item) ? null : item;
  openShape.setLatLngs(state.open ? land.latlngs(land.around(item.faces)) : []);
  added.forEach((index) => state.layers.delete(index));
  const wanted = linesOf(state.open);
  state.sides.clear();
  // told apart whatever their own colours
  if (item.kind === "line") wanted.forEach((index, side) => state.sides.set(index, side));
  added = wanted.filter((index) => layers[index] && !state.layers.has(index));
  added.forEach((index) => state.layers.add(index));
  changed("layers");
  if (state.open) fitTo(facesBounds(item.faces), 220);
}

const isOpen = (item: Item) => state.open !== null && state.open.id === item.id;

function sideRow(item: LineItem, side: "a" | "b") {
  const names = item[side].layers.map(layerTitle);
  const to = Array.from(new Set(item[side].faces.map((face) => faceGrid[face])));
  const said = t("sideOf", names.length, shorts(to).join("、"), sideName(side));
  return h("p", { class: "side" },
    h("b", { class: "side-sign" }, sideName(side)),
    h("span", {}, said, " ", h("span", { class: "quiet" }, listed(names))));
}

function docketFilter() {
  const choose = (index: number) => { docketOf = index; changed("panel"); };
  const every = h("option", { value: -1 }, t("docketOf"));
  const box = networkChooser("gm-docket-of", docketOf, choose, every);
  box.setAttribute("aria-label", t("docketOf"));
  return box;
}

export function docketList() {
  const shown = agenda.items.filter((item) => concerns(item, docketOf));
  const live = shown.filter((item) => !item.aside);
  const partial = agenda.partial.map((one) => quiet(t("partial", brief(title(one.layer), 40), percent(one.share))));
  return h("section", { class: "docket" },
    h("h3", {}, t("docket"), count(live.length)),
    agenda.items.length ? [docketFilter(), KINDS.map(([kind, name]) => docketFold(live, kind, name)), asideFold(shown)] : quiet(t("docketNone")),
    partial);
}

// One fold is open to begin with, or all when there is little in them.
function docketFold(live: Item[], kind: Item["kind"], name: LabelKey) {
  const items = live.filter((item) => item.kind === kind);
  if (!items.length) return null;
  const open = opened.length <= LISTED || kind === firstKind;
  return fold("docket/" + kind, t(name), items.length, open, longList(kind, items, LISTED, itemBox));
}

// What no meeting need open: counted by why, and listed for who asks.
function asideFold(shown: Item[]) {
  const items = shown.filter((item) => item.aside);
  if (!items.length) return null;
  const folds = WHYS.map((why) => {
    const these = items.filter((item) => item.aside === why);
    if (!these.length) return null;
    const list = longList("aside/" + why, these, LISTED, itemBox);
    return fold("docket/aside/" + why, t(`aside_${why}`), these.length, false, list);
  });
  return fold("docket/aside", t("aside"), items.length, false, folds);
}

function itemBox(item: Item) {
  const on = isOpen(item);
  const numbered = item.item ? h("b", { class: "item-number" }, item.item) : null;
  const stake = h("span", { class: "quiet stake" }, atStake(item));
  const head = h("button", { class: "remark", "data-item": item.id, onclick: () => openItem(item) },
    h("span", {}, numbered, docketText(item), stake), voteBadge(item));
  const body = on ? h("div", { class: "open-item" }, sideRows(item), DATA.audience === "meeting" ? voteRow(item) : null) : null;
  return h("div", { class: "item" + (on ? " on" : "") }, head, body);
}

function sideRows(item: Item): Child {
  if (item.kind !== "line") return null;
  const same = quiet(t("sameGrid", grids[faceGrid[item.faces[0]]].short));
  return [SIDES.map((side) => sideRow(item, side)), ways(plan, item).length ? null : same];
}

function voteBadge(item: Item) {
  const vote = edits.votes[item.id];
  return vote ? h("span", { class: "count voted" }, t("votedAs", vote.yes, vote.no, vote.abstain)) : null;
}

function voteRow(item: Item) {
  const label = h("span", { class: "quiet" }, t("voteFor"));
  const boxes = (["yes", "no", "abstain"] as const).map((what) => h("label", {}, t(what) + " ", voteBox(item, what)));
  return h("div", { class: "row votes" }, ways(plan, item).map((to) => moveButton(item, to)), label, boxes);
}

function voteBox(item: Item, what: "yes" | "no" | "abstain") {
  const vote = edits.votes[item.id] || { yes: 0, no: 0, abstain: 0 };
  const change = (event: Event) => {
    vote[what] = typedVotes(edited(event).value);
    edits.votes[item.id] = vote;
    autosave();
    changed("panel");
  };
  const box = h("input", { class: "field", type: "number", min: "0", max: "999", "data-vote": what, onchange: change });
  box.value = String(vote[what]);
  return box;
}

function moveButton(item: Item, to: number) {
  const { short, code } = grids[to];
  const act = () => {
    const left = moveAll(item.faces, to, faceGrid, moveFace);
    const why = left.length ? refusal(plan, left[0], to) : "";
    toast(why || t("moved", short), why !== "");
    changed("panel");
  };
  return h("button", { class: "plain", "data-move": item.id, "data-to": code, onclick: act }, t("moveTo", short));
}
