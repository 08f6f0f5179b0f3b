"""Which items of the docket a meeting need not open: no decision on them changes anything, or there is nothing to decide."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmerge.model import Build
from gridmerge.text import Text

Reasons = NDArray[np.object_]

# why an item is set aside, as set_aside has it; the first that holds is told
REASONS = {
    "village_line": Text("沿村界：村界不动", "along a village line, which does not move"),
    "narrow": Text("比界线本身的误差还窄", "narrower than the lines are known"),
    "little_work": Text("几乎没有工作量", "hardly any work lies on it"),
    "further": Text("排在后面", "further down the list"),
}
# items of a kind that one meeting gets through; three kinds make a few dozen
OPEN = 12
# of the work of a middling grid: less on a piece of land changes no grid, whoever has it
LITTLE = 0.01
# of an item's outline on its village's line from which it lies along it: a strip has two long sides
ALONG = 0.25
# tolerances; wider land along a village line is no drawing of that line
BESIDE = 4.0
MIDDLE_DIGITS = 3  # metres to the millimetre, as the villages are written


def set_aside(build: Build, frame: gpd.GeoDataFrame, works: pd.DataFrame) -> Reasons:
    """Return why each item is no matter for a meeting: a key of `REASONS` but ``further``, "" where it is one.

    A list that a meeting gets through as it is (`OPEN`) keeps all its items.

    Parameters
    ----------
    frame
        Gaps, claims or disputes.
    works
        What lies on each, by workload.
    """
    reason = np.full(len(frame), "", dtype=object)
    if len(frame) <= OPEN:
        return reason
    width = _width(frame)
    tolerance = float(build.mosaic.figures.get("tolerance", 0.0))
    reason[_little(build, works)] = "little_work"
    reason[width < tolerance] = "narrow"
    reason[_beside_village(build, frame) & (width < BESIDE * tolerance)] = "village_line"
    return reason


def after_a_dozen(reason: Reasons, group: NDArray[np.bool_]) -> Reasons:
    """Set aside as ``further`` what comes after the first `OPEN` open items of either group; items are ranked."""
    result = reason.copy()
    for chosen in (group, ~group):
        result[np.flatnonzero(chosen & (reason == ""))[OPEN:]] = "further"
    return result


def _width(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Mean width of each item, metres."""
    shapes = frame.geometry.to_numpy()
    return np.asarray(2 * shapely.area(shapes) / shapely.length(shapes))


def _little(build: Build, works: pd.DataFrame) -> NDArray[np.bool_]:
    """Items with less of every weighted workload than would change a grid; none where the town's work is not known."""
    totals = build.weights.totals
    weighing = totals[(totals["weight"] > 0) & (totals["inside"] > 0) & totals["name"].isin(works.columns)]
    if weighing.empty:
        return np.zeros(len(works), dtype=bool)
    names = weighing["name"].tolist()
    middling = weighing.set_index("name")["inside"] / max(1, len(build.plan.grids))
    return np.asarray((works[names] < LITTLE * middling[names]).all(axis=1))


def _beside_village(build: Build, frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Items of whose outline much is a village's line, edge by edge: faces have the vertices of the villages."""
    line, _, _ = _edges(build.township.villages.geometry.to_numpy())
    middle, metres, item = _edges(frame.geometry.to_numpy())
    shared = np.bincount(item, weights=metres * np.isin(middle, line), minlength=len(frame))
    return np.asarray(shared > ALONG * np.bincount(item, weights=metres, minlength=len(frame)))


def _edges(shapes: NDArray[np.object_]) -> tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.int64]]:
    """Middle and length of each edge of an outline, and whose it is."""
    xy, owner = shapely.get_coordinates(shapely.boundary(shapes), return_index=True)
    _, ring = shapely.get_coordinates(shapely.get_parts(shapely.boundary(shapes)), return_index=True)
    same = ring[1:] == ring[:-1]
    start, end = xy[:-1][same], xy[1:][same]
    middle = np.round((start + end) / 2, MIDDLE_DIGITS)
    return middle[:, 0] + 1j * middle[:, 1], np.hypot(*(end - start).T), owner[:-1][same]
