"""Faces that are no land of their own: thin or tiny ones go to the neighbour that fewest departments part them from."""

from __future__ import annotations

import numpy as np
import shapely

from gridmerge.geo import geos
from gridmerge.overlay.linework import Bools, Floats, Geometries, Ints
from gridmerge.overlay.polygonization import find_adjacent_faces

# square tolerances; a face smaller than this is drawing error, whatever its shape
MIN_FACE_AREA = 4.0


def eliminate_faces(
    faces: Geometries, group: Ints, claims: Floats, weights: Floats, weak: Bools
) -> Ints:
    """Return for each face the face it becomes part of (itself when it stays).

    Parameters
    ----------
    faces
        A valid coverage.
    group
        Faces merge only within one group: a village, or a protected zone or a narrow grid in it.
    claims
        (faces, layers) which source of each layer holds the face, as a number; 0 for none.
    weights
        Each layer's say.
    weak
        The faces that are no land of their own.
    """
    target = np.arange(len(faces))
    area = shapely.area(faces)
    left, right, length = find_adjacent_faces(faces)
    # nobody asks for the others' neighbours
    inside = (group[left] == group[right]) & (weak[left] | weak[right])
    left, right, length = left[inside], right[inside], length[inside]
    support = (claims[left] != claims[right]) @ weights
    # a chain of decisions, smallest face first, each seeing the ones before: only weak faces are visited
    neighbours = _build_adjacency(left, right, length, support, len(faces))
    for face in np.lexsort((area, ~weak))[: int(weak.sum())]:
        root = _find_root(target, face)
        options: dict[int, list[float]] = {}
        for other, metres, departments in neighbours[face]:
            partner = _find_root(target, other)
            if partner != root:
                entry = options.setdefault(partner, [0.0, 0.0])
                entry[0] += departments * metres
                entry[1] += metres
        if options:
            best = min(
                options,
                key=lambda p: (
                    round(options[p][0] / options[p][1], 9),
                    -round(options[p][1], 3),
                    p,
                ),
            )
            target[root] = best
    return np.array([_find_root(target, face) for face in range(len(faces))])


def _build_adjacency(
    left: Ints, right: Ints, length: Floats, support: Floats, n: int
) -> list[list[tuple[int, float, float]]]:
    table: list[list[tuple[int, float, float]]] = [[] for _ in range(n)]
    for a, b, metres, departments in zip(
        left.tolist(), right.tolist(), length.tolist(), support.tolist(), strict=True
    ):
        table[a].append((b, metres, departments))
        table[b].append((a, metres, departments))
    return table


def _find_root(target: Ints, face: int) -> int:
    while target[face] != face:
        face = int(target[face])
    return int(face)


def dissolve_faces(faces: Geometries, target: Ints) -> Geometries:
    """Return the faces merged by target, in the order of the faces that stay."""
    kept, index = np.unique(target, return_inverse=True)
    merged = faces[kept].copy()
    counts = np.bincount(index)
    order = np.argsort(index, kind="stable")
    groups = np.split(order, np.cumsum(counts)[:-1])
    for group in np.flatnonzero(
        counts > 1
    ):  # one union for each merged face; the rest are kept as they are
        merged[group] = geos.coverage_union_all(faces[groups[group]])
    return merged
