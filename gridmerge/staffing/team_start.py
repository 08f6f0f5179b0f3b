"""Even teams to start from: the largest grids first, then the best changes for the most loaded team."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridmerge.staffing.team_problem import TeamPlan, TeamProblem, replace_value

# Of descent steps; a descent ends long before, this only bounds it.
MAX_DESCENT_MOVES = 20_000
LOAD_EPSILON = 1e-9


def form_largest_first(task: TeamProblem) -> TeamPlan:
    """Return teams formed largest first: grids to members, helpers to the most loaded team.

    The best changes for the most loaded team follow, until none helps.
    """
    load = np.zeros(len(task.capacity))
    owner = np.zeros(len(task.work), dtype=int)
    # loops by nature: each choice depends on those before
    for grid in np.argsort(-task.work, kind="stable"):
        has_grid = load > 0  # everyone gets a grid before anyone gets two
        level = (load + task.work[grid]) / task.capacity
        order = np.lexsort((task.cost[:, grid], level, has_grid))
        member = int(order[0])
        owner[grid] = member
        load[member] += max(task.work[grid], LOAD_EPSILON)
    return relieve_heaviest(task, assign_helpers(task, owner))


def assign_helpers(task: TeamProblem, owner: np.ndarray) -> TeamPlan:
    """Assign every helper, the strongest first, to the most loaded team."""
    load = task.team_loads(owner)
    capacity = task.capacity.copy()
    leads = np.zeros(len(task.helping), dtype=int)
    for helper in np.argsort(-task.helping, kind="stable"):
        team = int(np.argmax(load / capacity))
        leads[helper] = team
        capacity[team] += task.helping[helper]
    return TeamPlan(owner=owner, leads=leads)


def occupy_everyone(task: TeamProblem, teams: TeamPlan) -> TeamPlan:
    """Give a main member without a grid the nearest grid of somebody who has several."""
    owner = teams.owner.copy()
    mains = len(task.capacity)
    idle = np.bincount(owner, minlength=mains) == 0
    for member in np.flatnonzero(idle):
        held = np.bincount(owner, minlength=mains)
        spare = held[owner] > 1
        nearest = np.argmin(np.where(spare, task.cost[member], np.inf))
        owner[nearest] = member
    return replace(teams, owner=owner)


def relieve_heaviest(task: TeamProblem, teams: TeamPlan) -> TeamPlan:
    """Relieve the most loaded team by the best single change, until none helps."""
    for _ in range(MAX_DESCENT_MOVES):
        levels = teams.levels(task)
        worst = int(np.argmax(levels))
        options = [_best_grid_change(task, teams, worst), _best_helper_change(task, teams, worst)]
        level, better = min(options, key=lambda option: option[0])
        if level >= levels[worst] - LOAD_EPSILON:
            return teams
        teams = better
    return teams


def _best_grid_change(task: TeamProblem, teams: TeamPlan, worst: int) -> tuple[float, TeamPlan]:
    """The best move of a grid away from a team, or swap with a grid of another.

    Returns the higher level of the two teams, and the teams.
    """
    loads = task.team_loads(teams.owner)
    capacities = task.team_capacities(teams.leads)
    own_grids = np.flatnonzero(teams.owner == worst).tolist()
    best, owner = np.inf, teams.owner
    for grid in own_grids:  # a team's grids are a handful
        options = []
        if len(own_grids) > 1:
            options.append(_best_move(task, teams.owner, loads, capacities, grid))
        options.append(_best_swap(task, teams.owner, loads, capacities, grid))
        for level, changed in options:
            if level < best:
                best, owner = level, changed
    return best, replace(teams, owner=owner)


def _best_move(
    task: TeamProblem, owner: np.ndarray, loads: np.ndarray, capacities: np.ndarray, grid: int
) -> tuple[float, np.ndarray]:
    """The best team to move a grid to: the higher level of the two teams after it, and the owners."""
    giver = owner[grid]
    work = task.work[grid]
    giver_level = (loads[giver] - work) / capacities[giver]
    taker_level = (loads + work) / capacities
    after = np.maximum(giver_level, taker_level)
    after[giver] = np.inf
    taker = int(np.argmin(after))
    return float(after[taker]), replace_value(owner, grid, taker)


def _best_swap(
    task: TeamProblem, owner: np.ndarray, loads: np.ndarray, capacities: np.ndarray, grid: int
) -> tuple[float, np.ndarray]:
    """The best grid of another team to swap a grid with: the higher level after it, and the owners."""
    giver = owner[grid]
    gain = task.work - task.work[grid]
    giver_level = (loads[giver] + gain) / capacities[giver]
    other_level = (loads[owner] - gain) / capacities[owner]
    after = np.maximum(giver_level, other_level)
    after[owner == giver] = np.inf
    other = int(np.argmin(after))
    moved = replace_value(owner, grid, int(owner[other]))
    return float(after[other]), replace_value(moved, other, giver)


def _best_helper_change(task: TeamProblem, teams: TeamPlan, worst: int) -> tuple[float, TeamPlan]:
    """The best helper called from another team, or exchanged for a smaller one."""
    if not len(task.helping):
        return np.inf, teams
    loads = task.team_loads(teams.owner)
    capacities = task.team_capacities(teams.leads)
    best, leads = _best_call(task, teams.leads, loads, capacities, worst)
    for helper in np.flatnonzero(teams.leads == worst):
        level, changed = _best_exchange(task, teams.leads, loads, capacities, int(helper))
        if level < best:
            best, leads = level, changed
    return best, replace(teams, leads=leads)


def _best_call(
    task: TeamProblem, leads: np.ndarray, loads: np.ndarray, capacities: np.ndarray, worst: int
) -> tuple[float, np.ndarray]:
    """The best helper to call from another team: the higher level of the two after it, and the leads."""
    left_level = loads[leads] / (capacities[leads] - task.helping)
    left_level = np.where(leads == worst, np.inf, left_level)
    joined_level = loads[worst] / (capacities[worst] + task.helping)
    after = np.maximum(left_level, joined_level)
    helper = int(np.argmin(after))
    return float(after[helper]), replace_value(leads, helper, worst)


def _best_exchange(
    task: TeamProblem, leads: np.ndarray, loads: np.ndarray, capacities: np.ndarray, helper: int
) -> tuple[float, np.ndarray]:
    """The best helper of another team to exchange one for: the higher level after it, and the leads."""
    team = leads[helper]
    gain = task.helping - task.helping[helper]
    own_level = loads[team] / (capacities[team] + gain)
    other_level = loads[leads] / (capacities[leads] - gain)
    after = np.maximum(own_level, other_level)
    after[leads == team] = np.inf
    other = int(np.argmin(after))
    moved = replace_value(leads, helper, int(leads[other]))
    return float(after[other]), replace_value(moved, other, team)
