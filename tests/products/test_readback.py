"""Every export, in every coordinate system, read back by other means than wrote it: same codes, areas, households."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from python_calamine import CalamineWorkbook

from gridmerge.products import export_grids
from tests.products.readers import FORMATS, clear_points, compare, inside, read_dbf

RINGS_CLEAR = 1.5  # metres: a ring of 32-bit floats may run up to a step of 0.8 m beside the line, and its corner further


@pytest.fixture(scope="module")
def places(build):
    return shapely.get_coordinates(
        build.weights.pieces.query("work == 'households'").geometry.to_numpy()
    )


@pytest.mark.parametrize("coord", ["wgs84", "gcj02", "bd09"])
@pytest.mark.parametrize(("ending", "profile"), FORMATS)
def test_each_format_gives_the_same_grids(out, places, tmp_path, ending, profile, coord):
    points, home = clear_points(out, places, RINGS_CLEAR if profile == "rings" else 0.02)
    assert len(points) > 0.9 * len(places)
    told = compare(out, tmp_path / f"网格 {coord}.{ending}", profile, coord, points, home)
    assert told["same_codes"]
    assert told["astray"] == 0
    exact = ending in ("gpkg", "shp", "dxf") and coord == "wgs84"
    assert told["area_off"] < (0.01 if profile == "rings" else 1e-12 if exact else 1e-6)


def test_the_ray_of_the_bare_reader_agrees_with_geos():
    around = shapely.box(0, 0, 10, 10).difference(shapely.box(3, 3, 7, 7))
    points = np.random.default_rng(1).uniform(-2, 12, (500, 2))
    rings = [shapely.get_coordinates(ring) for ring in (around.exterior, *around.interiors)]
    assert (inside(rings, points) == shapely.contains_xy(around, points[:, 0], points[:, 1])).all()


@pytest.mark.parametrize("coord", ["wgs84", "gcj02", "bd09"])
def test_every_number_of_the_rings_is_one_a_32_bit_float_holds(out, tmp_path, coord):
    export_grids(out, tmp_path / "rings.json", profile="rings", coord=coord)
    for record in json.loads((tmp_path / "rings.json").read_text("utf-8")):
        ring = np.array(record["ring"])
        assert (ring.astype(np.float32).astype(float) == ring).all()
        steps = np.diff(np.unique(ring[:, 0]))
        assert steps.min() >= np.spacing(np.float32(ring[:, 0].max()))


def test_the_shapefiles_table_is_gbk_by_its_bytes(build, out, tmp_path):
    export_grids(out, tmp_path / "网格.shp")
    rows = read_dbf(tmp_path / "网格.dbf")
    assert [row["网格编码"] for row in rows] == sorted(build.plan.grids["grid_code"])
    named = build.plan.grids.set_index("grid_code")
    assert [row["网格名称"] for row in rows] == [
        named.at[row["网格编码"], "grid_name"] for row in rows
    ]
    assert [float(row["户数"]) for row in rows] == [
        named.at[row["网格编码"], "households"] for row in rows
    ]


def test_the_workbook_tells_the_same_grids(build, out):
    header, *rows = (
        CalamineWorkbook.from_path(str(out / "plan.xlsx"))
        .get_sheet_by_name("综合网格")
        .to_python()[2:]
    )
    told = {row[0]: row[header.index("面积（公顷）")] for row in rows}
    exact = build.plan.grids.set_index("grid_code")["area_m2"] / 1e4
    assert told == pytest.approx(exact.to_dict(), abs=1e-6)
    assert sum(row[header.index("户数")] for row in rows) == build.plan.grids["households"].sum()
