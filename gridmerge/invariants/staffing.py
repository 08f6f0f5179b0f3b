"""Promise 5: every grid has somebody, and a member's load is what the assignments say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gridmerge.invariants.build_frames import Result
from gridmerge.invariants.violations import Violation, make_violation, name_first

LOAD_TOLERANCE = 1e-4  # loads are written to six decimals, and a member may hold many grids


def check_staffing(result: Result) -> Iterator[Violation]:
    """Check assignments against members, grids and the roster; without a roster there is nothing to promise."""
    if result.staff is None:
        return
    grids, table = set(result.grids["grid_code"]), result.assignments
    idle = sorted(grids - set(table["grid_code"]))
    if idle:
        yield make_violation(
            5,
            f"网格没有网格员：{name_first(idle)}。",
            f"grids without a member: {name_first(idle)}.",
            idle,
        )
    strange = sorted(set(table["grid_code"]) - grids) + sorted(
        set(table["member_id"]) - result.staff
    )
    if strange:
        yield make_violation(
            5,
            f"分工表引用了不存在的网格或网格员：{name_first(strange)}。",
            f"assignments name grids or members that are not there: {name_first(strange)}.",
        )
    missing = sorted(result.staff ^ set(result.members["member_id"]))
    if missing:
        yield make_violation(
            5,
            f"网格员表与名册不同：{name_first(missing)}。",
            f"members.csv is not the roster: {name_first(missing)}.",
        )
    yield from _check_loads(result)
    yield from _check_work_done(result)


def _check_loads(result: Result) -> Iterator[Violation]:
    table, members = result.assignments, result.members
    ids = members["member_id"].to_numpy()
    sums = table.groupby("member_id")["load"].sum().reindex(ids).fillna(0.0).to_numpy(dtype=float)
    counts = (
        table.groupby("member_id")["grid_code"]
        .nunique()
        .reindex(ids)
        .fillna(0)
        .to_numpy(dtype=float)
    )
    load, held, capacity, each = (
        members[name].to_numpy(dtype=float)
        for name in ("load", "grids", "capacity", "load_per_capacity")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        shared = np.where(capacity > 0, load / capacity, each)
    right = (np.abs(load - sums) <= LOAD_TOLERANCE) & (held == counts)
    right &= (np.abs(each - shared) <= LOAD_TOLERANCE * np.maximum(1.0, np.abs(shared))) | (
        capacity <= 0
    )
    if not right.all():
        odd = name_first(sorted(ids[~right]))
        yield make_violation(
            5,
            f"网格员的工作量与分工表不符：{odd}。",
            f"members' loads are not what the assignments say: {odd}.",
        )


def _check_work_done(result: Result) -> Iterator[Violation]:
    """Those who share a grid do all of its work, no more and no less."""
    grids = result.grids.drop_duplicates("grid_code").set_index("grid_code")["workload"]
    done = result.assignments.groupby("grid_code")["load"].sum().reindex(grids.index)
    close = (done - grids).abs() <= LOAD_TOLERANCE * grids.abs().clip(lower=1.0)
    wrong = ~close & done.notna()  # a grid without anybody is told already
    if wrong.any():
        odd = name_first(sorted(grids.index[wrong]))
        yield make_violation(
            5,
            f"网格的工作量与其网格员分担之和不符：{odd}。",
            f"the loads of a grid's members do not sum to its workload: {odd}.",
        )
    table = result.assignments
    below = table["load"].lt(-LOAD_TOLERANCE) & table["grid_code"].map(grids).ge(0.0)
    if below.any():
        odd = name_first(sorted(set(table.loc[below, "member_id"])))
        yield make_violation(
            5, f"网格员的工作量为负：{odd}。", f"members have loads below nought: {odd}."
        )
