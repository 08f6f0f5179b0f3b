"""A plan and what meetings decided about it → the plan after their moves, and what they said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gridmerge.districting import Refusal, apply_edits
from gridmerge.errors import InputError
from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos
from gridmerge.i18n.text import Text
from gridmerge.inputs.meeting_edits import merge_meetings, read_edits, votes_and_notes
from gridmerge.model import GridPlan, Meeting, Mosaic, Move, Weights
from gridmerge.products.map import build_hash


def apply_meetings(
    plan: GridPlan, mosaic: Mosaic, weights: Weights, files: Iterable[Path]
) -> tuple[GridPlan, Meeting]:
    """Apply the edits of several meetings, one after another.

    Each file was saved from the map that the one before it gave.
    """
    meetings = []
    for file in files:
        plan, meeting = apply_meeting(plan, mosaic, weights, file)
        meetings.append(meeting)
    return plan, merge_meetings(meetings)


def apply_meeting(
    plan: GridPlan, mosaic: Mosaic, weights: Weights, file: Path
) -> tuple[GridPlan, Meeting]:
    """Apply the edits of a meeting to a plan; what cannot be done is said in the plan's findings.

    Returns
    -------
    GridPlan
        After the moves that could be made.
    Meeting
        All that the file says: moves, those refused with the reason, votes and notes.

    Raises
    ------
    InputError
        The file is missing or is no edits.json.
    """
    edits = read_edits(file)
    findings = list(plan.findings)
    if edits.get("base") != build_hash(plan.faces):
        findings.append(make_finding("edits_other_build", file=file.name))
    try:
        edited, refused = apply_edits(plan, mosaic, weights, edits)
    except InputError as error:
        raise InputError(f"{file}：{error.in_('zh')}", f"{file}: {error.in_('en')}") from error
    findings += _report_refusals(refused, plan, mosaic)
    moves = _list_moves(edits["moves"], refused)
    meeting = replace(votes_and_notes(edits), moves=moves)
    counts = _count_decisions(plan.figures.get("edits", {}), meeting, len(refused))
    figures = {**edited.figures, "edits": counts}
    return replace(edited, findings=tuple(findings), figures=figures), meeting


def _count_decisions(earlier: Mapping[str, int], meeting: Meeting, refused: int) -> dict[str, int]:
    """What this meeting and those before it asked for and said, counted."""
    counts = Counter(earlier)
    counts.update(asked=len(meeting.moves), refused=refused)
    counts.update(votes=len(meeting.votes), notes=len(meeting.notes))
    return dict(counts)


def _report_refusals(refused: Iterable[Refusal], plan: GridPlan, mosaic: Mosaic) -> list[Finding]:
    """What a meeting asked for and cannot have: each face by the grid it lies in, and by its place."""
    grid_of_face = dict(zip(plan.faces["face_id"], plan.faces["grid_code"], strict=True))
    shape_of_face = dict(zip(mosaic.faces["face_id"], mosaic.faces.geometry, strict=True))
    findings = []
    for refusal in refused:
        which = _describe_face(grid_of_face.get(refusal.face))
        shape = shape_of_face.get(refusal.face)
        place = None
        if shape is not None:
            point = geos.point_on_surface(shape)
            place = None if point is None else (point.x, point.y)
        finding = make_finding(
            "edit_refused", place=place, which=which, grid=refusal.grid, reason=refusal.reason
        )
        findings.append(finding)
    return findings


def _describe_face(grid_code: str | None) -> Text:
    if not grid_code:
        return Text("一个最小面", "A face")
    return Text(f"网格 {grid_code} 中的一个最小面", f"A face of grid {grid_code}")


def _list_moves(
    requested: Sequence[Mapping[str, Any]], refused: Iterable[Refusal]
) -> tuple[Move, ...]:
    """The moves a meeting asked for, each with the reason it was refused, if it was."""
    reasons = {(refusal.face, refusal.grid): refusal.reason for refusal in refused}
    moves = []
    for row in requested:
        face, target = str(row.get("face", "")), str(row.get("to", ""))
        move = Move(
            face=face,
            from_grid=str(row.get("from", "")),
            to_grid=target,
            refused=reasons.get((face, target)),
        )
        moves.append(move)
    return tuple(moves)
