"""Exports read back without the library that wrote them: bytes, rings and a ray for the question whose place this is.

Run on a finished build (``python -m tests.products.readers OUT``) it writes every export into a scratch folder, reads each back and
prints a row a format: the same codes, how far areas are off, how many household points lie in another grid.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import struct
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import ezdxf
import numpy as np
import pyarrow.parquet as pq
import pyogrio
import shapely

from gridmerge.geo.crs import lonlat_transformer
from gridmerge.geo.gcj02 import datum_to_wgs84
from gridmerge.products import export_grids
from gridmerge.products.export.finished_grids import read_finished_grids
from gridmerge.verify.reloaded_inputs import load_again, settings_again
from gridmerge.verify.written_build import read_written

PLANE = ("gpkg", "shp", "dxf")  # metres of the working CRS, unless shifted
FORMATS = (
    *(
        (ending, None)
        for ending in ("geojson", "gpkg", "shp", "fgb", "kml", "dxf", "parquet", "sql", "csv")
    ),
    *(("json", "rings"), ("json", "wkt-json"), ("csv", "vertices-csv")),
)


def read_rings(file: Path, profile: str | None = None) -> dict[str, list[np.ndarray]]:
    """Return the rings of each grid by its code, exterior and holes alike: even-odd says what is inside."""
    name = profile or file.suffix[1:]
    rings: dict[str, list[np.ndarray]] = {}
    for code, ring in READERS[name](file):
        assert isinstance(code, str)
        rings.setdefault(code, []).append(np.asarray(ring, dtype=float)[:, :2])
    return rings


def inside(rings: list[np.ndarray], points: np.ndarray) -> np.ndarray:
    """Whether points lie inside, by counting the edges a ray to the east crosses."""
    odd = np.zeros(len(points), dtype=bool)
    for ring in rings:
        closed = ring if (ring[0] == ring[-1]).all() else np.vstack([ring, ring[:1]])
        near = (points[:, 1] >= closed[:, 1].min()) & (points[:, 1] <= closed[:, 1].max())
        x, y = points[near, 0], points[near, 1]
        crossings = np.zeros(len(x), dtype=int)
        for (x1, y1), (x2, y2) in pairwise(closed):
            if y1 != y2:
                crosses = ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
                crossings += crosses
        odd[near] ^= crossings % 2 == 1
    return odd


def land(rings: list[np.ndarray]) -> shapely.Geometry:
    """Return what the rings of one grid enclose, even-odd."""
    shape = shapely.Polygon(rings[0])
    for ring in rings[1:]:
        shape = shapely.symmetric_difference(shape, shapely.Polygon(ring))
    return shape


def _geojson(file):
    for feature in json.loads(file.read_text("utf-8"))["features"]:
        geometry = feature["geometry"]
        parts = (
            [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        )
        yield from ((feature["properties"]["grid_code"], ring) for part in parts for ring in part)


def _rings(file):
    yield from (
        (record["grid_code"], record["ring"]) for record in json.loads(file.read_text("utf-8"))
    )


def _wkt(code, text):
    """Rings of a WKT by its brackets alone."""
    for ring in re.findall(r"\(([^()]+)\)", text):
        yield code, [[float(number) for number in pair.split()] for pair in ring.split(",")]


def _wkt_json(file):
    for record in json.loads(file.read_text("utf-8")):
        yield from _wkt(record["grid_code"], record["wkt"])


def _csv(file):
    with file.open(encoding="utf-8-sig", newline="") as text:
        for row in csv.DictReader(text):
            yield from _wkt(row["grid_code"], row["wkt"])


def _vertices(file):
    rings = {}
    with file.open(encoding="utf-8-sig", newline="") as text:
        for row in csv.DictReader(text):
            rings.setdefault((row["grid_code"], row["part"], row["ring"]), []).append(
                (float(row["lon"]), float(row["lat"]))
            )
    yield from ((code, ring) for (code, _, _), ring in rings.items())


def _sql(file):
    with sqlite3.connect(":memory:") as database:
        database.executescript(file.read_text("utf-8"))
        for code, text in database.execute("SELECT grid_code, wkt FROM unified_grid"):
            yield from _wkt(code, text)


def _wkb(code, blob):
    for part in shapely.get_parts(shapely.from_wkb(blob)):
        yield from (
            (code, shapely.get_coordinates(ring)) for ring in (part.exterior, *part.interiors)
        )


def _gpkg(file):
    """GeoPackage by sqlite3: a header of 8 bytes and an envelope stand before the WKB."""
    with sqlite3.connect(file) as database:
        (table,) = database.execute("SELECT table_name FROM gpkg_contents").fetchone()
        for code, blob in database.execute(f'SELECT grid_code, geom FROM "{table}"'):
            yield from _wkb(code, blob[8 + {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[blob[3] >> 1 & 7] :])


def _parquet(file):
    table = pq.read_table(file)  # without geopandas: a GeoParquet's geometry is WKB
    for code, blob in zip(
        table["grid_code"].to_pylist(), table["geometry"].to_pylist(), strict=True
    ):
        yield from _wkb(code, blob)


def _fgb(file):
    meta, _, shapes, fields = pyogrio.raw.read(file, columns=["grid_code"])
    assert meta["crs"]
    for code, blob in zip(fields[0], shapes, strict=True):
        yield from _wkb(code, blob)


def _kml(file):
    space = "{http://www.opengis.net/kml/2.2}"
    for mark in ElementTree.parse(file).iter(f"{space}Placemark"):
        code = next(
            field.text
            for field in mark.iter(f"{space}SimpleData")
            if field.get("name") == "grid_code"
        )
        for line in mark.iter(f"{space}coordinates"):
            yield (
                code,
                [[float(number) for number in place.split(",")] for place in line.text.split()],
            )


def _dxf(file):
    for line in ezdxf.readfile(file).modelspace().query("LWPOLYLINE"):
        yield line.get_xdata("GRIDMERGE")[0].value, line.get_points("xy")


def _shp(file):
    """Shapefile by its bytes: records of .shp beside the fixed fields of .dbf, whose names and values are GBK."""
    codes = [row["网格编码"] for row in read_dbf(file.with_suffix(".dbf"))]
    raw, at = file.read_bytes(), 100
    for code in codes:
        (words,) = struct.unpack_from(">i", raw, at + 4)
        kind, parts, points = struct.unpack_from("<i32xii", raw, at + 8)
        assert kind == 5
        starts = [*struct.unpack_from(f"<{parts}i", raw, at + 52), points]
        xy = np.frombuffer(raw, "<f8", 2 * points, at + 52 + 4 * parts).reshape(-1, 2)
        yield from ((code, xy[a:b]) for a, b in pairwise(starts))
        at += 8 + 2 * words
    assert at == len(raw)


def read_dbf(file: Path) -> list[dict[str, str]]:
    """Return the rows of a .dbf as text, by the encoding the .cpg names; codes must be of type C."""
    raw = file.read_bytes()
    encoding = file.with_suffix(".cpg").read_text().strip()
    count, head, size = struct.unpack_from("<IHH", raw, 4)
    fields = []
    for at in range(32, head - 1, 32):
        name = raw[at : at + 11].split(b"\0")[0].decode(encoding)
        fields.append((name, chr(raw[at + 11]), raw[at + 16]))
    kinds = {name: kind for name, kind, _ in fields}
    assert kinds["网格编码"] == kinds["村代码"] == "C"
    rows = []
    for n in range(count):
        at, row = head + n * size + 1, {}
        for name, _, length in fields:
            row[name] = raw[at : at + length].decode(encoding).strip(" \0")
            at += length
        rows.append(row)
    return rows


READERS = {
    "geojson": _geojson, "gpkg": _gpkg, "shp": _shp, "fgb": _fgb, "kml": _kml, "dxf": _dxf, "parquet": _parquet,
    "sql": _sql, "csv": _csv, "rings": _rings, "wkt-json": _wkt_json, "vertices-csv": _vertices,
}  # fmt: skip


def compare(
    out: Path, file: Path, profile: str | None, coord: str, points: np.ndarray, home: np.ndarray
) -> dict:
    """Export, read back, and hold against the build.

    Parameters
    ----------
    points
        In the working CRS.
    home
        The grid code of each.

    Returns
    -------
    dict
        same_codes, area_off (the largest relative error), points, astray (how many lie in another grid, or in two).
    """
    export_grids(out, file, profile=profile, coord=coord)
    rings = read_rings(file, profile)
    exact = read_finished_grids(out)
    codes = [row["grid_code"] for row in exact.rows]
    back = {
        code: [_to_metres(ring, file, coord, exact.crs) for ring in rings.get(code, [])]
        for code in codes
    }
    areas = np.array([shapely.area(land(back[code])) if back[code] else 0.0 for code in codes])
    true = shapely.area(exact.metres)
    held = np.zeros(len(points), dtype=int)
    right = np.zeros(len(points), dtype=bool)
    for code in codes:
        here = inside(back[code], points) if back[code] else np.zeros(len(points), dtype=bool)
        held += here
        right |= here & (home == code)
    return {
        "same_codes": sorted(rings) == sorted(codes),
        "area_off": float(np.max(np.abs(areas - true) / true)),
        "points": len(points),
        "astray": int((~right | (held != 1)).sum()),
    }


def _to_metres(ring, file, coord, crs):
    if file.suffix[1:] in PLANE and coord == "wgs84":
        return ring
    lon, lat = (
        (ring[:, 0], ring[:, 1])
        if coord == "wgs84"
        else datum_to_wgs84(coord, ring[:, 0], ring[:, 1])
    )
    return np.column_stack(lonlat_transformer(crs).transform(lon, lat, direction="INVERSE"))


def clear_points(out: Path, points: np.ndarray, clear: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the points further than `clear` from any grid's line, and the grid each lies in."""
    exact = read_finished_grids(out)
    point, grid = shapely.STRtree(exact.metres).query(shapely.points(points), predicate="within")
    codes = np.array([row["grid_code"] for row in exact.rows], dtype=object)[grid]
    lines = shapely.union_all(shapely.boundary(exact.metres))
    shapely.prepare(lines)
    away = ~shapely.dwithin(lines, shapely.points(points[point]), clear)
    return points[point][away], codes[away]


def _households(out: Path) -> np.ndarray:
    """Where the first workload that is points stands, as the inputs have it today."""
    inputs = load_again(settings_again(read_written(out))).inputs
    works = {work.name: work for work in inputs.works}
    frame = next(
        work.frame
        for work in works.values()
        if (shapely.get_type_id(work.frame.geometry.to_numpy()) == 0).all()
    )
    return shapely.get_coordinates(frame.geometry.to_numpy())


def _main(out: Path) -> None:
    places = _households(out)
    worst = 0
    print(f"{'format':<14}{'coord':<8}{'codes':<7}{'area off':<11}{'points':<9}astray")
    with tempfile.TemporaryDirectory() as folder:
        for ending, profile in FORMATS:
            points, home = clear_points(out, places, clear=1.5 if profile == "rings" else 0.02)
            for coord in ("wgs84", "gcj02", "bd09"):
                file = Path(folder, f"{coord} 网格.{ending}")
                row = compare(out, file, profile, coord, points, home)
                same = "same" if row["same_codes"] else "OTHER"
                print(
                    f"{profile or ending:<14}{coord:<8}{same:<7}{row['area_off']:<11.1e}{row['points']:<9}{row['astray']}"
                )
                worst += row["astray"] + (not row["same_codes"])
    sys.exit(1 if worst else 0)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
