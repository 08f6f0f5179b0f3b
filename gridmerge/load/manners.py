"""What must not enter: ID numbers, bank cards, passwords are dropped here; a finding names the field, never a value."""

from __future__ import annotations

import re
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from gridmerge.findings import Finding, found
from gridmerge.text import Text

_ID = re.compile(r"(?<![\d.])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
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
    ids = sum(holds_id(text) for text in [name, *texts])
    if ids:
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


def holds_id(text: str) -> bool:
    """Whether the text holds an 18-digit ID number with a right checksum."""
    return any(_id_checks(hit) for hit in _ID.findall(text))


def _id_checks(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11] == number[17].upper()


def holds_card(text: str) -> bool:
    """Whether the text holds a number of 16 to 19 digits that passes the Luhn check of bank cards."""
    return any(_luhn(hit) for hit in _CARD.findall(re.sub(r"(?<=\d)[ -](?=\d)", "", text)))


def _luhn(number: str) -> bool:
    digits = [int(char) for char in reversed(number)]
    doubled = [digit if i % 2 == 0 else digit * 2 - 9 * (digit > 4) for i, digit in enumerate(digits)]
    return sum(doubled) % 10 == 0 and len(set(digits)) > 1


def masked(text: str) -> str:
    """Return text fit for a message: long numbers that could be a person's are starred out."""
    return _ID.sub("***", _CARD.sub("***", text))
