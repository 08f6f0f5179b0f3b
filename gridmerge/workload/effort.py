"""How much effort a unit of work is: minutes by kind, more in town or country."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gridmerge.model import Work
from gridmerge.workload.allocation import WorkShares

# A round past all points, in lengths of their shortest tree: the ratio of the two constants for many points.
TOUR_RATIO = 1.125
# Digits of a village's code; the last three give its class.
VILLAGE_CODE_DIGITS = 12
# The last three digits of 居委会, and of 村委会.
URBAN_NUMBERS = range(1, 200)
RURAL_NUMBERS = range(200, 400)


def classify_villages(villages: pd.Series) -> pd.Series:
    """Return ``urban`` or ``rural`` for village codes that give a class, else blank."""
    complete = villages.where(villages.str.len() == VILLAGE_CODE_DIGITS)
    number = pd.to_numeric(complete.str[-3:], errors="coerce")
    urban = number.between(URBAN_NUMBERS.start, URBAN_NUMBERS.stop - 1)
    rural = number.between(RURAL_NUMBERS.start, RURAL_NUMBERS.stop - 1)
    classes = np.select([urban, rural], ["urban", "rural"], "")
    return pd.Series(classes, index=villages.index)


def compute_effort(work: Work, shares: WorkShares, villages: np.ndarray) -> np.ndarray:
    """Compute the effort of a source in each face, in its units: minutes by kind and the class of the village count.

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
        minutes = work.frame["minutes"].to_numpy()[shares.feature[inside]]
        value = value * minutes / work.minutes
    amount = np.bincount(shares.face[inside], weights=value, minlength=len(villages))
    if work.urban == work.rural == 1.0:
        return amount
    classes = classify_villages(pd.Series(villages, dtype=str))
    factor = classes.map({"urban": work.urban, "rural": work.rural})
    return np.asarray(amount * factor.fillna(1.0).to_numpy())
