"""What every part of a sheet shares: the paper's measures, its colours, how a shape becomes an outline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.path import Path as Outline

from gridmerge.products.map.data import MapData

PAGE_WIDTH_MM, PAGE_HEIGHT_MM, PAGE_EDGE_MM = 420.0, 297.0, 12.0  # A3 across, millimetres
SIDE_LEFT_MM = 300.0  # where the table and the legend begin
POINTS_PER_MM, MM_PER_INCH = 72 / 25.4, 25.4

FILL_COLOURS = ("#eef3ea", "#d3e5d6", "#a9d0c3", "#74b3ad", "#418f94", "#1d6275")
DARK_FILLS = FILL_COLOURS[4:]  # letters on them are white
# of a grid whose size is not published: none of the six, for each of them says something of it
WITHHELD_COLOUR = "#e4e2dc"
EXCLUSIVE = "#ded6ea"
INK = "#16323a"
SOFT = "#5c6c73"
RIM = "#3a2d1e"
HIGH = "#a3320f"
LOW = "#1c5aa0"

# as wide as high, from here on: CJK and its punctuation
FIRST_WIDE_CHARACTER = 0x2E80
NARROW_CHARACTER_SHARE = 0.58  # of the height: a Latin letter or a digit


def measure_text_mm(text: str, points: float) -> float:
    """Return about how many millimetres a text takes: a Chinese character is as wide as it is high."""
    widths = [_character_width(character) for character in text]
    return sum(widths) * points / POINTS_PER_MM


def _character_width(character: str) -> float:
    """Width as a share of the height."""
    return 1.0 if ord(character) > FIRST_WIDE_CHARACTER else NARROW_CHARACTER_SHARE


def draw_box(
    paper: Axes, corner: tuple[float, float], width: float, height: float, **look: Any
) -> None:
    """Draw a rectangle from its lower left corner; `look` is what matplotlib's patches take."""
    paper.add_patch(Rectangle(corner, width, height, **look))


def fill_of(size: float, data: MapData) -> str:
    """Return the fill of a grid by its size."""
    return WITHHELD_COLOUR if pd.isna(size) else FILL_COLOURS[choose_fill_step(size, data)]


def choose_fill_step(size: float, data: MapData) -> int:
    """Which of the six fills: below the minimum, four steps about the target, above the maximum."""
    sizes = data.sizes
    low, target, high = sizes.min or 0.0, sizes.target or 0.0, sizes.max or np.inf
    if size < low:
        return 0
    below_target, above_target = (low + target) / 2, (target + high) / 2
    limits = (below_target, target, above_target, high)
    return 1 + sum(size > limit for limit in limits)


def make_outline_path(shape: shapely.Geometry) -> Outline:
    """Return a polygon with its holes as matplotlib draws it."""
    rings = [shapely.get_coordinates(ring) for ring in _oriented_rings(shape)]
    codes = [_ring_codes(len(ring)) for ring in rings]
    return Outline(np.vstack(rings), np.concatenate(codes))


def _ring_codes(vertices: int) -> list[Any]:
    """What the pen does at each vertex of a closed ring."""
    lines = [Outline.LINETO] * (vertices - 2)
    return [Outline.MOVETO, *lines, Outline.CLOSEPOLY]


def _oriented_rings(shape: shapely.Geometry) -> Iterator[shapely.Geometry]:
    """Exterior rings one way round and holes the other, as the non-zero rule of PDF wants it."""
    for part in shapely.get_parts(shapely.orient_polygons(shape)):
        yield from shapely.get_rings(part)
