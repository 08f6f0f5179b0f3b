// Put together: what each change redraws, and what the buttons do.
// The whole town, moved aside from under the legend as far as there is room.
function whole() {
  const bounds = townBounds();
  map.fitBounds(bounds, { padding: [26, 26], animate: false });
  const east = map.latLngToContainerPoint(bounds.getNorthEast()).x;
  const west = map.latLngToContainerPoint(bounds.getNorthWest()).x;
  const legend = $("legend").getBoundingClientRect();
  const under = legend.right + 16 - (map.getContainer().getBoundingClientRect().left + west);
  const room = map.getSize().x - east - 26;
  if (window.innerWidth > 760 && under > 0 && room > 0) map.panBy([-Math.min(under, room), 0], { animate: false });
}

onChange((what) => {
  if (what === "choice") { paintChosen(); showCard(); markBar(); }
  if (what === "layers") { layers.forEach(paintLayer); showLegend(); showPanel(); }
  if (what === "colour") { paintFills(); paintDepartment(); showLegend(); showPanel(); }
  if (what === "edit" || what === "target") { paintCandidates(); paintChosen(); }
  if (what === "target") showPanel();
  if (what === "edit") { renewAdjust(); if (!state.editing) showCard(); }
  if (what === "notes") { paintNotes(); showPanel(); }
  if (what === "loaded") paintNotes();
  if (what === "villages") { paintVillages(); showLegend(); }
  if (what === "pieces") paintPieces();
  if (what === "language") { relabel(); heading(); showPanel(); showLegend(); showCard(); }
  wordLayer.draw();
});

function markBar() {
  document.querySelectorAll(".bar").forEach((element) => element.classList.toggle("on", Number(element.getAttribute("data-grid")) === state.grid));
}

function heading() {
  $("town").textContent = brief(DATA.name, 40);
  $("search").placeholder = t(DATA.addresses.rest.length ? "searchAddress" : "search");
  $("crs").textContent = DATA.crs[language === "zh" ? 0 : 1];
  $("shifted").textContent = DATA.basemap.datum === "wgs84" ? "" : t("shifted", DATA.basemap.datum.toUpperCase().replace("0", "-0"));
  $("date").textContent = DATA.date;
  $("sources").parentNode.hidden = !DATA.sources.length;
  document.querySelector(".stamp").textContent = t(DATA.audience !== "public" ? "internal" : DATA.review ? "forPublic" : "notReviewed");
  $("sources").textContent = t("sourceCount", DATA.sources.length);
  $("sources").title = DATA.sources.map((source) => inputTitle(source[0]) + t("colon") + source[1]).join("\n");
  $("review").textContent = DATA.review || "＿＿＿＿＿＿";
  document.title = brief(DATA.name, 60) + " · " + t("unified");
}

// Paper is another shape than the screen: the whole town is fitted to the sheet first, and drawn, and then printed.
let onScreen = null;
function forPaper(on) {
  if (on) onScreen = map.getBounds();
  document.body.classList.toggle("gm-printing", on);
  map.invalidateSize({ animate: false });
  map.fitBounds(on ? townBounds() : onScreen, on ? { padding: [20, 20], animate: false } : { animate: false });
}

function printMap() {
  forPaper(true);
  setTimeout(() => window.print(), 400);
}

function switches() {
  $("language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; changed("language"); });
  $("big").addEventListener("click", () => {
    const on = document.documentElement.classList.toggle("gm-big");
    $("big").setAttribute("aria-pressed", String(on));
    map.invalidateSize();
    wordLayer.draw();
    showCard();
    const grid = grids[state.grid];
    if (grid) keepInSight(boxBounds(gridBox(grid)).getCenter(), grid);
  });
  $("whole").addEventListener("click", whole);
  $("compare").hidden = !layers.length;
  $("compare").addEventListener("click", () => setComparing(!comparing));
  $("slider").addEventListener("input", clipBefore);
  $("print").addEventListener("click", printMap);
  $("panel-button").addEventListener("click", () => { document.body.classList.toggle("gm-panel-open"); setTimeout(() => map.invalidateSize(), 250); });
  $("card-close").addEventListener("click", () => chooseGrid(-1));
  $("legend-button").addEventListener("click", () => $("legend").classList.toggle("folded"));
  $("search").addEventListener("input", search);
  $("search").addEventListener("focus", search);
  $("search").addEventListener("keydown", searchKey);
  $("search").addEventListener("blur", () => { $("found").hidden = true; });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !typing) { $("search").focus(); event.preventDefault(); }
    if (event.key === "Escape" && !typing) {
      if (state.editing) setTarget(-1);
      else chooseGrid(-1);
    }
    if ((event.ctrlKey || event.metaKey) && !typing && DATA.audience === "meeting") {
      const key = event.key.toLowerCase();
      if (key === "z" && !event.shiftKey) undo();
      else if (key === "y" || key === "z") redo();
      else return;
      event.preventDefault();
    }
  });
  window.addEventListener("afterprint", () => { if (onScreen) forPaper(false); });
}

// For whoever scripts the page: ask where a face is, which grid it lies in, what has been moved.
window.gridmerge = {
  map: map,
  spot: (id) => {
    const inner = innerPoint(land.rings[DATA.faces.id.indexOf(id)].map((ring) => land.points(ring)));
    const at = map.latLngToContainerPoint(latlng(inner.x, inner.y));
    const box = map.getContainer().getBoundingClientRect();
    return [box.left + at.x, box.top + at.y];
  },
  gridOf: (id) => DATA.grids.code[faceGrid[DATA.faces.id.indexOf(id)]],
  drawnIn: (id) => {
    const inner = innerPoint(land.rings[DATA.faces.id.indexOf(id)].map((ring) => land.points(ring)));
    return grids.filter((grid) => land.within(grid.rings, inner.x, inner.y)).map((grid) => grid.code);
  },
  edits: () => editsFile(),
  refusal: (id, code) => refusal(DATA.faces.id.indexOf(id), DATA.grids.code.indexOf(code)),
  move: (id, code) => moveFace(DATA.faces.id.indexOf(id), DATA.grids.code.indexOf(code)),
  lawfulMoves: (most) => {
    const moves = [];
    for (let face = 0; face < faceGrid.length && moves.length < most; face++) {
      const to = touching[face].map((next) => faceGrid[next]).filter((grid) => !refusal(face, grid))[0];
      if (to !== undefined) moves.push({ face: DATA.faces.id[face], to: DATA.grids.code[to] });
    }
    return moves;
  },
};

// Browsers before 2020 put no space between the boxes of a row: the style sheet does it for them then.
function spaceless() {
  const box = h("div", { style: { display: "flex", "flex-direction": "column", "row-gap": "1px", position: "absolute" } }, h("i"), h("i"));
  document.body.appendChild(box);
  const none = box.scrollHeight !== 1;
  box.remove();
  return none;
}

function start() {
  document.body.classList.add("gm");
  document.body.classList.toggle("gm-spaceless", spaceless());
  document.body.classList.add("gm-" + DATA.audience);
  map.attributionControl.setPrefix(false);
  L.control.zoom({ position: "topleft", zoomInTitle: "+", zoomOutTitle: "−" }).addTo(map);
  L.control.scale({ metric: true, imperial: false, position: "bottomright", maxWidth: 140 }).addTo(map);
  if (window.innerWidth <= 760) $("legend").classList.add("folded");
  relabel();
  heading();
  switches();
  showLegend();
  map.invalidateSize({ animate: false });
  whole();
  paintTiles();
  paintShapes();
  paintFills();
  paintVillages();
  paintPieces();
  paintNotes();
  wordLayer.addTo(map);
  showPanel();
  map.on("click", (event) => {
    const face = land.at(event.latlng);
    if (pinning === true) {
      pinning = event.latlng;
      document.body.classList.add("gm-panel-open"); // where the panel is a drawer, the form is in it
      showPanel();
      return;
    }
    if (state.editing) {
      editClick(face);
      return;
    }
    chooseGrid(face < 0 ? -1 : faceGrid[face], face);
    if (face >= 0) keepInSight(event.latlng, grids[faceGrid[face]]);
  });
  map.on("mousemove", (event) => { map.getContainer().style.cursor = land.at(event.latlng) < 0 ? "" : "pointer"; });
  if (DATA.audience === "meeting") restore();
  document.documentElement.setAttribute("data-ready", "1");
}
start();
