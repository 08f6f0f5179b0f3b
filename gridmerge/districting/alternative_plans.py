"""Three plans to choose from: fewest changes, most even, most compact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from gridmerge.config.settings import Grids
from gridmerge.districting.plan import divide_township
from gridmerge.model import GridPlan, Mosaic, PlanConstraints, Township, Weights

# how many times dearer the wished-for term becomes: enough to lead, without forgetting the others
WISH_FACTOR = 10.0


def make_alternatives(
    mosaic: Mosaic,
    weights: Weights,
    township: Township,
    sizes: Grids,
    processes: int = 1,
    edited: GridPlan | None = None,
    constraints: PlanConstraints | None = None,
) -> tuple[dict[str, GridPlan], pd.DataFrame]:
    """Make up to three plans, none of them worse than another in everything.

    Parameters
    ----------
    mosaic, weights, township, sizes, processes
        As for `divide_township`.
    edited
        The plan that a meeting has changed: it joins the table as ``edited``, whatever its figures. The three are formed from the
        data alone; what a meeting moved is not moved in them.
    constraints
        As for `divide_township`; a plan that may change freely has no earlier one, unless something is locked to it.

    Returns
    -------
    dict
        ``fewest_changes`` (the plan as `[grids]` prices it; with an earlier plan, changes are dear), ``most_even``,
        ``most_compact``. A plan that another one equals or beats in all figures of the table is left out.
    DataFrame
        A row a plan: plan, grids, share_in_range, max_over_mean (workload), inner_line_m, agreement, kept_share (of the
        workload that stays with the same grid as under the fewest changes).
    """
    fixed = constraints or PlanConstraints()
    # What is locked to the earlier plan needs it.
    fresh = fixed if fixed.villages or fixed.grids else replace(fixed, earlier=None)
    compact = {"compact": sizes.compact * WISH_FACTOR, "even": sizes.even / WISH_FACTOR}
    wishes = {
        "fewest_changes": ({"steady": sizes.steady * WISH_FACTOR}, fixed),
        "most_even": ({"even": sizes.even * WISH_FACTOR}, fresh),
        "most_compact": (compact, fresh),
    }
    plans = {
        name: divide_township(
            mosaic,
            weights,
            township,
            sizes.model_copy(update=update),
            processes,
            constraints=kept,
        )
        for name, (update, kept) in wishes.items()
    }
    first = plans["fewest_changes"]
    table = pd.DataFrame(
        [
            {"plan": name, **_comparison_row(plan, first, mosaic, weights)}
            for name, plan in plans.items()
        ]
    )
    kept = [name for i, name in enumerate(plans) if not _is_dominated(table, i)]
    chosen, table = {name: plans[name] for name in kept}, table.loc[table["plan"].isin(kept)]
    if edited is not None:
        row = pd.DataFrame([{"plan": "edited", **_comparison_row(edited, first, mosaic, weights)}])
        chosen, table = {**chosen, "edited": edited}, pd.concat([table, row])
    return chosen, table.reset_index(drop=True)


def _comparison_row(
    plan: GridPlan, first: GridPlan, mosaic: Mosaic, weights: Weights
) -> dict[str, float]:
    grid = plan.faces.set_index("face_id")["grid_code"]
    cut = mosaic.borders["face_a"].map(grid).ne(mosaic.borders["face_b"].map(grid))
    return {
        "grids": len(plan.grids),
        "share_in_range": plan.figures["share_in_range"],
        "max_over_mean": plan.figures["workload_max_over_mean"],
        "inner_line_m": round(float(mosaic.borders.loc[cut, "length_m"].sum()), 3),
        "agreement": plan.figures["boundary_agreement"],
        "kept_share": _kept_share(plan, first, weights),
    }


def _kept_share(plan: GridPlan, first: GridPlan, weights: Weights) -> float:
    """Share of the work that lies with the same neighbours as in the plan of fewest changes, each grid with its largest part."""
    both = plan.faces.merge(first.faces, on="face_id", suffixes=("", "_first")).merge(
        weights.faces, on="face_id"
    )
    mass = both["workload"].to_numpy() + 1e-9
    shared = pd.Series(mass).groupby([both["grid_code"], both["grid_code_first"]]).sum()
    return round(float(shared.groupby(level=0).max().sum() / np.sum(mass)), 6)


def _is_dominated(table: pd.DataFrame, i: int) -> bool:
    """Whether another plan is as good in every figure, and better in one (or the same, and listed earlier)."""
    better = table[
        ["share_in_range", "max_over_mean", "inner_line_m", "agreement", "kept_share"]
    ].to_numpy(dtype=np.float64)
    better = better * np.array([1, -1, -1, 1, 1])  # more is better in all
    at_least = (better >= better[i]).all(axis=1)
    above = (better > better[i]).any(axis=1)
    return bool(
        (at_least & (above | (np.arange(len(table)) < i)) & (np.arange(len(table)) != i)).any()
    )
