"""What a map needs at its side: the legend, the north arrow, the scale bar."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from gridmerge.i18n.text import Language, Text
from gridmerge.products.labels import NOT_PUBLISHED, VILLAGE_LINE, name_column
from gridmerge.products.map.data import MapData
from gridmerge.products.poster.paper_units import (
    EXCLUSIVE,
    FILL_COLOURS,
    HIGH,
    INK,
    LOW,
    PAGE_EDGE_MM,
    PAGE_WIDTH_MM,
    RIM,
    SIDE_LEFT_MM,
    WITHHELD_COLOUR,
    draw_box,
)

# Millimetres. Where the legend begins, and how far its parts lie below that.
LEGEND_TOP_MM = 84.0
FILLS_BELOW, LIMITS_BELOW, EXCLUSIVE_BELOW, WITHHELD_BELOW = 10.0, 14.5, 26.0, 34.0
SCALE_BAR_BELOW = 44.0
SWATCH_WIDTH_MM, SWATCH_HEIGHT_MM = 12, 6
WORDS_AFTER_MM = 15  # from a swatch's left edge to its words
VILLAGE_LINE_MM = (42, 54, 57)  # from the left: where the sample begins and ends, and its words
MAX_SCALE_BAR_SHARE = 0.08  # metres a unit of the scale's denominator: at most 80 mm on paper
SCALE_BAR_HEIGHT_MM = 2


def draw_legend(paper: Axes, data: MapData, language: Language, scale: int) -> None:
    """Draw the legend with the north arrow and the scale bar."""
    left, top = SIDE_LEFT_MM, LEGEND_TOP_MM
    unit = name_column(str(data.sizes.unit or "workload"), language)
    heading = Text(f"图例　每格{unit}", f"{unit} of each grid").in_(language)
    paper.text(left, top, heading, fontsize=11, fontweight="bold", color=INK)
    _draw_fills(paper, left, top - FILLS_BELOW)
    _draw_size_limits(paper, data, left, top - LIMITS_BELOW)
    exclusive = Text("专属网格", "exclusive grid").in_(language)
    _draw_swatch(paper, left, top - EXCLUSIVE_BELOW, EXCLUSIVE, exclusive)
    if _some_withheld(data):
        withheld = NOT_PUBLISHED.in_(language)
        _draw_swatch(paper, left, top - WITHHELD_BELOW, WITHHELD_COLOUR, withheld)
    _draw_village_line(paper, left, top - EXCLUSIVE_BELOW + SWATCH_HEIGHT_MM / 2, language)
    _draw_north_arrow(paper, PAGE_WIDTH_MM - PAGE_EDGE_MM - 6, top - 8)
    _draw_scale_bar(paper, left, top - SCALE_BAR_BELOW, scale, language)


def _draw_fills(paper: Axes, left: float, y: float) -> None:
    """Draw the six fills side by side."""
    for index, fill in enumerate(FILL_COLOURS):
        corner = (left + index * SWATCH_WIDTH_MM, y)
        _draw_fill(paper, corner, fill)


def _draw_fill(paper: Axes, corner: tuple[float, float], fill: str) -> None:
    look = {"facecolor": fill, "edgecolor": INK, "linewidth": 0.5}
    draw_box(paper, corner, SWATCH_WIDTH_MM, SWATCH_HEIGHT_MM, **look)


def _draw_swatch(paper: Axes, left: float, y: float, fill: str, words: str) -> None:
    _draw_fill(paper, (left, y), fill)
    middle = y + SWATCH_HEIGHT_MM / 2
    paper.text(left + WORDS_AFTER_MM, middle, words, fontsize=9, va="center", color=INK)


def _draw_size_limits(paper: Axes, data: MapData, left: float, y: float) -> None:
    """Write the least, the wanted and the greatest size below the fills they bound."""
    sizes = data.sizes
    limits = (
        (0, "left", "▼ < ", sizes.min, LOW),
        (36, "center", "", sizes.target, INK),
        (72, "right", "▲ > ", sizes.max, HIGH),
    )
    for at, side, sign, limit, colour in limits:
        if limit is not None:
            text = f"{sign}{limit:,.0f}"
            paper.text(left + at, y, text, fontsize=9, color=colour, ha=side)


def _draw_village_line(paper: Axes, left: float, y: float, language: Language) -> None:
    start, end, words = VILLAGE_LINE_MM
    paper.plot([left + start, left + end], [y, y], color=RIM, linewidth=2.0)
    name = VILLAGE_LINE.in_(language)
    paper.text(left + words, y, name, fontsize=9, va="center", color=INK)


def _some_withheld(data: MapData) -> bool:
    """Whether the size of a grid is kept from whom the sheet is for."""
    unit = data.sizes.unit
    if unit not in data.grids:
        return False
    comprehensive = data.grids["grid_type"] != "exclusive"
    return bool(data.grids.loc[comprehensive, str(unit)].isna().any())


def _draw_north_arrow(paper: Axes, x: float, y: float) -> None:
    """Draw an arrow of two halves, the western one dark."""
    tip = (x, y + 7)
    notch = (x, y - 3)
    west_foot, east_foot = (x - 3.2, y - 6), (x + 3.2, y - 6)
    for foot, fill in ((west_foot, INK), (east_foot, "#ffffff")):
        half = Polygon([tip, foot, notch], facecolor=fill, edgecolor=INK, linewidth=0.8)
        paper.add_patch(half)
    style: dict[str, Any] = {"fontsize": 12, "fontweight": "bold", "ha": "center", "va": "center"}
    paper.text(x, y + 9.5, "N", color=INK, **style)


def _draw_scale_bar(paper: Axes, x: float, y: float, scale: int, language: Language) -> None:
    metres = _round_length(scale * MAX_SCALE_BAR_SHARE)
    length = metres / scale * 1000
    half = length / 2
    for index, colour in enumerate((INK, "#ffffff")):
        look = {"facecolor": colour, "edgecolor": INK, "linewidth": 0.8}
        draw_box(paper, (x + index * length / 2, y), half, SCALE_BAR_HEIGHT_MM, **look)
    far_end = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres} m"
    paper.text(x, y + 3.5, "0", fontsize=9, color=INK, ha="center")
    paper.text(x + length, y + 3.5, far_end, fontsize=9, color=INK, ha="center")
    ratio = Text(f"比例尺 1:{scale:,}（A3）", f"1:{scale:,} at A3").in_(language)
    paper.text(x, y - 6, ratio, fontsize=10, color=INK)


def _round_length(most: float) -> int:
    """Return the greatest 1, 2 or 5 times a power of ten metres that is not above `most`."""
    powers = (10, 100, 1_000, 10_000, 100_000)
    lengths = [digit * power for power in powers for digit in (1, 2, 5)]
    return max(length for length in lengths if length <= most)
