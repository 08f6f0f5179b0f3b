"""The map of a sheet: villages, grids filled by size, and as much written into each as has room."""

from __future__ import annotations

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
SIMPLIFY_MM = 0.05  # finer than a printer draws


def draw_map(paper: Axes, sheet: PosterSheet, data: MapData, language: Language) -> int:
    """Draw villages, grids and their labels; return the denominator of the scale."""
    west, south, east, north = sheet.villages.total_bounds
    left, bottom, width, height = MAP_BOX_MM
    scale = round_scale(max((east - west) / width, (north - south) / height) * 1000)
    middle = np.array([(west + east) / 2, (south + north) / 2])
    corner = middle - np.array([left + width / 2, bottom + height / 2]) * scale / 1000
    _draw_surroundings(paper, _on_paper(data.villages, corner, scale))
    taken: list[Box] = []
    for row, shape in zip(
        sheet.grids.to_dict("records"), _on_paper(sheet.grids, corner, scale), strict=True
    ):
        exclusive = row["grid_type"] == "exclusive"
        fill = EXCLUSIVE if exclusive else fill_of(row["size"], data)
        paper.add_patch(
            PathPatch(
                make_outline_path(shape),
                facecolor=fill,
                edgecolor=INK,
                linewidth=0.7,
                joinstyle="round",
            )
        )
        taken += label_grid(
            paper, shape, compose_label(row, data, language), dark=fill in DARK_FILLS
        )
    outlines = _on_paper(sheet.villages, corner, scale)
    for shape in outlines:
        paper.add_patch(
            PathPatch(make_outline_path(shape), facecolor="none", edgecolor=RIM, linewidth=2.0)
        )
    if len(sheet.villages) > 1:
        _name_villages(
            paper, [str(name)[:12] for name in sheet.villages["village_name"]], outlines, taken
        )
    return scale


def _on_paper(
    frame: gpd.GeoDataFrame, corner: NDArray[np.float64], scale: int
) -> NDArray[np.object_]:
    """Metres to millimetres on the sheet; the coverage stays without gaps."""
    moved = shapely.transform(frame.geometry.to_numpy(), lambda xy: (xy - corner) * 1000 / scale)
    return np.asarray(geos.coverage_simplify(moved, SIMPLIFY_MM), dtype=object)


def _name_villages(
    paper: Axes, names: list[str], outlines: NDArray[np.object_], taken: list[Box]
) -> None:
    """Write the villages' names where nothing else stands, smaller where there is less room."""
    for name, shape in zip(names, outlines, strict=True):
        found = (free_spot(shape, name, points, taken) for points in NAME_POINTS)
        best = max(found, key=lambda spot: (min(spot.clear, 1.0), spot.points))
        draw_text(paper, (best.x, best.y), name, best.points, RIM)
        taken.append(
            (best.x, best.y, measure_text_mm(name, best.points), best.points / POINTS_PER_MM)
        )


def _draw_surroundings(paper: Axes, villages: NDArray[np.object_]) -> None:
    """Draw the villages all around, pale: a village hangs among its neighbours."""
    left, bottom, width, height = MAP_BOX_MM
    window = Rectangle((left - 4, bottom - 2), width + 8, height + 4, transform=paper.transData)
    for shape in villages:
        patch = PathPatch(
            make_outline_path(shape), facecolor="#f7f6f1", edgecolor="#c9c6ba", linewidth=0.9
        )
        paper.add_patch(patch)
        patch.set_clip_path(window)


def round_scale(least: float) -> int:
    """Return the next round denominator of a scale."""
    choices = [scale * 10**power for power in range(-1, 4) for scale in ROUND_SCALES]
    return int(min(scale for scale in choices if scale >= least))
