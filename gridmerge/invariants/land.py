"""Promises 1 and 2: the grids tile the villages, each in one village and in one piece."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmerge.geo import geos
from gridmerge.invariants.build_frames import Result
from gridmerge.invariants.violations import Violation, make_violation, name_first

# the grid all vertices stand on: a border may lie this far off, times its length
PRECISION_M = 0.001
AREA_TOLERANCE_M2 = 0.01  # how far a written area may be from that of its shape
RELATIVE_TOLERANCE = 1e-9  # of an area beside that: floats of another order
VERTEX_TOLERANCE_M = 1e-6  # vertices nearer than this are one

Shapes = NDArray[np.object_]


def check_faces(result: Result) -> Iterator[Violation]:
    """Promise 1, for the faces: no gap, no overlap, and the land of the villages, which is the land of the input."""
    for name, table, code in (
        ("faces", result.faces, "face_id"),
        ("villages", result.villages, "village_code"),
    ):
        yield from check_coverage(name, table.geometry.to_numpy(), table[code].to_numpy())
    villages = _by_code(result.villages, "village_code")
    yield from check_same_land("faces", union_by_group(result.faces, "village_code"), villages)
    yield from check_same_land("villages", villages, _by_code(result.mended, "village_code"))
    yield from _check_areas("faces", result.faces, "face_id")


def check_grids(result: Result) -> Iterator[Violation]:
    """Promise 1, for the grids: no gap, no overlap, the land of the villages, and that of the faces they are made of."""
    grids = _by_code(result.grids, "grid_code")
    yield from check_coverage(
        "grids", result.grids.geometry.to_numpy(), result.grids["grid_code"].to_numpy()
    )
    yield from check_same_land(
        "grids",
        union_by_group(result.grids, "village_code"),
        _by_code(result.villages, "village_code"),
    )
    yield from check_same_land("faces", union_by_group(result.faces, "grid_code"), grids)
    yield from _check_areas("grids", result.grids, "grid_code")


def check_one_village(result: Result) -> Iterator[Violation]:
    """Promise 2: every piece of a grid lies in a declared piece of its village, and no two in the same one."""
    yield from _check_face_villages(result)
    codes = result.villages["village_code"].to_numpy()
    parts, owner = shapely.get_parts(result.villages.geometry.to_numpy(), return_index=True)
    pieces, grid = shapely.get_parts(result.grids.geometry.to_numpy(), return_index=True)
    names = result.grids["grid_code"].to_numpy()[grid]
    home = _home_parts(parts, pieces)
    declared = result.grids["village_code"].to_numpy()[grid]
    astray = (home < 0) | (codes[owner[home]] != declared)
    astray |= ~astray & _reaches_out(pieces, parts[home])
    if astray.any():
        odd = name_first(sorted(set(names[astray])))
        yield make_violation(
            2, f"网格不在所属村（社区）内：{odd}。", f"grids lie outside their village: {odd}."
        )
    seen = Counter(zip(names, home, strict=True))
    torn = sorted({str(name) for (name, _), count in seen.items() if count > 1})
    if torn:
        yield make_violation(
            2,
            f"网格不连通：{name_first(torn)}。",
            f"grids are in more than one piece: {name_first(torn)}.",
        )


def check_shared_vertices(result: Result) -> Iterator[Violation]:
    """Promise 2: the lines of a village have the vertices of its grids, and no others."""
    ours = union_by_group(result.grids, "village_code")
    villages = _by_code(result.villages, "village_code")
    codes = sorted(set(ours) & set(villages))
    one, other = (
        _normalize_shapes([shapes[code] for code in codes]) for shapes in (ours, villages)
    )
    alike = shapely.equals_exact(one, other, tolerance=VERTEX_TOLERANCE_M)
    odd = [code for code, same in zip(codes, alike, strict=True) if not same]
    if odd:
        yield make_violation(
            2,
            f"村（社区）界线的节点与其网格不同：{name_first(odd)}。",
            f"the lines of villages do not have the vertices of their grids: {name_first(odd)}.",
        )


def check_coverage(name: str, shapes: Shapes, codes: NDArray[np.object_]) -> Iterator[Violation]:
    """Hold shapes against GEOS's notion of a coverage, and each code to be there once."""
    twice = sorted(str(code) for code, count in Counter(codes).items() if count > 1)
    if twice:
        yield make_violation(
            1,
            f"{name} 中编码重复：{name_first(twice)}。",
            f"{name} hold a code twice: {name_first(twice)}.",
        )
    invalid = codes[~shapely.is_valid(shapes) | shapely.is_empty(shapes)]
    if len(invalid):
        odd = name_first(sorted(map(str, invalid)))
        yield make_violation(
            1, f"{name} 中有无效图形：{odd}。", f"{name} holds invalid shapes: {odd}."
        )
    elif not geos.coverage_is_valid(shapes):
        edges = shapely.coverage_invalid_edges(shapes)
        odd = name_first(sorted(map(str, codes[~shapely.is_empty(edges)])))
        yield make_violation(
            1, f"{name} 有重叠或错缝：{odd}。", f"{name} overlap or do not meet: {odd}."
        )


def union_by_group(table: pd.DataFrame, by: str) -> dict[str, shapely.Geometry]:
    """Union of the geometries of each group; a coverage may be united the fast way only when it is one."""
    shapes = table.geometry.to_numpy()
    unite = geos.coverage_union_all if geos.coverage_is_valid(shapes) else geos.union_all
    return {str(code): unite(shapes[rows]) for code, rows in table.groupby(by).indices.items()}


def check_same_land(
    name: str, ours: Mapping[str, shapely.Geometry], theirs: Mapping[str, shapely.Geometry]
) -> Iterator[Violation]:
    """Hold the land of each code against the land it should be."""
    if set(ours) != set(theirs):
        strange = name_first(sorted(map(str, set(ours) ^ set(theirs))))
        yield make_violation(
            1, f"{name} 缺少或多出 {strange}。", f"{name}: {strange} missing or too many."
        )
    codes = sorted(set(ours) & set(theirs))
    a, b = (np.array([shapes[code] for code in codes], object) for shapes in (ours, theirs))
    off = shapely.area(geos.symmetric_difference(a, b))
    odd = [
        f"{code} ({area:.2f} m2)"
        for code, area, line in zip(codes, off, shapely.length(b), strict=True)
        if area > PRECISION_M * line
    ]
    if odd:
        yield make_violation(
            1,
            f"{name} 合并后与应覆盖的范围不一致：{name_first(odd)}。",
            f"{name} united are not the land they should cover: {name_first(odd)}.",
            odd,
        )


def _check_areas(name: str, table: gpd.GeoDataFrame, code: str) -> Iterator[Violation]:
    """An area is that of its shape."""
    area = shapely.area(table.geometry.to_numpy())
    off = ~(
        np.abs(table["area_m2"].to_numpy(dtype=float) - area)
        <= AREA_TOLERANCE_M2 + RELATIVE_TOLERANCE * area
    )
    if off.any():
        odd = name_first(sorted(map(str, table[code].to_numpy()[off])))
        yield make_violation(
            1,
            f"{name} 的面积与图形不符：{odd}。",
            f"areas of {name} are not those of their shapes: {odd}.",
        )


def _by_code(table: pd.DataFrame, code: str) -> dict[str, shapely.Geometry]:
    return dict(zip(table[code].astype(str), table.geometry.to_numpy(), strict=True))


def _check_face_villages(result: Result) -> Iterator[Violation]:
    """Faces that a grid of another village took."""
    villages = result.grids.drop_duplicates("grid_code").set_index("grid_code")["village_code"]
    theirs = result.faces["grid_code"].map(villages)
    wrong = result.faces.loc[(theirs != result.faces["village_code"]).to_numpy(), "grid_code"]
    if len(wrong):
        odd = name_first(sorted(set(wrong.astype(str))))
        yield make_violation(
            2,
            f"网格含有其他村（社区）的最小面：{odd}。",
            f"grids hold faces of another village: {odd}.",
        )


def _home_parts(parts: Shapes, pieces: Shapes) -> NDArray[np.int64]:
    """The part of a village each piece of a grid lies in; -1 for none."""
    piece, part = geos.query_tree(
        shapely.STRtree(parts), geos.point_on_surface(pieces), predicate="within"
    )
    home = np.full(len(pieces), -1)
    home[piece] = part
    return home


def _reaches_out(pieces: Shapes, homes: Shapes) -> NDArray[np.bool_]:
    """Which pieces reach out of their village by more than rounding."""
    beyond = ~geos.evaluate_predicate("covered_by", pieces, homes)
    left = shapely.area(geos.difference(pieces[beyond], homes[beyond]))
    beyond[beyond] = left > PRECISION_M * shapely.length(pieces[beyond])
    return np.asarray(beyond, dtype=bool)


def _normalize_shapes(shapes: list[shapely.Geometry]) -> Shapes:
    """Shapes as multipolygons in GEOS's normal order, so that equal ones are equal vertex by vertex."""
    parts, owner = shapely.get_parts(np.array(shapes, dtype=object), return_index=True)
    return np.asarray(shapely.normalize(shapely.multipolygons(parts, indices=owner)), dtype=object)
