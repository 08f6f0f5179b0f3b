"""A place in a table: every spelling of one number, the columns that belong together, the rows that cannot be read."""

import numpy as np
import pandas as pd
import pytest

from gridmerge.config.settings import WorkloadSpec
from gridmerge.coordinates.cells import parse_coordinate, parse_coordinate_pair
from gridmerge.coordinates.columns import file_datum, find_coordinate_columns, read_places
from gridmerge.coordinates.parts import part_columns
from gridmerge.coordinates.points import points_from_table
from gridmerge.geo.gcj02 import SHIFTS
from gridmerge.io import read_input as read_file

LON = 103 + 45 / 60 + 12.3 / 3600
WAYS = [
    "103°45′12.3″", "103度45分12.3秒", "103°45'12.3\"", "103°45’12.3”", "103º45'12.3''", "103 45 12.3", "103-45-12.3",
    "103:45:12.3", "103.45.12.3", "１０３°４５′１２．３″", "E103°45.205′", "东经103°45′12.3″", "103°45′12.3″E", "103 45.205",
    "经度：103°45′12.3″", "\u200b103° 45′ 12.3″ ", "东经103度45分12.3秒", "+103°45′12.3″", "E 103 45 12.3",
]  # fmt: skip
DECIMALS = [
    "103.76",
    "103.76°",
    "103.76度",
    "E103.76",
    "103.76E",
    "东经103.76",
    "经度:103.76",
    "lng:103.76",
    "103,76",
    " 103.76 ",
]
NOT_READ = [
    "", "-", "/", "无", "约103", "103-45", "103,761", "103°75′12″", "103°45′72″", "181°", "2024-05-12", "1E3", "N95", "E190",
    "13800000001", "东经北纬", "103°45.2′12″", "nan", "inf", "1e300", "E103N", "一百零三度", "#VALUE!", "103.7.6",
]  # fmt: skip
BOTH = [
    "103.76, 29.55", "103.76，29.55", "(103.76 29.55)", "[103.76,29.55]", "东经103.76 北纬29.55", "东经103.76北纬29.55",
    "北纬29.55，东经103.76", "POINT(103.76 29.55)", "lng:103.76,lat:29.55", "lat=29.55&lng=103.76", "E103.76N29.55",
    "29.55N 103.76E", '{"lng":103.76,"lat":29.55}', "{'lat': '29.55', 'lng': '103.76'}", "{lng:103.76,lat:29.55}",
    "103.76;29.55", "103.76/29.55", "103.76、29.55", "103.76,29.55,412", "103,76;29,55", "经度103.76，纬度29.55",
    "103°45′36″E 29°33′0″N", "103 45 36 29 33 0", "N 29 33 0 E 103 45 36", "北纬29度33分0秒，东经103度45分36秒",
]  # fmt: skip


@pytest.mark.parametrize("cell", WAYS)
def test_degrees_minutes_seconds_in_every_spelling(cell):
    assert parse_coordinate(cell)[0] == pytest.approx(LON, abs=1e-12)


@pytest.mark.parametrize("cell", DECIMALS)
def test_decimal_degrees_in_every_spelling(cell):
    assert parse_coordinate(cell)[0] == 103.76


def test_west_and_south_count_down_and_metres_stay_metres():
    assert [
        parse_coordinate(cell)[0]
        for cell in ("W73.5", "西经73°30′", "-73.5", "S12.25", "南纬12.25")
    ] == [-73.5] * 3 + [-12.25] * 2
    assert [parse_coordinate(cell)[0] for cell in ("3,250,125.5", "500,125.5", "35500125.5", "500125米")] == [
        3250125.5, 500125.5, 35500125.5, 500125.0,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "cell", [*NOT_READ, None, float("nan"), float("inf"), -1.797e308, 1e300, True]
)
def test_what_can_be_meant_in_two_ways_or_none_is_not_read(cell):
    assert parse_coordinate(cell) is None


@pytest.mark.parametrize("cell", BOTH)
def test_both_in_one_cell(cell):
    assert parse_coordinate_pair(cell)[:2] == pytest.approx((103.76, 29.55))


@pytest.mark.parametrize(
    "cell",
    ["", "103.76", "E103 E104", "a,b", "103.76,29.55;103.77,29.56", "12:30", "1-2号", "[]", "{}"],
)
def test_no_place_in_one_cell(cell):
    assert parse_coordinate_pair(cell) is None


def pairs_of(*names):
    chosen = find_coordinate_columns(
        pd.DataFrame({name: [1.5 + i, 2.5 + i] for i, name in enumerate(names)})
    )
    return None if chosen is None else (chosen.lon, chosen.lat, chosen.datum)


@pytest.mark.parametrize(
    "names, chosen",
    [
        (("lng_gcj02", "lat_gcj02", "lng_wgs84", "lat_wgs84"), ("lng_wgs84", "lat_wgs84", "wgs84")),
        (("高德经度", "百度经度", "百度纬度", "高德纬度"), ("高德经度", "高德纬度", "gcj02")),
        (("纬度", "经度", "百度纬度", "百度经度"), ("经度", "纬度", None)),
        (("bd_lng", "bd_lat"), ("bd_lng", "bd_lat", "bd09")),
        (("经度（GCJ-02）", "纬度（GCJ-02）"), ("经度（GCJ-02）", "纬度（GCJ-02）", "gcj02")),
        (("火星坐标经度", "纬度"), ("火星坐标经度", "纬度", "gcj02")),
        (("起点经度", "终点纬度", "起点纬度", "终点经度"), ("起点经度", "起点纬度", None)),
        (("纵坐标X", "横坐标Y"), ("横坐标Y", "纵坐标X", None)),
        (("POINT_Y", "POINT_X"), ("POINT_X", "POINT_Y", None)),
        (("CGCS2000经度", "CGCS2000纬度"), ("CGCS2000经度", "CGCS2000纬度", "wgs84")),
        (("colony", "plate"), None),
        (("经度", "电话"), None),
    ],
)
def test_columns_are_chosen_as_a_pair(names, chosen):
    assert pairs_of(*names) == chosen


@pytest.mark.parametrize(
    "stem, datum",
    [
        ("企业_gcj02", "gcj02"),
        ("小区（百度坐标）", "bd09"),
        ("cgcs2000点", "wgs84"),
        ("百度小区", None),
        ("BD-09点位", "bd09"),
    ],
)
def test_a_file_name_says_a_datum_only_plainly(stem, datum):
    assert file_datum(stem) == datum


def test_each_row_is_read_by_itself():
    cells = pd.DataFrame(
        {
            "经度": ["103.1", "103°6′", "约103", None, "N29.5"],
            "纬度": ["29.5"] * 3 + [None, "E103.1"],
        }
    )
    places = read_places(cells, find_coordinate_columns(cells))
    assert places.x[:2].tolist() == pytest.approx([103.1, 103.1]) and np.isnan(places.x[2:]).all()
    assert places.unread.tolist() == [False, False, True, False, True]
    _, (finding,) = points_from_table(
        cells, find_coordinate_columns(cells), layer="k", file="a.csv", datum=None
    )
    assert finding.kind == "coordinates_unread" and finding.measure == 2
    assert "第 3、5 条记录" in finding.message("zh") and "约103, 29.5" in finding.message("zh")


def test_the_order_of_one_column_is_what_most_cells_can_only_mean():
    column = pd.DataFrame(
        {"坐标": ["29.5,103.1", "29.6,103.2", "29.7,103.3", "103.4,29.8", "东经103.5 北纬29.9"]}
    )
    places = read_places(column, find_coordinate_columns(column))
    assert places.turned and places.x.tolist() == [103.1, 103.2, 103.3, 29.8, 103.5]


def test_packed_degrees_are_read_where_nothing_else_can_be_meant():
    packed = pd.DataFrame({"经度": [1034512.3, 1034530.0], "纬度": [293336.0, 293400.0]})
    assert read_places(packed, find_coordinate_columns(packed)).x[0] == pytest.approx(LON)
    metres = pd.DataFrame({"经度": [500123.0, 500125.0], "纬度": [3250123.0, 3250125.0]})
    assert read_places(metres, find_coordinate_columns(metres)).x.tolist() == [500123.0, 500125.0]


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_the_datum_of_the_header_is_undone_unless_the_project_file_names_one(datum):
    lon, lat = np.array([103.76]), np.array([29.55])
    shifted = SHIFTS[datum](lon, lat)
    frame = pd.DataFrame({f"lng_{datum}": shifted[0], f"lat_{datum}": shifted[1]})
    (there,), (told,) = points_from_table(
        frame, find_coordinate_columns(frame), layer="k", file="a.csv", datum=None
    )
    assert (there.x, there.y) == pytest.approx(
        (103.76, 29.55), abs=1e-9
    ) and told.kind == "datum_in_header"
    (there,), told = points_from_table(
        frame, find_coordinate_columns(frame), layer="k", file="a.csv", datum="wgs84"
    )
    assert (there.x, there.y) == (shifted[0][0], shifted[1][0]) and told == []


IN_PARTS = [
    ("经度度", "经度分", "经度秒", "纬度度", "纬度分", "纬度秒"),
    ("经度", "经分", "经秒", "纬度", "纬分", "纬秒"),
    ("lon_deg", "lon_min", "lon_sec", "lat_deg", "lat_min", "lat_sec"),
    ("东经（度）", "东经（分）", "东经（秒）", "北纬（度）", "北纬（分）", "北纬（秒）"),
    (
        "Longitude degrees",
        "Longitude minutes",
        "Longitude seconds",
        "Latitude deg",
        "Latitude min",
        "Latitude sec",
    ),
]


@pytest.mark.parametrize("names", IN_PARTS)
def test_degrees_minutes_and_seconds_in_columns_of_their_own(names, tmp_path):
    """Each row by itself: one without any part has no place, one with 61 minutes is told by its line."""
    rows = [
        "1,103,45,36,29,33,0",
        "2,103,5,7.2,29,3,36",
        "3,,,,,,",
        "4,103,61,0,29,33,0",
        "5,103,45.6,,29,33,",
    ]
    (tmp_path / "a.csv").write_text(
        "\n".join([",".join(("id", *names)), *rows]) + "\n", "utf-8-sig"
    )
    raw = read_file(WorkloadSpec(name="w", path="a.csv"), tmp_path, "w")
    places = [
        None if point is None else (round(point.x, 9), round(point.y, 9))
        for point in raw.frame.geometry
    ]
    assert places == [(103.76, 29.55), (103.085333333, 29.06), None, None, (103.76, 29.55)]
    told = [one.message("zh") for one in raw.findings if one.kind == "coordinates_unread"]
    assert len(told) == 1 and "第 5 行" in told[0]


@pytest.mark.parametrize(
    "names", [("经度度", "经度分", "经度秒"), ("经度分", "经度秒", "纬度分"), ("时", "分", "秒")]
)
def test_parts_of_one_axis_only_are_no_place(names):
    assert part_columns(names) is None
