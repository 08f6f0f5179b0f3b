"""Cell values → text and numbers: codes and ids stay text, and only what is a number becomes one."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

_INTEGRAL = re.compile(r"([+-]?\d+)\.0+")
# An amount as people write it: thousands marks stand after every third digit or are none, digits stand on one side at least.
_AMOUNT = re.compile(r"[+-]?(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d*)?(?:[eE][+-]?\d{1,3})?|[+-]?\.\d+")
# A whole number that text survives being: no leading zero (codes), no more than 15 digits.
_WHOLE = re.compile(r"0|-?[1-9]\d{0,14}")
_UNSEEN = re.compile(
    "[\u200b-\u200f\u2060\u2061\ufeff\u00ad]"
)  # zero-width characters, marks of direction, soft hyphens


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


def number(cell: object) -> float:
    """Return what one cell says as a number, NaN where it is blank or says none.

    Thousands marks, full-width digits and an apostrophe before the number are read; "300户", "约300", "1,23" and "inf" are
    no numbers.

    Examples
    --------
    >>> number("1,234"), number("１２３"), number(" 1.5e3 "), number("约300")
    (1234.0, 123.0, 1500.0, nan)
    """
    if cell is None or cell is pd.NA or cell is pd.NaT or isinstance(cell, (bool, np.bool_)):
        return float("nan")
    if isinstance(cell, (int, float, np.integer, np.floating)):
        return _finite(cell)
    text = flat_text(cell).removeprefix("'")
    return _finite(re.sub("[, ]", "", text)) if _AMOUNT.fullmatch(text) else float("nan")


def numbers(values: pd.Series) -> pd.Series:
    """Return a column as floats; see `number`. What is no finite number becomes NaN."""
    if pd.api.types.is_bool_dtype(values):
        return pd.Series(np.nan, index=values.index)
    if pd.api.types.is_numeric_dtype(values):
        found = values.astype(float)
        return found.where(np.isfinite(found))
    return pd.Series([number(cell) for cell in values], index=values.index, dtype=float)


def flat_text(cell: object) -> str:
    """Return a cell's text in half-width forms, without blanks around it and without characters that nobody sees."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", str(cell))).strip()


def survives(text: str) -> bool:
    """Whether a text says the same after it has become a number: 1.10, +5, 1E2 and 007 do not."""
    if _WHOLE.fullmatch(text):
        return True
    return "." in text and _AMOUNT.fullmatch(text) is not None and _same(text)


def _same(text: str) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return repr(value) == text and not value.is_integer()


def _finite(value: object) -> float:
    try:
        result = float(value)  # type: ignore[arg-type]
    except (OverflowError, ValueError):
        return float("nan")
    return result if np.isfinite(result) else float("nan")
