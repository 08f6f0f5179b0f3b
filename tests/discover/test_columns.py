"""Ids, names and persons by what columns are called and by what stands in them."""

from __future__ import annotations

import geopandas as gpd
import pytest

from gridmerge.discover.columns import count_field, holder_field, id_field, is_person, name_field
from gridmerge.discover.scan import ScannedSheet
from tests.clean.conftest import box, raw

PEOPLE = ["王小明", "李强", "欧阳娜", "陈建国、刘芳"]
CODES = ["AQ-001", "AQ-002", "AQ-003", "AQ-004"]
NAMES = ["石桥村一网格", "石桥村二网格", "柏树村一网格", "柏树村二网格"]


def sheet(**columns):
    frame = gpd.GeoDataFrame(columns, geometry=[box(i, 0) for i in range(4)], crs="EPSG:4544")
    return ScannedSheet(path="a.shp", layer=None, raw=raw(frame))


def test_names_and_values_that_agree_are_sure():
    one = sheet(网格编号=CODES, 网格名称=NAMES, 网格长=PEOPLE)
    guesses = [
        id_field(one),
        name_field(one, ["网格编号"]),
        holder_field(one, ["网格编号", "网格名称"]),
    ]
    assert [(g.value, g.sure) for g in guesses] == [
        ("网格编号", "sure"),
        ("网格名称", "sure"),
        ("网格长", "sure"),
    ]


def test_columns_nobody_foresaw_are_told_by_their_values_and_never_sure():
    one = sheet(
        K1=CODES, K2=NAMES, K3=PEOPLE, Shape_Area=[1.25, 2.5, 3.75, 4.5], OBJECTID=[1, 2, 3, 4]
    )
    guesses = [id_field(one), name_field(one, ["K1"]), holder_field(one, ["K1", "K2"])]
    assert [(g.value, g.sure) for g in guesses] == [
        ("K1", "likely"),
        ("K2", "likely"),
        ("K3", "likely"),
    ]


def test_a_code_that_is_the_same_in_every_row_is_no_id():
    assert id_field(sheet(上级网格编码=["510311104"] * 4, K1=CODES)).value == "K1"
    assert id_field(sheet(上级网格编码=["510311104"] * 4)) is None


def test_who_drew_the_map_and_what_village_it_is_are_no_persons_in_charge():
    assert (
        holder_field(
            sheet(制图人=["王工"] * 4, 所属村=["韩洪村", "白果村", "石桥村", "柏树村"]), []
        )
        is None
    )


def test_a_phone_is_no_person_though_it_is_called_so():
    one = sheet(
        负责人电话=["13900000001", "13900000002", "13900000003", "13900000004"], 姓名=PEOPLE
    )
    assert holder_field(one, []).value == "姓名"


def test_two_columns_of_persons_are_not_sure_and_both_are_named():
    guess = holder_field(sheet(网格长=PEOPLE, 网格员=PEOPLE[::-1]), [])
    assert guess.sure == "likely" and guess.value == "网格长" and "网格员" in guess.why.zh


def test_what_numbers_rows_is_not_sure_beside_a_number_of_the_department():
    guess = id_field(sheet(id=["a1", "b2", "c3", "d4"], Precinct=[5, 120, 17, 44]))
    assert guess.sure == "likely" and "Precinct" in guess.why.zh
    assert id_field(sheet(Precinct=[5, 120, 17, 44])).sure == "unsure"
    assert id_field(sheet(OBJECTID=[1, 2, 3, 4])) is None


@pytest.mark.parametrize(
    "text", ["王小明", "欧阳娜", "李强 13800000000", "陈建国、刘芳", "张三（兼）"]
)
def test_persons(text):
    assert is_person(text)


@pytest.mark.parametrize(
    "text", ["石桥村", "城管局", "A-001", "王", "", "安全生产监管网格", "文昌宫社区", "江南片区"]
)
def test_no_persons(text):
    assert not is_person(text)


def test_counts_by_their_usual_names_are_sure_and_by_a_part_of_the_name_likely():
    assert count_field(sheet(总户数=[1, 2, 3, 4]), "households").sure == "sure"
    guess = count_field(sheet(登记居民户数=[1, 2, 3, 4]), "households")
    assert (guess.value, guess.sure) == ("登记居民户数", "likely")
    assert count_field(sheet(户数=["多", "少", "无", ""]), "households") is None
