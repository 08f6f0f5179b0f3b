"""A town → a folder, each network in a format drawn by lot, with its gridmerge.toml."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from benchmarks.soak.draw import Drawn
from benchmarks.soak.settings import Settings
from tests.towns import formats

# a Shapefile keeps ten bytes of a field's name
CHINESE = {"source_id": "编码", "name": "名称", "holder": "责任人"}
LATIN = {"source_id": "code", "name": "wgmc", "holder": "fzr"}

Write = Callable[[Path, gpd.GeoDataFrame], None]


def _in(crs: int, writer: Callable[..., None], **how: object) -> Write:
    return lambda path, frame: writer(path, formats.in_crs(frame, crs), **how)


def _kml(path: Path, frame: gpd.GeoDataFrame, *, in_description: bool) -> None:
    formats.kml(path, frame, name=frame.columns[1], in_description=in_description)


def _drawing(path: Path, frame: gpd.GeoDataFrame, *, closed: bool, release: str) -> None:
    formats.drawing(path, frame, text=frame.columns[0], closed=closed, release=release)


def _excel(path: Path, frame: gpd.GeoDataFrame) -> None:
    table = pd.DataFrame(frame.drop(columns="geometry"))
    table["坐标串"] = [formats.coordinate_list(shape) for shape in frame.geometry]
    formats.workbook(path, table, titles=("青山镇网格边界坐标表",))


def _corner_rows(frame: gpd.GeoDataFrame, lon: str, lat: str) -> pd.DataFrame:
    """A row a corner: its grid's fields, its ring, its number in the ring, longitude and latitude."""
    parts, grid = shapely.get_parts(frame.geometry.to_numpy(), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    at, ring = shapely.get_coordinates(rings, return_index=True)
    rows = (
        pd.DataFrame(frame.drop(columns="geometry")).iloc[grid[part[ring]]].reset_index(drop=True)
    )
    number = pd.Series(ring).groupby(ring).cumcount() + 1
    return rows.assign(**{"圈号": ring + 1, "点号": number, lon: at[:, 0], lat: at[:, 1]})


def _corners(
    path: Path,
    frame: gpd.GeoDataFrame,
    *,
    excel: bool = False,
    axes: tuple[str, str] = ("经度", "纬度"),
) -> None:
    rows = _corner_rows(frame, *axes)
    if excel:
        formats.workbook(path, rows, titles=("界址点成果表",))
    else:
        rows.to_csv(path, index=False, encoding="utf-8-sig")


# ending, writer, what gridmerge.toml has to say beside fields
DRAWING = {"crs": "EPSG:4544", "id": None, "name": None, "holder": None}
FORMATS: tuple[tuple[str, Write, dict[str, Any]], ...] = (
    ("gpkg", _in(4544, formats.geopackage), {}),
    ("gpkg", _in(4490, formats.geopackage), {}),
    ("geojson", _in(4490, formats.geojson), {}),
    ("shp", _in(4544, formats.shapefile), {}),
    ("shp", _in(4523, formats.shapefile, encoding="GBK", cpg="GBK", ldid=0x4D), {}),
    ("shp", _in(4544, formats.shapefile, prj=False), {"crs": "EPSG:4544"}),
    ("fgb", _in(4490, formats.flatgeobuf), {}),
    ("gml", _in(4490, formats.gml), {}),
    ("gdb", _in(4544, formats.file_geodatabase, layer="WG"), {"layer": "WG"}),
    ("csv", _in(4490, formats.wkt_table), {"geometry": "wkt", "crs": "EPSG:4490"}),
    ("json", _in(4544, formats.esri_json, wkid=4544), {}),
    ("topo.json", _in(4490, formats.topojson), {"crs": "EPSG:4490"}),
    ("mif", _in(4490, formats.mapinfo), {"crs": "EPSG:4490"}),
    ("tab", _in(4544, formats.mapinfo, charset="Neutral"), {"crs": "EPSG:4544"}),
    ("xlsx", _in(4490, _excel), {"geometry": "坐标串", "crs": "EPSG:4490"}),
)
# formats that say nothing of a row without an id of its own, or of a grid that lies in another
ONE_EACH: tuple[tuple[str, Write, dict[str, Any]], ...] = (
    ("kml", _in(4490, _kml, in_description=False), {}),
    ("kml", _in(4490, _kml, in_description=True), {}),
    ("csv", _in(4490, _corners), {"crs": "EPSG:4490"}),
    ("xlsx", _in(4490, _corners, excel=True), {"crs": "EPSG:4490"}),
    ("dxf", _in(4544, _drawing, closed=False, release="R2000"), DRAWING),
    ("dxf", _in(4544, _drawing, closed=True, release="R2010"), DRAWING),
)
# a web map's longitude and latitude, as its tables head them
SHIFTED_AXES = ("高德经度", "高德纬度")
MIXED = 0.7  # share of the networks in a format drawn by lot; the others are GeoPackages


def write(drawn: Drawn, settings: Settings, folder: Path) -> None:
    """Write everything into an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = drawn.draft
    pyogrio.write_dataframe(draft.villages, folder / "villages.gpkg", driver="GPKG")
    tables = [_network(drawn, key, folder, settings.chinese) for key in draft.layers]
    for key, frame in draft.barriers.items():
        pyogrio.write_dataframe(frame, folder / f"{key}.gpkg", driver="GPKG")
        tables.append(
            {
                "key": key,
                "path": f"{key}.gpkg",
                "department": "transport",
                "role": "barrier",
                "id": "id",
            }
        )
    workloads = [
        _buildings(drawn, settings.shifted, folder),
        *_estates(drawn, settings.estates, folder),
    ]
    roster = drawn.roster.drop(columns="village_name")
    roster.to_csv(folder / "roster.csv", index=False, encoding="utf-8-sig")
    parts = [
        PROJECT,
        *(_table("workload", one) for one in workloads),
        *(_table("layers", one) for one in tables),
    ]
    text = "\n".join(parts)
    (folder / "gridmerge.toml").write_text(text, encoding="utf-8", newline="\n")


def _buildings(drawn: Drawn, shifted: bool, folder: Path) -> dict[str, object]:
    lon, lat = SHIFTED_AXES if shifted else ("lon", "lat")
    frame = (
        formats.in_datum(drawn.buildings, "gcj02")
        if shifted
        else formats.in_crs(drawn.buildings, 4490)
    )
    formats.point_table(folder / "buildings.csv", frame, lon=lon, lat=lat)
    return {
        "name": "households",
        "path": "buildings.csv",
        "field": "households",
        "lon": lon,
        "lat": lat,
    }


def _estates(drawn: Drawn, how: str, folder: Path) -> list[dict[str, object]]:
    if not how:
        return []
    pyogrio.write_dataframe(drawn.estates, folder / "estates.gpkg", driver="GPKG")
    by = {"by": how} if how != "area" else {}
    return [{"name": "people", "path": "estates.gpkg", "field": "people", "weight": 0.3, **by}]


def _network(drawn: Drawn, key: str, folder: Path, chinese: bool) -> dict[str, object]:
    """Write one network; returns its table of gridmerge.toml."""
    draft = drawn.draft
    layer, more = draft.layers[key], draft.spec.get(key, {})
    fields = CHINESE if chinese else LATIN
    frame = layer.frame.rename(columns=fields)
    stem = f"{layer.department}_网格_{key}" if chinese else key
    ending, special = _write_one(drawn, key, frame, folder, stem)
    named = {"id": fields["source_id"], "name": fields["name"], "holder": fields["holder"]}
    department = {"department": "专属网格" if layer.role == "exclusive" else layer.department}
    role = {"role": layer.role} if layer.role != "grid" else {}
    spec = {
        "key": key,
        "path": f"{stem}.{ending}",
        **department,
        **named,
        **special,
        **role,
        **more,
    }
    return {name: value for name, value in spec.items() if value is not None}


def _write_one(
    drawn: Drawn, key: str, frame: gpd.GeoDataFrame, folder: Path, stem: str
) -> tuple[str, dict[str, Any]]:
    draft = drawn.draft
    shifted = draft.spec.get(key, {}).get("datum") == "gcj02"
    if key in draft.plain:
        frame = formats.in_datum(frame, "gcj02") if shifted else frame
        # as the drawing program holds it: not a digit is rounded
        pyogrio.write_dataframe(
            frame, folder / f"{stem}.gpkg", driver="GPKG", geometry_type="Unknown"
        )
        return "gpkg", {}
    if shifted:
        formats.geojson(folder / f"{stem}.geojson", formats.in_datum(frame, "gcj02"))
        return "geojson", {}
    one_each = _is_one_each(frame)
    if one_each and key in draft.shifted_tables:
        _corners(folder / f"{stem}.csv", formats.in_datum(frame, "gcj02"), axes=SHIFTED_AXES)
        return "csv", {}
    lot, rng = draft.rng.random(), draft.rng
    able = FORMATS + ONE_EACH if one_each else FORMATS
    ending, writer, special = able[int(rng.integers(len(able))) if lot < MIXED else 0]
    writer(folder / f"{stem}.{ending}", frame)
    return ending, special


def _is_one_each(frame: gpd.GeoDataFrame) -> bool:
    """Whether every row has an id of its own and no grid lies in another."""
    ids, shapes = frame.iloc[:, 0], frame.geometry.to_numpy()
    if ids.isna().any() or ids.duplicated().any():
        return False
    inner, outer = shapely.STRtree(shapes).query(
        shapely.point_on_surface(shapes), predicate="within"
    )
    return len(np.unique(inner)) == len(inner) == len(outer)


def _table(name: str, spec: dict[str, object]) -> str:
    lines = [
        f"{key} = {json.dumps(_plain(value), ensure_ascii=False)}" for key, value in spec.items()
    ]
    return "\n".join([f"[[{name}]]", *lines, ""])


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


PROJECT = """\
[project]
name = "青山镇"
crs = "EPSG:4544"
language = "zh"

[villages]
path = "villages.gpkg"
code = "village_code"
name = "village_name"

[grids]
unit = "households"
target = 60
min = 30
max = 90

[roster]
path = "roster.csv"

"""
