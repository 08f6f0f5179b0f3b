"""The crosswalk: where every departmental grid went.

In: the mended layers, the `GridPlan`, the `Weights`. Out: a row per departmental grid and unified grid that share land, and
a finding for every feature that shares none, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos
from gridmerge.model import GridPlan, Layer, Weights

# pieces of work this near to each other are looked at together: most lie in one departmental grid
CLUSTER_M = 100.0
MARGIN_M = 0.001  # around a cluster, so that one of a single point is a polygon too
NEGLIGIBLE_AREA_M2 = 1e-6  # a square millimetre: below it is the rounding of two lines that are one


def build_crosswalk(layers: Sequence[Layer], plan: GridPlan, weights: Weights) -> pd.DataFrame:
    """Intersect every departmental grid, as mended, with the unified grids.

    Parameters
    ----------
    layers
        Barrier layers claim no land and are passed over.
    plan
        The unified grids.
    weights
        Work follows its pieces: a point counts for every grid of a layer that holds it, a point on a line between two of
        them for one only (the smaller source id), the part of a polygon or line by its area or length.

    Returns
    -------
    pandas.DataFrame
        layer, source_id, grid_code, area_m2, share_of_source (of the whole source, so that a source reaching beyond the
        township sums to less than 1), share_of_grid, and a column per workload; sorted by the first three.
    """
    grids = plan.grids.sort_values("grid_code")
    pieces = _locate_pieces(weights.pieces, plan, grids)
    tree = shapely.STRtree(grids.geometry.to_numpy())
    tables = [
        _one_layer(layer, grids, tree, pieces, weights.names)
        for layer in sorted(layers, key=lambda layer: layer.key)
        if layer.spec.role != "barrier"
    ]
    columns = [
        "layer",
        "source_id",
        "grid_code",
        "area_m2",
        "share_of_source",
        "share_of_grid",
        *weights.names,
    ]
    if not tables:
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True)[columns]


def report_left_out(layers: Sequence[Layer], table: pd.DataFrame) -> tuple[Finding, ...]:
    """Return a finding for every feature that is in no row of the crosswalk.

    Parameters
    ----------
    layers
        All mended layers, barriers too.
    table
        What `build_crosswalk` returned for them.
    """
    placed = set(zip(table["layer"], table["source_id"], strict=True))
    findings = []
    for layer in layers:
        shapes = layer.frame.geometry.to_numpy()
        barrier = layer.spec.role == "barrier"
        measure = shapely.length(shapes) if barrier else shapely.area(shapes)
        kind = "barrier_feature" if barrier else "outside_township"
        for source_id, size, place in zip(
            layer.frame["source_id"], measure, geos.point_on_surface(shapes), strict=True
        ):
            if (layer.key, source_id) not in placed:
                where = None if shapely.is_empty(place) else (place.x, place.y)
                findings.append(
                    make_finding(
                        kind, layer=layer.key, source_id=source_id, measure=size, place=where
                    )
                )
    return tuple(findings)


@dataclass(frozen=True, kw_only=True)
class _WorkPieces:
    """The bits of work, each with the index of the grid it lies in, and clusters of them that lie near each other."""

    work: np.ndarray
    value: np.ndarray
    grid: np.ndarray
    geometry: np.ndarray
    clusters: _PieceClusters


class _PieceClusters:
    """Pieces by where they lie, each cluster with its box: a box inside a shape saves a look at its pieces."""

    def __init__(self, geometry: np.ndarray) -> None:
        bounds = shapely.bounds(geometry)
        cell = np.floor(bounds[:, :2] / CLUSTER_M)
        _, cluster = np.unique(cell, axis=0, return_inverse=True)
        self.order = np.argsort(cluster.ravel(), kind="stable")
        self.count = np.bincount(cluster.ravel())
        self.first = np.cumsum(self.count) - self.count
        low, high = (
            extreme.reduceat(bounds[self.order][:, part], self.first)
            if len(bounds)
            else np.empty((0, 2))
            for extreme, part in ((np.minimum, slice(0, 2)), (np.maximum, slice(2, 4)))
        )
        self.boxes = np.asarray(
            shapely.box(*(low - MARGIN_M).T, *(high + MARGIN_M).T), dtype=object
        )
        self.tree = shapely.STRtree(self.boxes)

    def spread(self, cluster: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Every piece of each cluster, and the other beside it."""
        count = self.count[cluster]
        start = np.repeat(self.first[cluster] - (np.cumsum(count) - count), count)
        return self.order[start + np.arange(count.sum())], np.repeat(other, count)


def _locate_pieces(
    pieces: gpd.GeoDataFrame, plan: GridPlan, grids: gpd.GeoDataFrame
) -> _WorkPieces:
    """Find the grid of each piece: a point on a grid line goes where its face went."""
    code_of_face = plan.faces.set_index("face_id")["grid_code"]
    index_of_code = pd.Series(np.arange(len(grids)), index=grids["grid_code"].to_numpy())
    geometry = pieces.geometry.to_numpy()
    return _WorkPieces(
        work=pieces["work"].to_numpy(),
        value=pieces["value"].to_numpy(dtype=float),
        grid=index_of_code.loc[code_of_face.loc[pieces["face_id"]]].to_numpy(),
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
    source, grid, area = _shared_land(shapes, grids.geometry.to_numpy(), tree)
    table = pd.DataFrame(
        {
            "layer": layer.key,
            "source_id": frame["source_id"].to_numpy()[source],
            "grid_code": grids["grid_code"].to_numpy()[grid],
            "area_m2": area,
            "share_of_source": area / shapely.area(shapes)[source],
            "share_of_grid": area / shapely.area(grids.geometry.to_numpy())[grid],
        }
    )
    pair = source * len(grids) + grid  # sorted: sources and grids come in order
    row, piece, value = _work_by_row(shapes, pair, len(grids), pieces)
    for name in names:
        mine = (pieces.work == name)[piece]
        table[name] = np.bincount(row[mine], weights=value[mine], minlength=len(table))
    return table


def _shared_land(
    shapes: np.ndarray, grids: np.ndarray, tree: shapely.STRtree
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs that share land, in order, with its area."""
    source, grid = tree.query(shapes, predicate="intersects")
    order = np.lexsort((grid, source))
    source, grid = source[order], grid[order]
    count = len(grids)
    pair = source * count + grid
    # most pairs are one inside the other: no need to cut those
    within = np.isin(pair, _pair_keys(tree.query(shapes, predicate="within"), count))
    covers = np.isin(pair, _pair_keys(tree.query(shapes, predicate="covers"), count)) & ~within
    area = np.where(within, shapely.area(shapes)[source], shapely.area(grids)[grid])
    cut = ~(within | covers)
    area[cut] = shapely.area(geos.intersection(shapes[source[cut]], grids[grid[cut]]))
    kept = area >= NEGLIGIBLE_AREA_M2
    return source[kept], grid[kept], area[kept]


def _pair_keys(found: np.ndarray, count: int) -> np.ndarray:
    return np.asarray(found[0] * count + found[1])


def _work_by_row(
    shapes: np.ndarray, pair: np.ndarray, count: int, pieces: _WorkPieces
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row of the crosswalk, piece, and how much of the piece's value belongs there."""
    geometry, value = pieces.geometry, pieces.value
    piece, source = _candidate_pairs(pieces, shapes)
    wanted = source * count + pieces.grid[piece]
    row = np.searchsorted(pair, wanted)
    real = (
        (row < len(pair)) & (pair[np.minimum(row, max(len(pair) - 1, 0))] == wanted)
        if len(pair)
        else row < 0
    )
    piece, source, row = piece[real], source[real], row[real]
    point = shapely.get_dimensions(geometry)[piece] == 0
    chosen = _points_once(geometry, shapes, piece[point], source[point])
    part = ~point
    shares = _measure_share(geometry[piece[part]], shapes[source[part]])
    at_point, at_part = np.flatnonzero(point)[chosen], np.flatnonzero(part)
    at = np.concatenate([at_point, at_part])
    share = np.concatenate([np.ones(len(at_point)), shares])
    return row[at], piece[at], value[piece[at]] * share


def _candidate_pairs(pieces: _WorkPieces, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pieces and the shapes they touch, sorted by piece, then shape."""
    shapely.prepare(shapes)
    clusters = pieces.clusters
    source, cluster = clusters.tree.query(shapes, predicate="intersects")
    whole = shapely.covers(shapes[source], clusters.boxes[cluster])
    piece, shape = clusters.spread(cluster[~whole], source[~whole])
    touching = shapely.intersects(shapes[shape], pieces.geometry[piece])
    inner, around = clusters.spread(cluster[whole], source[whole])
    piece, shape = (
        np.concatenate([inner, piece[touching]]),
        np.concatenate([around, shape[touching]]),
    )
    order = np.lexsort((shape, piece))
    return piece[order], shape[order]


def _points_once(
    geometry: np.ndarray, shapes: np.ndarray, piece: np.ndarray, source: np.ndarray
) -> np.ndarray:
    """Indices to keep: points inside a shape count for it; one that lies only on lines counts for the first shape."""
    # nearly every point lies in one shape only, and needs no second look
    several = np.bincount(piece, minlength=len(geometry))[piece] > 1
    inside = np.ones(len(piece), dtype=bool)
    shapely.prepare(shapes)
    inside[several] = shapely.contains(shapes[source[several]], geometry[piece[several]])
    somewhere = np.zeros(len(geometry), dtype=bool)
    somewhere[piece[inside]] = True
    first = np.r_[True, piece[1:] != piece[:-1]][: len(piece)]
    return np.flatnonzero(inside | (first & ~somewhere[piece]))


def _measure_share(parts: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Share of each part (polygon or line) that lies in its shape."""
    if not len(parts):
        return np.empty(0)
    common: np.ndarray = geos.intersection(parts, shapes)
    lines = shapely.get_dimensions(parts) == 1
    inside = np.where(lines, shapely.length(common), shapely.area(common))
    whole = np.where(lines, shapely.length(parts), shapely.area(parts))
    return np.asarray(inside / whole)
