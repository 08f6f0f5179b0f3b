"""Files of areas that no name tells: what lies like a network on the land is taken to be checked, the rest is said."""

from __future__ import annotations

import tomllib

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridmerge.discover import propose_project_file
from tests.clean.conftest import CRS, box, village_frame, wavy
from tests.discover.test_propose import put


def stripes(count=5, x=-0.4, width=5.4, **columns):
    """Upright stripes over all the land, numbered at random."""
    shapes = [box(x + width / count * i, -0.5, width / count, 4.0) for i in range(count)]
    named = {"zone": np.random.default_rng(count).permutation(count) + 7, **columns}
    return gpd.GeoDataFrame(named, geometry=shapes, crs=CRS)


@pytest.fixture
def folder(tmp_path):
    put(tmp_path, "村界.geojson", village_frame(wavy()))
    return tmp_path


def told(folder):
    text = propose_project_file(folder)
    return text, [one["path"] for one in tomllib.loads(text).get("layers", [])]


def test_areas_that_cover_the_land_once_are_a_network_to_be_checked(folder):
    put(folder, "city_council.geojson", stripes())
    (one,) = tomllib.loads(propose_project_file(folder))["layers"]
    assert (one["department"], one["id"]) == ("city_council", "zone")
    assert 'department = "city_council"   # 请核对' in propose_project_file(folder)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (stripes(width=3.0), "只盖住本乡镇的"),
        (stripes().iloc[[0, 0, 1, 2, 3, 4]].assign(zone=range(6)), "的土地重叠"),
        (stripes(count=1), "一个面就盖住本乡镇"),
        (stripes(count=400), "个面太细"),
        (stripes(dlmc="耕地"), "像地类、规划、建筑一类的图"),
        (stripes(zone=["a", "a", "b", "b", "c"]), "没有一个字段能区分各要素"),
        (
            village_frame(wavy(seed=1))
            .rename(columns={"XZQDM": "a", "XZQMC": "b"})
            .assign(a=range(6)),
            "村界的另一份",
        ),
    ],
)
def test_what_is_no_network_is_left_out_with_its_reason(folder, frame, reason):
    put(folder, "x1.geojson", gpd.GeoDataFrame(frame, crs=CRS))
    text, paths = told(folder)
    assert paths == []
    (line,) = [line for line in text.splitlines() if line.startswith("#   x1.geojson")]
    assert reason in line


def test_of_two_drawings_of_one_network_the_finer_is_taken(folder):
    fine = stripes()
    put(folder, "coarse.geojson", fine)
    put(
        folder,
        "fine.geojson",
        fine.assign(geometry=shapely.segmentize(np.asarray(fine.geometry.values), 50)),
    )
    text, paths = told(folder)
    assert paths == ["fine.geojson"]
    assert "#   coarse.geojson：请核对：与 fine.geojson 几乎是同一套面" in text


def test_every_file_is_a_table_or_a_comment(folder):
    put(folder, "council.geojson", stripes())
    put(folder, "parks.geojson", stripes(width=1.0))
    (folder / "名册.csv").write_text("编号,姓名\n1,王小明\n2,李强\n", "utf-8")
    (folder / "网格员名单.csv").write_text("编号,姓名\n1,王小明\n2,李强\n3,张伟\n", "utf-8")
    text, _ = told(folder)
    for path in folder.iterdir():
        assert path.name in text, path.name
    assert "#   名册.csv：请核对：也像人员名册，已用另一份" in text
