"""Shares have nine decimals: of a large source that is square centimetres, and no broken promise."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gridmerge.invariants.crosswalk_accounts import _compare_areas


@pytest.mark.parametrize(
    ("area", "share", "good"),
    [
        (1570.6575, 0.000023132, True),
        (1570.6575, 0.000023134, False),
        (0.03, 0.0, True),
        (0.06, 0.0, False),
    ],
)
def test_a_share_is_wrong_from_its_last_decimal_on(area: float, share: float, good: bool):
    source = gpd.GeoDataFrame({"source_id": ["a"]}, geometry=[shapely.box(0, 0, 10_000, 6_790)])
    grid = 2_000.0
    table = pd.DataFrame(
        {"source_id": ["a"], "grid_code": ["1"], "area_m2": [area], "share_of_source": [share]}
    ).assign(share_of_grid=area / grid)
    assert (not list(_compare_areas("network", source, table, pd.Series({"1": grid})))) is good
