"""One village divided: which faces make which grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from gridmerge.districting.component import VillageComponent, solve_component
from gridmerge.districting.constraints.apportionment import apportion_grids
from gridmerge.districting.constraints.fixed_faces import (
    check_constraints,
    group_kept_faces,
    group_zone_faces,
    locked_out_of_range,
)
from gridmerge.districting.constraints.previous_plan import compute_leaving_prices
from gridmerge.districting.diagnosis import diagnose_grids
from gridmerge.districting.solver.graph import Ints, make_graph
from gridmerge.districting.solver.search import DistrictingSolution
from gridmerge.districting.village import DividedVillage, Village
from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos
from gridmerge.i18n.text import Text


def divide_village(village: Village) -> DividedVillage:
    """Divide one village: each exclusive zone is a grid of its own, so is each locked grid; the solver divides the rest."""
    labels = np.full(len(village.face_id), -1, dtype=np.int64)
    findings: list[Finding] = []
    zoned, kept = group_zone_faces(village), group_kept_faces(village)
    for number, nodes in enumerate([*zoned, *kept]):
        labels[nodes] = number
    zones, grids = len(zoned), len(zoned) + len(kept)
    home, leaving = np.full(len(labels), -1, dtype=np.int64), np.zeros(len(labels))
    solutions: list[DistrictingSolution] = []
    locked_out = [
        r
        for number, nodes in enumerate(kept, zones)
        for r in locked_out_of_range(village, number, nodes)
    ]
    told = list(locked_out)
    for cluster in _number_components(
        village, _find_components(village, np.flatnonzero(labels < 0), findings), len(kept)
    ):
        attempted, case = solve_component(village, cluster)
        solution = attempted.solution
        labels[cluster.nodes] = grids + solution.labels
        if attempted.home is not None:
            home[cluster.nodes] = np.where(
                attempted.home <= solution.labels.max(), grids + attempted.home, -1
            )
            leaving[cluster.nodes] = compute_leaving_prices(case.graph, float(village.sizes.steady))
        told += [
            replace(r, grid=grids + r.grid, face=int(cluster.nodes[r.face]) if r.face >= 0 else -1)
            for r in diagnose_grids(case)
        ]
        grids += int(solution.labels.max()) + 1
        solutions.append(solution)
    check_constraints(village, labels)
    if village.number not in (None, grids - zones):
        findings.append(_number_finding(village, grids - zones))
    return DividedVillage(
        labels=labels,
        exclusive=np.arange(grids) < zones,
        figures=_village_figures(village, solutions, zones, grids, not locked_out),
        findings=tuple(findings),
        reasons=tuple(told),
        home=home,
        leaving=leaving,
    )


def _number_finding(village: Village, made: int) -> Finding:
    """Why a village has another number of grids than people gave it."""
    wanted, free = int(village.number or 0), int((village.zone == "").sum())
    fewer = Text(
        f"该村只有 {free} 个可划分的最小面，锁定和须同格的最小面又占去一部分",
        f"there are {free} faces to divide, less those locked or kept together",
    )
    more = Text(
        "锁定的网格、互不相连的土地和锁定到不同网格的最小面至少要这么多",
        "locked grids, land that does not touch and faces locked to different grids take as many",
    )
    place = geos.point_on_surface(village.geometry[0])
    cause = fewer if made < wanted else more
    blanks = {"village": village.name, "wanted": str(wanted)}
    return make_finding(
        "grid_number_unmet", measure=made, place=(place.x, place.y), cause=cause, **blanks
    )


def _number_components(
    village: Village, clusters: list[VillageComponent], kept: int
) -> list[VillageComponent]:
    """The clusters with their share of the village's given number of grids (less the locked ones), if one was given."""
    if village.number is None or not clusters:
        return clusters
    total = [float(village.size[c.nodes].sum()) for c in clusters]
    room = [len(c.nodes) - len(c.links) for c in clusters]
    number = max(village.number - kept, len(clusters))
    shares = apportion_grids(total, number, village.sizes.apportion, room)
    return [replace(c, number=share) for c, share in zip(clusters, shares, strict=True)]


def _find_components(
    village: Village, nodes: Ints, findings: list[Finding]
) -> list[VillageComponent]:
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
    main = [b for b in bits if total[b] >= minimum] or [
        max(bits, key=lambda b: (total[b], len(bits[b]), -b))
    ]
    clusters: dict[int, tuple[list[int], list[tuple[int, int]]]] = {
        b: (bits[b].tolist(), []) for b in main
    }
    taken = {b: {int(p) for p in village.part[bits[b]]} for b in main}
    for b in sorted((b for b in bits if b not in clusters), key=lambda b: (-total[b], b)):
        members = bits[b]
        parts = {int(p) for p in village.part[members]}
        host = _nearest_component(
            village, members, [m for m in main if not taken[m] & parts], clusters
        )
        place = geos.point_on_surface(village.geometry[members[0]])
        blanks = {"village": village.name, "faces": str(len(members))}
        if host is None:
            clusters[b] = (members.tolist(), [])
            findings.append(
                make_finding("part_cut_off", measure=total[b], place=(place.x, place.y), **blanks)
            )
            continue
        near, face = host
        taken[near] |= parts
        clusters[near][0].extend(members.tolist())
        clusters[near][1].extend([(face, x) for x in members.tolist()])
        findings.append(
            make_finding("part_joined", measure=total[b], place=(place.x, place.y), **blanks)
        )
    return [
        VillageComponent(
            nodes=np.sort(np.asarray(faces, dtype=np.int64)),
            links=tuple(links),
            alone=len(clusters) == 1,
        )
        for faces, links in clusters.values()
    ]


def _nearest_component(
    village: Village,
    members: Ints,
    hosts: list[int],
    clusters: dict[int, tuple[list[int], list[tuple[int, int]]]],
) -> tuple[int, int] | None:
    """The cluster and the face of it that lie nearest to `members`."""
    own = geos.union_all(village.geometry[members])
    best: tuple[float, int, int] | None = None
    for host in hosts:
        faces = np.sort(np.asarray(clusters[host][0], dtype=np.int64))
        away = shapely.distance(own, village.geometry[faces])
        i = int(away.argmin())
        if best is None or (float(away[i]), host) < best[:2]:
            best = (float(away[i]), host, int(faces[i]))
    return None if best is None else (best[1], best[2])


def _village_figures(
    village: Village, solutions: list[DistrictingSolution], zones: int, grids: int, locked_fit: bool
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
            name: round(sum(s.terms.get(name, 0.0) for s in solutions), 6)
            for name in ("borders", "uneven", "changes")
        },
    }
