"""The way on foot from door to door: how far points are spread, in metres for each of them."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
import shapely
from scipy.sparse.csgraph import minimum_spanning_tree

from gridmerge.model import Township

TOUR = 1.125  # a round past all points, in lengths of their shortest tree: the ratio of the two constants for many points


def walking_distances(points: np.ndarray, township: Township) -> np.ndarray:
    """Return the metres of way of each point: half of the lines that meet in it, of the shortest tree over all.

    Parameters
    ----------
    points
        Each of them a door; several at one place are one.
    township
        What lies outside it is not visited, and has no way.
    """
    shapely.prepare(land := np.asarray(township.villages.geometry.values))
    inside = np.unique(shapely.STRtree(points).query(land, predicate="intersects")[1])
    metres = np.zeros(len(points))
    if len(inside):
        xy, first = np.unique(shapely.get_coordinates(points[inside]), axis=0, return_index=True)
        metres[inside[first]] = TOUR * _half_lines(xy)
    return metres


def _half_lines(xy: np.ndarray) -> np.ndarray:
    """Half the length of the lines of the shortest tree that end in each point."""
    if len(xy) < 2:
        return np.zeros(len(xy))
    a, b = _neighbour_pairs(xy)
    length = np.hypot(*(xy[a] - xy[b]).T)
    tree = minimum_spanning_tree(sp.csr_matrix((length, (a, b)), shape=(len(xy), len(xy)))).tocoo()
    ends = np.concatenate([tree.row, tree.col])
    return np.bincount(ends, weights=np.concatenate([tree.data, tree.data]) / 2, minlength=len(xy))


def _neighbour_pairs(xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs among which the shortest tree lies: the sides of Delaunay's triangles, or the order along one line."""
    points = shapely.multipoints(xy)
    sides = shapely.get_parts(shapely.delaunay_triangles(points, only_edges=True))
    index = {tuple(place): at for at, place in enumerate(xy.tolist())}
    pairs = [
        [index[tuple(end)] for end in line]
        for line in shapely.get_coordinates(sides).reshape(-1, 2, 2).tolist()
    ]
    # what lies on one line has no triangles; xy is sorted, so neighbours follow each other
    along = np.arange(len(xy) - 1)
    both = np.array([*pairs, *zip(along, along + 1, strict=True)])
    both = np.unique(np.sort(both, axis=1), axis=0)
    return both[:, 0], both[:, 1]
