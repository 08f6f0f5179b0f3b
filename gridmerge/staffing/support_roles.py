"""Duties without load: leaders, advisers and others. The rules of distance and exclusion bind them like everyone."""

from __future__ import annotations

from collections.abc import Mapping

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
PATTERN_PLACES: Mapping[
    str, tuple[str, ...]
] = {  # what every grid should have, by pattern of [staffing]
    "default": (),
    "1+5+N": (),
    "1+3+N": ("leader", "full_time", "part_time", "adviser"),
}


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
        Leaders lead every grid of their village. A grid has one adviser, of the village or of none, each as much work to look
        after as the capacities say. Each of the others is on one grid, where there is most work for those already there.
    km
        Member (index) by grid (columns): among equals the nearest.
    rules
        Pairs they forbid do not come about; a pinned member stands where the pins say, a leader there too.
    carrying
        Members who carry load: nobody does both.
    before
        grid_code, member_id, duty of an earlier plan: whoever may stay where they were stays.
    """
    grids = plan.grids.sort_values("grid_code").set_index("grid_code")
    members = roster.members[~roster.members["member_id"].isin(carrying)].sort_values("member_id")
    near = km.reindex(index=members["member_id"], columns=grids.index).to_numpy()
    ids, codes = members["member_id"].to_numpy(dtype=object), grids.index.to_numpy(dtype=object)
    home = members["village_code"].to_numpy()[:, None]
    open_to = mask_permitted_pairs(rules, ids, codes, near)
    open_to &= (home == grids["village_code"].to_numpy()[None, :]) | (home == "") & (
        members["kind"] != "leader"
    ).to_numpy()[:, None]
    pinned = mask_named_pairs(rules.pin, ids, codes)
    free = ~pinned.any(axis=1)
    stood = _previous_posts(before, members, codes) & open_to
    work, capacity = (
        grids["workload"].to_numpy(dtype=float),
        members["capacity"].to_numpy(dtype=float),
    )
    stands = np.zeros(open_to.shape, dtype=bool)
    for kind in SUPPORT_DUTIES:
        rows = np.flatnonzero(
            (members["kind"] == kind).to_numpy() & (capacity > 0) & (free | (kind == "leader"))
        )
        if kind == "leader":
            stands[rows] = open_to[rows]
        elif kind == "adviser":
            stands[rows] = _assign_advisers(
                open_to[rows], near[rows], work, capacity[rows], stood[rows]
            )
        else:
            stands[rows] = _place_by_work(open_to[rows], near[rows], work, stood[rows])
    member, grid = np.nonzero(stands | pinned)
    return pd.DataFrame(
        {
            "grid_code": grids.index.to_numpy(dtype=object)[grid],
            "member_id": members["member_id"].to_numpy(dtype=object)[member],
            "duty": members["kind"].to_numpy(dtype=object)[member],
            "load": 0.0,
        }
    )


def _previous_posts(
    before: pd.DataFrame | None, members: pd.DataFrame, codes: np.ndarray
) -> np.ndarray:
    """Member by grid, True where the earlier plan has the member in the duty of today's kind."""
    ids = members["member_id"].to_numpy(dtype=object)
    if before is None:
        return np.zeros((len(ids), len(codes)), dtype=bool)
    posts = set(zip(before["member_id"], before["duty"], before["grid_code"], strict=True))
    kinds = members["kind"].tolist()
    rows = [
        [(who, kind, code) in posts for code in codes] for who, kind in zip(ids, kinds, strict=True)
    ]
    return np.array(rows, dtype=bool).reshape(len(ids), len(codes))


def _assign_advisers(
    open_to: np.ndarray, km: np.ndarray, work: np.ndarray, capacity: np.ndarray, stood: np.ndarray
) -> np.ndarray:
    """One adviser a grid, the work looked after even by capacity; who is left over joins the heaviest grid."""
    stands = stood.copy()
    load = (stands * work[None, :]).sum(axis=1)
    # loops by nature: each choice hangs on those before; grids with least choice first, then the heaviest
    for grid in np.lexsort((np.arange(len(work)), -work, open_to.sum(axis=0))):
        able = np.flatnonzero(open_to[:, grid])
        if len(able) and not stands[:, grid].any():
            level = ((load[able] + work[grid]) / capacity[able]).round(9)
            chosen = able[np.lexsort((able, km[able, grid], level))[0]]
            stands[chosen, grid] = True
            load[chosen] += work[grid]
    for member in np.flatnonzero(~stands.any(axis=1) & open_to.any(axis=1)):
        stands[member, _emptiest_grid(open_to[member], km[member], work, stands)] = True
    return stands


def _place_by_work(
    open_to: np.ndarray, km: np.ndarray, work: np.ndarray, stood: np.ndarray
) -> np.ndarray:
    """Everyone on one grid: those with least choice first, where there is most work for each already there."""
    stands = stood.copy()
    for member in np.argsort(open_to.sum(axis=1), kind="stable"):
        if open_to[member].any() and not stands[member].any():
            stands[member, _emptiest_grid(open_to[member], km[member], work, stands)] = True
    return stands


def _emptiest_grid(
    open_to: np.ndarray, km: np.ndarray, work: np.ndarray, stands: np.ndarray
) -> int:
    able = np.flatnonzero(open_to)
    there = stands[:, able].sum(axis=0)
    return int(able[np.lexsort((able, km[able], -(work[able] / (there + 1)).round(9)))[0]])


def pattern_gaps(assignments: pd.DataFrame, plan: GridPlan, rules: Staffing) -> list[Finding]:
    """Return what the pattern asks of every grid and some do not have: a finding a duty."""
    missing = {
        duty: sorted(
            set(plan.grids["grid_code"])
            - set(assignments.loc[assignments["duty"] == duty, "grid_code"])
        )
        for duty in PATTERN_PLACES[rules.pattern]
    }
    return [
        make_finding(
            "pattern_short",
            layer="roster",
            measure=len(codes),
            duty=Text(DUTY_NAMES[duty], duty.replace("_", "-")),
            pattern=rules.pattern,
            grids="、".join(codes[:5]),
        )
        for duty, codes in missing.items()
        if codes
    ]
