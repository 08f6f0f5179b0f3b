"""The table of a sheet: beside the map as long as people can read it there, else on sheets of its own that continue it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from gridmerge.i18n.text import Language, Text
from gridmerge.products.poster.contents import PosterSheet
from gridmerge.products.poster.paper_units import (
    INK,
    PAGE_EDGE_MM,
    PAGE_HEIGHT_MM,
    PAGE_WIDTH_MM,
    POINTS_PER_MM,
    SIDE_LEFT_MM,
    draw_box,
    measure_text_mm,
)

Rows = Sequence[tuple[str, ...]]

# of a table row; below the smallest (5.9 points) nobody reads it from a chair
ROW_HEIGHT_MM, MIN_ROW_HEIGHT_MM = 8.5, 4.0
TABLE_TOP_MM, ABOVE_LEGEND, ABOVE_FOOT = PAGE_HEIGHT_MM - 36.0, 92.0, 22.0
BESIDE_HEIGHT_MM = TABLE_TOP_MM - ABOVE_LEGEND
FURTHER_HEIGHT_MM = TABLE_TOP_MM - ABOVE_FOOT
BESIDE_SPAN_MM = (SIDE_LEFT_MM, PAGE_WIDTH_MM - PAGE_EDGE_MM)  # the map
GAP, CONTINUED_ROW = 8.0, 6.0
# rows beside the map, below the heading
MAX_ROWS_BESIDE = int(BESIDE_HEIGHT_MM / MIN_ROW_HEIGHT_MM + 1e-6) - 1
# rows of each of the tables of a further sheet
MAX_ROWS_FURTHER = int(FURTHER_HEIGHT_MM / CONTINUED_ROW + 1e-6) - 1
TABLES_PER_SHEET = 3
CELL_PADDING_MM = 1.2
TEXT_HEIGHT_SHARE = 0.52  # of a row's height
MIN_CELL_POINTS = 3.0
HEADING_SHADE, BAND_SHADE = "#dfe9e8", "#f3f3ee"


def beside_map(paper: Axes, sheet: PosterSheet, language: Language) -> None:
    """Draw the table beside the map; where it goes on, its last line says so."""
    here, rest = split_rows(sheet.rows)
    if rest:
        more = Text(f"另有 {len(rest)} 行见续页", f"{len(rest)} more on the next sheet")
        empty_cells = [""] * (len(sheet.columns) - 1)
        here = [*here, (more.in_(language), *empty_cells)]
    even_height = BESIDE_HEIGHT_MM / (len(here) + 1)
    height = max(MIN_ROW_HEIGHT_MM, min(ROW_HEIGHT_MM, even_height))
    _draw_table(paper, sheet, here, BESIDE_SPAN_MM, height)


def split_rows(rows: Rows) -> tuple[Rows, Rows]:
    """Rows that stand beside the map, and those that do not fit there."""
    if len(rows) <= MAX_ROWS_BESIDE:
        return rows, ()
    here = MAX_ROWS_BESIDE - 1
    return rows[:here], rows[here:]


def split_further_rows(rows: Rows) -> Iterator[list[Rows]]:
    """The tables of each further sheet, up to three beside each other."""
    tables = [rows[at : at + MAX_ROWS_FURTHER] for at in range(0, len(rows), MAX_ROWS_FURTHER)]
    for at in range(0, len(tables), TABLES_PER_SHEET):
        yield tables[at : at + TABLES_PER_SHEET]


def draw_further_tables(paper: Axes, sheet: PosterSheet, tables: list[Rows]) -> None:
    """Draw the tables of a further sheet."""
    inner_width = PAGE_WIDTH_MM - 2 * PAGE_EDGE_MM
    width = (inner_width - (TABLES_PER_SHEET - 1) * GAP) / TABLES_PER_SHEET
    for at, rows in enumerate(tables):
        left = PAGE_EDGE_MM + at * (width + GAP)
        _draw_table(paper, sheet, rows, (left, left + width), CONTINUED_ROW)


def _draw_table(
    paper: Axes, sheet: PosterSheet, rows: Rows, span: tuple[float, float], height: float
) -> None:
    left, right = span
    edges = _column_edges(sheet, span)
    points = height * POINTS_PER_MM * TEXT_HEIGHT_SHARE
    headings = tuple(column[0] for column in sheet.columns)
    for index, cells in enumerate([headings, *rows]):
        y = TABLE_TOP_MM - (index + 0.5) * height
        is_heading = index == 0
        if index % 2 == 0:
            shade = HEADING_SHADE if is_heading else BAND_SHADE
            corner = (left, y - height / 2)
            draw_box(paper, corner, right - left, height, facecolor=shade, edgecolor="none")
        for at, (text, column) in enumerate(zip(cells, sheet.columns, strict=True)):
            cell = Cell(text, _cell_span(edges, cells, at), y, points)
            _draw_cell(paper, cell, flush_right=column[2], bold=is_heading)


def _column_edges(sheet: PosterSheet, span: tuple[float, float]) -> NDArray[np.float64]:
    """Left edge of each column, and the right edge of the last, in millimetres."""
    left, right = span
    shares = np.array([column[1] for column in sheet.columns])
    upto = np.concatenate([[0.0], np.cumsum(shares / shares.sum())])
    edges: NDArray[np.float64] = left + upto * (right - left)
    return edges


def _cell_span(edges: NDArray[np.float64], cells: tuple[str, ...], at: int) -> tuple[float, float]:
    """Room of a cell's text: up to the table's edge where all cells after it are empty."""
    after = cells[at + 1 :]
    last_of_row = bool(after) and not any(after)
    end = edges[-1] if last_of_row else edges[at + 1]
    return edges[at] + CELL_PADDING_MM, end - CELL_PADDING_MM


@dataclass(frozen=True)
class Cell:
    """A cell's text, from where to where it may run and how high it stands (mm), its size."""

    text: str
    span: tuple[float, float]
    y: float
    points: float


def _draw_cell(paper: Axes, cell: Cell, *, flush_right: bool, bold: bool) -> None:
    left, right = cell.span
    # long names shrink rather than run over
    width = max(measure_text_mm(cell.text, cell.points), 1e-6)
    points = cell.points * min(1.0, (right - left) / width)
    x, side = (right, "right") if flush_right else (left, "left")
    style: dict[str, Any] = {
        "fontsize": max(points, MIN_CELL_POINTS),
        "fontweight": "bold" if bold else "normal",
    }
    paper.text(x, cell.y, cell.text[:60], ha=side, va="center", color=INK, **style)
