from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gridmerge.config.settings import Grids
from gridmerge.errors import InputError
from gridmerge.model import Layer, RawLayer
from gridmerge.staffing import assign_members
from gridmerge.staffing.duties import clean_matters, duty_sheets, post_rows
from gridmerge.workload import weigh_faces
from gridmerge.workload.crosswalk import build_crosswalk
from tests import little
from tests.towns.matters import MATTERS

TOWN = little.township(2, 1)
PLAN = little.plan(2, 1)


def raw(frame: pd.DataFrame) -> RawLayer:
    return RawLayer(
        source=replace(little.SOURCE, key="matters", path="事项.xlsx"),
        frame=gpd.GeoDataFrame(frame),
    )


def held(layer: Layer, department: str, holders: list[str]) -> Layer:
    return replace(layer, department=department, frame=layer.frame.assign(holder=holders))


def test_the_ten_items_are_read_and_departments_known() -> None:
    matters = clean_matters(raw(MATTERS))
    assert matters.findings == () or {f.kind for f in matters.findings} <= {
        "matter_department_unknown"
    }
    first = matters.frame.set_index("matter").loc["占道经营"]
    assert first["lead"] == ("urban_management",)
    assert first["cooperating"] == ("market", "police")


def test_what_a_list_lacks_is_said_matter_by_matter() -> None:
    frame = MATTERS.head(4).copy()
    frame.iloc[0, frame.columns.get_loc("监督执法依据")] = ""
    frame.iloc[1, frame.columns.get_loc("主体责任部门")] = ""
    frame.iloc[2, frame.columns.get_loc("主体责任部门")] = "城管、公安"
    frame.iloc[3, frame.columns.get_loc("配合责任部门")] = "太空局"
    said = {(f.kind, f.source_id): f.message("zh") for f in clean_matters(raw(frame)).findings}
    codes = frame["事项编码"].tolist()
    assert "缺少：监督执法依据" in said["matter_incomplete", codes[0]]
    assert ("matter_without_lead", codes[1]) in said
    assert ("matter_two_leads", codes[2]) in said
    assert "太空局" in said["matter_department_unknown", codes[3]]


def test_withdrawn_matters_go_and_temporary_ones_are_marked() -> None:
    frame = MATTERS.head(3).assign(状态=["有效", "收回", "临时"])
    matters = clean_matters(raw(frame)).frame
    assert matters["temporary"].tolist() == [False, True]
    assert frame["事项编码"][1] not in set(matters["matter_code"])


def test_a_list_that_cannot_be_read_is_one_sentence() -> None:
    with pytest.raises(InputError, match="lacks the columns lead; it has: "):
        clean_matters(raw(MATTERS.drop(columns="主体责任部门")))
    with pytest.raises(
        InputError, match=r"has the matter codes .* more than once; make them unique"
    ):
        clean_matters(raw(pd.concat([MATTERS, MATTERS.head(1)])))


def test_every_grid_gets_its_sheet_with_whom_to_call_and_who_takes_each_step() -> None:
    first, second = little.squares(2, 1)
    # the police drew three grids; of the first unified grid the smaller piece of land has more households
    police = held(
        little.layer("jg", [shapely.box(0, 0, 30, 100), shapely.box(30, 0, 100, 100), second]),
        "police", ["赵一", "钱二", "孙三"],
    )  # fmt: skip
    city = held(little.layer("cg", [first]), "urban_management", ["李四"])
    homes = little.work("households", [shapely.Point(10, 10), shapely.Point(50, 10)], [9, 1])
    table = build_crosswalk([police, city], PLAN, weigh_faces(little.mosaic(2, 1), [homes], TOWN))
    plan = replace(PLAN, sizes=Grids(unit="households", target=10, min=5, max=15))
    staff = assign_members(PLAN, little.roster([{"name": "周五"}, {"name": "吴六"}]), TOWN)
    steps = pd.DataFrame(
        {
            "环节": ["发现", "处置", "核查", "结案"],
            "角色": ["网格员", "主责部门", "公安", "领导"],
            "时限": [1, 24, 2, 1],
        }
    )
    matters = clean_matters(raw(MATTERS.head(2)), raw(steps))
    assert [f.message("en") for f in matters.findings] == [
        "The table of steps has roles that are not known: 领导; nobody is named for these steps."
    ]
    sheet = duty_sheets(matters, plan, table, [police, city], staff)
    assert len(sheet) == 2 * 2 * 4
    stall = sheet[
        (sheet["matter"] == "占道经营") & (sheet["grid_code"] == PLAN.grids["grid_code"][0])
    ]
    assert stall["lead"].unique().tolist() == ["城市管理"]
    assert stall["lead_contact"].tolist() == ["李四"] * 4
    # police: where most households are
    assert stall["cooperating_contacts"].tolist() == ["赵一"] * 4
    assert stall["person"].tolist() == ["周五", "李四", "赵一", ""]
    assert stall["hours"].tolist() == ["1", "24", "2", "1"]
    elsewhere = sheet[sheet["grid_code"] == PLAN.grids["grid_code"][1]]
    assert set(elsewhere["lead_contact"]) == {""}  # the city's inspectors drew nothing there


def test_the_three_lists_the_status_and_who_does_both_are_checked() -> None:
    table = MATTERS.head(5).assign(
        清单=["权力清单", "责任", "", "七张", "权力"], 状态=["有效", "", "临时", "收回", "暂停"]
    )
    table.loc[0, "配合责任部门"] = "城管、公安"
    got = clean_matters(raw(table))
    said = {(finding.kind, finding.source_id): finding.message("zh") for finding in got.findings}
    assert "城管 既是主责部门又是配合部门" in said["matter_both", "QS001"]
    assert "七张" in said["matter_words_unknown", "QS004"]
    assert "暂停" in said["matter_words_unknown", "QS005"]
    assert "公共服务" in said["matter_list_missing", ""]
    assert got.frame["list"].tolist() == ["权力", "责任", "", "权力"]
    assert got.frame["temporary"].tolist() == [False, False, True, False]
    assert not [
        finding
        for finding in clean_matters(raw(MATTERS)).findings
        if finding.kind.startswith("matter_list")
    ]


def test_the_posts_of_one_five_n_are_named_by_area() -> None:
    first, second = little.squares(2, 1)
    squad = held(
        little.layer("zf", [shapely.box(0, 0, 40, 100), shapely.box(40, 0, 100, 100)]),
        "enforcement",
        ["赵一", "钱二"],
    )
    police = held(little.layer("jg", [first, second]), "police", ["孙三", "李四"])
    layers = [squad, police]
    homes = little.work("households", [shapely.Point(10, 10)], [9])
    table = build_crosswalk(layers, PLAN, weigh_faces(little.mosaic(2, 1), [homes], TOWN))
    plan = replace(PLAN, sizes=Grids(unit="households", target=10, min=5, max=15))
    posts, findings = post_rows(plan, table, layers, None)
    one, other = PLAN.grids["grid_code"]
    called = {(row.grid_code, row.matter, row.lead): row.person for row in posts.itertuples()}
    # most of the area, though all households are in the other
    assert called[one, "执法中队", "综合执法"] == "钱二"
    assert called[other, "执法中队", "综合执法"] == ""
    assert called[other, "派驻", "公安"] == "李四"
    assert posts.groupby("grid_code")["matter"].value_counts()[one].to_dict() == {
        "派驻": 5,
        "随叫随到": 5,
        "执法中队": 1,
    }
    assert {finding.kind for finding in findings} == {"post_unknown"}
    assert "综合执法" in next(f for f in findings if f.measure == 1).message("zh")
