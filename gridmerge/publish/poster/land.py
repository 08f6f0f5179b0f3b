"""The map of a sheet: villages, grids filled by size, and as much written into each as has room."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from numpy.typing import NDArray

from gridmerge import robust
from gridmerge.publish.map.data import MapData
from gridmerge.publish.poster.lettering import Box, free_spot, label_grid, words, write
from gridmerge.publish.poster.paper import DARK, EDGE, EXCLUSIVE, INK, MM, RIM, fill_of, outline, wide
from gridmerge.publish.poster.tables import Sheet
from gridmerge.text import Language

MAP = (EDGE, 20.0, 278.0, 244.0)  # left, bottom, width, height in millimetres
# and ten and a hundred times them: round to a person
SCALES = (1000, 1250, 1500, 2000, 2500, 3000, 3500, 4000, 4500, 5000, 6000, 7500, 8000, 9000)
NAME_POINTS = (12.0, 10.0, 8.5, 7.0)  # of a village's name: the largest that is clear of the grids' labels
SIMPLIFY_MM = 0.05  # finer than a printer draws


def draw_map(paper: Axes, sheet: Sheet, data: MapData, language: Language) -> int:
    """Draw villages, grids and their labels; return the denominator of the scale."""
    west, south, east, north = sheet.villages.total_bounds
    left, bottom, width, height = MAP
    scale = round_scale(max((east - west) / width, (north - south) / height) * 1000)
    middle = np.array([(west + east) / 2, (south + north) / 2])
    corner = middle - np.array([left + width / 2, bottom + height / 2]) * scale / 1000
    _around(paper, _on_paper(data.villages, corner, scale))
    taken: list[Box] = []
    for row, shape in zip(sheet.grids.to_dict("records"), _on_paper(sheet.grids, corner, scale), strict=True):
        exclusive = row["grid_type"] == "exclusive"
        fill = EXCLUSIVE if exclusive else fill_of(row["size"], data)
        paper.add_patch(PathPatch(outline(shape), facecolor=fill, edgecolor=INK, linewidth=0.7, joinstyle="round"))
        taken += label_grid(paper, shape, words(row, data, language), dark=fill in DARK)
    outlines = _on_paper(sheet.villages, corner, scale)
    for shape in outlines:
        paper.add_patch(PathPatch(outline(shape), facecolor="none", edgecolor=RIM, linewidth=2.0))
    if len(sheet.villages) > 1:
        _name_villages(paper, [str(name)[:12] for name in sheet.villages["village_name"]], outlines, taken)
    return scale


def _on_paper(frame: gpd.GeoDataFrame, corner: NDArray[np.float64], scale: int) -> NDArray[np.object_]:
    """Metres to millimetres on the sheet; the coverage stays without gaps."""
    moved = shapely.transform(frame.geometry.to_numpy(), lambda xy: (xy - corner) * 1000 / scale)
    return np.asarray(robust.coverage_simplify(moved, SIMPLIFY_MM), dtype=object)


def _name_villages(paper: Axes, names: list[str], outlines: NDArray[np.object_], taken: list[Box]) -> None:
    """Write the villages' names where nothing else stands, smaller where there is less room."""
    for name, shape in zip(names, outlines, strict=True):
        found = (free_spot(shape, name, points, taken) for points in NAME_POINTS)
        best = max(found, key=lambda spot: (min(spot.clear, 1.0), spot.points))
        write(paper, (best.x, best.y), name, best.points, RIM)
        taken.append((best.x, best.y, wide(name, best.points), best.points / MM))


def _around(paper: Axes, villages: NDArray[np.object_]) -> None:
    """Draw the villages all around, pale: a village hangs among its neighbours."""
    left, bottom, width, height = MAP
    window = Rectangle((left - 4, bottom - 2), width + 8, height + 4, transform=paper.transData)
    for shape in villages:
        patch = PathPatch(outline(shape), facecolor="#f7f6f1", edgecolor="#c9c6ba", linewidth=0.9)
        paper.add_patch(patch)
        patch.set_clip_path(window)


def round_scale(least: float) -> int:
    """Return the next round denominator of a scale."""
    choices = [scale * 10**power for power in range(-1, 4) for scale in SCALES]
    return int(min(scale for scale in choices if scale >= least))
