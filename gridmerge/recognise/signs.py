"""signs.toml, and looking for its words; cells as text."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from gridmerge.catalog import plain
from gridmerge.recognise.survey import Sheet
from gridmerge.values import cell_text


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
    return sheet.frame[column].map(cell_text)
