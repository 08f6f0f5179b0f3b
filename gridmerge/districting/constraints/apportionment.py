"""How many grids: from the total and the limits."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

from gridmerge.districting.solver.graph import Floats

QUOTIENT_SLACK = 1e-9  # 900 / 300 is three grids, whatever the last bit of a float says


def choose_grid_count(sizes: Floats, target: float, lower: float, upper: float, most: int) -> int:
    """Number of grids for faces of these sizes.

    The nearest number to total / target that the limits allow. Where the limits allow none, the number whose mean grid is
    least outside them. A face heavier than the upper limit counts as a grid of its own.

    Parameters
    ----------
    sizes
        (n,) of the faces, in the sizing unit.
    target, lower, upper
        As in the project file.
    most
        No more grids than this: the number of faces that can stand alone.
    """
    heavy = int((sizes > upper).sum())
    total = float(sizes[sizes <= upper].sum())
    most = max(1, most - heavy)
    if heavy and total < lower:
        return heavy
    wish = max(1, floor(total / target + 0.5))
    least = compute_min_grids(total, upper)
    largest = most
    if lower > 0:
        largest = min(most, floor(total / lower + QUOTIENT_SLACK))
    if least <= largest:
        return heavy + min(max(wish, least), largest)

    def rank(count: int) -> tuple[float, int]:
        mean = total / count
        return max(lower - mean, mean - upper, 0.0), abs(count - wish)

    near = sorted({min(max(count, 1), most) for count in (least, largest, wish)})
    return heavy + min(near, key=rank)


def compute_min_grids(total: float, upper: float) -> int:
    """The least number of grids that keeps the mean within `upper`."""
    return max(1, ceil(total / upper - QUOTIENT_SLACK))


def apportion_grids(
    totals: Sequence[float], seats: int, method: str, room: Sequence[int] | None = None
) -> list[int]:
    """Share out a number of grids, at least one each.

    Parameters
    ----------
    totals
        What each village weighs.
    seats
        Grids to share out; at least as many as villages.
    method
        ``sainte_lague`` (divisors 1, 3, 5 ..: no bias to size), ``dhondt`` (1, 2, 3 ..: favours the large) or ``hamilton``
        (quotas, then largest remainders).
    room
        No more grids than this each.
    """
    n = len(totals)
    most = list(room) if room is not None else [seats] * n
    total = sum(totals) or 1.0
    quota = [seats * share / total for share in totals]
    given = [1] * n
    if method == "hamilton":
        whole = [max(1, floor(share + QUOTIENT_SLACK)) for share in quota]
        given = [min(pair) for pair in zip(whole, most, strict=True)]
    step = {"sainte_lague": 0.5, "dhondt": 1.0}.get(method, 0.0)

    def need(i: int) -> float:
        return quota[i] - given[i] if method == "hamilton" else totals[i] / (given[i] + step)

    # the guaranteed one grid each may have used up more than the quotas left
    while sum(given) > seats and max(given) > 1:
        several = [i for i in range(n) if given[i] > 1]
        given[min(several, key=lambda i: (need(i), i))] -= 1
    while sum(given) < min(seats, sum(most)):
        below_room = [i for i in range(n) if given[i] < most[i]]
        given[max(below_room, key=lambda i: (need(i), -i))] += 1
    return given
