"""Villages that say who they are and cannot be used: they stay, with the reason, and no department takes their place."""

from __future__ import annotations

import json
import tomllib

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

from gridmerge.cli import main
from gridmerge.discover import make_proposal, propose_project_file
from tests.clean.conftest import CRS, box, village_frame, wavy
from tests.discover.test_propose import put


def grids(count=4, x=0.0):
    shapes = [box(x + 4.5 / count * i, 0, 4.5 / count, 3) for i in range(count)]
    return gpd.GeoDataFrame({"wgbm": [f"A-{i}" for i in range(count)]}, geometry=shapes, crs=CRS)


def unplaced(frame, scale=1.0):
    """A drawing without a coordinate system."""
    shapes = shapely.transform(frame.geometry.to_numpy(), lambda points: points * scale)
    return gpd.GeoDataFrame(pd.DataFrame(frame.drop(columns="geometry")), geometry=shapes)


def twice(frame):
    """The first village drawn again as the second."""
    return frame.assign(geometry=[frame.geometry[0], *frame.geometry[[0, 2, 3, 4, 5]]])


def code_missing(frame):
    return frame.assign(XZQDM=[None, *frame["XZQDM"][1:]])


@pytest.fixture
def folder(tmp_path):
    put(tmp_path, "消防网格.geojson", grids())
    put(tmp_path, "城管网格.geojson", grids(5))
    return tmp_path


def run(command, folder, *options):
    return CliRunner().invoke(main, [command, str(folder), "--lang", "zh", *options])


def line_of(text, start):
    (line,) = [line for line in text.splitlines() if line.startswith(start)]
    return line


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (unplaced(village_frame(wavy())), 'crs = "EPSG:'),
        (unplaced(village_frame(wavy()), 1 / 0.3048), 'crs = "EPSG:'),
        (twice(village_frame(wavy())), "全部画在"),
        (code_missing(village_frame(wavy())), "请补上村代码"),
        (village_frame(wavy()).iloc[:0], "没有数据"),
    ],
    ids=["no system", "feet", "overlap", "no code", "empty"],
)
def test_a_file_called_villages_stays_and_every_department_keeps_its_layer(folder, frame, said):
    frame.to_file(folder / "村界.shp", encoding="utf-8")
    assert run("init", folder).exit_code == 0
    text = (folder / "gridmerge.toml").read_text("utf-8")
    data = tomllib.loads(text)
    assert data["villages"]["path"] == "村界.shp"
    assert {one["department"] for one in data["layers"]} == {"fire", "urban_management"}
    line = line_of(text, 'path = "村界.shp"')
    assert "# 请核对" in line and "现在用不了" in line and said in line
    assert "没有对照村界核对过" in text and "村界.shp" not in text.partition("看到但没有用")[2]
    for command in ("check", "build"):
        stopped = run(command, folder)
        assert stopped.exit_code == 1 and "村界" in stopped.output, stopped.output


def test_what_is_written_serves_once_the_key_is(folder):
    unplaced(village_frame(wavy())).to_file(folder / "村界.shp", encoding="utf-8")
    text = propose_project_file(folder).replace("[villages]\n", f'[villages]\ncrs = "{CRS}"\n')
    (folder / "gridmerge.toml").write_text(text, "utf-8")
    assert run("check", folder).exit_code == 0


def test_a_file_that_cannot_be_read_is_meant_too(folder):
    (folder / "村界.geojson").write_text("{", "utf-8")
    data = tomllib.loads(propose_project_file(folder))
    assert data["villages"] == {"path": "村界.geojson"} and len(data["layers"]) == 2


def test_a_folder_called_villages_is_enough(folder):
    (folder / "村界").mkdir()
    bare = (
        twice(village_frame(wavy()))
        .rename(columns={"XZQDM": "a", "XZQMC": "b"})
        .assign(a=list("123456"))
    )
    put(folder, "村界/面.geojson", bare)
    put(folder, "村界/环保网格.geojson", grids(3))
    text = propose_project_file(folder)
    assert tomllib.loads(text)["villages"]["path"] == "村界/面.geojson"
    assert "所在文件夹名像村界" in line_of(text, 'path = "村界/面.geojson"')
    assert len(tomllib.loads(text)["layers"]) == 3


def test_another_that_says_so_is_tried_before(folder):
    put(folder, "村界.geojson", twice(village_frame(wavy())))
    put(
        folder,
        "社区边界.geojson",
        village_frame(wavy()).rename(columns={"XZQDM": "a"}).assign(a=list("123456")),
    )
    assert tomllib.loads(propose_project_file(folder))["villages"]["path"] == "社区边界.geojson"
    assert make_proposal(folder).villages is None


def test_where_none_says_so_another_is_proposed_as_before(folder):
    put(folder, "aa.geojson", twice(village_frame(wavy())).drop(columns="XZQDM"))
    assert tomllib.loads(propose_project_file(folder))["villages"]["path"] != "aa.geojson"


def test_a_departments_file_of_communities_is_not_the_villages(folder):
    put(folder, "community_police.geojson", twice(village_frame(wavy())).drop(columns="XZQDM"))
    assert (
        tomllib.loads(propose_project_file(folder))["villages"]["path"]
        != "community_police.geojson"
    )


def test_a_code_of_two_villages_is_to_be_checked(folder):
    put(
        folder,
        "村界.geojson",
        village_frame(wavy()).assign(XZQDM=[f"51031110420{i}" for i in (1, 1, 3, 4, 5, 6)]),
    )
    line = line_of(propose_project_file(folder), 'path = "村界.geojson"')
    assert "# 请核对" in line and "乙村、甲村 的村代码都是 510311104201" in line


def test_villages_that_most_networks_do_not_lie_on_are_doubted_and_not_the_networks(folder):
    feet = unplaced(village_frame(wavy()), 1 / 0.3048).set_crs(CRS)  # says metres, is in feet
    feet.to_file(folder / "村界.shp", encoding="utf-8")
    printed = run("init", folder).output
    text = (folder / "gridmerge.toml").read_text("utf-8")
    data = tomllib.loads(text)
    assert "2 套网格中有 2 套不在村界 村界.shp 的范围内" in printed
    assert "# 请核对" in line_of(text, 'path = "村界.shp"') and "crs" not in data["project"]
    assert len(data["layers"]) == 2
    stopped = run("check", folder)
    assert (
        stopped.exit_code == 1
        and "没有一个落在本乡镇" in stopped.output
        and "[villages]" in stopped.output
    )


def test_areas_of_elsewhere_of_no_known_department_do_not_testify_against_the_villages(tmp_path):
    put(tmp_path, "村界.geojson", village_frame(wavy()))
    put(tmp_path, "某某协会片区.geojson", grids(x=60))
    proposed = make_proposal(tmp_path)
    assert proposed.villages is None and proposed.networks_left_out == 1
    assert "layers" not in tomllib.loads(proposed.text)


def test_the_terminal_says_how_many_networks_were_left_out(folder):
    put(folder, "村界.geojson", village_frame(wavy()))
    assert "没有用" not in run("init", folder).output
    put(folder, "环保网格.geojson", grids(x=60))
    points = grids(3).assign(geometry=[one.centroid for one in grids(3).geometry])
    put(folder, "河长网格.geojson", points)
    (folder / "坏.geojson").write_text("{", "utf-8")
    printed = run("init", folder, "--force").output
    (line,) = [line for line in printed.splitlines() if "没有用" in line]
    assert (
        line
        == "有 2 个像部门网格的文件没有用，1 个文件读不了；每个的原因写在 gridmerge.toml 末尾。"
    )
    end = (folder / "gridmerge.toml").read_text("utf-8").partition("看到但没有用的文件")[2]
    assert all(name in end for name in ("环保网格.geojson", "河长网格.geojson", "坏.geojson"))
    assert "点不能作网格" in end
    english = CliRunner().invoke(main, ["init", str(folder), "--lang", "en", "--force"]).output
    assert "not used: 2; files that cannot be read: 1" in english


def test_the_summary_in_json_tells_the_same(folder):
    unplaced(village_frame(wavy())).to_file(folder / "村界.shp", encoding="utf-8")
    told = json.loads(CliRunner().invoke(main, ["init", str(folder), "--json"]).output)
    assert (told["villages_usable"], told["networks_left_out"], told["unread"]) == (False, 0, 0)
