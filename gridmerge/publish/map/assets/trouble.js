// Where the findings are: a circle each over the villages, and a list that flies to them.
const canvas = L.canvas({ padding: 0.4 });
const COLOURS = { error: "#c22f1e", warning: "#cf8a1d", note: "#5b7f95" };
const villages = new Coverage(DATA);
const land = L.polygon(villages.latlngs(villages.around(DATA.rings.map((_, village) => village))),
  { renderer: canvas, color: "#24444d", weight: 1.6, fillColor: "#dfeae4", fillOpacity: 0.9, smoothFactor: 0, interactive: false }).addTo(map);
L.polyline(villages.arcs.map((_, arc) => villages.line(arc)), { renderer: canvas, color: "#7d9a98", weight: 0.8, smoothFactor: 0, interactive: false }).addTo(map);

const text = (finding) => brief(finding[language === "zh" ? 3 : 4], 400);
const placed = DATA.findings.filter((finding) => finding[5] !== null);
// The worst are drawn last, so that no note hides an error.
const marks = new Map(placed.slice().reverse().map((finding) => {
  const mark = L.circleMarker([finding[6], finding[5]], { renderer: canvas, radius: finding[0] === "note" ? 4 : 6, color: "#fff", weight: 1, fillColor: COLOURS[finding[0]], fillOpacity: 0.9 }).addTo(map);
  mark.bindPopup(() => h("p", {}, h("b", {}, layerOf(finding)), h("br"), text(finding)));
  return [finding, mark];
}));

function layerOf(finding) {
  const name = finding[language === "zh" ? 1 : 2];
  return name ? brief(name, 40) : t("wholeProject");
}

function flyTo(finding) {
  map.setView([finding[6], finding[5]], Math.max(map.getZoom(), 16));
  marks.get(finding).openPopup();
}

function line(finding) {
  return marks.has(finding) ? h("button", { class: "remark", onclick: () => flyTo(finding) }, text(finding)) : h("p", { class: "remark" }, text(finding));
}

function section(severity) {
  const found = DATA.findings.filter((finding) => finding[0] === severity);
  if (!found.length) return null;
  const groups = new Map();
  found.forEach((finding) => {
    const name = layerOf(finding);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(finding);
  });
  return h("section", { class: "remarks " + severity }, h("h3", { style: { color: COLOURS[severity] } }, t(severity), h("span", { class: "count" }, found.length)),
    Array.from(groups.entries()).map((group) => h("details", { class: "fold", open: severity === "error" || found.length <= 30 },
      h("summary", {}, group[0], h("span", { class: "count" }, group[1].length)), group[1].map(line))));
}

function list() {
  $("name").textContent = brief(DATA.name, 40);
  fill($("findings"), DATA.findings.length ? ["error", "warning", "note"].map(section) : h("p", { class: "lead" }, t("findingsNone")),
    DATA.unlisted ? h("p", { class: "quiet" }, t("unlisted", number(DATA.unlisted))) : null);
}

document.body.classList.add("gm");
map.attributionControl.setPrefix(false);
L.control.scale({ metric: true, imperial: false, position: "bottomright" }).addTo(map);
relabel();
list();
$("language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; map.closePopup(); relabel(); list(); });
map.invalidateSize({ animate: false });
map.fitBounds(land.getBounds(), { padding: [30, 30] });
document.documentElement.setAttribute("data-ready", "1");
