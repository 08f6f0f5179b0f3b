import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridmerge.clean import clean_roster, clean_work
from gridmerge.config.settings import RosterSpec, WorkloadSpec
from gridmerge.errors import InputError
from tests.clean.conftest import kinds, one, raw, shifted, table

KEY = "workload:households"


def work_spec(**keys):
    return WorkloadSpec(**{"name": "households", "path": "b.csv", **keys})


@pytest.fixture(scope="module")
def lonlat(town):
    points = gpd.GeoSeries(town.villages.representative_point(), crs=town.crs).to_crs(4326)
    return list(points.x), list(points.y)


def test_a_table_of_points_is_placed_and_summed(town, lonlat):
    lon, lat = lonlat
    work = clean_work(
        table(KEY, 经度=lon, 纬度=lat, hs=["1", "２", "3,000", "4", "5", "6"]),
        work_spec(field="hs"),
        town,
    )
    assert work.frame.value.sum() == 1 + 2 + 3000 + 4 + 5 + 6
    assert (
        shapely.distance(
            work.frame.geometry.values, shapely.union_all(town.villages.geometry.values)
        ).max()
        == 0
    )
    assert kinds(work) == ["crs_assumed"]


def test_without_a_field_features_count_one(town, lonlat):
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*lonlat), crs=4326)
    assert clean_work(raw(frame, KEY), work_spec(), town).frame.value.tolist() == [1.0] * 6


@pytest.mark.parametrize(
    "cells", [["10户"] * 6, ["0"] * 6, [""] * 6, ["50%", "-3", "", "0", "无", "/"]]
)
def test_work_of_which_no_row_counts_is_told(town, lonlat, cells):
    lon, lat = lonlat
    work = clean_work(table(KEY, lon=lon, lat=lat, hs=cells), work_spec(field="hs"), town)
    assert work.frame.value.tolist() == [0.0] * 6
    assert one(work, "work_all_zero").measure == 6
    counts = clean_work(
        table(KEY, lon=lon, lat=lat, hs=[*cells[1:], "1"]), work_spec(field="hs"), town
    )
    assert "work_all_zero" not in kinds(counts)


def test_bad_values_count_nothing_and_are_counted(town, lonlat):
    lon, lat = lonlat
    work = clean_work(
        table(KEY, lon=lon, lat=lat, hs=["1", "", None, "-4", "多", "多"]),
        work_spec(field="hs"),
        town,
    )
    assert work.frame.value.sum() == 1
    assert one(work, "work_blank").measure == 2
    assert one(work, "work_negative").measure == 1
    assert one(work, "work_not_number").measure == 2 and "多" in one(
        work, "work_not_number"
    ).message("zh")


def test_rows_without_a_place_are_said_with_their_sum(town, lonlat):
    lon, lat = lonlat
    work = clean_work(
        table(KEY, lon=[None, "x", *lon[2:]], lat=lat, hs=range(6)), work_spec(field="hs"), town
    )
    finding = one(work, "work_no_place")
    assert finding.measure == 2 and "1" in finding.message("en")
    assert len(work.frame) == 4


def test_order_of_rows_is_lost(town, lonlat):
    lon, lat = lonlat
    lon, lat = lon + lon[:2], lat + lat[:2]
    forth = clean_work(table(KEY, lon=lon, lat=lat, hs=range(8)), work_spec(field="hs"), town)
    back = clean_work(
        table(KEY, lon=lon[::-1], lat=lat[::-1], hs=list(range(8))[::-1]),
        work_spec(field="hs"),
        town,
    )
    assert forth.frame.to_wkb().equals(back.frame.to_wkb())


def test_missing_columns_are_told(town, lonlat):
    lon, lat = lonlat
    with pytest.raises(InputError, match="no columns of lon and lat"):
        clean_work(table(KEY, a=lon, b=lat), work_spec(), town)
    with pytest.raises(InputError, match="did you mean hs"):
        clean_work(table(KEY, lon=lon, lat=lat, hs=range(6)), work_spec(field="hs1"), town)


def roster(town, **columns):
    return clean_roster(table("roster", **columns), RosterSpec(path="r.csv"), town)


def test_a_roster_by_the_contract(town, lonlat):
    lon, lat = lonlat
    result = roster(
        town,
        member_id=["2", "1"],
        name=["乙", "甲"],
        kind=["part_time", "leader"],
        capacity=[0.5, 2],
        lon=lon[:2],
        lat=lat[:2],
        village=["510311104201", "乙村"],
        phone=["138", ""],
        departments=["城管", ""],
    )
    members = result.members.set_index("member_id")
    assert list(members.index) == ["1", "2"]
    assert members.loc["1", ["name", "kind", "capacity", "village_code"]].tolist() == [
        "甲",
        "leader",
        2.0,
        "510311104202",
    ]
    assert members.geometry["1"].within(town.villages.geometry.iloc[1])


def test_chinese_columns_and_defaults(town):
    result = roster(town, 工号=["1", "2", ""], 姓名=["甲", "乙", ""], 类型=["专职", "", ""])
    assert result.members.kind.tolist() == ["full_time", "full_time"]
    assert result.members.capacity.tolist() == [1.0, 1.0]
    assert result.members.geometry.isna().all() and (result.members.village_code == "").all()


def test_everything_wrong_is_told_in_one_sentence(town):
    with pytest.raises(InputError) as caught:
        roster(
            town,
            编号=["1", "1", ""],
            姓名=["甲", "乙", "丙"],
            类型=["专职", "队长", "兼职"],
            容量=["1", "-2", "x"],
            村=["无名村", "甲村", ""],
        )
    for part in ("队长", "-2", "x", "无名村", "1 重复", "1 行没有编号"):
        assert part in caught.value.in_("zh"), caught.value.in_("zh")
    assert "more than once" in str(caught.value)


@pytest.mark.parametrize(
    ("column", "slip", "said"),
    [
        ("村", "火星村", "火星村"),
        ("类型", "队长", "队长"),
        ("容量", "-2", "-2"),
        ("容量", "两个", "两个"),
        ("编号", "", "没有编号"),
    ],
)
def test_one_slip_among_forty_costs_its_own_row_and_no_more(town, column, slip, said):
    rows = {
        "编号": [str(n) for n in range(40)],
        "姓名": [f"人{n}" for n in range(40)],
        "类型": ["专职"] * 40,
        "容量": ["1"] * 40,
        "村": ["甲村"] * 40,
    }
    rows[column][17] = slip
    result = roster(town, **rows)
    assert sorted(map(int, result.members["member_id"])) == [n for n in range(40) if n != 17]
    (finding,) = [finding for finding in result.findings if finding.kind == "members_left_out"]
    assert finding.severity == "error" and finding.measure == 1
    assert said in finding.message("zh") and "18" in finding.message("zh")
    rows[column] = [slip] * 11 + rows[column][11:]
    with pytest.raises(InputError, match="correct the roster"):
        roster(town, **rows)


def test_all_kinds_are_known_by_their_chinese_names(town):
    kinds = ["专职", "兼职", "网格长", "指导员", "其他", "志愿者", "N"]
    ids = [str(n) for n in range(7)]
    result = roster(town, 编号=ids, 姓名=ids, 类型=kinds, 村=["甲村"] * 7)
    known = ["full_time", "part_time", "leader", "adviser", "other", "other", "other"]
    assert result.members["kind"].tolist() == known


def test_a_leader_leads_a_village_or_the_one_of_the_home(town, lonlat):
    lon, lat = lonlat
    result = roster(town, 编号=["1"], 姓名=["甲"], 类型=["网格长"], 经度=lon[:1], 纬度=lat[:1])
    assert result.members["village_code"].tolist() == ["510311104201"]
    with pytest.raises(InputError) as caught:
        roster(
            town,
            编号=["1", "2", "2"],
            姓名=["甲", "乙", "丙"],
            类型=["网格长", "指导员", "专职"],
            经度=[float(lon[0]) + 5, np.nan, np.nan],
            纬度=[lat[0], np.nan, np.nan],
            容量=["1", "-1", "1"],
        )
    for part in ("网格长 1（甲） 没有所属村/社区", "编号 2 重复", "-1"):
        assert part in caught.value.in_("zh"), caught.value.in_("zh")
    assert "the leaders 1（甲） belong to no village" in str(caught.value)


def test_a_roster_of_advisers_alone_is_refused(town):
    with pytest.raises(InputError, match="there is nobody full-time, nor a part-timer or leader"):
        roster(town, 编号=["1", "2"], 姓名=["甲", "乙"], 类型=["指导员", "其他"])


def test_a_roster_with_nobody_full_time_is_said(town):
    part = roster(town, 编号=["1", "2"], 姓名=["甲", "乙"], 类型=["兼职", "指导员"])
    assert [finding.message("en") for finding in part.findings] == [
        "The roster has nobody full-time; the work is carried by 1 part-timers."
    ]
    led = roster(town, 编号=["1"], 姓名=["甲"], 类型=["网格长"], 村=["甲村"])
    assert "由 网格长 1 人承担" in led.findings[0].message("zh")


def test_missing_columns_of_a_roster(town):
    with pytest.raises(InputError, match="has no field name"):
        roster(town, 编号=["1"], 备注=["x"])


def test_homes_may_be_missing_one_by_one(town, lonlat):
    lon, lat = lonlat
    result = roster(
        town, 编号=["1", "2"], 姓名=["甲", "乙"], 经度=[lon[0], np.nan], 纬度=[lat[0], np.nan]
    )
    assert result.members.geometry.isna().tolist() == [False, True]


def test_an_empty_workload_is_a_warning(town):
    work = clean_work(
        raw(gpd.GeoDataFrame({"hs": []}, geometry=[], crs=4326), KEY), work_spec(field="hs"), town
    )
    assert len(work.frame) == 0 and one(work, "work_empty").severity == "warning"


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_points_in_a_web_maps_datum_are_suspected(town, datum):
    rng = np.random.default_rng(3)
    x0, y0, x1, y1 = town.villages.total_bounds
    land = shapely.union_all(town.villages.geometry.values)
    xy = rng.uniform([x0, y0], [x1, y1], (400, 2))
    true = gpd.GeoDataFrame(
        geometry=shapely.points(xy[shapely.contains_xy(land, *xy.T)]), crs=town.crs
    )
    off = raw(shifted(true, datum), KEY)
    assert datum in one(clean_work(off, work_spec(), town), "work_datum_suspected").message("zh")
    assert "work_datum_suspected" not in kinds(clean_work(off, work_spec(datum=datum), town))
    assert "work_datum_suspected" not in kinds(clean_work(raw(true, KEY), work_spec(), town))
