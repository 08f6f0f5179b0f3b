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
from gridmerge.districting.solver.graph import (
    Floats,
    Graph,
    Ints,
    contract_groups,
    groups_of,
    make_graph,
)
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
# moves a node: on county graphs of 16 to 44 nodes more found nothing better
MAX_MOVES_PER_NODE = 40_000
FRESH_STARTS, REHEATINGS = 6, 4  # starts from scratch, and reheatings of the best
# starts that ended at the best price, within the limits: the rest would find it again
AGREEING_STARTS, AGREEING_TIGHT_STARTS = 3, 5
START_BUDGET_SHARE = 0.7  # share of the budget for the starts
# limits nearer to each other than this share of a district are tight: three starts may then agree on a plan that is not best,
# and a walk that begins twice as hot and ends twice as warm finds better ones
TIGHT_SHARE = 0.1
TIGHT_TEMPERATURES = {"hot": 6.0, "cold": 0.3}
# temperature and price of violations at which a good plan is taken up again
REHEAT_TEMPERATURE, REHEAT_PENALTY = 1.5, 500.0
COLD_WALK = {"hot": 0.02, "cold": 0.01, "trees": 0.02}  # how a plan to start from is improved
# rounds of a spreading metric: so many by the nodes, at least, at most
METRIC_ROUNDS, MIN_METRIC_ROUNDS, MAX_METRIC_ROUNDS = 1200, 4, 20


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
        (n,) labels to start from: the search then only repairs and improves them.
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
    DistrictingSolution
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
    n = task.graph.n
    pieces = int(task.graph.components().max(initial=-1)) + 1
    if not pieces <= k <= n:
        raise ValueError(f"{k} districts cannot be made of {n} nodes in {pieces} connected pieces")
    start = None
    if wish.start is not None:
        start = _group_labels(group, np.asarray(wish.start, dtype=np.int64))
    labels = search_plan(task, seed, min(budget, MAX_MOVES_PER_NODE * n), start)
    return _make_solution(task, labels, group, proof)


def _make_problem(
    graph: Graph, group: Ints, k: int, limits: tuple[Any, Any], wish: SolveOptions
) -> DistrictingProblem:
    lower, upper = (np.asarray(limit, dtype=np.float64) for limit in limits)
    pairs = [(int(group[a]), int(group[b])) for a, b in wish.apart]
    ascending = {(min(pair), max(pair)) for pair in pairs}
    return DistrictingProblem(
        graph=contract_groups(graph, group),
        k=k,
        lower=np.broadcast_to(lower, (k,)),
        upper=np.broadcast_to(upper, (k,)),
        even=wish.even,
        pull=_group_prices(group, k, wish.pull),
        locked=_group_locks(group, wish.locks),
        apart=tuple(sorted(ascending)),
    )


def _group_locks(group: Ints, locks: Any) -> Ints:
    """Locks of groups from locks of nodes; -1: none."""
    locked = np.full(int(group.max(initial=-1)) + 1, -1, dtype=np.int64)
    if locks is not None:
        given = np.asarray(locks, dtype=np.int64)
        locked[group[given >= 0]] = given[given >= 0]
    return locked


def _group_prices(group: Ints, k: int, pull: Any) -> Floats | None:
    """(groups, k) price of each group in each district: the sum over its nodes; None where nodes have none."""
    if pull is None:
        return None
    prices = np.zeros((int(group.max(initial=-1)) + 1, k))
    np.add.at(prices, group, np.asarray(pull, dtype=np.float64))
    return prices


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
    locked = task.locked >= 0
    obeys_locks = bool((labels == task.locked)[locked].all())
    feasible = violation <= EPS and obeys_locks and terms["apart"] == 0
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
    if task.k == 1 or task.pull is not None or task.apart or (task.graph.costs < 0).any():
        return ExactSolution()
    found = task.violation(labels) <= EPS
    if task.graph.n * task.k > (MAX_EXACT_SIZE if found else MAX_FEASIBILITY_SIZE):
        return ExactSolution()
    return solve_exactly(task)


def _is_better(task: DistrictingProblem, one: Ints, other: Ints) -> bool:
    violation, other_violation = task.violation(one), task.violation(other)
    if abs(violation - other_violation) > EPS:
        return violation < other_violation
    return task.price(one) < task.price(other) - EPS


def _price_bound(task: DistrictingProblem, labels: Ints, proof: int) -> float:
    if task.k == 1:  # one district: there is nothing to choose
        return task.price(labels)
    if not proof:
        return 0.0
    n = task.graph.n
    rounds = min(MAX_METRIC_ROUNDS, max(MIN_METRIC_ROUNDS, METRIC_ROUNDS // n))
    bound = bound_by_spreading(task, labels, proof * rounds)
    if n <= MAX_BOUND_NODES:
        bound = max(bound, bound_plan_price(task, labels, proof))
    bound = min(bound, task.price(labels))
    if task.even or task.pull is not None or (task.graph.costs % 1 != 0).any():
        return bound
    return float(np.ceil(bound - EPS))  # costs in whole numbers add up to one


def search_plan(
    task: DistrictingProblem, seed: int, budget: int, start: Ints | None = None
) -> Ints:
    """The best labels found within the budget: from several starts, then from the best of them reheated.

    Parameters
    ----------
    task, seed, budget
        As in `solve_districting`.
    start
        Where to begin instead: a plan that is only to be repaired and improved, without heat.
    """
    if task.k == 1:
        return np.zeros(task.graph.n, dtype=np.int64)
    rng = Random(seed)  # noqa: S311 - a search, no secret
    if start is not None:
        cooling = CoolingSchedule(steps=budget, strict=REHEAT_PENALTY, **COLD_WALK)
        found = anneal_plan(SearchState(task, start), rng, cooling)
    elif task.graph.n > MAX_POOL_NODES:
        found = search_multilevel(task, rng, budget)
    else:
        found = _search_small(task, rng, budget)
    return np.asarray(found.labels, dtype=np.int64)


def _search_small(task: DistrictingProblem, rng: Random, budget: int) -> BestPlan:
    """The best of several starts, reheated; where it suits, the best that can be put together from what they met."""
    state = SearchState(task, make_fresh_start(task, rng))
    pool = DistrictPool(task, budget) if DistrictPool.suits(task) else None
    span = task.upper - task.lower
    tight = bool((span < TIGHT_SHARE * task.unit).all())
    best, agreeing, settled = _search_from_starts(state, rng, budget, pool, tight)
    if settled:
        return best
    # where half the starts end at the best price, choosing among their districts brings nothing new
    worthwhile = tight or agreeing < FRESH_STARTS / 2
    chosen_from = pool if worthwhile else None
    _offer_assembled(task, best, chosen_from)
    steps = int((1 - START_BUDGET_SHARE) * budget / REHEATINGS)
    cooling = CoolingSchedule(steps=steps, hot=REHEAT_TEMPERATURE, strict=REHEAT_PENALTY)
    for _ in range(REHEATINGS):
        state.reset(best.labels)
        found = anneal_plan(state, rng, cooling, pool)
        best.offer(found.labels, found.violation, found.price)
    _offer_assembled(task, best, chosen_from)
    return best


def _search_from_starts(
    state: SearchState, rng: Random, budget: int, pool: DistrictPool | None, tight: bool
) -> tuple[BestPlan, int, bool]:
    """The best of several starts, how many ended at its price, and whether so many did that the rest would too."""
    needed = AGREEING_TIGHT_STARTS if tight else AGREEING_STARTS
    steps = int(START_BUDGET_SHARE * budget / FRESH_STARTS)
    temperatures = TIGHT_TEMPERATURES if tight else {}
    cooling = CoolingSchedule(steps=steps, **temperatures)
    best = anneal_plan(state, rng, cooling, pool)
    agreeing = 1
    for _ in range(FRESH_STARTS - 1):
        state.reset(make_fresh_start(state.task, rng).tolist())
        found = anneal_plan(state, rng, cooling, pool)
        if best.offer(found.labels, found.violation, found.price):
            agreeing = 1
        elif found.violation <= best.violation + EPS and found.price <= best.price + EPS:
            agreeing += 1  # a cheaper plan that breaks the limits more is no such witness
        if agreeing == needed and best.violation <= EPS:
            return best, agreeing, True
    return best, agreeing, False


def _offer_assembled(task: DistrictingProblem, best: BestPlan, pool: DistrictPool | None) -> None:
    """Offer the best plan that the districts of the pool can be put together to."""
    labels = None if pool is None else pool.assembled()
    if labels is not None:
        best.offer(labels.tolist(), task.violation(labels), task.price(labels))
