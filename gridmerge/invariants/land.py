"""Promises 1 and 2: the grids tile the villages, each in one village and in one piece."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmerge import robust
from gridmerge.invariants.broken import Broken, broken, first
from gridmerge.invariants.result import Result

PRECISION_M = 0.001  # the grid all vertices stand on: a border may lie this far off, times its length
AREA_M2 = 0.01  # how far a written area may be from that of its shape
RELATIVE = 1e-9  # of an area beside that: floats of another order
MOVED_M = 1e-6  # vertices nearer than this are one

Shapes = NDArray[np.object_]


def cut(result: Result) -> Iterator[Broken]:
    """Promise 1, for the faces: no gap, no overlap, and the land of the villages, which is the land of the input."""
    for name, table, code in (("faces", result.faces, "face_id"), ("villages", result.villages, "village_code")):
        yield from coverage(name, table.geometry.to_numpy(), table[code].to_numpy())
    villages = _by_code(result.villages, "village_code")
    yield from same_land("faces", united(result.faces, "village_code"), villages)
    yield from same_land("villages", villages, _by_code(result.mended, "village_code"))
    yield from _measured("faces", result.faces, "face_id")


def tile(result: Result) -> Iterator[Broken]:
    """Promise 1, for the grids: no gap, no overlap, the land of the villages, and that of the faces they are made of."""
    grids = _by_code(result.grids, "grid_code")
    yield from coverage("grids", result.grids.geometry.to_numpy(), result.grids["grid_code"].to_numpy())
    yield from same_land("grids", united(result.grids, "village_code"), _by_code(result.villages, "village_code"))
    yield from same_land("faces", united(result.faces, "grid_code"), grids)
    yield from _measured("grids", result.grids, "grid_code")


def in_one_village(result: Result) -> Iterator[Broken]:
    """Promise 2: every piece of a grid lies in a declared piece of its village, and no two in the same one."""
    yield from _strangers(result)
    codes = result.villages["village_code"].to_numpy()
    parts, owner = shapely.get_parts(result.villages.geometry.to_numpy(), return_index=True)
    pieces, grid = shapely.get_parts(result.grids.geometry.to_numpy(), return_index=True)
    names = result.grids["grid_code"].to_numpy()[grid]
    home = _homes(parts, pieces)
    declared = result.grids["village_code"].to_numpy()[grid]
    astray = (home < 0) | (codes[owner[home]] != declared)
    astray |= ~astray & _beyond(pieces, parts[home])
    if astray.any():
        odd = first(sorted(set(names[astray])))
        yield broken(2, f"网格不在所属村（社区）内：{odd}。", f"grids lie outside their village: {odd}.")
    seen = Counter(zip(names, home, strict=True))
    torn = sorted({str(name) for (name, _), count in seen.items() if count > 1})
    if torn:
        yield broken(2, f"网格不连通：{first(torn)}。", f"grids are in more than one piece: {first(torn)}.")


def noded(result: Result) -> Iterator[Broken]:
    """Promise 2: the lines of a village have the vertices of its grids, and no others."""
    ours = united(result.grids, "village_code")
    villages = _by_code(result.villages, "village_code")
    codes = sorted(set(ours) & set(villages))
    one, other = (_normal([shapes[code] for code in codes]) for shapes in (ours, villages))
    alike = shapely.equals_exact(one, other, tolerance=MOVED_M)
    odd = [code for code, same in zip(codes, alike, strict=True) if not same]
    if odd:
        yield broken(
            2,
            f"村（社区）界线的节点与其网格不同：{first(odd)}。",
            f"the lines of villages do not have the vertices of their grids: {first(odd)}.",
        )


def coverage(name: str, shapes: Shapes, codes: NDArray[np.object_]) -> Iterator[Broken]:
    """Hold shapes against GEOS's notion of a coverage, and each code to be there once."""
    twice = sorted(str(code) for code, count in Counter(codes).items() if count > 1)
    if twice:
        yield broken(1, f"{name} 中编码重复：{first(twice)}。", f"{name} hold a code twice: {first(twice)}.")
    invalid = codes[~shapely.is_valid(shapes) | shapely.is_empty(shapes)]
    if len(invalid):
        odd = first(sorted(map(str, invalid)))
        yield broken(1, f"{name} 中有无效图形：{odd}。", f"{name} holds invalid shapes: {odd}.")
    elif not robust.coverage_is_valid(shapes):
        edges = shapely.coverage_invalid_edges(shapes)
        odd = first(sorted(map(str, codes[~shapely.is_empty(edges)])))
        yield broken(1, f"{name} 有重叠或错缝：{odd}。", f"{name} overlap or do not meet: {odd}.")


def united(table: pd.DataFrame, by: str) -> dict[str, shapely.Geometry]:
    """Union of the geometries of each group; a coverage may be united the fast way only when it is one."""
    shapes = table.geometry.to_numpy()
    unite = robust.coverage_union_all if robust.coverage_is_valid(shapes) else robust.union_all
    return {str(code): unite(shapes[rows]) for code, rows in table.groupby(by).indices.items()}


def same_land(
    name: str, ours: Mapping[str, shapely.Geometry], theirs: Mapping[str, shapely.Geometry]
) -> Iterator[Broken]:
    """Hold the land of each code against the land it should be."""
    if set(ours) != set(theirs):
        strange = first(sorted(map(str, set(ours) ^ set(theirs))))
        yield broken(1, f"{name} 缺少或多出 {strange}。", f"{name}: {strange} missing or too many.")
    codes = sorted(set(ours) & set(theirs))
    a, b = (np.array([shapes[code] for code in codes], object) for shapes in (ours, theirs))
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


def _measured(name: str, table: gpd.GeoDataFrame, code: str) -> Iterator[Broken]:
    """An area is that of its shape."""
    area = shapely.area(table.geometry.to_numpy())
    off = ~(np.abs(table["area_m2"].to_numpy(dtype=float) - area) <= AREA_M2 + RELATIVE * area)
    if off.any():
        odd = first(sorted(map(str, table[code].to_numpy()[off])))
        yield broken(1, f"{name} 的面积与图形不符：{odd}。", f"areas of {name} are not those of their shapes: {odd}.")


def _by_code(table: pd.DataFrame, code: str) -> dict[str, shapely.Geometry]:
    return dict(zip(table[code].astype(str), table.geometry.to_numpy(), strict=True))


def _strangers(result: Result) -> Iterator[Broken]:
    """Faces that a grid of another village took."""
    villages = result.grids.drop_duplicates("grid_code").set_index("grid_code")["village_code"]
    theirs = result.faces["grid_code"].map(villages)
    wrong = result.faces.loc[(theirs != result.faces["village_code"]).to_numpy(), "grid_code"]
    if len(wrong):
        odd = first(sorted(set(wrong.astype(str))))
        yield broken(2, f"网格含有其他村（社区）的最小面：{odd}。", f"grids hold faces of another village: {odd}.")


def _homes(parts: Shapes, pieces: Shapes) -> NDArray[np.int64]:
    """The part of a village each piece of a grid lies in; -1 for none."""
    piece, part = robust.query(shapely.STRtree(parts), robust.point_on_surface(pieces), predicate="within")
    home = np.full(len(pieces), -1)
    home[piece] = part
    return home


def _beyond(pieces: Shapes, homes: Shapes) -> NDArray[np.bool_]:
    """Which pieces reach out of their village by more than rounding."""
    beyond = ~robust.relation("covered_by", pieces, homes)
    left = shapely.area(robust.difference(pieces[beyond], homes[beyond]))
    beyond[beyond] = left > PRECISION_M * shapely.length(pieces[beyond])
    return np.asarray(beyond, dtype=bool)


def _normal(shapes: list[shapely.Geometry]) -> Shapes:
    """Shapes as multipolygons in GEOS's normal order, so that equal ones are equal vertex by vertex."""
    parts, owner = shapely.get_parts(np.array(shapes, dtype=object), return_index=True)
    return np.asarray(shapely.normalize(shapely.multipolygons(parts, indices=owner)), dtype=object)
