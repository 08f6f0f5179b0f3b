// An index of townships: an outline and a name each, and a link to its map.
const canvas = L.canvas({ padding: 0.4 });
const PLAIN = "#a9d0c3";
const MARKED = "#e8a33d";
const towns = DATA.towns.map((town) => {
  const cover = new Coverage(town);
  const all = town.rings.map((_, village) => village);
  const rings = cover.around(all);
  const inner = innerPoint(rings.map((ring) => cover.points(ring)));
  const shape = L.polygon(cover.latlngs(rings), { renderer: canvas, color: "#24444d", weight: 1.4, fillColor: PLAIN, fillOpacity: 0.85, smoothFactor: 0 }).addTo(map);
  L.polyline(cover.arcs.map((_, arc) => cover.line(arc)), { renderer: canvas, color: "#ffffff", weight: 0.8, interactive: false, smoothFactor: 0 }).addTo(map);
  shape.on("click", () => { location.href = town.link; });
  const name = h("span", {}, brief(town.name, 12));
  L.marker(latlng(inner.x, inner.y), { icon: L.divIcon({ className: "town-name", html: name, iconSize: [0, 0] }), interactive: false, keyboard: false }).addTo(map);
  return { data: town, shape: shape, name: name };
});

const mark = (town, on) => town.shape.setStyle({ fillColor: on ? MARKED : PLAIN });
towns.forEach((town) => town.shape.on("mouseover", () => mark(town, true)).on("mouseout", () => mark(town, false)));

// A name that would lie over another waits until there is room.
function placeNames() {
  const taken = [];
  towns.forEach((town) => {
    town.name.style.visibility = "";
    const box = town.name.getBoundingClientRect();
    const free = !taken.some((other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top);
    if (free) taken.push(box);
    else town.name.style.visibility = "hidden";
  });
}

const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
function list() {
  const wanted = plain($("search").value);
  fill($("towns"), towns.filter((town) => plain(town.data.name).indexOf(wanted) >= 0).map((town) => h("a", { class: "remark town", href: town.data.link,
    onmouseenter: () => mark(town, true), onmouseleave: () => mark(town, false) },
  h("b", {}, brief(town.data.name, 60)),
  h("span", { class: "quiet" }, t("atlasLine", town.data.villages, town.data.grids, town.data.networks, town.data.members)),
  h("span", { class: "quiet" }, town.data.outside === null ? null : h("span", { class: town.data.outside ? "high" : "" }, t("atlasOutside", town.data.outside)),
    town.data.disputes === null ? null : " · " + t("atlasDisputes", town.data.disputes), " · " + town.data.date))));
  const sum = (what) => towns.reduce((all, town) => all + town.data[what], 0);
  $("sum").textContent = t("atlasSum", number(towns.length), number(sum("villages")), number(sum("grids")));
}

document.body.classList.add("gm");
map.attributionControl.setPrefix(false);
L.control.zoom({ position: "topright", zoomInTitle: "+", zoomOutTitle: "−" }).addTo(map);
L.control.scale({ metric: true, imperial: false, position: "bottomright" }).addTo(map);
relabel();
list();
$("search").addEventListener("input", list);
$("panel-button").addEventListener("click", () => document.body.classList.toggle("gm-panel-open"));
$("language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; relabel(); list(); });
map.on("zoomend", placeNames);
map.invalidateSize({ animate: false });
map.fitBounds(towns.map((town) => town.shape.getBounds()).reduce((a, b) => a.extend(b)), { padding: [30, 30] });
placeNames();
document.documentElement.setAttribute("data-ready", "1");
