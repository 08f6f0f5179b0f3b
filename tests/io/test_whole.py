"""Files that say themselves that they are not whole, and formats that cannot be read: one sentence that says so."""

from __future__ import annotations

import json
import os
import socket
import zipfile
from pathlib import Path

import ezdxf
import geopandas as gpd
import pytest
import shapely
import xlsxwriter
from shapely import box

from gridmerge.config.settings import LayerSpec, WorkloadSpec
from gridmerge.errors import InputError
from gridmerge.io import read_input
from gridmerge.io.completeness import whole_sheet
from gridmerge.io.read_request import ReadRequest
from gridmerge.io.unreadable_formats import FOREIGN_FORMATS


def _frame(count: int = 40) -> gpd.GeoDataFrame:
    shapes = [box(105 + i / 100, 30, 105 + (i + 1) / 100, 30.01) for i in range(count)]
    return gpd.GeoDataFrame(
        {"code": [f"G{i:03d}" for i in range(count)]}, geometry=shapes, crs=4490
    )


def _read(path: Path, **keys: str) -> gpd.GeoDataFrame:
    return read_input(LayerSpec(key="k", path=(path.name,), **keys), path.parent, "k").frame


def _refused(path: Path, zh: str, **keys: str) -> None:
    with pytest.raises(InputError) as stopped:
        _read(path, **keys)
    assert zh in stopped.value.in_("zh") and path.name in str(stopped.value)


def _collection(**members: object) -> str:
    shapes = _frame(3).geometry
    features = [
        {"type": "Feature", "properties": {"code": "a"}, "geometry": shapely.geometry.mapping(one)}
        for one in shapes
    ]
    return json.dumps({"type": "FeatureCollection", **members, "features": features})


PAGES = {
    "transfer limit": {"exceededTransferLimit": True},
    "transfer limit among the properties": {"properties": {"exceededTransferLimit": True}},
    "matched and returned": {"numberMatched": 9, "numberReturned": 3},
    "total features": {"totalFeatures": 9},
    "as text": {"totalFeatures": "9"},
    "more to come": {"hasMore": True},
    "more to come, otherwise": {"has_more": True},
    "one page of several": {"pageInfo": {"hasNextPage": True}},
    "a next page": {"links": [{"rel": "self", "href": "?"}, {"rel": "next", "href": "?page=2"}]},
}


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize("case", PAGES)
def test_a_page_of_a_service_is_refused(tmp_path: Path, case: str, behind: bool) -> None:
    text = _collection(**PAGES[case])
    if behind:
        data = json.loads(text)
        text = json.dumps({"type": data.pop("type"), "features": data.pop("features"), **data})
    (tmp_path / "a.geojson").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"page|all of them"):
        _read(tmp_path / "a.geojson")


def test_esri_json_of_a_server_that_held_back_is_refused(tmp_path: Path) -> None:
    rings = [list(map(list, one.exterior.coords)) for one in _frame(2).geometry]
    features = [
        {"attributes": {"code": str(i)}, "geometry": {"rings": [ring]}}
        for i, ring in enumerate(rings)
    ]
    data = {
        "geometryType": "esriGeometryPolygon",
        "spatialReference": {"wkid": 4490},
        "features": features,
    }
    (tmp_path / "a.json").write_text(json.dumps({**data, "exceededTransferLimit": True}), "utf-8")
    _refused(tmp_path / "a.json", "上限")


@pytest.mark.parametrize(
    "members",
    [
        {"exceededTransferLimit": False},
        {"numberMatched": 3, "numberReturned": 3, "totalFeatures": 3},
        {"numberMatched": "unknown"},
        {"links": [{"rel": "prev", "href": "?page=1"}]},
    ],
)
def test_a_whole_answer_of_a_service_is_read(tmp_path: Path, members: dict[str, object]) -> None:
    (tmp_path / "a.geojson").write_text(_collection(**members), "utf-8")
    assert len(_read(tmp_path / "a.geojson")) == 3


@pytest.mark.parametrize(
    "said",
    [
        'numberMatched="90" numberReturned="3"',
        'numberOfFeatures="90"',
        'next="http://x/?startIndex=3"',
    ],
)
def test_a_page_of_a_wfs_is_refused(tmp_path: Path, said: str) -> None:
    path = tmp_path / "a.gml"
    _frame(3).to_file(path, driver="GML")
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("<ogr:FeatureCollection", f"<ogr:FeatureCollection {said}", 1), "utf-8"
    )
    _refused(path, "服务" if "next" in said else "90")


@pytest.mark.parametrize("rows", [65_536, 1_048_576])
def test_a_full_sheet_is_refused(rows: int) -> None:
    ask = ReadRequest(key="k", name="a.xls")
    with pytest.raises(InputError, match=str(rows)):
        whole_sheet(rows, ask)
    whole_sheet(rows - 1, ask)


def test_a_workbook_of_a_full_old_sheet_is_refused(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"), {"constant_memory": True})
    sheet = book.add_worksheet()
    for row in range(65_536):
        sheet.write_row(row, 0, ["code", "wkt"] if row == 0 else [f"G{row}", "POINT (105 30)"])
    book.close()
    _refused(tmp_path / "a.xlsx", "65536")


@pytest.mark.parametrize(
    ("suffix", "share"), [(".shp", 0.6), (".shp", 0.99), (".dbf", 0.5), (".dbf", 0.05)]
)
def test_a_shapefile_that_ends_too_early_is_refused(
    tmp_path: Path, suffix: str, share: float
) -> None:
    _frame().to_file(tmp_path / "a.shp")
    part = tmp_path / f"a{suffix}"
    raw = part.read_bytes()
    part.write_bytes(raw[: int(len(raw) * share)])
    _refused(tmp_path / "a.shp", "不完整")


def test_a_shp_shorter_than_its_index_says_is_refused(tmp_path: Path) -> None:
    _frame().to_file(tmp_path / "a.shp")
    _frame(10).to_file(tmp_path / "b.shp")
    (tmp_path / "a.shp").write_bytes((tmp_path / "b.shp").read_bytes())
    _refused(tmp_path / "a.shp", "不完整")


def test_shapes_without_records_are_refused(tmp_path: Path) -> None:
    _frame().to_file(tmp_path / "a.shp")
    _frame(10).to_file(tmp_path / "b.shp")
    (tmp_path / "a.dbf").write_bytes((tmp_path / "b.dbf").read_bytes())
    _refused(tmp_path / "a.shp", "10 条记录")


def test_a_network_without_its_dbf_is_refused_and_work_to_count_is_read(tmp_path: Path) -> None:
    _frame().to_file(tmp_path / "a.shp")
    (tmp_path / "a.dbf").unlink()
    _refused(tmp_path / "a.shp", ".dbf")
    raw = read_input(WorkloadSpec(name="w", path="a.shp"), tmp_path, "workload:w")
    assert len(raw.frame) == 40 and "companion_missing" in [
        finding.kind for finding in raw.findings
    ]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("name", ["a.gpkg", "a.zip", "a.geojson", "a.fgb", "a.parquet"])
def test_what_was_not_copied_to_its_end_is_refused(tmp_path: Path, name: str, share: float) -> None:
    path = tmp_path / name
    if name == "a.zip":
        _frame().to_file(tmp_path / "b.shp")
        with zipfile.ZipFile(path, "w") as archive:
            for part in tmp_path.glob("b.*"):
                archive.write(part, part.name)
    elif name == "a.parquet":
        _frame().to_parquet(path)
    else:
        _frame().to_file(path)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(InputError):
        _read(path)


CUT = {
    "within quotation marks": 'code,wkt\na,"POINT (105 30)"\nb,"POINT (105',
    "within a row": "code,name,lon,lat\na,甲,105,30\nb,乙,105",
    "behind a comma": "code,name,lon,lat\na,甲,105,30\nb,乙,",
}


@pytest.mark.parametrize("case", CUT)
def test_a_csv_that_breaks_off_is_refused(tmp_path: Path, case: str) -> None:
    (tmp_path / "a.csv").write_text(CUT[case], "utf-8")
    _refused(tmp_path / "a.csv", "断开")


@pytest.mark.parametrize(
    "text", ["code,lon,lat\na,105,30\nb,105,30", "code,lon,lat\na,105,30\nb,105,30\n填表人：王\n"]
)
def test_a_csv_without_a_last_line_end_or_with_a_remark_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_text(text, "utf-8")
    assert set(_read(tmp_path / "a.csv")["code"]) >= {"a", "b"}


@pytest.mark.parametrize("suffix", sorted(FOREIGN_FORMATS))
def test_a_format_that_cannot_be_read_is_called_by_its_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix.upper() if suffix == '.mdb' else suffix}"
    path.write_bytes(bytes(range(256)) * 20)
    _refused(path, f"这是{FOREIGN_FORMATS[suffix].zh}")


def test_formats_are_known_by_content_too(tmp_path: Path) -> None:
    (tmp_path / "a.dat0").write_bytes(b"\x00\x01\x00\x00Standard ACE DB\x00" + bytes(5000))
    _refused(tmp_path / "a.dat0", "Access")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    _refused(tmp_path / "a.zip", "Word")
    packed = {"type": "FeatureCollection", "UTF8Encoding": True, "features": []}
    (tmp_path / "a.json").write_text(json.dumps(packed), "utf-8")
    _refused(tmp_path / "a.json", "ECharts")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_and_sockets_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.geojson")
    _refused(tmp_path / "a.geojson", "普通文件")
    with socket.socket(socket.AF_UNIX) as plug:
        here = Path.cwd()
        os.chdir(tmp_path)  # a socket's path must be short
        try:
            plug.bind("b.csv")
        finally:
            os.chdir(here)
        _refused(tmp_path / "b.csv", "普通文件")


@pytest.mark.parametrize("name", ["a!b.geojson", "a;b.geojson", "a!b.gpkg", "a;b.gpkg", "a;b.shp", "a!b.shp", "a|b.gpkg", "a'b.gpkg", "a b%20#.gpkg", "a!b.zip", "vsizip.gpkg"])  # fmt: skip
def test_file_names_may_hold_what_means_something_to_gdal(tmp_path: Path, name: str) -> None:
    if name.endswith(".zip"):
        _frame().to_file(tmp_path / "b.gpkg")
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.write(tmp_path / "b.gpkg", "内!;.gpkg")
    else:
        _frame().to_file(tmp_path / "b.tmp.gpkg")
        gpd.read_file(tmp_path / "b.tmp.gpkg").to_file(tmp_path / f"plain{Path(name).suffix}")
        for part in tmp_path.glob("plain.*"):
            part.rename(tmp_path / (Path(name).stem + part.suffix))
    assert len(_read(tmp_path / name)) == 40


@pytest.mark.parametrize(
    "text",
    [
        'lon,lat,hs,name\n104.7,29.3,1,a\n104.8,29.4,2,"b\n',
        'lon,lat,hs,name\n104.7,29.3,1,a\n104.8,29.4,2,"b',
        "lon,lat,hs\n104.7,29.3,1\n104.8,29.4",
        "lon,lat,hs\n104.7,29.3,1\n104.",
    ],
)
def test_a_table_that_breaks_off_in_its_last_row_is_refused(tmp_path, text):
    (tmp_path / "hs.csv").write_text(text, "utf-8")
    with pytest.raises(InputError) as stopped:
        read_input(WorkloadSpec(name="households", path="hs.csv", field="hs"), tmp_path, "w")
    assert "中间断开" in stopped.value.in_("zh")


@pytest.mark.parametrize("end", ["", "\n", ",2\n备注：截至六月"])
def test_a_table_that_ends_with_a_row_is_whole(tmp_path, end):
    (tmp_path / "hs.csv").write_text(f"lon,lat,hs\n104.7,29.3,1\n104.8,29.4{end or ',2'}", "utf-8")
    raw = read_input(WorkloadSpec(name="households", path="hs.csv", field="hs"), tmp_path, "w")
    assert len(raw.frame) == 2


@pytest.mark.parametrize("lost", ["EOF\n", "  0\nEOF\n", "  0\nENDSEC\n  0\nEOF\n"])
def test_a_drawing_without_its_end_is_refused(tmp_path, lost):
    document = ezdxf.new()
    document.modelspace().add_lwpolyline([(0, 0), (100, 0), (100, 100)], close=True)
    document.saveas(tmp_path / "whole.dxf")
    text = (tmp_path / "whole.dxf").read_text("utf-8")
    (tmp_path / "cut.dxf").write_text(text.removesuffix(lost), "utf-8")
    assert text.endswith(lost) and len(_read(tmp_path / "whole.dxf")) == 1
    _refused(tmp_path / "cut.dxf", "EOF")
