"""One frame → one file of a given kind, and what an expert would write in its table of the project file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from tests.towns import formats

Spec = dict[str, Any]
# CGCS2000 with and without zone numbers, and UTM, as offices use them
METRES = (4544, 4544, 4523, 4496, 32648)


def shp(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """A shapefile: GBK or UTF-8, told, untold or told wrong; degrees or metres; one in five without .prj."""
    short = all(len(str(name).encode("utf-8")) <= 10 for name in frame.columns)
    encoding = str(rng.choice(["GBK", "UTF-8"])) if short else "GBK"
    said: str | None = str(rng.choice(["right", "none", "wrong"]))
    cpg = {"right": encoding, "none": None, "wrong": "ISO-8859-1"}[str(said)]
    crs = int(rng.choice([4490, 4326, *METRES]))
    prj = rng.random() > 0.2 or crs == 32648  # nobody could tell that one from CGCS2000 by eye
    formats.shapefile(
        folder / f"{stem}.shp",
        formats.in_crs(frame, crs),
        encoding=encoding,
        cpg=cpg,
        ldid=0,
        prj=prj,
    )
    return {"path": f"{stem}.shp"} if prj else {"path": f"{stem}.shp", "crs": f"EPSG:{crs}"}


def gpkg(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """A GeoPackage, one in three with a layer of notes beside the network."""
    crs, layer = int(rng.choice([4490, 4544])), str(rng.choice(["grid", "wg", stem]))
    moved = formats.in_crs(frame, crs)
    if rng.random() > 0.33:
        formats.geopackage(folder / f"{stem}.gpkg", moved, layer=layer)
        return {"path": f"{stem}.gpkg"}
    note = gpd.GeoDataFrame(
        {"说明": ["由测绘院提供"]}, geometry=[moved.geometry.iloc[0].centroid], crs=crs
    )
    formats.geopackage(folder / f"{stem}.gpkg", moved, layer=layer, more={"说明": note})
    return {"path": f"{stem}.gpkg", "layer": layer}


def gdb(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """A file geodatabase of one layer."""
    formats.file_geodatabase(
        folder / f"{stem}.gdb",
        formats.in_crs(frame, int(rng.choice(METRES))),
        layer=str(rng.choice(["WG", "ZRQ"])),
    )
    return {"path": f"{stem}.gdb"}


def geojson(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """GeoJSON: a web map's in half of the cases, or metres with an old-style crs."""
    kind = str(rng.choice(["wgs84", "wgs84", "gcj02", "gcj02", "bd09", "metres"]))
    path = folder / f"{stem}.geojson"
    if kind == "metres":
        formats.geojson(path, formats.in_crs(frame, 4544), crs="urn:ogc:def:crs:EPSG::4544")
        return {"path": path.name}
    formats.geojson(path, formats.in_datum(frame, kind))
    return {"path": path.name} if kind == "wgs84" else {"path": path.name, "datum": kind}


def kml(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """KML, its attributes as data or hidden in HTML."""
    name = str(frame.attrs["name"])
    hidden = bool(rng.random() < 0.5)
    formats.kml(
        folder / f"{stem}.kml", formats.in_crs(frame, 4326), name=name, in_description=hidden
    )
    return {"path": f"{stem}.kml"}


def dxf(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """A drawing: lines and texts, no ids; its only names are the texts."""
    crs = int(rng.choice([4544, 4523]))
    release = str(rng.choice(["R2000", "R2010"]))
    name = str(frame.attrs["name"])
    formats.drawing(folder / f"{stem}.dxf", formats.in_crs(frame, crs), text=name, release=release)
    return {"path": f"{stem}.dxf", "crs": f"EPSG:{crs}", "id": None, "name": "name", "holder": None}


def wkt(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """A CSV with WKT."""
    column = str(rng.choice(["边界", "wkt", "geom", "坐标"]))
    encoding = str(rng.choice(["GBK", "GB18030", "UTF-8", "UTF-8-SIG"]))
    formats.wkt_table(
        folder / f"{stem}.csv", formats.in_crs(frame, 4490), column=column, encoding=encoding
    )
    return {"path": f"{stem}.csv", "geometry": column, "crs": "EPSG:4490"}


def xlsx(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """Excel with a list of coordinates a row, under a title, one in three in GCJ-02."""
    column = str(rng.choice(["边界坐标", "坐标串", "范围坐标点", "经纬度范围"]))
    shifted = bool(rng.random() < 0.33)
    moved = formats.in_datum(frame, "gcj02") if shifted else formats.in_crs(frame, 4490)
    table = pd.DataFrame(moved.drop(columns="geometry"))
    table[column] = [formats.coordinate_list(shape) for shape in moved.geometry]
    titles = (f"青山镇{stem}一览表", "填报日期：2024年3月15日")[: int(rng.integers(0, 3))]
    formats.workbook(folder / f"{stem}.xlsx", table, titles=titles)
    spec = {"path": f"{stem}.xlsx", "geometry": column, "crs": "EPSG:4490"}
    return {**spec, "datum": "gcj02"} if shifted else spec


def gml(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """GML, latitude first."""
    formats.gml(folder / f"{stem}.gml", formats.in_crs(frame, 4490))
    return {"path": f"{stem}.gml"}


def fgb(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """FlatGeobuf."""
    formats.flatgeobuf(folder / f"{stem}.fgb", formats.in_crs(frame, 4490))
    return {"path": f"{stem}.fgb"}


def mapinfo(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """MapInfo, either kind."""
    ending = str(rng.choice(["tab", "mif"]))
    crs = int(rng.choice([4490, 4544]))
    charset = str(rng.choice(["WindowsSimpChinese", "Neutral"]))
    formats.mapinfo(folder / f"{stem}.{ending}", formats.in_crs(frame, crs), charset=charset)
    return {"path": f"{stem}.{ending}", "crs": f"EPSG:{crs}"}


def esri(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """Esri's JSON."""
    formats.esri_json(folder / f"{stem}.json", formats.in_crs(frame, 4544), wkid=4544)
    return {"path": f"{stem}.json"}


def topojson(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """TopoJSON, which says no system."""
    formats.topojson(folder / f"{stem}.json", formats.in_crs(frame, 4490))
    return {"path": f"{stem}.json", "crs": "EPSG:4490"}


def pieces(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """One network in two or three files."""
    marks = [
        ("东片", "西片"),
        ("第一片", "第二片", "第三片"),
        ("1", "2"),
        ("（城区）", "（农村）"),
    ][int(rng.integers(4))]
    for mark, rows in zip(marks, np.array_split(np.arange(len(frame)), len(marks)), strict=True):
        part = formats.in_crs(frame.iloc[rows], 4490)
        formats.geopackage(folder / f"{stem}_{mark}.gpkg", part, layer="grid")
    return {"path": [f"{stem}_{mark}.gpkg" for mark in marks]}


def county(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """The whole county's file: a column tells the townships apart."""
    column = str(rng.choice(["所属乡镇", "XZ", "TOWN", "街道"]))
    code = frame.attrs["id"]
    here = frame.assign(**{column: "青山镇"})
    there = here.iloc[::2].assign(**{column: "高洞乡", code: "G" + here[code].iloc[::2]})
    far = there.set_geometry(there.geometry.translate(11_000, 1_500))
    both = gpd.GeoDataFrame(
        pd.concat([here, far], ignore_index=True), geometry="geometry", crs=frame.crs
    )
    formats.geopackage(folder / f"{stem}.gpkg", formats.in_crs(both, 4490))
    quoted = column if column.isascii() else f'"{column}"'
    return {"path": f"{stem}.gpkg", "where": f"{quoted} = '青山镇'"}


def shared(path: Path, frames: dict[str, gpd.GeoDataFrame]) -> None:
    """Several departments' layers in one GeoPackage."""
    for name, frame in frames.items():
        pyogrio.write_dataframe(
            formats.in_crs(frame, 4544),
            path,
            driver="GPKG",
            layer=name,
            append=path.exists(),
            geometry_type="MultiPolygon",
            promote_to_multi=True,
        )


def listed(folder: Path, stem: str, table: pd.DataFrame, rng: np.random.Generator) -> Spec:
    """Excel without geometry: each grid names its villages."""
    column = str(rng.choice(["所辖村", "包含村社区", "管辖范围（村）", "覆盖村居"]))
    formats.workbook(folder / f"{stem}.xlsx", table.rename(columns={"villages": column}))
    return {"path": f"{stem}.xlsx", "village": column}


def corners(folder: Path, stem: str, frame: gpd.GeoDataFrame, rng: np.random.Generator) -> Spec:
    """A table of corner points, a row each: what a surveyor hands over."""
    lonlat = formats.in_crs(frame, 4490)
    rows = [
        (*row[:3], number + 1, float(x), float(y))
        for *row, shape in lonlat[[*frame.columns[:3], "geometry"]].itertuples(index=False)
        for number, (x, y) in enumerate(shapely.get_coordinates(_largest(shape).exterior)[:-1])
    ]
    table = pd.DataFrame(rows, columns=[*frame.columns[:3], "点号", "经度", "纬度"])
    (folder / f"{stem}.csv").write_bytes(table.to_csv(index=False).encode("gb18030"))
    return {"path": f"{stem}.csv", "crs": "EPSG:4490", "id": frame.attrs["id"]}


def _largest(shape: shapely.Geometry) -> shapely.Polygon:
    parts = shapely.get_parts(shape)
    return parts[int(np.argmax(shapely.area(parts)))]


WAYS: tuple[Callable[[Path, str, gpd.GeoDataFrame, np.random.Generator], Spec], ...] = (
    *(shp, shp, shp, shp, shp, gpkg, gpkg, gdb, geojson, geojson, geojson, kml, kml, dxf),
    *(wkt, xlsx, gml, fgb, mapinfo, mapinfo, esri, topojson, pieces, county, corners),
)
