"""Boundaries in words, and where a heavy face could be cut."""

from __future__ import annotations

import geopandas as gpd
import shapely

from gridmerge.config.settings import LayerSpec
from gridmerge.districting import describe_boundaries, divide_township
from gridmerge.districting.face_splits import split_along
from gridmerge.model import Layer
from tests.districting.mosaics import CRS_M, SIZES, SOURCE, square_mosaic

WIDE = SIZES.model_copy(update={"target": 400.0, "min": 100.0, "max": 450.0})


def layer(key, role, *rows):
    """A network of these (name, geometry)."""
    frame = gpd.GeoDataFrame(
        {
            "source_id": [str(i) for i in range(len(rows))],
            "name": [name for name, _ in rows],
            "holder": "",
        },
        geometry=[shape for _, shape in rows],
        crs=CRS_M,
    )
    spec = LayerSpec(key=key, path="x.gpkg", role=role)
    return Layer(
        key=key, department=key, title=key, frame=frame, spec=spec, rank=1.0, source=SOURCE
    )


def two_grids():
    """Eight squares of 100 m in two rows, from 500000 100 to 500400 300, and their plan of two grids side by side."""
    mosaic, weights, township = square_mosaic([[100, 100, 100, 100], [100, 100, 100, 100]])
    return divide_township(mosaic, weights, township, WIDE)


def test_sides_are_the_neighbours_and_the_township_line():
    texts = describe_boundaries(two_grids(), []).grids.set_index("grid_name")["boundary_text"]
    assert texts["青石村第1网格"] == "东至第2网格，南至乡镇界，西至乡镇界，北至乡镇界"
    assert texts["青石村第2网格"] == "东至乡镇界，南至乡镇界，西至第1网格，北至乡镇界"


def test_a_road_along_the_border_is_named_and_one_that_crosses_is_not():
    river = shapely.LineString([(500_000, 312), (500_400, 312)])  # 12 m beyond the northern line
    crossing = shapely.LineString([(500_100, 0), (500_101, 400)])
    roads = layer("roads", "barrier", ("青溪河", river), ("小路", crossing), ("", crossing))
    texts = describe_boundaries(two_grids(), [roads]).grids["boundary_text"]
    assert all(text.endswith("北至青溪河") for text in texts)
    assert not any("小路" in text for text in texts)


def test_only_barriers_give_names_and_rows_may_come_in_any_order():
    plan, line = two_grids(), shapely.LineString([(500_000, 300), (500_400, 300)])
    rows = [("乙路", line), ("甲河", line)]
    one = (
        describe_boundaries(plan, [layer("roads", "barrier", *rows)])
        .grids["boundary_text"]
        .tolist()
    )
    other = (
        describe_boundaries(plan, [layer("roads", "barrier", *rows[::-1])])
        .grids["boundary_text"]
        .tolist()
    )
    assert one == other and "北至" in one[0]
    police = layer("police", "grid", ("片区", shapely.box(500_000, 100, 500_400, 300)))
    assert "片区" not in describe_boundaries(plan, [police]).grids["boundary_text"].iloc[0]


def test_english_and_another_village():
    plan = two_grids()
    grids = plan.grids.assign(village_code=["1", "2"], village_name=["Upper", "Lower"])
    texts = describe_boundaries(
        type(plan)(grids=grids, faces=plan.faces, sizes=plan.sizes), [], "en"
    ).grids["boundary_text"]
    assert texts.iloc[0].startswith("east to Lower; south to the township line")


def test_a_heavy_face_is_told_the_layer_that_could_cut_it():
    mosaic, weights, township = square_mosaic([[700, 200, 200]])
    face = mosaic.faces.geometry.iloc[0]
    rim = layer("rim", "grid", ("a", shapely.box(499_000, 0, 500_002, 900)))
    half = layer("police", "grid", ("a", shapely.box(499_000, 0, 500_040, 900)))
    river = layer("rivers", "barrier", ("b", shapely.LineString([(500_000, 110), (500_100, 110)])))
    assert split_along(face, [rim]) is None
    told = split_along(face, [rim, river, half])
    assert (
        told is not None
        and told.en == "cut it along the line of police inside it (about 40 % and 60 % of its area)"
    )
    plan = divide_township(mosaic, weights, township, SIZES, layers=[rim, river, half])
    (finding,) = [f for f in plan.findings if f.kind == "grid_heavy_face"]
    assert (
        "沿“police”在该最小面内的界线切开（面积约 40% 与 60%）；把该最小面切成至少 2 块"
        in finding.message("zh")
    )
