"""Village graphs: ours beside METIS, GerryChain, spopt and greedy growth, by one objective and one set of limits.

    python -m benchmarks.partition [--graphs towns sample newyork] [--towns N] [--effort MOVES]
    python -m benchmarks.partition --proof ROUNDS [--towns N]

The graphs are the largest connected cluster of every village of N invented towns, of sample_layers, and of Staten Island and
Manhattan (`../shared/data/nyc`, left out where it is absent). A peer that is not installed is left out
(`pip install pymetis gerrychain spopt`); each gets the same seconds of processor time a graph as ours took, and the best of its
plans counts; a first try may go on to `PATIENCE` seconds before it counts as no plan. Seconds are processor time, so other work on
the machine changes little.
With --proof, graphs of up to 60 faces are bounded instead, by so many rounds: how far the search is from the best there is.
"""

from __future__ import annotations

import argparse
import random
import signal
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from gridmerge.config.project_file import read_project
from gridmerge.config.settings import Grids
from gridmerge.districting.component import count_moves
from gridmerge.districting.constraints.apportionment import choose_grid_count
from gridmerge.districting.plan import list_villages
from gridmerge.districting.solver.column_generation import bound_plan_price
from gridmerge.districting.solver.graph import make_graph, take_subgraph
from gridmerge.districting.solver.search import search_plan
from gridmerge.districting.solver.spanning_tree_start import list_neighbours
from gridmerge.districting.solver.state import EPS, DistrictingProblem
from gridmerge.districting.village import Village
from gridmerge.inputs import load_inputs
from gridmerge.overlay import overlay_layers
from gridmerge.workload import weigh_faces
from tests.districting.mosaics import SIZES, town_mosaic
from tests.towns import draw_town

Peer = Callable[[DistrictingProblem, int, float], np.ndarray | None]
Graphs = Iterator[tuple[str, DistrictingProblem]]

ROOT = Path(__file__).resolve().parents[1]
NEW_YORK = ROOT / "../shared/data/nyc"
PROVABLE = 60  # faces
PATIENCE = 20.0  # seconds of processor time for the first try of a peer on a graph


class TimeIsUp(BaseException):
    """Raised inside a peer; no `except Exception` of its own holds it back."""


def of_towns(towns: int) -> Graphs:
    """Villages of invented towns."""
    for seed in range(1, towns + 1):
        for village in list_villages(*town_mosaic(draw_town(seed=seed)), SIZES):
            yield from as_task(f"town {seed}/{village.name}", village, SIZES)


def of_project(name: str, file: Path) -> Graphs:
    """Villages of a project, loaded and overlaid as a build does."""
    settings = read_project(file)
    inputs = load_inputs(settings)
    mosaic = overlay_layers(inputs.township, inputs.layers, settings.overlay)
    weights = weigh_faces(mosaic, inputs.works, inputs.township, settings.grids)
    for village in list_villages(mosaic, weights, inputs.township, settings.grids):
        yield from as_task(f"{name}/{village.name}", village, settings.grids)


def as_task(name: str, village: Village, sizes: Grids) -> Graphs:
    """The largest connected cluster of a village, where there is anything to divide."""
    graph = make_graph(village.size, village.edges, village.costs, village.work)
    piece = graph.components()
    biggest = np.flatnonzero(piece == np.bincount(piece).argmax())
    part, _ = take_subgraph(graph, biggest)
    k = choose_grid_count(part.weights, sizes.target, sizes.min, sizes.max, part.n)
    if k > 1:
        low, high = np.full(k, sizes.min), np.full(k, sizes.max)
        yield name, DistrictingProblem(graph=part, k=k, lower=low, upper=high, even=sizes.even)


def all_graphs(options: argparse.Namespace) -> Graphs:
    """The graphs asked for."""
    if "towns" in options.graphs:
        yield from of_towns(options.towns)
    if "sample" in options.graphs:
        yield from of_project("sample", ROOT / "sample_layers")
    if "newyork" in options.graphs and NEW_YORK.is_dir():
        yield from of_project("Staten Island", NEW_YORK / "gridmerge.toml")
        yield from of_project("Manhattan", NEW_YORK / "manhattan.toml")


def greedy(task: DistrictingProblem, seed: int, seconds: float) -> np.ndarray | None:
    """Grow the lightest district by a random free neighbour from random seeds."""
    rng, near = np.random.default_rng(seed), list_neighbours(task)
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
def metis(task: DistrictingProblem, seed: int, seconds: float) -> np.ndarray | None:
    """METIS with contiguous parts; costs in thousandths; three tolerances in turn."""
    import pymetis

    graph, near = task.graph, list_neighbours(task)
    cost = {
        (int(u), int(v)): max(1, round(1000 * c))
        for (u, v), c in zip(graph.edges, graph.costs, strict=True)
    }
    start, flat = np.cumsum([0, *map(len, near)]), [q for row in near for q in row]
    weight = [cost[min(x, q), max(x, q)] for x, row in enumerate(near) for q in row]
    options = pymetis.Options(seed=seed, contig=True, ufactor=(300, 100, 30)[seed % 3])
    _, parts = pymetis.part_graph(
        task.k, xadj=start.tolist(), adjncy=flat, vweights=np.round(graph.weights).astype(int).tolist(),
        eweights=weight, recursive=False, options=options,
    )  # fmt: skip
    return np.asarray(parts)


def gerrychain(task: DistrictingProblem, seed: int, seconds: float) -> np.ndarray | None:
    """GerryChain's recombination under its optimiser (short bursts of ten) from a recursive tree partition."""
    import networkx as nx
    from gerrychain import Graph, Partition, constraints, optimization, proposals, tree, updaters

    random.seed(seed)
    net = nx.Graph()
    net.add_nodes_from((i, {"w": float(w) + 1e-6}) for i, w in enumerate(task.graph.weights))
    net.add_edges_from(map(tuple, task.graph.edges.tolist()))
    graph, begun = Graph.from_networkx(net), time.process_time()
    ideal = float(task.graph.weights.sum()) / task.k
    order = range(task.graph.n)

    def price(part: Partition) -> float:
        broken, price = score(task, np.array([part.assignment[i] for i in order]))
        return 1e6 * broken + price

    try:
        first = tree.recursive_tree_part(graph, range(task.k), ideal, "w", 0.4)
        part = Partition(graph, first, {"w": updaters.Tally("w")})

        def step(p: Partition) -> Partition:
            return proposals.recom(p, pop_col="w", pop_target=ideal, epsilon=0.4, node_repeats=1)

        found = optimization.SingleMetricOptimizer(
            step, [constraints.contiguous], part, price, maximize=False
        )
        for _ in found.short_bursts(10, 1000):
            if time.process_time() - begun > seconds:
                break
    except (RuntimeError, ValueError):
        return None
    return np.array([found.best_part.assignment[i] for i in order])


def regions(task: DistrictingProblem, seed: int, seconds: float) -> np.ndarray | None:
    """spopt's contiguous k-means regions on the weights."""
    import geopandas as gpd
    from libpysal.weights import W
    from spopt.region import RegionKMeansHeuristic

    near = dict(enumerate(list_neighbours(task)))
    frame = gpd.GeoDataFrame({"w": task.graph.weights})
    np.random.seed(seed)
    model = RegionKMeansHeuristic(frame[["w"]].to_numpy(), task.k, W(near, silence_warnings=True))
    model.solve()
    return np.asarray(model.labels_)


def skater(task: DistrictingProblem, seed: int, seconds: float) -> np.ndarray | None:
    """spopt's SKATER on the weights, no region below a floor of some nodes (another floor each try)."""
    import geopandas as gpd
    from libpysal.weights import W
    from spopt.region import Skater

    near = dict(enumerate(list_neighbours(task)))
    apart = np.linspace(0.0, 1e-3, task.graph.n)  # between equal faces it would see no edge at all
    frame = gpd.GeoDataFrame({"w": task.graph.weights + apart})
    floor = max(1, task.graph.n // task.k // (2 + seed))
    model = Skater(frame, W(near, silence_warnings=True), ["w"], n_clusters=task.k, floor=floor)
    try:
        model.solve()
    except ValueError:  # no regions of that floor
        return None
    return np.unique(np.asarray(model.labels_), return_inverse=True)[1]


def score(task: DistrictingProblem, labels: np.ndarray) -> tuple[float, float]:
    """What lies outside the limits, then the objective; a plan in more pieces than districts is out."""
    if len(np.unique(labels)) != task.k or not task.graph.is_contiguous(labels):
        return np.inf, np.inf
    broken = task.violation(labels)
    return (broken if broken > EPS else 0.0), sum(task.terms(labels).values())


@contextmanager
def cut_after(seconds: float) -> Iterator[None]:
    """Leave the block after so many seconds of processor time."""

    def stop(*_: object) -> None:
        raise TimeIsUp

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        with suppress(TimeIsUp):
            yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def best_of(peer: Peer, task: DistrictingProblem, seconds: float) -> tuple[float, float]:
    """The best plan of a peer in so many seconds; without one by then, of its first try within `PATIENCE`."""
    best, seed, begun = (np.inf, np.inf), 0, time.process_time()
    while (left := (PATIENCE if seed == 0 else seconds) - (time.process_time() - begun)) > 0:
        labels = None
        # some peers raise whatever comes when they find no plan
        with cut_after(left), suppress(Exception):
            labels = peer(task, seed, seconds - (time.process_time() - begun))
        best = min(best, score(task, labels) if labels is not None else best)
        seed += 1
    return best


def ours(name: str, task: DistrictingProblem, effort: float) -> np.ndarray:
    """Our plan at the moves of a build."""
    return search_plan(task, zlib.crc32(name.encode()), count_moves(effort, task.graph.n))


PEERS: dict[str, tuple[str, Peer]] = {
    "METIS (contiguous)": ("pymetis", metis),
    "GerryChain (recombination, short bursts)": ("gerrychain", gerrychain),
    "spopt (contiguous k-means)": ("spopt", regions),
    "spopt (SKATER)": ("spopt", skater),
    "greedy growth": ("numpy", greedy),
}


def main() -> None:
    """Print a row a solver: on how many graphs feasible, best, within 0.5 % of the best, mean gap to the best."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--graphs", nargs="*", default=["towns", "sample", "newyork"])
    parser.add_argument(
        "--peers", nargs="*", default=list(PEERS), help="names, or beginnings of them"
    )
    parser.add_argument("--towns", type=int, default=10)
    parser.add_argument(
        "--effort", type=float, default=Grids().effort, help="moves per face, as [grids] effort"
    )
    parser.add_argument(
        "--proof", type=int, default=0, help="rounds: bound graphs of up to 60 faces instead"
    )
    parser.add_argument("--verbose", action="store_true", help="a line a graph")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # the peers' own deprecations
    if options.proof:
        prove(options)
        return
    wanted = {name: PEERS[name] for name in PEERS if name.startswith(tuple(options.peers))}
    peers = {name: peer for name, (module, peer) in wanted.items() if find_spec(module)}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ("gridmerge", *peers)}
    spent = []
    for name, task in all_graphs(options):
        begun = time.process_time()
        found["gridmerge"].append(score(task, ours(name, task, options.effort)))
        spent.append(time.process_time() - begun)
        for peer, run in peers.items():
            found[peer].append(best_of(run, task, spent[-1]))
        if options.verbose:
            plans = ", ".join(f"{solver} {solved[-1][1]:.4g}" for solver, solved in found.items())
            print(
                f"{name}: {task.graph.n} faces, {task.k} grids, {spent[-1]:.1f} s: {plans}",
                flush=True,
            )
        beaten = min(plans[-1] for plans in found.values())
        if found["gridmerge"][-1] > (beaten[0] + EPS, beaten[1] * 1.005):
            print(f"beaten on {name}: {found['gridmerge'][-1]} against {beaten}", flush=True)
    report(found, spent)


def report(found: dict[str, list[tuple[float, float]]], spent: list[float]) -> None:
    """Print the table, as docs/en/partition.md has it."""
    best = [min(plans) for plans in zip(*found.values(), strict=True)]
    print(
        f"\n{len(best)} graphs, {sum(spent):.0f} s of processor time a solver, {max(spent):.1f} s at most\n"
    )
    print(
        "| solver | feasible | best | within 0.5 % of the best | mean gap to the best |\n|---|---|---|---|---|"
    )
    for name, plans in found.items():
        close = [
            p[0] <= b[0] + EPS and p[1] <= b[1] * 1.005 + EPS
            for p, b in zip(plans, best, strict=True)
        ]
        equal = [
            p[0] <= b[0] + EPS and p[1] <= b[1] * (1 + 1e-9) + EPS
            for p, b in zip(plans, best, strict=True)
        ]
        gap = [p[1] / b[1] - 1 for p, b in zip(plans, best, strict=True) if p[0] == 0 == b[0]]
        mean = f"{100 * float(np.mean(gap)):.2f} %" if gap else "–"
        print(
            f"| {name} | {sum(p[0] == 0 for p in plans)} | {sum(equal)} | {sum(close)} | {mean} |"
        )


def prove(options: argparse.Namespace) -> None:
    """Print how far the plans of small graphs are from their bounds."""
    gaps, seconds = [], []
    for name, task in all_graphs(options):
        if task.graph.n > PROVABLE:
            continue
        labels = ours(name, task, options.effort)
        broken, price = score(task, labels)
        if broken:
            print(f"{name}: not within the limits", flush=True)
            continue
        begun = time.process_time()
        gaps.append(max(0.0, 1 - bound_plan_price(task, labels, options.proof) / price))
        seconds.append(time.process_time() - begun)
        if gaps[-1] > 0.01:
            print(
                f"{name}: {task.graph.n} faces, {task.k} grids, gap {100 * gaps[-1]:.2f} %",
                flush=True,
            )
    print(
        f"{len(gaps)} graphs of up to {PROVABLE} faces: gap to the bound {100 * np.mean(gaps):.2f} % on average, "
        f"{100 * max(gaps):.2f} % at worst, proven in {sum(g < 1e-3 for g in gaps)}; {np.mean(seconds):.1f} s a bound"
    )


if __name__ == "__main__":
    main()
