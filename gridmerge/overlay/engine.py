"""The overlay from end to end: agree, accept, cut, label, absorb; `account` says what was done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from gridmerge import parallel, robust
from gridmerge.config import Overlay
from gridmerge.findings import Finding, found
from gridmerge.model import Layer, Mosaic, Township
from gridmerge.overlay.absorb import absorb, dissolve
from gridmerge.overlay.account import Story, mosaic_of
from gridmerge.overlay.agree import SLACK, Agreement, agree, bend, sheet
from gridmerge.overlay.conflate import STRIDE, Accepted, Candidate, VillageLines, accept
from gridmerge.overlay.cut import Cut, faces_of
from gridmerge.overlay.drawing import Drawing, drawings, standing, weights
from gridmerge.overlay.label import Targets, marks, shares
from gridmerge.overlay.linework import Bools, Floats, Geometries, Ints, Strands, plain, polylines
from gridmerge.overlay.together import together
from gridmerge.overlay.zones import Zones, told, zones_of

PLACES = {"base": 0.0, "grid": 1.0, "barrier": 2.0}  # whose lines come first, whatever the rank
# places later come the walls of estates: no street may be taken for a wall beside it
WALLED = 0.5
MOST = 75.0  # percentile of the layers' tolerances that counts for all: a few very rough layers do not set the measure
FINE = 0.8  # of the common tolerance: the least a layer gets, for the others it meets are not as fine
TIGHTEST = 2.0  # m: no drawing can be told apart more finely
CROWD = 3_000_000  # samples: with fewer, starting a process takes longer than its work; threads then
PASSES = 4  # a merged face may be thin again; measured: two passes are enough


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
    drawn, agreement, tolerance = _settled(drawn, agreement, settings)
    zones = zones_of(villages, zoned, tolerance)
    results = _accepted(township, zones, drawn, agreement, tolerance, processes)
    faces, village, failed = _cut(villages, results)
    drawn, agreement = [*zoned, *drawn], agreement.behind(len(zoned))
    cut = _absorbed(faces, village, zones, drawn, tolerance, processes)
    findings = [*_troubles(township, villages, results, failed), *told(zones, zoned, villages)]
    return mosaic_of(Story(township, drawn, agreement, cut, tolerance, failed, findings), processes)


def _settled(drawn: list[Drawing], agreement: Agreement, settings: Overlay) -> tuple[list[Drawing], Agreement, float]:
    """The layers in the order they are accepted in, and their tolerances, capped by the narrowest real grid."""

    def place(k: int) -> tuple[Any, ...]:
        d = drawn[k]
        return (
            PLACES[d.role] + WALLED * bool(d.role == "grid" and np.isfinite(agreement.apart[k])),
            d.precedence,
            round(float(agreement.tolerance[k]), 1),
            d.layer.rank,
            float(agreement.before[k]),
            k,
        )

    order = sorted(range(len(drawn)), key=place)
    drawn, agreement = [drawn[k] for k in order], agreement.taken(order)
    if settings.tolerance is not None:
        return drawn, agreement.within(settings.tolerance, settings.tolerance), settings.tolerance
    cap = max(TIGHTEST, min((d.narrowest() for d in drawn), default=np.inf) / 2)
    agreement = agreement.within(0.0, cap)
    # walls stand apart: how near they are to the lines of others is no measure of how well lines are known
    common = np.isinf(agreement.apart) & np.array([d.claims for d in drawn], dtype=bool)
    claiming = agreement.tolerance[common]
    tolerance = float(np.percentile(claiming, MOST)) if len(claiming) else SLACK
    return drawn, agreement.within(FINE * tolerance, np.inf), tolerance


def _accepted(
    township: Township,
    zones: Zones,
    drawn: list[Drawing],
    agreement: Agreement,
    tolerance: float,
    processes: int,
) -> list[Accepted]:
    """What each village's job accepts."""
    villages = plain(township.villages.geometry.to_numpy())
    step = STRIDE * tolerance
    bent = together(
        lambda one: bend(one[0].lines, one[0].sheet, one[1], step),
        list(zip(drawn, agreement.moves, strict=True)),
        processes,
    )
    extents = [_extents(strands) for strands in bent]
    jobs = []
    codes, walls = township.villages["village_code"], zones.lines(villages)
    for code, village, wall in zip(codes, villages, walls, strict=True):  # a job each
        candidates = [
            Candidate(
                d.key,
                strands.cut(_touching(extent, village.bounds)[strands.line]),
                float(agreement.tolerance[k]),
                float(agreement.apart[k]),
            )
            for k, (d, strands, extent) in enumerate(zip(drawn, bent, extents, strict=True))
        ]
        touching = tuple(c for c in candidates if len(c.strands.line))
        jobs.append(VillageLines(code, village, touching, step, wall))
    if sum(len(strands.xy) for strands in bent) < CROWD:
        return together(accept, jobs, processes)
    return parallel.each(accept, jobs, processes)


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


def _absorbed(
    faces: Geometries, village: Ints, zones: Zones, drawn: list[Drawing], tolerance: float, threads: int
) -> Cut:
    """The faces without the thin ones, the exclusive zone each is part of, and who holds how much of it.

    Who holds a face is told by a point inside it as long as faces are still to be merged, and by area once they stand.
    """
    claiming = [d for d in drawn if d.claims]
    zone = zones.of(faces, village)
    points = shapely.STRtree(robust.point_on_surface(faces))
    held = together(lambda d: marks(points, d.sources), claiming, threads)
    claims = np.column_stack([np.zeros((len(faces), 0)), *held])
    for _ in range(PASSES):
        _, group = np.unique(np.column_stack([village, zone]), axis=0, return_inverse=True)
        target = absorb(faces, group.ravel(), claims, weights(claiming), tolerance)
        if (target == np.arange(len(target))).all():
            break
        faces = dissolve(faces, target)
        kept = np.unique(target)
        village, zone, claims = village[kept], zone[kept], claims[kept]
    targets = Targets(faces, tolerance, threads)
    return Cut(faces, village, zone, tuple(together(lambda d: shares(targets, d.sources), claiming, threads)))
