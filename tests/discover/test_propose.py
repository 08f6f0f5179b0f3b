import shutil
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridmerge.config.project_file import read_project
from gridmerge.discover import propose_project_file
from gridmerge.errors import InputError
from gridmerge.io import read_input
from tests.clean.conftest import box, shifted, village_frame, wavy

SAMPLE = Path(__file__).resolve().parents[2] / "sample_layers"


@pytest.fixture(scope="module")
def proposed(tmp_path_factory):
    """The sample town without its project file, and what is proposed for it."""
    folder = tmp_path_factory.mktemp("town") / "files"
    shutil.copytree(SAMPLE, folder)
    hand_made = read_project(folder)
    (folder / "gridmerge.toml").unlink()
    text = propose_project_file(folder)
    (folder / "gridmerge.toml").write_text(text, "utf-8")
    return hand_made, read_project(folder), text


def test_every_file_of_the_sample_town_finds_its_place(proposed):
    hand_made, settings, _ = proposed
    assert settings.villages.path == hand_made.villages.path
    assert (settings.villages.code, settings.villages.name) == (
        hand_made.villages.code,
        hand_made.villages.name,
    )
    assert settings.project.model_dump() == hand_made.project.model_dump()
    assert {one.department for one in settings.layers} == {
        one.department for one in hand_made.layers
    }
    assert settings.roster.path == hand_made.roster.path
    assert settings.matters.path == hand_made.matters.path


def test_roles_datums_filters_and_columns_are_the_hand_made_ones(proposed):
    hand_made, settings, _ = proposed
    theirs = {one.department: one for one in hand_made.layers}
    for one in settings.layers:
        other = theirs[one.department]
        assert one.role == other.role, one.key
        assert (one.datum or "wgs84") == (other.datum or "wgs84"), one.key
        assert one.where == other.where and one.layer in (None, other.layer), (
            one.key
        )  # a database of one layer needs no name
        for part in ("id", "name", "holder"):
            assert getattr(other, part) in (None, getattr(one, part)), (one.key, part)


def test_works_are_recognised_with_their_fields(proposed):
    hand_made, settings, _ = proposed
    ours = {one.name: (one.path, one.field, one.weight) for one in settings.workload}
    for one in hand_made.workload:
        if one.name != "park_staff":
            assert ours[one.name] == (one.path, one.field, one.weight)
    assert settings.grids.unit == "households"


def test_the_file_says_how_sure_it_is_and_what_else_it_saw(proposed):
    _, _, text = proposed
    assert "肯定" in text and "较有把握" in text
    assert "土地利用.gpkg" in text and "事项清单.xlsx" in text
    assert "看到但没有用的文件" in text


def put(folder, name, frame):
    frame.to_file(folder / name, driver="GeoJSON")


def test_a_folder_of_plain_files(tmp_path):
    put(tmp_path, "村界.geojson", village_frame(wavy()))
    quarters = gpd.GeoDataFrame(
        {"bm": ["1", "2"]}, geometry=[box(0, 0, 2, 3), box(2, 0, 2, 3)], crs="EPSG:4544"
    )
    put(tmp_path, "安监网格.geojson", quarters)
    put(tmp_path, "某某协会片区.geojson", quarters)
    (tmp_path / "坏.geojson").write_text("{", "utf-8")
    data = tomllib.loads(propose_project_file(tmp_path))
    assert data["villages"]["path"] == "村界.geojson"
    assert {one["department"] for one in data["layers"]} == {"emergency", "某某协会片区"}
    assert "读不了的文件" in propose_project_file(
        tmp_path
    ) and "坏.geojson" in propose_project_file(tmp_path)


def test_two_networks_of_one_department_get_keys_of_their_own(tmp_path):
    put(tmp_path, "村界.geojson", village_frame(wavy()))
    quarters = gpd.GeoDataFrame(
        {"bm": ["1", "2"]}, geometry=[box(0, 0, 2, 3), box(2, 0, 2, 3)], crs="EPSG:4544"
    )
    put(tmp_path, "消防大网格.geojson", quarters)
    put(tmp_path, "消防微网格.geojson", quarters.rename(columns={"bm": "wgbm"}))
    keys = [one["key"] for one in tomllib.loads(propose_project_file(tmp_path))["layers"]]
    assert sorted(keys) == ["fire", "fire_2"]


def test_villages_in_gcj02_are_told_by_the_networks(tmp_path):
    villages = village_frame(wavy())
    put(tmp_path, "村界.geojson", shifted(villages, "gcj02"))
    for name in ("安监网格", "城管网格", "信访网格"):
        put(
            tmp_path,
            f"{name}.geojson",
            villages.rename(columns={"XZQDM": "bm", "XZQMC": "mc"}).to_crs(4326),
        )
    data = tomllib.loads(propose_project_file(tmp_path))
    assert data["villages"]["datum"] == "gcj02"
    assert all("datum" not in one for one in data["layers"])


def test_a_file_of_several_departments_is_taken_apart(tmp_path):
    put(tmp_path, "村界.geojson", village_frame(wavy()))
    rows = gpd.GeoDataFrame(
        {"bm": ["1", "2", "3", "4"], "部门": ["城管", "城管", "安监", "安监"]},
        geometry=[box(0, 0, 2, 3), box(2, 0, 2, 3), box(0, 0, 4, 1), box(0, 1, 4, 2)],
        crs="EPSG:4544",
    )
    put(tmp_path, "各部门网格.geojson", rows)
    layers = {
        one["department"]: one for one in tomllib.loads(propose_project_file(tmp_path))["layers"]
    }
    assert set(layers) == {"urban_management", "emergency"}
    assert layers["emergency"]["where"] == "\"部门\" = '安监'"
    (tmp_path / "gridmerge.toml").write_text(propose_project_file(tmp_path), "utf-8")
    settings = read_project(tmp_path)
    assert [len(read_input(one, tmp_path, one.key).frame) for one in settings.layers] == [2, 2]


@pytest.mark.parametrize(
    ("file", "key"),
    [
        ("chengguan_wg.geojson", "urban_management"),
        ("anjian-grid.geojson", "emergency"),
        ("police_precincts.geojson", "police"),
        ("school districts.geojson", "education"),
        ("消防/wg.geojson", "fire"),
    ],
)
def test_departments_by_pinyin_english_and_folder(tmp_path, file, key):
    put(tmp_path, "村界.geojson", village_frame(wavy()))
    quarters = gpd.GeoDataFrame(
        {"wgbm": ["1", "2"]}, geometry=[box(0, 0, 2, 3), box(2, 0, 2, 3)], crs="EPSG:4544"
    )
    (tmp_path / file).parent.mkdir(exist_ok=True)
    put(tmp_path, file, quarters)
    assert tomllib.loads(propose_project_file(tmp_path))["layers"][0]["department"] == key


def test_points_in_gcj02_get_their_datum(tmp_path):
    villages = village_frame(wavy())
    put(tmp_path, "村界.geojson", villages)
    xs, ys = np.meshgrid(np.arange(0.2, 4.3, 0.1), np.arange(0.2, 2.8, 0.1))
    points = gpd.GeoDataFrame(
        {"hs": 1},
        geometry=[box(x, y, 0, 0).centroid for x, y in zip(xs.flat, ys.flat, strict=True)],
        crs="EPSG:4544",
        index=range(xs.size),
    )
    inside = points[points.within(shapely.union_all(villages.geometry.values))]
    put(tmp_path, "房屋.geojson", shifted(inside, "gcj02"))
    (work,) = tomllib.loads(propose_project_file(tmp_path))["workload"]
    assert (work["name"], work["field"], work["datum"]) == ("households", "hs", "gcj02")


def test_names_with_quotes_and_backslashes_stay_toml(tmp_path):
    put(tmp_path, "村界.geojson", village_frame(wavy()))
    odd = gpd.GeoDataFrame({'编"码': ["1"]}, geometry=[box(0, 0, 2, 3)], crs="EPSG:4544")
    put(tmp_path, "城管'网格'.geojson", odd)
    assert (
        tomllib.loads(propose_project_file(tmp_path))["layers"][0]["path"] == "城管'网格'.geojson"
    )


def test_without_villages_or_folder_one_sentence(tmp_path):
    with pytest.raises(InputError, match="no layer of areas that could be the villages"):
        propose_project_file(tmp_path)
    with pytest.raises(InputError, match="no folder"):
        propose_project_file(tmp_path / "nowhere")


def test_nothing_in_the_folder_is_changed(tmp_path):
    put(tmp_path, "村界.geojson", village_frame(wavy()))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    propose_project_file(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert shapely.get_type_id(village_frame(wavy()).geometry.iloc[0]) == 3
