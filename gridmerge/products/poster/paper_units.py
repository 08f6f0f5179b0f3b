"""What every part of a sheet shares: the paper's measures, its colours, how a shape becomes an outline."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely
from matplotlib.path import Path as Outline

from gridmerge.products.map.data import MapData

PAGE_WIDTH_MM, PAGE_HEIGHT_MM, PAGE_EDGE_MM = 420.0, 297.0, 12.0  # A3 across, millimetres
SIDE_LEFT_MM = 300.0  # where the table and the legend begin
POINTS_PER_MM, MM_PER_INCH = 72 / 25.4, 25.4

FILL_COLOURS = ("#eef3ea", "#d3e5d6", "#a9d0c3", "#74b3ad", "#418f94", "#1d6275")
DARK_FILLS = FILL_COLOURS[4:]  # letters on them are white
WITHHELD_COLOUR = "#e4e2dc"  # of a grid whose size is not published: none of the six, for each of them says something of it
EXCLUSIVE, INK, SOFT, RIM, HIGH, LOW = (
    "#ded6ea",
    "#16323a",
    "#5c6c73",
    "#3a2d1e",
    "#a3320f",
    "#1c5aa0",
)


def measure_text_mm(text: str, points: float) -> float:
    """Return about how many millimetres a text takes: a Chinese character is as wide as it is high."""
    return (
        sum(1.0 if ord(character) > 0x2E80 else 0.58 for character in text) * points / POINTS_PER_MM
    )


def fill_of(size: float, data: MapData) -> str:
    """Return the fill of a grid by its size."""
    return WITHHELD_COLOUR if pd.isna(size) else FILL_COLOURS[choose_fill_step(size, data)]


def choose_fill_step(size: float, data: MapData) -> int:
    """Which of the six fills: below the minimum, four steps about the target, above the maximum."""
    low, target, high = data.sizes.min or 0.0, data.sizes.target or 0.0, data.sizes.max or np.inf
    if size < low:
        return 0
    return 1 + sum(
        size > limit for limit in ((low + target) / 2, target, (target + high) / 2, high)
    )


def make_outline_path(shape: shapely.Geometry) -> Outline:
    """Return a polygon with its holes as matplotlib draws it."""
    rings = [shapely.get_coordinates(ring) for ring in _oriented_rings(shape)]
    codes = [
        [Outline.MOVETO, *[Outline.LINETO] * (len(ring) - 2), Outline.CLOSEPOLY] for ring in rings
    ]
    return Outline(np.vstack(rings), np.concatenate(codes))


def _oriented_rings(shape: shapely.Geometry) -> Iterator[shapely.Geometry]:
    """Exterior rings one way round and holes the other, as the non-zero rule of PDF wants it."""
    for part in shapely.get_parts(shapely.orient_polygons(shape)):
        yield from shapely.get_rings(part)
