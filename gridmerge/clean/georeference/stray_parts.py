"""Pieces and corners of the villages that cannot be there: far from everything else, or no coordinates at all.

The villages are the measure of all else: one piece at 0, 0 would move the working zone and stretch every lattice laid over them.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gridmerge.clean.topology.polygons import Geometries
from gridmerge.coordinates.cells import MAX_COORDINATE_M
from gridmerge.errors import InputError
from gridmerge.findings import Finding, make_finding

# Metres: villages and their outliers nearer than this to one another are one township; an exclave may lie a county off.
CLUSTER_CELL_M = 100_000.0
METRES_PER_DEGREE = 111_320.0  # a degree of latitude


def drop_far_parts(
    shapes: Geometries, codes: list[str], path: str
) -> tuple[Geometries, tuple[Finding, ...]]:
    """Leave out the pieces of villages that lie far from all others; refuse what cannot be told so simply.

    Parameters
    ----------
    shapes
        A row each, as they stand in the file, in degrees or metres.
    codes
        What the rows are called.
    path
        The file, for messages.

    Returns
    -------
    shapes, findings
        The same rows without such pieces; a finding for each village that lost one.

    Raises
    ------
    InputError
        A corner is no number, or lies far from its own piece; a whole village lies far from most, or it cannot be told
        which of two do.
    """
    _refuse_broken(shapes, codes, path)
    pieces, row = shapely.get_parts(shapes, return_index=True)
    xy, piece = shapely.get_coordinates(pieces, return_index=True)
    if not len(xy):
        return shapes, ()
    metres = _in_metres(xy)
    cluster = _cluster_points(metres)
    if not cluster.any():
        return shapes, ()
    # of each piece: a village may come in several rows
    village = np.unique(codes, return_inverse=True)[1][row]
    main = _main_cluster(cluster, village[piece])
    far = cluster != main
    if main < 0:
        raise _scattered_error(shapes, codes, path)
    home = cKDTree(metres[~far])
    lost = np.setdiff1d(village, village[piece[~far]])
    if len(lost):
        rows_lost = row[np.isin(village, lost)]
        raise _whole_village(rows_lost, shapes, codes, path, xy[~far], home)
    off = np.bincount(piece, weights=far, minlength=len(pieces))
    partly = np.flatnonzero((off > 0) & (off < np.bincount(piece, minlength=len(pieces))))
    if len(partly):
        at = np.flatnonzero(far & (piece == partly[0]))[0]
        raise _far_corner_error(codes[row[partly[0]]], path, xy[at], _distance_km(home, metres[at]))
    return _left_out(shapes, pieces, row, off > 0, codes, home)


def _left_out(
    shapes: Geometries,
    pieces: Geometries,
    row: NDArray[np.int64],
    off: NDArray[np.bool_],
    codes: list[str],
    home: cKDTree,
) -> tuple[Geometries, tuple[Finding, ...]]:
    kept, findings = shapes.copy(), []
    for one in np.unique(row[off]).tolist():
        kept[one] = shapely.geometrycollections(pieces[(row == one) & ~off])
        away = pieces[(row == one) & off]
        middle = shapely.get_coordinates(shapely.centroid(away[0]))[0]
        kilometres = round(_distance_km(home, _in_metres(middle[None], home)[0]))
        place = _format_point(middle)
        findings.append(
            make_finding(
                "village_piece_astray",
                layer="villages",
                source_id=codes[one],
                measure=kilometres,
                where=place,
            )
        )
    return kept, tuple(findings)


def _refuse_broken(shapes: Geometries, codes: list[str], path: str) -> None:
    """Refuse corners that are no numbers of this earth."""
    xy, row = shapely.get_coordinates(shapes, return_index=True)
    bad = np.flatnonzero(~(np.abs(xy) < MAX_COORDINATE_M).all(axis=1))
    if not len(bad):
        return
    named = "、".join(dict.fromkeys(codes[one] for one in row[bad][:200]))
    at = int((row[: bad[0]] == row[bad[0]]).sum()) + 1
    value = _format_point(xy[bad[0]])
    raise InputError(
        f"villages（{path}）：{named} 的边界上有 {len(bad)} 个拐点不是有效坐标（第 {at} 个拐点是 {value}）；请在原软件中删去或改正后重新导出。",
        f"villages ({path}): {len(bad)} corners of {named} are no coordinates (corner {at} is {value}); delete or correct them in the program they came from and export again.",
    )


def _in_metres(xy: NDArray[np.float64], like: cKDTree | None = None) -> NDArray[np.float64]:
    """Roughly: degrees as metres, metres as they are; by what most numbers are."""
    if like is None and 2 * (np.abs(xy) <= 180).all(axis=1).sum() <= len(xy):
        return xy
    if like is not None and np.abs(xy).max() > 180:
        return xy
    return xy * METRES_PER_DEGREE


def _cluster_points(metres: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number the groups of points that no gap of `CLUSTER_CELL_M` and more parts."""
    cells, of_point = np.unique(
        np.floor(metres / CLUSTER_CELL_M).astype(np.int64), axis=0, return_inverse=True
    )
    near = cKDTree(cells).query_pairs(1.5, output_type="ndarray")
    links = coo_matrix(
        (np.ones(len(near)), (near[:, 0], near[:, 1])), shape=(len(cells), len(cells))
    )
    return np.asarray(
        connected_components(links, directed=False)[1][of_point.ravel()], dtype=np.int64
    )


def _main_cluster(cluster: NDArray[np.int64], row: NDArray[np.int64]) -> int:
    """The group in which most villages have most of their corners; -1 where two groups have as many."""
    pairs = np.column_stack([row, cluster])
    found_, count = np.unique(pairs, axis=0, return_counts=True)
    order = np.lexsort((-count, found_[:, 0]))
    _, first = np.unique(found_[order, 0], return_index=True)
    homes = np.bincount(found_[order[first], 1], minlength=int(cluster.max()) + 1)
    best = int(np.argmax(homes))
    return best if (homes == homes[best]).sum() == 1 else -1


def _distance_km(home: cKDTree, metres: NDArray[np.float64]) -> float:
    return float(home.query(metres)[0]) / 1000


def _whole_village(
    lost: NDArray[np.int64],
    shapes: Geometries,
    codes: list[str],
    path: str,
    rest: NDArray[np.float64],
    home: cKDTree,
) -> InputError:
    one = int(lost[0])
    middle = _median_point(shapes[one])
    kilometres = round(_distance_km(home, _in_metres(middle[None], home)[0]))
    low, high = np.percentile(rest, 1, axis=0), np.percentile(rest, 99, axis=0)
    span = high - low
    swapped = bool(((middle[::-1] >= low - span) & (middle[::-1] <= high + span)).all())
    named = "、".join(dict.fromkeys(codes[each] for each in lost[:20]))
    hint = (
        ("，多半是 x、y（经度、纬度）写反了", ", most likely with x and y exchanged")
        if swapped
        else ("", "")
    )
    return InputError(
        f"villages（{path}）中 {named} 远离其他村：{codes[one]} 在 {_format_point(middle)}，相距约 {kilometres} 公里{hint[0]}；请改正后再运行，或用 where 去掉不属于本乡镇的图形。",
        f"villages ({path}): {named} lie far from the others: {codes[one]} is at {_format_point(middle)}, some {kilometres} km away{hint[1]}; correct it, or leave out with where what is not of this township.",
    )


def _scattered_error(shapes: Geometries, codes: list[str], path: str) -> InputError:
    listed = list(zip(codes, shapes, strict=True))[:4]
    spots = "；".join(f"{code} {_format_point(_median_point(shape))}" for code, shape in listed)
    return InputError(
        f"villages（{path}）的各村相距百公里以上，分不出哪些是对的（{spots}）；请检查坐标是否写反、坐标系是否混用。",
        f"villages ({path}): the villages lie a hundred kilometres and more apart, and it cannot be determined which are right ({spots}); check for exchanged axes or mixed coordinate systems.",
    )


def _far_corner_error(
    code: str, path: str, at: NDArray[np.float64], kilometres: float
) -> InputError:
    return InputError(
        f"villages（{path}）中 {code} 的一个拐点在 {_format_point(at)}，离其余村界约 {kilometres:.0f} 公里；请在原软件中删去或改正这个拐点。",
        f"villages ({path}): a corner of {code} lies at {_format_point(at)}, some {kilometres:.0f} km from all other boundaries; delete or correct it in the program it came from.",
    )


def _median_point(shape: shapely.Geometry) -> NDArray[np.float64]:
    return np.asarray(np.median(shapely.get_coordinates(shape), axis=0))


def _format_point(at: NDArray[np.float64]) -> str:
    return f"{at[0]:.7g}, {at[1]:.7g}"
