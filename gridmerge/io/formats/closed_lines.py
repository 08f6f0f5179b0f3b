"""Areas from line drawings, and the texts that stand in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridmerge.geo import geos
from gridmerge.geo.crs import mostly_degrees

# line ends this near are one point: a millimetre, in metres and in degrees
_GRID_M, _GRID_DEG = 1e-3, 1e-8
# share two areas must have in common to be one drawn twice (an outline and its hatch)
_SAME_AREA_SHARE = 0.99


def enclosed_areas(
    closed: Sequence[BaseGeometry], lines: Sequence[BaseGeometry]
) -> tuple[list[BaseGeometry], int, float]:
    """Return the areas of a drawing.

    Parameters
    ----------
    closed
        Areas drawn as such: closed lines, hatches.
    lines
        Open lines. Those that cut a closed area divide it; others may enclose areas among themselves.

    Returns
    -------
    areas
        Closed areas no line divides, each once, then what lines enclose.
    made
        How many of them lines enclose.
    left
        Length of lines that enclose nothing.
    """
    areas = _drop_duplicates(closed)
    if not lines:
        return areas, 0, 0.0
    cut = _find_divided(areas, lines)
    faces, left = _polygonize_lines([*(areas[i].boundary for i in sorted(cut)), *lines])
    whole = [area for i, area in enumerate(areas) if i not in cut]
    return [*whole, *faces], len(faces), left


def _drop_duplicates(areas: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Drop areas drawn twice: the hatch of an outline, a line traced again."""
    if len(areas) < 2:
        return list(areas)
    shapes = _make_valid(areas)
    sizes = shapely.area(shapes)
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="intersects")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    near = np.minimum(sizes[left], sizes[right]) >= _SAME_AREA_SHARE * np.maximum(
        sizes[left], sizes[right]
    )
    left, right = left[near], right[near]
    common = shapely.area(geos.intersection(shapes[left], shapes[right]))
    same = common >= _SAME_AREA_SHARE * np.maximum(sizes[left], sizes[right])
    dropped = set(right[same].tolist())
    return [area for i, area in enumerate(areas) if i not in dropped]


def _make_valid(areas: Sequence[BaseGeometry]) -> np.ndarray:
    return np.asarray(geos.make_valid(np.array([*areas, None], dtype=object)[:-1]), dtype=object)


def _find_divided(areas: Sequence[BaseGeometry], lines: Sequence[BaseGeometry]) -> set[int]:
    if not areas:
        return set()
    shapes = _make_valid(areas)
    tree = shapely.STRtree(shapes)
    at, touched = tree.query(np.array(lines, dtype=object), predicate="intersects")
    inside = shapely.length(geos.intersection(np.array(lines, dtype=object)[at], shapes[touched]))
    along = shapely.length(
        geos.intersection(np.array(lines, dtype=object)[at], shapely.boundary(shapes[touched]))
    )
    return set(touched[inside > along].tolist())


def _polygonize_lines(lines: Sequence[BaseGeometry]) -> tuple[list[BaseGeometry], float]:
    grid = _GRID_DEG if mostly_degrees(np.array(lines, dtype=object)) else _GRID_M
    noded = geos.union_all(np.array(lines, dtype=object), grid_size=grid)
    faces, cuts, dangles, _ = shapely.polygonize_full(shapely.get_parts(noded))
    left = float(shapely.length(cuts) + shapely.length(dangles))
    found = [face for face in shapely.get_parts(faces) if face.area > 0]
    return sorted(found, key=lambda face: tuple(face.bounds)), left


def without_islands(
    areas: Sequence[BaseGeometry], places: Sequence[shapely.Point]
) -> list[BaseGeometry]:
    """Cut areas that lie wholly inside another out of it.

    An inner area counts as one of its own when a text of `places` stands in it, or when none stands in any: a building
    drawn inside a grid takes nothing from the grid.
    """
    if len(areas) < 2:
        return list(areas)
    shapes = _make_valid(areas)
    sizes = shapely.area(shapes)
    tree = shapely.STRtree(shapes)
    inner, outer = tree.query(shapes, predicate="intersects")
    keep = (inner != outer) & (sizes[inner] < _SAME_AREA_SHARE * sizes[outer])
    inner, outer = inner[keep], outer[keep]
    inside = (
        shapely.area(geos.intersection(shapes[inner], shapes[outer]))
        >= _SAME_AREA_SHARE * sizes[inner]
    )
    inner, outer = inner[inside], outer[inside]
    named = _has_own_text(shapes, places)
    holes: dict[int, list[int]] = {}
    for i in np.unique(inner).tolist():
        if named[i] or not named.any():
            around = outer[inner == i]
            holes.setdefault(int(around[np.argmin(sizes[around])]), []).append(i)
    return [
        geos.difference(shapes[i], geos.union_all(shapes[holes[i]])) if i in holes else area
        for i, area in enumerate(areas)
    ]


def _has_own_text(shapes: np.ndarray, places: Sequence[shapely.Point]) -> np.ndarray:
    """Say for each area whether a text stands in it that stands in no smaller one."""
    named = np.zeros(len(shapes), dtype=bool)
    if len(places):
        at, area = shapely.STRtree(shapes).query(
            np.array(places, dtype=object), predicate="intersects"
        )
        sizes = shapely.area(shapes)
        for place in np.unique(at):
            mine = area[at == place]
            named[mine[np.argmin(sizes[mine])]] = True
    return named


def label_areas(
    areas: Sequence[BaseGeometry],
    places: Sequence[shapely.Point],
    texts: Sequence[str],
    sizes: Sequence[float],
) -> tuple[list[str], list[str]]:
    """Return for each area its name (the tallest, then topmost text inside) and all its texts, joined by `` / ``.

    A text inside several areas (one within another) names the smallest.
    """
    inside: list[list[int]] = [[] for _ in areas]
    if len(places) and len(areas):
        shapes = _make_valid(areas)
        tree = shapely.STRtree(shapes)
        at, area = tree.query(np.array(places, dtype=object), predicate="intersects")
        extent = shapely.area(shapes)
        for place in np.unique(at):
            inside[min(area[at == place], key=lambda i: (extent[i], i))].append(int(place))
    ordered = [
        sorted(ones, key=lambda i: (-sizes[i], -places[i].y, places[i].x, texts[i]))
        for ones in inside
    ]
    spoken = [list(dict.fromkeys(texts[i] for i in ones)) for ones in ordered]
    return [words[0] if words else "" for words in spoken], [" / ".join(words) for words in spoken]
