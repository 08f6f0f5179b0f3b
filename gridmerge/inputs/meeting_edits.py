"""edits.json, as the map's editor saves it → what a meeting decided: moves, votes on the docket, notes on places."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from gridmerge.errors import InputError
from gridmerge.geo.gcj02 import datum_to_wgs84
from gridmerge.i18n.text import Text
from gridmerge.model import Meeting, Move, Note, Vote

# Digits of a whole number: enough for any time stamp.
MAX_DIGITS = 18
# Of a note: what the map's own box takes.
MAX_NOTE_CHARACTERS = 500
# Of one kind on one item: what the map's own box takes.
MAX_VOTES = 999


def read_edits(file: Path) -> dict[str, Any]:
    """Return the JSON of an edits file; `districting.apply_edits` judges whether it is one.

    Raises
    ------
    InputError
        The file is missing or holds no JSON.
    """
    if file.exists() and not file.is_file():
        raise InputError(
            f"调整文件 {file} 不是普通文件；请用地图编辑器导出的 edits.json。",
            f"the edits {file} are no ordinary file; use the edits.json that the map's editor exports.",
        )
    try:
        text = file.read_text("utf-8-sig")
        edits = _replace_surrogates(json.loads(text, parse_int=_parse_integer))
    except OSError as error:
        raise InputError(
            f"无法读取调整文件 {file}；请检查路径和读取权限，或关闭打开它的程序。",
            f"the edits {file} cannot be read; check the path and its permissions, or close the program that has it open.",
        ) from error
    except (ValueError, RecursionError) as error:
        fault = _describe_fault(error)
        raise InputError(
            f"{file} 不是地图编辑器导出的 edits.json（{fault.zh}）；请重新导出。",
            f"{file} is no edits.json of the map's editor ({fault.en}); export it again.",
        ) from error
    return edits if isinstance(edits, dict) else {}


def _describe_fault(error: Exception) -> Text:
    if isinstance(error, json.JSONDecodeError):
        line = error.lineno
        return Text(f"第 {line} 行写坏了", f"it is broken at line {line}")
    return Text("内容不合格式", "not such a file")


def _parse_integer(text: str) -> int | float:
    """No number of an edits file has so many digits; what has is none, as infinite values are none."""
    return int(text) if len(text) <= MAX_DIGITS else math.inf


def _replace_surrogates(value: Any) -> Any:
    """The same without half characters, which no file can hold."""
    if isinstance(value, dict):
        return {_replace_surrogates(name): _replace_surrogates(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_replace_surrogates(one) for one in value]
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


def votes_and_notes(edits: Mapping[str, Any]) -> Meeting:
    """Return the votes and notes of an edits file; what is neither is left out.

    Parameters
    ----------
    edits
        As `read_edits` returns it. A note made over shifted tiles says so (`datum`), and is put back to WGS84.
    """
    votes = (_parse_vote(row) for row in _list_rows(edits, "votes"))
    notes = (_parse_note(row) for row in _list_rows(edits, "notes"))
    return Meeting(
        votes=tuple(vote for vote in votes if vote is not None),
        notes=tuple(note for note in notes if note is not None),
    )


def merge_meetings(meetings: Iterable[Meeting]) -> Meeting:
    """Put meetings one after another: the last vote on an item stands, and a note said twice is one."""
    moves: list[Move] = []
    votes: dict[str, Vote] = {}
    notes: dict[Note, None] = {}
    for meeting in meetings:
        moves += meeting.moves
        votes |= {vote.key: vote for vote in meeting.votes}
        notes |= dict.fromkeys(meeting.notes)
    return Meeting(
        moves=tuple(moves), votes=tuple(votes[key] for key in sorted(votes)), notes=tuple(notes)
    )


def _list_rows(edits: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = edits.get(name)
    if not isinstance(rows, list):
        return []
    return [row for row in rows if isinstance(row, dict)]


def _parse_vote(row: Mapping[str, Any]) -> Vote | None:
    if not isinstance(row.get("item"), str):
        return None
    return Vote(
        key=row["item"],
        yes=_parse_count(row.get("yes")),
        no=_parse_count(row.get("no")),
        abstain=_parse_count(row.get("abstain")),
    )


def _parse_count(value: object) -> int:
    if not _is_finite(value):
        return 0
    return min(max(int(value), 0), MAX_VOTES)


def _is_finite(value: object) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _parse_note(row: Mapping[str, Any]) -> Note | None:
    text, degrees = row.get("text"), (row.get("lon"), row.get("lat"))
    if not isinstance(text, str) or not all(map(_is_finite, degrees)):
        return None
    lon, lat = np.array(degrees, dtype=float).reshape(2, 1)
    if row.get("datum") in ("gcj02", "bd09"):
        lon, lat = datum_to_wgs84(row["datum"], lon, lat)
    by = row.get("by")
    author = by[:MAX_NOTE_CHARACTERS] if isinstance(by, str) else ""
    return Note(
        lon=round(float(lon[0]), 7),
        lat=round(float(lat[0]), 7),
        text=text[:MAX_NOTE_CHARACTERS],
        by=author,
    )
