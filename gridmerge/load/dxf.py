"""DXF drawings: areas from closed lines, hatches and what lines enclose; names from the TEXT and MTEXT inside."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from ezdxf import filemanagement, recover
from ezdxf.lldxf.const import DXFError
from ezdxf.path import from_hatch, make_path
from shapely.geometry.base import BaseGeometry

from gridmerge.errors import GridmergeError
from gridmerge.findings import Finding, found
from gridmerge.load.encoding import Choice, choose, codec_named, decode_value, demanded, note
from gridmerge.load.gdal import chosen_layers
from gridmerge.load.piece import Ask, Piece, geo_frame
from gridmerge.load.polygonise import enclosed, label_areas
from gridmerge.load.refuse import many_layers, unreadable

_MOST_ENTITIES = 500_000  # out of blocks: blocks nested in blocks can multiply without end
_SAGITTA = 1e-4  # of a curve's own size: chords stay within 1 cm on an arc of 100 m
_LINES = ("LINE", "LWPOLYLINE", "POLYLINE", "ARC", "CIRCLE", "ELLIPSE", "SPLINE")
_AREAS = ("HATCH", "MPOLYGON", "SOLID", "TRACE", "3DFACE")
_TEXTS = ("TEXT", "MTEXT", "ATTRIB")
# what ezdxf raises over damaged drawings: its own family, and Python's where a number or a tag is missing
_TROUBLES = (DXFError, ArithmeticError, ValueError, TypeError, AttributeError, LookupError, RecursionError)


@dataclasses.dataclass(frozen=True)
class Drawn:
    """One entity as plain geometry: `kind` is area, line, point or text; `text` and `size` belong to texts."""

    kind: str
    layer: str
    shape: BaseGeometry
    text: str = ""
    size: float = 0.0


def read_dxf(path: Path, ask: Ask) -> Piece:
    """Read a drawing; `ask.layer` is a CAD layer.

    Fields: name (the text inside), texts (all of them), cad_layer. Without any area the lines are returned, else the points.
    """
    document, encoding, findings = _opened(path, ask)
    try:
        drawn = list(_drawn(document))
    except _TROUBLES as error:
        raise _broken(ask, error) from error
    frame, more = _frame(drawn, ask)
    return Piece(frame=frame, driver="DXF", encoding=encoding, findings=(*findings, *more), files=(path,))


def _broken(ask: Ask, error: Exception) -> GridmergeError:
    words = re.sub(r"\s+", " ", str(error))[:160] or type(error).__name__
    return unreadable(
        ask.name,
        f"DXF 图形损坏（{words}）。请在 CAD 中用 AUDIT 修复后另存为 DXF 2007。",
        f"the drawing is damaged ({words}). Repair it with AUDIT in the CAD program and save it as DXF 2007.",
    )


def _opened(path: Path, ask: Ask) -> tuple[Any, str, tuple[Finding, ...]]:
    raw = path.read_bytes()
    if raw.startswith(b"AutoCAD Binary DXF"):
        return _binary(path, ask), "", ()
    declared = re.search(rb"\$DWGCODEPAGE\s+3\s+(\S+)", raw[:20000])
    version = re.search(rb"\$ACADVER\s+1\s+AC(\d+)", raw[:20000])
    says = "utf-8" if version and int(version[1]) >= 1021 else (declared[1].decode("latin-1") if declared else "")
    says = says.replace("ANSI_", "ANSI ")
    if ask.encoding:
        choice = Choice(codec=demanded(ask.encoding, ask.name), reason="demanded")
    else:
        choice = choose(sorted({line for line in raw.splitlines() if not line.isascii()}), codec_named(says))
    text = "\n".join(
        decode_value(line, choice.codec) if not line.isascii() else line.decode() for line in raw.splitlines()
    )
    try:
        return filemanagement.read(io.StringIO(text)), choice.codec, note(ask.key, ask.name, choice, says)
    except _TROUBLES:
        return _recovered(text.encode("utf-8", "replace"), ask), choice.codec, note(ask.key, ask.name, choice, says)


def _binary(path: Path, ask: Ask) -> Any:
    try:
        return filemanagement.readfile(path)
    except _TROUBLES as error:
        raise _broken(ask, error) from error


def _recovered(raw: bytes, ask: Ask) -> Any:
    try:
        document, _ = recover.read(io.BytesIO(raw))
    except (*_TROUBLES, OSError) as error:
        raise _broken(ask, error) from error
    return document


def _drawn(document: Any) -> Iterator[Drawn]:
    stack: list[tuple[Any, str, frozenset[str]]] = [
        (entity, str(entity.dxf.layer), frozenset()) for entity in reversed(list(document.modelspace()))
    ]
    made = 0
    while stack:
        entity, layer, blocks = stack.pop()
        made += bool(blocks)
        if made > _MOST_ENTITIES:
            raise ValueError(f"blocks make more than {_MOST_ENTITIES} entities")
        if entity.dxftype() == "INSERT":
            name = str(entity.dxf.name).lower()
            if name not in blocks:  # a block that holds itself is drawn once
                # what a block draws on layer 0 belongs to the layer the block was inserted on: CAD's own rule
                parts = [*_exploded(entity), *entity.attribs]
                stack += [
                    (part, layer if part.dxf.layer == "0" else str(part.dxf.layer), blocks | {name})
                    for part in reversed(parts)
                ]
            continue
        yield from _plain(entity, layer)


def _exploded(insert: Any) -> list[Any]:
    try:
        return list(insert.virtual_entities())
    except _TROUBLES:
        return []


def _plain(entity: Any, layer: str) -> Iterator[Drawn]:
    kind = entity.dxftype()
    try:
        if kind in _LINES:
            yield from _line(entity, layer)
        elif kind in _AREAS:
            yield from (Drawn("area", layer, shape) for shape in _area(entity))
        elif kind in _TEXTS:
            yield from _text(entity, layer)
        elif kind == "POINT":
            yield Drawn("point", layer, shapely.Point(entity.dxf.location.x, entity.dxf.location.y))
    except (
        DXFError,
        ArithmeticError,
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        IndexError,
        shapely.errors.GEOSException,
    ):
        return  # one broken entity never costs the drawing


def _line(entity: Any, layer: str) -> Iterator[Drawn]:
    if entity.dxftype() == "POLYLINE" and (entity.is_poly_face_mesh or entity.is_polygon_mesh):
        return
    for path in make_path(entity).sub_paths():
        points = _flat(path)
        if len(points) > 3 and np.allclose(points[0], points[-1], rtol=0, atol=1e-9 * np.abs(points).max()):
            yield Drawn("area", layer, shapely.Polygon(points))
        elif len(points) > 1:
            yield Drawn("line", layer, shapely.LineString(points))


def _flat(path: Any) -> np.ndarray:
    corners = np.array([(vertex.x, vertex.y) for vertex in path.control_vertices()])
    if not len(corners) or not np.isfinite(corners).all():
        return np.empty((0, 2))
    if not path.has_curves:
        return corners
    size = float(np.ptp(corners, axis=0).max()) or 1.0
    return np.array([(vertex.x, vertex.y) for vertex in path.flattening(size * _SAGITTA, segments=8)])


def _area(entity: Any) -> Iterator[BaseGeometry]:
    if entity.dxftype() in ("HATCH", "MPOLYGON"):
        rings = [points for path in from_hatch(entity) if len(points := _flat(path)) > 3]
        whole: BaseGeometry | None = None
        for ring in sorted((shapely.Polygon(ring).buffer(0) for ring in rings), key=lambda ring: -ring.area):
            whole = ring if whole is None else shapely.symmetric_difference(whole, ring)
        if whole is not None and whole.area > 0:
            yield whole
        return
    corners = [(vertex.x, vertex.y) for vertex in entity.wcs_vertices()]
    if len(set(corners)) > 2:
        yield shapely.Polygon(corners)


def _text(entity: Any, layer: str) -> Iterator[Drawn]:
    if entity.dxftype() == "MTEXT":
        text, place, size = entity.plain_text(), entity.dxf.insert, float(entity.dxf.char_height)
    else:
        text, size = entity.plain_text(), float(entity.dxf.height)
        _, place, _ = entity.get_placement()
    words = re.sub(r"\s+", " ", text).strip()
    if words:
        yield Drawn("text", layer, shapely.Point(place.x, place.y), text=words, size=size)


def _frame(drawn: list[Drawn], ask: Ask) -> tuple[Any, list[Finding]]:
    layers = sorted({one.layer for one in drawn if one.kind != "text"})
    wanted = set(chosen_layers(layers, ask.layer, ask.name) if ask.layer is not None else layers)
    used = [one for one in drawn if one.layer in wanted]
    areas, layer_of, findings = _areas(used, sorted(wanted), ask)
    if areas:
        if ask.layer is None and len(set(layer_of)) > 1:
            raise many_layers(ask.name, sorted(set(layer_of)))
        texts = [one for one in drawn if one.kind == "text"]
        names, all_texts = label_areas(
            areas,
            [shapely.Point(one.shape.coords[0]) for one in texts],
            [one.text for one in texts],
            [one.size for one in texts],
        )
        columns = {"name": names, "texts": all_texts, "cad_layer": layer_of}
        findings += [
            found("labels_doubtful", layer=ask.key, file=ask.name, texts=text[:60])
            for text in all_texts
            if " / " in text
        ]
        return geo_frame(columns, np.array([*areas, None], dtype=object)[:-1]), findings
    rest = (
        [one for one in used if one.kind == "line"]
        or [one for one in used if one.kind == "point"]
        or [one for one in drawn if one.kind == "text"]
    )
    if not rest:
        raise unreadable(
            ask.name,
            "图中没有可用的线、面、点或文字。请检查图形是否在模型空间中。",
            "the drawing holds no lines, areas, points or texts. Check that it is drawn in model space.",
        )
    columns = {"name": [one.text for one in rest], "cad_layer": [one.layer for one in rest]}
    return geo_frame(columns, np.array([*(one.shape for one in rest), None], dtype=object)[:-1]), findings


def _areas(used: Iterable[Drawn], layers: list[str], ask: Ask) -> tuple[list[Any], list[str], list[Finding]]:
    by_layer: dict[str, list[Drawn]] = {layer: [] for layer in layers}
    for one in used:
        by_layer[one.layer].append(one)
    areas: list[Any] = []
    layer_of: list[str] = []
    findings: list[Finding] = []
    for layer, ones in by_layer.items():
        closed = [one.shape for one in ones if one.kind == "area"]
        shapes, made, left = enclosed(closed, [one.shape for one in ones if one.kind == "line"])
        areas += shapes
        layer_of += [layer] * len(shapes)
        if made:
            findings.append(found("lines_polygonised", layer=ask.key, measure=made, file=ask.name))
        if shapes and left > 0:
            findings.append(found("lines_left_over", layer=ask.key, measure=round(left, 3), file=ask.name, cad=layer))
    return areas, layer_of, findings
