"""[addresses], [places] and by: proposed where the folder has such files."""

from __future__ import annotations

import tomllib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridmerge.discover import propose_project_file
from tests.clean.conftest import CRS, ORIGIN, box, village_frame, wavy
from tests.discover.test_propose import put


def points(**columns):
    count = len(next(iter(columns.values())))
    xy = np.random.default_rng(3).uniform([0.4, 0.4], [4.0, 2.6], (count, 2))
    shapes = [box(x, y, 0, 0).centroid for x, y in xy]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def homes(count=30, **more):
    return points(地址=[f"幸福路{i + 1}号" for i in range(count)], 户数=[3] * count, **more)


@pytest.fixture
def folder(tmp_path):
    put(tmp_path, "村界.geojson", village_frame(wavy()))
    return tmp_path


def data(folder):
    return tomllib.loads(propose_project_file(folder))


def test_a_file_of_addresses_is_for_searching(folder):
    put(folder, "标准门牌.geojson", points(门牌地址=["幸福路1号", "幸福路2号", "新桥巷3号"]))
    put(folder, "房屋.geojson", homes())
    assert data(folder)["addresses"] == {"path": "标准门牌.geojson", "field": "门牌地址"}
    assert 'path = "标准门牌.geojson"   # 较有把握' in propose_project_file(folder)


def test_houses_with_addresses_serve_and_are_to_be_checked(folder):
    put(folder, "房屋.geojson", homes())
    assert data(folder)["addresses"] == {"path": "房屋.geojson", "field": "地址"}
    assert 'path = "房屋.geojson"   # 请核对：点状，有地址一列' in propose_project_file(folder)


def test_a_list_of_residents_is_no_list_of_addresses(folder):
    put(folder, "住户.geojson", homes(户主=["王小明", "李强", "张伟"] * 10))
    assert "addresses" not in data(folder)


def test_names_of_places_name_grids_and_stand_in_for_addresses(folder):
    frame = points(
        dm=["a", "b", "c", "d"],
        名称=["曾家老屋", "孙家沟", "青溪大桥", "镇政府"],
        类别=["村组", "村组", "桥梁", "单位"],
    )
    lonlat = shapely.get_coordinates(frame.to_crs(4490).geometry.values)
    table = pd.DataFrame(frame.drop(columns="geometry")).assign(
        经度=lonlat[:, 0], 纬度=lonlat[:, 1]
    )
    (folder / "地名普查.csv").write_bytes(table.to_csv(index=False).encode("gb18030"))
    same = {"path": "地名普查.csv", "lon": "经度", "lat": "纬度", "field": "名称"}
    assert data(folder)["places"] == {**same, "where": "\"类别\" = '村组'"}
    assert data(folder)["addresses"] == same


def test_estates_as_areas_are_places_and_bridges_alone_are_none(folder):
    shapes = [box(1, 1, 0.3, 0.3), box(2, 1, 0.3, 0.3)]
    put(
        folder,
        "住宅小区.geojson",
        gpd.GeoDataFrame({"小区名称": ["锦绣苑", "和谐里"]}, geometry=shapes, crs=CRS),
    )
    assert data(folder)["places"] == {"path": "住宅小区.geojson", "field": "小区名称"}
    (folder / "住宅小区.geojson").unlink()
    put(folder, "地名.geojson", points(name=["青溪大桥", "老石桥"], kind=["桥梁", "桥梁"]))
    assert "places" not in data(folder)


def test_places_of_elsewhere_are_none(folder):
    far = points(name=["曾家老屋", "孙家沟"])
    put(folder, "地名.geojson", far.assign(geometry=far.translate(80_000, 0)))
    assert not {"places", "addresses"} & set(data(folder))


def census():
    shapes = [box(i, 0.2, 1, 2.4) for i in range(4)]
    return gpd.GeoDataFrame({"bm": list("abcd"), "人口": [900] * 4}, geometry=shapes, crs=CRS)


def test_areas_of_people_are_shared_out_by_the_households_in_them(folder):
    put(folder, "常住人口.geojson", census())
    put(folder, "房屋.geojson", homes())
    works = {one["name"]: one for one in data(folder)["workload"]}
    assert works["people"]["by"] == "households" and "by" not in works["households"]
    assert (
        'by = "households"   # 请核对：4 个面中 4 个里有 households 的点'
        in propose_project_file(folder)
    )


def test_areas_without_points_in_them_are_shared_out_by_area(folder):
    put(folder, "常住人口.geojson", census())
    one_corner = homes()
    put(folder, "房屋.geojson", one_corner[one_corner.geometry.x < ORIGIN[0] + 900])
    assert all("by" not in one for one in data(folder)["workload"])


def test_people_alone_are_balanced(folder):
    put(folder, "常住人口.geojson", census())
    (one,) = data(folder)["workload"]
    assert one["weight"] == 1.0


def test_a_table_of_villages_counts_what_no_other_file_does(folder):
    put(folder, "房屋.geojson", homes())
    rows = {
        "所在村": [f"{one}村" for one in "甲乙丙丁戊己"],
        "户数": [200] * 6,
        "常住人口": [500] * 6,
    }
    pd.DataFrame(rows).to_csv(folder / "各村统计表.csv", index=False)
    works = {one["name"]: one for one in data(folder)["workload"]}
    assert set(works) == {"households", "people"} and works["households"]["path"] == "房屋.geojson"
    assert {key: works["people"].get(key) for key in ("path", "village", "field", "by")} == {
        "path": "各村统计表.csv", "village": "所在村", "field": "常住人口", "by": "households",
    }  # fmt: skip
    assert "各村统计表.csv：" not in propose_project_file(folder)


def test_a_table_whose_rows_name_other_villages_is_no_work(folder):
    pd.DataFrame({"所在村": ["子村", "丑村"], "人口": [5, 6]}).to_csv(
        folder / "各村统计表.csv", index=False
    )
    assert "workload" not in data(folder) and "各村统计表.csv：请核对" in propose_project_file(
        folder
    )
