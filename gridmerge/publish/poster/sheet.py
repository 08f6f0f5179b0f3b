"""One A3 sheet, drawn in millimetres: the map on the left, the table on the right, what everybody asks for at the edges."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from gridmerge.publish.imprint import Imprint
from gridmerge.publish.map.data import MapData
from gridmerge.publish.poster.key import legend
from gridmerge.publish.poster.land import draw_map
from gridmerge.publish.poster.paper import EDGE, HEIGHT, INCH, INK, MM, SIDE, SOFT, WIDTH, wide
from gridmerge.publish.poster.tables import Sheet
from gridmerge.text import Language

ROW, SMALLEST_ROW = 8.5, 3.2  # height of a table row; below the smallest nobody reads it from a chair
SMALLEST_TITLE = 9.0  # points


def draw(sheet: Sheet, data: MapData, language: Language, imprint: Imprint) -> Figure:
    """Return a sheet as a matplotlib figure of A3 size."""
    figure = Figure(figsize=(WIDTH / INCH, HEIGHT / INCH))
    paper = figure.add_axes((0, 0, 1, 1))
    paper.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
    paper.axis("off")
    scale = draw_map(paper, sheet, data, language)
    _head(paper, sheet, imprint.mark.in_(language))
    _table(paper, sheet)
    legend(paper, data, language, scale)
    _foot(paper, language, imprint)
    return figure


def _head(paper: Axes, sheet: Sheet, mark: str) -> None:
    paper.add_patch(Rectangle((0, HEIGHT - 26), WIDTH, 26, facecolor="#0f3d47", edgecolor="none"))
    label = paper.text(
        WIDTH - EDGE, HEIGHT - 13.5, mark, fontsize=14, color="#ffffff", ha="right", va="center",
        bbox={"boxstyle": "square,pad=0.35", "facecolor": "none", "edgecolor": "#ffffff", "linewidth": 1.2},
    )  # fmt: skip
    title = paper.text(EDGE, HEIGHT - 13.5, sheet.title[:24], fontsize=27, fontweight="bold", color="#fff", va="center")
    room = _span(paper, label)[0] - 6 - EDGE
    _narrow(paper, title, room)
    right = _span(paper, title)[1] + 6
    subtitle = paper.text(right, HEIGHT - 14, sheet.subtitle[:40], fontsize=16, color="#b9d4d6", va="center")
    _narrow(paper, subtitle, EDGE + room - right)


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


def _table(paper: Axes, sheet: Sheet) -> None:
    top, bottom = HEIGHT - 36.0, 92.0
    width = WIDTH - EDGE - SIDE
    shares = np.array([column[1] for column in sheet.columns])
    edges = SIDE + np.concatenate([[0.0], np.cumsum(shares / shares.sum())]) * width
    height = max(SMALLEST_ROW, min(ROW, (top - bottom) / (len(sheet.rows) + 1)))
    room = int((top - bottom) / height + 1e-6) - 1
    rows = list(sheet.rows if len(sheet.rows) <= room else sheet.rows[: room - 1])
    if len(rows) < len(sheet.rows):
        rows.append((f"… +{len(sheet.rows) - len(rows)}", *[""] * (len(sheet.columns) - 1)))
    points = height * MM * 0.52
    for index, cells in enumerate([tuple(column[0] for column in sheet.columns), *rows]):
        y = top - (index + 0.5) * height
        if index % 2 == 0:
            shade = "#dfe9e8" if index == 0 else "#f3f3ee"
            paper.add_patch(Rectangle((SIDE, y - height / 2), width, height, facecolor=shade, edgecolor="none"))
        for cell, left, right, column in zip(cells, edges, edges[1:], sheet.columns, strict=False):
            _cell(paper, cell, (left + 1.2, right - 1.2), y, points, flush_right=column[2], bold=index == 0)


def _cell(
    paper: Axes, text: str, span: tuple[float, float], y: float, points: float, *, flush_right: bool, bold: bool
) -> None:
    points *= min(1.0, (span[1] - span[0]) / max(wide(text, points), 1e-6))  # long names shrink rather than run over
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


def _foot(paper: Axes, language: Language, imprint: Imprint) -> None:
    paper.plot([EDGE, WIDTH - EDGE], [14, 14], color="#c9c6ba", linewidth=0.8)
    paper.text(EDGE, 8.5, imprint.line(language), fontsize=9, color=SOFT, va="center")
