"""Cover plans made in advance: who takes what if a member leaves, and who is then overloaded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gridmerge.model import STAND_IN_COLUMNS
from gridmerge.staffing.problem import PATROLLING_KINDS
from gridmerge.staffing.support_roles import SUPPORT_DUTIES

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
        assignments and stand-ins of the plan that this one follows: who covers for whom stays where nothing
        else did change.
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
        level = self.members["load"] / self.members["capacity"]
        return float(level.max())

    def is_allowed(self, who: str, grid: str) -> bool:
        """Tell whether the rules leave a grid open to a member; False where either is not known."""
        known = who in self.allowed.index and grid in self.allowed.columns
        return known and bool(self.allowed.loc[who, grid])


@dataclass(frozen=True, kw_only=True)
class _OtherMembers:
    """Load (as it grows), capacity and kind of everybody but the one who leaves, by id in its order."""

    load: dict[str, float]
    capacity: dict[str, float]
    kind: dict[str, str]

    @classmethod
    def of(cls, staff: SettledPlan, leaving: str) -> _OtherMembers:
        others = staff.members["member_id"] != leaving
        people = staff.members[others].sort_values("member_id")
        ids = people["member_id"].astype(str).tolist()
        load = people["load"].astype(float).tolist()
        capacity = people["capacity"].astype(float).tolist()
        return cls(
            load=dict(zip(ids, load, strict=True)),
            capacity=dict(zip(ids, capacity, strict=True)),
            kind=dict(zip(ids, people["kind"].tolist(), strict=True)),
        )

    def take(self, who: str, work: float) -> None:
        self.load[who] += work

    def level(self, who: str, work: float = 0.0) -> float:
        """Load per capacity of a member who takes some more work."""
        return (self.load[who] + work) / self.capacity[who]

    def heaviest_level(self, shared: list[tuple[str, float]]) -> float:
        """The heaviest load per capacity of members who each take some more work."""
        return max(self.level(who, share) for who, share in shared)


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
        if member in standing:
            rows += _recompute_cover(staff, member, standing[member])
        else:
            rows += _cover_member(staff, member)
    table = pd.DataFrame(rows, columns=list(STAND_IN_COLUMNS))
    return table.sort_values(["member_id", "grid_code", "stand_in_id"], ignore_index=True)


def _standing_covers(staff: SettledPlan) -> dict[str, list[TakenGrid]]:
    """Covers of the earlier plan that still hold: the one who leaves has the same posts, and the others may still come."""
    if staff.earlier is None or staff.earlier_covers is None or staff.earlier_covers.empty:
        return {}
    posts = _posts_by_member(staff.assignments)
    posts_before = _posts_by_member(staff.earlier)
    alike = {who for who, own in posts.items() if posts_before.get(who) == own}
    standing: dict[str, list[TakenGrid]] = {}
    for leaving, rows in staff.earlier_covers.groupby("member_id", sort=True):
        taken = _list_taken(rows)
        may = all(staff.is_allowed(who, grid) for grid, who, _, _ in taken)
        if leaving in alike and may:
            standing[str(leaving)] = taken
    return standing


def _list_taken(covers: pd.DataFrame) -> list[TakenGrid]:
    """The grids of one cover: each with who takes it, in which duty, and the load."""
    columns = [covers[name].tolist() for name in ("grid_code", "stand_in_id", "duty", "load")]
    return [
        (str(grid), str(who), str(duty), float(load))
        for grid, who, duty, load in zip(*columns, strict=True)
    ]


def _posts_by_member(assignments: pd.DataFrame) -> dict[str, set[tuple[str, str, float]]]:
    posts: dict[str, set[tuple[str, str, float]]] = {}
    columns = [assignments[name].tolist() for name in ("member_id", "grid_code", "duty", "load")]
    for who, grid, duty, load in zip(*columns, strict=True):
        post = (str(grid), str(duty), round(float(load), LOAD_DECIMALS))
        posts.setdefault(str(who), set()).add(post)
    return posts


def _recompute_cover(
    staff: SettledPlan, leaving: str, taken: list[TakenGrid]
) -> list[dict[str, object]]:
    """The rows of a cover that stands, with today's levels."""
    others = _OtherMembers.of(staff, leaving)
    for _, who, _, share in taken:
        others.take(who, share)
    return [_cover_row(staff, leaving, one, others) for one in taken]


def _cover_member(staff: SettledPlan, leaving: str) -> list[dict[str, object]]:
    """The rows of a new cover: the heaviest grid first, each to those who are then able to take it."""
    leaves = staff.assignments["member_id"] == leaving
    own, kept = staff.assignments[leaves], staff.assignments[~leaves]
    others = _OtherMembers.of(staff, leaving)
    stands = set(zip(kept["grid_code"], kept["member_id"], strict=True))
    taken: list[TakenGrid] = []
    for row in own.sort_values(["load", "grid_code"], ascending=[False, True]).itertuples():
        grid, work, duty = str(row.grid_code), float(str(row.load)), str(row.duty)
        able = _list_able(staff, others, grid, work, duty)
        staying = [who for who in able if (grid, who) in stands]
        for who, share in _choose_takers(staff, others, grid, work, staying, able):
            others.take(who, share)
            taken.append((grid, who, duty, share))
        if not able:
            taken.append((grid, "", duty, work))
    return [_cover_row(staff, leaving, one, others) for one in taken]


def _list_able(
    staff: SettledPlan, others: _OtherMembers, grid: str, work: float, duty: str
) -> list[str]:
    """Who may take a grid: members of the same duty where it has no load, else who patrols, else the leaders."""
    carrying = [who for who in others.load if others.capacity[who] > 0]
    may = [who for who in carrying if staff.allowed.loc[who, grid]]
    if duty in SUPPORT_DUTIES and work <= LOAD_EPSILON:
        return [who for who in may if others.kind[who] == duty]
    patrolling = [who for who in may if others.kind[who] in PATROLLING_KINDS]
    return patrolling or [who for who in may if others.kind[who] == "leader"]


def _choose_takers(
    staff: SettledPlan,
    others: _OtherMembers,
    grid: str,
    work: float,
    staying: list[str],
    able: list[str],
) -> list[tuple[str, float]]:
    """Who takes how much of one grid: those who stand on it by capacity, else one member.

    Where either goes beyond the limit, the way that loads less.
    """
    if not able:
        return []
    if not staying:
        return [(_choose_one(staff, others, grid, work, able), work)]
    if work <= LOAD_EPSILON:
        return [(_choose_one(staff, others, grid, work, staying), work)]
    whole = sum(others.capacity[who] for who in staying)
    shared = [(who, work * others.capacity[who] / whole) for who in staying]
    level = others.heaviest_level(shared)
    if level <= staff.limit + LOAD_EPSILON:
        return shared
    best = _choose_one(staff, others, grid, work, able)
    return shared if level <= others.level(best, work) else [(best, work)]


def _choose_one(
    staff: SettledPlan, others: _OtherMembers, grid: str, work: float, able: list[str]
) -> str:
    """The nearest member who stays within the limit with the whole grid, else the one it loads least."""
    km = staff.km[grid].reindex(able).tolist()
    limit = staff.limit + LOAD_EPSILON

    def rank(at: int) -> tuple[bool, float, float, str]:
        level = others.level(able[at], work)
        fits = level <= limit or work <= LOAD_EPSILON
        return not fits, km[at] if fits else level, level, able[at]

    return able[min(range(len(able)), key=rank)]


def _cover_row(
    staff: SettledPlan, leaving: str, taken: TakenGrid, others: _OtherMembers
) -> dict[str, object]:
    grid, who, duty, share = taken
    level = others.level(who) if who else np.nan
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
