"""A3 sheets, drawn in millimetres: the map on the left, the table on the right, what everybody asks for at the edges."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from gridmerge.i18n.text import Language
from gridmerge.i18n.text import Text as Words
from gridmerge.products.map.data import MapData
from gridmerge.products.poster.contents import PosterSheet
from gridmerge.products.poster.legend import draw_legend
from gridmerge.products.poster.map_sheet import draw_map
from gridmerge.products.poster.paper_units import (
    MM_PER_INCH,
    PAGE_EDGE_MM,
    PAGE_HEIGHT_MM,
    PAGE_WIDTH_MM,
    SOFT,
)
from gridmerge.products.poster.table import (
    beside_map,
    draw_further_tables,
    split_further_rows,
    split_rows,
)
from gridmerge.products.provenance import Imprint

MIN_TITLE_POINTS = 9.0  # points


def draw_sheet(
    sheet: PosterSheet, data: MapData, language: Language, imprint: Imprint
) -> list[Figure]:
    """Return a sheet as matplotlib figures of A3 size: the map with its table, and what the table needs of further sheets."""
    mark = imprint.mark.in_(language)
    figure, paper = _make_paper()
    scale = draw_map(paper, sheet, data, language)
    _draw_heading(paper, sheet.title, sheet.subtitle, mark)
    beside_map(paper, sheet, language)
    draw_legend(paper, data, language, scale)
    _draw_footer(paper, language, imprint)
    figures = [figure]
    for page, tables in enumerate(split_further_rows(split_rows(sheet.rows)[1]), 2):
        figure, paper = _make_paper()
        _draw_heading(
            paper,
            sheet.title,
            f"{sheet.subtitle} · {Words(f'续 {page}', f'sheet {page}').in_(language)}",
            mark,
        )
        draw_further_tables(paper, sheet, tables)
        _draw_footer(paper, language, imprint)
        figures.append(figure)
    return figures


def _make_paper() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(PAGE_WIDTH_MM / MM_PER_INCH, PAGE_HEIGHT_MM / MM_PER_INCH))
    paper = figure.add_axes((0, 0, 1, 1))
    paper.set(xlim=(0, PAGE_WIDTH_MM), ylim=(0, PAGE_HEIGHT_MM))
    paper.axis("off")
    return figure, paper


def _draw_heading(paper: Axes, title: str, subtitle: str, mark: str) -> None:
    paper.add_patch(
        Rectangle(
            (0, PAGE_HEIGHT_MM - 26), PAGE_WIDTH_MM, 26, facecolor="#0f3d47", edgecolor="none"
        )
    )
    label = paper.text(
        PAGE_WIDTH_MM - PAGE_EDGE_MM, PAGE_HEIGHT_MM - 13.5, mark, fontsize=14, color="#ffffff", ha="right", va="center",
        bbox={"boxstyle": "square,pad=0.35", "facecolor": "none", "edgecolor": "#ffffff", "linewidth": 1.2},
    )  # fmt: skip
    name = paper.text(
        PAGE_EDGE_MM,
        PAGE_HEIGHT_MM - 13.5,
        title[:24],
        fontsize=27,
        fontweight="bold",
        color="#fff",
        va="center",
    )
    room = _text_span(paper, label)[0] - 6 - PAGE_EDGE_MM
    _shrink_text(paper, name, room)
    right = _text_span(paper, name)[1] + 6
    smaller = paper.text(
        right, PAGE_HEIGHT_MM - 14, subtitle[:48], fontsize=16, color="#b9d4d6", va="center"
    )
    _shrink_text(paper, smaller, PAGE_EDGE_MM + room - right)


def _text_span(paper: Axes, text: Text) -> tuple[float, float]:
    """Left and right edge of a text, in millimetres."""
    box = text.get_window_extent()
    edges = paper.transData.inverted().transform([(box.x0, 0), (box.x1, 0)])
    return float(edges[0, 0]), float(edges[1, 0])


def _shrink_text(paper: Axes, text: Text, room: float) -> None:
    """Shrink a text that is wider than its room; below a readable size it goes."""
    left, right = _text_span(paper, text)
    size = float(text.get_fontsize()) * min(1.0, room / max(right - left, 1e-6))
    if size < MIN_TITLE_POINTS:
        text.set_visible(False)
    text.set_fontsize(max(size, MIN_TITLE_POINTS))


def _draw_footer(paper: Axes, language: Language, imprint: Imprint) -> None:
    paper.plot(
        [PAGE_EDGE_MM, PAGE_WIDTH_MM - PAGE_EDGE_MM], [14, 14], color="#c9c6ba", linewidth=0.8
    )
    paper.text(PAGE_EDGE_MM, 8.5, imprint.line(language), fontsize=9, color=SOFT, va="center")
