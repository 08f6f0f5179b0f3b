"""Reconciliation slips (一部门一表): where each departmental grid went, piece by piece, with sums that close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

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
    layers = [layer for layer in build.ranked if has_slip(layer)]
    return [
        Slip(
            layer=layer,
            title=name_build_layers(build)[layer.key],
            rows=_slip_rows(
                build,
                layer,
                fates[fates["layer"] == layer.key],
                claims[claims["layer"] == layer.key],
            ),
            sums=_account_sums(build, layer),
        )
        for layer in layers
    ]


def source_fates(build: Build) -> pd.DataFrame:
    """Return for each departmental grid what became of it: layer, source_id, fate, grids, villages, companions.

    `grids` and `villages` are how many it went to; `companions` is the number of other grids of the same department in
    the grids it went to. Judged by the faces a departmental grid claims, not by its drawing: a line moved by two metres
    splits nobody. One that lies in several villages and in one grid of each is parted, not split: village lines are law.
    """
    pieces = list_claimed_faces(build).drop_duplicates(["layer", "source_id", "grid_code"])
    pieces = pieces.merge(build.plan.grids[["grid_code", "village_code"]], on="grid_code")
    sharing = pieces.groupby(["layer", "grid_code"])["source_id"].transform("nunique") - 1
    known = (
        pieces.assign(companions=sharing)
        .groupby(["layer", "source_id"], as_index=False)
        .agg(
            grids=("grid_code", "nunique"),
            villages=("village_code", "nunique"),
            companions=("companions", "sum"),
        )
    )
    sources = [
        layer.frame[["source_id"]].assign(layer=layer.key)
        for layer in build.layers
        if has_slip(layer)
    ]
    everything = (
        pd.concat(sources)
        if sources
        else pd.DataFrame({"source_id": [], "layer": []}, dtype=object)
    )
    counts = ["grids", "villages", "companions"]
    table = everything.merge(known, on=["layer", "source_id"], how="left").fillna(
        dict.fromkeys(counts, 0)
    )
    fate = pd.Series("kept", index=table.index).mask(table["companions"] > 0, "merged")
    fate = fate.mask(table["grids"] > 1, "parted").mask(table["grids"] > table["villages"], "split")
    told: pd.DataFrame = table.assign(fate=fate.mask(table["grids"] == 0, "lost"))
    return told[["layer", "source_id", "fate", *counts]]


def has_slip(layer: Layer) -> bool:
    """Whether a network claims land: barriers do not."""
    return layer.spec.role != "barrier"


def _slip_rows(
    build: Build, layer: Layer, fates: pd.DataFrame, claims: pd.DataFrame
) -> pd.DataFrame:
    figures = ["area_m2", "share_of_source", *build.weights.names]
    cross = build.crosswalk[build.crosswalk["layer"] == layer.key]
    held = claims[["source_id", "grid_code"]].drop_duplicates().assign(held=True)
    marked = cross.merge(held, on=["source_id", "grid_code"], how="left")
    own = marked["held"].notna()
    rest = marked[~own].groupby("source_id", as_index=False)[figures].sum().assign(grid_code="")
    pieces = pd.concat([marked.loc[own, ["source_id", "grid_code", *figures]], rest])
    rows = (
        layer.frame[["source_id", "name", "holder"]]
        .merge(fates, on="source_id")
        .merge(pieces, on="source_id", how="left")
    )
    grids = build.plan.grids[["grid_code", "grid_name", "village_name"]]
    rows = rows.fillna({"grid_code": "", **dict.fromkeys(figures, 0.0)}).merge(
        grids, on="grid_code", how="left"
    )
    rows = rows.fillna({"grid_name": "", "village_name": ""})
    # the pieces that have a grid first, then the remainder
    rows = rows.assign(last=rows["grid_code"] == "").sort_values(["source_id", "last", "grid_code"])
    told = [
        _explain_fate(fate, code, int(grids), int(companions))
        for fate, code, grids, companions in zip(
            *(rows[c] for c in ("fate", "grid_code", "grids", "companions")), strict=True
        )
    ]
    columns = [
        "source_id",
        "name",
        "holder",
        "fate",
        "grid_code",
        "grid_name",
        "village_name",
        *figures,
        "why",
    ]
    finished: pd.DataFrame = rows.assign(why=told).reset_index(drop=True)[columns]
    return finished


def _explain_fate(fate: str, grid_code: str, grids: int, companions: int) -> Text:
    """One sentence an officer can read out."""
    if fate == "lost":
        return Text(
            "村界内没有形成最小面，见问题清单。",
            "No face inside the villages; the findings say why.",
        )
    if not grid_code:
        return Text(
            "画线出入，按共同界线归入邻格。",
            "Drawn beside the agreed line; follows it into the grid next door.",
        )
    if fate == "kept":
        return Text("自成一个综合网格。", "Became one unified grid of its own.")
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
    covered = {
        "area_m2": float(
            shapely.area(geos.intersection(np.array([claimed_land]), np.array([land])))[0]
        )
    }
    covered |= _covered_work(build, claimed_land)
    whole = {
        "area_m2": float(land.area),
        **{name: float(build.plan.grids[name].sum()) for name in build.weights.names},
    }
    sums = pd.DataFrame(
        {"total": cross[list(whole)].sum(), "covered": covered, "township": whole}
    ).astype(float)
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
    extended = np.flatnonzero(
        (shapely.get_dimensions(shapes) > 0) & (share > 0) & ~shapely.covers(land, shapes)
    )
    if len(extended):
        common = geos.intersection(shapes[extended], np.full(len(extended), land))
        flat = shapely.get_dimensions(shapes[extended]) == 2
        measure = np.where(flat, shapely.area(common), shapely.length(common))
        share[extended] = measure / np.where(
            flat, shapely.area(shapes[extended]), shapely.length(shapes[extended])
        )
    sums = pd.Series(values * share).groupby(pieces["work"].to_numpy()).sum()
    return {name: float(sums.get(name, 0.0)) for name in build.weights.names}
