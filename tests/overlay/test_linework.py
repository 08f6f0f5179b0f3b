"""Lines and the polygons they are part of."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gridmerge.overlay.linework import find_least_values

SQUARE = shapely.box(0, 0, 10, 10)
FAR = shapely.box(100, 0, 110, 10)
SIDE = shapely.LineString([(10, 10), (0, 10)])
LINES = np.array([SIDE, shapely.LineString([(50, 50), (60, 60)])], dtype=object)


@pytest.mark.parametrize(
    "shape",
    [SQUARE, shapely.MultiPolygon([SQUARE, FAR]), shapely.MultiPolygon([FAR, SQUARE])],
    ids=["one", "first", "last"],
)
def test_a_line_is_found_on_any_part_of_a_polygon(shape):
    assert find_least_values(
        LINES, np.array([FAR, shape], dtype=object), np.array([1.0, 2.0])
    ).tolist() == [
        2.0,
        np.inf,
    ]


def test_the_least_of_several_is_told():
    shapes = np.array([SQUARE, shapely.MultiPolygon([FAR, SQUARE])], dtype=object)
    assert find_least_values(LINES, shapes, np.array([3.0, 2.0]))[0] == 2.0


@pytest.mark.parametrize("shapes", [[], [shapely.Polygon()], [shapely.MultiPolygon()], [SIDE]])
def test_shapes_without_an_outline_have_no_lines(shapes):
    drawn = np.array([*shapes, None], dtype=object)[:-1]
    assert np.isinf(find_least_values(LINES, drawn, np.zeros(len(drawn)))).all()
