"""How much effort a unit of work is: minutes by kind, more in town or country."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gridmerge.model import Work
from gridmerge.workload.allocation import WorkShares

TOUR_RATIO = 1.125  # a round past all points, in lengths of their shortest tree: the ratio of the two constants for many points
VILLAGE_CODE_DIGITS = 12  # digits of a village's code; the last three tell its class
URBAN_NUMBERS = range(1, 200)  # 居委会; from 200 to 399 村委会
RURAL_NUMBERS = range(200, 400)


def classify_villages(villages: pd.Series) -> pd.Series:
    """Return ``urban`` or ``rural`` for village codes that tell, else blank."""
    tail = pd.to_numeric(
        villages.where(villages.str.len() == VILLAGE_CODE_DIGITS).str[-3:], errors="coerce"
    )
    urban, rural = (
        tail.between(part.start, part.stop - 1) for part in (URBAN_NUMBERS, RURAL_NUMBERS)
    )
    return pd.Series(np.select([urban, rural], ["urban", "rural"], ""), index=villages.index)


def compute_effort(work: Work, shares: WorkShares, villages: np.ndarray) -> np.ndarray:
    """What a source makes of work in each face, in units of the source: minutes by kind and the class of the village count.

    Parameters
    ----------
    work
        Its `minutes`, where the frame has minutes too, is their mean: a unit of a kind that takes twice as long counts two.
    shares
        Of the source.
    villages
        Code of the village of each face.
    """
    inside = shares.face >= 0
    value = shares.value[inside]
    if "minutes" in work.frame and work.minutes:
        value = value * work.frame["minutes"].to_numpy()[shares.feature[inside]] / work.minutes
    amount = np.bincount(shares.face[inside], weights=value, minlength=len(villages))
    if work.urban == work.rural == 1.0:
        return amount
    factor = (
        classify_villages(pd.Series(villages, dtype=str))
        .map({"urban": work.urban, "rural": work.rural})
        .fillna(1.0)
    )
    return np.asarray(amount * factor.to_numpy())
