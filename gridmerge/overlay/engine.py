"""The overlay from end to end: register, conflate, cut, label, eliminate; `face_coverage` accounts for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from gridmerge import parallel
from gridmerge.config.settings import Overlay
from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos
from gridmerge.geo.threads import map_threads
from gridmerge.model import Layer, Mosaic, Township
from gridmerge.overlay.claims import FaceShares, TargetFaces, measure_face_shares
from gridmerge.overlay.conflation import (
    LINE_STRIDE,
    AcceptedLines,
    CandidateLines,
    VillageLines,
    accept_lines,
)
from gridmerge.overlay.exclusive_zones import (
    ExclusiveZones,
    cut_exclusive_zones,
    report_zone_changes,
)
from gridmerge.overlay.face_coverage import CommonTolerance, OverlayRun, assemble_mosaic
from gridmerge.overlay.layer_linework import (
    LayerLinework,
    describe_standing,
    prepare_linework,
)
from gridmerge.overlay.line_samples import displace_lines, sample_lines
from gridmerge.overlay.linework import (
    Bools,
    DensePolylines,
    Floats,
    Geometries,
    Ints,
    merge_polylines,
    strip_precision,
)
from gridmerge.overlay.lost_boundaries import LostBoundaries, find_lost_boundaries
from gridmerge.overlay.narrowness import (
    ENDANGERED_WIDTH,
    NarrowGrids,
    displace_shapes,
    find_bounded_widths,
    find_narrow_faces,
    find_narrow_grids,
)
from gridmerge.overlay.plausibility import measure_plausibility
from gridmerge.overlay.polygonization import CutFaces, polygonize_villages
from gridmerge.overlay.registration import (
    MAX_TOLERANCE_M,
    TOLERANCE_SLACK_M,
    Registration,
    register_layers,
)
from gridmerge.overlay.thin_faces import FaceParts, eliminate_thin_faces

ROLE_ORDER = {"base": 0, "grid": 1, "barrier": 2}  # whose lines come first, whatever the rank
TOLERANCE_PERCENTILE = 75.0  # percentile of the layers' tolerances that counts for all: a few very rough layers do not set the measure
# of the common tolerance: the least a layer gets, for the others it meets are not as fine
LAYER_TOLERANCE_SHARE = 0.8
# times the tolerance: what is tried where faces or labels are out of proportion
TOLERANCE_FACTOR = 1.5
# samples: with fewer, starting a process takes longer than its work; threads then
MIN_PROCESS_SAMPLES = 3_000_000


def overlay_layers(
    township: Township, layers: Sequence[Layer], settings: Overlay, processes: int = 1
) -> Mosaic:
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
    villages = strip_precision(township.villages.geometry.to_numpy())
    drawn = prepare_linework(villages, layers, processes)
    zoned = sorted(
        (d for d in drawn if d.role == "exclusive"), key=lambda d: (d.precedence, d.layer.rank)
    )
    drawn = [d for d in drawn if d.role != "exclusive"]
    agreement = register_layers(
        sample_lines(merge_polylines(villages)),
        [d.sheet for d in drawn],
        describe_standing(drawn),
        processes,
    )
    drawn, agreement, measure = _settle_tolerances(drawn, agreement, settings)
    task = _OverlayProblem(township, villages, zoned, drawn, agreement, processes)
    story = _attempt_overlay(task, measure)
    if measure.reason == "roughness":  # what a project file sets is not changed
        story = _retry_tolerances(task, story)
    return assemble_mosaic(story, processes)


@dataclass(frozen=True)
class _OverlayProblem:
    """What no attempt changes: the land, and the layers with the tolerances measured on them."""

    township: Township
    villages: Geometries
    zoned: list[LayerLinework]
    drawn: list[LayerLinework]
    agreement: Registration
    processes: int


def _retry_tolerances(task: _OverlayProblem, story: OverlayRun) -> OverlayRun:
    """The story, or a better one with another tolerance where faces or labels are out of proportion."""
    measure, seen = story.measure, story.proportion
    attempts = [story]
    if seen.crowded:
        attempts.append(
            _attempt_overlay(
                task, replace(measure, metres=TOLERANCE_FACTOR * measure.metres, reason="raised")
            )
        )
    if seen.mislabelled:
        attempts.append(
            _attempt_overlay(
                task, replace(measure, metres=measure.metres / TOLERANCE_FACTOR, reason="lowered")
            )
        )
    return min(attempts, key=lambda one: one.proportion.badness)


def _attempt_overlay(task: _OverlayProblem, measure: CommonTolerance) -> OverlayRun:
    """Everything from the accepted lines to the labels, with one tolerance."""
    tolerance, processes = measure.metres, task.processes
    agreement = task.agreement
    if measure.reason == "lowered":
        agreement = agreement.within(0.0, tolerance)
    agreement = agreement.within(LAYER_TOLERANCE_SHARE * tolerance, np.inf)
    narrow = find_narrow_grids(task.drawn, agreement, tolerance)
    zones = cut_exclusive_zones(task.villages, task.zoned, tolerance)
    step = LINE_STRIDE * tolerance
    candidates = _candidate_lines(task.drawn, agreement, narrow, step, processes)
    results = _accept_villages(task.township, zones, candidates, step, processes)
    none = [NarrowGrids.none()] * len(task.zoned)
    layers = _RegisteredLayers(
        [*task.zoned, *task.drawn], agreement.behind(len(task.zoned)), [*none, *narrow]
    )
    cut, lost, failed = _finish_cut(task, zones, layers, results, tolerance)
    if len(lost.face):
        cut, lost, failed = _finish_cut(
            task, zones, layers, _restore_boundaries(results, cut, lost), tolerance, cut
        )
    measured = measure_plausibility(cut, layers.claiming(cut.shares), agreement.rough, tolerance)
    findings = [
        *_village_findings(task.township, task.villages, results, failed),
        *report_zone_changes(zones, task.zoned, task.villages),
    ]
    return OverlayRun(
        task.township,
        layers.drawn,
        layers.agreement,
        layers.narrow,
        cut,
        measure,
        measured,
        lost,
        failed,
        findings,
    )


@dataclass(frozen=True)
class _RegisteredLayers:
    """All layers, those of zones first, how they agreed, and their narrow grids."""

    drawn: list[LayerLinework]
    agreement: Registration
    narrow: list[NarrowGrids]

    def claiming(self, tables: Sequence[FaceShares]) -> list[tuple[int, LayerLinework, FaceShares]]:
        """Place, layer and table of each layer that claims land and is no law by itself."""
        places = [k for k, d in enumerate(self.drawn) if d.claims]
        pairs = zip(places, tables, strict=True)
        return [
            (k, self.drawn[k], table) for k, table in pairs if self.drawn[k].role != "exclusive"
        ]


def _finish_cut(
    task: _OverlayProblem,
    zones: ExclusiveZones,
    layers: _RegisteredLayers,
    results: list[AcceptedLines],
    tolerance: float,
    before: CutFaces | None = None,
) -> tuple[CutFaces, LostBoundaries, Bools]:
    """The cut that accepted lines make, the borders it lacks, and the villages that failed.

    What has not changed since an earlier cut keeps its labels.
    """
    faces, village, failed = _cut_villages(task.villages, results)
    parts = FaceParts(
        faces, village, zones.of(faces, village), find_narrow_faces(faces, layers.narrow)
    )
    parts = eliminate_thin_faces(parts, layers.drawn, tolerance, task.processes)
    kept = np.full(len(parts.faces), -1) if before is None else _unchanged(parts, before)
    fresh = np.flatnonzero(kept < 0)
    labels = _label_faces(
        parts.taken(fresh), layers.drawn, layers.agreement, tolerance, task.processes
    )
    if before is not None:
        pairs = zip(before.shares, labels, strict=True)
        labels = tuple(old.continued(kept, fresh, new) for old, new in pairs)
    cut = CutFaces(parts.faces, parts.village, parts.zone, parts.apart.number, labels)
    asked = (cut.zone < 0) & ~failed[cut.village]
    tables = [(k, d, layers.agreement.moves[k], table) for k, d, table in layers.claiming(labels)]
    return cut, find_lost_boundaries(cut.faces, asked, tables, tolerance), failed


def _unchanged(parts: FaceParts, before: CutFaces) -> Ints:
    """The row of each face in an earlier cut, -1 where it was not the same face, or where one is in a narrow grid and the other not."""
    rows = {shape: row for row, shape in enumerate(shapely.to_wkb(before.faces))}
    row = np.array([rows.get(shape, -1) for shape in shapely.to_wkb(parts.faces)], dtype=np.int64)
    same = (before.narrow[row] >= 0) == (parts.apart.number >= 0)
    return np.where(same, row, -1)


def _restore_boundaries(
    results: list[AcceptedLines], cut: CutFaces, lost: LostBoundaries
) -> list[AcceptedLines]:
    """The accepted lines and those that borders were lost for."""
    home = cut.village[lost.face]
    lines = [shapely.get_parts(lost.line[home == row]) for row in range(len(results))]
    return [
        replace(result, lines=np.concatenate([result.lines, more]))
        for result, more in zip(results, lines, strict=True)
    ]


def _settle_tolerances(
    drawn: list[LayerLinework], agreement: Registration, settings: Overlay
) -> tuple[list[LayerLinework], Registration, CommonTolerance]:
    """The layers in the order they are accepted in, their tolerances, and the common one.

    No grid caps a tolerance: narrow ones are looked after one by one (`gridmerge.overlay.narrowness`).
    """

    def place(k: int) -> tuple[Any, ...]:
        d = drawn[k]
        return (
            ROLE_ORDER[d.role],
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
        return drawn, agreement, CommonTolerance(settings.tolerance, "", "set")
    return drawn, agreement, _common_tolerance(drawn, agreement)


def _common_tolerance(drawn: list[LayerLinework], agreement: Registration) -> CommonTolerance:
    """The tolerance that counts for all, and the layer that has the next larger one."""
    # walls stand apart: how near they are to the lines of others is no measure of how well lines are known
    asked = np.isinf(agreement.apart) & np.array([d.claims for d in drawn], dtype=bool)
    tolerances = [(float(agreement.tolerance[k]), drawn[k].key) for k in np.flatnonzero(asked)]
    if not tolerances:
        return CommonTolerance(TOLERANCE_SLACK_M, "", "least")
    common = float(np.percentile([own for own, _ in tolerances], TOLERANCE_PERCENTILE))
    return CommonTolerance(
        common, min(pair for pair in tolerances if pair[0] >= common - 1e-9)[1], "roughness"
    )


def _accept_villages(
    township: Township,
    zones: ExclusiveZones,
    candidates: list[CandidateLines],
    step: float,
    processes: int,
) -> list[AcceptedLines]:
    """What each village's job accepts."""
    villages = strip_precision(township.villages.geometry.to_numpy())
    extents = [_polyline_extents(candidate.strands) for candidate in candidates]
    seats = [_polyline_indices(candidate.strands.line) for candidate in candidates]
    jobs = []
    codes, walls = township.villages["village_code"], zones.lines(villages)
    for code, village, wall in zip(codes, villages, walls, strict=True):  # a job each
        parts = [
            candidate.cut(_touches_bounds(extent, village.bounds)[seat])
            for candidate, extent, seat in zip(candidates, extents, seats, strict=True)
        ]
        touching = tuple(c for c in parts if len(c.strands.line))
        jobs.append(VillageLines(code, village, touching, step, wall))
    if sum(len(candidate.strands.xy) for candidate in candidates) < MIN_PROCESS_SAMPLES:
        return map_threads(accept_lines, jobs, processes)
    return parallel.map_jobs(accept_lines, jobs, processes)


def _candidate_lines(
    drawn: list[LayerLinework],
    agreement: Registration,
    narrow: list[NarrowGrids],
    step: float,
    processes: int,
) -> list[CandidateLines]:
    """All lines in the order they are accepted in: of layers of one standing first those of narrow grids, whoever has them.

    Lines that bound slivers only are not among them: nothing is to follow them.
    """
    bent = map_threads(
        lambda one: displace_lines(one[0].lines, one[0].sheet, one[1], step),
        list(zip(drawn, agreement.moves, strict=True)),
        processes,
    )
    parts = []
    for k, (d, strands, grids) in enumerate(zip(drawn, bent, narrow, strict=True)):
        width, stray = find_bounded_widths(d, grids)
        aside = width[strands.line] / ENDANGERED_WIDTH
        first = np.isfinite(aside)
        whole = CandidateLines(
            d.key, strands, float(agreement.tolerance[k]), float(agreement.apart[k])
        )
        place = ROLE_ORDER[d.role], d.precedence
        parts.append(((*place, 0), replace(whole, aside=aside).cut(first)))
        parts.append(((*place, 1), whole.cut(~first & ~stray[strands.line])))
    parts.sort(key=lambda part: part[0])
    return [candidate for _, candidate in parts if len(candidate.strands.line)]


def _polyline_indices(line: Ints) -> Ints:
    """The polylines of samples, counted without gaps."""
    return np.concatenate([[0], np.cumsum(line[1:] != line[:-1])])


def _polyline_extents(strands: DensePolylines) -> Floats:
    """(polylines, 4) bounding boxes."""
    first = np.flatnonzero(np.concatenate([[True], strands.line[1:] != strands.line[:-1]]))
    return np.hstack(
        [np.minimum.reduceat(strands.xy, first), np.maximum.reduceat(strands.xy, first)]
    )


def _touches_bounds(extents: Floats, bounds: tuple[float, float, float, float]) -> Bools:
    x0, y0, x1, y1 = bounds
    return np.asarray(
        (extents[:, 2] >= x0)
        & (extents[:, 0] <= x1)
        & (extents[:, 3] >= y0)
        & (extents[:, 1] <= y1)
    )


def _cut_villages(
    villages: Geometries, results: list[AcceptedLines]
) -> tuple[Geometries, Ints, Bools]:
    """Faces, the village of each, and which villages failed: those whose faces would not tile them are left whole."""
    failed = np.array([result.failed for result in results])
    lines = [result.lines for result in results]
    while True:
        faces, village = polygonize_villages(villages, lines)
        tiled = np.bincount(village, weights=shapely.area(faces), minlength=len(villages))
        torn = np.abs(tiled - shapely.area(villages)) > 0.001 * shapely.length(villages)
        torn &= np.array([len(part) > 0 for part in lines])
        if not torn.any():
            return faces, village, failed
        failed |= torn
        lines = [
            np.array([], dtype=object) if bad else part
            for part, bad in zip(lines, torn, strict=True)
        ]


def _village_findings(
    township: Township, villages: Geometries, results: list[AcceptedLines], failed: Bools
) -> list[Finding]:
    """A finding for every village that failed or needed the ladder."""
    findings = []
    for n, (code, result) in enumerate(
        zip(township.villages["village_code"], results, strict=True)
    ):
        if not (failed[n] or result.trouble):
            continue
        layer, reason = (
            result.trouble[-1] if result.trouble else ("", "the faces do not tile the village")
        )
        at = shapely.get_coordinates(geos.point_on_surface(villages[n]))[0]
        kind = "village_failed" if failed[n] else "village_rounded"
        findings.append(
            make_finding(kind, layer=layer, place=(at[0], at[1]), village=code, reason=reason)
        )
    return findings


def _label_faces(
    parts: FaceParts,
    drawn: list[LayerLinework],
    agreement: Registration,
    tolerance: float,
    threads: int,
) -> tuple[FaceShares, ...]:
    """Per claiming layer, who holds how much of each face by area.

    A layer counts as drawn; on the faces of narrow grids as its lines were agreed, for it may have drawn them beside themselves.
    """
    pairs = [(d, moves) for d, moves in zip(drawn, agreement.moves, strict=True) if d.claims]
    faces, apart = parts.faces, parts.apart
    targets = TargetFaces(faces, tolerance, threads)
    narrow = np.flatnonzero(apart.number >= 0)
    if len(narrow) == 0:
        return tuple(
            map_threads(lambda pair: measure_face_shares(targets, pair[0].sources), pairs, threads)
        )
    chosen = TargetFaces(faces[narrow], tolerance, threads)

    def label(pair: tuple[LayerLinework, Floats]) -> FaceShares:
        d, moves = pair
        near = np.unique(
            geos.query_tree(chosen.tree, d.sources, "dwithin", distance=MAX_TOLERANCE_M)[0]
        )
        table = measure_face_shares(chosen, displace_shapes(d.sources[near], d.sheet, moves))
        agreed = FaceShares(narrow[table.face], near[table.source], table.area)
        return measure_face_shares(targets, d.sources).updated(apart.number >= 0, agreed)

    return tuple(map_threads(label, pairs, threads))
