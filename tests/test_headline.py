"""Work that is missing in most villages is the first thing anybody reads, in one sentence, not a note a village."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner
from shapely import box

from gridmerge.cli import main
from tests.small_project import CRS, X, Y, write_small_project

VILLAGES = 6


def run(*arguments: object):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def town(folder, with_work: set[int], language: str = "zh"):
    """Six villages in a row, each of one block of a network; those named have three hundred households."""
    project = write_small_project(folder)
    land = [box(X + i * 500, Y, X + (i + 1) * 500, Y + 500) for i in range(VILLAGES)]
    codes = [f"51031110420{i}" for i in range(VILLAGES)]
    names = [f"{sign}村" for sign in "甲乙丙丁戊己"]
    gpd.GeoDataFrame({"XZQDM": codes, "XZQMC": names}, geometry=land, crs=CRS).to_file(
        project / "villages.gpkg"
    )
    blocks = gpd.GeoDataFrame({"code": codes, "holder": names}, geometry=land, crs=CRS)
    blocks.to_file(project / "fire.gpkg")
    blocks.to_crs(4326).to_file(project / "警务区.geojson", RFC7946="YES")
    homes = gpd.GeoSeries([land[i].centroid for i in sorted(with_work)], crs=CRS).to_crs(4326)
    pd.DataFrame({"lon": homes.x, "lat": homes.y, "hs": 200}).to_csv(
        project / "buildings.csv", index=False
    )
    text = (project / "gridmerge.toml").read_text("utf-8").replace('"en"', f'"{language}"')
    (project / "gridmerge.toml").write_text(
        text.replace('[roster]\npath = "roster.csv"\n', ""), "utf-8"
    )
    return project


def built(project):
    result = run("build", project, "--processes", 1, "--lang", "zh")
    assert result.exit_code == 0, result.output
    table = pd.read_csv(
        project / "out" / "findings.csv", encoding="utf-8-sig", keep_default_na=False
    )
    return result.output, table


@pytest.mark.parametrize(("with_work", "bare"), [({0}, 5), ({0, 5}, 4)])
def test_most_villages_without_work_are_one_sentence_before_all_others(tmp_path, with_work, bare):
    output, table = built(town(tmp_path / "镇", with_work))
    first = table.iloc[0]
    assert (first["kind"], first["severity"], float(first["measure"])) == (
        "work_missing",
        "warning",
        bare,
    )
    assert f"6 个村（社区）中有 {bare} 个没有任何" in output.splitlines()[0]
    assert "请补齐数据后重新生成" in output.splitlines()[0]
    assert "grid_small_village" not in set(table["kind"])
    page = (tmp_path / "镇" / "out" / "report.html").read_text("utf-8")
    lead = page[page.index('<ul class="lead">') :]
    assert lead.index(f"有 {bare} 个没有任何") < lead.index("本次把")


def test_nothing_at_all_of_the_unit_is_the_same_sentence(tmp_path):
    project = town(tmp_path / "镇", {0})
    homes = pd.read_csv(project / "buildings.csv").assign(hs=0)
    homes.to_csv(project / "buildings.csv", index=False)
    output, table = built(project)
    assert list(table["kind"]).count("work_missing") == 1
    assert "6 个村（社区）中有 6 个没有任何" in output.splitlines()[0]
    assert "grid_small_village" not in set(table["kind"])


def test_half_of_the_villages_without_work_are_told_one_by_one_as_before(tmp_path):
    _, table = built(town(tmp_path / "镇", {0, 1, 2}))
    assert "work_missing" not in set(table["kind"])
    assert list(table["kind"]).count("grid_small_village") == 3


def test_villages_of_little_work_are_still_told(tmp_path):
    project = town(tmp_path / "镇", {0, 1})
    homes = pd.read_csv(project / "buildings.csv")
    homes.loc[1, "hs"] = 20
    homes.to_csv(project / "buildings.csv", index=False)
    _, table = built(project)
    small = table[table["kind"] == "grid_small_village"]
    assert (small["measure"].astype(float).tolist(), table.iloc[0]["kind"]) == (
        [20.0],
        "work_missing",
    )


def test_in_english_the_sentence_is_english(tmp_path):
    project = town(tmp_path / "p", {3}, "en")
    result = run("build", project, "--processes", 1, "--lang", "en")
    assert result.output.splitlines()[0].startswith("5 of 6 villages have no households at all")
    assert (
        json.loads((project / "out" / "report.json").read_text("utf-8"))["counts"]["warnings"] >= 1
    )
