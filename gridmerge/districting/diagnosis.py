"""Why a grid is out of range: the binding cause, by floors that no plan can beat, and what would lift it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import ceil, floor, log10

import numpy as np

from gridmerge.districting.solver.graph import Graph, Ints, sum_by_group
from gridmerge.findings import format_figure
from gridmerge.i18n.text import Text

SIZE_SLACK = 1e-6  # sums of floats
NO_TEXT = Text("", "")


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
    size = sum_by_group(case.labels, case.graph.weights, int(case.labels.max()) + 1)
    bridges = _find_bridges(case)
    return [
        _with_remedies(case, next(_find_causes(case, grid, float(value), bridges)), size)
        for grid, value in enumerate(size)
        if not case.lower - SIZE_SLACK <= value <= case.upper + SIZE_SLACK
    ]


def _find_causes(
    case: ComponentCase, grid: int, value: float, bridges: list[tuple[int, Ints, float]]
) -> Iterator[RangeReason]:
    """The floors that explain the grid, from what is certain alone to what needs the neighbours; the first one binds."""
    inside = np.flatnonzero(case.labels == grid)
    weight, total, k = (
        case.graph.weights,
        float(case.graph.weights.sum()),
        int(case.labels.max()) + 1,
    )
    heavy, light = value > case.upper, value < case.lower
    heaviest = int(inside[weight[inside].argmax()])
    if heavy and weight[heaviest] > case.upper + SIZE_SLACK:
        yield RangeReason(
            kind="grid_heavy_face",
            grid=grid,
            size=value,
            face=heaviest,
            amount=float(weight[heaviest]),
        )
    if total < case.lower - SIZE_SLACK:
        yield RangeReason(
            kind="grid_small_village" if case.alone else "grid_cut_off",
            grid=grid,
            size=value,
            amount=total,
        )
    bound = _heaviest_must_link(case, grid)
    if heavy and bound > case.upper + SIZE_SLACK:
        yield RangeReason(kind="grid_locked", grid=grid, size=value, amount=bound)
    if light and (
        (case.locked[inside] == grid).all() or _all_locked(case, _bordering_faces(case, inside))
    ):
        yield RangeReason(kind="grid_locked", grid=grid, size=value, amount=value)
    if case.given and not case.lower * k - SIZE_SLACK <= total <= case.upper * k + SIZE_SLACK:
        yield RangeReason(kind="grid_number_given", grid=grid, size=value, amount=total)
    if _lacks_any_number(total, case.lower, case.upper):
        yield RangeReason(kind="grid_no_number", grid=grid, size=value, amount=total)
    for face, members, amount in bridges:
        if np.isin(inside, members).any():
            yield RangeReason(kind="grid_bridge", grid=grid, size=value, face=face, amount=amount)
    for face in inside[weight[inside] < case.lower - SIZE_SLACK].tolist():
        merged = float(weight[face]) + _lightest_neighbour(case, np.array([face]))
        if merged > case.upper + SIZE_SLACK:
            yield RangeReason(
                kind="grid_between_heavy", grid=grid, size=value, face=face, amount=merged
            )
    searched = "grid_above_max" if heavy else "grid_below_min"
    yield RangeReason(
        kind="grid_impossible" if case.impossible else searched, grid=grid, size=value
    )


def _lacks_any_number(total: float, lower: float, upper: float) -> bool:
    """Whether no number of grids brings even the mean grid within the limits."""
    if lower <= 0:
        return False
    return ceil(total / upper - SIZE_SLACK) > floor(total / lower + SIZE_SLACK)


def _heaviest_must_link(case: ComponentCase, grid: int) -> float:
    """The heaviest weight that locks or kept-together faces put into the grid."""
    inside = case.labels == grid
    locked = float(case.graph.weights[inside & _forced_faces(case, grid)].sum())
    groups = sum_by_group(case.group, case.graph.weights, int(case.group.max()) + 1)[
        case.group[inside]
    ]
    several = np.bincount(case.group)[case.group[inside]] > 1
    return max(locked, float(groups[several].max(initial=0.0)))


def _forced_faces(case: ComponentCase, grid: int) -> np.ndarray:
    """Faces that must lie in the grid: those locked to it, and any that every way between two of them leads through."""
    forced = case.locked == grid
    ends = np.flatnonzero(forced)
    for face in np.flatnonzero((case.labels == grid) & ~forced).tolist() if len(ends) > 1 else ():
        piece = _remove_face(case.graph, face).components()
        forced[face] = len(np.unique(piece[ends])) > 1
    return np.asarray(forced)


def _remove_face(graph: Graph, face: int) -> Graph:
    kept = (graph.edges != face).all(axis=1)
    return Graph(
        weights=graph.weights, work=graph.work, edges=graph.edges[kept], costs=graph.costs[kept]
    )


def _find_bridges(case: ComponentCase) -> list[tuple[int, Ints, float]]:
    """Faces that are the only way to land too small to stand alone, where face and land together exceed the upper limit.

    A face, it and the land that hangs on it, and what they weigh. Least first, so that the innermost cause is named.
    """
    graph, out = case.graph, []
    for face in range(graph.n):
        piece = _remove_face(graph, face).components()
        total = sum_by_group(piece, graph.weights, int(piece.max()) + 1)
        hanging = np.flatnonzero(
            (total[piece] < case.lower - SIZE_SLACK) & (np.arange(graph.n) != face)
        )
        amount = float(graph.weights[hanging].sum() + graph.weights[face])
        if len(hanging) and len(hanging) < graph.n and amount > case.upper + SIZE_SLACK:
            out.append((face, np.append(hanging, face), amount))
    return sorted(out, key=lambda bridge: (bridge[2], bridge[0]))


def _bordering_faces(case: ComponentCase, inside: Ints) -> Ints:
    """Faces that border these, other than themselves."""
    edges = case.graph.edges
    one, two = np.isin(edges, inside).T
    return np.unique(np.concatenate([edges[one & ~two, 1], edges[two & ~one, 0]]))


def _all_locked(case: ComponentCase, faces: Ints) -> bool:
    return len(faces) > 0 and bool((case.locked[faces] >= 0).all())


def _lightest_neighbour(case: ComponentCase, inside: Ints) -> float:
    """Weight of the lightest face (with what must stay with it) that borders these faces; infinite when none does."""
    weight = sum_by_group(case.group, case.graph.weights, int(case.group.max()) + 1)[
        case.group[_bordering_faces(case, inside)]
    ]
    return float(weight.min(initial=np.inf))


def round_limit(limit: float, way: Callable[[float], int]) -> float:
    """A limit as `format_figure` writes it, rounded the way that keeps what it is to let in."""
    if limit <= 0:
        return limit
    step = 1.0 if limit >= 100 else 10.0 ** max(1, 1 - floor(log10(limit)))
    if limit >= 100:
        return float(way(limit - SIZE_SLACK if way is ceil else limit + SIZE_SLACK))
    return way(limit * step - SIZE_SLACK if way is ceil else limit * step + SIZE_SLACK) / step


def _with_remedies(case: ComponentCase, reason: RangeReason, size: np.ndarray) -> RangeReason:
    """The reason with up to three ways out, each with what it costs."""
    out: list[Text] = []
    k, total = len(size), float(case.graph.weights.sum())
    if reason.face >= 0 and reason.kind == "grid_heavy_face":
        parts = ceil(reason.amount / case.upper - SIZE_SLACK)
        out.append(Text(f"把该最小面切成至少 {parts} 块", f"cut this face into at least {parts}"))
    if reason.kind == "grid_bridge":
        out.append(
            Text(
                "在 links.csv 中给被连接的土地另加一条连接，或切开该最小面",
                "give the land behind it another link in links.csv, or cut this face",
            )
        )
    if reason.kind == "grid_locked":
        out.append(Text("从 locks.csv 中去掉其中一条锁定", "drop one of the locks in locks.csv"))
    if reason.kind == "grid_number_given":
        right = min(
            max(k, ceil(total / case.upper - SIZE_SLACK)),
            floor(total / case.lower + SIZE_SLACK) if case.lower else k,
        )
        if right > 0:
            out.append(Text(f"把该村网格数改为 {right}", f"let the village have {right} grids"))
    if reason.size > case.upper:
        highest = format_figure(round_limit(float(size.max()), ceil))
        out.append(Text(f"把 max 提高到 {highest}", f"raise max to {highest}"))
        if reason.kind in ("grid_above_max", "grid_no_number", "grid_impossible"):
            mean = total / (k + 1)
            out.append(
                Text(
                    f"多设一个网格（平均 {format_figure(mean)}）",
                    f"one grid more (mean {format_figure(mean)})",
                )
            )
    else:
        lowest = format_figure(round_limit(float(size.min()), floor))
        out.append(Text(f"把 min 降到 {lowest}", f"lower min to {lowest}"))
        if (
            reason.kind
            in ("grid_below_min", "grid_no_number", "grid_between_heavy", "grid_impossible")
            and k > 1
        ):
            mean = total / (k - 1)
            out.append(
                Text(
                    f"少设一个网格（平均 {format_figure(mean)}）",
                    f"one grid fewer (mean {format_figure(mean)})",
                )
            )
    told = Text("；".join(text.zh for text in out[:3]), "; ".join(text.en for text in out[:3]))
    return replace(reason, remedies=told)
