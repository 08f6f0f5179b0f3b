"""What stands above a table and under it: a datum in its title or sheet, sums in words, the mark of an encoding."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gridmerge.config.project_file import read_project
from gridmerge.config.settings import RosterSpec, WorkloadSpec
from gridmerge.geo.gcj02 import wgs84_to_bd09, wgs84_to_gcj02
from gridmerge.io import read_input
from gridmerge.pipeline import load_inputs
from tests.small_project import CRS, squares, write_small_project

LON, LAT = np.array([105.003, 105.008]), np.array([29.371, 29.375])


def write_book(file, sheet, title, lon, lat):
    with pd.ExcelWriter(file, engine="xlsxwriter") as book:
        table = pd.DataFrame({"lon": lon, "lat": lat, "hs": 100})
        table.to_excel(book, sheet_name=sheet, index=False, startrow=1 if title else 0)
        if title:
            book.sheets[sheet].write(0, 0, title)


def read_work(folder, name):
    spec = WorkloadSpec(name="hs", path=(name,), field="hs", lon="lon", lat="lat")
    return read_input(spec, folder, "workload:hs")


@pytest.mark.parametrize(
    ("sheet", "title", "shift"),
    [
        ("Sheet1", "建筑物台账（百度坐标）", wgs84_to_bd09),
        ("百度坐标BD09", None, wgs84_to_bd09),
        ("Sheet1", "坐标系：GCJ-02", wgs84_to_gcj02),
        ("高德坐标", "2024年建筑物", wgs84_to_gcj02),
    ],
)
def test_a_datum_in_the_title_or_the_sheet_is_undone(tmp_path, sheet, title, shift):
    write_book(tmp_path / "b.xlsx", sheet, title, *shift(LON, LAT))
    raw = read_work(tmp_path, "b.xlsx")
    assert np.abs(raw.frame.geometry.x - LON).max() < 2e-6
    assert np.abs(raw.frame.geometry.y - LAT).max() < 2e-6
    (told,) = [one for one in raw.findings if one.kind == "datum_in_header"]
    assert "its sheet or title" in told.message("en")


@pytest.mark.parametrize(
    "title", ["百度坐标已转换为WGS84", "百度小区建筑物", "2024年建筑物台账", "WGS84坐标"]
)
def test_a_title_that_says_no_datum_or_two_moves_nothing(tmp_path, title):
    write_book(tmp_path / "b.xlsx", "Sheet1", title, LON, LAT)
    raw = read_work(tmp_path, "b.xlsx")
    assert np.abs(raw.frame.geometry.x - LON).max() < 1e-9
    assert "datum_in_header" not in {one.kind for one in raw.findings}


def test_a_datum_in_the_title_of_a_text_table(tmp_path):
    lon, lat = wgs84_to_bd09(LON, LAT)
    rows = "".join(f"{x:.7f},{y:.7f},100\n" for x, y in zip(lon, lat, strict=True))
    (tmp_path / "b.csv").write_text(f"建筑物（BD-09）\nlon,lat,hs\n{rows}", "utf-8")
    raw = read_work(tmp_path, "b.csv")
    assert np.abs(raw.frame.geometry.x - LON).max() < 2e-6


@pytest.mark.parametrize(
    "last", [",合计：3人,", ",共计3人,", "合计:3,,", ",总计 3 名,", "3.0,合 计,", "Total: 3,,"]
)
def test_a_sum_in_words_is_no_member(tmp_path, last):
    text = f"member_id,name,capacity\nM1,赵一,1\nM2,钱二,1\n{last}\n"
    (tmp_path / "roster.csv").write_text(text, "utf-8")
    raw = read_input(RosterSpec(path=("roster.csv",)), tmp_path, "roster")
    assert raw.frame["member_id"].tolist() == ["M1", "M2"]
    assert [one.kind for one in raw.findings] == ["rows_not_data"]


@pytest.mark.parametrize("own", ["total1", "Sum12", "合计村", "合计1号", "累计法"])
def test_a_code_that_begins_like_a_sum_is_one(tmp_path, own):
    (tmp_path / "roster.csv").write_text(f"member_id,name\nM1,赵一\n{own},钱二\n", "utf-8")
    raw = read_input(RosterSpec(path=("roster.csv",)), tmp_path, "roster")
    assert raw.frame["member_id"].tolist() == ["M1", own]


@pytest.mark.parametrize("codec", ["gb18030", "utf-8", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path, codec):
    text = "\ufeffmember_id,name\nM1,张三李四\n"
    (tmp_path / "roster.csv").write_bytes(text.encode(codec))
    raw = read_input(RosterSpec(path=("roster.csv",)), tmp_path, "roster")
    assert raw.frame["member_id"].tolist() == ["M1"]
    assert raw.frame["name"].tolist() == ["张三李四"]


def test_a_phone_out_of_a_column_of_floats_has_no_decimals(tmp_path):
    project = write_small_project(tmp_path)
    file = project / "roster.csv"
    text = file.read_text("utf-8-sig").replace("13800000001", "13800000001.0")
    file.write_text(text.replace("13800000003", "028-8888888.0"), "utf-8-sig")
    members = load_inputs(read_project(project)).roster.members
    assert members["phone"].tolist() == ["13800000001", "13800000002", "028-8888888.0"]


def network_with_shared_id():
    codes = ["P0", "P0", "P2", "P3", "P4", "P0", "P6", "P7"]
    return gpd.GeoDataFrame({"code": codes}, geometry=squares(500, 4, 2), crs=CRS)


def as_table(network, file):
    table = pd.DataFrame({"code": network["code"], "wkt": network.geometry.to_wkt()})
    table.to_csv(file, index=False) if file.suffix == ".csv" else table.to_excel(file, index=False)


def as_layer(network, file):
    network.to_file(file)


@pytest.mark.parametrize(
    ("name", "save"),
    [
        ("p.csv", as_table),
        ("p.xlsx", as_table),
        ("p.geojson", as_layer),
        ("p.shp", as_layer),
        ("p.gpkg", as_layer),
    ],
)
def test_rows_that_share_an_id_are_told_alike_in_every_format(tmp_path, name, save):
    project = write_small_project(tmp_path)
    save(network_with_shared_id().to_crs(4326), project / name)
    geometry = 'geometry = "wkt"' if save is as_table else ""
    settings = (project / "gridmerge.toml").read_text("utf-8")
    before = 'path = "警务区.geojson"\nid = "code"\nholder = "holder"'
    after = f'path = "{name}"\nid = "code"\n{geometry}'
    (project / "gridmerge.toml").write_text(settings.replace(before, after), "utf-8")
    inputs = load_inputs(read_project(project))
    (police,) = [layer for layer in inputs.layers if layer.key == "police"]
    ids = ["P0", "P0-2", "P0-3", "P2", "P3", "P4", "P6", "P7"]
    assert police.frame["source_id"].tolist() == ids
    told = {one.source_id for one in police.findings if one.kind == "id_duplicate"}
    assert told == {"P0-2", "P0-3"}
    assert police.frame.geometry.area.sum() == pytest.approx(2e6, rel=1e-5)
