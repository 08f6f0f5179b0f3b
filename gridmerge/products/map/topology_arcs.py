"""Shared arcs: every border of a coverage once, as integer deltas of lon/lat.

Neighbours share their line on screen exactly as they do in the data: no gap opens, and a face that moves to another
grid in a meeting redraws its border from the very same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gridmerge.geo import geos
from gridmerge.geo.crs import lonlat_transformer
from gridmerge.geo.datum import Datum
from gridmerge.geo.gcj02 import SHIFTS

Ring = list[int]  # arc numbers in order; ~n means arc n backwards
# lon/lat are written in millionths of a degree: 0.1 m, finer than any line drawn by hand
UNITS_PER_DEGREE = 1e6


@dataclass(frozen=True, kw_only=True)
class SharedArcs:
    """Lines that rings are made of.

    Parameters
    ----------
    lines
        An (n, 2) array of working-CRS coordinates for each arc.
    rings
        For each geometry, its rings as arc numbers; holes and parts alike, to be filled even-odd.
    """

    lines: list[NDArray[np.float64]]
    rings: list[list[Ring]] = field(default_factory=list)


def shared_arcs(geometries: Sequence[shapely.Geometry]) -> SharedArcs:
    """Cut the rings of a coverage (or of any polygons and lines) where their neighbours change.

    Parameters
    ----------
    geometries
        Polygons, multipolygons or lines in one CRS. What two of them share, vertex by vertex, becomes one arc.
    """
    arcs = SharedArcs(lines=[])
    paths = [
        [shapely.get_coordinates(part) for part in _line_paths(geometry)] for geometry in geometries
    ]
    nodes = _find_nodes([path for of_one in paths for path in of_one])
    known: dict[bytes, int] = {}
    for of_one in paths:  # one dictionary look-up per arc: the sharing itself cannot be vectorised
        rings = []
        for path in of_one:
            rings.append(
                [_number_arc(piece, known, arcs.lines) for piece in _split_at_nodes(path, nodes)]
            )
        arcs.rings.append(rings)
    return arcs


def simplify_arcs(lines: list[NDArray[np.float64]], tolerance: float) -> list[NDArray[np.float64]]:
    """Return arcs with fewer vertices, none further than `tolerance` metres off; ends stay, so no gap opens."""
    if not lines:
        return []
    sizes = [len(line) for line in lines]
    strings = shapely.linestrings(np.vstack(lines), indices=np.repeat(np.arange(len(lines)), sizes))
    points, owner = shapely.get_coordinates(geos.simplify(strings, tolerance), return_index=True)
    return np.split(points, np.flatnonzero(np.diff(owner)) + 1)


@dataclass(frozen=True, kw_only=True)
class Display:
    """How metres become the page's whole numbers.

    Parameters
    ----------
    crs
        Of the metres.
    datum
        What the page shows: ``gcj02`` over tiles that are shifted, else ``wgs84``.
    origin
        Longitude and latitude that numbers are counted from.
    """

    crs: CRS
    datum: Datum = "wgs84"
    origin: tuple[float, float] = (0.0, 0.0)

    def degrees(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return longitude and latitude of places in metres."""
        lon, lat = lonlat_transformer(self.crs).transform(xy[:, 0], xy[:, 1])
        if self.datum != "wgs84":
            lon, lat = SHIFTS[self.datum](lon, lat)
        return np.column_stack([lon, lat])


def encode_deltas(lines: Iterable[NDArray[np.float64]], display: Display) -> list[list[int]]:
    """Encode arcs as ``[x0, y0, dx, dy, …]`` in units of 1/SCALE degree, counted from the display's origin."""
    lines = list(lines)
    if not lines:
        return []
    units = np.rint((display.degrees(np.vstack(lines)) - display.origin) * UNITS_PER_DEGREE).astype(
        np.int64
    )
    ends = np.cumsum([len(line) for line in lines])[:-1]
    return [_encode_line(part) for part in np.split(units, ends)]


def _encode_line(units: NDArray[np.int64]) -> list[int]:
    steps = np.diff(units, axis=0)
    # a step of nothing says nothing, but an arc keeps at least two points
    moved = steps[steps.any(axis=1)]
    flat: list[int] = np.vstack([units[:1], moved if len(moved) else steps[:1]]).ravel().tolist()
    return flat


def _line_paths(geometry: shapely.Geometry) -> Iterator[shapely.Geometry]:
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Polygon":
            yield from shapely.get_rings(part)
        elif part.geom_type in ("LineString", "LinearRing"):
            yield part


def _find_nodes(paths: list[NDArray[np.float64]]) -> set[bytes]:
    """Vertices where a path begins or ends without closing, or that have other than two neighbours over all paths."""
    if not paths:
        return set()
    starts = np.vstack([path[:-1] for path in paths])
    ends = np.vstack([path[1:] for path in paths])
    # x + iy, and an edge as one whole number: numpy sorts such far faster than rows of two
    points, number = np.unique(
        np.vstack([starts, ends]).view(np.complex128).ravel(), return_inverse=True
    )
    a, b = np.split(number, 2)
    edges = np.unique(np.minimum(a, b) * len(points) + np.maximum(a, b))
    low, high = np.divmod(edges, len(points))
    apart = low != high
    neighbours = np.bincount(np.concatenate([low[apart], high[apart]]), minlength=len(points))
    return {point.tobytes() for point in points[neighbours != 2]}


def _split_at_nodes(path: NDArray[np.float64], nodes: set[bytes]) -> list[NDArray[np.float64]]:
    closed = bool((path[0] == path[-1]).all())
    body = path[:-1] if closed else path
    cuts = [i for i, point in enumerate(body) if point.tobytes() in nodes]
    if not closed:
        return [path[i : j + 1] for i, j in pairwise(cuts)]
    if not cuts:  # an island: begin where both sides would, whoever draws it
        cuts = [int(np.lexsort((body[:, 1], body[:, 0]))[0])]
    turned = np.vstack([np.roll(body, -cuts[0], axis=0), body[cuts[0]]])
    stops = [cut - cuts[0] for cut in cuts] + [len(body)]
    return [turned[i : j + 1] for i, j in pairwise(stops)]


def _number_arc(
    piece: NDArray[np.float64], known: dict[bytes, int], lines: list[NDArray[np.float64]]
) -> int:
    forward, backward = piece.tobytes(), piece[::-1].tobytes()
    if forward in known:
        return known[forward]
    if backward in known:
        return ~known[backward]
    known[forward] = len(lines)
    lines.append(piece)
    return known[forward]
