// What a meeting decides: moves that can be undone, notes and votes; and the file that carries them to the next build.
import type { Datum, MapPayload, VoteCount } from "./payload";
import type { Grid, Plan } from "./plan";
import { type Move, type NamedMove, applyMoves, namedMoves, refusal, shift } from "./rules";

const FORMAT = "gridmerge-edits/1";
const MOST_VOTES = 999;

export interface Note {
  lon: number;
  lat: number;
  text: string;
  by: string;
  datum: Datum;
}

export interface Edits {
  done: Move[];
  undone: Move[];
  notes: Note[];
  votes: Record<string, VoteCount>;
  by: string;
}

// What became of a file: how many moves were made, why the others were not, and whether it was made for another plan.
export interface Loaded {
  applied: number;
  left: string[];
  other: boolean;
}

interface EditsFile {
  format: string;
  base: string;
  moves: NamedMove[];
  notes?: unknown;
  votes?: unknown;
  by?: unknown;
}

// What earlier meetings voted and noted is there already, and goes into the next file too.
export function createEdits(data: MapPayload): Edits {
  const votes: Record<string, VoteCount> = {};
  Object.keys(data.meeting.votes).forEach((item) => { votes[item] = Object.assign({}, data.meeting.votes[item]); });
  const notes = data.meeting.notes.map((note) => Object.assign({ datum: data.basemap.datum }, note));
  return { done: [], undone: [], notes: notes, votes: votes, by: "" };
}

// Why the face may not go there, or "" and the two grids that changed.
export function moveFace(plan: Plan, edits: Edits, face: number, to: number): { why: string; changed: Grid[] } {
  const why = refusal(plan, face, to);
  if (why) return { why: why, changed: [] };
  const from = plan.faceGrid[face];
  edits.done.push({ face: face, from: from, to: to });
  edits.undone = [];
  return { why: "", changed: shift(plan, face, to) };
}

export function undo(plan: Plan, edits: Edits): Grid[] {
  const move = edits.done.pop();
  if (!move) return [];
  edits.undone.push(move);
  return shift(plan, move.face, move.from);
}

export function redo(plan: Plan, edits: Edits): Grid[] {
  const move = edits.undone.pop();
  if (!move) return [];
  edits.done.push(move);
  return shift(plan, move.face, move.to);
}

export function undoAll(plan: Plan, edits: Edits) {
  while (edits.done.length) undo(plan, edits);
}

export function editsFile(plan: Plan, edits: Edits, now: Date) {
  const items = Object.keys(edits.votes).sort();
  return {
    format: FORMAT,
    base: plan.data.base,
    created: now.toISOString().slice(0, 19) + "Z",
    by: edits.by,
    moves: namedMoves(plan),
    notes: edits.notes,
    votes: items.map((item) => Object.assign({ item: item }, edits.votes[item])),
  };
}

// Take the place of what was decided so far; null when this is no edits file.
export function loadEdits(plan: Plan, edits: Edits, text: string): Loaded | null {
  const file = parsed(text);
  if (!file) return null;
  undoAll(plan, edits);
  const { done, left } = applyMoves(plan, file.moves.filter((move) => move && typeof move === "object"));
  edits.done = done;
  edits.undone = [];
  edits.by = typeof file.by === "string" ? file.by : "";
  edits.notes = objects(file.notes).filter(isNote).map(completed);
  edits.votes = {};
  objects(file.votes).forEach((vote) => {
    if (typeof vote.item === "string") edits.votes[vote.item] = counted(vote);
  });
  return { applied: file.moves.length - left.length, left: left, other: file.base !== plan.data.base };
}

function parsed(text: string): EditsFile | null {
  let file: EditsFile | null;
  try {
    file = JSON.parse(text) as EditsFile | null;
  } catch (error) {
    return null; // whatever is no JSON is no edits file either
  }
  return file && file.format === FORMAT && Array.isArray(file.moves) ? file : null;
}

type Fields = Record<string, unknown>;
const objects = (list: unknown) => (Array.isArray(list) ? list : []).filter((one): one is Fields => !!one && typeof one === "object");
const isNote = (note: Fields) => isFinite(Number(note.lon)) && isFinite(Number(note.lat)) && typeof note.text === "string";
const completed = (note: Fields): Note =>
  Object.assign({}, note as unknown as Note, {
    datum: (note.datum || "wgs84") as Datum,
    by: typeof note.by === "string" ? note.by : "",
  });
const counted = (vote: Fields): VoteCount => ({ yes: Number(vote.yes) | 0, no: Number(vote.no) | 0, abstain: Number(vote.abstain) | 0 });

// A count as somebody typed it.
export const typedVotes = (text: string) => Math.min(MOST_VOTES, Math.max(0, Number(text) | 0));
