"""The staffing problem with fewer main members than grids, and a plan for it, in arrays."""

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
        """Load per capacity if work could be shared without limit."""
        capacity = self.capacity.sum() + self.helping.sum()
        return float(self.work.sum() / capacity)

    @property
    def places(self) -> int:
        """How many grids and helpers there are to be given to a main member."""
        return len(self.work) + len(self.helping)

    def team_loads(self, owner: np.ndarray) -> np.ndarray:
        """Work of each team, by the main member of each grid."""
        teams = len(self.capacity)
        return np.bincount(owner, weights=self.work, minlength=teams)

    def team_capacities(self, leads: np.ndarray) -> np.ndarray:
        """Capacity of each team, by the main member of each helper."""
        teams = len(self.capacity)
        helping = np.bincount(leads, weights=self.helping, minlength=teams)
        return self.capacity + helping


@dataclass(frozen=True, kw_only=True)
class TeamPlan:
    """Main member of each grid, and of each helper."""

    owner: np.ndarray
    leads: np.ndarray

    def levels(self, task: TeamProblem) -> np.ndarray:
        """Load per capacity of each team."""
        loads = task.team_loads(self.owner)
        return np.asarray(loads / task.team_capacities(self.leads))

    def heaviest_level(self, task: TeamProblem) -> float:
        """The heaviest load per capacity of a team."""
        return float(self.levels(task).max())


def replace_value(values: np.ndarray, at: np.integer | int, value: int) -> np.ndarray:
    """Return a copy with one value changed."""
    changed = values.copy()
    changed[at] = value
    return changed
