"""Every alteration of a finished build is caught and named, and none ends in a traceback."""

from __future__ import annotations

import shutil

import pytest

from gridmerge.errors import GridmergeError
from gridmerge.pipeline import build
from gridmerge.verify import verify_build
from gridmerge.verify.proof import prove_build
from tests.small_project import write_small_project
from tests.verify.alterations import EVERY, MALFORMED, SEALED, TABLE
from tests.verify.cheating import CHEATS
from tests.verify.swaps import NO_DIFFERENCE, SWAPS
from tests.verify.tamper import reseal, rewrite_csv, rewrite_json, rewrite_layer, rewrite_text


@pytest.fixture(scope="module")
def finished(built_town, tmp_path_factory):
    """A project with its build, and beside it that of the same town with other sizes."""
    project = shutil.copytree(built_town, tmp_path_factory.mktemp("alterations") / "town")
    other = write_small_project(tmp_path_factory.mktemp("alterations") / "town")
    rewrite_text(
        other / "gridmerge.toml",
        "target = 200\nmin = 100\nmax = 300",
        "target = 400\nmin = 100\nmax = 500",
    )
    rewrite_text(other / "gridmerge.toml", "青山镇", "红山镇")
    build(other, project / "other")
    return project


@pytest.fixture
def out(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "town") / "out"


def told(out):
    """What the proof says, in both languages; a sentence that stops it counts."""
    try:
        proof = prove_build(out)
        texts = [*(failure.text for failure in proof.broken), *proof.notes]
    except GridmergeError as error:
        texts = [error.text]
    assert all(text.zh and text.en for text in texts)
    return "\n".join(text.en for text in texts)


@pytest.mark.parametrize("alteration", (*EVERY, *CHEATS, *SWAPS), ids=lambda one: one.name)
def test_every_alteration_is_caught_and_named(out, alteration):
    alteration.alter(out)
    if alteration.resealed and "manifest" not in alteration.name:
        reseal(out)
    said = told(out)
    assert any(name in said for name in alteration.names.split("|")), said or "nothing was said"


def test_altering_nothing_is_no_alteration(out):
    """What is caught is the alteration, not that a file was written again."""
    rewrite_json(out / "grids.geojson", lambda _: None)
    rewrite_json(out / "report.json", lambda _: None)
    rewrite_csv(out / "crosswalk.csv", lambda _: None)
    rewrite_layer(out, "grids", lambda table: table)
    reseal(out)
    assert told(out) == ""


@pytest.mark.parametrize("name", NO_DIFFERENCE)
def test_what_means_the_same_is_no_alteration(out, name):
    NO_DIFFERENCE[name](out)
    reseal(out)
    assert told(out) == ""


def test_the_table_is_long_enough_and_of_every_kind():
    assert len(EVERY) >= 120
    assert min(map(len, (TABLE, SEALED, MALFORMED))) > 15


def test_what_other_programs_leave_beside_the_files_is_no_lie(out):
    for name in (
        "~$plan.xlsx",
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        "gridmerge.gpkg-wal",
        "map.html.tmp",
    ):
        (out / name).write_bytes(b"x")
    assert verify_build(out) == []


def test_files_in_folders_of_their_own_are_nobodys_business(out):
    (out / "会议").mkdir()
    (out / "会议" / "纪要.docx").write_bytes(b"x")
    assert verify_build(out) == []
