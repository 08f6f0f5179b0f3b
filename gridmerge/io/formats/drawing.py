"""What every drawing becomes, whoever reads it: plain lines, areas, points and texts, and from them a frame."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from gridmerge.findings import Finding, make_finding
from gridmerge.io.formats.closed_lines import enclosed_areas, label_areas, without_islands
from gridmerge.io.formats.gdal import GDAL_ERRORS, chosen_layers, words_of
from gridmerge.io.read_request import ReadRequest, geo_frame
from gridmerge.io.refusals import many_layers, unreadable_error
from gridmerge.io.sensitive_fields import mask_numbers

_KINDS = {"Polygon": "area", "LineString": "line", "Point": "point"}


@dataclass(frozen=True)
class DrawingEntity:
    """One entity as plain geometry.

    `kind` is area, line, point, text or skipped; `text` is what a text says, or what kind of entity was skipped.
    """

    kind: str
    layer: str
    shape: BaseGeometry | None
    text: str = ""
    size: float = 0.0


def drawing_frame(
    drawn: Sequence[DrawingEntity], ask: ReadRequest
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Make a frame of a drawing: its areas, named by the texts inside; without any, its lines, else points, else texts.

    Columns: name, texts (all that stand inside, joined by `` / ``), cad_layer.

    Raises
    ------
    InputError
        Nothing of use is drawn, or areas stand in several CAD layers and `ask.layer` names none.
    """
    layers = sorted({one.layer for one in drawn if one.kind in ("area", "line", "point")})
    wanted = set(chosen_layers(layers, ask.layer, ask.name) if ask.layer is not None else layers)
    used = [one for one in drawn if one.layer in wanted and one.kind in ("area", "line", "point")]
    texts = [one for one in drawn if one.kind == "text"]
    areas, layer_of, findings = _collect_areas(used, sorted(wanted), ask)
    findings += _skipped_findings(drawn, ask)
    if areas:
        if ask.layer is None and len(set(layer_of)) > 1:
            raise many_layers(ask.name, sorted(set(layer_of)))
        return _labelled_frame(areas, layer_of, texts, ask, findings)
    rest = [one for one in used if one.kind == "line"] or used or texts
    if not rest:
        raise unreadable_error(
            ask.name,
            "图中没有可用的线、面、点或文字。请检查图形是否在模型空间中。",
            "the drawing holds no lines, areas, points or texts. Check that it is drawn in model space.",
        )
    columns = {"name": [one.text for one in rest], "cad_layer": [one.layer for one in rest]}
    return geo_frame(
        columns, np.array([*(one.shape for one in rest), None], dtype=object)[:-1]
    ), findings


def _labelled_frame(
    areas: list[BaseGeometry],
    layer_of: list[str],
    texts: list[DrawingEntity],
    ask: ReadRequest,
    findings: list[Finding],
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    places = [shapely.Point(shapely.get_coordinates(one.shape)[0]) for one in texts]
    areas = without_islands(areas, places)
    names, spoken = label_areas(
        areas, places, [one.text for one in texts], [one.size for one in texts]
    )
    doubtful = [words for words in spoken if " / " in words]
    notes = [
        make_finding(
            "labels_doubtful", layer=ask.key, file=ask.name, texts=mask_numbers(words)[:60]
        )
        for words in doubtful
    ]
    frame = geo_frame(
        {"name": names, "texts": spoken, "cad_layer": layer_of},
        np.array([*areas, None], dtype=object)[:-1],
    )
    return frame, [*findings, *notes]


def _collect_areas(
    used: Iterable[DrawingEntity], layers: list[str], ask: ReadRequest
) -> tuple[list[BaseGeometry], list[str], list[Finding]]:
    by_layer: dict[str, list[DrawingEntity]] = {layer: [] for layer in layers}
    for one in used:
        by_layer[one.layer].append(one)
    areas: list[BaseGeometry] = []
    layer_of: list[str] = []
    findings: list[Finding] = []
    for layer, ones in by_layer.items():
        closed = [one.shape for one in ones if one.kind == "area" and one.shape is not None]
        lines = [one.shape for one in ones if one.kind == "line" and one.shape is not None]
        shapes, made, left = enclosed_areas(closed, lines)
        areas += shapes
        layer_of += [layer] * len(shapes)
        if made:
            findings.append(
                make_finding("lines_polygonised", layer=ask.key, measure=made, file=ask.name)
            )
        if shapes and left > 0:
            findings.append(
                make_finding(
                    "lines_left_over",
                    layer=ask.key,
                    measure=round(left, 3),
                    file=ask.name,
                    cad=layer,
                )
            )
    return areas, layer_of, findings


def _skipped_findings(drawn: Iterable[DrawingEntity], ask: ReadRequest) -> list[Finding]:
    counts = Counter(one.text for one in drawn if one.kind == "skipped")
    return [
        make_finding("entities_skipped", layer=ask.key, measure=count, file=ask.name, what=what)
        for what, count in sorted(counts.items())
    ]


def drawn_by_gdal(source: Any, ask: ReadRequest) -> list[DrawingEntity]:
    """Read a drawing by GDAL: DGN, and DXF too incomplete for a strict reader.

    Raises
    ------
    InputError
        GDAL cannot read it either.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.set_gdal_config_options({"DXF_ENCODING": "UTF-8"})
        try:
            meta, _, wkb, fields = pyogrio.raw.read(source, force_2d=True)
        except GDAL_ERRORS as error:
            words = words_of(error)
            raise unreadable_error(
                ask.name,
                f"图形损坏，读不出来（{words}）。请在 CAD 中用 AUDIT 修复后另存为 DXF 2007。",
                f"the drawing is damaged ({words}). Repair it with AUDIT in the CAD program and save it as DXF 2007.",
            ) from error
        finally:
            pyogrio.set_gdal_config_options({"DXF_ENCODING": None})
    columns = dict(zip([str(name) for name in meta["fields"]], fields, strict=True))
    rows = len(wkb) if wkb is not None else 0
    texts = columns.get("Text", np.full(rows, None, dtype=object))
    layers = columns.get("Layer", columns.get("Level", np.full(rows, "0", dtype=object)))
    shapes = shapely.from_wkb(wkb, on_invalid="ignore") if rows else []
    drawn: list[DrawingEntity] = []
    for shape, text, layer in zip(
        shapes, texts, layers, strict=True
    ):  # each becomes parts of one kind
        drawn += _split_entity(
            shape, "" if text is None else re.sub(r"\s+", " ", str(text)).strip(), str(layer or "0")
        )
    return drawn


def _split_entity(shape: BaseGeometry | None, text: str, layer: str) -> list[DrawingEntity]:
    if shape is None or shape.is_empty:
        return []
    if text and shape.geom_type == "Point":
        return [DrawingEntity("text", layer, shape, text=text)]
    out = []
    for part in shapely.get_parts(shapely.get_parts(shape)):
        closed = part.geom_type == "LineString" and part.is_closed and len(part.coords) > 3
        out.append(
            DrawingEntity(
                "area" if closed else _KINDS[part.geom_type],
                layer,
                shapely.Polygon(part) if closed else part,
            )
        )
    return out
