"""The crosswalk: where every departmental grid went.

In: the cleaned layers, the `GridPlan`, the `Weights`. Out: a row per departmental grid and unified grid that share land, and
a finding for every feature that shares none, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos
from gridmerge.model import GridPlan, Layer, Weights

# Pieces of work this near to each other are tested together: most lie in one departmental grid.
CLUSTER_M = 100.0
# Around a cluster, so that one of a single point is a polygon too.
MARGIN_M = 0.001
# A square millimetre: below it is the rounding of two lines that are one.
NEGLIGIBLE_AREA_M2 = 1e-6
POINT, LINE = 0, 1
Predicate = Literal["within", "covers"]
LAND_COLUMNS = ("layer", "source_id", "grid_code", "area_m2", "share_of_source", "share_of_grid")


def build_crosswalk(layers: Sequence[Layer], plan: GridPlan, weights: Weights) -> pd.DataFrame:
    """Intersect every departmental grid, as cleaned, with the unified grids.

    Parameters
    ----------
    layers
        Barrier layers claim no land and are passed over.
    plan
        The unified grids.
    weights
        Work follows its pieces: a point counts for every grid of a layer that holds it, a point on a line
        between two of them for one only (the smaller source id), the part of a polygon or line by its area or
        length.

    Returns
    -------
    pandas.DataFrame
        layer, source_id, grid_code, area_m2, share_of_source (of the whole source, so that a source reaching beyond the
        township sums to less than 1), share_of_grid, and a column per workload; sorted by the first three.
    """
    grids = plan.grids.sort_values("grid_code")
    pieces = _locate_pieces(weights.pieces, plan, grids)
    tree = shapely.STRtree(grids.geometry.to_numpy())
    claiming = [layer for layer in layers if layer.spec.role != "barrier"]
    claiming.sort(key=lambda layer: layer.key)
    tables = [_one_layer(layer, grids, tree, pieces, weights.names) for layer in claiming]
    columns = [*LAND_COLUMNS, *weights.names]
    if not tables:
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True)[columns]


def report_left_out(layers: Sequence[Layer], table: pd.DataFrame) -> tuple[Finding, ...]:
    """Return a finding for every feature that is in no row of the crosswalk.

    Parameters
    ----------
    layers
        All cleaned layers, barriers too.
    table
        What `build_crosswalk` returned for them.
    """
    findings = []
    for layer in layers:
        placed = set(table.loc[table["layer"] == layer.key, "source_id"])
        findings += _left_out_of_layer(layer, placed)
    return tuple(findings)


def _left_out_of_layer(layer: Layer, placed: set[str]) -> list[Finding]:
    """A finding for every feature of a layer whose id is not among those placed."""
    shapes = layer.frame.geometry.to_numpy()
    barrier = layer.spec.role == "barrier"
    measure = shapely.length(shapes) if barrier else shapely.area(shapes)
    kind = "barrier_feature" if barrier else "outside_township"
    places = geos.point_on_surface(shapes)
    findings = []
    for source_id, size, place in zip(layer.frame["source_id"], measure, places, strict=True):
        if source_id in placed:
            continue
        finding = make_finding(
            kind,
            layer=layer.key,
            source_id=source_id,
            measure=size,
            place=None if shapely.is_empty(place) else (place.x, place.y),
        )
        findings.append(finding)
    return findings


@dataclass(frozen=True, kw_only=True)
class _WorkPieces:
    """The bits of work, each with the index of the grid it lies in, and clusters of them that lie near each other."""

    work: np.ndarray
    value: np.ndarray
    grid: np.ndarray
    geometry: np.ndarray
    clusters: _PieceClusters


class _PieceClusters:
    """Pieces by where they lie, each cluster with its box: a box inside a shape spares testing its pieces."""

    def __init__(self, geometry: np.ndarray) -> None:
        bounds = shapely.bounds(geometry)
        cell = np.floor(bounds[:, :2] / CLUSTER_M)
        _, cluster = np.unique(cell, axis=0, return_inverse=True)
        self.order = np.argsort(cluster.ravel(), kind="stable")
        self.count = np.bincount(cluster.ravel())
        self.first = np.cumsum(self.count) - self.count
        self.boxes = self._box_clusters(bounds[self.order])
        self.tree = shapely.STRtree(self.boxes)

    def _box_clusters(self, bounds: np.ndarray) -> np.ndarray:
        """A box a cluster, with a margin; `bounds` of the pieces come cluster by cluster."""
        if not len(bounds):
            return np.empty(0, dtype=object)
        low = np.minimum.reduceat(bounds[:, :2], self.first) - MARGIN_M
        high = np.maximum.reduceat(bounds[:, 2:], self.first) + MARGIN_M
        return np.asarray(shapely.box(*low.T, *high.T), dtype=object)

    def list_pieces(self, cluster: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Every piece of each cluster, and the other beside it."""
        count = self.count[cluster]
        listed_before = np.cumsum(count) - count
        offset = np.repeat(self.first[cluster] - listed_before, count)
        pieces = self.order[offset + np.arange(count.sum())]
        return pieces, np.repeat(other, count)


def _locate_pieces(
    pieces: gpd.GeoDataFrame, plan: GridPlan, grids: gpd.GeoDataFrame
) -> _WorkPieces:
    """Find the grid of each piece: a point on a grid line goes where its face went."""
    code_of_face = plan.faces.set_index("face_id")["grid_code"]
    index_of_code = pd.Series(np.arange(len(grids)), index=grids["grid_code"].to_numpy())
    codes = code_of_face.loc[pieces["face_id"]]
    geometry = pieces.geometry.to_numpy()
    return _WorkPieces(
        work=pieces["work"].to_numpy(),
        value=pieces["value"].to_numpy(dtype=float),
        grid=index_of_code.loc[codes].to_numpy(),
        geometry=geometry,
        clusters=_PieceClusters(geometry),
    )


def _one_layer(
    layer: Layer,
    grids: gpd.GeoDataFrame,
    tree: shapely.STRtree,
    pieces: _WorkPieces,
    names: Sequence[str],
) -> pd.DataFrame:
    frame = layer.frame.sort_values("source_id")
    shapes = frame.geometry.to_numpy()
    grid_shapes = grids.geometry.to_numpy()
    source, grid, area = _shared_land(shapes, grid_shapes, tree)
    whole_source = shapely.area(shapes)[source]
    whole_grid = shapely.area(grid_shapes)[grid]
    columns = {
        "layer": layer.key,
        "source_id": frame["source_id"].to_numpy()[source],
        "grid_code": grids["grid_code"].to_numpy()[grid],
        "area_m2": area,
        "share_of_source": area / whole_source,
        "share_of_grid": area / whole_grid,
    }
    pair = source * len(grids) + grid  # sorted: sources and grids come in order
    amounts = _amounts_by_row(shapes, pair, len(grids), pieces, names)
    return pd.DataFrame({**columns, **amounts})


def _amounts_by_row(
    shapes: np.ndarray, pair: np.ndarray, count: int, pieces: _WorkPieces, names: Sequence[str]
) -> dict[str, np.ndarray]:
    """What each pair of source and grid has of each workload."""
    row, piece, value = _work_by_row(shapes, pair, count, pieces)
    amounts = {}
    for name in names:
        own = (pieces.work == name)[piece]
        amounts[name] = np.bincount(row[own], weights=value[own], minlength=len(pair))
    return amounts


def _shared_land(
    shapes: np.ndarray, grids: np.ndarray, tree: shapely.STRtree
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs that share land, in order, with its area."""
    source, grid = tree.query(shapes, predicate="intersects")
    order = np.lexsort((grid, source))
    source, grid = source[order], grid[order]
    pair = source * len(grids) + grid
    # most pairs are one inside the other: no need to cut those
    within = np.isin(pair, _query_pairs(tree, shapes, "within"))
    covers = np.isin(pair, _query_pairs(tree, shapes, "covers"))
    area = np.where(within, shapely.area(shapes)[source], shapely.area(grids)[grid])
    cut = ~(within | covers)
    common = geos.intersection(shapes[source[cut]], grids[grid[cut]])
    area[cut] = shapely.area(common)
    kept = area >= NEGLIGIBLE_AREA_M2
    return source[kept], grid[kept], area[kept]


def _query_pairs(tree: shapely.STRtree, shapes: np.ndarray, predicate: Predicate) -> np.ndarray:
    """Pairs of shape and grid of which a predicate holds, each as one number."""
    source, grid = tree.query(shapes, predicate=predicate)
    return np.asarray(source * len(tree.geometries) + grid)


def _work_by_row(
    shapes: np.ndarray, pair: np.ndarray, count: int, pieces: _WorkPieces
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row of the crosswalk, piece, and how much of the piece's value belongs there."""
    geometry, value = pieces.geometry, pieces.value
    piece, source = _candidate_pairs(pieces, shapes)
    wanted = source * count + pieces.grid[piece]
    row = _find_rows(pair, wanted)
    listed = row >= 0
    piece, source, row = piece[listed], source[listed], row[listed]
    point = shapely.get_dimensions(geometry)[piece] == POINT
    chosen = _points_once(geometry, shapes, piece[point], source[point])
    at_point, at_part = np.flatnonzero(point)[chosen], np.flatnonzero(~point)
    shares = _measure_share(geometry[piece[at_part]], shapes[source[at_part]])
    at = np.concatenate([at_point, at_part])
    share = np.concatenate([np.ones(len(at_point)), shares])
    return row[at], piece[at], value[piece[at]] * share


def _find_rows(pair: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The row of each pair that is wanted, -1 where there is none; `pair` is sorted."""
    if not len(pair):
        return np.full(len(wanted), -1)
    row = np.searchsorted(pair, wanted)
    nearest = np.minimum(row, len(pair) - 1)
    return np.where(pair[nearest] == wanted, nearest, -1)


def _candidate_pairs(pieces: _WorkPieces, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pieces and the shapes they touch, sorted by piece, then shape."""
    shapely.prepare(shapes)
    clusters = pieces.clusters
    source, cluster = clusters.tree.query(shapes, predicate="intersects")
    whole = shapely.covers(shapes[source], clusters.boxes[cluster])
    piece, shape = clusters.list_pieces(cluster[~whole], source[~whole])
    touching = shapely.intersects(shapes[shape], pieces.geometry[piece])
    inner, around = clusters.list_pieces(cluster[whole], source[whole])
    piece = np.concatenate([inner, piece[touching]])
    shape = np.concatenate([around, shape[touching]])
    order = np.lexsort((shape, piece))
    return piece[order], shape[order]


def _points_once(
    geometry: np.ndarray, shapes: np.ndarray, piece: np.ndarray, source: np.ndarray
) -> np.ndarray:
    """Indices to keep: points inside a shape count for it; one that is only on lines counts for the first shape."""
    # nearly every point lies in one shape only, and needs no second test
    times = np.bincount(piece, minlength=len(geometry))
    several = times[piece] > 1
    inside = np.ones(len(piece), dtype=bool)
    shapely.prepare(shapes)
    inside[several] = shapely.contains(shapes[source[several]], geometry[piece[several]])
    inside_any = np.zeros(len(geometry), dtype=bool)
    inside_any[piece[inside]] = True
    first = np.ones(len(piece), dtype=bool)
    first[1:] = piece[1:] != piece[:-1]
    only_on_lines = first & ~inside_any[piece]
    return np.flatnonzero(inside | only_on_lines)


def _measure_share(parts: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Share of each part (polygon or line) that lies in its shape."""
    if not len(parts):
        return np.empty(0)
    common: np.ndarray = geos.intersection(parts, shapes)
    lines = shapely.get_dimensions(parts) == LINE
    inside = np.where(lines, shapely.length(common), shapely.area(common))
    whole = np.where(lines, shapely.length(parts), shapely.area(parts))
    return np.asarray(inside / whole)
