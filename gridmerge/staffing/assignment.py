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
    METRES_PER_KM,
    StaffingProblem,
    all_distances,
    list_needed_skills,
    mask_permitted_pairs,
    parse_skills,
    staffing_problem,
)
from gridmerge.staffing.solution import StaffingSolution, solve_staffing
from gridmerge.staffing.substitutes import SettledPlan, find_substitutes
from gridmerge.staffing.support_roles import SUPPORT_DUTIES, assign_support_roles, pattern_gaps

# Grids that a finding names.
MAX_SHOWN_GRIDS = 5
# Rules that cost less are not worth a finding.
MIN_PRICE_PERCENT = 1


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
        Full-timers and part-timers carry load in proportion to capacity; leaders, advisers and others have
        duties without load (see `assign_support_roles`).
    township
        The villages.
    rules
        Who may take what; without them anybody may take anything.
    present
        grid_code, member_id, share: who holds the grids now (see `find_current_holders`).
    incumbents
        The plan that this one follows: people of its settled grids stay, whatever their duty.

    Returns
    -------
    Assignment
        Every grid has at least one member, the rules hold. First the heaviest load per capacity is made as
        small as can be, then, within the slack of it, changes are made few and ways short.

    Raises
    ------
    PlanError
        Nobody on the roster can take work, or the rules leave a grid without anybody.
    """
    rules = rules or Staffing()
    problem = staffing_problem(plan, roster, township, rules, present)
    staffing = _staff_problem(problem, incumbents, rules)
    price, price_findings = _price_rules(problem, staffing, rules)
    km = all_distances(plan, roster, township)
    postings = None if incumbents is None else incumbents.postings
    covers = None if incumbents is None else incumbents.stand_ins
    carrying = frozenset(problem.member_id)
    support = assign_support_roles(plan, roster, km, rules, carrying, postings)
    rows = pd.concat([_work_rows(problem, staffing, roster), support])
    assignments = rows.sort_values(["grid_code", "duty", "member_id"], ignore_index=True)
    members = member_table(assignments, plan, roster)
    met, skill_findings = _check_skills(plan, roster, rules, assignments)
    settled = SettledPlan(
        assignments=assignments,
        members=members,
        km=km,
        allowed=_open_pairs(plan, roster, rules, km),
        earlier=postings,
        earlier_covers=covers,
    )
    return Assignment(
        assignments=assignments,
        members=members,
        stand_ins=find_substitutes(settled),
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
            *price_findings,
            *skill_findings,
        ),
    )


def _staff_problem(
    problem: StaffingProblem, incumbents: Incumbents | None, rules: Staffing
) -> StaffingSolution:
    if incumbents is None:
        return solve_staffing(problem, rules.slack, rules.own_village)
    return staff_around_incumbents(problem, incumbents, rules)


def _work_rows(
    problem: StaffingProblem, staffing: StaffingSolution, roster: Roster
) -> pd.DataFrame:
    member, grid = np.nonzero(staffing.stands)
    kinds = roster.members.set_index("member_id")["kind"]
    ids = problem.member_id[member]
    return pd.DataFrame(
        {
            "grid_code": problem.grid_code[grid],
            "member_id": ids,
            "duty": kinds.loc[ids].to_numpy(dtype=object),
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
    ids = people["member_id"]
    by_member = assignments.groupby("member_id")
    load = by_member["load"].sum().reindex(ids, fill_value=0.0).to_numpy()
    grids = by_member["grid_code"].nunique().reindex(ids, fill_value=0)
    km = _mean_km(assignments, plan, roster).reindex(ids)
    capacity = people["capacity"].to_numpy(dtype=float)
    level = np.zeros(len(load))
    np.divide(load, capacity, out=level, where=capacity > 0)
    return pd.DataFrame(
        {
            "member_id": ids,
            "name": people["name"],
            "kind": people["kind"],
            "capacity": capacity,
            "load": load,
            "load_per_capacity": level,
            "grids": grids.to_numpy(),
            "km_from_home": km.to_numpy(),
        }
    )


def _mean_km(assignments: pd.DataFrame, plan: GridPlan, roster: Roster) -> pd.Series:
    """Mean kilometres from home to the member's grids; nan where no home is known."""
    rows = assignments.sort_values(["member_id", "grid_code"])
    ids = rows["member_id"].to_numpy()
    homes = roster.members.set_index("member_id").geometry.loc[ids]
    points = geos.point_on_surface(plan.grids.geometry.to_numpy())
    places = pd.Series(points, index=plan.grids["grid_code"].to_numpy())
    visited = places.loc[rows["grid_code"]].to_numpy(dtype=object)
    km = shapely.distance(homes.to_numpy(), visited) / METRES_PER_KM
    return pd.Series(km, index=ids).groupby(level=0).mean()


def _staffing_figures(
    problem: StaffingProblem, staffing: StaffingSolution, members: pd.DataFrame
) -> dict[str, float | int | bool]:
    reached = staffing.heaviest_level(problem.capacity)
    km = members["km_from_home"]
    return {
        "max_load_per_capacity": reached,
        "mean_load_per_capacity": _mean_level(problem),
        "bound": float(staffing.bound),
        "gap": _excess_share(reached, staffing.bound),
        "split": problem.splits,
        "members": len(members),
        "without_grid": int((members["grids"] == 0).sum()),
        "km_from_home_mean": float(np.nanmean(km)) if km.notna().any() else 0.0,
    }


def _mean_level(problem: StaffingProblem) -> float:
    """Load per capacity if work could be shared without limit."""
    return float(problem.work.sum() / problem.capacity.sum())


def _excess_share(level: float, bound: float) -> float:
    """By what share a level exceeds a bound."""
    return max(level / bound - 1, 0.0) if bound > 0 else 0.0


def _open_pairs(plan: GridPlan, roster: Roster, rules: Staffing, km: pd.DataFrame) -> pd.DataFrame:
    """Member by grid: what exclusions, the longest way and the own village leave open to whom."""
    ids, codes = km.index.to_numpy(), km.columns.to_numpy()
    open_to = mask_permitted_pairs(rules, ids, codes, km.to_numpy())
    if rules.own_village:
        open_to = open_to & _mask_own_village(plan, roster, ids, codes)
    return pd.DataFrame(open_to, index=km.index, columns=km.columns)


def _mask_own_village(
    plan: GridPlan, roster: Roster, ids: np.ndarray, codes: np.ndarray
) -> np.ndarray:
    """Member by grid: grids of the member's village; every grid for a member of no village."""
    homes = roster.members.set_index("member_id")["village_code"]
    villages = plan.grids.set_index("grid_code")["village_code"]
    home = homes.loc[ids].to_numpy()[:, None]
    village = villages.loc[codes].to_numpy()[None, :]
    return np.asarray((home == "") | (home == village))


def _check_skills(
    plan: GridPlan, roster: Roster, rules: Staffing, assignments: pd.DataFrame
) -> tuple[dict[str, int], list[Finding]]:
    """How many grids with needs have somebody for each of them; a finding names those that do not."""
    if not rules.needs:
        return {}, []
    own = {row.member_id: parse_skills(row.departments) for row in roster.members.itertuples()}
    held: dict[str, set[str]] = {}
    for code, member in zip(assignments["grid_code"], assignments["member_id"], strict=True):
        held.setdefault(code, set()).update(own[member])
    needed = dict(zip(plan.grids["grid_code"], list_needed_skills(rules, plan.grids), strict=True))
    short = sorted(code for code, skills in needed.items() if skills - held.get(code, set()))
    with_needs = sum(bool(skills) for skills in needed.values())
    figures = {"grids_with_needs": with_needs, "needs_met": with_needs - len(short)}
    if not short:
        return figures, []
    shown = "、".join(short[:MAX_SHOWN_GRIDS])
    finding = make_finding("skill_short", layer="roster", measure=len(short), grids=shown)
    return figures, [finding]


def _price_rules(
    problem: StaffingProblem, answer: StaffingSolution, rules: Staffing
) -> tuple[dict[str, float], list[Finding]]:
    """What the rules cost: the heaviest load per capacity with them, over that without."""
    if not (rules.own_village or rules.pin or rules.exclude or rules.max_km):
        return {}, []
    if problem.splits:
        # without the rules the work would be shared too, and nothing prevents the mean
        with_rules, without_rules = answer.bound, _mean_level(problem)
    else:
        free = solve_staffing(problem, rules.slack)
        with_rules = answer.heaviest_level(problem.capacity)
        without_rules = free.heaviest_level(problem.capacity)
    price = _excess_share(with_rules, without_rules)
    figures = {"price_of_rules": price}
    percent = round(100 * price, 1)
    if percent < MIN_PRICE_PERCENT:
        return figures, []
    return figures, [make_finding("rules_price", layer="roster", measure=percent)]


def _count_changes(present: pd.DataFrame | None, assignments: pd.DataFrame) -> dict[str, int]:
    """How many grids that somebody of the roster holds now go to others altogether."""
    if present is None:
        return {}
    pair = ["grid_code", "member_id"]
    now = present[pair].drop_duplicates()
    carried = assignments[~_is_support(assignments)]
    kept = now.merge(carried, on=pair)
    held = now["grid_code"].nunique()
    return {"held_before": held, "changes": held - kept["grid_code"].nunique()}


def _before_after_states(
    problem: StaffingProblem, staffing: StaffingSolution, present: pd.DataFrame | None
) -> dict[str, Any]:
    loads = staffing.load.sum(axis=1)
    states = before_and_after(
        present,
        pd.Series(problem.work, index=problem.grid_code),
        pd.Series(problem.capacity, index=problem.member_id),
        pd.Series(loads, index=problem.member_id),
    )
    return {"present": states} if states else {}


def _is_support(assignments: pd.DataFrame) -> pd.Series:
    without_load = assignments["load"] == 0
    return assignments["duty"].isin(SUPPORT_DUTIES) & without_load


def _idle_findings(members: pd.DataFrame) -> list[Finding]:
    idle = members[members["grids"] == 0]
    named = zip(idle["member_id"], idle["name"], strict=True)
    return [
        make_finding("member_without_grid", layer="roster", source_id=member_id, name=name)
        for member_id, name in named
    ]
