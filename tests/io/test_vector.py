"""Vector files of GIS programs: text, companions, layers, filters, and a folder nobody touched."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from gridmerge.config.settings import LayerSpec
from gridmerge.errors import InputError
from gridmerge.io import read_input
from tests.io.files import CODES, NAMES, assert_is_truth, kinds, load, truth, write


@pytest.mark.parametrize(
    ("name", "driver", "says"),
    [
        ("grids.gpkg", "GPKG", "GPKG"),
        ("grids.fgb", "FlatGeobuf", "FlatGeobuf"),
        ("grids.gdb", "OpenFileGDB", "OpenFileGDB"),
        ("grids.gml", "GML", "GML"),
        ("grids.geojson", "GeoJSON", "GeoJSON"),
        ("网格.shp", "ESRI Shapefile", "ESRI Shapefile"),
    ],
)
def test_a_format_gives_back_what_was_written(
    tmp_path: Path, name: str, driver: str, says: str
) -> None:
    options = {"ENCODING": "UTF-8"} if driver == "ESRI Shapefile" else {}
    raw = load(write(tmp_path / name, driver, **options))
    assert_is_truth(raw)
    assert (raw.source.driver, raw.source.features, raw.source.path) == (says, 4, name)


@pytest.mark.parametrize("cpg", [None, "UTF-8", "ANSI 936", "OEM", "ISO-8859-1", "GBK"])
@pytest.mark.parametrize("codec", ["utf-8", "gbk"])
def test_shapefile_text_is_right_whatever_the_cpg_says(
    tmp_path: Path, codec: str, cpg: str | None
) -> None:
    frame = truth().assign(name=["东风社区一网格", "韩洪村", "龙湾口村", "城关镇"])
    path = write(tmp_path / "grids.shp", "ESRI Shapefile", frame, encoding=codec.upper())
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    dbf = path.with_suffix(".dbf")
    # no language byte either
    dbf.write_bytes(dbf.read_bytes()[:29] + b"\0" + dbf.read_bytes()[30:])
    raw = load(path)
    assert raw.frame["name"].tolist() == frame["name"].tolist()
    lies = {"utf-8": ("ANSI 936", "ISO-8859-1", "GBK"), "gbk": ("UTF-8", "ISO-8859-1")}[codec]
    assert ("encoding_contradicts" in kinds(raw)) == (cpg in lies)


def test_shapefile_without_shx_is_read_and_said(tmp_path: Path) -> None:
    path = write(tmp_path / "grids.shp", "ESRI Shapefile", ENCODING="UTF-8")
    path.with_suffix(".shx").unlink()
    raw = load(path)
    assert len(raw.frame) == 4
    assert kinds(raw).count("companion_missing") == 1
    assert not path.with_suffix(".shx").exists()


@pytest.mark.parametrize("charset", ["WindowsSimpChinese", "Neutral", "WindowsLatin1"])
def test_mapinfo_text_is_right_whatever_the_charset_says(tmp_path: Path, charset: str) -> None:
    frame = (
        truth().assign(name=["东风社区一网格", "韩洪村", "龙湾口村", "城关镇"]).to_crs("EPSG:4326")
    )
    write(tmp_path / "grids.tab", "MapInfo File", frame, ENCODING="CP936")
    tab = tmp_path / "grids.tab"
    text = tab.read_bytes()
    assert b"WindowsSimpChinese" in text
    tab.write_bytes(text.replace(b"WindowsSimpChinese", charset.encode()))
    raw = load(tab)
    assert raw.frame["name"].tolist() == frame["name"].tolist()


def test_a_broken_feature_costs_only_itself(tmp_path: Path) -> None:
    ring = [[104.0, 29.0], [104.1, 29.0], [104.1, 29.1], [104.0, 29.0]]
    features = [
        {
            "type": "Feature",
            "properties": {"na me": "好"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        },
        {
            "type": "Feature",
            "properties": {"na me": "坏"},
            "geometry": {"type": "Polygon", "coordinates": [ring[:3]]},
        },
        {"type": "Feature", "properties": {"na me": "空"}, "geometry": None},
    ]
    path = tmp_path / "grids.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    raw = load(path)
    assert raw.frame["na me"].tolist() == ["好", "空"]
    assert raw.frame.geometry.isna().tolist() == [False, True]
    (finding,) = raw.findings
    assert finding.kind == "feature_unreadable"
    assert (
        finding.message("zh")
        == "k：grids.json 的第 2 个要素边界没有闭合，未能读入，其余要素照常读入。"
    )


def test_a_feature_that_is_no_json_costs_only_itself(tmp_path: Path) -> None:
    path = write(tmp_path / "grids.geojson", "GeoJSON")
    whole = path.read_text("utf-8")
    path.write_text(whole.replace("[ 104.78, 29.35 ]", "[ 104.78,, 29.35 ]", 1), "utf-8")
    raw = load(path)
    assert raw.frame["name"].tolist() == NAMES[1:]
    assert raw.frame.crs.to_epsg() == 4490
    assert kinds(raw) == ["feature_unreadable"]
    path.write_text(whole[: len(whole) // 2], "utf-8")
    with pytest.raises(InputError, match="may be cut short"):
        load(path)


def test_geojson_in_gbk_and_wrapped_in_javascript(tmp_path: Path) -> None:
    path = write(tmp_path / "grids.geojson", "GeoJSON")
    text = path.read_text("utf-8").replace("㙍", "南")
    path.write_bytes(f"var map = {text};\nexport default map".encode("gbk"))
    raw = load(path)
    assert raw.frame["name"].tolist() == [name.replace("㙍", "南") for name in NAMES]
    assert raw.source.encoding == "GB18030"


def test_geojson_in_metres_is_not_taken_for_degrees(tmp_path: Path) -> None:
    path = write(
        tmp_path / "grids.geojson",
        "GeoJSON",
        truth().to_crs("EPSG:4544").set_crs(None, allow_override=True),
    )
    assert load(path).frame.crs is None
    assert load(path, crs="EPSG:4544").frame.crs.to_epsg() == 4544


def test_content_goes_before_the_extension(tmp_path: Path) -> None:
    write(tmp_path / "grids.gpkg", "GPKG").rename(tmp_path / "grids.shp")
    raw = load(tmp_path / "grids.shp")
    assert_is_truth(raw)
    assert kinds(raw) == ["format_by_content"]


def test_where_means_the_same_in_every_format(tmp_path: Path) -> None:
    frame = truth().rename(columns={"name": "名称"})
    for name, driver in [("a.gpkg", "GPKG"), ("a.shp", "ESRI Shapefile"), ("a.geojson", "GeoJSON")]:
        write(tmp_path / name, driver, frame)
        assert load(tmp_path / name, where="hs > 300").frame["code"].tolist() == [
            CODES[0],
            CODES[3],
        ]
        assert (
            load(tmp_path / name, where="名称 = '韩洪村' OR hs = 5").frame["code"].tolist()
            == CODES[1:3]
        )
    with pytest.raises(InputError, match=r'where = "nosuch = 1" is no valid filter.*fields: '):
        load(tmp_path / "a.gpkg", where="nosuch = 1")


def test_several_files_are_one_network_in_the_order_of_their_paths(tmp_path: Path) -> None:
    whole = truth()
    write(tmp_path / "b.gpkg", "GPKG", whole.iloc[2:])
    write(tmp_path / "a.geojson", "GeoJSON", whole.iloc[:2])
    spec = LayerSpec(key="k", path=("b.gpkg", "*.geojson"))
    raw = read_input(spec, tmp_path, "k")
    assert raw.frame["code"].tolist() == CODES
    assert [name for name, _ in raw.source.files] == ["a.geojson", "b.gpkg"]
    listing = "".join(
        sorted(
            f"{hashlib.sha256((tmp_path / n).read_bytes()).hexdigest()}  {n}\n"
            for n in ("a.geojson", "b.gpkg")
        )
    )
    assert raw.source.sha256 == hashlib.sha256(listing.encode()).hexdigest()


def test_layers_are_named_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "grids.gpkg"
    write(path, "GPKG", layer="城管网格")
    write(path, "GPKG", truth().iloc[:1], layer="党建网格", append=True)
    with pytest.raises(InputError, match="several layers: 城管网格, 党建网格; name one with layer"):
        load(path)
    with pytest.raises(InputError, match='no layer "党建网络"; it has: 党建网格'):
        load(path, layer="党建网络")
    assert len(load(path, layer="城管网格").frame) == 4
    assert len(load(path, layer="*").frame) == 5


def test_fields_and_files_that_are_missing_are_named_with_what_is_near(tmp_path: Path) -> None:
    path = write(tmp_path / "城管网格.gpkg", "GPKG")
    with pytest.raises(InputError, match=r'城管网格\.gpkg: there is no field "nane"; it has: name'):
        load(path, name="nane")
    with pytest.raises(InputError) as caught:
        load(tmp_path / "城管网络.gpkg")
    assert (
        caught.value.in_("zh")
        == "城管网络.gpkg：找不到这个文件；文件夹里相近的有：城管网格.gpkg。请改 gridmerge.toml 中的 path。"
    )
    assert load(path, id="CODE").frame["CODE"].tolist() == CODES  # case alone is no difference


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (
            "a.shp",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
            "Git LFS pointer",
        ),
        ("a.shp", b"<!DOCTYPE html>\n<html><body>404</body></html>", "web page"),
        ("a.dwg", b"AC1027\x00\x00\x00", "save it as DXF"),
        ("a.gpkg", b"", r"empty \(0 bytes\)"),
        ("a.rar", b"Rar!\x1a\x07\x00", "Unpack it first"),
        ("a.map", b"\x00\x01\x02", "companion of another file"),
        ("a.bin", b"\x00\x01\x02", "not a file of a known format"),
        (
            "a.gml",
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><gml:FeatureCollection/>',
            "defines entities",
        ),
    ],
)
def test_what_cannot_be_read_says_so_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=sentence) as caught:
        load(tmp_path / name)
    assert str(caught.value).startswith(name)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions bind"
)
def test_a_locked_file_says_where_to_close_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", "GPKG")
    path.chmod(0)
    with pytest.raises(InputError, match="Close it in Excel, WPS"):
        load(path)


def test_a_locked_file_as_excel_locks_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.gpkg", "GPKG")

    def locked(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(InputError) as caught:
        load(path)
    assert "请先在 Excel、WPS 或 GIS 软件中关闭它" in caught.value.in_("zh")


def test_no_input_is_touched(tmp_path: Path) -> None:
    write(tmp_path / "a.gpkg", "GPKG")
    write(tmp_path / "b.shp", "ESRI Shapefile")
    write(tmp_path / "c.gml", "GML")
    write(tmp_path / "d.gdb", "OpenFileGDB")
    write(tmp_path / "e.tab", "MapInfo File", truth().to_crs("EPSG:4326"))
    (tmp_path / "c.xsd").unlink(missing_ok=True)
    (tmp_path / "b.shx").unlink()

    def state() -> dict[str, tuple[int, str]]:
        files = (file for file in sorted(tmp_path.rglob("*")) if file.is_file())
        return {
            str(f): (f.stat().st_mtime_ns, hashlib.sha256(f.read_bytes()).hexdigest())
            for f in files
        }

    before = state()
    for name in ("a.gpkg", "b.shp", "c.gml", "d.gdb", "e.tab"):
        load(tmp_path / name)
    assert state() == before


def test_zip_of_a_shapefile_with_a_gbk_member_name(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    write(inside / "grids.shp", "ESRI Shapefile", ENCODING="UTF-8")
    with zipfile.ZipFile(tmp_path / "grids.zip", "w") as archive:
        for file in sorted(inside.iterdir()):
            info = zipfile.ZipInfo("城管/grids".encode("gbk").decode("cp437") + file.suffix)
            archive.writestr(info, file.read_bytes())
    raw = load(tmp_path / "grids.zip")
    assert_is_truth(raw)
    assert raw.source.driver == "ESRI Shapefile (zip)"
    assert raw.source.sha256 == hashlib.sha256((tmp_path / "grids.zip").read_bytes()).hexdigest()


def test_zip_with_a_path_that_leads_out_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../evil.geojson", "{}")
    with pytest.raises(InputError, match="leads out of it"):
        load(tmp_path / "a.zip")
    assert not (tmp_path.parent / "evil.geojson").exists()


def test_zip_bomb_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * (60 << 20))
    with pytest.raises(InputError, match="too large unpacked"):
        load(tmp_path / "a.zip")


def test_parquet(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    truth().to_parquet(tmp_path / "grids.parquet")
    assert_is_truth(load(tmp_path / "grids.parquet"))


def test_third_dimension_and_measures_are_flattened(tmp_path: Path) -> None:
    frame = truth()
    raised = frame.set_geometry(shapely.force_3d(frame.geometry.to_numpy(), 5.0), crs=frame.crs)
    raw = load(write(tmp_path / "grids.gpkg", "GPKG", gpd.GeoDataFrame(raised)))
    assert not shapely.has_z(raw.frame.geometry.to_numpy()).any()
    assert_is_truth(raw)


def test_a_shapefile_with_more_records_than_shapes_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "grids.shp", "ESRI Shapefile", ENCODING="UTF-8")
    dbf = path.with_suffix(".dbf")
    raw = dbf.read_bytes()
    width = int.from_bytes(raw[10:12], "little")
    records = raw[32:].rstrip(b"\x1a")[-width:]
    dbf.write_bytes(
        raw[:4] + (5).to_bytes(4, "little") + raw[8:].rstrip(b"\x1a") + records + b"\x1a"
    )
    read_back = load(path)
    assert (
        read_back.findings[0].message("zh")
        == "k：grids.shp 的图形有 4 个，属性记录有 5 条，数目不符。"
    )


def test_a_geopackage_another_program_has_open_is_read_with_its_changes(tmp_path: Path) -> None:
    path = write(tmp_path / "grids.gpkg", "GPKG")
    other = sqlite3.connect(path)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("DROP TRIGGER IF EXISTS rtree_grids_geom_update1")
    (table,) = other.execute("SELECT table_name FROM gpkg_contents").fetchone()
    for (trigger,) in other.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        other.execute(f'DROP TRIGGER "{trigger}"')
    other.execute(f'UPDATE "{table}" SET hs = 99')
    other.commit()
    before = sorted((file.name, file.stat().st_mtime_ns) for file in tmp_path.iterdir())
    assert load(path).frame["hs"].tolist() == [99] * 4
    assert sorted((file.name, file.stat().st_mtime_ns) for file in tmp_path.iterdir()) == before
    other.close()


def test_inputs_outside_the_project_are_named_by_the_way_to_them(tmp_path: Path) -> None:
    write(tmp_path / "a.gpkg", "GPKG")
    (tmp_path / "project").mkdir()
    raw = read_input(LayerSpec(key="k", path="../a.gpkg"), tmp_path / "project", "k")
    assert (raw.source.path, raw.source.files[0][0]) == ("../a.gpkg", "../a.gpkg")


def test_files_of_one_network_in_different_crs_are_brought_together(tmp_path: Path) -> None:
    write(tmp_path / "a.gpkg", "GPKG", truth().iloc[:2])
    write(tmp_path / "b.gpkg", "GPKG", truth().iloc[2:].to_crs("EPSG:4544"))
    raw = read_input(LayerSpec(key="k", path=("a.gpkg", "b.gpkg")), tmp_path, "k")
    assert_is_truth(raw, within=1e-9)
    assert raw.source.crs == "EPSG:4490"


def test_an_unknown_crs_or_encoding_is_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "a.shp", "ESRI Shapefile")
    with pytest.raises(InputError, match='crs = "EPSG:99999999" is not known'):
        load(path, crs="EPSG:99999999")
    with pytest.raises(InputError, match='encoding = "klingon" is not known'):
        load(path, encoding="klingon")


def test_a_file_too_large_for_its_format_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.geojson", "GeoJSON")
    monkeypatch.setattr("gridmerge.io.reader.MAX_BYTES_IN_MEMORY", 100)
    with pytest.raises(InputError, match="Convert it to GeoPackage"):
        load(path)
