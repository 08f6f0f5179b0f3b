"""Every export, read back by another library, gives the same grids: codes, areas, and each household in the same grid."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import time
from dataclasses import replace
from itertools import pairwise

import ezdxf
import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from click.testing import CliRunner
from pyproj import CRS

from gridmerge.cli import main
from gridmerge.cli.export import export_command
from gridmerge.errors import OutputError
from gridmerge.geo.crs import lonlat_transformer
from gridmerge.geo.gcj02 import datum_to_wgs84
from gridmerge.products import export_grids
from gridmerge.products.export import AUDIENCES, COORDS, PROFILES
from gridmerge.products.export.finished_grids import read_finished_grids
from gridmerge.products.export.gis import write_shp
from gridmerge.products.export.profiles import bare_rings, write_rings
from tests.products.naive import NAMES
from tests.products.readers import FORMATS

STEP_M = 0.9  # of a 32-bit float at the longitude of the town


@pytest.fixture(scope="module")
def points(build):
    """Every household point and the grid its face went to, away from lines by more than a hair."""
    pieces = build.weights.pieces.query("work == 'households'").merge(
        build.plan.faces, on="face_id"
    )
    lines = shapely.union_all(shapely.boundary(build.plan.grids.geometry.to_numpy()))
    clear = shapely.distance(pieces.geometry.to_numpy(), lines)
    return gpd.GeoDataFrame(pieces.assign(clear=clear), geometry="geometry", crs=build.township.crs)


def same_grids(frame, build, points, area=1e-6, clear=0.01):
    """Codes, areas in the working CRS, and the household points of `points`."""
    local = frame.to_crs(build.township.crs) if frame.crs != build.township.crs else frame
    land = local.dissolve("grid_code")
    exact = build.plan.grids.set_index("grid_code")
    assert list(land.index) == list(exact.index)
    assert np.allclose(land.area, exact.loc[land.index].area, rtol=area)
    same_places(land.reset_index(), points, clear)


def same_places(land, points, clear):
    near = points[points["clear"] > clear]
    assert len(near) > len(points) * 0.95
    found = gpd.sjoin(
        near[["geometry", "grid_code"]],
        land[["geometry", "grid_code"]],
        predicate="within",
        how="left",
    )
    assert (found["grid_code_left"] == found["grid_code_right"]).all()


def test_geojson_is_the_builds_own(out, tmp_path):
    done = export_grids(out, tmp_path / "new folder" / "网格.geojson")
    _, *exported = (tmp_path / "new folder" / "网格.geojson").read_text("utf-8").splitlines()
    _, *own = (out / "grids.geojson").read_text("utf-8").splitlines()
    assert exported == own  # the head differs by the imprint
    assert done.grids == len(own) - 1
    assert done.notes == ()


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "parquet"])
def test_gis_formats_read_back_the_same(build, out, points, tmp_path, ending):
    file = tmp_path / f"grids.{ending}"
    export_grids(out, file)
    frame = gpd.read_parquet(file) if ending == "parquet" else gpd.read_file(file)
    assert pd.api.types.is_string_dtype(frame["grid_code"])
    assert set(NAMES) <= set(frame.columns)
    assert frame["members"].str.contains("****", regex=False).any()
    same_grids(frame, build, points)
    assert frame.crs == (build.township.crs if ending == "gpkg" else CRS.from_epsg(4490))


def test_kml_reads_back_the_same(build, out, points, tmp_path):
    export_grids(out, tmp_path / "grids.kml")
    # one with WGS 84 here
    frame = gpd.read_file(tmp_path / "grids.kml").set_crs(4490, allow_override=True)
    assert frame["Name"].str.contains("网格").all()
    same_grids(frame, build, points)


def test_shapefile_opens_right_in_chinese_programs(build, out, points, tmp_path):
    export_grids(out, tmp_path / "grids.shp")
    assert (tmp_path / "grids.cpg").read_text() == "GBK"
    raw = (tmp_path / "grids.dbf").read_bytes()
    assert raw[29] == 0x4D
    assert "网格编码".encode("gbk") in raw
    for sidecar in (True, False):  # by the .cpg, and by the byte in the .dbf alone
        if not sidecar:
            (tmp_path / "grids.cpg").unlink()
        frame = gpd.read_file(tmp_path / "grids.shp")
        assert list(frame.columns[:5]) == ["网格编码", "网格名称", "网格类型", "村代码", "村名称"]
        assert {"户数", "人口", "网格长", "网格员", "部门"} <= set(frame.columns)
        assert all(len(column.encode("gbk")) <= 10 for column in frame.columns)
        same_grids(frame.rename(columns={"网格编码": "grid_code"}), build, points)


def test_shapefile_says_what_it_could_not_hold(out, tmp_path):
    grids = read_finished_grids(out)
    rows = [{**row, "grid_name": "䶮村🎉", "departments": ["x" * 300]} for row in grids.rows]
    notes = write_shp(replace(grids, rows=rows), tmp_path / "grids.shp")
    assert gpd.read_file(tmp_path / "grids.shp")["网格名称"][0] == "〓村〓"
    said = " ".join(note.en for note in notes)
    assert "grid_name has characters GBK lacks" in said
    assert "departments is longer than 254 bytes" in said


def test_shapefile_field_names_never_collide(out, tmp_path):
    grids = read_finished_grids(out)
    works = ("long_workload_name_a", "long_workload_name_b", "户数")
    rows = [{**row, **dict.fromkeys(works, 1)} for row in grids.rows]
    write_shp(replace(grids, rows=rows, works=(*grids.works, *works)), tmp_path / "grids.shp")
    frame = gpd.read_file(tmp_path / "grids.shp")
    assert {"long_workl", "long_work2", "户数", "户数2"} <= set(frame.columns)


def test_dxf_has_closed_lines_and_chinese_labels(build, out, points, tmp_path):
    export_grids(out, tmp_path / "grids.dxf")
    space = ezdxf.readfile(tmp_path / "grids.dxf").modelspace()
    rows = []
    for line in space.query("LWPOLYLINE"):
        assert line.closed
        rows.append((line.get_xdata("GRIDMERGE")[0].value, shapely.Polygon(line.get_points("xy"))))
    frame = gpd.GeoDataFrame(
        rows, columns=["grid_code", "geometry"], geometry="geometry", crs=build.township.crs
    )
    # rings of one grid, holes too: even-odd, as a drawing program hatches them
    land = (
        frame.groupby("grid_code")["geometry"]
        .agg(lambda rings: _even_odd(list(rings)))
        .reset_index()
    )
    same_grids(gpd.GeoDataFrame(land, geometry="geometry", crs=frame.crs), build, points)
    assert any("网格" in text.dxf.text for text in space.query("TEXT"))


def _even_odd(rings):
    land = rings[0]
    for ring in rings[1:]:
        land = land.symmetric_difference(ring)
    return land


def test_csv_is_a_table_with_wkt(build, out, points, tmp_path):
    export_grids(out, tmp_path / "grids.csv")
    table = pd.read_csv(tmp_path / "grids.csv", dtype={"grid_code": str})
    frame = gpd.GeoDataFrame(table, geometry=shapely.from_wkt(table["wkt"]), crs=4490)
    same_grids(frame, build, points)


def test_sql_runs_in_any_database(build, out, points, tmp_path):
    export_grids(out, tmp_path / "grids.sql")
    with sqlite3.connect(":memory:") as database:
        database.executescript((tmp_path / "grids.sql").read_text("utf-8"))
        table = pd.read_sql("SELECT * FROM unified_grid", database)
        members = pd.read_sql("SELECT * FROM unified_grid_member", database)
    assert len(members) == len(build.assignment.assignments)
    same_grids(
        gpd.GeoDataFrame(table, geometry=shapely.from_wkt(table["wkt"]), crs=4490), build, points
    )


def test_hostile_names_are_text_in_sql(out, tmp_path):
    work = shutil.copytree(out, tmp_path / "out")
    data = json.loads((work / "grids.geojson").read_text("utf-8"))
    data["features"][0]["properties"]["grid_name"] = "x'); DROP TABLE unified_grid; --\n"
    (work / "grids.geojson").write_text(json.dumps(data), "utf-8")
    export_grids(work, tmp_path / "grids.sql")
    with sqlite3.connect(":memory:") as database:
        database.executescript((tmp_path / "grids.sql").read_text("utf-8"))
        count, name = database.execute(
            "SELECT count(*), min(grid_name) FROM unified_grid"
        ).fetchone()
    assert count == len(data["features"])
    assert name.startswith("x'); DROP TABLE")


def parse_rings(text):
    """A platform's own parser: bare rings, 32-bit floats, ray casting."""
    rings = {}
    for record in json.loads(text):
        ring = np.array(record["ring"], dtype=np.float32).astype(float)
        assert (ring == np.array(record["ring"])).all()
        assert (ring[0] == ring[-1]).all()
        rings.setdefault(record["grid_code"], []).append(ring)
    return rings


def inside(ring, x, y):
    odd = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd


def test_rings_hold_every_household_in_the_same_grid(build, out, points, tmp_path):
    export_grids(out, tmp_path / "rings.json", profile="rings")
    rings = parse_rings((tmp_path / "rings.json").read_text("utf-8"))
    assert list(rings) == list(build.plan.grids["grid_code"])
    transformer = lonlat_transformer(build.township.crs)
    clear = points[points["clear"] > STEP_M]
    assert len(clear) > 0.9 * len(points)
    for point, code in zip(clear.geometry, clear["grid_code"], strict=True):
        x, y = transformer.transform(point.x, point.y)
        assert [
            grid for grid, parts in rings.items() if any(inside(ring, x, y) for ring in parts)
        ] == [code]


def test_rings_have_no_holes_and_no_parts(out, tmp_path):
    ring = shapely.Point(104.8, 29.2).buffer(0.01)
    holes = [
        shapely.Point(104.8 + dx, 29.2 + dy).buffer(0.001)
        for dx in (-0.004, 0.0, 0.004)
        for dy in (-0.004, 0.004)
    ]
    shape = shapely.union_all(
        [ring.difference(shapely.union_all(holes)), shapely.box(104.9, 29.2, 104.91, 29.21)]
    )
    grids = read_finished_grids(out)
    rings = bare_rings(np.array([shape], dtype=object))[0]
    assert len(rings) > 2
    assert all(part.is_valid and not part.interiors for part in rings)
    assert shapely.union_all(rings).symmetric_difference(shape).area < shape.length * 1e-5
    assert shapely.area(rings).sum() == pytest.approx(shapely.union_all(rings).area, rel=1e-9)
    notes = write_rings(
        replace(grids, rows=grids.rows[:1], degrees=np.array([shape])), tmp_path / "rings.json"
    )
    assert notes == []
    assert [
        record["part"] for record in json.loads((tmp_path / "rings.json").read_text("utf-8"))
    ] == list(range(1, len(rings) + 1))


def test_what_is_too_thin_for_rings_is_said(out, tmp_path):
    grids = read_finished_grids(out)
    thin = np.array([shapely.box(104.8, 29.2, 104.800001, 29.3)], dtype=object)
    notes = write_rings(replace(grids, rows=grids.rows[:1], degrees=thin), tmp_path / "rings.json")
    assert grids.rows[0]["grid_code"] in notes[0].en


def test_wkt_json_and_vertices_read_back(build, out, points, tmp_path):
    export_grids(out, tmp_path / "wkt.json", profile="wkt-json")
    records = json.loads((tmp_path / "wkt.json").read_text("utf-8"))
    table = pd.DataFrame({"grid_code": [record["grid_code"] for record in records]})
    shapes = shapely.from_wkt([record["wkt"] for record in records])
    same_grids(gpd.GeoDataFrame(table, geometry=shapes, crs=4490), build, points)
    export_grids(out, tmp_path / "vertices.csv", profile="vertices-csv")
    with (tmp_path / "vertices.csv").open(encoding="utf-8-sig") as text:
        vertices = pd.DataFrame(csv.DictReader(text)).astype(
            {"lon": float, "lat": float, "part": int, "ring": int}
        )
    parts = [
        (code, shapely.Polygon(group[["lon", "lat"]].to_numpy()))
        for (code, _, ring), group in vertices.groupby(["grid_code", "part", "ring"])
        if ring == 0
    ]
    frame = gpd.GeoDataFrame(
        parts, columns=["grid_code", "geometry"], geometry="geometry", crs=4490
    )
    same_grids(frame, build, points)


@pytest.mark.parametrize("coord", ["gcj02", "bd09"])
@pytest.mark.parametrize("ending", ["geojson", "gpkg", "shp", "fgb", "kml", "csv", "sql"])
def test_shifted_exports_are_named_as_asked_say_so_and_come_back(
    build, out, points, tmp_path, coord, ending
):
    file = tmp_path / f"town.{ending}"
    done = export_grids(out, file, coord=coord)
    assert done.dest == str(file) and file.exists()
    assert {path.name.split(".")[0] for path in tmp_path.iterdir()} == {"town"}
    assert f"town.{ending} 的坐标已偏移为 {coord}" in done.notes[-1].zh
    assert f"town_{coord}.{ending} would be a safer name" in done.notes[-1].en
    if ending == "sql":
        assert f"'{coord}'" in file.read_text("utf-8")
        return
    if ending == "csv":
        table = pd.read_csv(file, dtype=str)
        frame = gpd.GeoDataFrame(table, geometry=shapely.from_wkt(table["wkt"]))
    else:
        frame = gpd.read_file(file).rename(columns={"网格编码": "grid_code", "坐标系": "coord"})
    assert (frame["coord"] == coord).all()
    if ending in ("gpkg", "fgb", "kml"):
        assert pyogrio.list_layers(file)[0, 0] == f"grids_{coord}"
    if ending in ("gpkg", "shp", "fgb"):
        assert {"gcj02": "GCJ-02", "bd09": "BD-09"}[coord] in frame.crs.name.replace("_", "-")
    if ending == "geojson":
        whole = json.loads(file.read_text("utf-8"))
        assert (whole["name"], whole["coordinates"]) == (f"grids_{coord}", coord)
    back = shapely.transform(
        frame.geometry.to_numpy(),
        lambda xy: np.column_stack(datum_to_wgs84(coord, xy[:, 0], xy[:, 1])),
    )
    moved = (
        shapely.centroid(frame.geometry.to_numpy()[0]).distance(shapely.centroid(back[0])) * 111_320
    )
    assert 200 < moved < 2500
    same_grids(gpd.GeoDataFrame(frame[["grid_code"]], geometry=back, crs=4490), build, points)


def test_a_name_that_tells_the_shift_needs_no_note(out, tmp_path):
    assert export_grids(out, tmp_path / "town_GCJ02.geojson", coord="gcj02").notes == ()


def test_the_public_sees_no_names_phones_or_small_counts(out, tmp_path):
    work = shutil.copytree(out, tmp_path / "out")
    data = json.loads((work / "grids.geojson").read_text("utf-8"))
    data["features"][0]["properties"].update(people=3, leader="张三丰")
    (work / "grids.geojson").write_text(json.dumps(data), "utf-8")
    export_grids(work, tmp_path / "public.geojson", audience="public")
    text = (tmp_path / "public.geojson").read_text("utf-8")
    first = json.loads(text)["features"][0]["properties"]
    assert first["people"] is None
    assert first["workload"] is None
    assert first["leader"] == "张某某"
    assert "****" not in text
    for person in data["features"][0]["properties"]["members"]:
        assert person["name"] not in text
        assert f'"{person["member_id"]}"' not in text


@pytest.mark.parametrize(
    ("dest", "options", "message"),
    [
        ("grids.docx", {}, r"grids.docx is of no known format; use one of .geojson"),
        (
            "grids.shp",
            {"profile": "rings"},
            "--profile rings goes into .geojson .json files, not into",
        ),
        ("grids.json", {"profile": "vertices-csv"}, "--profile vertices-csv goes into .csv files"),
    ],
)
def test_what_cannot_be_is_said(out, tmp_path, dest, options, message):
    with pytest.raises(OutputError, match=message):
        export_grids(out, tmp_path / dest, **options)
    assert not list(tmp_path.iterdir())


def test_a_profile_and_a_database_is_said_without_the_password(out):
    with pytest.raises(OutputError) as caught:
        export_grids(out, "postgresql://me:secret@host/db", profile="rings")
    assert "secret" not in str(caught.value)


def test_a_folder_without_a_build_is_said(tmp_path):
    with pytest.raises(OutputError, match="does not hold a finished build"):
        export_grids(tmp_path / "nowhere", tmp_path / "grids.gpkg")


def test_exports_leave_neighbours_in_their_folder_alone(out, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    export_grids(out, tmp_path / "grids.shp")
    export_grids(out, tmp_path / "grids.shp")
    assert (tmp_path / "mine.txt").read_text() == "mine"
    parts = {f"grids.{ending}" for ending in ("shp", "shx", "dbf", "prj", "cpg", "shp.xml")}
    assert {path.name for path in tmp_path.iterdir()} == {"mine.txt", *parts}
    assert pyogrio.read_info(tmp_path / "grids.shp")["features"] == len(
        read_finished_grids(out).rows
    )


def test_the_command_line_offers_what_the_function_takes():
    options = {option.name: option for option in export_command.params}
    assert tuple(options["profile"].type.choices) == PROFILES
    assert tuple(options["coord"].type.choices) == COORDS
    assert tuple(options["audience"].type.choices) == AUDIENCES


def test_the_command_line_exports_and_says_where(out, tmp_path):
    run = CliRunner().invoke(
        main, ["export", str(out), str(tmp_path / "grids.fgb"), "--coord", "bd09", "--lang", "en"]
    )
    assert run.exit_code == 0, run.output
    assert (
        f"grids: {tmp_path / 'grids.fgb'}" in run.output
        and "coordinates shifted to bd09" in run.output
    )
    assert (tmp_path / "grids.fgb").exists()
    run = CliRunner().invoke(
        main, ["export", str(out), str(tmp_path / "grids.docx"), "--lang", "zh"]
    )
    assert run.exit_code == 1
    assert "不认识的格式" in run.output


@pytest.mark.parametrize(("ending", "profile"), FORMATS)
def test_the_same_grids_give_the_same_bytes_at_another_second(out, tmp_path, ending, profile):
    written = []
    for folder in (tmp_path / "one", tmp_path / "other"):
        folder.mkdir()
        export_grids(out, folder / f"grids.{ending}", profile=profile)
        written.append({file.name: file.read_bytes() for file in folder.iterdir()})
        time.sleep(1.05)  # formats keep their dates in seconds
    assert written[0] == written[1]


@pytest.mark.parametrize(
    "ending", ["geojson", "csv", "gpkg", "shp", "fgb", "kml", "dxf", "parquet", "sql"]
)
def test_hostile_names_pass_through_every_format(out, tmp_path, ending):
    hostile = "<img src=x onerror=alert(1)></script>'\"&;--\u202e🎉\x07" + "长" * 10_000
    work = shutil.copytree(out, tmp_path / "out")
    data = json.loads((work / "grids.geojson").read_text("utf-8"))
    for feature in data["features"]:
        feature["properties"].update(grid_name=hostile, leader=hostile)
    (work / "grids.geojson").write_text(json.dumps(data), "utf-8")
    done = export_grids(work, tmp_path / f"grids.{ending}")
    assert done.grids == len(data["features"])
    if ending in ("gpkg", "fgb", "kml", "shp"):
        frame = gpd.read_file(done.dest)
        assert len(frame) == done.grids
        column = {"kml": "Name", "shp": "网格名称"}.get(ending, "grid_name")
        assert frame[column].str.startswith("<img src=x onerror=alert(1)></script>").all()
    if ending == "dxf":
        assert len(ezdxf.readfile(done.dest).modelspace().query("LWPOLYLINE")) >= done.grids
