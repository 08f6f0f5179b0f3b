"""Names of grids: by number, or after a place in them, each name once in a village."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

from gridmerge.config.settings import Grids
from gridmerge.districting import name_grids
from gridmerge.districting.grid_names import make_grid_name
from gridmerge.inputs.previous_plan import read_previous_plan
from gridmerge.model import GridPlan, Places, PlanConstraints, Source

CRS = "EPSG:4544"


def plan_of(kinds):
    """A row of squares of 100 m in 东山村."""
    n = len(kinds)
    grids = gpd.GeoDataFrame(
        {
            "grid_code": [f"510311104201{i:03d}" for i in range(1, n + 1)],
            "grid_name": [f"东山村第{i}网格" for i in range(1, n + 1)],
            "grid_type": kinds,
            "village_code": "510311104201",
            "village_name": "东山村",
        },
        geometry=[shapely.box(100 * i, 0, 100 * i + 100, 100) for i in range(n)],
        crs=CRS,
    )
    return GridPlan(grids=grids, faces=grids[["grid_code"]], sizes=Grids(), figures={}, findings=())


def places_of(spots):
    frame = gpd.GeoDataFrame(
        {"name": [name for name, *_ in spots]},
        geometry=[shapely.Point(x, y) for _, x, y in spots],
        crs=CRS,
    )
    return Places(frame=frame, source=Source(key="places", path="地名.csv", sha256=""))


def names_after(spots, kinds):
    return name_grids(plan_of(kinds), places_of(spots)).grids["grid_name"].tolist()


def test_a_grid_is_called_after_the_place_nearest_its_middle():
    spots = [("曾家老屋", 10, 10), ("孙家沟", 60, 50), ("东山村", 150, 50)]
    assert names_after(spots, ["comprehensive"] * 3) == [
        "东山村孙家沟网格",
        "东山村第2网格",
        "东山村第3网格",
    ]


def test_one_name_goes_to_one_grid_of_a_village_and_none_to_an_exclusive_one():
    spots = [("新街", 50, 50), ("新街", 190, 10), ("学校", 250, 50)]
    assert names_after(spots, ["comprehensive", "comprehensive", "exclusive"]) == [
        "东山村新街网格",
        "东山村第2网格",
        "东山村第3网格",
    ]


def test_the_order_of_the_places_does_not_matter():
    spots = [("甲", 40, 50), ("乙", 60, 50), ("丙", 100, 50)]
    assert names_after(spots, ["comprehensive"] * 2) == names_after(
        spots[::-1], ["comprehensive"] * 2
    )


@pytest.mark.parametrize(
    ("code", "exclusive", "zone", "name"),
    [
        ("510311104201003", False, "", "青山村第3网格"),
        ("510311104201801", True, "学校", "青山村学校专属网格"),
        ("510311104201802", True, "", "青山村专属网格3"),
    ],
)
def test_numbered_names(code, exclusive, zone, name):
    assert make_grid_name(code, "青山村", exclusive, zone) == name


def with_names(folder, names, village="东山村"):
    """A plan of as many grids as there are names (and one more), with an earlier plan that had these names."""
    kinds = ["comprehensive"] * (len(names) + 1)
    earlier = plan_of(kinds[:-1]).grids.assign(grid_name=names, village_name=village)
    earlier.to_file(folder / "gridmerge.gpkg", layer="grids", driver="GPKG")
    plan = plan_of(kinds)
    before = read_previous_plan(folder / "gridmerge.gpkg", plan.grids.crs)
    return replace(plan, constraints=PlanConstraints(earlier=before))


def test_a_grid_that_keeps_its_code_keeps_its_name_and_a_new_one_has_none_that_is_taken(tmp_path):
    plan = with_names(tmp_path, ["东山村孙家沟网格", "东山村第2网格"])
    spots = [("新街", 50, 50), ("学校", 150, 50), ("孙家沟", 250, 50), ("曾家老屋", 270, 50)]
    after = name_grids(plan, places_of(spots))
    assert after.grids["grid_name"].tolist() == [
        "东山村孙家沟网格",
        "东山村第2网格",
        "东山村曾家老屋网格",
    ]
    assert [(f.kind, f.measure) for f in after.findings] == [("names_kept", 2.0)]
    without = name_grids(plan)
    assert without.grids["grid_name"].tolist() == [
        "东山村孙家沟网格",
        "东山村第2网格",
        "东山村第3网格",
    ]
    assert without.findings == ()


def test_names_that_places_still_give_are_kept_without_a_word(tmp_path):
    plan = with_names(tmp_path, ["东山村孙家沟网格"])
    assert name_grids(plan, places_of([("孙家沟", 50, 50)])).findings == ()


def test_the_name_of_a_retired_grid_is_free_again(tmp_path):
    plan = with_names(tmp_path, ["东山村孙家沟网格", "东山村新街网格"])
    gone = plan.grids["grid_code"] == "510311104201002"
    plan = replace(plan, grids=plan.grids.loc[~gone].reset_index(drop=True))
    names = name_grids(plan, places_of([("新街", 250, 50)])).grids["grid_name"].tolist()
    assert names == ["东山村孙家沟网格", "东山村新街网格"]


def test_a_renamed_village_changes_its_part_of_the_name_only(tmp_path):
    plan = with_names(tmp_path, ["东岭村孙家沟网格", "东岭村第2网格", "老街一格"], village="东岭村")
    names = name_grids(plan).grids["grid_name"].tolist()
    assert names == ["东山村孙家沟网格", "东山村第2网格", "东山村第3网格", "东山村第4网格"]


def test_a_new_grid_takes_no_name_that_somebody_wrote_into_the_earlier_plan(tmp_path):
    plan = with_names(tmp_path, ["东山村第3网格", "老街网格"])
    assert name_grids(plan).grids["grid_name"].tolist() == [
        "东山村第3网格",
        "老街网格",
        "东山村第3网格（003）",
    ]


def test_two_grids_that_somebody_gave_one_name_and_one_without(tmp_path):
    plan = with_names(tmp_path, ["东山村新街网格", "东山村新街网格", None])
    names = name_grids(plan, places_of([("学校", 250, 50)])).grids["grid_name"].tolist()
    assert names == ["东山村新街网格", "东山村第2网格", "东山村学校网格", "东山村第4网格"]
