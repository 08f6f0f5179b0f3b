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
    used: set[str] = set()
    if earlier is not None:
        ever_used = {*earlier.grids["grid_code"], *earlier.retired}
        used = {code for code in ever_used if code[:-3] == village.code}
    laid = set(village.old.tolist())
    codes, kept = _inherit_codes(village, part, used & laid)
    order = _by_position(village, part)
    for numbers, exclusive in ((COMPREHENSIVE_NUMBERS, False), (EXCLUSIVE_NUMBERS, True)):
        unnamed = [g for g in order if bool(part.exclusive[g]) is exclusive and not codes[g]]
        free = _list_free_numbers(used, numbers)
        if len(unnamed) > len(free):
            raise _make_numbers_error(village, len(unnamed), len(free))
        for number, grid in zip(free, unnamed, strict=False):
            codes[grid] = f"{village.code}{number:03d}"
    retired = _find_successors(village, part, codes, used)
    return VillageGridCodes(codes=codes, retired=retired, kept=kept)


def _list_free_numbers(used: set[str], numbers: range) -> range:
    """The numbers after the highest one ever used."""
    endings = [code[-3:] for code in used]
    taken = [int(ending) for ending in endings if ending.isdigit()]
    highest = max((number for number in taken if number in numbers), default=numbers[0] - 1)
    return range(highest + 1, numbers[-1] + 1)


def _make_numbers_error(village: Village, needed: int, left: int) -> PlanError:
    return PlanError(
        f"{village.name}（{village.code}）还需要 {needed} 个网格编号，三位编号只剩 {left} 个；请增大 [grids] target。",
        f"{village.name} ({village.code}) needs {needed} more grid codes, three digits leave only {left}; "
        "raise [grids] target.",
    )


def find_heirs_elsewhere(
    earlier: PreviousPlan | None, grids: gpd.GeoDataFrame
) -> dict[str, list[str]]:
    """Codes of the earlier grids that are no more and whose land is not in their own village alone, with the grids on that land.

    Villages are merged, split and renumbered; where one has no grid now, its codes are here whoever has the land.
    """
    if earlier is None:
        return {}
    still_there = earlier.grids["grid_code"].isin(grids["grid_code"])
    gone = earlier.grids.loc[~still_there]
    villages = set(grids["village_code"])
    heirs = _find_heirs(gone, grids)
    return {code: new for code, new in heirs.items() if _has_left_village(code, new, villages)}


def _find_heirs(gone: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> dict[str, list[str]]:
    """By code of an earlier grid: the grids that have more than a trace of its land, the largest part first."""
    old = np.asarray(gone.geometry.values)
    new = np.asarray(grids.geometry.values)
    old_codes = gone["grid_code"].to_numpy(dtype=str)
    new_codes = grids["grid_code"].to_numpy(dtype=str)
    i, j = shapely.STRtree(new).query(old, predicate="intersects")
    area = shapely.area(geos.intersection(old[i], new[j]))
    negligible = NEGLIGIBLE_SHARE * shapely.area(old)[i]
    heirs: dict[str, list[str]] = {str(code): [] for code in old_codes}
    for k in np.lexsort((new_codes[j], -area)).tolist():
        if area[k] > negligible[k]:
            heirs[str(old_codes[i[k]])].append(str(new_codes[j[k]]))
    return heirs


def _has_left_village(code: str, heirs: list[str], villages: set[str]) -> bool:
    """Whether the village of an earlier grid is no more, or another village has some of the grid's land."""
    village = code[:-3]
    return village not in villages or any(heir[:-3] != village for heir in heirs)


def _by_position(village: Village, part: DividedVillage) -> list[int]:
    """Grids from west to east, on one metre from north to south."""
    keys = []
    for grid in range(len(part.exclusive)):
        shape = geos.coverage_union_all(village.geometry[part.labels == grid])
        point = geos.point_on_surface(shape)
        keys.append((round(point.x), -round(point.y), grid))
    return [grid for _, _, grid in sorted(keys)]


def _inherit_codes(village: Village, part: DividedVillage, old: set[str]) -> tuple[Texts, float]:
    """(grids,) inherited codes or "", and the share of size that keeps its code: the pairing that keeps most of it."""
    codes = np.full(len(part.exclusive), "", dtype=object)
    names = sorted(old)
    if not names:
        return codes, 1.0
    shared = _shared_sizes(village, part, names)
    before = shared.sum(axis=1, keepdims=True)
    now = _grid_sizes(village, part)[None, :]
    was_exclusive = np.array([int(name[-3:]) in EXCLUSIVE_NUMBERS for name in names])
    same_type = was_exclusive[:, None] == part.exclusive[None, :]
    most_of_both = (shared > 0.5 * before) & (shared > 0.5 * now)
    inherits = same_type & most_of_both
    rows, columns = linear_sum_assignment(np.where(inherits, shared, 0.0), maximize=True)
    kept = 0.0
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if inherits[row, column]:
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
    mass = _face_mass(village).tolist()
    shared = np.zeros((len(names), len(part.exclusive)))
    row = {name: i for i, name in enumerate(names)}
    faces = zip(village.old.tolist(), part.labels.tolist(), mass, strict=True)
    for code, grid, value in faces:
        if code in row:
            shared[row[code], grid] += value
    return shared


def _find_successors(
    village: Village, part: DividedVillage, codes: Texts, used: set[str]
) -> dict[str, list[str]]:
    """Codes no grid has any more, with the grids that now hold their land, the largest part first."""
    gone = sorted(used - set(codes.tolist()))
    successors = {}
    for code, shared in zip(gone, _shared_sizes(village, part, gone), strict=True):
        order = np.argsort(-shared, kind="stable")
        heirs = order[shared[order] > 0]
        successors[code] = [str(heir) for heir in codes[heirs]]
    return successors
