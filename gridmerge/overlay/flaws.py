"""Faces that only a flaw of one network makes: land that two of its grids overlap by, or that none of them reaches.

A grid drawn some metres too large lies over its neighbours, and one drawn too small leaves a gap.
No network puts two different grids on the two sides of such a line, so that it is worth less than
a border. Two networks that say the same are two witnesses, unless one was copied from the other.
Where a network covers parts of the land only, what none of its grids reaches is no gap: there its
estates end.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridmerge.geo import geos
from gridmerge.overlay.layer_linework import LayerLinework
from gridmerge.overlay.linework import Bools, Floats, Geometries, Ints
from gridmerge.overlay.polygonization import find_adjacent_faces

# times the tolerance: a flaw is land of its own from this width on
FLAW_WIDTH_TOLERANCES = 1.5
# m: a copy rounded to whole metres is off by 0.7 at most, and two hands are never so near all along
COPY_DISTANCE_M = 1.0
# samples of a network that are looked at, evenly along all its lines
COPY_SAMPLES = 500
# samples that are looked at first: of two drawings that are no copies few of them lie together
FIRST_SAMPLES = 20
FIRST_SHARE = 0.6
# of the samples of both: a copy may have been corrected at a place or two
COPY_SHARE = 0.9


def number_witnesses(layers: Sequence[LayerLinework]) -> Ints:
    """Return a number for each layer: the same for layers that are copies of one drawing."""
    trees = [shapely.STRtree(shapely.boundary(layer.sources)) for layer in layers]
    pairs = [
        (row, other)
        for row, other in combinations(range(len(layers)), 2)
        if _are_copies(layers[row], trees[row], layers[other], trees[other])
    ]
    row, other = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(pairs)), (row, other)), shape=(len(layers), len(layers)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _are_copies(
    one: LayerLinework,
    its_lines: shapely.STRtree,
    other: LayerLinework,
    other_lines: shapely.STRtree,
) -> bool:
    """Whether nearly all lines of both lie on each other, also those beyond the township."""
    checks = ((FIRST_SAMPLES, FIRST_SHARE), (COPY_SAMPLES, COPY_SHARE))
    return all(
        _share_on_lines(one, other_lines, samples) >= share
        and _share_on_lines(other, its_lines, samples) >= share
        for samples, share in checks
    )


def _share_on_lines(layer: LayerLinework, lines: shapely.STRtree, samples: int) -> float:
    last = len(layer.sheet.xy) - 1
    rows = np.unique(np.linspace(0, last, samples).round().astype(np.int64))
    points = np.asarray(shapely.points(layer.sheet.xy[rows]), dtype=object)
    on_a_line, _ = geos.query_tree(lines, points, "dwithin", distance=COPY_DISTANCE_M)
    return len(np.unique(on_a_line)) / len(points)


def find_flawed_faces(
    faces: Geometries,
    group: Ints,
    asked: Bools,
    claims: Floats,
    points: Geometries,
    claiming: Sequence[LayerLinework],
    witness: Ints,
) -> Bools:
    """Return which faces some neighbour differs from by gaps or overlaps of one witness at most.

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
    witness
        The number of each of them, see `number_witnesses`.
    """
    left, right, _ = find_adjacent_faces(faces)
    inside = (group[left] == group[right]) & (asked[left] | asked[right])
    left, right = left[inside], right[inside]
    differs = claims[left] != claims[right]
    few = _count_witnesses(differs, witness) <= 1
    left, right, differs = left[few], right[few], differs[few]
    alike = np.ones(len(left), dtype=bool)
    for column in np.flatnonzero(differs.any(axis=0)):
        rows, layer = np.flatnonzero(differs[:, column]), claiming[int(column)]
        alike[rows] &= _nested(points[left[rows]], points[right[rows]], layer.sources)
        if not layer.covers:
            both = (claims[left[rows], column] != 0) & (claims[right[rows], column] != 0)
            alike[rows] &= both
    found = np.zeros(len(faces), dtype=bool)
    found[left[alike]] = True
    found[right[alike]] = True
    return found & asked


def _count_witnesses(differs: Bools, witness: Ints) -> Ints:
    """How many different witnesses each row of (pairs, layers) has."""
    count = np.zeros(len(differs), dtype=np.int64)
    for number in np.unique(witness):
        count += differs[:, witness == number].any(axis=1)
    return count


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
