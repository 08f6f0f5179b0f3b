"""Grid codes: the village's code and three digits, 001-799 comprehensive, 800-899 exclusive."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely
from scipy.optimize import linear_sum_assignment

from gridmerge.districting.solver.graph import Floats, sum_by_group
from gridmerge.districting.village import DividedVillage, Texts, Village
from gridmerge.errors import PlanError
from gridmerge.geo import geos
from gridmerge.model import PreviousPlan

# share of a grid's land that is no more than two drawings of one village line differ by
NEGLIGIBLE_SHARE = 0.01
EMPTY_LAND_WEIGHT = 1e-9  # households a square metre of empty land counts for

# 999 and below 900: 900-999 are virtual grids, which nobody draws
COMPREHENSIVE_NUMBERS = range(1, 800)
EXCLUSIVE_NUMBERS = range(800, 900)


@dataclass(frozen=True, kw_only=True)
class VillageGridCodes:
    """Codes of a village's grids, and what became of earlier ones.

    Attributes
    ----------
    codes
        (grids,) grid codes.
    retired
        Earlier code -> codes of the grids that took over its land, the largest part first; never used again.
    kept
        Share of the village's size (households) that lies under the code it had before; 1 without an earlier plan.
    """

    codes: Texts
    retired: dict[str, list[str]] = field(default_factory=dict)
    kept: float = 1.0


def assign_grid_codes(
    village: Village, part: DividedVillage, earlier: PreviousPlan | None
) -> VillageGridCodes:
    """Codes of a village's grids.

    Without an earlier plan they run west to east, then north to south: by a point inside each grid, rounded to a metre, the
    one further west first; of two on one metre, the one further north. With an earlier plan a grid inherits the code of the
    grid it shares most with, when that is more than half of both; the others go on from the highest number ever used.

    Raises
    ------
    PlanError
        Three digits do not number so many grids.
    """
    used = set() if earlier is None else {*earlier.grids["grid_code"], *earlier.retired}
    used = {code for code in used if code[:-3] == village.code}
    codes, kept = _inherit_codes(
        village, part, {code for code in used if code in set(village.old.tolist())}
    )
    order = _by_position(village, part)
    for numbers, exclusive in ((COMPREHENSIVE_NUMBERS, False), (EXCLUSIVE_NUMBERS, True)):
        mine = [g for g in order if bool(part.exclusive[g]) is exclusive and not codes[g]]
        taken = [
            int(code[-3:]) for code in used if code[-3:].isdigit() and int(code[-3:]) in numbers
        ]
        free = range(max(taken, default=numbers[0] - 1) + 1, numbers[-1] + 1)
        if len(mine) > len(free):
            raise PlanError(
                f"{village.name}（{village.code}）还需要 {len(mine)} 个网格编号，三位编号只剩 {len(free)} 个；请增大 [grids] target。",
                f"{village.name} ({village.code}) needs {len(mine)} more grid codes, three digits leave only {len(free)}; "
                "raise [grids] target.",
            )
        for number, grid in zip(free, mine, strict=False):
            codes[grid] = f"{village.code}{number:03d}"
    return VillageGridCodes(
        codes=codes, retired=_find_successors(village, part, codes, used), kept=kept
    )


def find_heirs_elsewhere(
    earlier: PreviousPlan | None, grids: gpd.GeoDataFrame
) -> dict[str, list[str]]:
    """Codes of the earlier grids that are no more and whose land is not in their own village alone, with the grids on that land.

    Villages are merged, split and renumbered; where one has no grid now, its codes are here whoever has the land.
    """
    if earlier is None:
        return {}
    gone = earlier.grids.loc[~earlier.grids["grid_code"].isin(grids["grid_code"])]
    old, new = np.asarray(gone.geometry.values), np.asarray(grids.geometry.values)
    i, j = shapely.STRtree(new).query(old, predicate="intersects")
    area = shapely.area(geos.intersection(old[i], new[j]))
    heirs: dict[str, list[str]] = {str(code): [] for code in gone["grid_code"]}
    for k in np.lexsort((grids["grid_code"].to_numpy(dtype=str)[j], -area)).tolist():
        if area[k] > NEGLIGIBLE_SHARE * shapely.area(old[i[k]]):
            heirs[str(gone["grid_code"].iloc[i[k]])].append(str(grids["grid_code"].iloc[j[k]]))
    still = set(grids["village_code"])
    return {
        c: h
        for c, h in heirs.items()
        if c[:-3] not in still or any(code[:-3] != c[:-3] for code in h)
    }


def _by_position(village: Village, part: DividedVillage) -> list[int]:
    points = [
        geos.point_on_surface(geos.coverage_union_all(village.geometry[part.labels == grid]))
        for grid in range(len(part.exclusive))
    ]
    return sorted(range(len(points)), key=lambda g: (round(points[g].x), -round(points[g].y), g))


def _inherit_codes(village: Village, part: DividedVillage, old: set[str]) -> tuple[Texts, float]:
    """(grids,) inherited codes or "", and the share of size that keeps its code: the pairing that keeps most of it."""
    codes = np.full(len(part.exclusive), "", dtype=object)
    names = sorted(old)
    if not names:
        return codes, 1.0
    shared = _shared_sizes(village, part, names)
    fits = np.array(
        [[(int(n[-3:]) in EXCLUSIVE_NUMBERS) == bool(e) for e in part.exclusive] for n in names]
    )
    before, now = shared.sum(axis=1, keepdims=True), _grid_sizes(village, part)[None, :]
    most = fits & (shared > 0.5 * before) & (shared > 0.5 * now)
    rows, columns = linear_sum_assignment(np.where(most, shared, 0.0), maximize=True)
    kept = 0.0
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if most[row, column]:
            codes[column] = names[row]
            kept += float(shared[row, column])
    return codes, kept / max(float(now.sum()), EMPTY_LAND_WEIGHT)


def _face_mass(village: Village) -> Floats:
    """Size of each face, and a trace of its area, so that empty land counts where nothing else does."""
    return village.size + EMPTY_LAND_WEIGHT * shapely.area(village.geometry)


def _grid_sizes(village: Village, part: DividedVillage) -> Floats:
    return sum_by_group(part.labels, _face_mass(village), len(part.exclusive))


def _shared_sizes(village: Village, part: DividedVillage, names: list[str]) -> Floats:
    """(old, new) size that earlier and present grids have in common."""
    mass, shared = _face_mass(village), np.zeros((len(names), len(part.exclusive)))
    place = {name: i for i, name in enumerate(names)}
    for code, grid, value in zip(
        village.old.tolist(), part.labels.tolist(), mass.tolist(), strict=True
    ):
        if code in place:
            shared[place[code], grid] += value
    return shared


def _find_successors(
    village: Village, part: DividedVillage, codes: Texts, used: set[str]
) -> dict[str, list[str]]:
    """Codes no grid has any more, with the grids that now hold their land."""
    gone = sorted(used - set(codes.tolist()))
    shared = _shared_sizes(village, part, gone) if gone else np.zeros((0, 0))
    return {
        code: [
            str(codes[g])
            for g in np.argsort(-shared[i], kind="stable").tolist()
            if shared[i, g] > 0
        ]
        for i, code in enumerate(gone)
    }
