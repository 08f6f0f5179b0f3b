"""Rules that tie people to grids: pins, exclusions, a longest way. Loads may be split wherever the rules force it."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from gridmerge.balance.problem import Problem
from gridmerge.errors import PlanError

NEAR = 10  # candidates a grid, besides those the evenest sharing uses
NODES = 50  # branch-and-bound nodes, not seconds
GAP = 0.01  # relative, of kilometres and changes


def ruled(problem: Problem, slack: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Return loads (member by grid), who stands where, and the proven bound.

    First the heaviest load per capacity is made least with work as sand (a linear programme: no plan under these rules can
    beat it); then, within `slack` of that, the fewest and nearest people, by HiGHS.

    Raises
    ------
    PlanError
        A grid that nobody may take.
    """
    _refuse_impossible(problem)
    member, grid = np.nonzero(problem.allowed)
    pairs = (member, grid)
    sand, bound = _sand(problem, pairs)
    used = np.zeros_like(problem.allowed)
    used[pairs[0][sand > 1e-9], pairs[1][sand > 1e-9]] = True
    costs = np.where(problem.allowed, problem.cost, np.inf)
    nearest = np.argsort(costs, axis=0, kind="stable")[:NEAR]
    mains = np.argsort(np.where(problem.main[:, None], costs, np.inf), axis=0, kind="stable")[:2]
    for rows in (nearest, mains):
        used[rows, np.arange(problem.km.shape[1])[None, :]] = True
    member, grid = np.nonzero((used | problem.pinned) & problem.allowed)
    return (*_people(problem, (member, grid), bound * (1 + slack)), bound)


def _refuse_impossible(problem: Problem) -> None:
    nobody = ~(problem.allowed & problem.main[:, None]).any(axis=0)
    if nobody.any():
        listed = "、".join(problem.grid_code[nobody][:5])
        raise PlanError(
            f"按 [staffing] 的规定（exclude、max_km），没有人可以负责网格 {listed}（共 {nobody.sum()} 个）；请放宽规定或补充人员。",
            f"under the rules of [staffing] (exclude, max_km) nobody may take the grids {listed} ({nobody.sum()} in all); "
            "relax the rules or add members.",
        )


def _sand(problem: Problem, pairs: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, float]:
    """Loads of the evenest sharing, and its heaviest load per capacity."""
    member, grid = pairs
    size = len(member)
    members, grids = problem.km.shape
    at, ones = np.arange(size), np.ones(size)
    whole = sp.csr_matrix((ones, (grid, at)), shape=(grids, size + 1))
    loads = sp.csr_matrix((ones, (member, at)), shape=(members, size))
    loads = sp.hstack([loads, sp.csr_matrix(-problem.capacity[:, None])])
    answer = milp(
        np.append(np.zeros(size), 1.0),
        constraints=[LinearConstraint(whole, problem.work, problem.work), LinearConstraint(loads, -np.inf, 0)],
    )
    assert answer.x is not None, answer.message  # every grid has an allowed member, so there is a sharing
    return answer.x[:-1], float(answer.x[-1])


def _people(problem: Problem, pairs: tuple[np.ndarray, np.ndarray], limit: float) -> tuple[np.ndarray, np.ndarray]:
    member, grid = pairs
    size = len(member)
    members, grids = problem.km.shape
    at, ones = np.arange(size), np.ones(size)
    work = problem.work[grid]
    of_grid = sp.csr_matrix((ones, (grid, at)), shape=(grids, size))
    of_member = sp.csr_matrix((ones, (member, at)), shape=(members, size))
    none_g, none_m = sp.csr_matrix((grids, size)), sp.csr_matrix((members, size))
    held = problem.main[member].astype(float)
    staffed = sp.csr_matrix((held, (grid, at)), shape=(grids, size))
    helping = sp.csr_matrix((1.0 - held, (grid, at)), shape=(grids, size))
    spread = problem.spread and int((~problem.main).sum()) >= grids
    helped = np.minimum(helping @ ones, 1.0) * spread  # a helper each where there are helpers enough
    busy = (of_member @ ones > 0).astype(float)  # whoever may take something, takes something
    answer = milp(
        np.concatenate([problem.cost[member, grid], np.zeros(size)]),
        integrality=np.concatenate([ones, np.zeros(size)]),
        bounds=Bounds(
            np.concatenate([problem.pinned[member, grid].astype(float), np.zeros(size)]), np.concatenate([ones, work])
        ),
        constraints=[
            LinearConstraint(sp.hstack([none_g, of_grid]), problem.work, problem.work),
            LinearConstraint(sp.hstack([none_m, of_member]), -np.inf, limit * problem.capacity),
            LinearConstraint(sp.hstack([-sp.diags(work), sp.eye(size)]), -np.inf, 0),
            LinearConstraint(sp.hstack([staffed, none_g]), 1, np.inf),
            LinearConstraint(sp.hstack([helping, none_g]), helped, np.inf),
            LinearConstraint(sp.hstack([of_member, none_m]), busy, np.inf),
        ],
        options={"node_limit": NODES, "mip_rel_gap": GAP},
    )
    if answer.x is None:
        # ends within its nodes nearly always; if not, everyone nearby stands there and shares as they can
        answer = milp(
            np.concatenate([np.zeros(size), problem.cost[member, grid]]),
            bounds=Bounds(0, np.concatenate([ones, work])),
            constraints=[
                LinearConstraint(sp.hstack([none_g, of_grid]), problem.work, problem.work),
                LinearConstraint(sp.hstack([none_m, of_member]), -np.inf, limit * problem.capacity),
            ],
        )
    stands, load = np.zeros(problem.km.shape, dtype=bool), np.zeros(problem.km.shape)
    load[member, grid] = np.where(answer.x[size:] > 1e-9, answer.x[size:], 0.0)
    stands[member, grid] = (answer.x[:size] > 0.5) | (load[member, grid] > 0)
    return load * (problem.work / np.where(load.sum(axis=0) > 0, load.sum(axis=0), 1.0))[None, :], stands
