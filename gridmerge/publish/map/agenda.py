"""What a meeting has before it, for the page: the build's docket, and what earlier meetings voted and noted."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np

from gridmerge.datum import SHIFTS
from gridmerge.model import Note
from gridmerge.publish.map.arcs import Display
from gridmerge.publish.map.data import MapData

DOCKET_KINDS = {"gaps": "gap", "claims": "double", "disputes": "line"}  # as the page and edits.json call them


def agenda(data: MapData) -> list[dict[str, Any]]:
    """Each item of the docket: its land, whose it is or who stands on either side; layers and faces by number."""
    layer_of = {layer.key: i for i, layer in enumerate(data.layers)}
    face_of = {face: i for i, face in enumerate(data.faces["face_id"])}
    rows = []
    for kind, table in data.docket.items():
        for row in table.to_dict("records"):
            item = {
                "item": row["item"],
                "id": row["key"],
                "kind": DOCKET_KINDS[kind],
                "faces": _at(row["faces"], face_of),
                # a build of an earlier version sets nothing aside
                "aside": row.get("set_aside", ""),
            }
            if kind == "disputes":
                sides = {
                    side: [_at(row[f"layers_{side}"], layer_of), _at(row[f"faces_{side}"], face_of)] for side in "ab"
                }
                item |= {**sides, "long": round(row["length_m"]), "wide": round(row["width_m"])}
            else:
                item["layer"] = layer_of.get(row["layer"], -1)
            rows.append(item)
    return rows


def _at(ids: str, number: dict[str, int]) -> list[int]:
    return [number[one] for one in ids.split(";") if one in number]


def minutes(data: MapData, display: Display) -> dict[str, Any]:
    """Return what earlier meetings voted and noted; `stamp` tells one such state from another, and is "" for none."""
    votes = {vote.key: [vote.yes, vote.no, vote.abstain] for vote in data.meeting.votes}
    notes = [[*_shown(note, display), note.text, note.by] for note in data.meeting.notes]
    said = json.dumps([votes, notes], ensure_ascii=False, sort_keys=True)
    return {
        "stamp": hashlib.sha256(said.encode()).hexdigest()[:8] if votes or notes else "",
        "votes": votes,
        "notes": notes,
    }


def _shown(note: Note, display: Display) -> list[float]:
    lon, lat = np.array([note.lon]), np.array([note.lat])
    if display.datum != "wgs84":
        lon, lat = SHIFTS[display.datum](lon, lat)
    return [round(float(lon[0]), 6), round(float(lat[0]), 6)]
