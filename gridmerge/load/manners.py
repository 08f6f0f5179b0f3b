"""What must not enter: ID numbers, bank cards, passwords are dropped here; a finding names the field, never a value."""

from __future__ import annotations

import re
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from gridmerge.findings import Finding, found
from gridmerge.personal import holds_id_number, strike_id_numbers
from gridmerge.text import Text

_ID_NAME = re.compile(r"身份证|公民身份|sfz|gmsf|id_?card|identity_?(no|num|card)", re.I)
_LONG = re.compile(r"\d{17}[\dXx]")
_ID_SHARE = 0.5  # of the values with eighteen digits: one code in eleven has the right check digit by chance
_CARD = re.compile(r"(?<![\d.])\d{16,19}(?!\d)")
_CARD_SHARE = 0.5  # of the given values: one number in ten passes Luhn by chance, half a column does not
_PASSWORD = re.compile(r"密码|口令|passw(or)?d|^pwd$|_pwd$|^pwd_|^mima$", re.I)


def without_secrets(frame: gpd.GeoDataFrame, key: str, file: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the frame without its sensitive fields, and a finding for each."""
    findings: list[Finding] = []
    for name in frame.columns:
        if name == frame.geometry.name:
            continue
        what = _secret(str(name), frame[name])
        if what:
            zh, en, count = what
            findings.append(
                found(
                    "sensitive_dropped",
                    layer=key,
                    measure=count,
                    file=file,
                    field=masked(str(name)),
                    what=Text(zh, en),
                )
            )
            frame = frame.drop(columns=name)
    return frame, findings


def _secret(name: str, column: pd.Series) -> tuple[str, str, int] | None:
    if _PASSWORD.search(name.strip()):
        return "密码", "passwords", int(column.notna().sum())
    texts = _texts(column)
    if _ID_NAME.search(name):
        return "身份证号", "ID numbers", int(column.notna().sum())
    ids, long = sum(map(holds_id_number, [name, *texts])), sum(bool(_LONG.search(text)) for text in [name, *texts])
    if ids and ids >= _ID_SHARE * long:
        return "身份证号", "ID numbers", ids
    cards = sum(holds_card(text) for text in texts)
    if cards and cards >= _CARD_SHARE * len(texts):
        return "银行卡号", "bank card numbers", cards
    return None


def _texts(column: pd.Series) -> Sequence[str]:
    """Return the values that could hold a long number, as text."""
    given = column.dropna()
    if column.dtype.kind == "f":
        whole = given[(given.abs() >= 1e15) & (given.abs() < 1e19)]
        return [str(int(value)) for value in whole]
    if column.dtype.kind in "iu":
        return [str(value) for value in given[np.abs(given.to_numpy(dtype=float)) >= 1e15]]
    if column.dtype.kind == "b":
        return []
    return [text for text in map(str, given) if len(text) >= 15]


def holds_card(text: str) -> bool:
    """Whether the text holds a number of 16 to 19 digits that passes the Luhn check of bank cards."""
    return any(_luhn(hit) for hit in _CARD.findall(re.sub(r"(?<=\d)[ -](?=\d)", "", text)))


def _luhn(number: str) -> bool:
    digits = [int(char) for char in reversed(number)]
    doubled = [digit if i % 2 == 0 else digit * 2 - 9 * (digit > 4) for i, digit in enumerate(digits)]
    return sum(doubled) % 10 == 0 and len(set(digits)) > 1


def masked(text: str) -> str:
    """Return text fit for a message: long numbers that could be a person's are starred out."""
    return strike_id_numbers(_CARD.sub("***", text), "***")
