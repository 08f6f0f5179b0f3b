"""Features out of well-known binary: what cannot be read is told and left out, surfaces become their footprint."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos
from gridmerge.i18n.text import Text
from gridmerge.io.read_request import ReadRequest
from gridmerge.tabular.row_numbers import same_lines

_POLYGON, _MULTIPOLYGON, _SURFACE, _TIN, _TRIANGLE = 3, 6, 15, 16, 17
_PLAIN = {_SURFACE: _MULTIPOLYGON, _TIN: _MULTIPOLYGON, _TRIANGLE: _POLYGON}
_Z, _M, _SRID = 0x80000000, 0x40000000, 0x20000000  # flags of the extended form


def parse_wkb(
    wkb: Sequence[bytes | None] | np.ndarray, ask: ReadRequest
) -> tuple[np.ndarray, list[Finding]]:
    """Read geometries.

    Returns
    -------
    geometry
        2D; None where there is none or it cannot be read.
    findings
        One for each feature whose geometry cannot be read, one for all surfaces that were flattened.
    """
    geometry = np.asarray(
        shapely.from_wkb(np.array([*wkb, None], dtype=object)[:-1], on_invalid="ignore"),
        dtype=object,
    )
    given = np.array([value is not None for value in wkb], dtype=bool)
    findings: list[Finding] = []
    flattened = 0
    for i in np.flatnonzero(given & shapely.is_missing(geometry)).tolist():  # the few GEOS refuses
        geometry[i] = surface_footprint(bytes(wkb[i] or b""))
        if geometry[i] is None:
            findings.append(unreadable_feature(ask, i, *_failure_reason(bytes(wkb[i] or b""))))
        else:
            flattened += 1
    if flattened:
        findings.append(
            make_finding("surfaces_flattened", layer=ask.key, measure=flattened, file=ask.name)
        )
    return geometry, findings


def _failure_reason(wkb: bytes) -> tuple[str, str]:
    try:
        shapely.from_wkb(wkb)
    except (shapely.errors.GEOSException, ValueError, TypeError) as error:
        if "closed" in str(error).lower():
            return "边界没有闭合", "its ring is not closed"
        if "number of points" in str(error).lower():
            return "顶点太少", "it has too few vertices"
    return "几何类型无法识别", "its geometry is of an unknown kind"


def unreadable_feature(ask: ReadRequest, row: int, reason_zh: str, reason: str) -> Finding:
    """Make the finding for one feature (0-based row) that could not be read."""
    return make_finding(
        "feature_unreadable",
        layer=ask.key,
        file=ask.name,
        feature=row + 1,
        reason=Text(reason_zh, reason),
    )


def drop_unreadable(frame: gpd.GeoDataFrame, findings: Sequence[Finding]) -> gpd.GeoDataFrame:
    """Drop the rows that findings of this file say could not be read."""
    rows = {
        int(str(dict(f.blanks)["feature"])) - 1 for f in findings if f.kind == "feature_unreadable"
    }
    if not rows:
        return frame
    kept = ~frame.index.isin(rows)
    return same_lines(frame.loc[kept].reset_index(drop=True), frame, np.flatnonzero(kept))


def surface_footprint(wkb: bytes) -> BaseGeometry | None:
    """Return the ground a surface of triangles or faces covers; None where the bytes are no such surface."""
    try:
        plain = bytearray(wkb)
        _plain_types(plain, 0)
        whole = shapely.force_2d(shapely.from_wkb(bytes(plain)))
        parts = geos.make_valid(shapely.get_parts(shapely.get_parts(whole)))
        ground = geos.union_all(parts[shapely.area(parts) > 0])
    except (struct.error, IndexError, ValueError, RecursionError, shapely.errors.ShapelyError):
        return None
    return None if ground.is_empty else ground


def _plain_types(wkb: bytearray, at: int) -> int:
    """Write polygon types over those of surfaces, from `at` on; returns where the geometry ends."""
    order = "<" if wkb[at] == 1 else ">"
    (code,) = struct.unpack_from(f"{order}I", wkb, at + 1)
    flags, code = code & (_Z | _M | _SRID), code & ~(_Z | _M | _SRID)
    base, iso = code % 1000, code // 1000
    width = 8 * (2 + bool(flags & _Z) + bool(flags & _M) + (0, 1, 1, 2)[iso])
    base = _PLAIN.get(base, base)
    struct.pack_into(f"{order}I", wkb, at + 1, flags | (iso * 1000 + base))
    at += 9 if flags & _SRID else 5
    if base == 1:
        return int(at + width)
    (count,) = struct.unpack_from(f"{order}I", wkb, at)
    at += 4
    if base == 2:
        return int(at + count * width)
    for _ in range(min(count, len(wkb))):
        if base == _POLYGON:
            (points,) = struct.unpack_from(f"{order}I", wkb, at)
            at += 4 + points * width
        else:
            at = _plain_types(wkb, at)
    return at
