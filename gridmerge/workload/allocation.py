"""Sharing a source of work out to the faces: points fall in one, polygons and lines are cut."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.geo import geos

POINT, LINE, POLYGON = 0, 1, 2
ROUNDING_SHARE = 1e-9  # share of a feature: what is missing below this is the rounding of areas, not land outside the township


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
        return cls(
            feature=np.concatenate([part.feature for part in parts]),
            face=np.concatenate([part.face for part in parts]),
            value=np.concatenate([part.value for part in parts]),
            geometry=np.concatenate([part.geometry for part in parts]),
        )


def face_of_points(points: np.ndarray, ground: AllocationFaces) -> np.ndarray:
    """Return the index of the one face each point counts in, -1 outside.

    A point on a line that faces share counts in the face of smallest id, so the answer never depends on order; a point on
    the township's outer line is inside.
    """
    at, face = ground.tree.query(points, predicate="intersects")
    answer = np.full(len(points), len(ground.face_id))
    np.minimum.at(answer, at, face)
    return np.where(answer == len(ground.face_id), -1, answer)


def share_points(
    points: np.ndarray, values: np.ndarray, feature: np.ndarray, ground: AllocationFaces
) -> WorkShares:
    """Each point, whole, in its face."""
    return WorkShares(
        feature=feature, face=face_of_points(points, ground), value=values, geometry=points
    )


def share_whole(
    shapes: np.ndarray, values: np.ndarray, feature: np.ndarray, ground: AllocationFaces
) -> WorkShares:
    """Each polygon, whole, in the face with most of it; what lies outside the township for the greater part is outside.

    Half a building is none: a thing that is counted has one grid, and stands there as a point.
    """
    at, face = ground.tree.query(shapes, predicate="intersects")
    part = geos.intersection(shapes[at], ground.geometry[face])
    area = shapely.area(part)
    inside = np.bincount(at, weights=area, minlength=len(shapes))
    order = np.lexsort((face, -area, at))
    first = order[np.unique(at[order], return_index=True)[1]]
    first = first[2 * inside[at[first]] >= shapely.area(shapes[at[first]])]
    answer, places = np.full(len(shapes), -1), shapes.copy()
    answer[at[first]] = face[first]
    places[at[first]] = geos.point_on_surface(part[first])
    return WorkShares(feature=feature, face=answer, value=values, geometry=places)


def share_by_measure(
    shapes: np.ndarray, values: np.ndarray, feature: np.ndarray, ground: AllocationFaces
) -> WorkShares:
    """Polygons by area, lines by length: each face gets the share that lies in it, the outside gets the rest."""
    at, face = ground.tree.query(shapes, predicate="intersects")
    part = geos.intersection(shapes[at], ground.geometry[face])
    lines = shapely.get_dimensions(shapes) == LINE
    part = _once_along_borders(part, at, lines)
    measure = np.where(lines[at], shapely.length(part), shapely.area(part))
    kept = measure > 0
    at, face, part, measure = at[kept], face[kept], part[kept], measure[kept]
    whole = np.where(lines, shapely.length(shapes), shapely.area(shapes))
    inside = np.bincount(at, weights=measure, minlength=len(shapes))
    # rounding neither loses work nor invents any: a feature all inside gives away exactly its value
    basis = np.where(inside >= whole * (1 - ROUNDING_SHARE), inside, whole)
    rest = values - np.bincount(at, weights=values[at] * measure / basis[at], minlength=len(shapes))
    out = np.flatnonzero(inside < whole * (1 - ROUNDING_SHARE))
    return WorkShares(
        feature=np.concatenate([feature[at], feature[out]]),
        face=np.concatenate([face, np.full(len(out), -1)]),
        value=np.concatenate([values[at] * measure / basis[at], rest[out]]),
        geometry=np.concatenate([part, shapes[out]]),
    )


def _once_along_borders(part: np.ndarray, at: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """A stretch of line that runs along a border lies in both faces: leave it in the first."""
    part = part.copy()
    order = np.flatnonzero(lines[at])
    # a loop over the cut lines: each depends on what the faces before it took
    taken: dict[int, shapely.Geometry] = {}
    for index in order[np.argsort(at[order], kind="stable")]:
        before = taken.get(at[index])
        if before is not None and shapely.relate_pattern(before, part[index], "1********"):
            part[index] = geos.difference(part[index], before)
        taken[at[index]] = part[index] if before is None else geos.union(before, part[index])
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
    points, weight = others["geometry"].to_numpy(), others["value"].to_numpy(dtype=float)
    at, point = shapely.STRtree(points).query(shapes, predicate="intersects")
    order = np.lexsort((point, at))
    at, point = at[order], point[order]
    inside = np.bincount(at, weights=weight[point], minlength=len(shapes))
    kept = weight[point] > 0
    at, point = at[kept], point[kept]
    value = values[at] * weight[point] / inside[at]
    return share_points(points[point], value, feature[at], ground), np.flatnonzero(inside <= 0)
