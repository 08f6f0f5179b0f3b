"""The earlier plan as an officer meets it: build, build again on top, in a folder with a space and Chinese characters."""

from __future__ import annotations

import hashlib
import json

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner

from gridmerge.cli import main
from tests.small_project import write_small_project

# these tell where the earlier plan came from
NAMES_PREVIOUS = {"manifest.json", "report.json", "report.html", "map.html", "plan.xlsx"}


def run(*arguments, code=0):
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == code, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.output


def digests(folder):
    files = (
        file
        for file in sorted(folder.iterdir())
        if file.is_file() and file.name not in NAMES_PREVIOUS
    )
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def with_grids(folder, *lines):
    file = folder / "gridmerge.toml"
    file.write_text(
        file.read_text("utf-8").replace(
            'unit = "households"', "\n".join(['unit = "households"', *lines])
        ),
        "utf-8",
    )


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767312000")
    folder = write_small_project(tmp_path / "新 乡镇" / "青山 镇")
    run("build", folder, "--processes", "1")
    return folder


def test_a_build_on_its_own_result_changes_nothing(project):
    first = digests(project / "out")
    with_grids(project, 'previous = "out/gridmerge.gpkg"')
    run("build", project, "--processes", "1", "--out", project / "第二次")
    assert digests(project / "第二次") == first
    run("build", project, "--processes", "1")  # OUT takes the place of the earlier plan
    assert digests(project / "out") == first
    run("verify", project / "out")


def test_names_learnt_stay_when_the_places_change(project):
    grids = gpd.read_file(project / "out" / "gridmerge.gpkg", layer="grids")
    middle = grids.geometry.iloc[:2].centroid.to_crs(4490)
    places = pd.DataFrame({"name": ["老街", "新街"], "lon": middle.x, "lat": middle.y})
    places.to_csv(project / "地名.csv", index=False, encoding="utf-8-sig")
    file = project / "gridmerge.toml"
    file.write_text(
        file.read_text("utf-8")
        + '\n[places]\npath = "地名.csv"\nfield = "name"\nlon = "lon"\nlat = "lat"\n',
        "utf-8",
    )
    run("build", project, "--processes", "1", "--out", project / "一")
    names = gpd.read_file(project / "一" / "gridmerge.gpkg", layer="grids")["grid_name"].tolist()
    assert names[:2] == ["东山村老街网格", "东山村新街网格"]
    places.assign(name=["上街", "下街"]).to_csv(
        project / "地名.csv", index=False, encoding="utf-8-sig"
    )
    with_grids(project, 'previous = "一/gridmerge.gpkg"')
    said = run("build", project, "--processes", "1", "--out", project / "二")
    assert (
        gpd.read_file(project / "二" / "gridmerge.gpkg", layer="grids")["grid_name"].tolist()
        == names
    )
    findings = pd.read_csv(project / "二" / "findings.csv").set_index("kind")
    assert findings.at["names_kept", "measure"] == 2 and "Traceback" not in said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (['previous = "没有/gridmerge.gpkg"'], "no readable layer grids"),
        (['previous = "坏.gpkg"'], "no readable layer grids"),
        (['previous = "villages.gpkg"'], "no readable layer grids"),
        (['locks = "没有.csv"'], "is not there or cannot be opened"),
        (['number = { "东山村" = 0 }'], "东山村"),
    ],
)
def test_a_check_tells_what_cannot_be_read(project, lines, said):
    whole = (project / "out" / "gridmerge.gpkg").read_bytes()
    project.joinpath("坏.gpkg").write_bytes(whole[: len(whole) // 3])
    with_grids(project, *lines)
    assert said in run("check", project, "--lang", "en", code=1)


def test_edits_say_which_file_is_none_and_their_price(project):
    with_grids(project, 'previous = "out/gridmerge.gpkg"')
    file = project / "调 整.json"
    file.write_text("[1]", "utf-8")
    assert "调 整.json: The edits are not of the format" in run(
        "edits", "check", file, project, "--lang", "en", code=1
    )
    faces = gpd.read_file(project / "out" / "gridmerge.gpkg", layer="faces")
    one, two, *_ = sorted(set(faces["grid_code"]))
    move = {"face": faces.loc[faces["grid_code"] == one, "face_id"].iloc[0], "from": one, "to": two}
    file.write_text(
        json.dumps({"format": "gridmerge-edits/1", "base": "", "moves": [move]}), "utf-8"
    )
    run("build", project, "--processes", "1", "--edits", file, "--out", project / "三")
    village = json.loads((project / "三" / "report.json").read_text("utf-8"))["grids"]["villages"][
        one[:-3]
    ]
    assert village["terms"]["changes"] > 0
    assert village["objective"] == pytest.approx(sum(village["terms"].values()), abs=3e-6)
    run("verify", project / "三")


def _postings(folder):
    rows = pd.read_csv(folder / "assignments.csv", dtype=str)
    return set(zip(rows["grid_code"], rows["member_id"], rows["duty"], strict=True))


def test_a_meeting_that_moves_land_posts_nobody_anew(project):
    faces = gpd.read_file(project / "out" / "gridmerge.gpkg", layer="faces")
    village = faces[faces["village_code"] == faces["village_code"].min()]
    one, two, *_ = sorted(set(village["grid_code"]))
    moves = [
        {"face": face, "from": one, "to": two}
        for face in village.loc[village["grid_code"] == one, "face_id"]
    ]
    file = project / "edits.json"
    file.write_text(
        json.dumps({"format": "gridmerge-edits/1", "base": "", "moves": moves[:1]}), "utf-8"
    )
    run("build", project, "--processes", "1", "--edits", file, "--out", project / "会后")
    assert _postings(project / "会后") == _postings(project / "out")
    before, after = (
        pd.read_csv(project / out / "assignments.csv")["load"].sum() for out in ("out", "会后")
    )
    assert after == pytest.approx(before, abs=0.01)
    run("verify", project / "会后")


def test_new_data_in_one_village_post_nobody_anew_in_the_other(project):
    with_grids(project, 'previous = "out/gridmerge.gpkg"')
    buildings = pd.read_csv(project / "buildings.csv")
    west = buildings["lon"] < buildings["lon"].mean()
    buildings.loc[west, "hs"] += 10
    buildings.to_csv(project / "buildings.csv", index=False)
    run("build", project, "--processes", "1", "--out", project / "新")
    grids = gpd.read_file(project / "out" / "gridmerge.gpkg", layer="grids")
    east = set(grids.loc[grids["village_name"] == "西河村", "grid_code"])
    kept, was = (
        {post for post in _postings(project / out) if post[0] in east} for out in ("新", "out")
    )
    assert kept == was and kept
    inputs = json.loads((project / "新" / "report.json").read_text("utf-8"))["inputs"]
    assert {"grids:previous", "grids:postings", "grids:stand_ins"} <= {
        source["key"] for source in inputs
    }
    run("verify", project / "新")


def test_postings_that_are_none_stop_with_one_sentence(project):
    with_grids(project, 'previous = "out/gridmerge.gpkg"')
    (project / "out" / "assignments.csv").write_text("a,b\n1,2\n", "utf-8")
    assert "beside the earlier plan cannot be read" in run("check", project, "--lang", "en", code=1)
