"""Rules that tie people to grids: pins, exclusions, a longest way. Loads may be split wherever the rules force it."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint

from gridmerge.errors import PlanError
from gridmerge.optimize.highs import solve_milp
from gridmerge.staffing.problem import StaffingProblem

CANDIDATES_PER_GRID = 4  # candidates a grid, besides those the cheapest sharing uses; more make the programme larger, hardly better
MAIN_CANDIDATES = 2  # of them main members, and helpers where each grid is to have one
CANDIDATES_PER_MEMBER = 3  # candidates a member
MAX_BRANCH_NODES = 1  # branch-and-bound nodes, not seconds: the root does nearly all, and each further one takes as long
MIP_GAP = 0.01  # relative, of kilometres and changes
FAINT_SHARE = 0.01  # of the mean work of a grid: a pair that could do less is not made dearer by it
LOAD_EPSILON = 1e-9


def assign_with_splits(
    problem: StaffingProblem, slack: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return loads (member by grid), who stands where, and the proven bound.

    First the heaviest load per capacity is made least with work as sand (a linear programme: no plan under these rules can
    beat it); then, within `slack` of that, the fewest and nearest people, by HiGHS.

    Raises
    ------
    PlanError
        A grid that nobody may take.
    """
    _refuse_impossible(problem)
    sand, bound = _evenest_sharing(problem)
    limit = bound * (1 + slack)
    used = _cheapest_sharing(problem, limit)
    used = sand if used is None else used
    used |= _nearest_candidates(
        problem, np.ones_like(problem.main), CANDIDATES_PER_GRID
    ) | _nearest_candidates(problem, problem.main, MAIN_CANDIDATES)
    if problem.spread and not problem.main.all():
        used |= _nearest_candidates(problem, ~problem.main, MAIN_CANDIDATES)
    own = np.argsort(np.where(problem.allowed, problem.cost, np.inf), axis=1, kind="stable")[
        :, :CANDIDATES_PER_MEMBER
    ]
    used[np.arange(len(own))[:, None], own] = True
    pairs = np.nonzero((used | problem.pinned) & problem.allowed)
    return (*_choose_people(problem, pairs, limit), bound)


def _nearest_candidates(problem: StaffingProblem, who: np.ndarray, count: int) -> np.ndarray:
    """Member by grid: of those asked for, the cheapest few of each grid."""
    costs = np.where(problem.allowed & who[:, None], problem.cost, np.inf)
    near = np.zeros_like(problem.allowed)
    near[np.argsort(costs, axis=0, kind="stable")[:count], np.arange(costs.shape[1])[None, :]] = (
        True
    )
    return near


def _refuse_impossible(problem: StaffingProblem) -> None:
    nobody = ~(problem.allowed & problem.main[:, None]).any(axis=0)
    if nobody.any():
        listed = "、".join(problem.grid_code[nobody][:5])
        raise PlanError(
            f"按 [staffing] 的规定（exclude、max_km），没有人可以负责网格 {listed}（共 {nobody.sum()} 个）；请放宽规定或补充人员。",
            f"under the rules of [staffing] (exclude, max_km) nobody may take the grids {listed} ({nobody.sum()} in all); "
            "relax the rules or add members.",
        )


def _evenest_sharing(problem: StaffingProblem) -> tuple[np.ndarray, float]:
    """Member by grid: who does something in the evenest sharing; its heaviest load per capacity."""
    pairs = np.nonzero(problem.allowed)
    whole, loads = _sum_matrices(problem, pairs)
    none = sp.csr_matrix((len(problem.work), 1))
    answer = solve_milp(
        np.append(np.zeros(whole.shape[1]), 1.0),
        constraints=[
            LinearConstraint(sp.hstack([whole, none]), problem.work, problem.work),
            LinearConstraint(
                sp.hstack([loads, sp.csr_matrix(-problem.capacity[:, None])]), -np.inf, 0
            ),
        ],
    )
    # every grid has an allowed member, so there is a sharing
    assert answer.x is not None, answer.message
    return _used_pairs(problem, pairs, answer.x[:-1]), float(answer.x[-1])


def _cheapest_sharing(problem: StaffingProblem, limit: float) -> np.ndarray | None:
    """Member by grid: who does something in the cheapest sharing within a limit, each pair's cost spread over what it can do.

    None where rounding leaves no sharing at that very limit.
    """
    member, grid = pairs = np.nonzero(problem.allowed)
    whole, loads = _sum_matrices(problem, pairs)
    most = np.maximum(_max_loads(problem, pairs, limit), FAINT_SHARE * problem.work.mean() or 1.0)
    answer = solve_milp(
        problem.cost[member, grid] / most,
        constraints=[
            LinearConstraint(whole, problem.work, problem.work),
            LinearConstraint(loads, -np.inf, limit * problem.capacity),
        ],
    )
    return None if answer.x is None else _used_pairs(problem, pairs, answer.x)


def _used_pairs(
    problem: StaffingProblem, pairs: tuple[np.ndarray, ...], load: np.ndarray
) -> np.ndarray:
    used = np.zeros_like(problem.allowed)
    used[pairs] = load > LOAD_EPSILON
    return used


def _sum_matrices(
    problem: StaffingProblem, pairs: tuple[np.ndarray, ...]
) -> tuple[sp.csr_matrix, sp.csr_matrix]:
    """Matrices that add the loads of pairs up by grid, and by member."""
    member, grid = pairs
    at, ones = np.arange(len(member)), np.ones(len(member))
    members, grids = problem.km.shape
    return (
        sp.csr_matrix((ones, (grid, at)), shape=(grids, len(at))),
        sp.csr_matrix((ones, (member, at)), shape=(members, len(at))),
    )


def _max_loads(problem: StaffingProblem, pairs: tuple[np.ndarray, ...], limit: float) -> np.ndarray:
    """The most each pair can carry: all the work of the grid, or all the member may have."""
    return np.asarray(np.minimum(problem.work[pairs[1]], limit * problem.capacity[pairs[0]]))


def _choose_people(
    problem: StaffingProblem, pairs: tuple[np.ndarray, ...], limit: float
) -> tuple[np.ndarray, np.ndarray]:
    member, grid = pairs
    size = len(member)
    members, grids = problem.km.shape
    at, ones = np.arange(size), np.ones(size)
    most = _max_loads(problem, pairs, limit)
    of_grid, of_member = _sum_matrices(problem, pairs)
    none_g, none_m = sp.csr_matrix((grids, size)), sp.csr_matrix((members, size))
    held = problem.main[member].astype(float)
    staffed = sp.csr_matrix((held, (grid, at)), shape=(grids, size))
    helping = sp.csr_matrix((1.0 - held, (grid, at)), shape=(grids, size))
    spread = problem.spread and int((~problem.main).sum()) >= grids
    # a helper each where there are helpers enough
    helped = np.minimum(helping @ ones, 1.0) * spread
    busy = (of_member @ ones > 0).astype(float)  # whoever may take something, takes something
    answer = solve_milp(
        np.concatenate([problem.cost[member, grid], np.zeros(size)]),
        integrality=np.concatenate([ones, np.zeros(size)]),
        bounds=Bounds(
            np.concatenate([problem.pinned[member, grid].astype(float), np.zeros(size)]),
            np.concatenate([ones, most]),
        ),
        constraints=[
            LinearConstraint(sp.hstack([none_g, of_grid]), problem.work, problem.work),
            LinearConstraint(sp.hstack([none_m, of_member]), -np.inf, limit * problem.capacity),
            LinearConstraint(sp.hstack([-sp.diags(most), sp.eye(size)]), -np.inf, 0),
            LinearConstraint(sp.hstack([staffed, none_g]), 1, np.inf),
            LinearConstraint(sp.hstack([helping, none_g]), helped, np.inf),
            LinearConstraint(sp.hstack([of_member, none_m]), busy, np.inf),
        ],
        options={"node_limit": MAX_BRANCH_NODES, "mip_rel_gap": MIP_GAP},
    )
    if answer.x is None:
        # ends within its nodes nearly always; if not, everyone nearby stands there and shares as they can
        answer = solve_milp(
            np.concatenate([np.zeros(size), problem.cost[member, grid]]),
            bounds=Bounds(0, np.concatenate([ones, most])),
            constraints=[
                LinearConstraint(sp.hstack([none_g, of_grid]), problem.work, problem.work),
                LinearConstraint(sp.hstack([none_m, of_member]), -np.inf, limit * problem.capacity),
            ],
        )
    stands, load = np.zeros(problem.km.shape, dtype=bool), np.zeros(problem.km.shape)
    load[member, grid] = np.where(answer.x[size:] > LOAD_EPSILON, answer.x[size:], 0.0)
    stands[member, grid] = (answer.x[:size] > 0.5) | (load[member, grid] > 0)
    return load * (problem.work / np.where(load.sum(axis=0) > 0, load.sum(axis=0), 1.0))[
        None, :
    ], stands
