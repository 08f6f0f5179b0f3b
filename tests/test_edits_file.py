"""An edits file from anywhere: one sentence where it is none, and nothing in it that a product cannot hold."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gridmerge.config.project_file import read_project
from gridmerge.errors import InputError, ProjectError
from gridmerge.inputs.meeting_edits import read_edits, votes_and_notes

NONE = {
    "nested deeply": "[" * 100_000 + "]" * 100_000,
    "nested deeply in a member": '{"moves": ' + '{"a":' * 50_000 + "1" + "}" * 50_000 + "}",
    "cut short": '{"format": "gridmerge-edits/1", "moves": [',
    "no JSON": "网格",
    "empty": "",
}


@pytest.mark.parametrize("case", NONE)
def test_what_is_no_edits_file_is_one_sentence(tmp_path: Path, case: str) -> None:
    file = tmp_path / "edits.json"
    file.write_text(NONE[case], "utf-8")
    with pytest.raises(InputError) as stopped:
        read_edits(file)
    zh = stopped.value.in_("zh")
    assert "edits.json" in zh and "重新导出" in zh
    assert not any(word in zh for word in ("Expecting", "recursion", "delimiter", "value:"))


@pytest.mark.parametrize("raw", ["网格".encode("utf-16"), b"\xff\xfe\x00", bytes(range(256))])
def test_bytes_that_are_no_text_are_one_sentence(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "edits.json").write_bytes(raw)
    with pytest.raises(InputError, match="export it again"):
        read_edits(tmp_path / "edits.json")


@pytest.mark.parametrize("number", ["1" * 5000, "1e999", "-1e999", "NaN", "Infinity", "1" * 40])
def test_numbers_that_are_none_count_nothing(tmp_path: Path, number: str) -> None:
    note = f'{{"lon": {number}, "lat": 30, "text": "a"}}'
    votes = f'[{{"item": "gap/1", "yes": {number}, "no": 2}}]'
    (tmp_path / "edits.json").write_text(f'{{"notes": [{note}], "votes": {votes}}}', "utf-8")
    meeting = votes_and_notes(read_edits(tmp_path / "edits.json"))
    assert meeting.notes == ()
    assert [(vote.yes, vote.no) for vote in meeting.votes] == [(0, 2)]


@pytest.mark.parametrize("half", ["\\ud800", "a\\udfff", "\\udc00\\ud800"])
def test_half_characters_are_replaced(tmp_path: Path, half: str) -> None:
    text = f'{{"notes": [{{"lon": 105, "lat": 30, "text": "{half}"}}], "moves": [{{"face": "{half}", "{half}": 1}}]}}'
    (tmp_path / "edits.json").write_text(text, "utf-8")
    edits = read_edits(tmp_path / "edits.json")
    json.dumps(edits, ensure_ascii=False).encode("utf-8")
    assert "?" in votes_and_notes(edits).notes[0].text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_or_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "edits.json")
    for file in (tmp_path / "edits.json", tmp_path):
        with pytest.raises(InputError, match="no ordinary file"):
            read_edits(file)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
@pytest.mark.parametrize("key", ["previous", "locks", "links"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_what_the_plan_builds_on_is_an_ordinary_file(tmp_path: Path, key: str, kind: str) -> None:
    place = Path(os.devnull) if kind == "device" else tmp_path / "x"
    {"pipe": os.mkfifo, "folder": os.mkdir, "device": lambda _: None}[kind](place)
    file = tmp_path / "gridmerge.toml"
    file.write_text(
        f'[villages]\npath = "v.shp"\n[[layers]]\ndepartment = "fire"\npath = "f.shp"\n[grids]\n{key} = "{place.as_posix()}"\n',
        "utf-8",
    )
    with pytest.raises(ProjectError, match=f"{key} = .* is no ordinary file"):
        read_project(file)
