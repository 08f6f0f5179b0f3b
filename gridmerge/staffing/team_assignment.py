"""Fewer main members than grids: a grid has one of them, one of them has several grids, part-timers help out.

A main member with the helpers on the own grids is a team; a team's load per capacity is the same for all in it. The teams
are made as even as can be by descent from largest-first; then, within a slack, people are brought near to their grids: by
HiGHS where the township is small, and by moves, swaps and exchanges from its relaxation where it is not (programmes of
many tight knapsacks end nowhere).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment

from gridmerge.optimize.highs import solve_milp
from gridmerge.staffing.lower_bound import MAX_PROVEN_GRIDS, prove_load_bound
from gridmerge.staffing.team_problem import TeamProblem

CANDIDATES_PER_PLACE = 15  # candidates a grid or helper: the nearest members; more make the programme larger, hardly better
# branch-and-bound nodes, not seconds: a slow computer must not get another plan than a fast one
MAX_BRANCH_NODES = 20
MIP_GAP = 0.01  # relative, of kilometres and changes
MAX_WHOLE_SIZE = 80  # grids and helpers up to which HiGHS is asked for a whole answer: beyond, it takes longer than it is worth
IMPROVEMENT_ROUNDS = 20  # of descent and exchange, each of which ends when it helps no more
MAX_DESCENT_MOVES = 20_000  # a descent ends long before; this only bounds it
LOAD_EPSILON = 1e-9
FORBIDDEN_COST = 1e6  # stands for an infinite cost where sums are taken
EXCESS_PENALTY = 1e9  # any excess of load weighs more than all costs


@dataclass(frozen=True, kw_only=True)
class TeamPlan:
    """Main member of each grid, and of each helper."""

    owner: np.ndarray
    leads: np.ndarray

    def levels(self, task: TeamProblem) -> np.ndarray:
        """Load per capacity of each team."""
        return np.asarray(_team_loads(self.owner, task) / _team_capacities(self.leads, task))


def bound_whole_grids(task: TeamProblem) -> float:
    """Return what no sharing of whole grids can beat.

    Without helpers: the mean, and that some member has k + 1 of the k·n + 1 heaviest. With helpers: the mean, and that every
    grid too heavy for one member takes helpers from a number that is given.
    """
    if len(task.helping):
        return max(task.mean, _helper_level_bound(task))
    heaviest, n = np.sort(task.work)[::-1], len(task.capacity)
    crowded = [
        heaviest[k * (n - 1) : k * n + 1].sum() for k in range(1, (len(heaviest) - 1) // n + 1)
    ]
    return float(max(task.mean, max([heaviest[0], *crowded]) / task.capacity.max()))


def _helper_level_bound(task: TeamProblem) -> float:
    """The least level at which the grids, each with a main member to itself, would need no more helpers than there are.

    Grids in one team need at least as many helpers together as each alone, as long as a main member carries no less than a
    helper: rounding up saves less than one helper a grid, sharing the member costs more. So this holds for any teams.
    """
    helper = float(task.helping.max())
    member = max(float(task.capacity.max()), helper)
    most = np.arange(len(task.helping) + 1)
    levels = np.unique(task.work[:, None] / (member + helper * most)[None, :])
    # the need falls as the level rises, and changes at these levels only
    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high) // 2
        need = np.ceil(
            (task.work / max(levels[middle], LOAD_EPSILON) - member) / helper - LOAD_EPSILON
        )
        enough = np.maximum(need, 0).sum() <= len(task.helping)
        low, high = (low, middle) if enough else (middle + 1, high)
    return float(levels[low])


def form_teams(task: TeamProblem, slack: float) -> tuple[TeamPlan, float]:
    """Return teams near to their grids, within `slack` (a share) of the best evenness, and the proven bound of that evenness."""
    even, bound = _form_evenest_teams(task, slack)
    limit = max(float(even.levels(task).max()), bound * (1 + slack))
    starts = [even]
    for whole in (False, True)[: 2 if len(task.work) + len(task.helping) <= MAX_WHOLE_SIZE else 1]:
        answer = _solve_assignment(task, limit, even, whole)
        if answer is not None:
            starts.append(_occupy_everyone(task, answer))
    answers = [_improve_teams(task, limit, start) for start in starts]
    best = min(
        answers,
        key=lambda teams: (
            max(float(teams.levels(task).max()) - limit, LOAD_EPSILON),
            _total_cost(task, teams),
        ),
    )
    return best, bound


def _form_evenest_teams(task: TeamProblem, slack: float) -> tuple[TeamPlan, float]:
    """The evenest teams, and their bound; only where largest-first is not near the plain bound is a better proof looked for."""
    even, bound = _largest_first(task), bound_whole_grids(task)
    reached = float(even.levels(task).max())
    if reached <= bound * (1 + slack) or len(task.work) > MAX_PROVEN_GRIDS:
        return even, bound
    bound, owner = prove_load_bound(task, even.owner, bound, reached)
    if owner is None:
        return even, bound
    better = _relieve_heaviest(
        task,
        _assign_helpers(
            task, _occupy_everyone(task, TeamPlan(owner=owner, leads=even.leads)).owner
        ),
    )
    return min((better, even), key=lambda teams: float(teams.levels(task).max())), bound


def _improve_teams(task: TeamProblem, limit: float, teams: TeamPlan) -> TeamPlan:
    """Descend, and exchange people who are alike in capacity, in turns."""
    for _ in range(IMPROVEMENT_ROUNDS):
        before = _total_cost(task, teams)
        teams = _exchange_members(task, _descend_cost(task, limit, teams))
        if _total_cost(task, teams) >= before - LOAD_EPSILON:
            break
    return teams


def _total_cost(task: TeamProblem, teams: TeamPlan) -> float:
    helping = _to_team(task, teams)[np.arange(len(teams.leads)), teams.leads]
    return float(task.cost[teams.owner, np.arange(len(teams.owner))].sum() + helping.sum())


def _to_team(task: TeamProblem, teams: TeamPlan) -> np.ndarray:
    """Helper by main member: the way to the nearest grid of the team."""
    nearest = np.full((len(task.capacity), len(task.helping)), np.inf)
    np.minimum.at(nearest, teams.owner, task.help_cost.T)
    return nearest.T


def _exchange_members(task: TeamProblem, teams: TeamPlan) -> TeamPlan:
    """Members of one capacity take each other's grids, then helpers of one capacity each other's teams, at least cost."""
    mains, finite = len(task.capacity), np.where(np.isfinite(task.cost), task.cost, FORBIDDEN_COST)
    bundle = np.zeros((mains, mains))  # member by whose grids
    np.add.at(bundle.T, teams.owner, finite.T)
    taker = _match_takers(bundle, task.capacity)
    teams = TeamPlan(owner=taker[teams.owner], leads=taker[teams.leads])
    way = _to_team(task, teams)
    leads = teams.leads.copy()
    for size in np.unique(task.helping):
        alike = np.flatnonzero(task.helping == size)
        rows, columns = linear_sum_assignment(way[np.ix_(alike, teams.leads[alike])])
        leads[alike[rows]] = teams.leads[alike[columns]]
    return replace(teams, leads=leads)


def _match_takers(cost: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Who takes each place, within each capacity, at least cost."""
    taker = np.arange(len(capacity))
    for size in np.unique(capacity):
        alike = np.flatnonzero(capacity == size)
        rows, columns = linear_sum_assignment(cost[np.ix_(alike, alike)])
        taker[alike[columns]] = alike[rows]
    return taker


def _occupy_everyone(task: TeamProblem, teams: TeamPlan) -> TeamPlan:
    """Give a main member without a grid the nearest grid of somebody who has several."""
    owner = teams.owner.copy()
    for member in np.flatnonzero(np.bincount(owner, minlength=len(task.capacity)) == 0):
        spare = np.bincount(owner, minlength=len(task.capacity))[owner] > 1
        owner[np.argmin(np.where(spare, task.cost[member], np.inf))] = member
    return replace(teams, owner=owner)


def _team_loads(owner: np.ndarray, task: TeamProblem) -> np.ndarray:
    return np.bincount(owner, weights=task.work, minlength=len(task.capacity))


def _team_capacities(leads: np.ndarray, task: TeamProblem) -> np.ndarray:
    """Capacity of each team."""
    return task.capacity + np.bincount(leads, weights=task.helping, minlength=len(task.capacity))


def _largest_first(task: TeamProblem) -> TeamPlan:
    """Largest first: grids to members, helpers to the most loaded; then the best changes for the most loaded team."""
    mains = len(task.capacity)
    load, owner = np.zeros(mains), np.zeros(len(task.work), dtype=int)
    # loops by nature: each choice hangs on those before
    for grid in np.argsort(-task.work, kind="stable"):
        unused = load > 0  # everyone gets a grid before anyone gets two
        member = int(
            np.lexsort((task.cost[:, grid], (load + task.work[grid]) / task.capacity, unused))[0]
        )
        owner[grid] = member
        load[member] += max(task.work[grid], LOAD_EPSILON)
    return _relieve_heaviest(task, _assign_helpers(task, owner))


def _assign_helpers(task: TeamProblem, owner: np.ndarray) -> TeamPlan:
    """Every helper, the strongest first, to the most loaded team."""
    load, means = _team_loads(owner, task), task.capacity.copy()
    leads = np.zeros(len(task.helping), dtype=int)
    for helper in np.argsort(-task.helping, kind="stable"):
        leads[helper] = int(np.argmax(load / means))
        means[leads[helper]] += task.helping[helper]
    return TeamPlan(owner=owner, leads=leads)


def _relieve_heaviest(task: TeamProblem, teams: TeamPlan) -> TeamPlan:
    """Relieve the most loaded team by the best single change, until none helps."""
    for _ in range(MAX_DESCENT_MOVES):
        worst = int(np.argmax(teams.levels(task)))
        options = [_grid_change(task, teams, worst), _helper_change(task, teams, worst)]
        level, better = min(options, key=lambda option: option[0])
        if level >= teams.levels(task)[worst] - LOAD_EPSILON:
            return teams
        teams = better
    return teams


def _grid_change(task: TeamProblem, teams: TeamPlan, worst: int) -> tuple[float, TeamPlan]:
    """The best move of a grid away from a team, or swap with a grid of another: the higher level of the two, and the teams."""
    owner, load, means = (
        teams.owner,
        _team_loads(teams.owner, task),
        _team_capacities(teams.leads, task),
    )
    mine = np.flatnonzero(owner == worst)
    best, changed = np.inf, owner
    for grid in mine:  # a team's grids are a handful
        if len(mine) > 1:
            after = np.maximum(
                (load[worst] - task.work[grid]) / means[worst], (load + task.work[grid]) / means
            )
            after[worst] = np.inf
            if after.min() < best:
                best, changed = (
                    float(after.min()),
                    _replace_value(owner, grid, int(np.argmin(after))),
                )
        gain = task.work - task.work[grid]
        after = np.maximum((load[worst] + gain) / means[worst], (load[owner] - gain) / means[owner])
        after[owner == worst] = np.inf
        if after.min() < best:
            other = int(np.argmin(after))
            best, changed = (
                float(after.min()),
                _replace_value(_replace_value(owner, grid, int(owner[other])), other, worst),
            )
    return best, replace(teams, owner=changed)


def _helper_change(task: TeamProblem, teams: TeamPlan, worst: int) -> tuple[float, TeamPlan]:
    """The best helper called from another team, or exchanged for a smaller one."""
    if not len(task.helping):
        return np.inf, teams
    load, means, leads = (
        _team_loads(teams.owner, task),
        _team_capacities(teams.leads, task),
        teams.leads,
    )
    from_team = np.where(leads == worst, np.inf, load[leads] / (means[leads] - task.helping))
    after = np.maximum(from_team, load[worst] / (means[worst] + task.helping))
    best, changed = float(after.min()), _replace_value(leads, int(np.argmin(after)), worst)
    for helper in np.flatnonzero(leads == worst):
        gain = task.helping - task.helping[helper]
        after = np.maximum(load[worst] / (means[worst] + gain), load[leads] / (means[leads] - gain))
        after[leads == worst] = np.inf
        if after.min() < best:
            other = int(np.argmin(after))
            best, changed = (
                float(after.min()),
                _replace_value(_replace_value(leads, int(helper), int(leads[other])), other, worst),
            )
    return best, replace(teams, leads=changed)


def _replace_value(values: np.ndarray, at: np.integer | int, value: int) -> np.ndarray:
    changed = values.copy()
    changed[at] = value
    return changed


def _solve_assignment(
    task: TeamProblem, limit: float, known: TeamPlan, whole: bool
) -> TeamPlan | None:
    """The generalised assignment problem by HiGHS; None where it found nothing within its nodes.

    `known` are teams within the limit: their pairs are among the candidates, so that there is an answer. Not `whole`: the
    relaxation, each grid and helper where most of it went.
    """
    mains, grids, helpers = len(task.capacity), len(task.work), len(task.helping)
    member, grid = _candidate_pairs(task.cost, known.owner)
    # a helper is near a main member if there is a grid near to both
    way = np.min(task.help_cost[:, None, :] + task.cost[None, :, :], axis=2)
    lead, helper = _candidate_pairs(way.T, known.leads)
    size, split = len(member) + len(lead), len(member)
    at, ones = np.arange(size), np.ones(size)
    once = sp.csr_matrix(
        (ones, (np.concatenate([grid, grids + helper]), at)), shape=(grids + helpers, size)
    )
    some = sp.csr_matrix((ones[:split], (member, at[:split])), shape=(mains, size))
    load = np.concatenate([task.work[grid], -limit * task.helping[helper]])
    loads = sp.csr_matrix((load, (np.concatenate([member, lead]), at)), shape=(mains, size))
    answer = solve_milp(
        np.concatenate([task.cost[member, grid], way[helper, lead]]),
        integrality=ones * whole,
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(once, 1, 1),
            LinearConstraint(some, 1, np.inf),
            LinearConstraint(loads, -np.inf, limit * task.capacity),
        ],
        options={"node_limit": MAX_BRANCH_NODES, "mip_rel_gap": MIP_GAP},
    )
    if answer.x is None:
        return None
    return TeamPlan(
        owner=_pick_largest(answer.x[:split], grid, member, grids),
        leads=_pick_largest(answer.x[split:], helper, lead, helpers),
    )


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
    allowed[np.argsort(cost, axis=0, kind="stable")[:CANDIDATES_PER_PLACE], columns[None, :]] = True
    allowed[known, columns] = True
    rows, chosen = np.nonzero(allowed & np.isfinite(cost))
    return rows, chosen


def _descend_cost(task: TeamProblem, limit: float, teams: TeamPlan) -> TeamPlan:
    """Best moves and swaps of grids: what exceeds the limit counts first, then cost. Helpers stay."""
    owner, grids = teams.owner.copy(), np.arange(len(task.work))
    work, cost = task.work, np.where(np.isfinite(task.cost), task.cost, FORBIDDEN_COST)
    means = _team_capacities(teams.leads, task)
    for _ in range(MAX_DESCENT_MOVES):
        load, held = _team_loads(owner, task), np.bincount(owner, minlength=len(means))
        over, mine = _excess_load(load, means, limit), cost[owner, grids]
        gone = _excess_load(load[owner] - work, means[owner], limit) - over[owner]
        come = _excess_load(load[:, None] + work[None, :], means[:, None], limit) - over[:, None]
        move = EXCESS_PENALTY * (gone[None, :] + come) + cost - mine[None, :]
        move[owner, grids] = np.inf
        move[:, held[owner] == 1] = np.inf
        gain = work[None, :] - work[:, None]  # of a (row) and b: the owner of a takes b
        one = (
            _excess_load(load[owner][:, None] + gain, means[owner][:, None], limit)
            - over[owner][:, None]
        )
        swap = (
            EXCESS_PENALTY * (one + one.T)
            + cost[owner]
            + cost[owner].T
            - mine[:, None]
            - mine[None, :]
        )
        swap[owner[:, None] == owner[None, :]] = np.inf
        if min(move.min(), swap.min()) > -LOAD_EPSILON:
            break
        if move.min() <= swap.min():
            member, grid = np.unravel_index(np.argmin(move), move.shape)
            owner[grid] = member
        else:
            a, b = np.unravel_index(np.argmin(swap), swap.shape)
            owner[a], owner[b] = owner[b], owner[a]
    return replace(teams, owner=owner)


def _excess_load(load: np.ndarray, means: np.ndarray, limit: float) -> np.ndarray:
    return np.asarray(np.maximum(load / means - limit, 0.0))
