"""A feature is the same whatever vertex its ring begins at, and another one when a vertex lies elsewhere."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from gridmerge.verify.sources import _compare_features

NEEDLE = [(0.0, 0.0), (0.0, 1e-6), (8.0, -1.7), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)]


def _table(*shapes):
    return gpd.GeoDataFrame(
        {"source_id": [f"a{n}" for n in range(len(shapes))]}, geometry=list(shapes)
    )


def _turned(ring, by):
    open_ring = ring[:-1]
    return shapely.Polygon([*open_ring[by:], *open_ring[: by + 1]])


@pytest.mark.parametrize("by", range(5))
def test_rings_with_repeated_vertices_may_begin_anywhere(by):
    written, loaded = (
        _table(shapely.MultiPolygon([_turned(NEEDLE, by)])),
        _table(shapely.Polygon(NEEDLE)),
    )
    assert list(_compare_features("police", written, loaded)) == []


@pytest.mark.parametrize(
    "other",
    [
        shapely.box(0, 0, 10, 10.001),
        shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 5, 5)),
        shapely.Polygon([(0, 0), (10, 0), (10, 10), (5, 10.01), (0, 10)]),
    ],
    ids=["a millimetre", "a hole", "a vertex"],
)
def test_what_lies_elsewhere_is_told(other):
    (failure,) = _compare_features("police", _table(other), _table(shapely.box(0, 0, 10, 10)))
    assert failure.promise == 3
