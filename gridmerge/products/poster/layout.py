"""A3 sheets, drawn in millimetres: the map on the left, the table on the right, what everybody asks for at the edges."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
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
    draw_box,
)
from gridmerge.products.poster.table import (
    beside_map,
    draw_further_tables,
    split_further_rows,
    split_rows,
)
from gridmerge.products.provenance import Imprint

MIN_TITLE_POINTS = 9.0
HEADING_HEIGHT_MM, HEADING_FILL = 26, "#0f3d47"


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
    _, further_rows = split_rows(sheet.rows)
    for page, tables in enumerate(split_further_rows(further_rows), 2):
        figure, paper = _make_paper()
        page_words = Words(f"续 {page}", f"sheet {page}").in_(language)
        _draw_heading(paper, sheet.title, f"{sheet.subtitle} · {page_words}", mark)
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
    bottom = PAGE_HEIGHT_MM - HEADING_HEIGHT_MM
    look = {"facecolor": HEADING_FILL, "edgecolor": "none"}
    draw_box(paper, (0, bottom), PAGE_WIDTH_MM, HEADING_HEIGHT_MM, **look)
    label = _draw_mark(paper, mark)
    name_style: dict[str, Any] = {"fontsize": 27, "fontweight": "bold", "color": "#fff"}
    y = PAGE_HEIGHT_MM - 13.5
    name = paper.text(PAGE_EDGE_MM, y, title[:24], va="center", **name_style)
    room = _text_span(paper, label)[0] - 6 - PAGE_EDGE_MM
    _shrink_text(paper, name, room)
    right = _text_span(paper, name)[1] + 6
    subtitle_style: dict[str, Any] = {"fontsize": 16, "color": "#b9d4d6", "va": "center"}
    smaller = paper.text(right, PAGE_HEIGHT_MM - 14, subtitle[:48], **subtitle_style)
    _shrink_text(paper, smaller, PAGE_EDGE_MM + room - right)


def _draw_mark(paper: Axes, mark: str) -> Text:
    """Write what the sheet may be used for at the right of the heading, in a frame."""
    right, y = PAGE_WIDTH_MM - PAGE_EDGE_MM, PAGE_HEIGHT_MM - 13.5
    frame = {"facecolor": "none", "edgecolor": "#ffffff", "linewidth": 1.2}
    style: dict[str, Any] = {"fontsize": 14, "color": "#ffffff", "ha": "right", "va": "center"}
    return paper.text(right, y, mark, bbox={"boxstyle": "square,pad=0.35", **frame}, **style)


def _text_span(paper: Axes, text: Text) -> tuple[float, float]:
    """Left and right edge of a text, in millimetres."""
    box = text.get_window_extent()
    to_paper = paper.transData.inverted()
    (left, _), (right, _) = to_paper.transform([(box.x0, 0), (box.x1, 0)])
    return float(left), float(right)


def _shrink_text(paper: Axes, text: Text, room: float) -> None:
    """Shrink a text that is wider than its room; below a readable size it goes."""
    left, right = _text_span(paper, text)
    width = max(right - left, 1e-6)
    size = float(text.get_fontsize()) * min(1.0, room / width)
    if size < MIN_TITLE_POINTS:
        text.set_visible(False)
    text.set_fontsize(max(size, MIN_TITLE_POINTS))


def _draw_footer(paper: Axes, language: Language, imprint: Imprint) -> None:
    edges = [PAGE_EDGE_MM, PAGE_WIDTH_MM - PAGE_EDGE_MM]
    paper.plot(edges, [14, 14], color="#c9c6ba", linewidth=0.8)
    paper.text(PAGE_EDGE_MM, 8.5, imprint.line(language), fontsize=9, color=SOFT, va="center")
