"""Folders as nobody should send them: whatever files and columns are called, init writes TOML that says what it means."""

from __future__ import annotations

import json
import os
import tomllib

import geopandas as gpd
import pytest
from click.testing import CliRunner

from gridmerge.cli import main
from gridmerge.config.project_file import read_project
from gridmerge.discover import propose_project_file
from gridmerge.discover.project_text import _toml_value
from tests.small_project import CRS, squares

NAMES = {
    "line break": 'police\n[publish]\ncontacts = "full"\n',
    "carriage return": "police\r[[layers]]",
    "tab": "police\tgrid",
    "quotes": 'police""" \'grid\' "',
    "brackets": "police[1]{2}(3)",
    "glob": "police*?[a-z]",
    "comment": "police # grid",
    "comment and break": "police # \n x = 1 #",
    "escape": "police\x1b[31mred",
    "bell and null's neighbour": "police\x01\x07",
    "delete": "police\x7fgrid",
    "control of the second kind": "police\x85\x9b",
    "separators": "police\u2028x\u2029y",
    "emoji": "police👮🏽‍♀️网格",
    "marks of direction": "police\u202egpj.",
    "equals": "police = 'x' ; y",
    "percent and dollar": "police %s $HOME `id`",
    "blanks": "  police  ",
    "dots": "police..grid...",
    "long": "police" + "网" * 80,
    "exclamation": "police!grid;old",
    "unicode escapes": r"policeu0022",
}


def town(folder, name, column="code"):
    """Two villages and a network of four grids, in a file of this name with such a column."""
    folder.mkdir(exist_ok=True)
    villages = {"XZQDM": ["510311104201", "510311104202"], "XZQMC": ["东山村", "西河村"]}
    gpd.GeoDataFrame(villages, geometry=squares(1000, 2, 1), crs=CRS).to_file(folder / "村界.gpkg")
    shapes = gpd.GeoSeries(squares(500, 4, 2), crs=CRS).to_crs(4326)
    features = [
        {
            "type": "Feature",
            "properties": {column: f"P-{n:02d}"},
            "geometry": shape.__geo_interface__,
        }
        for n, shape in enumerate(shapes)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=True)
    (folder / f"{name}.geojson").write_text(text, "utf-8")
    return folder


def written(folder):
    run = CliRunner().invoke(main, ["init", str(folder)])
    assert run.exit_code == 0, run.output
    return tomllib.loads((folder / "gridmerge.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_the_name_of_a_file_comes_back_as_it_is(tmp_path, name):
    folder = town(tmp_path / "town", name)
    made = written(folder)
    assert [layer["path"] for layer in made["layers"]] == [f"{name}.geojson"]
    assert made["publish"] == {"contacts": "masked"}
    assert set(made) == {"project", "villages", "layers", "grids", "publish"}, "nothing slipped in"
    settings = read_project(folder)
    assert settings.layers[0].path == (f"{name}.geojson",)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_the_name_of_a_column_comes_back_as_it_is(tmp_path, name):
    folder = town(tmp_path / "town", "police", column=name)
    made = written(folder)
    assert [layer["id"] for layer in made["layers"]] == [name]
    assert "full" not in made["publish"].values()


@pytest.mark.parametrize(
    "value", [*NAMES.values(), "\x00", "\\", '\\"', "\\u0041", "a\ud800b", "x" * 255, ""]
)
def test_a_string_is_written_as_toml_reads_it(value):
    assert tomllib.loads(f"x = {_toml_value(value)}")["x"] == value.replace("\ud800", "\ufffd")
    assert (
        tomllib.loads(f"x = {_toml_value([value, value])}")["x"]
        == [value.replace("\ud800", "\ufffd")] * 2
    )


def test_a_name_that_is_no_utf8_or_has_a_backslash_is_said_and_left_out(tmp_path):
    folder = town(tmp_path / "town", "police")
    source = (folder / "police.geojson").read_bytes()
    gbk = os.fsdecode("公安.geojson".encode("gbk"))  # unpacked by an old program
    (folder / gbk).write_bytes(source)
    (folder / "fire\\grid.geojson").write_bytes(source)
    text = propose_project_file(folder, "en")
    assert text.count("is not UTF-8 or has a backslash") == 2
    assert [layer["path"] for layer in tomllib.loads(text)["layers"]] == ["police.geojson"]


def test_pipes_circles_locks_and_what_may_not_be_opened_are_no_inputs(tmp_path):
    folder = town(tmp_path / "town", "police")
    os.mkfifo(folder / "fire.geojson")
    (folder / "round").symlink_to(folder, target_is_directory=True)
    (folder / "itself.shp").symlink_to(folder / "itself.shp")
    (folder / "gone.gpkg").symlink_to(folder / "nowhere.gpkg")
    (folder / "empty.geojson").write_bytes(b"")
    (folder / "empty.xlsx").write_bytes(b"")
    for name in ("~$police.xlsx", ".~lock.police.xlsx#", "Thumbs.db", "desktop.ini", ".DS_Store"):
        (folder / name).write_bytes(b"\x00\x01")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "._police.geojson").write_bytes(b"\x00")
    text = propose_project_file(folder, "en")
    made = tomllib.loads(text)
    assert [layer["path"] for layer in made["layers"]] == ["police.geojson"], (
        "once, though a link leads here again"
    )
    assert made["villages"]["path"] == "村界.gpkg"
    for name in ("fire.geojson", "itself.shp", "gone.gpkg"):
        assert f"{name}: it is no ordinary file" in text
    assert "empty.geojson" in text
    assert not any(name in text for name in ("~$", ".~lock", "Thumbs", "desktop.ini", "__MACOSX"))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_and_a_file_that_may_not_be_read_are_said(tmp_path):
    folder = town(tmp_path / "town", "police")
    (folder / "closed").mkdir(mode=0o000)
    (folder / "fire.geojson").write_text("{}", "utf-8")
    (folder / "fire.geojson").chmod(0o000)
    text = propose_project_file(folder, "en")
    assert text.count("cannot be opened") == 2


def test_a_name_of_255_bytes_is_a_name(tmp_path):
    name = "police" + "网" * 80
    name += "x" * (255 - len((name + ".geojson").encode()))
    folder = town(tmp_path / "town", name)
    assert len(f"{name}.geojson".encode()) == 255
    assert written(folder)["layers"][0]["path"] == f"{name}.geojson"
