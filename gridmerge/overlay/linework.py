"""A layer's polygons as polylines, every line once, and polylines as flat arrays of samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Geometries = npt.NDArray[np.object_]

GRID = 0.001  # m; the precision of the villages, and of everything cut with them


@dataclass(frozen=True)
class Strands:
    """Polylines as samples: `xy` (n, 2) in metres, `line` (n,) the polyline each sample lies on, ascending."""

    xy: Floats
    line: Ints

    def cut(self, keep: Bools) -> Strands:
        """Return the samples where `keep` holds; a polyline may lose samples in its middle."""
        return Strands(self.xy[keep], self.line[keep])


def plain(geometry: Geometries) -> Geometries:
    """Return geometries without a precision of their own: GEOS would round with it, and pickling drops it unsaid."""
    return np.asarray(shapely.set_precision(geometry, 0.0, mode="pointwise"))


def common(left: Geometries, right: Geometries) -> Geometries:
    """Return the intersections, pair by pair; on the millimetre grid where GEOS finds no way in floating point."""
    try:
        return np.asarray(shapely.intersection(left, right))
    except shapely.errors.GEOSException:
        return np.asarray(shapely.intersection(left, right, grid_size=GRID))


def polylines(geometry: Geometries) -> Geometries:
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
    start, end = _segments(geometry)
    if len(start) == 0:
        return np.array([], dtype=object)
    segments = np.asarray(shapely.linestrings(np.stack([start, end], axis=1)))
    merged = shapely.line_merge(shapely.multilinestrings(segments))
    return shapely.get_parts(merged)


def _segments(geometry: Geometries) -> tuple[Floats, Floats]:
    """Every distinct segment of the geometries once, its lower end first, in an order of content."""
    parts = shapely.get_parts(geometry)
    areal = shapely.get_dimensions(parts) == 2
    chains = np.concatenate([shapely.get_rings(parts[areal]), parts[shapely.get_dimensions(parts) == 1]])
    xy, chain = shapely.get_coordinates(chains, return_index=True)
    joined = (chain[1:] == chain[:-1]) & np.any(xy[1:] != xy[:-1], axis=1)
    start, end = xy[:-1][joined], xy[1:][joined]
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    start[swap], end[swap] = end[swap], start[swap].copy()
    _, first = np.unique(segment_keys(start, end), return_index=True)
    return start[first], end[first]


def segment_keys(start: Floats, end: Floats) -> npt.NDArray[np.uint64]:
    """Return a 64-bit key of each segment on the millimetre grid, the same in both directions."""
    return point_keys(start) + point_keys(end)  # the sum does not know which end came first


def point_keys(xy: Floats) -> npt.NDArray[np.uint64]:
    """Return a well-mixed 64-bit key of each point on the millimetre grid."""
    cell = np.rint(xy / GRID).astype(np.int64).view(np.uint64)
    mixed = cell[:, 0] * np.uint64(0x9E3779B97F4A7C15) + cell[:, 1] * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return np.asarray(mixed ^ (mixed >> np.uint64(32)))


def strands(lines: Geometries, step: float) -> Strands:
    """Return the polylines sampled at their vertices and at least every `step` metres."""
    xy, line = shapely.get_coordinates(shapely.segmentize(lines, step), return_index=True)
    return Strands(xy, line.astype(np.int64))
