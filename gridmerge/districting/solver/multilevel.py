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

from gridmerge.districting.solver.annealing import BestPlan, CoolingSchedule, anneal_plan
from gridmerge.districting.solver.graph import (
    Graph,
    Ints,
    contract_groups,
    sum_by_group,
    take_subgraph,
)
from gridmerge.districting.solver.region_growing import make_fresh_start
from gridmerge.districting.solver.spanning_tree_start import list_neighbours
from gridmerge.districting.solver.state import EPS, DistrictingProblem, SearchState

COARSE_STARTS = 4
# share of the budget for the starts; the rest divides groups of districts anew
COARSE_BUDGET_SHARE = 0.6
# recombination's share of the work: more than on small graphs, where single moves reach far
RECOMBINATION_SHARE = 0.2
COARSEST_NODES = 8  # nodes a district on the coarsest copy
# of a mean district: no merged node weighs more, else the limits could not be kept
MAX_NODE_SHARE = 0.25
# a copy with more than this share of the nodes is hardly coarser: no further one is made
STALLED_SHARE = 0.9
COARSE_TEMPERATURES = {"hot": 1.5, "cold": 0.15}  # temperatures on the coarsest copy
FINE_TEMPERATURES = {"hot": 0.6, "cold": 0.15}  # on the finer ones, which start from a good plan
# districts divided anew together, and moves a node of theirs
GROUP_DISTRICTS, MOVES_PER_GROUP_NODE = 4, 600
GROUP_TEMPERATURES = {"hot": 1.0, "cold": 0.2}


def search_multilevel(task: DistrictingProblem, rng: Random, budget: int) -> BestPlan:
    """The best plan found within the budget of moves, from scratch.

    Parameters
    ----------
    task
        The problem; with locks or pairs kept apart the starts are made on the graph itself.
    rng
        Source of randomness.
    budget
        As in `gridmerge.districting.solver.search.solve_districting`.
    """
    steps = int(COARSE_BUDGET_SHARE * budget / COARSE_STARTS)
    best = _start_coarse(task, rng, steps)
    for _ in range(COARSE_STARTS - 1):
        found = _start_coarse(task, rng, steps)
        best.offer(found.labels, found.violation, found.price)
    _divide_anew(task, best, rng, int((1 - COARSE_BUDGET_SHARE) * budget))
    return best


def _start_coarse(task: DistrictingProblem, rng: Random, steps: int) -> BestPlan:
    """Cool the coarsest copy down, then each finer one from the plan of the one before; moves are shared out by nodes."""
    ladder = [(task, np.arange(task.graph.n))]
    if not (task.locked >= 0).any() and not task.apart:
        ladder += _coarsen_graph(task, rng)
    coarsest, _ = ladder[-1]
    labels = make_fresh_start(coarsest, rng)
    nodes = sum(copy.graph.n for copy, _ in ladder)
    temperatures = COARSE_TEMPERATURES
    for copy, group in reversed(ladder):
        share = int(steps * copy.graph.n / nodes)
        cooling = CoolingSchedule(steps=share, trees=RECOMBINATION_SHARE, **temperatures)
        best = anneal_plan(SearchState(copy, labels), rng, cooling)
        labels = np.asarray(best.labels, dtype=np.int64)[group]
        temperatures = FINE_TEMPERATURES
    return best


def _coarsen_graph(
    task: DistrictingProblem, rng: Random
) -> Iterator[tuple[DistrictingProblem, Ints]]:
    """Ever coarser copies, each with the node that every node of the one before became."""
    while task.graph.n > COARSEST_NODES * task.k:
        group = _match_nodes(task, rng)
        graph = contract_groups(task.graph, group)
        if graph.n > STALLED_SHARE * task.graph.n:
            return
        pull = None
        if task.pull is not None:
            pull = np.zeros((graph.n, task.k))
            np.add.at(pull, group, task.pull)
        task = replace(task, graph=graph, pull=pull)
        yield task, group


def _match_nodes(task: DistrictingProblem, rng: Random) -> Ints:
    """Pairs of neighbours with a dear border between them, in random order, as groups; a node without a partner stays alone."""
    graph, near = task.graph, list_neighbours(task)
    edges = [(u, v) for u, v in graph.edges.tolist()]
    cost = dict(zip(edges, graph.costs.tolist(), strict=True))
    weight = graph.weights.tolist()
    heaviest = max(MAX_NODE_SHARE * task.unit, float(graph.weights.max()))
    group = [-1] * graph.n
    number = 0
    for x in sorted(range(graph.n), key=lambda _: rng.random()):
        if group[x] >= 0:
            continue
        group[x] = number
        free = [q for q in near[x] if group[q] < 0 and weight[x] + weight[q] <= heaviest]
        if free:
            draws = [cost[min(x, q), max(x, q)] * (0.5 + rng.random()) for q in free]
            partner = free[draws.index(max(draws))]
            group[partner] = number
        number += 1
    return np.asarray(group, dtype=np.int64)


def _divide_anew(task: DistrictingProblem, best: BestPlan, rng: Random, steps: int) -> None:
    """Improve `best` group by group; a group with a district outside the limits is taken first."""
    while steps > 0:
        labels = np.asarray(best.labels, dtype=np.int64)
        group = _choose_districts(task, labels, rng)
        nodes = np.flatnonzero(np.isin(labels, group))
        place = np.searchsorted(group, labels[nodes])
        state = SearchState(_part_of(task, nodes, group), place)
        now = BestPlan(place.tolist(), state.violation(), state.price())
        moves = min(MOVES_PER_GROUP_NODE * len(nodes), steps)
        cooling = CoolingSchedule(steps=moves, trees=RECOMBINATION_SHARE, **GROUP_TEMPERATURES)
        found = anneal_plan(state, rng, cooling)
        steps -= moves
        if now.offer(found.labels, found.violation, found.price):
            labels[nodes] = group[np.asarray(found.labels)]
            best.offer(labels.tolist(), task.violation(labels), task.price(labels))


def _choose_districts(task: DistrictingProblem, labels: Ints, rng: Random) -> Ints:
    """A random district, one outside the limits if there is any, and neighbours of it and of one another; sorted."""
    u, v = labels[task.graph.edges].T
    touch = np.zeros((task.k, task.k), dtype=bool)
    touch[u, v] = touch[v, u] = True
    size = sum_by_group(labels, task.graph.weights, task.k)
    too_light = size < task.lower - EPS
    too_heavy = size > task.upper + EPS
    outside = too_light | too_heavy
    first = np.flatnonzero(outside).tolist() or range(task.k)
    group = [first[int(rng.random() * len(first))]]
    while len(group) < GROUP_DISTRICTS:
        touching = np.flatnonzero(touch[group].any(axis=0))
        beside = [district for district in touching.tolist() if district not in group]
        if not beside:
            break
        group.append(beside[int(rng.random() * len(beside))])
    return np.sort(np.asarray(group, dtype=np.int64))


def _part_of(task: DistrictingProblem, nodes: Ints, group: Ints) -> DistrictingProblem:
    """The problem of dividing these nodes among these districts alone."""
    part, place = take_subgraph(task.graph, nodes)
    locked = task.locked[nodes] if len(task.locked) else task.locked
    pairs = [(int(place[a]), int(place[b])) for a, b in task.apart]
    return replace(
        task,
        graph=part,
        k=len(group),
        even=_scale_evenness(task, part, len(group)),
        lower=task.lower[group],
        upper=task.upper[group],
        pull=None if task.pull is None else task.pull[np.ix_(nodes, group)],
        locked=np.where(locked >= 0, np.searchsorted(group, locked), -1),
        apart=tuple(pair for pair in pairs if min(pair) >= 0),
    )


def _scale_evenness(task: DistrictingProblem, part: Graph, districts: int) -> float:
    """Price of uneven work in the part: unevenness is measured in the whole graph's mean."""
    mean = float(task.graph.work.sum()) / task.k
    if mean <= 0:
        return 0.0
    own = float(part.work.sum()) / districts
    return task.even * (own / mean) ** 2
