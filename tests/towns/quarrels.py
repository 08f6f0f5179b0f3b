"""Real disagreements, such as a meeting has to settle: a line drawn along the other side, land claimed twice, land left out.

Dirt is nobody's opinion; these are. Each takes a stretch of the line between two grids of one department and shifts a strip
of land some 20–30 m wide: to the neighbour (the department's line then differs from everybody else's), to both, or to none.
"""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import shapely

from tests.towns.draw import DrawnLayer

WIDTHS_M = (18.0, 28.0)  # a street or a ditch, beyond any digitising error
REACH_M = 180.0  # half the length of the stretch
KINDS = ("moved", "claimed", "left_out")
# departments that draw their own lines and keep to the villages' in the sample
QUARRELSOME = ("urban_management", "environment", "fire", "police", "market", "housing")


def quarrelling(layers: dict[str, DrawnLayer], seed: int, quarrels: int) -> dict[str, DrawnLayer]:
    """Return the layers with that many disagreements; the same for the same seed."""
    keys = [key for key in QUARRELSOME if key in layers]
    changed = dict(layers)
    for number in range(quarrels if keys else 0):
        key = keys[number % len(keys)]
        rng = np.random.default_rng([seed, 5, number])
        frame = _with_strip(changed[key].frame, rng, KINDS[number % len(KINDS)])
        changed[key] = dataclasses.replace(changed[key], frame=frame)
    return changed


def _with_strip(frame: gpd.GeoDataFrame, rng: np.random.Generator, kind: str) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy().copy()
    giver, taker, line = _neighbours(shapes, rng)
    stretch = line.interpolate(0.5, normalized=True).buffer(REACH_M)
    strip = (
        shapes[taker]
        .buffer(rng.uniform(*WIDTHS_M))
        .intersection(shapes[giver])
        .intersection(stretch)
    )
    if kind != "left_out":
        shapes[taker] = shapely.union(shapes[taker], strip)
    if kind != "claimed":
        shapes[giver] = shapely.difference(shapes[giver], strip)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def _neighbours(
    shapes: np.ndarray, rng: np.random.Generator
) -> tuple[int, int, shapely.LineString]:
    """A pair of grids with a long common line, by position and the line between them."""
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    lines = shapely.intersection(shapely.boundary(shapes[a]), shapely.buffer(shapes[b], 1.0))
    order = np.argsort(-shapely.length(lines), kind="stable")[: max(1, len(lines) // 4)]
    pick = int(rng.choice(order))
    longest = max(shapely.get_parts(shapely.line_merge(lines[pick])), key=lambda part: part.length)
    return int(a[pick]), int(b[pick]), longest
