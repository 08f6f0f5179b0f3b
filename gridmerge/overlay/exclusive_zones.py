"""Exclusive zones (专属网格): cut out whole, as drawn, before any line is agreed.

A zone's edge is law. Only the village line and an earlier zone change it, and each change is told with its square metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos
from gridmerge.overlay.elimination import MIN_FACE_AREA
from gridmerge.overlay.layer_linework import LayerLinework
from gridmerge.overlay.linework import GRID_SIZE_M, Bools, Geometries, Ints
from gridmerge.overlay.polygonization import find_adjacent_faces, mask_thin_faces
from gridmerge.overlay.registration import WALL_DISTANCE_M

# m: land that no circle so wide fits into is drawing error, whoever claims it
SPECK_WIDTH_M = 0.5
# m²: a zone that changes by less is as drawn
MIN_REPORTED_AREA_M2 = 1.0
# m: how near edges are that are one, once both are on the millimetre grid
EDGE_TOUCH_M = 2 * GRID_SIZE_M


@dataclass(frozen=True)
class ExclusiveZones:
    """The land of the exclusive zones, piece by piece.

    Parameters
    ----------
    land
        Polygons, each in one village; no two share land.
    zone, village
        The number of the zone (counted through all layers of zones), and the row of the village.
    """

    land: Geometries
    zone: Ints
    village: Ints

    def lines(self, villages: Geometries) -> list[Geometries]:
        """Return, village by village, the edges of its zones that are not the village's own line."""
        home = shapely.boundary(villages)[self.village]
        inner = geos.difference(shapely.boundary(self.land), home, grid_size=GRID_SIZE_M)
        parts, piece = shapely.get_parts(geos.line_merge(inner), return_index=True)
        parts, piece = parts[shapely.length(parts) > 0], piece[shapely.length(parts) > 0]
        return [parts[self.village[piece] == row] for row in range(len(villages))]

    def of(self, faces: Geometries, village: Ints) -> Ints:
        """Return the zone each face is part of: the one that holds most of it, -1 for none."""
        zone = np.full(len(faces), -1)
        points = shapely.STRtree(geos.point_on_surface(faces))
        piece, face = points.query(self.land, predicate="contains")
        home = self.village[piece] == village[face]
        piece, face = piece[home], face[home]
        shared = geos.intersection(faces[face], self.land[piece], grid_size=GRID_SIZE_M)
        most = shapely.area(shared) > shapely.area(faces[face]) / 2
        zone[face[most]] = self.zone[piece[most]]
        return _without_specks(faces, village, zone) if len(piece) else zone


def cut_exclusive_zones(
    villages: Geometries, drawn: Sequence[LayerLinework], tolerance: float
) -> ExclusiveZones:
    """Return the land of the zones.

    Parameters
    ----------
    villages
        A valid coverage on the millimetre grid.
    drawn
        The layers of zones; where two zones claim the same land, the first keeps it.
    tolerance
        Metres. What of a zone lies over a village line by less, is the village's; what lies between a zone and the village
        line it follows, is the zone's.
    """
    apart = _separate_zones(gather_zones(drawn))
    return _fill_slivers(_zone_pieces(apart, villages, tolerance), villages, tolerance)


def gather_zones(drawn: Sequence[LayerLinework]) -> Geometries:
    """Return all zones as drawn, on the millimetre grid, in the order they are numbered in."""
    drawn_zones = np.concatenate([np.array([], dtype=object), *(d.sources for d in drawn)])
    return np.asarray(geos.set_precision(drawn_zones, GRID_SIZE_M))


def report_zone_changes(
    zones: ExclusiveZones, drawn: Sequence[LayerLinework], villages: Geometries
) -> list[Finding]:
    """Return a finding for each zone that could not stay as drawn, with its square metres."""
    names = [(d.key, str(source)) for d in drawn for source in d.layer.frame["source_id"]]
    township = geos.coverage_union_all(villages)
    inside = geos.intersection(gather_zones(drawn), township, grid_size=GRID_SIZE_M)
    final = _land_of(zones, len(names))
    kept = shapely.area(geos.intersection(inside, final, grid_size=GRID_SIZE_M))
    lost, gained = shapely.area(inside) - kept, shapely.area(final) - kept
    changed = np.flatnonzero(lost + gained > MIN_REPORTED_AREA_M2)
    return [
        _changed_zone_finding(
            names[row], inside[row], final[row], float(lost[row]), float(gained[row])
        )
        for row in changed
    ]


def _changed_zone_finding(
    name: tuple[str, str],
    drawn: shapely.Geometry,
    final: shapely.Geometry,
    lost: float,
    gained: float,
) -> Finding:
    """The finding about one zone."""
    spot = geos.point_on_surface(drawn)
    place = (float(spot.x), float(spot.y))
    if shapely.is_empty(final):
        return make_finding(
            "zone_lost", layer=name[0], source_id=name[1], measure=round(lost, 1), place=place
        )
    return make_finding(
        "zone_trimmed",
        layer=name[0],
        source_id=name[1],
        measure=round(lost + gained, 1),
        place=place,
        lost=f"{lost:.1f}",
        gained=f"{gained:.1f}",
    )


def _land_of(zones: ExclusiveZones, count: int) -> Geometries:
    """The land of each zone, over all villages."""
    land = np.full(count, shapely.Polygon(), dtype=object)
    for row in np.unique(zones.zone):
        land[row] = geos.union_all(zones.land[zones.zone == row], grid_size=GRID_SIZE_M)
    return land


def _separate_zones(zones: Geometries) -> Geometries:
    """Each zone without the land of those before it; of what is left, nothing narrower than `WALL_DISTANCE_M`."""
    first, second = shapely.STRtree(zones).query(zones, predicate="intersects")
    later = first < second
    first, second = first[later], second[later]
    shared = ~shapely.touches(zones[first], zones[second])
    first, second = first[shared], second[shared]
    apart = zones.copy()
    for row in np.unique(second):
        before = geos.union_all(zones[first[second == row]], grid_size=GRID_SIZE_M)
        parts, _ = _polygon_parts(geos.difference(zones[[row]], before, grid_size=GRID_SIZE_M))
        apart[row] = shapely.MultiPolygon(list(parts[~mask_thin_faces(parts, WALL_DISTANCE_M)]))
    return apart


def _zone_pieces(zones: Geometries, villages: Geometries, tolerance: float) -> ExclusiveZones:
    """What lies of each zone in each village; a village line crossed by less than the tolerance is not crossed."""
    parts, zone = _polygon_parts(zones)
    village, part = shapely.STRtree(parts).query(villages, predicate="intersects")
    cut = geos.intersection(parts[part], villages[village], grid_size=GRID_SIZE_M)
    land, row = _polygon_parts(cut)
    village, part = village[row], part[row]
    area = shapely.area(land)
    inside = np.bincount(part, weights=area, minlength=len(parts))
    most = shapely.area(parts) - inside  # what lies outside the township may be the main piece
    np.maximum.at(most, part, area)
    main = area >= most[part]
    sliver = mask_thin_faces(land, tolerance) | (area < MIN_FACE_AREA * tolerance**2)
    kept = (main | ~sliver) & ~mask_thin_faces(land, SPECK_WIDTH_M)
    return ExclusiveZones(land[kept], zone[part[kept]], village[kept])


def _fill_slivers(zones: ExclusiveZones, villages: Geometries, tolerance: float) -> ExclusiveZones:
    """The zones with the slivers that they leave between each other and the village line."""
    land = zones.land.copy()
    for row in np.unique(zones.village):
        mine = np.flatnonzero(zones.village == row)
        for piece, strips in _adjacent_slivers(land[mine], villages[row], tolerance):
            whole = geos.union_all([land[mine[piece]], *strips], grid_size=GRID_SIZE_M)
            land[mine[piece]] = max(_polygon_parts(np.array([whole]))[0], key=shapely.area)
    return replace(zones, land=land)


def _adjacent_slivers(
    land: Geometries, village: shapely.Geometry, tolerance: float
) -> list[tuple[int, Geometries]]:
    """What is left of a village as slivers along zones: for each piece of zone the slivers that it takes.

    Along the village line a sliver is as wide as the tolerance, between zones as `WALL_DISTANCE_M`.
    """
    covered = geos.union_all(land, grid_size=GRID_SIZE_M)
    rest, _ = _polygon_parts(np.array([geos.difference(village, covered, grid_size=GRID_SIZE_M)]))
    rest = rest[mask_thin_faces(rest, tolerance)]
    edge = geos.buffer(shapely.boundary(village), EDGE_TOUCH_M)
    along = shapely.length(geos.intersection(shapely.boundary(rest), edge)) > tolerance / 2
    rest = rest[
        (along | mask_thin_faces(rest, WALL_DISTANCE_M))
        & shapely.covers(geos.buffer(covered, tolerance), rest)
    ]
    strip, piece = shapely.STRtree(land).query(rest, predicate="dwithin", distance=EDGE_TOUCH_M)
    beside = geos.intersection(
        shapely.boundary(rest)[strip], geos.buffer(land[piece], EDGE_TOUCH_M)
    )
    order = np.lexsort((piece, -np.round(shapely.length(beside), 3), strip))
    longest = order[np.unique(strip[order], return_index=True)[1]]
    strip, piece = strip[longest], piece[longest]
    return [(int(taker), rest[strip[piece == taker]]) for taker in np.unique(piece)]


def _polygon_parts(shapes: Geometries) -> tuple[Geometries, Ints]:
    """The polygons of shapes, and the row each comes from; points and lines are no land."""
    parts, row = shapely.get_parts(shapes, return_index=True)
    nested = shapely.get_type_id(parts) >= shapely.GeometryType.MULTIPOINT
    deep, inner = shapely.get_parts(parts[nested], return_index=True)
    parts = np.concatenate([parts[~nested], deep])
    row = np.concatenate([row[~nested], row[nested][inner]])
    order = np.argsort(row, kind="stable")
    parts, row = parts[order], row[order]
    areal = shapely.area(parts) > 0
    return parts[areal], row[areal]


def _without_specks(faces: Geometries, village: Ints, zone: Ints) -> Ints:
    """The zones, with faces narrower than `SPECK_WIDTH_M` that no face of their own zone touches given to the longest neighbour."""
    left, right, length = find_adjacent_faces(faces)
    home = village[left] == village[right]
    a, b = np.concatenate([left[home], right[home]]), np.concatenate([right[home], left[home]])
    metres = np.tile(length[home], 2)
    alone = _is_lone_speck(faces, a, zone[a] == zone[b])
    asked = alone[a]
    a, b, metres = a[asked], b[asked], metres[asked]
    order = np.lexsort((b, -np.round(metres, 3), a))
    face, first = np.unique(a[order], return_index=True)
    settled = zone.copy()
    settled[face] = zone[b[order][first]]
    return settled


def _is_lone_speck(faces: Geometries, face: Ints, same: npt.NDArray[np.bool_]) -> Bools:
    """Whether a face is narrower than `SPECK_WIDTH_M`, and none beside it is of the same zone."""
    kin = np.bincount(face, weights=same, minlength=len(faces)) > 0
    alone = ~kin
    alone[alone] = mask_thin_faces(faces[alone], SPECK_WIDTH_M)
    return alone
