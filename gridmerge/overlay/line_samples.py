"""Lines as flat arrays of samples, and lines displaced by what their samples are displaced by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridmerge.overlay.linework import DensePolylines, Floats, Geometries, Ints

SAMPLE_STEP_M = 40.0  # m between samples: drawing errors change over a hundred metres and more


@dataclass(frozen=True)
class LineSamples:
    """Samples along a layer's polylines.

    Parameters
    ----------
    xy, normal
        (n, 2) metres; the unit normal of the line there.
    line
        (n,) the polyline.
    place
        (n,) metres walked along all polylines, for interpolation between samples.
    """

    xy: Floats
    normal: Floats
    line: Ints
    place: Floats


def sample_lines(lines: Geometries, step: float = SAMPLE_STEP_M) -> LineSamples:
    """Sample polylines every `step` metres, both ends included."""
    vertices, owner = shapely.get_coordinates(lines, return_index=True)
    walked = _measure_along(vertices, owner)
    first = np.searchsorted(owner, np.arange(len(lines)))
    last = np.append(first[1:], len(owner)) - 1
    length = walked[last] - walked[first]
    count = np.maximum(1, np.ceil(length / step).astype(np.int64)) + 1
    line = np.repeat(np.arange(len(lines)), count)
    rank = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    place = walked[first][line] + rank / (count[line] - 1) * length[line]
    xy = np.column_stack([np.interp(place, walked, vertices[:, c]) for c in (0, 1)])
    edge = np.cumsum(count)
    ahead, behind = np.arange(len(line)) + 1, np.arange(len(line)) - 1
    ahead[edge - 1], behind[edge - count] = edge - 1, edge - count
    chord = xy[ahead] - xy[behind]
    chord /= np.maximum(np.hypot(*chord.T), 1e-9)[:, None]
    return LineSamples(xy, np.column_stack([-chord[:, 1], chord[:, 0]]), line, place)


def _measure_along(xy: Floats, line: Ints) -> Floats:
    """Metres along all polylines; a metre lies between one and the next, so that they never meet."""
    pace = np.hypot(*(xy[1:] - xy[:-1]).T)
    pace[line[1:] != line[:-1]] = 1.0
    return np.concatenate([[0.0], np.cumsum(pace)])


def displace_lines(
    lines: Geometries, samples: LineSamples, moves: Floats, step: float
) -> DensePolylines:
    """Return the polylines moved, sampled at least every `step` metres."""
    xy, line = shapely.get_coordinates(shapely.segmentize(lines, step), return_index=True)
    place = _measure_along(xy, line)
    # both walks start a polyline at the same metre: lengths are equal up to rounding
    moved = np.column_stack([np.interp(place, samples.place, moves[:, c]) for c in (0, 1)])
    return DensePolylines(xy + moved, line.astype(np.int64))
