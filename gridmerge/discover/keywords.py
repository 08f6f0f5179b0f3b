"""keywords.toml, and looking for its words; cells as text."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from gridmerge.catalog import normalize_name
from gridmerge.discover.scan import ScannedSheet
from gridmerge.tabular.cell_values import cell_text


@cache
def load_keywords() -> dict[str, Any]:
    """keywords.toml."""
    return tomllib.loads(resources.files(__package__).joinpath("keywords.toml").read_text("utf-8"))


def find_keyword(text: str, kind: str) -> str | None:
    """The first sign of a kind that a name contains."""
    table = load_keywords()["work"].get(kind) or load_keywords()[kind]
    flat = normalize_name(text)
    return next((sign for sign in table["words"] if normalize_name(sign) in flat), None)


def column_texts(sheet: ScannedSheet, column: str) -> pd.Series:
    """A column as stripped text, "" for blanks."""
    return sheet.frame[column].map(cell_text)
