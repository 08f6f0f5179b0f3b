"""A plan that changes as little as possible: the earlier plan on today's faces, mended only where it must be."""

from __future__ import annotations

from random import Random

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridmerge.districting.solver.graph import Floats, Graph, Ints, sum_by_group
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
    return _codes_by_overlap(geometry, earlier.grids.loc[earlier.grids["village_code"] == village])


def _codes_by_overlap(
    geometry: NDArray[np.object_], grids: gpd.GeoDataFrame
) -> NDArray[np.object_]:
    codes = np.full(len(geometry), "", dtype=object)
    if grids.empty:
        return codes
    tree = shapely.STRtree(np.asarray(grids.geometry.values))
    face, grid = tree.query(geometry, predicate="intersects")
    area = shapely.area(geos.intersection(geometry[face], np.asarray(grids.geometry.values)[grid]))
    names = grids["grid_code"].to_numpy(dtype=object)[grid]
    for i in np.lexsort((names.astype(str), -area))[::-1]:  # the largest share is written last
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
    labels = np.array([names.index(code) if code else -1 for code in old], dtype=np.int64)
    if not names:
        return np.zeros(graph.n, dtype=np.int64)
    pieces = graph.pieces(labels)
    for d in range(len(names)):
        parts = np.unique(pieces[labels == d])
        heaviest = max(
            parts.tolist(),
            key=lambda p: (float(graph.weights[pieces == p].sum()), int((pieces == p).sum()), -p),
        )
        labels[(labels == d) & (pieces != heaviest)] = -1
    while (labels < 0).any():
        u, v = graph.edges[:, 0], graph.edges[:, 1]
        open_ = (labels[u] < 0) != (labels[v] < 0)
        if not open_.any():
            labels[labels < 0] = 0
            break
        e = np.flatnonzero(open_)[graph.costs[open_].argmax()]
        inner, outer = (u[e], v[e]) if labels[u[e]] < 0 else (v[e], u[e])
        labels[inner] = labels[outer]
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def fit_district_count(task: DistrictingProblem, labels: Ints) -> Ints:
    """Labels with exactly k districts: the heaviest are halved, or the lightest joined to their lightest neighbour."""
    labels, rng = labels.copy(), Random(0)  # noqa: S311 - a search, no secret
    near = list_neighbours(task)
    while (count := int(labels.max()) + 1) != task.k:
        size = sum_by_group(labels, task.graph.weights, count)
        if count < task.k:
            many = np.bincount(labels) > 1
            heaviest = int(np.where(many, size, -1.0).argmax())
            _, right, _ = halve_nodes(
                task, rng, near, np.flatnonzero(labels == heaviest).tolist(), 2
            )
            labels[right] = count
        else:
            labels = _join_lightest(task.graph, labels, size)
    return labels


def _join_lightest(graph: Graph, labels: Ints, size: Floats) -> Ints:
    lightest = int(size.argmin())
    u, v = labels[graph.edges[:, 0]], labels[graph.edges[:, 1]]
    beside = np.unique(
        np.concatenate([v[(u == lightest) & (v != lightest)], u[(v == lightest) & (u != lightest)]])
    )
    if len(beside):
        labels[labels == lightest] = int(beside[size[beside].argmin()])
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def compute_change_prices(graph: Graph, k: int, old: Ints, price: float) -> Floats:
    """(n, k) price of every node outside its old district; districts from k on are no more, leaving them costs the same anywhere."""
    pull = np.repeat(compute_leaving_prices(graph, price)[:, None], k, axis=1)
    there = np.flatnonzero(old < k)
    pull[there, old[there]] = 0.0
    return pull


def compute_leaving_prices(graph: Graph, price: float) -> Floats:
    """(n,) price of each node's leaving its old district: its share of all weight, and a little for each node."""
    return price * (graph.weights / max(float(graph.weights.sum()), 1e-9) + 1e-3 / graph.n)
