"""Names of grids: by number, or after a place in them, each name once in a village."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from gridmerge.config import Grids
from gridmerge.model import GridPlan, Places, Source
from gridmerge.partition import named
from gridmerge.partition.naming import numbered

CRS = "EPSG:4544"


def plan_of(kinds):
    """A row of squares of 100 m in 东山村."""
    n = len(kinds)
    grids = gpd.GeoDataFrame(
        {
            "grid_code": [f"510311104201{i:03d}" for i in range(1, n + 1)],
            "grid_name": [f"东山村第{i}网格" for i in range(1, n + 1)],
            "grid_type": kinds,
            "village_name": "东山村",
        },
        geometry=[shapely.box(100 * i, 0, 100 * i + 100, 100) for i in range(n)],
        crs=CRS,
    )
    return GridPlan(grids=grids, faces=grids[["grid_code"]], sizes=Grids(), figures={}, findings=())


def names_after(spots, kinds):
    frame = gpd.GeoDataFrame(
        {"name": [name for name, *_ in spots]}, geometry=[shapely.Point(x, y) for _, x, y in spots], crs=CRS
    )
    places = Places(frame=frame, source=Source(key="places", path="地名.csv", sha256=""))
    return named(plan_of(kinds), places).grids["grid_name"].tolist()


def test_a_grid_is_called_after_the_place_nearest_its_middle():
    spots = [("曾家老屋", 10, 10), ("孙家沟", 60, 50), ("东山村", 150, 50)]
    assert names_after(spots, ["comprehensive"] * 3) == ["东山村孙家沟网格", "东山村第2网格", "东山村第3网格"]


def test_one_name_goes_to_one_grid_of_a_village_and_none_to_an_exclusive_one():
    spots = [("新街", 50, 50), ("新街", 190, 10), ("学校", 250, 50)]
    assert names_after(spots, ["comprehensive", "comprehensive", "exclusive"]) == [
        "东山村新街网格",
        "东山村第2网格",
        "东山村第3网格",
    ]


def test_the_order_of_the_places_does_not_matter():
    spots = [("甲", 40, 50), ("乙", 60, 50), ("丙", 100, 50)]
    assert names_after(spots, ["comprehensive"] * 2) == names_after(spots[::-1], ["comprehensive"] * 2)


@pytest.mark.parametrize(
    ("code", "exclusive", "zone", "name"),
    [
        ("510311104201003", False, "", "青山村第3网格"),
        ("510311104201801", True, "学校", "青山村学校专属网格"),
        ("510311104201802", True, "", "青山村专属网格3"),
    ],
)
def test_numbered_names(code, exclusive, zone, name):
    assert numbered(code, "青山村", exclusive, zone) == name
