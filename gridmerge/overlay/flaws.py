"""Faces that only a flaw of one network makes: land that two of its grids overlap by, or that none of them reaches.

A grid drawn some metres too large lies over its neighbours, and one drawn too small leaves a gap. No network puts two different
grids on the two sides of such a line, so that it is worth less than a border. Where a network covers parts of the land only, what
none of its grids reaches is no gap: there its estates end.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from gridmerge.geo import geos
from gridmerge.overlay.layer_linework import LayerLinework
from gridmerge.overlay.linework import Bools, Floats, Geometries, Ints
from gridmerge.overlay.polygonization import find_adjacent_faces

# times the tolerance: a flaw is land of its own from this width on
WIDTH = 1.5


def flawed(
    faces: Geometries,
    group: Ints,
    asked: Bools,
    claims: Floats,
    points: Geometries,
    claiming: Sequence[LayerLinework],
) -> Bools:
    """Return which faces some neighbour differs from in one network at most, and there by a gap or an overlap.

    Parameters
    ----------
    faces
        A valid coverage.
    group
        Only neighbours of a face's own group count.
    asked
        The faces to judge.
    claims
        (faces, layers) which grids of each layer hold the face, as a number; 0 for none.
    points
        A point inside each face, which the claims were read at.
    claiming
        The layers of the claims' columns.
    """
    left, right, _ = find_adjacent_faces(faces)
    inside = (group[left] == group[right]) & (asked[left] | asked[right])
    left, right = left[inside], right[inside]
    differs = claims[left] != claims[right]
    few = differs.sum(axis=1) <= 1
    left, right, differs = left[few], right[few], differs[few]
    alike = ~differs.any(axis=1)
    for column in np.flatnonzero(differs.any(axis=0)):
        rows, layer = np.flatnonzero(differs[:, column]), claiming[int(column)]
        alike[rows] = _nested(points[left[rows]], points[right[rows]], layer.sources)
        if not layer.covers:
            both = (claims[left[rows], column] != 0) & (claims[right[rows], column] != 0)
            alike[rows] &= both
    found = np.zeros(len(faces), dtype=bool)
    found[left[alike]] = True
    found[right[alike]] = True
    return found & asked


def _nested(one: Geometries, other: Geometries, sources: Geometries) -> Bools:
    """Whether all grids at one point of a pair hold the other point as well, or the other way round."""
    tree = shapely.STRtree(sources)
    pair, grid = geos.query_tree(tree, one, "within")
    twin, there = geos.query_tree(tree, other, "within")
    shared = np.isin(pair * len(sources) + grid, twin * len(sources) + there)
    n = len(one)
    common = np.bincount(pair[shared], minlength=n)
    fewest = np.minimum(np.bincount(pair, minlength=n), np.bincount(twin, minlength=n))
    return np.asarray(common == fewest)
