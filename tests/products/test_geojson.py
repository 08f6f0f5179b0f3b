"""Shapes in degrees: valid where they are valid in metres, and still one coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from pyproj import CRS

from gridmerge.geo.crs import lonlat_transformer
from gridmerge.products.data.geojson import in_lonlat

ZONE = CRS("EPSG:4523")  # CGCS2000, 3-degree zone 35: Linhe lies in its west
EAST, NORTH = 35_640_000.0, 4_510_000.0


def neighbours_with_a_tight_corner(side: float, off: float) -> np.ndarray:
    """Two triangles on either side of a long slanting side; a notch of the southern one ends `off` metres from it."""
    a, b = (EAST, NORTH), (EAST + side, NORTH + side)
    middle = (EAST + side / 2, NORTH + side / 2)
    tip = (middle[0] + off / math.sqrt(2), middle[1] - off / math.sqrt(2))
    below = shapely.Polygon(
        [a, (EAST + side * 0.49, NORTH), tip, (EAST + side * 0.51, NORTH), (EAST + side, NORTH), b]
    )
    above = shapely.Polygon([a, b, (EAST, NORTH + side)])
    return np.array([below, above], dtype=object)


@pytest.mark.parametrize("side", [1_500.0, 6_000.0])
def test_corner_beside_a_long_side_stays_on_its_side(side: float) -> None:
    shapes = neighbours_with_a_tight_corner(side, 0.0015)
    naive = shapely.transform(
        shapes, lambda xy: np.column_stack(lonlat_transformer(ZONE).transform(xy[:, 0], xy[:, 1]))
    )
    assert shapely.is_valid(shapes).all()
    assert not shapely.is_valid(naive).all()  # else this town tests nothing
    degrees = in_lonlat(shapes, ZONE)
    assert shapely.is_valid(degrees).all()
    assert shapely.coverage_is_valid(degrees)


def test_no_points_are_added_where_none_are_needed() -> None:
    shapes = neighbours_with_a_tight_corner(1_500.0, 40.0)
    assert (
        shapely.get_num_coordinates(in_lonlat(shapes, ZONE)) == shapely.get_num_coordinates(shapes)
    ).all()
