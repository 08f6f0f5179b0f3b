"""Cracks between villages that open to the outside of the township: no hole of the land tells them, and nothing fills them."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gridmerge.clean.topology import unmatched_edges
from gridmerge.clean.topology.coverage import MAX_GAP_WIDTH_M, MIN_REPORTED_M2
from gridmerge.clean.topology.polygons import Geometries, inner_point
from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos

OUTLINE_STEP_M = 5.0  # metres between the points that stand for an outline
# metres both villages run along a crack; where two outlines merely meet they are near for less
MIN_FACING_M = 2 * MAX_GAP_WIDTH_M
TOUCH_TOLERANCE_M = 0.01  # metres within which an edge of a crack is an edge of a village

Points = NDArray[np.float64]


def find_open_gaps(shapes: Geometries, codes: list[str], names: list[str]) -> list[Finding]:
    """Tell the narrow strips that nobody owns between two villages and that lead out of the township.

    Parameters
    ----------
    shapes
        The villages, a valid coverage, metres.
    codes, names
        Of the villages, for findings.

    Returns
    -------
    list of Finding
        ``village_gap_open``, one a strip narrower than `MAX_GAP_WIDTH_M`: its area, its place, the two villages. The land is left as it is.
    """
    spots = _facing_points(shapes)
    if len(spots) == 0:
        return []
    findings = []
    for strip in _gap_strips(shapes, spots):  # few, if any
        row, near = _clip_to_box(shapes, geos.buffer(strip, 1.0))
        edges = geos.intersection(shapely.boundary(strip), geos.buffer(near, TOUCH_TOLERANCE_M))
        along = np.zeros(len(shapes))
        along[row] = shapely.length(edges)
        a, b = np.argsort(-along, kind="stable")[:2]
        if along[b] < MIN_FACING_M:
            continue
        a, b = sorted((a, b))
        findings.append(
            make_finding(
                "village_gap_open",
                layer="villages",
                source_id=codes[a],
                measure=round(shapely.area(strip), 1),
                place=inner_point(strip),
                one=names[a],
                other=names[b],
            )
        )
    return findings


def _gap_strips(shapes: Geometries, spots: Points) -> Geometries:
    """What closing the land by half of `MAX_GAP_WIDTH_M` would fill near the spots, from west to east."""
    around = geos.union_all(
        geos.buffer(np.asarray(shapely.points(spots)), MIN_FACING_M, quad_segs=2)
    )
    filled: list[Geometries] = []
    for area in shapely.get_parts(around):  # a crack each: whole villages are dear to close
        land = geos.union_all(_clip_to_box(shapes, area)[1])
        closed = geos.buffer(geos.buffer(land, MAX_GAP_WIDTH_M / 2), -MAX_GAP_WIDTH_M / 2)
        filled.append(shapely.get_parts(geos.difference(geos.intersection(closed, area), land)))
    strips = np.concatenate(filled)
    strips = strips[
        (shapely.get_dimensions(strips) == 2) & (shapely.area(strips) > MIN_REPORTED_M2)
    ]
    return np.asarray(strips[np.lexsort(shapely.bounds(strips).T[::-1])])


def _clip_to_box(
    shapes: Geometries, area: shapely.Geometry
) -> tuple[NDArray[np.int64], Geometries]:
    """The villages that reach into an area, and what of them lies in its box."""
    box = shapely.box(*shapely.bounds(area))
    row = np.flatnonzero(shapely.intersects(shapes, box))
    return row, np.asarray(geos.intersection(shapes[row], box))


def _facing_points(shapes: Geometries) -> Points:
    """Points of the outlines of villages that run within `MAX_GAP_WIDTH_M` of another village's outline for long."""
    outlines = [_sample_lines(lines) for lines in unmatched_edges.open_edges_by_area(shapes)]
    trees = [cKDTree(points) for points in outlines]
    box = shapely.bounds(shapes) + MAX_GAP_WIDTH_M * np.array([-1, -1, 1, 1])
    a, b = np.nonzero(
        (box[:, None, 0] <= box[None, :, 2])
        & (box[None, :, 0] <= box[:, None, 2])
        & (box[:, None, 1] <= box[None, :, 3])
        & (box[None, :, 1] <= box[:, None, 3])
        & ~np.eye(len(box), dtype=bool)
    )
    faced = [np.empty((0, 2))]
    for one, other in zip(
        a.tolist(), b.tolist(), strict=True
    ):  # villages whose boxes meet: some six each
        points = outlines[one]
        points = points[((points >= box[other, :2]) & (points <= box[other, 2:])).all(axis=1)]
        points = points[
            np.isfinite(trees[other].query(points, distance_upper_bound=MAX_GAP_WIDTH_M)[0])
        ]
        if len(points) * OUTLINE_STEP_M >= MIN_FACING_M:
            faced.append(points)
    return np.concatenate(faced)


def _sample_lines(lines: Geometries) -> Points:
    """A point every `OUTLINE_STEP_M` along lines, and no more where vertices are dense."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    if len(xy) == 0:
        return xy
    # from one line to the next is no way
    pace = np.hypot(*np.diff(xy, axis=0).T) * (line[1:] == line[:-1])
    walked = np.concatenate([[0.0], np.cumsum(pace)])
    at = np.arange(OUTLINE_STEP_M / 2, max(walked[-1], OUTLINE_STEP_M), OUTLINE_STEP_M)
    return np.column_stack([np.interp(at, walked, column) for column in xy.T])
