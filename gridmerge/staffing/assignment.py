"""Members to grids: the programme, its answer, and the tables people read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from gridmerge.config.settings import Staffing
from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos
from gridmerge.model import Assignment, GridPlan, Roster, Township
from gridmerge.staffing.before_after import before_and_after
from gridmerge.staffing.incumbents import Incumbents, staff_around_incumbents
from gridmerge.staffing.problem import (
    StaffingProblem,
    all_distances,
    mask_permitted_pairs,
    parse_skills,
    staffing_problem,
)
from gridmerge.staffing.solution import StaffingSolution, solve_staffing
from gridmerge.staffing.substitutes import SettledPlan, find_substitutes
from gridmerge.staffing.support_roles import SUPPORT_DUTIES, assign_support_roles, pattern_gaps


def assign_members(
    plan: GridPlan,
    roster: Roster,
    township: Township,
    rules: Staffing | None = None,
    present: pd.DataFrame | None = None,
    incumbents: Incumbents | None = None,
) -> Assignment:
    """Assign the members of a roster to the grids.

    Parameters
    ----------
    plan
        The unified grids with their ``workload``.
    roster
        Full-timers and part-timers carry load in proportion to capacity; leaders, advisers and others have duties
        without load (see `assign_support_roles`).
    township
        The villages.
    rules
        Who may take what; without them anybody may take anything.
    present
        grid_code, member_id, share: who holds the grids now (see `present_holders`).
    incumbents
        The plan that this one follows: people of its settled grids stay, whatever their duty.

    Returns
    -------
    Assignment
        Every grid has at least one member, the rules hold. First the heaviest load per capacity is made as small as can be,
        then, within the slack of it, changes are made few and ways short.

    Raises
    ------
    PlanError
        Nobody on the roster can take work, or the rules leave a grid without anybody.
    """
    rules = rules or Staffing()
    problem = staffing_problem(plan, roster, township, rules, present)
    if incumbents is None:
        staffing = solve_staffing(problem, rules.slack, rules.own_village)
    else:
        staffing = staff_around_incumbents(problem, incumbents, rules)
    price, said = _price_rules(problem, staffing, rules)
    km = all_distances(plan, roster, township)
    posted = None if incumbents is None else incumbents.postings
    covers = None if incumbents is None else incumbents.stand_ins
    support = assign_support_roles(plan, roster, km, rules, frozenset(problem.member_id), posted)
    rows = pd.concat([_work_rows(problem, staffing, roster), support])
    assignments = rows.sort_values(["grid_code", "duty", "member_id"], ignore_index=True)
    members = member_table(assignments, plan, roster)
    met, lacked = _check_skills(plan, roster, rules, assignments)
    return Assignment(
        assignments=assignments,
        members=members,
        stand_ins=find_substitutes(
            SettledPlan(
                assignments=assignments,
                members=members,
                km=km,
                allowed=_open_pairs(plan, roster, rules, km),
                earlier=posted,
                earlier_covers=covers,
            )
        ),
        figures={
            **_staffing_figures(problem, staffing, members),
            **price,
            **_count_changes(present, assignments),
            **met,
            **_before_after_states(problem, staffing, present),
        },
        findings=(
            *_idle_findings(members),
            *pattern_gaps(assignments, plan, rules),
            *said,
            *lacked,
        ),
    )


def _work_rows(
    problem: StaffingProblem, staffing: StaffingSolution, roster: Roster
) -> pd.DataFrame:
    member, grid = np.nonzero(staffing.stands)
    kind = roster.members.set_index("member_id")["kind"]
    ids = problem.member_id[member]
    return pd.DataFrame(
        {
            "grid_code": problem.grid_code[grid],
            "member_id": ids,
            "duty": kind.loc[ids].to_numpy(dtype=object),
            "load": staffing.load[member, grid],
        }
    )


def member_table(assignments: pd.DataFrame, plan: GridPlan, roster: Roster) -> pd.DataFrame:
    """Return the columns of members.csv, a row per member of the roster.

    Parameters
    ----------
    assignments
        grid_code, member_id, duty, load.
    plan, roster
        What they were made for.
    """
    people = roster.members.sort_values("member_id").reset_index(drop=True)
    by_member = assignments.groupby("member_id")
    load = by_member["load"].sum().reindex(people["member_id"], fill_value=0.0).to_numpy()
    capacity = people["capacity"].to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "member_id": people["member_id"],
            "name": people["name"],
            "kind": people["kind"],
            "capacity": capacity,
            "load": load,
            "load_per_capacity": np.divide(
                load, capacity, out=np.zeros(len(load)), where=capacity > 0
            ),
            "grids": by_member["grid_code"]
            .nunique()
            .reindex(people["member_id"], fill_value=0)
            .to_numpy(),
            "km_from_home": _mean_km(assignments, plan, roster)
            .reindex(people["member_id"])
            .to_numpy(),
        }
    )


def _mean_km(assignments: pd.DataFrame, plan: GridPlan, roster: Roster) -> pd.Series:
    """Mean kilometres from home to the member's grids; nan where no home is known."""
    home = roster.members.set_index("member_id").geometry
    place = pd.Series(
        geos.point_on_surface(plan.grids.geometry.to_numpy()),
        index=plan.grids["grid_code"].to_numpy(),
    )
    rows = assignments.sort_values(["member_id", "grid_code"])
    homes = home.loc[rows["member_id"]].to_numpy()
    places = place.loc[rows["grid_code"]].to_numpy(dtype=object)
    km = shapely.distance(homes, places) / 1000.0
    return pd.Series(km, index=rows["member_id"].to_numpy()).groupby(level=0).mean()


def _staffing_figures(
    problem: StaffingProblem, staffing: StaffingSolution, members: pd.DataFrame
) -> dict[str, float | int | bool]:
    level = staffing.load.sum(axis=1) / problem.capacity
    reached = float(level.max())
    return {
        "max_load_per_capacity": reached,
        "mean_load_per_capacity": float(problem.work.sum() / problem.capacity.sum()),
        "bound": float(staffing.bound),
        "gap": max(reached / staffing.bound - 1, 0.0) if staffing.bound > 0 else 0.0,
        "split": problem.splits,
        "members": len(members),
        "without_grid": int((members["grids"] == 0).sum()),
        "km_from_home_mean": float(np.nanmean(members["km_from_home"]))
        if members["km_from_home"].notna().any()
        else 0.0,
    }


def _open_pairs(plan: GridPlan, roster: Roster, rules: Staffing, km: pd.DataFrame) -> pd.DataFrame:
    """Member by grid: what exclusions, the longest way and the own village leave open to whom."""
    open_to = mask_permitted_pairs(rules, km.index.to_numpy(), km.columns.to_numpy(), km.to_numpy())
    if rules.own_village:
        home = (
            roster.members.set_index("member_id")["village_code"].loc[km.index].to_numpy()[:, None]
        )
        village = (
            plan.grids.set_index("grid_code")["village_code"].loc[km.columns].to_numpy()[None, :]
        )
        open_to = open_to & ((home == "") | (home == village))
    return pd.DataFrame(open_to, index=km.index, columns=km.columns)


def _check_skills(
    plan: GridPlan, roster: Roster, rules: Staffing, assignments: pd.DataFrame
) -> tuple[dict[str, int], list[Finding]]:
    """How many grids with needs have somebody for each of them; a finding names those that do not."""
    if not rules.needs:
        return {}, []
    own = {row.member_id: parse_skills(row.departments) for row in roster.members.itertuples()}
    there: dict[str, set[str]] = {}
    for code, member in zip(assignments["grid_code"], assignments["member_id"], strict=True):
        there.setdefault(code, set()).update(own[member])
    wanted = {
        code: parse_skills("、".join(rules.needs.get(code, rules.needs.get(village, ()))))
        for code, village in zip(plan.grids["grid_code"], plan.grids["village_code"], strict=True)
    }
    short = sorted(code for code, skills in wanted.items() if skills - there.get(code, set()))
    needing = sum(bool(skills) for skills in wanted.values())
    said = (
        [
            make_finding(
                "skill_short", layer="roster", measure=len(short), grids="、".join(short[:5])
            )
        ]
        if short
        else []
    )
    return {"grids_with_needs": needing, "needs_met": needing - len(short)}, said


def _price_rules(
    problem: StaffingProblem, answer: StaffingSolution, rules: Staffing
) -> tuple[dict[str, float], list[Finding]]:
    """What the rules cost: the heaviest load per capacity with them, over that without."""
    if not (rules.own_village or rules.pin or rules.exclude or rules.max_km):
        return {}, []
    if (
        problem.splits
    ):  # then so would the work be without the rules, and nothing stands in the way of the mean
        with_rules, without = answer.bound, float(problem.work.sum() / problem.capacity.sum())
    else:
        with_rules, without = (
            _heaviest_load(problem, one) for one in (answer, solve_staffing(problem, rules.slack))
        )
    price = max(with_rules / without - 1, 0.0) if without > 0 else 0.0
    percent = round(100 * price, 1)
    return {"price_of_rules": price}, [
        make_finding("rules_price", layer="roster", measure=percent)
    ] if percent >= 1 else []


def _heaviest_load(problem: StaffingProblem, answer: StaffingSolution) -> float:
    return float((answer.load.sum(axis=1) / problem.capacity).max())


def _count_changes(present: pd.DataFrame | None, assignments: pd.DataFrame) -> dict[str, int]:
    """How many grids that somebody of the roster holds now go to others altogether."""
    if present is None:
        return {}
    now = present[["grid_code", "member_id"]].drop_duplicates()
    kept = now.merge(assignments[~_is_support(assignments)], on=["grid_code", "member_id"])
    return {
        "held_before": now["grid_code"].nunique(),
        "changes": now["grid_code"].nunique() - kept["grid_code"].nunique(),
    }


def _before_after_states(
    problem: StaffingProblem, staffing: StaffingSolution, present: pd.DataFrame | None
) -> dict[str, Any]:
    states = before_and_after(
        present,
        pd.Series(problem.work, index=problem.grid_code),
        pd.Series(problem.capacity, index=problem.member_id),
        pd.Series(staffing.load.sum(axis=1), index=problem.member_id),
    )
    return {"present": states} if states else {}


def _is_support(assignments: pd.DataFrame) -> pd.Series:
    return assignments["duty"].isin(SUPPORT_DUTIES) & (assignments["load"] == 0)


def _idle_findings(members: pd.DataFrame) -> list[Finding]:
    idle = members[members["grids"] == 0]
    return [
        make_finding("member_without_grid", layer="roster", source_id=member_id, name=name)
        for member_id, name in zip(idle["member_id"], idle["name"], strict=True)
    ]
