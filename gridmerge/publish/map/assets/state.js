// What is known and what is chosen. `grids.faces` follows every edit; all else is read from the file.
const land = new Coverage(DATA.faces);
const sides = land.sides();
const state = { colour: "work", grid: -1, face: -1, tab: "overview", villages: true, labels: true, pieces: false, layers: new Set(), sides: new Map(), department: 0, editing: false, target: -1, touched: [] };
const unit = DATA.works.indexOf(DATA.sizes.unit);

const faceGrid = DATA.faces.grid.slice();
const grids = DATA.grids.code.map((code, index) => ({
  index: index,
  code: code,
  short: code.length > 3 ? code.slice(-3) : code,
  name: DATA.grids.name[index],
  type: DATA.grids.type[index],
  village: DATA.grids.village[index],
  area: DATA.grids.area[index],
  load: DATA.grids.load[index],
  work: DATA.works.map((_, w) => DATA.grids.work[w][index]),
  was: 0,
  faces: [],
  duties: [],
  rings: [],
  inner: null,
}));
faceGrid.forEach((grid, face) => grids[grid].faces.push(face));

const DUTY_ORDER = ["leader", "full_time", "part_time", "stand_in", "adviser", "other"];
const members = (DATA.members.member_id || []).map((id, index) => ({
  index: index,
  id: id,
  name: DATA.members.name[index],
  kind: DATA.members.kind[index],
  capacity: DATA.members.capacity[index],
  phone: DATA.members.phone[index],
  duties: [],
}));
DATA.duties.forEach((row) => {
  const duty = { grid: row[0], member: row[1], duty: row[2], load: row[3] };
  grids[row[0]].duties.push(duty);
  members[row[1]].duties.push(duty);
});
grids.forEach((grid) => grid.duties.sort((a, b) => DUTY_ORDER.indexOf(a.duty) - DUTY_ORDER.indexOf(b.duty)));

const layers = DATA.layers.map((layer, index) => ({ index: index, data: layer, count: layer.id.length, drawn: null }));

// What people call a network, or another input, by its key.
function inputTitle(key) {
  const layer = layers.filter((one) => one.data.key === key)[0];
  const names = layer ? layer.data.title : DATA.inputs[key] || [key, key];
  return names[language === "zh" ? 0 : 1];
}

// Rivers, roads: lines nobody is responsible for, shown to find one's way.
const isContext = (layer) => layer.data.role === "barrier";

function size(grid) {
  if (DATA.sizes.unit === "area_ha" && unit < 0) return grid.area / 1e4;
  return unit < 0 ? grid.load : grid.work[unit];
}
grids.forEach((grid) => { grid.was = size(grid); });
// A size that is withheld is not nought: it has no colour, no mark and no bar, and no sum holds it.
const withheld = (grid) => size(grid) === null;
const total = (list) => (list.some((one) => one === null) ? null : list.reduce((a, b) => a + b, 0));
const sizeName = () => workName(DATA.sizes.unit || "workload");
// As a heading: "Households of each grid".
function workTitle() {
  const text = t("work", sizeName());
  return text.charAt(0).toUpperCase() + text.slice(1);
}
const sizeUnit = () => unitOf(DATA.sizes.unit || "workload");
const withUnit = (value) => number(value) + (language === "zh" || !sizeUnit() ? "" : " ") + sizeUnit();
// A count that is withheld is below five; the work made of several counts, and every sum, just is not told.
const sizeText = (grid) => (withheld(grid) && unit < 0 ? t("withheld") : withUnit(size(grid)));
const sumText = (sum) => (sum === null ? t("withheld") : withUnit(sum));

function verdict(grid) {
  if (grid.type === "exclusive" || withheld(grid)) return 0;
  if (DATA.sizes.max !== null && size(grid) > DATA.sizes.max) return 1;
  return DATA.sizes.min !== null && size(grid) < DATA.sizes.min ? -1 : 0;
}

// Who holds the grid day by day: the full-time member, else the next one there is.
function holder(grid) {
  const order = ["full_time", "part_time", "stand_in", "leader", "adviser", "other"];
  const found = grid.duties.slice().sort((a, b) => order.indexOf(a.duty) - order.indexOf(b.duty))[0];
  return found ? members[found.member] : null;
}

function reshape(grid) {
  grid.rings = land.around(grid.faces);
  grid.inner = innerPoint(grid.rings.length ? grid.rings.map((ring) => land.points(ring)) : [[0, 0]]);
}
grids.forEach(reshape);

function gridBox(grid) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  grid.faces.forEach((face) => {
    const one = land.box(face);
    for (let i = 0; i < 2; i++) {
      box[i] = Math.min(box[i], one[i]);
      box[i + 2] = Math.max(box[i + 2], one[i + 2]);
    }
  });
  return box;
}

// Which features of a layer claim a face: [] nobody, [one], or several.
function claimsOf(layer, face) {
  const claim = layer.data.claims.length ? layer.data.claims[face] : 0;
  return (Array.isArray(claim) ? claim : claim ? [claim] : []).map((feature) => feature - 1);
}

// A change of state tells everybody who draws something.
const listeners = [];
const onChange = (listener) => listeners.push(listener);
const changed = (what) => listeners.forEach((listener) => listener(what));
