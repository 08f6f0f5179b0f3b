"""Grid codes: the village's code and three digits, 001-799 comprehensive, 800-899 exclusive."""

from __future__ import annotations

import numpy as np
import shapely

from gridmerge.errors import PlanError
from gridmerge.partition.village import Divided, Texts, Village

COMPREHENSIVE = range(1, 800)  # 999 and below 900: 900-999 are virtual grids, which nobody draws
EXCLUSIVE = range(800, 900)


def first_codes(village: Village, part: Divided) -> Texts:
    """(grids,) codes of a village that has no earlier plan: west to east, then north to south.

    By a point inside each grid, rounded to a metre: the grid whose point lies further west comes first; of two on one
    metre, the one further north.
    """
    points = [
        shapely.point_on_surface(shapely.coverage_union_all(village.geometry[part.labels == grid]))
        for grid in range(len(part.exclusive))
    ]
    order = sorted(range(len(points)), key=lambda g: (round(points[g].x), -round(points[g].y), g))
    codes = np.empty(len(points), dtype=object)
    for numbers, exclusive in ((COMPREHENSIVE, False), (EXCLUSIVE, True)):
        mine = [grid for grid in order if bool(part.exclusive[grid]) is exclusive]
        if len(mine) > len(numbers):
            raise PlanError(
                f"{village.name}（{village.code}）需要 {len(mine)} 个网格，三位编号只够 {len(numbers)} 个；请增大 [grids] target。",
                f"{village.name} ({village.code}) needs {len(mine)} grids, three digits number only {len(numbers)}; "
                "raise [grids] target.",
            )
        for number, grid in zip(numbers, mine, strict=False):
            codes[grid] = f"{village.code}{number:03d}"
    return codes
