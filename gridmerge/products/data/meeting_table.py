"""meeting.csv: what meetings decided on the map, so that none of it is lost when the plan is built again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gridmerge.model import Build
from gridmerge.products.data.csv_tables import write_csv
from gridmerge.products.data.docket import DISCREPANCY_KINDS, VOTE_OPTIONS, build_docket

MEETING_COLUMNS = (
    "what",
    "item",
    "key",
    *VOTE_OPTIONS,
    "face_id",
    "from_grid",
    "to_grid",
    "text",
    "by",
    "lon",
    "lat",
)


def write_meeting(build: Build, file: Path) -> None:
    """Write a row a move, vote and note; only the header when no edits were applied."""
    write_csv(
        file,
        MEETING_COLUMNS,
        _meeting_rows(build)
        if build.meeting.moves or build.meeting.votes or build.meeting.notes
        else (),
    )


def _meeting_rows(build: Build) -> Iterator[dict[str, Any]]:
    language = build.settings.project.language
    for move in build.meeting.moves:
        outcome, why = (
            ("move", "") if move.refused is None else ("refused", move.refused.in_(language))
        )
        yield {
            "what": outcome,
            "face_id": move.face,
            "from_grid": move.from_grid,
            "to_grid": move.to_grid,
            "text": why,
        }
    item_of: dict[str, str] = {}
    for kind in DISCREPANCY_KINDS:
        table = build_docket(build, kind)
        item_of |= dict(zip(table["key"], table["item"], strict=True))
    for vote in build.meeting.votes:
        counts = {name: getattr(vote, name) for name in VOTE_OPTIONS}
        yield {"what": "vote", "item": item_of.get(vote.key, ""), "key": vote.key, **counts}
    for note in build.meeting.notes:
        yield {"what": "note", "text": note.text, "by": note.by, "lon": note.lon, "lat": note.lat}
