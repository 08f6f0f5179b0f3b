"""How far agreeing moved each layer's lines, measured from the lines as drawn to the lines of the faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gridmerge.overlay.linework import Floats, Geometries, Ints, point_keys, segment_keys


@dataclass(frozen=True)
class Displacements:
    """Metres from samples of a layer's lines as drawn to the nearest line of the faces; `source` is a row of the layer."""

    source: Ints
    metres: Floats
    xy: Floats

    def figures(self) -> dict[str, float]:
        """The median, the 95th percentile and the maximum, in metres."""
        if len(self.metres) == 0:
            return {"p50_m": 0.0, "p95_m": 0.0, "max_m": 0.0}
        p50, p95 = np.percentile(self.metres, [50, 95])
        return {
            "p50_m": round(float(p50), 3),
            "p95_m": round(float(p95), 3),
            "max_m": round(float(self.metres.max()), 3),
        }


class FaceLines:
    """The lines of the faces, each edge once, to measure distances to."""

    def __init__(self, faces: Geometries, step: float) -> None:
        xy, ring = shapely.get_coordinates(shapely.get_rings(faces), return_index=True)
        at = np.flatnonzero(ring[1:] == ring[:-1])
        at = at[np.unique(segment_keys(xy[at], xy[at + 1]), return_index=True)[1]]
        self._start, self._way = xy[at], xy[at + 1] - xy[at]
        pieces = np.maximum(1, np.ceil(np.hypot(*self._way.T) / step)).astype(np.int64)
        self._edge = np.repeat(np.arange(len(at)), pieces)
        rank = np.arange(len(self._edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        share = (rank + 0.5) / pieces[self._edge]
        middle = self._start[self._edge] + share[:, None] * self._way[self._edge]
        self._tree = cKDTree(middle)

    def metres(self, xy: Floats) -> Floats:
        """How far each point is from the edge whose middles, `step` apart, are nearest."""
        edge = self._edge[self._tree.query(xy)[1]]
        away, way = xy - self._start[edge], self._way[edge]
        share = np.clip((away * way).sum(1) / np.maximum((way**2).sum(1), 1e-18), 0, 1)
        return np.asarray(np.hypot(*(away - share[:, None] * way).T))


def measure_displacement(
    sources: Geometries, lines: FaceLines, land: shapely.Geometry, step: float
) -> Displacements:
    """Measure a layer.

    Parameters
    ----------
    sources
        The layer's geometry as drawn.
    lines
        All final lines.
    land
        The township, prepared: drawing outside it is not measured.
    step
        Metres between samples; vertices are samples too.
    """
    rings, source = shapely.get_parts(shapely.boundary(sources), return_index=True)
    xy, ring = shapely.get_coordinates(shapely.segmentize(rings, step), return_index=True)
    # neighbours share their line: a point of it is measured once
    _, first, place = np.unique(point_keys(xy), return_index=True, return_inverse=True)
    order = np.argsort(first)  # along the lines: searches near each other are fast
    first, place = first[order], np.argsort(order)[place]
    metres = np.full(len(first), np.nan)
    inside = shapely.contains_xy(land, xy[first])
    metres[inside] = lines.metres(xy[first[inside]])
    kept = inside[place]
    return Displacements(source[ring[kept]], metres[place[kept]], xy[kept])
