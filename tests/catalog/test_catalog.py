import re

import pytest

from gridmerge.catalog import find_field, load_catalog, near_names, normalize_name


def test_every_department_has_what_a_map_and_a_plan_need():
    assert len(load_catalog()) >= 36
    for one in load_catalog():
        assert re.fullmatch(r"[a-z_]+", one.key)
        assert one.zh and one.en and one.aliases and one.grid and one.unit
        assert 1 <= one.rank <= 9
        assert re.fullmatch(r"#[0-9A-F]{6}", one.colour)


def test_no_alias_belongs_to_two_departments():
    owners: dict[str, set[str]] = {}
    for one in load_catalog():
        for name in one.names:
            owners.setdefault(normalize_name(name), set()).add(one.key)
    assert {name: keys for name, keys in owners.items() if len(keys) > 1} == {}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("urban_management", "urban_management"),
        ("Urban Management", "urban_management"),
        ("城管", "urban_management"),
        ("城管单元网格", "urban_management"),
        ("数字城管单元网格.shp", "urban_management"),
        ("2023年安监网格（定稿）", "emergency"),
        ("国土巡查", "natural_resources"),
        ("工商所片区", "market"),
        ("综合执法队片区", "enforcement"),
        ("１２３４５热线", "hotline"),
        ("动物防疫", "animal_health"),
        ("供水片区", "water_supply"),
        ("河长制河段", "water"),
        ("安全生产与消防", "emergency"),
        ("chengguan_wg", "urban_management"),
        ("WG-ANJIAN-2024", "emergency"),
    ],
)
def test_finds_by_key_alias_and_by_what_a_name_contains(text, key):
    found = load_catalog().find(text)
    assert found is not None and found.key == key


@pytest.mark.parametrize("text", ["fire_battalions", "statistics_2000", "xyz", "", "村界", "网格"])
def test_unknown_is_none_and_english_keys_must_match_whole(text):
    assert load_catalog().find(text) is None


@pytest.mark.parametrize(
    ("columns", "part", "expected"),
    [
        (["OBJECTID", "*网格编码（必填）", "网格名称"], "id", "*网格编码（必填）"),
        (["OBJECTID", "WGBM", "WGMC"], "id", "WGBM"),
        (["序号", "消防网格编号"], "id", "消防网格编号"),
        (["XZQDM", "XZQMC"], "village_code", "XZQDM"),
        (["XZQDM", "XZQMC"], "village_name", "XZQMC"),
        (["a", "b"], "holder", None),
        (["联系电话\n(手机)"], "phone", "联系电话\n(手机)"),
    ],
)
def test_columns_are_told_by_name(columns, part, expected):
    assert find_field(columns, part) == expected


def test_near_names_help_a_misspelling():
    assert near_names("gird_code", ["grid_code", "geometry"]) == ["grid_code"]
    assert near_names("zzz", ["grid_code"]) == []


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("应急办转城管网格", ["emergency", "urban_management"]),
        ("动物防疫网格", ["animal_health"]),  # 防疫 within it does not count again
        ("文化村网格", []),  # a village
        ("平安村综治网格", ["public_security_governance"]),
        ("chengguan_wg", ["urban_management"]),
    ],
)
def test_every_department_that_a_name_mentions(text, keys):
    assert [one.key for _, one in load_catalog().mentions(text)] == keys
