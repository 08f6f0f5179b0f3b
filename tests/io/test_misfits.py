"""Tables whose cells do not fit the header, whose delimiter is not plain, and texts that are not what they look like."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import xlsxwriter

from gridmerge.clean.attributes.fields import join_examples
from gridmerge.config.settings import RosterSpec, WorkloadSpec
from gridmerge.errors import InputError
from gridmerge.io import read_input
from gridmerge.model import RawLayer

PLACES = [(f"{104.77 + i / 1000:.6f}", f"{29.35 + i / 1000:.6f}") for i in range(30)]


def lines(parted: str = ",", **rows: str) -> list[str]:
    """A table of thirty rows; ``r5="..."`` is written in place of the sixth."""
    body = [parted.join([lon, lat, "10"]) for lon, lat in PLACES]
    for name, line in rows.items():
        body[int(name[1:])] = line
    return [parted.join(["lon", "lat", "hs"]), *body]


def work(folder: Path, raw: bytes | str, name: str = "hs.csv") -> RawLayer:
    (folder / name).write_bytes(raw if isinstance(raw, bytes) else raw.encode("utf-8"))
    return read_input(WorkloadSpec(name="households", path=name, field="hs"), folder, "w")


def told(raw: RawLayer, kind: str) -> list[float]:
    return [finding.measure for finding in raw.findings if finding.kind == kind]


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ({"r5": "104.775,29.355,1,234"}, 1),
        ({"r5": "104.775,29.355,1,234", "r29": "104.8,29.38,12,345,678"}, 2),
        ({"r0": "青山村,3组,104.77,29.35"}, 1),
        ({}, 0),
        ({"r5": "104.775,29.355,10,,,"}, 0),
    ],
)
def test_rows_with_more_cells_than_the_header_are_told(tmp_path, rows, count):
    assert told(work(tmp_path, "\r\n".join(lines(**rows)) + "\r\n"), "rows_too_wide") == [count] * (
        count > 0
    )


def test_all_figures_with_unquoted_thousands_marks_are_told(tmp_path):
    body = {f"r{i}": f"{lon},{lat},1,234" for i, (lon, lat) in enumerate(PLACES)}
    assert told(work(tmp_path, "\n".join(lines(**body)) + "\n"), "rows_too_wide") == [30]


@pytest.mark.parametrize(("second", "expected"), [("99", [2]), ("10", [])])
@pytest.mark.parametrize("header", ["lon,lat,hs,hs", "lon,lat,hs,HS", "lon,lat,hs,hs（户）"])
def test_a_field_that_stands_twice_is_told_where_it_says_two_things(
    tmp_path, header, second, expected
):
    text = "\n".join([header, *[f"{line},{second}" for line in lines()[1:]]]) + "\n"
    raw = work(tmp_path, text)
    assert told(raw, "field_twice") == expected
    assert raw.frame["hs"].tolist() == [10] * 30


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-16"])
def test_utf16_is_read_with_a_mark_and_without(tmp_path, codec):
    raw = work(
        tmp_path,
        "\r\n".join(["lon,lat,hs,名称", *[f"{line},青山村" for line in lines()[1:]], ""]).encode(
            codec
        ),
    )
    assert raw.frame["hs"].tolist() == [10] * 30
    assert raw.frame["名称"].tolist() == ["青山村"] * 30


def test_semicolons_part_a_table_whose_numbers_have_commas(tmp_path):
    raw = work(tmp_path, "\n".join(line.replace(".", ",") for line in lines(";")) + "\n")
    assert [str(name) for name in raw.frame.columns if name != "geometry"] == ["lon", "lat", "hs"]
    assert raw.frame["lon"].tolist()[:2] == ["104,770000", "104,771000"]


@pytest.mark.parametrize("zeros", [16, 4096, 100_000])
@pytest.mark.parametrize("name", ["hs.csv", "hs.geojson", "hs.kml", "hs.dxf"])
def test_a_text_that_ends_in_zero_bytes_is_refused(tmp_path, name, zeros):
    with pytest.raises(InputError) as error:
        work(tmp_path, ("\n".join(lines()) + "\n").encode() + bytes(zeros), name)
    assert "末尾" in error.value.text.zh and "Copy it again" in error.value.text.en


@pytest.mark.parametrize("mark", ["\ufeff", "\u200b", "\u2060"])
def test_a_header_behind_an_unseen_character_is_no_row(tmp_path, mark):
    text = "\n".join([*lines(), f"{mark}lon,lat,hs", f"{mark}合计,,300"]) + "\n"
    raw = work(tmp_path, text)
    assert len(raw.frame) == 30
    assert told(raw, "rows_not_data") == [2]


def test_no_sentence_holds_a_cell_at_length():
    assert join_examples(["短", "长" * 5000]) == "短、" + "长" * 40 + "…"


def workbook(file: Path, **sheets: list[list[object]]) -> None:
    with xlsxwriter.Workbook(str(file)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)


def rows(first: int = 0, last: int = 30) -> list[list[object]]:
    return [
        ["lon", "lat", "hs"],
        *[[float(lon), float(lat), 10] for lon, lat in PLACES[first:last]],
    ]


@pytest.mark.parametrize("cover", [[["填报说明"]], [["单位", "青山镇"], ["日期", "五月"]]])
def test_a_cover_sheet_is_not_what_is_asked_for(tmp_path, cover):
    workbook(tmp_path / "a.xlsx", 封面=cover, 数据=rows())
    raw = work(tmp_path, (tmp_path / "a.xlsx").read_bytes(), "hs.xlsx")
    assert len(raw.frame) == 30
    assert told(raw, "sheets_skipped") and not told(raw, "sheets_alike")


def test_a_sheet_for_every_village_is_told_as_more_than_a_note(tmp_path):
    workbook(
        tmp_path / "a.xlsx",
        青山村=rows(0, 10),
        绿水村=rows(10, 20),
        白云村=[["白云村"], *rows(20, 30)],
        说明=[["hs", "户数"]],
    )
    raw = work(tmp_path, (tmp_path / "a.xlsx").read_bytes(), "hs.xlsx")
    assert len(raw.frame) == 10
    assert told(raw, "sheets_alike") == [2]
    assert raw.findings[0].severity == "warning"


def test_a_roster_behind_a_cover_is_read(tmp_path):
    workbook(
        tmp_path / "r.xlsx",
        封面=[["青山镇网格员名册"], ["五月"]],
        名册=[["编号", "姓名"], ["1", "甲"]],
    )
    assert read_input(RosterSpec(path="r.xlsx"), tmp_path, "roster").frame["姓名"].tolist() == [
        "甲"
    ]


UNITS = {
    "户数（万户）": 10_000,
    "户数(千户)": 1000,
    "户数（单位：百户）": 100,
    "户数【万】": 10_000,
    "户数 (thousands)": 1000,
    "户数(×1000)": 1000,
}


@pytest.mark.parametrize(("header", "factor"), UNITS.items())
@pytest.mark.parametrize("ending", ["csv", "geojson"])
def test_figures_in_ten_thousands_are_multiplied_and_told(tmp_path, header, factor, ending):
    spec = WorkloadSpec(name="households", path=f"hs.{ending}", field="户数")
    if ending == "csv":
        body = "".join(f"{lon},{lat},1.13\n" for lon, lat in PLACES)
        (tmp_path / "hs.csv").write_text(f"lon,lat,{header}\n{body}", "utf-8")
    else:
        points = gpd.points_from_xy(*zip(*[(float(x), float(y)) for x, y in PLACES], strict=True))
        gpd.GeoDataFrame({header: [1.13] * 30}, geometry=points, crs=4326).to_file(
            tmp_path / "hs.geojson"
        )
    raw = read_input(spec, tmp_path, "w")
    assert raw.frame["户数"].tolist() == [round(1.13 * factor, 6)] * 30
    assert told(raw, "unit_multiplied") == [30]


@pytest.mark.parametrize(
    "header", ["面积（亩）", "面积(公顷)", "面积（平方千米）", "面积(千户村)", "面积（%）"]
)
def test_a_unit_without_a_plain_factor_is_told_and_nothing_multiplied(tmp_path, header):
    (tmp_path / "hs.csv").write_text(f"lon,lat,{header}\n104.7,29.3,7\n104.8,29.4,8.5\n", "utf-8")
    raw = read_input(WorkloadSpec(name="land", path="hs.csv", field="面积"), tmp_path, "w")
    assert raw.frame["面积"].tolist() == [7, 8.5] and len(told(raw, "unit_said")) == 1


@pytest.mark.parametrize("header", ["户数（户）", "户数(每户一行)", "户数（必填）", "户数"])
def test_a_header_that_counts_ones_says_nothing(tmp_path, header):
    (tmp_path / "hs.csv").write_text(f"lon,lat,{header}\n104.7,29.3,7\n104.8,29.4,8\n", "utf-8")
    raw = read_input(WorkloadSpec(name="households", path="hs.csv", field="户数"), tmp_path, "w")
    assert raw.frame["户数"].tolist() == [7, 8]
    assert told(raw, "unit_said") == told(raw, "unit_multiplied") == []


@pytest.mark.parametrize("field", ["户数_万户", "人口万人", "人口/千人", "是否超千人"])
def test_a_unit_behind_the_name_counts_as_one_in_brackets(tmp_path, field):
    (tmp_path / "hs.csv").write_text(f"lon,lat,{field}\n104.7,29.3,1.2\n104.8,29.4,多\n", "utf-8")
    raw = read_input(WorkloadSpec(name="households", path="hs.csv", field=field), tmp_path, "w")
    factor = {"人口/千人": 1000, "是否超千人": 1}.get(field, 10_000)
    assert [str(cell) for cell in raw.frame[field]] == [str(1.2 * factor), "多"]


def test_a_unit_over_the_table_is_told(tmp_path):
    (tmp_path / "hs.csv").write_text(
        "各村户数表,,\n单位：万户,,\nlon,lat,户数\n104.7,29.3,7\n104.8,29.4,8\n", "utf-8"
    )
    raw = read_input(WorkloadSpec(name="households", path="hs.csv", field="户数"), tmp_path, "w")
    assert raw.frame["户数"].tolist() == [7, 8]
    finding = next(one for one in raw.findings if one.kind == "unit_said")
    assert "万户" in finding.message("zh") and "户数" in finding.message("zh")


PAIRS = {
    "lon,lat,lon,lat,hs": "lon, lat",
    "经度,纬度,经度,纬度,hs": "经度, 纬度",
    "起点经度,起点纬度,终点经度,终点纬度,hs": "起点经度, 起点纬度",
    "lon,lat,经度,纬度,hs": "lon, lat",
    "X坐标,Y坐标,X坐标,Y坐标,hs": "X坐标, Y坐标",
}


def _pairs(folder: Path, header: str, apart: float) -> RawLayer:
    body = "".join(f"{lon},{lat},{float(lon) + apart:.6f},{lat},10\n" for lon, lat in PLACES)
    (folder / "hs.csv").write_text(f"{header}\n{body}", "utf-8")
    return read_input(WorkloadSpec(name="households", path="hs.csv", field="hs"), folder, "w")


@pytest.mark.parametrize(("header", "taken"), PAIRS.items())
def test_a_second_pair_of_columns_that_says_other_places_is_told(tmp_path, header, taken):
    raw = _pairs(tmp_path, header, 0.01 if "lon" in header or "经度" in header else 50.0)
    finding = next(one for one in raw.findings if one.kind == "pairs_twice")
    assert taken in finding.message("en")
    assert raw.frame.geometry.x.tolist() == [float(lon) for lon, _ in PLACES]


@pytest.mark.parametrize(
    ("header", "apart"),
    [
        ("lon,lat,lon,lat,hs", 0.0),
        ("lon,lat,经度,纬度,hs", 1e-5),
        ("lon,lat,高德经度,高德纬度,hs", 0.003),
    ],
)
def test_pairs_that_say_the_same_or_name_another_datum_are_not_told(tmp_path, header, apart):
    assert told(_pairs(tmp_path, header, apart), "pairs_twice") == []
