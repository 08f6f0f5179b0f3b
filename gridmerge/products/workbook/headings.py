"""Headings and columns that the sheets of the workbook share."""

from __future__ import annotations

from typing import Any

from gridmerge.model import Build
from gridmerge.products.labels import name_column
from gridmerge.products.workbook.worksheet import Book, SheetColumn


def write_heading(book: Book, sheet: Any, title: str, note: str) -> int:
    """Write a title and a note above a table; return the row its header stands in."""
    sheet.write_string(0, 0, title, book.format(bold=True, font_size=16))
    sheet.write_string(1, 0, note, book.format(font_color="#595959"))
    sheet.set_row(0, 26)
    return 2


def make_column(book: Book, key: str, decimals: int | None = None, **more: Any) -> SheetColumn:
    """Return a column under the name people know it by; `decimals` None holds text."""
    return SheetColumn(
        key=key,
        title=more.pop("title", None) or name_column(key, book.language),
        decimals=decimals,
        **more,
    )


def work_columns(book: Book, build: Build) -> list[SheetColumn]:
    """Return a column a workload of the project."""
    return [
        make_column(book, name, _workload_decimals(build, name)) for name in build.weights.names
    ]


def _workload_decimals(build: Build, name: str) -> int:
    """Whole numbers where the workload counts, one decimal where it was shared out."""
    values = build.plan.grids[name]
    return 0 if bool((values == values.round()).all()) else 1
