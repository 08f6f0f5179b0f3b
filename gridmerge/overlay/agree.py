"""Before lines are compared: move each layer to where all of them together say its lines are.

Every department drew the same streets with its own error, and that error is smooth: neighbouring stretches of one drawing
are off by nearly the same vector. So each layer is first shifted as a whole, then bent gently (a rubber sheet), until its
lines lie on the consensus of the others. Village lines, base layers and better ranks are never pulled by lesser ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gridmerge.overlay.linework import Bools, Floats, Geometries, Ints, Strands, point_keys

STEP = 25.0  # m between samples: drawing errors change over a hundred metres and more
REACH = 30.0  # m: how far apart two drawings of one line may be before anything is known
ALONG = 20.0  # m: samples count as side by side when they are less than this apart along the line
PARALLEL = 0.9  # cosine: lines that differ by more than 25 degrees are not the same line
NEIGHBOURS = 24  # samples looked at around each: some eight drawings of a line, three samples each
NEAR, FAR = (
    40.0,
    140.0,
)  # m: how far one stretch's error speaks for the next; strongly, and where nothing better is known
FAR_WEIGHT = 0.03
STIFFNESS = 0.05  # of one sample: keeps a sheet still where evidence is one-sided (the aperture problem)
FINEST = 0.3  # m: no drawing is trusted more than this


@dataclass(frozen=True)
class Sheet:
    """One layer on its way to agreement: samples along its polylines."""

    xy: Floats
    normal: Floats
    line: Ints
    place: Floats  # metres walked along all polylines, for interpolation
    starts: Floats  # where each polyline begins


def sheet(lines: Geometries, step: float = STEP) -> Sheet:
    """Sample polylines every `step` metres, both ends included."""
    length = shapely.length(lines)
    count = np.maximum(1, np.ceil(length / step).astype(np.int64)) + 1
    line = np.repeat(np.arange(len(lines)), count)
    rank = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    along = rank / (count[line] - 1) * length[line]
    xy = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], along))
    first, last = np.cumsum(count) - count, np.cumsum(count) - 1
    ahead, behind = np.arange(len(line)) + 1, np.arange(len(line)) - 1
    ahead[last], behind[first] = last, first
    chord = xy[ahead] - xy[behind]
    chord /= np.maximum(np.hypot(*chord.T), 1e-9)[:, None]
    starts = np.concatenate([[0.0], np.cumsum(length)[:-1]])
    return Sheet(xy, np.column_stack([-chord[:, 1], chord[:, 0]]), line, starts[line] + along, starts)


@dataclass(frozen=True)
class Agreement:
    """What came of it, a row a layer: rigid shift, roughness (m) before and after, and the moves of its samples."""

    shift: Floats
    before: Floats
    after: Floats
    moves: list[Floats]
    tolerance: float

    def taken(self, order: list[int]) -> Agreement:
        """Return the rows in another order."""
        moves = [self.moves[k] for k in order]
        return Agreement(self.shift[order], self.before[order], self.after[order], moves, self.tolerance)


def agree(villages: Sheet, layers: list[Sheet], weight: Floats, precedence: Ints, rounds: int = 4) -> Agreement:
    """Return how each layer's samples move onto the consensus.

    Parameters
    ----------
    villages
        Samples of the village lines: true by definition.
    layers
        Samples of each layer.
    weight
        Each layer's say.
    precedence
        A layer is only pulled by layers of its own or a smaller number.
    """
    everyone = [villages, *layers]
    n = len(everyone)
    layer = np.repeat(np.arange(n), [len(s.xy) for s in everyone])
    drawn = np.concatenate([s.xy for s in everyone])
    normal = np.concatenate([s.normal for s in everyone])
    say = np.concatenate([[1e6], weight])
    order = np.concatenate([[np.iinfo(np.int64).min], precedence])
    sigma = np.concatenate([[FINEST], np.full(len(layers), 4.0)])
    moved = np.zeros_like(drawn)
    smooth = [_kernel(s) for s in layers]
    shift = np.zeros((len(layers), 2))
    before = np.full(len(layers), np.nan)
    bounds = np.concatenate([[0], np.cumsum([len(s.xy) for s in everyone])])
    for turn in range(rounds + 1):
        off, known = _offsets(drawn + moved, normal, layer, say / sigma**2, order, REACH)
        for k in range(len(layers)):
            part = slice(bounds[k + 1], bounds[k + 2])
            if order[k + 1] == np.iinfo(np.int64).min:
                continue
            d, has = off[part], known[part]
            spread = _scale(d[has])
            if turn == 0:
                before[k] = spread
            sigma[k + 1] = max(FINEST, spread) if has.sum() > 10 else 8.0
            if turn == rounds:
                continue
            if turn == 0:
                step = _translation(d, normal[part], has)
                shift[k] += step
                moved[part] += step
            else:
                moved[part] += smooth[k](d, normal[part], has)
    moves = [moved[bounds[k + 1] : bounds[k + 2]] for k in range(len(layers))]
    tolerance = 8.0
    return Agreement(shift, before, sigma[1:], moves, tolerance)


def _scale(d: Floats) -> float:
    return float(np.median(np.abs(d)) * 1.4826) if len(d) else np.nan


def _offsets(xy: Floats, normal: Floats, layer: Ints, trust: Floats, order: Ints, reach: float) -> tuple[Floats, Bools]:
    """How far, along its normal, each sample is from the weighted median of all drawings of its line; and whether others are."""
    tree = cKDTree(xy)
    moving = np.flatnonzero(order[layer] > np.iinfo(np.int64).min)
    distance, other = tree.query(xy[moving], k=NEIGHBOURS, distance_upper_bound=reach)
    valid = np.isfinite(distance)
    other = np.where(valid, other, 0)
    away = xy[other] - xy[moving][:, None]
    mine = normal[moving][:, None]
    across = (away * normal[other]).sum(-1)
    turn = (normal[other] * mine).sum(-1)
    along = np.abs((away * np.stack([normal[other][..., 1], -normal[other][..., 0]], -1)).sum(-1))
    beside = (
        valid & (np.abs(turn) > PARALLEL) & (along < ALONG) & (order[layer[other]] <= order[layer[moving]][:, None])
    )
    stranger = beside & (layer[other] != layer[moving][:, None])
    own = np.zeros_like(beside)
    own[:, 0] = True
    d = np.where(stranger, across * np.sign(turn), 0.0)
    # several samples of one layer share its say
    w = np.where(stranger, trust[layer[other]], 0.0)
    w[:, 0] = np.where(stranger[:, 0], w[:, 0], 0)
    d = np.concatenate([d, np.zeros((len(moving), 1))], 1)
    w = np.concatenate([w, 3 * trust[layer[moving]][:, None]], 1)  # three samples stand for a layer beside another
    off = np.zeros(len(xy))
    known = np.zeros(len(xy), dtype=bool)
    off[moving] = _weighted_median(d, w)
    known[moving] = stranger.any(1)
    return off, known


def _weighted_median(value: Floats, weight: Floats) -> Floats:
    order = np.argsort(value, axis=1, kind="stable")
    v, w = np.take_along_axis(value, order, 1), np.take_along_axis(weight, order, 1)
    total = np.cumsum(w, axis=1)
    half = total[:, -1:] / 2
    at = (total < half - 1e-12).sum(1)
    return v[np.arange(len(v)), np.minimum(at, v.shape[1] - 1)]


def _translation(d: Floats, normal: Floats, has: Bools) -> Floats:
    """The rigid shift that best explains the offsets: Tukey's biweight, a few rounds."""
    shift = np.zeros(2)
    if has.sum() < 10:
        return shift
    d, n = d[has], normal[has]
    for _ in range(5):
        rest = d - n @ shift
        c = max(4.685 * _scale(rest), 0.05)
        w = np.clip(1 - (rest / c) ** 2, 0, None) ** 2
        a = (n * w[:, None]).T @ n + 1e-9 * np.eye(2)
        if np.linalg.cond(a) > 50:  # all lines run one way: along them nothing can be told
            return np.zeros(2)
        shift = np.linalg.solve(a, (n * w[:, None]).T @ d)
    return shift


def _kernel(s: Sheet):
    tree = cKDTree(s.xy)
    k1, k2 = 10, 24
    d1, i1 = tree.query(s.xy, k=min(k1, len(s.xy)), distance_upper_bound=2.5 * NEAR)
    sub = np.arange(0, len(s.xy), 4)
    d2, i2 = cKDTree(s.xy[sub]).query(s.xy, k=min(k2, len(sub)), distance_upper_bound=2.5 * FAR)
    w1 = np.where(np.isfinite(d1), np.exp(-0.5 * (d1 / NEAR) ** 2), 0)
    w2 = FAR_WEIGHT * np.where(np.isfinite(d2), np.exp(-0.5 * (d2 / FAR) ** 2), 0)
    index = np.concatenate([np.where(np.isfinite(d1), i1, 0), sub[np.where(np.isfinite(d2), i2, 0)]], 1)
    w = np.concatenate([w1, w2], 1)
    _, same = np.unique(point_keys(s.xy), return_inverse=True)
    times = np.bincount(same)

    def smooth(d: Floats, normal: Floats, has: Bools) -> Floats:
        ww = w * has[index]
        n = normal[index]
        a = np.einsum("ij,ijk,ijl->ikl", ww, n, n) + STIFFNESS * np.eye(2)
        b = np.einsum("ij,ijk,ij->ik", ww, n, d[index])
        u = np.linalg.solve(a, b[..., None])[..., 0]
        # junctions move as one
        return np.column_stack([np.bincount(same, u[:, c])[same] / times[same] for c in (0, 1)])

    return smooth


def bend(lines: Geometries, s: Sheet, moves: Floats, step: float) -> Strands:
    """Return the polylines moved, sampled at least every `step` metres."""
    xy, line = shapely.get_coordinates(shapely.segmentize(lines, step), return_index=True)
    walked = np.concatenate([[0.0], np.cumsum(np.hypot(*(xy[1:] - xy[:-1]).T))])
    first = np.searchsorted(line, np.arange(len(lines)))
    place = walked - walked[first][line]
    length = shapely.length(lines)
    place = s.starts[line] + np.minimum(place, length[line])
    # polylines follow each other without a gap in `place`: a hair's breadth keeps the end of one from the start of the next
    gap = 1.0
    mine, theirs = place + gap * line, s.place + gap * s.line
    moved = np.column_stack([np.interp(mine, theirs, moves[:, c]) for c in (0, 1)])
    return Strands(xy + moved, line.astype(np.int64))
