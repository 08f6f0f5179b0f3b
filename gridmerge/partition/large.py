"""Graphs too large for one long walk: start on coarse copies of them, then divide a few neighbouring districts anew at a time.

A walk of single moves settles the lines of a plan well, but which districts lie where only while it is hot, and on many nodes
there are no moves to spare for that. On a copy with pairs of nodes merged, and merged again, the same few moves settle it. What is
still amiss afterwards is local: a handful of neighbouring districts is a small problem, and small problems are solved well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import numpy as np

from gridmerge.partition.anneal import Best, Cooling, anneal
from gridmerge.partition.graph import Ints, contract, part_of
from gridmerge.partition.growth import fresh_start
from gridmerge.partition.start import neighbours
from gridmerge.partition.state import EPS, State, Task

STARTS = 4
FIRST = 0.6  # share of the budget for the starts; the rest divides groups of districts anew
TREES = 0.2  # recombination's share of the work: more than on small graphs, where single moves reach far
COARSEST = 8  # nodes a district on the coarsest copy
HEAVIEST = 0.25  # of a mean district: no merged node weighs more, else the limits could not be kept
STALLED = 0.9  # a copy with more than this share of the nodes is hardly coarser: no further one is made
FULL = {"hot": 1.5, "cold": 0.15}  # temperatures on the coarsest copy
MILD = {"hot": 0.6, "cold": 0.15}  # on the finer ones, which start from a good plan
GROUP, GROUP_MOVES = 4, 600  # districts divided anew together, and moves a node of theirs
WARM = {"hot": 1.0, "cold": 0.2}


def search_large(task: Task, rng: Random, budget: int) -> Best:
    """The best plan found within the budget of moves, from scratch.

    Parameters
    ----------
    task
        The problem; with locks or pairs kept apart the starts are made on the graph itself.
    rng
        Source of randomness.
    budget
        As in `gridmerge.partition.solve`.
    """
    best: Best | None = None
    for _ in range(STARTS):
        found = _start(task, rng, int(FIRST * budget / STARTS))
        best = best or found
        best.offer(found.labels, found.violation, found.price)
    assert best is not None
    _divide_anew(task, best, rng, int((1 - FIRST) * budget))
    return best


def _start(task: Task, rng: Random, steps: int) -> Best:
    """Cool the coarsest copy down, then each finer one from the plan of the one before; moves are shared out by nodes."""
    ladder = [(task, np.arange(task.graph.n))]
    if not ((task.locked >= 0).any() or task.apart):
        ladder += _copies(task, rng)
    labels, nodes = fresh_start(ladder[-1][0], rng), sum(copy.graph.n for copy, _ in ladder)
    best: Best | None = None
    for copy, group in reversed(ladder):
        share = int(steps * copy.graph.n / nodes)
        best = anneal(State(copy, labels), rng, Cooling(steps=share, trees=TREES, **(MILD if best else FULL)))
        labels = np.asarray(best.labels, dtype=np.int64)[group]
    assert best is not None
    return best


def _copies(task: Task, rng: Random) -> Iterator[tuple[Task, Ints]]:
    """Ever coarser copies, each with the node that every node of the one before became."""
    while task.graph.n > COARSEST * task.k:
        group = _matched(task, rng)
        graph = contract(task.graph, group)
        if graph.n > STALLED * task.graph.n:
            return
        pull = None
        if task.pull is not None:
            pull = np.zeros((graph.n, task.k))
            np.add.at(pull, group, task.pull)
        task = replace(task, graph=graph, pull=pull)
        yield task, group


def _matched(task: Task, rng: Random) -> Ints:
    """Pairs of neighbours with a dear border between them, in random order, as groups; a node without a partner stays alone."""
    graph, near = task.graph, neighbours(task)
    cost = {(int(u), int(v)): c for (u, v), c in zip(graph.edges, graph.costs.tolist(), strict=True)}
    weight, heaviest = graph.weights.tolist(), max(HEAVIEST * task.unit, float(graph.weights.max()))
    group = [-1] * graph.n
    number = 0
    for x in sorted(range(graph.n), key=lambda _: rng.random()):
        if group[x] >= 0:
            continue
        free = [q for q in near[x] if group[q] < 0 and weight[x] + weight[q] <= heaviest]
        group[x] = number
        if free:
            group[max(free, key=lambda q: cost[min(x, q), max(x, q)] * (0.5 + rng.random()))] = number
        number += 1
    return np.asarray(group, dtype=np.int64)


def _divide_anew(task: Task, best: Best, rng: Random, steps: int) -> None:
    """Improve `best` group by group; a group with a district outside the limits is taken first."""
    while steps > 0:
        labels = np.asarray(best.labels, dtype=np.int64)
        group = _group(task, labels, rng)
        nodes = np.flatnonzero(np.isin(labels, group))
        place = np.searchsorted(group, labels[nodes])
        state = State(_part_of(task, nodes, group), place)
        violation, price = state.violation(), state.price()
        moves = min(GROUP_MOVES * len(nodes), steps)
        found = anneal(state, rng, Cooling(steps=moves, trees=TREES, **WARM))
        steps -= moves
        if Best(place.tolist(), violation, price).offer(found.labels, found.violation, found.price):
            labels[nodes] = group[np.asarray(found.labels)]
            best.offer(labels.tolist(), task.violation(labels), sum(task.terms(labels).values()))


def _group(task: Task, labels: Ints, rng: Random) -> Ints:
    """A random district, one outside the limits if there is any, and neighbours of it and of one another; sorted."""
    u, v = labels[task.graph.edges].T
    touch = np.zeros((task.k, task.k), dtype=bool)
    touch[u, v] = touch[v, u] = True
    size = np.bincount(labels, weights=task.graph.weights, minlength=task.k)
    out = np.flatnonzero((size < task.lower - EPS) | (size > task.upper + EPS)).tolist()
    first = out or range(task.k)
    group = [first[int(rng.random() * len(first))]]
    while len(group) < GROUP:
        beside = [d for d in np.flatnonzero(touch[group].any(axis=0)).tolist() if d not in group]
        if not beside:
            break
        group.append(beside[int(rng.random() * len(beside))])
    return np.sort(np.asarray(group, dtype=np.int64))


def _part_of(task: Task, nodes: Ints, group: Ints) -> Task:
    """The problem of dividing these nodes among these districts alone."""
    graph = task.graph
    part, place = part_of(graph, nodes)
    locked = task.locked[nodes] if len(task.locked) else task.locked
    mean, own = float(graph.work.sum()) / task.k, float(part.work.sum()) / len(group)
    return replace(
        task,
        graph=part,
        k=len(group),
        even=task.even * (own / mean) ** 2 if mean > 0 else 0.0,  # unevenness is measured in the whole graph's mean
        lower=task.lower[group],
        upper=task.upper[group],
        pull=None if task.pull is None else task.pull[np.ix_(nodes, group)],
        locked=np.where(locked >= 0, np.searchsorted(group, locked), -1),
        apart=tuple((int(place[a]), int(place[b])) for a, b in task.apart if place[a] >= 0 and place[b] >= 0),
    )
