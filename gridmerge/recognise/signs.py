"""signs.toml, and looking for its words; cells as text."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from gridmerge.catalog import plain
from gridmerge.recognise.survey import Sheet


@cache
def signs() -> dict[str, Any]:
    """signs.toml."""
    return tomllib.loads(resources.files(__package__).joinpath("signs.toml").read_text("utf-8"))


def word(text: str, kind: str) -> str | None:
    """The first sign of a kind that a name contains."""
    table = signs()["work"].get(kind) or signs()[kind]
    flat = plain(text)
    return next((sign for sign in table["words"] if plain(sign) in flat), None)


def texts(sheet: Sheet, column: str) -> pd.Series:
    """A column as stripped text, "" for blanks."""
    values = sheet.frame[column]
    if pd.api.types.is_float_dtype(values):
        return values.map(_number)
    return values.map(lambda value: "" if pd.isna(value) else str(value).strip())


def _number(value: float) -> str:
    """Whole numbers lose the ``.0`` that a blank in the column gave them."""
    return "" if pd.isna(value) else f"{value:.0f}" if float(value).is_integer() else repr(float(value))
