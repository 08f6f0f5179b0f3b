"""Before and after: how the work lies on people as the grids are held now, beside the plan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

# load per capacity over the township's mean; between 0.9 and 1.1 nobody would call it uneven
LOAD_BANDS = (0.0, 0.5, 0.9, 1.1, 1.5)


def before_and_after(
    present: pd.DataFrame | None, work: pd.Series, capacity: pd.Series, loads: pd.Series
) -> dict[str, Any]:
    """Return the two states side by side; empty where nobody of the roster holds a grid now.

    Parameters
    ----------
    present
        grid_code, member_id, share (see `present_holders`): the holders of a grid share its work by their shares.
    work
        Of each grid, by code.
    capacity, loads
        Of those who carry load, by member_id; loads are the plan's.

    Returns
    -------
    dict
        ``bands``: the upper ends of the bands, in load per capacity over the mean; ``before`` and ``after``, each with
        ``grids`` (with a member), ``without_work`` (members), ``max_over_mean`` (heaviest load per capacity) and
        ``members`` (count in each band: none, up to each end, above the last) and ``levels`` (of each member, over the
        mean, the heaviest first).
    """
    if present is None or not len(present):
        return {}
    held = present[present["member_id"].isin(capacity.index) & (present["share"] > 0)]
    if held.empty or not work.sum() > 0:
        return {}
    share = held["share"] / held.groupby("grid_code")["share"].transform("sum")
    carried = held["grid_code"].map(work) * share
    now = carried.groupby(held["member_id"]).sum().reindex(capacity.index, fill_value=0.0)
    mean = float(work.sum() / capacity.sum())
    return {
        "bands": list(LOAD_BANDS),
        "before": _load_state(now / capacity / mean, held["grid_code"].nunique()),
        "after": _load_state(
            loads.reindex(capacity.index, fill_value=0.0) / capacity / mean, len(work)
        ),
    }


def _load_state(level: pd.Series, grids: int) -> dict[str, Any]:
    rounded = level.to_numpy(dtype=float).round(9)
    counts = np.bincount(
        np.searchsorted(LOAD_BANDS, rounded, side="left"), minlength=len(LOAD_BANDS) + 1
    )
    return {
        "grids": int(grids),
        "without_work": int((rounded <= 0).sum()),
        "max_over_mean": float(rounded.max()),
        "members": [int(count) for count in counts],
        "levels": sorted(rounded.round(3).tolist(), reverse=True),
    }
