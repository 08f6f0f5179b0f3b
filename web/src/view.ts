// Where the map looks, and what lies over it.
import { $ } from "./dom";
import { CHOSEN, drawnOn, paintTop } from "./paint";
import type { Grid } from "./plan";
import { boxOf, latlng } from "./state";

const EDGE = 60;

export const openPanel = () => document.body.classList.add("gm-panel-open");
// On a phone the panel lies over what shall be seen.
export const closePanel = () => document.body.classList.remove("gm-panel-open");

// What the open card hides of the map, as [right, bottom] in pixels.
function hiddenByCard(): [number, number] {
  const card = $("card");
  if (card.hidden) return [0, 0];
  const box = card.getBoundingClientRect();
  return box.left <= 1 ? [0, box.height] : [box.width + 16, 0];
}

export function fitTo(bounds: L.LatLngBounds, most: number) {
  closePanel();
  const lost = hiddenByCard();
  const area = map.getSize();
  const pad = Math.min(most, (area.x - lost[0]) / 4, (area.y - lost[1]) / 4);
  map.fitBounds(bounds, { paddingTopLeft: [pad, pad], paddingBottomRight: [pad + lost[0], pad + lost[1]], maxZoom: 17 });
}

export const joinedBounds = (all: L.LatLngBounds[]) => all.reduce((a, b) => a.extend(b));

// Bring a place out from under the card, with its whole grid where that has room.
export function keepInSight(place: L.LatLng, grid?: Grid) {
  const lost = hiddenByCard();
  const area = map.getSize();
  const edge = [EDGE, EDGE, area.x - lost[0] - EDGE, area.y - lost[1] - EDGE];
  const at = map.latLngToContainerPoint(place);
  const corners = grid ? gridCorners(grid) : [at, at];
  const wide = corners[1].x - corners[0].x;
  const high = corners[1].y - corners[0].y;
  const fits = wide <= edge[2] - edge[0] && high <= edge[3] - edge[1];
  const [a, b] = fits ? corners : [at, at];
  map.panBy([missing(a.x, b.x, edge[0], edge[2]), missing(a.y, b.y, edge[1], edge[3])]);
}

function gridCorners(grid: Grid) {
  const box = boxOf(grid);
  return [latlng(box[0], box[3]), latlng(box[2], box[1])].map((corner) => map.latLngToContainerPoint(corner));
}

// How far a stretch lies out of its bounds.
function missing(low: number, high: number, from: number, to: number) {
  if (low < from) return low - from;
  return high > to ? high - to : 0;
}

const pinStyle = Object.assign(drawnOn(paintTop), { radius: 11, color: CHOSEN, weight: 3, fillOpacity: 0.12 });
const pin = L.circleMarker([0, 0], pinStyle);
export function flyTo(lon: number, lat: number, options?: L.ZoomPanOptions) {
  const place = L.latLng(lat, lon);
  pin.setLatLng(place).addTo(map);
  closePanel();
  map.setView(place, Math.max(map.getZoom(), 16), options);
}
