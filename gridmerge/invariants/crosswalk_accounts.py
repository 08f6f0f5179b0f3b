"""Promise 3: every source feature is in the crosswalk or in the findings, with shares that sum."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.geo import geos
from gridmerge.invariants.build_frames import Result
from gridmerge.invariants.land import PRECISION_M
from gridmerge.invariants.violations import Violation, make_violation, name_first

SHARE_TOLERANCE = 1e-6  # how exactly the shares of a source sum
# half of the ninth decimal, the last that a share is written with, and a little: of a source of 70 km² it is 0.035 m²
WRITTEN_SHARE = 0.51e-9
FACE_COLUMNS = ("face_a", "face_b")  # columns of borders
SHARE_AREA_TOLERANCE_M2 = 0.01  # how far a share times its whole may be from the area beside it


def check_accounted(result: Result) -> Iterator[Violation]:
    """Every feature of every layer went somewhere."""
    rows = set(zip(result.crosswalk["layer"], result.crosswalk["source_id"], strict=True))
    for key, frame in sorted({**result.layers, **result.barriers}.items()):
        here = {(key, source_id) for source_id in frame["source_id"]}
        lost = sorted(source_id for _, source_id in here - rows - result.told)
        if lost:
            yield make_violation(
                3,
                f"{key} 的原网格既不在对照表也不在问题清单中：{name_first(lost)}。",
                f"grids of {key} are neither in the crosswalk nor in the findings: {name_first(lost)}.",
                lost,
            )


def check_face_references(result: Result) -> Iterator[Violation]:
    """Memberships and borders name what exists."""
    named = [
        result.memberships["face_id"],
        *(result.borders[name] for name in result.borders if name in FACE_COLUMNS),
    ]
    strange = sorted({face for column in named for face in column} - set(result.faces["face_id"]))
    if strange:
        yield make_violation(
            3,
            f"memberships 引用了不存在的最小面：{name_first(strange)}。",
            f"memberships name faces that are not there: {name_first(strange)}.",
        )
    yield from _members_of(result, result.memberships, "memberships")


def check_crosswalk_links(result: Result) -> Iterator[Violation]:
    """The crosswalk names what exists."""
    yield from _members_of(result, result.crosswalk, "crosswalk.csv")
    unknown = sorted(set(result.crosswalk["grid_code"]) - set(result.grids["grid_code"]))
    if unknown:
        yield make_violation(
            3,
            f"对照表引用了不存在的网格：{name_first(unknown)}。",
            f"the crosswalk names grids that are not there: {name_first(unknown)}.",
        )


def check_share_sums(result: Result) -> Iterator[Violation]:
    """Shares of a source sum to its share of land inside the township, and are those of the areas beside them."""
    township = geos.union_all(result.villages.geometry.to_numpy())
    shapely.prepare(township)
    sizes = result.grids.drop_duplicates("grid_code").set_index("grid_code").geometry.area
    for key, frame in sorted(result.layers.items()):
        table = result.crosswalk[result.crosswalk["layer"] == key]
        yield from _compare_share_sums(key, frame, table, township)
        yield from _compare_areas(key, frame, table, sizes)
        yield from _reached(key, frame, table, result.grids)


def _members_of(result: Result, table: pd.DataFrame, name: str) -> Iterator[Violation]:
    known = {(key, code) for key, frame in result.layers.items() for code in frame["source_id"]}
    named = set(zip(table["layer"], table["source_id"], strict=True))
    for key in sorted({key for key, _ in named - known}):
        strange = sorted(code for other, code in named - known if other == key)
        yield make_violation(
            3,
            f"{name} 引用了 {key} 中不存在的网格：{name_first(strange)}。",
            f"{name} name grids that {key} does not have: {name_first(strange)}.",
        )


def _compare_share_sums(
    key: str, frame: gpd.GeoDataFrame, table: pd.DataFrame, township: shapely.Geometry
) -> Iterator[Violation]:
    shapes = frame.geometry.to_numpy()
    area = shapely.area(shapes)
    inside = _share_inside(shapes, township)
    told = table.groupby("source_id")["share_of_source"].sum()
    sums = told.reindex(frame["source_id"]).fillna(0.0).to_numpy()
    # a line of the grids may stand a millimetre off that of a village as mended
    slack = SHARE_TOLERANCE + PRECISION_M * shapely.length(shapes) / area
    odd = frame["source_id"].to_numpy()[~(np.abs(sums - inside) <= slack)]
    if len(odd):
        yield make_violation(
            3,
            f"{key} 各部分占比之和不等于其在乡镇内的占比：{name_first(sorted(odd))}。",
            f"shares of {key} do not sum to its share inside the township: {name_first(sorted(odd))}.",
        )


def _share_inside(shapes: np.ndarray, township: shapely.Geometry) -> np.ndarray:
    """How much of each shape lies in the township; most lie there whole, and need no cut."""
    inside = np.ones(len(shapes))
    across = ~geos.evaluate_predicate(
        "covers", np.full(len(shapes), township, dtype=object), shapes
    )
    common = geos.intersection(shapes[across], np.full(across.sum(), township, dtype=object))
    inside[across] = shapely.area(common) / shapely.area(shapes[across])
    return inside


def _compare_areas(
    key: str, frame: gpd.GeoDataFrame, table: pd.DataFrame, grids: pd.Series
) -> Iterator[Violation]:
    sources = pd.Series(
        shapely.area(frame.geometry.to_numpy()), index=frame["source_id"].to_numpy()
    )
    area = table["area_m2"].to_numpy(dtype=float)
    wrong = np.zeros(len(table), dtype=bool)
    for share, whole in (
        ("share_of_source", table["source_id"].map(sources)),
        ("share_of_grid", table["grid_code"].map(grids)),
    ):
        size = whole.to_numpy(dtype=float)
        told = table[share].to_numpy(dtype=float) * size
        slack = SHARE_AREA_TOLERANCE_M2 + SHARE_TOLERANCE * area + WRITTEN_SHARE * size
        wrong |= ~(np.abs(told - area) <= slack) | ~np.isfinite(area)
    if wrong.any():
        odd = [f"{row.source_id}→{row.grid_code}" for row in table[wrong].itertuples()]
        yield make_violation(
            3,
            f"{key} 对照表占比有误：{name_first(odd)}。",
            f"shares of {key} in the crosswalk are wrong: {name_first(odd)}.",
            odd,
        )


def _reached(
    key: str, frame: gpd.GeoDataFrame, table: pd.DataFrame, grids: gpd.GeoDataFrame
) -> Iterator[Violation]:
    """A source touches every grid that the crosswalk gives a part of it; who is not there at all is told already."""
    whole = grids.drop_duplicates("grid_code")
    source = pd.Index(frame["source_id"]).get_indexer(table["source_id"])
    grid = pd.Index(whole["grid_code"]).get_indexer(table["grid_code"])
    known = (source >= 0) & (grid >= 0)
    ours, theirs = frame.geometry.to_numpy()[source[known]], whole.geometry.to_numpy()[grid[known]]
    apart = ~geos.evaluate_predicate("intersects", ours, theirs)
    # what GEOS cannot relate is held apart by it, and near all the same
    apart[apart] = shapely.distance(ours[apart], theirs[apart]) > PRECISION_M
    if apart.any():
        odd = [f"{row.source_id}→{row.grid_code}" for row in table[known][apart].itertuples()]
        yield make_violation(
            3,
            f"对照表把 {key} 的原网格归入了与其不相接的网格：{name_first(odd)}。",
            f"the crosswalk sends grids of {key} to land they do not reach: {name_first(odd)}.",
            odd,
        )
