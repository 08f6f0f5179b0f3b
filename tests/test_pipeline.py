"""The whole pipeline: what an officer runs, what he sees when something is wrong, what survives a killed run."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner

import gridmerge
from gridmerge import pipeline
from gridmerge.cli import main
from gridmerge.findings import make_finding
from tests.small_project import X, Y, write_small_project

FILES = {
    "grids.geojson", "gridmerge.gpkg", "crosswalk.csv", "assignments.csv", "members.csv", "findings.csv", "map.html",
    "plan.xlsx", "report.html", "report.json", "manifest.json",
}  # fmt: skip


OWN_FIGURES = ("report.json", "manifest.json")


def run(*arguments: object):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def digests(folder: Path) -> dict[str, str]:
    """Every data file's digest; OWN_FIGURES tell seconds and the digests of inputs, so they may differ."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.iterdir())
        if file.is_file() and file.name not in OWN_FIGURES
    }


@pytest.fixture(scope="session", autouse=True)
def _one_day():
    """What people read carries the day; two builds compared byte for byte must not straddle midnight."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1767312000")
        yield


@pytest.fixture
def project(tmp_path):
    return write_small_project(tmp_path / "青山 镇")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    folder = write_small_project(tmp_path_factory.mktemp("small"))
    result = run("build", folder)
    assert result.exit_code == 0, result.output
    return folder


def edit(project: Path, old: str, new: str) -> None:
    file = project / "gridmerge.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_build_writes_every_file_and_verify_passes(built):
    assert {file.name for file in (built / "out").iterdir()} >= FILES
    result = run("verify", built / "out")
    assert (
        result.exit_code,
        "every promise holds" in result.output.lower() or "核验通过" in result.output,
    ) == (
        0,
        True,
    )


def test_the_small_town_becomes_the_grids_anyone_would_draw(built):
    grids = gpd.read_file(built / "out" / "grids.geojson")
    assert sorted(grids["village_code"].value_counts().to_dict().items()) == [
        ("510311104201", 2),
        ("510311104202", 2),
    ]
    assert grids["households"].tolist() == [200] * 4
    assert grids["grid_code"].str.fullmatch(r"5103111042\d{2}00[12]").all()


def test_the_library_gives_what_the_command_writes(built):
    build = gridmerge.build(built)
    written = pd.read_csv(
        built / "out" / "crosswalk.csv", dtype={"grid_code": str}, encoding="utf-8-sig"
    )
    assert (
        build.plan.grids["grid_code"].tolist()
        == gpd.read_file(built / "out" / "grids.geojson")["grid_code"].tolist()
    )
    assert len(build.crosswalk) == len(written) > 0


def test_the_day_can_be_set_and_nonsense_is_said(built, project, monkeypatch):
    assert (
        json.loads((built / "out" / "report.json").read_text("utf-8"))["project"]["date"]
        == "2026-01-02"
    )
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    result = run("build", project, "--lang", "en")
    assert (result.exit_code, result.output) == (
        1,
        "SOURCE_DATE_EPOCH must be seconds since 1970, it is yesterday; correct or unset it.\n",
    )


def test_json_speaks_json_and_nothing_else(project):
    result = run("build", project, "--json")
    assert json.loads(result.stdout)["counts"]["grids"] == 4


@pytest.mark.parametrize("processes", [1, 2])
def test_shuffled_layers_and_rows_give_the_same_bytes(built, tmp_path, processes):
    shuffled = write_small_project(tmp_path / "shuffled")
    text = shuffled.joinpath("gridmerge.toml").read_text("utf-8")
    head, *layers = re.split(r"(?=\[\[layers\]\])", text)
    layers[-1], tail = re.split(r"(?=\[\[workload\]\])", layers[-1])
    shuffled.joinpath("gridmerge.toml").write_text(head + "".join(reversed(layers)) + tail, "utf-8")
    for name in ("villages.gpkg", "fire.gpkg", "警务区.geojson"):
        frame = gpd.read_file(shuffled / name)
        shuffled.joinpath(name).unlink()
        frame.iloc[::-1].to_file(shuffled / name)
    for name in ("buildings.csv", "roster.csv"):
        pd.read_csv(shuffled / name).iloc[::-1].to_csv(shuffled / name, index=False)
    result = run("build", shuffled, "--processes", processes)
    assert result.exit_code == 0, result.output
    assert digests(shuffled / "out") == digests(built / "out")


def test_a_killed_build_leaves_the_earlier_result_whole(built, tmp_path):
    project = tmp_path / "town"
    shutil.copytree(built, project)
    before = digests(project / "out")
    command = [
        sys.executable,
        "-c",
        "from gridmerge.cli import main; main()",
        "build",
        str(project),
        "--lang",
        "zh",
    ]
    for patience in (1.0, 2.0, 3.0):  # seconds: while loading, while working, perhaps while writing
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(patience)
        finished = process.poll() is not None
        process.send_signal(signal.SIGKILL)
        process.wait()
        if not finished:
            assert run("verify", project / "out").exit_code == 0
            assert digests(project / "out").keys() == before.keys()
    assert run("build", project).exit_code == 0
    assert digests(project / "out") == before
    assert {path.name for path in (project / "out").iterdir()} == {*before, *OWN_FIGURES}, (
        "nothing is left lying about"
    )


def test_no_input_is_touched(project):
    def state():
        return {
            p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in project.iterdir() if p.is_file()
        }

    before = state()
    assert run("build", project).exit_code == 0
    assert state() == before


WRONG = {
    "a wrong path": ('path = "fire.gpkg"', 'path = "fier.gpkg"', ["fier.gpkg", "fire.gpkg"]),
    "a missing field": (
        'path = "fire.gpkg"\nid = "code"',
        'path = "fire.gpkg"\nid = "kode"',
        ["fire.gpkg", "kode", "code"],
    ),
    "an unknown key": ("tolerance = 5.0", "tolerence = 5.0", ["overlay.tolerence", "tolerance"]),
    "a missing layer": (
        'path = "fire.gpkg"',
        'path = "fire.gpkg"\nlayer = "fyre"',
        ["fyre", "fire"],
    ),
    "a filter that leaves nothing": (
        'path = "fire.gpkg"',
        'path = "fire.gpkg"\nwhere = "code = \'X\'"',
        ["fire", "where"],
    ),
    "a missing workload field": ('field = "hs"', 'field = "sh"', ["buildings.csv", "sh", "hs"]),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=list(WRONG))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_mistake_in_the_project_is_one_clear_sentence(project, case, lang):
    old, new, said = case
    edit(project, old, new)
    result = run("build", project, "--lang", lang)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), "no traceback"
    assert len(result.stderr.strip().splitlines()) == 1
    for part in said:
        assert part in result.stderr
    assert bool(re.search("[一-鿿]{4}", result.stderr)) == (lang == "zh")
    assert not (project / "out" / "grids.geojson").exists()


def test_a_layer_far_away_is_named_with_the_way_out(project):
    far = gpd.read_file(project / "fire.gpkg")
    far.geometry = far.translate(400_000, 300_000)
    project.joinpath("fire.gpkg").unlink()
    far.to_file(project / "fire.gpkg")
    result = run("build", project, "--lang", "en")
    assert result.exit_code == 1
    assert "fire" in result.stderr and "crs" in result.stderr.lower()


def test_an_empty_layer_is_named(project):
    empty = gpd.read_file(project / "fire.gpkg").iloc[:0]
    project.joinpath("fire.gpkg").unlink()
    empty.to_file(project / "fire.gpkg")
    result = run("build", project, "--lang", "en")
    assert (result.exit_code, "fire" in result.stderr) == (1, True)


def test_every_failing_layer_is_named_at_once(project):
    project.joinpath("fire.gpkg").write_bytes(b"this is no geopackage")
    project.joinpath("警务区.geojson").write_text("{", "utf-8")
    result = run("build", project, "--lang", "en")
    assert result.exit_code == 1
    assert "fire.gpkg" in result.stderr and "警务区.geojson" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 2


def test_an_output_folder_that_cannot_be_written_is_said_before_the_work(project):
    project.joinpath("out").write_text("a file where the folder should be")
    result = run("build", project, "--lang", "en")
    assert (result.exit_code, "out" in result.stderr) == (1, True)
    assert len(result.stderr.strip().splitlines()) == 1


def test_check_lists_findings_and_fails_on_errors_only(project):
    result = run("check", project, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert (project / "check" / "findings.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_help_departments_and_explain_answer():
    assert run("--help").exit_code == 0
    listed = run("departments", "--lang", "zh")
    assert listed.exit_code == 0 and "urban_management" in listed.output and "城管" in listed.output
    assert run("explain", "no_workload", "--lang", "en").exit_code == 0
    unknown = run("explain", "no_workloads", "--lang", "en")
    assert unknown.exit_code == 1 and "no_workload" in unknown.stderr


def test_wrong_usage_is_exit_code_2():
    assert run("build", "--nonsense").exit_code == 2


def test_help_does_not_wait_for_gdal():
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, gridmerge.cli; print([m for m in ('geopandas', 'shapely', 'pandas', 'numpy', 'pydantic') if m in sys.modules])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert loaded.stdout.strip() == "[]"


def test_the_town_lies_where_the_project_says(built):
    villages = gpd.read_file(built / "out" / "gridmerge.gpkg", layer="villages")
    assert villages.total_bounds.round(3).tolist() == [X, Y, X + 2000, Y + 1000]


def test_edits_are_applied_and_refused_with_reasons(built, tmp_path):
    faces = gpd.read_file(built / "out" / "gridmerge.gpkg", layer="faces")
    one, two, *_ = sorted(set(faces["grid_code"]))
    moved = faces.loc[faces["grid_code"] == one, "face_id"].iloc[0]
    alien = faces.loc[faces["village_code"] != one[:12], "face_id"].iloc[0]
    edits = {
        "format": "gridmerge-edits/1",
        "base": "another",
        "moves": [{"face": moved, "from": one, "to": two}, {"face": alien, "from": "", "to": one}],
    }
    file = tmp_path / "edits.json"
    file.write_text(json.dumps(edits), "utf-8")
    result = run("build", built, "--out", tmp_path / "out", "--edits", file, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "2 edits: 1 made, 1 refused" in result.output
    assert (
        "no grid crosses a village line" in result.output
        and "made on another build" in result.output
    )
    after = gpd.read_file(tmp_path / "out" / "gridmerge.gpkg", layer="faces").set_index("face_id")[
        "grid_code"
    ]
    assert (after[moved], after[alien] == one) == (two, False)
    grids = pd.DataFrame(gpd.read_file(tmp_path / "out" / "grids.geojson")).set_index("grid_code")[
        "households"
    ]
    assert (grids[one], grids[two]) == (100, 300)
    assert run("verify", tmp_path / "out").exit_code == 0
    checked = run("edits", "check", file, built, "--lang", "en")
    assert (checked.exit_code, "no grid crosses a village line" in checked.output) == (1, True)
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    (told,) = [told for told in report["inputs"] if told["key"] == "edits:1"]
    assert told["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert any("edited" in village for village in report["grids"]["villages"].values())
    file.write_text(json.dumps({**edits, "moves": []}), "utf-8")
    # what was decided can no longer be seen: told, and no lie
    checked = run("verify", tmp_path / "out")
    assert (checked.exit_code, file.name in checked.output) == (0, True)


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "other", "moves": []}'])
def test_a_file_that_holds_no_edits_is_one_sentence(built, tmp_path, text):
    tmp_path.joinpath("edits.json").write_text(text, "utf-8")
    result = run("edits", "check", tmp_path / "edits.json", built, "--lang", "en")
    assert (result.exit_code, "edits" in result.stderr) == (1, True)
    assert isinstance(result.exception, SystemExit)


def test_posters_and_the_index_map_are_drawn_from_a_finished_build(built, tmp_path):
    pytest.importorskip("matplotlib", reason="posters are an extra")
    drawn = run("posters", built / "out", "--to", tmp_path / "挂图", "--lang", "zh")
    if drawn.exit_code == 1 and "字体" in drawn.stderr:
        pytest.skip("no Chinese font is installed")
    assert drawn.exit_code == 0, drawn.output
    assert len(list((tmp_path / "挂图").glob("*.pdf"))) == 3, "the township and two villages"
    index = run("atlas", built / "out", tmp_path / "索引.html", "--lang", "zh")
    assert index.exit_code == 0, index.output
    assert "map.html" in tmp_path.joinpath("索引.html").read_text("utf-8")
    nothing = run("posters", tmp_path, "--lang", "en")
    assert (nothing.exit_code, "does not hold a finished build" in nothing.stderr) == (1, True)


def test_alternatives_are_printed_and_written_and_go_with_the_next_build(project):
    out = project / "out"
    result = run("build", project, "--alternatives")
    assert result.exit_code == 0, result.output
    table = pd.read_csv(out / "alternatives.csv", encoding="utf-8-sig")
    assert table["plan"].tolist() == gpd.list_layers(out / "alternatives.gpkg")["name"].tolist()
    assert "inner lines (m)" in result.output
    for row in table.itertuples():
        assert row.plan in result.output
        assert len(gpd.read_file(out / "alternatives.gpkg", layer=row.plan)) == row.grids
    first = digests(out)
    assert run("build", project, "--alternatives").exit_code == 0
    assert digests(out) == first
    assert run("build", project).exit_code == 0
    assert not list(out.glob("alternatives.*")), (
        "plans of an earlier build must not stand beside another one"
    )


def test_a_village_that_cannot_be_cut_is_named_and_the_others_are_written(project, monkeypatch):
    real = pipeline.overlay_layers

    def failing(*arguments):
        mosaic = real(*arguments)
        told = make_finding(
            "village_failed", layer="fire", village="东山村", reason="TopologyException"
        )
        return replace(mosaic, findings=(*mosaic.findings, told))

    monkeypatch.setattr(pipeline, "overlay_layers", failing)
    result = run("build", project, "--lang", "en")
    assert (result.exit_code, "Village 东山村 could not be cut" in result.stderr) == (1, True)
    assert {file.name for file in (project / "out").iterdir()} >= FILES
