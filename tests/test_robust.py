"""GEOS gives up on some feature: the others cost nothing, it is tried again, and what is hopeless says where it lies."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import shapely

import gridmerge
from gridmerge.clean.topology import unmatched_edges
from gridmerge.geo import geos

# a needle on which shapely.clip_by_rect raises when it is cut at 0.617 of its width
NEEDLE = shapely.Polygon(
    [
        (518726.29579518526, 3224680.3969923407),
        (518714.26997610246, 3224679.0114917033),
        (518726.48598701233, 3224647.1782058785),
        (518714.15937814105, 3224679.2996951556),
    ]
)
BOW_TIE = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
SQUARE = shapely.box(0, 0, 10, 10)
FRAGILE = (
    "intersection|difference|symmetric_difference|union|clip_by_rect|buffer|simplify|line_merge|shortest_line|set_precision"
    "|make_valid|point_on_surface|union_all|unary_union|coverage_union_all|coverage_simplify|coverage_is_valid|polygonize"
)


def _failing_on(
    monkeypatch: pytest.MonkeyPatch, name: str, bad: object, unless: object = lambda **how: False
) -> list:
    """Let `shapely.NAME` raise whenever one of the geometries given is as bad as `bad` says; returns the calls made."""
    sound, calls = getattr(shapely, name), []

    def fails(*arguments: object, **how: object) -> object:
        calls.append(name)
        shapes = np.concatenate([np.ravel(np.asarray(one, dtype=object)) for one in arguments])
        if any(isinstance(one, shapely.Geometry) and bad(one) for one in shapes) and not unless(
            **how
        ):
            raise shapely.errors.GEOSException("TopologyException: planted")
        return sound(*arguments, **how)

    monkeypatch.setattr(shapely, name, fails)
    return calls


def _holds(place: tuple[float, float]) -> object:
    box = shapely.box(place[0] - 0.2, place[1] - 0.2, place[0] + 0.2, place[1] + 0.2)
    return lambda shape: shape.intersects(box)


def test_no_room_calls_a_fragile_operation_past_the_one_place_that_falls_back():
    root = Path(gridmerge.__file__).parent
    direct = re.compile(rf"\bshapely\.({FRAGILE})\(")
    found = {
        file.relative_to(root).as_posix(): direct.findall(file.read_text("utf-8"))
        for file in root.rglob("*.py")
        if file != Path(geos.__file__)
    }
    assert {name: calls for name, calls in found.items() if calls} == {}


def test_the_needle_is_cut():
    x0, y0, x1, y1 = NEEDLE.bounds
    box = x0, y0, x0 + 0.617 * (x1 - x0), y0 + 0.617 * (y1 - y0)
    with pytest.raises(shapely.errors.GEOSException):
        shapely.clip_by_rect(NEEDLE, *box)
    part = geos.clip_by_rect(NEEDLE, *box)
    assert part.is_valid
    assert part.area == pytest.approx(NEEDLE.intersection(shapely.box(*box)).area, abs=0.01)


@pytest.mark.parametrize("share", unmatched_edges.SLICE_SHARES)
def test_faces_of_a_network_with_a_needle_are_told(share):
    assert unmatched_edges._west_slice(NEEDLE, share).area > 0


@pytest.mark.parametrize("count", [1, 2, 7, 64])
@pytest.mark.parametrize("where", ["first", "last"])
def test_one_bad_pair_leaves_the_others_as_they_are(monkeypatch, count, where):
    squares = np.array(
        [shapely.box(20 * n, 0, 20 * n + 10, 10) for n in range(count)], dtype=object
    )
    halves = np.array([shapely.box(20 * n, 0, 20 * n + 5, 10) for n in range(count)], dtype=object)
    bad = 0 if where == "first" else count - 1
    _failing_on(
        monkeypatch,
        "intersection",
        _holds((20 * bad, 0)),
        unless=lambda grid_size=None, **_: grid_size,
    )
    common = geos.intersection(squares, halves)
    assert common.shape == (count,)
    assert shapely.area(common) == pytest.approx(50)
    assert all(one.equals(half) for one, half in zip(common, halves, strict=True))


@pytest.mark.parametrize("name", ["intersection", "difference", "symmetric_difference", "union"])
def test_pairs_that_only_a_coarser_grid_can_cut(monkeypatch, name):
    other = shapely.box(5, 0, 15, 10)
    right = getattr(shapely, name)(SQUARE, other).area
    _failing_on(
        monkeypatch, name, _holds((0, 0)), unless=lambda grid_size=None, **_: grid_size == 1e-3
    )
    assert getattr(geos, name)(SQUARE, other).area == pytest.approx(right)
    assert shapely.area(getattr(geos, name)(np.array([SQUARE] * 3), other)) == pytest.approx(right)


def test_a_union_that_only_a_coarser_grid_can_make(monkeypatch):
    _failing_on(
        monkeypatch,
        "union_all",
        _holds((0, 0)),
        unless=lambda grid_size=None, **_: grid_size == 1e-2,
    )
    assert geos.union_all([SQUARE, shapely.box(10, 0, 20, 10)]).area == pytest.approx(200)


@pytest.mark.parametrize("name", ["buffer", "simplify"])
def test_one_number_a_shape_stays_with_its_shape(monkeypatch, name):
    shapes = np.array([shapely.box(20 * n, 0, 20 * n + 10, 10) for n in range(5)], dtype=object)
    by = (
        np.array([-1.0, -2.0, -3.0, -4.0, 1.0])
        if name == "buffer"
        else np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    )
    right = getattr(shapely, name)(shapes, by)
    met = []
    _failing_on(
        monkeypatch,
        name,
        lambda shape: _holds((40, 0))(shape) and len(met) < 4 and not met.append(1),
    )
    assert shapely.area(getattr(geos, name)(shapes, by)) == pytest.approx(shapely.area(right))


@pytest.mark.parametrize("name", ["buffer", "make_valid", "line_merge", "set_precision"])
def test_what_is_hopeless_says_where_it_lies(monkeypatch, name):
    shapes = np.array([shapely.box(20 * n, 0, 20 * n + 10, 10) for n in range(5)], dtype=object)
    more = {"buffer": (1.0,), "set_precision": (1e-3,)}.get(name, ())
    _failing_on(monkeypatch, name, _holds((60, 0)))
    with pytest.raises(geos.StubbornError) as stopped:
        getattr(geos, name)(shapes, *more)
    assert stopped.value.bounds == (60, 0, 70, 10)
    assert name in stopped.value.text.zh
    assert "65.000, 5.000" in stopped.value.text.en


@pytest.mark.parametrize(
    "thin",
    [
        NEEDLE,
        shapely.Polygon([(0, 0), (100, 0), (100, 1e-9), (0, 0)]),
        shapely.Polygon([(1e7, 1e7), (1e7 + 50, 1e7 + 1e-7), (1e7 + 100, 1e7), (1e7, 1e7)]),
        shapely.Polygon([(0, 0), (5, 0), (10, 0), (0, 0)]),
        shapely.Polygon([(3, 3), (3, 3), (3, 3), (3, 3)]),
    ],
    ids=["needle", "spike", "far away", "collinear", "one point"],
)
def test_every_shape_has_a_point(thin):
    point = geos.point_on_surface(thin)
    assert not point.is_empty
    assert point.distance(thin) < 1e-6
    assert not shapely.is_empty(geos.point_on_surface(np.array([SQUARE, thin], dtype=object))).any()


def test_a_shape_on_which_no_point_can_be_found_has_a_vertex(monkeypatch):
    _failing_on(monkeypatch, "point_on_surface", _holds((0, 0)))
    points = geos.point_on_surface(np.array([SQUARE, shapely.box(50, 0, 60, 10)], dtype=object))
    assert shapely.distance(points, [SQUARE, shapely.box(50, 0, 60, 10)]).tolist() == [0, 0]
    assert points[1].equals(shapely.Point(55, 5))


@pytest.mark.parametrize("predicate", ["intersects", "covers", "contains_properly"])
def test_a_relation_that_cannot_be_told_does_not_hold_and_the_others_do(monkeypatch, predicate):
    shapes = np.array([shapely.box(20 * n, 0, 20 * n + 10, 10) for n in range(6)], dtype=object)
    _failing_on(monkeypatch, predicate, lambda shape: shape.area > 0 and _box_holds(shape, (40, 0)))
    held = geos.evaluate_predicate(predicate, shapes, shapely.point_on_surface(shapes))
    assert held.tolist() == [True, True, False, True, True, True]


def _box_holds(shape: shapely.Geometry, place: tuple[float, float]) -> bool:
    x0, y0, x1, y1 = shape.bounds
    return x0 <= place[0] <= x1 and y0 <= place[1] <= y1


def test_a_tree_answers_for_bow_ties():
    tree = shapely.STRtree([SQUARE, shapely.box(50, 0, 60, 10)])
    assert geos.query_tree(tree, np.array([BOW_TIE]), predicate="intersects").tolist() == [[0], [0]]


def test_shapes_that_are_no_coverage_are_united_and_kept():
    twice = np.array([SQUARE, SQUARE, BOW_TIE], dtype=object)
    assert geos.coverage_union_all(twice).area >= 99
    assert len(geos.coverage_simplify(twice, 1.0)) == 3
