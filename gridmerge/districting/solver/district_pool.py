"""The districts a search has met, and the best plan that can be put together from them.

Annealing finds good districts long before it finds good plans: one plan has the right west, another the right east. Choosing
among all districts met is a set-partitioning problem, small enough for HiGHS.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint
from scipy.sparse import csc_array

from gridmerge.districting.solver.graph import Floats, Ints
from gridmerge.districting.solver.state import DistrictingProblem, SearchState
from gridmerge.optimize.highs import solve_milp

# nodes; beyond, keeping districts costs more than it brings, and `multilevel` searches
MAX_POOL_NODES = 200
MOVES_PER_DISTRICT = 2000  # of the search's budget for each district chosen among: HiGHS shall take less time than the search itself
MAX_DISTRICTS = 1200  # and no more than these: HiGHS needs about a second for so many
MAX_BRANCH_NODES = 300  # branch-and-bound nodes, not seconds: two PCs must agree


class DistrictPool:
    """Districts within the limits, each with the price of the best plan it was part of."""

    def __init__(self, task: DistrictingProblem, budget: int) -> None:
        self.task = task
        self.room = min(MAX_DISTRICTS, budget // MOVES_PER_DISTRICT)
        self.met: dict[int, float] = {}

    @staticmethod
    def suits(task: DistrictingProblem) -> bool:
        """Whether districts are interchangeable: one pair of limits, nothing that ties a node to a label."""
        free = task.pull is None and not task.apart and not (task.locked >= 0).any()
        small = task.k > 2 and task.graph.n <= MAX_POOL_NODES
        return free and small and task.has_equal_limits

    def take(self, state: SearchState, districts: Iterable[int], price: float) -> None:
        """Remember those of these districts that are within the limits."""
        met, masks = self.met, state.masks
        for d in districts:
            if state.lo[d] <= state.size[d] <= state.hi[d] and price < met.get(masks[d], inf):
                met[masks[d]] = price

    def note(self, mask: int, price: float) -> None:
        """Remember a district within the limits, met in a plan of this price."""
        if price < self.met.get(mask, inf):
            self.met[mask] = price

    def tidy(self) -> None:
        """Forget the worst when there are too many."""
        if len(self.met) > 4 * self.room:
            self.met = dict(self._best())

    def _best(self) -> list[tuple[int, float]]:
        return sorted(self.met.items(), key=lambda item: (item[1], item[0]))[: self.room]

    def assembled(self) -> Ints | None:
        """Labels of the best plan that the districts met can be put together to, or None when they make none."""
        masks = [mask for mask, _ in self._best()]
        if len(masks) < self.task.k:
            return None
        n = self.task.graph.n
        inside = np.array([[mask >> v & 1 for mask in masks] for v in range(n)], dtype=bool)
        rows = np.vstack([inside, np.ones(len(masks), dtype=bool)]).astype(np.float64)
        demand = np.append(np.ones(n), float(self.task.k))
        solved = solve_milp(
            self._prices(inside),
            integrality=np.ones(len(masks)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(csc_array(rows), demand, demand),
            options={"node_limit": MAX_BRANCH_NODES},
        )
        if solved.x is None:
            return None
        chosen = np.flatnonzero(solved.x > 0.5)
        return np.asarray(inside[:, chosen].argmax(axis=1), dtype=np.int64)

    def _prices(self, inside: NDArray[np.bool_]) -> Floats:
        """Price of each district (a column of `inside`): half its boundary, and its unevenness."""
        task, graph = self.task, self.task.graph
        cut = inside[graph.edges[:, 0]] != inside[graph.edges[:, 1]]
        price = 0.5 * graph.costs @ cut
        mean = float(graph.work.sum()) / task.k
        if task.even and mean > 0:
            share = graph.work @ inside / mean
            price = price + task.even * (share - 1) ** 2
        return np.asarray(price, dtype=np.float64)
