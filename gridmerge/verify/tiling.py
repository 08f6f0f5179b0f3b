"""Promises 1 and 2: the grids tile the villages, each in one village and in one piece."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmerge import robust
from gridmerge.geometry import lonlat
from gridmerge.verify.again import Again
from gridmerge.verify.broken import Broken, broken, first
from gridmerge.verify.written import Written

PRECISION_M = 0.001  # the grid all vertices stand on: a border may lie this far off, times its length
LEAST_DECIMALS = 7  # RFC 7946 coordinates as the contract wants them

Shapes = NDArray[np.object_]


def tile(written: Written, again: Again) -> Iterator[Broken]:
    """Promise 1: no gap, no overlap, and the land of the villages, which is the land of the input."""
    for name, code in (("villages", "village_code"), ("faces", "face_id"), ("grids", "grid_code")):
        table = written.tables[name]
        yield from _coverage(name, table.geometry.to_numpy(), table[code].to_numpy())
    villages = written.villages.set_index("village_code").geometry
    yield from _same_land("grids", _united(written.grids, "village_code"), villages.to_dict())
    yield from _same_land("faces", _united(written.faces, "village_code"), villages.to_dict())
    grids = written.grids.set_index("grid_code").geometry.to_dict()
    yield from _same_land("faces", _united(written.faces, "grid_code"), grids)
    mended = again.township.villages.set_index("village_code").geometry.to_dict()
    yield from _same_land("villages", villages.to_dict(), mended)


def written_alike(written: Written, again: Again) -> Iterator[Broken]:
    """Promise 1, for grids.geojson: RFC 7946, tiling as well, and the same grids as in the GeoPackage."""
    features = written.geojson["features"]
    codes = [feature["properties"]["grid_code"] for feature in features]
    grids = written.grids.set_index("grid_code")
    if codes != sorted(grids.index):
        odd = sorted(set(codes) ^ set(grids.index)) or codes
        yield broken(
            1,
            f"grids.geojson 与 gridmerge.gpkg 的网格不同：{first(odd)}。",
            f"grids.geojson and gridmerge.gpkg hold different grids: {first(odd)}.",
        )
        return
    if "crs" in written.geojson:
        yield broken(
            1, "grids.geojson 带有 crs 成员，不符合 RFC 7946。", "grids.geojson has a crs member, against RFC 7946."
        )
    rounded = [
        code
        for code, feature in zip(codes, features, strict=True)
        if _decimals(feature["geometry"]["coordinates"]) < LEAST_DECIMALS
    ]
    if rounded:
        yield broken(
            1,
            f"grids.geojson 坐标不足 7 位小数：{first(rounded)}。",
            f"grids.geojson has coordinates of fewer than 7 decimals: {first(rounded)}.",
        )
    shapes = np.array([shapely.geometry.shape(_numbers(feature["geometry"])) for feature in features], dtype=object)
    yield from _coverage("grids.geojson", shapes, np.array(codes))
    clockwise = [code for code, shape in zip(codes, shapes, strict=True) if not _counter_clockwise(shape)]
    if clockwise:
        yield broken(
            1,
            f"grids.geojson 外环不是逆时针：{first(clockwise)}。",
            f"grids.geojson has exterior rings that are not counter-clockwise: {first(clockwise)}.",
        )
    yield from _same_places(grids, codes, shapes, again)
    yield from _same_figures(grids, features)


def in_one_village(written: Written, again: Again) -> Iterator[Broken]:
    """Promise 2: every piece of a grid lies in a declared piece of its village, and no two in the same one."""
    codes = written.villages["village_code"].to_numpy()
    parts, owner = shapely.get_parts(written.villages.geometry.to_numpy(), return_index=True)
    pieces, grid = shapely.get_parts(written.grids.geometry.to_numpy(), return_index=True)
    tree = shapely.STRtree(parts)
    piece, part = tree.query(robust.point_on_surface(pieces), predicate="within")
    home = np.full(len(pieces), -1)
    home[piece] = part
    declared = written.grids["village_code"].to_numpy()[grid]
    astray = (home < 0) | (codes[owner[home]] != declared)
    names = written.grids["grid_code"].to_numpy()[grid]
    if astray.any():
        odd = sorted(set(names[astray]))
        yield broken(2, f"网格不在所属村（社区）内：{first(odd)}。", f"grids lie outside their village: {first(odd)}.")
    seen = Counter(zip(names, home, strict=True))
    torn = sorted({str(name) for (name, _), count in seen.items() if count > 1})
    if torn:
        yield broken(2, f"网格不连通：{first(torn)}。", f"grids are in more than one piece: {first(torn)}.")


def _coverage(name: str, shapes: Shapes, codes: NDArray[np.object_]) -> Iterator[Broken]:
    invalid = codes[~shapely.is_valid(shapes) | shapely.is_empty(shapes)]
    if len(invalid):
        odd = first(sorted(map(str, invalid)))
        yield broken(1, f"{name} 中有无效图形：{odd}。", f"{name} holds invalid shapes: {odd}.")
    elif not robust.coverage_is_valid(shapes):
        edges = shapely.coverage_invalid_edges(shapes)
        odd = first(sorted(map(str, codes[~shapely.is_empty(edges)])))
        yield broken(1, f"{name} 有重叠或错缝：{odd}。", f"{name} overlap or do not meet: {odd}.")


def _united(table: pd.DataFrame, by: str) -> dict[str, shapely.Geometry]:
    """Union of the geometries of each group; a coverage may be united the fast way only when it is one."""
    shapes = table.geometry.to_numpy()
    unite = robust.coverage_union_all if robust.coverage_is_valid(shapes) else robust.union_all
    return {str(code): unite(shapes[rows]) for code, rows in table.groupby(by).indices.items()}


def _same_land(name: str, ours: dict[str, shapely.Geometry], theirs: dict[str, shapely.Geometry]) -> Iterator[Broken]:
    if set(ours) != set(theirs):
        strange = first(sorted(map(str, set(ours) ^ set(theirs))))
        yield broken(1, f"{name} 缺少或多出 {strange}。", f"{name}: {strange} missing or too many.")
    codes = sorted(set(ours) & set(theirs))
    a, b = np.array([ours[code] for code in codes], object), np.array([theirs[code] for code in codes], object)
    off = shapely.area(robust.symmetric_difference(a, b))
    odd = [
        f"{code} ({area:.2f} m2)"
        for code, area, line in zip(codes, off, shapely.length(b), strict=True)
        if area > PRECISION_M * line
    ]
    if odd:
        yield broken(
            1,
            f"{name} 合并后与应覆盖的范围不一致：{first(odd)}。",
            f"{name} united are not the land they should cover: {first(odd)}.",
            odd,
        )


def _same_places(grids: pd.DataFrame, codes: list[str], shapes: Shapes, again: Again) -> Iterator[Broken]:
    transformer = lonlat(again.township.crs)

    # in metres, where a side is as straight as it was built: points put between its ends lie on it
    def metres(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1], direction="INVERSE"))

    off = shapely.hausdorff_distance(grids.loc[codes].geometry.to_numpy(), shapely.transform(shapes, metres))
    odd = [code for code, distance in zip(codes, off, strict=True) if distance > PRECISION_M]
    if odd:
        yield broken(
            1,
            f"grids.geojson 与 gridmerge.gpkg 的位置不一致：{first(odd)}。",
            f"grids.geojson and gridmerge.gpkg differ in place: {first(odd)}.",
        )


def _same_figures(grids: pd.DataFrame, features: list[dict[str, Any]]) -> Iterator[Broken]:
    for feature in features:
        row, told = grids.loc[feature["properties"]["grid_code"]], feature["properties"]
        for key in set(told) & set(grids.columns):
            if not _alike(told[key], row[key]):
                code = told["grid_code"]
                yield broken(
                    1,
                    f"网格 {code} 的 {key} 在 grids.geojson 与 gridmerge.gpkg 中不同（{told[key]} / {row[key]}）。",
                    f"{key} of grid {code} differs between grids.geojson and gridmerge.gpkg ({told[key]} / {row[key]}).",
                )
                return


def _alike(told: Any, exact: Any) -> bool:
    if isinstance(exact, (int, float, np.number)):
        return told is not None and abs(float(told) - float(exact)) <= 0.01
    return str(told or "") == str(exact or "")


def _counter_clockwise(shape: shapely.Geometry) -> bool:
    return all(
        part.exterior.is_ccw and not any(hole.is_ccw for hole in part.interiors) for part in shapely.get_parts(shape)
    )


def _decimals(coordinates: Any) -> int:
    """Fewest digits after the point; a whole number that JSON wrote without one counts as none."""
    if isinstance(coordinates, list):
        return min(map(_decimals, coordinates))
    return len(str(coordinates).partition(".")[2])


def _numbers(geometry: dict[str, Any]) -> dict[str, Any]:
    def floats(value: Any) -> Any:
        return [floats(item) for item in value] if isinstance(value, list) else float(value)

    return {"type": geometry["type"], "coordinates": floats(geometry["coordinates"])}
