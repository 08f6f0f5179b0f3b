"""Grids narrower than drawings may differ: which are land of their own, and which are slivers that edits left behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gridmerge.geo import geos
from gridmerge.overlay.elimination import MIN_FACE_AREA
from gridmerge.overlay.layer_linework import LayerLinework
from gridmerge.overlay.line_samples import SAMPLE_STEP_M, LineSamples
from gridmerge.overlay.linework import (
    Bools,
    Floats,
    Geometries,
    Ints,
    find_least_values,
    rectangle_width,
)
from gridmerge.overlay.polygonization import find_adjacent_faces, mask_thin_faces
from gridmerge.overlay.registration import Registration

# tolerances; the two sides of a grid narrower than this would be taken for one line
ENDANGERED_WIDTH = 2.0
# m: no drawing can be told apart more finely
MIN_WIDTH_M = 2.0
# m: a grid that only one network has is at least so wide
MIN_LONE_WIDTH_M = 3.0
# of a strip's land under wider grids of its own network, and of its length along their outlines: they overlap there
OVERLAP_SHARE, OUTLINE_SHARE = 0.5, 0.5
# times its length: both sides of a strip are cut out of wider grids of its own network
BOTH = 1.5
# m; no overlap, and no strip that an edit cut off, is so wide and so long: a river, or a road
RIVER_SIZE_M = 5.0, 300.0
# times longer than wide: a strip
MIN_ELONGATION = 3.0
# of a grid's width: a disc of this radius reaches nearly all of a strip of even width, but not the ends of one that tapers
PROBE_RADIUS_SHARE = 0.35
# of a grid's land that the disc may miss; a wedge loses 0.12, a lens 0.05 to 0.10
TAPERED_SHARE = 0.04
# mitres up to this ratio are drawn out: right angles stay, needles are cut off
MITRE_LIMIT = 1.5
# intersection over union: another network has the same grid
MIN_SUPPORT_IOU = 0.4
# of a narrow grid's land on the faces that are to be kept for it; with less it is already there as another's grid
KEPT_SHARE = 0.6
# of a narrow grid's land; less, with nothing of the grid beside it, is a scrap
SCRAP_SHARE = 0.3
# of a face's land inside a narrow grid: it is part of it
INSIDE_SHARE = 0.5
# of a narrow grid's width: what is thinner in it is no part of its own, for agreed lines are not quite even
EVEN_WIDTH_SHARE = 0.8
# samples whose moves are averaged at a corner
CORNER_SAMPLES = 2


@dataclass(frozen=True)
class NarrowGrids:
    """The narrow grids of one layer.

    Parameters
    ----------
    source
        Row of the layer.
    width
        Metres: the shorter side of the rectangle with its area and outline.
    shape
        Its polygon as the agreed lines have it.
    real
        Whether it is land of its own; else a sliver.
    """

    source: Ints
    width: Floats
    shape: Geometries
    real: Bools

    @classmethod
    def none(cls) -> NarrowGrids:
        """Those of a layer that has none."""
        return cls(
            np.zeros(0, dtype=np.int64),
            np.zeros(0),
            np.array([], dtype=object),
            np.zeros(0, dtype=bool),
        )

    def chosen(self, keep: Bools) -> NarrowGrids:
        """Return some of them."""
        return NarrowGrids(self.source[keep], self.width[keep], self.shape[keep], self.real[keep])


def find_narrow_grids(
    drawn: Sequence[LayerLinework], agreement: Registration, tolerance: float
) -> list[NarrowGrids]:
    """Return the narrow grids of each layer, and which of them are real.

    A grid is judged by its own shape, by what its network has beneath it, and by whether another network has it too: never by
    how many there are, so that a few slivers decide nothing for other grids.

    Parameters
    ----------
    drawn, agreement
        The layers and how they came to agree, in one order.
    tolerance
        The common tolerance, metres.
    """
    found = []
    for d, moves, own in zip(drawn, agreement.moves, agreement.tolerance, strict=True):
        width = measure_grid_widths(d)
        source = np.flatnonzero(width < ENDANGERED_WIDTH * max(float(own), tolerance))
        shape = displace_shapes(d.sources[source], d.sheet, moves)
        found.append(NarrowGrids(source, width[source], shape, np.zeros(len(source), dtype=bool)))
    supported = _support_masks(found)
    judged = []
    for d, narrow, support in zip(drawn, found, supported, strict=True):
        real = _is_own_land(d, narrow, support, tolerance)
        judged.append(NarrowGrids(narrow.source, narrow.width, narrow.shape, real))
    return judged


def measure_grid_widths(d: LayerLinework) -> Floats:
    """Return the width of each of a layer's grids in metres, infinity for what claims no land."""
    width = np.full(len(d.sources), np.inf)
    if d.claims:
        areal = shapely.get_dimensions(d.sources) == 2
        width[areal] = rectangle_width(d.sources[areal])
    return width


def _is_own_land(
    d: LayerLinework, narrow: NarrowGrids, supported: Bools, tolerance: float
) -> Bools:
    """Whether each narrow grid of a layer is land of its own; what is wider than drawings differ always is."""
    if len(narrow.source) == 0:
        return narrow.real
    drawn, width = d.sources[narrow.source], narrow.width
    length = shapely.area(drawn) / width
    strip = length >= MIN_ELONGATION * width
    beneath, beside = _neighbours(d, narrow.source, width)
    overlap = strip & (beneath > OVERLAP_SHARE * length * width) & (beside > OUTLINE_SHARE * length)
    river = (width >= RIVER_SIZE_M[0]) & (length >= RIVER_SIZE_M[1])
    between = strip & (beside > BOTH * length) & _lone(drawn, width, tolerance)
    parted = between & (width < RIVER_SIZE_M[0]) & (length < RIVER_SIZE_M[1])
    leftover = mask_tapering_grids(drawn, width) | (overlap & ~river) | parted
    alone = (width >= MIN_LONE_WIDTH_M) & (~leftover | (width >= tolerance))
    return np.asarray((width >= MIN_WIDTH_M) & (supported | alone))


def _neighbours(d: LayerLinework, rows: Ints, width: Floats) -> tuple[Floats, Floats]:
    """Land of narrow grids in wider ones of their layer, m²; and how much of the wider ones' outlines runs along them, metres."""
    others = np.setdiff1d(np.arange(len(d.sources)), rows)
    mine, wide = d.sources[rows], d.sources[others]
    i, j = geos.query_tree(shapely.STRtree(wide), mine, "intersects")
    shared = shapely.area(geos.intersection(mine[i], wide[j]))
    around = geos.buffer(mine, width / 2, quad_segs=2)
    along = shapely.length(geos.intersection(around[i], shapely.boundary(wide[j])))
    beneath, beside = (
        np.bincount(i, weights=value, minlength=len(rows)) for value in (shared, along)
    )
    return beneath.astype(float), beside.astype(float)


def _lone(shapes: Geometries, width: Floats, tolerance: float) -> Bools:
    """Whether no other narrow grid of the layer is near: sections of lanes, and row houses, adjoin."""
    others = np.flatnonzero(width >= MIN_LONE_WIDTH_M)
    i, j = geos.query_tree(shapely.STRtree(shapes[others]), shapes, "dwithin", distance=tolerance)
    return np.asarray(np.bincount(i[others[j] != i], minlength=len(shapes)) == 0)


def mask_tapering_grids(shapes: Geometries, width: Floats) -> Bools:
    """Return whether grids run out in points, as what two drawings of one line leave between them does.

    Parameters
    ----------
    shapes
        Polygons.
    width
        Of each, metres.
    """
    radius = PROBE_RADIUS_SHARE * width
    inner = geos.buffer(shapes, -radius, join_style="mitre")
    reached = geos.buffer(inner, radius, join_style="mitre", mitre_limit=MITRE_LIMIT)
    return np.asarray(shapely.area(reached) < (1 - TAPERED_SHARE) * shapely.area(shapes))


def _support_masks(narrow: Sequence[NarrowGrids]) -> list[Bools]:
    """Whether another layer has the same narrow grid, for each of each layer."""
    shape = np.concatenate([np.array([], dtype=object), *(n.shape for n in narrow)])
    layer = np.repeat(np.arange(len(narrow)), [len(n.shape) for n in narrow])
    mine, other = geos.query_tree(shapely.STRtree(shape), shape, "intersects")
    apart = layer[mine] != layer[other]
    mine, other = mine[apart], other[apart]
    shared = shapely.area(geos.intersection(shape[mine], shape[other]))
    union = shapely.area(shape[mine]) + shapely.area(shape[other]) - shared
    supported = np.zeros(len(shape), dtype=bool)
    supported[mine[shared >= MIN_SUPPORT_IOU * union]] = True
    return [supported[layer == k] for k in range(len(narrow))]


def displace_shapes(shapes: Geometries, samples: LineSamples, moves: Floats) -> Geometries:
    """Return polygons of a layer moved as its lines are, valid.

    Parameters
    ----------
    shapes
        Polygons as drawn.
    samples, moves
        Of the layer's lines, and how far each moves; no moves at all for a layer that stays.
    """
    if len(shapes) == 0 or len(moves) == 0:
        return shapes
    tree = cKDTree(samples.xy)
    around = range(1, min(CORNER_SAMPLES, len(samples.xy)) + 1)

    def move(xy: Floats) -> Floats:
        distance, near = tree.query(xy, k=around)
        say = 1 / np.maximum(distance, 1e-3)
        say /= say.sum(axis=1, keepdims=True)
        return np.asarray(xy + np.einsum("ik,ikc->ic", say, moves[near]))

    moved = shapely.transform(shapely.segmentize(shapes, SAMPLE_STEP_M), move)
    broken = ~shapely.is_valid(moved)
    moved[broken] = geos.buffer(geos.make_valid(moved[broken]), 0)
    return np.asarray(moved)


@dataclass(frozen=True)
class NarrowParts:
    """Which faces are parts of narrow grids.

    Parameters
    ----------
    number
        Number of the narrow grid each face is part of, -1 for none; numbers count through the layers in order.
    width, area
        Of that grid, metres and m²; infinity and nought for none.
    """

    number: Ints
    width: Floats
    area: Floats

    def taken(self, faces: Ints) -> NarrowParts:
        """Return the rows of some faces."""
        return NarrowParts(self.number[faces], self.width[faces], self.area[faces])

    def joined(self, faces: Geometries, lone: Bools, group: Ints) -> NarrowParts:
        """Return it with scraps made part of what their longest neighbour of the same group is part of.

        Parameters
        ----------
        faces
            A valid coverage.
        lone
            Weak faces with nothing of their own kind beside them.
        group
            Village and zone of each face, as a number.
        """
        scrap = lone & (
            shapely.area(faces) < SCRAP_SHARE * np.where(self.number >= 0, self.area, np.inf)
        )
        if not scrap.any():
            return self
        left, right, length = find_adjacent_faces(faces)
        face, other = np.concatenate([left, right]), np.concatenate([right, left])
        metres = np.round(np.tile(length, 2), 3)
        pairs = np.flatnonzero(scrap[face] & ~scrap[other] & (group[face] == group[other]))
        pairs = pairs[np.lexsort((other[pairs], -metres[pairs], face[pairs]))]
        chosen, first = np.unique(face[pairs], return_index=True)
        seat = np.arange(len(faces))
        seat[chosen] = other[pairs][first]
        return self.taken(seat)

    def weak(self, faces: Geometries, tolerance: float) -> Bools:
        """Return which faces are no land of their own: thinner than the tolerance or tiny; in a narrow grid by its own width."""
        least = np.minimum(tolerance, EVEN_WIDTH_SHARE * self.width)
        area = np.minimum(MIN_FACE_AREA * tolerance**2, (EVEN_WIDTH_SHARE * self.width) ** 2)
        return np.asarray(mask_thin_faces(faces, least) | (shapely.area(faces) < area))


def find_narrow_faces(faces: Geometries, narrow: Sequence[NarrowGrids]) -> NarrowParts:
    """Return which faces lie in narrow grids that are real; of several the first layer's counts.

    A grid of which little is left, once the layers before have theirs, is the same land drawn again: it keeps no face apart.
    """
    apart = NarrowParts(np.full(len(faces), -1), np.full(len(faces), np.inf), np.zeros(len(faces)))
    real = [n.chosen(n.real) for n in narrow]
    shape = np.concatenate([np.array([], dtype=object), *(n.shape for n in real)])
    width = np.concatenate([np.zeros(0), *(n.width for n in real)])
    grid, face = geos.query_tree(shapely.STRtree(faces), shape, "intersects")
    area = shapely.area(geos.intersection(shape[grid], faces[face]))
    inside = area > INSIDE_SHARE * shapely.area(faces)[face]
    order = np.flatnonzero(inside)[np.lexsort((grid[inside], face[inside]))]
    _, first = np.unique(face[order], return_index=True)
    chosen = order[first]
    land = np.bincount(grid, weights=area, minlength=len(shape))
    held = np.bincount(grid[chosen], weights=area[chosen], minlength=len(shape))
    chosen = chosen[(held >= KEPT_SHARE * land)[grid[chosen]]]
    apart.number[face[chosen]] = grid[chosen]
    apart.width[face[chosen]] = width[grid[chosen]]
    apart.area[face[chosen]] = land[grid[chosen]]
    return apart


def find_bounded_widths(d: LayerLinework, narrow: NarrowGrids) -> tuple[Floats, Bools]:
    """Return what a layer's polylines bound.

    Returns
    -------
    width
        Of the narrowest real grid that each bounds, metres; infinity for none.
    stray
        Whether it bounds slivers only.
    """
    real, sliver = narrow.source[narrow.real], narrow.source[~narrow.real]
    width = find_least_values(d.lines, d.sources[real], narrow.width[narrow.real])
    stray = np.isfinite(find_least_values(d.lines, d.sources[sliver], np.zeros(len(sliver))))
    if stray.any():
        others = np.setdiff1d(np.arange(len(d.sources)), sliver)
        stray &= np.isinf(find_least_values(d.lines, d.sources[others], np.zeros(len(others))))
    return width, stray
