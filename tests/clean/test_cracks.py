"""Planted cracks between villages that lead out of the township are told with area and place; nothing else is."""

import numpy as np
import pytest
import shapely

from gridmerge.clean import clean_layer
from gridmerge.clean.topology.open_gaps import find_open_gaps
from gridmerge.config.settings import LayerSpec
from tests.clean.conftest import ORIGIN, box, kinds, one, raw, village_frame, wavy
from tests.clean.test_villages import township

X0, Y0 = ORIGIN


def told(shapes):
    return find_open_gaps(
        np.array(shapes, dtype=object), [str(n) for n in range(len(shapes))], ["村"] * len(shapes)
    )


@pytest.mark.parametrize("width", [2.0, 8.0, 19.0])
def test_a_crack_open_at_both_ends_is_told_with_area_and_place_and_not_filled(width):
    town = township([box(0, 0), box(1 + width / 1000, 0)])
    crack = one(town, "village_gap_open")
    assert crack.severity == "warning"
    assert crack.measure == pytest.approx(width * 1000, rel=0.02)
    assert X0 + 1000 < crack.place[0] < X0 + 1000 + width
    assert "甲村" in crack.message("zh") and "乙村" in crack.message("zh")
    assert shapely.area(town.villages.geometry.values).sum() == pytest.approx(2e6, abs=1)


def test_a_crack_open_at_one_end_is_told_and_a_closed_one_is_not_told_twice():
    slit = shapely.box(X0 + 995, Y0 + 700, X0 + 1005, Y0 + 1000)
    town = township([box(0, 0) - slit, box(1, 0) - slit])
    assert one(town, "village_gap_open").measure == pytest.approx(3000, rel=0.03)
    closed = shapely.box(X0 + 995, Y0 + 300, X0 + 1005, Y0 + 600)
    town = township([box(0, 0) - closed, box(1, 0) - closed])
    assert "village_gap" in kinds(town) and "village_gap_open" not in kinds(town)


def test_a_crack_of_three_villages_counts_once_and_two_cracks_twice():
    upper = [box(0, 1.01), box(1, 1.01)]
    assert len(told([box(0, 0, 2, 1), *upper])) == 1
    apart = told([box(0, 0), box(1.01, 0), box(2.02, 0)])
    assert [round(crack.measure, -3) for crack in apart] == [10_000, 10_000]


@pytest.mark.parametrize(
    "shapes",
    [
        [box(0, 0), box(1, 0)],  # they meet
        [box(0, 0), box(1.03, 0)],  # wider than a drawing error
        [box(0, 0), box(1, 1)],  # a corner
        [box(0, 0), box(1, 0, 1, 2)],  # a step in the outline
        [
            box(0, 0) - shapely.box(X0 + 500, Y0 + 500, X0 + 510, Y0 + 1000),
            box(1, 0),
        ],  # one village's own bay
        list(wavy(2)),
        [box(x, y) for x in range(3) for y in range(3)],  # one with no outline of its own
    ],
)
def test_what_is_no_crack_is_not_told(shapes):
    assert told(shapes) == []


def test_a_crack_lies_outside_for_whoever_counts_land():
    """Its area is in no village, so no layer's land in it counts and the sum of the villages is the town's land."""
    width = 10.0
    town = township([box(0, 0), box(1 + width / 1000, 0)])
    over = village_frame([box(0.5, 0.2, 1, 0.5)]).rename(columns={"XZQDM": "id"})
    layer = clean_layer(raw(over, "party"), LayerSpec(path="a.shp", key="party", id="id"), town)
    inside = shapely.area(
        shapely.intersection(layer.frame.geometry.values[0], town.villages.geometry.values)
    ).sum()
    assert inside == pytest.approx((1000 - width) * 500, abs=1)
