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

from gridmerge.findings import Finding, found
from gridmerge.load.gdal import TROUBLES, chosen_layers, words_of
from gridmerge.load.manners import masked
from gridmerge.load.piece import Ask, geo_frame
from gridmerge.load.polygonise import enclosed, label_areas, without_islands
from gridmerge.load.refuse import many_layers, unreadable

_KINDS = {"Polygon": "area", "LineString": "line", "Point": "point"}


@dataclass(frozen=True)
class Drawn:
    """One entity as plain geometry.

    `kind` is area, line, point, text or skipped; `text` is what a text says, or what kind of entity was skipped.
    """

    kind: str
    layer: str
    shape: BaseGeometry | None
    text: str = ""
    size: float = 0.0


def drawing_frame(drawn: Sequence[Drawn], ask: Ask) -> tuple[gpd.GeoDataFrame, list[Finding]]:
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
    areas, layer_of, findings = _areas(used, sorted(wanted), ask)
    findings += _skipped(drawn, ask)
    if areas:
        if ask.layer is None and len(set(layer_of)) > 1:
            raise many_layers(ask.name, sorted(set(layer_of)))
        return _labelled(areas, layer_of, texts, ask, findings)
    rest = [one for one in used if one.kind == "line"] or used or texts
    if not rest:
        raise unreadable(
            ask.name,
            "图中没有可用的线、面、点或文字。请检查图形是否在模型空间中。",
            "the drawing holds no lines, areas, points or texts. Check that it is drawn in model space.",
        )
    columns = {"name": [one.text for one in rest], "cad_layer": [one.layer for one in rest]}
    return geo_frame(columns, np.array([*(one.shape for one in rest), None], dtype=object)[:-1]), findings


def _labelled(
    areas: list[BaseGeometry], layer_of: list[str], texts: list[Drawn], ask: Ask, findings: list[Finding]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    places = [shapely.Point(shapely.get_coordinates(one.shape)[0]) for one in texts]
    areas = without_islands(areas, places)
    names, spoken = label_areas(areas, places, [one.text for one in texts], [one.size for one in texts])
    doubtful = [words for words in spoken if " / " in words]
    notes = [found("labels_doubtful", layer=ask.key, file=ask.name, texts=masked(words)[:60]) for words in doubtful]
    frame = geo_frame(
        {"name": names, "texts": spoken, "cad_layer": layer_of}, np.array([*areas, None], dtype=object)[:-1]
    )
    return frame, [*findings, *notes]


def _areas(used: Iterable[Drawn], layers: list[str], ask: Ask) -> tuple[list[BaseGeometry], list[str], list[Finding]]:
    by_layer: dict[str, list[Drawn]] = {layer: [] for layer in layers}
    for one in used:
        by_layer[one.layer].append(one)
    areas: list[BaseGeometry] = []
    layer_of: list[str] = []
    findings: list[Finding] = []
    for layer, ones in by_layer.items():
        closed = [one.shape for one in ones if one.kind == "area" and one.shape is not None]
        lines = [one.shape for one in ones if one.kind == "line" and one.shape is not None]
        shapes, made, left = enclosed(closed, lines)
        areas += shapes
        layer_of += [layer] * len(shapes)
        if made:
            findings.append(found("lines_polygonised", layer=ask.key, measure=made, file=ask.name))
        if shapes and left > 0:
            findings.append(found("lines_left_over", layer=ask.key, measure=round(left, 3), file=ask.name, cad=layer))
    return areas, layer_of, findings


def _skipped(drawn: Iterable[Drawn], ask: Ask) -> list[Finding]:
    counts = Counter(one.text for one in drawn if one.kind == "skipped")
    return [
        found("entities_skipped", layer=ask.key, measure=count, file=ask.name, what=what)
        for what, count in sorted(counts.items())
    ]


def drawn_by_gdal(source: Any, ask: Ask) -> list[Drawn]:
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
        except TROUBLES as error:
            words = words_of(error)
            raise unreadable(
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
    drawn: list[Drawn] = []
    for shape, text, layer in zip(shapes, texts, layers, strict=True):  # each becomes parts of one kind
        drawn += _parts(shape, "" if text is None else re.sub(r"\s+", " ", str(text)).strip(), str(layer or "0"))
    return drawn


def _parts(shape: BaseGeometry | None, text: str, layer: str) -> list[Drawn]:
    if shape is None or shape.is_empty:
        return []
    if text and shape.geom_type == "Point":
        return [Drawn("text", layer, shape, text=text)]
    out = []
    for part in shapely.get_parts(shapely.get_parts(shape)):
        closed = part.geom_type == "LineString" and part.is_closed and len(part.coords) > 3
        out.append(
            Drawn("area" if closed else _KINDS[part.geom_type], layer, shapely.Polygon(part) if closed else part)
        )
    return out
