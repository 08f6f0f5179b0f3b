"""Which line of its file each row of a table stands in, titles and blank rows counted; and what stands above the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridmerge.i18n.text import Text

_KEY = "lines"
_TITLE = "title"
# Rows that a message names.
_LISTED = 5

Frame = TypeVar("Frame", bound=pd.DataFrame)


class _Lines:
    """Line numbers that pandas hands on and never copies: it copies `attrs` with every frame."""

    def __init__(self, numbers: NDArray[np.int64]) -> None:
        self.numbers = numbers

    def __deepcopy__(self, _: dict[int, Any]) -> _Lines:
        return self


def with_lines(frame: Frame, numbers: Sequence[int] | NDArray[np.int64]) -> Frame:
    """Note in a frame the line of each of its rows, counted from 1."""
    frame.attrs[_KEY] = _Lines(np.asarray(numbers, dtype=np.int64))
    return frame


def lines_of(frame: pd.DataFrame | pd.Series) -> NDArray[np.int64] | None:
    """Return the line of each row; None for what is no table of lines, or where rows have gone since."""
    lines = frame.attrs.get(_KEY)
    if not isinstance(lines, _Lines) or len(lines.numbers) != len(frame):
        return None
    return lines.numbers


def same_lines(
    frame: Frame, other: pd.DataFrame, rows: Sequence[int] | NDArray[np.int64] | None = None
) -> Frame:
    """Note in a frame the lines and the title of another, of which it has all rows or those given."""
    lines = lines_of(other)
    with_title(frame, title_of(other))
    if lines is None:
        return frame
    if rows is not None:
        lines = lines[np.asarray(rows, dtype=np.int64)]
    return with_lines(frame, lines)


def with_title(frame: Frame, title: str) -> Frame:
    """Note in a frame what stands above its table: titles, the name of the sheet."""
    if title:
        frame.attrs[_TITLE] = title
    return frame


def title_of(frame: pd.DataFrame) -> str:
    """Return what stands above a table; "" where nothing does."""
    return str(frame.attrs.get(_TITLE, ""))


def rows_in_words(
    rows: Sequence[int] | NDArray[np.int64], frame: pd.DataFrame | pd.Series | None = None
) -> Text:
    """Name rows of a frame (from 0) by their lines in the file, or as records where it has none; more than a few are left out."""
    lines = None if frame is None else lines_of(frame)
    shown = [int(row) for row in rows[:_LISTED]]
    numbers = [row + 1 if lines is None else int(lines[row]) for row in shown]
    return numbers_in_words(numbers, len(rows), by_line=lines is not None)


def numbers_in_words(numbers: Sequence[int], count: int, *, by_line: bool = True) -> Text:
    """Name lines (or records) by their numbers, the first few of `count`."""
    shown = [str(number) for number in numbers[:_LISTED]]
    more = count > len(shown)
    zh, en = ("行", "line") if by_line else ("条记录", "record")
    several = "s" if count > 1 else ""
    return Text(
        f"第 {'、'.join(shown)} {'等' if more else ''}{zh}",
        f"{en}{several} {', '.join(shown)}{' …' if more else ''}",
    )
