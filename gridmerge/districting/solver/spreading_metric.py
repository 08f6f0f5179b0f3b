"""A floor under the price of any plan of a large village, by a spreading metric: cheap, so that every village has one.

Call a border's length 1 where a plan cuts it and 0 elsewhere. Then of all the work around a face v, what lies nearer than 1 is in v's
own grid; so for every tree rooted at v and all its nodes S

    work of v's grid >= sum over u in S of work(u) x (1 - length of the tree's way from v to u).

Relaxing lengths to fractions gives a linear program (Even, Naor, Rao and Schieber's bound for balanced cuts): least cost of cut
borders plus unevenness. With t(v) the work of v's grid, unevenness is linear too, for the sum over grids of (work / mean)
squared is the sum over faces of work(v) x t(v) / mean squared; and the sum over faces of work(v) / t(v) counts the grids, which keeps all
t near the mean. Trees are added where the last answer breaks them, and the answer is a bound at every round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import dijkstra

from gridmerge.districting.solver.graph import Floats, Ints, sum_by_group
from gridmerge.districting.solver.state import EPS, DistrictingProblem

# share of the last answer in the point where broken trees are sought, the rest is a true plan: cuts go deeper there
INWARD_SHARE = 0.35
MIN_TREE_VIOLATION = 1e-4  # in mean grids: trees broken by less are not added
# added a round, those broken most: with one for each of some thousand nodes the program takes minutes for little
TREES_PER_ROUND = 400
# length added to every border, so that ways are unique and a face's parent is nearer than it
EXTRA_LENGTH = 1e-6


def bound_by_spreading(task: DistrictingProblem, labels: Ints, rounds: int) -> float:
    """Bound from below the price of every plan with as many districts.

    Parameters
    ----------
    task
        The problem. Locks, pairs kept apart and prices of changes are left out (they only add), limits count where the work that is to
        be even is what they limit, or where nothing is to be even.
    labels
        A plan: where the search for broken trees leans to.
    rounds
        Linear programs solved. Each takes some hundredths of a second for 200 nodes, some tenths for 800.

    Returns
    -------
    float
        The bound, at least 0.
    """
    program = _LinearProgram.of(task)
    if program is None or task.k < 2:
        return 0.0
    inside, best = program.point(labels), 0.0
    # before any answer: near the plan's lines
    lengths = 0.5 * inside[: program.m] + 0.15
    tried = np.concatenate([lengths, np.zeros(program.n)])
    for _ in range(rounds):
        if not program.add_trees(tried):
            inside = tried  # nothing is broken here: nearer to the truth than the plan was
        answer = program.solve()
        if answer is None:
            break
        best = max(best, program.value)
        tried = INWARD_SHARE * answer + (1 - INWARD_SHARE) * inside
    return best


@dataclass
class _LinearProgram:
    """The linear program: lengths of m borders, then for each of n nodes the mass of its district, in mean districts."""

    task: DistrictingProblem
    mass: Floats  # (n,) in mean districts: what is to be even, or what the limits count
    lowest: Floats
    highest: Floats
    rows: list[csr_array] = field(default_factory=list)
    least: list[Floats] = field(default_factory=list)
    fresh: int = 0
    value: float = 0.0

    @classmethod
    def of(cls, task: DistrictingProblem) -> _LinearProgram | None:
        """The program of a task without trees; None where borders may be paid for or nothing weighs anything."""
        graph = task.graph
        given = graph.work if task.even else graph.weights
        total = float(given.sum())
        if total <= 0 or (graph.costs < 0).any():
            return None
        mass = given * task.k / total
        low, high = 0.0, np.inf
        if np.allclose(given * graph.weights.sum(), graph.weights * total):
            low = float(task.lower.min() / task.unit)
            high = float(task.upper.max() / task.unit)
        lowest = np.maximum(mass, low)
        highest = np.maximum(lowest, min(high, float(task.k)))
        program = cls(task=task, mass=mass, lowest=lowest, highest=highest)
        program.add_count(np.ones(graph.n))
        return program

    @property
    def n(self) -> int:
        """Number of nodes."""
        return self.task.graph.n

    @property
    def m(self) -> int:
        """Number of borders."""
        return len(self.task.graph.edges)

    def point(self, labels: Ints) -> Floats:
        """A plan as a point of the program."""
        first, second = labels[self.task.graph.edges].T
        cut = (first != second).astype(np.float64)
        size = sum_by_group(labels, self.mass, self.task.k)
        return np.concatenate([cut, size[labels]])

    def add_count(self, at: Floats) -> None:
        """The number of districts, as a straight line below the curve sum of mass / t, touching it `at`."""
        row = np.concatenate([np.zeros(self.m), self.mass / at**2])
        self.rows.append(csr_array(row[None, :]))
        districts = float((self.mass / at).sum())
        least = 2 * districts - self.task.k
        self.least.append(np.array([least]))

    def add_trees(self, point: Floats) -> bool:
        """The tree of shortest ways of every node where `point` breaks it; whether there was one."""
        near, before, sources = self._ways(point[: self.m])
        cone = (np.maximum(0.0, 1 - near) * self.mass).sum(axis=1)
        short = cone - point[self.m + sources]
        worst = np.sort(np.argsort(-short, kind="stable")[:TREES_PER_ROUND])
        broken = worst[short[worst] > MIN_TREE_VIOLATION]
        self.fresh = len(broken)
        if not self.fresh:
            return False
        entries: list[tuple[int, int, float]] = []
        least: list[float] = []
        for i in broken.tolist():
            row = len(least)
            for border, mass in self._tree_masses(near[i], before[i]):
                entries.append((row, border, mass))
            entries.append((row, self.m + int(sources[i]), 1.0))
            least.append(float(self.mass[near[i] < 1].sum()))
        rows, columns, values = zip(*entries, strict=True)
        shape = (len(least), self.m + self.n)
        self.rows.append(csr_array((values, (rows, columns)), shape=shape))
        self.least.append(np.array(least))
        return True

    def _tree_masses(self, near: Floats, before: Ints) -> Iterator[tuple[int, float]]:
        """The borders of one tree of shortest ways, each with the mass that lies behind it."""
        nodes = np.flatnonzero(near < 1)
        from_the_leaves = nodes[np.argsort(-near[nodes], kind="stable")]
        behind = self.mass.copy()  # becomes the mass of each node's branch
        for node in from_the_leaves.tolist():
            parent = int(before[node])
            if parent >= 0:
                yield self.border_number[min(node, parent), max(node, parent)], float(behind[node])
                behind[parent] += behind[node]

    @cached_property
    def border_number(self) -> dict[tuple[int, int], int]:
        """Number of the border between two nodes, the smaller first."""
        edges = self.task.graph.edges.tolist()
        return {(first, second): number for number, (first, second) in enumerate(edges)}

    def _ways(self, length: Floats) -> tuple[Floats, Ints, Ints]:
        """Distances below 1 from every node with mass, the node before each on the way, and those nodes."""
        u, v = self.task.graph.edges.T
        both = np.concatenate([u, v]), np.concatenate([v, u])
        matrix = csr_array((np.tile(length, 2) + EXTRA_LENGTH, both), shape=(self.n, self.n))
        sources = np.flatnonzero(self.mass > 0)
        near, before = dijkstra(matrix, indices=sources, return_predecessors=True, limit=1.0)
        return near, before, sources

    def solve(self) -> Floats | None:
        """The best point; rows it does not touch are dropped, but for the newest."""
        task = self.task
        matrix = vstack(self.rows).tocsr()
        least = np.concatenate(self.least)
        lowest = np.concatenate([np.zeros(self.m), self.lowest])
        highest = np.concatenate([np.ones(self.m), self.highest])
        solved = linprog(
            np.concatenate([task.graph.costs, task.even * self.mass]),
            A_ub=-matrix,
            b_ub=-least,
            bounds=np.column_stack([lowest, highest]),
            method="highs",
        )
        if solved.x is None:
            return None
        self.value = float(solved.fun) - task.even * task.k
        touched = matrix @ solved.x - least < EPS
        touched[len(least) - self.fresh :] = True
        self.rows = [matrix[np.flatnonzero(touched)]]
        self.least = [least[touched]]
        floor = self.lowest.clip(min=MIN_TREE_VIOLATION)
        self.add_count(np.maximum(solved.x[self.m :], floor))
        return np.asarray(solved.x, dtype=np.float64)
