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
from gridmerge.districting.solver.graph import Floats, Ints, groups_of
from gridmerge.districting.solver.state import EPS, DistrictingProblem, SearchState
from gridmerge.optimize.highs import solve_milp

DUAL_SMOOTHING = 0.6  # share of the best prices so far in the prices tried next: damps the wild swings of plain column generation
TANGENT_POINTS = np.concatenate(
    [[0.0, 0.2], np.linspace(0.4, 1.6, 61), [1.8, 2.0, 3.0]]
)  # shares of work, in means, at which a
# straight line touches the square of unevenness from below: two hundredths apart they miss it by a ten-thousandth
PROVEN_GAP = 1e-3  # a plan this near to its bound counts as proven best: the straight lines above cost about half of that


MAX_JOIN_ROUNDS = 25  # times that a district in pieces is forbidden and the search run again
MAX_BOUND_NODES = 60  # nodes of a graph up to which a round takes some tenths of a second
MAX_BRANCH_NODES, FEW_BRANCH_NODES = (
    20_000,
    60,
)  # branch-and-bound nodes for one search, few where one round is all: its dual bound is used, so few cost tightness, not truth


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
    pricing, pool = (
        _PricingProblem(
            task,
            MAX_BRANCH_NODES
            if rounds > 1 and task.graph.n <= MAX_BOUND_NODES
            else FEW_BRANCH_NODES,
        ),
        _ColumnPool(task),
    )
    for plan in _good_plans(task, labels):
        for d in range(task.k):
            pool.add(plan == d)
    value, best = pool.price_of(labels), 0.0
    steady: Floats | None = None
    if (
        task.k == 2
    ):  # both districts have one price: nodes need none, and the best district is the best plan
        _, half = pricing.solve(np.zeros(task.graph.n))
        return max(0.0, min(2 * half, value))
    for _ in range(rounds):
        duals, fresh = pool.duals(), False
        for tried in (
            (duals,)
            if steady is None
            else (DUAL_SMOOTHING * steady + (1 - DUAL_SMOOTHING) * duals, duals)
        ):
            inside, reduced = pricing.solve(tried)
            reached = float(tried.sum()) + task.k * reduced
            if steady is None or reached > best:
                best, steady = max(reached, best), tried
            fresh = pool.add(inside)
            if fresh:
                break
        if not fresh or best >= value * (1 - PROVEN_GAP) - EPS:
            break  # no prices find a new district any more: the linear program is solved
    return min(best, value)


WALK_PLANS = 100  # plans looked at for first districts
# temperatures of that walk: warm enough to wander, cool enough to stay near good plans
WALK_TEMPERATURES = (1.0, 0.1)


def _good_plans(task: DistrictingProblem, labels: Ints) -> Iterator[Ints]:
    """Plans around a good one: their districts spare the linear program its long way from nowhere."""
    state, rng = SearchState(task, labels), Random(0)  # noqa: S311 - a search, no secret
    yield labels
    for _ in range(WALK_PLANS):
        anneal_plan(
            state,
            rng,
            CoolingSchedule(
                steps=200, hot=WALK_TEMPERATURES[0], cold=WALK_TEMPERATURES[1], strict=1000.0
            ),
        )
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
        cut = inside[graph.edges[:, 0]] != inside[graph.edges[:, 1]]
        uneven = (float(graph.work[inside].sum()) / self.mean - 1) ** 2 if self.mean > 0 else 0.0
        return 0.5 * float(graph.costs[cut].sum()) + self.task.even * uneven

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
        graph, n, m = task.graph, task.graph.n, len(task.graph.edges)
        self.task, self.nodes, self.n = task, nodes, n
        rows = np.arange(m)
        one, two = graph.edges[:, 0], graph.edges[:, 1]
        ends = csr_array(
            (
                np.tile([1.0, -1.0], (m, 1)).T.ravel(),
                (np.tile(rows, 2), np.concatenate([one, two])),
            ),
            shape=(m, n),
        )
        cut = csr_array((np.ones(m), (rows, rows)), shape=(m, m))
        size = n + m + 1  # nodes, cut edges, unevenness
        self.cost = np.concatenate([np.zeros(n), 0.5 * graph.costs, [1.0]])
        self.limits = Bounds(np.zeros(size), np.concatenate([np.ones(n + m), [np.inf]]))
        wide = np.zeros((2, size))
        wide[0, :n], wide[1, :n] = graph.weights, 1.0
        self.constraints = [
            LinearConstraint(_stack_columns(ends, cut), 0, np.inf),
            LinearConstraint(_stack_columns(-ends, cut), 0, np.inf),
            LinearConstraint(
                csr_array(wide),
                [float(task.lower.min()) - EPS, 1],
                [float(task.upper.max()) + EPS, n],
            ),
        ]
        slope, level = compute_tangents(task)
        lines = np.zeros((len(slope), size))
        lines[:, :n], lines[:, -1] = -np.outer(slope, graph.work), 1.0
        self.constraints.append(LinearConstraint(csr_array(lines), level, np.inf))

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
        edges, loose = self.task.graph.edges, False
        for side, sign in ((inside, 1.0), (~inside, -1.0))[: 2 if self.task.k == 2 else 1]:
            piece = groups_of(self.n, edges[side[edges[:, 0]] & side[edges[:, 1]]])
            parts = sorted(
                (np.flatnonzero(piece == p) for p in np.unique(piece[side])),
                key=lambda nodes: -len(nodes),
            )
            for part in parts[1:]:
                one, two = np.isin(edges, part).T
                around = np.unique(np.concatenate([edges[one & ~two, 1], edges[two & ~one, 0]]))
                # two ends of a gap only together with something of the piece's surroundings
                row = np.zeros((1, len(self.cost)))
                row[0, [part[0], parts[0][0]]] = sign
                row[0, around] = -sign
                most = 1.0 if sign > 0 else 1.0 - 2 + len(around)
                self.constraints.append(LinearConstraint(csr_array(row), -np.inf, most))
                loose = True
        return loose

    def _milp(self, duals: Floats) -> Any:
        return solve_milp(
            self.cost - np.concatenate([duals, np.zeros(len(self.cost) - self.n)]),
            integrality=np.concatenate([np.ones(self.n), np.zeros(len(self.cost) - self.n)]),
            bounds=self.limits,
            constraints=self.constraints,
            options={"node_limit": self.nodes, "mip_rel_gap": 1e-4},
        )


def _stack_columns(ends: csr_array, cut: csr_array) -> csr_array:
    """[ends | cut | 0] in one matrix."""
    m = ends.shape[0]
    dense = np.hstack([ends.toarray(), cut.toarray(), np.zeros((m, 1))])
    return csr_array(dense)


def compute_tangents(task: DistrictingProblem) -> tuple[Floats, Floats]:
    """Slopes and levels of lines below even x (work / mean - 1) squared, touching it where a district may lie."""
    mean = float(task.graph.work.sum()) / task.k
    if not task.even or mean <= 0:
        return np.zeros(1), np.zeros(1)
    slope = 2 * task.even * (TANGENT_POINTS - 1)
    return slope / mean, task.even * (TANGENT_POINTS - 1) ** 2 - slope * TANGENT_POINTS
