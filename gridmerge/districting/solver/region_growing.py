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
    return grow_start(task, rng) if (task.locked >= 0).any() else start_from_trees(task, rng)


def grow_start(task: DistrictingProblem, rng: Random) -> Ints:
    """Labels that obey the locks, each district in one piece.

    The locked nodes of a district are joined by shortest paths, districts without locks start at a free node (first in pieces
    of the graph that have none); then the lightest district that can takes a free neighbour, until none is left.

    Raises
    ------
    LockError
        The nodes locked to one district cannot be joined without crossing another's, or there is no free node to start at.
    """
    near, labels = list_neighbours(task), np.full(task.graph.n, -1, dtype=np.int64)
    labels[task.locked >= 0] = task.locked[task.locked >= 0]
    for d in range(task.k):
        _join_district(near, labels, d)
    pieces = task.graph.components()
    for d in np.setdiff1d(np.arange(task.k), labels).tolist():
        free = np.flatnonzero(labels < 0)
        if not len(free):
            raise LockError(f"the locks leave no node for district {d}")
        bare = free[~np.isin(pieces[free], pieces[labels >= 0])]
        pool = bare if len(bare) else free
        labels[pool[int(rng.random() * len(pool))]] = d
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
        queue = sorted(reached)
        hit = next(
            (x for x in _breadth_first(near, labels, d, queue, before) if x in missing), None
        )
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
    size = [float(task.graph.weights[labels == d].sum()) for d in range(task.k)]
    room = [
        {q for x in np.flatnonzero(labels == d).tolist() for q in near[x] if labels[q] < 0}
        for d in range(task.k)
    ]
    growing = set(range(task.k))
    while growing:
        d = min(growing, key=lambda g: (size[g], g))
        free = sorted(q for q in room[d] if labels[q] < 0)
        if not free:
            growing.discard(d)
            continue
        x = free[int(rng.random() * len(free))]
        labels[x] = d
        size[d] += float(task.graph.weights[x])
        room[d] = {q for q in (*free, *near[x]) if labels[q] < 0}
