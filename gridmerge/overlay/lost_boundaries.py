"""After cutting: land that a network holds in two grids and that is one face all the same, and the border it lacks.

A border shorter than the tolerance is no new line beside the lines it joins: two blocks that meet over four metres at a staggered
crossing become one face. What lies behind it tells it from a drawing error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gridmerge.geo import geos
from gridmerge.overlay.claims import FaceShares
from gridmerge.overlay.layer_linework import LayerLinework
from gridmerge.overlay.linework import GRID_SIZE_M, Bools, Floats, Geometries, Ints
from gridmerge.overlay.narrowness import displace_shapes

# tolerances; land wider than this on both sides of a line is no drawing error
WIDE_TOLERANCES = 4.0
# tolerances; the line is looked for this near to the wide land on either side
SEARCH_REACH = 1.5
# tolerances; an end of the line this near to the face's outline is tied to it
OUTLINE_REACH = 2.0
# of the tolerance's half: how far a body of land reaches into the neck that is cut off it
NECK_REACH = 1.05
# m; lines nearer than this are one
TOUCH_DISTANCE_M = 0.02


@dataclass(frozen=True)
class LostBoundaries:
    """Lines of grids that should cut faces and do not, one row each.

    Parameters
    ----------
    face
        The face.
    layer, source
        Place of the layer, and row of its grid.
    area
        Land of the face on the smaller side, m².
    line
        The grid's line there, tied to the outline of the face.
    """

    face: Ints
    layer: Ints
    source: Ints
    area: Floats
    line: Geometries

    @classmethod
    def none(cls) -> LostBoundaries:
        """No lines."""
        nobody = np.zeros(0, dtype=np.int64)
        return cls(nobody, nobody, nobody, np.zeros(0), np.array([], dtype=object))


def find_lost_boundaries(
    faces: Geometries,
    asked: Bools,
    drawn: Sequence[tuple[int, LayerLinework, Floats, FaceShares]],
    tolerance: float,
) -> LostBoundaries:
    """Return the lines of grids that have wide land of one face on both sides.

    Parameters
    ----------
    faces, asked
        The faces, and which of them are asked: not those of exclusive zones.
    drawn
        Place, layer, moves of its samples and who holds what of the faces, layer by layer.
    tolerance
        Metres.
    """
    parts = [
        LostBoundaries.none(),
        *(_lost_in_layer(faces, asked, one, tolerance) for one in drawn),
    ]
    return LostBoundaries(
        np.concatenate([part.face for part in parts]),
        np.concatenate([part.layer for part in parts]),
        np.concatenate([part.source for part in parts]),
        np.concatenate([part.area for part in parts]),
        np.concatenate([part.line for part in parts]),
    )


def _lost_in_layer(
    faces: Geometries,
    asked: Bools,
    one: tuple[int, LayerLinework, Floats, FaceShares],
    tolerance: float,
) -> LostBoundaries:
    """The same for one layer."""
    place, d, moves, table = one
    least = np.pi * (WIDE_TOLERANCES / 2 * tolerance) ** 2
    rest = shapely.area(faces)[table.face] - table.area
    rows = np.flatnonzero(asked[table.face] & (table.area >= least) & (rest >= least))
    face, source = table.face[rows], table.source[rows]
    shape = displace_shapes(d.sources[source], d.sheet, moves)
    inner = geos.intersection(faces[face], shape)
    outer = geos.difference(faces[face], shape)
    wide = [geos.buffer(side, -WIDE_TOLERANCES / 2 * tolerance) for side in (inner, outer)]
    both = ~shapely.is_empty(wide[0]) & ~shapely.is_empty(wide[1])
    face, source, shape, inner, outer = (
        column[both] for column in (face, source, shape, inner, outer)
    )
    wide = [side[both] for side in wide]
    around = [geos.buffer(side, (WIDE_TOLERANCES / 2 + SEARCH_REACH) * tolerance) for side in wide]
    line = geos.intersection(shapely.boundary(shape), faces[face])
    near = geos.intersection(line, geos.intersection(*around))
    cuts = np.full(len(face), None, dtype=object)
    # few: borders are seldom lost
    for row, (whole, here, there) in enumerate(zip(faces[face], *wide, strict=True)):
        cuts[row] = _parting_line(whole, (here, there), (near[row], line[row]), tolerance)
    area = np.minimum(shapely.area(inner), shapely.area(outer))
    return LostBoundaries(face, np.full(len(face), place), source, area, cuts)


def _parting_line(
    face: shapely.Geometry,
    wide: tuple[shapely.Geometry, shapely.Geometry],
    lines: Sequence[shapely.Geometry],
    tolerance: float,
) -> shapely.Geometry:
    """The first that parts the wide land: the neck's line, else the given ones.

    The line near the wide land ends within the face where the land beside it is a narrow rim for a
    stretch, as along a zone: there the whole line is needed. Where none parts it, the first is told.
    """
    neck = _neck_line(face, *wide, tolerance)
    tied = (_tie_line(line, face, OUTLINE_REACH * tolerance) for line in lines)
    cuts = [*([] if neck is None else [neck]), *tied]
    return next((cut for cut in cuts if _parts_land(cut, face, wide)), cuts[0])


def _parts_land(
    line: shapely.Geometry, face: shapely.Geometry, wide: Sequence[shapely.Geometry]
) -> bool:
    """Whether a line cuts a face so that no piece has wide land of both sides."""
    edges = np.array([shapely.boundary(face), line], dtype=object)
    noded = shapely.get_parts(geos.union_all(edges, grid_size=GRID_SIZE_M))
    pieces = shapely.get_parts(geos.polygonize_lines(noded))
    one, other = (shapely.area(geos.intersection(pieces, land)) > 0 for land in wide)
    return not (one & other).any()


def _neck_line(
    face: shapely.Geometry, one: shapely.Geometry, other: shapely.Geometry, tolerance: float
) -> shapely.Geometry | None:
    """A line across the neck that joins wide land of a face to other wide land; None where they are joined more widely."""
    bodies = shapely.get_parts(geos.buffer(face, -tolerance / 2, quad_segs=2))
    here, there = shapely.intersects(bodies, one), shapely.intersects(bodies, other)
    if not here.any() or not there.any() or (here & there).any():
        return None
    body = geos.buffer(geos.union_all(bodies[here]), NECK_REACH * tolerance / 2, quad_segs=2)
    rest = shapely.get_parts(geos.difference(face, body))
    beyond = geos.union_all(rest[shapely.intersects(rest, geos.union_all(bodies[there]))])
    cut = geos.intersection(shapely.boundary(beyond), geos.buffer(body, TOUCH_DISTANCE_M))
    cut = geos.difference(cut, geos.buffer(shapely.boundary(face), TOUCH_DISTANCE_M / 2))
    return _tie_line(cut, face, OUTLINE_REACH * tolerance)


def _tie_line(line: shapely.Geometry, face: shapely.Geometry, reach: float) -> shapely.Geometry:
    """A line inside a face, its loose ends led on to the outline.

    All is drawn a little beyond its end: the outline was rounded after it was cut, and noding rounds the line itself.
    """
    merged = geos.line_merge(shapely.multilinestrings(_line_parts(line)))
    parts = shapely.get_parts(merged)
    open_ = parts[~shapely.is_closed(parts)]
    loose_ends = np.concatenate([shapely.get_point(open_, 0), shapely.get_point(open_, -1)])
    ways = np.asarray(geos.shortest_line(loose_ends, shapely.boundary(face)), dtype=object)
    length = shapely.length(ways)
    near = ways[(length > 0) & (length <= reach)]
    return shapely.MultiLineString([_extend_line(one) for one in [*parts, *near]])


def _extend_line(line: shapely.Geometry) -> shapely.LineString:
    """A line drawn beyond both ends by `TOUCH_DISTANCE_M`."""
    xy = shapely.get_coordinates(line)
    first, last = xy[0] - xy[1], xy[-1] - xy[-2]
    before = xy[0] + TOUCH_DISTANCE_M * first / max(float(np.hypot(*first)), GRID_SIZE_M)
    beyond = xy[-1] + TOUCH_DISTANCE_M * last / max(float(np.hypot(*last)), GRID_SIZE_M)
    return shapely.LineString(np.vstack([before, xy, beyond]))


def _line_parts(line: shapely.Geometry) -> Geometries:
    """The polylines of any geometry; points where it only touches are left."""
    parts = shapely.get_parts(np.array([line], dtype=object))
    parts = shapely.get_parts(parts)
    return np.asarray(parts[shapely.get_dimensions(parts) == 1])
