"""Cracks between villages that open to the outside of the township: no hole of the land tells them, and nothing fills them."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gridmerge import robust
from gridmerge.findings import Finding, found
from gridmerge.mend import seams
from gridmerge.mend.coverage import GAP_WIDTH, TOLD
from gridmerge.mend.polygons import Geometries, place

STEP = 5.0  # metres between the points that stand for an outline
LONG = 2 * GAP_WIDTH  # metres both villages run along a crack; where two outlines merely meet they are near for less
TOUCH = 0.01  # metres within which an edge of a crack is an edge of a village

Points = NDArray[np.float64]


def open_cracks(shapes: Geometries, codes: list[str], names: list[str]) -> list[Finding]:
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
        ``village_gap_open``, one a strip narrower than `GAP_WIDTH`: its area, its place, the two villages. The land is left as it is.
    """
    spots = _facing(shapes)
    if len(spots) == 0:
        return []
    findings = []
    for strip in _strips(shapes, spots):  # few, if any
        row, near = _within(shapes, robust.buffer(strip, 1.0))
        edges = robust.intersection(shapely.boundary(strip), robust.buffer(near, TOUCH))
        along = np.zeros(len(shapes))
        along[row] = shapely.length(edges)
        a, b = np.argsort(-along, kind="stable")[:2]
        if along[b] < LONG:
            continue
        a, b = sorted((a, b))
        findings.append(
            found(
                "village_gap_open",
                layer="villages",
                source_id=codes[a],
                measure=round(shapely.area(strip), 1),
                place=place(strip),
                one=names[a],
                other=names[b],
            )
        )
    return findings


def _strips(shapes: Geometries, spots: Points) -> Geometries:
    """What closing the land by half of `GAP_WIDTH` would fill near the spots, from west to east."""
    around = robust.union_all(robust.buffer(np.asarray(shapely.points(spots)), LONG, quad_segs=2))
    filled: list[Geometries] = []
    for area in shapely.get_parts(around):  # a crack each: whole villages are dear to close
        land = robust.union_all(_within(shapes, area)[1])
        closed = robust.buffer(robust.buffer(land, GAP_WIDTH / 2), -GAP_WIDTH / 2)
        filled.append(shapely.get_parts(robust.difference(robust.intersection(closed, area), land)))
    strips = np.concatenate(filled)
    strips = strips[(shapely.get_dimensions(strips) == 2) & (shapely.area(strips) > TOLD)]
    return np.asarray(strips[np.lexsort(shapely.bounds(strips).T[::-1])])


def _within(shapes: Geometries, area: shapely.Geometry) -> tuple[NDArray[np.int64], Geometries]:
    """The villages that reach into an area, and what of them lies in its box."""
    box = shapely.box(*shapely.bounds(area))
    row = np.flatnonzero(shapely.intersects(shapes, box))
    return row, np.asarray(robust.intersection(shapes[row], box))


def _facing(shapes: Geometries) -> Points:
    """Points of the outlines of villages that run within `GAP_WIDTH` of another village's outline for long."""
    outlines = [_sampled(lines) for lines in seams.outlines(shapes)]
    trees = [cKDTree(points) for points in outlines]
    box = shapely.bounds(shapes) + GAP_WIDTH * np.array([-1, -1, 1, 1])
    a, b = np.nonzero(
        (box[:, None, 0] <= box[None, :, 2])
        & (box[None, :, 0] <= box[:, None, 2])
        & (box[:, None, 1] <= box[None, :, 3])
        & (box[None, :, 1] <= box[:, None, 3])
        & ~np.eye(len(box), dtype=bool)
    )
    faced = [np.empty((0, 2))]
    for one, other in zip(a.tolist(), b.tolist(), strict=True):  # villages whose boxes meet: some six each
        points = outlines[one]
        points = points[((points >= box[other, :2]) & (points <= box[other, 2:])).all(axis=1)]
        points = points[np.isfinite(trees[other].query(points, distance_upper_bound=GAP_WIDTH)[0])]
        if len(points) * STEP >= LONG:
            faced.append(points)
    return np.concatenate(faced)


def _sampled(lines: Geometries) -> Points:
    """A point every `STEP` along lines, and no more where vertices are dense."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    if len(xy) == 0:
        return xy
    pace = np.hypot(*np.diff(xy, axis=0).T) * (line[1:] == line[:-1])  # from one line to the next is no way
    walked = np.concatenate([[0.0], np.cumsum(pace)])
    at = np.arange(STEP / 2, max(walked[-1], STEP), STEP)
    return np.column_stack([np.interp(at, walked, column) for column in xy.T])
