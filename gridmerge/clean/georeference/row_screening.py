"""Each row of an input judged by itself: whether it can be a place at all, and whether it lies on the land only turned round."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gridmerge.clean.georeference import crs as systems
from gridmerge.clean.topology.polygons import Geometries
from gridmerge.coordinates.cells import MAX_COORDINATE_M
from gridmerge.findings import Finding, make_finding
from gridmerge.model import RawLayer
from gridmerge.tabular.row_numbers import rows_in_words

# metres round the land that count as on it: the datums of web maps are off by up to 1.3 km
_LAND_MARGIN_M = 2000.0


def box_middles(shapes: Geometries) -> systems.Points:
    """The middle of the box of each shape as it stands in the file, n × 2; NaN where there is none."""
    box = shapely.bounds(shapes)
    return np.asarray((box[:, :2] + box[:, 2:]) / 2)


def drop_impossible_rows(
    shapes: Geometries, raw: RawLayer
) -> tuple[Geometries, tuple[Finding, ...]]:
    """Take the geometry from rows of which a coordinate is no number of this earth: not finite, or a mark for no data."""
    coordinates, row = shapely.get_coordinates(shapes, return_index=True)
    bad = ~(np.abs(coordinates) < MAX_COORDINATE_M).all(axis=1)
    if not bad.any():
        return shapes, ()
    broken, first = np.unique(row[bad], return_index=True)
    kept = shapes.copy()
    kept[broken] = None
    return kept, (_rows_finding("rows_impossible", raw, broken, coordinates[bad][first[0]]),)


def on_the_land(
    shapes: Geometries,
    raw: RawLayer,
    placing: systems.CrsPlacement,
    target: CRS,
    land: systems.Bounds,
) -> tuple[Geometries, tuple[Finding, ...]]:
    """Take the geometry from rows that are no place in the system of their file, or one on the land only exchanged.

    Parameters
    ----------
    shapes
        As they stand in the file.
    placing
        The system, and the order of the axes, of most rows.
    land
        Its box in `target`.
    """
    at = box_middles(shapes)
    given = np.isfinite(at).all(axis=1)
    here, there = (
        _transform_rows(at, placing.crs, target, turned)
        for turned in (placing.swapped, not placing.swapped)
    )
    off = given & ~_is_near_land(here, land)
    exchanged = off & _is_near_land(there, land)
    nowhere = off & ~exchanged & ~_is_possible_place(at, here, placing)
    kept, findings = shapes, []
    for kind, chosen in (("rows_exchanged", exchanged), ("rows_impossible", nowhere)):
        lost = np.flatnonzero(chosen)
        if len(lost):
            kept = kept.copy()
            kept[lost] = None
            findings.append(_rows_finding(kind, raw, lost, at[lost[0]]))
    return kept, tuple(findings)


def _transform_rows(at: systems.Points, crs: CRS, target: CRS, turned: bool) -> systems.Points:
    return np.column_stack(systems.transform_points(crs, target, *(at.T[::-1] if turned else at.T)))


def _is_near_land(points: systems.Points, land: systems.Bounds) -> NDArray[np.bool_]:
    x, y = points.T
    x0, y0, x1, y1 = land
    return np.asarray(
        (x >= x0 - _LAND_MARGIN_M)
        & (x <= x1 + _LAND_MARGIN_M)
        & (y >= y0 - _LAND_MARGIN_M)
        & (y <= y1 + _LAND_MARGIN_M)
    )


def _is_possible_place(
    at: systems.Points, here: systems.Points, placing: systems.CrsPlacement
) -> NDArray[np.bool_]:
    """Whether numbers can be a place in a system: not beyond the poles, and not the 0, 0 of a place that was never entered."""
    lon, lat = at.T[::-1] if placing.swapped else at.T
    possible = np.isfinite(here).all(axis=1) & ~((lon == 0) & (lat == 0))
    if placing.crs.is_geographic:
        possible &= (np.abs(lon) <= 361) & (np.abs(lat) <= 90)
    return np.asarray(possible)


def _rows_finding(
    kind: str, raw: RawLayer, lost: NDArray[np.int64], example: systems.Points
) -> Finding:
    first, second = example
    return make_finding(
        kind,
        layer=raw.source.key,
        measure=len(lost),
        rows=rows_in_words(lost, raw.frame),
        example=f"{first:.10g}, {second:.10g}",
    )
