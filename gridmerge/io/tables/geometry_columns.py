"""Columns of coordinates → geometry: WKT, "lon,lat;lon,lat" in either order, a pair of columns, one row a vertex."""

from __future__ import annotations

import csv
import dataclasses
import re
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from gridmerge.coordinates import columns
from gridmerge.coordinates.parts import LAT, LON, part_columns, with_whole
from gridmerge.coordinates.points import points_from_table
from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos
from gridmerge.i18n.text import Text
from gridmerge.io.formats.wkb import drop_unreadable, surface_footprint, unreadable_feature
from gridmerge.io.read_request import ReadRequest, ReadResult, has_geometry
from gridmerge.io.tables.corner_points import corners_to_areas, rows_are_corners
from gridmerge.tabular.row_numbers import same_lines

_WKT = re.compile(
    r"\s*(?:SRID=\d+;)?\s*(?:(?:MULTI)?(?:POINT|LINESTRING|POLYGON|SURFACE|CURVE)|GEOMETRYCOLLECTION|TIN|TRIANGLE"
    r"|POLYHEDRALSURFACE|CURVEPOLYGON|COMPOUNDCURVE|CIRCULARSTRING)\s*(?:ZM?|M)?\s*(?:\(|EMPTY)",
    re.I,
)
_CURVED = re.compile(r"CURVE|CIRCULARSTRING|SURFACE|TIN|TRIANGLE", re.I)
_GEOJSON = re.compile(r"\s*[{]\s*[\"'](?:type|coordinates)[\"']\s*:")
_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_PAIR = re.compile(rf"({_NUMBER})\s*[,，\s]\s*({_NUMBER})(?:\s*[,，\s]\s*{_NUMBER})?")
_LIST = re.compile(rf"[\[(\s]*{_NUMBER}\s*[,，\s]\s*{_NUMBER}")
_KINDS = {
    "wkt": Text("WKT", "WKT"),
    "geojson": Text("GeoJSON", "GeoJSON"),
    "list": Text("坐标串", "list of coordinates"),
}
_TWO = Text("经纬度两列", "a column each for the two coordinates")
_BOTH = Text("经纬度一列", "both coordinates in one column")
_SAMPLE = 50  # non-empty cells looked at to tell what a column holds


def attach_geometry(piece: ReadResult, ask: ReadRequest) -> ReadResult:
    """Give a table its geometry, from the columns the project file names or from what its columns plainly are."""
    frame = piece.frame
    if has_geometry(frame) or frame.crs is not None or not len(frame):
        return piece
    if ask.geometry:
        return _from_text(piece, ask, ask.geometry)
    if ask.lon and ask.lat:
        return _from_columns(piece, ask, columns.columns_by_name(ask.lon, ask.lat))
    return _guess_geometry(piece, ask) if piece.table and not ask.plain else piece


def _guess_geometry(piece: ReadResult, ask: ReadRequest) -> ReadResult:
    for name in piece.frame.columns:
        kind = "" if name == "geometry" else text_kind(piece.frame[name])
        if kind:
            return _from_text(
                _add_findings(piece, _guess_note(ask, str(name), _KINDS[kind])), ask, str(name)
            )
    found_in = columns.find_coordinate_columns(piece.frame)
    if found_in is None:
        return _from_parts(piece, ask)
    # the names the project file's own tables use: no guess
    plainly = (found_in.lon, found_in.lat) == ("lon", "lat")
    what = _BOTH if found_in.lon == found_in.lat else _TWO
    told = piece if plainly else _add_findings(piece, _guess_note(ask, found_in.label, what))
    return _from_columns(told, ask, found_in)


def text_kind(column: pd.Series) -> str:
    """Say whether a column of text holds ``wkt``, ``geojson``, a ``list`` of coordinates, or none of them ("")."""
    if column.dtype.kind in "iufb":
        return ""
    cells = [str(value) for value in column.dropna().head(_SAMPLE * 4) if str(value).strip()][
        :_SAMPLE
    ]
    half = len(cells) / 2
    if sum(bool(_WKT.match(cell)) for cell in cells) > half:
        return "wkt"
    if sum(bool(_GEOJSON.match(cell)) for cell in cells) > half:
        return "geojson"
    if sum(bool(_LIST.match(cell)) and len(_PAIR.findall(cell)) >= 3 for cell in cells) > half:
        return "list"
    return ""


def _from_text(piece: ReadResult, ask: ReadRequest, name: str) -> ReadResult:
    column = piece.frame[name]
    cells = ["" if value is None or pd.isna(value) else str(value).strip() for value in column]
    kind = text_kind(column)
    if not kind and columns.holds_places(column):
        return _from_columns(piece, ask, columns.columns_by_name(name, name))
    geometry = {"wkt": _parse_wkt, "geojson": _parse_geojson}.get(kind, _parse_coordinate_lists)(
        cells
    )
    lost = [i for i, cell in enumerate(cells) if cell and geometry[i] is None]
    findings = [
        unreadable_feature(ask, i, "坐标无法识别", "its coordinates make no sense") for i in lost
    ]
    if kind not in ("wkt", "geojson"):
        geometry, more = _east_first(geometry, ask)
        findings += more
    frame = piece.frame.drop(columns=name).set_geometry(
        gpd.GeoSeries(geometry, index=column.index), crs=piece.frame.crs
    )
    frame = frame.rename_geometry("geometry") if frame.geometry.name != "geometry" else frame
    return _add_findings(
        dataclasses.replace(piece, frame=drop_unreadable(frame, findings)), *findings
    )


def _parse_wkt(cells: Sequence[str]) -> np.ndarray:
    bare = np.array(
        [re.sub(r"^\s*SRID=\d+;", "", cell, flags=re.I) or None for cell in cells], dtype=object
    )
    curved = np.array(
        [text is not None and _CURVED.search(text) is not None for text in bare], dtype=bool
    )
    straight = [None if bent else text for text, bent in zip(bare, curved, strict=True)]
    geometry = np.array(shapely.from_wkt(straight, on_invalid="ignore"), dtype=object)
    if curved.any():
        geometry[curved] = _linearize_wkt(bare[curved])
    return np.asarray(shapely.force_2d(geometry), dtype=object)


def _linearize_wkt(wkt: np.ndarray) -> np.ndarray:
    """Read WKT that GEOS does not know by GDAL: curves become chords, surfaces their footprint."""
    rows = [[number, "" if text is None else text] for number, text in enumerate(wkt)]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # cells GDAL cannot read come back null and are told as findings
        warnings.simplefilter("ignore")
        # GDAL tells a CSV by its name, which a file in memory has not
        file = Path(folder) / "wkt.csv"
        with file.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerows([["row", "WKT"], *rows])
        _, _, wkb, (numbers,) = pyogrio.raw.read(
            file, columns=["row"], force_2d=True, AUTODETECT_TYPE="YES"
        )
    out = np.full(len(wkt), None, dtype=object)
    read = shapely.from_wkb(wkb, on_invalid="ignore")
    out[numbers.astype(int)] = [
        surface_footprint(raw) if one is None and raw is not None else one
        for one, raw in zip(read, wkb, strict=True)
    ]
    return out


def _parse_geojson(cells: Sequence[str]) -> np.ndarray:
    """Read a GeoJSON geometry a cell; some programs write it with single quotes."""
    double = [cell if '"' in cell else cell.replace("'", '"') for cell in cells]
    geometry = shapely.from_geojson(
        np.array([cell or None for cell in double], dtype=object), on_invalid="ignore"
    )
    return np.asarray(shapely.force_2d(geometry), dtype=object)


def _parse_coordinate_lists(cells: Sequence[str]) -> np.ndarray:
    return np.array([*(_parse_coordinate_list(cell) for cell in cells), None], dtype=object)[:-1]


def _parse_coordinate_list(cell: str) -> BaseGeometry | None:
    """Return the area of a list of coordinates; fewer than three corners make a point or a line.

    Rings are parted by ``|``, ``#``, ``&``, a line break, or by returning to where they began; a ring inside another is a
    hole, else another part. The sense of turning says nothing: swapped axes reverse it.
    """
    rings = [ring for text in re.split(r"[|#&\n]+", cell) for ring in _closed_runs(text)]
    corners = [ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring for ring in rings]
    areas = [shapely.Polygon(ring) for ring in corners if len(ring) >= 3]
    if areas:
        return areas[0] if len(areas) == 1 else _assemble_rings(areas)
    if not corners:
        return None
    return shapely.LineString(corners[0]) if len(corners[0]) == 2 else shapely.Point(corners[0][0])


def _closed_runs(text: str) -> list[list[tuple[float, float]]]:
    """Cut a run of points wherever it returns to the point it began at."""
    runs: list[list[tuple[float, float]]] = []
    run: list[tuple[float, float]] = []
    for x, y in _PAIR.findall(text):
        run.append((float(x), float(y)))
        if len(run) > 3 and run[-1] == run[0]:
            runs.append(run)
            run = []
    return [*runs, run] if run else runs


def _assemble_rings(rings: Sequence[BaseGeometry]) -> BaseGeometry:
    """Put rings together: one inside what is there is a hole, else a part."""
    valid = [geos.make_valid(ring) for ring in rings]
    area: BaseGeometry = shapely.Polygon()
    for ring in sorted(valid, key=lambda ring: -ring.area):
        area = geos.difference(area, ring) if shapely.covers(area, ring) else geos.union(area, ring)
    return area


def _east_first(geometry: np.ndarray, ask: ReadRequest) -> tuple[np.ndarray, list[Finding]]:
    """Swap "lat,lon" into "lon,lat" where most rows can be nothing else; metres are left to the room that knows the CRS."""
    first, second = np.abs(shapely.bounds(geometry)[:, 2:]).T
    turned = (first <= 90) & (second > 90) & (second <= 180)
    if 2 * turned.sum() <= (~shapely.is_missing(geometry)).sum():
        return geometry, []
    swapped = shapely.transform(geometry, lambda coordinates: coordinates[:, ::-1])
    return swapped, [make_finding("coordinates_swapped", layer=ask.key, file=ask.name)]


def _from_columns(
    piece: ReadResult, ask: ReadRequest, chosen: columns.CoordinateColumns
) -> ReadResult:
    return _placed(piece, ask, piece.frame, chosen)


def _placed(
    piece: ReadResult, ask: ReadRequest, table: pd.DataFrame, chosen: columns.CoordinateColumns
) -> ReadResult:
    """Give the rows the points that a table of the same rows says."""
    geometry, told = points_from_table(table, chosen, layer=ask.key, file=ask.name, datum=ask.datum)
    frame = piece.frame.set_geometry(
        gpd.GeoSeries(geometry, index=piece.frame.index), crs=piece.frame.crs
    )
    out = _add_findings(dataclasses.replace(piece, frame=frame), *told)
    group = rows_are_corners(frame, ask)
    return out if group is None else corners_to_areas(out, ask, group, (chosen.lon, chosen.lat))


def _from_parts(piece: ReadResult, ask: ReadRequest) -> ReadResult:
    """Read degrees, minutes and seconds that stand in columns of their own; a table without such is given back."""
    parts = part_columns(str(name) for name in piece.frame.columns)
    if parts is None:
        return piece
    whole = same_lines(with_whole(piece.frame, parts), piece.frame)
    label = "、".join((*parts[LON], *parts[LAT]))
    noted = _add_findings(piece, _guess_note(ask, label, _TWO))
    return _placed(noted, ask, whole, columns.columns_by_name(LON, LAT))


def _guess_note(ask: ReadRequest, field: str, what: Text) -> Finding:
    return make_finding("geometry_guessed", layer=ask.key, file=ask.name, field=field, what=what)


def _add_findings(piece: ReadResult, *findings: Finding) -> ReadResult:
    return dataclasses.replace(piece, findings=(*piece.findings, *findings))
