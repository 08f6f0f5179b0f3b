"""Small graphs solved to proof by HiGHS: a yes-or-no variable for each node and district, contiguity added as it is missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint
from scipy.sparse import csr_array

from gridmerge.districting.solver.column_generation import compute_tangents
from gridmerge.districting.solver.graph import Floats, Ints, list_bordering_nodes
from gridmerge.districting.solver.state import EPS, DistrictingProblem
from gridmerge.optimize.highs import solve_milp

# nodes x districts up to which every problem is handed to HiGHS: some tenths of a second
MAX_EXACT_SIZE = 48
# up to which it is asked whether a plan exists at all, when the search found none
MAX_FEASIBILITY_SIZE = 64
# branch-and-bound nodes for each round: for small problems, for larger ones
MAX_BRANCH_NODES, FEW_BRANCH_NODES = 5000, 500
# rounds of adding the contiguity that the last answer lacked: for small problems, for larger ones
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
    nodes = MAX_BRANCH_NODES if small else FEW_BRANCH_NODES
    for _ in range(CONTIGUITY_ROUNDS if small else FEW_CONTIGUITY_ROUNDS):
        solved = solve_milp(
            model.cost,
            integrality=model.whole,
            bounds=model.bounds,
            constraints=model.constraints,
            options={"node_limit": nodes},
        )
        if solved.x is None:
            return ExactSolution(impossible=solved.status == 2)
        labels = model.read_labels(solved.x)
        if not model.join(labels):
            return ExactSolution(labels=labels, best=solved.status == 0)
    return ExactSolution()


class _MilpModel:
    """Variables: node in district (n x k), edge cut (m), unevenness (k)."""

    def __init__(self, task: DistrictingProblem) -> None:
        graph, k = task.graph, task.k
        n, m = graph.n, len(graph.edges)
        self.task = task
        self.assigned = n * k
        self.size = n * k + m + k
        self.cost = np.concatenate([np.zeros(n * k), graph.costs, np.ones(k)])
        self.whole = np.concatenate([np.ones(n * k), np.zeros(m + k)])
        highest = np.concatenate([np.ones(n * k + m), np.full(k, np.inf)])
        self.bounds = Bounds(self._lowest(), highest)
        self.constraints: list[LinearConstraint] = []
        self._cover()
        self._cuts()
        self._sizes()

    def read_labels(self, values: Floats) -> Ints:
        """The district of each node, from the values of all variables."""
        chosen = values[: self.assigned].reshape(self.task.graph.n, self.task.k)
        return np.asarray(chosen.argmax(axis=1), dtype=np.int64)

    def _lowest(self) -> Floats:
        """Locked nodes are where they must be; where labels are interchangeable the heaviest node is in the first district."""
        task, lowest = self.task, np.zeros(self.size)
        locked = np.flatnonzero(task.locked >= 0)
        lowest[locked * task.k + task.locked[locked]] = 1
        if not len(locked) and task.has_equal_limits:
            lowest[int(task.graph.weights.argmax()) * task.k] = 1
        return lowest

    def _in_district(self, d: int) -> Ints:
        """Places of the variables "node in district d"."""
        return np.arange(self.task.graph.n) * self.task.k + d

    def _add(self, rows: np.ndarray, low: Floats | float, high: Floats | float) -> None:
        self.constraints.append(LinearConstraint(csr_array(rows), low, high))

    def _cover(self) -> None:
        n, k = self.task.graph.n, self.task.k
        each = np.zeros((n, self.size))
        filled = np.zeros((k, self.size))
        for d in range(k):
            assigned = self._in_district(d)
            each[np.arange(n), assigned] = 1
            filled[d, assigned] = 1
        self._add(each, 1.0, 1.0)
        self._add(filled, 1.0, float(n))

    def _cuts(self) -> None:
        edges, k = self.task.graph.edges, self.task.k
        edge = np.arange(len(edges))
        cut = self.assigned + edge
        for d in range(k):
            first, second = (edges * k + d).T
            for sign in (1, -1):
                rows = np.zeros((len(edges), self.size))
                rows[edge, first] = -sign
                rows[edge, second] = sign
                rows[edge, cut] = 1
                self._add(rows, 0.0, np.inf)

    def _sizes(self) -> None:
        task, k = self.task, self.task.k
        slope, level = compute_tangents(task)
        tangents = -np.outer(slope, task.graph.work)
        for d in range(k):
            assigned = self._in_district(d)
            row = np.zeros((1, self.size))
            row[0, assigned] = task.graph.weights
            self._add(row, float(task.lower[d]) - EPS, float(task.upper[d]) + EPS)
            lines = np.zeros((len(slope), self.size))
            lines[:, assigned] = tangents
            lines[:, -k + d] = 1
            self._add(lines, level, np.inf)

    def join(self, labels: Ints) -> bool:
        """Forbid the loose pieces of these districts: one may stay only with a node of its surroundings. False: none is loose."""
        piece = self.task.graph.pieces(labels)
        loose = False
        for d in range(self.task.k):
            numbers = np.unique(piece[labels == d])
            parts = [np.flatnonzero(piece == number) for number in numbers]
            parts.sort(key=lambda nodes: (-len(nodes), nodes[0]))
            for part in parts[1:]:
                self._surround(part, parts[0])
                loose = True
        return loose

    def _surround(self, part: Ints, main: Ints) -> None:
        k = self.task.k
        ends = np.array([part[0], main[0]])
        around = list_bordering_nodes(self.task.graph.edges, part)
        rows = np.zeros((k, self.size))
        for d in range(k):
            rows[d, ends * k + d] = 1
            rows[d, around * k + d] = -1
        self._add(rows, -np.inf, 1.0)
