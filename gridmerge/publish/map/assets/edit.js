// The rules of moving a piece of land from one grid to another, and the history of what was moved.
const touching = DATA.faces.id.map(() => []);
sides.forEach((pair) => {
  if (pair.length > 1 && DATA.faces.village[pair[0]] === DATA.faces.village[pair[1]]) {
    touching[pair[0]].push(pair[1]);
    touching[pair[1]].push(pair[0]);
  }
});

// In how many pieces faces lie. A bridge may already hold a grid together that is two pieces on the map.
function pieces(faces) {
  const left = new Set(faces);
  let count = 0;
  faces.forEach((first) => {
    if (!left.delete(first)) return;
    count++;
    const open = [first];
    while (open.length) touching[open.pop()].forEach((next) => { if (left.delete(next)) open.push(next); });
  });
  return count;
}

// Why a face may not join a grid; "" when it may.
function refusal(face, to) {
  const from = faceGrid[face];
  const source = grids[from];
  const target = grids[to];
  const zone = DATA.faces.zone.length ? DATA.faces.zone[face] : "";
  if (from === to) return t("noSame");
  if (zone || source.type === "exclusive" || target.type === "exclusive") return t("noZone");
  if (source.village !== target.village) return t("noVillage", DATA.villages.name[source.village], DATA.villages.name[target.village]);
  if (source.faces.length === 1) return t("noEmpty", source.short);
  if (pieces(target.faces.concat([face])) > pieces(target.faces)) return t("noTouch", target.short);
  return pieces(source.faces.filter((other) => other !== face)) > pieces(source.faces) ? t("noSplit", source.short) : "";
}

// What earlier meetings voted and noted is there already, and goes into the next file too.
const edits = {
  done: [],
  undone: [],
  notes: DATA.meeting.notes.map((note) => ({ lon: note[0], lat: note[1], text: note[2], by: note[3], datum: DATA.basemap.datum })),
  votes: {},
  by: "",
};
Object.keys(DATA.meeting.votes).forEach((item) => {
  const vote = DATA.meeting.votes[item];
  edits.votes[item] = { yes: vote[0], no: vote[1], abstain: vote[2] };
});

function shift(face, to) {
  const source = grids[faceGrid[face]];
  const target = grids[to];
  source.faces.splice(source.faces.indexOf(face), 1);
  target.faces.push(face);
  faceGrid[face] = to;
  [[source, -1], [target, 1]].forEach((pair) => {
    pair[0].area += pair[1] * DATA.faces.area[face];
    pair[0].load += pair[1] * DATA.faces.load[face];
    DATA.works.forEach((_, w) => { pair[0].work[w] += pair[1] * DATA.faces.work[w][face]; });
    reshape(pair[0]);
  });
  return [source, target];
}

function moveFace(face, to) {
  const why = refusal(face, to);
  if (why) return why;
  const from = faceGrid[face];
  const both = shift(face, to);
  edits.done.push({ face: face, from: from, to: to });
  edits.undone = [];
  edited(both);
  return "";
}

function undo() {
  const move = edits.done.pop();
  if (!move) return;
  edits.undone.push(move);
  edited(shift(move.face, move.from));
}

function redo() {
  const move = edits.undone.pop();
  if (!move) return;
  edits.done.push(move);
  edited(shift(move.face, move.to));
}

function undoAll() {
  while (edits.done.length) {
    const move = edits.done.pop();
    edits.undone.push(move);
    shift(move.face, move.from);
  }
  edited(grids);
}

function edited(which) {
  paintShapes(which);
  paintFills(which);
  autosave();
  state.touched = which;
  changed("edit");
}

// Where each face that is not where it was has gone, whatever way it took.
function netMoves() {
  return faceGrid
    .map((grid, face) => ({ face: face, from: DATA.faces.grid[face], to: grid }))
    .filter((move) => move.from !== move.to)
    .sort((a, b) => (DATA.faces.id[a.face] < DATA.faces.id[b.face] ? -1 : 1));
}

function editsFile() {
  const votes = Object.keys(edits.votes).sort().map((item) => Object.assign({ item: item }, edits.votes[item]));
  return {
    format: "gridmerge-edits/1",
    base: DATA.base,
    created: new Date().toISOString().slice(0, 19) + "Z",
    by: edits.by,
    moves: netMoves().map((move) => ({ face: DATA.faces.id[move.face], from: DATA.grids.code[move.from], to: DATA.grids.code[move.to] })),
    notes: edits.notes,
    votes: votes,
  };
}

// Apply what a file asks for, in whatever order makes each move a lawful one; return what cannot be done, with reasons.
function applyMoves(moves) {
  const left = [];
  let waiting = [];
  moves.forEach((move) => {
    const face = DATA.faces.id.indexOf(move.face);
    const to = DATA.grids.code.indexOf(move.to);
    if (face < 0) left.push(t("left_face", brief(String(move.face), 40)));
    else if (to < 0) left.push(t("left_to", brief(String(move.to), 40)));
    else if (DATA.grids.code[faceGrid[face]] !== move.from) left.push(t("left_from", brief(String(move.face), 40), DATA.grids.code[faceGrid[face]], brief(String(move.from), 40)));
    else waiting.push({ face: face, to: to });
  });
  for (let before = -1; waiting.length !== before; ) {
    before = waiting.length;
    waiting = waiting.filter((move) => {
      if (refusal(move.face, move.to)) return true;
      edits.done.push({ face: move.face, from: faceGrid[move.face], to: move.to });
      shift(move.face, move.to);
      return false;
    });
  }
  waiting.forEach((move) => left.push(refusal(move.face, move.to)));
  return left;
}

// Returns what to tell, or null when this is no edits file.
function loadEdits(text) {
  let file;
  try { file = JSON.parse(text); } catch (error) { return null; }
  if (!file || file.format !== "gridmerge-edits/1" || !Array.isArray(file.moves)) return null;
  undoAll();
  edits.undone = [];
  const left = applyMoves(file.moves.filter((move) => move && typeof move === "object"));
  edits.by = typeof file.by === "string" ? file.by : "";
  edits.notes = (Array.isArray(file.notes) ? file.notes : []).filter((note) => note && isFinite(note.lon) && isFinite(note.lat) && typeof note.text === "string")
    .map((note) => Object.assign({}, note, { datum: note.datum || "wgs84", by: typeof note.by === "string" ? note.by : "" }));
  edits.votes = {};
  (Array.isArray(file.votes) ? file.votes : []).forEach((vote) => { if (vote && typeof vote.item === "string") edits.votes[vote.item] = { yes: vote.yes | 0, no: vote.no | 0, abstain: vote.abstain | 0 }; });
  edited(grids);
  changed("loaded");
  return { applied: file.moves.length - left.length, left: left, other: file.base !== DATA.base };
}

const STORE = "gridmerge-edits:" + DATA.base + (DATA.meeting.stamp ? ":" + DATA.meeting.stamp : "");
let canStore = true;
function autosave() {
  try {
    const file = editsFile();
    if (file.moves.length || file.notes.length || file.votes.length || DATA.meeting.stamp) localStorage.setItem(STORE, JSON.stringify(file));
    else localStorage.removeItem(STORE);
  } catch (error) { canStore = false; }
}

function restore() {
  let text = null;
  try { text = localStorage.getItem(STORE); } catch (error) { canStore = false; }
  const told = text ? loadEdits(text) : null;
  if (told && told.applied) toast(t("restored", told.applied));
}
