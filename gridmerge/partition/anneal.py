"""Annealing by single moves, and by recombining two neighbouring districts over a random spanning tree.

Districts are in one piece at every moment. Limits may be broken on the way, at a price that rises as the search cools: under
tight limits the way from one feasible plan to the next leads through infeasible ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from random import Random

from gridmerge.partition.recombine import recombine
from gridmerge.partition.state import APART, EPS, State


@dataclass(frozen=True, kw_only=True)
class Cooling:
    """One run of annealing.

    Attributes
    ----------
    steps
        Work allowed: a proposed move counts 1, a recombination its number of nodes.
    hot, cold
        First and last temperature, in mean edge costs.
    soft, hard
        First and last price of a violation of one mean district weight, in mean edge costs.
    trees
        Share of the work spent on recombination.
    """

    steps: int
    hot: float = 3.0
    cold: float = 0.15
    soft: float = 30.0
    hard: float = 1000.0
    trees: float = 0.3


@dataclass(slots=True)
class Best:
    """The best plan met so far: least violation first, then price."""

    labels: list[int]
    violation: float
    price: float

    def offer(self, labels: list[int], violation: float, price: float) -> bool:
        """Take a plan that is better; say whether it was."""
        if violation > self.violation + EPS or (violation > self.violation - EPS and price > self.price - EPS):
            return False
        self.labels, self.violation, self.price = labels[:], violation, price
        return True


BLOCK = 200  # moves between two changes of temperature and one weighing of recombinations


def anneal(state: State, rng: Random, cooling: Cooling) -> Best:
    """Cool `state` down; return the best plan met on the way (the state itself ends where the search ended)."""
    best = Best(state.label[:], state.violation(), state.price())
    unit = state.task.price_unit
    done, owed = 0, 0.0
    while done < cooling.steps and state.cut:
        progress = done / cooling.steps
        heat = unit * cooling.hot * (cooling.cold / cooling.hot) ** progress
        strict = unit * cooling.soft * (cooling.hard / cooling.soft) ** progress
        _moves(state, rng, heat, strict, best)
        done += BLOCK
        owed += BLOCK * cooling.trees / (1 - cooling.trees)
        while owed > 0:
            spent = recombine(state, rng, heat, strict)
            owed -= spent
            done += spent
            best.offer(state.label, state.violation(), state.price())
    return best


def _moves(state: State, rng: Random, heat: float, strict: float, best: Best) -> None:
    """`BLOCK` proposals to move a node across a district line, each taken by Metropolis' rule."""
    random = rng.random
    label, size, share, cut, ends = state.label, state.size, state.share, state.cut, state.ends
    adj, weight, work, over, uneven = state.adj, state.weight, state.work, state.over, state.uneven
    even, pull, apart, locked = state.even, state.pull, state.apart, state.locked
    clash = APART * state.task.price_unit
    violation, price = state.violation(), state.price()
    for _ in range(BLOCK):
        v, u = ends[cut[int(random() * len(cut))]]
        if random() < 0.5:
            v, u = u, v
        if locked[v]:
            continue
        a, b = label[v], label[u]
        rise = 0.0
        for q, cost, _ in adj[v]:
            if label[q] == a:
                rise += cost
            elif label[q] == b:
                rise -= cost
        x = weight[v]
        more = over(a, size[a] - x) + over(b, size[b] + x) - over(a, size[a]) - over(b, size[b])
        if even:
            x = work[v]
            rise += uneven(share[a] - x) + uneven(share[b] + x) - uneven(share[a]) - uneven(share[b])
        if pull:
            rise += pull[v][b] - pull[v][a]
        if apart:
            rise += clash * sum((label[q] == b) - (label[q] == a) for q in apart[v])
        change = rise + strict * more
        if (change > 0 and random() >= exp(-change / heat)) or not state.holds_without(v):
            continue
        state.move(v, b)
        violation += more
        price += rise
        if violation < best.violation + EPS and (violation < best.violation - EPS or price < best.price - EPS):
            best.offer(label, violation, price)
        if not cut:
            return
