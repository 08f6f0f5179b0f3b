"""One village: which faces make which grid. A plain picklable function, so that villages can go to many processes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from gridmerge.config import Grids
from gridmerge.errors import PlanError
from gridmerge.findings import Finding, found
from gridmerge.partition.count import apportion, how_many
from gridmerge.partition.earlier import changes, fitted, leaving_prices, taken_over
from gridmerge.partition.fixed import check_obeyed, kept_of, locked_out_of_range, zones_of
from gridmerge.partition.graph import Floats, Graph, Ints, contract, groups_of, make_graph, sums
from gridmerge.partition.growth import LockError
from gridmerge.partition.reasons import SLACK, Case, Reason, reasons
from gridmerge.partition.solver import Solution, Wishes, solve
from gridmerge.partition.state import Task
from gridmerge.text import Text

Texts = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True)
class Village:
    """What there is to divide. Arrays of n faces are ordered by content, so that the order of the input cannot matter.

    Attributes
    ----------
    code, name
        Of the village.
    face_id, zone, geometry
        (n,) of each face; zone is "" outside exclusive zones.
    size, work
        (n,) in the sizing unit; combined workload.
    part
        (n,) which declared piece of the village the face lies in.
    edges, costs, lengths, agreement
        (m, 2), (m,): borders of positive length, their price, metres, and share of departments with a line there.
    sizes
        The limits.
    old
        (n,) code of the earlier grid each face lay in, or "".
    frozen, kept
        The whole village, or these grids of it, stay as they were.
    tags
        Face -> name of the grid it is locked to.
    together, apart
        Pairs of faces.
    number
        How many comprehensive grids, when people gave it.
    against
        A face, and a lock that the earlier plan breaks.
    """

    code: str
    name: str
    face_id: Texts
    zone: Texts
    geometry: Texts
    size: Floats
    work: Floats
    part: Ints
    edges: Ints
    costs: Floats
    lengths: Floats
    agreement: Floats
    sizes: Grids
    old: Texts
    frozen: bool = False
    kept: frozenset[str] = frozenset()
    tags: dict[int, str] = field(default_factory=dict)
    together: tuple[tuple[int, int], ...] = ()
    apart: tuple[tuple[int, int], ...] = ()
    number: int | None = None
    against: tuple[tuple[int, Text], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Divided:
    """A village divided: `labels` (n,) numbers grids from 0, `exclusive` (grids,) says which are zones.

    `reasons` say why grids are out of range; their grid and face count like `labels` and the faces of the village. `home` (n,) is the
    grid each face is in when the earlier plan changes nowhere, -1 where it has none; `leaving` (n,) what it costs to be in another.
    """

    labels: Ints
    exclusive: NDArray[np.bool_]
    figures: dict[str, object]
    findings: tuple[Finding, ...]
    reasons: tuple[Reason, ...]
    home: Ints
    leaving: Floats


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Faces of a village to divide: connected but for `links`, pairs that hold together what does not touch.

    `number` of grids when people gave it; `alone` when the cluster is all the village has to divide.
    """

    nodes: Ints
    links: tuple[tuple[int, int], ...] = ()
    number: int | None = None
    alone: bool = True


MANY = 150  # faces beyond which each gets fewer moves: four times as many take twice as long


def divide(village: Village) -> Divided:
    """Divide one village: each exclusive zone is a grid of its own, so is each locked grid; the solver divides the rest."""
    labels = np.full(len(village.face_id), -1, dtype=np.int64)
    findings: list[Finding] = []
    zoned, kept = zones_of(village), kept_of(village)
    for number, nodes in enumerate([*zoned, *kept]):
        labels[nodes] = number
    zones, grids = len(zoned), len(zoned) + len(kept)
    home, leaving = np.full(len(labels), -1, dtype=np.int64), np.zeros(len(labels))
    solutions: list[Solution] = []
    locked_out = [r for number, nodes in enumerate(kept, zones) for r in locked_out_of_range(village, number, nodes)]
    told = list(locked_out)
    for cluster in _numbered(village, _clusters(village, np.flatnonzero(labels < 0), findings), len(kept)):
        attempted, case = solve_cluster(village, cluster)
        solution = attempted.solution
        labels[cluster.nodes] = grids + solution.labels
        if attempted.home is not None:
            home[cluster.nodes] = np.where(attempted.home <= solution.labels.max(), grids + attempted.home, -1)
            leaving[cluster.nodes] = leaving_prices(case.graph, float(village.sizes.steady))
        told += [
            replace(r, grid=grids + r.grid, face=int(cluster.nodes[r.face]) if r.face >= 0 else -1)
            for r in reasons(case)
        ]
        grids += int(solution.labels.max()) + 1
        solutions.append(solution)
    check_obeyed(village, labels)
    if village.number not in (None, grids - zones):
        findings.append(_other_number(village, grids - zones))
    return Divided(
        labels=labels,
        exclusive=np.arange(grids) < zones,
        figures=_figures(village, solutions, zones, grids, not locked_out),
        findings=tuple(findings),
        reasons=tuple(told),
        home=home,
        leaving=leaving,
    )


def _other_number(village: Village, made: int) -> Finding:
    """Why a village has another number of grids than people gave it."""
    wanted, free = int(village.number or 0), int((village.zone == "").sum())
    fewer = Text(
        f"该村只有 {free} 个可划分的图斑，锁定和须同格的图斑又占去一部分",
        f"there are {free} faces to divide, less those locked or kept together",
    )
    more = Text(
        "锁定的网格、互不相连的土地和锁定到不同网格的图斑至少要这么多",
        "locked grids, land that does not touch and faces locked to different grids take as many",
    )
    place = shapely.point_on_surface(village.geometry[0])
    cause = fewer if made < wanted else more
    blanks = {"village": village.name, "wanted": str(wanted)}
    return found("grid_number_unmet", measure=made, place=(place.x, place.y), cause=cause, **blanks)


def _numbered(village: Village, clusters: list[Cluster], kept: int) -> list[Cluster]:
    """The clusters with their share of the village's given number of grids (less the locked ones), if one was given."""
    if village.number is None or not clusters:
        return clusters
    total = [float(village.size[c.nodes].sum()) for c in clusters]
    room = [len(c.nodes) - len(c.links) for c in clusters]
    number = max(village.number - kept, len(clusters))
    shares = apportion(total, number, village.sizes.apportion, room)
    return [replace(c, number=share) for c, share in zip(clusters, shares, strict=True)]


def _clusters(village: Village, nodes: Ints, findings: list[Finding]) -> list[Cluster]:
    """The connected clusters of faces to divide, with pairs that hold together what does not touch.

    A piece of the village too small for a grid of its own joins the grid of the nearest face in another piece. A grid may
    reach into each declared piece of the village once, so of two such bits of one piece only the first may join a cluster.
    """
    if not len(nodes):
        return []
    inner = np.isin(village.edges, nodes).all(axis=1)
    bit = make_graph(village.size, village.edges[inner]).components()
    bits = {int(b): nodes[bit[nodes] == b] for b in np.unique(bit[nodes])}
    total = {b: float(village.size[members].sum()) for b, members in bits.items()}
    minimum = float(village.sizes.min or 0.0)
    main = [b for b in bits if total[b] >= minimum] or [max(bits, key=lambda b: (total[b], len(bits[b]), -b))]
    clusters: dict[int, tuple[list[int], list[tuple[int, int]]]] = {b: (bits[b].tolist(), []) for b in main}
    taken = {b: {int(p) for p in village.part[bits[b]]} for b in main}
    for b in sorted((b for b in bits if b not in clusters), key=lambda b: (-total[b], b)):
        members = bits[b]
        parts = {int(p) for p in village.part[members]}
        host = _nearest(village, members, [m for m in main if not taken[m] & parts], clusters)
        place = shapely.point_on_surface(village.geometry[members[0]])
        blanks = {"village": village.name, "faces": str(len(members))}
        if host is None:
            clusters[b] = (members.tolist(), [])
            findings.append(found("part_cut_off", measure=total[b], place=(place.x, place.y), **blanks))
            continue
        near, face = host
        taken[near] |= parts
        clusters[near][0].extend(members.tolist())
        clusters[near][1].extend([(face, x) for x in members.tolist()])
        findings.append(found("part_joined", measure=total[b], place=(place.x, place.y), **blanks))
    return [
        Cluster(nodes=np.sort(np.asarray(faces, dtype=np.int64)), links=tuple(links), alone=len(clusters) == 1)
        for faces, links in clusters.values()
    ]


def _nearest(
    village: Village, members: Ints, hosts: list[int], clusters: dict[int, tuple[list[int], list[tuple[int, int]]]]
) -> tuple[int, int] | None:
    """The cluster and the face of it that lie nearest to `members`."""
    own = shapely.union_all(village.geometry[members])
    best: tuple[float, int, int] | None = None
    for host in hosts:
        faces = np.sort(np.asarray(clusters[host][0], dtype=np.int64))
        away = shapely.distance(own, village.geometry[faces])
        i = int(away.argmin())
        if best is None or (float(away[i]), host) < best[:2]:
            best = (float(away[i]), host, int(faces[i]))
    return None if best is None else (best[1], best[2])


@dataclass(frozen=True, kw_only=True)
class Attempted:
    """A cluster divided, and the label each face had before the solver changed the earlier plan; None where none was laid."""

    solution: Solution
    home: Ints | None = None


def solve_cluster(village: Village, cluster: Cluster) -> tuple[Attempted, Case]:
    """Divide one cluster; with an earlier plan, change no more than the limits and the number of grids ask."""
    nodes, sizes = cluster.nodes, village.sizes
    place = np.full(len(village.face_id), -1, dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    inner = (place[village.edges] >= 0).all(axis=1)
    graph = make_graph(village.size[nodes], place[village.edges[inner]], village.costs[inner], village.work[nodes])
    wishes = _wishes(village, graph, place, cluster)
    group = groups_of(graph.n, wishes.together)
    glued = contract(graph, group)
    lower, upper = float(sizes.min or 0.0), float(sizes.max or np.inf)
    before, holds = _before(village.old[nodes], glued, group), True
    if before is not None and wishes.locks is not None:
        before, holds = _obeying(before, _on_groups(wishes.locks, group), glued.weights)
    if cluster.number is not None:
        k = cluster.number
    elif before is not None and holds and _fits(glued, before, lower, upper):
        k = int(before.max()) + 1  # a number that still works is not touched
    else:
        k = how_many(glued.weights, float(sizes.target or 1.0), lower, upper, glued.n)
    attempt = _Attempt(
        village=village, cluster=cluster, graph=graph, group=group, wishes=wishes, before=before, holds=holds
    )
    attempted = attempt.best_number(k)
    solution = attempted.solution
    case = Case(
        graph=graph,
        labels=solution.labels,
        group=group,
        locked=np.full(graph.n, -1, dtype=np.int64) if wishes.locks is None else np.asarray(wishes.locks),
        lower=lower,
        upper=upper,
        given=cluster.number is not None,
        alone=cluster.alone,
        impossible=solution.impossible,
    )
    return attempted, case


@dataclass(frozen=True, kw_only=True)
class _Attempt:
    """A cluster ready to be divided into any number of grids; `holds`: the earlier plan breaks no lock of a face."""

    village: Village
    cluster: Cluster
    graph: Graph
    group: Ints
    wishes: Wishes
    before: Ints | None
    holds: bool

    def best_number(self, k: int) -> Attempted:
        """Divide into k; where that breaks the limits and nobody insists on k, into the number near it that breaks them least."""
        most = int(self.group.max()) + 1
        least = 2 if self.wishes.apart else 1
        least = least if self.wishes.locks is None else max(least, int(np.max(self.wishes.locks)) + 1)
        best = self._divide(min(max(k, least), most), least)
        if self.cluster.number is not None:
            return best
        # what single faces weigh above the limit no number of grids takes away
        heavy = sums(self.group, self.graph.weights, most) - float(self.village.sizes.max or np.inf)
        floor = float(np.maximum(heavy, 0.0).sum())
        for step in (1, -1):
            while not best.solution.feasible and self._broken(best.solution) > floor + SLACK:
                k = int(best.solution.labels.max()) + 1 + step
                other = self._divide(k, least) if least <= k <= most else best
                if self._broken(other.solution) >= self._broken(best.solution) - SLACK:
                    break
                best = other
        return best

    def _broken(self, solution: Solution) -> float:
        """Size outside the limits, in the sizing unit: comparable between numbers of grids."""
        sizes, k = self.village.sizes, int(solution.labels.max()) + 1
        size = sums(solution.labels, self.graph.weights, k)
        over = np.maximum(size - float(sizes.max or np.inf), float(sizes.min or 0.0) - size)
        return float(np.maximum(over, 0.0).sum())

    def _divide(self, k: int, least: int) -> Attempted:
        """Divide into k grids, or as many fewer as locks leave room for."""
        sizes, graph, nodes = self.village.sizes, self.graph, self.cluster.nodes
        lower, upper = float(sizes.min or 0.0), float(sizes.max or np.inf)
        wishes, budget = self.wishes, moves_for(sizes.effort, len(nodes))
        glued = contract(graph, self.group)
        home = None if self.before is None else self.before[self.group]
        if self.before is not None and self.holds and (wishes.locks is None or int(self.before.max()) + 1 == k):
            start = _start(glued, self.before, (k, lower, upper))
            home = start[self.group]
            wishes = replace(wishes, start=home)
            if _fits(glued, self.before, lower, upper) and int(self.before.max()) + 1 == k:
                budget = 0  # nothing asks for a change
        if home is not None:
            wishes = replace(wishes, pull=changes(graph, k, home, float(sizes.steady)))
        try:
            solution = solve(
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
                f"{self.village.name} 的锁定互相矛盾：锁定到同一网格的图斑之间没有相连的通路；请修改 locks.csv。",
                f"The locks of {self.village.name} contradict each other: faces locked to one grid cannot be joined without "
                "crossing another; change locks.csv.",
            ) from error
        return Attempted(solution=solution, home=home)


def moves_for(effort: float, faces: int) -> int:
    """Moves tried for so many faces: `effort` each up to `MANY`, beyond only as the square root of their number."""
    return int(effort * faces * min(1.0, (MANY / faces) ** 0.5))


def _wishes(village: Village, graph: Graph, place: Ints, cluster: Cluster) -> Wishes:
    """Locks and pairs of the cluster, in its own numbers; faces to keep together that do not touch are locked to one grid."""
    names = sorted({name for face, name in village.tags.items() if place[face] >= 0})
    locks = np.full(graph.n, -1, dtype=np.int64)
    for face, name in village.tags.items():
        if place[face] >= 0:
            locks[place[face]] = names.index(name)
    pairs = [(int(place[a]), int(place[b])) for a, b in (*village.together, *cluster.links)]
    apart = [(int(place[a]), int(place[b])) for a, b in village.apart]
    return Wishes(
        work=graph.work,
        even=float(village.sizes.even),
        together=[pair for pair in pairs if min(pair) >= 0],
        apart=[pair for pair in apart if min(pair) >= 0],
        locks=locks if names else None,
    )


def _before(old: Texts, glued: Graph, group: Ints) -> Ints | None:
    """Labels of the earlier plan on the glued faces, or None where there was none."""
    if not (old != "").any():
        return None
    codes = np.full(glued.n, "", dtype=object)
    codes[group[::-1]] = old[::-1]  # a group goes where its first face was
    return taken_over(glued, codes)


def _on_groups(locks: Ints, group: Ints) -> Ints:
    """Locks of faces as locks of the glued faces."""
    out = np.full(int(group.max()) + 1, -1, dtype=np.int64)
    out[group[locks >= 0]] = locks[locks >= 0]
    return out


def _obeying(before: Ints, locks: Ints, weights: Floats) -> tuple[Ints, bool]:
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
    rest = rest[np.argsort(-sums(before, weights, count)[rest], kind="stable")]
    number[rest] = names + np.arange(len(rest))
    return number[before], holds


def _fits(graph: Graph, labels: Ints | None, lower: float, upper: float) -> bool:
    if labels is None:
        return False
    size = sums(labels, graph.weights, int(labels.max()) + 1)
    return bool((size >= lower - SLACK).all() and (size <= upper + SLACK).all())


def _start(glued: Graph, before: Ints, terms: tuple[int, float, float]) -> Ints:
    """The earlier plan in k districts, on the glued faces."""
    k, lower, upper = terms
    return fitted(Task(graph=glued, k=k, lower=np.full(k, lower), upper=np.full(k, upper)), before)


def _figures(
    village: Village, solutions: list[Solution], zones: int, grids: int, locked_fit: bool
) -> dict[str, object]:
    """What report.json says of the village; prices are of what the solver divided, without locked grids."""
    objective = sum(s.objective for s in solutions)
    bound = sum(s.objective if s.proven else min(s.bound, s.objective) for s in solutions)
    return {
        "village_name": village.name,
        "faces": len(village.face_id),
        "grids": grids - zones,
        "exclusive": zones,
        "objective": round(objective, 6),
        "bound": round(bound, 6),
        "gap": round(1 - bound / objective, 6) if objective > 1e-9 else 0.0,
        "proven": all(s.proven for s in solutions),
        "feasible": locked_fit and all(s.feasible for s in solutions),
        "terms": {
            name: round(sum(s.terms.get(name, 0.0) for s in solutions), 6) for name in ("borders", "uneven", "changes")
        },
    }
