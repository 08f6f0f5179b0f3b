"""Small graphs solved to proof by HiGHS: a yes-or-no variable for each node and district, contiguity added as it is missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint
from scipy.sparse import csr_array

from gridmerge.districting.solver.column_generation import compute_tangents
from gridmerge.districting.solver.graph import Floats, Ints, groups_of
from gridmerge.districting.solver.state import EPS, DistrictingProblem
from gridmerge.optimize.highs import solve_milp

# nodes x districts up to which every problem is handed to HiGHS: some tenths of a second
MAX_EXACT_SIZE = 48
# up to which it is asked whether a plan exists at all, when the search found none
MAX_FEASIBILITY_SIZE = 64
MAX_BRANCH_NODES, FEW_BRANCH_NODES = (
    5000,
    500,
)  # branch-and-bound nodes for each round: for small problems, for larger ones
# of adding the contiguity that the last answer lacked
CONTIGUITY_ROUNDS, FEW_CONTIGUITY_ROUNDS = 60, 12


@dataclass(frozen=True, kw_only=True)
class ExactSolution:
    """What HiGHS could say: the best labels (None: none found), whether they are proven best, whether none can exist."""

    labels: Ints | None = None
    best: bool = False
    impossible: bool = False


def solve_exactly(task: DistrictingProblem) -> ExactSolution:
    """Solve a small problem exactly; locks hold, pairs kept apart and prices of changes must be absent."""
    model = _MilpModel(task)
    small = task.graph.n * task.k <= MAX_EXACT_SIZE
    for _ in range(CONTIGUITY_ROUNDS if small else FEW_CONTIGUITY_ROUNDS):
        solved = solve_milp(
            model.cost,
            integrality=model.whole,
            bounds=model.bounds,
            constraints=model.constraints,
            options={"node_limit": MAX_BRANCH_NODES if small else FEW_BRANCH_NODES},
        )
        if solved.x is None:
            return ExactSolution(impossible=solved.status == 2)
        labels = np.asarray(
            solved.x[: model.assigned].reshape(task.graph.n, task.k).argmax(axis=1), dtype=np.int64
        )
        if not model.join(labels):
            return ExactSolution(labels=labels, best=solved.status == 0)
    return ExactSolution()


class _MilpModel:
    """Variables: node in district (n x k), edge cut (m), unevenness (k)."""

    def __init__(self, task: DistrictingProblem) -> None:
        graph, n, m, k = task.graph, task.graph.n, len(task.graph.edges), task.k
        self.task, self.assigned, self.size = task, n * k, n * k + m + k
        self.cost = np.concatenate([np.zeros(n * k), graph.costs, np.ones(k)])
        self.whole = np.concatenate([np.ones(n * k), np.zeros(m + k)])
        self.bounds = Bounds(
            self._lowest(), np.concatenate([np.ones(n * k + m), np.full(k, np.inf)])
        )
        self.constraints: list[LinearConstraint] = []
        self._cover()
        self._cuts()
        self._sizes()

    def _lowest(self) -> Floats:
        """Locked nodes are where they must be; where labels are interchangeable the heaviest node is in the first district."""
        task, lowest = self.task, np.zeros(self.size)
        locked = np.flatnonzero(task.locked >= 0)
        lowest[locked * task.k + task.locked[locked]] = 1
        alike = len(set(task.lower.tolist())) == 1 and len(set(task.upper.tolist())) == 1
        if not len(locked) and alike:
            lowest[int(task.graph.weights.argmax()) * task.k] = 1
        return lowest

    def _add(self, rows: np.ndarray, low: Floats | float, high: Floats | float) -> None:
        self.constraints.append(LinearConstraint(csr_array(rows), low, high))

    def _cover(self) -> None:
        n, k = self.task.graph.n, self.task.k
        each, filled = np.zeros((n, self.size)), np.zeros((k, self.size))
        for d in range(k):
            each[np.arange(n), np.arange(n) * k + d] = 1
            filled[d, np.arange(n) * k + d] = 1
        self._add(each, 1.0, 1.0)
        self._add(filled, 1.0, float(n))

    def _cuts(self) -> None:
        n, k, edges = self.task.graph.n, self.task.k, self.task.graph.edges
        m = len(edges)
        for d in range(k):
            for sign in (1, -1):
                rows = np.zeros((m, self.size))
                rows[np.arange(m), edges[:, 0] * k + d] = -sign
                rows[np.arange(m), edges[:, 1] * k + d] = sign
                rows[np.arange(m), n * k + np.arange(m)] = 1
                self._add(rows, 0.0, np.inf)

    def _sizes(self) -> None:
        task, n, k = self.task, self.task.graph.n, self.task.k
        slope, level = compute_tangents(task)
        for d in range(k):
            row = np.zeros((1, self.size))
            row[0, np.arange(n) * k + d] = task.graph.weights
            self._add(row, float(task.lower[d]) - EPS, float(task.upper[d]) + EPS)
            lines = np.zeros((len(slope), self.size))
            lines[:, np.arange(n) * k + d] = -np.outer(slope, task.graph.work)
            lines[:, -k + d] = 1
            self._add(lines, level, np.inf)

    def join(self, labels: Ints) -> bool:
        """Forbid the loose pieces of these districts: one may stay only with a node of its surroundings. False: none is loose."""
        graph, k = self.task.graph, self.task.k
        same = labels[graph.edges[:, 0]] == labels[graph.edges[:, 1]]
        piece = groups_of(graph.n, graph.edges[same])
        loose = False
        for d in range(k):
            parts = [np.flatnonzero(piece == p) for p in np.unique(piece[labels == d])]
            parts.sort(key=lambda nodes: (-len(nodes), nodes[0]))
            for part in parts[1:]:
                self._surround(part, parts[0])
                loose = True
        return loose

    def _surround(self, part: Ints, main: Ints) -> None:
        edges, k = self.task.graph.edges, self.task.k
        one, two = np.isin(edges, part).T
        around = np.unique(np.concatenate([edges[one & ~two, 1], edges[two & ~one, 0]]))
        rows = np.zeros((k, self.size))
        for d in range(k):
            rows[d, [int(part[0]) * k + d, int(main[0]) * k + d]] = 1
            rows[d, around * k + d] = -1
        self._add(rows, -np.inf, 1.0)
