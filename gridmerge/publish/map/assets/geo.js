// Shared arcs: whole numbers in, Leaflet's lat/lng out. Arc n backwards is ~n.
function Coverage(encoded) {
  this.rings = encoded.rings;
  this.arcs = encoded.arcs.map((flat) => {
    const points = new Int32Array(flat.length);
    for (let i = 0; i < flat.length; i++) points[i] = i < 2 ? flat[i] : points[i - 2] + flat[i];
    return points;
  });
  this.boxes = [];
  this.placed = [];
}

Coverage.prototype.arc = function (index) {
  return this.arcs[index < 0 ? ~index : index];
};

Coverage.prototype.start = function (index) {
  const points = this.arc(index);
  return index < 0 ? points[points.length - 2] + "," + points[points.length - 1] : points[0] + "," + points[1];
};

// The points of a ring or line as one list x, y, x, y …
Coverage.prototype.points = function (ring) {
  const out = [];
  ring.forEach((index, position) => {
    const points = this.arc(index);
    const count = points.length / 2;
    for (let i = position ? 1 : 0; i < count; i++) {
      const at = index < 0 ? count - 1 - i : i;
      out.push(points[2 * at], points[2 * at + 1]);
    }
  });
  return out;
};

function latlng(x, y) {
  return L.latLng(DATA.origin[1] + y / DATA.scale, DATA.origin[0] + x / DATA.scale);
}

// One arc as Leaflet wants it, made once: a click in a meeting redraws thousands of them.
Coverage.prototype.line = function (arc) {
  if (!this.placed[arc]) {
    const points = this.arcs[arc];
    this.placed[arc] = [];
    for (let i = 0; i < points.length; i += 2) this.placed[arc].push(latlng(points[i], points[i + 1]));
  }
  return this.placed[arc];
};

Coverage.prototype.latlngs = function (rings) {
  return rings.map((ring) => {
    const points = this.points(ring);
    const out = [];
    for (let i = 0; i < points.length; i += 2) out.push(latlng(points[i], points[i + 1]));
    return out;
  });
};

Coverage.prototype.box = function (feature) {
  if (!this.boxes[feature]) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    this.rings[feature].forEach((ring) => ring.forEach((index) => {
      const points = this.arc(index);
      for (let i = 0; i < points.length; i += 2) {
        box[0] = Math.min(box[0], points[i]);
        box[2] = Math.max(box[2], points[i]);
        box[1] = Math.min(box[1], points[i + 1]);
        box[3] = Math.max(box[3], points[i + 1]);
      }
    }));
    this.boxes[feature] = box;
  }
  return this.boxes[feature];
};

Coverage.prototype.holds = function (feature, x, y) {
  const box = this.box(feature);
  if (x < box[0] || x > box[2] || y < box[1] || y > box[3]) return false;
  return this.within(this.rings[feature], x, y);
};

Coverage.prototype.at = function (place) {
  const x = (place.lng - DATA.origin[0]) * DATA.scale;
  const y = (place.lat - DATA.origin[1]) * DATA.scale;
  for (let feature = 0; feature < this.rings.length; feature++) if (this.holds(feature, x, y)) return feature;
  return -1;
};

// Which features lie on either side of each arc: [one] on the rim, [one, other] inside.
Coverage.prototype.sides = function () {
  const sides = this.arcs.map(() => []);
  this.rings.forEach((rings, feature) => rings.forEach((ring) => ring.forEach((index) => sides[index < 0 ? ~index : index].push(feature))));
  return sides;
};

// The rings around several features together: an arc that two of them share cancels out, whichever way each runs along it.
Coverage.prototype.around = function (features) {
  const open = new Set();
  features.forEach((feature) => this.rings[feature].forEach((ring) => ring.forEach((index) => {
    const arc = index < 0 ? ~index : index;
    if (!open.delete(arc)) open.add(arc);
  })));
  const from = new Map();
  const meet = (key, index) => (from.has(key) ? from.get(key).push(index) : from.set(key, [index]));
  open.forEach((arc) => {
    meet(this.start(arc), arc);
    meet(this.start(~arc), ~arc);
  });
  const rings = [];
  open.forEach((first) => {
    const ring = [];
    for (let index = first; index !== undefined && open.delete(index < 0 ? ~index : index); ) {
      ring.push(index);
      index = from.get(this.start(~index)).filter((next) => open.has(next < 0 ? ~next : next))[0];
    }
    if (ring.length) rings.push(ring);
  });
  return rings;
};

// Whether a point lies inside rings filled even-odd.
Coverage.prototype.within = function (rings, x, y) {
  let inside = false;
  rings.forEach((ring) => {
    const p = this.points(ring);
    for (let i = 0, j = p.length - 2; i < p.length; j = i, i += 2) {
      if ((p[i + 1] > y) !== (p[j + 1] > y) && x < ((p[j] - p[i]) * (y - p[i + 1])) / (p[j + 1] - p[i + 1]) + p[i]) inside = !inside;
    }
  });
  return inside;
};

function boxBounds(box) {
  return L.latLngBounds(latlng(box[0], box[1]), latlng(box[2], box[3]));
}

// Points inside, each with the width of the run it stands on: thirds of what some horizontal lines cut out.
function innerPoints(points, lines) {
  let low = Infinity;
  let high = -Infinity;
  points.forEach((ring) => { for (let i = 1; i < ring.length; i += 2) { low = Math.min(low, ring[i]); high = Math.max(high, ring[i]); } });
  const out = [];
  for (let step = 1; step < lines; step++) {
    const y = low + ((high - low) * step) / lines + 0.317;
    const cuts = [];
    points.forEach((p) => {
      for (let i = 0, j = p.length - 2; i < p.length; j = i, i += 2) {
        if ((p[i + 1] > y) !== (p[j + 1] > y)) cuts.push(((p[j] - p[i]) * (y - p[i + 1])) / (p[j + 1] - p[i + 1]) + p[i]);
      }
    });
    cuts.sort((a, b) => a - b);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      const width = cuts[i + 1] - cuts[i];
      [0.5, 0.32, 0.68].forEach((share) => out.push({ x: cuts[i] + width * share, y: y, width: 2 * width * Math.min(share, 1 - share), off: Math.abs(step / lines - 0.5) }));
    }
  }
  return out.length ? out : [{ x: points[0][0], y: points[0][1], width: 0, off: 0 }];
}

// Where a label stands best: the middle of a long run, not far up or down.
function innerPoint(points) {
  return innerPoints(points, 8).reduce((a, b) => (b.width * (1 - b.off) > a.width * (1 - a.off) ? b : a));
}
