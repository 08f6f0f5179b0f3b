"""A3 sheets, drawn in millimetres: the map on the left, the table on the right, what everybody asks for at the edges."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from gridmerge.publish.imprint import Imprint
from gridmerge.publish.map.data import MapData
from gridmerge.publish.poster.key import legend
from gridmerge.publish.poster.land import draw_map
from gridmerge.publish.poster.paper import EDGE, HEIGHT, INCH, SOFT, WIDTH
from gridmerge.publish.poster.table import beside_map, continued, further, parts
from gridmerge.publish.poster.tables import Sheet
from gridmerge.text import Language
from gridmerge.text import Text as Words

SMALLEST_TITLE = 9.0  # points


def draw(sheet: Sheet, data: MapData, language: Language, imprint: Imprint) -> list[Figure]:
    """Return a sheet as matplotlib figures of A3 size: the map with its table, and what the table needs of further sheets."""
    mark = imprint.mark.in_(language)
    figure, paper = _paper()
    scale = draw_map(paper, sheet, data, language)
    _head(paper, sheet.title, sheet.subtitle, mark)
    beside_map(paper, sheet, language)
    legend(paper, data, language, scale)
    _foot(paper, language, imprint)
    figures = [figure]
    for page, tables in enumerate(further(parts(sheet.rows)[1]), 2):
        figure, paper = _paper()
        _head(paper, sheet.title, f"{sheet.subtitle} · {Words(f'续 {page}', f'sheet {page}').in_(language)}", mark)
        continued(paper, sheet, tables)
        _foot(paper, language, imprint)
        figures.append(figure)
    return figures


def _paper() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH / INCH, HEIGHT / INCH))
    paper = figure.add_axes((0, 0, 1, 1))
    paper.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
    paper.axis("off")
    return figure, paper


def _head(paper: Axes, title: str, subtitle: str, mark: str) -> None:
    paper.add_patch(Rectangle((0, HEIGHT - 26), WIDTH, 26, facecolor="#0f3d47", edgecolor="none"))
    label = paper.text(
        WIDTH - EDGE, HEIGHT - 13.5, mark, fontsize=14, color="#ffffff", ha="right", va="center",
        bbox={"boxstyle": "square,pad=0.35", "facecolor": "none", "edgecolor": "#ffffff", "linewidth": 1.2},
    )  # fmt: skip
    name = paper.text(EDGE, HEIGHT - 13.5, title[:24], fontsize=27, fontweight="bold", color="#fff", va="center")
    room = _span(paper, label)[0] - 6 - EDGE
    _narrow(paper, name, room)
    right = _span(paper, name)[1] + 6
    smaller = paper.text(right, HEIGHT - 14, subtitle[:48], fontsize=16, color="#b9d4d6", va="center")
    _narrow(paper, smaller, EDGE + room - right)


def _span(paper: Axes, text: Text) -> tuple[float, float]:
    """Left and right edge of a text, in millimetres."""
    box = text.get_window_extent()
    edges = paper.transData.inverted().transform([(box.x0, 0), (box.x1, 0)])
    return float(edges[0, 0]), float(edges[1, 0])


def _narrow(paper: Axes, text: Text, room: float) -> None:
    """Shrink a text that is wider than its room; below a readable size it goes."""
    left, right = _span(paper, text)
    size = float(text.get_fontsize()) * min(1.0, room / max(right - left, 1e-6))
    if size < SMALLEST_TITLE:
        text.set_visible(False)
    text.set_fontsize(max(size, SMALLEST_TITLE))


def _foot(paper: Axes, language: Language, imprint: Imprint) -> None:
    paper.plot([EDGE, WIDTH - EDGE], [14, 14], color="#c9c6ba", linewidth=0.8)
    paper.text(EDGE, 8.5, imprint.line(language), fontsize=9, color=SOFT, va="center")
