"""One frame → one file, in every format an officer meets, healthy or sick. Bytes are the same every time where the format allows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import escape
from pathlib import Path

import ezdxf
import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
import xlsxwriter

from tests.towns.datum import bd09, gcj02

# GeoPackage keeps a date
pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-03-01T00:00:00.000Z"})
DBF_DATE = bytes([126, 3, 1])
DEGREES = 8  # decimals: a millimetre
METRES = 3


def in_crs(frame: gpd.GeoDataFrame, crs: str | int) -> gpd.GeoDataFrame:
    """Transform and round to the millimetre."""
    moved = frame.to_crs(crs)
    digits = DEGREES if moved.crs.is_geographic else METRES
    return _mapped(moved, lambda at: np.round(at, digits))


def in_datum(frame: gpd.GeoDataFrame, datum: str) -> gpd.GeoDataFrame:
    """Longitude and latitude in GCJ-02 or BD-09: labelled WGS84, as such files are."""
    shift = {"gcj02": gcj02, "bd09": bd09, "wgs84": lambda at: at}[datum]
    return _mapped(frame.to_crs(4326), lambda at: np.round(shift(at), DEGREES))


def _mapped(
    frame: gpd.GeoDataFrame, change: Callable[[np.ndarray], np.ndarray]
) -> gpd.GeoDataFrame:
    return frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), change), crs=frame.crs)


def _fresh(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    return path


def shapefile(
    path: Path,
    frame: gpd.GeoDataFrame,
    *,
    encoding: str = "UTF-8",
    cpg: str | None = "UTF-8",
    ldid: int = 0,
    prj: bool = True,
) -> None:
    """ESRI Shapefile: text in `encoding`, whatever .cpg and language id say; no .cpg with `cpg` None."""
    pyogrio.write_dataframe(frame, _fresh(path), driver="ESRI Shapefile", encoding=encoding)
    dbf = path.with_suffix(".dbf")
    raw = bytearray(dbf.read_bytes())
    raw[1:4], raw[29] = DBF_DATE, ldid
    dbf.write_bytes(raw)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, "ascii")
    if not prj:
        path.with_suffix(".prj").unlink()


def geopackage(
    path: Path,
    frame: gpd.GeoDataFrame,
    *,
    layer: str | None = None,
    more: dict[str, gpd.GeoDataFrame] | None = None,
) -> None:
    """GeoPackage, of several layers with `more`."""
    pyogrio.write_dataframe(frame, _fresh(path), driver="GPKG", layer=layer or path.stem)
    for name, other in (more or {}).items():
        pyogrio.write_dataframe(other, path, driver="GPKG", layer=name, append=True)


def flatgeobuf(path: Path, frame: gpd.GeoDataFrame) -> None:
    """FlatGeobuf."""
    pyogrio.write_dataframe(frame, _fresh(path), driver="FlatGeobuf", layer=path.stem)


def file_geodatabase(path: Path, frame: gpd.GeoDataFrame, *, layer: str) -> None:
    """FileGDB: a folder of files."""
    if path.exists():
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    path.parent.mkdir(parents=True, exist_ok=True)
    pyogrio.write_dataframe(
        frame,
        path,
        driver="OpenFileGDB",
        layer=layer,
        geometry_type="MultiPolygon",
        promote_to_multi=True,
    )


def gml(path: Path, frame: gpd.GeoDataFrame) -> None:
    """GML 3 with its .xsd; latitude first where the CRS says so."""
    pyogrio.write_dataframe(frame, _fresh(path), driver="GML", layer="grids", FORMAT="GML3.2")


def mapinfo(path: Path, frame: gpd.GeoDataFrame, *, charset: str = "WindowsSimpChinese") -> None:
    """MapInfo .tab or .mif with text in GBK, whatever `charset` the header names."""
    west, south, east, north = frame.total_bounds
    bounds = f"{west - 1000:.0f},{south - 1000:.0f},{east + 1000:.0f},{north + 1000:.0f}"
    if frame.crs.is_geographic:
        bounds = f"{west - 0.01:.3f},{south - 0.01:.3f},{east + 0.01:.3f},{north + 0.01:.3f}"
    options = {"BOUNDS": bounds} if path.suffix.lower() == ".tab" else {"FORMAT": "MIF"}
    names = [name for name in frame.columns if name != frame.geometry.name]
    # GDAL would mangle GBK field names; MapInfo itself does not
    plain = {name: f"C{n}" for n, name in enumerate(names)}
    pyogrio.write_dataframe(
        frame.rename(columns=plain),
        _fresh(path),
        driver="MapInfo File",
        encoding="CP936",
        **options,
    )
    raw = re.sub(
        rb'(?i)(charset\s+")[^"]*(")', rb"\g<1>" + charset.encode() + rb"\g<2>", path.read_bytes()
    )
    for name, code in plain.items():
        raw = re.sub(
            rb"(?m)^(\s+)" + code.encode() + rb"(\s)",
            rb"\g<1>" + name.encode("gbk") + rb"\g<2>",
            raw,
        )
    raw = re.sub(rb"(?mi)^!charset \w+", b"!charset " + charset.encode(), raw)
    path.write_bytes(raw)
    data = path.with_suffix(".dat")
    if data.exists():
        data.write_bytes(_same_each_time(bytearray(data.read_bytes())))


def _same_each_time(dbf: bytearray) -> bytearray:
    """Fix the date, and clear what the driver leaves in memory behind the field names."""
    dbf[1:4] = DBF_DATE
    for field in range(32, len(dbf), 32):
        if dbf[field] == 0x0D:
            break
        end = dbf.index(0, field)
        dbf[end : field + 11] = bytes(field + 11 - end)
    return dbf


def geojson(path: Path, frame: gpd.GeoDataFrame, *, crs: str | None = None) -> None:
    """GeoJSON, Chinese as it is; with an old-style `crs` member if asked."""
    body: dict[str, object] = {"type": "FeatureCollection", "name": path.stem}
    if crs:
        body["crs"] = {"type": "name", "properties": {"name": crs}}
    body["features"] = [
        {"type": "Feature", "properties": properties, "geometry": shape}
        for properties, shape in zip(_records(frame), _shapes(frame), strict=True)
    ]
    _text(path, _json(body))


def esri_json(path: Path, frame: gpd.GeoDataFrame, *, wkid: int) -> None:
    """Esri's JSON, as its web services give it: rings clockwise."""
    fields = [name for name in frame.columns if name != frame.geometry.name]
    features = [
        {
            "attributes": properties,
            "geometry": {
                "rings": [
                    _closed(ring)
                    for part in shapely.get_parts(shape)
                    for ring in _rings(part, ccw=False)
                ]
            },
        }
        for properties, shape in zip(_records(frame), frame.geometry, strict=True)
    ]
    body = {
        "displayFieldName": fields[0],
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": wkid, "latestWkid": wkid},
        "fields": [
            {"name": name, "type": "esriFieldTypeString", "alias": name, "length": 100}
            for name in fields
        ],
        "features": features,
    }
    _text(path, _json(body))


def topojson(path: Path, frame: gpd.GeoDataFrame) -> None:
    """TopoJSON without a CRS; every ring an arc of its own."""
    arcs: list[list[list[float]]] = []

    def of(shape: shapely.Geometry) -> list[list[list[int]]]:
        polygons = []
        for part in shapely.get_parts(shape):
            rings = _rings(part, ccw=False)
            polygons.append([[len(arcs) + n] for n in range(len(rings))])
            arcs.extend(_closed(ring) for ring in rings)
        return polygons

    geometries = [
        {"type": "MultiPolygon", "arcs": of(shape), "properties": properties}
        for properties, shape in zip(_records(frame), frame.geometry, strict=True)
    ]
    body = {
        "type": "Topology",
        "arcs": arcs,
        "objects": {"grids": {"type": "GeometryCollection", "geometries": geometries}},
    }
    _text(path, _json(body))


def kml(path: Path, frame: gpd.GeoDataFrame, *, name: str, in_description: bool = False) -> None:
    """KML with attributes as ExtendedData, or hidden in a description of HTML as converters leave them."""
    marks = []
    for properties, shape in zip(_records(frame), frame.geometry, strict=True):
        if in_description:
            rows = "".join(
                f"<tr><td>{escape(k)}</td><td>{escape(str(v))}</td></tr>"
                for k, v in properties.items()
            )
            data = f'<description><![CDATA[<html><body><table border="1">{rows}</table></body></html>]]></description>'
        else:
            rows = "".join(
                f'<Data name="{escape(k)}"><value>{escape(str(v))}</value></Data>'
                for k, v in properties.items()
            )
            data = f"<ExtendedData>{rows}</ExtendedData>"
        parts = "".join(_kml_polygon(part) for part in shapely.get_parts(shape))
        marks.append(
            f"<Placemark><name>{escape(str(properties[name]))}</name>{data}<MultiGeometry>{parts}</MultiGeometry></Placemark>"
        )
    body = "\n".join(marks)
    _text(
        path,
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>{escape(path.stem)}</name>\n{body}\n</Document></kml>\n",
    )


def _kml_polygon(part: shapely.Polygon) -> str:
    outer, *inner = (
        " ".join(f"{x:.8f},{y:.8f},0" for x, y in _closed(ring)) for ring in _rings(part, ccw=True)
    )
    holes = "".join(
        f"<innerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></innerBoundaryIs>"
        for ring in inner
    )
    return f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{outer}</coordinates></LinearRing></outerBoundaryIs>{holes}</Polygon>"


def drawing(
    path: Path,
    frame: gpd.GeoDataFrame,
    *,
    text: str,
    closed: bool = False,
    release: str = "R2010",
    codepage: bool = True,
) -> None:
    """DXF: grid borders as lines, each shared border once (or closed polylines), `text` as TEXT inside each grid.

    R2000 is written in GBK (as $DWGCODEPAGE says, unless `codepage` is False: then nobody says), R2010 in UTF-8.
    """
    ezdxf.options.write_fixed_meta_data_for_testing = True
    document = ezdxf.new(release)
    document.encoding = "gbk" if release == "R2000" else "utf-8"
    document.header["$DWGCODEPAGE"] = "ANSI_936"
    document.layers.add("网格界线")
    document.layers.add("网格名称")
    space = document.modelspace()
    shapes = frame.geometry.to_numpy()
    rings = shapely.get_rings(shapely.get_parts(shapes)) if closed else _shared_lines(shapes)
    for line in rings:
        at = shapely.get_coordinates(line)
        if len(at) == 2:
            space.add_line(at[0], at[1], dxfattribs={"layer": "网格界线"})
        else:
            space.add_lwpolyline(
                at[:-1] if closed else at, close=closed, dxfattribs={"layer": "网格界线"}
            )
    for shape, value in zip(shapes, frame[text], strict=True):
        for part in shapely.get_parts(shape):
            at = shapely.point_on_surface(part)
            space.add_text(str(value), height=20, dxfattribs={"layer": "网格名称"}).set_placement(
                (at.x, at.y)
            )
    document.saveas(_fresh(path))
    if not codepage:
        raw = path.read_bytes()
        path.write_bytes(re.sub(rb"  9\r?\n\$DWGCODEPAGE\r?\n  3\r?\nANSI_936\r?\n", b"", raw))


def _shared_lines(shapes: np.ndarray) -> np.ndarray:
    """A draughtsman's cleaning: neighbours share one line, drawn once, broken at the crossings."""
    clean = shapely.coverage_clean(shapes, gap_width=8.0)
    lines = shapely.get_parts(
        shapely.line_merge(shapely.union_all(shapely.boundary(clean), grid_size=0.001))
    )
    return np.asarray(
        shapely.normalize(lines)[np.argsort(shapely.to_wkb(shapely.normalize(lines)))]
    )


def vct(path: Path, frame: gpd.GeoDataFrame, *, edition: int, direct: bool, encoding: str) -> None:
    """VCT of 1999 or 2007 (GB/T 17798): polygons by their corners (`direct`), or by lines they refer to, one a ring.

    In 1999 a polygon by its corners has one ring; what has more is written by lines.
    """
    fields = [name for name in frame.columns if name != frame.geometry.name]
    lines: list[str] = []
    polygons: list[str] = []
    for number, shape in enumerate(frame.geometry, start=1):
        rings = [ring for part in shapely.get_parts(shape) for ring in _rings(part, ccw=False)]
        corners = [[f"{x:.8f},{y:.8f}" for x, y in ring] for ring in rings]
        label = shapely.point_on_surface(shape)
        polygons += [str(number), "WG01", "Unknown"]
        polygons += [] if edition == 1999 else ["1" if direct else "100"]
        polygons.append(f"{label.x:.8f},{label.y:.8f}")
        if direct and (edition == 2007 or len(rings) == 1):
            polygons += [] if edition == 1999 else [str(len(rings))]
            for ring in corners:
                polygons += [*([] if edition == 1999 else ["11"]), str(len(ring)), *ring]
        else:
            names = [str(10_000 + len(lines) + i) for i in range(len(rings))]
            for name, ring in zip(names, corners, strict=True):
                kind = ["1"] if edition == 1999 else ["1", "1", "11"]
                lines.append(
                    "\n".join(
                        [name, "JX01", "Unknown", *kind, str(len(ring)), *ring, *_closing(edition)]
                    )
                )
            polygons += [*([] if edition == 1999 else ["21"]), str(len(names)), ",".join(names)]
        polygons += _closing(edition)
    rows = [
        ",".join([str(i), *map(str, row)])
        for i, row in enumerate(frame[fields].itertuples(index=False), start=1)
    ]
    style = "" if edition == 2007 else "0,"
    head = [
        "HeadBegin",
        "DataMark:CNSDTF-VCT",
        f"Version:{'1.0' if edition == 1999 else 'GB/T17798-2007'}",
        "Separator:,",
        "HeadEnd",
    ]
    codes = [
        "FeatureCodeBegin",
        f"WG01,网格,Polygon,{style}WG",
        f"JX01,界线,Line,{style}JX",
        "FeatureCodeEnd",
    ]
    table = [
        "TableStructureBegin",
        f"WG,{len(fields)}",
        *(f"{name},Char,60" for name in fields),
        "0",
        "TableStructureEnd",
    ]
    body = ["LineBegin", *lines, "LineEnd", "PolygonBegin", *polygons, "PolygonEnd"]
    text = "\n".join(
        [
            *head,
            *codes,
            *table,
            *body,
            "AttributeBegin",
            "WG",
            *rows,
            "TableEnd",
            "AttributeEnd",
            "",
        ]
    )
    _fresh(path).write_bytes(text.encode(encoding))


def _closing(edition: int) -> list[str]:
    return ["0"] if edition == 2007 else []


def wkt_table(
    path: Path, frame: gpd.GeoDataFrame, *, column: str = "wkt", encoding: str = "UTF-8-SIG"
) -> None:
    """CSV with a column of WKT."""
    digits = DEGREES if frame.crs.is_geographic else METRES
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    table[column] = shapely.to_wkt(frame.geometry.to_numpy(), rounding_precision=digits)
    _fresh(path).write_bytes(table.to_csv(index=False, lineterminator="\r\n").encode(encoding))


def point_table(
    path: Path,
    frame: gpd.GeoDataFrame,
    *,
    encoding: str = "UTF-8-SIG",
    lon: str = "lon",
    lat: str = "lat",
) -> None:
    """CSV of points: their columns, lon and lat."""
    _fresh(path).write_bytes(
        lonlat(frame, lon, lat).to_csv(index=False, lineterminator="\r\n").encode(encoding)
    )


def lonlat(frame: gpd.GeoDataFrame, lon: str, lat: str) -> pd.DataFrame:
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    table[lon] = np.round(frame.geometry.x.to_numpy(), DEGREES)
    table[lat] = np.round(frame.geometry.y.to_numpy(), DEGREES)
    return table


def coordinate_list(shape: shapely.Geometry) -> str:
    """``lon,lat;lon,lat``; parts of a multipolygon, and holes, parted by ``|``."""
    rings = [ring for part in shapely.get_parts(shape) for ring in _rings(part, ccw=False)]
    return "|".join(";".join(f"{x:.8f},{y:.8f}" for x, y in _closed(ring)) for ring in rings)


def workbook(
    path: Path,
    table: pd.DataFrame,
    *,
    titles: tuple[str, ...] = (),
    headers: dict[str, str] | None = None,
    hidden: str = "",
) -> None:
    """Excel: `titles` above the header, `headers` as the template words them, a hidden sheet with `hidden` in it."""
    book = xlsxwriter.Workbook(
        str(_fresh(path)), {"strings_to_numbers": False, "strings_to_formulas": False}
    )
    book.set_properties({"created": pd.Timestamp("2026-03-01").to_pydatetime(), "author": "青山镇"})
    sheet = book.add_worksheet("填报表")
    wide = book.add_format({"bold": True, "text_wrap": True})
    for row, title in enumerate(titles):
        if row == 0 and len(table.columns) > 1:
            sheet.merge_range(0, 0, 0, len(table.columns) - 1, title, wide)
        else:
            sheet.write_string(row, 0, title)
    for column, name in enumerate(table.columns):
        sheet.write_string(len(titles), column, (headers or {}).get(name, name), wide)
        for row, value in enumerate(table[name], start=len(titles) + 1):
            sheet.write(
                row,
                column,
                None
                if pd.isna(value)
                else value.item()
                if isinstance(value, np.generic)
                else value,
            )
    if hidden:
        lists = book.add_worksheet("数据字典")
        lists.write_string(0, 0, hidden)
        lists.hide()
    book.close()


def _rings(part: shapely.Polygon, *, ccw: bool) -> list[np.ndarray]:
    turned = shapely.orient_polygons(part, exterior_cw=not ccw)
    return [shapely.get_coordinates(ring) for ring in shapely.get_rings(turned)]


def _closed(ring: np.ndarray) -> list[list[float]]:
    return [[float(x), float(y)] for x, y in ring]


def _shapes(frame: gpd.GeoDataFrame) -> list[object]:
    digits = DEGREES if frame.crs is None or frame.crs.is_geographic else METRES
    return [_rounded(shape.__geo_interface__, digits) for shape in frame.geometry]


def _rounded(shape: dict[str, object], digits: int) -> dict[str, object]:
    def down(value: object) -> object:
        return (
            [down(v) for v in value]
            if isinstance(value, list | tuple)
            else round(float(str(value)), digits)
        )

    return {"type": shape["type"], "coordinates": down(shape["coordinates"])}


def _records(frame: gpd.GeoDataFrame) -> list[dict[str, object]]:
    return [
        {
            key: value.item() if isinstance(value, np.generic) else value
            for key, value in row.items()
        }
        for row in frame.drop(columns=frame.geometry.name).to_dict("records")
    ]


def _json(body: object) -> str:
    return (
        json.dumps(body, ensure_ascii=False, separators=(",", ":")).replace(
            '{"type":"Feature"', '\n{"type":"Feature"'
        )
        + "\n"
    )


def _text(path: Path, text: str) -> None:
    _fresh(path).write_text(text, encoding="utf-8", newline="\n")
