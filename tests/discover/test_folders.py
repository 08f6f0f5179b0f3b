"""What lies in a real folder beside the networks: old versions, pieces, years, corner tables, files of elsewhere, junk."""

from __future__ import annotations

import tomllib

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

from gridmerge.cli import main
from gridmerge.config.project_file import read_project
from gridmerge.discover import propose_project_file
from gridmerge.errors import InputError
from gridmerge.io import read_input
from tests.clean.conftest import box, village_frame, wavy
from tests.discover.test_propose import put


def quarters(west=("1", "2"), x=0.0):
    shapes = [box(x, 0, 2, 3), box(x + 2, 0, 2, 3)]
    return gpd.GeoDataFrame(
        {"wgbm": [f"A-{one}" for one in west]}, geometry=shapes, crs="EPSG:4544"
    )


@pytest.fixture
def folder(tmp_path):
    put(tmp_path, "村界.geojson", village_frame(wavy()))
    return tmp_path


def layers(folder):
    return tomllib.loads(propose_project_file(folder))["layers"]


def test_an_old_version_is_left_out_and_said(folder):
    (folder / "备份").mkdir()
    put(folder, "消防网格.geojson", quarters())
    put(folder, "备份/消防网格.geojson", quarters(("7", "8")))
    assert [one["path"] for one in layers(folder)] == ["消防网格.geojson"]
    assert (
        "#   备份/消防网格.geojson：请核对：名称像旧版或备份，已用 消防网格.geojson"
        in propose_project_file(folder)
    )


def test_an_old_version_alone_is_used_and_old_houses_are_not_old(folder):
    put(folder, "消防网格_旧.geojson", quarters())
    put(folder, "住建老旧小区网格.geojson", quarters())
    assert {one["department"] for one in layers(folder)} == {"fire", "housing"}


def test_two_networks_of_a_department_may_be_versions(folder):
    put(folder, "消防网格2023.geojson", quarters())
    put(folder, "消防网格2024.geojson", quarters(("7", "8")))
    text = propose_project_file(folder)
    assert len(tomllib.loads(text)["layers"]) == 2, "years lie on one another and are no pieces"
    assert (
        text.count("若是新旧版本，请只留一个") == 2
        and 'path = "消防网格2023.geojson"   # 请核对' in text
    )


def test_pieces_that_do_not_overlap_are_one_network_whatever_they_are_called(folder):
    put(folder, "消防网格（城区）.geojson", quarters().iloc[:1])
    put(folder, "消防网格（农村）.geojson", quarters().iloc[1:])
    (one,) = layers(folder)
    assert sorted(one["path"]) == ["消防网格（农村）.geojson", "消防网格（城区）.geojson"]


def test_a_table_of_corners_is_a_network(folder):
    grids = quarters().to_crs(4490)
    rows = [
        (code, "张三", n + 1, x, y)
        for code, shape in zip(grids["wgbm"], grids.geometry, strict=True)
        for n, (x, y) in enumerate(shapely.get_coordinates(shape)[:-1])
    ]
    table = pd.DataFrame(rows, columns=["片区编号", "负责人", "点号", "经度", "纬度"])
    (folder / "消防片区.csv").write_bytes(table.to_csv(index=False).encode("gb18030"))
    (one,) = layers(folder)
    assert (one["department"], one["id"], one["holder"]) == ("fire", "片区编号", "负责人")
    (folder / "gridmerge.toml").write_text(propose_project_file(folder), "utf-8")
    assert len(read_input(read_project(folder).layers[0], folder, "fire").frame) == 2


def test_a_department_that_only_a_column_names(folder):
    put(folder, "图层17.geojson", quarters().assign(责任单位="应急管理局"))
    (one,) = layers(folder)
    assert one["department"] == "emergency"
    assert 'department = "emergency"   # 较有把握' in propose_project_file(folder)


def test_a_name_that_speaks_of_two_departments_is_to_be_checked(folder):
    put(folder, "应急办转城管网格.geojson", quarters())
    assert 'department = "emergency"   # 请核对' in propose_project_file(
        folder
    ) and "也像 城市管理" in propose_project_file(folder)


def test_a_departments_word_in_the_name_of_a_place_is_to_be_checked(folder):
    put(folder, "文化村网格.geojson", quarters())
    assert 'department = "culture_tourism"   # 请核对' in propose_project_file(folder)


def test_a_network_of_elsewhere_is_left_out_and_said(folder):
    put(folder, "消防网格.geojson", quarters())
    put(folder, "环保网格.geojson", quarters(x=60))
    assert [one["department"] for one in layers(folder)] == ["fire"]
    assert "环保网格.geojson：请核对" in propose_project_file(folder)


def test_areas_nobody_knows_are_left_out_and_said_to_be_doubtful(folder):
    put(folder, "图斑.geojson", quarters().rename(columns={"wgbm": "dlmc"}).assign(dlmc="耕地"))
    assert "图斑.geojson：较有把握" in propose_project_file(folder)


def test_where_the_likeliest_villages_cannot_serve_the_next_are_tried(folder):
    twice = pd.concat([village_frame(wavy()).iloc[:1]] * 2, ignore_index=True).assign(
        XZQDM=["510311104201", "510311104202"]
    )
    put(folder, "村界（坏）.geojson", gpd.GeoDataFrame(twice, crs="EPSG:4544"))
    data = tomllib.loads(propose_project_file(folder))
    assert data["villages"]["path"] == "村界.geojson"
    assert "更像的 村界（坏）.geojson 用不了" in propose_project_file(folder)


def test_areas_that_cannot_be_villages_are_one_sentence(tmp_path):
    blank = gpd.GeoDataFrame({"area": [1.5, 1.5]}, geometry=[box(0, 0), box(1, 0)], crs="EPSG:4544")
    put(tmp_path, "a.geojson", blank)
    with pytest.raises(InputError, match=r"a\.geojson is most like the villages but cannot serve"):
        propose_project_file(tmp_path)


@pytest.mark.parametrize("name", ["空", "资 料（2024）"])
def test_a_folder_of_nothing_is_one_sentence(tmp_path, name):
    place = tmp_path / name
    place.mkdir()
    result = CliRunner().invoke(main, ["init", str(place), "--lang", "zh"])
    assert (
        result.exit_code == 1
        and result.stderr.count("\n") == 1
        and "请放入村（社区）边界" in result.stderr
    )


def test_a_folder_of_junk_is_one_sentence(tmp_path):
    (tmp_path / "a.geojson").write_text("{", "utf-8")
    (tmp_path / "b.bin").write_bytes(b"\x00\x01")
    (tmp_path / "c.csv").write_text("a,b\n1,2\n", "utf-8")
    result = CliRunner().invoke(main, ["init", str(tmp_path), "--lang", "en"])
    assert result.exit_code == 1 and "no layer of areas" in result.stderr


def test_a_project_file_that_is_there_is_only_replaced_when_asked(folder):
    put(folder, "消防网格.geojson", quarters())
    (folder / "gridmerge.toml").write_text("# mine\n", "utf-8")
    result = CliRunner().invoke(main, ["init", str(folder)])
    assert result.exit_code == 1 and (folder / "gridmerge.toml").read_text("utf-8") == "# mine\n"
    assert CliRunner().invoke(main, ["init", str(folder), "--force"]).exit_code == 0
    assert read_project(folder).layers[0].department == "fire"
    assert not list(folder.glob(".gridmerge-staging-*"))


def test_a_folder_with_spaces_and_chinese_builds_as_it_stands(tmp_path):
    place = tmp_path / "青山 镇（资料）"
    place.mkdir()
    put(place, "村界.geojson", village_frame(wavy()))
    put(place, "消防网格.geojson", quarters())
    assert CliRunner().invoke(main, ["init", str(place)]).exit_code == 0
    built = CliRunner().invoke(main, ["check", str(place), "--lang", "en"])
    assert built.exit_code == 0, built.output


def test_an_area_that_the_other_files_do_not_lie_on_is_not_the_villages(tmp_path):
    put(tmp_path, "aa.geojson", village_frame([box(90, 0)]).drop(columns="XZQDM"))
    put(tmp_path, "城区.geojson", village_frame(wavy()).drop(columns="XZQDM"))
    put(tmp_path, "消防网格.geojson", quarters())
    text = propose_project_file(tmp_path)
    assert tomllib.loads(text)["villages"]["path"] == "城区.geojson"
    assert (
        "更像的 aa.geojson 用不了" in text
        and "#   aa.geojson：请核对：面状，没有一个要素落在" in text
    )


def test_hundreds_of_areas_that_nothing_calls_villages_are_none(tmp_path):
    many = gpd.GeoDataFrame(
        {"mc": range(400)}, geometry=[box(i / 100, 0, 0.01, 1) for i in range(400)], crs="EPSG:4544"
    )
    put(tmp_path, "网格.geojson", many)
    with pytest.raises(InputError, match=r"400 areas.*Add the villages' boundaries"):
        propose_project_file(tmp_path)


def test_a_column_of_village_names_is_filled_and_a_county_is_called_after_its_folder(tmp_path):
    towns = village_frame(
        wavy(), names=[f"{one}镇" for one in ("石桥", "东风", "和平", "青山", "大河", "高坪")]
    )
    put(tmp_path, "乡镇.geojson", towns.rename(columns={"XZQMC": "name"}).assign(**{"na me": None}))
    data = tomllib.loads(propose_project_file(tmp_path))
    assert data["villages"]["name"] == "name" and data["project"]["name"] == tmp_path.name


def test_what_gridmerge_wrote_itself_is_no_input(folder):
    put(folder, "消防网格.geojson", quarters())
    (folder / "gridmerge.toml").write_text(propose_project_file(folder), "utf-8")
    assert CliRunner().invoke(main, ["check", str(folder)]).exit_code == 0
    assert (folder / "check" / "findings.csv").exists() and "check/" not in propose_project_file(
        folder
    )


def test_a_code_that_all_villages_share_is_none(tmp_path):
    towns = village_frame(wavy(), names=[f"{one}镇" for one in "甲乙丙丁戊己"]).assign(
        XZQDM="150802"
    )
    put(tmp_path, "某区.geojson", towns.rename(columns={"XZQDM": "adcode", "XZQMC": "name"}))
    assert tomllib.loads(propose_project_file(tmp_path))["villages"] == {
        "path": "某区.geojson",
        "code": "name",
        "name": "name",
    }


def test_villages_that_no_column_tells_apart_are_said(tmp_path):
    put(tmp_path, "某区.geojson", village_frame(wavy(), names=[""] * 6).assign(XZQDM="150802"))
    assert "code" not in tomllib.loads(propose_project_file(tmp_path))["villages"]
    assert "# code：没有一列能区分各村" in propose_project_file(tmp_path)


def test_a_folder_without_networks_says_so(folder):
    assert "# 没有认出任何部门的网格" in propose_project_file(
        folder
    ) and "No departmental network" in propose_project_file(folder, "en")


def test_a_map_in_a_script_is_read_and_a_program_is_nobodys_data(folder):
    put(folder, "消防网格.geojson", quarters())
    (folder / "环保网格.js").write_text(
        "var map = " + (folder / "消防网格.geojson").read_text("utf-8"), "utf-8"
    )
    (folder / "jquery.js").write_text("(function () { return 1; })();", "utf-8")
    assert {one["path"] for one in layers(folder)} == {"消防网格.geojson", "环保网格.js"}
    assert "jquery" not in propose_project_file(folder)
