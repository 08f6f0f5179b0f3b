"""Tables without places: figures by grid, hours, control points. Any format and encoding that an input may have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from gridmerge.errors import InputError
from gridmerge.io.paths import display_path, resolve_paths
from gridmerge.io.read_request import ReadRequest
from gridmerge.io.reader import read_file
from gridmerge.io.tables.rows import field_key
from gridmerge.tabular.cell_values import as_code, cell_text, parse_numbers
from gridmerge.tabular.row_numbers import rows_in_words, same_lines

# how people write that there is none
_NO_VALUE = frozenset(["", "-", "—", "－", "–", "/", "无"])


def read_table(file: Path, key: str) -> pd.DataFrame:
    """Read a table as every input is read: CSV in UTF-8 or GBK, Excel, dbf …; columns of coordinates stay columns.

    Parameters
    ----------
    file
        Where it lies.
    key
        What errors call it beside its name.

    Raises
    ------
    InputError
        It is missing, held by another program, or is no table.
    """
    path = resolve_paths([file.name], file.parent)[0]
    piece = read_file(path, ReadRequest(key=key, name=display_path(path, file.parent), plain=True))
    return same_lines(
        pd.DataFrame(piece.frame.drop(columns=piece.frame.geometry.name)), piece.frame
    )


def find_column(table: pd.DataFrame, *names: str) -> str | None:
    """Return the column that goes by one of some names, whatever its case, width and decorations."""
    known = {field_key(str(name)): str(name) for name in reversed(table.columns)}
    return next((known[field_key(name)] for name in names if field_key(name) in known), None)


def code_texts(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column of codes as text; blank cells are ""."""
    return as_code(table[name])


def parse_amounts(values: pd.Series, file: Path) -> pd.Series:
    """Return a column as numbers, cells without one missing.

    Raises
    ------
    InputError
        A cell is neither a number nor says that there is none; the sentence says which.
    """
    parsed = parse_numbers(values)
    wrong = np.flatnonzero(parsed.isna().to_numpy() & _has_value(values))
    if len(wrong):
        cell, where = cell_text(values.iloc[wrong[0]])[:30], rows_in_words(wrong[:1], values)
        raise InputError(
            f"{file} 的列 {values.name} 有 {len(wrong)} 个单元格不是数字，如{where.zh}的“{cell}”；请改正，没有数据的留空。",
            f"{file}: {len(wrong)} cells of the column {values.name} are no numbers, such as {cell!r} in {where.en};"
            " correct them, and leave blank what is not known.",
        )
    return parsed


def mostly_amounts(values: pd.Series) -> bool:
    """Whether a column is meant to hold numbers: most of its cells that say something are such."""
    return bool(2 * int(parse_numbers(values).notna().sum()) > int(_has_value(values).sum()))


def _has_value(values: pd.Series) -> np.ndarray:
    """Which cells say something."""
    return np.array([cell_text(cell) not in _NO_VALUE for cell in values], dtype=bool)
