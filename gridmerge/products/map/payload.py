"""MapData → one JSON value: columns of plain lists, borders as shared arcs, every text as text."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import Any, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.config.settings import Grids as SizeLimits
from gridmerge.geo import geos
from gridmerge.geo.datum import Datum
from gridmerge.i18n.text import Text
from gridmerge.products.labels import WORK_LABELS, input_named
from gridmerge.products.map.addresses import packed_addresses
from gridmerge.products.map.agenda import list_agenda_items, pack_minutes
from gridmerge.products.map.basemap import Basemap
from gridmerge.products.map.data import MapData, Remark
from gridmerge.products.map.options import MapOptions
from gridmerge.products.map.page_types import (
    Duties,
    Duty,
    Faces,
    Figures,
    Grids,
    GridType,
    InputFile,
    Layer,
    MapPayload,
    Members,
    MovesMade,
    Remarks,
    Sizes,
    Villages,
    Words,
    Work,
)
from gridmerge.products.map.topology_arcs import (
    UNITS_PER_DEGREE,
    Display,
    SharedArcs,
    encode_deltas,
    shared_arcs,
    simplify_arcs,
)
from gridmerge.products.provenance import plane_of

FACE_SIMPLIFY_M = 1.0  # under two pixels at the deepest zoom; the coverage stays gap-free
LAYER_SIMPLIFY_M = 3.0  # departmental lines are context: their own drawing error is larger
# departments' own drawing errors; beyond, a line no longer says where it runs: the file grows
# instead
MAX_SIMPLIFY_M = 12.0
MAX_LAYER_VERTICES = 200_000  # for all departmental layers together: about 1.5 MB of the file
# of a kind in a layer: real networks can bring ten thousand, a third of the file
MAX_NOTES_PER_KIND = 20
# what would end a script element or a line of JavaScript
_UNSAFE_CHARACTERS = "<>&\u2028\u2029"
_JINJA = re.compile(r"\{(?=[{%#])")

_GRID_TYPES: dict[str, GridType] = {kind: kind for kind in get_args(GridType)}
_DUTIES: dict[str, Duty] = {duty: duty for duty in get_args(Duty)}


def build_hash(faces: pd.DataFrame) -> str:
    """Return the name of a plan: which face lies in which grid, whatever the order of rows.

    Parameters
    ----------
    faces
        face_id, grid_code.
    """
    pairs = zip(faces["face_id"], faces["grid_code"], strict=True)
    lines = sorted(f"{face}\t{grid}\n" for face, grid in pairs)
    digest = hashlib.sha256("".join(lines).encode())
    return digest.hexdigest()[:16]


def make_payload(data: MapData, options: MapOptions, tiles: Basemap) -> str:
    """Return the JSON text that the page reads; safe inside a script element."""
    display = _make_display(data, tiles.datum)
    village_of = number_rows(data.villages["village_code"])
    listed = _select_remarks(data.remarks)
    value: MapPayload = {
        "format": "gridmerge-map/2",
        "version": version("gridmerge"),
        "name": data.name,
        "code": data.code,
        "date": data.date,
        "crs": _said(plane_of(data.crs)),
        "language": options.language,
        "audience": options.audience,
        "review": options.review_number,
        "basemap": {"urls": list(tiles.urls), "subdomains": tiles.subdomains, "datum": tiles.datum},
        "base": build_hash(data.faces),
        "origin": display.origin,
        "scale": UNITS_PER_DEGREE,
        "works": list(data.works),
        "words": _workload_words((*data.works, data.sizes.unit or "workload")),
        "sizes": _pack_sizes(data.sizes),
        "villages": _pack_villages(data.villages),
        "grids": _pack_grids(data, village_of),
        "faces": _pack_faces(data, village_of, display),
        "members": _pack_members(data.members),
        "duties": _pack_duties(data),
        "layers": _pack_layers(data, display),
        "remarks": _pack_remarks(listed, display),
        "unlisted": len(data.remarks) - len(listed),
        "counts": _count_unlisted(data.remarks, listed),
        "docket": list_agenda_items(data),
        "meeting": pack_minutes(data, display),
        "addresses": packed_addresses(data.addresses, display),
        "figures": _figures(data.figures),
        "sources": _pack_sources(data.sources),
        "inputs": _input_words(data),
    }
    return script_json(value)


def script_json(value: object) -> str:
    """Return JSON that cannot end its script element, open a comment or be read as a template."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # branca reads what an element rendered as a template once more
    text = _JINJA.sub(r"\\u007b", text)
    for character in _UNSAFE_CHARACTERS:
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def number_rows(ids: Iterable[str]) -> dict[str, int]:
    """Return the row, from 0, of each id."""
    return {value: row for row, value in enumerate(ids)}


def _make_display(data: MapData, datum: Datum) -> Display:
    west, south, east, north = data.faces.total_bounds
    display = Display(crs=data.crs, datum=datum)
    middle = np.array([[(west + east) / 2, (south + north) / 2]])
    lon, lat = display.degrees(middle)[0]
    return replace(display, origin=(round(float(lon), 4), round(float(lat), 4)))


def _pack_sizes(sizes: SizeLimits) -> Sizes:
    return {
        "unit": sizes.unit,
        "target": sizes.target,
        "min": sizes.min,
        "max": sizes.max,
    }


def _pack_villages(villages: pd.DataFrame) -> Villages:
    return {
        "code": _to_texts(villages["village_code"]),
        "name": _to_texts(villages["village_name"]),
    }


def _pack_sources(sources: Iterable[tuple[str, str, int]]) -> list[InputFile]:
    return [
        {"key": key, "path": path, "features": int(features)} for key, path, features in sources
    ]


def _pack_grids(data: MapData, village_of: dict[str, int]) -> Grids:
    grids = data.grids
    return {
        "code": _to_texts(grids["grid_code"]),
        "name": _to_texts(grids["grid_name"]),
        "type": [_GRID_TYPES[kind] for kind in grids["grid_type"]],
        "village": [village_of[code] for code in grids["village_code"]],
        "area": _areas(grids["area_m2"]),
        "load": _to_numbers(grids["workload"]),
        "work": [_to_numbers(grids[name]) for name in data.works],
    }


def _pack_faces(data: MapData, village_of: dict[str, int], display: Display) -> Faces:
    grid_of = number_rows(data.grids["grid_code"])
    faces = data.faces
    simplified = geos.coverage_simplify(faces.geometry.to_numpy(), FACE_SIMPLIFY_M)
    arcs = shared_arcs(list(simplified))
    has_zones = "zone" in faces and (faces["zone"] != "").any()
    return {
        "id": _to_texts(faces["face_id"]),
        "village": [village_of[code] for code in faces["village_code"]],
        "grid": [grid_of[code] for code in faces["grid_code"]],
        "area": _areas(faces["area_m2"]),
        "load": _to_numbers(faces["workload"]),
        "work": [_to_numbers(faces[name]) for name in data.works],
        "zone": _to_texts(faces["zone"]) if has_zones else [],
        "rings": arcs.rings,
        "arcs": encode_deltas(arcs.lines, display),
    }


def _pack_duties(data: MapData) -> Duties:
    """Grid and member as row numbers; a load that is withheld is null."""
    grid_of = number_rows(data.grids["grid_code"])
    member_of = number_rows(data.members["member_id"])
    rows = data.assignments
    return {
        "grid": [grid_of[grid] for grid in rows["grid_code"]],
        "member": [member_of[member] for member in rows["member_id"]],
        "duty": [_DUTIES[duty] for duty in rows["duty"]],
        "load": _to_numbers(rows["load"]),
    }


def _pack_members(members: pd.DataFrame) -> Members:
    return {
        "member_id": _to_texts(members["member_id"]),
        "name": _to_texts(members["name"]),
        "kind": _to_texts(members["kind"]),
        "capacity": _to_numbers(members["capacity"]),
        "phone": _to_texts(members["phone"]),
    }


def _pack_layers(data: MapData, display: Display) -> list[Layer]:
    face_of = number_rows(data.faces["face_id"])
    claims = dict(list(data.memberships.groupby("layer")))
    frames = [layer.frame.sort_values("source_id", ignore_index=True) for layer in data.layers]
    drawn, tolerance = _simplify_layers([_layer_arcs(frame) for frame in frames])
    packed: list[Layer] = []
    for layer, frame, arcs in zip(data.layers, frames, drawn, strict=True):
        packed.append(
            {
                "key": layer.key,
                "title": _said(layer.title),
                "role": layer.role,
                "tolerance": tolerance,
                "id": _to_texts(frame["source_id"]),
                "name": _to_texts(frame["name"]),
                "holder": _to_texts(frame["holder"]),
                "rings": arcs.rings,
                "arcs": encode_deltas(arcs.lines, display),
                "claims": _pack_claims(claims.get(layer.key), frame, face_of),
            }
        )
    return packed


def _layer_arcs(frame: gpd.GeoDataFrame) -> SharedArcs:
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    return shared_arcs(list(shapes))


def _simplify_layers(layers: list[SharedArcs]) -> tuple[list[SharedArcs], float]:
    """Simplify all layers alike, coarser until together they fit their share of the file."""
    tolerance = LAYER_SIMPLIFY_M
    while True:
        simplified = [replace(arcs, lines=simplify_arcs(arcs.lines, tolerance)) for arcs in layers]
        vertices = sum(len(line) for arcs in simplified for line in arcs.lines)
        if vertices <= MAX_LAYER_VERTICES or tolerance >= MAX_SIMPLIFY_M:
            return simplified, tolerance
        tolerance *= 2


def _pack_claims(
    claims: pd.DataFrame | None, frame: pd.DataFrame, face_of: dict[str, int]
) -> list[int | list[int]]:
    """Per face: 0 nobody, n the n-th feature counted from 1, a list where several claim it."""
    if claims is None:
        return []
    per_face: list[int | list[int]] = [0] * len(face_of)
    row_of = number_rows(frame["source_id"])
    pairs = zip(claims["face_id"], claims["source_id"], strict=True)
    for face_id, source_id in sorted(pairs):
        face, feature = face_of[face_id], row_of[source_id] + 1
        per_face[face] = _add_claim(per_face[face], feature)
    return per_face


def _add_claim(claims: int | list[int], feature: int) -> int | list[int]:
    if claims == 0:
        return feature
    if isinstance(claims, list):
        return [*claims, feature]
    return [claims, feature]


def _select_remarks(remarks: tuple[Remark, ...]) -> tuple[Remark, ...]:
    """Return every error and warning, and as many notes of a kind as a person would read.

    findings.csv has them all.
    """
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for remark in remarks:
        group = remark.kind, remark.layer
        seen[group] += 1
        if remark.severity != "note" or seen[group] <= MAX_NOTES_PER_KIND:
            kept.append(remark)
    return tuple(kept)


def _count_unlisted(remarks: tuple[Remark, ...], listed: tuple[Remark, ...]) -> dict[str, int]:
    """Return how many there really are, by ``kind/layer``, where not all are listed."""
    found, shown = _count_kinds(remarks), _count_kinds(listed)
    return {key: count for key, count in sorted(found.items()) if count > shown[key]}


def _count_kinds(remarks: tuple[Remark, ...]) -> Counter[str]:
    return Counter(f"{remark.kind}/{remark.layer}" for remark in remarks)


def _workload_words(works: Iterable[str]) -> dict[str, Work]:
    """Return what the usual workloads are called, and their units, in Chinese and English."""
    words: dict[str, Work] = {}
    for work in sorted({"workload", *works} & WORK_LABELS.keys()):
        name, unit = WORK_LABELS[work]
        words[work] = {"name": _said(name), "unit": _said(unit)}
    return words


def _input_words(data: MapData) -> dict[str, Words]:
    """Return what people call each input that is no network, in Chinese and English, by key."""
    keys = {remark.layer for remark in data.remarks}
    keys |= {source[0] for source in data.sources}
    networks = {layer.key for layer in data.layers}
    others = sorted(keys - networks - {""})
    return {key: _said(input_named(key)) for key in others}


def _pack_remarks(remarks: tuple[Remark, ...], display: Display) -> Remarks:
    places = [_place(each, display) for each in remarks]
    return {
        "severity": [each.severity for each in remarks],
        "kind": [each.kind for each in remarks],
        "layer": [each.layer for each in remarks],
        "source_id": [each.source_id for each in remarks],
        "zh": [each.message.zh for each in remarks],
        "en": [each.message.en for each in remarks],
        "lon": [lon for lon, _ in places],
        "lat": [lat for _, lat in places],
    }


def _place(remark: Remark, display: Display) -> tuple[float, float] | tuple[None, None]:
    if remark.place is None:
        return None, None
    degrees = display.degrees(np.array([remark.place]))[0]
    lon, lat = np.round(degrees, 6).tolist()
    return lon, lat


def _figures(figures: Mapping[str, Any]) -> Figures:
    """Return of report.json what the overview shows; null for what is withheld or not there."""
    grids, members = figures.get("grids") or {}, figures.get("members") or {}
    return {
        "max_over_mean_floor": _figure(grids.get("workload_max_over_mean_floor")),
        "moves": _count_moves(grids.get("edits")),
        "mean_load_per_capacity": _figure(members.get("mean_load_per_capacity")),
        "max_load_per_capacity": _figure(members.get("max_load_per_capacity")),
        "load_bound": _figure(members.get("bound")),
    }


def _count_moves(edits: Mapping[str, Any] | None) -> MovesMade | None:
    if not edits:
        return None
    return {"asked": int(edits["asked"]), "refused": int(edits["refused"])}


def _figure(value: float | None) -> float | None:
    if value is None or not np.isfinite(value):
        return None
    return round(float(value), 6)


def _said(text: Text) -> Words:
    return {"zh": text.zh, "en": text.en}


def _to_texts(column: Iterable[Any]) -> list[str]:
    return ["" if pd.isna(value) else str(value) for value in column]


def _to_numbers(column: Iterable[float], digits: int = 3) -> list[float | None]:
    """Round, write whole numbers without their ``.0``, and what is missing or withheld as null."""
    rounded = np.round(np.asarray(column, dtype=float), digits).tolist()
    return [_shortest_number(value) for value in rounded]


def _shortest_number(value: float) -> float | None:
    if math.isnan(value):
        return None
    return int(value) if value == int(value) else value


def _areas(column: Iterable[float]) -> list[float]:
    """Whole square metres."""
    areas = np.rint(np.asarray(column, dtype=float))
    whole: list[float] = areas.astype(np.int64).tolist()
    return whole
