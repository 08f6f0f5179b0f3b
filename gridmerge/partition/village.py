"""One village: which faces make which grid. A plain picklable function, so that villages can go to many processes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmerge.config import Grids
from gridmerge.findings import Finding, found
from gridmerge.partition.count import how_many
from gridmerge.partition.graph import Floats, Ints, make_graph
from gridmerge.partition.solver import Solution, Wishes, solve

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


@dataclass(frozen=True, kw_only=True)
class Divided:
    """A village divided: `labels` (n,) numbers grids from 0, `exclusive` (grids,) says which are zones."""

    labels: Ints
    exclusive: NDArray[np.bool_]
    figures: dict[str, object]
    findings: tuple[Finding, ...]


def divide(village: Village) -> Divided:
    """Divide one village: each exclusive zone is a grid of its own, the rest is divided by the solver."""
    n = len(village.face_id)
    labels = np.full(n, -1, dtype=np.int64)
    findings: list[Finding] = []
    grids = 0
    for nodes in _zones(village):
        labels[nodes] = grids
        grids += 1
    zones = grids
    solutions = []
    for nodes, links in _clusters(village, np.flatnonzero(village.zone == ""), findings):
        solution = _solve_cluster(village, nodes, links)
        labels[nodes] = grids + solution.labels
        grids += int(solution.labels.max()) + 1
        solutions.append(solution)
    exclusive = np.arange(grids) < zones
    return Divided(
        labels=labels, exclusive=exclusive, figures=_figures(village, solutions, zones), findings=tuple(findings)
    )


def _zones(village: Village) -> list[Ints]:
    """The faces of each exclusive grid: one a zone, one for each of its pieces where they do not touch."""
    inside = np.flatnonzero(village.zone != "")
    _, number = np.unique(village.zone[inside].astype(str), return_inverse=True)
    label = np.full(len(village.face_id), -1, dtype=np.int64)
    label[inside] = number
    same = (label[village.edges[:, 0]] == label[village.edges[:, 1]]) & (label[village.edges[:, 0]] >= 0)
    pieces = make_graph(village.size, village.edges[same]).components()
    groups = [inside[pieces[inside] == piece] for piece in np.unique(pieces[inside])]
    return sorted(groups, key=lambda nodes: (village.zone[nodes[0]], nodes[0]))


def _clusters(village: Village, nodes: Ints, findings: list[Finding]) -> list[tuple[Ints, list[tuple[int, int]]]]:
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
    return [(np.sort(np.asarray(faces, dtype=np.int64)), links) for faces, links in clusters.values()]


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


def _solve_cluster(village: Village, nodes: Ints, links: list[tuple[int, int]]) -> Solution:
    """Divide one cluster; `links` hold together what does not touch."""
    place = np.full(len(village.face_id), -1, dtype=np.int64)
    place[nodes] = np.arange(len(nodes))
    inner = (place[village.edges] >= 0).all(axis=1)
    sizes = village.sizes
    lower, upper = float(sizes.min or 0.0), float(sizes.max or np.inf)
    # a linked bit is one node with its host: no more grids than nodes
    k = how_many(village.size[nodes], float(sizes.target or 1.0), lower, upper, len(nodes) - len(links))
    return solve(
        village.size[nodes],
        place[village.edges[inner]],
        village.costs[inner],
        k=k,
        limits=(lower, upper),
        wishes=Wishes(
            work=village.work[nodes],
            even=float(sizes.even),
            together=[(int(place[a]), int(place[b])) for a, b in links],
        ),
        seed=zlib.crc32(village.code.encode()) + int(nodes[0]),
        budget=int(sizes.effort * len(nodes)),
    )


def _figures(village: Village, solutions: list[Solution], zones: int) -> dict[str, object]:
    """What report.json says of the village."""
    objective = sum(s.objective for s in solutions)
    bound = sum(s.objective if s.proven else min(s.bound, s.objective) for s in solutions)
    return {
        "village_name": village.name,
        "faces": len(village.face_id),
        "grids": sum(int(s.labels.max()) + 1 for s in solutions),
        "exclusive": zones,
        "objective": round(objective, 6),
        "bound": round(bound, 6),
        "gap": round(1 - bound / objective, 6) if objective > 1e-9 else 0.0,
        "proven": all(s.proven for s in solutions),
        "feasible": all(s.feasible for s in solutions),
        "terms": {
            name: round(sum(s.terms.get(name, 0.0) for s in solutions), 6) for name in ("borders", "uneven", "changes")
        },
    }
