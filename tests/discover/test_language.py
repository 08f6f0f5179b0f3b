"""The comments in the language asked for; the choices the same in both."""

from __future__ import annotations

import re
import shutil
import tomllib

import pytest
from click.testing import CliRunner

from gridmerge import pipeline
from gridmerge.cli import main
from gridmerge.config.project_file import read_project
from gridmerge.discover import propose_project_file
from gridmerge.discover.scan import scan_folder
from tests.discover.test_propose import SAMPLE

_HAN = re.compile(r"[\u3400-\u9fff，。；：（）]")
FEW = ("行政村界", "公安_警格", "党建_网格", "应急_安全", "环保_环境", "房屋", "地名", "综治")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """All of the sample town but its project file."""
    folder = tmp_path_factory.mktemp("town") / "files"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("gridmerge.toml", "out", "check"))
    (folder / "坏.shp").write_bytes(b"no shapefile")
    return folder


def test_comments_are_english_when_asked_and_choices_are_the_same(town):
    zh, en = propose_project_file(town), propose_project_file(town, "en")
    chosen, theirs = tomllib.loads(zh), tomllib.loads(en)
    assert (chosen["project"].pop("language"), theirs["project"].pop("language")) == ("zh", "en")
    assert chosen == theirs
    assert zh.count("\n") == en.count("\n")
    # files, layers and columns are called what they are called in either language
    sheets = scan_folder(town)
    names = {path.stem for path in town.iterdir()} | {
        name for one in sheets for name in (*one.columns, one.layer or "")
    }
    for line in en.splitlines():
        said = re.sub("“.*?”", "", line.partition("#")[2])
        for name in sorted(names - {""}, key=len, reverse=True):
            said = said.replace(name, "")
        assert not _HAN.search(said), line


def test_the_command_writes_the_language_asked_for_and_chinese_otherwise(town, tmp_path):
    for path in town.glob("行政村界.*"):
        shutil.copy(path, tmp_path)
    assert CliRunner().invoke(main, ["init", str(tmp_path), "--lang", "en"]).exit_code == 0
    assert (
        (tmp_path / "gridmerge.toml").read_text("utf-8").startswith("# Written by gridmerge init")
    )
    assert CliRunner().invoke(main, ["init", str(tmp_path), "--force"]).exit_code == 0
    assert (
        (tmp_path / "gridmerge.toml")
        .read_text("utf-8")
        .startswith("# gridmerge init 写出的项目文件")
    )


def test_the_file_of_either_language_builds_the_same_plan(town, tmp_path):
    for path in town.iterdir():
        if path.name.startswith(FEW):
            shutil.copy(path, tmp_path)
    plans = []
    for language in ("zh", "en"):
        (tmp_path / "gridmerge.toml").write_text(
            propose_project_file(tmp_path, language) + "\n", "utf-8"
        )
        plans.append(pipeline.build(read_project(tmp_path)).plan.grids)
    zh, en = plans
    assert list(zh["grid_code"]) == list(en["grid_code"]) and len(zh) > 20
    assert zh.geometry.geom_equals_exact(en.geometry, 0.0).all()
