"""Every product says whose it is, for whom, of which day, from what, in which coordinates; only people's copies carry the day."""

from __future__ import annotations

import fnmatch
import json
import re
import sqlite3
import zipfile
from dataclasses import replace

import ezdxf
import pyarrow.parquet as pq
import pyogrio
import pytest
from pyproj import CRS

from gridmerge.products import export_grids, publish_build
from gridmerge.products.data.notice import _FILES
from gridmerge.products.provenance import imprint_of, plane_of
from gridmerge.products.publication import BUILD_FILES

WITH_A_DATE = {"about.txt", "plan.xlsx", "report.html", "report.json", "map.html"}


def imprint_in(file):
    """What a reader of the format finds, as text."""
    if file.suffix == ".gpkg":
        with sqlite3.connect(file) as database:
            (metadata,) = database.execute("SELECT metadata FROM gpkg_metadata").fetchone()
            (note,) = database.execute("SELECT description FROM gpkg_contents").fetchone()
        return metadata + note
    if file.suffix == ".fgb":
        return pyogrio.read_info(file)["layer_metadata"]["DESCRIPTION"]
    if file.suffix == ".parquet":
        return (
            json.loads(pq.read_schema(file).metadata[b"PANDAS_ATTRS"])["about"].values().__str__()
        )
    if file.suffix == ".dxf":
        drawing = ezdxf.readfile(file)
        visible = [text.dxf.text for text in drawing.modelspace().query("TEXT[layer=='NOTES']")]
        assert dict(drawing.header.custom_vars)["mark"] in "\n".join(visible)
        return "\n".join(visible)
    beside = file.with_name(f"{file.name}.{'xml' if file.suffix == '.shp' else 'txt'}")
    return beside.read_text("utf-8-sig") if beside.exists() else file.read_text("utf-8")[:2000]


@pytest.mark.parametrize(
    ("ending", "profile"),
    [
        (ending, None)
        for ending in ("geojson", "gpkg", "shp", "fgb", "kml", "dxf", "parquet", "sql", "csv")
    ]
    + [("json", "rings"), ("json", "wkt-json"), ("csv", "vertices-csv")],
)
def test_every_export_carries_its_imprint(build, out, tmp_path, ending, profile):
    for audience, number, mark in (
        ("platform", "", "内部资料"),
        ("public", "川S〔2026〕1号", "公众版"),
    ):
        file = tmp_path / f"{audience}.{ending}"
        export_grids(out, file, profile=profile, audience=audience, review_number=number)
        told = imprint_in(file)
        for word in (
            mark,
            build.date,
            f"{len(build.networks)} 个部门网格图层",
            "CGCS2000",
            "青山镇",
            number,
        ):
            assert word in told, word
        assert ("内部资料" in told) == (audience == "platform")
        assert number or "＿＿＿" in told or '"review_number":""' in told or ending == "parquet"


def test_what_is_for_the_public_is_not_called_ready_before_its_review(build):
    imprint = replace(imprint_of(build), audience="public")
    assert imprint.mark.zh == "公众版（未经审图，不得公开）"
    assert replace(imprint, review_number="川S〔2026〕1号").mark.en == "Edition for the public"


def test_shifted_coordinates_are_named_in_the_imprint(out, tmp_path):
    for coord, name in (("gcj02", "GCJ-02"), ("bd09", "BD-09")):
        export_grids(out, tmp_path / f"{coord}.kml", coord=coord)
        assert name in imprint_in(tmp_path / f"{coord}.kml")


def test_what_people_read_carries_the_imprint_on_every_page(build, out):
    line = imprint_of(build).line("zh")
    assert [
        word
        for word in ("内部资料", "审图号", build.date, "数据来源", "CGCS2000")
        if word not in line
    ] == []
    assert line in (out / "report.html").read_text("utf-8")
    with zipfile.ZipFile(out / "plan.xlsx") as archive:
        sheets = [
            archive.read(name).decode()
            for name in archive.namelist()
            if name.startswith("xl/worksheets/sheet")
        ]
    assert len(sheets) > 8
    for sheet in sheets:
        foot = re.search(r"<oddFooter>(.*?)</oddFooter>", sheet).group(1)
        assert line in foot
        assert len(foot) <= 255  # Excel refuses a longer one


def test_a_note_in_the_folder_speaks_for_the_files_that_cannot(build, out):
    text = (out / "about.txt").read_text("utf-8-sig")
    for word in (
        "内部资料",
        "审图号",
        build.date,
        "个部门网格图层",
        "EPSG:4544",
        "CGCS2000 经纬度",
    ):
        assert word in text
    unnamed = [
        name for name in BUILD_FILES if not any(fnmatch.fnmatch(name, known) for known in _FILES)
    ]
    assert unnamed == ["about.txt"]


def test_only_what_people_read_knows_the_day(build, out, tmp_path):
    """A build that runs past midnight, or a year later, writes the same data."""
    assert build.date != "2031-12-31"
    publish_build(replace(build, date="2031-12-31"), tmp_path)
    changed = {
        name for name in BUILD_FILES if (tmp_path / name).read_bytes() != (out / name).read_bytes()
    }
    assert changed == WITH_A_DATE


def test_the_time_of_writing_is_counted(out):
    seconds = json.loads((out / "report.json").read_text("utf-8"))["seconds"]
    assert 0 < seconds["publish"] < 600


@pytest.mark.parametrize(
    ("epsg", "chinese"),
    [
        (4544, "CGCS2000 3 度带高斯投影 中央经线 105°（EPSG:4544）"),
        (4523, "CGCS2000 3 度带高斯投影 第 35 带（EPSG:4523）"),
        (4507, "CGCS2000 6 度带高斯投影 中央经线 105°（EPSG:4507）"),
        (32618, "WGS 84 / UTM zone 18N (EPSG:32618)"),
    ],
)
def test_the_plane_has_the_name_officers_know(epsg, chinese):
    crs = CRS.from_epsg(epsg)
    assert plane_of(crs).zh == chinese
    assert plane_of(crs).en == f"{crs.name} (EPSG:{epsg})"
