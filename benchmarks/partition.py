"""Village graphs of invented towns: ours beside METIS, GerryChain, spopt and greedy growth, by one objective and one set of limits.

    python -m benchmarks.partition [--towns N] [--effort MOVES] [--proof]

A peer that is not installed is left out (`pip install pymetis gerrychain spopt`); each gets the same seconds of processor
time a graph as ours took (at least one try), and the best of its plans counts.
"""

from __future__ import annotations

import argparse
import random
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import numpy as np

from gridmerge.partition.bound import floor_under
from gridmerge.partition.count import how_many
from gridmerge.partition.graph import make_graph
from gridmerge.partition.plan import villages_of
from gridmerge.partition.solver import search
from gridmerge.partition.start import neighbours
from gridmerge.partition.state import EPS, Task
from tests.partition.mosaics import SIZES, town_mosaic
from tests.towns import draw_town

Peer = Callable[[Task, int], np.ndarray | None]


def tasks(towns: int) -> Iterator[tuple[str, Task]]:
    """The largest connected cluster of every village, as a task."""
    for seed in range(1, towns + 1):
        for village in villages_of(*town_mosaic(draw_town(seed=seed)), SIZES):
            graph = make_graph(village.size, village.edges, village.costs, village.work)
            piece = graph.components()
            biggest = np.flatnonzero(piece == np.bincount(piece).argmax())
            place = np.full(graph.n, -1)
            place[biggest] = np.arange(len(biggest))
            inner = (place[graph.edges] >= 0).all(axis=1)
            part = make_graph(
                graph.weights[biggest], place[graph.edges[inner]], graph.costs[inner], graph.work[biggest]
            )
            k = how_many(part.weights, SIZES.target, SIZES.min, SIZES.max, part.n)
            if k > 1:
                limits = np.full(k, SIZES.min), np.full(k, SIZES.max)
                yield f"{seed}/{village.name}", Task(graph=part, k=k, lower=limits[0], upper=limits[1], even=SIZES.even)


def greedy(task: Task, seed: int) -> np.ndarray | None:
    """Grow the lightest district by a random free neighbour from random seeds."""
    rng, near = np.random.default_rng(seed), neighbours(task)
    labels = np.full(task.graph.n, -1)
    labels[rng.choice(task.graph.n, task.k, replace=False)] = np.arange(task.k)
    while (labels < 0).any():
        size = np.bincount(labels[labels >= 0], task.graph.weights[labels >= 0], minlength=task.k)
        for d in np.argsort(size):
            free = [q for x in np.flatnonzero(labels == d) for q in near[x] if labels[q] < 0]
            if free:
                labels[free[rng.integers(len(free))]] = d
                break
    return labels


# ruff: noqa: PLC0415 - peers are imported where they are used: none has to be installed
def metis(task: Task, seed: int) -> np.ndarray | None:
    """METIS with contiguous parts; costs in thousandths."""
    import pymetis

    graph, near = task.graph, neighbours(task)
    cost = {(int(u), int(v)): max(1, round(1000 * c)) for (u, v), c in zip(graph.edges, graph.costs, strict=True)}
    start, flat = np.cumsum([0, *map(len, near)]), [q for row in near for q in row]
    weight = [cost[min(x, q), max(x, q)] for x, row in enumerate(near) for q in row]
    options = pymetis.Options(seed=seed, contig=True, ufactor=300)
    _, parts = pymetis.part_graph(
        task.k, xadj=start.tolist(), adjncy=flat, vweights=np.round(graph.weights).astype(int).tolist(),
        eweights=weight, recursive=False, options=options,
    )  # fmt: skip
    return np.asarray(parts)


def gerrychain(task: Task, seed: int) -> np.ndarray | None:
    """GerryChain's recombination: the best of a hundred steps from a recursive tree partition."""
    import networkx as nx
    from gerrychain import Graph, MarkovChain, Partition, accept, constraints, proposals, tree, updaters

    random.seed(seed)
    net = nx.Graph()
    net.add_nodes_from((i, {"w": float(w) + 1e-6}) for i, w in enumerate(task.graph.weights))
    net.add_edges_from(map(tuple, task.graph.edges.tolist()))
    graph = Graph.from_networkx(net)
    ideal = float(task.graph.weights.sum()) / task.k
    try:
        first = tree.recursive_tree_part(graph, range(task.k), ideal, "w", 0.4)
        part = Partition(graph, first, {"w": updaters.Tally("w")})
        step = lambda p: proposals.recom(p, pop_col="w", pop_target=ideal, epsilon=0.4, node_repeats=1)  # noqa: E731
        chain = MarkovChain(step, [constraints.contiguous], accept.always_accept, part, total_steps=100)
        plans = [np.array([p.assignment[i] for i in range(task.graph.n)]) for p in chain]
    except (RuntimeError, ValueError):
        return None
    return min(plans, key=lambda plan: score(task, plan))


def spopt(task: Task, seed: int) -> np.ndarray | None:
    """spopt's contiguous k-means regions on the weights."""
    import geopandas as gpd
    from libpysal.weights import W
    from spopt.region import RegionKMeansHeuristic

    near = dict(enumerate(neighbours(task)))
    frame = gpd.GeoDataFrame({"w": task.graph.weights})
    np.random.seed(seed)
    model = RegionKMeansHeuristic(frame[["w"]].to_numpy(), task.k, W(near, silence_warnings=True))
    model.solve()
    return np.asarray(model.labels_)


def score(task: Task, labels: np.ndarray) -> tuple[float, float]:
    """What lies outside the limits, then the objective; a plan in more pieces than districts is out."""
    if len(np.unique(labels)) != task.k or not task.graph.is_contiguous(labels):
        return np.inf, np.inf
    broken = task.violation(labels)
    return (broken if broken > EPS else 0.0), sum(task.terms(labels).values())


def best_of(peer: Peer, task: Task, seconds: float) -> tuple[float, float]:
    """The best plan of a peer in so many seconds, at least one try."""
    best, seed, begun = (np.inf, np.inf), 0, time.process_time()
    while seed == 0 or time.process_time() - begun < seconds:
        labels = peer(task, seed)
        best = min(best, score(task, labels) if labels is not None else best)
        seed += 1
    return best


def main() -> None:
    """Print a row a solver: on how many graphs feasible, best, within 0.5 % of the best, mean gap to the best."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--towns", type=int, default=10)
    parser.add_argument("--effort", type=float, default=4000.0, help="moves per face, as [grids] effort")
    parser.add_argument("--proof", action="store_true", help="bound each graph of up to 60 faces and print the gap")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # the peers' own deprecations
    peers: dict[str, Peer] = {"greedy growth": greedy}
    named = {"METIS": ("pymetis", metis), "GerryChain": ("gerrychain", gerrychain), "spopt": ("spopt", spopt)}
    peers |= {name: peer for name, (module, peer) in named.items() if find_spec(module)}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ("gridmerge", *peers)}
    gaps = []
    for name, task in tasks(options.towns):
        begun = time.process_time()
        labels = search(task, zlib.crc32(name.encode()), int(options.effort * task.graph.n))
        seconds = time.process_time() - begun
        found["gridmerge"].append(score(task, labels))
        if options.proof and task.graph.n <= 60 and found["gridmerge"][-1][0] == 0:
            gaps.append(1 - floor_under(task, labels, 12) / found["gridmerge"][-1][1])
        for peer, run in peers.items():
            found[peer].append(best_of(run, task, seconds))
    report(found)
    if gaps:
        print(
            f"gap to the proven bound on {len(gaps)} graphs: mean {100 * np.mean(gaps):.2f} %, worst {100 * max(gaps):.2f} %"
        )


def report(found: dict[str, list[tuple[float, float]]]) -> None:
    """Print the table."""
    best = [min(plans) for plans in zip(*found.values(), strict=True)]
    print(f"{len(best)} graphs\n{'solver':<16}{'feasible':>10}{'best':>7}{'within 0.5 %':>14}{'mean gap %':>12}")
    for name, plans in found.items():
        close = [p[0] <= b[0] + EPS and p[1] <= b[1] * 1.005 + EPS for p, b in zip(plans, best, strict=True)]
        equal = [p[0] <= b[0] + EPS and p[1] <= b[1] * (1 + 1e-9) + EPS for p, b in zip(plans, best, strict=True)]
        gap = [p[1] / b[1] - 1 for p, b in zip(plans, best, strict=True) if p[0] == 0 == b[0]]
        print(
            f"{name:<16}{sum(p[0] == 0 for p in plans):>10}{sum(equal):>7}{sum(close):>14}"
            f"{100 * float(np.mean(gap)) if gap else float('nan'):>12.2f}"
        )


if __name__ == "__main__":
    main()
