"""DXF drawings: areas from closed lines, hatches and what lines enclose; names from the TEXT and MTEXT inside."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from ezdxf import filemanagement, recover
from ezdxf.lldxf.const import DXFError
from ezdxf.path import from_hatch, make_path
from shapely.geometry.base import BaseGeometry

from gridmerge.findings import Finding
from gridmerge.geo import geos
from gridmerge.io.completeness import whole_drawing
from gridmerge.io.encoding import (
    EncodingChoice,
    choose_encoding,
    codec_named,
    decode_value,
    demanded_codec,
    encoding_findings,
)
from gridmerge.io.formats.drawing import DrawingEntity, drawing_frame, drawn_by_gdal
from gridmerge.io.read_request import ReadRequest, ReadResult

_MOST_ENTITIES = 500_000  # out of blocks: blocks nested in blocks can multiply without end
_SAGITTA = 1e-4  # of a curve's own size: chords stay within 1 cm on an arc of 100 m
_LINE_TYPES = ("LINE", "LWPOLYLINE", "POLYLINE", "ARC", "CIRCLE", "ELLIPSE", "SPLINE")
_AREA_TYPES = ("HATCH", "MPOLYGON", "SOLID", "TRACE", "3DFACE")
_SILENT_TYPES = (
    "VIEWPORT",
    "ATTDEF",
    "DIMENSION",
    "LEADER",
    "MULTILEADER",
    "XLINE",
    "RAY",
    "IMAGE",
    "WIPEOUT",
    "OLE2FRAME",
)
# Escapes of drawings before 2007 for what their code page lacks.
_WIDE = re.compile(r"\\U\+([0-9A-F]{4})", re.I)
_MULTIBYTE = re.compile(r"\\M\+([1-5])([0-9A-F]{4})", re.I)
_CODE_PAGES = {"1": "cp932", "2": "cp950", "3": "cp949", "4": "johab", "5": "gbk"}
_FIRST_VISIBLE = 0x20
_TEXT_TYPES = ("TEXT", "MTEXT", "ATTRIB")
# what ezdxf raises over damaged drawings: its own family, and Python's where a number or a tag is missing
_DXF_ERRORS = (
    DXFError,
    ArithmeticError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    RecursionError,
)


def read_dxf(path: Path, ask: ReadRequest) -> ReadResult:
    """Read a drawing; `ask.layer` is a CAD layer. What ezdxf finds too incomplete is left to GDAL's more lenient reader."""
    raw = path.read_bytes()
    whole_drawing(raw, ask)
    text, encoding, findings = _decode_dxf(raw, ask)
    drawn = _drawn_by_ezdxf(path, text)
    if not any(one.kind != "skipped" for one in drawn):
        drawn = [
            *drawn_by_gdal(path if text is None else text.encode("utf-8", "replace"), ask),
            *drawn,
        ]
    frame, more = drawing_frame(drawn, ask)
    return ReadResult(
        frame=frame, driver="DXF", encoding=encoding, findings=(*findings, *more), files=(path,)
    )


def read_dgn(path: Path, ask: ReadRequest) -> ReadResult:
    """Read a MicroStation drawing of version 7; `ask.layer` is a level."""
    frame, findings = drawing_frame(drawn_by_gdal(path, ask), ask)
    return ReadResult(frame=frame, driver="DGN", findings=tuple(findings), files=(path,))


def _drawn_by_ezdxf(path: Path, text: str | None) -> list[DrawingEntity]:
    """Return what ezdxf reads: strictly, else by its repairing reader; nothing when both give up."""
    for opened in (partial(_read_strict, path, text), partial(_read_repaired, path, text)):
        try:
            return list(_iter_entities(opened()))
        except (*_DXF_ERRORS, OSError):
            continue
    return []


def _read_strict(path: Path, text: str | None) -> Any:
    return filemanagement.readfile(path) if text is None else filemanagement.read(io.StringIO(text))


def _read_repaired(path: Path, text: str | None) -> Any:
    document, _ = recover.read(
        io.BytesIO(path.read_bytes() if text is None else text.encode("utf-8", "replace"))
    )
    return document


def _decode_dxf(raw: bytes, ask: ReadRequest) -> tuple[str | None, str, tuple[Finding, ...]]:
    """Return the drawing's text (None for a binary one), its encoding and what is to be said about that."""
    if raw.startswith(b"AutoCAD Binary DXF"):
        return None, "", ()
    declared = re.search(rb"\$DWGCODEPAGE\s+3\s+(\S+)", raw[:20000])
    version = re.search(rb"\$ACADVER\s+1\s+AC(\d+)", raw[:20000])
    says = (
        "utf-8"
        if version and int(version[1]) >= 1021
        else (declared[1].decode("latin-1") if declared else "")
    )
    says = says.replace("ANSI_", "ANSI ")
    lines = raw.splitlines()
    if ask.encoding:
        choice = EncodingChoice(codec=demanded_codec(ask.encoding, ask.name), reason="demanded")
    else:
        choice = choose_encoding(
            sorted({line for line in lines if not line.isascii()}), codec_named(says)
        )
    text = "\n".join(
        line.decode() if line.isascii() else decode_value(line, choice.codec) for line in lines
    )
    text = decode_escapes(text)
    text += "\n"  # GDAL takes a last line without an end for a file cut short
    return text, choice.codec, encoding_findings(ask.key, ask.name, choice, says)


def decode_escapes(text: str) -> str:
    r"""Return text with the characters that older drawings write as escapes: \U+57CE, and \M+5B3C7 in a code page of its own."""
    if "\\U+" not in text and "\\M+" not in text and "\\u+" not in text and "\\m+" not in text:
        return text
    text = _WIDE.sub(_decode_unicode_escape, text)
    return (
        _MULTIBYTE.sub(_decode_multibyte_escape, text)
        .encode("utf-16", "surrogatepass")
        .decode("utf-16", "replace")
    )


def _decode_unicode_escape(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    return chr(code) if code >= _FIRST_VISIBLE else escape[0]


def _decode_multibyte_escape(escape: re.Match[str]) -> str:
    try:
        return bytes.fromhex(escape[2]).decode(_CODE_PAGES[escape[1]])
    except UnicodeDecodeError:
        return escape[0]


def _iter_entities(document: Any) -> Iterator[DrawingEntity]:
    stack: list[tuple[Any, str, frozenset[str]]] = [
        (entity, str(entity.dxf.layer), frozenset())
        for entity in reversed(list(document.modelspace()))
    ]
    made = 0
    while stack:
        entity, layer, blocks = stack.pop()
        made += bool(blocks)
        if made > _MOST_ENTITIES:
            raise ValueError(f"blocks make more than {_MOST_ENTITIES} entities")
        if entity.dxftype() != "INSERT":
            yield from _convert_entity(entity, layer)
            continue
        name = str(entity.dxf.name).lower()
        if name in blocks:
            continue  # a block that holds itself is drawn once
        # what a block draws on layer 0 belongs to the layer the block was inserted on: CAD's own rule
        for part in reversed(_explode_insert(entity)):
            stack.append(
                (part, layer if part.dxf.layer == "0" else str(part.dxf.layer), blocks | {name})
            )


def _explode_insert(insert: Any) -> list[Any]:
    try:
        if insert.mcount > _MOST_ENTITIES:
            return []
        copies = list(insert.multi_insert()) if insert.mcount > 1 else [insert]
        return [part for copy in copies for part in (*copy.virtual_entities(), *copy.attribs)]
    except _DXF_ERRORS:
        return []


def _convert_entity(entity: Any, layer: str) -> list[DrawingEntity]:
    """Return an entity as plain geometry; a broken one never costs the drawing, but it is told."""
    kind = entity.dxftype()
    try:
        if kind in _LINE_TYPES:
            return list(_convert_line(entity, layer))
        if kind in _AREA_TYPES:
            return [DrawingEntity("area", layer, shape) for shape in _convert_area(entity)]
        if kind in _TEXT_TYPES:
            return list(_convert_text(entity, layer))
        if kind == "POINT":
            return [
                DrawingEntity(
                    "point", layer, shapely.Point(entity.dxf.location.x, entity.dxf.location.y)
                )
            ]
    except (*_DXF_ERRORS, shapely.errors.ShapelyError):
        pass
    return [] if kind in _SILENT_TYPES else [DrawingEntity("skipped", layer, None, text=kind)]


def _convert_line(entity: Any, layer: str) -> Iterator[DrawingEntity]:
    if entity.dxftype() == "POLYLINE" and (entity.is_poly_face_mesh or entity.is_polygon_mesh):
        return
    for path in make_path(entity).sub_paths():
        points = _flatten_path(path)
        if len(points) > 3 and np.allclose(
            points[0], points[-1], rtol=0, atol=1e-9 * np.abs(points).max()
        ):
            yield DrawingEntity("area", layer, shapely.Polygon(points))
        elif len(points) > 1:
            yield DrawingEntity("line", layer, shapely.LineString(points))


def _flatten_path(path: Any) -> np.ndarray:
    corners = np.array([(vertex.x, vertex.y) for vertex in path.control_vertices()])
    if not len(corners) or not np.isfinite(corners).all():
        return np.empty((0, 2))
    if not path.has_curves:
        return corners
    size = float(np.ptp(corners, axis=0).max()) or 1.0
    return np.array(
        [(vertex.x, vertex.y) for vertex in path.flattening(size * _SAGITTA, segments=8)]
    )


def _convert_area(entity: Any) -> Iterator[BaseGeometry]:
    if entity.dxftype() in ("HATCH", "MPOLYGON"):
        rings = [points for path in from_hatch(entity) if len(points := _flatten_path(path)) > 3]
        whole: BaseGeometry | None = None
        for ring in sorted(
            (shapely.Polygon(ring).buffer(0) for ring in rings), key=lambda ring: -ring.area
        ):
            whole = ring if whole is None else geos.symmetric_difference(whole, ring)
        if whole is not None and whole.area > 0:
            yield whole
        return
    corners = [(vertex.x, vertex.y) for vertex in entity.wcs_vertices()]
    if len(set(corners)) > 2:
        yield shapely.Polygon(corners)


def _convert_text(entity: Any, layer: str) -> Iterator[DrawingEntity]:
    if entity.dxftype() == "MTEXT":
        text, place, size = entity.plain_text(), entity.dxf.insert, float(entity.dxf.char_height)
    else:
        text, size = entity.plain_text(), float(entity.dxf.height)
        _, place, _ = entity.get_placement()
    words = re.sub(r"\s+", " ", decode_escapes(text)).strip()
    if words:
        yield DrawingEntity("text", layer, shapely.Point(place.x, place.y), text=words, size=size)
