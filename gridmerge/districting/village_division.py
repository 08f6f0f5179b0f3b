"""One village divided: which faces make which grid."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

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
from gridmerge.districting.diagnosis import RangeReason, diagnose_grids
from gridmerge.districting.solver.graph import Ints, make_graph
from gridmerge.districting.solver.search import DistrictingSolution
from gridmerge.districting.village import DividedVillage, Village
from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos
from gridmerge.i18n.text import Text

# terms of the objective that report.json has of each village
REPORTED_TERMS = ("borders", "uneven", "changes")


def divide_village(village: Village) -> DividedVillage:
    """Divide one village: each exclusive zone is a grid of its own, so is each locked grid; the solver divides the rest."""
    division = _Division(village)
    zones = group_zone_faces(village)
    kept = group_kept_faces(village)
    division.add_fixed([*zones, *kept])
    for number, nodes in enumerate(kept, len(zones)):
        division.reasons += locked_out_of_range(village, number, nodes)
    locked_fit = not division.reasons
    free = np.flatnonzero(division.labels < 0)
    components = _find_components(village, free, division.findings)
    for component in _number_components(village, components, len(kept)):
        division.add_component(component)
    check_constraints(village, division.labels)
    made = division.grids - len(zones)
    if village.number not in (None, made):
        division.findings.append(_number_finding(village, made))
    return DividedVillage(
        labels=division.labels,
        exclusive=np.arange(division.grids) < len(zones),
        figures=_village_figures(village, division.solutions, len(zones), made, locked_fit),
        findings=tuple(division.findings),
        reasons=tuple(division.reasons),
        home=division.home,
        leaving=division.leaving,
    )


class _Division:
    """A village while it is divided: what `DividedVillage` keeps, grid by grid."""

    def __init__(self, village: Village) -> None:
        n = len(village.face_id)
        self.village = village
        self.grids = 0
        self.labels = np.full(n, -1, dtype=np.int64)
        self.home = np.full(n, -1, dtype=np.int64)
        self.leaving = np.zeros(n)
        self.solutions: list[DistrictingSolution] = []
        self.findings: list[Finding] = []
        self.reasons: list[RangeReason] = []

    def add_fixed(self, groups: list[Ints]) -> None:
        """Number the grids that are not for the solver to form."""
        for number, nodes in enumerate(groups):
            self.labels[nodes] = number
        self.grids = len(groups)

    def add_component(self, component: VillageComponent) -> None:
        """Divide a component and number its grids after those there are."""
        divided, case = solve_component(self.village, component)
        solution = divided.solution
        nodes, first = component.nodes, self.grids
        count = int(solution.labels.max()) + 1
        self.labels[nodes] = first + solution.labels
        if divided.home is not None:
            known = divided.home < count
            self.home[nodes] = np.where(known, first + divided.home, -1)
            steady = float(self.village.sizes.steady)
            self.leaving[nodes] = compute_leaving_prices(case.graph, steady)
        for reason in diagnose_grids(case):
            self.reasons.append(_renumber_reason(reason, first, nodes))
        self.grids += count
        self.solutions.append(solution)


def _renumber_reason(reason: RangeReason, first: int, nodes: Ints) -> RangeReason:
    """The reason in the numbers of the village instead of the component's."""
    face = int(nodes[reason.face]) if reason.face >= 0 else -1
    return replace(reason, grid=first + reason.grid, face=face)


def _number_finding(village: Village, made: int) -> Finding:
    """Why a village has another number of grids than people gave it."""
    wanted = int(village.number or 0)
    free = int((village.zone == "").sum())
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
    village: Village, components: list[VillageComponent], kept: int
) -> list[VillageComponent]:
    """The components with their share of the village's given number of grids (less the locked ones), if one was given."""
    if village.number is None or not components:
        return components
    total = [float(village.size[c.nodes].sum()) for c in components]
    room = [len(c.nodes) - len(c.links) for c in components]
    number = max(village.number - kept, len(components))
    shares = apportion_grids(total, number, village.sizes.apportion, room)
    pairs = zip(components, shares, strict=True)
    return [replace(component, number=share) for component, share in pairs]


def _find_components(
    village: Village, nodes: Ints, findings: list[Finding]
) -> list[VillageComponent]:
    """The connected components of faces to divide, with pairs that hold together what does not touch.

    A piece of the village too small for a grid of its own joins the grid of the nearest face in another piece. A grid may
    reach into each declared piece of the village once, so of two such bits of one piece only the first may join a component.
    """
    if not len(nodes):
        return []
    bits = _connected_bits(village, nodes)
    total = {bit: float(village.size[faces].sum()) for bit, faces in bits.items()}
    main = _main_bits(village, bits, total)
    drafts = {bit: _DraftComponent.of(village, bits[bit]) for bit in main}
    others = [bit for bit in bits if bit not in drafts]
    for bit in sorted(others, key=lambda bit: (-total[bit], bit)):
        faces = bits[bit]
        parts = _declared_parts(village, faces)
        hosts = [number for number in main if not drafts[number].parts & parts]
        host = _nearest_component(village, faces, hosts, drafts)
        if host is None:
            drafts[bit] = _DraftComponent.of(village, faces)
            findings.append(_small_part_finding("part_cut_off", village, faces))
        else:
            number, face = host
            drafts[number].join(faces, face, parts)
            findings.append(_small_part_finding("part_joined", village, faces))
    alone = len(drafts) == 1
    return [draft.finish(alone) for draft in drafts.values()]


@dataclass
class _DraftComponent:
    """A component while bits of land join it: its faces, the pairs that join them, the declared pieces it reaches into."""

    faces: list[int]
    parts: set[int]
    links: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, village: Village, faces: Ints) -> _DraftComponent:
        """A component of one connected bit of land."""
        return cls(faces=faces.tolist(), parts=_declared_parts(village, faces))

    def join(self, faces: Ints, near: int, parts: set[int]) -> None:
        """Take faces that do not touch, linked to the face `near` them."""
        self.parts |= parts
        self.faces += faces.tolist()
        self.links += [(near, face) for face in faces.tolist()]

    def sorted_faces(self) -> Ints:
        """Numbers of the faces, ascending."""
        return np.sort(np.asarray(self.faces, dtype=np.int64))

    def finish(self, alone: bool) -> VillageComponent:
        """The component as the solver takes it."""
        return VillageComponent(nodes=self.sorted_faces(), links=tuple(self.links), alone=alone)


def _connected_bits(village: Village, nodes: Ints) -> dict[int, Ints]:
    """The connected bits of land that these faces make, by number."""
    inner = np.isin(village.edges, nodes).all(axis=1)
    bit = make_graph(village.size, village.edges[inner]).components()[nodes]
    return {int(number): nodes[bit == number] for number in np.unique(bit)}


def _main_bits(village: Village, bits: dict[int, Ints], total: dict[int, float]) -> list[int]:
    """The bits large enough for a grid of their own, at least one."""
    minimum = float(village.sizes.min or 0.0)
    large = [bit for bit in bits if total[bit] >= minimum]
    return large or [max(bits, key=lambda bit: (total[bit], len(bits[bit]), -bit))]


def _declared_parts(village: Village, faces: Ints) -> set[int]:
    """The declared pieces of the village that these faces lie in."""
    return {int(part) for part in village.part[faces]}


def _small_part_finding(kind: str, village: Village, faces: Ints) -> Finding:
    """What became of a bit of land too small for a grid of its own."""
    point = geos.point_on_surface(village.geometry[faces[0]])
    return make_finding(
        kind,
        measure=float(village.size[faces].sum()),
        place=(point.x, point.y),
        village=village.name,
        faces=str(len(faces)),
    )


def _nearest_component(
    village: Village,
    members: Ints,
    hosts: list[int],
    drafts: dict[int, _DraftComponent],
) -> tuple[int, int] | None:
    """The component and the face of it that lie nearest to `members`."""
    own = geos.union_all(village.geometry[members])
    best: tuple[float, int, int] | None = None
    for host in hosts:
        faces = drafts[host].sorted_faces()
        distances = shapely.distance(own, village.geometry[faces])
        nearest = int(distances.argmin())
        distance = float(distances[nearest])
        if best is None or (distance, host) < best[:2]:
            best = (distance, host, int(faces[nearest]))
    return None if best is None else (best[1], best[2])


def _village_figures(
    village: Village, solutions: list[DistrictingSolution], zones: int, grids: int, locked_fit: bool
) -> dict[str, object]:
    """What report.json has of the village; prices are of what the solver divided, without locked grids."""
    objective = sum(solution.objective for solution in solutions)
    bound = sum(_reached_bound(solution) for solution in solutions)
    gap = 1 - bound / objective if objective > 1e-9 else 0.0
    return {
        "village_name": village.name,
        "faces": len(village.face_id),
        "grids": grids,
        "exclusive": zones,
        "objective": round(objective, 6),
        "bound": round(bound, 6),
        "gap": round(gap, 6),
        "proven": all(solution.proven for solution in solutions),
        "feasible": locked_fit and all(solution.feasible for solution in solutions),
        "terms": {name: _sum_term(solutions, name) for name in REPORTED_TERMS},
    }


def _reached_bound(solution: DistrictingSolution) -> float:
    """The bound, never above the objective; of a proven plan the objective itself."""
    if solution.proven:
        return solution.objective
    return min(solution.bound, solution.objective)


def _sum_term(solutions: list[DistrictingSolution], name: str) -> float:
    return round(sum(solution.terms.get(name, 0.0) for solution in solutions), 6)
