"""How far agreeing moved each layer's lines, measured from the lines as drawn to the lines of the faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gridmerge.overlay.linework import Floats, Geometries, Ints


@dataclass(frozen=True)
class Moves:
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


def moves(sources: Geometries, lines: cKDTree, land: shapely.Geometry, step: float) -> Moves:
    """Measure a layer.

    Parameters
    ----------
    sources
        The layer's geometry as drawn.
    lines
        Samples of all final lines, at most `step` apart.
    land
        The township, prepared: drawing outside it is not measured.
    """
    rings, source = shapely.get_parts(shapely.boundary(sources), return_index=True)
    xy, ring = shapely.get_coordinates(shapely.segmentize(rings, 4 * step), return_index=True)
    inside = shapely.contains_xy(land, xy)
    xy, ring = xy[inside], ring[inside]
    metres, _ = lines.query(xy)
    return Moves(source[ring], np.sqrt(np.clip(metres**2 - (step / 4) ** 2, 0, None)), xy)
