"""Rows of a table that are no data: sums, remarks, signatures, the header again."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import xlsxwriter
from shapely import Point

from gridmerge.config.settings import Reading, RosterSpec, WorkloadSpec
from gridmerge.io import read_input

HEADER = ["编号", "姓名", "村"]
ROWS = [["a", "甲", "青山村"], ["b", "乙", "绿水村"]]
NO_DATA = {
    "sum": ["合计", "2人", ""],
    "sum with blanks": ["合 计", "2", ""],
    "sum with a colon": ["总计：", "2", ""],
    "sum of a page": ["本页小计", "2", ""],
    "sum of a village": ["青山村小计", "1", ""],
    "sum in the second column": ["", "共计", "2"],
    "sum behind a running number": ["3", "合计", "2"],
    "English": ["Total", "2", ""],
    "remark": ["备注：以上名单截至六月", "", ""],
    "who filled it in": ["填表人：王某", "审核人：李某", ""],
    "signature": ["单位负责人签字：", "", ""],
    "header again": HEADER,
    "header again, in part": ["编号", "姓名", ""],
}
DATA = [
    ["合计村", "甲", "青山村"],
    ["注册科", "乙", "绿水村"],
    ["说明", "丙", "青山村"],
    ["Total1", "丁", "x"],
    ["小", "计", "x"],
]


def _csv(path: Path, rows: list[list[str]]) -> None:
    path.write_text("\n".join(",".join(row) for row in rows) + "\n", "utf-8")


def _xlsx(path: Path, rows: list[list[str]]) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()


@pytest.mark.parametrize("write", [_csv, _xlsx])
@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("case", NO_DATA)
def test_rows_that_are_no_members_are_left_out_and_told(
    tmp_path: Path, case: str, at: int, write: object
) -> None:
    name = "r.csv" if write is _csv else "r.xlsx"
    rows = [HEADER, *ROWS]
    rows.insert(at + 1, NO_DATA[case])
    (_csv if write is _csv else _xlsx)(tmp_path / name, rows)
    raw = read_input(RosterSpec(path=name), tmp_path, "roster")
    assert raw.frame["编号"].tolist() == ["a", "b"]
    (told,) = [finding for finding in raw.findings if finding.kind == "rows_not_data"]
    assert told.measure == 1 and f"第 {at + 2} 行" in told.message("zh")


def test_rows_that_only_look_so_are_data(tmp_path: Path) -> None:
    _csv(tmp_path / "r.csv", [HEADER, *DATA])
    raw = read_input(RosterSpec(path="r.csv"), tmp_path, "roster")
    assert raw.frame["编号"].tolist() == [row[0] for row in DATA]


def test_a_sum_does_not_count_as_work(tmp_path: Path) -> None:
    _csv(
        tmp_path / "w.csv",
        [["名称", "户数", "lon", "lat"], ["a", "3", "105", "30"], ["合计", "3", "", ""]],
    )
    raw = read_input(WorkloadSpec(name="w", path="w.csv", field="户数"), tmp_path, "workload:w")
    assert raw.frame["户数"].tolist() == [3]


def test_events_are_given_back_row_by_row(tmp_path: Path) -> None:
    _csv(tmp_path / "e.csv", [HEADER, *ROWS, NO_DATA["sum"]])
    assert len(read_input(Reading(path="e.csv"), tmp_path, "events").frame) == 3


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "dbf"])
@pytest.mark.parametrize("cells", [("合计", 3), ("青山村小计", 3), ("总计：", 3), ("Total", 3)])
def test_records_that_sum_up_without_a_geometry_are_left_out_and_told(
    tmp_path: Path, ending: str, cells: tuple
) -> None:
    table = pd.DataFrame(
        {
            "name": ["甲", "乙", cells[0]],
            "hs": [1, 2, cells[1]],
            "lon": [104.7, 104.8, None],
            "lat": [29.3, 29.4, None],
        }
    )
    if ending == "dbf":
        pyogrio.write_dataframe(
            table, tmp_path / "hs.shp", driver="ESRI Shapefile", encoding="UTF-8"
        )
        assert (tmp_path / "hs.dbf").exists()
    else:
        points = [Point(104.7, 29.3), Point(104.8, 29.4), None]
        gpd.GeoDataFrame(table[["name", "hs"]], geometry=points, crs=4326).to_file(
            tmp_path / f"hs.{ending}"
        )
    raw = read_input(
        WorkloadSpec(name="households", path=f"hs.{ending}", field="hs"), tmp_path, "w"
    )
    assert raw.frame["hs"].tolist() == [1, 2] and raw.frame["name"].tolist() == ["甲", "乙"]
    assert [finding.measure for finding in raw.findings if finding.kind == "rows_not_data"] == [1]


def test_a_grid_with_land_is_data_whatever_it_is_called(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"name": ["甲", "合计"], "hs": [1, 2]},
        geometry=[Point(104.7, 29.3), Point(104.8, 29.4)],
        crs=4326,
    )
    frame.to_file(tmp_path / "hs.gpkg")
    raw = read_input(WorkloadSpec(name="households", path="hs.gpkg", field="hs"), tmp_path, "w")
    assert raw.frame["hs"].tolist() == [1, 2]
