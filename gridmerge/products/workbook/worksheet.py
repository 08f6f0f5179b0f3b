"""One sheet of a workbook: title, frozen header, filter, widths, print set-up; codes as text, numbers as numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

from gridmerge.i18n.text import Language, Text

FONT_NAME = "Microsoft YaHei"  # on every Chinese Windows; others substitute it
_MAX_COLUMN_WIDTH = 30  # half-width characters; beyond this a cell wraps
_A3_FROM_WIDTH = 140  # columns' widths together from which a page of A4 would be too small to read
_A4, _A3 = 9, 8  # as Excel numbers papers
_LINE_HEIGHT_POINTS = 14.5  # points of height a line of text takes
_MAX_LINES = 20  # Excel allows 409 points a row
_FORBIDDEN_CHARACTERS = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_TEXT_LIMIT = 32_000  # Excel holds 32,767 characters a cell


@dataclass(frozen=True, kw_only=True)
class SheetColumn:
    """A column: the key of its rows, its header, and how many decimals its numbers show (None: text)."""

    key: str
    title: str
    decimals: int | None = None
    percent: bool = False
    width: int | None = None


@dataclass
class Book:
    """A workbook under way.

    Parameters
    ----------
    writer
        The open XlsxWriter workbook.
    language
        Of the labels.
    footer
        What stands at the foot of each printed page.
    """

    writer: xlsxwriter.Workbook
    language: Language
    footer: str
    taken: set[str] = field(default_factory=set)
    formats: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def format(self, **properties: Any) -> Any:
        """Return the cell format of these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            usual = {"font_name": FONT_NAME, "font_size": 10, "valign": "vcenter"}
            self.formats[key] = self.writer.add_format({**usual, **properties})
        return self.formats[key]

    def say(self, text: Text) -> str:
        """Return a sentence in the workbook's language."""
        return text.in_(self.language)

    def sheet(self, name: str) -> Any:
        """Add a sheet under a name Excel accepts: 31 characters, none forbidden, never one twice."""
        plain = _FORBIDDEN_CHARACTERS.sub(" ", name).strip(" '") or "sheet"
        title, count = plain[:31], 1
        while (
            title.casefold() in self.taken or title.casefold() == "history"
        ):  # Excel keeps History for itself
            count += 1
            title = f"{plain[: 31 - len(str(count)) - 2]}({count})"
        self.taken.add(title.casefold())
        sheet = self.writer.add_worksheet(title)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer(f"&L&8{self.footer.replace('&', '&&')}&R&8&P / &N")
        return sheet


def write_table(
    book: Book,
    sheet: Any,
    top: int,
    columns: Sequence[SheetColumn],
    rows: Iterable[Mapping[str, Any]],
    band: str | None = None,
) -> int:
    """Write a table with header, filter, widths and heights; return the row after its last.

    Parameters
    ----------
    top
        Row of the header, from 0; everything above it, and the header, stays in view and on every printed page.
    columns, rows
        What to write; a value None, NaN or "" leaves its cell empty.
    band
        Rows that share this key's value are shaded as one band, every other band.
    """
    head = book.format(
        bold=True,
        bg_color="#1F4E78",
        font_color="#FFFFFF",
        border=1,
        text_wrap=True,
        align="center",
    )
    listed = list(rows)
    widths = [column.width or _column_width(column, listed) for column in columns]
    shaded = _shade_rows(listed, band)
    for position, column in enumerate(columns):
        sheet.write_string(top, position, column.title, head)
        sheet.set_column(position, position, widths[position])
        cells = [_cell_format(book, column, shade) for shade in (False, True)]
        for offset, (row, shade) in enumerate(zip(listed, shaded, strict=True), top + 1):
            write_cell(sheet, offset, position, row.get(column.key), column, cells[shade])
    if sum(widths) > _A3_FROM_WIDTH:
        sheet.set_paper(_A3)
    sheet.set_row(
        top, _LINE_HEIGHT_POINTS * max(1 + column.title.count("\n") for column in columns) + 5
    )
    for offset, row in enumerate(listed, top + 1):
        lines = max(
            _line_count(row.get(column.key), column, width)
            for column, width in zip(columns, widths, strict=True)
        )
        if lines > 1:  # programs other than Excel do not grow a row for what wraps in it
            sheet.set_row(offset, _LINE_HEIGHT_POINTS * lines + 3)
    last = top + max(len(listed), 1)
    sheet.autofilter(top, 0, last, len(columns) - 1)
    sheet.freeze_panes(top + 1, min(2, len(columns) - 1))
    sheet.repeat_rows(top)
    sheet.print_area(0, 0, last, len(columns) - 1)
    return last + 1


def write_cell(
    sheet: Any, row: int, position: int, value: Any, column: SheetColumn, cell: Any
) -> None:
    """Write one value as what the column says it is: text never becomes a formula, a link or a number."""
    if value is None or value == "" or (isinstance(value, float) and not math.isfinite(value)):
        sheet.write_blank(row, position, None, cell)
    elif column.decimals is None:
        sheet.write_string(row, position, str(value)[:_TEXT_LIMIT], cell)
    else:
        sheet.write_number(row, position, round(float(value), 9) + 0.0, cell)


def _cell_format(book: Book, column: SheetColumn, shade: bool) -> Any:
    usual = {"border": 1, "border_color": "#BFBFBF"} | ({"bg_color": "#EEF3FA"} if shade else {})
    if column.decimals is None:
        return book.format(**usual, num_format="@", text_wrap=True, indent=1)
    digits = "0" + ("." + "0" * column.decimals if column.decimals else "")
    return book.format(**usual, num_format=f"{digits}%" if column.percent else f"#,##{digits}")


def _shade_rows(rows: Sequence[Mapping[str, Any]], band: str | None) -> list[bool]:
    shaded, shade = [], True
    for n, row in enumerate(rows):
        if band is not None and (n == 0 or row[band] != rows[n - 1][band]):
            shade = not shade
        shaded.append(shade and band is not None)
    return shaded


def _column_width(column: SheetColumn, rows: Sequence[Mapping[str, Any]]) -> float:
    if column.decimals is not None:
        return max(8, *map(columns_of, column.title.split("\n"))) + 3
    lines = (line for row in rows for line in str(row.get(column.key) or "").split("\n"))
    longest = max(map(columns_of, lines), default=0)
    return min(max(longest, columns_of(column.title) + 2), _MAX_COLUMN_WIDTH) + 2


def _line_count(value: Any, column: SheetColumn, width: float) -> int:
    if column.decimals is not None or value is None:
        return 1
    lines = str(value)[:_TEXT_LIMIT].split("\n")
    return min(sum(max(-(-columns_of(line) // int(width - 2)), 1) for line in lines), _MAX_LINES)


def columns_of(text: str) -> int:
    """Width in half-width columns: a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
