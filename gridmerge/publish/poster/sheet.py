"""One A3 sheet, drawn in millimetres: the map on the left, the table on the right, what everybody asks for at the edges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path as Outline
from numpy.typing import NDArray

from gridmerge.publish.map.data import MapData
from gridmerge.publish.poster.tables import Sheet
from gridmerge.publish.words import INTERNAL, label
from gridmerge.text import Language, Text

WIDTH, HEIGHT, EDGE = 420.0, 297.0, 12.0  # A3 across, millimetres
MAP = (EDGE, 20.0, 278.0, 244.0)  # left, bottom, width, height
SIDE = 300.0  # where the table begins
ROW, SMALLEST_ROW = 8.5, 3.2  # height of a table row; below the smallest nobody reads it from a chair
SCALES = (
    1000,
    1250,
    1500,
    2000,
    2500,
    3000,
    3500,
    4000,
    4500,
    5000,
    6000,
    7500,
)  # and ten and a hundred times them: round to a person
SIMPLIFY_MM = 0.05  # finer than a printer draws
MM, INCH = 72 / 25.4, 25.4

FILLS = ("#eef3ea", "#d3e5d6", "#a9d0c3", "#74b3ad", "#418f94", "#1d6275")
EXCLUSIVE, INK, SOFT, RIM, HIGH, LOW = "#ded6ea", "#16323a", "#5c6c73", "#3a2d1e", "#a3320f", "#1c5aa0"


def draw(sheet: Sheet, data: MapData, language: Language, review_number: str) -> Figure:
    """Return a sheet as a matplotlib figure of A3 size."""
    figure = Figure(figsize=(WIDTH / INCH, HEIGHT / INCH))
    paper = figure.add_axes((0, 0, 1, 1))
    paper.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
    paper.axis("off")
    scale = _draw_map(paper, sheet, data, language)
    _head(paper, sheet, language)
    _table(paper, sheet)
    _legend(paper, data, language, scale)
    _foot(paper, data, language, review_number)
    return figure


def _draw_map(paper: Axes, sheet: Sheet, data: MapData, language: Language) -> int:
    """Draw villages, grids and their labels; return the denominator of the scale."""
    west, south, east, north = sheet.villages.total_bounds
    left, bottom, width, height = MAP
    scale = _round_scale(max((east - west) / width, (north - south) / height) * 1000)
    middle = np.array([(west + east) / 2, (south + north) / 2])
    corner = middle - np.array([left + width / 2, bottom + height / 2]) * scale / 1000
    _around(paper, _on_paper(data.villages, corner, scale))
    shapes = _on_paper(sheet.grids, corner, scale)
    spots = []
    for row, shape in zip(sheet.grids.to_dict("records"), shapes, strict=True):
        exclusive = row["grid_type"] == "exclusive"
        step = _step(row["size"], data)
        fill = EXCLUSIVE if exclusive else FILLS[step]
        paper.add_patch(PathPatch(_outline(shape), facecolor=fill, edgecolor=INK, linewidth=0.7, joinstyle="round"))
        spots.append(_name(paper, shape, _words(row, data, language), dark=not exclusive and step >= 4))
    outlines = _on_paper(sheet.villages, corner, scale)
    for shape in outlines:
        paper.add_patch(PathPatch(_outline(shape), facecolor="none", edgecolor=RIM, linewidth=2.0))
    if len(sheet.villages) > 1:
        for name, shape in zip(sheet.villages["village_name"], outlines, strict=True):
            _write(paper, _free_spot(shape, str(name)[:12], spots), str(name)[:12], 12, RIM)
    return scale


def _on_paper(frame: gpd.GeoDataFrame, corner: NDArray[np.float64], scale: int) -> NDArray[np.object_]:
    """Metres to millimetres on the sheet; the coverage stays without gaps."""
    moved = shapely.transform(frame.geometry.to_numpy(), lambda xy: (xy - corner) * 1000 / scale)
    return np.asarray(shapely.coverage_simplify(moved, SIMPLIFY_MM), dtype=object)


def _around(paper: Axes, villages: NDArray[np.object_]) -> None:
    """Draw the villages all around, pale: a village hangs among its neighbours."""
    left, bottom, width, height = MAP
    window = Rectangle((left - 4, bottom - 2), width + 8, height + 4, transform=paper.transData)
    for shape in villages:
        patch = PathPatch(_outline(shape), facecolor="#f7f6f1", edgecolor="#c9c6ba", linewidth=0.9)
        paper.add_patch(patch)
        patch.set_clip_path(window)


def _free_spot(shape: Any, name: str, taken: list[tuple[float, float]]) -> tuple[float, float]:
    """Return where in a village its name stands furthest from the labels of its grids."""
    west, south, east, north = shape.bounds
    x, y = (axis.ravel() for axis in np.meshgrid(np.linspace(west, east, 25), np.linspace(south, north, 25)))
    inside = shapely.contains_xy(shape, x, y)
    middle = shape.representative_point()
    x, y = np.append(x[inside], middle.x), np.append(y[inside], middle.y)
    away = np.array(taken)
    wide, high = 2.2 * len(name) + 4, 8.0  # millimetres that a name and a label need between their middles
    gaps = np.maximum(np.abs(x[:, None] - away[:, 0]) / wide, np.abs(y[:, None] - away[:, 1]) / high).min(axis=1)
    rim = shapely.distance(shapely.points(x, y), shape.boundary) / high
    # clear of the labels comes first; beyond that a name reads best well inside its village
    best = int(np.argmax(2 * np.minimum(gaps, 1.0) + np.minimum(rim, 1.5)))
    return float(x[best]), float(y[best])


def _words(row: dict[str, Any], data: MapData, language: Language) -> list[tuple[str, str | None]]:
    """Return the lines written into a grid, each with a colour of its own or None."""
    size, sizes = row["size"], data.sizes
    lines: list[tuple[str, str | None]] = [(row["label"], None)]
    if row["grid_type"] == "exclusive":
        lines.append((Text("专属", "exclusive").in_(language), None))
    elif pd.isna(size):
        lines.append(("<5", None))
    else:
        text = f"{size:,.0f}" if size >= 10 else f"{size:,.1f}"
        if sizes.max is not None and size > sizes.max:
            lines.append((Text(f"▲超 {text}", f"▲ {text}").in_(language), HIGH))
        elif sizes.min is not None and size < sizes.min:
            lines.append((Text(f"▼少 {text}", f"▼ {text}").in_(language), LOW))
        else:
            lines.append((text, None))
    return [*lines, (row["holder"][:8], None)] if row.get("holder") else lines


def _name(
    paper: Axes, shape: shapely.Geometry, lines: list[tuple[str, str | None]], *, dark: bool
) -> tuple[float, float]:
    """Write into a grid as many lines as have room; return where."""
    radius: Any = shapely.maximum_inscribed_circle(np.asarray(shape, dtype=object), tolerance=0.2)
    spot, room = radius.interpolate(0), radius.length  # millimetres
    points = min(18.0 if len(lines) > 2 else 13.0, room * MM * 1.3 / (len(lines) + 0.2))
    if points < 4.5:
        points, lines = max(3.5, min(6.0, room * MM)), lines[:1]
    ink, halo = ("#ffffff", "#103e4a") if dark else (INK, "#ffffff")
    step = points / MM * 1.12
    for index, (text, colour) in enumerate(lines):
        y = spot.y + ((len(lines) - 1) / 2 - index) * step
        first = index == 0
        tint = ink if dark or colour is None else colour
        _write(paper, (spot.x, y), text, points if first else points * 0.82, tint, halo, "bold" if first else "normal")
    return spot.x, spot.y


def _write(
    paper: Axes,
    spot: tuple[float, float],
    text: str,
    points: float,
    ink: str,
    halo: str = "#ffffff",
    weight: str = "bold",
) -> None:
    """Write text with a halo, a drawing of its own: matplotlib turns text with an effect into outlines."""
    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": points, "fontweight": weight}
    stroke = patheffects.Stroke(linewidth=points / 4.5, foreground=halo)
    paper.text(*spot, text, color=halo, path_effects=[stroke], **style)
    paper.text(*spot, text, color=ink, **style)


def _head(paper: Axes, sheet: Sheet, language: Language) -> None:
    paper.add_patch(Rectangle((0, HEIGHT - 26), WIDTH, 26, facecolor="#0f3d47", edgecolor="none"))
    title = paper.text(
        EDGE, HEIGHT - 13.5, sheet.title[:24], fontsize=27, fontweight="bold", color="#ffffff", va="center"
    )
    box = title.get_window_extent()
    right = paper.transData.inverted().transform((box.x1, 0))[0]
    paper.text(right + 6, HEIGHT - 14, sheet.subtitle[:40], fontsize=16, color="#b9d4d6", va="center")
    paper.text(
        WIDTH - EDGE, HEIGHT - 13.5, INTERNAL.in_(language), fontsize=14, color="#ffffff", ha="right", va="center",
        bbox={"boxstyle": "square,pad=0.35", "facecolor": "none", "edgecolor": "#ffffff", "linewidth": 1.2},
    )  # fmt: skip


def _table(paper: Axes, sheet: Sheet) -> None:
    top, bottom = HEIGHT - 36.0, 92.0
    width = WIDTH - EDGE - SIDE
    shares = np.array([column[1] for column in sheet.columns])
    edges = SIDE + np.concatenate([[0.0], np.cumsum(shares / shares.sum())]) * width
    height = max(SMALLEST_ROW, min(ROW, (top - bottom) / (len(sheet.rows) + 1)))
    room = int((top - bottom) / height) - 1
    rows = list(sheet.rows if len(sheet.rows) <= room else sheet.rows[: room - 1])
    if len(rows) < len(sheet.rows):
        rows.append((f"… +{len(sheet.rows) - len(rows)}", *[""] * (len(sheet.columns) - 1)))
    points = height * MM * 0.52
    for index, cells in enumerate([tuple(column[0] for column in sheet.columns), *rows]):
        y = top - (index + 0.5) * height
        if index % 2 == 0:
            shade = "#dfe9e8" if index == 0 else "#f3f3ee"
            paper.add_patch(Rectangle((SIDE, y - height / 2), width, height, facecolor=shade, edgecolor="none"))
        for cell, left, right, column in zip(cells, edges, edges[1:], sheet.columns, strict=False):
            _cell(paper, cell, (left + 1.8, right - 1.8), y, points, flush_right=column[2], bold=index == 0)


def _cell(
    paper: Axes, text: str, span: tuple[float, float], y: float, points: float, *, flush_right: bool, bold: bool
) -> None:
    wide = sum(1.0 if ord(character) > 0x2E80 else 0.56 for character in text) * points / MM
    points *= min(1.0, (span[1] - span[0]) / wide) if wide else 1.0  # long names shrink rather than run over
    x, side = (span[1], "right") if flush_right else (span[0], "left")
    paper.text(
        x,
        y,
        text[:60],
        fontsize=max(points, 3.0),
        ha=side,
        va="center",
        color=INK,
        fontweight="bold" if bold else "normal",
    )


def _legend(paper: Axes, data: MapData, language: Language, scale: int) -> None:
    sizes, left, top = data.sizes, SIDE, 84.0
    unit = label(str(sizes.unit or "workload"), language)
    paper.text(
        left,
        top,
        Text(f"图例　每格{unit}", f"{unit} of each grid").in_(language),
        fontsize=11,
        fontweight="bold",
        color=INK,
    )
    for index, fill in enumerate(FILLS):
        paper.add_patch(Rectangle((left + index * 12, top - 10), 12, 6, facecolor=fill, edgecolor=INK, linewidth=0.5))
    limits = ((0, f"▼ < {sizes.min:,.0f}", LOW), (36, f"{sizes.target:,.0f}", INK), (72, f"▲ > {sizes.max:,.0f}", HIGH))
    for at, text, colour in limits:
        paper.text(left + at, top - 14.5, text, fontsize=9, color=colour, ha=("left", "center", "right")[at // 36])
    paper.add_patch(Rectangle((left, top - 26), 12, 6, facecolor=EXCLUSIVE, edgecolor=INK, linewidth=0.5))
    paper.text(
        left + 15, top - 23, Text("专属网格", "exclusive grid").in_(language), fontsize=9, va="center", color=INK
    )
    paper.plot([left + 42, left + 54], [top - 23] * 2, color=RIM, linewidth=2.0)
    paper.text(left + 57, top - 23, Text("村（社区）界", "village").in_(language), fontsize=9, va="center", color=INK)
    _north(paper, WIDTH - EDGE - 6, top - 8)
    _scale_bar(paper, left, top - 44, scale, language)


def _north(paper: Axes, x: float, y: float) -> None:
    paper.add_patch(Polygon([(x, y + 7), (x - 3.2, y - 6), (x, y - 3)], facecolor=INK, edgecolor=INK, linewidth=0.8))
    paper.add_patch(
        Polygon([(x, y + 7), (x + 3.2, y - 6), (x, y - 3)], facecolor="#ffffff", edgecolor=INK, linewidth=0.8)
    )
    paper.text(x, y + 9.5, "N", fontsize=12, fontweight="bold", ha="center", va="center", color=INK)


def _scale_bar(paper: Axes, x: float, y: float, scale: int, language: Language) -> None:
    metres = max(
        step for power in range(1, 6) for step in (10**power, 2 * 10**power, 5 * 10**power) if step <= scale * 0.08
    )
    long = metres / scale * 1000
    for index, colour in enumerate((INK, "#ffffff")):
        paper.add_patch(
            Rectangle((x + index * long / 2, y), long / 2, 2, facecolor=colour, edgecolor=INK, linewidth=0.8)
        )
    far = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres} m"
    paper.text(x, y + 3.5, "0", fontsize=9, color=INK, ha="center")
    paper.text(x + long, y + 3.5, far, fontsize=9, color=INK, ha="center")
    paper.text(x, y - 6, Text(f"比例尺 1:{scale:,}（A3）", f"1:{scale:,} at A3").in_(language), fontsize=10, color=INK)


def _foot(paper: Axes, data: MapData, language: Language, review_number: str) -> None:
    paper.plot([EDGE, WIDTH - EDGE], [14, 14], color="#c9c6ba", linewidth=0.8)
    layers = len(data.layers)
    left = Text(
        f"制图日期 {data.date}　资料：{layers} 个部门网格图层及村（社区）边界　坐标系 {data.crs.name}",
        f"Made {data.date}   Sources: {layers} departmental networks and the village lines   CRS {data.crs.name}",
    )
    paper.text(EDGE, 8.5, left.in_(language), fontsize=9, color=SOFT, va="center")
    number = review_number or "＿＿＿＿＿＿＿＿"
    paper.text(
        WIDTH - EDGE,
        8.5,
        Text(f"审图号 {number}", f"Map review no. {number}").in_(language),
        fontsize=9,
        color=SOFT,
        ha="right",
        va="center",
    )


def _round_scale(least: float) -> int:
    choices = [scale * 10**power for power in range(-1, 4) for scale in SCALES]
    return int(min(scale for scale in choices if scale >= least))


def _step(size: float, data: MapData) -> int:
    """Which of the six fills: below the minimum, four steps about the target, above the maximum."""
    low, target, high = data.sizes.min or 0.0, data.sizes.target or 0.0, data.sizes.max or np.inf
    if pd.isna(size) or size < low:
        return 0
    return 1 + sum(size > limit for limit in ((low + target) / 2, target, (target + high) / 2, high))


def _outline(shape: shapely.Geometry) -> Outline:
    rings = [shapely.get_coordinates(ring) for ring in _rings(shape)]
    codes = [[Outline.MOVETO, *[Outline.LINETO] * (len(ring) - 2), Outline.CLOSEPOLY] for ring in rings]
    return Outline(np.vstack(rings), np.concatenate(codes))


def _rings(shape: shapely.Geometry) -> Iterator[shapely.Geometry]:
    """Exterior rings one way round and holes the other, as the non-zero rule of PDF wants it."""
    for part in shapely.get_parts(shapely.orient_polygons(shape)):
        yield from shapely.get_rings(part)
