from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gridmerge.balance import assign
from gridmerge.config import Grids
from gridmerge.crosswalk import crosswalk
from gridmerge.duties import duty_sheets, mend_matters
from gridmerge.errors import InputError
from gridmerge.model import Layer, RawLayer
from gridmerge.workload import weigh
from tests import little
from tests.towns.matters import MATTERS

TOWN = little.township(2, 1)
PLAN = little.plan(2, 1)


def raw(frame: pd.DataFrame) -> RawLayer:
    return RawLayer(source=replace(little.SOURCE, key="matters", path="事项.xlsx"), frame=gpd.GeoDataFrame(frame))


def held(layer: Layer, department: str, holders: list[str]) -> Layer:
    return replace(layer, department=department, frame=layer.frame.assign(holder=holders))


def test_the_ten_items_are_read_and_departments_known() -> None:
    matters = mend_matters(raw(MATTERS))
    assert matters.findings == () or {f.kind for f in matters.findings} <= {"matter_department_unknown"}
    first = matters.frame.set_index("matter").loc["占道经营"]
    assert first["lead"] == ("urban_management",)
    assert first["cooperating"] == ("market", "police")


def test_what_a_list_lacks_is_said_matter_by_matter() -> None:
    frame = MATTERS.head(4).copy()
    frame.iloc[0, frame.columns.get_loc("监督执法依据")] = ""
    frame.iloc[1, frame.columns.get_loc("主体责任部门")] = ""
    frame.iloc[2, frame.columns.get_loc("主体责任部门")] = "城管、公安"
    frame.iloc[3, frame.columns.get_loc("配合责任部门")] = "太空局"
    said = {(f.kind, f.source_id): f.message("zh") for f in mend_matters(raw(frame)).findings}
    codes = frame["事项编码"].tolist()
    assert "缺少：监督执法依据" in said["matter_incomplete", codes[0]]
    assert ("matter_without_lead", codes[1]) in said
    assert ("matter_two_leads", codes[2]) in said
    assert "太空局" in said["matter_department_unknown", codes[3]]


def test_withdrawn_matters_go_and_temporary_ones_are_marked() -> None:
    frame = MATTERS.head(3).assign(状态=["有效", "收回", "临时"])
    matters = mend_matters(raw(frame)).frame
    assert matters["temporary"].tolist() == [False, True]
    assert frame["事项编码"][1] not in set(matters["matter_code"])


def test_a_list_that_cannot_be_read_is_one_sentence() -> None:
    with pytest.raises(InputError, match="lacks the columns lead; it has: "):
        mend_matters(raw(MATTERS.drop(columns="主体责任部门")))
    with pytest.raises(InputError, match=r"has the matter codes .* more than once; make them unique"):
        mend_matters(raw(pd.concat([MATTERS, MATTERS.head(1)])))


def test_every_grid_gets_its_sheet_with_whom_to_call_and_who_takes_each_step() -> None:
    first, second = little.squares(2, 1)
    # the police drew three grids; of the first unified grid the smaller piece of land has more households
    police = held(
        little.layer("jg", [shapely.box(0, 0, 30, 100), shapely.box(30, 0, 100, 100), second]),
        "police", ["赵一", "钱二", "孙三"],
    )  # fmt: skip
    city = held(little.layer("cg", [first]), "urban_management", ["李四"])
    homes = little.work("households", [shapely.Point(10, 10), shapely.Point(50, 10)], [9, 1])
    table = crosswalk([police, city], PLAN, weigh(little.mosaic(2, 1), [homes], TOWN))
    plan = replace(PLAN, sizes=Grids(unit="households", target=10, min=5, max=15))
    staff = assign(PLAN, little.roster([{"name": "周五"}, {"name": "吴六"}]), TOWN)
    steps = pd.DataFrame({"环节": ["发现", "处置"], "角色": ["网格员", "主责部门"], "时限": [1, 24]})
    matters = mend_matters(raw(MATTERS.head(2)), raw(steps))
    sheet = duty_sheets(matters, plan, table, [police, city], staff)
    assert len(sheet) == 2 * 2 * 2
    stall = sheet[(sheet["matter"] == "占道经营") & (sheet["grid_code"] == PLAN.grids["grid_code"][0])]
    assert stall["lead"].unique().tolist() == ["城市管理"]
    assert stall["lead_contact"].tolist() == ["李四", "李四"]
    assert stall["cooperating_contacts"].tolist() == ["赵一", "赵一"]  # police: where most households are
    assert stall["person"].tolist() == ["周五", "李四"]
    assert stall["hours"].tolist() == ["1", "24"]
    elsewhere = sheet[sheet["grid_code"] == PLAN.grids["grid_code"][1]]
    assert set(elsewhere["lead_contact"]) == {""}  # the city's inspectors drew nothing there
