"""How many grids: from the total and the limits."""

from __future__ import annotations

from math import ceil, floor

from gridmerge.partition.graph import Floats

SLACK = 1e-9  # 900 / 300 is three grids, whatever the last bit of a float says


def how_many(sizes: Floats, target: float, lower: float, upper: float, most: int) -> int:
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
    least, largest = fewest(total, upper), min(most, floor(total / lower + SLACK) if lower > 0 else most)
    if least <= largest:
        return heavy + min(max(wish, least), largest)
    near = sorted({min(max(k, 1), most) for k in (least, largest, wish)})
    return heavy + min(near, key=lambda k: (max(lower - total / k, total / k - upper, 0.0), abs(k - wish)))


def fewest(total: float, upper: float) -> int:
    """The least number of grids that keeps the mean within `upper`."""
    return max(1, ceil(total / upper - SLACK))
