"""VCT, the text exchange format of GB/T 17798 (1999 and 2007; versions 1 to 3): GDAL has no reader for it.

A file is sections between ``…Begin`` and ``…End``: head, feature classes, table structures, points, lines, polygons
(which refer to lines), attributes. The versions differ in a few lines a record; each record shows by itself which it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmerge.findings import Finding
from gridmerge.load.columns import values
from gridmerge.load.encoding import decode_file
from gridmerge.load.features import unreadable_feature
from gridmerge.load.gdal import chosen_layers
from gridmerge.load.piece import Ask, Piece, geo_frame
from gridmerge.load.refuse import many_layers, unreadable

_SECTION = re.compile(r"^(Head|FeatureCode|TableStructure|Point|Line|Polygon|Attribute)(Begin|End)$", re.I)
_LINE_REFERENCES = ("21", "2")  # how a polygon is made: from lines; the rest are rings of coordinates
_ARC_STEPS = 64  # chords a three-point arc becomes


@dataclass
class _Shape:
    """One record of a geometry section: its place in the file, feature class, and geometry (None when broken)."""

    identity: str
    code: str
    shape: BaseGeometry | None
    row: int = 0


@dataclass
class _Vct:
    separator: str
    sections: dict[str, list[str]]
    classes: dict[str, tuple[str, str]] = field(default_factory=dict)  # code → (name, attribute table)
    tables: dict[str, list[str]] = field(default_factory=dict)  # table → its fields


class _Cursor:
    """Walks over the lines of a section."""

    def __init__(self, lines: Sequence[str], separator: str) -> None:
        self.lines, self._separator, self.at = lines, separator, 0

    def more(self) -> bool:
        return self.at < len(self.lines)

    def at_record(self, classes: Mapping[str, object]) -> bool:
        """Whether a record begins here (behind the 0 that may close the one before), or the section ends."""
        at = self.at + (self.peek() == "0")
        if at >= len(self.lines):
            return True
        two = self.lines[at : at + 2]
        return len(two) == 2 and two[0].isdigit() and (two[1] in classes if classes else self._separator not in two[1])

    def peek(self) -> str:
        return self.lines[self.at] if self.more() else ""

    def take(self) -> str:
        if not self.more():
            raise ValueError("a record is cut short")
        self.at += 1
        return self.lines[self.at - 1]

    def integer(self) -> int:
        return int(self.take())

    def pair(self) -> tuple[float, float]:
        x, y = self.take().split(self._separator)[:2]
        return float(x), float(y)

    def is_pair(self) -> bool:
        return self._separator in self.peek()

    def pairs(self, count: int) -> list[tuple[float, float]]:
        if count < 0 or count > len(self.lines):
            raise ValueError("a count is wrong")
        return [self.pair() for _ in range(count)]


def read_vct(path: Path, ask: Ask) -> Piece:
    """Read one feature class of a VCT file: the one `ask.layer` names by name, code or table, or the only one."""
    text, encoding, findings = decode_file(path.read_bytes(), ask.name, ask.key, ask.encoding)
    vct = _parsed(text, ask)
    points, lines = _shapes(vct, "point", _point), _shapes(vct, "line", _line)
    by_id = {line.identity: line.shape for line in lines}
    shapes = [*points, *lines, *_shapes(vct, "polygon", partial(_polygon, lines=by_id, separator=vct.separator))]
    code = _wanted(vct, shapes, ask)
    chosen = [shape for shape in shapes if shape.code == code]
    _, table = vct.classes.get(code, (code, code))
    rows = _attributes(vct).get(table, {})
    names = ["vct_id", *vct.tables.get(table, [])]
    columns = {
        one: values([([shape.identity, *rows.get(shape.identity, [])] + [None] * len(names))[i] for shape in chosen])
        for i, one in enumerate(names)
    }
    lost: list[Finding] = [
        unreadable_feature(ask, i, "坐标或所引用的线不完整", "its coordinates or the lines it refers to are incomplete")
        for i, shape in enumerate(chosen)
        if shape.shape is None
    ]
    frame = geo_frame(columns, np.array([*(shape.shape for shape in chosen), None], dtype=object)[:-1])
    frame = frame[~frame.geometry.isna()].reset_index(drop=True)
    return Piece(frame=frame, driver="VCT", encoding=encoding, findings=(*findings, *lost), files=(path,))


def _parsed(text: str, ask: Ask) -> _Vct:
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    for raw in text.splitlines():
        line = raw.strip()
        mark = _SECTION.match(line)
        if mark:
            current = sections.setdefault(mark[1].lower(), []) if mark[2].lower() == "begin" else None
        elif current is not None and line:
            current.append(line)
    if not sections.keys() & {"point", "line", "polygon"}:
        raise unreadable(
            ask.name,
            "VCT 文件里没有点、线或面的几何数据。请重新导出。",
            "the VCT file holds no point, line or polygon section. Export it again.",
        )
    pairs = (line.replace("：", ":").partition(":") for line in sections.get("head", []))
    head = {key.strip().lower(): value.strip() for key, _, value in pairs}
    vct = _Vct(separator=head.get("separator") or ",", sections=sections)
    _describe(vct)
    return vct


def _describe(vct: _Vct) -> None:
    """Read feature classes (code, name, kind, …, table) and the fields of each attribute table."""
    for line in vct.sections.get("featurecode", []):
        cells = [cell.strip() for cell in line.split(vct.separator)]
        if len(cells) >= 3:
            vct.classes[cells[0]] = (cells[1], cells[-1])
    table: list[str] | None = None
    for line in vct.sections.get("tablestructure", []):
        cells = [cell.strip() for cell in line.split(vct.separator)]
        if len(cells) == 2 and cells[1].isdigit() and (table is None or cells[0] not in table):
            table = vct.tables.setdefault(cells[0], [])
        elif len(cells) >= 2 and table is not None:
            table.append(cells[0])


def _wanted(vct: _Vct, shapes: Sequence[_Shape], ask: Ask) -> str:
    codes = list(dict.fromkeys(shape.code for shape in shapes))
    aliases = {alias: code for code in codes for alias in (*vct.classes.get(code, ()), code)}
    if ask.layer is not None:
        return aliases[chosen_layers(list(aliases), ask.layer, ask.name)[0]]
    areas = {shape.code for shape in shapes if isinstance(shape.shape, (shapely.Polygon, shapely.MultiPolygon))}
    usable = [code for code in codes if code in areas] or codes
    if len(usable) > 1:
        raise many_layers(ask.name, [vct.classes.get(code, (code,))[0] for code in usable])
    if not usable:
        raise unreadable(ask.name, "VCT 文件里没有要素。", "the VCT file holds no features.")
    return usable[0]


def _shapes(vct: _Vct, section: str, build: Callable[[_Cursor], BaseGeometry | None]) -> list[_Shape]:
    """Read the records of a section; behind a broken one reading goes on where the next plainly begins."""
    cursor = _Cursor(vct.sections.get(section, []), vct.separator)
    out: list[_Shape] = []
    while cursor.more():
        if cursor.peek() == "0":  # closes a record in version 3
            cursor.take()
            continue
        start = cursor.at
        shape: BaseGeometry | None = None
        try:
            identity, code, _ = cursor.take(), cursor.take(), cursor.take()
            shape = build(cursor)
        except (ValueError, shapely.errors.ShapelyError):
            identity, code = (*cursor.lines[start : start + 2], "")[:2]
        if shape is None or not cursor.at_record(vct.classes):
            cursor.at = start + 1
            while cursor.more() and not cursor.at_record(vct.classes):
                cursor.at += 1
        out.append(_Shape(identity, code, shape))
    return out


def _point(cursor: _Cursor) -> BaseGeometry | None:
    while not cursor.is_pair():
        cursor.integer()  # kind of point; in version 3 also the number of points
    return shapely.Point(cursor.pair())


def _line_coordinates(cursor: _Cursor) -> list[tuple[float, float]]:
    cursor.integer()  # kind of line
    count = cursor.integer()
    if cursor.is_pair():  # versions 1 and 2 of 1999: count is of points
        return cursor.pairs(count)
    points: list[tuple[float, float]] = []
    for _ in range(count):  # 2007: count is of segments, each with kind and number of points
        kind = cursor.take()
        segment = cursor.pairs(cursor.integer())
        segment = _arc(segment) if kind == "12" and len(segment) == 3 else segment
        points += segment[1:] if points and points[-1] == segment[0] else segment
    return points


def _arc(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the chords of an arc through three points."""
    a, b, c = (complex(*point) for point in points)
    turn = (c - a) / (b - a) if b != a else 0
    if not turn or abs(turn.imag) < 1e-12:
        return list(points)
    centre = (b - a) * (turn - abs(turn) ** 2) / (2j * turn.imag) + a
    start, middle, end = (np.angle(z - centre) for z in (a, b, c))
    sweep = (end - start) % (2 * np.pi)
    if (middle - start) % (2 * np.pi) > sweep:
        sweep -= 2 * np.pi
    angles = start + np.linspace(0, sweep, _ARC_STEPS)
    inner = centre + abs(a - centre) * np.exp(1j * angles[1:-1])
    return [points[0], *((float(z.real), float(z.imag)) for z in inner), points[2]]


def _line(cursor: _Cursor) -> BaseGeometry | None:
    points = _line_coordinates(cursor)
    return shapely.LineString(points) if len(points) > 1 else None


def _polygon(cursor: _Cursor, lines: dict[str, BaseGeometry | None], separator: str) -> BaseGeometry | None:
    made = ""
    if not cursor.is_pair():
        cursor.take()  # 2007: kind of polygon stands before the label point, how it is made behind it
        cursor.pair()
        made = cursor.take()
    else:
        cursor.pair()
    count = cursor.integer()
    if made and made not in _LINE_REFERENCES:
        return _area([shapely.LineString(ring) for ring in _rings(cursor, count)])
    references: list[str] = []
    while len(references) < count:
        references += [one.strip() for one in cursor.take().split(separator) if one.strip()]
    parts = [lines.get(one.lstrip("-+")) for one in references if one != "0"]
    return None if any(part is None for part in parts) else _area([part for part in parts if part is not None])


def _rings(cursor: _Cursor, count: int) -> Iterator[list[tuple[float, float]]]:
    while True:
        ring = cursor.pairs(count)
        yield ring if ring[0] == ring[-1] else [*ring, ring[0]]
        if cursor.peek() in ("", "0") or cursor.is_pair():
            return
        count = cursor.integer()


def _area(lines: Sequence[BaseGeometry]) -> BaseGeometry | None:
    """Return what the lines enclose; rings within rings are holes."""
    area = shapely.build_area(shapely.GeometryCollection(list(lines)))
    return None if area is None or area.is_empty else area


def _attributes(vct: _Vct) -> dict[str, dict[str, list[Any]]]:
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
            cells: list[Any] = [cell.strip().strip('"') or None for cell in line.split(vct.separator)]
            rows[str(cells[0])] = cells[1:] if len(cells) > width else cells
    return out
