// Put together: what each change redraws, and what the buttons do.
import { editClick, paintCandidates } from "./adjust";
import { markBar } from "./bars";
import { showCard } from "./card";
import { chooseGrid, setTarget } from "./choose";
import { clipBefore, setComparing } from "./compare";
import { $, field, h, relabel } from "./dom";
import { showLegend } from "./layers";
import { drawWords, startWords } from "./marks";
import { moveFace, redo, restore, undo } from "./moves";
import {
  paintChosen, paintDepartment, paintFills, paintLayer, paintNotes, paintPieces, paintShapes, paintTiles, paintVillages,
} from "./paint";
import { renewPanel, showPanel } from "./panel";
import { refusal } from "./rules";
import { search, searchKeys } from "./search";
import {
  type Change, DATA, changed, currentFile, faceGrid, gridBounds, grids, inputTitle, land, latlng, layers, onChange, plan, state,
  touching, townBounds,
} from "./state";
import { brief, inLanguage, t, toggleLanguage } from "./text";
import { toast } from "./toast";
import { keepInSight, openPanel } from "./view";

// Narrower than this the panel is a drawer.
const PHONE_PX = 760;
const DRAWN_MS = 400;

// The whole town, moved aside from under the legend as far as there is room.
function whole() {
  const bounds = townBounds();
  map.fitBounds(bounds, { padding: [26, 26], animate: false });
  const east = map.latLngToContainerPoint(bounds.getNorthEast()).x;
  const west = map.latLngToContainerPoint(bounds.getNorthWest()).x;
  const legend = $("legend").getBoundingClientRect();
  const under = legend.right + 16 - (map.getContainer().getBoundingClientRect().left + west);
  const room = map.getSize().x - east - 26;
  if (window.innerWidth > PHONE_PX && under > 0 && room > 0) map.panBy([-Math.min(under, room), 0], { animate: false });
}

const REDRAW: Record<Change, (() => void)[]> = {
  choice: [paintChosen, showCard, markBar],
  layers: [() => layers.forEach(paintLayer), showLegend, showPanel],
  colour: [() => paintFills(grids), paintDepartment, showLegend, showPanel],
  edit: [
    () => paintShapes(state.touched), () => paintFills(state.touched), paintCandidates, paintChosen, renewPanel,
    () => { if (!state.editing) showCard(); },
  ],
  target: [paintCandidates, paintChosen, showPanel],
  notes: [paintNotes, showPanel],
  loaded: [paintNotes],
  villages: [paintVillages, showLegend],
  labels: [],
  pieces: [paintPieces],
  language: [relabel, heading, showPanel, showLegend, showCard],
  panel: [showPanel],
};
onChange((what) => {
  REDRAW[what].forEach((draw) => draw());
  if (what !== "panel") drawWords();
});

function heading() {
  $("town").textContent = brief(DATA.name, 40);
  field("search").placeholder = t(DATA.addresses.rest.length ? "searchAddress" : "search");
  $("crs").textContent = inLanguage(DATA.crs);
  const datum = DATA.basemap.datum;
  $("shifted").textContent = datum === "wgs84" ? "" : t("shifted", datum.toUpperCase().replace("0", "-0"));
  $("date").textContent = DATA.date;
  ($("sources").parentNode as HTMLElement).hidden = !DATA.sources.length;
  (document.querySelector(".stamp") as HTMLElement).textContent = stamp();
  $("sources").textContent = t("sourceCount", DATA.sources.length);
  $("sources").title = DATA.sources.map((source) => inputTitle(source.key) + t("colon") + source.path).join("\n");
  $("review").textContent = DATA.review || "＿＿＿＿＿＿";
  document.title = brief(DATA.name, 60) + " · " + t("unified");
}

function stamp() {
  if (DATA.audience !== "public") return t("internal");
  return t(DATA.review ? "forPublic" : "notReviewed");
}

// Paper is another shape than the screen: the whole town is fitted to the sheet first, and drawn, and then printed.
let onScreen: L.LatLngBounds | null = null;
function forPaper() {
  onScreen = map.getBounds();
  document.body.classList.add("gm-printing");
  map.invalidateSize({ animate: false });
  map.fitBounds(townBounds(), { padding: [20, 20], animate: false });
}

function backToScreen() {
  if (!onScreen) return;
  document.body.classList.remove("gm-printing");
  map.invalidateSize({ animate: false });
  map.fitBounds(onScreen, { animate: false });
}

function printMap() {
  forPaper();
  setTimeout(() => window.print(), DRAWN_MS);
}

function largeLetters() {
  const on = document.documentElement.classList.toggle("gm-big");
  $("big").setAttribute("aria-pressed", String(on));
  map.invalidateSize();
  drawWords();
  showCard();
  const grid = grids[state.grid];
  if (grid) keepInSight(gridBounds(grid).getCenter(), grid);
}

function switches() {
  const onClick = (id: string, act: () => void) => $(id).addEventListener("click", act);
  onClick("language", () => { toggleLanguage(); changed("language"); });
  onClick("big", largeLetters);
  onClick("whole", whole);
  $("compare").hidden = !layers.length;
  onClick("compare", () => setComparing(!state.comparing));
  $("slider").addEventListener("input", clipBefore);
  onClick("print", printMap);
  onClick("panel-button", () => {
    document.body.classList.toggle("gm-panel-open");
    setTimeout(() => map.invalidateSize(), 250);
  });
  onClick("card-close", () => chooseGrid(-1));
  onClick("legend-button", () => { $("legend").classList.toggle("folded"); });
  $("search").addEventListener("input", search);
  $("search").addEventListener("focus", search);
  $("search").addEventListener("keydown", searchKeys);
  $("search").addEventListener("blur", () => { $("found").hidden = true; });
  document.addEventListener("keydown", keys);
  window.addEventListener("afterprint", backToScreen);
}

function keys(event: KeyboardEvent) {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test((event.target as Element).tagName);
  if (typing) return;
  if (event.key === "Escape") {
    if (state.editing) setTarget(-1);
    else chooseGrid(-1);
  }
  const act = event.key === "/" ? () => $("search").focus() : history(event);
  if (!act) return;
  act();
  event.preventDefault();
}

// Ctrl+Z, Ctrl+Y and Ctrl+Shift+Z, where there is something to adjust.
function history(event: KeyboardEvent) {
  if (!(event.ctrlKey || event.metaKey) || DATA.audience !== "meeting") return null;
  const key = event.key.toLowerCase();
  if (key === "z" && !event.shiftKey) return undo;
  return key === "y" || key === "z" ? redo : null;
}

const faceOf = (id: string) => DATA.faces.id.indexOf(id);
const gridOf = (code: string) => DATA.grids.code.indexOf(code);
const innerOf = (id: string) => land.spot(land.rings[faceOf(id)]);

// For whoever scripts the page: ask where a face is, which grid it lies in, what has been moved.
const scripted = {
  map: map,
  spot: (id: string) => {
    const inner = innerOf(id);
    const at = map.latLngToContainerPoint(latlng(inner.x, inner.y));
    const box = map.getContainer().getBoundingClientRect();
    return [box.left + at.x, box.top + at.y];
  },
  gridOf: (id: string) => DATA.grids.code[faceGrid[faceOf(id)]],
  drawnIn: (id: string) => {
    const inner = innerOf(id);
    return grids.filter((grid) => land.within(grid.rings, inner.x, inner.y)).map((grid) => grid.code);
  },
  edits: currentFile,
  refusal: (id: string, code: string) => refusal(plan, faceOf(id), gridOf(code)),
  move: (id: string, code: string) => moveFace(faceOf(id), gridOf(code)),
  lawfulMoves: (most: number) => {
    const moves: { face: string; to: string }[] = [];
    for (let face = 0; face < faceGrid.length && moves.length < most; face++) {
      const next = touching[face].map((one) => faceGrid[one]);
      const to = next.filter((grid) => !refusal(plan, face, grid))[0];
      if (to !== undefined) moves.push({ face: DATA.faces.id[face], to: DATA.grids.code[to] });
    }
    return moves;
  },
};

// Browsers before 2020 put no space between the boxes of a row: the style sheet does it for them then.
function isSpaceless() {
  const style = { display: "flex", "flex-direction": "column", "row-gap": "1px", position: "absolute" };
  const box = h("div", { style: style }, h("i"), h("i"));
  document.body.appendChild(box);
  const none = box.scrollHeight !== 1;
  box.remove();
  return none;
}

function clicked(event: L.LeafletMouseEvent) {
  const face = land.at(event.latlng);
  if (state.pinning === true) {
    state.pinning = event.latlng;
    openPanel(); // where the panel is a drawer, the form is in it
    showPanel();
  } else if (state.editing) editClick(face);
  else {
    chooseGrid(face < 0 ? -1 : faceGrid[face], face);
    if (face >= 0) keepInSight(event.latlng, grids[faceGrid[face]]);
  }
}

function start() {
  document.body.classList.add("gm", "gm-" + DATA.audience);
  document.body.classList.toggle("gm-spaceless", isSpaceless());
  map.attributionControl.setPrefix(false);
  L.control.zoom({ position: "topleft", zoomInTitle: "+", zoomOutTitle: "−" }).addTo(map);
  L.control.scale({ metric: true, imperial: false, position: "bottomright", maxWidth: 140 }).addTo(map);
  if (window.innerWidth <= PHONE_PX) $("legend").classList.add("folded");
  relabel();
  heading();
  switches();
  showLegend();
  map.invalidateSize({ animate: false });
  whole();
  paintTiles();
  paintShapes(grids);
  paintFills(grids);
  paintVillages();
  paintPieces();
  paintNotes();
  startWords();
  showPanel();
  map.on("click", clicked);
  map.on("mousemove", (event: L.LeafletMouseEvent) => {
    map.getContainer().style.cursor = land.at(event.latlng) < 0 ? "" : "pointer";
  });
  const restored = DATA.audience === "meeting" ? restore() : 0;
  if (restored) toast(t("restored", restored));
  document.documentElement.setAttribute("data-ready", "1");
}

Object.assign(window, { gridmerge: scripted });
start();
