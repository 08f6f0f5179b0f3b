"""Why a grid is out of range: the binding cause, by floors that no plan can beat, and what would lift it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import ceil, floor, log10

import numpy as np

from gridmerge.districting.solver.graph import (
    Floats,
    Graph,
    Ints,
    list_bordering_nodes,
    sum_by_group,
)
from gridmerge.findings import format_figure
from gridmerge.i18n.text import Text

SIZE_SLACK = 1e-6  # sums of floats
NO_TEXT = Text("", "")
MAX_REMEDIES = 3  # ways out that one sentence lists
KINDS_HELPED_BY_MORE_GRIDS = ("grid_above_max", "grid_no_number", "grid_impossible")
KINDS_HELPED_BY_FEWER_GRIDS = (
    "grid_below_min",
    "grid_no_number",
    "grid_between_heavy",
    "grid_impossible",
)


@dataclass(frozen=True, kw_only=True)
class ComponentCase:
    """A cluster of faces as it was divided.

    Attributes
    ----------
    graph
        The faces; weights in the sizing unit.
    labels
        (n,) grid of each face, 0..k-1.
    group
        (n,) faces that must stay together have one number.
    locked
        (n,) grid a face is locked to, or -1.
    lower, upper
        The limits.
    given
        Whether people gave the number of grids.
    alone
        Whether the cluster is all the village has to divide; False: land cut off from the rest of it.
    impossible
        Whether it is proven that no plan with so many grids keeps the limits.
    """

    graph: Graph
    labels: Ints
    group: Ints
    locked: Ints
    lower: float
    upper: float
    given: bool = False
    alone: bool = True
    impossible: bool = False

    @property
    def k(self) -> int:
        """Number of grids."""
        return int(self.labels.max()) + 1

    @property
    def total(self) -> float:
        """Size of all faces."""
        return float(self.graph.weights.sum())


@dataclass(frozen=True, kw_only=True)
class RangeReason:
    """Why one grid is out of range: `kind` of finding, the grid's number and size, the face that binds (-1: none), remedies."""

    kind: str
    grid: int
    size: float
    face: int = -1
    amount: float = 0.0
    remedies: Text = NO_TEXT


def diagnose_grids(case: ComponentCase) -> list[RangeReason]:
    """A reason for every grid outside the limits, in the order of the grids."""
    size = sum_by_group(case.labels, case.graph.weights, case.k)
    bridges = _find_bridges(case)
    reasons = []
    for grid, value in enumerate(size.tolist()):
        if not case.lower - SIZE_SLACK <= value <= case.upper + SIZE_SLACK:
            cause = next(_find_causes(case, grid, value, bridges))
            reasons.append(_with_remedies(case, cause, size))
    return reasons


def _find_causes(
    case: ComponentCase, grid: int, value: float, bridges: list[tuple[int, Ints, float]]
) -> Iterator[RangeReason]:
    """The floors that explain the grid, from what is certain alone to what needs the neighbours; the first one binds."""
    reason = partial(RangeReason, grid=grid, size=value)
    inside = np.flatnonzero(case.labels == grid)
    heavy = value > case.upper
    if heavy:
        yield from _heavy_face_causes(case, inside, reason)
    total = case.total
    if total < case.lower - SIZE_SLACK:
        kind = "grid_small_village" if case.alone else "grid_cut_off"
        yield reason(kind=kind, amount=total)
    locked = _locked_amount(case, grid, inside, value)
    if locked is not None:
        yield reason(kind="grid_locked", amount=locked)
    if case.given and not _keeps_mean(case, total):
        yield reason(kind="grid_number_given", amount=total)
    if _lacks_any_number(total, case.lower, case.upper):
        yield reason(kind="grid_no_number", amount=total)
    for face, members, amount in bridges:
        if np.isin(inside, members).any():
            yield reason(kind="grid_bridge", face=face, amount=amount)
    yield from _light_face_causes(case, inside, reason)
    if case.impossible:
        yield reason(kind="grid_impossible")
    yield reason(kind="grid_above_max" if heavy else "grid_below_min")


def _heavy_face_causes(
    case: ComponentCase, inside: Ints, reason: Callable[..., RangeReason]
) -> Iterator[RangeReason]:
    """The heaviest face of the grid, where it alone is above the upper limit."""
    heaviest = int(inside[case.graph.weights[inside].argmax()])
    weight = float(case.graph.weights[heaviest])
    if weight > case.upper + SIZE_SLACK:
        yield reason(kind="grid_heavy_face", face=heaviest, amount=weight)


def _light_face_causes(
    case: ComponentCase, inside: Ints, reason: Callable[..., RangeReason]
) -> Iterator[RangeReason]:
    """Faces below the lower limit that are above the upper one with any neighbour."""
    weight = case.graph.weights
    light = inside[weight[inside] < case.lower - SIZE_SLACK]
    for face in light.tolist():
        merged = float(weight[face]) + _lightest_neighbour(case, np.array([face]))
        if merged > case.upper + SIZE_SLACK:
            yield reason(kind="grid_between_heavy", face=face, amount=merged)


def _locked_amount(case: ComponentCase, grid: int, inside: Ints, value: float) -> float | None:
    """What locks put into the grid, where they keep it out of range; None where they do not."""
    if value > case.upper:
        bound = _heaviest_must_link(case, grid)
        return bound if bound > case.upper + SIZE_SLACK else None
    if value >= case.lower:
        return None
    whole = bool((case.locked[inside] == grid).all())
    return value if whole or _all_locked(case, _bordering_faces(case, inside)) else None


def _keeps_mean(case: ComponentCase, total: float) -> bool:
    """Whether the mean grid of the number made lies within the limits."""
    k = case.k
    return case.lower * k - SIZE_SLACK <= total <= case.upper * k + SIZE_SLACK


def _lacks_any_number(total: float, lower: float, upper: float) -> bool:
    """Whether no number of grids brings even the mean grid within the limits."""
    if lower <= 0:
        return False
    return ceil(total / upper - SIZE_SLACK) > floor(total / lower + SIZE_SLACK)


def _heaviest_must_link(case: ComponentCase, grid: int) -> float:
    """The heaviest weight that locks or kept-together faces put into the grid."""
    inside = case.labels == grid
    forced = inside & _forced_faces(case, grid)
    locked = float(case.graph.weights[forced].sum())
    group = case.group[inside]
    group_weight = _group_weights(case)[group]
    several = np.bincount(case.group)[group] > 1
    return max(locked, float(group_weight[several].max(initial=0.0)))


def _group_weights(case: ComponentCase) -> Floats:
    """Weight of each group of faces that must stay together."""
    return sum_by_group(case.group, case.graph.weights, int(case.group.max()) + 1)


def _forced_faces(case: ComponentCase, grid: int) -> np.ndarray:
    """Faces that must lie in the grid: those locked to it, and any that every way between two of them leads through."""
    forced = case.locked == grid
    ends = np.flatnonzero(forced)
    if len(ends) < 2:
        return np.asarray(forced)
    others = np.flatnonzero((case.labels == grid) & ~forced)
    for face in others.tolist():
        piece = _remove_face(case.graph, face).components()
        forced[face] = len(np.unique(piece[ends])) > 1
    return np.asarray(forced)


def _remove_face(graph: Graph, face: int) -> Graph:
    kept = (graph.edges != face).all(axis=1)
    return replace(graph, edges=graph.edges[kept], costs=graph.costs[kept])


def _find_bridges(case: ComponentCase) -> list[tuple[int, Ints, float]]:
    """Faces that are the only way to land too small to stand alone, where face and land together exceed the upper limit.

    A face, it and the land that hangs on it, and what they weigh. Least first, so that the innermost cause is named.
    """
    graph, bridges = case.graph, []
    for face in range(graph.n):
        piece = _remove_face(graph, face).components()
        total = sum_by_group(piece, graph.weights, int(piece.max()) + 1)
        small = total[piece] < case.lower - SIZE_SLACK
        small[face] = False
        hanging = np.flatnonzero(small)
        amount = float(graph.weights[hanging].sum() + graph.weights[face])
        if 0 < len(hanging) < graph.n and amount > case.upper + SIZE_SLACK:
            bridges.append((face, np.append(hanging, face), amount))
    return sorted(bridges, key=lambda bridge: (bridge[2], bridge[0]))


def _bordering_faces(case: ComponentCase, inside: Ints) -> Ints:
    """Faces that border these, other than themselves."""
    return list_bordering_nodes(case.graph.edges, inside)


def _all_locked(case: ComponentCase, faces: Ints) -> bool:
    return len(faces) > 0 and bool((case.locked[faces] >= 0).all())


def _lightest_neighbour(case: ComponentCase, inside: Ints) -> float:
    """Weight of the lightest face (with what must stay with it) that borders these faces; infinite when none does."""
    around = case.group[_bordering_faces(case, inside)]
    return float(_group_weights(case)[around].min(initial=np.inf))


def round_limit(limit: float, way: Callable[[float], int]) -> float:
    """A limit as `format_figure` writes it, rounded the way that keeps what it is to let in."""
    if limit <= 0:
        return limit
    slack = -SIZE_SLACK if way is ceil else SIZE_SLACK
    if limit >= 100:
        return float(way(limit + slack))
    step = 10.0 ** max(1, 1 - floor(log10(limit)))
    return way(limit * step + slack) / step


def _with_remedies(case: ComponentCase, reason: RangeReason, size: np.ndarray) -> RangeReason:
    """The reason with up to three ways out, each with what it costs."""
    remedies = [*_remove_cause(case, reason, len(size)), *_change_limits(case, reason, size)]
    listed = remedies[:MAX_REMEDIES]
    zh = "；".join(text.zh for text in listed)
    en = "; ".join(text.en for text in listed)
    return replace(reason, remedies=Text(zh, en))


def _remove_cause(case: ComponentCase, reason: RangeReason, k: int) -> Iterator[Text]:
    """Ways to take the cause itself away."""
    if reason.kind == "grid_heavy_face":
        parts = ceil(reason.amount / case.upper - SIZE_SLACK)
        yield Text(f"把该最小面切成至少 {parts} 块", f"cut this face into at least {parts}")
    if reason.kind == "grid_bridge":
        yield Text(
            "在 links.csv 中给被连接的土地另加一条连接，或切开该最小面",
            "give the land behind it another link in links.csv, or cut this face",
        )
    if reason.kind == "grid_locked":
        yield Text("从 locks.csv 中去掉其中一条锁定", "drop one of the locks in locks.csv")
    if reason.kind == "grid_number_given":
        right = _fitting_number(case, k)
        if right > 0:
            yield Text(f"把该村网格数改为 {right}", f"let the village have {right} grids")


def _fitting_number(case: ComponentCase, k: int) -> int:
    """The number of grids next to k whose mean keeps the limits, as far as there is one."""
    total = case.total
    most = floor(total / case.lower + SIZE_SLACK) if case.lower else k
    least = ceil(total / case.upper - SIZE_SLACK)
    return min(max(k, least), most)


def _change_limits(case: ComponentCase, reason: RangeReason, size: np.ndarray) -> Iterator[Text]:
    """The limit that would let the grid in, and one grid more or fewer where that may help."""
    k, total = len(size), case.total
    if reason.size > case.upper:
        highest = format_figure(round_limit(float(size.max()), ceil))
        yield Text(f"把 max 提高到 {highest}", f"raise max to {highest}")
        if reason.kind in KINDS_HELPED_BY_MORE_GRIDS:
            mean = format_figure(total / (k + 1))
            yield Text(f"多设一个网格（平均 {mean}）", f"one grid more (mean {mean})")
        return
    lowest = format_figure(round_limit(float(size.min()), floor))
    yield Text(f"把 min 降到 {lowest}", f"lower min to {lowest}")
    if reason.kind in KINDS_HELPED_BY_FEWER_GRIDS and k > 1:
        mean = format_figure(total / (k - 1))
        yield Text(f"少设一个网格（平均 {mean}）", f"one grid fewer (mean {mean})")
