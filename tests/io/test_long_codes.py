"""Codes kept as long whole numbers, and ids in the key of a format: exact in every format, with and without a blank."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely import box

from gridmerge.config.settings import LayerSpec
from gridmerge.io import read_input
from gridmerge.tabular.cell_values import as_code

CODES = [510311104201001001 + i for i in range(4)]
DRIVERS = {
    "a.gpkg": "GPKG",
    "a.shp": "ESRI Shapefile",
    "a.geojson": "GeoJSON",
    "a.fgb": "FlatGeobuf",
    "a.gml": "GML",
    "a.parquet": "Parquet",
}


def _frame(codes: list[int | None]) -> gpd.GeoDataFrame:
    shapes = [box(105 + i / 100, 30, 105 + (i + 1) / 100, 30.01) for i in range(len(codes))]
    return gpd.GeoDataFrame({"code": pd.array(codes, dtype="Int64")}, geometry=shapes, crs=4490)


def _codes(folder: Path, name: str, field: str = "code") -> list[str]:
    raw = read_input(LayerSpec(key="a", path=(name,), id=field), folder, "a")
    return sorted(as_code(raw.frame[field]))


@pytest.mark.parametrize("codes", [CODES, [*CODES, None]], ids=["whole", "with a blank"])
@pytest.mark.parametrize("name", DRIVERS)
def test_long_whole_numbers_are_exact(tmp_path: Path, name: str, codes: list[int | None]) -> None:
    frame = _frame(codes)
    if name == "a.parquet":
        frame.to_parquet(tmp_path / name)
    else:
        frame.to_file(tmp_path / name, driver=DRIVERS[name])
    assert _codes(tmp_path, name) == sorted("" if code is None else str(code) for code in codes)


def _geojson(folder: Path, codes: list[object], member: bool = False) -> None:
    features = []
    for i, code in enumerate(codes):
        shape = shapely.geometry.mapping(box(105 + i / 100, 30, 105 + (i + 1) / 100, 30.01))
        told = {"id": code, "properties": {}} if member else {"properties": {"code": code}}
        features.append({"type": "Feature", "geometry": shape, **told})
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "a.geojson").write_text(text, "utf-8")


@pytest.mark.parametrize(
    "codes",
    [
        [510311104201001001, "510311104201001002", None],
        [510311104201001001, 1.5, None],
        [51031110420100100151031110, 51031110420100100151031111],
    ],
    ids=["with text", "with a decimal", "longer than a machine's integers"],
)
def test_geojson_keeps_every_digit(tmp_path: Path, codes: list[object]) -> None:
    _geojson(tmp_path, codes)
    assert _codes(tmp_path, "a.geojson") == sorted(
        "" if code is None else str(code) for code in codes
    )


def test_topojson_keeps_every_digit(tmp_path: Path) -> None:
    arcs = [
        [list(point) for point in box(105 + i, 30, 106 + i, 31).exterior.coords] for i in range(3)
    ]
    shapes = [
        {"type": "Polygon", "arcs": [[i]], "properties": {"code": code}}
        for i, code in enumerate([*CODES[:2], None])
    ]
    objects = {"a": {"type": "GeometryCollection", "geometries": shapes}}
    (tmp_path / "a.json").write_text(
        json.dumps({"type": "Topology", "arcs": arcs, "objects": objects}), "utf-8"
    )
    assert _codes(tmp_path, "a.json") == ["", *map(str, CODES[:2])]


def test_a_dbf_of_twenty_digits_is_read_by_its_characters(tmp_path: Path) -> None:
    """N(20): more digits than GDAL's integers, so that it gives doubles."""
    wide = [f"{51031110420100100100 + i}" for i in range(2)]
    field = struct.pack("<11sc4xBB14x", b"code", b"N", 20, 0)
    head = struct.pack("<BBBBIHH20x", 3, 124, 1, 1, 2, 32 + 32 + 1, 21) + field + b"\r"
    (tmp_path / "a.dbf").write_bytes(
        head + b"".join(b" " + code.encode() for code in wide) + b"\x1a"
    )
    assert _codes(tmp_path, "a.dbf") == wide


KEYS = {
    "GeoPackage": ("a.gpkg", "GPKG", {}, "fid", ["1", "2", "3", "4"]),
    "GeoPackage, shouted": ("a.gpkg", "GPKG", {}, "FID", ["1", "2", "3", "4"]),
    "GeoPackage with a key of its own": (
        "a.gpkg",
        "GPKG",
        {"FID": "grid_id"},
        "grid_id",
        ["1", "2", "3", "4"],
    ),
    "FileGDB": ("a.gdb", "OpenFileGDB", {}, "OBJECTID", ["1", "2", "3", "4"]),
    "Shapefile as ArcGIS shows it": ("a.shp", "ESRI Shapefile", {}, "FID", ["0", "1", "2", "3"]),
}


@pytest.mark.parametrize("case", KEYS)
def test_the_key_of_a_format_may_be_the_id(tmp_path: Path, case: str) -> None:
    name, driver, options, field, wanted = KEYS[case]
    pyogrio.write_dataframe(
        _frame(CODES), tmp_path / name, driver=driver, layer="a", layer_options=options
    )
    assert _codes(tmp_path, name, field) == wanted


@pytest.mark.parametrize(
    "ids", [[100, 101], ["W1", "W2"], [7, "W2"]], ids=["numbers", "text", "both"]
)
@pytest.mark.parametrize("field", ["id", "ID"])
def test_the_id_member_of_geojson_may_be_the_id(
    tmp_path: Path, ids: list[object], field: str
) -> None:
    _geojson(tmp_path, ids, member=True)
    assert _codes(tmp_path, "a.geojson", field) == sorted(map(str, ids))


def test_a_field_of_the_name_of_the_key_comes_first(tmp_path: Path) -> None:
    _frame(CODES).rename(columns={"code": "FID"}).to_file(tmp_path / "a.shp")
    assert _codes(tmp_path, "a.shp", "FID") == [str(code) for code in CODES]
