"""Sharing a source of work out to the faces: points fall in one, polygons and lines are cut."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.geo import geos

# Dimensions of geometries.
POINT, LINE, POLYGON = 0, 1, 2
# Share of a feature: what is missing below this is the rounding of areas, not land outside the township.
ROUNDING_SHARE = 1e-9
# DE-9IM pattern of two lines whose interiors share a stretch.
SHARED_STRETCH = "1********"


@dataclass(frozen=True, kw_only=True)
class AllocationFaces:
    """The faces to share out to, in the order of their ids.

    Parameters
    ----------
    face_id
        Sorted.
    village
        Code of each face's village.
    geometry
        Polygons in the working CRS; together they cover the township without overlap.
    tree
        Spatial index over `geometry`.
    """

    face_id: np.ndarray
    village: np.ndarray
    geometry: np.ndarray
    tree: shapely.STRtree

    @classmethod
    def of(cls, faces: gpd.GeoDataFrame) -> AllocationFaces:
        """Index the faces of a mosaic."""
        ordered = faces.sort_values("face_id")
        geometry = ordered.geometry.to_numpy()
        return cls(
            face_id=ordered["face_id"].to_numpy(dtype=object),
            village=ordered["village_code"].to_numpy(dtype=object),
            geometry=geometry,
            tree=shapely.STRtree(geometry),
        )


@dataclass(frozen=True, kw_only=True)
class WorkShares:
    """Work cut into indivisible bits: which feature, which face (-1: outside the township), how much, where."""

    feature: np.ndarray
    face: np.ndarray
    value: np.ndarray
    geometry: np.ndarray

    @classmethod
    def joined(cls, parts: list[WorkShares]) -> WorkShares:
        """Put several together."""
        columns = zip(*(part.columns for part in parts), strict=True)
        feature, face, value, geometry = map(np.concatenate, columns)
        return cls(feature=feature, face=face, value=value, geometry=geometry)

    @property
    def columns(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """feature, face, value, geometry."""
        return self.feature, self.face, self.value, self.geometry


def face_of_points(points: np.ndarray, ground: AllocationFaces) -> np.ndarray:
    """Return the index of the one face each point counts in, -1 outside.

    A point on a line that faces share counts in the face of smallest id, so the answer never depends on
    order; a point on the township's outer line is inside.
    """
    at, face = ground.tree.query(points, predicate="intersects")
    answer = np.full(len(points), len(ground.face_id))
    np.minimum.at(answer, at, face)
    return np.where(answer == len(ground.face_id), -1, answer)


def share_points(
    points: np.ndarray, values: np.ndarray, feature: np.ndarray, ground: AllocationFaces
) -> WorkShares:
    """Each point, whole, in its face."""
    face = face_of_points(points, ground)
    return WorkShares(feature=feature, face=face, value=values, geometry=points)


def share_whole(
    shapes: np.ndarray, values: np.ndarray, feature: np.ndarray, ground: AllocationFaces
) -> WorkShares:
    """Each polygon, whole, in the face with most of it; outside where most of it is outside the township.

    Half a building is none: a thing that is counted has one grid, and stands there as a point.
    """
    at, face = ground.tree.query(shapes, predicate="intersects")
    part = geos.intersection(shapes[at], ground.geometry[face])
    area = shapely.area(part)
    inside = np.bincount(at, weights=area, minlength=len(shapes))
    largest_first = np.lexsort((face, -area, at))
    _, first = np.unique(at[largest_first], return_index=True)
    largest = largest_first[first]
    whole = shapely.area(shapes[at[largest]])
    largest = largest[2 * inside[at[largest]] >= whole]
    holder, places = np.full(len(shapes), -1), shapes.copy()
    holder[at[largest]] = face[largest]
    places[at[largest]] = geos.point_on_surface(part[largest])
    return WorkShares(feature=feature, face=holder, value=values, geometry=places)


def share_by_measure(
    shapes: np.ndarray, values: np.ndarray, feature: np.ndarray, ground: AllocationFaces
) -> WorkShares:
    """Polygons by area, lines by length: each face gets the share that lies in it, the outside gets the rest."""
    lines = shapely.get_dimensions(shapes) == LINE
    at, face, part, measure = _measure_parts(shapes, lines, ground)
    whole = _length_or_area(shapes, lines)
    inside = np.bincount(at, weights=measure, minlength=len(shapes))
    complete = whole * (1 - ROUNDING_SHARE)
    # rounding neither loses work nor invents any: a feature all inside gives away exactly its value
    basis = np.where(inside >= complete, inside, whole)
    given = values[at] * measure / basis[at]
    rest = values - np.bincount(at, weights=given, minlength=len(shapes))
    outside = np.flatnonzero(inside < complete)
    nowhere = np.full(len(outside), -1)
    return WorkShares(
        feature=np.concatenate([feature[at], feature[outside]]),
        face=np.concatenate([face, nowhere]),
        value=np.concatenate([given, rest[outside]]),
        geometry=np.concatenate([part, shapes[outside]]),
    )


def _measure_parts(
    shapes: np.ndarray, lines: np.ndarray, ground: AllocationFaces
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Shape, face, geometry and measure (length or area, above zero) of every part that a face has of a shape."""
    at, face = ground.tree.query(shapes, predicate="intersects")
    part = geos.intersection(shapes[at], ground.geometry[face])
    part = _once_along_borders(part, at, lines)
    measure = _length_or_area(part, lines[at])
    kept = measure > 0
    return at[kept], face[kept], part[kept], measure[kept]


def _length_or_area(shapes: np.ndarray, lines: np.ndarray) -> np.ndarray:
    return np.where(lines, shapely.length(shapes), shapely.area(shapes))


def _once_along_borders(part: np.ndarray, at: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """A stretch of line that runs along a border lies in both faces: leave it in the first."""
    part = part.copy()
    cut = np.flatnonzero(lines[at])
    by_line = np.argsort(at[cut], kind="stable")
    # a loop over the cut lines: each depends on what the faces before it took
    taken: dict[int, shapely.Geometry] = {}
    for index in cut[by_line]:
        before = taken.get(at[index])
        if before is None:
            taken[at[index]] = part[index]
            continue
        if shapely.relate_pattern(before, part[index], SHARED_STRETCH):
            part[index] = geos.difference(part[index], before)
        taken[at[index]] = geos.union(before, part[index])
    return part


def share_by_points(
    shapes: np.ndarray,
    values: np.ndarray,
    feature: np.ndarray,
    others: pd.DataFrame,
    ground: AllocationFaces,
) -> tuple[WorkShares, np.ndarray]:
    """Dasymetric: polygons shared out by the values of other points inside them.

    Parameters
    ----------
    others
        geometry (points) and value (not negative).

    Returns
    -------
    tuple
        The shares, and the indices of the shapes that hold no such point: those still have to be shared by area.
    """
    points = others["geometry"].to_numpy()
    weight = others["value"].to_numpy(dtype=float)
    at, point = shapely.STRtree(points).query(shapes, predicate="intersects")
    order = np.lexsort((point, at))
    at, point = at[order], point[order]
    inside = np.bincount(at, weights=weight[point], minlength=len(shapes))
    kept = weight[point] > 0
    at, point = at[kept], point[kept]
    value = values[at] * weight[point] / inside[at]
    shares = share_points(points[point], value, feature[at], ground)
    return shares, np.flatnonzero(inside <= 0)
