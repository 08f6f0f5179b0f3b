"""Fewer main members than grids: a grid has one of them, one of them has several grids, and part-timers help out.

The grids are first spread as evenly as can be, largest first and then by moves and swaps; then the same evenness is kept
within a slack while people are brought near to their grids, by HiGHS where it succeeds and by moves and swaps where not.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

NEAR = 15  # candidates a grid: the nearest members; more make the programme larger, hardly better
NODES = 200  # branch-and-bound nodes
GAP = 0.01  # relative: one per cent of the kilometres is less than straight lines differ from roads
MOVES = 20_000  # a descent ends long before; this only bounds it
TINY = 1e-9


def even_level(work: np.ndarray, capacity: np.ndarray) -> float:
    """Return a small heaviest load per capacity for whole grids, by descent from largest-first."""
    owner = _largest_first(work, capacity)
    return float((np.bincount(owner, weights=work, minlength=len(capacity)) / capacity).max())


def lower_bound(work: np.ndarray, capacity: np.ndarray) -> float:
    """Return what no sharing of whole grids can beat: the mean, and that some member has k + 1 of the k·n + 1 heaviest."""
    bound = work.sum() / capacity.sum()
    heaviest = np.sort(work)[::-1]
    n = len(capacity)
    for k in range((len(work) - 1) // n + 1):
        bound = max(
            bound, heaviest[k * (n - 1) : k * n + 1].sum() / capacity.max() if k else heaviest[0] / capacity.max()
        )
    return float(bound)


def spread(work: np.ndarray, capacity: np.ndarray, cost: np.ndarray, limit: float) -> np.ndarray:
    """Return the member of each grid: cheap, everyone with a grid, no load per capacity above `limit` if it can be.

    Parameters
    ----------
    work
        Of each grid.
    capacity
        Of each member.
    cost
        Member by grid.
    limit
        At least what `even_level` returned.
    """
    start = _largest_first(work, capacity)
    solved = _by_programme(work, capacity, cost, limit, start)
    return _descend(start if solved is None else solved, work, capacity, cost, limit)


def _largest_first(work: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    load = np.zeros(len(capacity))
    owner = np.zeros(len(work), dtype=int)
    # largest first is a loop by nature: each choice hangs on those before
    for grid in np.argsort(-work, kind="stable"):
        # members without a grid first: everyone gets one
        member = int(np.lexsort((np.arange(len(capacity)), (load + work[grid]) / capacity, load > 0))[0])
        owner[grid] = member
        load[member] += max(work[grid], TINY)
    return _level(owner, work, capacity)


def _level(owner: np.ndarray, work: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Relieve the most loaded member by the best move or swap, until none helps."""
    owner = owner.copy()
    for _ in range(MOVES):
        load = np.bincount(owner, weights=work, minlength=len(capacity))
        worst = int(np.argmax(load / capacity))
        best, change = load[worst] / capacity[worst] - TINY, None
        mine = np.flatnonzero(owner == worst)
        for grid in mine:
            if len(mine) > 1:
                to = np.maximum((load[worst] - work[grid]) / capacity[worst], (load + work[grid]) / capacity)
                to[worst] = np.inf
                if to.min() < best:
                    best, change = to.min(), (int(grid), int(np.argmin(to)), -1)
            gain = work - work[grid]
            swap = np.maximum((load[worst] + gain) / capacity[worst], (load[owner] - gain) / capacity[owner])
            swap[owner == worst] = np.inf
            if swap.min() < best:
                best, change = swap.min(), (int(grid), int(owner[np.argmin(swap)]), int(np.argmin(swap)))
        if change is None:
            return owner
        _apply(owner, change, worst)
    return owner


def _apply(owner: np.ndarray, change: tuple[int, int, int], giver: int) -> None:
    grid, taker, back = change
    owner[grid] = taker
    if back >= 0:
        owner[back] = giver


def _by_programme(
    work: np.ndarray, capacity: np.ndarray, cost: np.ndarray, limit: float, start: np.ndarray
) -> np.ndarray | None:
    """The generalised assignment problem by HiGHS; None where it found nothing within its nodes."""
    members, grids = cost.shape
    allowed = np.zeros(cost.shape, dtype=bool)
    nearest = np.argsort(cost, axis=0, kind="stable")[:NEAR]
    allowed[nearest, np.arange(grids)[None, :]] = True
    allowed[start, np.arange(grids)] = True  # so that there is an answer
    member, grid = np.nonzero(allowed)
    at, ones = np.arange(len(member)), np.ones(len(member))
    of_grid = sp.csr_matrix((ones, (grid, at)), shape=(grids, len(at)))
    of_member = sp.csr_matrix((ones, (member, at)), shape=(members, len(at)))
    load = sp.csr_matrix((work[grid] / capacity[member], (member, at)), shape=(members, len(at)))
    answer = milp(
        cost[member, grid],
        integrality=ones,
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(of_grid, 1, 1),
            LinearConstraint(of_member, 1, np.inf),
            LinearConstraint(load, -np.inf, limit),
        ],
        options={"node_limit": NODES, "mip_rel_gap": GAP},
    )
    if answer.x is None:
        return None
    chosen = answer.x > 0.5
    owner = np.zeros(grids, dtype=int)
    owner[grid[chosen]] = member[chosen]
    return owner


def _descend(owner: np.ndarray, work: np.ndarray, capacity: np.ndarray, cost: np.ndarray, limit: float) -> np.ndarray:
    """Best moves and swaps: what exceeds the limit counts first, then cost."""
    owner = owner.copy()
    grids = np.arange(len(work))
    steep = 1e6 * (1 + np.ptp(cost))  # any excess weighs more than all costs
    for _ in range(MOVES):
        load = np.bincount(owner, weights=work, minlength=len(capacity))
        held = np.bincount(owner, minlength=len(capacity))
        over = _excess(load, capacity, limit)
        mine = cost[owner, grids]
        gone = _excess((load[owner] - work), capacity[owner], limit) - over[owner]
        come = _excess(load[:, None] + work[None, :], capacity[:, None], limit) - over[:, None]
        move = steep * (gone[None, :] + come) + cost - mine[None, :]
        move[owner, grids] = np.inf
        move[:, held[owner] == 1] = np.inf
        gain = work[None, :] - work[:, None]  # swap of a (row) and b: the owner of a takes b
        one = _excess(load[owner][:, None] + gain, capacity[owner][:, None], limit) - over[owner][:, None]
        swap = steep * (one + one.T) + cost[owner][:, grids] + cost[owner][:, grids].T - mine[:, None] - mine[None, :]
        swap[owner[:, None] == owner[None, :]] = np.inf
        if min(move.min(), swap.min()) > -TINY:
            return owner
        if move.min() <= swap.min():
            member, grid = np.unravel_index(np.argmin(move), move.shape)
            owner[grid] = member
        else:
            a, b = np.unravel_index(np.argmin(swap), swap.shape)
            owner[a], owner[b] = owner[b], owner[a]
    return owner


def _excess(load: np.ndarray, capacity: np.ndarray, limit: float) -> np.ndarray:
    return np.asarray(np.maximum(load / capacity - limit, 0.0))
