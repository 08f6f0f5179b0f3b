"""The staffing problem answered: by villages where members keep to their own, and by the way that fits each part."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gridmerge.errors import PlanError
from gridmerge.staffing import one_grid_assignment, team_assignment
from gridmerge.staffing.assignment_with_rules import assign_with_splits
from gridmerge.staffing.load_sharing import shared_loads
from gridmerge.staffing.problem import StaffingProblem
from gridmerge.staffing.team_problem import TeamProblem

LIGHT_GRID_SHARE = 0.2  # of the mean work of a grid: for less nobody needs a person of their own
LOAD_EPSILON = 1e-9


@dataclass(frozen=True, kw_only=True)
class StaffingSolution:
    """Loads member by grid, who stands where, and the heaviest load per capacity no other answer could beat."""

    load: np.ndarray
    stands: np.ndarray
    bound: float


def solve_staffing(
    problem: StaffingProblem, slack: float, own_village: bool = False
) -> StaffingSolution:
    """Answer a problem.

    Parameters
    ----------
    problem
        With the rules in `allowed` and `pinned`.
    slack
        Share of the best evenness that may be given up for nearness and for fewer changes.
    own_village
        Members take grids of their own village only; those without one go where they are needed most.

    Raises
    ------
    PlanError
        The rules leave a grid or a village without anybody.
    """
    parts = (
        _by_village(problem)
        if own_village
        else [(np.arange(len(problem.member_id)), np.arange(len(problem.work)))]
    )
    load, stands = np.zeros(problem.km.shape), np.zeros(problem.km.shape, dtype=bool)
    bound = 0.0
    for members, grids in parts:
        part = _alike_in_order(
            problem.part(members, grids), _solve_part(problem.part(members, grids), slack)
        )
        load[np.ix_(members, grids)], stands[np.ix_(members, grids)] = part.load, part.stands
        bound = max(bound, part.bound)
    return StaffingSolution(load=load, stands=stands, bound=bound)


def _solve_part(problem: StaffingProblem, slack: float) -> StaffingSolution:
    if problem.splits:
        load, stands, bound = assign_with_splits(problem, slack)
        return StaffingSolution(load=load, stands=stands, bound=bound)
    if not problem.surplus:
        return _assign_teams(problem, slack)
    light = problem.work < LIGHT_GRID_SHARE * problem.work.mean()
    return (
        _assign_one_grid(problem, slack)
        if problem.spread or not light.any()
        else _attach_light_grids(problem, slack, light)
    )


def _by_village(problem: StaffingProblem) -> list[tuple[np.ndarray, np.ndarray]]:
    """Members and grids of each village; members of no village join the one with most work per capacity, one by one."""
    villages = sorted(set(problem.grid_village))
    staff = {
        village: np.flatnonzero(problem.member_village == village).tolist() for village in villages
    }
    grids = {village: np.flatnonzero(problem.grid_village == village) for village in villages}
    placed = {member for members in staff.values() for member in members}

    def strain(village: str) -> float:
        capacity = problem.capacity[staff[village]].sum()
        return float(problem.work[grids[village]].sum() / capacity) if capacity else np.inf

    for member in sorted(set(range(len(problem.member_id))) - placed):
        staff[max(villages, key=lambda village: (strain(village), village))].append(member)
    empty = [village for village in villages if not staff[village]]
    if empty:
        raise PlanError(
            f"[staffing] own_village = true，但村/社区 {'、'.join(empty)} 没有网格员；请在名册中补充，或去掉该规定。",
            f"[staffing] own_village = true, but the villages {', '.join(empty)} have no member; add some, or drop the rule.",
        )
    return [(np.array(sorted(staff[village])), grids[village]) for village in villages]


def _attach_light_grids(
    problem: StaffingProblem, slack: float, light: np.ndarray
) -> StaffingSolution:
    """Grids with hardly any work need nobody of their own: the nearest main member with room takes them along."""
    everyone, heavy = np.arange(len(problem.member_id)), np.flatnonzero(~light)
    rest = _assign_one_grid(problem.part(everyone, heavy), slack)
    load, stands = np.zeros(problem.km.shape), np.zeros(problem.km.shape, dtype=bool)
    load[:, heavy], stands[:, heavy] = rest.load, rest.stands
    limit = max(float((rest.load.sum(axis=1) / problem.capacity).max()), rest.bound * (1 + slack))
    # a loop over the few light grids, the heaviest first: each takes room from the next
    for grid in np.flatnonzero(light)[np.argsort(-problem.work[light], kind="stable")]:
        after = (load.sum(axis=1) + problem.work[grid]) / problem.capacity
        over = np.where(after > limit + LOAD_EPSILON, after, 0.0)
        member = int(np.lexsort((problem.cost[:, grid], over, ~problem.main))[0])
        load[member, grid], stands[member, grid] = problem.work[grid], True
    return StaffingSolution(load=load, stands=stands, bound=rest.bound)


def _assign_one_grid(problem: StaffingProblem, slack: float) -> StaffingSolution:
    heaviest, bound = one_grid_assignment.minimize_heaviest_load(problem)
    grid = one_grid_assignment.place_members(problem, heaviest * (1 + slack), problem.cost)
    stands = np.zeros(problem.km.shape, dtype=bool)
    stands[np.arange(len(grid)), grid] = True
    helper = np.zeros(len(grid), dtype=bool)
    return StaffingSolution(
        load=shared_loads(problem.work, problem.capacity, stands, helper),
        stands=stands,
        bound=bound,
    )


def _assign_teams(problem: StaffingProblem, slack: float) -> StaffingSolution:
    main, helper = np.flatnonzero(problem.main), np.flatnonzero(~problem.main)
    task = TeamProblem(
        work=problem.work,
        capacity=problem.capacity[main],
        helping=problem.capacity[helper],
        cost=problem.cost[main],
        help_cost=problem.cost[helper],
    )
    teams, bound = team_assignment.form_teams(task, slack)
    stands = np.zeros(problem.km.shape, dtype=bool)
    stands[main[teams.owner], np.arange(len(teams.owner))] = True
    stands[helper, _helper_grids(task, teams, problem.spread)] = True
    load = shared_loads(problem.work, problem.capacity, stands, ~problem.main)
    return StaffingSolution(load=load, stands=stands, bound=bound)


def _helper_grids(task: TeamProblem, teams: team_assignment.TeamPlan, spread: bool) -> np.ndarray:
    """The grid of each helper within the team: the nearest with work enough left, else the one with most left.

    To `spread` them, one that has no helper comes before one that has.
    """
    level, left = teams.levels(task), task.work.copy()
    chosen, helpers = np.zeros(len(task.helping), dtype=int), np.zeros(len(task.work), dtype=int)
    # a loop over helpers: each choice takes work from its grid
    for helper in np.argsort(-task.helping, kind="stable"):
        grids = np.flatnonzero(teams.owner == teams.leads[helper])
        share = task.helping[helper] * level[teams.leads[helper]]
        fits = left[grids] >= share
        helped = helpers[grids] * spread
        chosen[helper] = grids[
            np.lexsort(
                (np.where(fits, task.help_cost[helper, grids], -left[grids]), ~fits, helped)
            )[0]
        ]
        helpers[chosen[helper]] += 1
        left[chosen[helper]] -= share
    return chosen


def _alike_in_order(problem: StaffingProblem, answer: StaffingSolution) -> StaffingSolution:
    """Members whom nothing but the id tells apart get their grids in the order of their ids."""
    columns = np.column_stack(
        [problem.capacity, problem.main, problem.cost, problem.allowed, problem.pinned]
    )
    alike = pd.DataFrame(columns).round(9)
    order = np.arange(len(alike))
    for _, group in alike.groupby(list(alike.columns), sort=True):
        rows = group.index.to_numpy()
        first = [tuple(np.flatnonzero(answer.stands[row])) for row in rows]
        order[rows] = rows[sorted(range(len(rows)), key=lambda at: (first[at], at))]
    return replace(answer, load=answer.load[order], stands=answer.stands[order])
