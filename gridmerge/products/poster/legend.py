"""What a map needs at its side: the legend, the north arrow, the scale bar."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle

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
)


def draw_legend(paper: Axes, data: MapData, language: Language, scale: int) -> None:
    """Draw the legend with the north arrow and the scale bar."""
    sizes, left, top = data.sizes, SIDE_LEFT_MM, 84.0
    unit = name_column(str(sizes.unit or "workload"), language)
    paper.text(
        left,
        top,
        Text(f"图例　每格{unit}", f"{unit} of each grid").in_(language),
        fontsize=11,
        fontweight="bold",
        color=INK,
    )
    for index, fill in enumerate(FILL_COLOURS):
        paper.add_patch(
            Rectangle(
                (left + index * 12, top - 10), 12, 6, facecolor=fill, edgecolor=INK, linewidth=0.5
            )
        )
    limits = (
        (0, "▼ < ", sizes.min, LOW),
        (36, "", sizes.target, INK),
        (72, "▲ > ", sizes.max, HIGH),
    )
    for at, sign, limit, colour in limits:
        if limit is None:
            continue
        text = f"{sign}{limit:,.0f}"
        paper.text(
            left + at,
            top - 14.5,
            text,
            fontsize=9,
            color=colour,
            ha=("left", "center", "right")[at // 36],
        )
    paper.add_patch(
        Rectangle((left, top - 26), 12, 6, facecolor=EXCLUSIVE, edgecolor=INK, linewidth=0.5)
    )
    paper.text(
        left + 15,
        top - 23,
        Text("专属网格", "exclusive grid").in_(language),
        fontsize=9,
        va="center",
        color=INK,
    )
    if _some_withheld(data):
        paper.add_patch(
            Rectangle(
                (left, top - 34), 12, 6, facecolor=WITHHELD_COLOUR, edgecolor=INK, linewidth=0.5
            )
        )
        said = NOT_PUBLISHED.in_(language)
        paper.text(left + 15, top - 31, said, fontsize=9, va="center", color=INK)
    paper.plot([left + 42, left + 54], [top - 23] * 2, color=RIM, linewidth=2.0)
    paper.text(left + 57, top - 23, VILLAGE_LINE.in_(language), fontsize=9, va="center", color=INK)
    _draw_north_arrow(paper, PAGE_WIDTH_MM - PAGE_EDGE_MM - 6, top - 8)
    _scale_bar(paper, left, top - 44, scale, language)


def _some_withheld(data: MapData) -> bool:
    """Whether the size of a grid is kept from whom the sheet is for."""
    unit = data.sizes.unit
    return bool(
        unit in data.grids
        and data.grids.loc[data.grids["grid_type"] != "exclusive", str(unit)].isna().any()
    )


def _draw_north_arrow(paper: Axes, x: float, y: float) -> None:
    paper.add_patch(
        Polygon(
            [(x, y + 7), (x - 3.2, y - 6), (x, y - 3)], facecolor=INK, edgecolor=INK, linewidth=0.8
        )
    )
    paper.add_patch(
        Polygon(
            [(x, y + 7), (x + 3.2, y - 6), (x, y - 3)],
            facecolor="#ffffff",
            edgecolor=INK,
            linewidth=0.8,
        )
    )
    paper.text(x, y + 9.5, "N", fontsize=12, fontweight="bold", ha="center", va="center", color=INK)


def _scale_bar(paper: Axes, x: float, y: float, scale: int, language: Language) -> None:
    metres = max(
        step
        for power in range(1, 6)
        for step in (10**power, 2 * 10**power, 5 * 10**power)
        if step <= scale * 0.08
    )
    long = metres / scale * 1000
    for index, colour in enumerate((INK, "#ffffff")):
        paper.add_patch(
            Rectangle(
                (x + index * long / 2, y),
                long / 2,
                2,
                facecolor=colour,
                edgecolor=INK,
                linewidth=0.8,
            )
        )
    far = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres} m"
    paper.text(x, y + 3.5, "0", fontsize=9, color=INK, ha="center")
    paper.text(x + long, y + 3.5, far, fontsize=9, color=INK, ha="center")
    paper.text(
        x,
        y - 6,
        Text(f"比例尺 1:{scale:,}（A3）", f"1:{scale:,} at A3").in_(language),
        fontsize=10,
        color=INK,
    )
