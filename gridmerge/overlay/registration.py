"""Before lines are compared: move each layer to where all of them together say its lines are.

Every department drew the same streets with its own error, and that error is smooth: neighbouring stretches of one drawing
are off by nearly the same vector. So each layer is first shifted as a whole, then bent gently (a rubber sheet), until its
lines lie on the consensus of the others. Village lines, base layers and better ranks are never pulled by lesser ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from gridmerge.geo.threads import map_threads
from gridmerge.overlay.line_samples import LineSamples
from gridmerge.overlay.linework import Bools, Floats, Ints
from gridmerge.overlay.rubber_sheeting import RubberSheeting

MAX_OFFSET_M = 30.0  # m: how far apart two drawings of one line may ever be
UNKNOWN_SPREAD_M = MAX_OFFSET_M / 3  # m: the spread of a layer that nothing is known of
# m: a line further than this, and than three standard errors, from another is another line
MATCH_REACH_M = 8.0
# m: samples count as side by side when they are less than this apart along the line
ALONG_REACH_M = 30.0
MIN_PARALLEL_COSINE = 0.9  # cosine: lines that differ by more than 25 degrees are not the same line
# samples looked at around each: some six drawings of a line, two samples each
SAMPLE_NEIGHBOURS = 12
MIN_SPREAD_M = 0.3  # m: no drawing is trusted more than this
PRECEDENCE_WEIGHT = 1000.0  # departments that a village line, or a better rank, outweighs
BENDING_ROUNDS = 3  # of bending; each closes nine tenths of what is left
SHIFT_SAMPLE_STRIDE = 8  # every so-manieth sample is enough to tell a rigid shift
MIN_EVIDENCE_SAMPLES = 20  # samples: less evidence than this tells nothing of a layer
# condition number above which all lines run one way, and nothing can be told along them
MAX_CONDITION_NUMBER = 50.0
# a layer's tolerance: so many metres, and so many times what 98 % of its lines are off
TOLERANCE_SLACK_M, TOLERANCE_SPREADS = (7.0, 2.0)
# m: a line nearer than this to a wall is that wall drawn again; farther off it is a line of its own
WALL_DISTANCE_M = 2.0
# samples that see a line farther off than `WALL_DISTANCE_M`: so many, and such a share of those that see any, tell of walls
MIN_WALL_SAMPLES, MIN_WALL_SHARE = 4, 0.3
# of the samples on one side less those on the other: beyond it they are on one side
ONE_SIDED_SHARE = 0.6
MAX_TOLERANCE_M = 20.0  # m: no two drawings of one line differ by more once they are registered


@dataclass(frozen=True)
class Registration:
    """How each layer came to agree.

    Parameters
    ----------
    shift
        (layers, 2) the rigid part of its move, metres; zero where the evidence is weak.
    before, after
        (layers,) robust spread of its lines about the consensus, metres.
    tolerance
        (layers,) how far from an agreed line a line of the layer may be and still be taken for it, metres.
    moves
        Per layer (samples, 2), metres.
    inset
        (layers,) how far its lines stand inside those of the others on all sides, metres (outside: less than 0); 0 where they
        are drawings of the same lines.
    apart
        (layers,) how near a line of another layer must be to be taken for one of this, metres; infinite where the other
        layer's tolerance decides.
    """

    shift: Floats
    before: Floats
    after: Floats
    tolerance: Floats
    moves: list[Floats]
    inset: Floats
    apart: Floats

    def taken(self, order: list[int]) -> Registration:
        """Return the rows in another order."""
        return Registration(
            self.shift[order],
            self.before[order],
            self.after[order],
            self.tolerance[order],
            [self.moves[k] for k in order],
            self.inset[order],
            self.apart[order],
        )

    def behind(self, count: int) -> Registration:
        """Return it with so many layers before the others that are not moved, and agree with nobody."""
        none = np.zeros(count)
        return Registration(
            np.concatenate([np.zeros((count, 2)), self.shift]),
            np.concatenate([none, self.before]),
            np.concatenate([none, self.after]),
            np.concatenate([none, self.tolerance]),
            [*[np.zeros((0, 2))] * count, *self.moves],
            np.concatenate([none, self.inset]),
            np.concatenate([none + np.inf, self.apart]),
        )

    @property
    def rough(self) -> Floats:
        """(layers,) how far lines are off before agreeing, metres; nought where too few lines meet others, or walls, to tell."""
        told = np.isinf(self.apart) & (self.before != UNKNOWN_SPREAD_M)
        return np.where(told, self.before, 0.0)

    def within(self, low: float, high: float) -> Registration:
        """Return it with tolerances clipped; what stands apart is never taken for lines farther off."""
        return replace(self, tolerance=np.minimum(np.clip(self.tolerance, low, high), self.apart))


@dataclass(frozen=True)
class LayerStanding:
    """What the layers are to one another.

    Parameters
    ----------
    weight
        (layers,) each layer's say.
    precedence
        (layers,) a layer is only pulled by layers of its own or a smaller number.
    still
        (layers,) never moved: its lines are law.
    covers
        (layers,) its grids cover the township; the lines of others may be walls inside a block.
    outward
        Per layer, by sample: on which side of its line the layer's land ends (`Drawing.outward`).
    """

    weight: Floats
    precedence: Ints
    still: Bools
    covers: Bools
    outward: list[Floats]


def register_layers(
    villages: LineSamples, layers: list[LineSamples], standing: LayerStanding, threads: int = 1
) -> Registration:
    """Return how each layer's samples move onto the consensus.

    Parameters
    ----------
    villages
        Samples of the village lines: true by definition.
    layers
        Samples of each layer.
    standing
        What they are to one another.
    threads
        For the searches; the result does not depend on it.
    """
    crowd = _LayerSamples(villages, layers, standing, threads)
    n = len(layers)
    shift, before = np.zeros((n, 2)), np.zeros(n)
    if n == 0:
        return Registration(shift, before, before, before, [], before, before)
    before = crowd.look()
    inset, apart = crowd.walls()
    offset, known = crowd.offsets()
    for k in np.flatnonzero(~crowd.still).tolist():
        part = crowd.part(k)
        shift[k] = _rigid_shift(offset[part], crowd.normal[part], known[part])
    crowd.shift(shift)
    parts = [crowd.part(k) for k in range(crowd.count)]
    kernel = RubberSheeting(crowd.drawn, crowd.normal, crowd.layer, parts, crowd.threads)
    for _ in range(BENDING_ROUNDS):
        offset, known = crowd.offsets()
        crowd.bend(kernel(offset, known))
        crowd.trust(offset, known)
    offset, known = crowd.offsets()
    rest = [np.abs(offset[crowd.part(k)][known[crowd.part(k)]]) for k in range(n)]
    tail = np.array(
        [np.percentile(off, 98) if len(off) > MIN_EVIDENCE_SAMPLES else 0.0 for off in rest]
    )
    after = np.array(
        [float(np.median(off) * 1.4826) if len(off) > MIN_EVIDENCE_SAMPLES else 0.0 for off in rest]
    )
    # what was not moved is still off by all of its error
    tolerance = np.clip(
        np.where(crowd.still, tail, TOLERANCE_SLACK_M + TOLERANCE_SPREADS * tail),
        TOLERANCE_SLACK_M,
        MAX_TOLERANCE_M,
    )
    return Registration(
        shift,
        before,
        after,
        tolerance,
        [crowd.moved[crowd.part(k)] for k in range(n)],
        inset,
        apart,
    )


@dataclass(frozen=True)
class _Pairs:
    """Samples of one layer, and samples of other layers that may be the same place of the same line.

    Parameters
    ----------
    mine, other
        Row among the layer's samples, ascending, and among all.
    x, y
        The other's unit normal, turned to the side mine looks to.
    apart
        How far the other is from mine as drawn, along that normal, metres.
    law
        `PRECEDENCE_WEIGHT` where the other is of better precedence, else 1.
    """

    mine: Ints
    other: Ints
    x: Floats
    y: Floats
    apart: Floats
    law: Floats

    def across(self, moved: Floats, start: int) -> Floats:
        """How far they are apart, along that normal, once all samples are moved; the layer's begin at `start`."""
        x, y = _pair_offsets(moved, self.mine + start, self.other)
        return np.asarray(self.apart + x * self.x + y * self.y)


class _LayerSamples:
    """All samples of all layers together; the villages are layer 0."""

    def __init__(
        self,
        villages: LineSamples,
        layers: list[LineSamples],
        standing: LayerStanding,
        threads: int,
    ) -> None:
        everyone = [villages, *layers]
        size = np.array([len(s.xy) for s in everyone])
        self._bounds = np.concatenate([[0], np.cumsum(size)])
        self.count, self.threads = len(layers), threads
        self.layer = np.repeat(np.arange(len(everyone)), size)
        self.drawn = np.concatenate([s.xy for s in everyone])
        self.normal = np.concatenate([s.normal for s in everyone])
        self.moved = np.zeros_like(self.drawn)
        self._weight = np.concatenate([[1.0], standing.weight])
        self._order = np.concatenate([[np.iinfo(np.int64).min], standing.precedence])
        self._outward, self.still = standing.outward, standing.still.copy()
        self._estates = np.concatenate([[False], ~standing.covers])
        self._mute = self._estates  # who pulls none of those that are not mute
        self._sigma = np.concatenate([[MIN_SPREAD_M], np.full(len(layers), UNKNOWN_SPREAD_M)])
        self._reach = np.full(len(everyone), MATCH_REACH_M)
        self._pairs = self._paired(SHIFT_SAMPLE_STRIDE)

    def part(self, k: int) -> slice:
        """The samples of layer k."""
        return slice(self._bounds[k + 1], self._bounds[k + 2])

    def _paired(self, every: int) -> list[_Pairs]:
        """Per layer, which samples of others may be the same place of the same line, for each `every`th sample."""
        at = self.drawn + self.moved
        tree = cKDTree(at, balanced_tree=False)
        return map_threads(
            lambda k: self._pair(tree, at, k, every), range(self.count), self.threads
        )

    def _pair(self, tree: cKDTree, at: Floats, k: int, every: int) -> _Pairs:
        # estates are few, and their walls are told from all their samples
        every = 1 if self._estates[k + 1] else every
        mine = np.arange(self._bounds[k + 1], self._bounds[k + 2], every)
        _, other = tree.query(
            at[mine], k=SAMPLE_NEIGHBOURS, distance_upper_bound=MAX_OFFSET_M + ALONG_REACH_M / 2
        )
        rank = self._order[self.layer]
        mute = self._mute[self.layer] & ~self._mute[k + 1]
        heard = (rank <= self._order[k + 1]) & (self.layer != k + 1) & ~mute
        heard = np.append(heard, False)  # the last: nobody there
        row, column = np.nonzero(heard[other])
        i, j = mine[row], other[row, column]
        (x, y), (nx, ny) = _take_coordinates(self.normal, i), _take_coordinates(self.normal, j)
        turn = x * nx + y * ny
        away_x, away_y = _pair_offsets(at, i, j)
        keep = (np.abs(turn) > MIN_PARALLEL_COSINE) & (
            np.abs(away_x * ny - away_y * nx) < ALONG_REACH_M
        )
        i, j, side = i[keep], j[keep], np.sign(turn[keep])
        nx, ny = nx[keep] * side, ny[keep] * side
        drawn_x, drawn_y = _pair_offsets(self.drawn, i, j)
        law = np.where(rank[j] < self._order[k + 1], PRECEDENCE_WEIGHT, 1.0)
        return _Pairs(i - self._bounds[k + 1], j, nx, ny, drawn_x * nx + drawn_y * ny, law)

    def offsets(self) -> tuple[Floats, Bools]:
        """How far, along its normal, each sample is from the weighted median of all drawings of its line; and if there are others."""
        villages = np.zeros(self._bounds[1]), np.zeros(self._bounds[1], dtype=bool)
        parts = [villages, *map_threads(self._offsets, range(self.count), self.threads)]
        offset, known = (np.concatenate(column) for column in zip(*parts, strict=True))
        return offset, known

    def _offsets(self, k: int) -> tuple[Floats, Bools]:
        """The same for the samples of one layer."""
        pairs, own = self._pairs[k], k + 1
        start, end = self._bounds[own : own + 2]
        across, b = pairs.across(self.moved, start), self.layer[pairs.other]
        limit = np.minimum(
            3 * np.hypot(self._sigma[own], self._sigma), np.maximum(self._reach[own], self._reach)
        )
        same = np.abs(across) <= np.maximum(limit, MATCH_REACH_M)[b]
        i, across, b, law = pairs.mine[same], across[same], b[same], pairs.law[same]
        seat = i * len(self._sigma) + b
        crowd = np.bincount(seat)[seat]  # several samples of one layer share its say
        say = self._weight / self._sigma**2
        everyone = np.arange(end - start)
        offset = _weighted_medians(
            np.concatenate([i, everyone]),
            np.concatenate([across, np.zeros(len(everyone))]),
            np.concatenate([say[b] * law / crowd, np.full(len(everyone), say[own])]),
        )
        return offset, np.bincount(i, minlength=len(everyone)) > 0

    def look(self) -> Floats:
        """Tell each layer's spread about the others, other lines nearby left aside; and how far it may be believed.

        Beyond two thirds of `MAX_OFFSET_M` all pairs are other lines: their density is the background. What is denser nearer by is
        the layer's own error. A pair is believed to be one line as far out as that is likelier than chance.
        """
        wide = 2 / 3 * MAX_OFFSET_M
        for k, pairs in enumerate(self._pairs, start=1):
            mine = np.sort(np.abs(pairs.across(self.moved, self._bounds[k])))
            inner, outer = np.searchsorted(mine, [wide, MAX_OFFSET_M])
            if inner <= MIN_EVIDENCE_SAMPLES:
                continue
            background = (outer - inner) / (MAX_OFFSET_M - wide)
            excess = np.arange(1, inner + 1) - background * mine[:inner]
            self._sigma[k] = max(MIN_SPREAD_M, 1.4826 * mine[np.argmax(excess >= excess[-1] / 2)])
            peak = 0.8 * max(excess[-1], 1.0) / self._sigma[k]  # of half a bell curve
            trust = np.sqrt(2 * np.log(max(peak / max(background, 1e-9), 1.0)))
            self._reach[k] = np.clip(min(trust, 3.0) * self._sigma[k], MATCH_REACH_M, MAX_OFFSET_M)
        return self._sigma[1:].copy()

    def walls(self) -> tuple[Floats, Floats]:
        """(inset, apart) of the layers, as in `Registration`: whose lines are walls beside the lines of others, not the same lines.

        A drawing error puts a line now inside, now outside the others' line; a wall stands inside it on all sides. Such layers
        are left where they are from now on, and pull nobody.
        """
        inset, apart = np.zeros(self.count), np.full(self.count, np.inf)
        for k in np.flatnonzero(self._estates[1:]).tolist():
            aside = self._aside(k)
            far = aside[np.abs(aside) > WALL_DISTANCE_M]
            if len(far) < max(MIN_WALL_SAMPLES, MIN_WALL_SHARE * len(aside)) or np.abs(
                np.sign(far).sum()
            ) < ONE_SIDED_SHARE * len(far):
                continue
            inset[k] = float(np.median(far))
            apart[k] = np.clip(
                np.percentile(np.abs(far), 10) / 2, WALL_DISTANCE_M, TOLERANCE_SLACK_M
            )
        walled = np.isfinite(apart)
        self.still |= walled
        self._mute = np.concatenate([[False], walled])
        return inset, apart

    def _aside(self, k: int) -> Floats:
        """How far outside a layer's land the nearest line of others runs, for each sample where one is seen."""
        pairs = self._pairs[k]
        across = pairs.across(self.moved, self._bounds[k + 1]) * self._outward[k][pairs.mine]
        seen = (np.abs(across) <= MAX_OFFSET_M) & (self._outward[k][pairs.mine] != 0)
        mine, across = pairs.mine[seen], across[seen]
        order = np.lexsort((across, np.abs(across), mine))
        return np.asarray(across[order[np.unique(mine[order], return_index=True)[1]]])

    def shift(self, shift: Floats) -> None:
        """Move layers as a whole, and look at the pairs afresh."""
        self.moved += np.concatenate([np.zeros((1, 2)), shift])[self.layer]
        self._pairs = self._paired(1)
        self.look()

    def bend(self, move: Floats) -> None:
        """Move samples; the villages and what is law stay."""
        self.moved += np.where(np.concatenate([[True], self.still])[self.layer, None], 0.0, move)

    def trust(self, offset: Floats, known: Bools) -> None:
        """Trust each layer by how well it keeps to the consensus."""
        for k in range(len(self._sigma) - 1):
            part = self.part(k)
            self._sigma[k + 1] = max(MIN_SPREAD_M, _robust_spread(offset[part][known[part]]))


def _take_coordinates(xy: Floats, rows: Ints) -> Floats:
    # `take` copies whole rows: a third of the time of xy[rows]
    """(2, rows) the x and the y of the rows."""
    return np.ascontiguousarray(np.take(xy, rows, axis=0).T)


def _pair_offsets(xy: Floats, i: Ints, j: Ints) -> Floats:
    """(2, pairs) from the places of i to those of j."""
    return _take_coordinates(xy, j) - _take_coordinates(xy, i)


def _robust_spread(offset: Floats) -> float:
    """Robust standard deviation about zero; that of an ordinary drawing where there is too little to tell."""
    return (
        float(np.median(np.abs(offset)) * 1.4826)
        if len(offset) > MIN_EVIDENCE_SAMPLES
        else MAX_OFFSET_M / 6
    )


def _weighted_medians(group: Ints, value: Floats, weight: Floats) -> Floats:
    """Weighted median of each group; every group has a value."""
    # values are within ±2 `MAX_OFFSET_M`: one key sorts both
    order = np.argsort(group * (4 * MAX_OFFSET_M) + value)
    group, value = group[order], value[order]
    total = np.cumsum(weight[order])
    last = np.flatnonzero(np.append(group[1:] != group[:-1], True))
    base = np.concatenate([[0.0], total[last[:-1]]])
    middle = np.searchsorted(total, (base + total[last]) / 2 * (1 - 1e-12))
    return np.asarray(value[np.minimum(middle, last)])


def _rigid_shift(offset: Floats, normal: Floats, known: Bools) -> Floats:
    """The rigid shift that best explains the offsets, by Tukey's biweight; zero where it cannot be told."""
    d, n = offset[known], normal[known]
    shift: Floats = np.zeros(2)
    if len(d) <= MIN_EVIDENCE_SAMPLES:
        return shift
    for _ in range(5):
        rest = d - n @ shift
        weight = np.clip(1 - (rest / max(4.685 * _robust_spread(rest), 0.05)) ** 2, 0, None) ** 2
        a = (n * weight[:, None]).T @ n + 1e-9 * np.eye(2)
        if np.linalg.cond(a) > MAX_CONDITION_NUMBER:
            return np.zeros(2)
        shift = np.asarray(np.linalg.solve(a, (n * weight[:, None]).T @ d), dtype=float)
    return shift if _robust_spread(d - n @ shift) < _robust_spread(d) else np.zeros(2)
