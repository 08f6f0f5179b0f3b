"""Cell values → text: codes and ids stay text, whatever a file's writer made of them."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

_INTEGRAL = re.compile(r"([+-]?\d+)\.0+")


def as_code(values: pd.Series) -> pd.Series:
    """Turn a column of codes, ids or names into text.

    Parameters
    ----------
    values
        Any column. A numeric column with one blank arrives as floats: 510302001001.0 is the code 510302001001.

    Returns
    -------
    pandas.Series
        Text of dtype object, same index; full-width digits and letters made half-width, blanks around stripped,
        missing values "".
    """
    return pd.Series([code_text(value) for value in values], index=values.index, dtype=object, name=values.name)


def code_text(value: object) -> str:
    """Return one cell as the text of a code; see `as_code`."""
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return _float_text(float(value))
    text = unicodedata.normalize("NFKC", str(value)).strip()
    whole = _INTEGRAL.fullmatch(text)
    return whole[1] if whole else text


def _float_text(value: float) -> str:
    if not np.isfinite(value):
        return ""
    return str(int(value)) if value.is_integer() else repr(value)
