"""Inside one village: accept the layers' lines one layer after another, each only where it says something new."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gridmerge.overlay.linework import Bools, Floats, Geometries, Ints, Strands, strands

SHORT = 2.0  # tolerances; a detour shorter than this between two accepted lines says nothing new
REACH = 2.0  # tolerances; how far a loose end follows its own line to find a crossing before it takes the shortest way


@dataclass(frozen=True)
class Candidate:
    """One layer's lines as they come to one village."""

    strands: Strands
    tolerance: float
    whole: bool  # an exclusive zone: even its short stretches count


@dataclass(frozen=True)
class VillageLines:
    """The job of one village: its polygon and the layers that touch it, the first wins."""

    village_code: str
    village: shapely.Geometry
    candidates: tuple[Candidate, ...]
    step: float


def accept(job: VillageLines) -> Geometries:
    """Return the lines that cut this village, its own boundary not among them.

    The village line is accepted before any other. Of each layer's polylines only the runs further than its tolerance
    from all that is accepted are taken; both ends of a run are tied to the accepted line they came from, at their own
    crossing with it if there is one near, else by the shortest way.
    """
    network = _Network(shapely.get_parts(shapely.boundary(job.village)), job.step)
    shapely.prepare(job.village)
    accepted: list[Geometries] = []
    for candidate in job.candidates:  # each layer sees what the ones before it left: the loop is the method
        lines = _news(candidate, job.village, network)
        if len(lines):
            accepted.append(lines)
            network.add(lines)
    return np.concatenate(accepted) if accepted else np.array([], dtype=object)


class _Network:
    """The lines accepted so far: samples to measure closeness, segments to tie ends to."""

    def __init__(self, lines: Geometries, step: float) -> None:
        self._step = step
        self._xy = np.empty((0, 2))
        self._segments: Geometries = np.array([], dtype=object)
        self.add(lines)

    def add(self, lines: Geometries) -> None:
        new = strands(lines, self._step)
        same = new.line[1:] == new.line[:-1]
        pieces = shapely.linestrings(np.stack([new.xy[:-1][same], new.xy[1:][same]], axis=1))
        self._xy = np.concatenate([self._xy, new.xy])
        self._segments = np.concatenate([self._segments, pieces])
        self._points = cKDTree(self._xy)
        self._tree = shapely.STRtree(self._segments)

    def near(self, xy: Floats, tolerance: float) -> Bools:
        distance, _ = self._points.query(xy, distance_upper_bound=tolerance)
        return np.isfinite(distance)

    def feet(self, xy: Floats) -> Floats:
        """Return the nearest point of the network to each point."""
        points = shapely.points(xy)
        source, segment = self._tree.query_nearest(points, all_matches=False)
        way = shapely.shortest_line(points[source], self._segments[segment])
        feet = np.empty_like(xy)
        feet[source] = shapely.get_coordinates(way).reshape(-1, 2, 2)[:, 1]
        return feet

    def crossings(self, tails: Geometries) -> tuple[Ints, Floats, Floats]:
        """Return where tails first cross the network: which tails, how far along, and the points."""
        tail, segment = self._tree.query(tails, predicate="intersects")
        if len(tail) == 0:
            return np.empty(0, dtype=np.int64), np.empty(0), np.empty((0, 2))
        meeting = shapely.intersection(tails[tail], self._segments[segment])
        points = shapely.get_point(shapely.shortest_line(shapely.get_point(tails[tail], 0), meeting), 1)
        along = shapely.line_locate_point(tails[tail], points)
        order = np.lexsort((along, tail))
        first = order[np.unique(tail[order], return_index=True)[1]]
        return tail[first], along[first], shapely.get_coordinates(points[first])


def _news(candidate: Candidate, village: shapely.Geometry, network: _Network) -> Geometries:
    xy, line = candidate.strands.xy, candidate.strands.line
    if len(xy) == 0:
        return np.array([], dtype=object)
    free = shapely.contains_xy(village, xy) & ~network.near(xy, candidate.tolerance)
    walked = np.concatenate([[0.0], np.cumsum(np.hypot(*(xy[1:] - xy[:-1]).T))])
    first, last = _runs(free, line)
    tied_first, tied_last = _tied(first - 1, first, line), _tied(last + 1, last, line)
    if not candidate.whole:
        length = walked[last] - walked[first]
        keep = ~(tied_first & tied_last) | (length >= SHORT * candidate.tolerance)
        first, last, tied_first, tied_last = first[keep], last[keep], tied_first[keep], tied_last[keep]
    if len(first) == 0:
        return np.array([], dtype=object)
    reach = REACH * candidate.tolerance
    head = _ties(first, -1, tied_first, reach, xy, line, free, walked, network)
    tail = _ties(last, +1, tied_last, reach, xy, line, free, walked, network)
    body = _spread(first, last)
    run = np.concatenate([body[0], head[0], tail[0]])
    place = np.concatenate([body[1].astype(float), -head[1], tail[1]])
    points = np.concatenate([xy[body[1]], head[2], tail[2]])
    order = np.lexsort((place, run))
    run, points = run[order], points[order]
    fresh = np.ones(len(run), dtype=bool)
    fresh[1:] = (run[1:] != run[:-1]) | np.any(points[1:] != points[:-1], axis=1)
    run, points = run[fresh], points[fresh]
    enough = np.bincount(run, minlength=len(first))[run] > 1
    return shapely.linestrings(points[enough], indices=np.unique(run[enough], return_inverse=True)[1])


def _runs(free: Bools, line: Ints) -> tuple[Ints, Ints]:
    """First and last index of every stretch of free samples on one polyline."""
    breaks = np.ones(len(free) + 1, dtype=bool)
    breaks[1:-1] = line[1:] != line[:-1]
    starts = free & (breaks[:-1] | ~np.concatenate([[False], free[:-1]]))
    ends = free & (breaks[1:] | ~np.concatenate([free[1:], [False]]))
    return np.flatnonzero(starts), np.flatnonzero(ends)


def _tied(outside: Ints, inside: Ints, line: Ints) -> Bools:
    """Whether the polyline goes on beyond the run: then the run's end must be tied, else it is a junction of its own."""
    valid = (outside >= 0) & (outside < len(line))
    return valid & (line[np.clip(outside, 0, len(line) - 1)] == line[inside])


def _spread(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """(run, index) of every sample from first to last of each run."""
    count = last - first + 1
    run = np.repeat(np.arange(len(first)), count)
    return run, np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)


def _ties(
    end: Ints,
    way: int,
    tied: Bools,
    reach: float,
    xy: Floats,
    line: Ints,
    free: Bools,
    walked: Floats,
    network: _Network,
) -> tuple[Ints, Floats, Floats]:
    """The samples and points that lead from the runs' ends to the network: run, place in line of way, coordinates."""
    runs = np.flatnonzero(tied)
    origin = end[runs]
    beyond = origin + way
    # follow the layer's own line while it is not free, at most `reach` far
    stop = _follow(origin, way, reach, line, free, walked)
    tail_run, tail_index = _spread(np.minimum(origin, stop), np.maximum(origin, stop))
    order = np.lexsort((tail_index * way, tail_run))
    tail_run, tail_index = tail_run[order], tail_index[order]
    tails = shapely.linestrings(xy[tail_index], indices=tail_run)
    crossed, along, points = network.crossings(tails)
    limit = np.full(len(runs), -1.0)
    limit[crossed] = along
    travelled = np.abs(walked[tail_index] - walked[origin[tail_run]])
    inner = (tail_index != origin[tail_run]) & (travelled < limit[tail_run])
    loose = limit < 0
    ties = points if not loose.any() else np.concatenate([points, network.feet(xy[beyond[loose]])])
    tie_runs = np.concatenate([runs[crossed], runs[loose]])
    far = float(len(xy)) * 2
    return (
        np.concatenate([runs[tail_run[inner]], runs[loose], tie_runs]),
        np.concatenate([tail_index[inner] * float(way), beyond[loose] * float(way), np.full(len(tie_runs), far)]) * 1.0,
        np.concatenate([xy[tail_index[inner]], xy[beyond[loose]], ties]),
    )


def _follow(origin: Ints, way: int, reach: float, line: Ints, free: Bools, walked: Floats) -> Ints:
    """How far along its own polyline each end may be followed: not into the next free run, not beyond `reach`."""
    n = len(line)
    index = np.arange(n)
    wall = (
        free | np.concatenate([[True], line[1:] != line[:-1]])
        if way > 0
        else free | np.concatenate([line[1:] != line[:-1], [True]])
    )
    # the next wall after origin + way, in the direction of way
    if way > 0:
        following = np.minimum.accumulate(np.where(wall, index, n)[::-1])[::-1]
        nxt = np.concatenate([following, [n, n]])[origin + 2] - 1
        far = np.searchsorted(walked, walked[origin] + reach, side="left")
        return np.maximum(np.minimum(np.minimum(nxt, far), n - 1), origin + 1)
    following = np.maximum.accumulate(np.where(wall, index, -1))
    nxt = np.where(origin >= 2, following[np.maximum(origin - 2, 0)], -1) + 1
    far = np.searchsorted(walked, walked[origin] - reach, side="right") - 1
    return np.minimum(np.maximum(np.maximum(nxt, far), 0), origin - 1)
