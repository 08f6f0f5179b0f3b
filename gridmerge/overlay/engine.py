"""The overlay from end to end: agree, accept, cut, label, absorb; `account` says what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from gridmerge import parallel, robust
from gridmerge.config import Overlay
from gridmerge.findings import Finding, found
from gridmerge.model import Layer, Mosaic, Township
from gridmerge.overlay.absorb import absorb, dissolve
from gridmerge.overlay.account import Measure, Story, mosaic_of
from gridmerge.overlay.agree import SLACK, WIDEST, Agreement, agree, bend, sheet
from gridmerge.overlay.conflate import STRIDE, Accepted, Candidate, VillageLines, accept
from gridmerge.overlay.cut import Cut, faces_of
from gridmerge.overlay.drawing import Drawing, drawings, standing, weights
from gridmerge.overlay.flaws import WIDTH, flawed
from gridmerge.overlay.label import Shares, Targets, marks, shares
from gridmerge.overlay.linework import Bools, Floats, Geometries, Ints, Strands, plain, polylines
from gridmerge.overlay.lost import Lost, lost_borders
from gridmerge.overlay.narrow import (
    ENDANGERED,
    Apart,
    Narrow,
    faces_of_narrow,
    moved_shapes,
    narrow_grids,
    near_narrow,
)
from gridmerge.overlay.proportion import proportion
from gridmerge.overlay.together import together
from gridmerge.overlay.zones import Zones, told, zones_of

PLACES = {"base": 0, "grid": 1, "barrier": 2}  # whose lines come first, whatever the rank
MOST = 75.0  # percentile of the layers' tolerances that counts for all: a few very rough layers do not set the measure
FINE = 0.8  # of the common tolerance: the least a layer gets, for the others it meets are not as fine
# times the tolerance: what is tried where faces or labels are out of proportion
STEP_UP = 1.5
CROWD = 3_000_000  # samples: with fewer, starting a process takes longer than its work; threads then
PASSES = 6  # a merged face may be thin again; measured: two passes are enough, two more for scraps of narrow grids


def overlay(township: Township, layers: Sequence[Layer], settings: Overlay, processes: int = 1) -> Mosaic:
    """Agree the layers' lines inside each village and cut the land once.

    Parameters
    ----------
    township
        Villages as a valid coverage on the millimetre grid; their lines never move.
    layers
        Mended departmental networks, in any order.
    settings
        `tolerance` in metres, or None to estimate it.
    processes
        How many villages are worked on at once; the result does not depend on it.

    Returns
    -------
    Mosaic
        See `gridmerge.model.Mosaic`.
    """
    villages = plain(township.villages.geometry.to_numpy())
    drawn = drawings(villages, layers, processes)
    zoned = sorted((d for d in drawn if d.role == "exclusive"), key=lambda d: (d.precedence, d.layer.rank))
    drawn = [d for d in drawn if d.role != "exclusive"]
    agreement = agree(sheet(polylines(villages)), [d.sheet for d in drawn], standing(drawn), processes)
    drawn, agreement, measure = _settled(drawn, agreement, settings)
    task = _Task(township, villages, zoned, drawn, agreement, processes)
    story = _attempt(task, measure)
    if measure.reason == "roughness":  # what a project file sets is not changed
        story = _tried_again(task, story)
    return mosaic_of(story, processes)


@dataclass(frozen=True)
class _Task:
    """What no attempt changes: the land, and the layers with the tolerances measured on them."""

    township: Township
    villages: Geometries
    zoned: list[Drawing]
    drawn: list[Drawing]
    agreement: Agreement
    processes: int


def _tried_again(task: _Task, story: Story) -> Story:
    """The story, or a better one with another tolerance where faces or labels are out of proportion."""
    measure, seen = story.measure, story.proportion
    attempts = [story]
    if seen.crowded:
        attempts.append(_attempt(task, replace(measure, metres=STEP_UP * measure.metres, reason="raised")))
    if seen.mislabelled:
        attempts.append(_attempt(task, replace(measure, metres=measure.metres / STEP_UP, reason="lowered")))
    return min(attempts, key=lambda one: one.proportion.badness)


def _attempt(task: _Task, measure: Measure) -> Story:
    """Everything from the accepted lines to the labels, with one tolerance."""
    tolerance, processes = measure.metres, task.processes
    agreement = task.agreement
    if measure.reason == "lowered":
        agreement = agreement.within(0.0, tolerance)
    agreement = agreement.within(FINE * tolerance, np.inf)
    narrow = narrow_grids(task.drawn, agreement, tolerance)
    zones = zones_of(task.villages, task.zoned, tolerance)
    step = STRIDE * tolerance
    candidates = _candidates(task.drawn, agreement, narrow, step, processes)
    results = _accepted(task.township, zones, candidates, step, processes)
    none = [Narrow.none()] * len(task.zoned)
    layers = _Layers([*task.zoned, *task.drawn], agreement.behind(len(task.zoned)), [*none, *narrow])
    cut, lost, failed = _finished(task, zones, layers, results, tolerance)
    if len(lost.face):
        cut, lost, failed = _finished(task, zones, layers, _restored(results, cut, lost), tolerance, cut)
    measured = proportion(cut, layers.claiming(cut.shares), agreement.rough, tolerance)
    findings = [*_troubles(task.township, task.villages, results, failed), *told(zones, task.zoned, task.villages)]
    return Story(
        task.township, layers.drawn, layers.agreement, layers.narrow, cut, measure, measured, lost, failed, findings
    )


@dataclass(frozen=True)
class _Layers:
    """All layers, those of zones first, how they agreed, and their narrow grids."""

    drawn: list[Drawing]
    agreement: Agreement
    narrow: list[Narrow]

    def claiming(self, tables: Sequence[Shares]) -> list[tuple[int, Drawing, Shares]]:
        """Place, layer and table of each layer that claims land and is no law by itself."""
        places = [k for k, d in enumerate(self.drawn) if d.claims]
        pairs = zip(places, tables, strict=True)
        return [(k, self.drawn[k], table) for k, table in pairs if self.drawn[k].role != "exclusive"]


def _finished(
    task: _Task, zones: Zones, layers: _Layers, results: list[Accepted], tolerance: float, before: Cut | None = None
) -> tuple[Cut, Lost, Bools]:
    """The cut that accepted lines make, the borders it lacks, and the villages that failed.

    What has not changed since an earlier cut keeps its labels.
    """
    faces, village, failed = _cut(task.villages, results)
    parts = _Parts(faces, village, zones.of(faces, village), faces_of_narrow(faces, layers.narrow))
    parts = _absorbed(parts, layers.drawn, tolerance, task.processes)
    kept = np.full(len(parts.faces), -1) if before is None else _unchanged(parts, before)
    fresh = np.flatnonzero(kept < 0)
    labels = _labelled(parts.taken(fresh), layers.drawn, layers.agreement, tolerance, task.processes)
    if before is not None:
        pairs = zip(before.shares, labels, strict=True)
        labels = tuple(old.continued(kept, fresh, new) for old, new in pairs)
    cut = Cut(parts.faces, parts.village, parts.zone, parts.apart.number, labels)
    asked = (cut.zone < 0) & ~failed[cut.village]
    tables = [(k, d, layers.agreement.moves[k], table) for k, d, table in layers.claiming(labels)]
    return cut, lost_borders(cut.faces, asked, tables, tolerance), failed


def _unchanged(parts: _Parts, before: Cut) -> Ints:
    """The row of each face in an earlier cut, -1 where it was not the same face, or where one is in a narrow grid and the other not."""
    rows = {shape: row for row, shape in enumerate(shapely.to_wkb(before.faces))}
    row = np.array([rows.get(shape, -1) for shape in shapely.to_wkb(parts.faces)], dtype=np.int64)
    same = (before.narrow[row] >= 0) == (parts.apart.number >= 0)
    return np.where(same, row, -1)


def _restored(results: list[Accepted], cut: Cut, lost: Lost) -> list[Accepted]:
    """The accepted lines and those that borders were lost for."""
    home = cut.village[lost.face]
    lines = [shapely.get_parts(lost.line[home == row]) for row in range(len(results))]
    return [
        replace(result, lines=np.concatenate([result.lines, more])) for result, more in zip(results, lines, strict=True)
    ]


def _settled(drawn: list[Drawing], agreement: Agreement, settings: Overlay) -> tuple[list[Drawing], Agreement, Measure]:
    """The layers in the order they are accepted in, their tolerances, and the common one.

    No grid caps a tolerance: narrow ones are looked after one by one (`gridmerge.overlay.narrow`).
    """

    def place(k: int) -> tuple[Any, ...]:
        d = drawn[k]
        return (
            PLACES[d.role],
            d.precedence,
            round(float(agreement.tolerance[k]), 1),
            d.layer.rank,
            float(agreement.before[k]),
            k,
        )

    order = sorted(range(len(drawn)), key=place)
    drawn, agreement = [drawn[k] for k in order], agreement.taken(order)
    if settings.tolerance is not None:
        agreement = agreement.within(settings.tolerance, settings.tolerance)
        return drawn, agreement, Measure(settings.tolerance, "", "set")
    return drawn, agreement, _common(drawn, agreement)


def _common(drawn: list[Drawing], agreement: Agreement) -> Measure:
    """The tolerance that counts for all, and the layer that has the next larger one."""
    # walls stand apart: how near they are to the lines of others is no measure of how well lines are known
    asked = np.isinf(agreement.apart) & np.array([d.claims for d in drawn], dtype=bool)
    tolerances = [(float(agreement.tolerance[k]), drawn[k].key) for k in np.flatnonzero(asked)]
    if not tolerances:
        return Measure(SLACK, "", "least")
    common = float(np.percentile([own for own, _ in tolerances], MOST))
    return Measure(common, min(pair for pair in tolerances if pair[0] >= common - 1e-9)[1], "roughness")


def _accepted(
    township: Township, zones: Zones, candidates: list[Candidate], step: float, processes: int
) -> list[Accepted]:
    """What each village's job accepts."""
    villages = plain(township.villages.geometry.to_numpy())
    extents = [_extents(candidate.strands) for candidate in candidates]
    seats = [_seats(candidate.strands.line) for candidate in candidates]
    jobs = []
    codes, walls = township.villages["village_code"], zones.lines(villages)
    for code, village, wall in zip(codes, villages, walls, strict=True):  # a job each
        parts = [
            candidate.cut(_touching(extent, village.bounds)[seat])
            for candidate, extent, seat in zip(candidates, extents, seats, strict=True)
        ]
        touching = tuple(c for c in parts if len(c.strands.line))
        jobs.append(VillageLines(code, village, touching, step, wall))
    if sum(len(candidate.strands.xy) for candidate in candidates) < CROWD:
        return together(accept, jobs, processes)
    return parallel.each(accept, jobs, processes)


def _candidates(
    drawn: list[Drawing], agreement: Agreement, narrow: list[Narrow], step: float, processes: int
) -> list[Candidate]:
    """All lines in the order they are accepted in: of layers of one standing first those of narrow grids, whoever has them.

    Lines that bound slivers only are not among them: nothing is to follow them.
    """
    bent = together(
        lambda one: bend(one[0].lines, one[0].sheet, one[1], step),
        list(zip(drawn, agreement.moves, strict=True)),
        processes,
    )
    parts = []
    for k, (d, strands, grids) in enumerate(zip(drawn, bent, narrow, strict=True)):
        width, stray = near_narrow(d, grids)
        aside = width[strands.line] / ENDANGERED
        first = np.isfinite(aside)
        whole = Candidate(d.key, strands, float(agreement.tolerance[k]), float(agreement.apart[k]))
        place = PLACES[d.role], d.precedence
        parts.append(((*place, 0), replace(whole, aside=aside).cut(first)))
        parts.append(((*place, 1), whole.cut(~first & ~stray[strands.line])))
    parts.sort(key=lambda part: part[0])
    return [candidate for _, candidate in parts if len(candidate.strands.line)]


def _seats(line: Ints) -> Ints:
    """The polylines of samples, counted without gaps."""
    return np.concatenate([[0], np.cumsum(line[1:] != line[:-1])])


def _extents(strands: Strands) -> Floats:
    """(polylines, 4) bounding boxes."""
    first = np.flatnonzero(np.concatenate([[True], strands.line[1:] != strands.line[:-1]]))
    return np.hstack([np.minimum.reduceat(strands.xy, first), np.maximum.reduceat(strands.xy, first)])


def _touching(extents: Floats, bounds: tuple[float, float, float, float]) -> Bools:
    x0, y0, x1, y1 = bounds
    return np.asarray((extents[:, 2] >= x0) & (extents[:, 0] <= x1) & (extents[:, 3] >= y0) & (extents[:, 1] <= y1))


def _cut(villages: Geometries, results: list[Accepted]) -> tuple[Geometries, Ints, Bools]:
    """Faces, the village of each, and which villages failed: those whose faces would not tile them are left whole."""
    failed = np.array([result.failed for result in results])
    lines = [result.lines for result in results]
    while True:
        faces, village = faces_of(villages, lines)
        tiled = np.bincount(village, weights=shapely.area(faces), minlength=len(villages))
        torn = np.abs(tiled - shapely.area(villages)) > 0.001 * shapely.length(villages)
        torn &= np.array([len(part) > 0 for part in lines])
        if not torn.any():
            return faces, village, failed
        failed |= torn
        lines = [np.array([], dtype=object) if bad else part for part, bad in zip(lines, torn, strict=True)]


def _troubles(township: Township, villages: Geometries, results: list[Accepted], failed: Bools) -> list[Finding]:
    """A finding for every village that failed or needed the ladder."""
    findings = []
    for n, (code, result) in enumerate(zip(township.villages["village_code"], results, strict=True)):
        if not (failed[n] or result.trouble):
            continue
        layer, reason = result.trouble[-1] if result.trouble else ("", "the faces do not tile the village")
        at = shapely.get_coordinates(robust.point_on_surface(villages[n]))[0]
        kind = "village_failed" if failed[n] else "village_rounded"
        findings.append(found(kind, layer=layer, place=(at[0], at[1]), village=code, reason=reason))
    return findings


@dataclass(frozen=True)
class _Parts:
    """Faces on their way: with the village, the exclusive zone and the narrow grid each is part of."""

    faces: Geometries
    village: Ints
    zone: Ints
    apart: Apart

    @property
    def land(self) -> Ints:
        """A number for village and zone."""
        return _numbered(self.village, self.zone)

    def taken(self, faces: Ints) -> _Parts:
        """Return some of the faces."""
        return _Parts(self.faces[faces], self.village[faces], self.zone[faces], self.apart.taken(faces))

    def merged(self, target: Ints) -> _Parts:
        """Return the faces merged by target."""
        kept = np.unique(target)
        return _Parts(dissolve(self.faces, target), self.village[kept], self.zone[kept], self.apart.taken(kept))


def _numbered(*columns: Ints) -> Ints:
    """A number for each different row of the columns."""
    return np.asarray(np.unique(np.column_stack(columns), axis=0, return_inverse=True)[1]).ravel()


def _absorbed(parts: _Parts, drawn: list[Drawing], tolerance: float, threads: int) -> _Parts:
    """The faces without the thin ones.

    Who holds a face is told by a point inside it as long as faces are still to be merged.
    """
    claiming = [d for d in drawn if d.claims]
    points = np.asarray(robust.point_on_surface(parts.faces))
    tree = shapely.STRtree(points)
    held = together(lambda d: marks(tree, d.sources), claiming, threads)
    claims = np.column_stack([np.zeros((len(parts.faces), 0)), *held])
    for _ in range(PASSES):
        apart, row = parts.apart, np.arange(len(parts.faces))
        weak = apart.weak(parts.faces, tolerance)
        doubtful = apart.weak(parts.faces, WIDTH * tolerance) & (apart.number < 0) & ~weak
        weak |= flawed(parts.faces, parts.land, doubtful, claims, points, claiming)
        target = absorb(parts.faces, _numbered(parts.land, apart.number), claims, weights(claiming), weak)
        lone = weak & (target == row) & ~np.isin(row, target[target != row])
        joined = apart.joined(parts.faces, lone, parts.land)
        if (target == row).all() and (joined.number == apart.number).all():
            break
        parts = replace(parts, apart=joined).merged(target)
        kept = np.unique(target)
        claims, points = claims[kept], points[kept]
    return parts


def _labelled(
    parts: _Parts, drawn: list[Drawing], agreement: Agreement, tolerance: float, threads: int
) -> tuple[Shares, ...]:
    """Per claiming layer, who holds how much of each face by area.

    A layer counts as drawn; on the faces of narrow grids as its lines were agreed, for it may have drawn them beside themselves.
    """
    pairs = [(d, moves) for d, moves in zip(drawn, agreement.moves, strict=True) if d.claims]
    faces, apart = parts.faces, parts.apart
    targets = Targets(faces, tolerance, threads)
    narrow = np.flatnonzero(apart.number >= 0)
    if len(narrow) == 0:
        return tuple(together(lambda pair: shares(targets, pair[0].sources), pairs, threads))
    chosen = Targets(faces[narrow], tolerance, threads)

    def label(pair: tuple[Drawing, Floats]) -> Shares:
        d, moves = pair
        near = np.unique(robust.query(chosen.tree, d.sources, "dwithin", distance=WIDEST)[0])
        table = shares(chosen, moved_shapes(d.sources[near], d.sheet, moves))
        agreed = Shares(narrow[table.face], near[table.source], table.area)
        return shares(targets, d.sources).updated(apart.number >= 0, agreed)

    return tuple(together(label, pairs, threads))
