"""Members enough: everyone has one grid, every grid one main member at least, and the rest help where work is heaviest."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint

from gridmerge.optimize.highs import solve_milp
from gridmerge.staffing.problem import StaffingProblem

MAX_BRANCH_NODES = 2000  # branch-and-bound nodes, not seconds: a slow computer must not get another plan than a fast one
MIP_GAP = 1e-6  # relative: below it two maxima are one


def minimize_heaviest_load(problem: StaffingProblem) -> tuple[float, float]:
    """Return the smallest heaviest load per capacity, and its proven lower bound.

    Members of one capacity are alike for this question, so it is asked of how many of each kind stand on each grid: the
    symmetry that would drown the search is gone.
    """
    grids = len(problem.work)
    if not problem.work.sum() > 0:
        return 0.0, 0.0
    kind, count = np.unique(
        np.column_stack([problem.main, problem.capacity]), axis=0, return_counts=True
    )
    kinds = len(kind)
    # the last unknown is grid capacity per unit of work, made as large as can be
    size = kinds * grids + 1
    everyone = sp.hstack([sp.kron(sp.eye(kinds), np.ones((1, grids))), sp.csr_matrix((kinds, 1))])
    staffed = sp.hstack([sp.kron(kind[None, :, 0], sp.eye(grids)), sp.csr_matrix((grids, 1))])
    carried = sp.hstack(
        [sp.kron(kind[None, :, 1], sp.eye(grids)), sp.csr_matrix(-problem.work[:, None])]
    )
    helping = sp.hstack([sp.kron(1 - kind[None, :, 0], sp.eye(grids)), sp.csr_matrix((grids, 1))])
    goal = np.zeros(size)
    goal[-1] = -1.0
    upper = np.append(np.repeat(count.astype(float), grids), np.inf)
    answer = solve_milp(
        goal,
        integrality=np.append(np.ones(size - 1), 0),
        bounds=Bounds(0, upper),
        constraints=[
            LinearConstraint(everyone, count, count),
            LinearConstraint(staffed, 1, np.inf),
            LinearConstraint(carried, 0, np.inf),
            LinearConstraint(helping, *_helpers_each(problem)),
        ],
        options={"node_limit": MAX_BRANCH_NODES, "mip_rel_gap": MIP_GAP},
    )
    if answer.x is None:
        raise RuntimeError(f"HiGHS found no crews: {answer.message}")
    return 1 / answer.x[-1], 1 / -answer.mip_dual_bound


def _helpers_each(problem: StaffingProblem) -> tuple[float, float]:
    """The fewest and the most helpers of a grid."""
    helpers, grids = int((~problem.main).sum()), len(problem.work)
    if not problem.spread:
        return 0.0, np.inf
    return (1.0, np.inf) if helpers > grids else (0.0, 1.0)


def place_members(problem: StaffingProblem, heaviest: float, cost: np.ndarray) -> np.ndarray:
    """Return the grid of each member: the cheapest way in which no load per capacity exceeds `heaviest`."""
    members, grids = problem.km.shape
    each = sp.kron(sp.eye(members), np.ones((1, grids)))
    staffed = sp.kron(problem.main[None, :].astype(float), sp.eye(grids))
    carried = sp.kron(problem.capacity[None, :], sp.eye(grids))
    helping = sp.kron(1.0 - problem.main[None, :], sp.eye(grids))
    needed = problem.work / heaviest * (1 - MIP_GAP) if heaviest > 0 else np.zeros(grids)
    answer = solve_milp(
        cost.ravel(),
        integrality=np.ones(members * grids),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(each, 1, 1),
            LinearConstraint(staffed, 1, np.inf),
            LinearConstraint(carried, needed, np.inf),
            LinearConstraint(helping, *_helpers_each(problem)),
        ],
        options={"node_limit": MAX_BRANCH_NODES, "mip_rel_gap": MIP_GAP},
    )
    if answer.x is None:
        raise RuntimeError(f"HiGHS found no placing: {answer.message}")
    return np.asarray(answer.x.reshape(members, grids).argmax(axis=1))
