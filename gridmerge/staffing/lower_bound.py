"""How even teams of whole grids can be at all: a bound over every team there is, and grids that reach it.

A team is a main member of some capacity, some grids, and as many helpers as the level asks for. At a given
level a linear programme says how few helpers any sharing needs; where that is more than there are, the level
is out of reach. Teams enter the programme (column generation) when a knapsack by dynamic programming finds
that they would help, so none has to be listed in advance.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, linprog

from gridmerge.optimize.highs import solve_milp
from gridmerge.staffing.team_problem import TeamProblem

# Grids up to which it is asked: beyond, the knapsacks take longer than the answer is worth.
MAX_PROVEN_GRIDS = 300
# Of work on a mean grid; rounded down, so that the bound holds.
WORK_UNITS = 1000
# Keeps whole units whole where division leaves them a hair beside.
UNIT_ROUNDING = 1e-12
# Halvings of the range between bound and plan: it is a tenth wide, so the last is a twentieth of a per cent.
BISECTION_STEPS = 8
# Of new teams at a level; it converges within some twenty.
COLUMN_ROUNDS = 100
# The best teams of each kind of main member that a round adds.
TEAMS_PER_KIND = 3
# Branch-and-bound nodes, not seconds: a slow computer must not get another plan than a fast one.
MAX_BRANCH_NODES = 30
# Shares above the bound at which whole teams are looked for.
SHARES_ABOVE_BOUND = (0.0005, 0.003, 0.008, 0.015)
COLUMN_EPSILON = 1e-7


@dataclass(kw_only=True)
class TeamColumns:
    """Teams known so far: which grids, and the kind of their main member.

    Parameters
    ----------
    work
        Of each grid.
    kind, count
        Capacities of main members, and how many have each.
    helper, helpers
        Capacity of the strongest helper, and how many there are.
    grids, kinds
        Of each team.
    """

    work: np.ndarray
    kind: np.ndarray
    count: np.ndarray
    helper: float
    helpers: int
    grids: list[tuple[int, ...]] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)

    def add(self, grids: tuple[int, ...], kind: int) -> None:
        """Add a team."""
        self.grids.append(grids)
        self.kinds.append(kind)

    def needs(self, level: float) -> np.ndarray:
        """Helpers of each team at a level; infinite where there are not so many."""
        load = np.array([self.work[list(grids)].sum() for grids in self.grids])
        spare = load / level - self.kind[self.kinds]
        if self.helpers:
            most = np.ceil(spare / self.helper - COLUMN_EPSILON)
        else:
            most = np.where(spare > COLUMN_EPSILON, np.inf, 0.0)
        return np.where(most > self.helpers, np.inf, np.maximum(most, 0.0))

    def matrix(self, chosen: np.ndarray) -> tuple[sp.csr_matrix, sp.csr_matrix]:
        """Grids by team, and kinds by team."""
        teams = np.arange(len(chosen))
        held = [np.asarray(self.grids[team], dtype=int) for team in chosen]
        sizes = [len(grids) for grids in held]
        rows, columns = np.concatenate(held), np.repeat(teams, sizes)
        cover_shape = (len(self.work), len(chosen))
        cover = sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=cover_shape)
        kinds = np.array(self.kinds)[chosen]
        used_shape = (len(self.kind), len(chosen))
        used = sp.csr_matrix((np.ones(len(chosen)), (kinds, teams)), shape=used_shape)
        return cover, used


def prove_load_bound(
    task: TeamProblem, owner: np.ndarray, low: float, high: float
) -> tuple[float, np.ndarray | None]:
    """Return a level no teams can stay below, and the owner of each grid in teams near to it where found.

    Parameters
    ----------
    task
        Grids, main members and helpers; what they cost plays no part.
    owner
        Main member of each grid in the best plan known.
    low, high
        A level that is proven, and the one of the plan known.
    """
    kind, member_kind, count = np.unique(task.capacity, return_inverse=True, return_counts=True)
    columns = TeamColumns(
        work=task.work,
        kind=kind,
        count=count,
        helper=float(task.helping.max(initial=0.0)),
        helpers=len(task.helping),
    )
    _add_first_teams(columns, owner, member_kind)
    bound = _raise_bound(columns, low, high)
    for share in SHARES_ABOVE_BOUND:
        level = bound * (1 + share)
        whole = _find_whole_teams(columns, level) if level < high else None
        if whole is not None:
            return bound, _assign_owners(whole, columns, member_kind, len(task.work))
    return bound, None


def _add_first_teams(columns: TeamColumns, owner: np.ndarray, member_kind: np.ndarray) -> None:
    """Add each grid alone under each kind of main member, and the teams of the plan known."""
    for grid in range(len(columns.work)):
        for kind in range(len(columns.kind)):
            columns.add((grid,), kind)
    for member in np.unique(owner):
        grids = np.flatnonzero(owner == member)
        columns.add(tuple(grids.tolist()), int(member_kind[member]))


def _raise_bound(columns: TeamColumns, low: float, high: float) -> float:
    """The highest level between two that bisection proves to be out of reach, or the lower of the two."""
    bound, reach = low, high
    for _ in range(BISECTION_STEPS):
        level = (bound + reach) / 2
        if _is_out_of_reach(columns, level):
            bound = level
        else:
            reach = level
    return bound


def _is_out_of_reach(columns: TeamColumns, level: float) -> bool:
    """True where every sharing needs more helpers than there are; teams that might need fewer are added."""
    sack = _Knapsacks.of(columns, level)
    available = columns.helpers + COLUMN_EPSILON
    for _ in range(COLUMN_ROUNDS):
        needs = columns.needs(level)
        chosen = np.flatnonzero(np.isfinite(needs))
        # price of leaving a grid out: no sharing does, so any is right
        missing = 1.0 + needs[chosen].max(initial=0.0)
        value, price, rent = _price_teams(columns, chosen, needs[chosen], missing)
        if value <= available:
            return False
        gain = sack.add_best_teams(columns, price, rent)
        # what no team can win any more is a proof, long before the programme has converged
        if value + float(gain @ columns.count) > available:
            return True
    return False


def _price_teams(
    columns: TeamColumns, chosen: np.ndarray, needs: np.ndarray, missing: float
) -> tuple[float, np.ndarray, np.ndarray]:
    """The fewest helpers by fractions of teams; what a grid is worth, and what each kind of main member costs."""
    cover, used = columns.matrix(chosen)
    grids, kinds = len(columns.work), len(columns.kind)
    covered = sp.hstack([-cover, -sp.eye(grids)])
    employed = sp.hstack([used, sp.csr_matrix((kinds, grids))])
    answer = linprog(
        np.concatenate([needs, np.full(grids, missing)]),
        A_ub=sp.vstack([covered, employed]).tocsr(),
        b_ub=np.concatenate([-np.ones(grids), columns.count]),
        method="highs",
    )
    marginals = np.asarray(answer.ineqlin.marginals)
    return float(answer.fun), -marginals[:grids], marginals[grids:]


@dataclass(frozen=True, kw_only=True)
class _Knapsacks:
    """Knapsacks of whole units of work: one for each kind of main member and count of helpers."""

    size: np.ndarray
    room: np.ndarray

    @classmethod
    def of(cls, columns: TeamColumns, level: float) -> _Knapsacks:
        unit = columns.work.mean() / WORK_UNITS
        units = columns.work / unit * (1 - UNIT_ROUNDING)
        size = np.floor(units).astype(int)
        helping = columns.helper * np.arange(columns.helpers + 1)
        capacities = columns.kind[:, None] + helping[None, :]
        fitting = capacities * level / unit * (1 + UNIT_ROUNDING)
        room = np.floor(fitting).astype(int)
        return cls(size=size, room=np.minimum(room, int(size.sum())))

    def add_best_teams(
        self, columns: TeamColumns, price: np.ndarray, rent: np.ndarray
    ) -> np.ndarray:
        """Add the teams that would help most; return the gain of the best of each kind (nothing or less)."""
        value, kept = self._fill(price)
        helpers = np.arange(self.room.shape[1])
        worth = helpers[None, :] - value[self.room] - rent[:, None]
        for kind in range(len(self.room)):
            best = np.argsort(worth[kind], kind="stable")[:TEAMS_PER_KIND]
            for count in best:
                if worth[kind, count] < -COLUMN_EPSILON:
                    grids = self._unpack(kept, int(self.room[kind, count]))
                    columns.add(grids, kind)
        return np.asarray(np.minimum(worth.min(axis=1), 0.0))

    def _fill(self, price: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The value of the best knapsack of each room, and which grids it keeps (grid by room)."""
        widest = int(self.room.max())
        value = np.zeros(widest + 1)
        kept = np.zeros((len(self.size), widest + 1), dtype=bool)
        for grid, size in enumerate(self.size):  # each grid builds on those before
            # a grid no team could carry stands in none
            if price[grid] > COLUMN_EPSILON and size <= widest:
                packed = value[: widest + 1 - size] + price[grid]
                kept[grid, size:] = packed > value[size:]
                value[size:] = np.maximum(value[size:], packed)
        return value, kept

    def _unpack(self, kept: np.ndarray, room: int) -> tuple[int, ...]:
        """The grids of the best knapsack of a room, in their order."""
        grids = []
        for grid in reversed(range(len(self.size))):
            if kept[grid, room]:
                grids.append(grid)
                room -= int(self.size[grid])
        return tuple(reversed(grids))


def _find_whole_teams(columns: TeamColumns, level: float) -> list[int] | None:
    """Whole teams at a level; None where HiGHS finds none within its nodes."""
    needs = columns.needs(level)
    chosen = np.flatnonzero(np.isfinite(needs))
    cover, used = columns.matrix(chosen)
    covered = LinearConstraint(cover, 1, np.inf)
    employed = LinearConstraint(used, 0, columns.count)
    answer = solve_milp(
        needs[chosen],
        integrality=np.ones(len(chosen)),
        bounds=Bounds(0, 1),
        constraints=[covered, employed],
        options={"node_limit": MAX_BRANCH_NODES},
    )
    if answer.x is None or answer.fun > columns.helpers + COLUMN_EPSILON:
        return None
    return [int(team) for team in chosen[answer.x > 0.5]]


def _assign_owners(
    teams: list[int], columns: TeamColumns, member_kind: np.ndarray, grids: int
) -> np.ndarray:
    """The main member of each grid: teams of a kind in their order to the members of that kind in theirs."""
    owner = np.zeros(grids, dtype=int)
    kinds = range(len(columns.kind))
    free = {kind: np.flatnonzero(member_kind == kind).tolist() for kind in kinds}
    for team in teams:
        member = free[columns.kinds[team]].pop(0)
        # a grid in two teams goes to the later: less for the other
        owner[list(columns.grids[team])] = member
    return owner
