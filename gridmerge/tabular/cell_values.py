"""Cell values → text and numbers: codes and ids stay text, and only what is a number becomes one."""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal

import numpy as np
import pandas as pd

from gridmerge.i18n.text import INVISIBLE, flat_text

_ENDS = re.compile(f"^(?:{INVISIBLE.pattern}|\\s)+|(?:{INVISIBLE.pattern}|\\s)+$")
# A cell wrapped for its width: what the break parts belongs together.
_BREAK = re.compile("\\s*[\n\r\v\f\x85\u2028\u2029]\\s*")
# The ways to make Excel keep a text: ="0012" and '0012.
_FORMULA = re.compile('=\\s*["“”]([^"“”]*)["“”]')
_APOSTROPHE = re.compile("['‘’]([^'‘’]+)['‘’]?")
_INTEGRAL = re.compile(r"([+-]?\d+)\.0+")
_FRACTION = re.compile(r"\d+\.\d+")
# From here on not every whole number has a double of its own.
_EXACT = 2**53
# No code has more digits than this; larger numbers stay as Python writes them.
_WRITTEN_OUT = 1e30
# An amount as people write it: thousands marks stand after every third digit or are none, digits stand on one side at least.
_AMOUNT = re.compile(
    r"[+-]?(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d*)?(?:[eE][+-]?\d{1,3})?|[+-]?\.\d+"
)
# What needs no closer look to be an amount.
_PLAIN = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]+)?")
# A whole number that text survives being: no leading zero (codes), no more than 15 digits.
_WHOLE = re.compile(r"0|-?[1-9]\d{0,14}")


def as_code(values: pd.Series) -> pd.Series:
    """Turn a column of codes, ids or names into text.

    Parameters
    ----------
    values
        Any column. A numeric column with one blank arrives as floats: 510302001001.0 is the code 510302001001.

    Returns
    -------
    pandas.Series
        Text of dtype object, same index, in the one normal form of codes (`code_text`); missing values "". A column of
        section numbers (1.0, 1.1, 1.2) keeps its ".0".
    """
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iu":
        return values.astype(str).astype(object)
    texts = [_flat_text(value) for value in values]
    if not _are_section_numbers(texts):
        texts = [_drop_zero_decimals(text) for text in texts]
    return pd.Series(texts, index=values.index, dtype=object, name=values.name)


def code_text(value: object) -> str:
    """Return one cell as the text of a code, in the one normal form in which codes are kept and compared.

    Full-width forms become half-width (Unicode's NFKC), characters that nobody sees are dropped, white space is stripped
    and its runs are one blank, a line break inside is none; an apostrophe before the text, ``="..."`` around it and
    ``.0`` behind a whole number are the marks of a spreadsheet, not of the code.

    Examples
    --------
    >>> code_text("网格（１）"), code_text('="0012"'), code_text(510302001001.0), code_text("1e5")
    ('网格(1)', '0012', '510302001001', '1e5')
    """
    if not isinstance(value, str):
        return cell_text(value)
    return _drop_zero_decimals(_normalize_code(value))


def _flat_text(value: object) -> str:
    return _normalize_code(value) if isinstance(value, str) else cell_text(value)


def cell_text(value: object) -> str:
    """Return one cell as text as it is written: a name, a remark; without blanks and unseen characters around it.

    Whole numbers have no ``.0`` and no exponent, however long they are.
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).lower()
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return _float_text(float(value))
    text = str(value).strip()
    if text.isascii() and text.isprintable():
        return text
    return _ENDS.sub("", text)


def _normalize_code(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text
    flat = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    flat = re.sub(r"\s+", " ", _BREAK.sub("", flat.strip()))
    while (bare := _strip_text_mark(flat)) != flat:
        flat = bare
    return flat


def _strip_text_mark(text: str) -> str:
    marked = _FORMULA.fullmatch(text) or _APOSTROPHE.fullmatch(text)
    return marked[1].strip() if marked else text


def _drop_zero_decimals(text: str) -> str:
    whole = _INTEGRAL.fullmatch(text) if "." in text else None
    return whole[1] if whole else text


def _are_section_numbers(texts: list[str]) -> bool:
    """Whether the numbers with a point are those of sections: no more end in .0 than in another figure."""
    dotted = [text for text in texts if "." in text and _FRACTION.fullmatch(text)]
    integral = sum(_INTEGRAL.fullmatch(text) is not None for text in dotted)
    return bool(dotted) and 2 * integral <= len(dotted)


def _float_text(value: float) -> str:
    if not np.isfinite(value):
        return ""
    if value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if abs(value) >= _WRITTEN_OUT:
        return repr(value)
    return f"{Decimal(repr(value)).normalize():f}"


def parse_number(cell: object) -> float:
    """Return what one cell says as a number, NaN where it is blank or says none.

    Thousands marks, full-width digits and an apostrophe before the number are read; "300户", "约300", "1,23" and "inf" are
    no numbers.

    Examples
    --------
    >>> parse_number("1,234"), parse_number("１２３"), parse_number(" 1.5e3 "), parse_number("约300")
    (1234.0, 123.0, 1500.0, nan)
    """
    if isinstance(cell, str) and _PLAIN.fullmatch(cell):  # most cells of most columns
        return float(cell)
    if cell is None or cell is pd.NA or cell is pd.NaT or isinstance(cell, (bool, np.bool_)):
        return float("nan")
    if isinstance(cell, (int, float, np.integer, np.floating)):
        return _to_finite(cell)
    text = flat_text(cell).removeprefix("'")
    if not _AMOUNT.fullmatch(text):
        return float("nan")
    return _to_finite(re.sub("[, ]", "", text))


def parse_numbers(values: pd.Series) -> pd.Series:
    """Return a column as floats; see `parse_number`. What is no finite number becomes NaN."""
    if pd.api.types.is_bool_dtype(values):
        return pd.Series(np.nan, index=values.index)
    if pd.api.types.is_numeric_dtype(values):
        found = values.astype(float)
        return found.where(np.isfinite(found))
    return pd.Series([parse_number(cell) for cell in values], index=values.index, dtype=float)


def survives_as_number(text: str) -> bool:
    """Whether a text says the same after it has become a number: 1.10, +5, 1E2 and 007 do not."""
    return _round_trips(text) if "." in text else _WHOLE.fullmatch(text) is not None


def _round_trips(text: str) -> bool:
    """Whether a number with decimals is written as Python writes it."""
    try:
        value = float(text)
    except ValueError:
        return False
    return repr(value) == text and not value.is_integer()


def _to_finite(value: object) -> float:
    try:
        result = float(value)  # type: ignore[arg-type]
    except (OverflowError, ValueError):
        return float("nan")
    return result if math.isfinite(result) else float("nan")
