// Before and after: the departments' own lines on one side of a slider, the unified grids on the other.
map.createPane("gm-before").style.zIndex = 460;
map.getPane("gm-before").style.pointerEvents = "none";
const paintBefore = L.canvas({ pane: "gm-before", padding: 0.4 });
const beforeShapes = L.layerGroup();
let comparing = false;

function drawBefore() {
  beforeShapes.clearLayers();
  const here = { renderer: paintBefore, pane: "gm-before", interactive: false, smoothFactor: 0 };
  beforeShapes.addLayer(L.rectangle(townBounds().pad(4), Object.assign({ stroke: false, fillColor: "#eceae2", fillOpacity: 1 }, here)));
  beforeShapes.addLayer(L.polygon(land.latlngs(land.around(DATA.faces.id.map((_, face) => face))), Object.assign({ stroke: false, fillColor: "#fbfaf5", fillOpacity: 1 }, here)));
  layers.filter((layer) => (state.layers.size ? state.layers.has(layer.index) : !isContext(layer))).forEach((layer) => {
    const cover = new Coverage(layer.data);
    beforeShapes.addLayer(L.polyline(cover.arcs.map((_, arc) => cover.line(arc)), Object.assign({ color: layerStyle(layer).color, weight: 1.3, opacity: 0.75 }, here)));
  });
}

const townBounds = () => boxBounds(land.rings.map((_, face) => land.box(face)).reduce((a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])]));

function clipBefore() {
  if (!comparing) return;
  const area = map.getSize();
  const across = (area.x * $("slider").value) / 1000;
  const corner = map.containerPointToLayerPoint([0, 0]);
  map.getPane("gm-before").style.clip = "rect(" + corner.y + "px," + (corner.x + across) + "px," + (corner.y + area.y) + "px," + corner.x + "px)";
  const box = map.getContainer().getBoundingClientRect();
  $("split").style.left = box.left + across + "px";
}

function setComparing(on) {
  comparing = on;
  $("compare-box").hidden = !on;
  $("compare").setAttribute("aria-pressed", String(on));
  if (on) {
    chooseGrid(-1); // the card would lie on the unified side
    drawBefore();
    beforeShapes.addTo(map);
    clipBefore();
  } else beforeShapes.remove();
}
map.on("move zoomend resize", clipBefore);
