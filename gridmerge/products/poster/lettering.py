"""Words on the map of a sheet: what is written into a grid, how large, and where a village's name finds room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from matplotlib import patheffects
from matplotlib.axes import Axes

from gridmerge.geo import geos
from gridmerge.i18n.text import Language, Text
from gridmerge.products.map.data import MapData
from gridmerge.products.poster.paper_units import HIGH, INK, LOW, POINTS_PER_MM, measure_text_mm

Box = tuple[float, float, float, float]  # middle x and y, width and height, in millimetres
Line = tuple[str, str | None]  # text, and a colour of its own or None

MAX_LABEL_POINTS = 18.0  # points, of a grid's label
# points: smaller lines are left to the table, a grid's code is not
MIN_LINE_POINTS, MIN_CODE_POINTS = 4.5, 3.5
LEADING = 1.12  # of a line's height to the next
LOWER_LINE_SHARE = 0.82  # of the code's size: the lines below it
# millimetres a further piece of a grid must be wide to have its code written into it too
MIN_PART_WIDTH_MM = 4.0


def compose_label(row: dict[str, Any], data: MapData, language: Language) -> list[Line]:
    """Return the lines written into a grid: its code, its size with what is wrong with it, who holds it."""
    size, sizes = row["size"], data.sizes
    lines: list[Line] = [(row["label"], None)]
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
    return [*lines, *_holder_lines(row.get("holder") or "", language)]


def _holder_lines(names: str, language: Language) -> list[Line]:
    """Two names have a line each; of more, the first and how many."""
    each = names.split("、") if names else []
    if len(each) > 2:
        each = [Text(f"{each[0]}等{len(each)}人", f"{each[0]} +{len(each) - 1}").in_(language)]
    return [(name[:16], None) for name in each]


def label_grid(paper: Axes, shape: shapely.Geometry, lines: list[Line], *, dark: bool) -> list[Box]:
    """Write into a grid as many lines as have room, and its code into further pieces of it; return where."""
    parts = sorted(shapely.get_parts(shape), key=shapely.area, reverse=True)
    boxes = [_write_label(paper, parts[0], lines, dark=dark)]
    for part in parts[1:]:
        if shapely.maximum_inscribed_circle(part, tolerance=0.2).length * 2 >= MIN_PART_WIDTH_MM:
            boxes.append(_write_label(paper, part, lines[:1], dark=dark))
    return boxes


def _write_label(paper: Axes, shape: shapely.Geometry, lines: list[Line], *, dark: bool) -> Box:
    radius: Any = shapely.maximum_inscribed_circle(np.asarray(shape, dtype=object), tolerance=0.2)
    spot, room = radius.interpolate(0), radius.length
    lines, points = _fit_lines(shape, (spot.x, spot.y), room, lines)
    ink, halo = ("#ffffff", "#103e4a") if dark else (INK, "#ffffff")
    for index, (text, colour) in enumerate(lines):
        first = index == 0
        tint = ink if dark or colour is None else colour
        y = spot.y + _line_rise(index, len(lines), points)
        draw_text(
            paper,
            (spot.x, y),
            text,
            points * _line_size_share(index),
            tint,
            halo,
            "bold" if first else "normal",
        )
    width = max(
        measure_text_mm(text, points * _line_size_share(index))
        for index, (text, _) in enumerate(lines)
    )
    return spot.x, spot.y, width, len(lines) * points / POINTS_PER_MM * LEADING


def _fit_lines(
    shape: shapely.Geometry, spot: tuple[float, float], room: float, lines: list[Line]
) -> tuple[list[Line], float]:
    """Return the lines that fit, and the size of the first: the last line goes when all would be too small."""
    for count in range(len(lines), 1, -1):
        points = min(
            MAX_LABEL_POINTS if count > 2 else 13.0, room * POINTS_PER_MM * 1.6 / (count + 0.2)
        )
        for index, (text, _) in enumerate(lines[:count]):
            across = 2 * _free_reach(shape, spot[0], spot[1] + _line_rise(index, count, points))
            points = min(
                points,
                points
                * across
                / max(measure_text_mm(text, points * _line_size_share(index)) + 1.0, 1e-6),
            )
        if points * LOWER_LINE_SHARE >= MIN_LINE_POINTS:
            return lines[:count], points
    return lines[:1], max(MIN_CODE_POINTS, min(6.0, room * POINTS_PER_MM))


def _free_reach(shape: Any, x: float, y: float) -> float:
    """How far one can go from a place to the left and to the right before leaving the shape; 0 outside it."""
    west, _, east, _ = shape.bounds
    for run in shapely.get_parts(
        geos.intersection(shape, shapely.LineString([(west - 1, y), (east + 1, y)]))
    ):
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
    west, south, east, north = shape.bounds
    x, y = (
        axis.ravel()
        for axis in np.meshgrid(np.linspace(west, east, 41), np.linspace(south, north, 41))
    )
    inside = shapely.contains_xy(shape, x, y)
    middle = shape.representative_point()
    x, y = np.append(x[inside], middle.x), np.append(y[inside], middle.y)
    boxes = np.array(taken, dtype=float).reshape(-1, 4)
    across = (boxes[:, 2] + measure_text_mm(name, points) + 1.0) / 2
    down = (boxes[:, 3] + points / POINTS_PER_MM + 0.5) / 2
    apart = np.maximum(
        np.abs(x[:, None] - boxes[:, 0]) / across, np.abs(y[:, None] - boxes[:, 1]) / down
    )
    clear = apart.min(axis=1, initial=2.0)
    rim = shapely.distance(shapely.points(x, y), shape.boundary) / 8.0
    # clear of other words comes first; beyond that a name reads best well inside its village
    best = int(
        np.argmax(4 * np.minimum(clear, 1.0) + np.minimum(clear, 2.0) / 2 + np.minimum(rim, 1.0))
    )
    return Spot(float(x[best]), float(y[best]), points, float(clear[best]))


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
