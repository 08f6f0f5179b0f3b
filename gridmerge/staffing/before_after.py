"""Before and after: the load of members as the grids are held now, beside the plan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

# Load per capacity over the township's mean; between 0.9 and 1.1 nobody would call it uneven.
LOAD_BANDS = (0.0, 0.5, 0.9, 1.1, 1.5)
# Decimals of levels that count, and of those that are shown.
LEVEL_DECIMALS = 9
SHOWN_DECIMALS = 3


def before_and_after(
    present: pd.DataFrame | None, work: pd.Series, capacity: pd.Series, loads: pd.Series
) -> dict[str, Any]:
    """Return the two states side by side; empty where nobody of the roster holds a grid now.

    Parameters
    ----------
    present
        grid_code, member_id, share (see `find_current_holders`): the holders of a grid share its work by their shares.
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
    of_roster = present["member_id"].isin(capacity.index)
    held = present[of_roster & (present["share"] > 0)]
    if held.empty or not work.sum() > 0:
        return {}
    mean = float(work.sum() / capacity.sum())
    now = _current_loads(held, work, capacity)
    planned = loads.reindex(capacity.index, fill_value=0.0)
    return {
        "bands": list(LOAD_BANDS),
        "before": _load_state(now / capacity / mean, held["grid_code"].nunique()),
        "after": _load_state(planned / capacity / mean, len(work)),
    }


def _current_loads(held: pd.DataFrame, work: pd.Series, capacity: pd.Series) -> pd.Series:
    """The work each member has now: of every grid by the share in it."""
    whole = held.groupby("grid_code")["share"].transform("sum")
    share = held["share"] / whole
    carried = held["grid_code"].map(work) * share
    by_member = carried.groupby(held["member_id"]).sum()
    return by_member.reindex(capacity.index, fill_value=0.0)


def _load_state(level: pd.Series, grids: int) -> dict[str, Any]:
    rounded = level.to_numpy(dtype=float).round(LEVEL_DECIMALS)
    band = np.searchsorted(LOAD_BANDS, rounded, side="left")
    counts = np.bincount(band, minlength=len(LOAD_BANDS) + 1)
    return {
        "grids": int(grids),
        "without_work": int((rounded <= 0).sum()),
        "max_over_mean": float(rounded.max()),
        "members": [int(count) for count in counts],
        "levels": sorted(rounded.round(SHOWN_DECIMALS).tolist(), reverse=True),
    }
