"""One cluster of a village, connected faces to divide: how many grids, from which start, at what price of changes."""

from __future__ import annotations

import zlib
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
    nodes, sizes = cluster.nodes, village.sizes
    place = np.full(len(village.face_id), -1, dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    inner = (place[village.edges] >= 0).all(axis=1)
    graph = make_graph(
        village.size[nodes], place[village.edges[inner]], village.costs[inner], village.work[nodes]
    )
    wishes = _solve_options(village, graph, place, cluster)
    group = groups_of(graph.n, wishes.together)
    glued = contract_groups(graph, group)
    lower, upper = float(sizes.min or 0.0), float(sizes.max or np.inf)
    before, holds = _glued_labels(village.old[nodes], glued, group), True
    if before is not None and wishes.locks is not None:
        before, holds = _match_locks(before, _group_locks(wishes.locks, group), glued.weights)
    if cluster.number is not None:
        k = cluster.number
    elif before is not None and holds and _within_limits(glued, before, lower, upper):
        k = int(before.max()) + 1  # a number that still works is not touched
    else:
        k = choose_grid_count(glued.weights, float(sizes.target or 1.0), lower, upper, glued.n)
    attempt = _ComponentProblem(
        village=village,
        cluster=cluster,
        graph=graph,
        group=group,
        wishes=wishes,
        before=before,
        holds=holds,
    )
    attempted = attempt.best_number(k)
    solution = attempted.solution
    case = ComponentCase(
        graph=graph,
        labels=solution.labels,
        group=group,
        locked=np.full(graph.n, -1, dtype=np.int64)
        if wishes.locks is None
        else np.asarray(wishes.locks),
        lower=lower,
        upper=upper,
        given=cluster.number is not None,
        alone=cluster.alone,
        impossible=solution.impossible,
    )
    return attempted, case


@dataclass(frozen=True, kw_only=True)
class _ComponentProblem:
    """A cluster ready to be divided into any number of grids; `holds`: the earlier plan breaks no lock of a face."""

    village: Village
    cluster: VillageComponent
    graph: Graph
    group: Ints
    wishes: SolveOptions
    before: Ints | None
    holds: bool

    def best_number(self, k: int) -> DividedComponent:
        """Divide into k; where that breaks the limits and nobody insists on k, into the number near it that breaks them least."""
        most = int(self.group.max()) + 1
        least = 2 if self.wishes.apart else 1
        least = (
            least if self.wishes.locks is None else max(least, int(np.max(self.wishes.locks)) + 1)
        )
        best = self._divide(min(max(k, least), most), least)
        if self.cluster.number is not None:
            return best
        # what single faces weigh above the limit no number of grids takes away
        heavy = sum_by_group(self.group, self.graph.weights, most) - float(
            self.village.sizes.max or np.inf
        )
        floor = float(np.maximum(heavy, 0.0).sum())
        for step in (1, -1):
            while not best.solution.feasible and self._broken(best.solution) > floor + SIZE_SLACK:
                k = int(best.solution.labels.max()) + 1 + step
                other = self._divide(k, least) if least <= k <= most else best
                if self._broken(other.solution) >= self._broken(best.solution) - SIZE_SLACK:
                    break
                best = other
        return best

    def _broken(self, solution: DistrictingSolution) -> float:
        """Size outside the limits, in the sizing unit: comparable between numbers of grids."""
        sizes, k = self.village.sizes, int(solution.labels.max()) + 1
        size = sum_by_group(solution.labels, self.graph.weights, k)
        over = np.maximum(size - float(sizes.max or np.inf), float(sizes.min or 0.0) - size)
        return float(np.maximum(over, 0.0).sum())

    def _divide(self, k: int, least: int) -> DividedComponent:
        """Divide into k grids, or as many fewer as locks leave room for."""
        sizes, graph, nodes = self.village.sizes, self.graph, self.cluster.nodes
        lower, upper = float(sizes.min or 0.0), float(sizes.max or np.inf)
        wishes, budget = self.wishes, count_moves(sizes.effort, len(nodes))
        glued = contract_groups(graph, self.group)
        home = None if self.before is None else self.before[self.group]
        if (
            self.before is not None
            and self.holds
            and (wishes.locks is None or int(self.before.max()) + 1 == k)
        ):
            start = _start_labels(glued, self.before, (k, lower, upper))
            home = start[self.group]
            wishes = replace(wishes, start=home)
            if _within_limits(glued, self.before, lower, upper) and int(self.before.max()) + 1 == k:
                budget = 0  # nothing asks for a change
        if home is not None:
            wishes = replace(
                wishes, pull=compute_change_prices(graph, k, home, float(sizes.steady))
            )
        try:
            solution = solve_districting(
                graph.weights,
                graph.edges,
                graph.costs,
                k=k,
                limits=(lower, upper),
                wishes=wishes,
                seed=zlib.crc32(self.village.code.encode()) + int(nodes[0]),
                budget=budget,
                proof=sizes.proof,
            )
        except LockError as error:
            if k > least:
                return self._divide(k - 1, least)
            raise PlanError(
                f"{self.village.name} 的锁定互相矛盾：锁定到同一网格的最小面之间没有相连的通路；请修改 locks.csv。",
                f"The locks of {self.village.name} contradict each other: faces locked to one grid cannot be joined without "
                "crossing another; change locks.csv.",
            ) from error
        return DividedComponent(solution=solution, home=home)


def count_moves(effort: float, faces: int) -> int:
    """Moves tried for so many faces: `effort` each up to `MANY_FACES`, beyond only as the square root of their number."""
    return int(effort * faces * min(1.0, (MANY_FACES / faces) ** 0.5))


def _solve_options(
    village: Village, graph: Graph, place: Ints, cluster: VillageComponent
) -> SolveOptions:
    """Locks and pairs of the cluster, in its own numbers; faces to keep together that do not touch are locked to one grid."""
    names = sorted({name for face, name in village.tags.items() if place[face] >= 0})
    locks = np.full(graph.n, -1, dtype=np.int64)
    for face, name in village.tags.items():
        if place[face] >= 0:
            locks[place[face]] = names.index(name)
    pairs = [(int(place[a]), int(place[b])) for a, b in (*village.together, *cluster.links)]
    apart = [(int(place[a]), int(place[b])) for a, b in village.apart]
    return SolveOptions(
        work=graph.work,
        even=float(village.sizes.even),
        together=[pair for pair in pairs if min(pair) >= 0],
        apart=[pair for pair in apart if min(pair) >= 0],
        locks=locks if names else None,
    )


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
    names, count = int(locks.max()) + 1, int(before.max()) + 1
    held = np.zeros((names, count))
    tied = locks >= 0
    np.add.at(held, (locks[tied], before[tied]), 1.0)
    holds = bool(((held > 0).sum(axis=1) == 1).all() and ((held > 0).sum(axis=0) <= 1).all())
    rows, columns = linear_sum_assignment(held, maximize=True)
    number = np.full(count, -1, dtype=np.int64)
    for name, district in zip(rows.tolist(), columns.tolist(), strict=True):
        if held[name, district] > 0:
            number[district] = name
    rest = np.flatnonzero(number < 0)
    rest = rest[np.argsort(-sum_by_group(before, weights, count)[rest], kind="stable")]
    number[rest] = names + np.arange(len(rest))
    return number[before], holds


def _within_limits(graph: Graph, labels: Ints | None, lower: float, upper: float) -> bool:
    if labels is None:
        return False
    size = sum_by_group(labels, graph.weights, int(labels.max()) + 1)
    return bool((size >= lower - SIZE_SLACK).all() and (size <= upper + SIZE_SLACK).all())


def _start_labels(glued: Graph, before: Ints, terms: tuple[int, float, float]) -> Ints:
    """The earlier plan in k districts, on the glued faces."""
    k, lower, upper = terms
    return fit_district_count(
        DistrictingProblem(graph=glued, k=k, lower=np.full(k, lower), upper=np.full(k, upper)),
        before,
    )
