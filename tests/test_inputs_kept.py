"""No command writes over what it reads: each command that writes, with each of its inputs as its target."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
from pathlib import Path

import click
import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner

from gridmerge import pipeline
from gridmerge.cli import main
from gridmerge.config.project_file import read_project
from gridmerge.errors import OutputError
from gridmerge.products import ALL_BUILD_FILES, BUILD_FILES, list_finished_inputs
from gridmerge.products.overwrite_guard import refuse_inputs
from tests.small_project import write_small_project

REFUSED = "is read by this command"

# Every word that a command takes, but switches and choices: what it names decides whether it needs a refusal below.
WRITTEN_TO = {
    "atlas dest",
    "build out",
    "check out",
    "export dest",
    "leave to",
    "locate dest",
    "map to",
    "posters to",
    "restate dest",
}
READ_FROM = {
    "atlas outs",
    "build edits",
    "build project",
    "calibrate hours",
    "calibrate out",
    "check project",
    "edits check after",
    "edits check file",
    "edits check project",
    "export out",
    "init folder",  # writes gridmerge.toml there, and over one that is there only with --force
    "leave out",
    "locate events",
    "locate out",
    "map out",
    "posters out",
    "restate figures",
    "restate out",
    "verify out",
}
NO_FILE = {
    "explain code",
    "export review_number",
    "leave member",
    "locate crs",
    "locate lat",
    "locate lat_column",
    "locate lon",
    "locate lon_column",
    "locate matter",
    "map basemap",
    "map review_number",
    "posters review_number",
    "restate by",
    "restate layer",
}
COMMON = {"lang", "help"}  # of every command


def run(*words):
    return CliRunner().invoke(main, [*map(str, words), "--lang", "en"])


def state(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def refused(project: Path, *words: object, said: str = REFUSED) -> None:
    before = state(project)
    done = run(*words)
    assert done.exit_code == 1, done.output
    assert said in done.stderr and "Traceback" not in done.stderr and done.stderr.count("\n") == 1
    assert state(project) == before


def words_of(command: click.Command, name: str = "") -> set[str]:
    """Every word of a command and of those below it that is no switch, choice or number: ``command parameter``."""
    if isinstance(command, click.Group):
        below = [words_of(one, f"{name} {key}".strip()) for key, one in command.commands.items()]
        return set().union(*below)
    free = [
        one
        for one in command.params
        if isinstance(one.type, click.types.StringParamType | click.Path | click.File)
    ]
    return {f"{name} {one.name}" for one in free if one.name not in COMMON}


def test_what_every_command_reads_and_writes_is_known():
    """A new command or option stands in one of these lists, and with what it writes in the refusals below."""
    assert words_of(main) == WRITTEN_TO | READ_FROM | NO_FILE
    assert not WRITTEN_TO & READ_FROM


def targets_of(project: Path, word: str, target: Path) -> tuple[object, ...]:
    """The words of a command that would write to a target."""
    out = project / "out"
    return {
        "atlas dest": ("atlas", out, target),
        "build out": ("build", project, "--out", target),
        "check out": ("check", project, "--out", target),
        "export dest": ("export", out, target),
        "leave to": ("leave", "M1", out, "--to", target),
        "locate dest": ("locate", out, "--events", project / "events.csv", "--out", target),
        "map to": ("map", out, "--to", target),
        "posters to": ("posters", out, "--to", target),
        "restate dest": (
            "restate",
            out,
            project / "figures.csv",
            "--layer",
            "police",
            "--to",
            target,
        ),
    }[word]


@pytest.mark.parametrize(
    "name", ["数据/fire.gdb", "数据/members.csv", "gridmerge.toml", "out/gridmerge.gpkg"]
)
@pytest.mark.parametrize("word", sorted(WRITTEN_TO))
def test_no_command_writes_to_what_is_read(project, word, name):
    """Each target a file where some want a folder, and a folder where some want a file: one sentence, and nothing changes."""
    before = state(project)
    done = run(*targets_of(project, word, project / name))
    assert done.exit_code == 1, done.output
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
    assert state(project) == before


def test_a_project_file_is_written_anew_only_when_asked(project):
    before = state(project)
    assert run("init", project).exit_code == 1
    assert state(project) == before


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The small project with its inputs named as results are, a Shapefile, a FileGDB and edits, built once."""
    folder = write_small_project(tmp_path_factory.mktemp("守住") / "青山 镇")
    text = (folder / "gridmerge.toml").read_text("utf-8")
    for old, new in {
        "roster.csv": "数据/members.csv",
        "buildings.csv": "数据/grids.csv",
        "villages.gpkg": "数据/villages.shp",
        "fire.gpkg": "数据/fire.gdb",
    }.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    data = folder / "数据"
    data.mkdir()
    (folder / "roster.csv").rename(data / "members.csv")
    (folder / "buildings.csv").rename(data / "grids.csv")
    gpd.read_file(folder / "villages.gpkg").to_file(data / "villages.shp", encoding="utf-8")
    gpd.read_file(folder / "fire.gpkg").to_file(data / "fire.gdb", driver="OpenFileGDB")
    (folder / "gridmerge.toml").write_text(text, "utf-8")
    assert run("build", folder, "--processes", "1").exit_code == 0
    centres = pd.read_csv(data / "grids.csv")
    centres.to_csv(folder / "events.csv", index=False)
    ids = [f"P{number}" for number in range(8)]
    pd.DataFrame({"source_id": ids, "cases": 1}).to_csv(folder / "figures.csv", index=False)
    return folder


@pytest.mark.parametrize("name", [name for name in BUILD_FILES if name != "map.html"])
def test_map_and_index_never_replace_a_file_of_the_build(project, name):
    out = project / "out"
    refused(project, "map", out, "--to", out / name)
    refused(project, "atlas", out, out / name)


def test_the_index_of_maps_does_not_replace_one_of_them(project):
    refused(project, "atlas", project / "out", project / "out" / "map.html")


@pytest.mark.parametrize(
    "name",
    [
        "gridmerge.toml",
        "数据/members.csv",
        "数据/grids.csv",
        "数据/villages.shp",
        "数据/villages.dbf",
        "警务区.geojson",
    ],
)
def test_map_and_index_never_replace_an_input_of_the_project(project, name):
    refused(project, "map", project / "out", "--to", project / name)
    refused(project, "atlas", project / "out", project / name)


@pytest.mark.parametrize(
    "name",
    [
        "警务区.geojson",
        "数据/grids.csv",
        "数据/members.csv",
        "数据/villages.shp",
        "out/grids.geojson",
        "out/gridmerge.gpkg",
        "out/crosswalk.csv",
    ],
)
def test_exports_never_replace_an_input_or_the_build(project, name):
    refused(project, "export", project / "out", project / name)


@pytest.mark.parametrize(
    "name",
    [
        "events.csv",
        "数据/grids.csv",
        "数据/villages.shp",
        "out/grids.geojson",
        "out/gridmerge.gpkg",
    ],
)
def test_events_are_never_located_over_what_is_read(project, name):
    refused(
        project,
        "locate",
        project / "out",
        "--events",
        project / "events.csv",
        "--out",
        project / name,
    )


@pytest.mark.parametrize(
    "name", ["figures.csv", "数据/members.csv", "out/crosswalk.csv", "out/plan.xlsx"]
)
def test_figures_are_never_restated_over_what_is_read(project, name):
    words = ("restate", project / "out", project / "figures.csv", "--layer", "police", "--to")
    refused(project, *words, project / name)


def test_an_amended_plan_replaces_neither_the_plan_nor_the_roster(project):
    refused(project, "leave", "M1", project / "out", "--to", project / "out")
    refused(project, "leave", "M1", project / "out", "--to", project / "数据")


@pytest.mark.parametrize("command", ["build", "check"])
def test_results_never_go_into_the_folder_of_the_project(project, command):
    refused(project, command, project, "--out", project, said="the project's own folder")


def test_results_never_replace_inputs_of_their_names(project):
    refused(project, "build", project, "--out", project / "数据")
    refused(project, "build", project, "--alternatives", "--out", project / "数据")


def test_findings_never_replace_a_roster_called_findings(project, tmp_path):
    folder = write_small_project(tmp_path / "镇")
    (folder / "check").mkdir()
    (folder / "roster.csv").rename(folder / "check" / "findings.csv")
    file = folder / "gridmerge.toml"
    file.write_text(file.read_text("utf-8").replace("roster.csv", "check/findings.csv"), "utf-8")
    refused(folder, "check", folder)


def test_edits_called_as_a_result_stay(project, tmp_path):
    edits = tmp_path / "report.json"
    edits.write_text(json.dumps({"format": "gridmerge-edits/1", "base": "", "moves": []}), "utf-8")
    refused(project, "build", project, "--edits", edits, "--out", tmp_path)
    assert json.loads(edits.read_text("utf-8"))["moves"] == []


@pytest.mark.parametrize("place", ["fire.gdb", "fire.gdb/里面"])
def test_nothing_is_written_into_a_geodatabase_that_is_read(project, place):
    refused(project, "build", project, "--out", project / "数据" / place)
    refused(project, "check", project, "--out", project / "数据" / place)


@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_another_name_of_an_input_is_the_input(project, tmp_path, link):
    other = tmp_path / "另一个.geojson"
    link(project / "警务区.geojson", other)
    refused(project, "export", project / "out", other)
    assert other.is_symlink() == (link is os.symlink)
    other = tmp_path / "results"
    other.mkdir()
    link(project / "数据" / "members.csv", other / "members.csv")
    refused(project, "build", project, "--out", other)


def test_a_shapefile_takes_the_place_of_no_table_beside_it(project):
    """The part that is an input is the .dbf alone."""
    table = project / "数据" / "events.dbf"
    table.write_bytes(b"somebody's")
    with pytest.raises(OutputError, match="is read"):
        refuse_inputs([table.with_suffix(ending) for ending in (".shp", ".shx", ".dbf")], [table])
    refuse_inputs([table.with_suffix(".csv"), table.with_suffix(".geojson")], [table])


@pytest.mark.parametrize(
    ("pattern", "out", "taken"),
    [("*/*.gpkg", "out", True), ("**/*.csv", "a/b", True), ("out/grids.*", "out", True), ("*.csv", "out", False), ("in/*.csv", "out", False)],
)  # fmt: skip
def test_results_never_lie_where_the_next_run_reads(project, pattern, out, taken):
    settings = read_project(project)
    layers = tuple(layer.model_copy(update={"path": (pattern,)}) for layer in settings.layers[:1])
    settings = settings.model_copy(update={"layers": layers})
    if not taken:
        pipeline.check_writable(settings, project / "另存" / out, ALL_BUILD_FILES)
        return
    with pytest.raises(OutputError, match="would take the result"):
        pipeline.check_writable(settings, project / out, ALL_BUILD_FILES)


def test_what_is_no_input_is_written_as_before(project, tmp_path):
    out = project / "out"
    assert run("map", out).exit_code == 0
    assert run("map", out, "--to", out / "会议.html").exit_code == 0
    for ending in ("geojson", "shp"):
        for _ in range(2):  # a second time over the first
            assert run("export", out, tmp_path / f"villages.{ending}").exit_code == 0
            words = (
                "locate",
                out,
                "--events",
                project / "events.csv",
                "--out",
                tmp_path / f"done.{ending}",
            )
            assert run(*words).exit_code == 0
    # beside villages.shp, and no part of it
    assert run("export", out, project / "villages.geojson").exit_code == 0
    assert run("atlas", out, out / "index.html").exit_code == 0
    assert run("leave", "M1", out).exit_code == 0


def test_the_guard_knows_every_file_a_build_writes(project):
    read = {path.name for path in list_finished_inputs(project / "out")}
    assert {file.name for file in (project / "out").iterdir() if file.is_file()} >= set(BUILD_FILES)
    assert (
        set(BUILD_FILES) | {"gridmerge.toml", "members.csv", "villages.dbf", "警务区.geojson"}
        <= read
    )


def test_a_locked_workbook_is_told_before_the_work(project, monkeypatch):
    """As Windows holds what Excel shows; the work itself must not have begun."""
    real = Path.open

    def held(self, mode="r", *args, **kwargs):
        if self.name in ("plan.xlsx", "findings.html") and mode == "r+b":
            raise PermissionError(13, "Permission denied")
        return real(self, mode, *args, **kwargs)

    def work(*_):
        raise AssertionError("the work began")

    (project / "check").mkdir(exist_ok=True)
    (project / "check" / "findings.html").write_text("old")
    monkeypatch.setattr(Path, "open", held)
    monkeypatch.setattr(pipeline, "load_inputs", work)
    refused(project, "build", project, said="plan.xlsx cannot be replaced")
    refused(project, "check", project, said="findings.html cannot be replaced")


@pytest.mark.parametrize(
    ("name", "words", "worker"),
    [
        (
            "index.html",
            ("atlas", "out", "index.html"),
            "gridmerge.products.map.make_township_index_page",
        ),
        ("图.html", ("map", "out", "--to", "图.html"), "gridmerge.products.map.read_map_data"),
        (
            "g.dbf",
            ("export", "out", "g.shp"),
            "gridmerge.products.export.formats.read_finished_grids",
        ),
        (
            "done.csv",
            ("locate", "out", "--events", "events.csv", "--out", "done.csv"),
            "gridmerge.services.locate.events.read_input",
        ),
        (
            "r.csv",
            ("restate", "out", "figures.csv", "--layer", "police", "--to", "r.csv"),
            "gridmerge.services.areal_transfer._transfer_shares",
        ),
    ],
)
def test_a_locked_file_is_told_before_the_work_of_every_command(
    project, monkeypatch, name, words, worker
):
    real = Path.open

    def held(self, mode="r", *args, **kwargs):
        if self.name == name and mode == "r+b":
            raise PermissionError(13, "Permission denied")
        return real(self, mode, *args, **kwargs)

    def work(*_, **__):
        raise AssertionError("the work began")

    (project / name).write_text("old")
    monkeypatch.chdir(project)
    monkeypatch.setattr(Path, "open", held)
    module, _, name_of_work = worker.rpartition(".")
    monkeypatch.setattr(importlib.import_module(module), name_of_work, work)
    refused(project, *words, said="cannot be replaced")


def test_a_folder_under_the_name_of_a_file_is_said_as_such(project):
    (project / "图").mkdir(exist_ok=True)
    refused(project, "map", project / "out", "--to", project / "图", said="is a folder")
