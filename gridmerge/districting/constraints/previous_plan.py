"""A plan that changes as little as possible: the earlier plan on today's faces, changed only where it must be."""

from __future__ import annotations

from random import Random

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridmerge.districting.solver.graph import (
    Floats,
    Graph,
    Ints,
    list_bordering_nodes,
    sum_by_group,
)
from gridmerge.districting.solver.spanning_tree_start import halve_nodes, list_neighbours
from gridmerge.districting.solver.state import DistrictingProblem
from gridmerge.geo import geos
from gridmerge.model import PreviousPlan


def find_previous_codes(
    geometry: NDArray[np.object_], village: str, earlier: PreviousPlan | None
) -> NDArray[np.object_]:
    """(n,) code of the earlier grid that covers most of each face; "" where none does."""
    if earlier is None:
        return np.full(len(geometry), "", dtype=object)
    own = earlier.grids["village_code"] == village
    return _codes_by_overlap(geometry, earlier.grids.loc[own])


def _codes_by_overlap(
    geometry: NDArray[np.object_], grids: gpd.GeoDataFrame
) -> NDArray[np.object_]:
    codes = np.full(len(geometry), "", dtype=object)
    if grids.empty:
        return codes
    shapes = np.asarray(grids.geometry.values)
    face, grid = shapely.STRtree(shapes).query(geometry, predicate="intersects")
    area = shapely.area(geos.intersection(geometry[face], shapes[grid]))
    names = grids["grid_code"].to_numpy(dtype=object)[grid]
    largest_first = np.lexsort((names.astype(str), -area))
    for i in largest_first[::-1]:  # the largest share is written last
        if area[i] > 0:
            codes[face[i]] = names[i]
    return codes


def adopt_codes(
    geometry: NDArray[np.object_], old: NDArray[np.object_], gone: gpd.GeoDataFrame
) -> NDArray[np.object_]:
    """(n,) as `old`, and where a face has none the earlier grid of a village that is `gone`, if most of that grid lies here.

    Land of a village that was merged or renumbered keeps its grids that way, though not their codes.
    """
    if gone.empty or (old != "").all():
        return old
    shapes = np.asarray(gone.geometry.values)
    inside = shapely.area(geos.intersection(shapes, geos.union_all(geometry)))
    here = gone.loc[inside > 0.5 * shapely.area(shapes)]
    return np.where(old == "", _codes_by_overlap(geometry, here), old)


def label_previous_plan(graph: Graph, old: NDArray[np.object_]) -> Ints:
    """Labels 0.. of the earlier plan on the nodes of a connected graph, every district in one piece.

    Of a district that has come apart the heaviest piece keeps the label; the rest, and nodes of no earlier grid, join the
    neighbour they share the dearest border with.
    """
    names = sorted(set(old[old != ""].tolist()))
    if not names:
        return np.zeros(graph.n, dtype=np.int64)
    number = {name: i for i, name in enumerate(names)}
    labels = np.array([number.get(code, -1) for code in old], dtype=np.int64)
    _keep_heaviest_pieces(graph, labels, len(names))
    _join_unlabelled(graph, labels)
    return _number_labels(labels)


def _keep_heaviest_pieces(graph: Graph, labels: Ints, count: int) -> None:
    """Take the label from all pieces of a district but the heaviest."""
    pieces = graph.pieces(labels)
    nodes_in_piece = np.bincount(pieces)

    def rank(piece: int) -> tuple[float, int, int]:
        weight = float(graph.weights[pieces == piece].sum())
        return weight, int(nodes_in_piece[piece]), -piece

    for d in range(count):
        mine = labels == d
        heaviest = max(np.unique(pieces[mine]).tolist(), key=rank)
        labels[mine & (pieces != heaviest)] = -1


def _join_unlabelled(graph: Graph, labels: Ints) -> None:
    """Give nodes without a label that of the neighbour they share the dearest border with, the dearest first."""
    u, v = graph.edges.T
    while (labels < 0).any():
        one_sided = np.flatnonzero((labels[u] < 0) != (labels[v] < 0))
        if not len(one_sided):
            labels[labels < 0] = 0
            return
        dearest = one_sided[graph.costs[one_sided].argmax()]
        inner, outer = u[dearest], v[dearest]
        if labels[inner] >= 0:
            inner, outer = outer, inner
        labels[inner] = labels[outer]


def _number_labels(labels: Ints) -> Ints:
    """Labels 0.. without gaps, in the same order."""
    _, numbered = np.unique(labels, return_inverse=True)
    return numbered.astype(np.int64)


def fit_district_count(task: DistrictingProblem, labels: Ints) -> Ints:
    """Labels with exactly k districts: the heaviest are halved, or the lightest joined to their lightest neighbour."""
    labels, rng = labels.copy(), Random(0)  # noqa: S311 - a search, no secret
    near = list_neighbours(task)
    while (count := int(labels.max()) + 1) != task.k:
        size = sum_by_group(labels, task.graph.weights, count)
        if count > task.k:
            labels = _join_lightest(task.graph, labels, size)
            continue
        several_nodes = np.bincount(labels) > 1
        heaviest = int(np.where(several_nodes, size, -1.0).argmax())
        nodes = np.flatnonzero(labels == heaviest).tolist()
        _, second_half, _ = halve_nodes(task, rng, near, nodes, 2)
        labels[second_half] = count
    return labels


def _join_lightest(graph: Graph, labels: Ints, size: Floats) -> Ints:
    lightest = int(size.argmin())
    inside = np.flatnonzero(labels == lightest)
    beside = np.unique(labels[list_bordering_nodes(graph.edges, inside)])
    if len(beside):
        labels[inside] = int(beside[size[beside].argmin()])
    return _number_labels(labels)


def compute_change_prices(graph: Graph, k: int, old: Ints, price: float) -> Floats:
    """(n, k) price of every node outside its old district; districts from k on are no more, leaving them costs the same anywhere."""
    leaving = compute_leaving_prices(graph, price)
    prices = np.repeat(leaving[:, None], k, axis=1)
    there = np.flatnonzero(old < k)
    prices[there, old[there]] = 0.0
    return prices


def compute_leaving_prices(graph: Graph, price: float) -> Floats:
    """(n,) price of each node's leaving its old district: its share of all weight, and a little for each node."""
    total = max(float(graph.weights.sum()), 1e-9)
    return price * (graph.weights / total + 1e-3 / graph.n)
