"""A small graph with weights and cut costs: what the solver works on. No geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Graph:
    """An undirected graph without loops or parallel edges.

    Attributes
    ----------
    weights
        (n,) what the limits count, >= 0.
    work
        (n,) what is to be shared evenly; equal to `weights` unless given.
    edges
        (m, 2) node numbers, each row ascending, rows sorted.
    costs
        (m,) price of a district line between the two ends.
    """

    weights: Floats
    work: Floats
    edges: Ints
    costs: Floats

    @property
    def n(self) -> int:
        """Number of nodes."""
        return len(self.weights)

    def components(self) -> Ints:
        """(n,) number of the connected piece each node lies in, numbered by its first node."""
        return groups_of(self.n, self.edges)

    def cut_cost(self, labels: Ints) -> float:
        """Sum of the costs of edges whose ends have different labels."""
        first, second = labels[self.edges].T
        return float(self.costs[first != second].sum())

    def pieces(self, labels: Ints) -> Ints:
        """(n,) number of the connected piece of its district each node lies in."""
        first, second = labels[self.edges].T
        return groups_of(self.n, self.edges[first == second])

    def is_contiguous(self, labels: Ints) -> bool:
        """Whether every district is in one piece."""
        return int(self.pieces(labels).max(initial=-1)) + 1 == len(np.unique(labels))


def make_graph(weights: Any, edges: Any, costs: Any = None, work: Any = None) -> Graph:
    """Check and order what a caller gives.

    Parameters
    ----------
    weights
        (n,) numbers >= 0.
    edges
        (m, 2) pairs of node numbers; loops are dropped, parallel edges become one whose cost is the sum.
    costs
        (m,) price of cutting each edge; None: 1 each.
    work
        (n,) what is to be even; None: `weights`.

    Raises
    ------
    ValueError
        Shapes that do not fit, an edge to a node that is not there, a weight below zero or not finite.
    """
    weight = np.asarray(weights, dtype=np.float64)
    pairs = np.asarray(edges, dtype=np.int64).reshape(-1, 2)
    price = np.ones(len(pairs)) if costs is None else np.asarray(costs, dtype=np.float64)
    share = weight if work is None else np.asarray(work, dtype=np.float64)
    _check_arrays(weight, share, pairs, price)
    pairs, price = merge_parallel(pairs, price)
    return Graph(weights=weight, work=share, edges=pairs, costs=price)


def _check_arrays(weight: Floats, work: Floats, pairs: Ints, costs: Floats) -> None:
    """Stop at arrays that make no graph."""
    if weight.ndim != 1 or work.shape != weight.shape or costs.shape != (len(pairs),):
        raise ValueError(
            f"weights {weight.shape}, work {work.shape}, edges {pairs.shape}, costs {costs.shape} do not fit"
        )
    if len(pairs) and (pairs.min() < 0 or pairs.max() >= len(weight)):
        raise ValueError(f"an edge names a node outside 0..{len(weight) - 1}")
    finite = all(np.isfinite(values).all() for values in (weight, work, costs))
    if not finite or (weight < 0).any():
        raise ValueError("weights must be finite and not negative, work and costs finite")


def merge_parallel(pairs: Ints, costs: Floats) -> tuple[Ints, Floats]:
    """Sort edges, drop loops and sum the costs of parallel ones."""
    kept = pairs[:, 0] != pairs[:, 1]
    ordered = np.sort(pairs[kept], axis=1)
    unique, place = np.unique(ordered, axis=0, return_inverse=True)
    return unique.reshape(-1, 2), sum_by_group(place.reshape(-1), costs[kept], len(unique))


def contract_groups(graph: Graph, group: Ints) -> Graph:
    """Merge nodes of one group (numbers 0..g-1, each used) into one node."""
    size = int(group.max(initial=-1)) + 1
    pairs, costs = merge_parallel(group[graph.edges], graph.costs)
    return Graph(
        weights=sum_by_group(group, graph.weights, size),
        work=sum_by_group(group, graph.work, size),
        edges=pairs,
        costs=costs,
    )


def take_subgraph(graph: Graph, nodes: Ints) -> tuple[Graph, Ints]:
    """The graph of these nodes alone, and (n,) the number each node has in it, or -1."""
    place = np.full(graph.n, -1, dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    inner = (place[graph.edges] >= 0).all(axis=1)
    part = make_graph(
        graph.weights[nodes], place[graph.edges[inner]], graph.costs[inner], graph.work[nodes]
    )
    return part, place


def sum_by_group(group: Ints, values: Floats, size: int) -> Floats:
    """(size,) sum of the values of each group."""
    return np.bincount(group, weights=values, minlength=size).astype(np.float64)


def groups_of(n: int, pairs: Any) -> Ints:
    """(n,) group number of each node when the nodes of every pair belong together; numbered by first node."""
    rows = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    matrix = coo_array((np.ones(len(rows)), (rows[:, 0], rows[:, 1])), shape=(n, n))
    _, group = connected_components(matrix, directed=False)
    return np.asarray(group, dtype=np.int64)


def list_bordering_nodes(edges: Ints, nodes: Ints) -> Ints:
    """Nodes that an edge joins to one of these, other than themselves; ascending."""
    first_inside, second_inside = np.isin(edges, nodes).T
    beyond_first = edges[first_inside & ~second_inside, 1]
    beyond_second = edges[second_inside & ~first_inside, 0]
    return np.unique(np.concatenate([beyond_first, beyond_second]))
