"""No false alarm: builds that are right are called right, whatever is odd about their inputs."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner

from gridmerge.cli import main
from gridmerge.pipeline import build
from gridmerge.products.manifest import MANIFEST_FILE, read_manifest
from gridmerge.verify import prove_build, verify_build
from tests.small_project import write_small_project
from tests.verify.right import write_right_project
from tests.verify.tamper import reseal, rewrite_json, rewrite_text


@pytest.mark.parametrize("seed", range(8))
def test_a_right_build_is_called_right(tmp_path, seed):
    project = write_right_project(tmp_path / "镇 一", seed)
    build(project, project / "out")
    proof = prove_build(project / "out")
    assert [failure.text.en for failure in proof.broken] == []
    assert proof.notes == []


@pytest.fixture
def out(built_town, tmp_path):
    return shutil.copytree(built_town, tmp_path / "town") / "out"


def run(*arguments):
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(
    "command",
    [
        ("map", "OUT", "--audience", "public"),
        ("map", "OUT", "--lang", "zh", "--review-number", "川S（2026）1号"),
        ("map", "OUT", "--to", "OUT/public.html", "--audience", "public"),
        ("export", "OUT", "OUT/grids.dxf"),
        ("export", "OUT", "OUT/grids.shp"),
        ("export", "OUT", "OUT/sent/grids.csv"),
        ("leave", "M1", "OUT"),
    ],
)
def test_what_later_commands_write_into_out_is_of_the_build(out, command):
    before = read_manifest(out)
    run(*(str(part).replace("OUT", str(out)) for part in command))
    assert verify_build(out) == []
    assert read_manifest(out) != before


def test_a_file_of_a_later_command_that_is_altered_is_told(out):
    run("leave", "M1", out)
    rewrite_text(out / "leave-M1" / "members.csv", "M2", "M9")
    assert [failure.text.en for failure in verify_build(out)] == [
        "The files disagree: leave-M1/members.csv is not what was written: it was altered since, or is of another build."
    ]


def test_alternatives_are_made_again_too(out):
    run("build", out.parent, "--alternatives")
    assert verify_build(out) == []
    assert "alternatives.csv" in {entry.path for entry in read_manifest(out).files}


EDITS = {
    "format": "gridmerge-edits/1",
    "base": "x",
    "moves": [],
    "votes": [],
    "notes": [{"lon": 105.0, "lat": 29.0, "text": "路口", "by": "王"}],
}


@pytest.fixture
def edited(out):
    (out.parent / "edits.json").write_text(json.dumps(EDITS), "utf-8")
    run("build", out.parent, "--edits", out.parent / "edits.json")
    return out


def noted(out):
    proof = prove_build(out)
    assert [failure.text.en for failure in proof.broken] == []
    return "\n".join(note.en for note in proof.notes)


def test_meetings_are_held_again_too(edited):
    assert noted(edited) == ""
    rewrite_text(edited / "meeting.csv", "路口", "桥头")
    reseal(edited)
    assert [failure.text.en for failure in verify_build(edited)] == [
        "Promise 6 does not hold: meeting.csv is not what the inputs give (line 2)."
    ]


def test_edits_that_the_next_meeting_saved_over_are_a_note(edited):
    (edited.parent / "edits.json").write_text(json.dumps({**EDITS, "notes": []}), "utf-8")
    assert noted(edited).startswith("edits.json: replaced, changed or moved since")
    assert "Verified, but for what the note says" in run("verify", edited)


def test_edits_that_were_put_elsewhere_are_a_note(edited):
    (edited.parent / "edits.json").rename(edited.parent / "edits-2026-11.json")
    assert "not held against a build made again. Proved: the manifest" in noted(edited)


def test_a_lie_is_told_where_edits_are_gone_too(edited):
    (edited.parent / "edits.json").unlink()
    rewrite_json(
        edited / "grids.geojson",
        lambda data: data["features"][0]["properties"].update(households=1),
    )
    reseal(edited)
    assert any("households" in failure.text.en for failure in verify_build(edited))


def test_an_input_called_edits_is_an_input_all_the_same(edited):
    """Somebody who changes an input cannot hide it by giving it another name in the report."""

    def rename(report):
        roster = next(one for one in report["inputs"] if one["key"] == "roster")
        report["inputs"].append({**roster, "key": "edits:2"})

    rewrite_json(edited / "report.json", rename)
    rewrite_text(edited.parent / "roster.csv", "赵一", "赵二")
    reseal(edited)
    assert any(
        "the input roster.csv is not what it was" in failure.text.en
        for failure in verify_build(edited)
    )


def with_previous(out, path):
    rewrite_text(out.parent / "gridmerge.toml", "[grids]\n", f'[grids]\nprevious = "{path}"\n')
    run("build", out.parent)


def test_an_earlier_plan_that_lay_in_out_is_a_note(out):
    with_previous(out, "out/gridmerge.gpkg")
    assert noted(out).startswith("out/")


def test_an_earlier_plan_elsewhere_is_proved_until_it_is_moved(out):
    shutil.copytree(out, out.parent / "2025")
    with_previous(out, "2025/gridmerge.gpkg")
    assert noted(out) == ""
    (out.parent / "2025").rename(out.parent / "2025 年")
    assert noted(out).startswith("2025/")


@pytest.mark.parametrize("lock", ["village", "grid"])
@pytest.mark.parametrize("gone", ["none", "moved", "edits", "in out"])
def test_locks_to_an_earlier_plan_that_is_gone_are_no_fault(edited, lock, gone):
    """Nothing of the build is wrong where only what it was held to has been moved or replaced since."""
    project = edited.parent
    grid = json.loads((edited / "grids.geojson").read_text("utf-8"))["features"][0]["properties"]
    (project / "locks.csv").write_text(f"kind,a,b\n{lock},{grid[lock + '_code']},\n", "utf-8")
    shutil.copytree(edited, project / "2025")
    previous = "out" if gone == "in out" else "2025"
    fixed = f'[grids]\nlocks = "locks.csv"\nprevious = "{previous}/gridmerge.gpkg"\n'
    rewrite_text(project / "gridmerge.toml", "[grids]\n", fixed)
    run("build", project, "--edits", project / "edits.json")
    if gone == "moved":
        (project / "2025").rename(project / "2025 年")
    if gone == "edits":
        (project / "edits.json").unlink()
    assert (noted(edited) == "") == (gone == "none")


def test_an_input_that_lies_in_out_is_looked_at(out):
    shutil.move(out.parent / "roster.csv", out / "roster.csv")
    rewrite_text(out.parent / "gridmerge.toml", '"roster.csv"', '"out/roster.csv"')
    run("build", out.parent)
    assert noted(out) == ""
    rewrite_text(out / "roster.csv", "赵一", "赵二")
    assert "the input out/roster.csv is not what it was" in "".join(
        failure.text.en for failure in verify_build(out)
    )


def on_another_machine(out):
    manifest = read_manifest(out)
    other = manifest.model_copy(update={"made_with": {**manifest.made_with, "geos": "3.9.9"}})
    (out / MANIFEST_FILE).write_text(other.model_dump_json(), "utf-8")


def test_the_same_results_of_another_machine_are_proved_wholly(out):
    on_another_machine(out)
    assert noted(out) == ""


def test_other_results_of_another_machine_are_told_with_its_versions(out):
    rewrite_text(out / "about.txt", "青山镇", "红山镇")
    reseal(out)
    on_another_machine(out)
    proof = prove_build(out)
    assert [failure.promise for failure in proof.broken] == [6] and proof.notes == []
    said = proof.broken[0].text.en
    assert said.startswith("Promise 6 does not hold: about.txt is not what the inputs give")
    assert "The manifest says that other versions made it (geos 3.9.9 ≠ " in said


def test_another_language_of_the_results_is_no_lie(out):
    run("build", out.parent, "--lang", "zh")
    assert verify_build(out) == []


def test_another_day_is_no_lie(out, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert verify_build(out) == []


def test_the_manifest_says_what_the_contract_asks(out):
    told = json.loads((out / MANIFEST_FILE).read_text("utf-8"))
    assert {entry["path"] for entry in told["files"]} == {file.name for file in out.iterdir()} - {
        MANIFEST_FILE
    }
    assert [entry["path"] for entry in told["inputs"]] == [
        "gridmerge.toml", "buildings.csv", "fire.gpkg", "roster.csv", "villages.gpkg", "警务区.geojson",
    ]  # fmt: skip
    for folder, entries in ((out, told["files"]), (out.parent, told["inputs"])):
        for entry in entries:
            assert (folder / entry["path"]).stat().st_size == entry["size"]
            assert len(entry["sha256"]) == 64
    assert told["settings"]["grids"]["target"] == 200.0


def test_the_manifest_has_no_clock(built_town, tmp_path):
    """Two builds differ in the digest of report.json alone, which tells their seconds."""
    build(built_town, tmp_path / "again")
    one, other = (read_manifest(folder) for folder in (built_town / "out", tmp_path / "again"))
    assert replaced(one) == replaced(other)


def replaced(manifest):
    return manifest.model_copy(
        update={"files": [entry for entry in manifest.files if entry.path != "report.json"]}
    )


def test_a_phone_in_the_project_file_is_not_in_the_manifest(out):
    rewrite_text(out.parent / "gridmerge.toml", 'name = "青山镇"', 'name = "青山镇 13912345678"')
    run("build", out.parent)
    assert "13912345678" not in (out / MANIFEST_FILE).read_text("utf-8")
    assert verify_build(out) == []


@pytest.mark.parametrize("none", ["-", "NaN", "无", "NULL", "/"])
def test_a_sign_that_there_is_no_code_is_no_code_that_got_lost(tmp_path, none):
    project = write_small_project(tmp_path)
    for code in ("P3", "P4"):
        rewrite_text(project / "警务区.geojson", f'"{code}"', f'"{none}"')
    build(project, project / "out")
    assert [failure.text.en for failure in prove_build(project / "out").broken] == []


def test_a_code_that_is_not_given_is_null_in_the_file_of_a_script(tmp_path):
    """Python's json writes NaN where it should write null, and GDAL reads the word."""
    project = write_small_project(tmp_path)
    rewrite_text(project / "警务区.geojson", '"P3"', "NaN")
    build(project, project / "out")
    assert [failure.text.en for failure in prove_build(project / "out").broken] == []
