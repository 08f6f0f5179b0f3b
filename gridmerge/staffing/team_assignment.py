"""Fewer main members than grids: a grid has one of them, one of them has several grids, part-timers help out.

A main member with the helpers on the own grids is a team; a team's load per capacity is the same for all
in it. The teams are made as even as can be by descent from largest-first; then, within a slack, people are
brought near to their grids: by HiGHS where the township is small, and by moves, swaps and exchanges from
its relaxation where it is not (programmes of many tight knapsacks end nowhere).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment

from gridmerge.optimize.highs import solve_milp
from gridmerge.staffing.lower_bound import MAX_PROVEN_GRIDS, prove_load_bound
from gridmerge.staffing.team_problem import TeamPlan, TeamProblem
from gridmerge.staffing.team_start import (
    LOAD_EPSILON,
    MAX_DESCENT_MOVES,
    assign_helpers,
    form_largest_first,
    occupy_everyone,
    relieve_heaviest,
)

# Candidates a grid or helper: the nearest members; more make the programme larger, hardly better.
CANDIDATES_PER_PLACE = 15
# Branch-and-bound nodes, not seconds: a slow computer must not get another plan than a fast one.
MAX_BRANCH_NODES = 20
# Relative, of kilometres and changes.
MIP_GAP = 0.01
# Grids and helpers up to which HiGHS is asked for a whole answer: beyond, it takes longer than it is worth.
MAX_WHOLE_SIZE = 80
# Of descent and exchange, each of which ends when it helps no more.
IMPROVEMENT_ROUNDS = 20
# Stands for an infinite cost where sums are taken.
FORBIDDEN_COST = 1e6
# Any excess of load weighs more than all costs.
EXCESS_PENALTY = 1e9


def bound_whole_grids(task: TeamProblem) -> float:
    """Return what no sharing of whole grids can beat.

    Without helpers: the mean, and that some member has k + 1 of the k·n + 1 heaviest. With helpers: the
    mean, and that every grid too heavy for one member takes helpers from a number that is given.
    """
    if len(task.helping):
        return max(task.mean, _helper_level_bound(task))
    heaviest = np.sort(task.work)[::-1]
    members = len(task.capacity)
    rounds = (len(heaviest) - 1) // members
    together = [heaviest[0]]
    for k in range(1, rounds + 1):
        crowded = heaviest[k * (members - 1) : k * members + 1]
        together.append(crowded.sum())
    return float(max(task.mean, max(together) / task.capacity.max()))


def _helper_level_bound(task: TeamProblem) -> float:
    """The least level at which the grids, each with a main member to itself, need no more helpers than there are.

    Grids in one team need at least as many helpers together as each alone, as long as a main member carries
    no less than a helper: rounding up saves less than one helper a grid, sharing the member costs more. So
    this holds for any teams.
    """
    helper = float(task.helping.max())
    member = max(float(task.capacity.max()), helper)
    crew = member + helper * np.arange(len(task.helping) + 1)
    levels = np.unique(task.work[:, None] / crew[None, :])
    # the need falls as the level rises, and changes at these levels only
    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high) // 2
        carried = task.work / max(levels[middle], LOAD_EPSILON)
        need = np.ceil((carried - member) / helper - LOAD_EPSILON)
        if np.maximum(need, 0).sum() <= len(task.helping):
            high = middle
        else:
            low = middle + 1
    return float(levels[low])


def form_teams(task: TeamProblem, slack: float) -> tuple[TeamPlan, float]:
    """Return teams near to their grids, within `slack` (a share) of the best evenness, and its proven bound."""
    even, bound = _form_evenest_teams(task, slack)
    limit = max(even.heaviest_level(task), bound * (1 + slack))
    starts = [even]
    integrality = (False, True) if task.places <= MAX_WHOLE_SIZE else (False,)
    for whole in integrality:
        answer = _solve_assignment(task, limit, even, whole)
        if answer is not None:
            starts.append(occupy_everyone(task, answer))
    answers = [_improve_teams(task, limit, start) for start in starts]

    def rank(teams: TeamPlan) -> tuple[float, float]:
        excess = teams.heaviest_level(task) - limit
        return max(excess, LOAD_EPSILON), _total_cost(task, teams)

    return min(answers, key=rank), bound


def _form_evenest_teams(task: TeamProblem, slack: float) -> tuple[TeamPlan, float]:
    """The evenest teams, and their bound.

    Only where largest-first is not near the plain bound is a better proof looked for.
    """
    even = form_largest_first(task)
    bound = bound_whole_grids(task)
    reached = even.heaviest_level(task)
    if reached <= bound * (1 + slack) or len(task.work) > MAX_PROVEN_GRIDS:
        return even, bound
    bound, owner = prove_load_bound(task, even.owner, bound, reached)
    if owner is None:
        return even, bound
    proven = TeamPlan(owner=owner, leads=even.leads)
    occupied = occupy_everyone(task, proven)
    better = relieve_heaviest(task, assign_helpers(task, occupied.owner))
    evenest = min((better, even), key=lambda teams: teams.heaviest_level(task))
    return evenest, bound


def _improve_teams(task: TeamProblem, limit: float, teams: TeamPlan) -> TeamPlan:
    """Descend, and exchange people who are alike in capacity, in turns."""
    for _ in range(IMPROVEMENT_ROUNDS):
        before = _total_cost(task, teams)
        descended = _descend_cost(task, limit, teams)
        teams = _exchange_members(task, descended)
        if _total_cost(task, teams) >= before - LOAD_EPSILON:
            break
    return teams


def _total_cost(task: TeamProblem, teams: TeamPlan) -> float:
    grids = np.arange(len(teams.owner))
    helpers = np.arange(len(teams.leads))
    helping = _team_costs(task, teams)[helpers, teams.leads]
    return float(task.cost[teams.owner, grids].sum() + helping.sum())


def _team_costs(task: TeamProblem, teams: TeamPlan) -> np.ndarray:
    """Helper by main member: the cost of the nearest grid of the team."""
    nearest = np.full((len(task.capacity), len(task.helping)), np.inf)
    np.minimum.at(nearest, teams.owner, task.help_cost.T)
    return nearest.T


def _finite_costs(task: TeamProblem) -> np.ndarray:
    return np.where(np.isfinite(task.cost), task.cost, FORBIDDEN_COST)


def _exchange_members(task: TeamProblem, teams: TeamPlan) -> TeamPlan:
    """Members of one capacity take each other's grids, then helpers each other's teams, at least cost."""
    mains = len(task.capacity)
    bundle = np.zeros((mains, mains))  # member by whose grids
    np.add.at(bundle.T, teams.owner, _finite_costs(task).T)
    taker = _match_takers(bundle, task.capacity)
    taken = TeamPlan(owner=taker[teams.owner], leads=taker[teams.leads])
    return _exchange_helpers(task, taken)


def _match_takers(cost: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Who takes each place, within each capacity, at least cost."""
    taker = np.arange(len(capacity))
    for size in np.unique(capacity):
        alike = np.flatnonzero(capacity == size)
        rows, columns = linear_sum_assignment(cost[np.ix_(alike, alike)])
        taker[alike[columns]] = alike[rows]
    return taker


def _exchange_helpers(task: TeamProblem, teams: TeamPlan) -> TeamPlan:
    """Helpers of one capacity take each other's teams, at least cost."""
    cost = _team_costs(task, teams)
    leads = teams.leads.copy()
    for size in np.unique(task.helping):
        alike = np.flatnonzero(task.helping == size)
        places = np.ix_(alike, teams.leads[alike])
        rows, columns = linear_sum_assignment(cost[places])
        leads[alike[rows]] = teams.leads[alike[columns]]
    return replace(teams, leads=leads)


def _solve_assignment(
    task: TeamProblem, limit: float, known: TeamPlan, whole: bool
) -> TeamPlan | None:
    """The generalised assignment problem by HiGHS; None where it found nothing within its nodes.

    `known` are teams within the limit: their pairs are among the candidates, so that there is an answer. Not
    `whole`: the relaxation, each grid and helper where most of it went.
    """
    member, grid = _candidate_pairs(task.cost, known.owner)
    # a helper is near a main member if there is a grid near to both
    way = np.min(task.help_cost[:, None, :] + task.cost[None, :, :], axis=2)
    lead, helper = _candidate_pairs(way.T, known.leads)
    costs = np.concatenate([task.cost[member, grid], way[helper, lead]])
    answer = solve_milp(
        costs,
        integrality=np.ones(len(costs)) * whole,
        bounds=Bounds(0, 1),
        constraints=_assignment_constraints(task, limit, (member, grid), (lead, helper)),
        options={"node_limit": MAX_BRANCH_NODES, "mip_rel_gap": MIP_GAP},
    )
    if answer.x is None:
        return None
    owning, leading = np.split(answer.x, [len(member)])
    return TeamPlan(
        owner=_pick_largest(owning, grid, member, len(task.work)),
        leads=_pick_largest(leading, helper, lead, len(task.helping)),
    )


def _assignment_constraints(
    task: TeamProblem,
    limit: float,
    owning: tuple[np.ndarray, np.ndarray],
    leading: tuple[np.ndarray, np.ndarray],
) -> list[Any]:
    """Every grid and helper once, a grid at least for every main member, and no team beyond the limit.

    The unknowns are pairs of main member and grid (`owning`), then of main member and helper (`leading`).
    """
    member, grid = owning
    lead, helper = leading
    mains, grids = len(task.capacity), len(task.work)
    size = len(member) + len(lead)
    at, ones = np.arange(size), np.ones(size)
    first = np.arange(len(member))
    place = np.concatenate([grid, grids + helper])
    once = sp.csr_matrix((ones, (place, at)), shape=(task.places, size))
    some = sp.csr_matrix((ones[first], (member, first)), shape=(mains, size))
    relief = -limit * task.helping[helper]
    load = np.concatenate([task.work[grid], relief])
    team = np.concatenate([member, lead])
    loads = sp.csr_matrix((load, (team, at)), shape=(mains, size))
    return [
        LinearConstraint(once, 1, 1),
        LinearConstraint(some, 1, np.inf),
        LinearConstraint(loads, -np.inf, limit * task.capacity),
    ]


def _pick_largest(amount: np.ndarray, what: np.ndarray, who: np.ndarray, count: int) -> np.ndarray:
    """Who has most of each."""
    chosen = np.zeros(count, dtype=int)
    order = np.argsort(amount, kind="stable")
    chosen[what[order]] = who[order]  # the last writer has the most
    return chosen


def _candidate_pairs(cost: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the cheapest few of each column, and of what is known to work."""
    allowed = np.zeros(cost.shape, dtype=bool)
    columns = np.arange(cost.shape[1])
    cheapest = np.argsort(cost, axis=0, kind="stable")[:CANDIDATES_PER_PLACE]
    allowed[cheapest, columns[None, :]] = True
    allowed[known, columns] = True
    rows, chosen = np.nonzero(allowed & np.isfinite(cost))
    return rows, chosen


def _descend_cost(task: TeamProblem, limit: float, teams: TeamPlan) -> TeamPlan:
    """Best moves and swaps of grids: what exceeds the limit counts first, then cost. Helpers stay."""
    owner = teams.owner.copy()
    cost = _finite_costs(task)
    capacities = task.team_capacities(teams.leads)
    for _ in range(MAX_DESCENT_MOVES):
        move = _price_moves(task, limit, owner, cost, capacities)
        swap = _price_swaps(task, limit, owner, cost, capacities)
        if min(move.min(), swap.min()) > -LOAD_EPSILON:
            break
        if move.min() <= swap.min():
            member, grid = np.unravel_index(np.argmin(move), move.shape)
            owner[grid] = member
        else:
            one, other = np.unravel_index(np.argmin(swap), swap.shape)
            owner[one], owner[other] = owner[other], owner[one]
    return replace(teams, owner=owner)


def _price_moves(
    task: TeamProblem, limit: float, owner: np.ndarray, cost: np.ndarray, capacities: np.ndarray
) -> np.ndarray:
    """Main member by grid: what it costs more to have the member take the grid."""
    grids = np.arange(len(task.work))
    loads = task.team_loads(owner)
    excess = _excess_load(loads, capacities, limit)
    left = _excess_load(loads[owner] - task.work, capacities[owner], limit)
    relief = left - excess[owner]
    joined = loads[:, None] + task.work[None, :]
    strain = _excess_load(joined, capacities[:, None], limit) - excess[:, None]
    current = cost[owner, grids]
    move = EXCESS_PENALTY * (relief[None, :] + strain) + cost - current[None, :]
    move[owner, grids] = np.inf
    held = np.bincount(owner, minlength=len(capacities))
    move[:, held[owner] == 1] = np.inf
    return np.asarray(move)


def _price_swaps(
    task: TeamProblem, limit: float, owner: np.ndarray, cost: np.ndarray, capacities: np.ndarray
) -> np.ndarray:
    """Grid by grid: what it costs more to have their main members swap them."""
    work, loads = task.work, task.team_loads(owner)
    excess = _excess_load(loads, capacities, limit)
    gain = work[None, :] - work[:, None]  # the owner of the row's grid takes the column's
    after = loads[owner][:, None] + gain
    strain = _excess_load(after, capacities[owner][:, None], limit) - excess[owner][:, None]
    current = cost[owner, np.arange(len(work))]
    taken = cost[owner]
    swap = EXCESS_PENALTY * (strain + strain.T) + taken + taken.T
    swap = swap - current[:, None] - current[None, :]
    swap[owner[:, None] == owner[None, :]] = np.inf
    return np.asarray(swap)


def _excess_load(load: np.ndarray, capacities: np.ndarray, limit: float) -> np.ndarray:
    return np.asarray(np.maximum(load / capacities - limit, 0.0))
