"""Geometry as it came → valid two-dimensional areas, or lines for barriers; what cannot be is said, never swallowed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmerge.geo import geos
from gridmerge.i18n.text import Text

Geometries = NDArray[np.object_]

# of its length: how far the ends of a line meant as an outline may be apart
MAX_CLOSING_SHARE = 0.02
MIN_REPAIR_SHARE = 0.001  # of its area: a repair that changes more is a finding
_FAR_OUT_RATIO = 4.0  # times the box: lines that run so far are cut off
_AREA_TYPE_IDS = (3, 6)  # shapely type ids: Polygon, MultiPolygon
_LINE_TYPE_IDS = (1, 2, 5)  # LineString, LinearRing, MultiLineString


@dataclass(frozen=True, kw_only=True)
class CleanedAreas:
    """Areas and what was done to them, one entry a feature.

    Parameters
    ----------
    geometry
        Valid Polygon or MultiPolygon, or None where nothing could be made of it.
    closed
        An open outline was closed.
    invalid
        It was invalid and has been repaired.
    change
        Share of its area that the repair changed, 0..1.
    """

    geometry: Geometries
    closed: NDArray[np.bool_]
    invalid: NDArray[np.bool_]
    change: NDArray[np.float64]


# What people call the types of GEOS, in its order.
_CALLED = (
    Text("点", "a point"),
    Text("线", "a line"),
    Text("闭合线", "a closed line"),
    Text("面", "an area"),
    Text("多点", "points"),
    Text("多段线", "several lines"),
    Text("多部分面", "areas"),
    Text("混合图形", "a mixture of shapes"),
)


def make_areas(geometry: Geometries) -> CleanedAreas:
    """Make valid areas of whatever is there: outlines drawn as lines are closed, collections give their areas."""
    flat: Geometries = shapely.force_2d(geometry)
    kinds = shapely.get_type_id(flat)
    closed = np.zeros(len(flat), dtype=bool)
    for row in np.flatnonzero(
        ~np.isin(kinds, _AREA_TYPE_IDS) & (kinds >= 0)
    ):  # few: real layers are areas already
        flat[row], closed[row] = _close_outlines(flat[row])
    invalid = ~shapely.is_valid(flat) & ~shapely.is_missing(flat)
    change = np.zeros(len(flat))
    before = shapely.area(flat[invalid])
    flat[invalid] = only_areas(
        geos.make_valid(flat[invalid], method="structure", keep_collapsed=False)
    )
    after = shapely.area(flat[invalid])
    with np.errstate(divide="ignore", invalid="ignore"):
        change[invalid] = np.nan_to_num(np.abs(after - before) / np.maximum(before, after), nan=1.0)
    flat[shapely.is_missing(flat) | shapely.is_empty(flat) | (shapely.area(flat) <= 0)] = None
    return CleanedAreas(geometry=flat, closed=closed, invalid=invalid, change=change)


def only_areas(geometry: Geometries) -> Geometries:
    """Return the areas inside geometry collections; other geometry untouched."""
    result = geometry.copy()
    for row in np.flatnonzero(shapely.get_type_id(geometry) == 7):
        parts = shapely.get_parts(geometry[row])
        nested = [
            shapely.get_parts(part) if shapely.get_type_id(part) == 7 else [part] for part in parts
        ]
        polygons = [
            part
            for group in nested
            for part in group
            if shapely.get_type_id(part) in _AREA_TYPE_IDS
        ]
        result[row] = geos.union_all(polygons) if polygons else None
    return result


def _close_outlines(shape: shapely.Geometry) -> tuple[shapely.Geometry | None, bool]:
    """Areas of one feature drawn as lines, or lying in a collection; whether an outline had to be closed."""
    parts = _flatten_parts(shape)
    polygons = [part for part in parts if shapely.get_type_id(part) == 3]
    lines = [
        part
        for part in parts
        if shapely.get_type_id(part) in _LINE_TYPE_IDS and shapely.get_num_coordinates(part) >= 3
    ]
    if not lines:
        return (geos.union_all(geos.make_valid(polygons)) if polygons else None), False
    merged = shapely.get_parts(geos.line_merge(shapely.multilinestrings(lines)))
    ends = shapely.distance(shapely.get_point(merged, 0), shapely.get_point(merged, -1))
    usable = (ends <= MAX_CLOSING_SHARE * shapely.length(merged)) & (
        shapely.get_num_coordinates(merged) >= 3
    )
    polygons += [shapely.Polygon(shapely.get_coordinates(line)) for line in merged[usable]]
    # an outline inside another is a hole in it: the even-odd rule of drawings
    result = None
    for polygon in sorted(geos.make_valid(polygons), key=shapely.area, reverse=True):
        result = polygon if result is None else geos.symmetric_difference(result, polygon)
    return result, bool((ends[usable] > 0).any())


def _flatten_parts(shape: shapely.Geometry) -> list[shapely.Geometry]:
    parts = list(shapely.get_parts(shape))
    if len(parts) == 1 and parts[0] == shape:
        return parts
    return [inner for part in parts for inner in _flatten_parts(part)]


def barrier_lines(geometry: Geometries) -> Geometries:
    """Return barriers as lines: areas give their outlines; what is neither becomes None."""
    flat: Geometries = shapely.force_2d(geometry)
    kinds = shapely.get_type_id(flat)
    area = np.isin(kinds, _AREA_TYPE_IDS)
    flat[area] = shapely.boundary(flat[area])
    flat[~area & ~np.isin(kinds, _LINE_TYPE_IDS)] = None
    flat[shapely.is_missing(flat) | shapely.is_empty(flat)] = None
    return flat


def outlines_in_box(shapes: Geometries, box: tuple[float, float, float, float]) -> Geometries:
    """Return shapes as lines; those that run far out of a box are cut off at it.

    Points are laid along these lines every few metres: a corner mistyped by a thousand kilometres must not make millions.
    """
    drawn: Geometries = np.where(
        shapely.get_dimensions(shapes) == 2, shapely.boundary(shapes), shapes
    )
    x0, y0, x1, y1 = box
    extent = shapely.bounds(drawn)
    size = np.maximum(extent[:, 2] - extent[:, 0], extent[:, 3] - extent[:, 1])
    long = size > _FAR_OUT_RATIO * max(x1 - x0, y1 - y0)
    drawn[long] = geos.clip_by_rect(drawn[long], x0, y0, x1, y1)
    return drawn


def inner_point(shape: shapely.Geometry) -> tuple[float, float]:
    """A point inside a geometry, to show where a finding is."""
    point = geos.point_on_surface(shape)
    return (float(shapely.get_x(point)), float(shapely.get_y(point)))


def in_words(shape: shapely.Geometry) -> Text:
    """Return what a geometry is called."""
    return _CALLED[shapely.get_type_id(shape)]
