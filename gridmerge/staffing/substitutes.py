"""Cover plans reckoned in advance: for each member, who takes what if that member leaves, and who is then overloaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gridmerge.staffing.problem import PATROLLING_KINDS
from gridmerge.staffing.support_roles import SUPPORT_DUTIES

SUBSTITUTE_COLUMNS = (
    "member_id",
    "grid_code",
    "stand_in_id",
    "duty",
    "load",
    "load_per_capacity",
    "over_limit",
    "km",
)
LOAD_EPSILON = 1e-9
# Decimals of a load that files keep: less than this is no other load.
LOAD_DECIMALS = 4
TakenGrid = tuple[str, str, str, float]


@dataclass(frozen=True, kw_only=True)
class SettledPlan:
    """A settled plan, as a stand-in is chosen from it.

    Parameters
    ----------
    assignments
        grid_code, member_id, duty, load.
    members
        member_id, kind, capacity, load.
    km
        Member by grid, kilometres, from home or the middle of the member's village. Index and columns are the ids.
    allowed
        Member by grid, bool, with the same index and columns: what the rules of [staffing] leave open.
    earlier, earlier_covers
        assignments and stand-ins of the plan that this one follows: who covers for whom stays where nothing else did change.
    """

    assignments: pd.DataFrame
    members: pd.DataFrame
    km: pd.DataFrame
    allowed: pd.DataFrame
    earlier: pd.DataFrame | None = None
    earlier_covers: pd.DataFrame | None = None

    @property
    def limit(self) -> float:
        """The heaviest load per capacity of the plan: a stand-in beyond it goes over the limit."""
        return float((self.members["load"] / self.members["capacity"]).max())


def find_substitutes(staff: SettledPlan) -> pd.DataFrame:
    """Return the cover plan of every member who has a grid.

    Parameters
    ----------
    staff
        Nothing moves but the grids of the one who leaves. The others on such a grid take up the work by capacity where that
        keeps them within the limit; else the grid goes to the nearest member who stays within it, else where it loads
        least. The grids of a leader, adviser or other go to the nearest other one. Nobody takes what the rules forbid.

    Returns
    -------
    pandas.DataFrame
        member_id (who leaves), grid_code, stand_in_id, duty (of the one who leaves), load (taken on), load_per_capacity
        (of the stand-in, after all of it), over_limit (bool), km (from the stand-in to the grid); sorted by the
        first three. A grid nobody can take has a row with an empty stand_in_id.
    """
    rows: list[dict[str, object]] = []
    standing = _standing_covers(staff)
    for member in sorted(set(staff.assignments["member_id"])):
        taken = standing.get(member)
        rows += (
            _cover_member(staff, member)
            if taken is None
            else _recompute_cover(staff, member, taken)
        )
    table = pd.DataFrame(rows, columns=list(SUBSTITUTE_COLUMNS))
    return table.sort_values(["member_id", "grid_code", "stand_in_id"], ignore_index=True)


def _standing_covers(staff: SettledPlan) -> dict[str, list[TakenGrid]]:
    """Covers of the earlier plan that still hold: the one who leaves has the same posts, and the others may still come."""
    if staff.earlier is None or staff.earlier_covers is None or staff.earlier_covers.empty:
        return {}
    posts, posts_before = _posts_by_member(staff.assignments), _posts_by_member(staff.earlier)
    alike = {who for who, own in posts.items() if posts_before.get(who) == own}
    standing: dict[str, list[TakenGrid]] = {}
    for leaving, rows in staff.earlier_covers.groupby("member_id", sort=True):
        columns = (rows[name].tolist() for name in ("grid_code", "stand_in_id", "duty", "load"))
        taken = [
            (str(grid), str(who), str(duty), float(load))
            for grid, who, duty, load in zip(*columns, strict=True)
        ]
        if leaving in alike and all(_may_cover(staff, grid, who) for grid, who, _, _ in taken):
            standing[str(leaving)] = taken
    return standing


def _posts_by_member(assignments: pd.DataFrame) -> dict[str, set[tuple[str, str, float]]]:
    posts: dict[str, set[tuple[str, str, float]]] = {}
    columns = (assignments[name].tolist() for name in ("member_id", "grid_code", "duty", "load"))
    for who, grid, duty, load in zip(*columns, strict=True):
        posts.setdefault(str(who), set()).add(
            (str(grid), str(duty), round(float(load), LOAD_DECIMALS))
        )
    return posts


def _may_cover(staff: SettledPlan, grid: str, who: str) -> bool:
    known = who in staff.allowed.index and grid in staff.allowed.columns
    return known and bool(staff.allowed.loc[who, grid])


def _recompute_cover(
    staff: SettledPlan, leaving: str, taken: list[TakenGrid]
) -> list[dict[str, object]]:
    """The rows of a cover that stands, with today's levels."""
    load, capacity = _other_loads(staff, leaving)
    for _, who, _, share in taken:
        load[who] += share
    return [_cover_row(staff, leaving, one, load, capacity) for one in taken]


def _other_loads(staff: SettledPlan, leaving: str) -> tuple[dict[str, float], dict[str, float]]:
    """Load and capacity of everybody else."""
    people = staff.members[staff.members["member_id"] != leaving].sort_values("member_id")
    ids = people["member_id"].astype(str).tolist()
    load = dict(zip(ids, people["load"].astype(float).tolist(), strict=True))
    return load, dict(zip(ids, people["capacity"].astype(float).tolist(), strict=True))


def _cover_member(staff: SettledPlan, leaving: str) -> list[dict[str, object]]:
    own = staff.assignments[staff.assignments["member_id"] == leaving]
    others = staff.assignments[staff.assignments["member_id"] != leaving]
    load, capacity = _other_loads(staff, leaving)
    kind = staff.members.set_index("member_id")["kind"].to_dict()
    stands = set(zip(others["grid_code"], others["member_id"], strict=True))
    taken: list[TakenGrid] = []
    for row in own.sort_values(["load", "grid_code"], ascending=[False, True]).itertuples():
        grid, work, duty = str(row.grid_code), float(str(row.load)), str(row.duty)
        led = duty in SUPPORT_DUTIES and work <= LOAD_EPSILON
        may = [who for who in load if capacity[who] > 0 and staff.allowed.loc[who, grid]]
        fit = [who for who in may if (kind[who] == duty if led else kind[who] in PATROLLING_KINDS)]
        leading = [who for who in may if kind[who] == "leader"]
        able = fit if fit or led else leading
        staying = [who for who in able if (grid, who) in stands]
        for who, share in _choose_takers(staff, grid, work, staying, able, load, capacity):
            load[who] += share
            taken.append((grid, who, duty, share))
        if not able:
            taken.append((grid, "", duty, work))
    return [_cover_row(staff, leaving, one, load, capacity) for one in taken]


def _choose_takers(
    staff: SettledPlan,
    grid: str,
    work: float,
    staying: list[str],
    able: list[str],
    load: Mapping[str, float],
    capacity: Mapping[str, float],
) -> list[tuple[str, float]]:
    """Who takes how much of one grid: those who stand on it by capacity, else one member; the lighter way beyond the limit."""
    if not able:
        return []
    shared: list[tuple[str, float]] = []
    if staying and work > LOAD_EPSILON:
        whole = sum(capacity[who] for who in staying)
        shared = [(who, work * capacity[who] / whole) for who in staying]
        if (
            max((load[who] + share) / capacity[who] for who, share in shared)
            <= staff.limit + LOAD_EPSILON
        ):
            return shared
    able = staying if staying and work <= LOAD_EPSILON else able
    km = staff.km[grid].reindex(able).tolist()
    after = [(load[who] + work) / capacity[who] for who in able]
    fits = [level <= staff.limit + LOAD_EPSILON or work <= LOAD_EPSILON for level in after]
    best = min(
        range(len(able)),
        key=lambda at: (not fits[at], km[at] if fits[at] else after[at], after[at], able[at]),
    )
    if shared and max((load[who] + share) / capacity[who] for who, share in shared) <= after[best]:
        return shared
    return [(able[best], work)]


def _cover_row(
    staff: SettledPlan,
    leaving: str,
    taken: TakenGrid,
    load: Mapping[str, float],
    capacity: Mapping[str, float],
) -> dict[str, object]:
    grid, who, duty, share = taken
    level = load[who] / capacity[who] if who else np.nan
    return {
        "member_id": leaving,
        "grid_code": grid,
        "stand_in_id": who,
        "duty": duty,
        "load": share,
        "load_per_capacity": level,
        "over_limit": bool(level > staff.limit + LOAD_EPSILON),
        "km": staff.km.loc[who, grid] if who else np.nan,
    }
