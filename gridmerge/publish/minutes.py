"""meeting.csv: what meetings decided on the map, so that none of it is lost when the plan is built again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gridmerge.model import Build
from gridmerge.publish.docket import KINDS, VOTES, docket
from gridmerge.publish.tables import write_csv

COLUMNS = ("what", "item", "key", *VOTES, "face_id", "from_grid", "to_grid", "text", "by", "lon", "lat")


def write_meeting(build: Build, file: Path) -> None:
    """Write a row a move, vote and note; only the header when no edits were applied."""
    write_csv(file, COLUMNS, _rows(build) if build.meeting.moves or build.meeting.votes or build.meeting.notes else ())


def _rows(build: Build) -> Iterator[dict[str, Any]]:
    language = build.settings.project.language
    for move in build.meeting.moves:
        outcome, why = ("move", "") if move.refused is None else ("refused", move.refused.in_(language))
        yield {
            "what": outcome,
            "face_id": move.face,
            "from_grid": move.from_grid,
            "to_grid": move.to_grid,
            "text": why,
        }
    item_of: dict[str, str] = {}
    for kind in KINDS:
        table = docket(build, kind)
        item_of |= dict(zip(table["key"], table["item"], strict=True))
    for vote in build.meeting.votes:
        counts = {name: getattr(vote, name) for name in VOTES}
        yield {"what": "vote", "item": item_of.get(vote.key, ""), "key": vote.key, **counts}
    for note in build.meeting.notes:
        yield {"what": "note", "text": note.text, "by": note.by, "lon": note.lon, "lat": note.lat}
