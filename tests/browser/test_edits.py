"""A meeting from end to end: the town is built, a piece of land moved in the page, the file saved, the town built again."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from gridmerge.cli import main
from tests.browser.conftest import Meeting
from tests.small_project import write_small_project

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def run(*arguments, code=0):
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = write_small_project(tmp_path_factory.mktemp("会议") / "青山镇 资料")
    run("build", folder, "--processes", "1", "--lang", "en")
    return folder


@pytest.fixture
def meet(chromium):
    """Open a finished build's own map.html in a fresh profile."""
    contexts = []

    def open_map(out) -> Meeting:
        contexts.append(
            chromium.new_context(viewport={"width": 1400, "height": 900}, accept_downloads=True)
        )
        return Meeting(contexts[-1], out / "map.html")

    yield open_map
    for context in contexts:
        context.close()


@pytest.fixture
def saved(project, meet, tmp_path):
    """Move a piece by clicking and save the file; the move, and where the file lies."""
    meeting = meet(project / "out")
    move = meeting.page.evaluate("() => window.gridmerge.lawfulMoves(1)[0]")
    grids = meeting.page.evaluate(
        "() => JSON.parse(document.getElementById('gm-data').textContent).faces.id"
    )
    target = next(face for face in grids if meeting.grid_of(face) == move["to"])
    move["from"] = meeting.grid_of(move["face"])
    meeting.page.click("[data-tab=edit]")
    meeting.page.click("#gm-edit-switch")
    meeting.click_face(target)
    meeting.click_face(move["face"])
    assert meeting.grid_of(move["face"]) == move["to"]
    with meeting.page.expect_download() as waiting:
        meeting.page.click("#gm-download")
    waiting.value.save_as(tmp_path / "edits.json")
    assert meeting.errors == []
    return move, tmp_path / "edits.json"


def households(out):
    data = json.loads((out / "grids.geojson").read_text("utf-8"))
    return {
        grid["properties"]["grid_code"]: grid["properties"]["households"]
        for grid in data["features"]
    }


def base_of(meeting):
    return meeting.page.evaluate(
        "() => JSON.parse(document.getElementById('gm-data').textContent).base"
    )


def test_what_the_meeting_moved_is_in_the_next_build_and_its_map(project, meet, saved, tmp_path):
    move, file = saved
    assert json.loads(file.read_text("utf-8"))["base"] == base_of(meet(project / "out"))
    assert "1 edits: 1 made, 0 refused" in run("edits", "check", file, project, "--lang", "en")
    out = tmp_path / "after"
    said = run("build", project, "--edits", file, "--out", out, "--processes", "1", "--lang", "en")
    assert "1 edits: 1 made, 0 refused" in said and "another" not in said
    before, after = households(project / "out"), households(out)
    assert (
        after[move["to"]] == before[move["to"]] + 100
        and after[move["from"]] == before[move["from"]] - 100
    )
    meeting = meet(out)
    assert meeting.grid_of(move["face"]) == move["to"]
    assert meeting.page.evaluate("face => window.gridmerge.drawnIn(face)", move["face"]) == [
        move["to"]
    ]
    assert "1 moves of the meeting were made, 0 refused" in meeting.text("#gm-tab")
    assert (
        meeting.edits()["moves"] == []
        and base_of(meeting) != json.loads(file.read_text("utf-8"))["base"]
    )
    run("verify", out)


def test_a_note_pinned_in_the_meeting_is_on_the_next_map(project, meet, tmp_path):
    meeting = meet(project / "out")
    meeting.page.click("[data-tab=edit]")
    meeting.page.fill("#gm-by", "王主任")
    meeting.page.press("#gm-by", "Tab")
    meeting.page.click("#gm-note")
    face = meeting.page.evaluate("() => window.gridmerge.lawfulMoves(1)[0].face")
    meeting.click_face(face)
    meeting.page.fill("#gm-note-text", "菜市场归哪边，会后再议")
    meeting.page.click("#gm-note-save")
    with meeting.page.expect_download() as waiting:
        meeting.page.click("#gm-download")
    waiting.value.save_as(tmp_path / "edits.json")
    assert "1 notes stay" in run("edits", "check", tmp_path / "edits.json", project, "--lang", "en")
    run(
        "build",
        project,
        "--edits",
        tmp_path / "edits.json",
        "--out",
        tmp_path / "after",
        "--processes",
        "1",
    )
    after = meet(tmp_path / "after")
    after.page.click("[data-tab=edit]")
    told = after.text(".notes")
    assert "菜市场归哪边，会后再议" in told and "王主任" in told
    place = after.edits()["notes"][0]
    assert (place["lon"], place["lat"]) == (
        meeting.edits()["notes"][0]["lon"],
        meeting.edits()["notes"][0]["lat"],
    )


def test_the_new_map_says_that_the_file_was_for_the_plan_before(project, meet, saved, tmp_path):
    move, file = saved
    run("build", project, "--edits", file, "--out", tmp_path / "after", "--processes", "1")
    meeting = meet(tmp_path / "after")
    meeting.page.click("[data-tab=edit]")
    meeting.page.set_input_files("#gm-edits-file", file)
    meeting.page.wait_for_selector(".gm-toast.bad.show")
    panel = meeting.text("#gm-tab")
    assert "The file was made for another build" in panel
    assert f"face {move['face']} is now in {move['to']}, not in {move['from']}" in panel


def test_a_file_for_another_build_is_applied_piece_by_piece_and_the_build_says_so(
    project, saved, tmp_path
):
    move, file = saved
    edits = json.loads(file.read_text("utf-8")) | {"base": "0" * 16}
    edits["moves"].append({"face": "gone", "from": move["from"], "to": move["to"]})
    file.write_text(json.dumps(edits), "utf-8")
    said = run("edits", "check", file, project, "--lang", "en", code=1)
    assert "2 edits: 1 made, 1 refused" in said and "edits.json were made on another build" in said
    assert "the face is not part of this plan" in said
    assert "the face is not part of this plan" in said
    run("build", project, "--edits", file, "--out", tmp_path / "after", "--processes", "1")
    assert (
        households(tmp_path / "after")[move["to"]] == households(project / "out")[move["to"]] + 100
    )
