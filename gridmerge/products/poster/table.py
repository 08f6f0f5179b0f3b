"""The table of a sheet: beside the map as long as people can read it there, else on sheets of its own that continue it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from gridmerge.i18n.text import Language, Text
from gridmerge.products.poster.contents import PosterSheet
from gridmerge.products.poster.paper_units import (
    INK,
    PAGE_EDGE_MM,
    PAGE_HEIGHT_MM,
    PAGE_WIDTH_MM,
    POINTS_PER_MM,
    SIDE_LEFT_MM,
    measure_text_mm,
)

Rows = Sequence[tuple[str, ...]]

ROW_HEIGHT_MM, MIN_ROW_HEIGHT_MM = (
    8.5,
    4.0,
)  # height of a table row; below the smallest (5.9 points) nobody reads it from a chair
TABLE_TOP_MM, ABOVE_LEGEND, ABOVE_FOOT = PAGE_HEIGHT_MM - 36.0, 92.0, 22.0
BESIDE_SPAN_MM = (SIDE_LEFT_MM, PAGE_WIDTH_MM - PAGE_EDGE_MM)  # the map
GAP, CONTINUED_ROW = 8.0, 6.0
MAX_ROWS_BESIDE = (
    int((TABLE_TOP_MM - ABOVE_LEGEND) / MIN_ROW_HEIGHT_MM + 1e-6) - 1
)  # rows beside the map, below the heading
MAX_ROWS_FURTHER = (
    int((TABLE_TOP_MM - ABOVE_FOOT) / CONTINUED_ROW + 1e-6) - 1
)  # rows of each of the three tables of a further sheet


def beside_map(paper: Axes, sheet: PosterSheet, language: Language) -> None:
    """Draw the table beside the map; where it goes on, its last line says so."""
    here, rest = split_rows(sheet.rows)
    if rest:
        more = Text(f"另有 {len(rest)} 行见续页", f"{len(rest)} more on the next sheet").in_(
            language
        )
        here = [*here, (more, *[""] * (len(sheet.columns) - 1))]
    height = max(
        MIN_ROW_HEIGHT_MM, min(ROW_HEIGHT_MM, (TABLE_TOP_MM - ABOVE_LEGEND) / (len(here) + 1))
    )
    _draw_table(paper, sheet, here, BESIDE_SPAN_MM, height)


def split_rows(rows: Rows) -> tuple[Rows, Rows]:
    """Rows that stand beside the map, and those that do not fit there."""
    return (
        (rows, ())
        if len(rows) <= MAX_ROWS_BESIDE
        else (rows[: MAX_ROWS_BESIDE - 1], rows[MAX_ROWS_BESIDE - 1 :])
    )


def split_further_rows(rows: Rows) -> Iterator[list[Rows]]:
    """The tables of each further sheet, up to three beside each other."""
    tables = [rows[at : at + MAX_ROWS_FURTHER] for at in range(0, len(rows), MAX_ROWS_FURTHER)]
    yield from (tables[at : at + 3] for at in range(0, len(tables), 3))


def draw_further_tables(paper: Axes, sheet: PosterSheet, tables: list[Rows]) -> None:
    """Draw the tables of a further sheet."""
    width = (PAGE_WIDTH_MM - 2 * PAGE_EDGE_MM - 2 * GAP) / 3
    for at, rows in enumerate(tables):
        left = PAGE_EDGE_MM + at * (width + GAP)
        _draw_table(paper, sheet, rows, (left, left + width), CONTINUED_ROW)


def _draw_table(
    paper: Axes, sheet: PosterSheet, rows: Rows, span: tuple[float, float], height: float
) -> None:
    left, right = span
    shares = np.array([column[1] for column in sheet.columns])
    edges = left + np.concatenate([[0.0], np.cumsum(shares / shares.sum())]) * (right - left)
    points = height * POINTS_PER_MM * 0.52
    for index, cells in enumerate([tuple(column[0] for column in sheet.columns), *rows]):
        y = TABLE_TOP_MM - (index + 0.5) * height
        if index % 2 == 0:
            shade = "#dfe9e8" if index == 0 else "#f3f3ee"
            paper.add_patch(
                Rectangle(
                    (left, y - height / 2), right - left, height, facecolor=shade, edgecolor="none"
                )
            )
        for at, (cell, column) in enumerate(zip(cells, sheet.columns, strict=True)):
            # room that stands empty
            end = edges[-1] if cells[at + 1 :] and not any(cells[at + 1 :]) else edges[at + 1]
            _draw_cell(
                paper,
                cell,
                (edges[at] + 1.2, end - 1.2),
                y,
                points,
                flush_right=column[2],
                bold=index == 0,
            )


def _draw_cell(
    paper: Axes,
    text: str,
    span: tuple[float, float],
    y: float,
    points: float,
    *,
    flush_right: bool,
    bold: bool,
) -> None:
    points *= min(
        1.0, (span[1] - span[0]) / max(measure_text_mm(text, points), 1e-6)
    )  # long names shrink rather than run over
    x, side = (span[1], "right") if flush_right else (span[0], "left")
    paper.text(
        x,
        y,
        text[:60],
        fontsize=max(points, 3.0),
        ha=side,
        va="center",
        color=INK,
        fontweight="bold" if bold else "normal",
    )
