"""Where a network contradicts itself or leaves land over: overlaps, copies, gaps, odd sizes, grids over several villages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmerge.clean.attributes.fields import join_examples
from gridmerge.clean.topology import unmatched_edges
from gridmerge.clean.topology.polygons import Geometries, inner_point, only_areas
from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos
from gridmerge.model import Township

MIN_FAULT_M2 = 1.0  # m²: below it a tangle is rounding, not drawing
# m²: from here a tangle is a finding of its own; smaller ones are summed up for the layer
MIN_OWN_FINDING_M2 = 100.0
STRIP_WIDTH_M = 10.0  # metres: an overlap or a gap nowhere as wide is a line drawn twice; departments' lines wander so far
SAME_LAND_SHARE = 0.999  # of the land of both: two grids drawn on the same land
# metres: a grid of less mean width (twice its area by its perimeter) is a leftover of editing
SLIVER_WIDTH_M = 3.0
TINY_RATIO, HUGE_RATIO = 0.01, 50.0  # of the median grid of the layer
MIN_GRIDS_BELOW = 5  # other grids of its layer on a grid's land from which it is a level above them, not a neighbour drawn too large
MIN_GRIDS = 8  # grids a layer needs before a median says anything
# of a grid's land in a second village from which it counts as lying over several
MIN_SECOND_SHARE = 0.05
# points on a grid that tell a tenth of it from a twentieth without cutting it
MIN_GRID_POINTS = 100
MIN_UNCOVERED_SHARE = 0.02  # of the township that a network leaves out before it is worth a word
LATTICE_POINTS = 4000  # points over the township that stand for its land


@dataclass(frozen=True, kw_only=True)
class CheckedNetwork:
    """A network as these checks see it: valid areas, their ids, and the layer's key."""

    shapes: Geometries
    ids: list[str]
    layer: str


@dataclass(frozen=True, kw_only=True)
class _Ground:
    """The township's land, prepared because much is asked of it, and points spread over it with the village of each."""

    land: shapely.Geometry
    points: Geometries
    home: NDArray[np.int64]


def check_layer_quality(
    shapes: Geometries, ids: list[str], layer: str, township: Township, *, tiles: bool = True
) -> list[Finding]:
    """Find what is odd about a network by itself and on the villages.

    Parameters
    ----------
    shapes
        Valid areas.
    ids
        Their source ids.
    layer
        Its key.
    township
        The villages.
    tiles
        Whether the network is meant to cover the township: special grids are not.
    """
    if len(shapes) == 0:
        return []
    network = CheckedNetwork(shapes=shapes, ids=ids, layer=layer)
    shapely.prepare(shapes)  # they are asked several times
    ground = _ground(tuple(shapely.to_wkb(township.villages.geometry.to_numpy()).tolist()))
    land = ground.land
    faces, depth = _on_land(*unmatched_edges.open_edge_faces(shapes), land)
    odd = _odd_sizes(shapes, land)
    deep = faces[depth > 1]
    above = _count_grids_below(shapes, deep)
    findings = _overlap_findings(
        network, deep, np.logical_or.reduce([*odd.values(), above > 0]), land
    )
    findings += _size_findings(network, odd)
    findings += _level_findings(network, np.where(odd["grid_huge"], 0, above))
    if tiles:
        holes = faces[depth == 0]
        findings += _gap_findings(holes, layer) + _on_villages(network, township, ground, holes)
    shapely.destroy_prepared(shapes)
    return findings


def _on_land(
    faces: Geometries, depth: NDArray[np.int64], land: shapely.Geometry
) -> tuple[Geometries, NDArray[np.int64]]:
    """What of the faces of gaps and overlaps is the township's: of land beyond no officer here is in charge."""
    told = depth != 1
    faces, depth = faces[told], depth[told]
    open_ = ~shapely.covers(land, faces)
    faces[open_] = geos.intersection(faces[open_], land)
    parts, of = shapely.get_parts(faces, return_index=True)
    areal = (shapely.get_dimensions(parts) == 2) & (
        shapely.area(parts) > unmatched_edges.MIN_FACE_M2
    )
    return parts[areal], depth[of[areal]]


def _overlap_findings(
    network: CheckedNetwork, deep: Geometries, odd: NDArray[np.bool_], land: shapely.Geometry
) -> list[Finding]:
    """Land of two grids inside the township. A grid of odd size is a finding by itself: what it lies on follows from it and is not said again."""
    shapes, ids, layer = network.shapes, network.ids, network.layer
    first, second = _overlap_pairs(shapes, deep)
    plain = ~(odd[first] | odd[second])
    first, second = first[plain], second[plain]
    shared = geos.intersection(shapes[first], shapes[second])
    whole = shapely.area(shared)
    same = whole > SAME_LAND_SHARE * np.maximum(
        shapely.area(shapes[first]), shapely.area(shapes[second])
    )
    shared = _of_land(shared, (whole > MIN_FAULT_M2) | same, land)
    area = shapely.area(shared)
    own = (area >= MIN_OWN_FINDING_M2) & ~same
    strip = own & _is_narrow(shared)
    findings = [
        make_finding(
            "same_land" if same[row] else "self_overlap",
            layer=layer,
            source_id=ids[first[row]],
            measure=round(float(area[row]), 1),
            place=inner_point(shared[row]),
            other=ids[second[row]],
        )
        for row in np.flatnonzero((own & ~strip) | same)
    ]
    small = (area > MIN_FAULT_M2) & (area < MIN_OWN_FINDING_M2) & ~same
    pushing = _more_overlapping(first, second, np.where(strip, area, 0.0))
    # what little else lies on such a grid is the same fault
    part = strip | (small & np.isin(pushing, pushing[strip]))
    findings += _strip_findings(
        network, np.column_stack([first, second])[part], pushing[part], shared[part]
    )
    small &= ~part
    if small.any():
        measure = round(float(area[small].sum()), 1)
        findings.append(
            make_finding(
                "self_overlaps_small", layer=layer, measure=measure, count=int(small.sum())
            )
        )
    return findings


def _of_land(shared: Geometries, told: NDArray[np.bool_], land: shapely.Geometry) -> Geometries:
    """What of the shared land is the township's, where it is told at all.

    Lines along which two grids meet are left aside first: GEOS takes a hundred times as long over a mixture as over its areas.
    """
    beyond = told & ~shapely.covers(land, shared)
    result = shared.copy()
    result[beyond] = geos.intersection(only_areas(shared[beyond]), land)
    return result


def _is_narrow(land: Geometries) -> NDArray[np.bool_]:
    """Whether land is nowhere as wide as `STRIP_WIDTH_M`: two drawings of one line, not two claims to a place."""
    return np.asarray(shapely.is_empty(geos.buffer(land, -STRIP_WIDTH_M / 2, quad_segs=2)))


def _more_overlapping(
    first: NDArray[np.int64], second: NDArray[np.int64], area: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Of each two grids the one that lies on its neighbours with more land altogether."""
    total = np.bincount(np.concatenate([first, second]), np.tile(area, 2))
    return np.where(total[second] > total[first], second, first)


def _strip_findings(
    network: CheckedNetwork,
    pairs: NDArray[np.int64],
    pushing: NDArray[np.int64],
    shared: Geometries,
) -> list[Finding]:
    """One finding a grid for the strips by which it lies on its neighbours."""
    area = shapely.area(shared)
    findings = []
    for row in np.unique(pushing):
        mine = pushing == row
        others = sorted({network.ids[other] for other in pairs[mine].ravel()} - {network.ids[row]})
        findings.append(
            make_finding(
                "edges_overlap",
                layer=network.layer,
                source_id=network.ids[row],
                measure=round(float(area[mine].sum()), 1),
                place=inner_point(shared[mine][int(np.argmax(area[mine]))]),
                others=join_examples(others),
            )
        )
    return findings


def _overlap_pairs(
    shapes: Geometries, deep: Geometries
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Areas that may overlap: two that meet on land which lies under several."""
    involved = np.unique(shapely.STRtree(shapes).query(deep, predicate="intersects")[1])
    one, other = shapely.STRtree(shapes[involved]).query(shapes[involved], predicate="intersects")
    once = one < other
    return involved[one[once]], involved[other[once]]


def _gap_findings(holes: Geometries, layer: str) -> list[Finding]:
    area = shapely.area(holes)
    own = area >= MIN_OWN_FINDING_M2
    own[own] = ~_is_narrow(holes[own])
    findings = [
        make_finding(
            "inner_gap",
            layer=layer,
            measure=round(float(area[row]), 1),
            place=inner_point(holes[row]),
        )
        for row in np.flatnonzero(own)
    ]
    small = (area > MIN_FAULT_M2) & ~own
    if small.any():
        measure = round(float(area[small].sum()), 1)
        findings.append(
            make_finding("inner_gaps_small", layer=layer, measure=measure, count=int(small.sum()))
        )
    return findings


def _odd_sizes(shapes: Geometries, land: shapely.Geometry) -> dict[str, NDArray[np.bool_]]:
    """Which areas are slivers, tiny or (on the township's land) huge beside the others, by the kind of finding."""
    area, length = shapely.area(shapes), shapely.length(shapes)
    thin = 2 * area < SLIVER_WIDTH_M * length
    usual = np.median(area[~thin]) if (~thin).sum() >= MIN_GRIDS else np.nan
    with np.errstate(invalid="ignore"):
        huge, tiny = area > HUGE_RATIO * usual, ~thin & (area < TINY_RATIO * usual)
    # a county's grid that reaches far beyond the township is no mistake
    huge[huge] = shapely.area(geos.intersection(shapes[huge], land)) > HUGE_RATIO * usual
    return {"grid_sliver": thin, "grid_tiny": tiny, "grid_huge": huge}


def _count_grids_below(shapes: Geometries, deep: Geometries) -> NDArray[np.int64]:
    """How many others lie on each grid's land, where they are `MIN_GRIDS_BELOW`; else 0."""
    if len(deep) == 0:
        return np.zeros(len(shapes), dtype=np.int64)
    holder = shapely.STRtree(geos.point_on_surface(shapes)).query(shapes, predicate="intersects")[0]
    others = np.bincount(holder, minlength=len(shapes)) - 1  # its own point is one
    return np.where(others >= MIN_GRIDS_BELOW, others, 0)


def _level_findings(network: CheckedNetwork, above: NDArray[np.int64]) -> list[Finding]:
    return [
        make_finding(
            "grid_above_others",
            layer=network.layer,
            source_id=network.ids[row],
            measure=int(above[row]),
            place=inner_point(network.shapes[row]),
        )
        for row in np.flatnonzero(above)
    ]


def _size_findings(network: CheckedNetwork, odd: dict[str, NDArray[np.bool_]]) -> list[Finding]:
    return [
        make_finding(
            kind,
            layer=network.layer,
            source_id=network.ids[row],
            measure=round(float(shapely.area(network.shapes[row])), 1),
            place=inner_point(network.shapes[row]),
        )
        for kind, chosen in odd.items()
        for row in np.flatnonzero(chosen)
    ]


def _on_villages(
    network: CheckedNetwork, township: Township, ground: _Ground, holes: Geometries
) -> list[Finding]:
    """Land that no grid reaches, told by points, and grids over several villages, cut where points say they may be.

    To cut everything would double the whole mending.
    """
    villages = np.asarray(township.villages.geometry.values)
    points, home = ground.points, ground.home
    # areas asked against a tree of points: shapely prepares what is asked, and the areas are the heavy side
    grid, point = shapely.STRtree(points).query(network.shapes, predicate="intersects")
    # a gap each, found already
    enclosed = shapely.STRtree(points).query(holes, predicate="intersects")[1]
    left = np.setdiff1d(np.arange(len(points)), np.concatenate([point, enclosed]))
    return _uncovered_findings(network, township, home, left, points) + _straddling_findings(
        network, villages, home[point], grid
    )


@lru_cache(maxsize=1)  # every network of a township asks for the same
def _ground(wkb: tuple[bytes, ...]) -> _Ground:
    villages = np.asarray(shapely.from_wkb(list(wkb)))
    land = geos.coverage_union_all(villages)
    shapely.prepare(land)
    points, home = _sample_township(villages)
    return _Ground(land=land, points=points, home=home)


def _sample_township(villages: Geometries) -> tuple[Geometries, NDArray[np.int64]]:
    """Points spread evenly over the township, and the village each lies in."""
    x0, y0, x1, y1 = shapely.total_bounds(villages)
    step = np.sqrt(shapely.area(villages).sum() / LATTICE_POINTS)
    # half a step in, and never on a line of coordinates rounded to whole metres
    xs, ys = np.arange(x0 + 0.4937 * step, x1, step), np.arange(y0 + 0.5063 * step, y1, step)
    x, y = np.meshgrid(xs, ys)
    cells = np.asarray(shapely.points(x.ravel(), y.ravel()))
    village, cell = shapely.STRtree(cells).query(villages, predicate="intersects")
    kept, first = np.unique(cell, return_index=True)
    return cells[kept], village[first]


def _uncovered_findings(
    network: CheckedNetwork,
    township: Township,
    home: NDArray[np.int64],
    left: NDArray[np.int64],
    points: Geometries,
) -> list[Finding]:
    share = len(left) / len(points)
    if share <= MIN_UNCOVERED_SHARE:
        return []
    worst = int(np.argmax(np.bincount(home[left], minlength=len(township.villages))))
    spot = points[left[home[left] == worst]]
    middle = spot[len(spot) // 2]
    return [
        make_finding(
            "land_unclaimed",
            layer=network.layer,
            measure=round(share * float(township.villages.area.sum()) / 1e4, 1),
            place=(float(middle.x), float(middle.y)),
            share=f"{100 * share:.0f}",
            village=township.villages["village_name"].iloc[worst],
        )
    ]


def _straddling_findings(
    network: CheckedNetwork, villages: Geometries, home: NDArray[np.int64], grid: NDArray[np.int64]
) -> list[Finding]:
    """One finding a layer: how many of its grids lie over several villages. The crosswalk tells each."""
    counts = np.zeros((len(network.shapes), max(2, len(villages))))
    np.add.at(counts, (grid, home), 1)
    points = counts.sum(axis=1)
    second = np.partition(counts, -2, axis=1)[:, -2] / np.maximum(points, 1)
    certain = (second > 2 * MIN_SECOND_SHARE) & (points >= MIN_GRID_POINTS)
    # points choose whom to cut: those that may have the share in a second village, or may not
    likely = np.flatnonzero((second > MIN_SECOND_SHARE / 2) & ~certain)
    row, village = shapely.STRtree(villages).query(network.shapes[likely], predicate="intersects")
    shared = np.zeros((len(likely), counts.shape[1]))
    shared[row, village] = shapely.area(
        geos.intersection(network.shapes[likely[row]], villages[village])
    )
    cut = likely[(shared > MIN_SECOND_SHARE * shared.sum(axis=1, keepdims=True)).sum(axis=1) > 1]
    rows = np.union1d(cut, np.flatnonzero(certain))
    if len(rows) == 0:
        return []
    example = min(rows, key=lambda row: network.ids[int(row)])
    return [
        make_finding(
            "grids_across_villages",
            layer=network.layer,
            measure=len(rows),
            place=inner_point(network.shapes[example]),
            total=len(network.shapes),
            example=network.ids[int(example)],
        )
    ]
