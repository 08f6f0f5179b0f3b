"""Reconciliation slips (一部门一表): where each departmental grid went, piece by piece, with sums that close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmerge.geo import geos
from gridmerge.i18n.text import Text
from gridmerge.model import Build, Layer
from gridmerge.products.contacts import list_claimed_faces
from gridmerge.products.labels import name_build_layers

FATE_LABELS = {
    "kept": Text("整体保留", "kept whole"),
    "merged": Text("整体并入", "merged"),
    "parted": Text("按村界分开", "split at village lines"),
    "split": Text("拆分", "split"),
    "lost": Text("未纳入", "not taken in"),
}
ADJUSTED_LABEL = Text("（界线调整）", "(line adjusted)")
_LOST_REASON = Text(
    "村界内没有形成最小面，见问题清单。",
    "No face inside the villages; the findings say why.",
)
_ADJUSTED_REASON = Text(
    "画线出入，按共同界线归入邻格。",
    "Drawn beside the agreed line; follows it into the grid next door.",
)
_KEPT_REASON = Text("自成一个综合网格。", "Became one unified grid of its own.")

# what a departmental grid, and a piece of it, is known by
_SOURCE_KEY = ["layer", "source_id"]
_PIECE_KEY = ["source_id", "grid_code"]
# what is counted of where a departmental grid went
_TARGET_COUNTS = ["grids", "villages", "companions"]
# columns a piece's reason is found from
_JUDGED_COLUMNS = ["fate", "grid_code", "grids", "companions"]
# columns of a slip before its figures
_SLIP_COLUMNS = [
    "source_id",
    "name",
    "holder",
    "fate",
    "grid_code",
    "grid_name",
    "village_name",
]


@dataclass(frozen=True, kw_only=True)
class Slip:
    """One department's slip.

    Parameters
    ----------
    layer, title
        The department's network, and what people call it.
    rows
        A row per piece, sorted by source and grid: source_id, name, holder, fate (a key of `FATE_LABELS`), grid_code, grid_name,
        village_name, area_m2, share_of_source, one column a workload, why (a `Text`). A department's grid is traced by the
        faces it claims; what its own drawing has beyond the agreed lines stands in one row without a grid_code, so that
        the pieces sum to the drawn grid.
    sums
        A row for area_m2 and for each workload: total (what the pieces sum to), twice (what two grids of the department
        both claim, counted once too often), nobody (what none claims), township; total - twice + nobody = township.
    """

    layer: Layer
    title: str
    rows: pd.DataFrame
    sums: pd.DataFrame


def make_slips(build: Build) -> list[Slip]:
    """Return a slip per departmental network, by rank and key; barriers claim no land and have none."""
    fates, claims = source_fates(build), list_claimed_faces(build)
    titles = name_build_layers(build)
    slips = []
    for layer in filter(has_slip, build.ranked):
        own_fates = fates[fates["layer"] == layer.key]
        own_claims = claims[claims["layer"] == layer.key]
        rows = _slip_rows(build, layer, own_fates, own_claims)
        sums = _account_sums(build, layer)
        slips.append(Slip(layer=layer, title=titles[layer.key], rows=rows, sums=sums))
    return slips


def source_fates(build: Build) -> pd.DataFrame:
    """Return for each departmental grid what became of it: layer, source_id, fate, grids, villages, companions.

    `grids` and `villages` are how many it went to; `companions` is the number of other grids of the same department in
    the grids it went to. Judged by the faces a departmental grid claims, not by its drawing: a line moved by two metres
    splits nobody. One that lies in several villages and in one grid of each is parted, not split: village lines are law.
    """
    table = _departmental_grids(build).merge(_count_targets(build), on=_SOURCE_KEY, how="left")
    table = table.fillna(dict.fromkeys(_TARGET_COUNTS, 0))
    table["fate"] = _judge_fates(table)
    fates: pd.DataFrame = table[[*_SOURCE_KEY, "fate", *_TARGET_COUNTS]]
    return fates


def _count_targets(build: Build) -> pd.DataFrame:
    """Count the unified grids, villages and companions of each departmental grid with faces."""
    pieces = list_claimed_faces(build).drop_duplicates([*_SOURCE_KEY, "grid_code"])
    pieces = pieces.merge(build.plan.grids[["grid_code", "village_code"]], on="grid_code")
    in_same_grid = pieces.groupby(["layer", "grid_code"])["source_id"]
    pieces["companions"] = in_same_grid.transform("nunique") - 1
    counts: pd.DataFrame = pieces.groupby(_SOURCE_KEY, as_index=False).agg(
        grids=("grid_code", "nunique"),
        villages=("village_code", "nunique"),
        companions=("companions", "sum"),
    )
    return counts


def _departmental_grids(build: Build) -> pd.DataFrame:
    """Return source_id and layer of every departmental grid."""
    layers = filter(has_slip, build.layers)
    sources = [layer.frame[["source_id"]].assign(layer=layer.key) for layer in layers]
    if not sources:
        return pd.DataFrame({"source_id": [], "layer": []}, dtype=object)
    grids: pd.DataFrame = pd.concat(sources)
    return grids


def _judge_fates(table: pd.DataFrame) -> pd.Series[str]:
    """Return what became of each departmental grid; a later condition outweighs an earlier one."""
    grids = table["grids"]
    fate = pd.Series("kept", index=table.index)
    fate = fate.mask(table["companions"] > 0, "merged")
    fate = fate.mask(grids > 1, "parted")
    fate = fate.mask(grids > table["villages"], "split")
    return fate.mask(grids == 0, "lost")


def has_slip(layer: Layer) -> bool:
    """Whether a network claims land: barriers do not."""
    return layer.spec.role != "barrier"


def _slip_rows(
    build: Build, layer: Layer, fates: pd.DataFrame, claims: pd.DataFrame
) -> pd.DataFrame:
    figures = ["area_m2", "share_of_source", *build.weights.names]
    cross = build.crosswalk[build.crosswalk["layer"] == layer.key]
    rows = layer.frame[["source_id", "name", "holder"]].merge(fates, on="source_id")
    rows = rows.merge(_split_pieces(cross, claims, figures), on="source_id", how="left")
    rows = rows.fillna({"grid_code": "", **dict.fromkeys(figures, 0.0)})
    grids = build.plan.grids[["grid_code", "grid_name", "village_name"]]
    rows = rows.merge(grids, on="grid_code", how="left")
    rows = rows.fillna({"grid_name": "", "village_name": ""})
    rows["last"] = rows["grid_code"] == ""  # the pieces that have a grid first, then the remainder
    rows = rows.sort_values(["source_id", "last", "grid_code"], ignore_index=True)
    judged = zip(*(rows[column] for column in _JUDGED_COLUMNS), strict=True)
    rows["why"] = [
        _explain_fate(fate, code, int(grids), int(companions))
        for fate, code, grids, companions in judged
    ]
    finished: pd.DataFrame = rows[[*_SLIP_COLUMNS, *figures, "why"]]
    return finished


def _split_pieces(cross: pd.DataFrame, claims: pd.DataFrame, figures: list[str]) -> pd.DataFrame:
    """Return the pieces of each source in the grids it claims, and what lies elsewhere as one."""
    claimed = claims[_PIECE_KEY].drop_duplicates().assign(claimed=True)
    marked = cross.merge(claimed, on=_PIECE_KEY, how="left")
    own = marked["claimed"].notna()
    rest = marked[~own].groupby("source_id", as_index=False)[figures].sum()
    return pd.concat([marked.loc[own, [*_PIECE_KEY, *figures]], rest.assign(grid_code="")])


def _explain_fate(fate: str, grid_code: str, grids: int, companions: int) -> Text:
    """One sentence an officer can read out."""
    if fate == "lost":
        return _LOST_REASON
    if not grid_code:
        return _ADJUSTED_REASON
    if fate == "kept":
        return _KEPT_REASON
    if fate == "merged":
        return Text(
            f"整体并入，同格有本部门另 {companions} 个。",
            f"Taken in whole, beside {companions} other grids of this department.",
        )
    if fate == "parted":
        return Text(
            f"跨 {grids} 个村，按村界分开。",
            f"Lay in {grids} villages: split at the village lines.",
        )
    return Text(
        f"规模或界线不合，分入 {grids} 个网格。",
        f"Larger than a unified grid, or across its agreed lines: went to {grids} grids.",
    )


def _account_sums(build: Build, layer: Layer) -> pd.DataFrame:
    """Close the account: what the slip sums to, less what is claimed twice, plus what nobody claims, is the township."""
    cross = build.crosswalk[build.crosswalk["layer"] == layer.key]
    land = geos.union_all(build.township.villages.geometry.to_numpy())
    claimed_land = geos.union_all(layer.frame.geometry.to_numpy())
    common_land = geos.intersection(np.array([claimed_land]), np.array([land]))
    covered_area = float(shapely.area(common_land)[0])
    covered = {"area_m2": covered_area, **_covered_work(build, claimed_land)}
    grids = build.plan.grids
    township_work = {name: float(grids[name].sum()) for name in build.weights.names}
    township = {"area_m2": float(land.area), **township_work}
    totals = cross[list(township)].sum()
    sums = pd.DataFrame({"total": totals, "covered": covered, "township": township})
    sums = sums.astype(float)
    sums["twice"] = sums["total"] - sums["covered"]
    sums["nobody"] = sums["township"] - sums["covered"]
    return sums[["total", "twice", "nobody", "township"]]


def _covered_work(build: Build, land: shapely.Geometry) -> dict[str, float]:
    """Of each workload, what lies on a department's land, once."""
    pieces = build.weights.pieces
    shapes, values = pieces.geometry.to_numpy(), pieces["value"].to_numpy(dtype=float)
    shapely.prepare(land)
    # the prepared one first, or its index is not used
    share = shapely.intersects(land, shapes).astype(float)
    reaches_out = ~shapely.covers(land, shapes)
    extended = shapely.get_dimensions(shapes) > 0
    partly = np.flatnonzero(extended & (share > 0) & reaches_out)
    if len(partly):
        share[partly] = _share_inside(shapes[partly], land)
    sums = pd.Series(values * share).groupby(pieces["work"].to_numpy()).sum()
    return {name: float(sums.get(name, 0.0)) for name in build.weights.names}


def _share_inside(shapes: NDArray[np.object_], land: shapely.Geometry) -> NDArray[np.float64]:
    """Return how much of each area or line lies on the land, as a share of 1."""
    common = geos.intersection(shapes, np.full(len(shapes), land))
    is_area = shapely.get_dimensions(shapes) == 2
    inside = np.where(is_area, shapely.area(common), shapely.length(common))
    whole = np.where(is_area, shapely.area(shapes), shapely.length(shapes))
    share: NDArray[np.float64] = inside / whole
    return share
