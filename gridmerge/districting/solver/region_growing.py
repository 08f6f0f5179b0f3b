"""Where a search starts: from random trees, or, when nodes are locked, from districts grown from their locked nodes."""

from __future__ import annotations

from random import Random

import numpy as np

from gridmerge.districting.solver.graph import Ints
from gridmerge.districting.solver.spanning_tree_start import list_neighbours, start_from_trees
from gridmerge.districting.solver.state import DistrictingProblem


class LockError(ValueError):
    """The locks cannot all be obeyed."""


def make_fresh_start(task: DistrictingProblem, rng: Random) -> Ints:
    """Labels to start from: `grow_start` where nodes are locked, else `start_from_trees`."""
    if (task.locked >= 0).any():
        return grow_start(task, rng)
    return start_from_trees(task, rng)


def grow_start(task: DistrictingProblem, rng: Random) -> Ints:
    """Labels that obey the locks, each district in one piece.

    The locked nodes of a district are joined by shortest paths, districts without locks start at a free node (first in pieces
    of the graph that have none); then the lightest district that can takes a free neighbour, until none is left.

    Raises
    ------
    LockError
        The nodes locked to one district cannot be joined without crossing another's, or there is no free node to start at.
    """
    near = list_neighbours(task)
    labels = np.full(task.graph.n, -1, dtype=np.int64)
    locked = task.locked >= 0
    labels[locked] = task.locked[locked]
    for d in range(task.k):
        _join_district(near, labels, d)
    pieces = task.graph.components()
    for d in np.setdiff1d(np.arange(task.k), labels).tolist():
        free = np.flatnonzero(labels < 0)
        if not len(free):
            raise LockError(f"the locks leave no node for district {d}")
        pieces_with_district = pieces[labels >= 0]
        bare = free[~np.isin(pieces[free], pieces_with_district)]
        pool = bare if len(bare) else free
        start = pool[int(rng.random() * len(pool))]
        labels[start] = d
    _grow_districts(task, rng, near, labels)
    if (labels < 0).any():
        raise LockError("a piece of the graph has no district that could reach it")
    return labels


def _join_district(near: list[list[int]], labels: Ints, d: int) -> None:
    """Join the nodes of district `d` by shortest paths over free nodes."""
    mine = np.flatnonzero(labels == d).tolist()
    if not mine:
        return
    reached, missing = {mine[0]}, set(mine[1:])
    while missing:
        before: dict[int, int] = dict.fromkeys(reached, -1)
        met = _breadth_first(near, labels, d, sorted(reached), before)
        hit = next((node for node in met if node in missing), None)
        if hit is None:
            raise LockError(f"the nodes locked to district {d} cannot be joined")
        while hit != -1 and hit not in reached:
            labels[hit] = d
            reached.add(hit)
            missing.discard(hit)
            hit = before[hit]


def _breadth_first(
    near: list[list[int]], labels: Ints, d: int, queue: list[int], before: dict[int, int]
) -> list[int]:
    """Nodes in the order a breadth-first search over free nodes and those of `d` meets them."""
    for x in queue:
        for q in near[x]:
            if q not in before and labels[q] in (-1, d):
                before[q] = x
                queue.append(q)
    return queue


def _grow_districts(
    task: DistrictingProblem, rng: Random, near: list[list[int]], labels: Ints
) -> None:
    size: list[float] = []
    room: list[set[int]] = []
    for d in range(task.k):
        nodes = np.flatnonzero(labels == d)
        size.append(float(task.graph.weights[nodes].sum()))
        around = {neighbour for node in nodes.tolist() for neighbour in near[node]}
        room.append({node for node in around if labels[node] < 0})
    growing = set(range(task.k))
    while growing:
        d = min(growing, key=lambda g: (size[g], g))
        free = sorted(node for node in room[d] if labels[node] < 0)
        if not free:
            growing.discard(d)
            continue
        node = free[int(rng.random() * len(free))]
        labels[node] = d
        size[d] += float(task.graph.weights[node])
        room[d] = {other for other in (*free, *near[node]) if labels[other] < 0}
