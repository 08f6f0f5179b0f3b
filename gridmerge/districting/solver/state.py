"""What the search works on: plain lists, because a Python loop over single nodes is several times faster on them.

Every quantity a move needs is kept up to date by `move`: the label, size and work of each district, the list of cut edges,
the violation of the limits and the price.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gridmerge.districting.solver.graph import Floats, Graph, Ints

# price of two nodes that must not share a district sharing one, in mean edge costs: beyond any real saving
CANNOT_LINK_PRICE = 1e4
EPS = 1e-9  # two prices or violations closer than this are the same


@dataclass(frozen=True, kw_only=True)
class DistrictingProblem:
    """One districting problem, as numbers.

    Attributes
    ----------
    graph
        The nodes, their weights, work, edges and costs.
    k
        Number of districts, labelled 0..k-1.
    lower, upper
        (k,) limits of each district's weight.
    even
        Price of uneven work: `even` x sum over districts of (work / mean work - 1) squared. The square is Schur-convex: of two
        shares where one is more even in the lexicographic min-max sense by single transfers, it prefers that one.
    pull
        (n, k) price of node i in district d, or None: few changes against an earlier plan.
    locked
        (n,) label a node must have, or -1.
    apart
        Pairs of nodes that must not share a district.
    """

    graph: Graph
    k: int
    lower: Floats
    upper: Floats
    even: float = 0.0
    pull: Floats | None = None
    locked: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    apart: tuple[tuple[int, int], ...] = ()

    @property
    def unit(self) -> float:
        """The mean district weight, in which violations are counted."""
        return max(float(self.graph.weights.sum()) / self.k, EPS)

    @property
    def price_unit(self) -> float:
        """The mean positive edge cost, in which temperatures are counted."""
        costs = self.graph.costs[self.graph.costs > 0]
        return float(costs.mean()) if len(costs) else 1.0

    @property
    def has_equal_limits(self) -> bool:
        """Whether all districts have the same limits."""
        return len(set(self.lower.tolist())) == 1 and len(set(self.upper.tolist())) == 1

    def violation(self, labels: Ints) -> float:
        """Sum over districts of what lies outside the limits, in mean district weights; empty districts count as 1 more each."""
        size = np.bincount(labels, weights=self.graph.weights, minlength=self.k)
        empty = int((np.bincount(labels, minlength=self.k) == 0).sum())
        outside = np.maximum(self.lower - size, size - self.upper)
        return float(np.maximum(0, outside).sum()) / self.unit + empty

    def terms(self, labels: Ints) -> dict[str, float]:
        """The objective, term by term; their sum is what is minimised."""
        mean = float(self.graph.work.sum()) / self.k
        work = np.bincount(labels, weights=self.graph.work, minlength=self.k)
        uneven = float(((work / mean - 1) ** 2).sum()) if mean > 0 else 0.0
        changes = 0.0
        if self.pull is not None:
            changes = float(self.pull[np.arange(self.graph.n), labels].sum())
        clashes = sum(1 for a, b in self.apart if labels[a] == labels[b])
        return {
            "borders": self.graph.cut_cost(labels),
            "uneven": self.even * uneven,
            "changes": changes,
            "apart": clashes * CANNOT_LINK_PRICE * self.price_unit,
        }

    def price(self, labels: Ints) -> float:
        """The objective: the sum of its terms."""
        return sum(self.terms(labels).values())


class SearchState:
    """A partition that is being improved."""

    __slots__ = (
        "adj",
        "apart",
        "bare",
        "bits",
        "count",
        "cut",
        "ends",
        "even",
        "hi",
        "k",
        "label",
        "lo",
        "locked",
        "masks",
        "mean",
        "n",
        "near",
        "place",
        "pull",
        "share",
        "size",
        "task",
        "unit",
        "weight",
        "work",
    )  # fmt: skip

    def __init__(self, task: DistrictingProblem, labels: Ints) -> None:
        graph = task.graph
        self.task = task
        self.n = graph.n
        self.k = task.k
        self.weight: list[float] = graph.weights.tolist()
        self.work: list[float] = graph.work.tolist()
        self.lo: list[float] = task.lower.tolist()
        self.hi: list[float] = task.upper.tolist()
        self.unit = task.unit
        self.mean = float(graph.work.sum()) / task.k
        self.even = task.even if self.mean > 0 else 0.0
        self.pull: list[list[float]] | None = None if task.pull is None else task.pull.tolist()
        self.locked = [False] * graph.n
        if len(task.locked):
            self.locked = (task.locked >= 0).tolist()
        self._list_edges(graph)
        self.apart: list[list[int]] = [[] for _ in range(graph.n)] if task.apart else []
        for u, v in task.apart:
            self.apart[u].append(v)
            self.apart[v].append(u)
        # a district as one number: cheap to keep, and to know again
        self.bits = [1 << v for v in range(graph.n)]
        self.bare = not (self.even or self.pull or self.apart)
        self.reset(labels.tolist())

    def _list_edges(self, graph: Graph) -> None:
        """The ends of each edge, and the neighbours of each node, also with the cost and number of the edge."""
        self.ends: list[tuple[int, int]] = [(u, v) for u, v in graph.edges.tolist()]
        self.near: list[list[int]] = [[] for _ in range(graph.n)]
        self.adj: list[list[tuple[int, float, int]]] = [[] for _ in range(graph.n)]
        costs = graph.costs.tolist()
        for edge, (u, v) in enumerate(self.ends):
            cost = costs[edge]
            self.near[u].append(v)
            self.near[v].append(u)
            self.adj[u].append((v, cost, edge))
            self.adj[v].append((u, cost, edge))

    def reset(self, labels: Sequence[int]) -> None:
        """Start again from other labels."""
        self.label = list(labels)
        self.masks = [0] * self.k
        self.size, self.share, self.count = [0.0] * self.k, [0.0] * self.k, [0] * self.k
        for v, d in enumerate(self.label):
            self.size[d] += self.weight[v]
            self.share[d] += self.work[v]
            self.count[d] += 1
            self.masks[d] |= self.bits[v]
        self.cut = [e for e, (u, v) in enumerate(self.ends) if self.label[u] != self.label[v]]
        self.place = [-1] * len(self.ends)
        for i, e in enumerate(self.cut):
            self.place[e] = i

    def move(self, v: int, b: int) -> None:
        """Put node `v` into district `b`."""
        label, cut, place = self.label, self.cut, self.place
        a = label[v]
        label[v] = b
        self.size[a] -= self.weight[v]
        self.size[b] += self.weight[v]
        self.share[a] -= self.work[v]
        self.share[b] += self.work[v]
        self.count[a] -= 1
        self.count[b] += 1
        self.masks[a] ^= self.bits[v]
        self.masks[b] ^= self.bits[v]
        for q, _, e in self.adj[v]:
            if label[q] == a:  # was inside, is cut now
                place[e] = len(cut)
                cut.append(e)
            elif label[q] == b:  # was cut, is inside now: the last of the list takes its place
                last, hole = cut.pop(), place[e]
                if last != e:
                    cut[hole] = last
                    place[last] = hole
                place[e] = -1

    def violation(self) -> float:
        """Sum of what lies outside the limits, in mean district weights."""
        return sum(self.over(d, size) for d, size in enumerate(self.size))

    def over(self, d: int, size: float) -> float:
        """How far `size` lies outside the limits of district `d`, in mean district weights."""
        if size < self.lo[d]:
            return (self.lo[d] - size) / self.unit
        return (size - self.hi[d]) / self.unit if size > self.hi[d] else 0.0

    def uneven(self, share: float) -> float:
        """Price of a district's share of work."""
        return self.even * (share / self.mean - 1) ** 2 if self.even else 0.0

    def extras(self, v: int, b: int) -> float:
        """What moving `v` into district `b` changes in price besides borders."""
        a, x, share, label, rise = self.label[v], self.work[v], self.share, self.label, 0.0
        if self.even:
            mean = self.mean  # (s - x)^2 + (t + x)^2 - s^2 - t^2 = 2x (t - s + x): the deviations' common mean drops out
            rise += self.even * 2 * x * (share[b] - share[a] + x) / (mean * mean)
        if self.pull:
            rise += self.pull[v][b] - self.pull[v][a]
        if self.apart:
            clash = CANNOT_LINK_PRICE * self.task.price_unit
            rise += clash * sum((label[q] == b) - (label[q] == a) for q in self.apart[v])
        return rise

    def extras_of_chain(self, v: int, x: int, b: int, c: int) -> float:
        """What moving `v` into `b` and `x` from `b` into `c` changes in price besides borders (no pairs kept apart)."""
        a, share, rise = self.label[v], self.share, 0.0
        if self.even:  # each district's square changes by (its change) x (twice its share and its change - 2 means)
            out, back, twice = self.work[v], self.work[x], 2 * self.mean
            gain = out - back
            if a == c:
                total = gain * (gain + gain + 2 * (share[b] - share[a]))
            else:
                total = gain * (2 * share[b] + gain - twice) - out * (2 * share[a] - out - twice)
                total += back * (2 * share[c] + back - twice)
            rise += self.even * total / (self.mean * self.mean)
        if self.pull:
            rise += self.pull[v][b] - self.pull[v][a] + self.pull[x][c] - self.pull[x][b]
        return rise

    def price(self) -> float:
        """The objective without violations: borders, unevenness, changes, pairs that must be apart."""
        return sum(self.task.terms(np.asarray(self.label, dtype=np.int64)).values())

    def holds_without(self, v: int) -> bool:
        """Whether the district of `v` stays in one piece, and not empty, when `v` leaves it."""
        label, near = self.label, self.near
        a = label[v]
        inside = [q for q in near[v] if label[q] == a]
        if len(inside) < 2:
            return self.count[a] > 1
        missing = set(inside)
        missing.discard(inside[0])
        seen = {v, inside[0]}
        queue = [inside[0]]
        for x in (
            queue
        ):  # breadth first: the other neighbours of v are nearly always two or three steps away
            for q in near[x]:
                if label[q] == a and q not in seen:
                    if q in missing:
                        missing.discard(q)
                        if not missing:
                            return True
                    seen.add(q)
                    queue.append(q)
        return False
