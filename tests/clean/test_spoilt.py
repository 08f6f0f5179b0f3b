"""Codes that a spreadsheet has spoilt, and ids that differ in nothing that can be seen."""

import pytest

from gridmerge.clean import clean_layer, clean_roster, clean_township
from gridmerge.clean.attributes.spoilt_codes import find_spoilt_codes
from gridmerge.config.settings import LayerSpec, RosterSpec
from gridmerge.errors import InputError
from tests.clean.conftest import kinds, one, raw, settings, table, village_frame, wavy

SPOILT = {
    "an error of a formula": (["#N/A", "#REF!", "#name?", "A1"], "code_error", 3),
    "a narrow column": (["########", "##", "#1"], "code_error", 2),
    "scientific": (["5.10311E+11", "5.10311E+11", "A1"], "code_scientific", 2),
    "scientific without a point": (["5E+14", "6"], "code_scientific", 1),
    "as other programs write it": (["5.10311104201001e+17"], "code_scientific", 1),
    "a day at midnight": (["2024-01-02T00:00:00", "1-32"], "code_date", 1),
    "a Chinese day": (["1月2日", "3月4日", "13-14"], "code_date", 2),
    "an English day": (["2-Jan", "Mar-04", "X"], "code_date", 2),
    "a day with slashes": (["2024/1/2"], "code_date", 1),
    "two cut alike": (
        ["510311104201001000", "510311104201001000", "510311104201001001"],
        "code_cut",
        2,
    ),
    "all cut": (["510311104201001000", "510311104201002000"], "code_cut", 2),
}
SOUND = [
    "1e5",
    "12E3",
    "1E5",
    "E+11",
    "1-2",
    "13-1",
    "2024",
    "510311104201000000",
    "510311104201001001",
    "1.10",
    "01-02-03",
]


@pytest.mark.parametrize("case", SPOILT)
def test_spoilt_codes_are_told(case):
    codes, kind, rows = SPOILT[case]
    assert [(told.kind, told.rows) for told in find_spoilt_codes(codes)] == [(kind, rows)]


def test_codes_of_their_own_are_not_spoilt():
    assert find_spoilt_codes(SOUND) == []


@pytest.mark.parametrize(
    "codes", [["5.10311E+11"] * 6, ["1月2日", *map(str, range(5))]], ids=["scientific", "date"]
)
def test_villages_with_spoilt_codes_stop(codes):
    with pytest.raises(InputError) as stopped:
        clean_township(raw(village_frame(wavy(), codes=codes)), settings(name="青山镇"))
    assert codes[0] in stopped.value.in_("zh") and "文本" in stopped.value.in_("zh")
    assert "XZQDM" in stopped.value.in_("en")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("########", "列宽不够"),
        ("#N/A", "错误值"),
        ("-", "为空"),
        ("/", "为空"),
        ("无", "为空"),
        ("NULL", "为空"),
    ],
)
def test_villages_that_share_what_is_no_code_are_not_made_one(code, said):
    with pytest.raises(InputError) as stopped:
        clean_township(raw(village_frame(wavy(), codes=[code] * 6)), settings(name="青山镇"))
    assert said in stopped.value.in_("zh")


@pytest.mark.parametrize("code", ["-", "——", "无", "NULL", "nan"])
def test_grids_without_a_code_are_numbered_and_told(town, grids, code):
    layer = clean_layer(
        raw(grids.assign(wgbm=[code if i < 3 else f"A{i}" for i in range(len(grids))]), "fire"),
        LayerSpec(key="fire", path="f.shp", id="wgbm"),
        town,
    )
    assert sorted(layer.frame["source_id"]) == sorted(
        ["_1", "_2", "_3", *[f"A{i}" for i in range(3, len(grids))]]
    )
    assert [told.kind for told in layer.findings].count("id_missing") == 3


def test_a_network_with_spoilt_ids_keeps_its_grids_apart_and_says_so(town, grids):
    layer = clean_layer(
        raw(grids.assign(wgbm="5.10311E+14"), "fire"), LayerSpec(key="fire", path="f.shp"), town
    )
    assert one(layer, "code_scientific").measure == len(grids)
    assert len(layer.frame) == len(grids) and layer.frame["source_id"].is_unique


def test_members_with_spoilt_ids_stop(town):
    with pytest.raises(InputError, match="scientific"):
        clean_roster(
            table("roster", member_id=["1E+02", "2"], name=["甲", "乙"]),
            RosterSpec(path="r.csv"),
            town,
        )


@pytest.mark.parametrize("other", ["Ｇ00", "G\u200b00", "G\u00ad00", "'G00", '="G00"'])
def test_ids_that_look_the_same_are_told_and_kept_apart(town, grids, other):
    ids = [other if number == 1 else given for number, given in enumerate(grids["wgbm"])]
    layer = clean_layer(
        raw(grids.assign(wgbm=ids), "fire"), LayerSpec(key="fire", path="f.shp"), town
    )
    assert one(layer, "id_alike").measure == 2
    assert {"G00", "G00-2"} <= set(layer.frame["source_id"]) and len(layer.frame) == len(grids)


@pytest.mark.parametrize(
    "given, wanted", [("网格（１）", "网格(1)"), ("５１０", "510"), ("007.0", "007")]
)
def test_ids_have_the_normal_form_and_names_stay(town, grids, given, wanted):
    ids = [given, *grids["wgbm"][1:]]
    layer = clean_layer(
        raw(grids.assign(wgbm=ids, wgmc=ids), "fire"), LayerSpec(key="fire", path="f.shp"), town
    )
    assert layer.frame.set_index("source_id")["name"].loc[wanted] == given
    assert "id_alike" not in kinds(layer)


def test_members_may_have_ids_that_only_look_like_numbers(town):
    roster = clean_roster(
        table("roster", member_id=["1e5", "12E3", "0x1F", "007"], name=list("甲乙丙丁")),
        RosterSpec(path="r.csv"),
        town,
    )
    assert list(roster.members["member_id"]) == ["007", "0x1F", "12E3", "1e5"]
