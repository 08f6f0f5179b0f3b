"""Cells of a table that do not fit its header: more cells than names, and names that stand twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gridmerge.findings import Finding, make_finding
from gridmerge.io.read_request import ReadRequest
from gridmerge.io.sensitive_fields import mask_numbers
from gridmerge.tabular.row_numbers import numbers_in_words

_SHOWN_CHARACTERS = 40


def wide_row_findings(
    rows: Sequence[tuple[int, Sequence[Any]]], width: int, ask: ReadRequest
) -> list[Finding]:
    """A finding for the rows with more cells than the header: 1,234 without quotation marks is two cells, 1 and 234.

    Parameters
    ----------
    rows
        The rows below the header with their numbers in the file, as long as the file has them.
    width
        How many cells the header has, blank ones included.
    """
    wide = [
        (number, row) for number, row in rows if any(_stripped_text(cell) for cell in row[width:])
    ]
    if not wide:
        return []
    example = mask_numbers(",".join(_stripped_text(cell) for cell in wide[0][1]))
    listed = numbers_in_words([number for number, _ in wide], len(wide))
    shown = example[-_SHOWN_CHARACTERS:]
    return [
        make_finding(
            "rows_too_wide",
            layer=ask.key,
            measure=len(wide),
            file=ask.name,
            rows=listed,
            example=shown,
        )
    ]


def named_twice(
    keys: Sequence[str],
    columns: Sequence[Sequence[Any]],
    asked: Mapping[str, str],
    ask: ReadRequest,
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
        written = {tuple(_stripped_text(cell) for cell in columns[i]) for i in alike}
        if len(written) > 1:
            told.append(
                make_finding(
                    "field_twice", layer=ask.key, measure=len(alike), file=ask.name, field=name
                )
            )
    return told


def _stripped_text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()
