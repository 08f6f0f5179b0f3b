"""How even teams of whole grids can be at all: a bound over every team there is, by column generation, and grids that reach it.

A team is a main member of some capacity, some grids, and as many helpers as the level asks for. At a given level a linear programme
says how few helpers any sharing needs; where that is more than there are, the level is out of reach. Teams enter the programme
when a knapsack by dynamic programming finds that they would help, so none has to be listed in advance.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, linprog

from gridmerge.optimize.highs import solve_milp
from gridmerge.staffing.team_problem import TeamProblem

# grids up to which it is asked: beyond, the knapsacks take longer than the answer is worth
MAX_PROVEN_GRIDS = 300
WORK_UNITS = 1000  # of work on a mean grid; rounded down, so that the bound holds
BISECTION_STEPS = 8  # halvings of the range between bound and plan: it is a tenth wide, so the last is a twentieth of a per cent
COLUMN_ROUNDS = 100  # of new teams at a level; it converges within some twenty
# branch-and-bound nodes, not seconds: a slow computer must not get another plan than a fast one
MAX_BRANCH_NODES = 30
# shares above the bound at which whole teams are looked for
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
        most = (
            np.ceil(spare / self.helper - COLUMN_EPSILON)
            if self.helpers
            else np.where(spare > COLUMN_EPSILON, np.inf, 0.0)
        )
        return np.where(most > self.helpers, np.inf, np.maximum(most, 0.0))

    def matrix(self, chosen: np.ndarray) -> tuple[sp.csr_matrix, sp.csr_matrix]:
        """Grids by team, and kinds by team."""
        rows = np.concatenate([np.asarray(self.grids[team], dtype=int) for team in chosen])
        columns = np.repeat(np.arange(len(chosen)), [len(self.grids[team]) for team in chosen])
        cover = sp.csr_matrix(
            (np.ones(len(rows)), (rows, columns)), shape=(len(self.work), len(chosen))
        )
        kinds = np.array(self.kinds)[chosen]
        used = sp.csr_matrix(
            (np.ones(len(chosen)), (kinds, np.arange(len(chosen)))),
            shape=(len(self.kind), len(chosen)),
        )
        return cover, used


def prove_load_bound(
    task: TeamProblem, owner: np.ndarray, low: float, high: float
) -> tuple[float, np.ndarray | None]:
    """Return a level no teams can stay below, and the owner of each grid in teams near to it where some were found.

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
    helper = float(task.helping.max(initial=0.0))
    columns = TeamColumns(
        work=task.work, kind=kind, count=count, helper=helper, helpers=len(task.helping)
    )
    for grid in range(len(task.work)):
        for at in range(len(kind)):
            columns.add((grid,), at)
    for member in np.unique(owner):
        columns.add(tuple(np.flatnonzero(owner == member).tolist()), int(member_kind[member]))
    bound, reach = low, high
    for _ in range(BISECTION_STEPS):
        level = (bound + reach) / 2
        if _is_out_of_reach(columns, level):
            bound = level
        else:
            reach = level
    for share in SHARES_ABOVE_BOUND:
        whole = (
            _find_whole_teams(columns, bound * (1 + share)) if bound * (1 + share) < high else None
        )
        if whole is not None:
            return bound, _assign_owners(whole, columns, member_kind, len(task.work))
    return bound, None


def _is_out_of_reach(columns: TeamColumns, level: float) -> bool:
    """True where every sharing needs more helpers than there are; teams that might need fewer are added."""
    sack = _Knapsacks.of(columns, level)
    for _ in range(COLUMN_ROUNDS):
        needs = columns.needs(level)
        chosen = np.flatnonzero(np.isfinite(needs))
        # price of leaving a grid out: no sharing does, so any is right
        missing = 1.0 + needs[chosen].max(initial=0.0)
        value, price, rent = _price_teams(columns, chosen, needs[chosen], missing)
        if value <= columns.helpers + COLUMN_EPSILON:
            return False
        gain = sack.better(columns, price, rent)
        # what no team can win any more is a proof, long before the programme has converged
        if value + float(gain @ columns.count) > columns.helpers + COLUMN_EPSILON:
            return True
    return False


def _price_teams(
    columns: TeamColumns, chosen: np.ndarray, needs: np.ndarray, missing: float
) -> tuple[float, np.ndarray, np.ndarray]:
    """The fewest helpers by fractions of teams; what a grid is worth, and what a main member of each kind costs."""
    cover, used = columns.matrix(chosen)
    grids, kinds = len(columns.work), len(columns.kind)
    left = sp.hstack([-cover, -sp.eye(grids)])
    answer = linprog(
        np.concatenate([needs, np.full(grids, missing)]),
        A_ub=sp.vstack([left, sp.hstack([used, sp.csr_matrix((kinds, grids))])]).tocsr(),
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
        size = np.floor(columns.work / unit * (1 - 1e-12)).astype(int)
        most = int(size.sum())
        means = columns.kind[:, None] + columns.helper * np.arange(columns.helpers + 1)[None, :]
        return cls(
            size=size,
            room=np.minimum(np.floor(means * level / unit * (1 + 1e-12)).astype(int), most),
        )

    def better(self, columns: TeamColumns, price: np.ndarray, rent: np.ndarray) -> np.ndarray:
        """Add the teams that would help most; the gain of the best team of each kind (nothing or less)."""
        widest = int(self.room.max())
        value, kept = np.zeros(widest + 1), np.zeros((len(self.size), widest + 1), dtype=bool)
        for grid, size in enumerate(self.size):  # a knapsack: each grid builds on those before
            if (
                price[grid] > COLUMN_EPSILON and size <= widest
            ):  # a grid no team could carry stands in none
                moved = value[: widest + 1 - size] + price[grid]
                kept[grid, size:] = moved > value[size:]
                value[size:] = np.maximum(value[size:], moved)
        worth = np.arange(self.room.shape[1])[None, :] - value[self.room] - rent[:, None]
        for kind in range(len(self.room)):
            for helpers in np.argsort(worth[kind], kind="stable")[:3]:
                if worth[kind, helpers] < -COLUMN_EPSILON:
                    columns.add(self._packed(kept, int(self.room[kind, helpers])), kind)
        return np.asarray(np.minimum(worth.min(axis=1), 0.0))

    def _packed(self, kept: np.ndarray, room: int) -> tuple[int, ...]:
        grids = []
        for grid in range(len(self.size) - 1, -1, -1):
            if kept[grid, room]:
                grids.append(grid)
                room -= int(self.size[grid])
        return tuple(reversed(grids))


def _find_whole_teams(columns: TeamColumns, level: float) -> list[int] | None:
    """Whole teams at a level; None where HiGHS finds none within its nodes."""
    needs = columns.needs(level)
    chosen = np.flatnonzero(np.isfinite(needs))
    cover, used = columns.matrix(chosen)
    answer = solve_milp(
        needs[chosen],
        integrality=np.ones(len(chosen)),
        bounds=Bounds(0, 1),
        constraints=[LinearConstraint(cover, 1, np.inf), LinearConstraint(used, 0, columns.count)],
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
    free = {kind: np.flatnonzero(member_kind == kind).tolist() for kind in range(len(columns.kind))}
    for team in teams:
        member = free[columns.kinds[team]].pop(0)
        # a grid in two teams goes to the later: less for the other
        owner[list(columns.grids[team])] = member
    return owner
