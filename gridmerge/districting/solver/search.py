"""The solver on a bare graph: weights, edges with costs, a number of districts, limits. No geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np

from gridmerge.districting.solver.annealing import BestPlan, CoolingSchedule, anneal_plan
from gridmerge.districting.solver.column_generation import (
    MAX_BOUND_NODES,
    PROVEN_GAP,
    bound_plan_price,
)
from gridmerge.districting.solver.district_pool import MAX_POOL_NODES, DistrictPool
from gridmerge.districting.solver.graph import Graph, Ints, contract_groups, groups_of, make_graph
from gridmerge.districting.solver.milp import (
    MAX_EXACT_SIZE,
    MAX_FEASIBILITY_SIZE,
    ExactSolution,
    solve_exactly,
)
from gridmerge.districting.solver.multilevel import search_multilevel
from gridmerge.districting.solver.region_growing import make_fresh_start
from gridmerge.districting.solver.spreading_metric import bound_by_spreading
from gridmerge.districting.solver.state import EPS, DistrictingProblem, SearchState

MOVE_BUDGET = 600_000  # proposed moves, about one second in Python 3.11 on a PC of 2024


@dataclass(frozen=True, kw_only=True)
class SolveOptions:
    """What else a caller may want of a plan.

    Attributes
    ----------
    work
        (n,) what is to be shared evenly; None: the weights.
    even
        Price of uneven work, against edge costs: `even` x sum over districts of (work / mean work - 1) squared.
    locks
        (n,) district (0..k-1) a node must lie in, or -1; None: no locks.
    together
        Pairs of nodes that are never parted; they need not be neighbours (they then count as one piece).
    apart
        Pairs of nodes that must not share a district.
    pull
        (n, k) price of each node in each district; None: 0.
    start
        (n,) labels to start from: the search then only mends and improves them.
    """

    work: Any = None
    even: float = 0.0
    locks: Any = None
    together: Sequence[tuple[int, int]] = ()
    apart: Sequence[tuple[int, int]] = ()
    pull: Any = None
    start: Any = None


@dataclass(frozen=True, kw_only=True)
class DistrictingSolution:
    """A partition of the nodes.

    Attributes
    ----------
    labels
        (n,) district of each node, 0..k-1; every district in one piece.
    feasible
        Whether all limits, locks and apart-pairs hold.
    violation
        Sum of what lies outside the limits, in mean district weights; 0 when feasible.
    objective
        Sum of `terms`, what was minimised.
    terms
        borders (cost of cut edges), uneven, changes, apart.
    bound
        No feasible partition has a smaller objective than this.
    proven
        Whether the solution is proven best, to a thousandth.
    impossible
        Whether it is proven that no partition keeps the limits.
    """

    labels: Ints
    feasible: bool
    violation: float
    objective: float
    terms: dict[str, float] = field(default_factory=dict)
    bound: float = 0.0
    proven: bool = False
    impossible: bool = False

    @property
    def gap(self) -> float:
        """(objective - bound) / objective; 0 when proven."""
        return (
            0.0
            if self.proven or self.objective <= EPS
            else max(0.0, 1 - self.bound / self.objective)
        )


def solve_districting(  # noqa: PLR0913 - one keyword for each thing a caller may know about a bare graph
    weights: Any,
    edges: Any,
    costs: Any = None,
    *,
    k: int,
    limits: tuple[Any, Any],
    wishes: SolveOptions | None = None,
    seed: int = 0,
    budget: int = MOVE_BUDGET,
    proof: int = 0,
) -> DistrictingSolution:
    """Divide a graph into k connected districts within limits, at the least cost.

    Parameters
    ----------
    weights
        (n,) numbers >= 0: what the limits count.
    edges
        (m, 2) pairs of node numbers.
    costs
        (m,) price of a district line between the two; None: 1 each, so that the objective counts cut edges.
    k
        Number of districts.
    limits
        (lower, upper): numbers, or (k,) arrays of limits of each district.
    wishes
        Even work, locks, pairs kept together or apart, an earlier plan.
    seed
        The same seed gives the same plan on every machine.
    budget
        Moves tried, at most; 600,000 take about a second. A small graph is given up earlier, after `MAX_MOVES_PER_NODE` moves a node.
    proof
        How much is spent on a lower bound; 0: nothing, the bound is 0. So many rounds of column generation up to 60 nodes
        (`gridmerge.districting.solver.column_generation`; some tenths of a second each, and a dozen mostly prove the plan), and so many times
        the usual rounds of a spreading metric (`gridmerge.districting.solver.spreading_metric`).

    Returns
    -------
    Solution
        When the limits cannot be met, or were not, the plan that breaks them least, with `feasible` False.

    Raises
    ------
    ValueError
        Arrays that do not fit; fewer nodes than districts; more connected pieces than districts;
        locks that cannot be joined.
    """
    wish = wishes or SolveOptions()
    graph = make_graph(weights, edges, costs, wish.work)
    group = groups_of(graph.n, wish.together)
    task = _make_problem(graph, group, k, limits, wish)
    pieces = task.graph.components()
    if not int(pieces.max(initial=-1)) + 1 <= k <= task.graph.n:
        raise ValueError(
            f"{k} districts cannot be made of {task.graph.n} nodes in {int(pieces.max(initial=-1)) + 1} connected pieces"
        )
    start = (
        None if wish.start is None else _group_labels(group, np.asarray(wish.start, dtype=np.int64))
    )
    labels = search_plan(task, seed, min(budget, MAX_MOVES_PER_NODE * task.graph.n), start)
    return _make_solution(task, labels, group, proof)


def _make_problem(
    graph: Graph, group: Ints, k: int, limits: tuple[Any, Any], wish: SolveOptions
) -> DistrictingProblem:
    lower = np.broadcast_to(np.asarray(limits[0], dtype=np.float64), (k,))
    upper = np.broadcast_to(np.asarray(limits[1], dtype=np.float64), (k,))
    locked = np.full(int(group.max(initial=-1)) + 1, -1, dtype=np.int64)
    if wish.locks is not None:
        locks = np.asarray(wish.locks, dtype=np.int64)
        locked[group[locks >= 0]] = locks[locks >= 0]
    pull = None
    if wish.pull is not None:
        pull = np.zeros((len(locked), k))
        np.add.at(pull, group, np.asarray(wish.pull, dtype=np.float64))
    apart = tuple(
        sorted(
            {
                (min(a, b), max(a, b))
                for a, b in ((int(group[a]), int(group[b])) for a, b in wish.apart)
            }
        )
    )
    return DistrictingProblem(
        graph=contract_groups(graph, group),
        k=k,
        lower=lower,
        upper=upper,
        even=wish.even,
        pull=pull,
        locked=locked,
        apart=apart,
    )


def _group_labels(group: Ints, labels: Ints) -> Ints:
    """Labels of groups from labels of nodes: each group takes the label of its first node."""
    _, first = np.unique(group, return_index=True)
    return labels[first]


def _make_solution(
    task: DistrictingProblem, labels: Ints, group: Ints, proof: int
) -> DistrictingSolution:
    exact = _solve_small(task, labels)
    if exact.labels is not None and _is_better(task, exact.labels, labels):
        labels = exact.labels
    terms, violation = task.terms(labels), task.violation(labels)
    price = sum(terms.values())
    kept = bool((labels == task.locked)[task.locked >= 0].all()) and terms["apart"] == 0
    feasible = violation <= EPS and kept
    bound = 0.0
    if feasible:
        bound = price if exact.best else _price_bound(task, labels, proof)
    return DistrictingSolution(
        labels=labels[group],
        feasible=feasible,
        violation=violation,
        objective=price,
        terms=terms,
        bound=bound,
        proven=feasible and bound >= price * (1 - PROVEN_GAP) - EPS,
        impossible=exact.impossible and not feasible,
    )


def _solve_small(task: DistrictingProblem, labels: Ints) -> ExactSolution:
    """What HiGHS can prove of a problem that is small, or small enough to ask why nothing within the limits was found."""
    size = task.graph.n * task.k
    plain = task.pull is None and not task.apart and not (task.graph.costs < 0).any() and task.k > 1
    if not plain or size > (
        MAX_FEASIBILITY_SIZE if task.violation(labels) > EPS else MAX_EXACT_SIZE
    ):
        return ExactSolution()
    return solve_exactly(task)


def _is_better(task: DistrictingProblem, one: Ints, other: Ints) -> bool:
    broken, was = task.violation(one), task.violation(other)
    if abs(broken - was) > EPS:
        return broken < was
    return sum(task.terms(one).values()) < sum(task.terms(other).values()) - EPS


METRIC_ROUNDS, MIN_METRIC_ROUNDS, MAX_METRIC_ROUNDS = (
    1200,
    4,
    20,
)  # of a spreading metric: so many by the nodes, at least, at most


def _price_bound(task: DistrictingProblem, labels: Ints, proof: int) -> float:
    if task.k == 1:  # one district: there is nothing to choose
        return sum(task.terms(labels).values())
    if not proof:
        return 0.0
    rounds = proof * min(MAX_METRIC_ROUNDS, max(MIN_METRIC_ROUNDS, METRIC_ROUNDS // task.graph.n))
    bound = bound_by_spreading(task, labels, rounds)
    if task.graph.n <= MAX_BOUND_NODES:
        bound = max(bound, bound_plan_price(task, labels, proof))
    bound = min(bound, sum(task.terms(labels).values()))
    whole = not task.even and task.pull is None and bool((task.graph.costs % 1 == 0).all())
    return float(np.ceil(bound - EPS)) if whole else bound  # costs in whole numbers add up to one


# moves a node: on county graphs of 16 to 44 nodes more found nothing better
MAX_MOVES_PER_NODE = 40_000
FRESH_STARTS, REHEATINGS = 6, 4  # starts from scratch, and reheatings of the best
AGREEING_STARTS, AGREEING_TIGHT_STARTS = (
    3,
    5,
)  # starts that ended at the best price, within the limits: the rest would find it again
START_BUDGET_SHARE = 0.7  # share of the budget for the starts
# limits nearer to each other than this share of a district are tight: three starts may then agree on a plan that is
TIGHT_SHARE = 0.1
# not best, and a walk that begins twice as hot and ends twice as warm finds better ones
TIGHT_HOT_TEMPERATURE, TIGHT_COLD_TEMPERATURE = 6.0, 0.3
REHEAT_TEMPERATURE, REHEAT_PENALTY = (
    1.5,
    500.0,
)  # temperature and price of violations at which a good plan is taken up again


def search_plan(
    task: DistrictingProblem, seed: int, budget: int, start: Ints | None = None
) -> Ints:
    """The best labels found within the budget: from several starts, then from the best of them reheated.

    Parameters
    ----------
    task, seed, budget
        As in `solve_districting`.
    start
        Where to begin instead: a plan that is only to be mended and improved, without heat.
    """
    if task.k == 1:
        return np.zeros(task.graph.n, dtype=np.int64)
    rng = Random(seed)  # noqa: S311 - a search, no secret
    if start is not None:
        found = anneal_plan(
            SearchState(task, start),
            rng,
            CoolingSchedule(steps=budget, hot=0.02, cold=0.01, strict=REHEAT_PENALTY, trees=0.02),
        )
    elif task.graph.n > MAX_POOL_NODES:
        found = search_multilevel(task, rng, budget)
    else:
        found = _search_small(task, rng, budget)
    return np.asarray(found.labels, dtype=np.int64)


def _search_small(task: DistrictingProblem, rng: Random, budget: int) -> BestPlan:
    """The best of several starts, reheated; where it suits, the best that can be put together from what they met."""
    state = SearchState(task, make_fresh_start(task, rng))
    gallery = DistrictPool(task, budget) if DistrictPool.suits(task) else None
    tight = bool((task.upper - task.lower < TIGHT_SHARE * task.unit).all())
    steps = int(START_BUDGET_SHARE * budget / FRESH_STARTS)
    cooling = (
        CoolingSchedule(steps=steps, hot=TIGHT_HOT_TEMPERATURE, cold=TIGHT_COLD_TEMPERATURE)
        if tight
        else CoolingSchedule(steps=steps)
    )
    best: BestPlan | None = None
    # starts that ended at the best price: where half do, choosing among their districts brings nothing new
    agree = 0
    for number in range(FRESH_STARTS):
        if number:
            state.reset(make_fresh_start(task, rng).tolist())
        found = anneal_plan(state, rng, cooling, gallery)
        best = best or found
        if best.offer(found.labels, found.violation, found.price):
            agree = 1
        elif found.violation <= best.violation + EPS and found.price <= best.price + EPS:
            agree += 1  # a cheaper plan that breaks the limits more is no such witness
        if agree == (AGREEING_TIGHT_STARTS if tight else AGREEING_STARTS) and best.violation <= EPS:
            return best
    assert best is not None
    choose = gallery is not None and (tight or agree < FRESH_STARTS / 2)
    if gallery is not None and choose:
        _offer_plan(task, best, gallery.assembled())
    for _ in range(REHEATINGS):
        state.reset(best.labels)
        steps = int((1 - START_BUDGET_SHARE) * budget / REHEATINGS)
        found = anneal_plan(
            state,
            rng,
            CoolingSchedule(steps=steps, hot=REHEAT_TEMPERATURE, strict=REHEAT_PENALTY),
            gallery,
        )
        best.offer(found.labels, found.violation, found.price)
    if gallery is not None and choose:
        _offer_plan(task, best, gallery.assembled())
    return best


def _offer_plan(task: DistrictingProblem, best: BestPlan, labels: Ints | None) -> None:
    if labels is not None:
        best.offer(labels.tolist(), task.violation(labels), sum(task.terms(labels).values()))
