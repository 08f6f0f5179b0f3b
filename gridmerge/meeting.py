"""edits.json, as the map's editor saves it → what a meeting decided: moves, votes on the docket, notes on places."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gridmerge.datum import undo
from gridmerge.errors import InputError
from gridmerge.model import Meeting, Move, Note, Vote

MOST_TEXT = 500  # characters of a note: what the map's own box takes
MOST_VOTES = 999  # of one kind on one item: what the map's own box takes


def read_edits(file: Path) -> dict[str, Any]:
    """Return the JSON of an edits file; `partition.apply_edits` judges whether it is one.

    Raises
    ------
    InputError
        The file is missing or holds no JSON.
    """
    try:
        edits = json.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise InputError(
            f"无法读取调整文件 {file}：{error.strerror}。", f"the edits {file} cannot be read: {error.strerror}."
        ) from error
    except ValueError as error:
        raise InputError(
            f"{file} 不是地图编辑器导出的 edits.json（{error}）；请重新导出。",
            f"{file} is no edits.json of the map's editor ({error}); export it again.",
        ) from error
    return edits if isinstance(edits, dict) else {}


def spoken(edits: Mapping[str, Any]) -> Meeting:
    """Return the votes and notes of an edits file; what is neither is left out.

    Parameters
    ----------
    edits
        As `read_edits` returns it. A note made over shifted tiles says so (`datum`), and is put back to WGS84.
    """
    votes = (_vote(row) for row in _rows(edits, "votes"))
    notes = (_note(row) for row in _rows(edits, "notes"))
    return Meeting(
        votes=tuple(vote for vote in votes if vote is not None), notes=tuple(note for note in notes if note is not None)
    )


def together(meetings: Iterable[Meeting]) -> Meeting:
    """Put meetings one after another: the last vote on an item stands, and a note said twice is one."""
    moves: list[Move] = []
    votes: dict[str, Vote] = {}
    notes: dict[Note, None] = {}
    for meeting in meetings:
        moves += meeting.moves
        votes |= {vote.key: vote for vote in meeting.votes}
        notes |= dict.fromkeys(meeting.notes)
    return Meeting(moves=tuple(moves), votes=tuple(votes[key] for key in sorted(votes)), notes=tuple(notes))


def _rows(edits: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = edits.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _vote(row: Mapping[str, Any]) -> Vote | None:
    if not isinstance(row.get("item"), str):
        return None
    return Vote(
        key=row["item"], yes=_count(row.get("yes")), no=_count(row.get("no")), abstain=_count(row.get("abstain"))
    )


def _count(value: object) -> int:
    number = isinstance(value, (int, float)) and math.isfinite(value)
    return min(max(int(value), 0), MOST_VOTES) if number else 0  # type: ignore[call-overload]


def _note(row: Mapping[str, Any]) -> Note | None:
    place, text = (row.get("lon"), row.get("lat")), row.get("text")
    if not isinstance(text, str) or not all(isinstance(part, (int, float)) and math.isfinite(part) for part in place):
        return None
    lon, lat = np.array([[float(part)] for part in place])  # type: ignore[arg-type]
    if row.get("datum") in ("gcj02", "bd09"):
        lon, lat = undo(row["datum"], lon, lat)
    by = row.get("by")
    return Note(
        lon=round(float(lon[0]), 7),
        lat=round(float(lat[0]), 7),
        text=text[:MOST_TEXT],
        by=by[:MOST_TEXT] if isinstance(by, str) else "",
    )
