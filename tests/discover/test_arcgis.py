"""Folders as ArcGIS exports them, in Chinese or in English: measures, row numbers, pinyin, buildings, one network in two files."""

from __future__ import annotations

import tomllib
import zipfile

import geopandas as gpd
import numpy as np
import pytest
from shapely import box

from gridmerge.discover import propose_project_file
from gridmerge.discover.columns import id_field, name_field
from gridmerge.discover.scan import scan_folder

X, Y, D = 114.30, 30.57, 0.004
NAMES = ["青河社区", "红星社区", "东风社区", "北湖社区"]
PINYIN = ["qinghe", "hongxing", "dongfeng", "beihu"]


def cells(count=4, side=D, x=X, y=Y):
    return [
        box(
            x + side * (i % 2), y + side * (i // 2), x + side * (i % 2 + 1), y + side * (i // 2 + 1)
        )
        for i in range(count)
    ]


def write(path, shapes, **columns):
    path.parent.mkdir(parents=True, exist_ok=True)
    driver = "ESRI Shapefile" if path.suffix == ".shp" else "GeoJSON"
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(path, driver=driver)


def villages(folder, name="社区.json"):
    write(
        folder / name,
        cells(),
        FID=range(4),
        OBJECTID=range(1, 5),
        Name=PINYIN,
        Shape_Area=[D * D] * 4,
        name_1=NAMES,
    )


def made(folder):
    return tomllib.loads(propose_project_file(folder, "en"))


def sheet_of(folder, **columns):
    write(folder / "a.geojson", cells(len(next(iter(columns.values())))), **columns)
    return scan_folder(folder)[0]


@pytest.mark.parametrize(
    "measure",
    [
        "SHAPE_Area",
        "Shape_Length",
        "Shape_Leng",
        "area",
        "面积",
        "周长",
        "AREA_M2",
        "TBMJ",
        "perimeter",
        "st_area",
    ],
)
@pytest.mark.parametrize(
    "values",
    [
        [4.6e-06, 4.7e-06, 4.8e-06, 5.1e-06],
        [160001, 160222, 170003, 180004],
        ["1.1e5", "1.2e5", "1.3e5", "1.4e5"],
    ],
)
def test_a_measure_is_no_id(tmp_path, measure, values):
    assert (
        id_field(sheet_of(tmp_path, **{measure: values, "别的": ["甲", "甲", "乙", "乙"]})) is None
    )
    best = id_field(sheet_of(tmp_path, **{measure: values, "grid_num": [1, 2, 3, 4]}))
    assert best.value == "grid_num"


@pytest.mark.parametrize(
    "better", ["警务区编码", "网格号", "grid_number", "precinct_code", "area_code"]
)
@pytest.mark.parametrize("rows", ["FID", "OBJECTID", "OID_", "gid"])
def test_numbers_of_rows_are_an_id_only_where_nothing_better_is(tmp_path, better, rows):
    sheet = sheet_of(tmp_path, **{rows: [0, 1, 2, 3], better: ["11", "12", "13", "14"]})
    assert id_field(sheet).value == better


@pytest.mark.parametrize(
    ("pinyin", "chinese"),
    [("Name", "name_1"), ("NAME", "NAME_CHN"), ("name", "中文名称"), ("title", "MC")],
)
def test_names_in_chinese_come_before_pinyin(tmp_path, pinyin, chinese):
    sheet = sheet_of(tmp_path, **{pinyin: PINYIN, chinese: NAMES})
    assert name_field(sheet, []).value == chinese


def test_names_in_latin_letters_are_names_where_there_are_no_others(tmp_path):
    assert (
        name_field(sheet_of(tmp_path, Name=PINYIN, remark=["x", "y", "z", "w"]), []).value == "Name"
    )


@pytest.mark.parametrize(
    "name",
    [
        "社区.json",
        "居委会.geojson",
        "青山镇社区.geojson",
        "村庄.geojson",
        "滨江街道居民委员会_2024.geojson",
        "村.shp",
    ],
)
def test_a_file_called_communities_is_the_villages(tmp_path, name):
    villages(tmp_path, name)
    write(tmp_path / "公安.geojson", cells(16, D / 2), code=[f"P-{n:02d}" for n in range(16)])
    project = made(tmp_path)
    assert project["villages"]["path"] == name
    assert project["villages"]["name"] == "name_1"
    assert [layer["path"] for layer in project["layers"]] == ["公安.geojson"]


@pytest.mark.parametrize("name", ["社区警务.geojson", "社区矫正.geojson", "青河社区消防.geojson"])
def test_a_departments_file_that_speaks_of_communities_is_not_the_villages(tmp_path, name):
    villages(tmp_path)
    write(tmp_path / name, cells(16, D / 2), code=[f"P-{n:02d}" for n in range(16)])
    assert made(tmp_path)["villages"]["path"] == "社区.json"


def pieces(folder, names, **more):
    for number, name in enumerate(names):
        shapes = cells(4, D / 2, X + D * number)
        write(
            folder / name,
            shapes,
            OBJECTID=range(4),
            grid_num=[4 * number + n for n in range(1, 5)],
            **more,
        )


@pytest.mark.parametrize(
    "names",
    [
        ("网格_青河.json", "网格_红星.json"),
        ("综合网格（青河）.json", "综合网格（红星）.json"),
        ("grid_east.json", "grid_riverside.json"),
    ],
)
def test_two_files_of_one_network_are_one_network(tmp_path, names):
    villages(tmp_path)
    pieces(tmp_path, names, Shape_Area=[1e-6] * 4)
    layers = made(tmp_path)["layers"]
    assert [sorted(layer["path"]) for layer in layers] == [sorted(names)]
    assert layers[0]["id"] == "grid_num"
    assert layers[0]["department"] in ("网格", "综合网格", "grid")


def test_files_on_the_same_land_are_two_networks(tmp_path):
    villages(tmp_path)
    for name in ("网格_甲.json", "网格_乙.json"):
        write(tmp_path / name, cells(16, D / 2), grid_num=range(16), OBJECTID=range(16))
    assert len(made(tmp_path)["layers"]) == 2


@pytest.mark.parametrize("name", ["建筑", "房屋", "building", "house_footprints"])
def test_buildings_are_work_where_nothing_else_is(tmp_path, name):
    villages(tmp_path)
    pieces(tmp_path, ("网格_青河.json", "网格_红星.json"))
    for number, part in enumerate(("青河", "红星")):
        write(
            tmp_path / f"{name}_{part}.json",
            cells(60, D / 20, X + D * number),
            OBJECTID=range(60),
            louceng=[6] * 60,
        )
    work = made(tmp_path)["workload"]
    assert [sorted(one["path"]) for one in work] == [
        sorted([f"{name}_青河.json", f"{name}_红星.json"])
    ]
    assert work[0]["name"] == "buildings"


def test_buildings_are_no_second_work_beside_households(tmp_path):
    villages(tmp_path)
    pieces(tmp_path, ("网格_青河.json", "网格_红星.json"))
    write(tmp_path / "建筑.json", cells(60, D / 20), OBJECTID=range(60))
    points = gpd.GeoSeries(cells(60, D / 20)).centroid
    write(tmp_path / "居民户数.geojson", points, 户数=np.arange(1, 61))
    assert [one["path"] for one in made(tmp_path)["workload"]] == ["居民户数.geojson"]


@pytest.mark.parametrize(
    ("path", "department"),
    [
        ("police/areas.geojson", "police"),
        ("fire/areas.geojson", "fire"),
        ("market/areas.geojson", "market"),
        ("health/areas.geojson", "health"),
        ("market_areas.geojson", "market"),
        ("environmental.geojson", "environment"),
        ("school areas.geojson", "education"),
    ],
)
def test_english_folders_and_files_name_their_department(tmp_path, path, department):
    villages(tmp_path)
    write(tmp_path / path, cells(16, D / 2), code=[f"P-{n:02d}" for n in range(16)])
    assert [(one["path"], one["department"]) for one in made(tmp_path)["layers"]] == [
        (path, department)
    ]


def test_a_zip_of_one_network_and_its_tables_is_one_network(tmp_path):
    villages(tmp_path)
    inside = tmp_path / "inside"
    write(inside / "police.shp", cells(16, D / 2), code=[f"P-{n:02d}" for n in range(16)])
    (inside / "类型.csv").write_text("code,meaning\n1,城区\n2,郊区\n", "utf-8")
    with zipfile.ZipFile(tmp_path / "公安.zip", "w") as archive:
        for file in sorted(inside.iterdir()):
            archive.write(file, file.name)
            file.unlink()
    inside.rmdir()
    layers = made(tmp_path)["layers"]
    assert [(one["path"], one["department"], one["id"]) for one in layers] == [
        ("公安.zip", "police", "code")
    ]
