"""The figures of a plan after people have moved faces: report.json describes what is written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.districting.constraints.locks import locked_grids
from gridmerge.districting.constraints.previous_plan import find_previous_codes
from gridmerge.districting.grid_codes import EMPTY_LAND_WEIGHT
from gridmerge.districting.metrics import (
    METRIC_SLACK,
    kept_whole,
    measure_evenness,
    relative_gap,
    share_in_range,
    sum_figure,
)
from gridmerge.districting.plan import face_table, priced_borders, typical_side
from gridmerge.districting.solver.graph import groups_of
from gridmerge.findings import Finding, make_finding, sort_findings
from gridmerge.model import GridPlan, Mosaic, PreviousPlan, Weights


def recompute_metrics(
    plan: GridPlan, mosaic: Mosaic, weights: Weights, changed: Collection[str]
) -> GridPlan:
    """Measure a plan again whose grids `changed` have won or lost faces.

    Every figure that the faces decide is taken anew. A village's `bound` still holds, `gap` is against its new objective, and
    `edited` counts its changed grids. The price of changes is the solver's: each face that is not in the grid the earlier plan, as
    laid on today's faces, has it in. What links join stays as it was when the plan was formed.

    Returns
    -------
    GridPlan
        With its figures, and with a finding for each changed grid that is out of range now; earlier ones of these grids go.
    """
    sizes = plan.sizes
    table = _faces_with_grids(plan, mosaic, weights)
    cut = _cut_borders(mosaic, table, plan)
    comprehensive = plan.grids.loc[plan.grids["grid_type"] == "comprehensive"]
    size = table.groupby("grid")["size"].sum()
    orders = plan.constraints
    divided = set(comprehensive["grid_code"]) - locked_grids(comprehensive, orders)
    villages = dict(plan.figures["villages"])
    for code, faces in table.groupby("village_code", sort=True):
        edited = len(set(faces["grid"]) & set(changed))
        if edited:
            inner = cut.loc[cut["one"].isin(faces["grid"])]
            figures = _village_metrics(villages[str(code)], faces, inner, divided, plan)
            own = comprehensive.loc[comprehensive["village_code"] == code, "grid_code"]
            feasible = share_in_range(size.reindex(own).to_numpy(), sizes) == 1.0
            villages[str(code)] = {**figures, "feasible": feasible, "edited": edited}
    township = _township_metrics(plan, mosaic, comprehensive, size, cut)
    codes = {**plan.figures["codes"], "kept_share": _kept_code_share(table, orders.earlier)}
    return replace(
        plan,
        figures={**plan.figures, **township, **_sum_villages(villages), "codes": codes},
        findings=_current_findings(plan, size, set(changed)),
    )


def _faces_with_grids(plan: GridPlan, mosaic: Mosaic, weights: Weights) -> gpd.GeoDataFrame:
    """`face_table` with the column grid: the code of the grid each face is in now."""
    table = face_table(mosaic, weights, plan.sizes)
    grid_of = plan.faces.set_index("face_id")["grid_code"]
    table["grid"] = table["face_id"].map(grid_of)
    return table


def _cut_borders(mosaic: Mosaic, table: gpd.GeoDataFrame, plan: GridPlan) -> pd.DataFrame:
    """`priced_borders` between two grids, with the columns one and other: the codes of the two."""
    borders = priced_borders(mosaic, table, plan.sizes)
    grid_of = table.set_index("face_id")["grid"]
    one = borders["face_a"].map(grid_of)
    other = borders["face_b"].map(grid_of)
    borders = borders.assign(one=one, other=other)
    return borders.loc[borders["one"] != borders["other"]]


def _township_metrics(
    plan: GridPlan,
    mosaic: Mosaic,
    comprehensive: gpd.GeoDataFrame,
    size: pd.Series,
    cut: pd.DataFrame,
) -> dict[str, Any]:
    """Range, evenness, agreement and departmental grids of the whole township."""
    whole, split = kept_whole(mosaic, plan.faces)
    own_sizes = size.reindex(comprehensive["grid_code"]).to_numpy()
    return {
        "share_in_range": share_in_range(own_sizes, plan.sizes),
        **measure_evenness(comprehensive["workload"].to_numpy(dtype=np.float64)),
        "boundary_agreement": _mean_agreement(cut),
        "departmental_grids_whole": whole,
        "departmental_grids_split": split,
    }


def _mean_agreement(cut: pd.DataFrame) -> float:
    """Mean agreement of the borders, weighted by length; 1 without any."""
    length = float(cut["length_m"].sum())
    if not length:
        return 1.0
    agreed = float((cut["length_m"] * cut["agreement"]).sum())
    return round(agreed / length, 6)


def _sum_villages(villages: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The objective of all villages and the gap to their bounds, with the villages themselves."""
    objective = sum_figure(villages, "objective")
    bound = sum_figure(villages, "bound")
    return {
        "objective": round(objective, 6),
        "optimality_gap": max(0.0, relative_gap(objective, bound)),
        "villages": villages,
    }


def _village_metrics(
    former: dict[str, Any],
    faces: pd.DataFrame,
    cut: pd.DataFrame,
    divided: set[str],
    plan: GridPlan,
) -> dict[str, Any]:
    """A village's figures with borders, unevenness and changes taken from the faces of the grids that were divided."""
    sizes = plan.sizes
    inner = cut.loc[cut["one"].isin(divided) & cut["other"].isin(divided)]
    shared = faces.loc[faces["grid"].isin(divided)]
    work = shared.groupby("grid")["work"].sum()
    side = typical_side(faces["area_m2"].sum(), faces["size"].sum(), sizes)
    border_price = float((inner["price"] * inner["length_m"]).sum())
    terms = {
        **former["terms"],
        "borders": round(border_price / side, 6),
        "uneven": round(float(sizes.even) * _sum_unevenness(work, inner), 6),
        "changes": round(_changes_price(faces, plan), 6),
    }
    objective = sum(terms.values())
    bound = min(float(former["bound"]), objective)
    return {
        **former,
        "objective": round(objective, 6),
        "bound": round(bound, 6),
        "gap": relative_gap(objective, bound),
        "proven": False,
        "terms": terms,
    }


def _sum_unevenness(work: pd.Series, borders: pd.DataFrame) -> float:
    """Sum over grids of (work / mean work - 1) squared; the mean is that of the connected land a grid lies in.

    Land that exclusive zones separate is shared out separately.
    """
    number = {code: i for i, code in enumerate(work.index)}
    ends = [borders["one"].map(number), borders["other"].map(number)]
    component = groups_of(len(work), np.column_stack(ends).reshape(-1, 2))
    mean = work.groupby(component).transform("mean")
    mean = mean.where(mean > 0, np.inf)
    squares = ((work / mean - 1) ** 2).where(work > 0, 0.0)
    return float(squares.sum())


def _changes_price(faces: pd.DataFrame, plan: GridPlan) -> float:
    """The price of the faces that are not where the earlier plan has them."""
    both = faces[["face_id", "grid"]].merge(plan.before, on="face_id")
    changed = both["grid"] != both["grid_code"]
    return float(both.loc[changed, "price"].sum())


def _kept_code_share(table: gpd.GeoDataFrame, earlier: PreviousPlan | None) -> float:
    """Share of the township's size that lies under the code it had before."""
    if earlier is None:
        return 1.0
    shapes = np.asarray(table.geometry.values)
    mass = table["size"].to_numpy() + EMPTY_LAND_WEIGHT * shapely.area(shapes)
    old = np.full(len(table), "", dtype=object)
    for code, rows in table.groupby("village_code").groups.items():
        old[rows] = find_previous_codes(shapes[rows], str(code), earlier)
    kept = old == table["grid"].to_numpy()
    return round(float(mass[kept].sum()) / float(mass.sum()), 6)


def _current_findings(plan: GridPlan, size: pd.Series, changed: set[str]) -> tuple[Finding, ...]:
    """The plan's findings, those of changed grids replaced by what is true of them now."""
    findings = [finding for finding in plan.findings if not _concerns_grid(finding, changed)]
    low = float(plan.sizes.min or 0.0)
    high = float(plan.sizes.max or np.inf)
    comprehensive = plan.grids["grid_type"] == "comprehensive"
    among_changed = plan.grids["grid_code"].isin(changed)
    edited = plan.grids.loc[comprehensive & among_changed]
    for grid in edited.itertuples():
        value = float(size[grid.grid_code])
        if low - METRIC_SLACK <= value <= high + METRIC_SLACK:
            continue
        point = grid.geometry.point_on_surface()
        finding = make_finding(
            "grid_edited_out",
            measure=value,
            place=(point.x, point.y),
            grid=str(grid.grid_code),
            village=str(grid.village_name),
            min=f"{low:.10g}",
            max=f"{high:.10g}",
        )
        findings.append(finding)
    return sort_findings(findings)


def _concerns_grid(finding: Finding, grids: set[str]) -> bool:
    """Whether the finding is of the size of one of these grids."""
    return finding.kind.startswith("grid_") and dict(finding.blanks).get("grid") in grids
