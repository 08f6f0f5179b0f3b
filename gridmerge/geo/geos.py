"""GEOS operations that go on where GEOS gives up: the one place that knows how to fall back.

GEOS raises on needles, bow-ties and nearly coincident lines. Each function here has the name and the arguments of its shapely
counterpart and calls it once for all. Only where that raises, the arrays are halved until the features that fail stand alone;
these are tried again made valid, on ever coarser precision grids, up to a centimetre. What fails even then raises
`StubbornError`, which says where: a check of the data turns it into a finding, a build into one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmerge.errors import GridmergeError

Geometries = NDArray[np.object_]
Bounds = tuple[float, float, float, float]
Function = Callable[..., Any]

GEOSException = shapely.errors.GEOSException
# metres, finest first: a vertex moves by less than any drawing means; the last is a centimetre
GRIDS_M = (1e-6, 1e-4, 1e-3, 1e-2)


class StubbornError(GridmergeError, GEOSException):
    """GEOS fails on a geometry however it is rounded.

    Parameters
    ----------
    operation
        What was tried.
    bounds
        x0, y0, x1, y1 of the geometries, in their own CRS.
    """

    def __init__(self, operation: str, bounds: Bounds) -> None:
        self.operation, self.bounds = operation, bounds
        x0, y0, x1, y1 = bounds
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        super().__init__(
            f"坐标 ({x:.3f}, {y:.3f}) 附近的图形无法计算（{operation}），取整后仍不行；请在源数据中检查该处的尖刺、自交或重复点。",
            f"the geometry near ({x:.3f}, {y:.3f}) cannot be computed ({operation}), not even rounded; look there for spikes, self-intersections or repeated points in the source data.",
        )


def intersection(a: Any, b: Any, grid_size: float | None = None) -> Any:
    """Return `shapely.intersection`, pair by pair."""
    return _call_pairwise(_gridded_call("intersection", grid_size), a, b)


def difference(a: Any, b: Any, grid_size: float | None = None) -> Any:
    """Return `shapely.difference`, pair by pair."""
    return _call_pairwise(_gridded_call("difference", grid_size), a, b)


def symmetric_difference(a: Any, b: Any, grid_size: float | None = None) -> Any:
    """Return `shapely.symmetric_difference`, pair by pair."""
    return _call_pairwise(_gridded_call("symmetric_difference", grid_size), a, b)


def union(a: Any, b: Any, grid_size: float | None = None) -> Any:
    """Return `shapely.union`, pair by pair."""
    return _call_pairwise(_gridded_call("union", grid_size), a, b)


def clip_by_rect(shapes: Any, x0: float, y0: float, x1: float, y1: float) -> Any:
    """Return `shapely.clip_by_rect`."""
    each = _Call("clip_by_rect", lambda shape: shapely.clip_by_rect(shape, x0, y0, x1, y1))
    return _call_pairwise(each, shapes)


def buffer(shapes: Any, distance: Any, **style: Any) -> Any:
    """Return `shapely.buffer`; `distance` is one, or one a shape."""
    each = _Call("buffer", lambda shape, by: shapely.buffer(shape, by, **style))
    return _call_pairwise(each, shapes, distance)


def simplify(shapes: Any, tolerance: Any, **how: Any) -> Any:
    """Return `shapely.simplify`; `tolerance` is one, or one a shape."""
    each = _Call("simplify", lambda shape, by: shapely.simplify(shape, by, **how))
    return _call_pairwise(each, shapes, tolerance)


def line_merge(shapes: Any) -> Any:
    """Return `shapely.line_merge`."""
    return _call_pairwise(_Call("line_merge", shapely.line_merge), shapes)


def shortest_line(a: Any, b: Any) -> Any:
    """Return `shapely.shortest_line`, pair by pair."""
    return _call_pairwise(_Call("shortest_line", shapely.shortest_line), a, b)


def set_precision(shapes: Any, grid_size: float, **how: Any) -> Any:
    """Return `shapely.set_precision`."""
    each = _Call("set_precision", lambda shape: shapely.set_precision(shape, grid_size, **how))
    return _call_pairwise(each, shapes)


def make_valid(shapes: Any, **how: Any) -> Any:
    """Return `shapely.make_valid`."""
    each = _Call("make_valid", lambda shape: shapely.make_valid(shape, **how))
    return _call_pairwise(each, shapes)


def point_on_surface(shapes: Any) -> Any:
    """Return `shapely.point_on_surface`; a shape too thin for a point inside has one of its vertices instead."""
    each = _Call("point_on_surface", shapely.point_on_surface, otherwise=_first_vertex)
    points = _call_pairwise(each, shapes)
    lost = shapely.is_empty(points) & ~shapely.is_empty(shapes)
    if not np.any(lost):
        return points
    if np.ndim(points) == 0:
        return _first_vertex(shapes)
    thin = np.asarray(shapes, dtype=object)[lost]
    points[lost] = [_first_vertex(shape) for shape in thin]
    return points


def _first_vertex(shape: shapely.Geometry) -> shapely.Point:
    return shapely.Point(shapely.get_coordinates(shape)[0])


def evaluate_predicate(predicate: str, a: Any, b: Any) -> Any:
    """Return a predicate of shapely by its name (``covers``, ``intersects`` …), pair by pair.

    For a pair that GEOS cannot compute even when rounded it is False.
    """
    each = _Call(predicate, getattr(shapely, predicate), otherwise=lambda *_: False)
    return _call_pairwise(each, a, b)


def query_tree(
    tree: shapely.STRtree, shapes: Any, predicate: Any = None, distance: float | None = None
) -> Any:
    """Return `STRtree.query`; where a predicate raises, the boxes choose and `evaluate_predicate` decides."""
    try:
        return tree.query(shapes, predicate=predicate, distance=distance)
    except GEOSException:
        if predicate is None or distance is not None:
            raise
    pairs = tree.query(shapes)
    if np.ndim(pairs) == 1:
        asked, found = shapes, pairs
    else:
        asked, found = np.asarray(shapes, dtype=object)[pairs[0]], pairs[1]
    holds = evaluate_predicate(predicate, asked, tree.geometries[found])
    return pairs[..., np.asarray(holds, dtype=bool)]


def union_all(shapes: Any, grid_size: float | None = None) -> Any:
    """Return `shapely.union_all` of all shapes."""
    call = _gridded_call("union_all", grid_size)
    return _call_whole(call, np.asarray(shapes, dtype=object))


def coverage_union_all(shapes: Any) -> Any:
    """Return `shapely.coverage_union_all`, or the plain union where the shapes are no coverage."""
    shapes = np.asarray(shapes, dtype=object)
    try:
        return shapely.coverage_union_all(shapes)
    except GEOSException:
        return union_all(shapes)


def coverage_simplify(shapes: Any, tolerance: float) -> Any:
    """Return `shapely.coverage_simplify`, or the shapes as they are where they are no coverage."""
    try:
        return shapely.coverage_simplify(shapes, tolerance)
    except GEOSException:
        return np.asarray(shapes, dtype=object).copy()


def coverage_is_valid(shapes: Any) -> bool:
    """Return `shapely.coverage_is_valid`; what GEOS cannot check is not valid."""
    try:
        return bool(shapely.coverage_is_valid(shapes))
    except GEOSException:
        return False


def polygonize_lines(lines: Any) -> Any:
    """Return `shapely.polygonize` of noded lines."""
    return _call_whole(_Call("polygonize", shapely.polygonize), np.asarray(lines, dtype=object))


class _Call:
    """An operation: its name for people, the function, the grids it may be tried on, and what it gives when all fails."""

    def __init__(
        self,
        name: str,
        function: Function,
        otherwise: Function | None = None,
        gridded: bool = False,
    ) -> None:
        self.name = name
        self.function = function
        self.otherwise = otherwise
        self.gridded = gridded

    def rungs(self, shapes: list[Any]) -> Iterator[Callable[[], Any]]:
        """The same operation on geometries made valid, then on ever coarser grids."""
        yield lambda: self.function(*map(_make_areas_valid, shapes))
        for grid in GRIDS_M:
            yield partial(self._on_grid, shapes, grid)

    def _on_grid(self, shapes: list[Any], grid: float) -> Any:
        options = {"grid_size": grid} if self.gridded else {}
        rounded = [_round_shapes(one, grid) for one in shapes]
        return self.function(*rounded, **options)


def _gridded_call(name: str, grid_size: float | None) -> _Call:
    def call(*shapes: Any, grid_size: float | None = grid_size) -> Any:
        return getattr(shapely, name)(*shapes, grid_size=grid_size)

    return _Call(name, call, gridded=True)


def _call_pairwise(call: _Call, *arguments: Any) -> Any:
    """Call for all at once, else for ever smaller halves, so that the bad ones cost the others nothing."""
    try:
        return call.function(*arguments)
    except GEOSException:
        arrays = np.broadcast_arrays(*(np.asarray(one) for one in arguments))
    if arrays[0].ndim == 0:
        return _call_rounded(call, [array.item() for array in arrays])
    if len(arrays[0]) == 1:
        return _wrap_result(_call_rounded(call, [array[0] for array in arrays]))
    half = len(arrays[0]) // 2
    first = _call_pairwise(call, *(array[:half] for array in arrays))
    second = _call_pairwise(call, *(array[half:] for array in arrays))
    return np.concatenate([first, second])


def _wrap_result(result: Any) -> Any:
    """An array of one result: of objects for a geometry or none, else of the result's own type."""
    geometry = result is None or isinstance(result, shapely.Geometry)
    array = np.empty(1, dtype=object if geometry else type(result))
    array[0] = result
    return array


def _call_whole(call: _Call, shapes: Geometries) -> Any:
    """Call for one result of all shapes."""
    try:
        return call.function(shapes)
    except GEOSException:
        return _call_rounded(call, [shapes])


def _call_rounded(call: _Call, shapes: list[Any]) -> Any:
    for attempt in call.rungs(shapes):
        try:
            result = attempt()
        except GEOSException:
            continue
        # what comes out of a needle may be invalid without a word
        if not _holds_geometry(result) or np.all(shapely.is_valid(result)):
            return result
    if call.otherwise is None:
        raise StubbornError(call.name, _common_bounds(shapes))
    return call.otherwise(*shapes)


def _make_areas_valid(shapes: Any) -> Any:
    """Geometries made valid; lines and numbers as they are."""
    if not _holds_geometry(shapes):
        return shapes
    if np.all(np.isin(shapely.get_dimensions(shapes), (0, 1, -1))):
        return shapes
    return shapely.make_valid(shapes)


def _round_shapes(shapes: Any, grid: float) -> Any:
    if not _holds_geometry(shapes):
        return shapes
    return shapely.set_precision(_make_areas_valid(shapes), grid)


def _holds_geometry(shapes: Any) -> bool:
    if isinstance(shapes, np.ndarray):
        return bool(shapes.dtype == object)
    return isinstance(shapes, shapely.Geometry)


def _common_bounds(shapes: list[Any]) -> Bounds:
    """The box in which the geometries of a failed call meet: what they share where they share any."""
    geometries = [np.ravel(one) for one in shapes if _holds_geometry(one)]
    boxes = np.array([shapely.total_bounds(one) for one in geometries])
    x0, y0 = boxes[:, :2].max(axis=0)
    x1, y1 = boxes[:, 2:].min(axis=0)
    if not (x0 <= x1 and y0 <= y1):
        x0, y0, x1, y1 = shapely.total_bounds(np.concatenate(geometries))
    return float(x0), float(y0), float(x1), float(y1)
