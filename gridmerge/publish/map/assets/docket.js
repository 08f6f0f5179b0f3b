// What the meeting has to settle: nobody's land and land claimed twice, department by department, and a vote on each.
const LISTED = 25;
const PARTIAL = 0.5; // a network that leaves out more than half the town was never meant to cover it
const docket = [];
const partial = [];
const townArea = total(DATA.faces.area);

layers.forEach((layer) => {
  if (!layer.data.claims.length) return;
  const bare = new Set();
  const twice = new Map();
  DATA.faces.id.forEach((_, face) => {
    const claims = claimsOf(layer, face);
    if (!claims.length) bare.add(face);
    if (claims.length > 1) twice.set(face, claims.join(","));
  });
  const bareShare = total(Array.from(bare, (face) => DATA.faces.area[face])) / townArea;
  if (bareShare > PARTIAL) partial.push({ layer: layer, share: 1 - bareShare });
  else clusters(Array.from(bare), () => "").forEach((faces) => docketItem("gap", layer, faces, ""));
  clusters(Array.from(twice.keys()), (face) => twice.get(face)).forEach((faces) => docketItem("double", layer, faces, twice.get(faces[0])));
});
docket.sort((a, b) => b.area - a.area || (a.id < b.id ? -1 : 1));

// Faces that hang together and say the same.
function clusters(faces, saying) {
  const left = new Set(faces);
  const out = [];
  faces.forEach((first) => {
    if (!left.delete(first)) return;
    const one = [first];
    for (let i = 0; i < one.length; i++) touching[one[i]].forEach((next) => { if (left.has(next) && saying(next) === saying(first)) { left.delete(next); one.push(next); } });
    out.push(one);
  });
  return out;
}

// An item is known by what it is about, so that a vote finds it again in the next build.
function docketItem(kind, layer, faces, claims) {
  const ids = faces.map((face) => DATA.faces.id[face]).sort();
  docket.push({ id: [kind, layer.data.key, ids[0]].join("/"), kind: kind, layer: layer, faces: faces, claims: claims, area: total(faces.map((face) => DATA.faces.area[face])) });
}

function docketText(item) {
  const where = villagesOf(item.faces);
  if (item.kind === "gap") return t("gapOf", brief(title(item.layer), 40), where, areaText(item.area));
  const names = item.claims.split(",").map((feature) => brief(item.layer.data.name[feature] || item.layer.data.id[feature], 30));
  return t("doubleOf", brief(title(item.layer), 40), where, areaText(item.area), names.join(" / "));
}

const villagesOf = (faces) => brief(Array.from(new Set(faces.map((face) => DATA.villages.name[DATA.faces.village[face]]))).join("、"), 40);

const docketShape = L.polygon([], { renderer: paintTop, pane: "gm-top", color: "#c8451b", weight: 3.5, fillColor: "#ffffff", fillOpacity: 0.5, interactive: false, smoothFactor: 0 }).addTo(map);
let docketOpen = "";
function openItem(item) {
  docketOpen = docketOpen === item.id ? "" : item.id;
  docketShape.setLatLngs(docketOpen ? land.latlngs(land.around(item.faces)) : []);
  if (docketOpen) {
    state.layers.add(item.layer.index);
    changed("layers");
    flyToFaces(item.faces);
  } else showPanel();
}

function docketList() {
  return h("section", { class: "docket" },
    h("h3", {}, t("docket"), h("span", { class: "count" }, docket.length)),
    docket.length ? null : h("p", { class: "quiet" }, t("docketNone")),
    docket.slice(0, shown.docket || LISTED).map((item) => h("div", { class: "item" + (item.id === docketOpen ? " on" : "") },
      h("button", { class: "remark", "data-item": item.id, onclick: () => openItem(item) }, docketText(item), voteBadge(item)),
      item.id === docketOpen && DATA.audience === "meeting" ? voteRow(item) : null)),
    docket.length > (shown.docket || LISTED) ? h("button", { class: "link", onclick: () => { shown.docket = (shown.docket || LISTED) + 100; showPanel(); } }, t("more", docket.length - (shown.docket || LISTED))) : null,
    partial.map((one) => h("p", { class: "quiet" }, t("partial", brief(title(one.layer), 40), percent(one.share)))));
}

function voteBadge(item) {
  const vote = edits.votes[item.id];
  return vote ? h("span", { class: "count" }, t("yes") + vote.yes + " " + t("no") + vote.no) : null;
}

function voteRow(item) {
  const vote = edits.votes[item.id] || { yes: 0, no: 0, abstain: 0 };
  return h("div", { class: "row votes" }, h("span", { class: "quiet" }, t("voteFor")), ["yes", "no", "abstain"].map((what) => {
    const box = h("input", { class: "field", type: "number", min: "0", max: "999", "data-vote": what, onchange: (event) => {
      vote[what] = Math.max(0, event.target.value | 0);
      edits.votes[item.id] = vote;
      autosave();
      showPanel();
    } });
    box.value = vote[what];
    return h("label", {}, t(what) + " ", box);
  }));
}
