// An index of townships: an outline each, and a link to its map.
const canvas = L.canvas({ padding: 0.4 });
const plainLine = { renderer: canvas, color: "#24444d", weight: 1.4, fillColor: "#a9d0c3", fillOpacity: 0.85, smoothFactor: 0 };
const towns = DATA.towns.map((town) => {
  const cover = new Coverage(town);
  const all = town.rings.map((_, village) => village);
  const shape = L.polygon(cover.latlngs(cover.around(all)), plainLine).addTo(map);
  const inner = L.polyline(cover.arcs.map((_, arc) => cover.line(arc)), { renderer: canvas, color: "#ffffff", weight: 0.8, interactive: false, smoothFactor: 0 }).addTo(map);
  shape.on("click", () => { location.href = town.link; });
  return { data: town, shape: shape, inner: inner };
});

function list() {
  fill($("towns"), towns.map((town) => h("a", { class: "remark town", href: town.data.link,
    onmouseenter: () => town.shape.setStyle({ fillColor: "#e8a33d" }), onmouseleave: () => town.shape.setStyle({ fillColor: "#a9d0c3" }) },
  h("b", {}, brief(town.data.name, 60)), h("span", { class: "quiet" }, t("atlasLine", town.data.villages, town.data.grids, town.data.layers, town.data.members)))));
}

document.body.classList.add("gm");
map.attributionControl.setPrefix(false);
L.control.scale({ metric: true, imperial: false, position: "bottomright" }).addTo(map);
relabel();
list();
$("language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; relabel(); list(); });
map.invalidateSize({ animate: false });
map.fitBounds(towns.map((town) => town.shape.getBounds()).reduce((a, b) => a.extend(b)), { padding: [30, 30] });
document.documentElement.setAttribute("data-ready", "1");
