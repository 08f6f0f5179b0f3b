import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmerge.geo.gcj02 import SHIFTS, datum_to_wgs84

METRES = 111_320.0


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_the_way_back_is_exact_all_over_china(datum):
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(74, 134, 20_000), rng.uniform(18, 53, 20_000)
    there = SHIFTS[datum](lon, lat)
    x, y = datum_to_wgs84(datum, *there)
    assert np.hypot(x - lon, y - lat).max() * METRES < 1e-6
    moved = np.hypot((there[0] - lon) * np.cos(np.radians(lat)), there[1] - lat) * METRES
    assert moved.min() > 10 and moved.max() < 2_000


@given(st.floats(-180, 180), st.floats(-89, 89))
def test_abroad_nothing_is_shifted(lon, lat):
    if 72 < lon < 138 and 0.8 < lat < 56:
        return
    x, y = SHIFTS["gcj02"](np.array([lon]), np.array([lat]))
    assert x[0] == lon and y[0] == lat


def test_wgs84_is_left_alone():
    lon, lat = np.array([104.5]), np.array([29.3])
    assert datum_to_wgs84("wgs84", lon, lat) == (lon, lat)


def test_known_pair_of_beijing():
    # Tiananmen: the pair that web map manuals print, good to some metres
    x, y = SHIFTS["gcj02"](np.array([116.39115]), np.array([39.90745]))
    assert x[0] == pytest.approx(116.39739, abs=3e-5) and y[0] == pytest.approx(39.90886, abs=3e-5)
