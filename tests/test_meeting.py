"""What a meeting voted and noted is in the next build: in the tables, on the map, and after the next meeting too."""

from __future__ import annotations

import json
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import python_calamine
from click.testing import CliRunner

from gridmerge.cli import main
from gridmerge.geo.gcj02 import wgs84_to_gcj02
from gridmerge.inputs.meeting_edits import merge_meetings, votes_and_notes
from gridmerge.model import Meeting, Note, Vote
from tests.small_project import write_small_project


def run(*arguments, code=0):
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == code, done.output
    return done.output


def table(file):
    return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def page_of(out):
    return json.loads(
        re.search(r'id="gm-data">(.*?)</script>', (out / "map.html").read_text("utf-8"), re.S)[1]
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The small town, with a block that the police leave to nobody."""
    folder = write_small_project(tmp_path_factory.mktemp("会议") / "青山镇")
    police = gpd.read_file(folder / "警务区.geojson")
    police[police["code"] != "P0"].to_file(folder / "警务区.geojson", RFC7946="YES")
    run("build", folder, "--processes", "1")
    return folder


@pytest.fixture(scope="module")
def key(project):
    return table(project / "out" / "gaps.csv")["key"].iloc[0]


def edits(file, **said):
    file.write_text(
        json.dumps({"format": "gridmerge-edits/1", "base": "", "moves": [], **said}), "utf-8"
    )
    return file


def test_votes_and_notes_are_in_the_tables_and_on_the_map(project, key, tmp_path):
    lon, lat = (float(value[0]) for value in wgs84_to_gcj02(np.array([105.002]), np.array([29.35])))
    note = {"lon": lon, "lat": lat, "datum": "gcj02", "text": "电话 13900001234", "by": "王主任"}
    votes = [{"item": key, "yes": 5, "no": 1, "abstain": 0}, {"item": "gap/gone/0", "yes": 1}]
    file = edits(tmp_path / "edits.json", votes=votes, notes=[note])
    out = tmp_path / "out"
    said = run("build", project, "--edits", file, "--out", out, "--processes", "1", "--lang", "zh")
    assert "G1 东山村" in said and "同意 5、反对 1、弃权 0" in said and "意见 1 条" in said
    assert "gap/gone/0（不在本次议题清单中" in said
    gaps = table(out / "gaps.csv").set_index("key")
    assert gaps.loc[key, ["yes", "no", "abstain"]].tolist() == ["5", "1", "0"]
    minutes = table(out / "meeting.csv").set_index("what")
    assert sorted(minutes.loc["vote", ["item", "key"]].to_numpy().tolist()) == [
        ["", "gap/gone/0"],
        ["G1", key],
    ]
    assert (
        minutes.loc["note", "text"] == "电话 139****1234" and minutes.loc["note", "by"] == "王主任"
    )
    assert float(minutes.loc["note", "lon"]) == pytest.approx(105.002, abs=2e-7)
    for shown in (page_of(out), (run("map", out), page_of(out))[1]):
        assert shown["meeting"]["votes"] == {
            key: {"yes": 5, "no": 1, "abstain": 0},
            "gap/gone/0": {"yes": 1, "no": 0, "abstain": 0},
        }
        assert shown["meeting"]["notes"] == [
            {"lon": 105.002, "lat": 29.35, "text": "电话 139****1234", "by": "王主任"}
        ]
        assert [item["item"] for item in shown["docket"] if item["id"] == key] == ["G1"]
    sheet = (
        python_calamine.CalamineWorkbook.from_path(out / "plan.xlsx")
        .get_sheet_by_name("无人认领")
        .to_python()
    )
    head = next(row for row in sheet if "编号" in row)
    voted = dict(
        zip(head, next(row for row in sheet if row[head.index("编号")] == "G1"), strict=True)
    )
    assert (voted["同意"], voted["反对"], voted["弃权"]) == (5, 1, 0)
    run("verify", out)


def test_a_second_meeting_builds_on_the_first(project, key, tmp_path):
    faces = gpd.read_file(project / "out" / "gridmerge.gpkg", layer="faces")
    one, two, *_ = sorted(set(faces["grid_code"]))
    face = faces.loc[faces["grid_code"] == one, "face_id"].iloc[0]
    first = edits(
        tmp_path / "first.json",
        moves=[{"face": face, "from": one, "to": two}],
        votes=[{"item": key, "yes": 1}],
    )
    run("build", project, "--edits", first, "--out", tmp_path / "first", "--processes", "1")
    base = page_of(tmp_path / "first")["base"]
    back = [{"face": face, "from": two, "to": one}]
    second = edits(tmp_path / "second.json", base=base, moves=back, votes=[{"item": key, "yes": 3}])
    alone = run("edits", "check", second, project, "--lang", "en", code=1)
    assert "made on another build" in alone and "lies in grid" in alone
    said = run("edits", "check", second, project, "--after", first, "--lang", "en")
    assert "2 edits: 2 made, 0 refused" in said and "second.json" not in said
    run(
        "build",
        project,
        "--edits",
        first,
        "--edits",
        second,
        "--out",
        tmp_path / "second",
        "--processes",
        "1",
    )
    after = gpd.read_file(tmp_path / "second" / "gridmerge.gpkg", layer="faces").set_index(
        "face_id"
    )["grid_code"]
    assert after[face] == one
    assert table(tmp_path / "second" / "gaps.csv").set_index("key").loc[key, "yes"] == "3"
    moves = table(tmp_path / "second" / "meeting.csv").query("what == 'move'")
    assert moves[["from_grid", "to_grid"]].to_numpy().tolist() == [[one, two], [two, one]]


def test_a_refused_move_stays_in_the_minutes_with_its_reason(project, tmp_path):
    faces = gpd.read_file(project / "out" / "gridmerge.gpkg", layer="faces")
    alien = faces.loc[faces["village_code"].str.endswith("2"), ["face_id", "grid_code"]].iloc[0]
    target = next(code for code in faces["grid_code"] if code[:12].endswith("1"))
    move = {"face": alien["face_id"], "from": alien["grid_code"], "to": target}
    file = edits(tmp_path / "edits.json", moves=[move])
    run(
        "build",
        project,
        "--edits",
        file,
        "--out",
        tmp_path / "out",
        "--processes",
        "1",
        "--lang",
        "zh",
    )
    row = table(tmp_path / "out" / "meeting.csv").iloc[0]
    assert (row["what"], row["face_id"], row["text"]) == (
        "refused",
        alien["face_id"],
        "网格不能跨村",
    )


ODD = [
    None,
    3,
    "x",
    [],
    {},
    {"item": 4},
    {"lon": "a", "lat": 1, "text": "x"},
    {"lon": 1, "lat": 2},
    {"text": "x"},
]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_what_is_no_vote_and_no_note_is_left_out(odd):
    assert votes_and_notes({"votes": [odd], "notes": [odd]}) == Meeting()
    assert votes_and_notes({"votes": odd, "notes": odd}) == Meeting()


@pytest.mark.parametrize("odd", ["many", -3, 1e300, float("nan"), None, True, [1]])
def test_a_count_that_is_none_stays_within_what_the_box_takes(odd):
    (vote,) = votes_and_notes({"votes": [{"item": "gap/x/1", "yes": odd, "no": 2}]}).votes
    assert 0 <= vote.yes <= 999 and vote.no == 2


def test_the_last_vote_stands_and_a_note_said_twice_is_one():
    note, vote, later = (
        Note(lon=1.0, lat=2.0, text="x"),
        Vote(key="k", yes=1, no=0, abstain=0),
        Vote(key="k", yes=0, no=9, abstain=0),
    )
    both = merge_meetings(
        [Meeting(votes=(vote,), notes=(note,)), Meeting(votes=(later,), notes=(note,))]
    )
    assert both == Meeting(votes=(later,), notes=(note,))


@pytest.mark.parametrize("moves", [[1], ["x"], [None], [{}, []]])
def test_moves_that_are_none_are_refused_in_one_sentence(project, tmp_path, moves):
    said = run(
        "edits",
        "check",
        edits(tmp_path / "edits.json", moves=moves),
        project,
        "--lang",
        "en",
        code=1,
    )
    assert "not of the format gridmerge-edits/1" in said and "Traceback" not in said
