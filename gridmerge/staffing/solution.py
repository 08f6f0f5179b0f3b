"""The staffing problem answered: by villages where members keep to their own, and by the way that fits each part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gridmerge.errors import PlanError
from gridmerge.staffing import one_grid_assignment, team_assignment
from gridmerge.staffing.assignment_with_rules import assign_with_splits
from gridmerge.staffing.load_sharing import shared_loads
from gridmerge.staffing.problem import StaffingProblem
from gridmerge.staffing.team_problem import TeamPlan, TeamProblem

# Of the mean work of a grid: for less nobody needs a person of their own.
LIGHT_GRID_SHARE = 0.2
LOAD_EPSILON = 1e-9
# Members whose figures agree to so many decimals are alike.
ALIKE_DECIMALS = 9


@dataclass(frozen=True, kw_only=True)
class StaffingSolution:
    """Loads member by grid, who stands where, and the heaviest load per capacity no other answer could beat."""

    load: np.ndarray
    stands: np.ndarray
    bound: float

    def levels(self, capacity: np.ndarray) -> np.ndarray:
        """Load per capacity of each member."""
        return np.asarray(self.load.sum(axis=1) / capacity)

    def heaviest_level(self, capacity: np.ndarray) -> float:
        """The heaviest load per capacity."""
        return float(self.levels(capacity).max())


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
    everything = (np.arange(len(problem.member_id)), np.arange(len(problem.work)))
    parts = _split_by_village(problem) if own_village else [everything]
    load = np.zeros(problem.km.shape)
    stands = np.zeros(problem.km.shape, dtype=bool)
    bound = 0.0
    for members, grids in parts:
        part = problem.part(members, grids)
        solution = _order_alike_members(part, _solve_part(part, slack))
        both = np.ix_(members, grids)
        load[both] = solution.load
        stands[both] = solution.stands
        bound = max(bound, solution.bound)
    return StaffingSolution(load=load, stands=stands, bound=bound)


def _solve_part(problem: StaffingProblem, slack: float) -> StaffingSolution:
    if problem.splits:
        load, stands, bound = assign_with_splits(problem, slack)
        return StaffingSolution(load=load, stands=stands, bound=bound)
    if not problem.surplus:
        return _assign_teams(problem, slack)
    light = problem.work < LIGHT_GRID_SHARE * problem.work.mean()
    if problem.spread or not light.any():
        return _assign_one_grid(problem, slack)
    return _attach_light_grids(problem, slack, light)


def _split_by_village(problem: StaffingProblem) -> list[tuple[np.ndarray, np.ndarray]]:
    """Members and grids of each village; members of no village join the one with most work per capacity, one by one."""
    villages = sorted(set(problem.grid_village))
    grids = {code: np.flatnonzero(problem.grid_village == code) for code in villages}
    work = {code: problem.work[grids[code]].sum() for code in villages}
    staff = {code: np.flatnonzero(problem.member_village == code).tolist() for code in villages}

    def strain(village: str) -> tuple[float, str]:
        capacity = problem.capacity[staff[village]].sum()
        level = float(work[village] / capacity) if capacity else np.inf
        return level, village

    of_no_village = ~np.isin(problem.member_village.astype(str), villages)
    for member in np.flatnonzero(of_no_village).tolist():
        neediest = max(villages, key=strain)
        staff[neediest].append(member)
    _refuse_empty_villages([village for village in villages if not staff[village]])
    return [(np.array(sorted(staff[village])), grids[village]) for village in villages]


def _refuse_empty_villages(empty: Sequence[str]) -> None:
    if empty:
        raise PlanError(
            f"[staffing] own_village = true，但村/社区 {'、'.join(empty)} 没有网格员；请在名册中补充，或去掉该规定。",
            f"[staffing] own_village = true, but the villages {', '.join(empty)} have no member; add some, or drop the rule.",
        )


def _attach_light_grids(
    problem: StaffingProblem, slack: float, light: np.ndarray
) -> StaffingSolution:
    """Grids with hardly any work need nobody of their own: the nearest main member with room takes them along."""
    everyone = np.arange(len(problem.member_id))
    heavy = np.flatnonzero(~light)
    rest = _assign_one_grid(problem.part(everyone, heavy), slack)
    load = np.zeros(problem.km.shape)
    stands = np.zeros(problem.km.shape, dtype=bool)
    load[:, heavy] = rest.load
    stands[:, heavy] = rest.stands
    limit = max(rest.heaviest_level(problem.capacity), rest.bound * (1 + slack))
    heaviest_first = np.argsort(-problem.work[light], kind="stable")
    # a loop over the few light grids, the heaviest first: each takes room from the next
    for grid in np.flatnonzero(light)[heaviest_first]:
        level = (load.sum(axis=1) + problem.work[grid]) / problem.capacity
        over = np.where(level > limit + LOAD_EPSILON, level, 0.0)
        order = np.lexsort((problem.cost[:, grid], over, ~problem.main))
        member = int(order[0])
        load[member, grid] = problem.work[grid]
        stands[member, grid] = True
    return StaffingSolution(load=load, stands=stands, bound=rest.bound)


def _assign_one_grid(problem: StaffingProblem, slack: float) -> StaffingSolution:
    heaviest, bound = one_grid_assignment.minimize_heaviest_load(problem)
    limit = heaviest * (1 + slack)
    grid = one_grid_assignment.place_members(problem, limit, problem.cost)
    stands = np.zeros(problem.km.shape, dtype=bool)
    stands[np.arange(len(grid)), grid] = True
    no_helper = np.zeros(len(grid), dtype=bool)
    load = shared_loads(problem.work, problem.capacity, stands, no_helper)
    return StaffingSolution(load=load, stands=stands, bound=bound)


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
    stands[helper, _place_helpers(task, teams, problem.spread)] = True
    load = shared_loads(problem.work, problem.capacity, stands, ~problem.main)
    return StaffingSolution(load=load, stands=stands, bound=bound)


def _place_helpers(task: TeamProblem, teams: TeamPlan, spread: bool) -> np.ndarray:
    """The grid of each helper within the team: the nearest with work enough left, else the one with most left.

    To `spread` them, one that has no helper comes before one that has.
    """
    level, left = teams.levels(task), task.work.copy()
    chosen = np.zeros(len(task.helping), dtype=int)
    helpers = np.zeros(len(task.work), dtype=int)
    # a loop over helpers: each choice takes work from its grid
    for helper in np.argsort(-task.helping, kind="stable"):
        team = teams.leads[helper]
        grids = np.flatnonzero(teams.owner == team)
        share = task.helping[helper] * level[team]
        fits = left[grids] >= share
        preference = np.where(fits, task.help_cost[helper, grids], -left[grids])
        helped = helpers[grids] * spread
        grid = grids[np.lexsort((preference, ~fits, helped))[0]]
        chosen[helper] = grid
        helpers[grid] += 1
        left[grid] -= share
    return chosen


def _order_alike_members(problem: StaffingProblem, answer: StaffingSolution) -> StaffingSolution:
    """Members whom nothing but the id distinguishes get their grids in the order of their ids."""
    rows = [problem.capacity, problem.main, problem.cost, problem.allowed, problem.pinned]
    traits = pd.DataFrame(np.column_stack(rows)).round(ALIKE_DECIMALS)
    order = np.arange(len(traits))
    for _, alike in traits.groupby(list(traits.columns), sort=True):
        members = alike.index.to_numpy()
        posts = [tuple(np.flatnonzero(answer.stands[member])) for member in members]
        by_post = sorted(range(len(members)), key=posts.__getitem__)
        order[members] = members[by_post]
    return replace(answer, load=answer.load[order], stands=answer.stands[order])
