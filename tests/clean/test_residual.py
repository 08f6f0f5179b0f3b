import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import settings as quick
from hypothesis import strategies as st

from gridmerge.clean import clean_township
from gridmerge.clean.georeference.offset import estimate_offset
from tests.clean.conftest import box, raw, settings, village_frame, wavy


@given(st.floats(-8, 8), st.floats(-8, 8), st.integers(0, 5))
@quick(max_examples=15, deadline=None)
def test_a_shift_is_found_through_digitising_noise(town, grids, east, north, seed):
    phase = np.random.default_rng(seed).uniform(0, 6, 2)

    def drawn_again(points):
        # as a careful hand would: some metres off, wandering over tens of metres
        return points + np.array([east, north]) + 1.5 * np.sin(points[:, ::-1] / 41 + phase)

    drawn = shapely.transform(grids.geometry.values, drawn_again)
    found = estimate_offset(gpd.GeoSeries(drawn, crs=grids.crs), town.villages)
    assert found.sure
    assert np.hypot(found.east - east, found.north - north) < 0.6


def test_direction_and_distance_are_in_words(town, grids):
    words = estimate_offset(grids.translate(4, 4), town.villages).text
    assert "东北" in words.zh and "5.7" in words.zh and "north-east" in words.en
    assert "没有整体偏移" in estimate_offset(grids.geometry, town.villages).text.zh


def test_a_network_that_ignores_the_villages_settles_nothing(town):
    x0, y0, _, _ = town.villages.total_bounds
    other = gpd.GeoSeries([shapely.box(x0 + 700, y0 + 700, x0 + 800, y0 + 800)], crs=town.crs)
    assert not estimate_offset(other, town.villages).sure


def test_lines_that_run_one_way_do_not_tell_a_shift_along_them(town):
    strips = clean_township(raw(village_frame([box(0, 0, 1, 40), box(1, 0, 1, 40)])), settings())
    assert not estimate_offset(
        gpd.GeoSeries([box(1, -50, 0.00001, 140)], crs=strips.crs), strips.villages
    ).sure


@pytest.mark.parametrize("seed", [1, 2])
def test_the_estimate_does_not_depend_on_the_order_of_rows(seed):
    town = clean_township(raw(village_frame(wavy(seed))), settings())
    drawn = town.villages.geometry.translate(2, -1)
    assert (
        estimate_offset(drawn, town.villages).text
        == estimate_offset(drawn.iloc[::-1], town.villages).text
    )


def _beside(town, inset: float, sides: str) -> gpd.GeoSeries:
    """Estates along the village lines, about so far inside the village on the sides named; their other sides are deep in it."""
    random, rows = np.random.default_rng(3), []
    for village in town.villages.geometry:
        x0, y0, x1, y1 = village.bounds
        for n in range(12):
            x, y = x0 + (x1 - x0) * (n + 0.2) / 12, y0 + (y1 - y0) * (n + 0.2) / 12
            w, h, (s, e, u, r) = (
                (x1 - x0) * 0.05,
                (y1 - y0) * 0.05,
                random.normal(inset, inset / 4, 4),
            )
            low = {
                "s": shapely.box(x, y0 + s, x + w, y0 + 300),
                "w": shapely.box(x0 + e, y, x0 + 300, y + h),
            }
            high = {
                "n": shapely.box(x, y1 - 300, x + w, y1 - u),
                "e": shapely.box(x1 - 300, y, x1 - r, y + h),
            }
            rows += [one for side, one in (low | high).items() if side in sides]
    return gpd.GeoSeries(rows, crs=town.crs)


@pytest.mark.parametrize("sides", ["sw", "ne", "nsew", "sne"])
@pytest.mark.parametrize("inset", [4.0, 8.0, 14.0, 22.0])
def test_walls_of_estates_inside_their_villages_are_no_shift(inset, sides):
    town = clean_township(raw(village_frame([box(0, 0, 12, 12), box(12, 0, 12, 12)])), settings())
    found = estimate_offset(_beside(town, inset, sides), town.villages)
    assert not found.sure or found.metres < 1


def test_estates_drawn_to_the_village_lines_and_shifted_as_a_whole_are():
    town = clean_township(raw(village_frame([box(0, 0, 12, 12), box(12, 0, 12, 12)])), settings())
    found = estimate_offset(_beside(town, 0.0, "nsew").translate(7, -3), town.villages)
    assert found.sure
    assert (found.east, found.north) == pytest.approx((7, -3), abs=0.3)
