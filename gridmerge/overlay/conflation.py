"""Inside one village: accept the layers' lines one layer after another, each only where it says something new."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gridmerge.geo import geos
from gridmerge.overlay.linework import (
    Bools,
    DensePolylines,
    Floats,
    Geometries,
    Ints,
    densify_polylines,
)
from gridmerge.overlay.registration import WALL_DISTANCE_M

FULL_TURN_TOLERANCES = 0.7  # tolerances for a full turn: 45° apart a line at hand is not the same line, 25° apart not at 0.8 tolerances
LOOSE_END_REACH = 2.0  # tolerances; how far a loose end follows its own line to find a crossing before it takes the shortest way
# m; rungs of rounding to meet a GEOS exception with: as it is, the villages' grid, a centimetre
ROUNDING_GRIDS_M = (0.0, 0.001, 0.01)
LINE_STRIDE = 0.8  # tolerances between samples of the lines that are compared
# of the distance between samples: finer tolerances than this cannot be told by samples
MIN_TOLERANCE_STEPS = 0.999
SMOOTHING_M = 0.01  # m: samples that a straight line passes this near are not kept as vertices
TIE_REACH = 1.25  # tolerances; an end this near to the network is tied to it
# pieces looked at: of two lines side by side the nearer has its middle further along, now and then
NEAREST_PIECES = 4


@dataclass(frozen=True)
class CandidateLines:
    """One layer's lines as they come to one village.

    Parameters
    ----------
    layer, strands
        Its key, and its lines as samples.
    tolerance
        How near an accepted line they must be to be taken for it, metres.
    apart
        How near to them the lines of later layers must be to be taken for them, metres; infinite: by their own tolerance.
    aside
        By sample, metres: lines of narrow grids follow only what lies this near beside them. None: the tolerance tells alone.
    """

    layer: str
    strands: DensePolylines
    tolerance: float
    apart: float = np.inf
    aside: Floats | None = None

    def cut(self, keep: Bools) -> CandidateLines:
        """Return the samples where `keep` holds."""
        aside = None if self.aside is None else self.aside[keep]
        return replace(self, strands=self.strands.cut(keep), aside=aside)


@dataclass(frozen=True)
class VillageLines:
    """The job of one village.

    Parameters
    ----------
    village_code, village
        Its code and polygon.
    candidates
        The layers that touch it, the first wins.
    step
        Metres between samples.
    walls
        The edges of its exclusive zones: they cut the village whatever the layers say.
    """

    village_code: str
    village: shapely.Geometry
    candidates: tuple[CandidateLines, ...]
    step: float
    walls: Geometries


@dataclass(frozen=True)
class AcceptedLines:
    """What came of a village's job.

    Parameters
    ----------
    lines
        The lines that cut the village, its own boundary not among them; only the zones' edges where it failed.
    trouble
        For each rung of the ladder that broke: the layer at work, and what GEOS said.
    failed
        No rung held.
    """

    lines: Geometries
    trouble: tuple[tuple[str, str], ...] = ()
    failed: bool = False


class _LayerTroubleError(Exception):
    """GEOS gave up at one layer of one village."""

    def __init__(self, layer: str, reason: str) -> None:
        super().__init__(layer, reason)
        self.layer, self.reason = layer, reason


def accept_lines(job: VillageLines) -> AcceptedLines:
    """Return the lines that cut this village.

    The village line and the edges of zones are accepted before any other. Of each layer's polylines only the runs are taken that do not follow an
    accepted line within the tolerance; both ends of a run are tied to the network, at their own crossing with it if there
    is one near, else by the shortest way. Where GEOS gives up, all is tried again with coordinates rounded to `ROUNDING_GRIDS_M`.
    """
    trouble: list[tuple[str, str]] = []
    for grid in ROUNDING_GRIDS_M:
        try:
            return AcceptedLines(_accept_layers(job, grid), tuple(trouble))
        except _LayerTroubleError as error:
            trouble.append((error.layer, error.reason))
    return AcceptedLines(job.walls, tuple(trouble), failed=True)


def _accept_layers(job: VillageLines, grid: float) -> Geometries:
    network = _Network(_split_segments(shapely.boundary(job.village)), job.step)
    network.add(job.walls, WALL_DISTANCE_M)
    shapely.prepare(job.village)
    accepted: list[Geometries] = [job.walls]
    for (
        candidate
    ) in job.candidates:  # each layer sees what the ones before it left: the loop is the method
        strands = candidate.strands
        if grid:
            strands = DensePolylines(np.round(strands.xy / grid) * grid, strands.line)
        try:
            lines = _new_runs(replace(candidate, strands=strands), job.village, network)
            accepted.append(lines)
            network.add(lines, candidate.apart)
        except shapely.errors.GEOSException as error:
            raise _LayerTroubleError(candidate.layer, str(error)) from error
    return np.concatenate(accepted)


def _split_segments(line: shapely.Geometry) -> Geometries:
    """Every segment for itself: a village's long outline would be slow to search."""
    xy, part = shapely.get_coordinates(shapely.get_parts(line), return_index=True)
    at = np.flatnonzero(part[1:] == part[:-1])
    return np.asarray(shapely.linestrings(np.stack([xy[at], xy[at + 1]], axis=1)))


@dataclass(frozen=True)
class _Pieces:
    """A layer's polylines as the pieces between neighbouring samples: piece k leads from sample `at[k]` to the next."""

    at: Ints
    middle: Floats
    heading: Floats  # (cosine, sine) of twice the direction: the same both ways along a line
    places: Floats  # (pieces, 3, 2) start, middle and end

    @classmethod
    def of(cls, strands: DensePolylines, land: shapely.Geometry | None = None) -> _Pieces:
        """The pieces, or those whose middle lies on the land."""
        xy = strands.xy
        at = np.flatnonzero(strands.line[1:] == strands.line[:-1])
        middle = (xy[at] + xy[at + 1]) / 2
        if land is not None:
            inside = shapely.contains_xy(land, middle)
            at, middle = at[inside], middle[inside]
        x, y = (xy[at + 1] - xy[at]).T
        square = np.maximum(x * x + y * y, 1e-18)
        heading = np.column_stack([(x * x - y * y) / square, 2 * x * y / square])
        return cls(at, middle, heading, np.stack([xy[at], middle, xy[at + 1]], axis=1))

    def place(self, turn: float) -> Floats:
        """Where they are and where they lead to, as one point in metres: a full turn counts for `turn`."""
        return np.hstack([self.middle, turn * self.heading])


class _Batch:
    """Lines accepted one after another, with what it takes to search them."""

    def __init__(self, lines: Geometries, step: float, turn: float) -> None:
        self.lines, self.turn = lines, turn
        self.tree = shapely.STRtree(lines)
        places = _Pieces.of(densify_polylines(lines, step)).place(turn)
        self.pieces = cKDTree(places, balanced_tree=False, compact_nodes=False)

    def feet(self, points: Geometries, reach: float) -> tuple[Floats, Floats]:
        """(distance, foot) of each point on the nearest line; infinity and NaN where it is further than `reach`."""
        distance, feet = np.full(len(points), np.inf), np.full((len(points), 2), np.nan)
        source, line = self.tree.query_nearest(points, max_distance=reach, all_matches=False)
        way = geos.shortest_line(points[source], self.lines[line])
        distance[source] = shapely.length(way)
        feet[source] = shapely.get_coordinates(way).reshape(-1, 2, 2)[:, 1]
        return distance, feet

    def close(self, places: Floats, reach: float) -> Bools:
        """Whether pieces, given by (pieces, 3, 2) places along each, lie within `reach` of the lines all along.

        Samples stand too far apart to tell so short distances: these are measured to the lines.
        """
        near = np.ones(len(places), dtype=bool)
        for k in (1, 0, 2):  # the middle first: few pieces pass it
            asked = np.flatnonzero(near)
            distance, _ = self.feet(
                np.asarray(shapely.points(places[asked, k]), dtype=object), reach
            )
            near[asked] = np.isfinite(distance)
        return near

    def aside(self, place: Floats, tolerance: float) -> Floats:
        """How far each piece lies beside the nearest few of the lines along it, metres; infinity where there are none."""
        distance, near = self.pieces.query(
            place, k=range(1, NEAREST_PIECES + 1), distance_upper_bound=tolerance
        )
        there = np.isfinite(distance)
        other = np.asarray(self.pieces.data)[np.where(there, near, 0)]
        x, y = np.moveaxis(other[:, :, :2] - place[:, None, :2], 2, 0)
        cosine, sine = np.moveaxis(other[:, :, 2:] / self.turn, 2, 0)
        # the part across a line of direction t, squared: half of d² (1 - cos 2(t - direction of d))
        square = (x * x + y * y - (x * x - y * y) * cosine - 2 * x * y * sine) / 2
        across = np.sqrt(np.maximum(square, 0.0))
        return np.asarray(np.where(there, across, np.inf).min(axis=1))

    def crossings(self, tails: Geometries) -> tuple[Ints, Geometries]:
        """(tail, point) where tails meet the lines, for each line the point nearest to the tail's start."""
        tail, line = self.tree.query(tails, predicate="intersects")
        meeting = geos.intersection(tails[tail], self.lines[line])
        way = geos.shortest_line(shapely.get_point(tails[tail], 0), meeting)
        return tail, np.asarray(shapely.get_point(way, 1), dtype=object)


class _Network:
    """The lines accepted so far, in batches that double in size: few to search, and seldom built again."""

    def __init__(self, lines: Geometries, step: float) -> None:
        self._step, self._turn = step, FULL_TURN_TOLERANCES * step / LINE_STRIDE
        self._batches: list[_Batch] = []
        self._walls: list[tuple[_Batch, float]] = []
        self.add(lines)

    def add(self, lines: Geometries, apart: float = np.inf) -> None:
        """Add lines; what is not nearer to them than `apart` all along is never taken for them."""
        if len(lines) == 0:
            return
        if np.isfinite(apart):
            self._walls.append((_Batch(lines, self._step, self._turn), apart))
            return
        while self._batches and len(self._batches[-1].lines) <= len(lines):
            lines = np.concatenate([self._batches.pop().lines, lines])
        self._batches.append(_Batch(lines, self._step, self._turn))

    def follows(self, pieces: _Pieces, tolerance: float) -> Bools:
        """Whether a piece runs along the network: distance and difference of direction count together."""
        left = np.arange(len(pieces.at))
        place = pieces.place(self._turn)
        for batch in self._batches:
            if tolerance < MIN_TOLERANCE_STEPS * self._step:
                left = left[~batch.close(pieces.places[left], tolerance)]
                continue
            distance, _ = batch.pieces.query(place[left], distance_upper_bound=tolerance)
            left = left[np.isinf(distance)]
        for batch, apart in self._walls:
            left = left[~batch.close(pieces.places[left], min(apart, tolerance))]
        follows = np.ones(len(place), dtype=bool)
        follows[left] = False
        return follows

    def beside(self, pieces: _Pieces, tolerance: float, aside: Floats) -> Bools:
        """Whether a piece runs along the network and within so many metres of it, measured across."""
        place = pieces.place(self._turn)
        nearest = np.full(len(place), np.inf)
        for batch in self._all() if len(place) else ():
            nearest = np.minimum(nearest, batch.aside(place, tolerance))
        follows = nearest <= aside
        for batch, apart in self._walls:
            follows |= batch.close(pieces.places, min(apart, tolerance))
        return np.asarray(follows)

    def _all(self) -> list[_Batch]:
        return [*self._batches, *(batch for batch, _ in self._walls)]

    def feet(self, xy: Floats, reach: float) -> Floats:
        """Return the nearest point of the network to each point, NaN where it is further than `reach`."""
        points = np.asarray(shapely.points(xy), dtype=object)
        nearest, feet = np.full(len(xy), np.inf), np.full_like(xy, np.nan)
        for batch in self._all() if len(xy) else ():
            distance, foot = batch.feet(points, reach)
            nearer = distance < nearest
            nearest[nearer], feet[nearer] = distance[nearer], foot[nearer]
        return feet

    def crossings(self, tails: Geometries) -> tuple[Ints, Floats, Floats]:
        """Return where tails first cross the network: which tails, how far along, and the points."""
        found = [batch.crossings(tails) for batch in self._all()]
        tail, points = (np.concatenate(part) for part in zip(*found, strict=True))
        along = shapely.line_locate_point(tails[tail], points)
        order = np.lexsort((along, tail))
        first = order[np.unique(tail[order], return_index=True)[1]]
        return tail[first], along[first], shapely.get_coordinates(points[first])


def _new_runs(
    candidate: CandidateLines, village: shapely.Geometry, network: _Network
) -> Geometries:
    """The runs of a layer that follow nothing accepted, tied."""
    pieces = _Pieces.of(candidate.strands, village)
    if candidate.aside is None:
        follows = network.follows(pieces, candidate.tolerance)
    else:
        follows = network.beside(pieces, candidate.tolerance, candidate.aside[pieces.at])
    free = pieces.at[~follows]
    if len(free) == 0:
        return np.array([], dtype=object)
    runs = _Runs.of(candidate.strands, free)
    parts = [runs.bodies(), *(runs.ties(way, network, candidate.tolerance) for way in (-1, 1))]
    run, place, points = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((place, run))
    run, points = run[order], points[order]
    fresh = np.ones(len(run), dtype=bool)
    fresh[1:] = (run[1:] != run[:-1]) | np.any(points[1:] != points[:-1], axis=1)
    lines = shapely.linestrings(points[fresh], indices=run[fresh])
    lines = np.asarray(geos.simplify(lines, SMOOTHING_M, preserve_topology=False))
    return np.asarray(lines[shapely.length(lines) > 0])


@dataclass(frozen=True)
class _Runs:
    """Stretches of free pieces: from sample `first` to sample `last` of one polyline."""

    strands: DensePolylines
    free: Bools  # by sample: the piece after it is free
    walked: Floats  # by sample: metres along everything
    first: Ints
    last: Ints

    @classmethod
    def of(cls, strands: DensePolylines, pieces: Ints) -> _Runs:
        free = np.zeros(len(strands.xy), dtype=bool)
        free[pieces] = True
        before = np.concatenate([[False], free[:-1]])
        new_line = np.concatenate([[True], strands.line[1:] != strands.line[:-1]])
        first = np.flatnonzero(free & (~before | new_line))
        last = np.flatnonzero(before & ~free)  # a polyline's last sample has no piece: never free
        walked = np.concatenate([[0.0], np.cumsum(np.hypot(*(strands.xy[1:] - strands.xy[:-1]).T))])
        return cls(strands, free, walked, first, last)

    def bodies(self) -> tuple[Ints, Floats, Floats]:
        """(run, place along it, point) of the runs' own samples."""
        run, index = _run_samples(self.first, self.last)
        return run, index.astype(float), self.strands.xy[index]

    def ties(self, way: int, network: _Network, tolerance: float) -> tuple[Ints, Floats, Floats]:
        """(run, place, point) of what leads from the runs' ends (way -1: their beginnings) to the network."""
        end = self.last if way > 0 else self.first
        stop = self._follow(end, way, LOOSE_END_REACH * tolerance)
        going = np.flatnonzero(stop != end)
        tail, index = _run_samples(np.minimum(end, stop)[going], np.maximum(end, stop)[going])
        order = np.lexsort((index * way, tail))
        tail, index = tail[order], index[order]
        crossed, along, points = network.crossings(
            np.asarray(shapely.linestrings(self.strands.xy[index], indices=tail))
        )
        limit = np.zeros(len(going))
        limit[crossed] = along
        inner = np.abs(self.walked[index] - self.walked[end[going][tail]]) < limit[tail]
        loose = np.setdiff1d(np.arange(len(end)), going[crossed])
        feet = network.feet(self.strands.xy[end[loose]], TIE_REACH * tolerance)
        held = ~np.isnan(feet[:, 0])
        beyond = way * 2.0 * len(self.strands.xy)
        return (
            np.concatenate([going[tail[inner]], going[crossed], loose[held]]),
            np.concatenate([index[inner], np.full(len(crossed) + int(held.sum()), beyond)]),
            np.concatenate([self.strands.xy[index[inner]], points, feet[held]]),
        )

    def _follow(self, end: Ints, way: int, reach: float) -> Ints:
        """How far along its own polyline an end may be followed: not into the next free run, not beyond `reach`."""
        line, n = self.strands.line, len(self.strands.line)
        index = np.arange(n)
        if way > 0:
            wall = self.free.copy()  # a sample where a free run starts, or the polyline's last
            wall[:-1] |= line[1:] != line[:-1]
            wall[-1] = True
            ahead = np.minimum.accumulate(np.where(wall, index, n)[::-1])[::-1]
            return np.asarray(
                np.minimum(ahead[end], np.searchsorted(self.walked, self.walked[end] + reach))
            )
        # a sample where a free run ends, or the polyline's first
        wall = np.concatenate([[False], self.free[:-1]])
        wall[1:] |= line[1:] != line[:-1]
        wall[0] = True
        behind = np.maximum.accumulate(np.where(wall, index, -1))
        reached = np.searchsorted(self.walked, self.walked[end] - reach, side="right") - 1
        return np.asarray(np.maximum(behind[end], reached))


def _run_samples(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """(run, index) of every sample from first to last of each run."""
    count = last - first + 1
    run = np.repeat(np.arange(len(first)), count)
    return run, np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(
        first, count
    )
