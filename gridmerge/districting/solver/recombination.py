"""Recombination: merge two neighbouring districts, draw a random spanning tree, weigh every cut of it exactly.

Cutting a tree edge leaves a subtree and the rest. Its price on the whole graph, not on the tree alone, is

    sum over the subtree's nodes of (cost of all their edges inside the pair) - 2 x (cost of edges with both ends in the subtree)

and an edge has both ends in the subtree of x exactly if the lowest common ancestor of its ends is in it. So one pass that
books each edge at its ancestor, and one that sums up the tree, weigh all n - 1 cuts.
"""

from __future__ import annotations

from math import exp
from random import Random

from gridmerge.districting.solver.district_pool import DistrictPool
from gridmerge.districting.solver.state import CANNOT_LINK_PRICE, SearchState

Pair = tuple[int, int]
Edges = list[tuple[int, int, float]]


def recombine_districts(
    state: SearchState, rng: Random, heat: float, strict: float, eye: DistrictPool | None = None
) -> int:
    """Recombine a random pair of neighbouring districts, accept by Metropolis' rule; return the number of nodes handled."""
    u, v = state.ends[state.cut[int(rng.random() * len(state.cut))]]
    a, b = state.label[u], state.label[v]
    nodes = [x for x in range(state.n) if state.label[x] == a or state.label[x] == b]
    parent, order, inner = _random_tree(state, rng, nodes)
    if eye is not None:
        _pool_subtrees(state, eye, (a, b), order, parent, inner)
    options = _weigh_cuts(state, strict, (a, b), order, parent, inner)
    if options is None:
        return len(nodes)
    change, root, flipped = options
    if change < 0 or rng.random() < exp(-change / heat):
        _apply_cut(state, (a, b), order, parent, root, flipped)
    return len(nodes)


def _random_tree(
    state: SearchState, rng: Random, nodes: list[int]
) -> tuple[list[int], list[int], Edges]:
    """Kruskal's tree over random keys: the parent of each node (by node), nodes from the root down, edges inside the pair."""
    label, random = state.label, rng.random
    pair = {label[x] for x in nodes}
    inner = [
        (x, q, cost) for x in nodes for q, cost, _ in state.adj[x] if q > x and label[q] in pair
    ]
    # a dear edge is cut rarely if it is rarely a tree edge that can be cut alone: it gets an early place in the tree
    unit = state.task.price_unit
    keyed = sorted(
        (random() / (0.2 * unit + max(cost, 0.0)), i) for i, (_, _, cost) in enumerate(inner)
    )
    head = list(range(state.n))
    # of these alone: a list for every node costs more than all the rest
    tree: dict[int, list[int]] = {x: [] for x in nodes}
    left = len(nodes) - 1
    for _, i in keyed:
        x, y, _ = inner[i]
        while head[x] != x:
            head[x] = head[head[x]]
            x = head[x]
        while head[y] != y:
            head[y] = head[head[y]]
            y = head[y]
        if x != y:
            head[y] = x
            tree[inner[i][0]].append(inner[i][1])
            tree[inner[i][1]].append(inner[i][0])
            left -= 1
            if not left:
                break
    root = nodes[int(random() * len(nodes))]
    parent = [-1] * state.n
    order = [root]
    for x in order:
        for q in tree[x]:
            if q != parent[x]:
                parent[q] = x
                order.append(q)
    return parent, order, inner


def _weigh_cuts(
    state: SearchState, strict: float, pair: Pair, order: list[int], parent: list[int], inner: Edges
) -> tuple[float, int, bool] | None:
    """The best cut of the tree: its change of price against now, the subtree's root, and whether the subtree becomes `b`."""
    a, b = pair
    weight, work, cost = _subtree_sums(state, order, parent, inner)
    lean = _subtree_leans(state, pair, order, parent)
    label, over, uneven, even = state.label, state.over, state.uneven, state.even
    total, share = state.size[a] + state.size[b], state.share[a] + state.share[b]
    plain = lean is None and state.lo[a] == state.lo[b] and state.hi[a] == state.hi[b]
    best: tuple[float, int, bool] | None = None
    for x in order[1:]:
        s = weight[x]
        rise = cost[x]
        if even:
            rise += uneven(work[x]) + uneven(share - work[x])
        one = rise + strict * (over(a, s) + over(b, total - s)) + (lean[x] if lean else 0.0)
        if best is None or one < best[0]:
            best = (one, x, False)
        if not plain:
            two = (
                rise
                + strict * (over(b, s) + over(a, total - s))
                + (lean[order[0]] - lean[x] if lean else 0.0)
            )
            if two < best[0]:
                best = (two, x, True)
    if best is None:
        return None
    now = sum(c for u, v, c in inner if label[u] != label[v])
    now += (
        strict * (over(a, state.size[a]) + over(b, state.size[b]))
        + uneven(state.share[a])
        + uneven(state.share[b])
    )
    if lean:
        now += sum(_lean_of(state, pair, x) for x in order if label[x] == a)
    return best[0] - now, best[1], best[2]


def _pool_subtrees(
    state: SearchState,
    eye: DistrictPool,
    pair: Pair,
    order: list[int],
    parent: list[int],
    inner: Edges,
) -> None:
    """Show the gallery every part of the tree within the limits: under tight limits few plans are, and many a part of one."""
    a, b = pair
    lo, hi, label = state.lo[a], state.hi[a], state.label
    total, both = state.size[a] + state.size[b], state.masks[a] | state.masks[b]
    weight, _, cost = _subtree_sums(state, order, parent, inner)
    mask = state.bits[:]
    for x in reversed(order[1:]):
        mask[parent[x]] |= mask[x]
    now = state.price() - sum(c for u, v, c in inner if label[u] != label[v])
    for x in order[1:]:
        for size, district in ((weight[x], mask[x]), (total - weight[x], both ^ mask[x])):
            if lo <= size <= hi:
                eye.note(district, now + cost[x])


def _subtree_sums(
    state: SearchState, order: list[int], parent: list[int], inner: Edges
) -> tuple[list[float], list[float], list[float]]:
    """By node: weight and work of its subtree, and the cost of the edges that leave it inside the pair."""
    weight, work, cost = state.weight[:], state.work[:], [0.0] * state.n
    depth = [0] * state.n
    for x in order[1:]:
        depth[x] = depth[parent[x]] + 1
    for u, v, c in inner:
        cost[u] += c
        cost[v] += c
        x, y = u, v
        while x != y:
            if depth[x] >= depth[y]:
                x = parent[x]
            else:
                y = parent[y]
        cost[x] -= 2 * c
    for x in reversed(order):
        p = parent[x]
        if p >= 0:
            weight[p] += weight[x]
            work[p] += work[x]
            cost[p] += cost[x]
    return weight, work, cost


def _subtree_leans(
    state: SearchState, pair: Pair, order: list[int], parent: list[int]
) -> list[float] | None:
    """By node: price of its subtree lying in `a` rather than `b` (locks, changes), or None where nothing cares."""
    if not (state.pull or any(state.locked)):
        return None
    lean = [0.0] * state.n
    for x in reversed(order):
        lean[x] += _lean_of(state, pair, x)
        if parent[x] >= 0:
            lean[parent[x]] += lean[x]
    return lean


def _lean_of(state: SearchState, pair: Pair, x: int) -> float:
    a, b = pair
    if state.locked[x]:
        return (
            -CANNOT_LINK_PRICE if state.task.locked[x] == a else CANNOT_LINK_PRICE
        ) * state.task.price_unit
    return state.pull[x][a] - state.pull[x][b] if state.pull else 0.0


def _apply_cut(
    state: SearchState, pair: Pair, order: list[int], parent: list[int], root: int, flipped: bool
) -> None:
    a, b = pair
    inside = {root}
    for x in order:
        if parent[x] in inside:
            inside.add(x)
    for x in order:
        target = b if (x in inside) == flipped else a
        if state.label[x] != target:
            state.move(x, target)
