"""MapData → one JSON value: columns of plain lists, borders as shared arcs, every text as text."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gridmerge import robust
from gridmerge.config import Datum
from gridmerge.publish.imprint import plane_of
from gridmerge.publish.map.addresses import packed_addresses
from gridmerge.publish.map.agenda import agenda, minutes
from gridmerge.publish.map.arcs import SCALE, Arcs, Display, deltas, shared_arcs, simplified
from gridmerge.publish.map.basemap import Basemap
from gridmerge.publish.map.data import MapData, Remark
from gridmerge.publish.map.options import MapOptions
from gridmerge.publish.words import WORKS, input_named

FACE_SIMPLIFY_M = 1.0  # under two pixels at the deepest zoom; the coverage stays gap-free
LAYER_SIMPLIFY_M = 3.0  # departmental lines are context: their own drawing error is larger
_JINJA = re.compile(r"\{(?=[{%#])")
LAYERS_VERTICES = 200_000  # for all departmental layers together: about 1.5 MB of the file
NOTES_LISTED = 20  # of a kind in a layer: real networks can bring ten thousand, a third of the file
COARSEST_M = (
    12.0  # departments' own drawing errors; beyond, a line no longer says where it runs: the file grows instead
)


def build_hash(faces: pd.DataFrame) -> str:
    """Return the name of a plan: which face lies in which grid, whatever the order of rows.

    Parameters
    ----------
    faces
        face_id, grid_code.
    """
    lines = sorted(f"{face}\t{grid}\n" for face, grid in zip(faces["face_id"], faces["grid_code"], strict=True))
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:16]


def payload(data: MapData, options: MapOptions, tiles: Basemap) -> str:
    """Return the JSON text that the page reads; safe inside a script element."""
    display = _display(data, tiles.datum)
    village_of = {code: i for i, code in enumerate(data.villages["village_code"])}
    listed = _listed(data.remarks)
    value = {
        "format": "gridmerge-map/1",
        "version": version("gridmerge"),
        "name": data.name,
        "code": data.code,
        "date": data.date,
        "crs": [plane_of(data.crs).zh, plane_of(data.crs).en],
        "language": options.language,
        "audience": options.audience,
        "review": options.review_number,
        "basemap": {"urls": list(tiles.urls), "subdomains": tiles.subdomains, "datum": tiles.datum},
        "base": build_hash(data.faces),
        "origin": list(display.origin),
        "scale": SCALE,
        "works": list(data.works),
        "words": _words((*data.works, data.sizes.unit or "workload")),
        "sizes": {"unit": data.sizes.unit, "target": data.sizes.target, "min": data.sizes.min, "max": data.sizes.max},
        "villages": {"code": _texts(data.villages["village_code"]), "name": _texts(data.villages["village_name"])},
        "grids": _grids(data, village_of),
        "faces": _faces(data, village_of, display),
        "members": {column: _cells(data.members[column]) for column in data.members},
        "duties": _duties(data),
        "layers": _layers(data, display),
        "remarks": _remarks(listed, display),
        "unlisted": len(data.remarks) - len(listed),
        "counts": _counts(data.remarks, listed),
        "docket": agenda(data),
        "meeting": minutes(data, display),
        "addresses": packed_addresses(data.addresses, display),
        "figures": _plain(data.figures),
        "sources": [list(source) for source in data.sources],
        "inputs": _inputs(data),
    }
    return script_json(value)


def script_json(value: object) -> str:
    """Return JSON that cannot end its script element, open a comment in it or speak to jinja, whatever its texts say."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    text = _JINJA.sub(r"\\u007b", text)  # branca reads what an element rendered as a template once more
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _display(data: MapData, datum: Datum) -> Display:
    west, south, east, north = data.faces.total_bounds
    display = Display(crs=data.crs, datum=datum)
    lon, lat = display.degrees(np.array([[(west + east) / 2, (south + north) / 2]]))[0]
    return replace(display, origin=(round(float(lon), 4), round(float(lat), 4)))


def _grids(data: MapData, village_of: dict[str, int]) -> dict[str, Any]:
    grids = data.grids
    return {
        "code": _texts(grids["grid_code"]),
        "name": _texts(grids["grid_name"]),
        "type": _texts(grids["grid_type"]),
        "village": [village_of[code] for code in grids["village_code"]],
        "area": _numbers(grids["area_m2"], 0),
        "load": _numbers(grids["workload"]),
        "work": [_numbers(grids[name]) for name in data.works],
    }


def _faces(data: MapData, village_of: dict[str, int], display: Display) -> dict[str, Any]:
    grid_of = {code: i for i, code in enumerate(data.grids["grid_code"])}
    faces = data.faces
    arcs = shared_arcs(list(robust.coverage_simplify(faces.geometry.to_numpy(), FACE_SIMPLIFY_M)))
    return {
        "id": _texts(faces["face_id"]),
        "village": [village_of[code] for code in faces["village_code"]],
        "grid": [grid_of[code] for code in faces["grid_code"]],
        "area": _numbers(faces["area_m2"], 0),
        "load": _numbers(faces["workload"]),
        "work": [_numbers(faces[name]) for name in data.works],
        "zone": _texts(faces["zone"]) if "zone" in faces and (faces["zone"] != "").any() else [],
        "rings": arcs.rings,
        "arcs": deltas(arcs.lines, display),
    }


def _duties(data: MapData) -> list[list[Any]]:
    """[grid, member, duty, load] as row numbers and text; a load that is withheld is null."""
    grid_of = {code: i for i, code in enumerate(data.grids["grid_code"])}
    member_of = {member: i for i, member in enumerate(data.members["member_id"])}
    rows = data.assignments
    loads = _numbers(rows["load"])
    return [
        [grid_of[grid], member_of[member], str(duty), load]
        for grid, member, duty, load in zip(rows["grid_code"], rows["member_id"], rows["duty"], loads, strict=True)
    ]


def _layers(data: MapData, display: Display) -> list[dict[str, Any]]:
    face_of = {face: i for i, face in enumerate(data.faces["face_id"])}
    claims = dict(list(data.memberships.groupby("layer")))
    frames = [layer.frame.sort_values("source_id", ignore_index=True) for layer in data.layers]
    drawn, tolerance = _lightened([shared_arcs(list(shapely.force_2d(frame.geometry.to_numpy()))) for frame in frames])
    return [
        {
            "key": layer.key,
            "title": [layer.title.zh, layer.title.en],
            "role": layer.role,
            "tolerance": tolerance,
            "id": _texts(frame["source_id"]),
            "name": _texts(frame["name"]),
            "holder": _texts(frame["holder"]),
            "rings": arcs.rings,
            "arcs": deltas(arcs.lines, display),
            "claims": _claims(claims.get(layer.key), frame, face_of),
        }
        for layer, frame, arcs in zip(data.layers, frames, drawn, strict=True)
    ]


def _lightened(layers: list[Arcs]) -> tuple[list[Arcs], float]:
    """Simplify all layers alike, coarser until together they fit their share of the file."""
    tolerance = LAYER_SIMPLIFY_M
    while True:
        light = [replace(arcs, lines=simplified(arcs.lines, tolerance)) for arcs in layers]
        vertices = sum(len(line) for arcs in light for line in arcs.lines)
        if vertices <= LAYERS_VERTICES or tolerance >= COARSEST_M:
            return light, tolerance
        tolerance *= 2


def _claims(claims: pd.DataFrame | None, frame: pd.DataFrame, face_of: dict[str, int]) -> list[Any]:
    """Per face: 0 nobody, n the n-th feature counted from 1, a list where several claim it."""
    per_face: list[Any] = [0] * len(face_of)
    if claims is None:
        return []
    feature_of = {source: i + 1 for i, source in enumerate(frame["source_id"])}
    for face, source in sorted(zip(claims["face_id"], claims["source_id"], strict=True)):
        here, feature = face_of[face], feature_of[source]
        now = per_face[here]
        per_face[here] = feature if now == 0 else ([*now, feature] if isinstance(now, list) else [now, feature])
    return per_face


def _listed(remarks: tuple[Remark, ...]) -> tuple[Remark, ...]:
    """Return every error and warning, and as many notes of a kind as a person would read; findings.csv has them all."""
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for remark in remarks:
        seen[remark.kind, remark.layer] += 1
        if remark.severity != "note" or seen[remark.kind, remark.layer] <= NOTES_LISTED:
            kept.append(remark)
    return tuple(kept)


def _counts(remarks: tuple[Remark, ...], listed: tuple[Remark, ...]) -> dict[str, int]:
    """Return how many there really are, by ``kind/layer``, where not all are listed."""
    true, told = (Counter(f"{each.kind}/{each.layer}" for each in some) for some in (remarks, listed))
    return {key: count for key, count in sorted(true.items()) if count > told[key]}


def _words(works: Iterable[str]) -> dict[str, list[list[str]]]:
    """Return what the usual workloads are called, and their units, in Chinese and English."""
    return {name: [[text.zh, text.en] for text in WORKS[name]] for name in sorted({"workload", *works} & WORKS.keys())}


def _inputs(data: MapData) -> dict[str, list[str]]:
    """Return what people call each input that is no network, in Chinese and English, by key."""
    keys = {remark.layer for remark in data.remarks} | {source[0] for source in data.sources}
    others = sorted(keys - {layer.key for layer in data.layers} - {""})
    return {key: [input_named(key).zh, input_named(key).en] for key in others}


def _remarks(remarks: tuple[Remark, ...], display: Display) -> list[list[Any]]:
    """[severity, kind, layer, source_id, zh, en, lon, lat]; the place is null where there is none."""
    rows = []
    for each in remarks:
        place = [None, None]
        if each.place is not None:
            place = np.round(display.degrees(np.array([each.place]))[0], 6).tolist()
        rows.append([each.severity, each.kind, each.layer, each.source_id, each.message.zh, each.message.en, *place])
    return rows


def _texts(column: Iterable[Any]) -> list[str]:
    return ["" if pd.isna(value) else str(value) for value in column]


def _numbers(column: Iterable[float], digits: int = 3) -> list[float | None]:
    """Round, write whole numbers without their ``.0``, and what is missing or withheld as null."""
    rounded = np.round(np.asarray(column, dtype=float), digits).tolist()
    return [None if value != value else int(value) if value == int(value) else value for value in rounded]  # noqa: PLR0124


def _cells(column: pd.Series[Any]) -> list[Any]:
    return _numbers(column) if pd.api.types.is_numeric_dtype(column) else _texts(column)


def _plain(value: Any) -> Any:
    """Figures as JSON knows them: numpy's numbers become Python's, what is not a number becomes null."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return round(float(value), 6) if np.isfinite(value) else None
    return value if value is None else str(value)
