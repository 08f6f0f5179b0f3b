"""The staffing problem in arrays: members who carry load, grids with work, how far it is from one to the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.catalog import load_catalog, normalize_name
from gridmerge.config.settings import Staffing
from gridmerge.errors import PlanError
from gridmerge.geo import geos
from gridmerge.model import GridPlan, Roster, Township

METRES_PER_KM = 1000.0
SEPARATORS = r"[、，,；;/\s]+"
# A grid that changes hands counts as so long a way: fewest changes come before distance.
CHANGE_COST_KM = 100.0
# A skill the grid needs and the member lacks counts as so much longer a way: ways come before skills.
SKILL_COST_KM = 0.5
PATROLLING_KINDS = ("full_time", "part_time")
# Grids a full-timer can be asked to hold while part-timers only help; beyond it they hold grids too.
MAX_GRIDS_PER_MEMBER = 2
# The pattern of [staffing] by which helpers are spread over the grids.
SPREAD_PATTERN = "1+3+N"


@dataclass(frozen=True, kw_only=True)
class StaffingProblem:
    """Members by grids.

    Parameters
    ----------
    member_id, grid_code
        Sorted; rows and columns of everything else.
    capacity
        Of each member, above zero.
    main
        Members one of whom every grid must have: full-timers, or all where those would have more than two grids each.
    work
        Of each grid, in the plan's ``workload``.
    km
        Member by grid: from home (or the middle of the member's village, or of the township) to the grid.
    cost
        Member by grid: kilometres and changes in one.
    allowed, pinned
        Member by grid, bool: what the rules leave open, and what they demand.
    member_village, grid_village
        Codes; "" for a member of no village.
    spread
        Helpers (those who are not main) go to grids that have none before any grid gets two.
    split
        Anybody may do part of the work of any grid.
    """

    member_id: np.ndarray
    grid_code: np.ndarray
    capacity: np.ndarray
    main: np.ndarray
    work: np.ndarray
    km: np.ndarray
    cost: np.ndarray
    allowed: np.ndarray
    pinned: np.ndarray
    member_village: np.ndarray
    grid_village: np.ndarray
    spread: bool
    split: bool

    def part(self, members: np.ndarray, grids: np.ndarray) -> StaffingProblem:
        """The same problem for some of the members and grids."""
        both = np.ix_(members, grids)
        main = self.main[members]
        return StaffingProblem(
            member_id=self.member_id[members],
            grid_code=self.grid_code[grids],
            capacity=self.capacity[members],
            main=select_main_members(main, len(grids)),
            work=self.work[grids],
            km=self.km[both],
            cost=self.cost[both],
            allowed=self.allowed[both],
            pinned=self.pinned[both],
            member_village=self.member_village[members],
            grid_village=self.grid_village[grids],
            spread=self.spread,
            split=self.split,
        )

    @property
    def splits(self) -> bool:
        """True where anybody may do part of any grid's work: asked for, or because rules tie people to grids."""
        ruled = self.pinned.any() or not self.allowed.all()
        return self.split or bool(ruled)

    @property
    def surplus(self) -> bool:
        """True where there is a main member for each grid: then nobody needs two."""
        return int(self.main.sum()) >= len(self.work)


def select_main_members(full_time: np.ndarray, grids: int) -> np.ndarray:
    """Who can be the one member a grid must have: full-timers, or all where those would have too many grids."""
    if full_time.sum() * MAX_GRIDS_PER_MEMBER >= grids:
        return full_time
    return np.ones(len(full_time), dtype=bool)


def staffing_problem(
    plan: GridPlan,
    roster: Roster,
    township: Township,
    rules: Staffing,
    present: pd.DataFrame | None,
) -> StaffingProblem:
    """Set up the problem.

    Parameters
    ----------
    rules
        Pins, exclusions, the longest way.
    present
        grid_code, member_id, share (0..1): who holds how much of a grid now. Leaving them costs as much as a long way.

    Raises
    ------
    PlanError
        Nobody on the roster can take work.
    """
    members = roster.members.sort_values("member_id").reset_index(drop=True)
    workers = select_load_carriers(members)
    if not len(workers):
        raise PlanError(
            f"人员名册 {roster.source.path} 中没有可分配的网格员（承载能力大于 0 者）；请补充专职或兼职人员。",
            f"The roster {roster.source.path} has nobody who can take work (capacity above 0); add members to it.",
        )
    grids = plan.grids.sort_values("grid_code").reset_index(drop=True)
    ids = workers["member_id"].to_numpy(dtype=object)
    codes = grids["grid_code"].to_numpy(dtype=object)
    _refuse_unknown_rules(rules, members, codes)
    pinned = mask_named_pairs(rules.pin, ids, codes)
    km = _measure_ways(workers, grids, township)
    full_time = (workers["kind"] == "full_time").to_numpy()
    return StaffingProblem(
        member_id=ids,
        grid_code=codes,
        capacity=workers["capacity"].to_numpy(dtype=float),
        main=select_main_members(full_time, len(grids)),
        work=grids["workload"].to_numpy(dtype=float),
        km=km,
        cost=_sum_costs(km, present, rules, workers, grids),
        allowed=mask_permitted_pairs(rules, ids, codes, km) | pinned,
        pinned=pinned,
        member_village=workers["village_code"].to_numpy(dtype=object),
        grid_village=grids["village_code"].to_numpy(dtype=object),
        spread=rules.pattern == SPREAD_PATTERN,
        split=rules.split,
    )


def _sum_costs(
    km: np.ndarray,
    present: pd.DataFrame | None,
    rules: Staffing,
    workers: pd.DataFrame,
    grids: pd.DataFrame,
) -> np.ndarray:
    """Member by grid: kilometres, changes and missing skills in one."""
    changes = _change_costs(
        present,
        workers["member_id"].to_numpy(dtype=object),
        grids["grid_code"].to_numpy(dtype=object),
    )
    missing = measure_missing_skills(rules, workers, grids)
    return np.asarray(km + changes + SKILL_COST_KM * missing)


def mask_permitted_pairs(
    rules: Staffing, ids: np.ndarray, codes: np.ndarray, km: np.ndarray
) -> np.ndarray:
    """Member by grid, bool: the pairs that exclusions and the longest way leave open."""
    permitted = ~mask_named_pairs(rules.exclude, ids, codes)
    if rules.max_km:
        permitted &= km <= rules.max_km
    return np.asarray(permitted)


def _refuse_unknown_rules(rules: Staffing, members: pd.DataFrame, codes: np.ndarray) -> None:
    everyone = members["member_id"].to_numpy(dtype=object)
    _refuse_unknown(rules.pin, everyone, codes, "pin")
    _refuse_unknown(rules.exclude, everyone, codes, "exclude")


def _refuse_unknown(
    wanted: Mapping[str, tuple[str, ...]], ids: np.ndarray, codes: np.ndarray, rule: str
) -> None:
    named_grids = {code for listed in wanted.values() for code in listed}
    unknown = (set(wanted) - set(ids)) | (named_grids - set(codes))
    if unknown:
        listed = sorted(unknown)
        raise PlanError(
            f"[staffing] {rule} 中的 {'、'.join(listed)} 不是名册中的编号，也不是网格编码；请核对 members.csv 和 grids。",
            f"[staffing] {rule} names {', '.join(listed)}: neither a member of the roster nor a grid; "
            "see members.csv and the grids.",
        )


def mask_named_pairs(
    wanted: Mapping[str, tuple[str, ...]], ids: np.ndarray, codes: np.ndarray
) -> np.ndarray:
    """Member by grid, True for the pairs a rule names."""
    named = np.zeros((len(ids), len(codes)), dtype=bool)
    for row, member in enumerate(ids):
        listed = wanted.get(member, ())
        named[row] = [code in listed for code in codes]
    return named


def measure_missing_skills(
    rules: Staffing, members: pd.DataFrame, grids: pd.DataFrame
) -> np.ndarray:
    """Member by grid: the share (0..1) of what the grid needs that the member does not have.

    Raises
    ------
    PlanError
        `needs` names what is neither a grid nor a village.
    """
    known = {*grids["grid_code"], *grids["village_code"]}
    unknown = sorted(set(rules.needs) - known)
    if unknown:
        raise PlanError(
            f"[staffing] needs 中的 {'、'.join(unknown)} 不是网格编码，也不是村代码；请核对 grids。",
            f"[staffing] needs names {', '.join(unknown)}: neither a grid nor a village; see the grids.",
        )
    skills = [parse_skills(cell) for cell in members["departments"]]
    missing = np.zeros((len(members), len(grids)))
    for column, wanted in enumerate(list_needed_skills(rules, grids)):
        if wanted:
            missing[:, column] = [len(wanted - own) / len(wanted) for own in skills]
    return missing


def list_needed_skills(rules: Staffing, grids: pd.DataFrame) -> list[frozenset[str]]:
    """Return the skills each grid needs, in the order of the rows: by its own rule, else by its village's."""
    needed = []
    for code, village in zip(grids["grid_code"], grids["village_code"], strict=True):
        of_village = rules.needs.get(village, ())
        listed = rules.needs.get(code, of_village)
        needed.append(parse_skills("、".join(listed)))
    return needed


def parse_skills(cell: str) -> frozenset[str]:
    """The departments and skills of a cell: keys of the catalogue, or words as they are written."""
    words = [word for word in re.split(SEPARATORS, cell) if word]
    return frozenset(_skill_key(word) for word in words)


def _skill_key(word: str) -> str:
    department = load_catalog().find(word)
    return normalize_name(word) if department is None else department.key


def _change_costs(present: pd.DataFrame | None, ids: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Member by grid: the price of not keeping who is there; nothing where nobody of the roster is."""
    if present is None or not len(present):
        return np.zeros((len(ids), len(codes)))
    held = present.pivot_table(
        index="member_id", columns="grid_code", values="share", aggfunc="sum"
    )
    share = held.reindex(index=ids, columns=codes).fillna(0.0).to_numpy()
    most_held = share.max(axis=0)[None, :]
    return np.asarray(CHANGE_COST_KM * (most_held - share))


def select_load_carriers(members: pd.DataFrame) -> pd.DataFrame:
    """Members who carry load: full-timers and part-timers; the leaders where there is nobody else."""
    able = members[members["capacity"] > 0]
    carriers = able[able["kind"].isin(PATROLLING_KINDS)]
    if not len(carriers):
        carriers = able[able["kind"] == "leader"]
    return carriers.reset_index(drop=True)


def distances_km(homes: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Straight-line kilometres, members by places; a distance nobody knows is nan."""
    return np.asarray(shapely.distance(homes[:, None], places[None, :]) / METRES_PER_KM)


def all_distances(plan: GridPlan, roster: Roster, township: Township) -> pd.DataFrame:
    """Kilometres from every member (index) to every grid (columns)."""
    members = roster.members.sort_values("member_id")
    grids = plan.grids.sort_values("grid_code")
    return pd.DataFrame(
        _measure_ways(members, grids, township),
        index=members["member_id"].to_numpy(),
        columns=grids["grid_code"].to_numpy(),
    )


def _measure_ways(
    members: gpd.GeoDataFrame, grids: gpd.GeoDataFrame, township: Township
) -> np.ndarray:
    """Kilometres from where members start to the grids, in the order of the rows."""
    places = geos.point_on_surface(grids.geometry.to_numpy())
    return distances_km(_home_points(members, township), places)


def _home_points(workers: gpd.GeoDataFrame, township: Township) -> np.ndarray:
    """Where members start from: home, else the middle of their village, else of the township."""
    villages = township.villages
    middles = geos.point_on_surface(villages.geometry.to_numpy())
    middle = dict(zip(villages["village_code"], middles, strict=True))
    # not the union's own point: that one would depend on the order of the villages
    ordered = sorted(middle.values(), key=lambda point: (point.x, point.y))
    centre = shapely.centroid(shapely.multipoints(ordered))
    homes = workers.geometry.to_numpy()
    known = ~(shapely.is_missing(homes) | shapely.is_empty(homes))
    of_villages = [middle.get(village, centre) for village in workers["village_code"]]
    return np.where(known, homes, np.array(of_villages, dtype=object))
