"""The map of a sheet: villages, grids filled by size, and as much written into each as has room."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from numpy.typing import NDArray

from gridmerge.geo import geos
from gridmerge.i18n.text import Language
from gridmerge.products.map.data import MapData
from gridmerge.products.poster.contents import PosterSheet
from gridmerge.products.poster.lettering import Box, compose_label, draw_text, free_spot, label_grid
from gridmerge.products.poster.paper_units import (
    DARK_FILLS,
    EXCLUSIVE,
    INK,
    PAGE_EDGE_MM,
    POINTS_PER_MM,
    RIM,
    fill_of,
    make_outline_path,
    measure_text_mm,
)

MAP_BOX_MM = (PAGE_EDGE_MM, 20.0, 278.0, 244.0)  # left, bottom, width, height in millimetres
# and ten and a hundred times them: round to a person
ROUND_SCALES = (1000, 1250, 1500, 2000, 2500, 3000, 3500, 4000, 4500, 5000, 6000, 7500, 8000, 9000)
# of a village's name: the largest that is clear of the grids' labels
NAME_POINTS = (12.0, 10.0, 8.5, 7.0)
MAX_NAME_LENGTH = 12  # characters of a village's name
SIMPLIFY_MM = 0.05  # finer than a printer draws


def draw_map(paper: Axes, sheet: PosterSheet, data: MapData, language: Language) -> int:
    """Draw villages, grids and their labels; return the denominator of the scale."""
    scale, corner = _fit_map(sheet.villages)
    _draw_surroundings(paper, _on_paper(data.villages, corner, scale))
    taken: list[Box] = []
    shapes = _on_paper(sheet.grids, corner, scale)
    for row, shape in zip(sheet.grids.to_dict("records"), shapes, strict=True):
        fill = _grid_fill(row, data)
        look = {"facecolor": fill, "edgecolor": INK, "linewidth": 0.7, "joinstyle": "round"}
        paper.add_patch(PathPatch(make_outline_path(shape), **look))
        label = compose_label(row, data, language)
        taken += label_grid(paper, shape, label, dark=fill in DARK_FILLS)
    outlines = _on_paper(sheet.villages, corner, scale)
    for shape in outlines:
        look = {"facecolor": "none", "edgecolor": RIM, "linewidth": 2.0}
        paper.add_patch(PathPatch(make_outline_path(shape), **look))
    if len(sheet.villages) > 1:
        names = [str(name)[:MAX_NAME_LENGTH] for name in sheet.villages["village_name"]]
        _name_villages(paper, names, outlines, taken)
    return scale


def _fit_map(villages: gpd.GeoDataFrame) -> tuple[int, NDArray[np.float64]]:
    """Return the denominator of the scale, and where the sheet's lower left corner lies (m)."""
    west, south, east, north = villages.total_bounds
    left, bottom, width, height = MAP_BOX_MM
    metres_a_millimetre = max((east - west) / width, (north - south) / height)
    scale = round_scale(metres_a_millimetre * 1000)
    middle = np.array([(west + east) / 2, (south + north) / 2])
    middle_on_paper = np.array([left + width / 2, bottom + height / 2])
    return scale, middle - middle_on_paper * scale / 1000


def _grid_fill(grid: dict[str, Any], data: MapData) -> str:
    if grid["grid_type"] == "exclusive":
        return EXCLUSIVE
    return fill_of(grid["size"], data)


def _on_paper(
    frame: gpd.GeoDataFrame, corner: NDArray[np.float64], scale: int
) -> NDArray[np.object_]:
    """Metres to millimetres on the sheet; the coverage stays without gaps."""
    shapes = frame.geometry.to_numpy()
    moved = shapely.transform(shapes, lambda metres: (metres - corner) * 1000 / scale)
    return np.asarray(geos.coverage_simplify(moved, SIMPLIFY_MM), dtype=object)


def _name_villages(
    paper: Axes, names: list[str], outlines: NDArray[np.object_], taken: list[Box]
) -> None:
    """Write the villages' names where nothing else stands, smaller where there is less room."""
    for name, shape in zip(names, outlines, strict=True):
        spots = (free_spot(shape, name, points, taken) for points in NAME_POINTS)
        best = max(spots, key=lambda spot: (min(spot.clear, 1.0), spot.points))
        draw_text(paper, (best.x, best.y), name, best.points, RIM)
        width, height = measure_text_mm(name, best.points), best.points / POINTS_PER_MM
        taken.append((best.x, best.y, width, height))


def _draw_surroundings(paper: Axes, villages: NDArray[np.object_]) -> None:
    """Draw the villages all around, pale: a village hangs among its neighbours."""
    left, bottom, width, height = MAP_BOX_MM
    corner = (left - 4, bottom - 2)
    window = Rectangle(corner, width + 8, height + 4, transform=paper.transData)
    look = {"facecolor": "#f7f6f1", "edgecolor": "#c9c6ba", "linewidth": 0.9}
    for shape in villages:
        patch = PathPatch(make_outline_path(shape), **look)
        paper.add_patch(patch)
        patch.set_clip_path(window)


def round_scale(least: float) -> int:
    """Return the next round denominator of a scale."""
    choices = [scale * 10**power for power in range(-1, 4) for scale in ROUND_SCALES]
    return int(min(scale for scale in choices if scale >= least))
