"""Promise 1, for grids.geojson: RFC 7946, tiling as well, and the same grids as in the GeoPackage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gridmerge.invariants import Violation, make_violation, name_first
from gridmerge.invariants.land import Shapes, check_coverage
from gridmerge.products.data.geojson import in_lonlat
from gridmerge.verify.file_readers import POLYGONS, guard_reading
from gridmerge.verify.reloaded_inputs import BuildInputs
from gridmerge.verify.written_build import BuildOutputs, GeoJsonShape, GridFeature

LEAST_DECIMALS = 7  # RFC 7946 coordinates as the contract wants them
TOLERANCE_DEG = 2e-9  # about 0.2 mm: the last digit that is written
# properties that the GeoPackage has no column for
LIST_PROPERTIES = frozenset({"members", "departments"})
FIGURE_TOLERANCE = 0.01  # areas are written to two decimals


def written_alike(written: BuildOutputs, again: BuildInputs) -> Iterator[Violation]:
    """Hold every feature of grids.geojson against the grid of that code."""
    features = written.geojson.features
    codes = [feature.properties.grid_code for feature in features]
    grids = written.grids.drop_duplicates("grid_code").set_index("grid_code")
    if codes != sorted(grids.index):
        odd = sorted(set(codes) ^ set(grids.index)) or codes
        yield make_violation(
            1,
            f"grids.geojson 与 gridmerge.gpkg 的网格不同：{name_first(odd)}。",
            f"grids.geojson and gridmerge.gpkg hold different grids: {name_first(odd)}.",
        )
        return
    yield from _to_the_letter(written, codes)
    shapes = _geojson_shapes(written)
    yield from check_coverage("grids.geojson", shapes, np.array(codes))
    clockwise = [
        code for code, shape in zip(codes, shapes, strict=True) if not _counter_clockwise(shape)
    ]
    if clockwise:
        yield make_violation(
            1,
            f"grids.geojson 外环不是逆时针：{name_first(clockwise)}。",
            f"grids.geojson has exterior rings that are not counter-clockwise: {name_first(clockwise)}.",
        )
    yield from _same_places(grids, codes, shapes, again)
    yield from _same_figures(grids, features)


def _to_the_letter(written: BuildOutputs, codes: list[str]) -> Iterator[Violation]:
    if "crs" in (written.geojson.model_extra or {}):
        yield make_violation(
            1,
            "grids.geojson 带有 crs 成员，不符合 RFC 7946。",
            "grids.geojson has a crs member, against RFC 7946.",
        )
    fewest = [
        _fewest_decimals(feature.geometry.coordinates) for feature in written.geojson.features
    ]
    rounded = [
        code for code, decimals in zip(codes, fewest, strict=True) if decimals < LEAST_DECIMALS
    ]
    if rounded:
        yield make_violation(
            1,
            f"grids.geojson 坐标不足 7 位小数：{name_first(rounded)}。",
            f"grids.geojson has coordinates of fewer than 7 decimals: {name_first(rounded)}.",
        )


def _geojson_shapes(written: BuildOutputs) -> Shapes:
    with guard_reading(written.out / "grids.geojson"):
        numbers = [_parse_geometry(feature.geometry) for feature in written.geojson.features]
        shapes = np.array([shapely.geometry.shape(each) for each in numbers], dtype=object)
        if not np.isin(shapely.get_type_id(shapes), list(POLYGONS)).all():
            raise ValueError("a geometry of another kind")
        return shapes


def _same_places(
    grids: pd.DataFrame, codes: list[str], shapes: Shapes, again: BuildInputs
) -> Iterator[Violation]:
    exact = in_lonlat(grids.loc[codes].geometry.to_numpy(), again.inputs.township.crs)
    alike = shapely.equals_exact(
        _as_multipolygons(exact), _as_multipolygons(shapes), tolerance=TOLERANCE_DEG
    )
    odd = [code for code, same in zip(codes, alike, strict=True) if not same]
    if odd:
        yield make_violation(
            1,
            f"grids.geojson 与 gridmerge.gpkg 的位置不一致：{name_first(odd)}。",
            f"grids.geojson and gridmerge.gpkg differ in place: {name_first(odd)}.",
        )


def _as_multipolygons(shapes: Shapes) -> Shapes:
    """Shapes as multipolygons, their vertices in the order they stand in."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    return np.asarray(shapely.multipolygons(parts, indices=owner), dtype=object)


def _same_figures(grids: pd.DataFrame, features: list[GridFeature]) -> Iterator[Violation]:
    for feature in features:
        code = feature.properties.grid_code
        row, told = grids.loc[code], feature.properties.model_extra or {}
        columns = [column for column in grids.columns if column != "geometry"]
        for key in sorted({*told, *columns}):
            if key not in told or not _values_match(told[key], row.get(key, told[key])):
                here, there = told.get(key), row.get(key)
                yield make_violation(
                    1,
                    f"网格 {code} 的 {key} 在 grids.geojson 与 gridmerge.gpkg 中不同（{here} / {there}）。",
                    f"{key} of grid {code} differs between grids.geojson and gridmerge.gpkg ({here} / {there}).",
                )
                return


def _values_match(told: Any, exact: Any) -> bool:
    if isinstance(exact, (int, float, np.number)):
        number = pd.to_numeric(pd.Series([told]), errors="coerce")[0]
        return bool(abs(float(number) - float(exact)) <= FIGURE_TOLERANCE)
    return str(told or "") == str(exact or "")


def _counter_clockwise(shape: shapely.Geometry) -> bool:
    return all(
        part.exterior.is_ccw and not any(hole.is_ccw for hole in part.interiors)
        for part in shapely.get_parts(shape)
    )


def _fewest_decimals(coordinates: Any) -> int:
    """Fewest digits after the point; a whole number that JSON wrote without one counts as none."""
    if isinstance(coordinates, list):
        return min(map(_fewest_decimals, coordinates), default=0)
    return len(str(coordinates).partition(".")[2])


def _parse_geometry(geometry: GeoJsonShape) -> dict[str, Any]:
    def floats(value: Any) -> Any:
        return [floats(item) for item in value] if isinstance(value, list) else float(value)

    return {"type": geometry.type, "coordinates": floats(geometry.coordinates)}
