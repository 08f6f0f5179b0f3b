"""Before and after, as small inline SVG pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from markupsafe import Markup, escape
from numpy.typing import NDArray

from gridmerge.geo import geos
from gridmerge.i18n.text import Text
from gridmerge.model import Build
from gridmerge.products.data.summary import unit_values

_WIDTH_PX = 720  # pixels of the drawing; the page scales it
_DETAIL_PX = 1.0  # pixels below which a bend of a line is not drawn
_FILL_COLOURS = (
    "#deebf7",
    "#c6dbef",
    "#9ecae1",
    "#6baed6",
    "#2171b5",
)  # too small, within the limits in three steps, too large
_EXCLUSIVE_COLOUR = "#fdd49e"
_MIN_LABEL_PX2 = 700  # square pixels a grid needs to hold its number
_MAX_TITLE_CHARACTERS = 80  # characters of a name that show on hovering
_LINE_COLOURS = (
    "#1b9e77",
    "#d95f02",
    "#7570b3",
    "#e7298a",
    "#66a61e",
    "#a6761d",
    "#666666",
    "#1f78b4",
)


@dataclass(frozen=True)
class _Paper:
    """Metres to pixels, north up."""

    west: float
    north: float
    scale: float
    height: int

    def path(self, shape: shapely.Geometry) -> str:
        """Return the SVG path of a geometry's lines or rings, in whole tenths of pixels."""
        return "".join(self._run(coordinates) for coordinates in _coordinate_runs(shape))

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return pixels of a place in metres."""
        return round((x - self.west) * self.scale, 1), round((self.north - y) * self.scale, 1)

    def _run(self, xy: NDArray[np.float64]) -> str:
        pixels = np.round((xy - (self.west, self.north)) * (self.scale, -self.scale), 1)
        return "M" + "L".join(f"{x:g},{y:g}" for x, y in pixels)


def draw_before(build: Build) -> Markup:
    """Return a picture of every departmental line as drawn, one over the other."""
    paper = _fit_paper(build)
    drawn = [
        _stroke_lines(
            paper, layer.frame.geometry.to_numpy(), _LINE_COLOURS[n % len(_LINE_COLOURS)], 0.7, 0.75
        )
        for n, layer in enumerate(build.layers)
    ]
    title = Text(
        "整合前：各部门网格线叠在一起", "Before: every department's lines, one over the other"
    )
    return _svg_markup(build, paper, title, [*drawn, _stroke_villages(build, paper)])


def draw_after(build: Build) -> Markup:
    """Return a picture of the unified grids by size, with their numbers, marked where they are too large or too small."""
    paper = _fit_paper(build)
    grids = build.plan.grids
    shapes = geos.coverage_simplify(grids.geometry.to_numpy(), _DETAIL_PX / paper.scale)
    sizes = unit_values(build, grids)
    places = geos.point_on_surface(grids.geometry.to_numpy())
    drawn, words = [], []
    for n, code in enumerate(
        grids["grid_code"]
    ):  # a picture has as many elements as grids: nothing to vectorise
        special = grids["grid_type"].iloc[n] == "exclusive"
        fill, mark = (_EXCLUSIVE_COLOUR, "") if special else _grid_style(build, float(sizes[n]))
        hint = escape(f"{code} {grids['grid_name'].iloc[n]}"[:_MAX_TITLE_CHARACTERS])
        drawn.append(
            f'<path d="{paper.path(shapes[n])}" fill="{fill}"><title>{hint}</title></path>'
        )
        word = mark + (code[-3:] if _has_room(shapes[n], paper) else "")
        if word:
            x, y = paper.point(places[n].x, places[n].y)
            words.append(f'<text x="{x}" y="{y + 4}">{escape(word)}</text>')
    grouped = f'<g fill-rule="evenodd" stroke="#fff" stroke-width="1.2">{"".join(drawn)}</g>'
    written = f'<g text-anchor="middle" font-size="12" font-family="sans-serif" fill="#123">{"".join(words)}</g>'
    title = Text("整合后：统一的综合网格", "After: one layer of unified grids")
    return _svg_markup(build, paper, title, [grouped, _stroke_villages(build, paper), written])


def _grid_style(build: Build, size: float) -> tuple[str, str]:
    """Fill and mark of a grid by its size; the mark says without colour what the colour says."""
    low, high = build.plan.sizes.min or 0.0, build.plan.sizes.max or np.inf
    if size < low:
        return _FILL_COLOURS[0], "▼"
    if size > high:
        return _FILL_COLOURS[-1], "▲"
    part = (size - low) / (high - low) if np.isfinite(high) and high > low else 0.5
    return _FILL_COLOURS[1 + min(int(part * 3), 2)], ""


def _has_room(shape: shapely.Geometry, paper: _Paper) -> bool:
    """Whether a grid's number fits inside it."""
    return bool(shapely.area(shape) * paper.scale**2 > _MIN_LABEL_PX2)


def _fit_paper(build: Build) -> _Paper:
    west, south, east, north = build.township.villages.total_bounds
    scale = _WIDTH_PX / max(east - west, (north - south) / 1.4, 1.0)
    margin = 4 / scale
    return _Paper(west - margin, north + margin, scale, round((north - south + 2 * margin) * scale))


def _stroke_villages(build: Build, paper: _Paper) -> str:
    return _stroke_lines(paper, build.township.villages.geometry.to_numpy(), "#222", 1.6, 1.0)


def _stroke_lines(
    paper: _Paper, shapes: Sequence[shapely.Geometry], colour: str, width: float, opacity: float
) -> str:
    lines = geos.simplify(shapely.boundary(shapes), _DETAIL_PX / paper.scale)
    path = "".join(paper.path(line) for line in lines if line is not None)
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-opacity="{opacity}"/>'


def _svg_markup(build: Build, paper: _Paper, title: Text, parts: Iterable[str]) -> Markup:
    words = escape(title.in_(build.settings.project.language))
    size = f'viewBox="0 0 {_WIDTH_PX + 8} {paper.height}"'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{words}">{"".join(parts)}</svg>'
    return Markup(drawing)  # noqa: S704 - every part is our own markup around numbers and escaped codes


def _coordinate_runs(shape: shapely.Geometry) -> list[NDArray[np.float64]]:
    lines = shapely.get_parts(
        shapely.boundary(shape) if shapely.get_dimensions(shape) == 2 else shape
    )
    return [shapely.get_coordinates(line) for line in lines if not line.is_empty]
