"""The solver on a bare graph."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from gridmerge.districting import SolveOptions, solve_districting
from gridmerge.districting.solver.graph import make_graph
from gridmerge.districting.solver.milp import solve_exactly
from gridmerge.districting.solver.search import search_plan
from gridmerge.districting.solver.spreading_metric import bound_by_spreading
from gridmerge.districting.solver.state import DistrictingProblem


def lattice(rows: int, columns: int) -> np.ndarray:
    """Edges of a lattice."""
    number = np.arange(rows * columns).reshape(rows, columns)
    across = np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()])
    down = np.column_stack([number[:-1].ravel(), number[1:].ravel()])
    return np.vstack([across, down])


def triangulated(n: int, seed: int) -> np.ndarray:
    """Edges of a Delaunay triangulation of random points."""
    simplices = Delaunay(np.random.default_rng(seed).random((n, 2))).simplices
    edges = np.vstack([simplices[:, [0, 1]], simplices[:, [1, 2]], simplices[:, [0, 2]]])
    return np.unique(np.sort(edges, axis=1), axis=0)


@pytest.mark.parametrize(
    ("rows", "columns", "k", "best"), [(6, 6, 2, 6), (8, 8, 4, 16), (6, 9, 3, 12)]
)
def test_lattices_are_cut_straight(rows, columns, k, best):
    n = rows * columns
    solution = solve_districting(
        np.ones(n), lattice(rows, columns), k=k, limits=(n / k, n / k), budget=60_000
    )
    assert solution.feasible
    assert solution.objective == best


@given(st.integers(5, 40), st.integers(1, 5), st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_districts_are_always_connected_and_cover_all(n, k, seed):
    rng = np.random.default_rng(seed)
    edges, weights = triangulated(n, seed), rng.integers(0, 9, n).astype(float)
    mean = weights.sum() / k
    solution = solve_districting(
        weights,
        edges,
        rng.random(len(edges)),
        k=k,
        limits=(0.8 * mean, 1.2 * mean),
        seed=seed,
        budget=4000,
    )
    assert set(solution.labels) == set(range(k))
    assert make_graph(weights, edges).is_contiguous(solution.labels)
    inside = np.bincount(solution.labels, weights)
    assert solution.feasible == bool(
        ((inside >= 0.8 * mean - 1e-6) & (inside <= 1.2 * mean + 1e-6)).all()
    )
    assert solution.objective == pytest.approx(sum(solution.terms.values()))


def test_the_same_seed_gives_the_same_plan():
    edges, weights = triangulated(60, 1), np.ones(60)
    first = solve_districting(weights, edges, k=4, limits=(14, 16), seed=7, budget=20_000)
    again = solve_districting(weights, edges[::-1], k=4, limits=(14, 16), seed=7, budget=20_000)
    assert first.labels.tolist() == again.labels.tolist()


def test_locks_and_pairs_hold():
    edges = lattice(6, 6)
    locks = np.full(36, -1)
    locks[0], locks[35], locks[5] = 2, 0, 2
    solution = solve_districting(
        np.ones(36), edges, k=3, limits=(10, 14), wishes=SolveOptions(locks=locks, together=[(14, 15)], apart=[(20, 21)]),
        budget=60_000,
    )  # fmt: skip
    labels = solution.labels
    assert solution.feasible
    assert labels[0] == 2 and labels[5] == 2 and labels[35] == 0
    assert labels[14] == labels[15] and labels[20] != labels[21]


def test_uneven_work_costs():
    edges, work = lattice(4, 8), np.repeat([1.0, 3.0], 16)
    even = solve_districting(
        np.ones(32),
        edges,
        k=2,
        limits=(4, 28),
        wishes=SolveOptions(work=work, even=1000.0),
        budget=60_000,
    )
    shares = np.bincount(even.labels, work)
    assert shares.tolist() == [32.0, 32.0]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"an edge names a node outside 0\.\.1"):
        solve_districting([1, 1], [(0, 2)], k=1, limits=(0, 2))
    with pytest.raises(
        ValueError, match="3 districts cannot be made of 2 nodes in 1 connected pieces"
    ):
        solve_districting([1, 1], [(0, 1)], k=3, limits=(0, 2))
    with pytest.raises(ValueError, match="not negative"):
        solve_districting([1, -1], [(0, 1)], k=1, limits=(0, 2))


@pytest.mark.parametrize(("rows", "columns", "k"), [(3, 4, 2), (4, 4, 2), (3, 5, 3)])
def test_small_graphs_are_solved_to_proof(rows, columns, k):
    n = rows * columns
    solution = solve_districting(
        np.ones(n), lattice(rows, columns), k=k, limits=(n // k, -(-n // k)), budget=2000
    )
    assert solution.feasible and solution.proven and solution.gap == 0
    assert solution.bound == solution.objective


def test_it_is_proven_when_no_plan_keeps_the_limits():
    solution = solve_districting(
        [3, 1, 1, 3], [(0, 1), (1, 2), (2, 3)], k=2, limits=(5, 6), budget=1000
    )
    assert solution.impossible and not solution.feasible
    assert solution.violation > 0


def test_the_bound_holds_and_is_tight():
    rng, edges = np.random.default_rng(4), triangulated(30, 4)
    weights, costs = rng.integers(1, 9, 30).astype(float), rng.random(len(edges)) + 0.2
    mean = weights.sum() / 3
    solution = solve_districting(
        weights, edges, costs, k=3, limits=(0.7 * mean, 1.3 * mean), wishes=SolveOptions(even=5.0), budget=60_000, proof=12
    )  # fmt: skip
    assert solution.feasible
    assert 0.95 * solution.objective <= solution.bound <= solution.objective + 1e-9


def test_where_proven_a_higher_limit_never_costs_more():
    rng, edges = np.random.default_rng(5), triangulated(14, 5)
    weights = rng.integers(1, 9, 14).astype(float)
    mean = weights.sum() / 3
    found = [
        solve_districting(weights, edges, k=3, limits=(0.0, mean * wide), budget=3000)
        for wide in (1.05, 1.15, 1.3, 1.6, 2.0)
    ]
    proven = [s.objective for s in found if s.feasible and s.proven]
    assert len(proven) >= 3
    assert proven == sorted(proven, reverse=True)


@pytest.mark.parametrize("even", [0.0, 4.0])
def test_the_spreading_bound_lies_below_the_best_plan_and_well_above_nothing(even):
    edges, weights = triangulated(16, 6), np.random.default_rng(6).integers(1, 9, 16).astype(float)
    graph, mean = make_graph(weights, edges), weights.sum() / 3
    lower, upper = np.full(3, 0.6 * mean), np.full(3, 1.4 * mean)
    task = DistrictingProblem(graph=graph, k=3, lower=lower, upper=upper, even=even)
    best = solve_exactly(task)
    assert best.best and best.labels is not None
    price = sum(task.terms(best.labels).values())
    bounds = [bound_by_spreading(task, best.labels, rounds) for rounds in (1, 4, 16)]
    assert bounds == sorted(bounds)
    assert 0.4 * price < bounds[-1] <= price + 1e-6


@given(st.integers(6, 12), st.integers(2, 3), st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_no_plan_undercuts_the_spreading_bound(n, k, seed):
    rng, edges = np.random.default_rng(seed), triangulated(n, seed)
    graph = make_graph(rng.integers(0, 9, n).astype(float) + 1, edges, rng.random(len(edges)))
    mean = graph.weights.sum() / k
    task = DistrictingProblem(
        graph=graph, k=k, lower=np.full(k, 0.3 * mean), upper=np.full(k, 2.0 * mean), even=2.0
    )
    labels = search_plan(task, seed, 3000)
    if task.violation(labels) == 0:
        assert bound_by_spreading(task, labels, 12) <= sum(task.terms(labels).values()) + 1e-6
    plan = np.arange(n) * k // n  # any plan at all, in pieces or not, that keeps the limits
    if task.violation(plan) == 0:
        assert bound_by_spreading(task, labels, 12) <= sum(task.terms(plan).values()) + 1e-6


def test_a_large_graph_has_a_bound():
    edges, weights = triangulated(90, 2), np.ones(90)
    solution = solve_districting(
        weights, edges, k=5, limits=(15, 21), wishes=SolveOptions(even=5.0), budget=20_000, proof=1
    )
    assert solution.feasible and 0.25 * solution.objective < solution.bound < solution.objective


def test_with_rounds_enough_two_districts_are_proven():
    rng, edges, weights = np.random.default_rng(9), triangulated(34, 9), np.ones(34)
    wishes = SolveOptions(even=1.0)
    solution = solve_districting(
        weights,
        edges,
        rng.random(len(edges)),
        k=2,
        limits=(16, 18),
        wishes=wishes,
        budget=30_000,
        proof=12,
    )
    assert solution.feasible and solution.proven


def test_tight_limits_are_kept_on_a_large_graph():
    edges, weights = (
        triangulated(220, 3),
        np.round(np.exp(np.random.default_rng(3).normal(8, 0.7, 220))),
    )
    mean = weights.sum() / 8
    solution = solve_districting(
        weights, edges, k=8, limits=(0.99 * mean, 1.01 * mean), budget=300_000
    )
    assert solution.feasible
