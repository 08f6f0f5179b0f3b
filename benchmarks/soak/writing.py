"""A town → a folder, each network in a format drawn by lot, with its gridmerge.toml."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio

from benchmarks.soak.draw import Drawn
from tests.towns import formats

# a Shapefile keeps ten bytes of a field's name
CHINESE = {"source_id": "编码", "name": "名称", "holder": "责任人"}
LATIN = {"source_id": "code", "name": "wgmc", "holder": "fzr"}

Write = Callable[[Path, gpd.GeoDataFrame], None]


def _in(crs: int, writer: Callable[..., None], **how: object) -> Write:
    return lambda path, frame: writer(path, formats.in_crs(frame, crs), **how)


# ending, writer, what gridmerge.toml has to say beside fields
FORMATS: tuple[tuple[str, Write, dict[str, str]], ...] = (
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
)
MIXED = 0.7  # share of the networks in a format drawn by lot; the others are GeoPackages


def write(drawn: Drawn, folder: Path, chinese: bool) -> None:
    """Write everything into an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = drawn.draft
    pyogrio.write_dataframe(draft.villages, folder / "villages.gpkg", driver="GPKG")
    tables = [_network(drawn, key, folder, chinese) for key in draft.layers]
    for key, frame in draft.barriers.items():
        pyogrio.write_dataframe(frame, folder / f"{key}.gpkg", driver="GPKG")
        tables.append({"key": key, "path": f"{key}.gpkg", "department": "transport", "role": "barrier", "id": "id"})
    formats.point_table(folder / "buildings.csv", formats.in_crs(drawn.buildings, 4490))
    roster = drawn.roster.drop(columns="village_name")
    roster.to_csv(folder / "roster.csv", index=False, encoding="utf-8-sig")
    text = PROJECT + "\n".join(map(_table, tables))
    (folder / "gridmerge.toml").write_text(text, encoding="utf-8", newline="\n")


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
    return {"key": key, "path": f"{stem}.{ending}", **department, **named, **special, **role, **more}


def _write_one(drawn: Drawn, key: str, frame: gpd.GeoDataFrame, folder: Path, stem: str) -> tuple[str, dict[str, str]]:
    draft = drawn.draft
    if key in draft.plain:
        # as the drawing program holds it: not a digit is rounded
        pyogrio.write_dataframe(frame, folder / f"{stem}.gpkg", driver="GPKG", geometry_type="Unknown")
        return "gpkg", {}
    if draft.spec.get(key, {}).get("datum") == "gcj02":
        formats.geojson(folder / f"{stem}.geojson", formats.in_datum(frame, "gcj02"))
        return "geojson", {}
    lot, rng = draft.rng.random(), draft.rng
    ending, writer, special = FORMATS[int(rng.integers(len(FORMATS))) if lot < MIXED else 0]
    writer(folder / f"{stem}.{ending}", frame)
    return ending, special


def _table(spec: dict[str, object]) -> str:
    lines = [f"{key} = {json.dumps(_plain(value), ensure_ascii=False)}" for key, value in spec.items()]
    return "\n".join(["[[layers]]", *lines, ""])


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

[[workload]]
name = "households"
path = "buildings.csv"
field = "households"
lon = "lon"
lat = "lat"

[grids]
unit = "households"
target = 60
min = 30
max = 90

[roster]
path = "roster.csv"

"""
