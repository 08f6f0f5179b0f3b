"""Which items of the docket a meeting need not open: no decision on them changes anything, or there is nothing to decide."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmerge.i18n.text import Text
from gridmerge.model import Build

Reasons = NDArray[np.object_]

# why an item is set aside, as set_aside has it; the first that holds counts
SET_ASIDE_REASONS = {
    "village_line": Text("沿村界：村界不动", "along a village line, which does not move"),
    "narrow": Text("比界线本身的误差还窄", "narrower than the lines are known"),
    "little_work": Text("几乎没有工作量", "hardly any work lies on it"),
    "further": Text("排在后面", "further down the list"),
}
# items of a kind that one meeting gets through; three kinds make a few dozen
MAX_OPEN_ITEMS = 12
# of the work of a middling grid: less on a piece of land changes no grid, whoever has it
LITTLE_WORK_SHARE = 0.01
# of an item's outline on its village's line from which it lies along it: a strip has two long sides
ALONG_OUTLINE_SHARE = 0.25
# tolerances; wider land along a village line is no drawing of that line
MAX_STRIP_TOLERANCES = 4.0
MIDDLE_DIGITS = 3  # metres to the millimetre, as the villages are written


def find_set_aside_reasons(build: Build, frame: gpd.GeoDataFrame, works: pd.DataFrame) -> Reasons:
    """Return why each item is no matter for a meeting: a key of `SET_ASIDE_REASONS` but ``further``, "" where it is one.

    A list that a meeting gets through as it is (`MAX_OPEN_ITEMS`) keeps all its items.

    Parameters
    ----------
    frame
        Gaps, claims or disputes.
    works
        What lies on each, by workload.
    """
    reason = np.full(len(frame), "", dtype=object)
    if len(frame) <= MAX_OPEN_ITEMS:
        return reason
    width = _mean_widths(frame)
    tolerance = float(build.mosaic.figures.get("tolerance", 0.0))
    reason[_has_little_work(build, works)] = "little_work"
    reason[width < tolerance] = "narrow"
    is_strip = width < MAX_STRIP_TOLERANCES * tolerance
    reason[_beside_village(build, frame) & is_strip] = "village_line"
    return reason


def fold_further_items(reason: Reasons, group: NDArray[np.bool_]) -> Reasons:
    """Set aside as ``further`` what comes after the first `MAX_OPEN_ITEMS` open items of either group; items are ranked."""
    result = reason.copy()
    is_open = reason == ""
    for chosen in (group, ~group):
        items = np.flatnonzero(chosen & is_open)
        result[items[MAX_OPEN_ITEMS:]] = "further"
    return result


def _mean_widths(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Mean width of each item, metres."""
    shapes = frame.geometry.to_numpy()
    return np.asarray(2 * shapely.area(shapes) / shapely.length(shapes))


def _has_little_work(build: Build, works: pd.DataFrame) -> NDArray[np.bool_]:
    """Items with less of every weighted workload than would change a grid; none where the town's work is not known."""
    totals = build.weights.totals
    counts = (totals["weight"] > 0) & (totals["inside"] > 0)
    weighing = totals[counts & totals["name"].isin(works.columns)]
    if weighing.empty:
        return np.zeros(len(works), dtype=bool)
    names = weighing["name"].tolist()
    mean_grid = weighing.set_index("name")["inside"] / max(1, len(build.plan.grids))
    is_little = works[names] < LITTLE_WORK_SHARE * mean_grid[names]
    return np.asarray(is_little.all(axis=1))


def _beside_village(build: Build, frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Items of whose outline much is a village's line, edge by edge.

    Faces have the vertices of the villages.
    """
    village_middle, _, _ = _outline_edges(build.township.villages.geometry.to_numpy())
    middle, metres, item = _outline_edges(frame.geometry.to_numpy())
    shared_metres = metres * np.isin(middle, village_middle)
    shared = np.bincount(item, weights=shared_metres, minlength=len(frame))
    outline = np.bincount(item, weights=metres, minlength=len(frame))
    return np.asarray(shared > ALONG_OUTLINE_SHARE * outline)


def _outline_edges(
    shapes: NDArray[np.object_],
) -> tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.int64]]:
    """Middle and length of each edge of an outline, and whose it is."""
    boundaries = shapely.boundary(shapes)
    xy, owner = shapely.get_coordinates(boundaries, return_index=True)
    _, ring = shapely.get_coordinates(shapely.get_parts(boundaries), return_index=True)
    same_ring = ring[1:] == ring[:-1]
    start, end = xy[:-1][same_ring], xy[1:][same_ring]
    middle = np.round((start + end) / 2, MIDDLE_DIGITS)
    length = np.hypot(*(end - start).T)
    return middle[:, 0] + 1j * middle[:, 1], length, owner[:-1][same_ring]
