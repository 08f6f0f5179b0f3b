// Shared arcs: whole numbers in, Leaflet's lat/lng out. Arc n backwards is ~n.
export type Ring = number[];
export type Box = [number, number, number, number];

export interface Encoded {
  rings: Ring[][];
  arcs: number[][];
}

// Where the whole numbers are counted from, in degrees, and how many make a degree.
export interface Frame {
  origin: [number, number];
  scale: number;
}

// A point inside a shape, the width of the run it stands on, and how far off the middle that run lies.
export interface Spot {
  x: number;
  y: number;
  width: number;
  off: number;
}

const arcOf = (index: number) => (index < 0 ? ~index : index);
const EMPTY_BOX: Box = [Infinity, Infinity, -Infinity, -Infinity];

export function joinedBox(a: Box, b: Box): Box {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

export class Coverage {
  readonly rings: Ring[][];
  readonly arcs: Int32Array[];
  private readonly frame: Frame;
  private readonly boxes: Box[] = [];
  private readonly placed: L.LatLng[][] = [];

  constructor(encoded: Encoded, frame: Frame) {
    this.rings = encoded.rings;
    this.frame = frame;
    this.arcs = encoded.arcs.map(decoded);
  }

  latlng(x: number, y: number) {
    const { origin, scale } = this.frame;
    return L.latLng(origin[1] + y / scale, origin[0] + x / scale);
  }

  bounds(box: Box) {
    return L.latLngBounds(this.latlng(box[0], box[1]), this.latlng(box[2], box[3]));
  }

  private arc(index: number) {
    return this.arcs[arcOf(index)];
  }

  private start(index: number) {
    const points = this.arc(index);
    const at = index < 0 ? points.length - 2 : 0;
    return points[at] + "," + points[at + 1];
  }

  // The points of a ring or line as one list x, y, x, y …
  points(ring: Ring) {
    const out: number[] = [];
    ring.forEach((index, position) => {
      const points = this.arc(index);
      const count = points.length / 2;
      for (let i = position ? 1 : 0; i < count; i++) {
        const at = index < 0 ? count - 1 - i : i;
        out.push(points[2 * at], points[2 * at + 1]);
      }
    });
    return out;
  }

  private places(points: ArrayLike<number>) {
    const out: L.LatLng[] = [];
    for (let i = 0; i < points.length; i += 2) out.push(this.latlng(points[i], points[i + 1]));
    return out;
  }

  // One arc as Leaflet wants it, made once: a click in a meeting redraws thousands of them.
  line(arc: number) {
    if (!this.placed[arc]) this.placed[arc] = this.places(this.arcs[arc]);
    return this.placed[arc];
  }

  lines() {
    return this.arcs.map((_, arc) => this.line(arc));
  }

  latlngs(rings: Ring[]) {
    return rings.map((ring) => this.places(this.points(ring)));
  }

  box(feature: number) {
    if (!this.boxes[feature]) {
      const arcs = this.rings[feature].reduce((all, ring) => all.concat(ring), []);
      this.boxes[feature] = arcs.map((index) => boxOf(this.arc(index))).reduce(joinedBox, EMPTY_BOX);
    }
    return this.boxes[feature];
  }

  boxAround(features: number[]) {
    return features.map((feature) => this.box(feature)).reduce(joinedBox, EMPTY_BOX);
  }

  private holds(feature: number, x: number, y: number) {
    const box = this.box(feature);
    if (x < box[0] || x > box[2] || y < box[1] || y > box[3]) return false;
    return this.within(this.rings[feature], x, y);
  }

  // The feature that a place lies in, or -1.
  at(place: { lng: number; lat: number }) {
    const x = (place.lng - this.frame.origin[0]) * this.frame.scale;
    const y = (place.lat - this.frame.origin[1]) * this.frame.scale;
    for (let feature = 0; feature < this.rings.length; feature++) if (this.holds(feature, x, y)) return feature;
    return -1;
  }

  // Which features lie on either side of each arc: [one] on the rim, [one, other] inside.
  sides() {
    const sides: number[][] = this.arcs.map(() => []);
    this.rings.forEach((rings, feature) =>
      rings.forEach((ring) => ring.forEach((index) => sides[arcOf(index)].push(feature))));
    return sides;
  }

  // The rings around several features together: an arc that two of them share cancels out, whichever way each runs along it.
  around(features: number[]) {
    const open = this.unshared(features);
    const from = this.startingAt(open);
    const rings: Ring[] = [];
    open.forEach((first) => {
      const ring: Ring = [];
      for (let index: number | undefined = first; index !== undefined && open.delete(arcOf(index)); ) {
        ring.push(index);
        const next: number[] = from.get(this.start(~index)) || [];
        index = next.filter((one) => open.has(arcOf(one)))[0];
      }
      if (ring.length) rings.push(ring);
    });
    return rings;
  }

  private unshared(features: number[]) {
    const open = new Set<number>();
    features.forEach((feature) => this.rings[feature].forEach((ring) => ring.forEach((index) => {
      const arc = arcOf(index);
      if (!open.delete(arc)) open.add(arc);
    })));
    return open;
  }

  private startingAt(arcs: Set<number>) {
    const from = new Map<string, number[]>();
    const meet = (index: number) => {
      const key = this.start(index);
      const known = from.get(key);
      if (known) known.push(index);
      else from.set(key, [index]);
    };
    arcs.forEach((arc) => {
      meet(arc);
      meet(~arc);
    });
    return from;
  }

  // Whether a point lies inside rings filled even-odd.
  within(rings: Ring[], x: number, y: number) {
    let inside = false;
    rings.forEach((ring) => {
      if (crossings(this.points(ring), y).filter((cut) => x < cut).length % 2) inside = !inside;
    });
    return inside;
  }

  // Where a label of these rings stands best.
  spot(rings: Ring[]) {
    return innerPoint(rings.length ? rings.map((ring) => this.points(ring)) : [[0, 0]]);
  }
}

function decoded(flat: number[]) {
  const points = new Int32Array(flat.length);
  for (let i = 0; i < flat.length; i++) points[i] = i < 2 ? flat[i] : points[i - 2] + flat[i];
  return points;
}

function boxOf(points: ArrayLike<number>): Box {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    box[0] = Math.min(box[0], points[i]);
    box[2] = Math.max(box[2], points[i]);
    box[1] = Math.min(box[1], points[i + 1]);
    box[3] = Math.max(box[3], points[i + 1]);
  }
  return box;
}

// The x of every place where a ring crosses a horizontal line.
function crossings(p: number[], y: number) {
  const cuts: number[] = [];
  for (let i = 0, j = p.length - 2; i < p.length; j = i, i += 2) {
    if ((p[i + 1] > y) === (p[j + 1] > y)) continue;
    cuts.push(((p[j] - p[i]) * (y - p[i + 1])) / (p[j + 1] - p[i + 1]) + p[i]);
  }
  return cuts;
}

// Points inside, each with the width of the run it stands on: thirds of what some horizontal lines cut out.
export function innerPoints(points: number[][], lines: number) {
  const boxes = points.map(boxOf).reduce(joinedBox, EMPTY_BOX);
  const [low, high] = [boxes[1], boxes[3]];
  const out: Spot[] = [];
  for (let step = 1; step < lines; step++) {
    const y = low + ((high - low) * step) / lines + 0.317;
    const cuts = points.reduce((all: number[], ring) => all.concat(crossings(ring, y)), []);
    cuts.sort((a, b) => a - b);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      const width = cuts[i + 1] - cuts[i];
      const off = Math.abs(step / lines - 0.5);
      [0.5, 0.32, 0.68].forEach((share) =>
        out.push({ x: cuts[i] + width * share, y: y, width: 2 * width * Math.min(share, 1 - share), off: off }));
    }
  }
  return out.length ? out : [{ x: points[0][0], y: points[0][1], width: 0, off: 0 }];
}

// The middle of a long run, not far up or down.
export function innerPoint(points: number[][]) {
  return innerPoints(points, 8).reduce((a, b) => (b.width * (1 - b.off) > a.width * (1 - a.off) ? b : a));
}
