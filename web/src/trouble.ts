// Where the findings are: a circle each over the villages, and a list that flies to them.
import { Coverage } from "./coverage";
import { type Row, readData, rows } from "./data";
import { $, fill, h, relabel } from "./dom";
import type { TroubleFindings, TroublePayload } from "./payload";
import { grouped } from "./group";
import { brief, inLanguage, isChinese, number, setLanguage, t, toggleLanguage } from "./text";

type Finding = Row<TroubleFindings>;

const DATA = readData<TroublePayload>();
setLanguage(DATA.language);
const COLOURS = { error: "#c22f1e", warning: "#cf8a1d", note: "#5b7f95" };
const SEVERITIES = ["error", "warning", "note"] as const;
// With no more than this, every fold is open.
const FEW = 30;

const findings = rows(DATA.findings);
const style = { renderer: L.canvas({ padding: 0.4 }), smoothFactor: 0, interactive: false };
const villages = new Coverage(DATA, DATA);
const outline = { color: "#24444d", weight: 1.6, fillColor: "#dfeae4", fillOpacity: 0.9 };
const rings = villages.around(DATA.rings.map((_, village) => village));
const land = L.polygon(villages.latlngs(rings), Object.assign(outline, style)).addTo(map);
L.polyline(villages.lines(), Object.assign({ color: "#7d9a98", weight: 0.8 }, style)).addTo(map);

const text = (finding: Finding) => brief(inLanguage(finding), 400);

function layerOf(finding: Finding) {
  const name = isChinese() ? finding.layer_zh : finding.layer_en;
  return name ? brief(name, 40) : t("wholeProject");
}

const marks = new Map<Finding, L.CircleMarker>();
// The worst are drawn last, so that no note hides an error.
findings.slice().reverse().forEach((finding) => {
  const { lat, lon, severity } = finding;
  if (lat === null || lon === null) return;
  const dot = { radius: severity === "note" ? 4 : 6, color: "#fff", weight: 1, fillColor: COLOURS[severity], fillOpacity: 0.9 };
  const mark = L.circleMarker([lat, lon], Object.assign({ renderer: style.renderer }, dot)).addTo(map);
  mark.bindPopup(() => h("p", {}, h("b", {}, layerOf(finding)), h("br"), text(finding)));
  marks.set(finding, mark);
});

function line(finding: Finding) {
  const mark = marks.get(finding);
  if (!mark) return h("p", { class: "remark" }, text(finding));
  const fly = () => {
    map.setView(mark.getLatLng(), Math.max(map.getZoom(), 16));
    mark.openPopup();
  };
  return h("button", { class: "remark", onclick: fly }, text(finding));
}

function section(severity: "error" | "warning" | "note") {
  const found = findings.filter((finding) => finding.severity === severity);
  if (!found.length) return null;
  const groups = grouped(found, layerOf);
  const open = severity === "error" || found.length <= FEW;
  const count = (some: Finding[]) => h("span", { class: "count" }, some.length);
  const folds = Array.from(groups).map(([name, group]) =>
    h("details", { class: "fold", open: open }, h("summary", {}, name, count(group)), group.map(line)));
  const head = h("h3", { style: { color: COLOURS[severity] } }, t(severity), count(found));
  return h("section", { class: "remarks " + severity }, head, folds);
}

function list() {
  $("name").textContent = brief(DATA.name, 40);
  const none = h("p", { class: "lead" }, t("findingsNone"));
  const more = DATA.unlisted ? h("p", { class: "quiet" }, t("unlisted", number(DATA.unlisted))) : null;
  fill($("findings"), findings.length ? SEVERITIES.map(section) : none, more);
}

document.body.classList.add("gm");
map.attributionControl.setPrefix(false);
L.control.scale({ metric: true, imperial: false, position: "bottomright" }).addTo(map);
relabel();
list();
$("language").addEventListener("click", () => {
  toggleLanguage();
  map.closePopup();
  relabel();
  list();
});
map.invalidateSize({ animate: false });
map.fitBounds(land.getBounds(), { padding: [30, 30] });
document.documentElement.setAttribute("data-ready", "1");
