"""KML, KMZ and 奥维's ovkml: placemarks of every folder, attributes also from the HTML tables in descriptions."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError

import numpy as np
import shapely
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from shapely.geometry.base import BaseGeometry

from gridmerge.errors import InputError
from gridmerge.findings import Finding, make_finding
from gridmerge.io.archives import Unpacked, unpack_archive
from gridmerge.io.formats.gdal import chosen_layers
from gridmerge.io.formats.html import HtmlCells
from gridmerge.io.formats.vector import decode_xml
from gridmerge.io.formats.wkb import drop_unreadable, unreadable_feature
from gridmerge.io.read_request import ReadRequest, ReadResult, geo_frame
from gridmerge.io.refusals import unreadable_error
from gridmerge.io.tables.driver_columns import column_from_cells

_KML_CRS = "EPSG:4326"  # fixed by the standard
# no XML may hold them
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PLACEMARK = re.compile(r"<(?:\w+:)?Placemark\b.*?</(?:\w+:)?Placemark\s*>", re.S)
_LABEL = re.compile(r"^\s*([^:：<>]{1,20})\s*[:：]\s*(.*?)\s*$", re.S)


_SHAPES = {"Point", "LineString", "Polygon", "MultiGeometry", "MultiPolygon", "Track", "MultiTrack"}


def read_kml(path: Path, ask: ReadRequest) -> ReadResult:
    """Read a KML file; `ask.layer` is a folder's name."""
    return _from_bytes(path.read_bytes(), path, ask, "KML")


def read_kmz(path: Path, ask: ReadRequest) -> ReadResult:
    """Read the KML files inside a KMZ."""
    with Unpacked(path, ask) as folder:
        inside = [
            file
            for file in unpack_archive(path, folder, ask)
            if file.suffix.lower() in (".kml", ".ovkml")
        ]
        inside.sort(key=lambda file: (file.name.lower() != "doc.kml", file.as_posix()))
        return _from_bytes(inside[0].read_bytes(), path, ask, "KMZ")


def _from_bytes(raw: bytes, path: Path, ask: ReadRequest, driver: str) -> ReadResult:
    text, encoding, findings = decode_xml(raw, ask)
    root, broken = _parse_xml(text, ask)
    places, strays = _find_placemarks(root)
    broken += _missing_findings(strays, len(places), ask)
    if ask.layer is not None:
        folders = list(dict.fromkeys(folder for way, _ in places for folder in way))
        wanted = chosen_layers(folders, ask.layer, ask.name)
        places = [(way, place) for way, place in places if any(folder in wanted for folder in way)]
    piece = _build_frame(places, ask)
    return dataclasses.replace(
        piece,
        driver=driver,
        encoding=encoding,
        findings=(*findings, *broken, *piece.findings),
        files=(path,),
    )


def _parse_xml(text: str, ask: ReadRequest) -> tuple[Element, list[Finding]]:
    text = _CONTROLS.sub("", text).strip()
    try:
        root: Element = ElementTree.fromstring(text.encode("utf-8", "replace"), forbid_dtd=False)
    except ParseError as error:
        salvaged = _salvage_placemarks(text, ask)
        if salvaged is not None:
            return salvaged
        line = error.position[0] if getattr(error, "position", None) else 1
        raise unreadable_error(
            ask.name,
            f"XML 在第 {line} 行写坏了，文件可能没有保存完整。请在奥维或谷歌地球中重新导出。",
            f"the XML is broken at line {line}; the file may be cut short. Export it again.",
        ) from error
    except (DefusedXmlException, ValueError, RecursionError) as error:
        raise _xml_attack_error(ask) from error
    return root, []


def _salvage_placemarks(text: str, ask: ReadRequest) -> tuple[Element, list[Finding]] | None:
    """Return the placemarks around broken ones; None where the file is cut short or has no sound placemark."""
    if not re.search(r"</(?:\w+:)?kml\s*>\s*$", text):
        return None
    places: list[str] = []
    findings: list[Finding] = []
    for number, chunk in enumerate(_PLACEMARK.findall(text)):
        bare = re.sub(r"(</?)\w+:(?=\w)", r"\1", chunk)
        try:
            ElementTree.fromstring(bare.encode("utf-8", "replace"))
            places.append(bare)
        except (ParseError, DefusedXmlException, ValueError, RecursionError):
            findings.append(unreadable_feature(ask, number, "的 XML 写坏了", "its XML is broken"))
    if not places:
        return None
    tags = re.findall(r"<(/?)(?:\w+:)?Placemark\b", text)
    findings += _missing_findings(
        max(tags.count(""), tags.count("/")) - len(places) - len(findings), len(places), ask
    )
    root: Element = ElementTree.fromstring(
        f"<kml>{''.join(places)}</kml>".encode("utf-8", "replace")
    )
    return root, findings


def _xml_attack_error(ask: ReadRequest) -> InputError:
    return unreadable_error(
        ask.name,
        "XML 中定义了实体（ENTITY）或嵌套过深，可能是恶意文件，拒绝读取。",
        "the XML defines entities or nests too deep, which can be an attack; refused.",
    )


def local_name(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _find_placemarks(root: Element) -> tuple[list[tuple[tuple[str, ...], Element]], int]:
    """Return the placemarks with the folders above each, and how many shapes stand outside of any."""
    stack: list[tuple[tuple[str, ...], Element]] = [((), root)]
    places = []
    strays = 0
    while stack:
        way, element = stack.pop()
        if local_name(element) == "Placemark":
            places.append((way, element))
        elif local_name(element) in _SHAPES:
            strays += 1
        else:
            name = (
                _child_text(element, "name")
                if local_name(element) in ("Folder", "Document")
                else ""
            )
            inner = (*way, name) if name else way
            stack += [(inner, child) for child in reversed(list(element))]
    return places, strays


def _missing_findings(lost: int, read: int, ask: ReadRequest) -> list[Finding]:
    """Say that there are more placemarks than could be told apart: a tag that begins or ends one is damaged."""
    if lost <= 0:
        return []
    said = read + lost
    return [
        make_finding(
            "features_missing", layer=ask.key, measure=lost, file=ask.name, said=said, features=read
        )
    ]


def _child_text(element: Element, name: str) -> str:
    return next(((child.text or "").strip() for child in element if local_name(child) == name), "")


def _build_frame(places: list[tuple[tuple[str, ...], Element]], ask: ReadRequest) -> ReadResult:
    rows: list[dict[str, Any]] = []
    geometry: list[BaseGeometry | None] = []
    findings: list[Finding] = []
    for i, (way, place) in enumerate(places):  # XML elements: each must be able to fail alone
        try:
            shape = _placemark_shape(place)
        except (ValueError, IndexError, shapely.errors.ShapelyError):
            findings.append(
                unreadable_feature(ask, i, "坐标不合规范", "its coordinates are malformed")
            )
            shape = None
        rows.append(
            {
                "name": _child_text(place, "name"),
                "folder": "/".join(way),
                **_placemark_fields(place),
            }
        )
        geometry.append(shape)
    names = list(dict.fromkeys(name for row in rows for name in row)) or ["name", "folder"]
    columns = {name: column_from_cells([row.get(name) for row in rows]) for name in names}
    frame = geo_frame(columns, np.array([*geometry, None], dtype=object)[:-1], _KML_CRS)
    return ReadResult(
        frame=drop_unreadable(frame, findings), driver="KML", findings=tuple(findings)
    )


def _placemark_fields(place: Element) -> dict[str, str | None]:
    out: dict[str, str | None] = {}
    for element in place.iter():
        if local_name(element) == "Data" and element.get("name"):
            out[str(element.get("name"))] = _child_text(element, "value") or None
        elif local_name(element) == "SimpleData" and element.get("name"):
            out[str(element.get("name"))] = (element.text or "").strip() or None
    description = _child_text(place, "description")
    if description:
        found = description_fields(description)
        if not found:
            out.setdefault("description", description)
        for name, value in found.items():
            out.setdefault(name, value)
    return out


def description_fields(html: str) -> dict[str, str | None]:
    """Return the fields a description holds: two-column tables, or lines ``名称：值``."""
    parser = HtmlCells()
    parser.feed(html)
    parser.close()
    pairs = [(row[0], row[1]) for row in parser.rows if len(row) == 2 and row[0]]
    if not pairs:
        lines = [line for chunk in parser.lines for line in chunk.splitlines() if line.strip()]
        matches = [_LABEL.match(line) for line in lines]
        if len(lines) >= 1 and all(matches):
            pairs = [
                (match[1].strip(), match[2])
                for match in matches
                if match and not match[2].startswith("//")
            ]
    return {name.strip(" :：*"): value or None for name, value in pairs}


def _placemark_shape(place: Element) -> BaseGeometry | None:
    shapes = [shape for child in place if (shape := _parse_geometry(child)) is not None]
    return shapes[0] if len(shapes) == 1 else (_collect_shapes(shapes) if shapes else None)


def _parse_geometry(element: Element) -> BaseGeometry | None:
    kind = local_name(element)
    if kind == "Point":
        points = _parse_coordinates(element)
        return shapely.Point(points[0]) if points else None
    if kind in ("LineString", "LinearRing", "Track"):
        points = _parse_coordinates(element)
        return shapely.LineString(points) if len(points) > 1 else None
    if kind == "Polygon":
        return _parse_polygon(element)
    if kind in ("MultiGeometry", "MultiTrack", "MultiPolygon", "MultiPoint", "MultiLineString"):
        shapes = [shape for child in element if (shape := _parse_geometry(child)) is not None]
        return _collect_shapes(shapes) if shapes else None
    return None


def _parse_polygon(element: Element) -> BaseGeometry | None:
    outer: list[tuple[float, float]] = []
    holes = []
    for child in element:
        if local_name(child) == "outerBoundaryIs":
            outer = _parse_coordinates(child)
        elif local_name(child) == "innerBoundaryIs":
            holes += [
                _parse_coordinates(ring) for ring in child if len(_parse_coordinates(ring)) > 2
            ]
    return shapely.Polygon(outer, holes) if len(outer) > 2 else None


def _parse_coordinates(element: Element) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for child in element.iter():
        if local_name(child) == "coordinates":
            text = re.sub(r"\s*,\s*", ",", (child.text or "").strip())
            points += [
                (float(x), float(y)) for x, y in (part.split(",")[:2] for part in text.split())
            ]
        elif local_name(child) == "coord" and (child.text or "").strip():
            x, y = (child.text or "").split()[:2]
            points.append((float(x), float(y)))
    return points


def _collect_shapes(shapes: list[BaseGeometry]) -> BaseGeometry:
    """Return parts as one multi-geometry; of a mixture (a polygon with its label point) all stay, as a collection."""
    if len(shapes) == 1:
        return shapes[0]
    kinds = {shape.geom_type for shape in shapes}
    build: dict[str, Any] = {
        "Polygon": shapely.MultiPolygon,
        "LineString": shapely.MultiLineString,
        "Point": shapely.MultiPoint,
    }
    if len(kinds) == 1 and (kind := kinds.pop()) in build:
        return cast(BaseGeometry, build[kind](shapes))
    return shapely.GeometryCollection(shapes)
