"""A layer's polygons as polylines, every line once, and polylines as flat arrays of samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from gridmerge.geo import geos

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]

GRID_SIZE_M = 0.001  # m; the precision of the villages, and of everything cut with them


@dataclass(frozen=True)
class DensePolylines:
    """Polylines as samples: `xy` (n, 2) in metres, `line` (n,) the polyline each sample lies on, ascending."""

    xy: Floats
    line: Ints

    def cut(self, keep: Bools) -> DensePolylines:
        """Return the samples where `keep` holds; a polyline may lose samples in its middle."""
        return DensePolylines(self.xy[keep], self.line[keep])


def strip_precision(geometry: Geometries) -> Geometries:
    """Return geometries without a precision of their own: GEOS would round with it, and pickling drops it unsaid."""
    return np.asarray(geos.set_precision(geometry, 0.0, mode="pointwise"))


def merge_polylines(geometry: Geometries) -> Geometries:
    """Return the lines of polygons (or lines) as maximal polylines between junctions, each stretch once.

    Parameters
    ----------
    geometry
        Polygons, lines or collections of them, metres.

    Returns
    -------
    array of LineString
        In an order, and with directions, that depend on the coordinates alone.
    """
    chains = _segment_chains(geometry)
    if len(chains) == 0:
        return chains
    merged = shapely.normalize(shapely.get_parts(geos.line_merge(shapely.multilinestrings(chains))))
    first, second = (shapely.get_coordinates(shapely.get_point(merged, n)) for n in (0, 1))
    # two lines may leave one junction, and meet again at another: their second points differ
    return np.asarray(merged[np.lexsort((second[:, 1], second[:, 0], first[:, 1], first[:, 0]))])


def _segment_chains(geometry: Geometries) -> Geometries:
    """Every distinct segment of the geometries once, in chains that no junction lies within.

    Long chains cost a tenth of what merging single segments does.
    """
    parts = shapely.get_parts(geometry)
    areal = shapely.get_dimensions(parts) == 2
    drawn = np.concatenate(
        [shapely.get_rings(parts[areal]), parts[shapely.get_dimensions(parts) == 1]]
    )
    xy, line = shapely.get_coordinates(drawn, return_index=True)
    xy = np.rint(xy / GRID_SIZE_M) * GRID_SIZE_M  # points that have one key are one point
    keys = point_keys(xy)
    at = np.flatnonzero((line[1:] == line[:-1]) & (keys[1:] != keys[:-1]))
    at = at[np.sort(np.unique(keys[at] + keys[at + 1], return_index=True)[1])]
    if len(at) == 0:
        return np.array([], dtype=object)
    node, ends = np.unique(np.concatenate([keys[at], keys[at + 1]]), return_counts=True)
    through = ends[np.searchsorted(node, keys[at])] == 2
    fresh = np.ones(len(at), dtype=bool)
    fresh[1:] = (at[1:] != at[:-1] + 1) | (line[at[1:]] != line[at[:-1]]) | ~through[1:]
    chain = np.cumsum(fresh) - 1
    # a chain's points: the start of each of its segments, and the end of its last
    last = np.flatnonzero(np.append(fresh[1:], True))
    order = np.argsort(np.concatenate([2 * np.arange(len(at)), 2 * last + 1]), kind="stable")
    points = np.concatenate([xy[at], xy[at[last] + 1]])[order]
    return np.asarray(
        shapely.linestrings(points, indices=np.concatenate([chain, chain[last]])[order])
    )


def segment_keys(start: Floats, end: Floats) -> npt.NDArray[np.uint64]:
    """Return a 64-bit key of each segment on the millimetre grid, the same in both directions."""
    return point_keys(start) + point_keys(end)  # the sum does not know which end came first


def point_keys(xy: Floats) -> npt.NDArray[np.uint64]:
    """Return a well-mixed 64-bit key of each point on the millimetre grid."""
    cell = np.rint(xy / GRID_SIZE_M).astype(np.int64).view(np.uint64)
    mixed = cell[:, 0] * np.uint64(0x9E3779B97F4A7C15) + cell[:, 1] * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray(mixed ^ (mixed >> np.uint64(32)))


def find_least_values(lines: Geometries, shapes: Geometries, value: Floats) -> Floats:
    """Return for each polyline the least value of the polygons whose outline it is part of; infinity for none.

    A polyline between junctions is part of an outline wholly or not at all: its first segment tells.
    """
    least = np.full(len(lines), np.inf)
    if len(lines) == 0 or len(shapes) == 0:
        return least
    parts, of = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    if len(rings) == 0:
        return least
    shape = of[part]
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    at = np.flatnonzero(ring[1:] == ring[:-1])
    keys, owner = segment_keys(xy[at], xy[at + 1]), shape[ring[at]]
    order = np.lexsort((value[owner], keys))
    keys, first = np.unique(keys[order], return_index=True)
    start, end = (shapely.get_coordinates(shapely.get_point(lines, n)) for n in (0, 1))
    mine = segment_keys(start, end)
    seat = np.minimum(np.searchsorted(keys, mine), len(keys) - 1)
    same = keys[seat] == mine
    least[same] = value[owner[order[first[seat[same]]]]]
    return least


def rectangle_width(shapes: Geometries) -> Floats:
    """Return the shorter side of the rectangle with a polygon's area and outline, metres."""
    return width_of(shapely.area(shapes), shapely.length(shapes))


def width_of(area: Floats, outline: Floats) -> Floats:
    """Return the shorter side of the rectangle with this area and outline."""
    return np.asarray((outline / 2 - np.sqrt(np.clip(outline**2 / 4 - 4 * area, 0, None))) / 2)


def densify_polylines(lines: Geometries, step: float) -> DensePolylines:
    """Return the polylines sampled at their vertices and at least every `step` metres."""
    xy, line = shapely.get_coordinates(shapely.segmentize(lines, step), return_index=True)
    return DensePolylines(xy, line.astype(np.int64))
