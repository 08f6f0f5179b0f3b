"""Reconciliation slips (一部门一表): where each departmental grid went, piece by piece, with sums that close."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gridmerge.model import Build, Layer
from gridmerge.publish.who import claimed
from gridmerge.text import Text

FATES = {
    "kept": Text("整体保留", "kept whole"),
    "merged": Text("整体并入", "merged"),
    "split": Text("拆分", "split"),
    "lost": Text("未纳入", "not taken in"),
}
ADJUSTED = Text("（界线调整）", "(line adjusted)")


@dataclass(frozen=True, kw_only=True)
class Slip:
    """One department's slip.

    Parameters
    ----------
    layer
        The department's network.
    rows
        A row per piece, sorted by source and grid: source_id, name, holder, fate (a key of `FATES`), grid_code, grid_name,
        village_name, area_m2, share_of_source, one column a workload, why (a `Text`). A department's grid is traced by the
        faces it claims; what its own drawing has beyond the agreed lines stands in one row without a grid_code, so that
        the pieces sum to the drawn grid.
    totals
        Of the whole network: area_m2 and each workload, summed over the crosswalk.
    """

    layer: Layer
    rows: pd.DataFrame
    totals: dict[str, float]


def slips(build: Build) -> list[Slip]:
    """Return a slip per departmental network, by rank and key; barriers claim no land and have none."""
    fates = source_fates(build)
    layers = [layer for layer in build.layers if layer.spec.role != "barrier"]
    return [_slip(build, layer, fates) for layer in sorted(layers, key=lambda layer: (layer.rank, layer.key))]


def source_fates(build: Build) -> pd.DataFrame:
    """Return for each departmental grid what became of it: layer, source_id, fate, grids (count), companions.

    `companions` is the number of other grids of the same department in the grids it went to. Judged by the faces a
    departmental grid claims, not by its drawing: a line moved by two metres splits nobody.
    """
    claims = claimed(build)
    pieces = claims.drop_duplicates(["layer", "source_id", "grid_code"])
    per_source = pieces.groupby(["layer", "source_id"], as_index=False).agg(grids=("grid_code", "nunique"))
    sharing = pieces.groupby(["layer", "grid_code"])["source_id"].transform("nunique") - 1
    company = pieces.assign(companions=sharing).groupby(["layer", "source_id"], as_index=False)["companions"].sum()
    known = per_source.merge(company, on=["layer", "source_id"])
    everything = pd.concat(
        [layer.frame[["source_id"]].assign(layer=layer.key) for layer in build.layers if layer.spec.role != "barrier"]
    )
    table = everything.merge(known, on=["layer", "source_id"], how="left").fillna({"grids": 0, "companions": 0})
    fate = pd.Series("kept", index=table.index)
    fate = (
        fate.mask(table["companions"] > 0, "merged").mask(table["grids"] > 1, "split").mask(table["grids"] == 0, "lost")
    )
    told: pd.DataFrame = table.assign(fate=fate)[["layer", "source_id", "fate", "grids", "companions"]]
    return told


def _slip(build: Build, layer: Layer, fates: pd.DataFrame) -> Slip:
    names = list(build.weights.names)
    figures = ["area_m2", "share_of_source", *names]
    cross = build.crosswalk[build.crosswalk["layer"] == layer.key]
    claims = claimed(build)
    held = claims[claims["layer"] == layer.key][["source_id", "grid_code"]].drop_duplicates()
    marked = cross.merge(held.assign(held=True), on=["source_id", "grid_code"], how="left")
    main = marked[marked["held"].notna()]
    rest = marked[marked["held"].isna()].groupby("source_id", as_index=False)[figures].sum().assign(grid_code="")
    mine = fates[fates["layer"] == layer.key][["source_id", "fate", "grids", "companions"]]
    rows = pd.concat([main[["source_id", "grid_code", *figures]], rest[["source_id", "grid_code", *figures]]])
    rows = (
        layer.frame[["source_id", "name", "holder"]].merge(rows, on="source_id", how="left").merge(mine, on="source_id")
    )
    grids = build.plan.grids[["grid_code", "grid_name", "village_name"]]
    rows = rows.fillna({"grid_code": "", **dict.fromkeys(figures, 0.0)}).merge(grids, on="grid_code", how="left")
    rows = rows.fillna({"grid_name": "", "village_name": ""})
    # the pieces that have a grid first, then the remainder
    rows = rows.assign(last=rows["grid_code"] == "").sort_values(["source_id", "last", "grid_code"])
    rows = rows.assign(why=[_why(row) for row in rows.itertuples()]).reset_index(drop=True)
    columns = ["source_id", "name", "holder", "fate", "grid_code", "grid_name", "village_name", *figures, "why"]
    return Slip(
        layer=layer, rows=rows[columns], totals={name: float(cross[name].sum()) for name in ["area_m2", *names]}
    )


def _why(row: object) -> Text:
    """One sentence an officer can read out."""
    grids, companions, fate = int(row.grids), int(row.companions), row.fate  # type: ignore[attr-defined]
    if fate == "lost":
        return Text(
            "在村界内没有形成地块，原因见问题清单。", "Claims no face inside the villages; the findings say why."
        )
    if not row.grid_code:  # type: ignore[attr-defined]
        return Text(
            "各部门画的界线略有出入，统一后这一小部分按共同界线归入相邻网格。",
            "Departments drew this line a little differently; this sliver follows the agreed line into the grid beside it.",
        )
    if fate == "kept":
        return Text("原网格完整成为一个综合网格。", "The old grid became one unified grid of its own.")
    if fate == "merged":
        return Text(
            f"原网格整体并入，同一综合网格内还有本部门其他 {companions} 个原网格。",
            f"Taken in whole, together with {companions} other old grids of this department.",
        )
    return Text(
        f"原网格跨 {grids} 个综合网格（超出网格规模或跨村界），按统一界线拆分。",
        f"The old grid reaches over {grids} unified grids (beyond the size of a grid, or over a village line): split.",
    )
