"""What a meeting has before it, for the page: the build's docket, and what earlier meetings voted and noted."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal, get_args

import numpy as np

from gridmerge.geo.gcj02 import SHIFTS
from gridmerge.model import Note
from gridmerge.products.map.data import MapData
from gridmerge.products.map.page_types import (
    DocketItem,
    LandItem,
    LineItem,
    Minutes,
    PinnedNote,
    SetAside,
    VoteCount,
)
from gridmerge.products.map.topology_arcs import Display

Row = dict[Any, Any]
Numbers = dict[str, int]
_SET_ASIDE: dict[str, SetAside] = {why: why for why in get_args(SetAside)}


def list_agenda_items(data: MapData) -> list[LandItem | LineItem]:
    """Each item of the docket: its land, whose it is or who stands on either side; layers and faces by number."""
    layer_of = {layer.key: i for i, layer in enumerate(data.layers)}
    face_of = {face: i for i, face in enumerate(data.faces["face_id"])}
    rows: list[LandItem | LineItem] = []
    for kind, table in data.docket.items():
        for row in table.to_dict("records"):
            if kind == "disputes":
                rows.append(_line(row, layer_of, face_of))
            else:
                rows.append(_land("gap" if kind == "gaps" else "double", row, layer_of, face_of))
    return rows


def _land(
    kind: Literal["gap", "double"], row: Row, layer_of: Numbers, face_of: Numbers
) -> LandItem:
    return {"kind": kind, "layer": layer_of.get(row["layer"], -1), **_item(row, face_of)}


def _line(row: Row, layer_of: Numbers, face_of: Numbers) -> LineItem:
    return {
        "kind": "line",
        "a": {
            "layers": _row_numbers(row["layers_a"], layer_of),
            "faces": _row_numbers(row["faces_a"], face_of),
        },
        "b": {
            "layers": _row_numbers(row["layers_b"], layer_of),
            "faces": _row_numbers(row["faces_b"], face_of),
        },
        "long": round(row["length_m"]),
        "wide": round(row["width_m"]),
        **_item(row, face_of),
    }


def _item(row: Row, face_of: Numbers) -> DocketItem:
    aside = row.get("set_aside", "")  # a build of an earlier version sets nothing aside
    return {
        "item": row["item"],
        "id": row["key"],
        "faces": _row_numbers(row["faces"], face_of),
        "aside": _SET_ASIDE[aside],
    }


def _row_numbers(ids: str, number: dict[str, int]) -> list[int]:
    return [number[one] for one in ids.split(";") if one in number]


def pack_minutes(data: MapData, display: Display) -> Minutes:
    """Return what earlier meetings voted and noted; `stamp` tells one such state from another, and is "" for none."""
    votes: dict[str, VoteCount] = {
        vote.key: {"yes": vote.yes, "no": vote.no, "abstain": vote.abstain}
        for vote in data.meeting.votes
    }
    notes = [_note_position(note, display) for note in data.meeting.notes]
    said = json.dumps([votes, notes], ensure_ascii=False, sort_keys=True)
    return {
        "stamp": hashlib.sha256(said.encode()).hexdigest()[:8] if votes or notes else "",
        "votes": votes,
        "notes": notes,
    }


def _note_position(note: Note, display: Display) -> PinnedNote:
    lon, lat = np.array([note.lon]), np.array([note.lat])
    if display.datum != "wgs84":
        lon, lat = SHIFTS[display.datum](lon, lat)
    return {
        "lon": round(float(lon[0]), 6),
        "lat": round(float(lat[0]), 6),
        "text": note.text,
        "by": note.by,
    }
