"""The staffing problem with fewer main members than grids, in arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class TeamProblem:
    """Grids to main members, helpers to teams.

    Parameters
    ----------
    work
        Of each grid.
    capacity, helping
        Of each main member, of each helper.
    cost
        Main member by grid; infinite where it must not be.
    help_cost
        Helper by grid.
    """

    work: np.ndarray
    capacity: np.ndarray
    helping: np.ndarray
    cost: np.ndarray
    help_cost: np.ndarray

    @property
    def mean(self) -> float:
        """Load per capacity if work were sand."""
        return float(self.work.sum() / (self.capacity.sum() + self.helping.sum()))
