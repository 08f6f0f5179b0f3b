"""Where a network's areas do not meet edge to edge: the only places where they can overlap or leave land over.

An edge that one area has on its left and another on its right is sound and needs no geometry at all; of a good network only
its outline is left. What is left is noded, and how many areas lie over each of its faces tells gaps and overlaps.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmerge.clean.topology.polygons import Geometries
from gridmerge.geo import geos

Points = NDArray[np.float64]

MIN_FACE_M2 = 0.01  # m²: smaller faces come of rounding where a line has a vertex on one side only
# of a face's width and height, no simple fractions: where its point is looked for again
SLICE_SHARES = (0.617, 0.291, 0.873, 0.139, 0.457)
_MIX = tuple(np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))


def open_edge_faces(
    shapes: Geometries, speck: float = MIN_FACE_M2
) -> tuple[Geometries, NDArray[np.int64]]:
    """Cut the land along every edge that does not separate just two areas.

    Parameters
    ----------
    shapes
        Valid areas, metres.
    speck
        Faces of no more than this are left out, m².

    Returns
    -------
    faces
        What the open edges enclose, bounded holes too.
    depth
        How many areas lie over each: 0 is a gap, 2 and more an overlap.
    """
    lines = open_edges(shapes)
    cut = shapely.get_parts(geos.polygonize_lines(shapely.get_parts(geos.union_all(lines))))
    cut = cut[shapely.area(cut) > speck]
    depth, unsure = _face_depths(cut, shapes)
    for share in SLICE_SHARES:
        if len(unsure) == 0:
            break
        # what a face holds is the same all over, so a slice of it tells as much
        slices = np.array([_west_slice(face, share) for face in cut[unsure]], dtype=object)
        depth[unsure], still = _face_depths(slices, shapes)
        unsure = unsure[still]
    return cut, depth


def _face_depths(
    cut: Geometries, shapes: Geometries
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many areas lie over a point of each face, and the faces whose point lies on a sound edge: there it counts both sides."""
    points = geos.point_on_surface(cut)
    area, face = shapely.STRtree(points).query(shapes, predicate="intersects")
    depth = np.bincount(face, minlength=len(cut))
    several = depth[face] > 1
    area, face = area[several], face[several]
    return depth, np.unique(face[~shapely.contains_properly(shapes[area], points[face])])


def _west_slice(face: shapely.Geometry, share: float) -> shapely.Geometry:
    x0, y0, x1, y1 = shapely.bounds(face)
    part = geos.clip_by_rect(face, x0, y0, x0 + share * (x1 - x0), y0 + share * (y1 - y0))
    return part if shapely.area(part) > 0 else face


def open_edges(shapes: Geometries) -> Geometries:
    """Return, as lines, the edges that have not as many areas on the left as on the right."""
    return _open_edges(shapes)[0]


def open_edges_by_area(shapes: Geometries) -> list[Geometries]:
    """Return the open edges of each area for itself."""
    lines, owner = _open_edges(shapes)
    return [lines[owner == row] for row in range(len(shapes))]


def _open_edges(shapes: Geometries) -> tuple[Geometries, NDArray[np.int64]]:
    """The open edges as lines, and whose each is."""
    parts, area = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy += 0.0  # -0.0 and 0.0 are one place
    same = ring[1:] == ring[:-1]
    edges = np.flatnonzero(same & (xy[1:] != xy[:-1]).any(axis=1))
    # the first ring of a polygon; the others are holes
    shell = np.append(True, part[1:] != part[:-1])
    left = (_signed_area(xy, ring, same, len(rings)) > 0) == shell
    x, y = xy.T
    forward = (x[:-1] < x[1:]) | ((x[:-1] == x[1:]) & (y[:-1] < y[1:]))
    side = np.where(left[ring[:-1]] == forward, 1, -1)[edges]
    mark = _hash_points(xy)
    key = (mark[1:] + mark[:-1])[edges]
    order = np.argsort(key)
    key = key[order]
    first = np.flatnonzero(np.append(len(key) > 0, key[1:] != key[:-1]))
    over = np.repeat(np.add.reduceat(side[order], first) != 0, np.diff(np.append(first, len(key))))
    edges = np.sort(edges[order[over]])
    begins = edges[np.append(True, np.diff(edges) != 1)] if len(edges) else edges
    return _chain_edges(xy, edges, begins), area[part[ring[begins]]]


def _signed_area(
    xy: Points, ring: NDArray[np.int64], same: NDArray[np.bool_], count: int
) -> NDArray[np.float64]:
    """Twice the area of each ring, positive where it runs counter-clockwise."""
    # millions of metres would eat the digits
    near = xy - xy[np.searchsorted(ring, np.arange(count))][ring]
    cross = near[:-1, 0] * near[1:, 1] - near[1:, 0] * near[:-1, 1]
    return np.asarray(
        np.bincount(ring[:-1], weights=np.where(same, cross, 0.0), minlength=count), dtype=float
    )


def _hash_points(xy: Points) -> NDArray[np.uint64]:
    """A number a place: two places share one by chance once in 10^19."""
    bits = np.ascontiguousarray(xy).view(np.uint64)
    with np.errstate(over="ignore"):
        mark = (bits[:, 0] * _MIX[0]) ^ (bits[:, 1] * _MIX[1])
        mark ^= mark >> np.uint64(29)
        mark *= _MIX[2]
    return np.asarray(mark ^ (mark >> np.uint64(32)))


def _chain_edges(xy: Points, edges: NDArray[np.int64], first: NDArray[np.int64]) -> Geometries:
    """Edges that follow one another as one line, the first of each told; an edge goes from the vertex of its number to the next."""
    if len(edges) == 0:
        return np.empty(0, dtype=object)
    begins, drawn = np.zeros(len(xy), dtype=np.int64), np.zeros(len(xy), dtype=bool)
    begins[first] = 1
    drawn[edges] = drawn[edges + 1] = True
    return np.asarray(
        shapely.linestrings(xy[drawn], indices=np.cumsum(begins)[drawn] - 1), dtype=object
    )
