"""What lies on the township's land and what does not."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmerge.clean.topology.polygons import Geometries
from gridmerge.geo import geos
from gridmerge.model import Township

# m² (metres for lines) inside the township from which a feature has to do with it
MIN_INSIDE_SIZE = 1.0


def near_township(shapes: Geometries, township: Township) -> NDArray[np.bool_]:
    """Whether each box meets the box of the township."""
    x0, y0, x1, y1 = township.villages.total_bounds
    box = shapely.bounds(shapes)
    return np.asarray((box[:, 0] <= x1) & (box[:, 2] >= x0) & (box[:, 1] <= y1) & (box[:, 3] >= y0))


def inside_township(shapes: Geometries, township: Township) -> NDArray[np.bool_]:
    """Whether each valid shape shares at least `MIN_INSIDE_SIZE` with a village."""
    villages = np.asarray(township.villages.geometry.values)
    result = np.zeros(len(shapes), dtype=bool)
    if len(shapes) == 0:
        return result
    shapely.prepare(villages)  # every layer asks them
    tree = shapely.STRtree(villages)
    area = shapely.get_dimensions(shapes) == 2
    # areas asked against a tree of points: shapely prepares what is asked, and the villages are the heavy side
    result[
        shapely.STRtree(geos.point_on_surface(shapes)).query(villages, predicate="intersects")[1]
    ] = True
    open_ = np.flatnonzero(~result)
    row, village = tree.query(shapes[open_], predicate="intersects")
    shared = geos.intersection(shapes[open_[row]], villages[village])
    amount = np.where(area[open_[row]], shapely.area(shared), shapely.length(shared))
    total = np.bincount(row, weights=amount, minlength=len(open_))
    result[open_] = total >= MIN_INSIDE_SIZE
    # a plot smaller than the least that lies wholly inside was sure already
    return result


def display_point(shape: shapely.Geometry) -> tuple[float, float] | None:
    """A place to show for a shape that may be invalid or far away."""
    x0, y0, x1, y1 = shapely.bounds(shape)
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    return middle if np.isfinite(middle).all() else None
