"""How much the picture hangs on the weights: each weight a fifth up and down, do the heaviest grids stay the heaviest?"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from gridmerge.model import GridPlan, Weights

WEIGHT_CHANGE = 0.2  # share of a weight: what people argue about in a meeting
HEAVIEST_SHARE = 0.1  # share of the grids that are looked at


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
    amounts = (
        plan.grids[names] if weights.efforts is None else _by_grid(plan, weights.efforts)[names]
    )
    parts = amounts.to_numpy() / counted["reference"].to_numpy() * counted["weight"].to_numpy()
    tenth = math.ceil(HEAVIEST_SHARE * len(parts))
    now = _heaviest_grids(parts.sum(axis=1), plan.grids["grid_code"], tenth)
    return {
        str(name): min(
            len(
                now
                & _heaviest_grids(
                    parts.sum(axis=1) + sign * WEIGHT_CHANGE * parts[:, at],
                    plan.grids["grid_code"],
                    tenth,
                )
            )
            / tenth
            for sign in (1, -1)
        )
        for at, name in enumerate(counted["name"])
    }


def _by_grid(plan: GridPlan, efforts: pd.DataFrame) -> pd.DataFrame:
    summed = (
        plan.faces.merge(efforts, on="face_id").drop(columns="face_id").groupby("grid_code").sum()
    )
    return pd.DataFrame(summed.reindex(plan.grids["grid_code"], fill_value=0.0))


def _heaviest_grids(work: np.ndarray, codes: pd.Series, count: int) -> set[str]:
    order = np.lexsort((codes.to_numpy(dtype=str), -work.round(9)))
    return set(codes.to_numpy()[order[:count]])
