"""The figures of a plan after people have moved faces: what report.json says must be true of what was written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gridmerge.districting.constraints.locks import locked_grids
from gridmerge.districting.constraints.previous_plan import find_previous_codes
from gridmerge.districting.grid_codes import EMPTY_LAND_WEIGHT
from gridmerge.districting.metrics import METRIC_SLACK, kept_whole, measure_evenness, share_in_range
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
    sizes, table = plan.sizes, face_table(mosaic, weights, plan.sizes)
    table["grid"] = table["face_id"].map(plan.faces.set_index("face_id")["grid_code"])
    borders = priced_borders(mosaic, table, sizes)
    grid = table.set_index("face_id")["grid"]
    borders = borders.assign(one=borders["face_a"].map(grid), other=borders["face_b"].map(grid))
    cut = borders.loc[borders["one"] != borders["other"]]
    comprehensive = plan.grids.loc[plan.grids["grid_type"] == "comprehensive"]
    size = table.groupby("grid")["size"].sum()
    whole, split = kept_whole(mosaic, plan.faces)
    length = float(cut["length_m"].sum())
    villages = dict(plan.figures["villages"])
    orders = plan.constraints
    divided = set(comprehensive["grid_code"]) - locked_grids(comprehensive, orders)
    for code, faces in table.groupby("village_code", sort=True):
        mine = sorted(set(faces["grid"]) & set(changed))
        if mine:
            inner = cut.loc[cut["one"].isin(faces["grid"])]
            villages[str(code)] = _village_metrics(villages[str(code)], faces, inner, divided, plan)
            limits = size.reindex(
                comprehensive.loc[comprehensive["village_code"] == code, "grid_code"]
            ).to_numpy()
            villages[str(code)]["feasible"] = share_in_range(limits, sizes) == 1.0
            villages[str(code)]["edited"] = len(mine)
    objective, bound = (
        sum(float(v[key]) for v in villages.values()) for key in ("objective", "bound")
    )
    figures: dict[str, Any] = {
        **plan.figures,
        "share_in_range": share_in_range(
            size.reindex(comprehensive["grid_code"]).to_numpy(), sizes
        ),
        **measure_evenness(comprehensive["workload"].to_numpy(dtype=np.float64)),
        "boundary_agreement": round(float((cut["length_m"] * cut["agreement"]).sum()) / length, 6)
        if length
        else 1.0,
        "departmental_grids_whole": whole,
        "departmental_grids_split": split,
        "objective": round(objective, 6),
        "optimality_gap": round(max(0.0, 1 - bound / objective), 6)
        if objective > METRIC_SLACK
        else 0.0,
        "villages": villages,
    }
    figures["codes"] = {
        **plan.figures["codes"],
        "kept_share": _kept_code_share(table, orders.earlier),
    }
    return replace(plan, figures=figures, findings=_current_findings(plan, size, set(changed)))


def _village_metrics(
    told: dict[str, Any], faces: pd.DataFrame, cut: pd.DataFrame, divided: set[str], plan: GridPlan
) -> dict[str, Any]:
    """A village's figures with borders, unevenness and changes taken from the faces of the grids that were divided."""
    sizes = plan.sizes
    inner = cut.loc[cut["one"].isin(divided) & cut["other"].isin(divided)]
    work = faces.loc[faces["grid"].isin(divided)].groupby("grid")["work"].sum()
    number = {code: i for i, code in enumerate(work.index)}
    pairs = np.column_stack([inner["one"].map(number), inner["other"].map(number)]).reshape(-1, 2)
    cluster = work.groupby(groups_of(len(work), pairs))  # land that zones part is shared out apart
    uneven = (
        (work / cluster.transform("mean").where(lambda mean: mean > 0, np.inf) - 1) ** 2
    ).where(work > 0, 0.0)
    side = typical_side(faces["area_m2"].sum(), faces["size"].sum(), sizes)
    terms = {
        **told["terms"],
        "borders": round(float((inner["price"] * inner["length_m"]).sum()) / side, 6),
        "uneven": round(float(sizes.even) * float(uneven.sum()), 6),
        "changes": round(_changes_price(faces, plan), 6),
    }
    objective, bound = sum(terms.values()), min(float(told["bound"]), sum(terms.values()))
    return {
        **told,
        "objective": round(objective, 6),
        "bound": round(bound, 6),
        "gap": round(1 - bound / objective, 6) if objective > METRIC_SLACK else 0.0,
        "proven": False,
        "terms": terms,
    }


def _changes_price(faces: pd.DataFrame, plan: GridPlan) -> float:
    """The price of the faces that are not where the earlier plan has them."""
    both = faces[["face_id", "grid"]].merge(plan.before, on="face_id")
    return float(both.loc[both["grid"] != both["grid_code"], "price"].sum())


def _kept_code_share(table: pd.DataFrame, earlier: PreviousPlan | None) -> float:
    """Share of the township's size that lies under the code it had before."""
    if earlier is None:
        return 1.0
    mass = table["size"].to_numpy() + EMPTY_LAND_WEIGHT * shapely.area(
        np.asarray(table.geometry.values)
    )
    old = np.full(len(table), "", dtype=object)
    for code, rows in table.groupby("village_code").groups.items():
        old[rows] = find_previous_codes(np.asarray(table.geometry.values)[rows], str(code), earlier)
    return round(float(mass[old == table["grid"].to_numpy()].sum()) / float(mass.sum()), 6)


def _current_findings(plan: GridPlan, size: pd.Series, changed: set[str]) -> tuple[Finding, ...]:
    """The plan's findings, those of changed grids replaced by what is true of them now."""
    kept = [
        f
        for f in plan.findings
        if not (f.kind.startswith("grid_") and dict(f.blanks).get("grid") in changed)
    ]
    low, high = float(plan.sizes.min or 0.0), float(plan.sizes.max or np.inf)
    comprehensive = plan.grids["grid_type"] == "comprehensive"
    for row in plan.grids.loc[comprehensive & plan.grids["grid_code"].isin(changed)].itertuples():
        value = float(size[row.grid_code])
        if not low - METRIC_SLACK <= value <= high + METRIC_SLACK:
            point = row.geometry.point_on_surface()
            blanks = {"grid": str(row.grid_code), "village": str(row.village_name)}
            limits = {"min": f"{low:.10g}", "max": f"{high:.10g}"}
            kept.append(
                make_finding(
                    "grid_edited_out", measure=value, place=(point.x, point.y), **blanks, **limits
                )
            )
    return sort_findings(kept)
