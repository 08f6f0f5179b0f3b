"""What decides a result is among the inputs of report.json, with its digest: nothing else is opened."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from gridmerge.products.labels import INPUT_LABELS
from gridmerge.products.overwrite_guard import PREVIOUS_PLAN_KEYS
from tests.small_project import write_small_project

BUILD = """
import json, os, sys
folder, out, told = sys.argv[1:4]
opened = set()
def hear(event, details):
    if event == "open" and isinstance(details[0], (str, bytes)):
        path = os.path.realpath(os.fsdecode(details[0]))
        writing = isinstance(details[1], str) and set(details[1]) & set("wxa+")
        if path.startswith(os.path.realpath(folder) + os.sep) and not writing and os.path.isfile(path):
            opened.add(path)
sys.addaudithook(hear)
import gridmerge
from gridmerge.config.project_file import read_project
gridmerge.build(read_project(folder), out, edits=sys.argv[4:] or None)
open(told, "w").write(json.dumps(sorted(opened)))
"""


def build(folder: Path, out: Path, *edits: Path) -> tuple[set[Path], dict[str, str]]:
    """Build in a process of its own; files of the project that it opened, and the digests of what it lists as read."""
    told = folder.parent / "opened.json"
    subprocess.run([sys.executable, "-c", BUILD, folder, out, told, *edits], check=True)
    opened = {Path(path) for path in json.loads(told.read_text("utf-8"))}
    report = json.loads((out / "report.json").read_text("utf-8"))
    parts = [part for source in report["inputs"] for part in (source["files"] or [source])]
    return opened, {str((folder / part["path"]).resolve()): part["sha256"] for part in parts}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = write_small_project(tmp_path_factory.mktemp("不藏") / "镇")
    build(folder, folder / "old")
    text = (folder / "gridmerge.toml").read_text("utf-8")
    fixed = '[grids]\nprevious = "old/gridmerge.gpkg"\nlocks = "locks.csv"\nlinks = "links.csv"\n'
    (folder / "gridmerge.toml").write_text(text.replace("[grids]\n", fixed), "utf-8")
    (folder / "locks.csv").write_text("kind,a,b\n", "utf-8")
    (folder / "links.csv").write_text("face_a,face_b\n", "utf-8")
    edits = {"format": "gridmerge-edits/1", "base": "", "moves": [], "votes": [], "notes": []}
    (folder / "edits.json").write_text(json.dumps(edits), "utf-8")
    return folder


def test_every_file_that_is_opened_is_listed_with_its_digest(project):
    out = project.parent / "out"
    opened, listed = build(project, out, project / "edits.json")
    opened -= {(project / "gridmerge.toml").resolve()}
    assert {str(path) for path in opened} <= listed.keys()
    assert {
        "assignments.csv",
        "standins.csv",
        "report.json",
        "locks.csv",
        "links.csv",
        "edits.json",
    } <= {Path(path).name for path in listed}
    for path, digest in listed.items():
        assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == digest, path


def test_of_the_earlier_plan_a_build_may_take_the_place_and_nothing_else(project):
    opened, listed = build(project, project.parent / "out", project / "edits.json")
    beside = {path.name for path in opened if path.parent.name == "old"}
    assert beside <= {"gridmerge.gpkg", "report.json", "assignments.csv", "standins.csv"}
    report = json.loads((project.parent / "out" / "report.json").read_text("utf-8"))
    keys = {source["key"]: Path(source["path"]) for source in report["inputs"]}
    assert {key for key, path in keys.items() if path.parent.name == "old"} == set(
        PREVIOUS_PLAN_KEYS
    )
    assert set(PREVIOUS_PLAN_KEYS) <= INPUT_LABELS.keys()
    assert len(listed) >= len(keys)
