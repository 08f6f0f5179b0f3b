"""Members enough: everyone has one grid, every grid one main member at least, the rest help where work is heaviest."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint

from gridmerge.optimize.highs import solve_milp
from gridmerge.staffing.problem import StaffingProblem

# Branch-and-bound nodes, not seconds: a slow computer must not get another plan than a fast one.
MAX_BRANCH_NODES = 2000
# Relative: below it two maxima are one.
MIP_GAP = 1e-6
SOLVER_OPTIONS = {"node_limit": MAX_BRANCH_NODES, "mip_rel_gap": MIP_GAP}


def minimize_heaviest_load(problem: StaffingProblem) -> tuple[float, float]:
    """Return the smallest heaviest load per capacity, and its proven lower bound.

    Members of one capacity are alike for this question, so it is asked of how many of each kind stand on each
    grid: the symmetry that would drown the search is gone.
    """
    if not problem.work.sum() > 0:
        return 0.0, 0.0
    grids = len(problem.work)
    traits = np.column_stack([problem.main, problem.capacity])
    kind, count = np.unique(traits, axis=0, return_counts=True)
    # the last unknown is grid capacity per unit of work, made as large as can be
    size = len(kind) * grids + 1
    goal = np.zeros(size)
    goal[-1] = -1.0
    posted = np.repeat(count.astype(float), grids)
    answer = solve_milp(
        goal,
        integrality=np.append(np.ones(size - 1), 0),
        bounds=Bounds(0, np.append(posted, np.inf)),
        constraints=_kind_constraints(problem, kind, count),
        options=SOLVER_OPTIONS,
    )
    if answer.x is None:
        raise RuntimeError(f"HiGHS found no crews: {answer.message}")
    return 1 / answer.x[-1], 1 / -answer.mip_dual_bound


def _kind_constraints(
    problem: StaffingProblem, kind: np.ndarray, count: np.ndarray
) -> list[LinearConstraint]:
    """Everyone on one grid, a main member on each, work carried, helpers as they are to be spread.

    The unknowns: how many of each kind (main or not, capacity) stand on each grid; then capacity per unit of
    work.
    """
    kinds, grids = len(kind), len(problem.work)
    main, capacity = kind[None, :, 0], kind[None, :, 1]
    every_grid, no_work = sp.eye(grids), sp.csr_matrix((grids, 1))
    of_kind = sp.kron(sp.eye(kinds), np.ones((1, grids)))
    everyone = sp.hstack([of_kind, sp.csr_matrix((kinds, 1))])
    staffed = sp.hstack([sp.kron(main, every_grid), no_work])
    work = sp.csr_matrix(-problem.work[:, None])
    carried = sp.hstack([sp.kron(capacity, every_grid), work])
    helping = sp.hstack([sp.kron(1 - main, every_grid), no_work])
    return [
        LinearConstraint(everyone, count, count),
        LinearConstraint(staffed, 1, np.inf),
        LinearConstraint(carried, 0, np.inf),
        LinearConstraint(helping, *_helpers_each(problem)),
    ]


def _helpers_each(problem: StaffingProblem) -> tuple[float, float]:
    """The fewest and the most helpers of a grid."""
    if not problem.spread:
        return 0.0, np.inf
    helpers = int((~problem.main).sum())
    return (1.0, np.inf) if helpers > len(problem.work) else (0.0, 1.0)


def place_members(problem: StaffingProblem, heaviest: float, cost: np.ndarray) -> np.ndarray:
    """Return the grid of each member: the cheapest way in which no load per capacity exceeds `heaviest`."""
    members, grids = problem.km.shape
    answer = solve_milp(
        cost.ravel(),
        integrality=np.ones(members * grids),
        bounds=Bounds(0, 1),
        constraints=_place_constraints(problem, heaviest),
        options=SOLVER_OPTIONS,
    )
    if answer.x is None:
        raise RuntimeError(f"HiGHS found no placing: {answer.message}")
    placed = answer.x.reshape(members, grids)
    return np.asarray(placed.argmax(axis=1))


def _place_constraints(problem: StaffingProblem, heaviest: float) -> list[LinearConstraint]:
    """Everyone on one grid, a main member on each, capacity enough, helpers as they are to be spread."""
    members, grids = problem.km.shape
    main, every_grid = problem.main[None, :].astype(float), sp.eye(grids)
    each = sp.kron(sp.eye(members), np.ones((1, grids)))
    staffed = sp.kron(main, every_grid)
    carried = sp.kron(problem.capacity[None, :], every_grid)
    helping = sp.kron(1.0 - main, every_grid)
    needed = np.zeros(grids)
    if heaviest > 0:
        needed = problem.work / heaviest * (1 - MIP_GAP)
    return [
        LinearConstraint(each, 1, 1),
        LinearConstraint(staffed, 1, np.inf),
        LinearConstraint(carried, needed, np.inf),
        LinearConstraint(helping, *_helpers_each(problem)),
    ]
