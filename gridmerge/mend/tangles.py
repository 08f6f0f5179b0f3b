"""Where a network contradicts itself: grids that overlap, and holes that its grids enclose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from gridmerge.findings import Finding, found
from gridmerge.mend.polygons import Geometries, place

TOLD = 1.0  # m²: below it a tangle is rounding, not drawing
OWN = 100.0  # m²: from here a tangle is a finding of its own; smaller ones are summed up for the layer


def tangles(shapes: Geometries, ids: Sequence[str], layer: str) -> list[Finding]:
    """Find overlaps and enclosed gaps of a network.

    Parameters
    ----------
    shapes
        Valid areas.
    ids
        Their source ids.
    layer
        Its key.
    """
    return _overlaps(shapes, ids, layer) + _gaps(shapes, layer)


def _overlaps(shapes: Geometries, ids: Sequence[str], layer: str) -> list[Finding]:
    suspects = _suspects(shapes)
    if len(suspects) == 0:
        return []
    one, other = shapely.STRtree(shapes[suspects]).query(shapes[suspects], predicate="intersects")
    once = one < other
    first, second = suspects[one[once]], suspects[other[once]]
    shared = shapely.intersection(shapes[first], shapes[second])
    area = shapely.area(shared)
    findings = [
        found(
            "self_overlap",
            layer=layer,
            source_id=ids[first[row]],
            measure=round(float(area[row]), 1),
            place=place(shared[row]),
            other=ids[second[row]],
        )
        for row in np.flatnonzero(area >= OWN)
    ]
    small = (area > TOLD) & (area < OWN)
    if small.any():
        findings.append(
            found(
                "self_overlaps_small", layer=layer, measure=round(float(area[small].sum()), 1), count=int(small.sum())
            )
        )
    return findings


def _suspects(shapes: Geometries) -> np.ndarray:
    """Features whose edges do not match their neighbours': the others cannot overlap anything."""
    edges = shapely.coverage_invalid_edges(shapes)
    return np.flatnonzero(~shapely.is_empty(edges))


def _gaps(shapes: Geometries, layer: str) -> list[Finding]:
    rings = [ring for part in shapely.get_parts(shapely.union_all(shapes)) for ring in part.interiors]
    if not rings:
        return []
    holes = shapely.polygons(rings)
    area = shapely.area(holes)
    findings = [
        found("inner_gap", layer=layer, measure=round(float(area[row]), 1), place=place(holes[row]))
        for row in np.flatnonzero(area >= OWN)
    ]
    small = (area > TOLD) & (area < OWN)
    if small.any():
        findings.append(
            found("inner_gaps_small", layer=layer, measure=round(float(area[small].sum()), 1), count=int(small.sum()))
        )
    return findings
