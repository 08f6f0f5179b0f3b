from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridmerge.clean import clean_layer, clean_township
from gridmerge.config.settings import LayerSpec
from gridmerge.errors import InputError, PlaceError
from tests.clean.conftest import kinds, one, raw, settings, shifted, table


def spec(**keys):
    return LayerSpec(**{"key": "urban_management", "path": "城管.shp", **keys})


def mend(frame, town, **keys):
    return clean_layer(raw(frame, "urban_management"), spec(**keys), town)


def loose(frame, epsg, swapped=False):
    """The frame's coordinates in a system it does not say."""
    moved = frame.to_crs(epsg).set_crs(None, allow_override=True)
    if swapped:
        moved = moved.set_geometry(shapely.transform(moved.geometry.values, lambda p: p[:, ::-1]))
    return moved


def same_land(layer, grids, metres=0.02):
    return (
        len(layer.frame) == len(grids)
        and shapely.hausdorff_distance(
            shapely.boundary(layer.frame.geometry.values),
            shapely.boundary(grids.sort_values("wgbm").geometry.values),
        ).max()
        < metres
    )


def test_a_plain_network_comes_through(grids, town):
    layer = mend(grids, town)
    assert list(layer.frame.source_id) == sorted(grids.wgbm)
    assert layer.frame.name.iloc[0] == "第0网格" and (layer.frame.holder == "").all()
    assert (layer.title, layer.rank, layer.department) == ("城市管理", 2.0, "urban_management")
    assert same_land(layer, grids)
    assert kinds(layer) == ["datum_fit"]


@pytest.mark.parametrize("epsg", [4326, 4490, 4544, 4523, 4502, 4543, 4545, 32648])
@pytest.mark.parametrize("swapped", [False, True])
def test_a_file_without_crs_is_placed_by_the_villages(grids, town, epsg, swapped):
    layer = mend(loose(grids, epsg, swapped), town)
    assert ("axes_swapped" in kinds(layer)) == swapped
    assert set(kinds(layer)) & {"crs_assumed", "crs_by_evidence"}
    assert same_land(layer, grids), kinds(layer)


def test_feet_are_recognised_abroad():
    towns = gpd.GeoDataFrame(
        {"code": ["1", "2"]},
        geometry=[shapely.box(-74.0, 40.7, -73.95, 40.75), shapely.box(-73.95, 40.7, -73.9, 40.75)],
        crs=4326,
    )
    town = clean_township(raw(towns), settings())
    layer = mend(loose(towns, 2263), town)
    assert (
        "2263" in one(layer, "crs_by_evidence").message("en")
        or layer.frame.geometry.iloc[0].symmetric_difference(town.villages.geometry.iloc[0]).area
        < 100
    )


def test_a_wrong_declaration_is_overruled_only_by_evidence(grids, town):
    lying = grids.set_crs("EPSG:4538", allow_override=True)
    layer = mend(lying, town)
    assert "EPSG:4544" in one(layer, "crs_contradicted").message("zh")
    assert same_land(layer, grids)


def test_a_local_system_is_refused_with_what_is_needed(grids, town):
    local = grids.set_geometry(grids.translate(-450_000, -3_200_000)).set_crs(
        None, allow_override=True
    )
    with pytest.raises(PlaceError, match="central meridian") as caught:
        mend(local, town)
    assert "地方坐标系" in caught.value.in_("zh")


def test_a_crs_nobody_knows_is_told(grids, town):
    with pytest.raises(PlaceError, match="EPSG:999999"):
        mend(grids, town, crs="EPSG:999999")


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_declared_datum_is_undone_and_an_undeclared_one_suspected(grids, town, datum):
    frame = shifted(grids, datum)
    layer = mend(frame, town, datum=datum)
    assert same_land(layer, grids)
    assert "datum_suspected" not in kinds(layer)
    suspicious = mend(frame, town)
    assert datum in one(suspicious, "datum_suspected").message("zh")
    assert not same_land(suspicious, grids), "nothing is applied in silence"


def test_a_datum_declared_by_mistake_is_suspected_too(grids, town):
    assert "wgs84" in one(mend(grids, town, datum="gcj02"), "datum_suspected").message("en")


def test_old_datums_are_a_ballpark(grids, town):
    assert "西安" not in one(mend(grids.to_crs(2359), town), "datum_ballpark").message("en")


def test_ids_are_made_unique_whatever_the_order_of_rows(grids, town):
    frame = grids.assign(wgbm=["A", "A", "A", None, *grids.wgbm[4:]])
    layer, again = mend(frame, town), mend(frame.iloc[::-1].reset_index(drop=True), town)
    assert {"A", "A-2", "A-3", "_1"} <= set(layer.frame.source_id)
    assert layer.frame.to_wkb().equals(again.frame.to_wkb())
    assert layer.findings == again.findings
    assert {"id_duplicate", "id_missing"} <= set(kinds(layer))


def test_a_made_id_never_takes_one_that_is_there(grids, town):
    layer = mend(grids.assign(wgbm=["A", "A", "A-2", *grids.wgbm[3:]]), town)
    assert {"A", "A-2", "A-3"} <= set(layer.frame.source_id)


def test_without_an_id_column_place_numbers(grids, town):
    layer = mend(grids[["geometry"]], town)
    assert one(layer, "id_by_order").measure == len(grids)
    west = layer.frame.set_index("source_id").geometry["1"].bounds[0]
    assert west == pytest.approx(grids.total_bounds[0])


def test_exact_copies_are_dropped_and_said(grids, town):
    layer = mend(
        gpd.GeoDataFrame(grids.iloc[[0, *range(len(grids)), 0]], crs=grids.crs).reset_index(
            drop=True
        ),
        town,
    )
    assert one(layer, "duplicate_feature").measure == 2
    assert len(layer.frame) == len(grids)


def test_numeric_ids_are_text_without_a_point(grids, town):
    ids = [510311104201001.0, *range(2, len(grids)), None]
    layer = mend(grids.assign(wgbm=ids), town)
    assert "510311104201001" in set(layer.frame.source_id) and "2" in set(layer.frame.source_id)


@pytest.mark.parametrize("key", ["id", "name", "holder"])
def test_a_missing_field_names_the_near_ones(grids, town, key):
    with pytest.raises(InputError, match="did you mean wgbm") as caught:
        mend(grids, town, **{key: "wgbn"})
    assert "urban_management" in caught.value.in_("zh")


def test_empty_and_useless_features_are_said_one_by_one(grids, town):
    shapes = list(grids.geometry)
    shapes[0] = None
    shapes[1] = shapely.Polygon()
    shapes[2] = shapes[2].centroid
    shapes[3] = shapely.LineString(shapely.get_coordinates(shapes[3])[:-2])
    layer = mend(grids.set_geometry(gpd.GeoSeries(shapes, crs=grids.crs)), town)
    assert {f.source_id for f in layer.findings if f.kind == "geometry_missing"} == {"G00", "G01"}
    assert {
        f.source_id for f in layer.findings if f.kind in ("geometry_not_area", "geometry_closed")
    } == {"G02", "G03"}
    everything = set(layer.frame.source_id) | {f.source_id for f in layer.findings if f.source_id}
    assert everything == set(grids.wgbm)


def test_an_outline_drawn_as_a_line_is_an_area(grids, town):
    layer = mend(grids.set_geometry(grids.boundary), town)
    assert (layer.frame.geom_type == "Polygon").all() and same_land(layer, grids)


def test_barriers_stay_lines(grids, town):
    layer = mend(grids, town, role="barrier", key="roads")
    assert set(layer.frame.geom_type) <= {"LineString", "MultiLineString"}


def test_features_elsewhere_are_named_and_left_out(grids, town):
    far = grids.copy()
    far.loc[:1, "geometry"] = far.loc[:1].translate(50_000, 0)
    layer = mend(far, town)
    assert {f.source_id for f in layer.findings if f.kind == "off_territory"} == {"G00", "G01"}
    assert len(layer.frame) == len(grids) - 2


def test_a_network_that_only_touches_the_township_is_elsewhere(town):
    x0, y0, x1, y1 = town.villages.total_bounds
    beside = gpd.GeoDataFrame(
        {"id": ["a"]},
        geometry=[
            shapely.difference(
                shapely.box(x0, y0, x1 + 900, y1), shapely.union_all(town.villages.geometry.values)
            )
        ],
        crs=town.crs,
    )
    layer = mend(beside, town)
    assert len(layer.frame) == 0
    finding = one(layer, "layer_off_township")
    assert finding.severity == "error" and "urban_management" in finding.message("zh")


def test_overlaps_and_gaps_within_a_network_are_said_not_repaired(grids, town):
    shapes = list(grids.geometry)
    shapes[0] = shapes[0].buffer(15)
    shapes[3] = shapes[3].buffer(-20)
    layer = mend(grids.set_geometry(gpd.GeoSeries(shapes, crs=grids.crs)), town)
    assert {"self_overlap", "inner_gap"} <= set(kinds(layer))
    assert layer.frame.geometry.iloc[0].equals(shapes[0])
    for finding in layer.findings:
        if finding.kind == "self_overlap":
            assert finding.measure >= 100 and finding.place is not None


def test_crossed_outlines_are_mended_and_said_only_when_land_changes(grids, town):
    x, y = grids.geometry.iloc[0].centroid.coords[0]
    bow = shapely.Polygon([(x, y), (x + 300, y + 300), (x + 300, y), (x, y + 200)])
    layer = mend(gpd.GeoDataFrame({"id": ["b"]}, geometry=[bow], crs=grids.crs), town)
    assert one(layer, "geometry_repaired").source_id == "b"
    assert layer.frame.geometry.is_valid.all()


def test_unknown_departments_are_taken_as_they_are(grids, town):
    layer = mend(grids, town, key="elves", department="精灵署")
    assert (layer.title, layer.department, layer.rank) == ("elves", "精灵署", 50.0)
    assert "精灵署" in one(layer, "department_unknown").message("zh")
    assert mend(grids, town, key="x", department="安监", rank=3).rank == 3


def test_tables_of_villages_become_land(town):
    villages = town.villages.set_index("village_name").geometry
    cells = ["甲村、乙村委会", "丙村村民委员会; 青山镇丁村", "510311104205", "无名村，戊社区", ""]
    layer = clean_layer(
        table("health", 编号=list("abcde"), 所辖村=cells),
        spec(key="health", village="所辖村"),
        town,
    )
    land = layer.frame.set_index("source_id").geometry
    assert land["a"].equals(shapely.union_all([villages["甲村"], villages["乙村"]]))
    assert land["b"].area == pytest.approx(villages["丙村"].area + villages["丁村"].area)
    assert land["c"].equals(villages["戊村"])
    unknown = {f.source_id: f.message("zh") for f in layer.findings if f.kind == "village_unknown"}
    assert "无名村" in unknown["d"]
    assert {f.source_id for f in layer.findings if f.kind == "geometry_missing"} == {"d", "e"}


def test_a_table_without_land_or_villages_is_refused(town):
    with pytest.raises(InputError, match="neither geometry nor a list of villages"):
        clean_layer(table("health", 编号=["a"], 备注=["x"]), spec(key="health"), town)


def test_the_same_land_under_two_ids_is_said_once(grids, town):
    twice = gpd.GeoDataFrame(grids.iloc[[0, *range(len(grids))]], crs=grids.crs).reset_index(
        drop=True
    )
    twice.loc[0, "wgbm"] = "X1"
    layer = mend(twice, town)
    finding = one(layer, "same_land")
    assert {"X1", "G00"} == {finding.source_id, dict(finding.blanks)["other"]}
    assert "self_overlap" not in kinds(layer)


def test_slivers_and_odd_sizes_are_said(grids, town):
    shapes = list(grids.geometry)
    x, y = shapes[5].representative_point().coords[0]
    sliver, speck = shapely.box(x, y, x + 400, y + 1.5), shapely.box(x, y + 50, x + 10, y + 60)
    odd = gpd.GeoDataFrame(
        {"wgbm": [*grids.wgbm, "S", "T"], "wgmc": ""},
        geometry=[*shapes, sliver, speck],
        crs=grids.crs,
    )
    layer = mend(odd, town)
    assert one(layer, "grid_sliver").source_id == "S"
    assert one(layer, "grid_tiny").source_id == "T"


def test_a_grid_of_a_higher_level_is_huge(town):
    x0, y0, x1, y1 = town.villages.total_bounds
    xs = np.linspace(x0, x1, 16)
    small = [shapely.box(a, y0, b, y0 + (b - a)) for a, b in pairwise(xs)]
    whole = gpd.GeoDataFrame(
        {"id": [*map(str, range(15)), "全镇"]},
        geometry=[*small, shapely.box(x0, y0, x1, y1)],
        crs=town.crs,
    )
    assert one(mend(whole, town), "grid_huge").source_id == "全镇"


def test_land_that_a_network_does_not_reach_is_said_with_its_share(grids, town):
    half = grids.iloc[: len(grids) // 2].reset_index(drop=True)
    finding = one(mend(half, town), "land_unclaimed")
    assert finding.measure == pytest.approx(town.villages.area.sum() / 2e4, rel=0.05)
    assert town.villages.geometry.iloc[3:].intersects(shapely.Point(finding.place)).any()
    assert "land_unclaimed" not in kinds(mend(half, town, role="exclusive"))


def test_grids_over_several_villages_are_counted(grids, town):
    merged = gpd.GeoDataFrame(
        {"id": ["a", "b", *map(str, range(16))]},
        geometry=[
            shapely.union_all(grids.geometry[:6]),
            shapely.union_all(grids.geometry[6:8]),
            *grids.geometry[8:],
        ],
        crs=grids.crs,
    )
    finding = one(mend(merged, town), "grids_across_villages")
    assert finding.measure == 1 and dict(finding.blanks)["example"] == "a"


def test_degrees_declared_over_metres_are_found_out(grids, town):
    lying = grids.to_crs(4523).set_crs(4326, allow_override=True)
    layer = mend(lying, town)
    assert "4523" in one(layer, "crs_impossible").message("zh")
    assert same_land(layer, grids)


def test_an_empty_layer_is_one_sentence(grids, town):
    with pytest.raises(InputError, match="holds no feature") as caught:
        mend(grids.iloc[:0], town)
    assert "urban_management" in caught.value.in_("zh")


def test_when_the_villages_are_the_ones_in_gcj02_the_layer_says_so(grids, town):
    villages = town.villages.rename(columns={"village_code": "XZQDM", "village_name": "XZQMC"})
    off = clean_township(raw(shifted(villages, "gcj02")), settings())
    layer = mend(grids, off)
    assert "gcj02" in one(layer, "villages_suspected").message("zh")
    assert "datum_suspected" not in kinds(layer)


@pytest.mark.parametrize(
    ("east", "north", "told"), [(38, -25, True), (0, 60, True), (-21, 0, True), (8, 6, False)]
)
def test_a_layer_further_off_than_lines_are_agreed_is_a_warning_with_the_way_back(
    grids, town, east, north, told
):
    layer = mend(grids.set_geometry(grids.translate(east, north)), town)
    if not told:
        assert "layer_astray" not in kinds(layer)
        return
    warning = one(layer, "layer_astray")
    assert warning.severity == "warning"
    assert warning.measure == pytest.approx(np.hypot(east, north), abs=0.5)
    words = warning.message("zh")
    way = "西" if east > 0 else "东"
    assert east == 0 or f"向{way} {abs(east)}.0 米" in words
    assert "control" in words


def test_another_towns_network_is_no_shifted_one(town):
    x0, y0, x1, y1 = town.villages.total_bounds
    rows = [shapely.box(x0 - 100, y, x1 + 100, y + 400) for y in np.arange(y0 - 180, y1, 400)]
    assert "layer_astray" not in kinds(mend(gpd.GeoDataFrame(geometry=rows, crs=town.crs), town))


def test_a_layer_of_points_is_told_so_and_not_that_it_lies_elsewhere(grids, town):
    layer = mend(grids.set_geometry(grids.representative_point()), town)
    words = one(layer, "layer_without_areas").message("zh")
    assert (
        "（点）" in words and "[[workload]]" in words and "layer_off_township" not in kinds(layer)
    )
