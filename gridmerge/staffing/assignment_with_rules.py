"""Rules that tie people to grids: pins, exclusions, a longest way. Loads may be split wherever the rules force it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint

from gridmerge.errors import PlanError
from gridmerge.optimize.highs import solve_milp
from gridmerge.staffing.problem import StaffingProblem

# Candidates a grid, besides those the cheapest sharing uses; more make the programme larger, hardly better.
CANDIDATES_PER_GRID = 4
# Of them main members, and helpers where each grid is to have one.
MAIN_CANDIDATES = 2
# Candidates a member.
CANDIDATES_PER_MEMBER = 3
# Branch-and-bound nodes, not seconds: the root does nearly all, and each further one takes as long.
MAX_BRANCH_NODES = 1
# Relative, of kilometres and changes.
MIP_GAP = 0.01
# Of the mean work of a grid: a pair that could do less is not made dearer by it.
FAINT_SHARE = 0.01
LOAD_EPSILON = 1e-9


@dataclass(frozen=True, kw_only=True)
class _Pairs:
    """Pairs of a member and a grid: the unknowns of a programme.

    Parameters
    ----------
    member, grid
        Of each pair, by position in the problem.
    shape
        Members and grids of the problem.
    """

    member: np.ndarray
    grid: np.ndarray
    shape: tuple[int, int]

    @classmethod
    def where(cls, mask: np.ndarray) -> _Pairs:
        """The pairs that are True, member by grid."""
        member, grid = np.nonzero(mask)
        return cls(member=member, grid=grid, shape=mask.shape)

    def __len__(self) -> int:
        return len(self.member)

    def sum_by_grid(self, values: np.ndarray) -> sp.csr_matrix:
        """The matrix that adds up, for each grid, values times the unknowns of its pairs."""
        at = np.arange(len(self))
        return sp.csr_matrix((values, (self.grid, at)), shape=(self.shape[1], len(self)))

    def sum_by_member(self, values: np.ndarray) -> sp.csr_matrix:
        """The matrix that adds up, for each member, values times the unknowns of the member's pairs."""
        at = np.arange(len(self))
        return sp.csr_matrix((values, (self.member, at)), shape=(self.shape[0], len(self)))

    def spread_out(self, values: np.ndarray) -> np.ndarray:
        """The values member by grid, zero (False) where there is no pair."""
        table = np.zeros(self.shape, dtype=values.dtype)
        table[self.member, self.grid] = values
        return table


def assign_with_splits(
    problem: StaffingProblem, slack: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return loads (member by grid), who stands where, and the proven bound.

    First the heaviest load per capacity is made least with work that may be shared without limit (a linear
    programme: no plan under these rules can beat it); then, within `slack` of that, the fewest and nearest
    people, by HiGHS.

    Raises
    ------
    PlanError
        A grid that nobody may take.
    """
    _refuse_impossible(problem)
    evenest, bound = _evenest_sharing(problem)
    limit = bound * (1 + slack)
    used = _cheapest_sharing(problem, limit)
    if used is None:
        used = evenest
    candidates = used | _near_candidates(problem) | problem.pinned
    pairs = _Pairs.where(candidates & problem.allowed)
    load, stands = _choose_people(problem, pairs, limit)
    return load, stands, bound


def _near_candidates(problem: StaffingProblem) -> np.ndarray:
    """Member by grid: the cheapest few of each grid, of its main members, and of each member."""
    anybody = np.ones_like(problem.main)
    near = _nearest_members(problem, anybody, CANDIDATES_PER_GRID)
    near |= _nearest_members(problem, problem.main, MAIN_CANDIDATES)
    if problem.spread and not problem.main.all():
        near |= _nearest_members(problem, ~problem.main, MAIN_CANDIDATES)
    costs = np.where(problem.allowed, problem.cost, np.inf)
    cheapest = np.argsort(costs, axis=1, kind="stable")[:, :CANDIDATES_PER_MEMBER]
    members = np.arange(len(costs))
    near[members[:, None], cheapest] = True
    return near


def _nearest_members(problem: StaffingProblem, who: np.ndarray, count: int) -> np.ndarray:
    """Member by grid: of those asked for, the cheapest few of each grid."""
    costs = np.where(problem.allowed & who[:, None], problem.cost, np.inf)
    cheapest = np.argsort(costs, axis=0, kind="stable")[:count]
    grids = np.arange(costs.shape[1])
    near = np.zeros_like(problem.allowed)
    near[cheapest, grids[None, :]] = True
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
    pairs = _Pairs.where(problem.allowed)
    ones = np.ones(len(pairs))
    no_level = sp.csr_matrix((len(problem.work), 1))
    level = sp.csr_matrix(-problem.capacity[:, None])
    done = sp.hstack([pairs.sum_by_grid(ones), no_level])
    above_level = sp.hstack([pairs.sum_by_member(ones), level])
    answer = solve_milp(
        np.append(np.zeros(len(pairs)), 1.0),
        constraints=[
            LinearConstraint(done, problem.work, problem.work),
            LinearConstraint(above_level, -np.inf, 0),
        ],
    )
    # every grid has an allowed member, so there is a sharing
    assert answer.x is not None, answer.message
    load = answer.x[:-1]
    return pairs.spread_out(load > LOAD_EPSILON), float(answer.x[-1])


def _cheapest_sharing(problem: StaffingProblem, limit: float) -> np.ndarray | None:
    """Member by grid: who does something in the cheapest sharing within a limit.

    Each pair's cost is spread over what it can do. None where rounding leaves no sharing at that very limit.
    """
    pairs = _Pairs.where(problem.allowed)
    ones = np.ones(len(pairs))
    faint = FAINT_SHARE * problem.work.mean() or 1.0
    most = np.maximum(_max_loads(problem, pairs, limit), faint)
    answer = solve_milp(
        problem.cost[pairs.member, pairs.grid] / most,
        constraints=[
            LinearConstraint(pairs.sum_by_grid(ones), problem.work, problem.work),
            LinearConstraint(pairs.sum_by_member(ones), -np.inf, limit * problem.capacity),
        ],
    )
    return None if answer.x is None else pairs.spread_out(answer.x > LOAD_EPSILON)


def _max_loads(problem: StaffingProblem, pairs: _Pairs, limit: float) -> np.ndarray:
    """The most each pair can carry: all the work of the grid, or all the member may have."""
    work = problem.work[pairs.grid]
    capacity = problem.capacity[pairs.member]
    return np.asarray(np.minimum(work, limit * capacity))


def _choose_people(
    problem: StaffingProblem, pairs: _Pairs, limit: float
) -> tuple[np.ndarray, np.ndarray]:
    """Loads and who stands where: the fewest and nearest people within the limit."""
    most = _max_loads(problem, pairs, limit)
    solved = _solve_posts(problem, pairs, limit, most)
    if solved is None:
        # ends within its nodes nearly always; if not, everyone nearby stands there and shares as they can
        solved = _solve_loads(problem, pairs, limit, most)
    posted, carried = np.split(solved, 2)
    load = pairs.spread_out(np.where(carried > LOAD_EPSILON, carried, 0.0))
    stands = pairs.spread_out(posted > 0.5) | (load > 0)
    done = load.sum(axis=0)
    scale = problem.work / np.where(done > 0, done, 1.0)
    return load * scale[None, :], stands


def _solve_posts(
    problem: StaffingProblem, pairs: _Pairs, limit: float, most: np.ndarray
) -> np.ndarray | None:
    """Whether each pair stands (0 or 1), then its load; None where HiGHS found nothing within its nodes."""
    size = len(pairs)
    nothing, ones = np.zeros(size), np.ones(size)
    pinned = problem.pinned[pairs.member, pairs.grid].astype(float)
    answer = solve_milp(
        np.concatenate([problem.cost[pairs.member, pairs.grid], nothing]),
        integrality=np.concatenate([ones, nothing]),
        bounds=Bounds(np.concatenate([pinned, nothing]), np.concatenate([ones, most])),
        constraints=[
            *_load_constraints(problem, pairs, limit),
            *_post_constraints(problem, pairs, most),
        ],
        options={"node_limit": MAX_BRANCH_NODES, "mip_rel_gap": MIP_GAP},
    )
    return None if answer.x is None else np.asarray(answer.x)


def _solve_loads(
    problem: StaffingProblem, pairs: _Pairs, limit: float, most: np.ndarray
) -> np.ndarray:
    """Posts without a price, then the load of each pair: the cheapest sharing of the work."""
    size = len(pairs)
    answer = solve_milp(
        np.concatenate([np.zeros(size), problem.cost[pairs.member, pairs.grid]]),
        bounds=Bounds(0, np.concatenate([np.ones(size), most])),
        constraints=_load_constraints(problem, pairs, limit),
    )
    return np.asarray(answer.x)


def _load_constraints(
    problem: StaffingProblem, pairs: _Pairs, limit: float
) -> list[LinearConstraint]:
    """All work is done, and nobody carries more than the limit; the unknowns are posts, then loads."""
    size = len(pairs)
    members, grids = pairs.shape
    ones = np.ones(size)
    done = sp.hstack([sp.csr_matrix((grids, size)), pairs.sum_by_grid(ones)])
    carried = sp.hstack([sp.csr_matrix((members, size)), pairs.sum_by_member(ones)])
    return [
        LinearConstraint(done, problem.work, problem.work),
        LinearConstraint(carried, -np.inf, limit * problem.capacity),
    ]


def _post_constraints(
    problem: StaffingProblem, pairs: _Pairs, most: np.ndarray
) -> list[LinearConstraint]:
    """Only who stands carries; main members, helpers and tasks for everyone; the unknowns are posts, then loads."""
    size = len(pairs)
    members, grids = pairs.shape
    ones = np.ones(size)
    no_loads_of_grids = sp.csr_matrix((grids, size))
    carrying = sp.hstack([-sp.diags(most), sp.eye(size)])
    main = problem.main[pairs.member].astype(float)
    staffed = sp.hstack([pairs.sum_by_grid(main), no_loads_of_grids])
    helping = pairs.sum_by_grid(1.0 - main)
    helpers = int((~problem.main).sum())
    # a helper each where there are helpers enough
    spread = problem.spread and helpers >= grids
    helped = np.minimum(helping @ ones, 1.0) * spread
    of_member = pairs.sum_by_member(ones)
    # whoever may take something, takes something
    busy = (of_member @ ones > 0).astype(float)
    return [
        LinearConstraint(carrying, -np.inf, 0),
        LinearConstraint(staffed, 1, np.inf),
        LinearConstraint(sp.hstack([helping, no_loads_of_grids]), helped, np.inf),
        LinearConstraint(sp.hstack([of_member, sp.csr_matrix((members, size))]), busy, np.inf),
    ]
