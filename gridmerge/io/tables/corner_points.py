"""Corner-point tables (界址点成果表): one row a vertex, grouped by grid, in the order of a number."""

from __future__ import annotations

import dataclasses
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos
from gridmerge.io.formats.wkb import unreadable_feature
from gridmerge.io.read_request import ReadRequest, ReadResult
from gridmerge.io.tables.rows import field_key
from gridmerge.tabular.cell_values import as_code
from gridmerge.tabular.row_numbers import rows_in_words

_ORDER_NAMES = (
    "seq", "sequence", "order", "no", "序号", "点号", "顶点号", "顶点序号", "点序", "点序号", "拐点号", "拐点编号",
    "界址点号", "界址点序号", "折点号", "坐标点号", "编号顺序", "vertex", "vertex_index", "point_no",
)  # fmt: skip
_RING_NAMES = ("ring", "part", "圈号", "环号", "地块圈号", "部件号", "part_id", "ring_id")
_TIMES = 30.0  # as far as the usual corner of its grid: no boundary runs so
# metres or degrees that a corner must be off at least to be left out
_FAR, _FAR_DEGREES = 5000.0, 0.05
_FEWEST = 3  # rows of one grid, below which they enclose nothing


def rows_are_corners(frame: gpd.GeoDataFrame, ask: ReadRequest) -> str | None:
    """Return the field that groups rows into grids, when each row is a corner; else None.

    With an id named by the project file, its values must repeat; without, a field that numbers the corners must be there,
    and the field before it whose values come in runs is the grid's.
    """
    if not ask.areas or len(frame) < _FEWEST:
        return None
    names = [str(name) for name in frame.columns if name != "geometry"]
    order = _find_field(names, _ORDER_NAMES)
    candidates = (
        [ask.id] if ask.id else ([name for name in names if name != order] if order else [])
    )
    return next(
        (name for name in candidates if name in names and _comes_in_runs(_grids_of(frame, name))),
        None,
    )


def _grids_of(frame: gpd.GeoDataFrame, group: str) -> pd.Series:
    """The grid of each corner as the code in `group`, "" where nobody can tell.

    Where most rows have none, a code stands once above the corners of its grid, as a merged cell is saved. A single blank
    between corners of one grid is of that grid.
    """
    given = as_code(frame[group])
    blank = given == ""
    if not blank.any():
        return given
    above = given.mask(blank).ffill().fillna("")
    below = given.mask(blank).bfill().fillna("")
    once = 2 * int(blank.sum()) > len(given)
    return given.mask(blank & (once | (above == below)), above)


def _comes_in_runs(values: pd.Series) -> bool:
    counts = values[values != ""].value_counts()
    return len(counts) > 0 and int(counts[counts >= _FEWEST].sum()) > len(values) / 2


def _find_field(names: list[str], known: tuple[str, ...]) -> str | None:
    return next((name for name in names if field_key(name) in known), None)


def corners_to_areas(
    piece: ReadResult, ask: ReadRequest, group: str, used: tuple[str, str]
) -> ReadResult:
    """Turn rows of corners into polygons.

    Parameters
    ----------
    piece
        Its frame has a point in each row.
    group
        The field that says which grid a row belongs to.
    used
        The fields the points came from; they, and the corner's number, mean nothing to a polygon and go.
    """
    bare = piece.frame.geometry.isna().to_numpy()
    grids = _grids_of(piece.frame, group)
    alien = _outlier_mask(piece.frame, grids)
    lone = (grids == "").to_numpy() & ~bare & ~alien
    frame = piece.frame[~bare & ~alien]
    names = [str(name) for name in frame.columns if name != "geometry"]
    order, ring = _find_field(names, _ORDER_NAMES), _find_field(names, _RING_NAMES)
    keys = grids[~bare & ~alien]
    xy = shapely.get_coordinates(frame.geometry.to_numpy())
    numbers = (
        _corner_numbers(frame[order])
        if order and order != group
        else np.arange(len(frame), dtype=float)
    )
    rings = as_code(frame[ring]).to_numpy() if ring and ring != group else np.full(len(frame), "")
    shapes, first, lost = [], [], 0
    findings = [
        *_left_out_findings(piece, bare, "corners_blank", ask),
        *_left_out_findings(piece, alien, "corners_astray", ask),
    ]
    findings += _left_out_findings(piece, lone, "corners_without_grid", ask)
    for key in dict.fromkeys(keys[keys != ""]):  # a polygon each: rows of one grid, ring by ring
        rows = np.flatnonzero((keys == key).to_numpy())
        shape = _build_polygon(xy[rows], numbers[rows], rings[rows])
        if shape is None:
            findings.append(
                unreadable_feature(ask, int(rows[0]), "顶点太少", "it has too few vertices")
            )
            lost += 1
            continue
        shapes.append(shape)
        first.append(rows[0])
    rest = [name for name in names if name not in {*used, order, ring} - {group}]
    table = frame.assign(**{group: keys})[rest].iloc[first].reset_index(drop=True)
    out = gpd.GeoDataFrame(
        table, geometry=np.array([*shapes, None], dtype=object)[:-1], crs=frame.crs
    )
    note = make_finding(
        "corners_joined",
        layer=ask.key,
        measure=len(shapes),
        file=ask.name,
        field=group,
        rows=len(piece.frame),
    )
    return dataclasses.replace(piece, frame=out, findings=(*piece.findings, note, *findings))


def _outlier_mask(frame: gpd.GeoDataFrame, keys: pd.Series) -> np.ndarray:
    """Which corners lie so far from the others of their grid that they can only be slips of the pen."""
    x, y = frame.geometry.x, frame.geometry.y
    far = np.hypot(x - x.groupby(keys).transform("median"), y - y.groupby(keys).transform("median"))
    usual = far.groupby(keys).transform("median")
    least = _FAR_DEGREES if max(abs(x.median()), abs(y.median())) <= 180 else _FAR
    return np.asarray(far > np.maximum(_TIMES * usual, least), dtype=bool)


def _left_out_findings(
    piece: ReadResult, rows: np.ndarray, kind: str, ask: ReadRequest
) -> list[Finding]:
    """Say which corners are left out; those whose cells could not be read have been told already."""
    count = int(rows.sum())
    if not count or (
        kind == "corners_blank" and any(one.kind == "coordinates_unread" for one in piece.findings)
    ):
        return []
    return [
        make_finding(
            kind,
            layer=ask.key,
            measure=count,
            file=ask.name,
            rows=rows_in_words(np.flatnonzero(rows), piece.frame),
        )
    ]


def _build_polygon(xy: np.ndarray, numbers: np.ndarray, rings: np.ndarray) -> BaseGeometry | None:
    """Return the polygon of one grid; a ring within another is a hole."""
    area: BaseGeometry | None = None
    for ring in dict.fromkeys(rings):
        mine = rings == ring
        corners = xy[mine][np.argsort(numbers[mine], kind="stable")]
        if len(np.unique(corners, axis=0)) < _FEWEST:
            continue
        part = shapely.Polygon(corners)
        area = (
            part
            if area is None
            else geos.symmetric_difference(geos.make_valid(area), geos.make_valid(part))
        )
    return area


def _corner_numbers(column: pd.Series) -> np.ndarray:
    """Return corner numbers: 7, "J7", "P-007"; what has none keeps its place in the file."""
    found_in = [re.findall(r"\d+", str(value)) for value in as_code(column)]
    if not all(found_in):
        return np.arange(len(column), dtype=float)
    return np.array([float(digits[-1]) for digits in found_in])
