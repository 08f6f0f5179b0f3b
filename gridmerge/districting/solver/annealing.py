"""Annealing by single moves, and by recombining two neighbouring districts over a random spanning tree.

Districts are in one piece at every moment. Limits may be broken on the way, at a price that rises as the search cools: under
tight limits the way from one feasible plan to the next leads through infeasible ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from random import Random

from gridmerge.districting.solver.district_pool import DistrictPool
from gridmerge.districting.solver.recombination import recombine_districts
from gridmerge.districting.solver.state import EPS, SearchState

# moves between two looks at temperature, price of violations and recombinations due
BLOCK_MOVES = 200
# a block that met no feasible plan makes violations dearer, one that did makes them cheaper: the walk stays along the edge of
# the feasible, where the good plans are
PENALTY_RISE, PENALTY_FALL = 1.05, 1.1
# what a violation of one mean district weight takes off the worth of the districts met beside it, in edge costs
VIOLATION_PRICE = 30.0
# temperature, in mean edge costs, below which districts are worth remembering
POOL_TEMPERATURE = 2.0
# bounds of the price of violations: per unit of temperature, and in mean edge costs; beyond the upper one the walk is stuck in
# a plan that no small step repairs, and the price starts again from the lower
MIN_PENALTY, MAX_PENALTY = 10.0, 3e4


@dataclass(frozen=True, kw_only=True)
class CoolingSchedule:
    """One run of annealing.

    Attributes
    ----------
    steps
        Work allowed: a proposed move counts 1, a recombination its number of nodes.
    hot, cold
        First and last temperature, in mean edge costs.
    strict
        First price of a violation of one mean district weight, in mean edge costs.
    trees
        Recombination's share of the work.
    chains
        Share of moves in which two nodes move at once, the second out of the district that the first enters.
    """

    steps: int
    hot: float = 3.0
    cold: float = 0.15
    strict: float = 30.0
    trees: float = 0.1
    chains: float = 0.3


@dataclass(slots=True)
class BestPlan:
    """The best plan met so far: least violation first, then price."""

    labels: list[int]
    violation: float
    price: float

    def offer(self, labels: list[int], violation: float, price: float) -> bool:
        """Take a plan that is better; say whether it was."""
        if violation > self.violation + EPS or (
            violation > self.violation - EPS and price > self.price - EPS
        ):
            return False
        self.labels, self.violation, self.price = labels[:], violation, price
        return True


def anneal_plan(
    state: SearchState, rng: Random, cooling: CoolingSchedule, gallery: DistrictPool | None = None
) -> BestPlan:
    """Cool `state` down; return the best plan met on the way (the state itself ends where the search ended)."""
    best = BestPlan(state.label[:], state.violation(), state.price())
    unit = state.task.price_unit
    done, owed, strict = 0, 0.0, unit * cooling.strict
    # pairs kept apart are weighed for single moves only
    chains = 0.0 if state.apart else cooling.chains
    while done < cooling.steps and state.cut:
        heat = unit * cooling.hot * (cooling.cold / cooling.hot) ** (done / cooling.steps)
        eye = gallery if heat < POOL_TEMPERATURE * unit else None
        met = _propose_moves(state, rng, (heat, strict, chains), best, eye)
        strict = max(MIN_PENALTY * heat, strict / PENALTY_FALL) if met else strict * PENALTY_RISE
        if strict > MAX_PENALTY * unit:
            strict = MIN_PENALTY * heat
        done += BLOCK_MOVES
        owed += BLOCK_MOVES * cooling.trees / (1 - cooling.trees)
        while owed > 0 and state.cut:
            spent = recombine_districts(state, rng, heat, strict, eye)
            owed -= spent
            done += spent
            best.offer(state.label, state.violation(), state.price())
        if eye is not None:
            eye.take(
                state, range(state.k), state.price() + VIOLATION_PRICE * unit * state.violation()
            )
            eye.tidy()
    return best


def _propose_moves(  # noqa: PLR0912 - the innermost loop: each call taken out of line costs a tenth of the speed
    state: SearchState,
    rng: Random,
    climate: tuple[float, float, float],
    best: BestPlan,
    eye: DistrictPool | None,
) -> bool:
    """`BLOCK_MOVES` proposals to move nodes across district lines, each by Metropolis' rule; say whether a feasible plan was met."""
    heat, strict, chains = climate
    random, label, size, cut, ends, adj = (
        rng.random,
        state.label,
        state.size,
        state.cut,
        state.ends,
        state.adj,
    )
    weight, over, locked, bare, lo, hi = (
        state.weight,
        state.over,
        state.locked,
        state.bare,
        state.lo,
        state.hi,
    )
    work, share, tied = state.work, state.share, state.pull or state.apart
    # as in `SearchState.extras`
    slope = 2 * state.even / (state.mean * state.mean) if state.even else 0.0
    violation, price, spoilt = (
        state.violation(),
        state.price(),
        VIOLATION_PRICE * state.task.price_unit,
    )
    met = violation < EPS
    for _ in range(BLOCK_MOVES):
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
        if random() < chains:
            step = _propose_chain(state, rng, (heat, strict), (v, b), rise)
            if step is None:
                continue
            more, rise = step
        else:
            x, s, t = weight[v], size[a], size[b]
            if tied:
                rise += state.extras(v, b)
            elif not bare:
                rise += slope * work[v] * (share[b] - share[a] + work[v])
            if (
                s <= hi[a] and t >= lo[b] and s - x >= lo[a] and t + x <= hi[b]
            ):  # within the limits before and after
                more, change = 0.0, rise
            else:
                more = over(a, s - x) + over(b, t + x) - over(a, s) - over(b, t)
                change = rise + strict * more
            if (change > 0 and random() >= exp(-change / heat)) or not state.holds_without(v):
                continue
            state.move(v, b)
        violation += more
        price += rise
        if eye is not None:
            eye.take(state, (a, b), price + spoilt * violation)
        if violation < best.violation + EPS and (
            violation < best.violation - EPS or price < best.price - EPS
        ):
            best.offer(label, violation, price)
        met = met or violation < EPS
        if not cut:
            return met
    return met


def _propose_chain(
    state: SearchState,
    rng: Random,
    climate: tuple[float, float],
    first: tuple[int, int],
    rise: float,
) -> tuple[float, float] | None:
    """Move `v` into district `b` and some node of `b` on into another district, maybe back to where `v` came from.

    Under tight limits a single move nearly always breaks them; two at once may not. Returns the change of violation and of
    price, or None when the pair of moves was not made.
    """
    (v, b), (heat, strict), random, label = first, climate, rng.random, state.label
    onward, x = state.ends[state.cut[int(random() * len(state.cut))]]
    if label[x] != b:
        onward, x = x, onward
    if label[x] != b or state.locked[x]:
        return None
    a, c = label[v], label[onward]
    # only looked at: sizes and cut edges are not touched before the pair of moves is taken
    label[v] = b
    for q, cost, _ in state.adj[x]:
        if label[q] == b:
            rise += cost
        elif label[q] == c:
            rise -= cost
    label[v] = a
    size, over, out, back = state.size, state.over, state.weight[v], state.weight[x]
    if a == c:
        more = over(a, size[a] - out + back) - over(a, size[a])
    else:
        more = (
            over(a, size[a] - out) - over(a, size[a]) + over(c, size[c] + back) - over(c, size[c])
        )
    more += over(b, size[b] + out - back) - over(b, size[b])
    if not state.bare:
        rise += state.extras_of_chain(v, x, b, c)
    change = rise + strict * more
    if (change > 0 and random() >= exp(-change / heat)) or not state.holds_without(v):
        return None
    state.move(v, b)
    if not state.holds_without(x) or not any(label[q] == c for q in state.near[x]):
        state.move(v, a)
        return None
    state.move(x, c)
    return more, rise
