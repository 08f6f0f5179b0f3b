"""TopoJSON: shared arcs, often whole numbers with a scale; every object is a layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmerge.findings import Finding
from gridmerge.io.formats.gdal import chosen_layers
from gridmerge.io.formats.wkb import drop_unreadable, unreadable_feature
from gridmerge.io.read_request import ReadRequest, geo_frame
from gridmerge.io.refusals import many_layers, unreadable_error
from gridmerge.io.tables.driver_columns import column_from_cells, plain_values

_TOPOLOGY_ERRORS = (
    TypeError,
    ValueError,
    KeyError,
    LookupError,
    AttributeError,
    RecursionError,
    shapely.errors.ShapelyError,
)


def topology_frame(data: Any, ask: ReadRequest) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Turn a parsed topology into features.

    Parameters
    ----------
    data
        The parsed file.
    ask
        `ask.layer` names one of its objects.

    Returns
    -------
    frame
        id (null where features have none), their properties, geometry; no CRS.
    findings
        One for each feature that refers to arcs that are not there.
    """
    objects = data.get("objects") if isinstance(data, dict) else None
    if not isinstance(objects, dict) or not objects:
        raise unreadable_error(
            ask.name, "TopoJSON 里没有 objects。", "the TopoJSON holds no objects."
        )
    names = [str(name) for name in objects]
    if ask.layer is None and len(names) > 1:
        raise many_layers(ask.name, names)
    wanted = names if ask.layer is None else chosen_layers(names, ask.layer, ask.name)
    features = [feature for name in wanted for feature in _list_geometries(objects[name])]
    arcs = _Arcs(data)
    findings: list[Finding] = []
    try:
        rows, shapes = [_feature_fields(feature) for feature in features], arcs.areas(features)
    except _TOPOLOGY_ERRORS:
        rows, shapes, findings = _one_by_one(features, arcs, ask)
    fields = list(dict.fromkeys(["id", *(str(name) for row in rows for name in row)]))
    columns = {
        name: plain_values(column_from_cells([row.get(name) for row in rows])) for name in fields
    }
    frame = geo_frame(columns, np.array([*shapes, None], dtype=object)[:-1])
    return drop_unreadable(frame, findings), findings


def _feature_fields(feature: dict[str, Any]) -> dict[str, Any]:
    return (feature.get("properties") or {}) | ({"id": feature["id"]} if "id" in feature else {})


def _one_by_one(
    features: Sequence[Any], arcs: _Arcs, ask: ReadRequest
) -> tuple[list[dict[str, Any]], Sequence[BaseGeometry | None], list[Finding]]:
    """Read features so that each can fail alone."""
    rows: list[dict[str, Any]] = []
    shapes: list[BaseGeometry | None] = []
    findings: list[Finding] = []
    for i, feature in enumerate(features):
        shape: BaseGeometry | None = None
        row: dict[str, Any] = {}
        try:
            row = _feature_fields(feature)
            shape = arcs.shape(feature)
        except _TOPOLOGY_ERRORS:
            findings.append(
                unreadable_feature(
                    ask, i, "引用的弧段不完整", "the arcs it refers to are incomplete"
                )
            )
        rows.append(row)
        shapes.append(shape)
    return rows, shapes, findings


def _list_geometries(thing: Any) -> list[Any]:
    if isinstance(thing, dict) and thing.get("type") == "GeometryCollection":
        inner = thing.get("geometries")
        return list(inner) if isinstance(inner, list) else [{"type": "broken"}]
    return [thing]


class _Arcs:
    """The arcs of a topology, decoded, and the geometries that are made of them."""

    def __init__(self, data: dict[str, Any]) -> None:
        transform = data.get("transform")
        self._scale: np.ndarray | None = None
        self._translate: np.ndarray | None = None
        if isinstance(transform, dict):
            self._scale = np.array(transform["scale"], dtype=float)
            self._translate = np.array(transform["translate"], dtype=float)
        arcs = data.get("arcs") or []
        try:
            self._arcs: Sequence[np.ndarray | None] = self._at_once(arcs)
        except _TOPOLOGY_ERRORS:
            self._arcs = [self._arc(arc) for arc in arcs]

    def _at_once(self, arcs: Any) -> list[np.ndarray | None]:
        """Decode all arcs in one go; raises one of `_TOPOLOGY_ERRORS` where one of them is not a list of pairs."""
        ends = np.cumsum([len(arc) for arc in arcs])
        points = list(chain.from_iterable(arcs))
        if set(map(len, points)) != {2}:
            raise ValueError("not all positions are pairs")
        xy = np.fromiter(chain.from_iterable(points), dtype=float, count=2 * len(points)).reshape(
            -1, 2
        )
        if (
            self._scale is not None
        ):  # whole numbers, each counted from the one before: sums of them are exact
            run = np.cumsum(xy, axis=0)
            starts = np.append(0, ends[:-1])
            before = np.where(starts[:, None] > 0, run[starts - 1], 0.0)
            xy = self._placed(run - np.repeat(before, np.diff(np.append(0, ends)), axis=0))
        return list(np.split(xy, ends[:-1]))

    def _arc(self, arc: Any) -> np.ndarray | None:
        try:
            points = np.array([point[:2] for point in arc], dtype=float).reshape(-1, 2)
        except _TOPOLOGY_ERRORS:
            return None  # only what refers to it is lost
        return points if self._scale is None else self._placed(np.cumsum(points, axis=0))

    def _placed(self, points: np.ndarray) -> np.ndarray:
        if self._scale is None or self._translate is None:
            return points
        return np.asarray(points * self._scale + self._translate)

    def areas(self, features: Sequence[dict[str, Any]]) -> Sequence[BaseGeometry | None]:
        """Return the geometry of features that are all areas, built at once; raises one of `_TOPOLOGY_ERRORS` where one is not."""
        lines: list[np.ndarray] = []
        polygon: list[int] = []  # of each ring
        owner: list[int] = []  # of each polygon its feature
        for i, feature in enumerate(features):
            for part in {"Polygon": [feature["arcs"]], "MultiPolygon": feature["arcs"]}[
                feature["type"]
            ]:
                mine = [line for ring in part if len(line := self._line(ring)) > 3]
                if not mine:
                    raise ValueError("a polygon without a ring")
                lines += mine
                polygon += [len(owner)] * len(mine)
                owner.append(i)
        if len(set(owner)) < len(features):
            raise ValueError("a feature without a polygon")
        number = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
        rings = np.asarray(shapely.linearrings(np.concatenate(lines), indices=number), dtype=object)
        polygons = np.asarray(shapely.polygons(rings, indices=polygon), dtype=object)
        many = np.array([feature["type"] == "MultiPolygon" for feature in features])
        result = np.asarray(shapely.multipolygons(polygons, indices=owner), dtype=object)
        result[~many] = polygons[np.searchsorted(owner, np.flatnonzero(~many))]
        return list(result)

    def shape(self, thing: dict[str, Any]) -> BaseGeometry | None:
        """Return the geometry of one object; raises one of `_TOPOLOGY_ERRORS` where its arcs are not there."""
        kind = thing.get("type")
        if kind in (None, "null"):
            return None
        if kind in ("Point", "MultiPoint"):
            points = np.atleast_2d(np.array(thing["coordinates"], dtype=float))[:, :2]
            return (
                shapely.MultiPoint(self._placed(points))
                if kind == "MultiPoint"
                else shapely.Point(self._placed(points)[0])
            )
        if kind == "GeometryCollection":
            return shapely.GeometryCollection([self.shape(inner) for inner in thing["geometries"]])
        builders: dict[str, Callable[[Any], BaseGeometry]] = {
            "LineString": lambda arcs: shapely.LineString(self._line(arcs)),
            "MultiLineString": lambda arcs: shapely.MultiLineString(
                [self._line(line) for line in arcs]
            ),
            "Polygon": self._polygon,
            "MultiPolygon": lambda arcs: shapely.MultiPolygon(
                [self._polygon(rings) for rings in arcs]
            ),
        }
        return builders[kind](thing["arcs"])

    def _polygon(self, rings: Sequence[Sequence[int]]) -> shapely.Polygon:
        lines = [line for ring in rings if len(line := self._line(ring)) > 3]
        return shapely.Polygon(lines[0], lines[1:]) if lines else shapely.Polygon()

    def _line(self, numbers: Sequence[int]) -> np.ndarray:
        parts: list[np.ndarray] = []
        for number in numbers:
            arc = self._arcs[number if number >= 0 else ~number]
            if arc is None:
                raise ValueError("a broken arc")
            run = arc if number >= 0 else arc[::-1]
            parts.append(run[1:] if parts else run)  # arcs share their ends
        return np.concatenate(parts)
