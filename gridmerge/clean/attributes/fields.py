"""Columns of a file: the one named in the project file or the one recognised, and their values as text and numbers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import shapely

from gridmerge.catalog import find_field, near_names
from gridmerge.errors import InputError
from gridmerge.findings import explain_empty
from gridmerge.model import RawLayer
from gridmerge.tabular.cell_values import as_code, cell_text

# Longer values are cut in sentences.
_SHOWN_CHARACTERS = 40


def attribute_names(raw: RawLayer) -> list[str]:
    """Names of the columns that are not geometry."""
    return [str(name) for name, kind in raw.frame.dtypes.items() if str(kind) != "geometry"]


def has_any_geometry(raw: RawLayer) -> bool:
    """Whether any row has a geometry: a table has none, or a column of nulls."""
    return (
        raw.frame.active_geometry_name is not None
        and not shapely.is_missing(np.asarray(raw.frame.geometry)).all()
    )


def not_empty(raw: RawLayer) -> None:
    """Refuse an input without a single row.

    Raises
    ------
    InputError
        It has none.
    """
    if len(raw.frame) == 0:
        source, why = raw.source, explain_empty(raw.findings)
        do_zh = why.zh or "；请检查文件、layer 和 where 是否选对"
        do_en = why.en or "; check whether file, layer and where are the right ones"
        raise InputError(
            f"{source.key}（{source.path}）里一个要素也没有{do_zh}。",
            f"{source.key} ({source.path}) holds no feature at all{do_en}.",
        )


def resolve_column(raw: RawLayer, wanted: str | None, part: str) -> str | None:
    """Return the column that plays `part`: the one named, else the one recognised by its name, else None.

    Raises
    ------
    InputError
        A column was named that the file does not have; near names are told.
    """
    columns = attribute_names(raw)
    if wanted is None:
        return find_field(columns, part)
    if wanted in columns:
        return wanted
    folded = [name for name in columns if name.casefold() == wanted.casefold()]
    if len(folded) == 1:  # shapefiles and databases shout their names
        return folded[0]
    raise no_field(raw, wanted, columns)


def no_field(raw: RawLayer, wanted: str, columns: list[str]) -> InputError:
    """The error for a column that is not there."""
    near = near_names(wanted, columns)
    zh = (
        f"，是否想写 {'、'.join(near)}？"
        if near
        else f"；文件中有：{'、'.join(columns) or '（无字段）'}。"
    )
    en = (
        f"; did you mean {', '.join(near)}?"
        if near
        else f"; it has: {', '.join(columns) or '(none)'}."
    )
    source = raw.source
    return InputError(
        f"{source.key}（{source.path}）没有字段 {wanted}{zh}",
        f"{source.key} ({source.path}) has no field {wanted}{en}",
    )


def text_values(values: pd.Series) -> pd.Series:
    """Return values as stripped text, "" for blanks; whole numbers lose the `.0` that a blank in the column gave them."""
    return values.map(cell_text)


def read_text_column(raw: RawLayer, name: str | None) -> pd.Series:
    """Return the column `name` as text, or blanks when there is none."""
    if name is None:
        return pd.Series("", index=raw.frame.index, dtype=object)
    return text_values(raw.frame[name]).astype(object)


def read_code_column(raw: RawLayer, name: str | None) -> pd.Series:
    """Return the column `name` in the normal form of codes, or blanks when there is none."""
    return read_text_column(raw, None) if name is None else as_code(raw.frame[name])


def split_list(cell: str) -> list[str]:
    """Split a cell that lists several names: by 、，,;；/| or white space."""
    for mark in "、，,;；/|\n\t\u3000":
        cell = cell.replace(mark, " ")
    return cell.split()


def join_examples(values: Iterable[str], most: int = 5) -> str:
    """Join a few values for a sentence, none of them at length; the rest is counted."""
    listed = [
        value if len(value) <= _SHOWN_CHARACTERS else f"{value[:_SHOWN_CHARACTERS]}…"
        for value in values
    ]
    return "、".join(listed[:most]) + (f" …（{len(listed)}）" if len(listed) > most else "")
