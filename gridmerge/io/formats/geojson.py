"""GeoJSON, TopoJSON, Esri JSON, under whatever extension, in whatever encoding; also ``var map = {...}``."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from gridmerge.errors import InputError
from gridmerge.findings import Finding
from gridmerge.geo.crs import mostly_degrees
from gridmerge.io.completeness import whole_json
from gridmerge.io.encoding import decode_file
from gridmerge.io.formats.gdal import declared_crs, read_gdal
from gridmerge.io.formats.topojson import topology_frame
from gridmerge.io.formats.wkb import drop_unreadable, unreadable_feature
from gridmerge.io.read_request import ReadRequest, ReadResult, geo_frame
from gridmerge.io.refusals import unreadable_error
from gridmerge.io.tables.driver_columns import column_from_cells, plain_values
from gridmerge.io.tables.long_integers import long_numbers
from gridmerge.io.unreadable_formats import ECHARTS, foreign_format_error

_WRAPPED = re.compile(
    r"\s*(?:(?:const|var|let)\s+\w+\s*=|export\s+default|[\w.]+\s*=|[\w.]+\s*\()\s*(?=[\[{])"
)
_FEATURE_START = re.compile(
    r'\{\s*"(?:type"\s*:\s*"Feature"|geometry"\s*:|properties"\s*:|id"\s*:)'
)
_PACKED = re.compile(r'"?UTF8Encoding"?\s*:\s*true', re.I)
_NO_GEOMETRY = re.compile(r'"geometry"\s*:\s*(?:null|\{\s*\})')
_BROKEN = {"type": "broken"}  # no geometry at all: it is told as any malformed one


def read_json(path: Path, ask: ReadRequest) -> ReadResult:
    """Read a JSON file of places; a broken feature costs only itself."""
    text, encoding, findings = decode_file(path.read_bytes(), ask.name, ask.key, ask.encoding)
    text, wrapped = _unwrap_javascript(text)
    if _PACKED.search(text[:4000] + text[-2000:]):
        raise foreign_format_error(ECHARTS, ask.name)
    kind = _detect_dialect(text)
    if kind == "TopoJSON":
        with _pause_gc():
            frame, more = topology_frame(_parse_json(text, ask), ask)
        frame = frame.set_crs(_crs_member(text)) if _says_crs(text) else frame
        piece = ReadResult(frame=frame, driver=kind, findings=tuple(more))
    else:
        source = path if encoding == "UTF-8" and not wrapped else text.encode("utf-8", "replace")
        piece = _read_simple_json(source, text, kind, ask)
    whole_json(text, len(piece.frame) + _broken_features(piece), ask)
    return dataclasses.replace(
        piece, encoding=encoding, findings=(*findings, *piece.findings), files=(path,), driver=kind
    )


def _broken_features(piece: ReadResult) -> int:
    return sum(finding.kind == "feature_unreadable" for finding in piece.findings)


@contextlib.contextmanager
def _pause_gc() -> Iterator[None]:
    """Keep the garbage collector still: a million small lists make it look for cycles for as long as the parsing takes."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _read_simple_json(source: Path | bytes, text: str, kind: str, ask: ReadRequest) -> ReadResult:
    """Read GeoJSON or Esri JSON by GDAL, GeoJSON it gives up on feature by feature."""
    try:
        piece = read_gdal(source, ask, kind)
    except InputError:
        if kind != "GeoJSON":
            raise
        piece = _by_feature(text, ask)
    if kind == "GeoJSON" and (
        _lacks_id(piece, text, ask) or _has_rounded_numbers(piece) or _dropped_shapes(piece, text)
    ):
        piece = _by_feature(text, ask)
    # RFC 7946 makes every GeoJSON WGS84: believed of degrees, not of metres somebody wrote without a crs member
    if kind == "GeoJSON" and not _says_crs(text) and not _looks_like_degrees(piece.frame.geometry):
        return dataclasses.replace(piece, frame=piece.frame.set_crs(None, allow_override=True))
    return piece


def _lacks_id(piece: ReadResult, text: str, ask: ReadRequest) -> bool:
    """Whether the members `id` of the features are asked for, and are numbers: GDAL makes no field of those."""
    wanted = any(name.casefold() == "id" for name in ask.fields)
    there = any(str(name).casefold() == "id" for name in piece.frame.columns)
    return wanted and not there and re.search(r'"id"\s*:', text) is not None


def _has_rounded_numbers(piece: ReadResult) -> bool:
    """Whether a column came as doubles too long to be exact: the text has the digits."""
    frame = piece.frame
    return any(
        long_numbers(frame[name].to_numpy())
        for name in frame.columns
        if name != frame.geometry.name
    )


def _dropped_shapes(piece: ReadResult, text: str) -> bool:
    """Whether features came without the geometry that the text has: GDAL makes nothing of a malformed one, in silence."""
    without = int(shapely.is_missing(piece.frame.geometry.to_numpy()).sum())
    return without > 0 and without > len(_NO_GEOMETRY.findall(text))


def _unwrap_javascript(text: str) -> tuple[str, bool]:
    match = _WRAPPED.match(text)
    if not match:
        return text, False
    try:
        _, end = json.JSONDecoder(strict=False).raw_decode(text, match.end())
    except (ValueError, RecursionError):
        end = max(text.rfind("}"), text.rfind("]")) + 1
    return text[match.end() : end], True


def _detect_dialect(text: str) -> str:
    """Tell the dialect by its first members: a whole parse would cost as much as the reading."""
    head = text[:4000] + text[-2000:]
    if re.search(r'"type"\s*:\s*"Topology"', head) and re.search(r'"(arcs|objects)"\s*:', text):
        return "TopoJSON"
    if (
        re.search(r'"(geometryType|spatialReference|rings|paths|fieldAliases)"\s*:', head)
        and '"FeatureCollection"' not in head
    ):
        return "ESRIJSON"
    return "GeoJSON"


def _says_crs(text: str) -> bool:
    return re.search(r'"crs"\s*:\s*\{', text[:4000] + text[-2000:]) is not None


def _looks_like_degrees(geometry: Any) -> bool:
    return mostly_degrees(np.asarray(geometry))


def _by_feature(text: str, ask: ReadRequest) -> ReadResult:
    """Read GeoJSON feature by feature, where GDAL gave up on the whole."""
    features = _feature_list(_parse_json(text, ask), ask)
    rows: list[dict[str, Any]] = []
    geometry: list[BaseGeometry | None] = []
    findings: list[Finding] = []
    for i, feature in enumerate(features):  # each must be able to fail alone
        try:
            shape = _feature_shape(feature["geometry"] if feature is not None else _BROKEN)
        except (
            TypeError,
            ValueError,
            KeyError,
            AttributeError,
            IndexError,
            shapely.errors.ShapelyError,
        ):
            findings.append(unreadable_feature(ask, i, "几何不合规范", "its geometry is malformed"))
            shape = None
        properties = feature.get("properties") if isinstance(feature, dict) else None
        key = (
            {"id": feature["id"]}
            if isinstance(feature, dict) and feature.get("id") is not None
            else {}
        )
        rows.append(key | properties if isinstance(properties, dict) else key)
        geometry.append(shape)
    names = list(dict.fromkeys(str(name) for row in rows for name in row))
    columns = {
        name: plain_values(column_from_cells([row.get(name) for row in rows])) for name in names
    }
    frame = geo_frame(columns, np.array([*geometry, None], dtype=object)[:-1], _crs_member(text))
    return ReadResult(
        frame=drop_unreadable(frame, findings), driver="GeoJSON", findings=tuple(findings)
    )


def _crs_member(text: str) -> CRS:
    """Return the CRS of the old-style ``crs`` member, else the WGS84 the standard prescribes."""
    named = re.search(
        r'"crs"\s*:\s*\{[^{}]*\{[^{}]*"name"\s*:\s*"([^"]+)"', text[:4000] + text[-2000:]
    )
    return (declared_crs(named[1]) if named else None) or CRS.from_epsg(4326)


def _parse_json(text: str, ask: ReadRequest) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        with contextlib.suppress(
            ValueError, RecursionError
        ):  # a comma too many, as hands and scripts leave them
            return json.loads(re.sub(r",(\s*[\]}])", r"\1", text), strict=False)
        salvaged = _salvage_features(text)
        if salvaged:
            return {"features": salvaged}
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        raise unreadable_error(
            ask.name,
            f"JSON 在第 {line} 行写坏了，文件可能没有下载完整。请重新导出。",
            f"the JSON is broken at line {line}; the file may be cut short. Export it again.",
        ) from error


def _salvage_features(text: str) -> list[Any]:
    """Return the features around broken ones, which become None; nothing where the file is cut short or has no features."""
    if not re.search(r"[\]}]\s*\}\s*$", text) or '"features"' not in text:
        return []
    decoder = json.JSONDecoder(strict=False)
    out: list[Any] = []
    end = text.index('"features"')
    for start in _FEATURE_START.finditer(text, end):
        if start.start() < end:
            continue
        try:
            value, end = decoder.raw_decode(text, start.start())
            out += (
                [value]
                if isinstance(value, dict) and ("geometry" in value or "properties" in value)
                else []
            )
        except (ValueError, RecursionError):
            out += [None] if "Feature" in start[0] else []
    return out if any(one is not None for one in out) else []


def _feature_list(data: Any, ask: ReadRequest) -> list[Any]:
    if isinstance(data, dict):
        if isinstance(data.get("features"), list):
            return list(data["features"])
        if data.get("type") == "Feature":
            return [data]
        if "coordinates" in data or "geometries" in data:
            return [{"geometry": data, "properties": {}}]
    raise unreadable_error(
        ask.name,
        "这是 JSON，但不是 GeoJSON、TopoJSON 或 Esri JSON。请向部门索取 GeoJSON 或 Shapefile。",
        "this is JSON, but neither GeoJSON, TopoJSON nor Esri JSON. Ask for GeoJSON or Shapefile.",
    )


def _feature_shape(geometry: Any) -> BaseGeometry | None:
    if geometry is None:
        return None
    return shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
