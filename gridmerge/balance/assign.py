"""Members to grids: the programme, its answer, and the tables people read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from gridmerge.balance import scarce, surplus
from gridmerge.balance.problem import Problem, all_distances, staffing_problem
from gridmerge.balance.split import shared_loads
from gridmerge.balance.standins import Staff, stand_ins
from gridmerge.findings import Finding, found
from gridmerge.model import Assignment, GridPlan, Roster, Township

SLACK = 0.02  # share of the best evenness given up for nearness: nobody notices two per cent, everyone a longer way


@dataclass(frozen=True, kw_only=True)
class Staffing:
    """An answer: loads member by grid, who stands where, and what no other answer could beat."""

    load: np.ndarray
    stands: np.ndarray
    bound: float


def assign(plan: GridPlan, roster: Roster, township: Township) -> Assignment:
    """Assign the members of a roster to the grids.

    Parameters
    ----------
    plan
        The unified grids with their ``workload``.
    roster
        Full-timers and part-timers carry load in proportion to capacity; a leader leads the grids of the own village,
        without patrol load.
    township
        The villages.

    Returns
    -------
    Assignment
        Every grid has at least one member. First the heaviest load per capacity is made as small as can be, then, within
        2 % of it, the distances.

    Raises
    ------
    PlanError
        Nobody on the roster can take work.
    """
    problem = staffing_problem(plan, roster, township)
    staffing = _surplus(problem) if problem.surplus else _scarce(problem)
    staffing = _alike_in_order(problem, staffing)
    rows = pd.concat([_work_rows(problem, staffing, roster), _leader_rows(plan, roster, problem)])
    assignments = rows.sort_values(["grid_code", "duty", "member_id"], ignore_index=True)
    members = member_table(assignments, plan, roster)
    return Assignment(
        assignments=assignments,
        members=members,
        stand_ins=stand_ins(Staff(assignments=assignments, members=members, km=all_distances(plan, roster, township))),
        figures=_figures(problem, staffing, members),
        findings=tuple(_idle(members)),
    )


def _surplus(problem: Problem) -> Staffing:
    heaviest, bound = surplus.crews(problem)
    grid = surplus.place(problem, heaviest * (1 + SLACK), problem.km)
    stands = np.zeros(problem.km.shape, dtype=bool)
    stands[np.arange(len(grid)), grid] = True
    helper = np.zeros(len(grid), dtype=bool)
    return Staffing(load=shared_loads(problem.work, problem.capacity, stands, helper), stands=stands, bound=bound)


def _scarce(problem: Problem) -> Staffing:
    main, helper = np.flatnonzero(problem.main), np.flatnonzero(~problem.main)
    km = problem.km
    task = scarce.Task(
        work=problem.work,
        capacity=problem.capacity[main],
        helping=problem.capacity[helper],
        cost=km[main],
        help_cost=km[helper],
    )
    teams = scarce.form_teams(task, SLACK)
    stands = np.zeros(km.shape, dtype=bool)
    stands[main[teams.owner], np.arange(len(teams.owner))] = True
    level = teams.levels(task)
    # a loop over helpers: each choice takes work from its grid
    left = problem.work.copy()
    for number in np.argsort(-task.helping, kind="stable"):
        grids = np.flatnonzero(teams.owner == teams.leads[number])
        share = task.helping[number] * level[teams.leads[number]]
        fits = left[grids] >= share
        grid = grids[np.lexsort((np.where(fits, km[helper[number], grids], -left[grids]), ~fits))[0]]
        stands[helper[number], grid] = True
        left[grid] -= share
    load = shared_loads(problem.work, problem.capacity, stands, ~problem.main)
    return Staffing(load=load, stands=stands, bound=scarce.lower_bound(task))


def _alike_in_order(problem: Problem, staffing: Staffing) -> Staffing:
    """Members whom nothing but the id tells apart get their grids in the order of their ids."""
    alike = pd.DataFrame(np.column_stack([problem.capacity, problem.main, problem.km])).round(9)
    order = np.arange(len(alike))
    for _, group in alike.groupby(list(alike.columns), sort=True):
        rows = group.index.to_numpy()
        first = [tuple(np.flatnonzero(staffing.stands[row])) for row in rows]
        order[rows] = rows[sorted(range(len(rows)), key=lambda at: (first[at], at))]
    return Staffing(load=staffing.load[order], stands=staffing.stands[order], bound=staffing.bound)


def _work_rows(problem: Problem, staffing: Staffing, roster: Roster) -> pd.DataFrame:
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


def _leader_rows(plan: GridPlan, roster: Roster, problem: Problem) -> pd.DataFrame:
    """Leaders lead the grids of their village; where a village has two, both do."""
    leaders = roster.members[roster.members["kind"] == "leader"]
    leaders = leaders[~leaders["member_id"].isin(problem.member_id)]
    rows = leaders[["member_id", "village_code"]].merge(plan.grids[["grid_code", "village_code"]], on="village_code")
    return pd.DataFrame({"grid_code": rows["grid_code"], "member_id": rows["member_id"], "duty": "leader", "load": 0.0})


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
            "load_per_capacity": np.divide(load, capacity, out=np.zeros(len(load)), where=capacity > 0),
            "grids": by_member["grid_code"].nunique().reindex(people["member_id"], fill_value=0).to_numpy(),
            "km_from_home": _mean_km(assignments, plan, roster).reindex(people["member_id"]).to_numpy(),
        }
    )


def _mean_km(assignments: pd.DataFrame, plan: GridPlan, roster: Roster) -> pd.Series:
    """Mean kilometres from home to the member's grids; nan where no home is known."""
    home = roster.members.set_index("member_id").geometry
    place = pd.Series(
        shapely.point_on_surface(plan.grids.geometry.to_numpy()), index=plan.grids["grid_code"].to_numpy()
    )
    rows = assignments.sort_values(["member_id", "grid_code"])
    homes = home.loc[rows["member_id"]].to_numpy()
    places = place.loc[rows["grid_code"]].to_numpy(dtype=object)
    km = shapely.distance(homes, places) / 1000.0
    return pd.Series(km, index=rows["member_id"].to_numpy()).groupby(level=0).mean()


def _figures(problem: Problem, staffing: Staffing, members: pd.DataFrame) -> dict[str, float | int]:
    level = staffing.load.sum(axis=1) / problem.capacity
    reached = float(level.max())
    return {
        "max_load_per_capacity": reached,
        "mean_load_per_capacity": float(problem.work.sum() / problem.capacity.sum()),
        "bound": float(staffing.bound),
        "gap": max(reached / staffing.bound - 1, 0.0) if staffing.bound > 0 else 0.0,
        "members": len(members),
        "without_grid": int((members["grids"] == 0).sum()),
        "km_from_home_mean": float(np.nanmean(members["km_from_home"]))
        if members["km_from_home"].notna().any()
        else 0.0,
    }


def _idle(members: pd.DataFrame) -> list[Finding]:
    idle = members[members["grids"] == 0]
    return [
        found("member_without_grid", layer="roster", source_id=member_id, name=name)
        for member_id, name in zip(idle["member_id"], idle["name"], strict=True)
    ]
