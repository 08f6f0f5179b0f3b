"""Graphs beyond 200 nodes: coarse starts, and groups of districts divided anew."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmerge.districting import SolveOptions, solve_districting
from gridmerge.districting.solver.annealing import BestPlan
from gridmerge.districting.solver.graph import make_graph
from gridmerge.districting.solver.multilevel import (
    COARSEST_NODES,
    _coarsen_graph,
    _divide_anew,
    _part_of,
)
from gridmerge.districting.solver.state import DistrictingProblem
from tests.districting.test_solver import lattice, triangulated

ROWS, COLUMNS, K = 16, 20, 16  # 320 nodes; sixteen blocks of 4 x 5 need 3 x 20 + 3 x 16 cuts
FEWEST = 108


def task_of(
    edges: np.ndarray, weights: np.ndarray, k: int, slack: float, even: float = 0.0
) -> DistrictingProblem:
    mean = float(weights.sum()) / k
    graph = make_graph(weights, edges)
    return DistrictingProblem(
        graph=graph,
        k=k,
        lower=np.full(k, (1 - slack) * mean),
        upper=np.full(k, (1 + slack) * mean),
        even=even,
    )


def test_a_lattice_is_cut_nearly_straight_with_no_room_at_all():
    n = ROWS * COLUMNS
    solution = solve_districting(
        np.ones(n), lattice(ROWS, COLUMNS), k=K, limits=(n / K, n / K), budget=400_000
    )
    assert solution.feasible
    assert FEWEST <= solution.objective <= 1.15 * FEWEST


@given(st.integers(201, 320), st.integers(2, 14), st.integers(0, 1000))
@settings(max_examples=12, deadline=None)
def test_locks_pairs_and_connection_hold(n, k, seed):
    rng = np.random.default_rng(seed)
    edges, weights = triangulated(n, seed), rng.integers(0, 9, n).astype(float)
    locks = np.full(n, -1)
    locks[rng.choice(n, k, replace=False)] = np.arange(k)
    loose = [int(x) for x in rng.choice(np.flatnonzero(locks < 0), 2, replace=False)]
    wishes = SolveOptions(locks=locks, apart=[(loose[0], loose[1])])
    solution = solve_districting(
        weights, edges, k=k, limits=(0, np.inf), wishes=wishes, seed=seed, budget=30_000
    )
    assert (solution.labels[locks >= 0] == locks[locks >= 0]).all()
    assert set(solution.labels) == set(range(k))
    assert make_graph(weights, edges).is_contiguous(solution.labels)
    assert solution.feasible == (solution.labels[loose[0]] != solution.labels[loose[1]])


def test_the_same_seed_gives_the_same_plan():
    edges, weights = triangulated(260, 3), np.ones(260)
    first, again = (
        solve_districting(weights, edges, k=9, limits=(27, 31), seed=5, budget=60_000)
        for _ in range(2)
    )
    assert (first.labels == again.labels).all()


def test_copies_grow_coarser_and_keep_weight_and_pieces():
    edges, weights = (
        triangulated(400, 1),
        np.random.default_rng(1).integers(1, 9, 400).astype(float),
    )
    apart = np.vstack([edges, triangulated(60, 2) + 400])
    task = task_of(apart, np.concatenate([weights, np.ones(60)]), 6, 0.1)
    before, copies = task, list(_coarsen_graph(task, Random(0)))
    assert copies
    for copy, group in copies:
        assert copy.graph.n < before.graph.n == len(group)
        assert copy.graph.weights.sum() == pytest.approx(task.graph.weights.sum())
        assert int(copy.graph.components().max()) == 1
        before = copy
    assert before.graph.n <= 2 * COARSEST_NODES * task.k


@pytest.mark.parametrize("even", [0.0, 3.0])
def test_a_part_prices_a_change_as_the_whole_does(even):
    edges, weights = (
        triangulated(240, 4),
        np.random.default_rng(4).integers(1, 9, 240).astype(float),
    )
    task = task_of(edges, weights, 8, 0.3, even)
    labels = solve_districting(
        weights, edges, k=8, limits=(0.7 * task.unit, 1.3 * task.unit), budget=20_000
    ).labels
    group = np.array([1, 4, 6])
    nodes = np.flatnonzero(np.isin(labels, group))
    part, place = _part_of(task, nodes, group), np.searchsorted(group, labels[nodes])
    moved, other = place.copy(), labels.copy()
    moved[0] = (place[0] + 1) % 3
    other[nodes] = group[moved]
    price = lambda t, x: sum(t.terms(x).values())  # noqa: E731
    assert price(part, moved) - price(part, place) == pytest.approx(
        price(task, other) - price(task, labels)
    )


def test_dividing_anew_mends_what_is_out_of_range():
    edges, weights = triangulated(300, 6), np.ones(300)
    task = task_of(edges, weights, 10, 0.02)
    rough = solve_districting(weights, edges, k=10, limits=(24, 36), budget=20_000).labels
    best = BestPlan(rough.tolist(), task.violation(rough), sum(task.terms(rough).values()))
    _divide_anew(task, best, Random(0), 600_000)
    labels = np.asarray(best.labels)
    assert best.violation == pytest.approx(
        task.violation(labels)
    ) and best.violation < 0.1 * task.violation(rough)
    assert task.graph.is_contiguous(labels)
