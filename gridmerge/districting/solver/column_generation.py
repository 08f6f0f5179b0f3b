"""A floor under the price of any plan, by column generation: what no choice of districts can undercut.

A plan is k districts that cover every node once. Its price splits up by district: half the cost of the district's boundary
plus the price of its unevenness. Relaxing "chosen or not" to fractions gives a linear program over all districts within the
limits; it is solved by pricing: HiGHS finds the district that the current prices of nodes (duals) make most attractive.
For any prices p, sum(p) + k x (price of that district - its nodes' p) is a bound, so one can stop at any time.

In the one quick round of a build districts in several pieces are allowed; that only lowers the bound. Where more rounds are asked
for, the pieces are joined as they are met.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog
from scipy.sparse import csr_array

from gridmerge.districting.solver.annealing import CoolingSchedule, anneal_plan
from gridmerge.districting.solver.graph import Floats, Ints, list_bordering_nodes
from gridmerge.districting.solver.state import EPS, DistrictingProblem, SearchState
from gridmerge.optimize.highs import solve_milp

# share of the best prices so far in the prices tried next: damps the wild swings of plain column generation
DUAL_SMOOTHING = 0.6
# shares of work, in means, at which a straight line touches the square of unevenness from below: two hundredths apart they
# miss it by a ten-thousandth
TANGENT_POINTS = np.concatenate([[0.0, 0.2], np.linspace(0.4, 1.6, 61), [1.8, 2.0, 3.0]])
# a plan this near to its bound counts as proven best: the straight lines above cost about half of that
PROVEN_GAP = 1e-3
MAX_JOIN_ROUNDS = 25  # times that a district in pieces is forbidden and the search run again
MAX_BOUND_NODES = 60  # nodes of a graph up to which a round takes some tenths of a second
# branch-and-bound nodes for one search, few where one round is all: its dual bound is used, so few cost tightness, not truth
MAX_BRANCH_NODES, FEW_BRANCH_NODES = 20_000, 60
WALK_PLANS = 100  # plans looked at for first districts
# temperatures of that walk: warm enough to wander, cool enough to stay near good plans
WALK_TEMPERATURES = (1.0, 0.1)


def bound_plan_price(task: DistrictingProblem, labels: Ints, rounds: int) -> float:
    """Bound from below the price of every plan within the limits.

    Parameters
    ----------
    task
        The problem. Locks, pairs kept apart and prices of changes are left out (they only add); where limits differ between
        districts, the widest count for all.
    labels
        A good plan within the limits: where the first districts come from, and what the bound is compared with.
    rounds
        How often prices are set and districts sought.

    Returns
    -------
    float
        The bound; 0 where nothing could be proven, or where some edge has a negative cost.
    """
    if (task.graph.costs < 0).any():
        return 0.0
    thorough = rounds > 1 and task.graph.n <= MAX_BOUND_NODES
    pricing = _PricingProblem(task, MAX_BRANCH_NODES if thorough else FEW_BRANCH_NODES)
    pool = _ColumnPool(task)
    for plan in _good_plans(task, labels):
        for d in range(task.k):
            pool.add(plan == d)
    value = pool.price_of(labels)
    if task.k == 2:
        # both districts have one price: nodes need none, and the best district is the best plan
        _, half = pricing.solve(np.zeros(task.graph.n))
        return max(0.0, min(2 * half, value))
    return _generate_columns(pricing, pool, value, rounds)


def _generate_columns(
    pricing: _PricingProblem, pool: _ColumnPool, value: float, rounds: int
) -> float:
    """The bound after so many rounds of prices and new districts; `value`: price of the plan it is compared with."""
    k = pricing.task.k
    proven = value * (1 - PROVEN_GAP) - EPS
    best = 0.0
    steady: Floats | None = None
    for _ in range(rounds):
        fresh = False
        for tried in _list_trial_duals(pool.duals(), steady):
            inside, reduced = pricing.solve(tried)
            reached = float(tried.sum()) + k * reduced
            if steady is None or reached > best:
                best, steady = max(reached, best), tried
            fresh = pool.add(inside)
            if fresh:
                break
        if not fresh or best >= proven:
            break  # no prices find a new district any more: the linear program is solved
    return min(best, value)


def _list_trial_duals(duals: Floats, steady: Floats | None) -> list[Floats]:
    """Prices to try: near the best so far where there are any, then those of the linear program."""
    if steady is None:
        return [duals]
    smoothed = DUAL_SMOOTHING * steady + (1 - DUAL_SMOOTHING) * duals
    return [smoothed, duals]


def _good_plans(task: DistrictingProblem, labels: Ints) -> Iterator[Ints]:
    """Plans around a good one: their districts spare the linear program its long way from nowhere."""
    state, rng = SearchState(task, labels), Random(0)  # noqa: S311 - a search, no secret
    hot, cold = WALK_TEMPERATURES
    cooling = CoolingSchedule(steps=200, hot=hot, cold=cold, strict=1000.0)
    yield labels
    for _ in range(WALK_PLANS):
        anneal_plan(state, rng, cooling)
        plan = np.asarray(state.label, dtype=np.int64)
        if task.violation(plan) <= EPS:
            yield plan


class _ColumnPool:
    """The districts met so far, and the linear program that mixes them."""

    def __init__(self, task: DistrictingProblem) -> None:
        self.task = task
        self.columns: list[np.ndarray] = []
        self.prices: list[float] = []
        self.seen: set[bytes] = set()
        self.mean = float(task.graph.work.sum()) / task.k

    def add(self, inside: np.ndarray | None) -> bool:
        """Take a district; say whether it was new."""
        if inside is None or inside.tobytes() in self.seen:
            return False
        self.seen.add(inside.tobytes())
        self.columns.append(inside.astype(np.float64))
        self.prices.append(self.price(inside))
        return True

    def price(self, inside: np.ndarray) -> float:
        """Half its boundary, and its unevenness."""
        graph = self.task.graph
        boundary = 0.5 * graph.cut_cost(inside)
        if self.mean <= 0:
            return boundary + self.task.even * 0.0
        share = float(graph.work[inside].sum()) / self.mean
        return boundary + self.task.even * (share - 1) ** 2

    def price_of(self, labels: Ints) -> float:
        """Price of a whole plan."""
        return sum(self.price(labels == d) for d in range(self.task.k))

    def duals(self) -> Floats:
        """Price of each node in the best fractional mix (that of "exactly k districts" cancels out of the bound)."""
        matrix = np.vstack([np.array(self.columns).T, np.ones(len(self.columns))])
        demand = np.ones(len(matrix))
        demand[-1] = self.task.k
        solved = linprog(self.prices, A_eq=matrix, b_eq=demand, bounds=(0, None), method="highs-ds")
        return np.asarray(solved.eqlin.marginals[:-1], dtype=np.float64)


class _PricingProblem:
    """The search for the district of least price less its nodes' duals: n yes-or-no variables, a cut variable an edge."""

    def __init__(self, task: DistrictingProblem, nodes: int) -> None:
        graph = task.graph
        edges = len(graph.edges)
        self.task = task
        self.nodes = nodes
        self.n = graph.n
        # the variables: nodes, cut edges, unevenness
        self.size = graph.n + edges + 1
        self.cost = np.concatenate([np.zeros(graph.n), 0.5 * graph.costs, [1.0]])
        highest = np.append(np.ones(graph.n + edges), np.inf)
        self.limits = Bounds(np.zeros(self.size), highest)
        self.whole = np.zeros(self.size)
        self.whole[: graph.n] = 1.0
        self.constraints = [*self._cuts(), self._size_limits(), self._tangents()]

    def _cuts(self) -> list[LinearConstraint]:
        """An edge is cut where the district holds one end of it."""
        n, edges = self.n, self.task.graph.edges
        edge = np.arange(len(edges))
        constraints = []
        for sign in (1.0, -1.0):
            rows = np.zeros((len(edges), self.size))
            rows[edge, edges[:, 0]] = sign
            rows[edge, edges[:, 1]] = -sign
            rows[edge, n + edge] = 1.0
            constraints.append(LinearConstraint(csr_array(rows), 0, np.inf))
        return constraints

    def _size_limits(self) -> LinearConstraint:
        """The district's weight is within the widest limits, and it has a node."""
        task, n = self.task, self.n
        rows = np.zeros((2, self.size))
        rows[0, :n] = task.graph.weights
        rows[1, :n] = 1.0
        lowest = [float(task.lower.min()) - EPS, 1]
        highest = [float(task.upper.max()) + EPS, n]
        return LinearConstraint(csr_array(rows), lowest, highest)

    def _tangents(self) -> LinearConstraint:
        """Unevenness is above straight lines that touch its square."""
        slope, level = compute_tangents(self.task)
        rows = np.zeros((len(slope), self.size))
        rows[:, : self.n] = -np.outer(slope, self.task.graph.work)
        rows[:, -1] = 1.0
        return LinearConstraint(csr_array(rows), level, np.inf)

    def solve(self, duals: Floats) -> tuple[np.ndarray | None, float]:
        """The best district found, and a bound on the reduced price of all; where time is given, of all in one piece."""
        inside, bound = self._solve(duals)
        for _ in range(MAX_JOIN_ROUNDS if self.nodes == MAX_BRANCH_NODES else 0):
            if inside is None or not self._join(inside):
                break
            inside, bound = self._solve(duals)
        return inside, bound

    def _solve(self, duals: Floats) -> tuple[np.ndarray | None, float]:
        solved = self._milp(duals)
        if solved.x is None:
            return None, -np.inf if solved.mip_dual_bound is None else float(solved.mip_dual_bound)
        return solved.x[: self.n] > 0.5, float(solved.mip_dual_bound)

    def _join(self, inside: np.ndarray) -> bool:
        """Forbid the loose pieces of this district, or of the rest where the rest is the other one; False: none is loose."""
        piece = self.task.graph.pieces(inside)
        sides = [(inside, 1.0)]
        if self.task.k == 2:
            sides.append((~inside, -1.0))
        loose = False
        for side, sign in sides:
            parts = [np.flatnonzero(piece == number) for number in np.unique(piece[side])]
            parts.sort(key=len, reverse=True)
            for part in parts[1:]:
                self._surround(part, parts[0], sign)
                loose = True
        return loose

    def _surround(self, part: Ints, main: Ints, sign: float) -> None:
        """Two ends of a gap only together with something of the piece's surroundings; `sign` < 0: said of the other district."""
        around = list_bordering_nodes(self.task.graph.edges, part)
        row = np.zeros((1, self.size))
        row[0, [part[0], main[0]]] = sign
        row[0, around] = -sign
        most = 1.0 if sign > 0 else 1.0 - 2 + len(around)
        self.constraints.append(LinearConstraint(csr_array(row), -np.inf, most))

    def _milp(self, duals: Floats) -> Any:
        cost = self.cost.copy()
        cost[: self.n] -= duals
        return solve_milp(
            cost,
            integrality=self.whole,
            bounds=self.limits,
            constraints=self.constraints,
            options={"node_limit": self.nodes, "mip_rel_gap": 1e-4},
        )


def compute_tangents(task: DistrictingProblem) -> tuple[Floats, Floats]:
    """Slopes and levels of lines below even x (work / mean - 1) squared, touching it where a district may lie."""
    mean = float(task.graph.work.sum()) / task.k
    if not task.even or mean <= 0:
        return np.zeros(1), np.zeros(1)
    deviation = TANGENT_POINTS - 1
    slope = 2 * task.even * deviation
    level = task.even * deviation**2 - slope * TANGENT_POINTS
    return slope / mean, level
