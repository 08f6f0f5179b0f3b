// Words on the map, on one canvas: the important first, and never one over another.
const Words = L.Layer.extend({
  onAdd: function () {
    this.canvas = L.DomUtil.create("canvas", "gm-words", map.createPane("gm-words"));
    map.getPane("gm-words").style.zIndex = 450;
    map.getPane("gm-words").style.pointerEvents = "none";
    map.on("moveend zoomend resize", this.draw, this);
    map.on("zoomstart", this.hide, this);
    this.draw();
  },
  hide: function () { this.canvas.style.visibility = "hidden"; },
  draw: function () {
    const area = map.getSize();
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    const pad = 80;
    this.canvas.width = (area.x + 2 * pad) * ratio;
    this.canvas.height = (area.y + 2 * pad) * ratio;
    this.canvas.style.width = area.x + 2 * pad + "px";
    this.canvas.style.height = area.y + 2 * pad + "px";
    this.canvas.style.visibility = "";
    L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([-pad, -pad]));
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, pad * ratio, pad * ratio);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    const taken = [];
    words().forEach((word) => {
      const at = map.latLngToContainerPoint(latlng(word.x, word.y));
      if (at.x < -pad || at.y < -pad || at.x > area.x + pad || at.y > area.y + pad) return;
      write(pen, taken, word, at);
    });
  },
});

const FONT = '"Microsoft YaHei","PingFang SC","Noto Sans CJK SC","Source Han Sans SC","WenQuanYi Micro Hei",sans-serif';

function write(pen, taken, word, at) {
  const step = word.size * 1.25;
  const widths = word.lines.map((text, i) => {
    pen.font = (i ? "500 " : word.weight + " ") + (i ? word.size * 0.88 : word.size) + "px " + FONT;
    return pen.measureText(text).width;
  });
  const half = Math.max.apply(null, widths) / 2 + 3;
  const high = (step * word.lines.length) / 2 + 1;
  const box = [at.x - half, at.y - high, at.x + half, at.y + high];
  if (!word.forced && (word.room < half * 1.5 || taken.some((o) => box[0] < o[2] && box[2] > o[0] && box[1] < o[3] && box[3] > o[1]))) return;
  taken.push(box);
  word.lines.forEach((text, i) => {
    const y = at.y + (i - (word.lines.length - 1) / 2) * step;
    pen.font = (i ? "500 " : word.weight + " ") + (i ? word.size * 0.88 : word.size) + "px " + FONT;
    pen.strokeStyle = word.halo;
    pen.lineWidth = word.size / 3.6;
    pen.strokeText(text, at.x, y);
    pen.fillStyle = i && word.second ? word.second : word.ink;
    pen.fillText(text, at.x, y);
  });
}

// Villages while the map is wide, grids as soon as their name has room.
function words() {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const pixel = map.latLngToContainerPoint(latlng(1000, 0)).x - map.latLngToContainerPoint(latlng(0, 0)).x;
  const out = [];
  if (state.labels) grids.forEach((grid) => out.push(gridWord(grid, rem, (grid.inner.width * pixel) / 1000)));
  if (state.villages) villageSpots.forEach((village) => out.push(villageWord(village, rem, pixel / 1000)));
  return out.concat(sideWords(rem)).sort((a, b) => b.rank - a.rank);
}

function gridWord(grid, rem, room) {
  const mark = verdict(grid);
  const chosen = grid.index === state.grid;
  const dark = state.colour === "work" && grid.type !== "exclusive" && !withheld(grid) && workClass(grid) >= 4;
  const who = state.colour === "member" ? holder(grid) : null;
  const name = state.colour === "member" ? (who ? brief(who.name, 8) : t("nobody")) : grid.short;
  const amount = (mark > 0 ? t("tooMany") : mark < 0 ? t("tooFew") : "") + (mark ? " " : "") + sizeText(grid);
  return {
    x: grid.inner.x, y: grid.inner.y, room: room, forced: chosen, rank: chosen ? 9 : mark ? 3 : 1,
    lines: room > rem * 4.6 || mark || chosen ? [name, amount] : [name],
    size: rem * (chosen ? 1.05 : 0.92), weight: "700",
    ink: dark ? "#ffffff" : "#16323a", halo: dark ? "rgba(16,62,74,.9)" : "rgba(255,255,255,.88)",
    second: mark && !dark ? (mark > 0 ? "#a3320f" : "#1c5aa0") : null,
  };
}

// A village is named inside, well clear of the labels of its grids as they stand at this zoom.
const villageSpots = DATA.villages.name.map((name, village) => {
  const rings = land.around(DATA.faces.village.map((v, face) => (v === village ? face : -1)).filter((face) => face >= 0));
  return rings.length ? { name: brief(name, 16), village: village, spots: innerPoints(rings.map((ring) => land.points(ring)), 12) } : null;
}).filter(Boolean);

function villageWord(village, rem, pixel) {
  const wide = ((village.name.length * rem) / 1.6 + rem) / pixel;
  const high = (rem * 2.3) / pixel;
  const labels = state.labels ? grids.filter((grid) => grid.village === village.village).map((grid) => grid.inner) : [];
  const worth = (spot) => {
    const clear = labels.reduce((least, at) => Math.min(least, Math.max(Math.abs(at.x - spot.x) / wide, Math.abs(at.y - spot.y) / high)), 1);
    return 2 * clear + Math.min(1, spot.width / wide / 2) - spot.off;
  };
  const best = village.spots.reduce((a, b) => (worth(b) > worth(a) ? b : a));
  return { x: best.x, y: best.y, lines: [village.name], size: rem * 1.12, weight: "700", ink: "#3a2d1e", halo: "rgba(255,253,245,.95)", room: Infinity, rank: 2 };
}
const wordLayer = new Words();
