"""Headings and columns that the sheets of the workbook share."""

from __future__ import annotations

from typing import Any

from gridmerge.model import Build
from gridmerge.publish.sheets import Book, Column
from gridmerge.publish.words import label


def headed(book: Book, sheet: Any, title: str, note: str) -> int:
    """Write a title and a note above a table; return the row its header stands in."""
    sheet.write_string(0, 0, title, book.format(bold=True, font_size=16))
    sheet.write_string(1, 0, note, book.format(font_color="#595959"))
    sheet.set_row(0, 26)
    return 2


def titled(book: Book, key: str, decimals: int | None = None, **more: Any) -> Column:
    """Return a column under the name people know it by; `decimals` None holds text."""
    return Column(key=key, title=more.pop("title", None) or label(key, book.language), decimals=decimals, **more)


def work_columns(book: Book, build: Build) -> list[Column]:
    """Return a column a workload of the project."""
    return [titled(book, name, _decimals(build, name)) for name in build.weights.names]


def _decimals(build: Build, name: str) -> int:
    """Whole numbers where the workload counts, one decimal where it was shared out."""
    values = build.plan.grids[name]
    return 0 if bool((values == values.round()).all()) else 1
