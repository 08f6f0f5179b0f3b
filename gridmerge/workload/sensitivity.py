"""How much the picture depends on the weights: each weight a fifth up and down, do the heaviest grids stay the heaviest?"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from gridmerge.model import GridPlan, Weights

# Share of a weight: what people argue about in a meeting.
WEIGHT_CHANGE = 0.2
# Share of the grids that are compared.
HEAVIEST_SHARE = 0.1


def measure_sensitivity(plan: GridPlan, weights: Weights) -> dict[str, float]:
    """Return, for each source of work, how much of the heaviest tenth of the grids stays in it.

    Parameters
    ----------
    plan
        Grids with a column per workload.
    weights
        `totals` has the weights and references in force.

    Returns
    -------
    dict
        name → share (0..1), the lower of weight + 20 % and − 20 %; sources that count for nothing are absent.
    """
    totals = weights.totals
    counted = totals[(totals["weight"] > 0) & np.isfinite(totals["reference"])]
    if len(counted) < 2 or not len(plan.grids):
        return {}
    names = counted["name"].tolist()
    amounts = _amounts_by_grid(plan, weights)[names].to_numpy()
    parts = amounts / counted["reference"].to_numpy() * counted["weight"].to_numpy()
    codes = plan.grids["grid_code"]
    return {str(name): _share_that_stays(parts, column, codes) for column, name in enumerate(names)}


def _share_that_stays(parts: np.ndarray, column: int, codes: pd.Series) -> float:
    """The least share of the heaviest grids that stay so where one source counts more or less.

    Parameters
    ----------
    parts
        Grid by source: what each source contributes.
    column
        The source whose weight changes.
    codes
        Of the grids.
    """
    tenth = math.ceil(HEAVIEST_SHARE * len(parts))
    work = parts.sum(axis=1)
    now = _heaviest_grids(work, codes, tenth)
    shares = []
    for sign in (1, -1):
        change = sign * WEIGHT_CHANGE * parts[:, column]
        still = now & _heaviest_grids(work + change, codes, tenth)
        shares.append(len(still) / tenth)
    return min(shares)


def _amounts_by_grid(plan: GridPlan, weights: Weights) -> pd.DataFrame:
    """Grid by source: efforts where they are known, else amounts."""
    if weights.efforts is None:
        return pd.DataFrame(plan.grids)
    faces = plan.faces.merge(weights.efforts, on="face_id").drop(columns="face_id")
    summed = faces.groupby("grid_code").sum()
    return pd.DataFrame(summed.reindex(plan.grids["grid_code"], fill_value=0.0))


def _heaviest_grids(work: np.ndarray, codes: pd.Series, count: int) -> set[str]:
    order = np.lexsort((codes.to_numpy(dtype=str), -work.round(9)))
    heaviest = codes.to_numpy()[order[:count]]
    return set(heaviest)
