"""One cluster of a village, connected faces to divide: how many grids, from which start, at what price of changes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from gridmerge.districting.constraints.apportionment import choose_grid_count
from gridmerge.districting.constraints.previous_plan import (
    compute_change_prices,
    fit_district_count,
    label_previous_plan,
)
from gridmerge.districting.diagnosis import SIZE_SLACK, ComponentCase
from gridmerge.districting.solver.graph import (
    Floats,
    Graph,
    Ints,
    contract_groups,
    groups_of,
    make_graph,
    sum_by_group,
)
from gridmerge.districting.solver.region_growing import LockError
from gridmerge.districting.solver.search import DistrictingSolution, SolveOptions, solve_districting
from gridmerge.districting.solver.state import DistrictingProblem
from gridmerge.districting.village import Texts, Village
from gridmerge.errors import PlanError

MANY_FACES = 150  # faces beyond which each gets fewer moves: four times as many take twice as long


@dataclass(frozen=True, kw_only=True)
class VillageComponent:
    """Faces of a village to divide: connected but for `links`, pairs that hold together what does not touch.

    `number` of grids when people gave it; `alone` when the cluster is all the village has to divide.
    """

    nodes: Ints
    links: tuple[tuple[int, int], ...] = ()
    number: int | None = None
    alone: bool = True


@dataclass(frozen=True, kw_only=True)
class DividedComponent:
    """A cluster divided, and the label each face had before the solver changed the earlier plan; None where none was laid."""

    solution: DistrictingSolution
    home: Ints | None = None


def solve_component(
    village: Village, cluster: VillageComponent
) -> tuple[DividedComponent, ComponentCase]:
    """Divide one cluster; with an earlier plan, change no more than the limits and the number of grids ask."""
    problem = _prepare_problem(village, cluster)
    divided = problem.best_number(problem.choose_number())
    return divided, problem.describe_case(divided.solution)


def _prepare_problem(village: Village, cluster: VillageComponent) -> _ComponentProblem:
    """The cluster as a graph, with its locks and the earlier plan in its own numbers."""
    nodes = cluster.nodes
    place = np.full(len(village.face_id), -1, dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    graph = _component_graph(village, nodes, place)
    wishes = _solve_options(village, graph, place, cluster)
    group = groups_of(graph.n, wishes.together)
    glued = contract_groups(graph, group)
    before = _glued_labels(village.old[nodes], glued, group)
    holds = True
    if before is not None and wishes.locks is not None:
        locks = _group_locks(wishes.locks, group)
        before, holds = _match_locks(before, locks, glued.weights)
    return _ComponentProblem(
        village=village,
        cluster=cluster,
        graph=graph,
        group=group,
        glued=glued,
        wishes=wishes,
        before=before,
        holds=holds,
    )


def _component_graph(village: Village, nodes: Ints, place: Ints) -> Graph:
    """The faces `nodes` and the borders between them; `place`: number of each face of the village in the graph, or -1."""
    ends = place[village.edges]
    inner = (ends >= 0).all(axis=1)
    size = village.size[nodes]
    work = village.work[nodes]
    return make_graph(size, ends[inner], village.costs[inner], work)


@dataclass(frozen=True, kw_only=True)
class _ComponentProblem:
    """A cluster ready to be divided into any number of grids.

    `glued`: the graph with faces that stay together as one node; `before`: the earlier plan's labels of its nodes; `holds`: the
    earlier plan breaks no lock of a face.
    """

    village: Village
    cluster: VillageComponent
    graph: Graph
    group: Ints
    glued: Graph
    wishes: SolveOptions
    before: Ints | None
    holds: bool

    @property
    def lower(self) -> float:
        """Least size of a grid."""
        return float(self.village.sizes.min or 0.0)

    @property
    def upper(self) -> float:
        """Largest size of a grid."""
        return float(self.village.sizes.max or np.inf)

    @property
    def previous_count(self) -> int:
        """Grids of the earlier plan; 0 without one."""
        return 0 if self.before is None else int(self.before.max()) + 1

    def choose_number(self) -> int:
        """How many grids to try first: as given, else as before where that still works, else by the target."""
        if self.cluster.number is not None:
            return self.cluster.number
        if self.holds and self._previous_fits():
            return self.previous_count  # a number that still works is not touched
        target = float(self.village.sizes.target or 1.0)
        weights = self.glued.weights
        return choose_grid_count(weights, target, self.lower, self.upper, self.glued.n)

    def describe_case(self, solution: DistrictingSolution) -> ComponentCase:
        """The cluster as it was divided, for the diagnosis."""
        locked = np.full(self.graph.n, -1, dtype=np.int64)
        if self.wishes.locks is not None:
            locked = np.asarray(self.wishes.locks)
        return ComponentCase(
            graph=self.graph,
            labels=solution.labels,
            group=self.group,
            locked=locked,
            lower=self.lower,
            upper=self.upper,
            given=self.cluster.number is not None,
            alone=self.cluster.alone,
            impossible=solution.impossible,
        )

    def best_number(self, k: int) -> DividedComponent:
        """Divide into k; where that breaks the limits and nobody insists on k, into the number near it that breaks them least."""
        least, most = self._least_number(), self.glued.n
        best = self._divide(min(max(k, least), most), least)
        if self.cluster.number is not None:
            return best
        floor = self._unavoidable_excess() + SIZE_SLACK
        for step in (1, -1):
            while not best.solution.feasible and self._broken(best.solution) > floor:
                k = int(best.solution.labels.max()) + 1 + step
                if not least <= k <= most:
                    break
                other = self._divide(k, least)
                if self._broken(other.solution) >= self._broken(best.solution) - SIZE_SLACK:
                    break
                best = other
        return best

    def _least_number(self) -> int:
        """Fewest grids that locks and pairs kept apart leave room for."""
        least = 2 if self.wishes.apart else 1
        if self.wishes.locks is None:
            return least
        return max(least, int(np.max(self.wishes.locks)) + 1)

    def _unavoidable_excess(self) -> float:
        """What single faces weigh above the limit: no number of grids takes it away."""
        excess = self.glued.weights - self.upper
        return float(np.maximum(excess, 0.0).sum())

    def _broken(self, solution: DistrictingSolution) -> float:
        """Size outside the limits, in the sizing unit: comparable between numbers of grids."""
        k = int(solution.labels.max()) + 1
        size = sum_by_group(solution.labels, self.graph.weights, k)
        outside = np.maximum(size - self.upper, self.lower - size)
        return float(np.maximum(outside, 0.0).sum())

    def _previous_fits(self) -> bool:
        """Whether the earlier plan keeps the limits."""
        return _within_limits(self.glued, self.before, self.lower, self.upper)

    def _divide(self, k: int, least: int) -> DividedComponent:
        """Divide into k grids, or as many fewer as locks leave room for."""
        graph, sizes = self.graph, self.village.sizes
        first = int(self.cluster.nodes[0])
        home = self._home_for(k)
        wishes, budget = self._wishes_for(k, home)
        try:
            solution = solve_districting(
                graph.weights,
                graph.edges,
                graph.costs,
                k=k,
                limits=(self.lower, self.upper),
                wishes=wishes,
                seed=zlib.crc32(self.village.code.encode()) + first,
                budget=budget,
                proof=sizes.proof,
            )
        except LockError as error:
            if k > least:
                return self._divide(k - 1, least)
            raise _make_contradiction_error(self.village.name) from error
        return DividedComponent(solution=solution, home=home)

    def _starts_from_previous(self, k: int) -> bool:
        """Whether the search into k grids begins at the earlier plan."""
        if self.before is None or not self.holds:
            return False
        return self.wishes.locks is None or self.previous_count == k

    def _home_for(self, k: int) -> Ints | None:
        """Label each face has before the solver changes the earlier plan; None without one."""
        if self.before is None:
            return None
        labels = self.before
        if self._starts_from_previous(k):
            labels = _start_labels(self.glued, labels, (k, self.lower, self.upper))
        return labels[self.group]

    def _wishes_for(self, k: int, home: Ints | None) -> tuple[SolveOptions, int]:
        """The wishes with the earlier plan as k grids, where there is one, and the moves to spend."""
        sizes = self.village.sizes
        budget = count_moves(sizes.effort, len(self.cluster.nodes))
        if home is None:
            return self.wishes, budget
        pull = compute_change_prices(self.graph, k, home, float(sizes.steady))
        wishes = replace(self.wishes, pull=pull)
        if self._starts_from_previous(k):
            wishes = replace(wishes, start=home)
            if self.previous_count == k and self._previous_fits():
                budget = 0  # nothing asks for a change
        return wishes, budget


def _make_contradiction_error(village: str) -> PlanError:
    return PlanError(
        f"{village} 的锁定互相矛盾：锁定到同一网格的最小面之间没有相连的通路；请修改 locks.csv。",
        f"The locks of {village} contradict each other: faces locked to one grid cannot be joined without "
        "crossing another; change locks.csv.",
    )


def count_moves(effort: float, faces: int) -> int:
    """Moves tried for so many faces: `effort` each up to `MANY_FACES`, beyond only as the square root of their number."""
    return int(effort * faces * min(1.0, (MANY_FACES / faces) ** 0.5))


def _solve_options(
    village: Village, graph: Graph, place: Ints, cluster: VillageComponent
) -> SolveOptions:
    """Locks and pairs of the cluster, in its own numbers; faces to keep together that do not touch are locked to one grid."""
    inside = {face: name for face, name in village.tags.items() if place[face] >= 0}
    names = sorted(set(inside.values()))
    locks = np.full(graph.n, -1, dtype=np.int64)
    for face, name in inside.items():
        locks[place[face]] = names.index(name)
    return SolveOptions(
        work=graph.work,
        even=float(village.sizes.even),
        together=_renumber_pairs((*village.together, *cluster.links), place),
        apart=_renumber_pairs(village.apart, place),
        locks=locks if names else None,
    )


def _renumber_pairs(pairs: Iterable[tuple[int, int]], place: Ints) -> list[tuple[int, int]]:
    """Pairs of faces in the cluster's numbers; those not wholly in it are left out."""
    renumbered = [(int(place[a]), int(place[b])) for a, b in pairs]
    return [pair for pair in renumbered if min(pair) >= 0]


def _glued_labels(old: Texts, glued: Graph, group: Ints) -> Ints | None:
    """Labels of the earlier plan on the glued faces, or None where there was none."""
    if not (old != "").any():
        return None
    codes = np.full(glued.n, "", dtype=object)
    codes[group[::-1]] = old[::-1]  # a group goes where its first face was
    return label_previous_plan(glued, codes)


def _group_locks(locks: Ints, group: Ints) -> Ints:
    """Locks of faces as locks of the glued faces."""
    out = np.full(int(group.max()) + 1, -1, dtype=np.int64)
    out[group[locks >= 0]] = locks[locks >= 0]
    return out


def _match_locks(before: Ints, locks: Ints, weights: Floats) -> tuple[Ints, bool]:
    """Labels of the earlier plan, numbered as the locks number them, and whether it obeys them all.

    Where it does not, a name takes the earlier district that holds most of its faces, one name a district; the plan is then formed
    anew, at the price of each change. Districts without a name follow, the heaviest first: the last may have no room.
    """
    names = int(locks.max()) + 1
    count = int(before.max()) + 1
    held = np.zeros((names, count))
    tied = locks >= 0
    np.add.at(held, (locks[tied], before[tied]), 1.0)
    districts_of_name = (held > 0).sum(axis=1)
    names_of_district = (held > 0).sum(axis=0)
    holds = (districts_of_name == 1).all() and (names_of_district <= 1).all()
    number = np.full(count, -1, dtype=np.int64)
    rows, columns = linear_sum_assignment(held, maximize=True)
    for name, district in zip(rows.tolist(), columns.tolist(), strict=True):
        if held[name, district] > 0:
            number[district] = name
    rest = np.flatnonzero(number < 0)
    weight = sum_by_group(before, weights, count)[rest]
    rest = rest[np.argsort(-weight, kind="stable")]
    number[rest] = names + np.arange(len(rest))
    return number[before], bool(holds)


def _within_limits(graph: Graph, labels: Ints | None, lower: float, upper: float) -> bool:
    if labels is None:
        return False
    size = sum_by_group(labels, graph.weights, int(labels.max()) + 1)
    return bool(size.min() >= lower - SIZE_SLACK and size.max() <= upper + SIZE_SLACK)


def _start_labels(glued: Graph, before: Ints, terms: tuple[int, float, float]) -> Ints:
    """The earlier plan in k districts, on the glued faces."""
    k, lower, upper = terms
    lowest = np.full(k, lower)
    highest = np.full(k, upper)
    problem = DistrictingProblem(graph=glued, k=k, lower=lowest, upper=highest)
    return fit_district_count(problem, before)
