"""Cells of a table that do not fit its header: more cells than names, and names that stand twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gridmerge.findings import Finding, found
from gridmerge.lines import numbers_in_words
from gridmerge.load.manners import masked
from gridmerge.load.piece import Ask

_SHOWN = 40


def overfull(rows: Sequence[tuple[int, Sequence[Any]]], width: int, ask: Ask) -> list[Finding]:
    """A finding for the rows with more cells than the header: 1,234 without quotation marks is two cells, 1 and 234.

    Parameters
    ----------
    rows
        The rows below the header with their numbers in the file, as long as the file has them.
    width
        How many cells the header has, blank ones included.
    """
    wide = [(number, row) for number, row in rows if any(_text(cell) for cell in row[width:])]
    if not wide:
        return []
    example = masked(",".join(_text(cell) for cell in wide[0][1]))
    listed = numbers_in_words([number for number, _ in wide], len(wide))
    shown = example[-_SHOWN:]
    return [found("rows_too_wide", layer=ask.key, measure=len(wide), file=ask.name, rows=listed, example=shown)]


def named_twice(
    keys: Sequence[str], columns: Sequence[Sequence[Any]], asked: Mapping[str, str], ask: Ask
) -> list[Finding]:
    """A finding for every field the project file names that two columns are called by, where they do not say the same.

    Parameters
    ----------
    keys, columns
        What the columns are called, as names are compared, and their cells.
    asked
        The fields the project file names, by their names as they are compared.
    """
    told = []
    for key, name in sorted(asked.items()):
        alike = [i for i, one in enumerate(keys) if one == key]
        written = {tuple(_text(cell) for cell in columns[i]) for i in alike}
        if len(written) > 1:
            told.append(found("field_twice", layer=ask.key, measure=len(alike), file=ask.name, field=name))
    return told


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()
