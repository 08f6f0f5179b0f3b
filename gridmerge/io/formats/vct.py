"""VCT, the text exchange format of GB/T 17798 (1999 and 2007; versions 1 to 3): GDAL has no reader for it.

A file is sections between ``…Begin`` and ``…End``: head, feature classes, table structures, points, lines, polygons
(which refer to lines), attributes. The versions differ in a few lines a record; each record shows by itself which it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from gridmerge.findings import Finding, make_finding
from gridmerge.i18n.text import Text
from gridmerge.io.encoding import decode_file
from gridmerge.io.formats import vct_records
from gridmerge.io.formats.gdal import chosen_layers, join_frames
from gridmerge.io.formats.vct_records import Cursor
from gridmerge.io.formats.wkb import unreadable_feature
from gridmerge.io.read_request import ReadRequest, ReadResult, geo_frame
from gridmerge.io.refusals import many_layers, unreadable_error
from gridmerge.io.tables.driver_columns import column_from_cells

_SECTION = re.compile(
    r"^(Head|FeatureCode|TableStructure|Point|Line|Polygon|Attribute)(Begin|End)$", re.I
)
_COMMENT = re.compile(r"^\s*CommentBegin\s*$.*?^\s*CommentEnd\s*$", re.I | re.M | re.S)
# ellipsoids as heads name them, with PROJ's words and the system of longitude and latitude
_ELLIPSOIDS = (
    (re.compile(r"克拉索夫|6378\.?245|1954|北京"), "+ellps=krass", 4214),
    (re.compile(r"西安|1980|6378\.?140"), "+a=6378140 +rf=298.257", 4610),
    (re.compile(r"2000|6378\.?137"), "+ellps=GRS80", 4490),
)
# lines of nodes and neighbours that may follow a line's corners in the edition of 1999
_TOPOLOGY_LINES = 4
# degrees: a number of the projection's parameters within is its central meridian
_MERIDIAN_RANGE = (70.0, 140.0)
# metres, of every Chinese zone; a prefix of the zone may stand before it
_FALSE_EASTING_M = 500_000.0


@dataclass
class _GeometryRecord:
    """One record of a geometry section: its place in the file, feature class, and geometry (None when broken)."""

    identity: str
    code: str
    shape: BaseGeometry | None
    row: int = 0


@dataclass
class _VctDocument:
    separator: str
    sections: dict[str, list[str]]
    head: dict[str, str]  # keys in lower case
    # code → (name, attribute table)
    classes: dict[str, tuple[str, str]] = field(default_factory=dict)
    tables: dict[str, list[str]] = field(default_factory=dict)  # table → its fields


def read_vct(path: Path, ask: ReadRequest) -> ReadResult:
    """Read the feature classes that `ask.layer` names by name, code or table (also by a pattern), or the only one."""
    text, encoding, findings = decode_file(path.read_bytes(), ask.name, ask.key, ask.encoding)
    vct = _parse_vct(text, ask)
    points, lines = (
        _read_shapes(vct, "point", vct_records.read_point),
        _read_shapes(vct, "line", vct_records.read_line),
    )
    by_id = {line.identity: line.shape for line in lines}
    shapes = [
        *points,
        *lines,
        *_read_shapes(vct, "polygon", partial(vct_records.read_polygon, lines=by_id)),
    ]
    rows = _read_attributes(vct)
    parts = []
    notes = list(findings)
    for code in _choose_classes(vct, shapes, ask):
        frame, told = _class_frame(
            vct, code, [shape for shape in shapes if shape.code == code], rows, ask
        )
        parts.append(frame)
        notes += told
    return ReadResult(
        frame=join_frames(parts),
        driver="VCT",
        encoding=encoding,
        findings=tuple(notes),
        files=(path,),
    )


def _class_frame(
    vct: _VctDocument,
    code: str,
    chosen: Sequence[_GeometryRecord],
    attributes: Mapping[str, Mapping[str, list[Any]]],
    ask: ReadRequest,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """One feature class with its attributes, and what does not fit together."""
    called, table = vct.classes.get(code, (code, code))
    rows = attributes.get(table, {})
    names = ["vct_id", *vct.tables.get(table, [])]
    columns = {
        one: column_from_cells(
            [
                ([shape.identity, *rows.get(shape.identity, [])] + [None] * len(names))[i]
                for shape in chosen
            ]
        )
        for i, one in enumerate(names)
    }
    told = [
        unreadable_feature(
            ask,
            i,
            "坐标或所引用的线不完整",
            "its coordinates or the lines it refers to are incomplete",
        )
        for i, shape in enumerate(chosen)
        if shape.shape is None
    ]
    geometry = np.array([*(shape.shape for shape in chosen), None], dtype=object)[:-1]
    frame = geo_frame(columns, geometry, _head_crs(vct.head))
    frame = frame[~frame.geometry.isna()].reset_index(drop=True)
    if len(rows) != len(chosen) and vct.tables.get(table):
        lost = abs(len(rows) - len(chosen))
        told.append(
            make_finding(
                "companion_disagrees",
                layer=ask.key,
                measure=lost,
                file=ask.name,
                shapes=len(chosen),
                records=len(rows),
            )
        )
    extent = _compare_extent(vct.head, frame.total_bounds)
    told.append(
        make_finding(
            "vct_to_check",
            layer=ask.key,
            measure=len(frame),
            file=ask.name,
            what=called,
            extent=extent,
        )
    )
    return frame, told


def _parse_numbers(text: str) -> list[float]:
    cells = (cell.strip() for cell in text.split(","))
    return [float(cell) for cell in cells if re.fullmatch(r"[+-]?\d+(\.\d*)?", cell)]


def _compare_extent(head: Mapping[str, str], bounds: np.ndarray) -> Text:
    """Whether what was read lies within the extent that the head gives: a misread number would not."""
    low, high = (_parse_numbers(head.get(key, "")) for key in ("extentmin", "extentmax"))
    low = low or _parse_numbers(f"{head.get('minx', '')},{head.get('miny', '')}")
    high = high or _parse_numbers(f"{head.get('maxx', '')},{head.get('maxy', '')}")
    if len(low) < 2 or len(high) < 2:
        return Text("文件头未写", "is not given in its head")
    slack = 0.01 * max(high[0] - low[0], high[1] - low[1])
    inside = (bounds[:2] >= np.subtract(low[:2], slack)).all() and (
        bounds[2:] <= np.add(high[:2], slack)
    ).all()
    return (
        Text("在文件头所写之内", "is within that of its head")
        if inside
        else Text("超出文件头所写", "goes beyond that of its head")
    )


def _head_crs(head: Mapping[str, str]) -> CRS | None:
    """Return the system that the head describes in words: ellipsoid, projection, central meridian; None where it says too little."""
    said = next(
        (
            one
            for one in _ELLIPSOIDS
            if one[0].search(head.get("spheroid", "") + head.get("horizontalcrs", ""))
        ),
        None,
    )
    projection, kind = (
        head.get("projection", ""),
        head.get("coordinatesystemtype", head.get("coordsystype", "")).upper(),
    )
    if said is None:
        return None
    if "地理" in projection or kind == "D":
        return CRS.from_epsg(said[2])
    numbers = [
        *_parse_numbers(head.get("meridian", "")),
        *_parse_numbers(head.get("parameters", "")),
    ]
    meridian = next(
        (one for one in numbers if _MERIDIAN_RANGE[0] <= one <= _MERIDIAN_RANGE[1]), None
    )
    if meridian is None or not re.search("高斯|gauss|transverse", projection, re.I):
        return None
    west = (
        _parse_numbers(head.get("extentmin", "")) or _parse_numbers(head.get("minx", "")) or [0.0]
    )[0]
    easting = _FALSE_EASTING_M + 1e6 * (west // 1e6)
    return CRS.from_proj4(
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0={easting} +y_0=0 {said[1]} +units=m +no_defs"
    )


def _parse_vct(text: str, ask: ReadRequest) -> _VctDocument:
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    for raw in _COMMENT.sub("", text).splitlines():
        line = raw.strip()
        mark = _SECTION.match(line)
        if mark:
            current = (
                sections.setdefault(mark[1].lower(), []) if mark[2].lower() == "begin" else None
            )
        elif current is not None and line:
            current.append(line)
    if current is not None:
        raise unreadable_error(
            ask.name,
            "VCT 文件在一节中间断了（有 Begin 没有 End），没有保存完整。请重新导出。",
            "the VCT file ends within a section (a Begin without its End): it is cut short. Export it again.",
        )
    if not sections.keys() & {"point", "line", "polygon"}:
        raise unreadable_error(
            ask.name,
            "VCT 文件里没有点、线或面的几何数据。请重新导出。",
            "the VCT file holds no point, line or polygon section. Export it again.",
        )
    pairs = (line.replace("：", ":").partition(":") for line in sections.get("head", []))
    head = {key.strip().lower(): value.strip() for key, _, value in pairs}
    vct = _VctDocument(separator=head.get("separator") or ",", sections=sections, head=head)
    _read_schema(vct)
    return vct


def _read_schema(vct: _VctDocument) -> None:
    """Read the fields of each attribute table, and the feature classes: code, name, kind, …,  table"""
    fields: list[str] = []
    left = 0
    for line in vct.sections.get("tablestructure", []):
        cells = [cell.strip() for cell in line.split(vct.separator)]
        if left == 0 and len(cells) >= 2 and cells[1].isdigit():
            fields, left = vct.tables.setdefault(cells[0], []), int(cells[1])
        elif left and len(cells) >= 2:
            fields.append(cells[0])
            left -= 1
    for line in vct.sections.get("featurecode", []):
        cells = [cell.strip() for cell in line.split(vct.separator)]
        if len(cells) >= 3:
            table = next((cell for cell in cells[3:] if cell in vct.tables), cells[-1])
            vct.classes[cells[0]] = (cells[1], table)


def _choose_classes(
    vct: _VctDocument, shapes: Sequence[_GeometryRecord], ask: ReadRequest
) -> list[str]:
    codes = list(dict.fromkeys(shape.code for shape in shapes))
    aliases = {alias: code for code in codes for alias in (*vct.classes.get(code, ()), code)}
    if ask.layer is not None:
        return list(
            dict.fromkeys(aliases[one] for one in chosen_layers(list(aliases), ask.layer, ask.name))
        )
    areas = {
        shape.code
        for shape in shapes
        if isinstance(shape.shape, (shapely.Polygon, shapely.MultiPolygon))
    }
    usable = [code for code in codes if code in areas] or codes
    if len(usable) > 1:
        raise many_layers(ask.name, [vct.classes.get(code, (code,))[0] for code in usable])
    if not usable:
        raise unreadable_error(ask.name, "VCT 文件里没有要素。", "the VCT file holds no features.")
    return usable


def _read_shapes(
    vct: _VctDocument, section: str, build: Callable[[Cursor], BaseGeometry | None]
) -> list[_GeometryRecord]:
    """Read the records of a section; behind a broken one reading goes on where the next plainly begins."""
    cursor = Cursor(vct.sections.get(section, []), vct.separator, vct.classes)
    out: list[_GeometryRecord] = []
    while cursor.more():
        if cursor.peek() == "0":  # closes a record in version 3
            cursor.take()
            continue
        start = cursor.at
        shape: BaseGeometry | None = None
        try:
            identity, code, style = cursor.take(), cursor.take(), cursor.take()
            code = style if code not in vct.classes and style in vct.classes else code
            shape = build(cursor)
        except (ValueError, shapely.errors.ShapelyError):
            identity, code = (*cursor.lines[start : start + 2], "")[:2]
        if shape is None or not cursor.at_record():
            after = cursor.at
            cursor.at = start + 1 if shape is None else after
            while cursor.more() and not cursor.at_record():
                cursor.at += 1
            if shape is not None and cursor.at - after > _TOPOLOGY_LINES:
                # a record that nobody can tell apart lay between
                out.append(_GeometryRecord("", code, None))
        out.append(_GeometryRecord(identity, code, shape))
    return out


def _read_attributes(vct: _VctDocument) -> dict[str, dict[str, list[Any]]]:
    """Return for each table its rows by the identity of the feature."""
    out: dict[str, dict[str, list[Any]]] = {}
    rows: dict[str, list[Any]] | None = None
    width = 0
    for line in vct.sections.get("attribute", []):
        if line in vct.tables:
            rows, width = out.setdefault(line, {}), len(vct.tables[line])
        elif line.lower() in ("tableend", "0"):
            rows = None
        elif rows is not None:
            cells: list[Any] = [
                cell.strip().strip('"') or None for cell in line.split(vct.separator)
            ]
            rows[str(cells[0])] = cells[1:] if len(cells) > width else cells
    return out
