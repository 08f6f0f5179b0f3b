"""The generator draws what issue 2 defines, and sample_layers is what it wrote."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from python_calamine import CalamineWorkbook

from gridmerge.config.project_file import read_project
from tests.strategies import little_towns
from tests.towns import Town, draw_town, recovery
from tests.towns.datum import bd09, gcj02
from tests.towns.draw import AMPLITUDES, GROUP, MISSING_GRIDS
from tests.towns.files import write_town
from tests.towns.offices import identity_number, write_office
from tests.towns.recipes import RECIPES

SAMPLE = Path(__file__).resolve().parents[1] / "sample_layers"
GDB = "自然资源_动态巡查网格.gdb"


@pytest.fixture(scope="module")
def town() -> Town:
    return draw_town(seed=7, villages=12, layers=26, blocks=40, quarrels=9)


@pytest.fixture(scope="module")
def again(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("again")
    write_town(town, folder)
    return folder


# ---------------------------------------------------------------- the land


@given(little_towns())
@settings(max_examples=15, deadline=None)
def test_blocks_tile_villages(town: Town) -> None:
    blocks, villages = town.truth, town.villages
    assert blocks.is_valid.all() and villages.is_valid.all()
    assert shapely.coverage_is_valid(blocks.geometry.to_numpy())
    assert shapely.coverage_is_valid(villages.geometry.to_numpy())
    assert (
        villages["village_code"].is_unique
        and villages["village_code"].str.fullmatch(r"510311104\d{3}").all()
    )
    by_village = blocks.dissolve("village_code", method="coverage").geometry
    for code, shape in zip(villages["village_code"], villages.geometry, strict=True):
        assert by_village[code].symmetric_difference(shape).area < 1e-3


@given(little_towns())
@settings(max_examples=15, deadline=None)
def test_groups_are_true_blocks_and_one_grid_each(town: Town) -> None:
    for layer in town.layers.values():
        assert layer.groups.index.is_unique
        assert set(layer.groups.index) <= set(town.truth["block_id"])
        assert set(layer.groups) == set(layer.frame["source_id"])
        assert layer.frame["source_id"].is_unique
        assert not layer.frame.geometry.is_empty.any()


def test_same_arguments_draw_the_same_town(town: Town) -> None:
    twin = draw_town(seed=7, villages=12, layers=26, blocks=40, quarrels=9)
    assert list(twin.layers) == list(town.layers)
    for key, layer in town.layers.items():
        assert layer.frame.geometry.to_wkb().equals(twin.layers[key].frame.geometry.to_wkb())
    assert twin.roster.equals(town.roster)
    assert not draw_town(seed=8, villages=2, layers=2, blocks=5).truth.geometry.equals(
        draw_town(seed=9, villages=2, layers=2, blocks=5).truth.geometry
    )


def test_dirt_changes_no_land_and_no_people(town: Town) -> None:
    clean = draw_town(seed=7, villages=12, layers=26, blocks=40, dirt=0.0)
    assert clean.truth.geometry.to_wkb().equals(town.truth.geometry.to_wkb())
    assert clean.buildings.geometry.to_wkb().equals(town.buildings.geometry.to_wkb())


def test_a_town_has_core_hamlets_river_zones_and_an_enclave(town: Town) -> None:
    assert set(town.truth["kind"]) == {"core", "hamlet", "field"}
    core = town.truth[(town.truth["kind"] == "core") & (town.truth["zone"] == "")]
    assert core.area.between(1e4, 4e4).mean() > 0.8, "blocks of 1–4 ha, larger at the fringe"
    assert set(town.truth["zone"]) == {"", "青山中学", "青山农贸市场"}
    edges = shapely.union_all(town.truth.boundary.to_numpy())
    for line in (*town.rivers.geometry, *town.roads.geometry):
        assert line.difference(edges).length < 0.01, "rivers and roads run along block borders"
    parts = town.villages[town.villages.geom_type == "MultiPolygon"]
    holes = shapely.get_rings(shapely.get_parts(town.villages.geometry.to_numpy()))
    assert len(parts) == 1 and len(holes) == len(town.villages) + 2, (
        "one village has a part inside another"
    )
    households = town.buildings["households"].sum()
    assert 10_000 < households < 18_000
    within = gpd.sjoin(town.buildings, town.villages, predicate="within")
    assert len(within) == len(town.buildings)


@pytest.mark.parametrize("look", ["rural", "city", "valley"])
def test_other_looks(look: str) -> None:
    place = draw_town(seed=3, villages=8, layers=3, blocks=20, look=look)
    suffix = place.villages["village_name"].str.endswith("社区").mean()
    box = shapely.minimum_rotated_rectangle(shapely.union_all(place.villages.geometry.to_numpy()))
    sides = np.sort(
        shapely.length(shapely.linestrings(shapely.get_coordinates(box)[[[0, 1], [1, 2]]]))
    )
    assert {"rural": suffix == 0, "city": suffix == 1, "valley": sides[1] > 2.5 * sides[0]}[look]


# ---------------------------------------------------------------- the drawing


def test_clean_layers_are_exact() -> None:
    town = draw_town(seed=2, villages=4, layers=8, blocks=20, dirt=0.0)
    for key, layer in town.layers.items():
        true = town.truth.merge(layer.groups.rename("g"), left_on="block_id", right_index=True)
        merged = true.dissolve("g", method="coverage").geometry
        for source_id, shape in zip(layer.frame["source_id"], layer.frame.geometry, strict=True):
            assert shape.symmetric_difference(merged[source_id]).area < 1e-3, f"{key} {source_id}"
        if layer.role == "grid":
            assert len(layer.groups) == len(town.truth)


def test_dirt_one_is_what_issue_2_defines() -> None:
    layers = [
        layer
        for seed in range(4)
        for layer in draw_town(seed, 6, 40, 30).layers.values()
        if layer.role == "grid"
    ]
    dirt = [layer.dirt for layer in layers]
    assert {d["amplitude"] for d in dirt} == set(AMPLITUDES)
    assert {d["simplify"] for d in dirt} == {0.0, 0.5, 2.0}
    shifts = np.array([(d["dx"], d["dy"]) for d in dirt])
    assert 1.2 < shifts.std() < 1.8 and abs(shifts.mean()) < 0.3
    assert 0.25 < np.mean([d["missing"] > 0 for d in dirt]) < 0.55
    assert 0.35 < np.mean([d["resized"] > 0 for d in dirt]) < 0.65
    assert 0.18 < np.mean([d["crossing"] for d in dirt]) < 0.42
    struck = [
        d["missing"] / len(layer.groups.unique())
        for d, layer in zip(dirt, layers, strict=True)
        if d["missing"]
    ]
    assert np.mean(struck) < 3 * MISSING_GRIDS, "at least one grid goes, else one in twenty-five"
    sizes = [layer.groups.value_counts().mean() for layer in layers]
    assert GROUP[0] <= min(sizes) and max(sizes) < 1.3 * GROUP[1]


def test_error_is_smooth_and_of_the_amplitude_told() -> None:
    town = draw_town(seed=11, villages=6, layers=26, blocks=30)
    for layer in town.layers.values():
        if (
            layer.role != "grid"
            or layer.dirt["resized"]
            or layer.dirt["simplify"]
            or layer.dirt["missing"]
        ):
            continue
        true = town.truth.assign(
            g=layer.groups.reindex(town.truth["block_id"]).to_numpy()
        ).dissolve("g", method="coverage")
        true_line = shapely.union_all(true.boundary.to_numpy())
        back = layer.frame.translate(-layer.dirt["dx"], -layer.dirt["dy"])
        away = shapely.distance(shapely.points(shapely.get_coordinates(back.to_numpy())), true_line)
        assert away.max() < 2.5 * layer.dirt["amplitude"] + 0.01
        if layer.dirt["amplitude"] >= 1:
            assert away.mean() > 0.2 * layer.dirt["amplitude"]
            assert shapely.coverage_is_valid(layer.frame.geometry.to_numpy()), (
                "neighbours stay neighbours"
            )


def test_more_dirt_is_longer_and_more_often() -> None:
    mild, foul = (draw_town(4, 6, 20, 30, dirt=dirt).layers for dirt in (0.5, 2.0))
    for what in ("amplitude", "simplify"):
        assert sum(x.dirt[what] for x in foul.values()) == pytest.approx(
            4 * sum(x.dirt[what] for x in mild.values())
        )


# ---------------------------------------------------------------- recovery


def test_the_truth_recovers_itself(town: Town) -> None:
    figures = recovery(town.separable, town)
    assert (figures["recall"], figures["precision"], figures["f1"]) == (1.0, 1.0, 1.0)


def test_recovery_counts_both_ways(town: Town) -> None:
    half = recovery(town.separable.iloc[::2], town)
    assert half["precision"] == 1.0 and half["recall"] == pytest.approx(0.5, abs=0.01)
    wide = recovery(town.villages, town)
    assert wide["recall"] == 0.0 and wide["f1"] == 0.0
    cut = gpd.GeoSeries([*town.separable.geometry, *town.villages.geometry], crs=town.crs)
    assert recovery(cut, town)["precision"] < 1.0


def test_blocks_no_layer_separates_count_as_one() -> None:
    few = draw_town(seed=5, villages=3, layers=1, blocks=12, dirt=0.0)
    assert len(few.separable) == len(few.layers["public_security_governance"].frame)
    assert few.separable.area.sum() == pytest.approx(few.truth.area.sum())


# ---------------------------------------------------------------- sample_layers


def _bytes(folder: Path) -> dict[str, bytes]:
    files = [
        file
        for file in folder.rglob("*")
        if file.is_file() and GDB not in file.parts and "out" not in file.parts
    ]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_sample_layers_is_what_the_generator_writes(again: Path) -> None:
    made, kept = _bytes(again), _bytes(SAMPLE)
    assert set(made) == set(kept)
    changed = [
        name
        for name in sorted(made)
        if made[name] != kept[name] and not name.endswith((".gpkg", ".fgb", ".xlsx"))
    ]
    assert not changed, f"run python -m tests.towns --seed 7 --out sample_layers again: {changed}"
    for name in sorted(
        made
    ):  # other versions of GDAL and SQLite write other bytes, not other content
        if name.endswith((".gpkg", ".fgb")):
            _same_content(again / name, SAMPLE / name)
    _same_content(again / GDB, SAMPLE / GDB)


def _same_content(one: Path, two: Path) -> None:
    layer = pyogrio.list_layers(one)[0][0]
    a, b = gpd.read_file(one, layer=layer), gpd.read_file(two, layer=layer)
    assert list(a.columns) == list(b.columns) and a.crs == b.crs
    assert a.drop(columns="geometry").equals(b.drop(columns="geometry"))
    assert shapely.equals_exact(a.geometry.to_numpy(), b.geometry.to_numpy(), 1e-9).all()


def test_sample_layers_is_small_and_large_enough() -> None:
    size = sum(len(raw) for raw in _bytes(SAMPLE).values())
    assert size < 8_000_000
    project = tomllib.loads((SAMPLE / "gridmerge.toml").read_text("utf-8"))
    assert sum(layer.get("role", "grid") != "barrier" for layer in project["layers"]) >= 24
    assert {layer.get("role", "grid") for layer in project["layers"]} == {
        "grid",
        "base",
        "exclusive",
        "barrier",
    }
    for layer in project["layers"]:
        assert list(SAMPLE.glob(layer["path"])), layer["path"]
    assert {work["name"] for work in project["workload"]} >= {
        "households",
        "people",
        "events",
        "enterprises",
    }


def test_readme_names_every_file() -> None:
    text = (SAMPLE / "README.md").read_text("utf-8")
    for recipe in RECIPES:
        assert f"`{recipe.path}`" in text
    stems = {name.split("/")[0].split(".")[0] for name in _bytes(SAMPLE)} - {"README", "gridmerge"}
    for stem in stems:
        assert stem in text or re.sub("第.片", "第*片", stem) in text, stem


def test_no_number_could_be_anyones() -> None:
    text = (SAMPLE / "花名册.csv").read_text("utf-8-sig")
    phones = re.findall(r"\b1\d{10}\b", text)
    assert phones and all(phone.startswith("138000") for phone in phones)
    assert not re.search(r"\b\d{17}[\dXx]\b", text)


@pytest.mark.parametrize(
    ("look", "villages", "layers"),
    [("rural", 2, 5), ("city", 3, 26), ("valley", 5, 9), ("town", 1, 1)],
)
def test_any_town_makes_a_whole_project(
    look: str, villages: int, layers: int, tmp_path: Path
) -> None:
    write_town(draw_town(seed=31, villages=villages, layers=layers, blocks=9, look=look), tmp_path)
    project = read_project(tmp_path)
    assert sum(layer.role != "barrier" for layer in project.layers) == layers
    for table in (project.villages, *project.layers, *project.workload, project.roster):
        assert table is not None and all(list(tmp_path.glob(path)) for path in table.path), table


# ---------------------------------------------------------------- the illnesses are really there


def _raw(name: str) -> bytes:
    return (SAMPLE / name).read_bytes()


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def test_gbk_without_cpg() -> None:
    dbf = _raw("城管_单元网格_GBK无cpg.dbf")
    assert dbf[29] == 0 and not (SAMPLE / "城管_单元网格_GBK无cpg.cpg").exists()
    assert (
        "网格编码".encode("gbk") in dbf
        and "单元网格0001".encode("gbk") in dbf
        and not _is_utf8(dbf[32:])
    )


def test_lying_cpg() -> None:
    assert _raw("园林绿化_养护标段_cpg有误.cpg") == b"ISO-8859-1"
    assert "养护标段".encode("gbk") in _raw("园林绿化_养护标段_cpg有误.dbf")


def test_no_prj() -> None:
    assert not (SAMPLE / "综治_基础网格_缺prj.prj").exists()
    assert (SAMPLE / "综治_基础网格_缺prj.shp").exists()


def test_zone_prefixes() -> None:
    three = gpd.read_file(SAMPLE / "公安_警格_加带号.shp")
    assert three.crs.to_epsg() == 4523 and (three.total_bounds[[0, 2]] // 1e6 == 35).all()
    six = gpd.read_file(SAMPLE / "综合执法_片区_六度带.shp")
    assert (six.total_bounds[[0, 2]] // 1e6 == 18).all()


@pytest.mark.parametrize(
    ("key", "name", "shift"),
    [
        ("emergency", "应急_安全生产网格_GCJ02.geojson", gcj02),
        ("fire", "消防_小网格_BD09.geojson", bd09),
    ],
)
def test_shifted_datums(town: Town, key: str, name: str, shift: object) -> None:
    assert b'"crs"' not in _raw(name)
    true = shapely.get_coordinates(town.layers[key].frame.to_crs(4326).geometry.to_numpy())
    file = shapely.get_coordinates(gpd.read_file(SAMPLE / name).geometry.to_numpy())
    assert np.abs(shift(true) - file).max() < 2e-8  # type: ignore[operator]
    metres = np.hypot(*((file - true) * [97_000, 110_900]).T)
    assert metres.min() > 400 and metres.max() < 1500


def test_published_points_of_the_datums() -> None:
    """Tian'anmen by the public formulas: some 550 m north-east in GCJ-02, and on from there in BD-09."""
    at = np.array([[116.3913, 39.9075]])
    assert gcj02(at)[0] == pytest.approx([116.39754, 39.90890], abs=2e-5)
    assert bd09(at)[0] == pytest.approx([116.40391, 39.91527], abs=5e-5)


def test_mapinfo_neutral() -> None:
    header = _raw("市场监管_责任区_Neutral.tab")
    assert b"Neutral" in header and b"WindowsSimpChinese" not in header
    assert "市场监管责任区".encode("gbk") in _raw("市场监管_责任区_Neutral.dat")
    assert b'Charset "WindowsSimpChinese"' in _raw("医保_经办片区.mif")


def test_gml_has_latitude_first() -> None:
    first = re.search(
        rb"<gml:posList[^>]*>([\d.]+) ([\d.]+)", _raw("林业_林长责任区_北坐标在前.gml")
    )
    assert first and 29 < float(first[1]) < 30 and 104 < float(first[2]) < 105


def test_drawing_has_lines_and_names_and_no_polygons() -> None:
    text = _raw("农业农村_网格_线和文字.dxf").decode("gbk")
    assert "ANSI_936" in text and "农产品质量网格" in text
    assert re.search(r"\n\s*0\r?\nTEXT\r?\n", text) and not re.search(
        r"\n\s*0\r?\n(HATCH|REGION)\r?\n", text
    )
    flags = re.findall(r"\nAcDbPolyline\r?\n\s*90\r?\n\s*\d+\r?\n\s*70\r?\n\s*(\d+)", text)
    assert flags and all(int(flag) % 2 == 0 for flag in flags), "open lines"


def test_csv_needs_gb18030() -> None:
    raw = _raw("畜牧_防疫网格_WKT_GB18030.csv")
    assert not _is_utf8(raw) and "李㐂" in raw.decode("gb18030") and b"POLYGON" in raw
    with pytest.raises(UnicodeDecodeError):
        raw.decode("gbk")


def test_excel_under_titles() -> None:
    book = CalamineWorkbook.from_path(str(SAMPLE / "卫健_卫生监督网格_坐标串.xlsx"))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[3][0] == "*网格编码\n（必填）" and "青山镇" in str(rows[0][0])
    assert re.fullmatch(r"(10\d\.\d+,29\.\d+[;|]?)+", str(rows[4][3]))
    assert len(book.sheet_names) == 2 and "hidden" in str(book.sheets_metadata[1].visible).lower()


def test_table_lists_villages_only() -> None:
    rows = (
        CalamineWorkbook.from_path(str(SAMPLE / "民政_社会救助网格_只列村.xlsx"))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert rows[1] == ["网格编码", "网格名称", "责任人", "所辖村（社区）"]
    assert any("委会" in str(row[3]) for row in rows[2:])


def test_network_in_pieces_and_disguises() -> None:
    assert len(list(SAMPLE.glob("人社_劳动监察网格_第*片.shp"))) == 3
    assert _raw("信访_网格_TopoJSON.geojson").startswith(b'{"type":"Topology"')
    assert b'"esriGeometryPolygon"' in _raw("司法_调解网格_Esri.json")
    assert b"urn:ogc:def:crs:EPSG::4544" in _raw("政务服务_便民代办点片_旧式crs.geojson")
    assert b"<table" in _raw("退役军人_服务站片_说明表.kml") and b"ExtendedData" in _raw(
        "环保_环境监管网格.kml"
    )
    county = gpd.read_file(SAMPLE / "统计_普查小区_全区.gpkg", layer="普查小区")
    assert set(county["XZ"]) == {"青山镇", "高洞乡"}


def test_another_office_keeps_the_same_town(tmp_path: Path) -> None:
    """Other file and field names over the same land: something to guess at that sample_layers does not give away."""
    town = draw_town(seed=31, villages=4, layers=26, blocks=14)
    write_office(town, tmp_path)
    project = read_project(tmp_path)
    assert {layer.key for layer in project.layers} == set(town.layers)
    for table in (project.villages, *project.layers, *project.workload, project.roster):
        assert table is not None and all(list(tmp_path.glob(path)) for path in table.path), table
    names = {path.name for path in tmp_path.iterdir()}
    assert not names & {path.name for path in SAMPLE.iterdir() if path.name != "gridmerge.toml"}
    police = gpd.read_file(tmp_path / "派出所警务区.geojson").to_crs(town.crs)
    assert police["gridCode"].tolist() == town.layers["police"].frame["source_id"].tolist()
    assert shapely.equals_exact(
        police.geometry.to_numpy(), town.layers["police"].frame.geometry.to_numpy(), tolerance=0.003
    ).all()


def test_identity_numbers_are_well_formed_and_nobodys() -> None:
    """The checksum of GB 11643, by its published example, over an area code that does not exist."""
    assert identity_number(7).startswith("999999") and len(identity_number(7)) == 18
    for number in (identity_number(n) for n in range(40)):
        check = sum(int("10" if d == "X" else d) * 2 ** (17 - n) for n, d in enumerate(number))
        assert check % 11 == 1
