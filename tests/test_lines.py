"""An officer finds a row by the number his spreadsheet shows beside it: titles, blank rows and sums are counted."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from shapely import Point

from gridmerge.clean import clean_work
from gridmerge.config.settings import LayerSpec, WorkloadSpec
from gridmerge.errors import InputError
from gridmerge.io import read_input
from gridmerge.io.tables.plain_tables import parse_amounts, read_table
from gridmerge.tabular.row_numbers import lines_of, rows_in_words
from tests.little import township

HEADER = ["序号", "经度", "纬度", "户数", "备注"]
TITLE = [["青山镇房屋台账"], ["填表单位：村建办"], [""], HEADER]
IDENTITY = "11010519491231002X"


def rows(kind: str) -> list[list[object]]:
    """A title, a unit, a blank row, the header in row 4; data from row 5 with a blank row 7 and a sum in row 9."""
    places = [
        [105.0005, 29.4],
        [105.0006, 29.4],
        None,
        [105.0007, 29.4],
        "sum",
        [105.0008, 29.4],
        [105.0009, 29.4],
    ]
    out: list[list[object]] = [list(row) for row in TITLE]
    for number, place in enumerate(places, 1):
        if place is None:
            out.append(["", "", "", "", ""])
        elif place == "sum":
            out.append(["合计", "", "", 300, ""])
        else:
            out.append([number, *place, 100, "甲"])
    last = out[-1]
    if kind == "unread":
        last[1] = "东边"
    elif kind == "identity":
        last[4] = f"户主 {IDENTITY}"
    return out


def write(path, table: list[list[object]]):
    if path.suffix == ".csv":
        path.write_text("\n".join(",".join(map(str, row)) for row in table), "gb18030")
    else:
        book = xlsxwriter.Workbook(path)
        sheet = book.add_worksheet("台账")
        for number, row in enumerate(table):
            sheet.write_row(number, 0, row)
        book.close()
    return path.name


def finding(found, kind):
    (one,) = [finding for finding in found if finding.kind == kind]
    return one


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_cells_that_cannot_be_read_are_told_by_the_line_of_the_file(tmp_path, ending):
    name = write(tmp_path / f"台账{ending}", rows("unread"))
    raw = read_input(
        WorkloadSpec(name="户", path=(name,), lon="经度", lat="纬度"), tmp_path, "workload:户"
    )
    one = finding(raw.findings, "coordinates_unread")
    assert "第 11 行" in one.message("zh") and "line 11" in one.message("en")
    assert "第 9 行" in finding(raw.findings, "rows_not_data").message("zh")


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_an_id_number_that_was_struck_is_told_by_the_line_of_the_file(tmp_path, ending):
    name = write(tmp_path / f"台账{ending}", rows("identity"))
    raw = read_input(WorkloadSpec(name="户", path=(name,)), tmp_path, "workload:户")
    assert "如第 11 行" in finding(raw.findings, "sensitive_struck").message("zh")


def test_a_filter_keeps_the_lines_of_the_rows_that_stay(tmp_path):
    name = write(tmp_path / "台账.csv", rows("unread"))
    raw = read_input(
        WorkloadSpec(name="户", path=(name,), where="序号 > 3", lon="经度", lat="纬度"),
        tmp_path,
        "workload:户",
    )
    assert lines_of(raw.frame).tolist() == [8, 10, 11]


def test_a_row_that_is_exchanged_is_told_by_its_line_when_the_room_of_mending_finds_it(tmp_path):
    land = township(6, 6)
    inside = gpd.GeoSeries(
        [Point(x, y) for x, y in ((50, 50), (150, 50), (250, 350), (350, 450), (450, 250))],
        crs=land.crs,
    )
    there = inside.to_crs(4326)
    table = [list(row) for row in TITLE]
    table += [
        [number, x, y, 3, ""] for number, (x, y) in enumerate(zip(there.x, there.y, strict=True), 1)
    ]
    table[7][1], table[7][2] = table[7][2], table[7][1]
    name = write(tmp_path / "台账.xlsx", table)
    spec = WorkloadSpec(name="户", path=(name,), lon="经度", lat="纬度", field="户数")
    work = clean_work(read_input(spec, tmp_path, "workload:户"), spec, land)
    told = [one for one in work.findings if one.kind in ("rows_exchanged", "rows_impossible")]
    assert [("第 8 行" in one.message("zh"), one.measure) for one in told] == [(True, 1.0)]


def test_what_has_no_lines_is_told_by_records(tmp_path):
    frame = gpd.GeoDataFrame(
        {"备注": ["甲", f"户主 {IDENTITY}", "乙"]}, geometry=[Point(0, 0)] * 3, crs=4326
    )
    frame.to_file(tmp_path / "户.geojson")
    raw = read_input(
        LayerSpec(key="fire", department="fire", path=("户.geojson",)), tmp_path, "fire"
    )
    message = finding(raw.findings, "sensitive_struck")
    assert "如第 2 条记录" in message.message("zh") and "record 2" in message.message("en")


def test_several_files_of_one_input_are_told_by_records(tmp_path):
    for name in ("一.csv", "二.csv"):
        write(tmp_path / name, rows(""))
    raw = read_input(
        WorkloadSpec(name="户", path=("一.csv", "二.csv"), lon="经度", lat="纬度"),
        tmp_path,
        "workload:户",
    )
    assert lines_of(raw.frame) is None


def test_rows_that_went_leave_no_wrong_lines():
    frame = pd.DataFrame({"a": np.arange(4)})
    assert rows_in_words([1, 3], frame) == rows_in_words([1, 3])
    assert rows_in_words(range(7)).zh == "第 1、2、3、4、5 等条记录"
    assert rows_in_words([0]).en == "record 1"


@pytest.mark.parametrize(("above", "line"), [("", 3), ("户数表\n", 4), ("户数表\n\n\n", 6)])
def test_a_cell_that_is_no_amount_is_told_by_its_line(tmp_path, above, line):
    (tmp_path / "a.csv").write_text(f"{above}村,户数\nA,3\nB,约5\nC,4\n", "utf-8")
    table = read_table(tmp_path / "a.csv", "figures")
    with pytest.raises(InputError, match=f"line {line};") as caught:
        parse_amounts(table["户数"], Path("a.csv"))
    assert f"如第 {line} 行的“约5”" in caught.value.in_("zh")
