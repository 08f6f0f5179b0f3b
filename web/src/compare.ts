// Before and after: the departments' own lines on one side of a slider, the unified grids on the other.
import { chooseGrid } from "./choose";
import { Coverage } from "./coverage";
import { $, field } from "./dom";
import { area, drawnOn, layerStyle, line, pane } from "./paint";
import { isContext } from "./plan";
import { DATA, land, layers, state, townBounds } from "./state";

const paintBefore = pane("before", 460);
const beforeShapes = L.layerGroup();

function drawBefore() {
  beforeShapes.clearLayers();
  const around = Object.assign(drawnOn(paintBefore), { stroke: false, fillColor: "#eceae2", fillOpacity: 1 });
  beforeShapes.addLayer(L.rectangle(townBounds().pad(4), around));
  const town = land.latlngs(land.around(DATA.faces.id.map((_, face) => face)));
  beforeShapes.addLayer(area(paintBefore, { stroke: false, fillColor: "#fbfaf5", fillOpacity: 1 }).setLatLngs(town));
  const chosen = state.layers.size;
  layers.filter((layer) => (chosen ? state.layers.has(layer.index) : !isContext(layer))).forEach((layer) => {
    const lines = new Coverage(layer.data, DATA).lines();
    beforeShapes.addLayer(line(paintBefore, layerStyle(layer).color, 1.3, { opacity: 0.75 }).setLatLngs(lines));
  });
}

export function clipBefore() {
  if (!state.comparing) return;
  const size = map.getSize();
  const across = (size.x * Number(field("slider").value)) / 1000;
  const corner = map.containerPointToLayerPoint([0, 0]);
  const edges = [corner.y, corner.x + across, corner.y + size.y, corner.x];
  (map.getPane("gm-before") as HTMLElement).style.clip = "rect(" + edges.map((edge) => edge + "px").join(",") + ")";
  $("split").style.left = map.getContainer().getBoundingClientRect().left + across + "px";
}

export function setComparing(on: boolean) {
  state.comparing = on;
  $("compare-box").hidden = !on;
  $("compare").setAttribute("aria-pressed", String(on));
  if (!on) {
    beforeShapes.remove();
    return;
  }
  chooseGrid(-1); // the card would lie on the unified side
  drawBefore();
  beforeShapes.addTo(map);
  clipBefore();
}
map.on("move zoomend resize", clipBefore);
