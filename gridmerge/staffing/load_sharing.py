"""Who does how much of a grid that several share, once it is settled who stands where."""

from __future__ import annotations

import numpy as np


def shared_loads(
    work: np.ndarray, capacity: np.ndarray, stands: np.ndarray, helper: np.ndarray
) -> np.ndarray:
    """Return the loads, member by grid: each grid's work divided among its members as evenly as can be.

    Parameters
    ----------
    work
        Of each grid.
    capacity
        Of each member.
    stands
        Member by grid, bool: who is on which grid. A helper is on one; of those who are no helpers either
        nobody has more than one grid or no grid has more than one of them.
    helper
        Of each member.
    """
    load = np.zeros(stands.shape)
    held = stands.sum(axis=1)
    several = np.flatnonzero(~helper & (held > 1))
    done = np.zeros(len(work), dtype=bool)
    # a loop over members with several grids: each settles a level of its own with its helpers
    for member in several:
        grids = np.flatnonzero(stands[member])
        helping = stands[:, grids] & helper[:, None]
        strength = capacity[:, None] * helping
        relief = strength.sum(axis=0)
        level = _common_level(work[grids], relief, capacity[member])
        helped = np.minimum(level * relief, work[grids])
        rate = helped / np.where(relief > 0, relief, 1.0)
        load[:, grids] = strength * rate[None, :]
        load[member, grids] = work[grids] - helped
        done[grids] = True
    alone = np.flatnonzero(~done)
    load[:, alone] = _share_by_capacity(work[alone], capacity, stands[:, alone])
    return load


def _share_by_capacity(work: np.ndarray, capacity: np.ndarray, stands: np.ndarray) -> np.ndarray:
    """Member by grid: the work of each grid in the shares of its members' capacities."""
    strength = capacity[:, None] * stands
    share = strength / strength.sum(axis=0)[None, :]
    return np.asarray(share * work[None, :])


def _common_level(work: np.ndarray, relief: np.ndarray, capacity: float) -> float:
    """The load per capacity at which a member and the helpers on its grids all stand, or the helpers below."""
    ratio = np.full(len(work), np.inf)
    np.divide(work, relief, out=ratio, where=relief > 0)
    reachable = np.sort(ratio[np.isfinite(ratio)])
    # grids whose helpers can do all the work drop out one by one, the easiest first
    for ceiling in [*reachable, np.inf]:
        left = ratio >= ceiling
        level = work[left].sum() / (capacity + relief[left].sum())
        if level <= ceiling:
            return float(level)
    raise AssertionError("unreachable: the last ceiling is infinite")
