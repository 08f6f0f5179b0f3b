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
EMPTY_FACE_WORK = 1e-9  # work that a face without any counts for
# figures that plans are compared by: 1 where more is better, -1 where less is
BETTER_SIGN = {
    "share_in_range": 1,
    "max_over_mean": -1,
    "inner_line_m": -1,
    "agreement": 1,
    "kept_share": 1,
}


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
    plans = {}
    for name, (wish, fixed) in _list_wishes(sizes, constraints or PlanConstraints()).items():
        plans[name] = divide_township(mosaic, weights, township, wish, processes, constraints=fixed)
    first = plans["fewest_changes"]
    table = _compare_plans(plans, first, mosaic, weights)
    kept = [name for i, name in enumerate(plans) if not _is_dominated(table, i)]
    table = table.loc[table["plan"].isin(kept)]
    chosen = {name: plans[name] for name in kept}
    if edited is not None:
        row = _compare_plans({"edited": edited}, first, mosaic, weights)
        table = pd.concat([table, row])
        chosen["edited"] = edited
    return chosen, table.reset_index(drop=True)


def _list_wishes(
    sizes: Grids, constraints: PlanConstraints
) -> dict[str, tuple[Grids, PlanConstraints]]:
    """`[grids]` of each plan, one term of the objective much dearer than as given, and what is fixed beforehand."""
    fresh = constraints
    # what is locked to the earlier plan needs it
    if not constraints.villages and not constraints.grids:
        fresh = replace(constraints, earlier=None)
    steady = {"steady": sizes.steady * WISH_FACTOR}
    even = {"even": sizes.even * WISH_FACTOR}
    compact = {"compact": sizes.compact * WISH_FACTOR, "even": sizes.even / WISH_FACTOR}
    return {
        "fewest_changes": (sizes.model_copy(update=steady), constraints),
        "most_even": (sizes.model_copy(update=even), fresh),
        "most_compact": (sizes.model_copy(update=compact), fresh),
    }


def _compare_plans(
    plans: dict[str, GridPlan], first: GridPlan, mosaic: Mosaic, weights: Weights
) -> pd.DataFrame:
    """A row a plan: its name and figures."""
    rows = []
    for name, plan in plans.items():
        rows.append({"plan": name, **_comparison_row(plan, first, mosaic, weights)})
    return pd.DataFrame(rows)


def _comparison_row(
    plan: GridPlan, first: GridPlan, mosaic: Mosaic, weights: Weights
) -> dict[str, float]:
    borders = mosaic.borders
    grid_of = plan.faces.set_index("face_id")["grid_code"]
    grid_a = borders["face_a"].map(grid_of)
    cut = grid_a.ne(borders["face_b"].map(grid_of))
    inner_line = float(borders.loc[cut, "length_m"].sum())
    return {
        "grids": len(plan.grids),
        "share_in_range": plan.figures["share_in_range"],
        "max_over_mean": plan.figures["workload_max_over_mean"],
        "inner_line_m": round(inner_line, 3),
        "agreement": plan.figures["boundary_agreement"],
        "kept_share": _kept_share(plan, first, weights),
    }


def _kept_share(plan: GridPlan, first: GridPlan, weights: Weights) -> float:
    """Share of the work that lies with the same neighbours as in the plan of fewest changes, each grid with its largest part."""
    both = plan.faces.merge(first.faces, on="face_id", suffixes=("", "_first"))
    both = both.merge(weights.faces, on="face_id")
    mass = both["workload"].to_numpy() + EMPTY_FACE_WORK
    pairs = [both["grid_code"], both["grid_code_first"]]
    shared = pd.Series(mass).groupby(pairs).sum()
    largest = shared.groupby(level=0).max()
    return round(float(largest.sum() / np.sum(mass)), 6)


def _is_dominated(table: pd.DataFrame, i: int) -> bool:
    """Whether another plan is as good in every figure, and better in one (or the same, and listed earlier)."""
    figures = table[list(BETTER_SIGN)].to_numpy(dtype=np.float64)
    figures = figures * np.array(list(BETTER_SIGN.values()))
    at_least = (figures >= figures[i]).all(axis=1)
    above = (figures > figures[i]).any(axis=1)
    number = np.arange(len(table))
    wins = at_least & (above | (number < i)) & (number != i)
    return bool(wins.any())
