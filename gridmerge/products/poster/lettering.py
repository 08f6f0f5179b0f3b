"""Words on the map of a sheet: what is written into a grid, how large, and where a village's name finds room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from matplotlib import patheffects
from matplotlib.axes import Axes
from numpy.typing import NDArray

from gridmerge.geo import geos
from gridmerge.i18n.text import Language, Text
from gridmerge.products.map.data import MapData
from gridmerge.products.poster.paper_units import HIGH, INK, LOW, POINTS_PER_MM, measure_text_mm

Box = tuple[float, float, float, float]  # middle x and y, width and height, in millimetres
Line = tuple[str, str | None]  # text, and a colour of its own or None

# points, of a grid's label; a label of one or two lines would shout at the size of three
MAX_LABEL_POINTS, MAX_SHORT_LABEL_POINTS = 18.0, 13.0
# points: smaller lines are left to the table, a grid's code is not
MIN_LINE_POINTS, MIN_CODE_POINTS, MAX_CODE_POINTS = 4.5, 3.5, 6.0
LEADING = 1.12  # of a line's height to the next
LOWER_LINE_SHARE = 0.82  # of the code's size: the lines below it
# millimetres a further piece of a grid must be wide to have its code written into it too
MIN_PART_WIDTH_MM = 4.0
INSCRIBED_CIRCLE_TOLERANCE_MM = 0.2
MAX_HOLDERS = 2  # names that have a line each
# of a village's name: places tried in each direction, and how far inside is far enough
SPOTS_ACROSS, WELL_INSIDE_MM = 41, 8.0
# on dark fills: letters, and what surrounds them
DARK_INK, DARK_HALO = "#ffffff", "#103e4a"


def compose_label(row: dict[str, Any], data: MapData, language: Language) -> list[Line]:
    """Return the lines written into a grid: its code, its size with what is wrong with it, who holds it."""
    code_line: Line = (row["label"], None)
    if row["grid_type"] == "exclusive":
        size_line: Line = (Text("专属", "exclusive").in_(language), None)
    else:
        size_line = _size_line(row["size"], data, language)
    return [code_line, size_line, *_holder_lines(row.get("holder") or "", language)]


def _size_line(size: float, data: MapData, language: Language) -> Line:
    """Write a grid's size, in colour where it is out of bounds."""
    if pd.isna(size):
        return "<5", None
    sizes = data.sizes
    text = f"{size:,.0f}" if size >= 10 else f"{size:,.1f}"
    if sizes.max is not None and size > sizes.max:
        return Text(f"▲超 {text}", f"▲ {text}").in_(language), HIGH
    if sizes.min is not None and size < sizes.min:
        return Text(f"▼少 {text}", f"▼ {text}").in_(language), LOW
    return text, None


def _holder_lines(names: str, language: Language) -> list[Line]:
    """Two names have a line each; of more, the first and how many."""
    holders = names.split("、") if names else []
    if len(holders) > MAX_HOLDERS:
        first, count = holders[0], len(holders)
        holders = [Text(f"{first}等{count}人", f"{first} +{count - 1}").in_(language)]
    return [(name[:16], None) for name in holders]


def label_grid(paper: Axes, shape: shapely.Geometry, lines: list[Line], *, dark: bool) -> list[Box]:
    """Write into a grid as many lines as have room, and its code into further pieces of it; return where."""
    parts = sorted(shapely.get_parts(shape), key=shapely.area, reverse=True)
    boxes = [_write_label(paper, parts[0], lines, dark=dark)]
    for part in parts[1:]:
        if _inscribed_radius(part).length * 2 >= MIN_PART_WIDTH_MM:
            boxes.append(_write_label(paper, part, lines[:1], dark=dark))
    return boxes


def _inscribed_radius(shape: shapely.Geometry) -> Any:
    """From the middle of the largest circle inside a shape to its rim, as a line."""
    polygon: Any = np.asarray(shape, dtype=object)
    return shapely.maximum_inscribed_circle(polygon, tolerance=INSCRIBED_CIRCLE_TOLERANCE_MM)


def _write_label(paper: Axes, shape: shapely.Geometry, lines: list[Line], *, dark: bool) -> Box:
    radius = _inscribed_radius(shape)
    spot, room = radius.interpolate(0), radius.length
    lines, points = _fit_lines(shape, (spot.x, spot.y), room, lines)
    ink, halo = (DARK_INK, DARK_HALO) if dark else (INK, "#ffffff")
    widths = []
    for index, (text, colour) in enumerate(lines):
        tint = ink if dark or colour is None else colour
        weight = "bold" if index == 0 else "normal"
        line_points = points * _line_size_share(index)
        y = spot.y + _line_rise(index, len(lines), points)
        draw_text(paper, (spot.x, y), text, line_points, tint, halo, weight)
        widths.append(measure_text_mm(text, line_points))
    return spot.x, spot.y, max(widths), len(lines) * points / POINTS_PER_MM * LEADING


def _fit_lines(
    shape: shapely.Geometry, spot: tuple[float, float], room: float, lines: list[Line]
) -> tuple[list[Line], float]:
    """Return the lines that fit, and the size of the first: the last line goes when all would be too small."""
    for count in range(len(lines), 1, -1):
        most = MAX_LABEL_POINTS if count > 2 else MAX_SHORT_LABEL_POINTS
        points = min(most, room * POINTS_PER_MM * 1.6 / (count + 0.2))
        for index, (text, _) in enumerate(lines[:count]):
            y = spot[1] + _line_rise(index, count, points)
            across = 2 * _free_reach(shape, spot[0], y)
            needed = measure_text_mm(text, points * _line_size_share(index)) + 1.0
            points = min(points, points * across / max(needed, 1e-6))
        if points * LOWER_LINE_SHARE >= MIN_LINE_POINTS:
            return lines[:count], points
    return lines[:1], max(MIN_CODE_POINTS, min(MAX_CODE_POINTS, room * POINTS_PER_MM))


def _free_reach(shape: Any, x: float, y: float) -> float:
    """How far one can go from a place to either side before leaving the shape; 0 outside it."""
    west, _, east, _ = shape.bounds
    row = shapely.LineString([(west - 1, y), (east + 1, y)])
    for run in shapely.get_parts(geos.intersection(shape, row)):
        left, _, right, _ = run.bounds
        if left <= x <= right:
            return float(min(x - left, right - x))
    return 0.0


def _line_rise(index: int, count: int, points: float) -> float:
    return ((count - 1) / 2 - index) * points / POINTS_PER_MM * LEADING


def _line_size_share(index: int) -> float:
    return 1.0 if index == 0 else LOWER_LINE_SHARE


@dataclass(frozen=True)
class Spot:
    """Where a village's name may stand, how large, and how clear of other words: 1 and more touches none."""

    x: float
    y: float
    points: float
    clear: float


def free_spot(shape: Any, name: str, points: float, taken: list[Box]) -> Spot:
    """Return where in a village its name stands clear of all that is written already, and well inside."""
    x, y = _candidate_places(shape)
    boxes = np.array(taken, dtype=float).reshape(-1, 4)
    across = (boxes[:, 2] + measure_text_mm(name, points) + 1.0) / 2
    down = (boxes[:, 3] + points / POINTS_PER_MM + 0.5) / 2
    apart_across = np.abs(x[:, None] - boxes[:, 0]) / across
    apart_down = np.abs(y[:, None] - boxes[:, 1]) / down
    clear = np.maximum(apart_across, apart_down).min(axis=1, initial=2.0)
    rim = shapely.distance(shapely.points(x, y), shape.boundary) / WELL_INSIDE_MM
    # clear of other words comes first; beyond that a name reads best well inside its village
    touches_none = 4 * np.minimum(clear, 1.0)
    worth = touches_none + np.minimum(clear, 2.0) / 2 + np.minimum(rim, 1.0)
    best = int(np.argmax(worth))
    return Spot(float(x[best]), float(y[best]), points, float(clear[best]))


def _candidate_places(shape: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y of a lattice's points inside a shape, and of one that is always inside."""
    west, south, east, north = shape.bounds
    columns = np.linspace(west, east, SPOTS_ACROSS)
    rows = np.linspace(south, north, SPOTS_ACROSS)
    x, y = (axis.ravel() for axis in np.meshgrid(columns, rows))
    inside = shapely.contains_xy(shape, x, y)
    middle = shape.representative_point()
    return np.append(x[inside], middle.x), np.append(y[inside], middle.y)


def draw_text(
    paper: Axes,
    spot: tuple[float, float],
    text: str,
    points: float,
    ink: str,
    halo: str = "#ffffff",
    weight: str = "bold",
) -> None:
    """Write text with a halo, a drawing of its own: matplotlib turns text with an effect into outlines."""
    style: dict[str, Any] = {
        "ha": "center",
        "va": "center",
        "fontsize": points,
        "fontweight": weight,
    }
    stroke = patheffects.Stroke(linewidth=points / 4.5, foreground=halo)
    paper.text(*spot, text, color=halo, path_effects=[stroke], **style)
    paper.text(*spot, text, color=ink, **style)
