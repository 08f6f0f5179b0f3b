"""A build as it may be shown: phones by the project's choice, ID numbers and phones taken out of free text.

Everything is made discreet once, before the first writer sees it, so that no writer can forget.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd

from gridmerge.findings import Finding
from gridmerge.i18n.text import Text
from gridmerge.model import Assignment, Build, GridPlan, Layer, Meeting, Roster, Township
from gridmerge.products.masking import Contacts, mask_phone, scrub_text


def redact_build(build: Build) -> Build:
    """Return the build with every phone as ``[publish] contacts`` wants it, and nothing secret in names and notes."""
    contacts = build.settings.publish.contacts
    return replace(
        build,
        township=redact_township(build.township),
        layers=tuple(_redact_layer(layer) for layer in build.layers),
        roster=None if build.roster is None else _redact_roster(build.roster, contacts),
        assignment=None if build.assignment is None else _redact_assignment(build.assignment),
        plan=redact_plan(build.plan),
        findings=tuple(redact_finding(finding) for finding in build.findings),
        duties=None if build.duties is None else _redact_duties(build.duties),
        addresses=None
        if build.addresses is None
        else replace(build.addresses, frame=_redact_columns(build.addresses.frame, "address")),
        meeting=redact_meeting(
            build.meeting,
            frozenset(build.plan.grids["grid_code"]) | set(build.plan.faces["face_id"]),
        ),
    )


def redact_township(township: Township) -> Township:
    """Take phones and ID numbers out of the names of a township and its villages."""
    return replace(
        township,
        name=redact_text(township.name),
        villages=_redact_columns(township.villages, "village_name"),
    )


def redact_plan(plan: GridPlan) -> GridPlan:
    """Take phones and ID numbers out of what the grids and their surroundings are called."""
    named = [name for name in ("grid_name", "village_name", "boundary_text") if name in plan.grids]
    codes = {*plan.grids["grid_code"], *plan.grids["village_code"], *plan.faces["face_id"]}
    return replace(
        plan,
        grids=_redact_columns(plan.grids, *named),
        figures=_redact_figures(plan.figures, codes),
    )


def _redact_figures(value: Any, codes: Collection[str]) -> Any:
    """Take phones and ID numbers out of what stands beside figures: names of villages, of people."""
    if isinstance(value, Mapping):
        return {key: _redact_figures(item, codes) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_redact_figures(item, codes) for item in value)
    return redact_text(value) if isinstance(value, str) and value not in codes else value


def redact_text(text: str) -> str:
    """Take phones and ID numbers out of free text; text that holds none stays as it is, full-width digits and all."""
    cleaned = scrub_text(text)
    return cleaned if cleaned.count("*") != text.count("*") else text


def _redact_columns(frame: gpd.GeoDataFrame, *columns: str) -> gpd.GeoDataFrame:
    return frame.assign(
        **{column: frame[column].fillna("").astype(str).map(redact_text) for column in columns}
    )


def _redact_layer(layer: Layer) -> Layer:
    title, department = redact_text(layer.title), redact_text(layer.department)
    return replace(
        layer,
        title=title,
        department=department,
        frame=_redact_columns(layer.frame, "name", "holder"),
    )


def _redact_roster(roster: Roster, contacts: Contacts) -> Roster:
    members = _redact_columns(roster.members, "name")
    phones = pd.Series("", index=members.index) if "phone" not in members else members["phone"]
    shown = phones.fillna("").astype(str).map(lambda phone: mask_phone(phone, contacts))
    return replace(roster, members=members.assign(phone=shown))


def _redact_duties(duties: pd.DataFrame) -> pd.DataFrame:
    named = duties.columns.difference(["grid_code"])
    cells = duties[named].map(lambda cell: redact_text(cell) if isinstance(cell, str) else cell)
    return duties.assign(**{str(name): cells[name] for name in named})


def _redact_assignment(assignment: Assignment) -> Assignment:
    members = assignment.members
    figures = _redact_figures(assignment.figures, set(assignment.assignments["grid_code"]))
    return replace(
        assignment,
        figures=figures,
        members=members.assign(name=members["name"].fillna("").astype(str).map(redact_text)),
    )


def redact_finding(finding: Finding) -> Finding:
    """Take phones and ID numbers out of what a finding quotes."""
    return replace(
        finding, blanks=tuple((name, _redact_blank(value)) for name, value in finding.blanks)
    )


def redact_meeting(meeting: Meeting, codes: Collection[str]) -> Meeting:
    """Take phones and ID numbers out of what people wrote, and of keys that are no code of this plan."""

    def known(key: str) -> str:
        return "/".join(part if part in codes else redact_text(part) for part in key.split("/"))

    return Meeting(
        moves=tuple(
            replace(
                move,
                face=known(move.face),
                from_grid=known(move.from_grid),
                to_grid=known(move.to_grid),
            )
            for move in meeting.moves
        ),
        votes=tuple(replace(vote, key=known(vote.key)) for vote in meeting.votes),
        notes=tuple(
            replace(note, text=redact_text(note.text), by=redact_text(note.by))
            for note in meeting.notes
        ),
    )


def _redact_blank(value: str | Text) -> str | Text:
    return (
        Text(redact_text(value.zh), redact_text(value.en))
        if isinstance(value, Text)
        else redact_text(value)
    )
