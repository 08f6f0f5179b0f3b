// An index of townships: an outline and a name each, and a link to its map.
import { Coverage } from "./coverage";
import { readData } from "./data";
import { $, field, fill, h, relabel } from "./dom";
import type { AtlasPayload, Town } from "./payload";
import { sum } from "./plan";
import { brief, number, searchKey, setLanguage, t, toggleLanguage } from "./text";

interface Shown {
  data: Town;
  shape: L.Polygon;
  name: HTMLElement;
}

const DATA = readData<AtlasPayload>();
setLanguage(DATA.language);
const canvas = L.canvas({ padding: 0.4 });
const PLAIN = "#a9d0c3";
const MARKED = "#e8a33d";
const towns = DATA.towns.map(draw);

function draw(town: Town): Shown {
  const cover = new Coverage(town, DATA);
  const rings = cover.around(town.rings.map((_, village) => village));
  const inner = cover.spot(rings);
  const outline = { color: "#24444d", weight: 1.4, fillColor: PLAIN, fillOpacity: 0.85 };
  const inside = { color: "#ffffff", weight: 0.8, interactive: false };
  const common = { renderer: canvas, smoothFactor: 0 };
  const shape = L.polygon(cover.latlngs(rings), Object.assign(outline, common)).addTo(map);
  L.polyline(cover.lines(), Object.assign(inside, common)).addTo(map);
  shape.on("click", () => { location.href = town.link; });
  const name = h("span", {}, brief(town.name, 12));
  const icon = L.divIcon({ className: "town-name", html: name, iconSize: [0, 0] });
  L.marker(cover.latlng(inner.x, inner.y), { icon: icon, interactive: false, keyboard: false }).addTo(map);
  return { data: town, shape: shape, name: name };
}

const mark = (town: Shown, on: boolean) => town.shape.setStyle({ fillColor: on ? MARKED : PLAIN });
towns.forEach((town) => town.shape.on("mouseover", () => mark(town, true)).on("mouseout", () => mark(town, false)));

const overlap = (a: DOMRect, b: DOMRect) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;

// A name that would lie over another waits until there is room.
function placeNames() {
  const taken: DOMRect[] = [];
  towns.forEach(({ name }) => {
    name.style.visibility = "";
    const box = name.getBoundingClientRect();
    if (taken.some((other) => overlap(box, other))) name.style.visibility = "hidden";
    else taken.push(box);
  });
}

function townLine(town: Shown) {
  const { data } = town;
  const pointed = { onmouseenter: () => mark(town, true), onmouseleave: () => mark(town, false) };
  const outside = data.outside === null ? null : h("span", { class: data.outside ? "high" : "" }, t("atlasOutside", data.outside));
  const disputes = data.disputes === null ? null : " · " + t("atlasDisputes", data.disputes);
  return h("a", Object.assign({ class: "remark town", href: data.link }, pointed),
    h("b", {}, brief(data.name, 60)),
    h("span", { class: "quiet" }, t("atlasLine", data.villages, data.grids, data.networks, data.members)),
    h("span", { class: "quiet" }, outside, disputes, " · " + data.date));
}

function list() {
  const wanted = searchKey(field("search").value);
  const found = towns.filter((town) => searchKey(town.data.name).indexOf(wanted) >= 0);
  fill($("towns"), found.map(townLine));
  const villages = sum(towns.map((town) => town.data.villages));
  const grids = sum(towns.map((town) => town.data.grids));
  $("sum").textContent = t("atlasSum", number(towns.length), number(villages), number(grids));
}

document.body.classList.add("gm");
map.attributionControl.setPrefix(false);
L.control.zoom({ position: "topright", zoomInTitle: "+", zoomOutTitle: "−" }).addTo(map);
L.control.scale({ metric: true, imperial: false, position: "bottomright" }).addTo(map);
relabel();
list();
$("search").addEventListener("input", list);
$("panel-button").addEventListener("click", () => { document.body.classList.toggle("gm-panel-open"); });
$("language").addEventListener("click", () => {
  toggleLanguage();
  relabel();
  list();
});
map.on("zoomend", placeNames);
map.invalidateSize({ animate: false });
map.fitBounds(towns.map((town) => town.shape.getBounds()).reduce((a, b) => a.extend(b)), { padding: [30, 30] });
placeNames();
document.documentElement.setAttribute("data-ready", "1");
