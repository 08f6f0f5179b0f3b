"""Before and after, as small inline SVG pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
import shapely
from markupsafe import Markup, escape
from numpy.typing import NDArray

from gridmerge.geo import geos
from gridmerge.i18n.text import Text
from gridmerge.model import Build
from gridmerge.products.data.csv_tables import to_records
from gridmerge.products.data.summary import unit_values

_WIDTH_PX = 720  # pixels of the drawing; the page scales it
_DETAIL_PX = 1.0  # pixels below which a bend of a line is not drawn
# too small, within the limits in three steps, too large
_FILL_COLOURS = (
    "#deebf7",
    "#c6dbef",
    "#9ecae1",
    "#6baed6",
    "#2171b5",
)
_STEPS_WITHIN = len(_FILL_COLOURS) - 2
_EXCLUSIVE_COLOUR = "#fdd49e"
_LABEL_STYLE = 'text-anchor="middle" font-size="12" font-family="sans-serif" fill="#123"'
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
        east, south = x - self.west, self.north - y
        return round(east * self.scale, 1), round(south * self.scale, 1)

    def _run(self, xy: NDArray[np.float64]) -> str:
        from_corner = xy - (self.west, self.north)
        pixels = np.round(from_corner * (self.scale, -self.scale), 1)
        return "M" + "L".join(f"{x:g},{y:g}" for x, y in pixels)


def draw_before(build: Build) -> Markup:
    """Return a picture of every departmental line as drawn, one over the other."""
    paper = _fit_paper(build)
    drawn = []
    for layer, colour in zip(build.layers, cycle(_LINE_COLOURS), strict=False):
        shapes = layer.frame.geometry.to_numpy()
        drawn.append(_stroke_lines(paper, shapes, colour, 0.7, 0.75))
    title = Text(
        "整合前：各部门网格线叠在一起", "Before: every department's lines, one over the other"
    )
    return _svg_markup(build, paper, title, [*drawn, _stroke_villages(build, paper)])


def draw_after(build: Build) -> Markup:
    """Return a picture of the unified grids by size, with their numbers.

    Grids that are too large or too small have a mark.
    """
    paper = _fit_paper(build)
    grids = build.plan.grids
    geometry = grids.geometry.to_numpy()
    shapes = geos.coverage_simplify(geometry, _DETAIL_PX / paper.scale)
    sizes = unit_values(build, grids)
    places = geos.point_on_surface(geometry)
    paths, labels = [], []
    # a picture has as many elements as grids: nothing to vectorise
    for n, grid in enumerate(to_records(grids[["grid_code", "grid_name", "grid_type"]])):
        fill, mark = _EXCLUSIVE_COLOUR, ""
        if grid["grid_type"] != "exclusive":
            fill, mark = _grid_style(build, float(sizes[n]))
        paths.append(_grid_path(paper, shapes[n], fill, f"{grid['grid_code']} {grid['grid_name']}"))
        number = grid["grid_code"][-3:] if _has_room(shapes[n], paper) else ""
        if mark or number:
            labels.append(_grid_label(paper, places[n], mark + number))
    fills = f'<g fill-rule="evenodd" stroke="#fff" stroke-width="1.2">{"".join(paths)}</g>'
    words = f"<g {_LABEL_STYLE}>{''.join(labels)}</g>"
    title = Text("整合后：统一的综合网格", "After: one layer of unified grids")
    return _svg_markup(build, paper, title, [fills, _stroke_villages(build, paper), words])


def _grid_path(paper: _Paper, shape: shapely.Geometry, fill: str, name: str) -> str:
    hint = escape(name[:_MAX_TITLE_CHARACTERS])
    return f'<path d="{paper.path(shape)}" fill="{fill}"><title>{hint}</title></path>'


def _grid_label(paper: _Paper, place: shapely.Point, words: str) -> str:
    x, y = paper.point(place.x, place.y)
    return f'<text x="{x}" y="{y + 4}">{escape(words)}</text>'


def _grid_style(build: Build, size: float) -> tuple[str, str]:
    """Fill and mark of a grid by its size; the mark says without colour what the colour says."""
    low, high = build.plan.sizes.min or 0.0, build.plan.sizes.max or np.inf
    if size < low:
        return _FILL_COLOURS[0], "▼"
    if size > high:
        return _FILL_COLOURS[-1], "▲"
    has_range = np.isfinite(high) and high > low
    part = (size - low) / (high - low) if has_range else 0.5
    step = min(int(part * _STEPS_WITHIN), _STEPS_WITHIN - 1)
    return _FILL_COLOURS[1 + step], ""


def _has_room(shape: shapely.Geometry, paper: _Paper) -> bool:
    """Whether a grid's number fits inside it."""
    return bool(shapely.area(shape) * paper.scale**2 > _MIN_LABEL_PX2)


def _fit_paper(build: Build) -> _Paper:
    west, south, east, north = build.township.villages.total_bounds
    scale = _WIDTH_PX / max(east - west, (north - south) / 1.4, 1.0)
    margin = 4 / scale
    height = round((north - south + 2 * margin) * scale)
    return _Paper(west - margin, north + margin, scale, height)


def _stroke_villages(build: Build, paper: _Paper) -> str:
    villages = build.township.villages.geometry.to_numpy()
    return _stroke_lines(paper, villages, "#222", 1.6, 1.0)


def _stroke_lines(
    paper: _Paper, shapes: Sequence[shapely.Geometry], colour: str, width: float, opacity: float
) -> str:
    lines = geos.simplify(shapely.boundary(shapes), _DETAIL_PX / paper.scale)
    path = "".join(paper.path(line) for line in lines if line is not None)
    stroke = f'stroke="{colour}" stroke-width="{width}" stroke-opacity="{opacity}"'
    return f'<path d="{path}" fill="none" {stroke}/>'


def _svg_markup(build: Build, paper: _Paper, title: Text, parts: Iterable[str]) -> Markup:
    words = escape(title.in_(build.settings.project.language))
    size = f'viewBox="0 0 {_WIDTH_PX + 8} {paper.height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{words}">'
    drawing = f"{head}{''.join(parts)}</svg>"
    # every part is our own markup around numbers and escaped codes
    return Markup(drawing)  # noqa: S704


def _coordinate_runs(shape: shapely.Geometry) -> list[NDArray[np.float64]]:
    is_area = shapely.get_dimensions(shape) == 2
    lines = shapely.get_parts(shapely.boundary(shape) if is_area else shape)
    return [shapely.get_coordinates(line) for line in lines if not line.is_empty]
