"""Duties without load: leaders, advisers and others. The rules of distance and exclusion bind them like everyone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gridmerge.config.settings import Staffing
from gridmerge.findings import Finding, make_finding
from gridmerge.i18n.text import Text
from gridmerge.model import GridPlan, Roster
from gridmerge.staffing.problem import mask_named_pairs, mask_permitted_pairs

DUTY_NAMES = {
    "leader": "网格长",
    "full_time": "专职网格员",
    "part_time": "兼职网格员",
    "adviser": "指导员",
}
SUPPORT_DUTIES = ("leader", "adviser", "other")
# What every grid should have, by pattern of [staffing].
PATTERN_PLACES: Mapping[str, tuple[str, ...]] = {
    "default": (),
    "1+5+N": (),
    "1+3+N": ("leader", "full_time", "part_time", "adviser"),
}
# Levels that agree to so many decimals are equal.
LEVEL_DECIMALS = 9
# Grids that a finding names.
MAX_SHOWN_GRIDS = 5


@dataclass(frozen=True, kw_only=True)
class _Choices:
    """Who may stand where: members by grids.

    Parameters
    ----------
    open_to, stood
        Member by grid, bool: what rules and villages leave open; where the earlier plan has the member.
    km
        Member by grid.
    work, capacity
        Of each grid, of each member.
    """

    open_to: np.ndarray
    stood: np.ndarray
    km: np.ndarray
    work: np.ndarray
    capacity: np.ndarray

    def part(self, members: np.ndarray) -> _Choices:
        """The same for some of the members."""
        return replace(
            self,
            open_to=self.open_to[members],
            stood=self.stood[members],
            km=self.km[members],
            capacity=self.capacity[members],
        )


def assign_support_roles(
    plan: GridPlan,
    roster: Roster,
    km: pd.DataFrame,
    rules: Staffing,
    carrying: frozenset[str],
    before: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the assignments of those who carry no load: grid_code, member_id, duty, load (0).

    Parameters
    ----------
    plan, roster
        Leaders lead every grid of their village. A grid has one adviser, of the village or of none, each as
        much work to look after as the capacities say. Each of the others is on one grid, where there is most
        work for those already there.
    km
        Member (index) by grid (columns): among equals the nearest.
    rules
        Pairs they forbid do not come about; a pinned member stands where the pins say, a leader there too.
    carrying
        Members who carry load: nobody does both.
    before
        grid_code, member_id, duty of an earlier plan: whoever may stay where they were stays.
    """
    grids = plan.grids.sort_values("grid_code").reset_index(drop=True)
    idle = ~roster.members["member_id"].isin(carrying)
    members = roster.members[idle].sort_values("member_id")
    ids = members["member_id"].to_numpy(dtype=object)
    codes = grids["grid_code"].to_numpy(dtype=object)
    near = km.reindex(index=ids, columns=codes).to_numpy()
    open_to = mask_permitted_pairs(rules, ids, codes, near)
    open_to &= _mask_own_village(members, grids)
    choices = _Choices(
        open_to=open_to,
        stood=_previous_posts(before, members, codes) & open_to,
        km=near,
        work=grids["workload"].to_numpy(dtype=float),
        capacity=members["capacity"].to_numpy(dtype=float),
    )
    kinds = members["kind"].to_numpy(dtype=object)
    pinned = mask_named_pairs(rules.pin, ids, codes)
    stands = _place_by_kind(choices, kinds, pinned)
    member, grid = np.nonzero(stands | pinned)
    return pd.DataFrame(
        {"grid_code": codes[grid], "member_id": ids[member], "duty": kinds[member], "load": 0.0}
    )


def _mask_own_village(members: pd.DataFrame, grids: pd.DataFrame) -> np.ndarray:
    """Member by grid: grids of the member's village; every grid for members of none, but for leaders."""
    home = members["village_code"].to_numpy()[:, None]
    village = grids["village_code"].to_numpy()[None, :]
    no_leader = (members["kind"] != "leader").to_numpy()[:, None]
    return np.asarray((home == village) | (home == "") & no_leader)


def _place_by_kind(choices: _Choices, kinds: np.ndarray, pinned: np.ndarray) -> np.ndarray:
    """Member by grid: where leaders, advisers and others stand, those who are pinned aside."""
    stands = np.zeros(choices.open_to.shape, dtype=bool)
    able = choices.capacity > 0
    free = able & ~pinned.any(axis=1)
    leaders = np.flatnonzero(able & (kinds == "leader"))
    stands[leaders] = choices.open_to[leaders]
    advisers = np.flatnonzero(free & (kinds == "adviser"))
    stands[advisers] = _assign_advisers(choices.part(advisers))
    others = np.flatnonzero(free & (kinds == "other"))
    stands[others] = _place_by_work(choices.part(others))
    return stands


def _previous_posts(
    before: pd.DataFrame | None, members: pd.DataFrame, codes: np.ndarray
) -> np.ndarray:
    """Member by grid, True where the earlier plan has the member in the duty of today's kind."""
    ids = members["member_id"].to_numpy(dtype=object)
    if before is None:
        return np.zeros((len(ids), len(codes)), dtype=bool)
    posts = set(zip(before["member_id"], before["duty"], before["grid_code"], strict=True))
    stood = np.zeros((len(ids), len(codes)), dtype=bool)
    for row, (who, kind) in enumerate(zip(ids, members["kind"], strict=True)):
        stood[row] = [(who, kind, code) in posts for code in codes]
    return stood


def _assign_advisers(choices: _Choices) -> np.ndarray:
    """One adviser a grid, the work even by capacity; who is left over joins the heaviest grid."""
    open_to, work = choices.open_to, choices.work
    stands = choices.stood.copy()
    load = (stands * work[None, :]).sum(axis=1)
    by_choice = np.lexsort((np.arange(len(work)), -work, open_to.sum(axis=0)))
    # loops by nature: each choice depends on those before; grids with least choice first, then the heaviest
    for grid in by_choice:
        able = np.flatnonzero(open_to[:, grid])
        if len(able) and not stands[:, grid].any():
            level = (load[able] + work[grid]) / choices.capacity[able]
            km = choices.km[able, grid]
            order = np.lexsort((able, km, level.round(LEVEL_DECIMALS)))
            chosen = able[order[0]]
            stands[chosen, grid] = True
            load[chosen] += work[grid]
    left_over = ~stands.any(axis=1) & open_to.any(axis=1)
    for member in np.flatnonzero(left_over):
        stands[member, _neediest_grid(choices, member, stands)] = True
    return stands


def _place_by_work(choices: _Choices) -> np.ndarray:
    """Everyone on one grid: those with least choice first, where there is most work for each already there."""
    stands = choices.stood.copy()
    for member in np.argsort(choices.open_to.sum(axis=1), kind="stable"):
        if choices.open_to[member].any() and not stands[member].any():
            stands[member, _neediest_grid(choices, member, stands)] = True
    return stands


def _neediest_grid(choices: _Choices, member: np.integer, stands: np.ndarray) -> int:
    """The grid open to a member with most work for each who would then be there; among equals the nearest."""
    able = np.flatnonzero(choices.open_to[member])
    crew = stands[:, able].sum(axis=0) + 1
    work = (choices.work[able] / crew).round(LEVEL_DECIMALS)
    order = np.lexsort((able, choices.km[member, able], -work))
    return int(able[order[0]])


def pattern_gaps(assignments: pd.DataFrame, plan: GridPlan, rules: Staffing) -> list[Finding]:
    """Return what the pattern asks of every grid and some do not have: a finding a duty."""
    findings = []
    for duty in PATTERN_PLACES[rules.pattern]:
        filled = assignments.loc[assignments["duty"] == duty, "grid_code"]
        missing = sorted(set(plan.grids["grid_code"]) - set(filled))
        if missing:
            finding = make_finding(
                "pattern_short",
                layer="roster",
                measure=len(missing),
                duty=Text(DUTY_NAMES[duty], duty.replace("_", "-")),
                pattern=rules.pattern,
                grids="、".join(missing[:MAX_SHOWN_GRIDS]),
            )
            findings.append(finding)
    return findings
