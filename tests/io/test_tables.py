"""Tables: CSV in any delimiter and encoding, workbooks with title rows, coordinates in cells, what must not enter."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
import xlsxwriter

from gridmerge.config.settings import RosterSpec, WorkloadSpec
from gridmerge.errors import InputError
from gridmerge.io import read_input
from gridmerge.io.formats.ods import merged_cells
from gridmerge.privacy.patterns import passes_luhn
from gridmerge.tabular.cell_values import as_code
from tests.io.files import CODES, HOUSES, NAMES, assert_is_truth, kinds, load, truth


def rows_as_text(delimiter: str, geometry: list[str]) -> str:
    lines = [delimiter.join(["code", "name", "hs", "坐标"])]
    lines += [
        delimiter.join([code, name, str(hs), f'"{shape}"'])
        for code, name, hs, shape in zip(CODES, NAMES, HOUSES, geometry, strict=True)
    ]
    return "\r\n".join(lines) + "\r\n"


def wkts() -> list[str]:
    return [shape.wkt for shape in truth().geometry]


def lists(order: str = "lon,lat") -> list[str]:
    flip = order == "lat,lon"
    return [
        ";".join(f"{y},{x}" if flip else f"{x},{y}" for x, y in shape.exterior.coords)
        for shape in truth().geometry
    ]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_csv_in_any_encoding_and_delimiter(tmp_path: Path, codec: str, delimiter: str) -> None:
    (tmp_path / "a.csv").write_bytes(rows_as_text(delimiter, wkts()).encode(codec))
    raw = load(tmp_path / "a.csv", geometry="坐标", id="code")
    assert_is_truth(raw)
    assert "坐标" not in raw.frame.columns


@pytest.mark.parametrize("order", ["lon,lat", "lat,lon"])
def test_coordinate_lists_in_either_order(tmp_path: Path, order: str) -> None:
    (tmp_path / "a.csv").write_text(rows_as_text(",", lists(order)), "utf-8")
    raw = load(tmp_path / "a.csv", geometry="坐标", id="code")
    assert_is_truth(raw)
    assert ("coordinates_swapped" in kinds(raw)) == (order == "lat,lon")


@pytest.mark.parametrize("bar", ["|", "#", ";"])
@pytest.mark.parametrize("flip", [False, True])
def test_a_list_of_several_rings_has_holes_and_parts(tmp_path: Path, bar: str, flip: bool) -> None:
    squares = [(100, 30, 10), (104, 34, 2), (120, 30, 5)]
    rings = [[(x, y), (x + s, y), (x + s, y + s), (x, y + s), (x, y)] for x, y, s in squares]
    text = bar.join(";".join(f"{y},{x}" if flip else f"{x},{y}" for x, y in ring) for ring in rings)
    (tmp_path / "a.csv").write_text(f'id,坐标\n1,"{text}"\n', "utf-8")
    (shape,) = load(tmp_path / "a.csv", geometry="坐标").frame.geometry
    assert shape.is_valid
    assert shape.area == 100 - 4 + 25
    assert shape.bounds == (100, 30, 125, 40)


def test_a_column_of_wkt_is_found_and_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(rows_as_text(",", wkts()), "utf-8")
    raw = load(tmp_path / "a.csv", id="code")
    assert_is_truth(raw)
    (finding,) = raw.findings
    assert finding.message("zh") == "k：a.csv 没有指明坐标列，按字段“坐标”读取（WKT）。"
    assert (
        finding.message("en")
        == 'k: a.csv does not say where its coordinates are; taken from "坐标" (WKT).'
    )


def test_a_cell_that_is_no_geometry_costs_only_its_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(rows_as_text(",", [*wkts()[:3], "POLYGON ((1 2, 3"]), "utf-8")
    raw = load(tmp_path / "a.csv", geometry="坐标", id="code")
    assert raw.frame["code"].tolist() == CODES[:3]
    assert kinds(raw) == ["feature_unreadable"]


def test_points_by_two_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("编号,经度,纬度\n007,104.5,29.5\n008,,29.6\n", "utf-8")
    raw = load(tmp_path / "a.csv", lon="经度", lat="纬度", id="编号")
    assert raw.frame["编号"].tolist() == ["007", "008"]
    assert raw.frame.geometry.iloc[0].equals(shapely.Point(104.5, 29.5))
    assert raw.frame.geometry.isna().tolist() == [False, True]


def test_a_table_that_lists_villages_stays_without_geometry(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "网格,村,lon,lat\n一,东风村,104.5,29.5\n一,韩洪村,104.6,29.5\n", "utf-8"
    )
    raw = load(tmp_path / "a.csv", id="网格", village="村")
    assert raw.frame["村"].tolist() == ["东风村", "韩洪村"]
    assert raw.frame.geometry.isna().all()


def test_leading_zeros_stay_and_numbers_become_numbers(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "a,b,c,d\n001,1,1.5,510302001001001001\n002,2,,510302001001001002\n", "utf-8"
    )
    frame = load(tmp_path / "a.csv").frame
    assert frame["a"].tolist() == ["001", "002"]
    assert frame["b"].tolist() == [1, 2]
    assert frame["c"].iloc[0] == 1.5
    assert np.isnan(frame["c"].iloc[1])
    assert frame["d"].iloc[0] == "510302001001001001"


def workbook(path: Path) -> Path:
    book = xlsxwriter.Workbook(path)
    hidden = book.add_worksheet("字典")
    hidden.write_row(0, 0, ["字典", "值"])
    book.add_worksheet("空表")
    sheet = book.add_worksheet("填报")
    hidden.hide()
    sheet.activate()
    sheet.set_first_sheet()
    sheet.write(0, 0, "某镇网格填报表")
    sheet.write(1, 0, "填报单位：城管所")
    sheet.write_row(3, 0, ["*code\n(必填)", "name（全称）", "hs", "*坐标"])
    for i, row in enumerate(zip(CODES, NAMES, HOUSES, lists(), strict=True)):
        sheet.write_row(4 + i, 0, row)
    book.close()
    return path


def test_a_template_with_titles_decorations_and_a_hidden_sheet(tmp_path: Path) -> None:
    raw = load(workbook(tmp_path / "a.xlsx"), geometry="坐标", id="code", name="name")
    assert_is_truth(raw)
    assert raw.findings[-1].message("zh") == "k：a.xlsx 读取了工作表“填报”，未读：字典、空表。"
    assert "k：a.xlsx 的表头在第 4 行，以上是标题，已跳过。" in [
        finding.message("zh") for finding in raw.findings
    ]


def test_the_header_is_found_without_help_and_under_its_own_spelling(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    assert {"code", "name", "hs"} <= set(load(path).frame.columns)
    assert load(path, id="*code\n(必填)").frame["*code\n(必填)"].tolist() == CODES
    assert load(path, layer="字典").frame.columns.tolist() == ["字典", "值", "geometry"]
    with pytest.raises(InputError, match=r'no layer "填表"; it has: .*填报'):
        load(path, layer="填表")


def two_row_header(path: Path, titles: int) -> None:
    """A template as departments send it: a group over two columns, single columns merged down, a village over its grids."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for row in range(titles):
        sheet.merge_range(row, 0, row, 5, ["网格员花名册", "填报单位：青山镇"][row])
    for column, name in enumerate(["所属村", "*网格编码"]):
        sheet.merge_range(titles, column, titles + 1, column, name)
    for column, group in ((2, "网格员"), (4, "网格长")):
        sheet.merge_range(titles, column, titles, column + 1, group)
        sheet.write_row(titles + 1, column, ["姓名", "联系电话"])
    sheet.merge_range(titles + 2, 0, titles + 4, 0, "韩洪村")
    for i, (code, name) in enumerate(zip(CODES[:3], ["李建国", "欧阳淑贤", "谭永福"], strict=True)):
        sheet.write_row(titles + 2 + i, 1, [code, name, "13800000001", "王村长", "13900000001"])
    book.close()


@pytest.mark.parametrize("titles", [0, 1, 2])
@pytest.mark.parametrize("named", [True, False])
def test_a_header_of_two_rows_and_cells_merged_down(
    tmp_path: Path, titles: int, named: bool
) -> None:
    two_row_header(tmp_path / "a.xlsx", titles)
    raw = load(
        tmp_path / "a.xlsx",
        village="所属村",
        **({"id": "网格编码", "holder": "网格员姓名"} if named else {}),
    )
    people = ["网格员姓名", "网格员联系电话", "网格长姓名", "网格长联系电话"]
    assert list(raw.frame.columns) == ["所属村", "网格编码", *people, "geometry"]
    assert raw.frame["所属村"].tolist() == ["韩洪村"] * 3
    assert as_code(raw.frame["网格编码"]).tolist() == CODES[:3]
    assert raw.frame["网格员姓名"].tolist() == ["李建国", "欧阳淑贤", "谭永福"]


SHEET = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.2"><office:body><office:spreadsheet>
<table:table table:name="说明"><table:table-row><table:table-cell table:number-rows-spanned="3"/></table:table-row></table:table>
<table:table table:name="填报">ROWS</table:table></office:spreadsheet></office:body></office:document-content>"""
COVERED = '<table:covered-table-cell table:number-columns-repeated="1"/>'


def ods_cell(value: str, **more: int) -> str:
    said = "".join(
        f' table:number-{name.replace("_", "-")}="{count}"' for name, count in more.items()
    )
    return f'<table:table-cell office:value-type="string"{said}><text:p>{value}</text:p></table:table-cell>'


def ods(path: Path, rows: list[str]) -> None:
    """An OpenDocument workbook of two sheets, its second of these rows of cells."""
    text = SHEET.replace(
        "ROWS", "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", text)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")


def test_cells_merged_down_in_open_document_hold_for_all_their_rows(tmp_path: Path) -> None:
    head = ods_cell("网格编码") + ods_cell("备注") + ods_cell("所属村")
    blank = '<table:table-cell table:number-columns-repeated="1"/>'
    first = ods_cell(CODES[0]) + blank + ods_cell("韩洪村", rows_spanned=2, columns_spanned=1)
    rows = [
        head,
        first,
        ods_cell(CODES[1]) + blank + COVERED,
        ods_cell(CODES[2]) + ods_cell("无") + ods_cell("石桥村"),
    ]
    ods(tmp_path / "a.ods", rows)
    raw = load(tmp_path / "a.ods", village="所属村", id="网格编码", layer="填报")
    assert raw.frame["所属村"].tolist() == ["韩洪村", "韩洪村", "石桥村"]


def test_open_document_that_defines_entities_is_refused(tmp_path: Path) -> None:
    ods(
        tmp_path / "a.ods",
        [ods_cell("编码") + ods_cell("名称"), ods_cell("甲一") + ods_cell("东片")],
    )
    text = zipfile.ZipFile(tmp_path / "a.ods").read("content.xml").decode()
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", text.replace("?>", '?><!DOCTYPE a [<!ENTITY b "c">]>', 1))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    with pytest.raises(InputError, match="defines entities"):
        load(tmp_path / "a.ods", layer="填报")


def test_a_cell_merged_after_repeated_cells_and_rows_is_found_where_it_stands(
    tmp_path: Path,
) -> None:
    blanks = '<table:table-cell table:number-columns-repeated="3"/>'
    wide = (
        ods_cell("x", columns_repeated=2)
        + blanks
        + ods_cell("甲", rows_spanned=3, columns_spanned=2)
    )
    ods(tmp_path / "a.ods", [ods_cell("标题"), wide])
    text = zipfile.ZipFile(tmp_path / "a.ods").read("content.xml").decode()
    twice = text.replace(
        f"<table:table-row>{ods_cell('标题')}",
        f'<table:table-row table:number-rows-repeated="4">{ods_cell("标题")}',
    )
    assert twice != text
    with zipfile.ZipFile(tmp_path / "b.ods", "w") as archive:
        archive.writestr("content.xml", twice)
    assert merged_cells(tmp_path / "b.ods", "填报") == [((4, 5), (6, 6))]
    assert merged_cells(tmp_path / "b.ods", "没有") == []


@pytest.mark.parametrize(
    "rows",
    [
        ["填报单位：青山镇,,,日期：三月", "编码,名称,责任人,备注"],  # a title of two cells
        ["编码,名称,责任人,备注", "甲一,东片,李建国,"],  # a row of data with a blank
        ["编码,名称,,", ",东片,李建国,无"],  # a row of data whose code was left out
    ],
)
def test_a_title_or_a_row_of_data_is_no_second_row_of_the_header(
    tmp_path: Path, rows: list[str]
) -> None:
    (tmp_path / "a.csv").write_text(
        "\n".join([*rows, "甲二,西片,王芳,无", "甲三,南片,陈红,无"]), "utf-8"
    )
    raw = load(tmp_path / "a.csv", id="编码", village="名称")
    assert {"编码", "名称"} <= set(raw.frame.columns)
    assert raw.frame["名称"].tolist()[-2:] == ["西片", "南片"]


def test_excel_numbers_serve_as_codes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [510302001001.0, np.nan], "n": [1, 2]})
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["id", "n"])
    sheet.write_row(1, 0, [510302001001, 1])
    sheet.write_row(2, 0, ["", 2])
    book.close()
    assert as_code(frame["id"]).tolist() == ["510302001001", ""]
    assert as_code(load(tmp_path / "a.xlsx", id="id").frame["id"]).tolist() == ["510302001001", ""]
    assert as_code(pd.Series(["５１０３", " a1 ", 7, None, 12.5])).tolist() == [
        "5103",
        "a1",
        "7",
        "",
        "12.5",
    ]


def test_a_damaged_workbook_is_one_sentence(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    path.write_bytes(path.read_bytes()[:-700])
    with pytest.raises(InputError, match=r"^a\.xlsx: .*damaged"):
        load(path)


def with_check(number: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return (
        number + "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=True)) % 11]
    )


def test_id_numbers_cards_and_passwords_never_enter(tmp_path: Path) -> None:
    person = with_check("51030219800101001")  # invented: the checksum alone makes it look real
    card = "6222020000000000000"
    card = next(card[:-1] + str(d) for d in range(10) if passes_luhn(card[:-1] + str(d)))
    (tmp_path / "a.csv").write_text(
        f"member_id,name,身份证,备注,卡,密码,phone\nm1,张三,{person},证件{person},{card},abc,13800000001\n",
        "utf-8",
    )
    raw = read_input(RosterSpec(path="a.csv"), tmp_path, "roster")
    assert [str(column) for column in raw.frame.columns] == [
        "member_id",
        "name",
        "备注",
        "phone",
        "geometry",
    ]
    assert raw.frame["备注"].tolist() == ["证件******"]
    said = " ".join(
        finding.message(language) for finding in raw.findings for language in ("zh", "en")
    )
    assert person not in said
    assert card not in said
    assert kinds(raw) == ["sensitive_dropped"] * 3 + ["sensitive_struck"]


def test_a_column_that_says_it_holds_id_numbers_goes_whatever_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "member_id,name,身份证号码,sfzh\nm1,张三,尚未登记,510302880101001\n", "utf-8"
    )
    raw = read_input(RosterSpec(path="a.csv"), tmp_path, "roster")
    assert [str(column) for column in raw.frame.columns] == ["member_id", "name", "geometry"]


def test_codes_of_eighteen_digits_that_look_like_birthdays_stay(tmp_path: Path) -> None:
    """Township 201, village 001, grids 010001 to 010099: one in eleven has the right check digit by chance."""
    rows = "".join(f"510311201001010{n:03d},网格{n}\n" for n in range(1, 99))
    (tmp_path / "a.csv").write_text("member_id,name\n" + rows, "utf-8")
    raw = read_input(RosterSpec(path="a.csv"), tmp_path, "roster")
    assert [str(column) for column in raw.frame.columns] == ["member_id", "name", "geometry"]


def test_a_number_without_its_parity_is_no_bank_card() -> None:
    assert not passes_luhn("0000000000000000")


def corner_rows(order: list[str] | None = None) -> str:
    lines = ["网格编码,网格名称,点号,经度,纬度"]
    for code, name, shape in zip(CODES, NAMES, truth().geometry, strict=True):
        corners = list(shape.exterior.coords)[:-1]
        lines += [f"{code},{name},J{i + 1},{x},{y}" for i, (x, y) in enumerate(corners)]
    return "\n".join([lines[0], *(reversed(lines[1:]) if order == ["reversed"] else lines[1:])])


@pytest.mark.parametrize("order", [None, ["reversed"]])
def test_a_table_of_corners_becomes_polygons(tmp_path: Path, order: list[str] | None) -> None:
    (tmp_path / "界址点.csv").write_text(corner_rows(order), "utf-8")
    raw = load(tmp_path / "界址点.csv", id="网格编码", lon="经度", lat="纬度")
    got = raw.frame.set_index("网格编码").loc[CODES]
    assert got["网格名称"].tolist() == NAMES
    assert (
        shapely.hausdorff_distance(got.geometry.to_numpy(), truth().geometry.to_numpy()).max()
        < 1e-9
    )
    assert "k：界址点.csv 每行是一个拐点，16 行按字段“网格编码”连成 4 个面。" in [
        f.message("zh") for f in raw.findings
    ]
    unasked = load(tmp_path / "界址点.csv")
    assert len(unasked.frame) == 4
    assert list(unasked.frame.columns) == ["网格编码", "网格名称", "geometry"]


def test_rings_of_corners_are_holes_and_too_few_corners_are_told(tmp_path: Path) -> None:
    outer = [(0, 0), (10, 0), (10, 10), (0, 10)]
    inner = [(4, 4), (6, 4), (6, 6), (4, 6)]
    rows = [("A", 1, i, x, y) for i, (x, y) in enumerate(outer)] + [
        ("A", 2, i, x, y) for i, (x, y) in enumerate(inner)
    ]
    rows += [("B", 1, i, x, y) for i, (x, y) in enumerate(outer[:2])]
    pd.DataFrame(rows, columns=["id", "圈号", "点号", "x", "y"]).to_csv(
        tmp_path / "a.csv", index=False
    )
    raw = load(tmp_path / "a.csv", id="id", lon="x", lat="y")
    assert raw.frame["id"].tolist() == ["A"]
    assert raw.frame.geometry.iloc[0].area == 96
    assert sorted(kinds(raw)) == ["corners_joined", "feature_unreadable"]


def test_points_of_workload_are_never_corners(tmp_path: Path) -> None:
    (tmp_path / "界址点.csv").write_text(corner_rows(), "utf-8")
    spec = WorkloadSpec(name="w", path="界址点.csv", lon="经度", lat="纬度")
    assert read_input(spec, tmp_path, "workload:w").frame.geom_type.unique().tolist() == ["Point"]


def test_a_table_without_a_header_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("104.5,29.5,一网格\n104.6,29.5,二网格\n", "utf-8")
    raw = load(tmp_path / "a.csv")
    assert raw.frame["field_3"].tolist() == ["一网格", "二网格"]
    assert kinds(raw) == ["header_missing"]


def test_curved_wkt_becomes_chords(tmp_path: Path) -> None:
    text = 'id,WKT\n1,"CURVEPOLYGON (CIRCULARSTRING (0 0,1 1,2 0,1 -1,0 0))"\n2,"POLYGON ((0 0,1 0,1 1,0 0))"\n3,"CURVEPOLYGON (oops"\n'
    (tmp_path / "a.csv").write_text(text)
    raw = load(tmp_path / "a.csv", geometry="WKT")
    assert raw.frame["id"].tolist() == [1, 2]
    assert raw.frame.geometry.iloc[0].area == pytest.approx(np.pi, rel=1e-2)
    assert kinds(raw) == ["feature_unreadable"]


def test_geojson_in_cells(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\tshape\n1\t{'type':'Point','coordinates':[104.5,29.5]}\n")
    assert load(tmp_path / "a.csv", geometry="shape").frame.geometry.iloc[0].x == 104.5


def test_a_workbook_one_reader_gives_up_on_is_read_by_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path / "a.xlsx")

    def broken(_: str) -> None:
        raise ValueError("no")

    monkeypatch.setattr("python_calamine.CalamineWorkbook.from_path", broken)
    assert_is_truth(load(path, layer="填报", geometry="坐标", id="code", name="name"))


def test_a_web_page_with_a_table_called_xls(tmp_path: Path) -> None:
    cells = "".join(
        f"<tr><td>{c}</td><td>{n}</td><td>{h}</td><td>{s}</td></tr>"
        for c, n, h, s in zip(CODES, NAMES, HOUSES, wkts(), strict=True)
    )
    page = f"<html><meta charset=gb2312><table><tr><th>code<th>name<th>hs<th>wkt</tr>{cells}</table></html>"
    (tmp_path / "a.xls").write_bytes(page.encode("gb18030"))
    assert_is_truth(load(tmp_path / "a.xls", geometry="wkt", id="code"))


def test_an_excel_2003_sheet(tmp_path: Path) -> None:
    space = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    rows = [
        ["code", "name", "hs", "wkt"],
        *map(list, zip(CODES, NAMES, map(str, HOUSES), wkts(), strict=True)),
    ]
    body = "".join(
        "<Row>" + "".join(f"<Cell><Data>{c}</Data></Cell>" for c in row) + "</Row>" for row in rows
    )
    text = f'<?xml version="1.0"?><Workbook {space}><Worksheet ss:Name="表"><Table>{body}</Table></Worksheet></Workbook>'
    (tmp_path / "a.xls").write_text(text, "utf-8")
    raw = load(tmp_path / "a.xls", geometry="wkt", id="code")
    assert_is_truth(raw)
    assert raw.source.driver == "Excel 2003 XML"


def test_a_person_s_number_reaches_no_sentence(tmp_path: Path) -> None:
    person = with_check("51030219800101001")
    (tmp_path / "a.csv").write_text(f"name,{person}\n张三,1\n", "utf-8")
    with pytest.raises(InputError) as caught:
        load(tmp_path / "a.csv", id="nosuch")
    assert person not in caught.value.in_("zh") + caught.value.in_("en")
    assert "***" in str(caught.value)


def test_a_csv_with_a_short_last_row_or_a_lost_quotation_mark_is_told(tmp_path: Path) -> None:
    text = rows_as_text(",", wkts())
    (tmp_path / "a.csv").write_text(text + "备注,以上\r\n", "utf-8")
    (tmp_path / "b.csv").write_text(
        text.replace('))"\r\n' + CODES[1], "))\r\n" + CODES[1], 1), "utf-8"
    )
    assert "last_row_short" in kinds(load(tmp_path / "a.csv", geometry="坐标", id="code"))
    assert "rows_swallowed" in kinds(load(tmp_path / "b.csv", geometry="坐标", id="code"))


def with_blank_ids(keep) -> str:
    """Rows of corners whose code and name are blank but where `keep` says so of (row, first of its grid)."""
    head, *rows = corner_rows().split("\n")
    cells, seen, lines = [row.split(",") for row in rows], set(), [head]
    for number, row in enumerate(cells):
        lines.append(",".join(row if keep(number, row[0] not in seen) else ["", "", *row[2:]]))
        seen.add(row[0])
    return "\n".join(lines)


@pytest.mark.parametrize("asked", [{"id": "网格编码", "lon": "经度", "lat": "纬度"}, {}])
def test_a_code_that_stands_once_above_its_corners_is_that_of_all(
    tmp_path: Path, asked: dict[str, str]
) -> None:
    """As a sheet with merged cells is saved as CSV."""
    (tmp_path / "界址点.csv").write_text(with_blank_ids(lambda _, first: first), "utf-8")
    raw = load(tmp_path / "界址点.csv", **asked)
    got = raw.frame.set_index("网格编码").loc[CODES]
    assert got["网格名称"].tolist() == NAMES
    assert (
        shapely.hausdorff_distance(got.geometry.to_numpy(), truth().geometry.to_numpy()).max()
        < 1e-9
    )


def test_one_blank_code_between_corners_of_one_grid_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "界址点.csv").write_text(with_blank_ids(lambda row, _: row not in (2, 9)), "utf-8")
    raw = load(tmp_path / "界址点.csv", id="网格编码", lon="经度", lat="纬度")
    got = raw.frame.set_index("网格编码").loc[CODES]
    assert (
        shapely.hausdorff_distance(got.geometry.to_numpy(), truth().geometry.to_numpy()).max()
        < 1e-9
    )
    assert kinds(raw) == ["corners_joined"]


def test_a_blank_code_between_two_grids_is_told_and_given_to_neither(tmp_path: Path) -> None:
    (tmp_path / "界址点.csv").write_text(with_blank_ids(lambda row, _: row != 4), "utf-8")
    raw = load(tmp_path / "界址点.csv", id="网格编码", lon="经度", lat="纬度")
    told = next(one for one in raw.findings if one.kind == "corners_without_grid")
    assert told.measure == 1 and "第 6 行" in told.message("zh")
    got = raw.frame.set_index("网格编码").loc[CODES].geometry
    assert shapely.get_num_coordinates(got.to_numpy()).tolist() == [5, 4, 5, 5]
