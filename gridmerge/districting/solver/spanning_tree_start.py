"""Where a search starts: connected districts of roughly the right size, by cutting random spanning trees in two, again and again."""

from __future__ import annotations

from random import Random

import numpy as np

from gridmerge.districting.solver.graph import Ints
from gridmerge.districting.solver.state import DistrictingProblem

# trees tried for one cut; more than a dozen changed nothing on the yardstick instances
TREES_PER_CUT = 12


def start_from_trees(task: DistrictingProblem, rng: Random, share: Ints | None = None) -> Ints:
    """Labels 0..k-1, each district in one piece.

    Parameters
    ----------
    task
        The problem; limits count only through their mean, so that any k can be started.
    rng
        Source of randomness.
    share
        Districts for each connected piece of the graph (by piece number); None: `apportion_pieces` decides.
    """
    pieces = task.graph.components()
    counts = apportion_pieces(task, pieces) if share is None else share
    near = list_neighbours(task)
    labels = np.zeros(task.graph.n, dtype=np.int64)
    first = 0
    for piece, k in enumerate(counts.tolist()):
        nodes = np.flatnonzero(pieces == piece).tolist()
        todo = [(nodes, k)]
        while todo:
            part, parts = todo.pop()
            if parts == 1:
                labels[part] = first
                first += 1
                continue
            left, right, k_left = halve_nodes(task, rng, near, part, parts)
            todo += [(right, parts - k_left), (left, k_left)]
    return labels


def apportion_pieces(task: DistrictingProblem, pieces: Ints) -> Ints:
    """Districts for each connected piece: at least one and at most as many as it has nodes, else by weight, largest need first."""
    total = np.bincount(pieces, weights=task.graph.weights)
    room = np.bincount(pieces)
    counts = np.ones(len(total), dtype=np.int64)
    for _ in range(task.k - len(total)):
        need = np.where(counts < room, total / (counts + 0.5), -1.0)  # Sainte-Laguë's divisors
        counts[int(need.argmax())] += 1
    return counts


def list_neighbours(task: DistrictingProblem) -> list[list[int]]:
    """Neighbours of each node."""
    near: list[list[int]] = [[] for _ in range(task.graph.n)]
    for u, v in task.graph.edges.tolist():
        near[u].append(v)
        near[v].append(u)
    return near


def halve_nodes(
    task: DistrictingProblem, rng: Random, near: list[list[int]], nodes: list[int], parts: int
) -> tuple[list[int], list[int], int]:
    """Cut connected `nodes` in two connected halves for `parts` districts in all; return both and the number for the first.

    Of all cuts of a dozen random trees, the one whose worse half is nearest to its share; every split of `parts` counts.
    """
    weight: list[float] = task.graph.weights.tolist()
    ideal = sum(weight[x] for x in nodes) / parts
    best: tuple[float, list[int], list[int], int, int] | None = None
    for _ in range(TREES_PER_CUT):
        parent, order = random_tree(rng, near, nodes)
        below, size = {x: weight[x] for x in nodes}, dict.fromkeys(nodes, 1)
        for x in reversed(order[1:]):
            below[parent[x]] += below[x]
            size[parent[x]] += size[x]
        for x in order[1:]:
            # no half may get fewer nodes than districts
            k = min(max(round(below[x] / ideal) if ideal else 1, 1), parts - 1, size[x])
            if len(nodes) - size[x] < parts - k:
                continue
            deviation = abs(below[x] - k * ideal) / min(k, parts - k)
            imbalance = ideal * 1e-3 * abs(2 * k - parts) / parts
            off = deviation + imbalance
            if best is None or off < best[0]:
                best = (off, order, [parent.get(y, -1) for y in order], x, k)
    if best is None:  # a star: no subtree but single nodes; any leaf goes alone
        parent, order = random_tree(rng, near, nodes)
        return [order[-1]], order[:-1], 1
    _, order, parents, root, k = best
    below_root, others = _split_tree(order, parents, root)
    return below_root, others, k


def _split_tree(order: list[int], parents: list[int], root: int) -> tuple[list[int], list[int]]:
    """The nodes of the subtree below `root`, and the others."""
    inside = {root}
    for node, parent in zip(order, parents, strict=True):
        if parent in inside:
            inside.add(node)
    others = [node for node in order if node not in inside]
    return [node for node in order if node in inside], others


def random_tree(
    rng: Random, near: list[list[int]], nodes: list[int]
) -> tuple[dict[int, int], list[int]]:
    """A random spanning tree of connected `nodes`, grown from a random node along random edges: parents, and nodes root first."""
    inside = set(nodes)
    root = nodes[int(rng.random() * len(nodes))]
    parent: dict[int, int] = {}
    order = [root]
    seen = {root}
    edges = [(root, q) for q in near[root] if q in inside]
    while edges:
        i = int(rng.random() * len(edges))
        edges[i], edges[-1] = edges[-1], edges[i]
        x, q = edges.pop()
        if q in seen:
            continue
        seen.add(q)
        parent[q] = x
        order.append(q)
        edges += [(q, y) for y in near[q] if y in inside and y not in seen]
    return parent, order
