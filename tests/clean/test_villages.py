import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import settings as quick
from hypothesis import strategies as st

from gridmerge.clean import clean_township
from gridmerge.errors import InputError, PlaceError
from tests.clean.conftest import CRS, box, kinds, one, raw, settings, village_frame, wavy


def township(shapes, **kwargs):
    return clean_township(raw(village_frame(shapes, **kwargs)), settings(name="青山镇"))


def test_clean_villages_pass_unchanged_and_sorted():
    town = township(
        [box(1, 0), box(0, 0)], codes=["510311104202", "510311104201"], names=["乙村", "甲村"]
    )
    assert list(town.villages.village_code) == ["510311104201", "510311104202"]
    assert list(town.villages.village_name) == ["甲村", "乙村"]
    assert town.crs.to_epsg() == 4544
    assert shapely.area(shapely.union_all(town.villages.geometry.values)) == pytest.approx(
        2e6, abs=1
    )
    assert town.findings == ()


def test_working_zone_follows_the_place():
    frame = village_frame([box(0, 0), box(1, 0)]).to_crs(4326)
    assert clean_township(raw(frame), settings()).crs.to_epsg() == 4544
    abroad = gpd.GeoDataFrame(
        {"code": ["1"]}, geometry=[shapely.box(-74.2, 40.5, -74.1, 40.6)], crs=4326
    )
    assert clean_township(raw(abroad), settings()).crs.to_epsg() == 32618


def test_the_project_may_choose_the_system_but_only_metres():
    frame = village_frame([box(0, 0)])
    assert clean_township(raw(frame), settings(crs="EPSG:4523")).crs.to_epsg() == 4523
    with pytest.raises(PlaceError, match="not projected in metres"):
        clean_township(raw(frame), settings(crs="EPSG:4326"))
    with pytest.raises(PlaceError, match="not known"):
        clean_township(raw(frame), settings(crs="EPSG:999999"))


@pytest.mark.parametrize("epsg", [4326, 4490, 4523, 4544, 4502])
def test_missing_crs_is_told_by_the_numbers_or_refused(epsg):
    frame = village_frame([box(0, 0), box(1, 0)]).to_crs(epsg).set_crs(None, allow_override=True)
    if epsg in (4544, 4502):  # no prefix: many meridians would do
        with pytest.raises(PlaceError, match="central meridian"):
            clean_township(raw(frame), settings())
        return
    town = clean_township(raw(frame), settings())
    assert "crs_assumed" in kinds(town)
    assert town.villages.geometry.iloc[0].symmetric_difference(box(0, 0)).area < 10


def test_swapped_axes_are_put_right():
    frame = village_frame([box(0, 0)]).to_crs(4523).set_crs(None, allow_override=True)
    frame = frame.set_geometry(shapely.transform(frame.geometry.values, lambda p: p[:, ::-1]))
    town = clean_township(raw(frame), settings())
    assert {"crs_assumed", "axes_swapped"} <= set(kinds(town))
    assert town.villages.geometry.iloc[0].symmetric_difference(box(0, 0)).area < 1


def test_pieces_of_one_code_become_one_village():
    town = township(
        [box(0, 0), box(1, 0), box(5, 0)],
        codes=["510311104201", "510311104202", "510311104201"],
        names=["甲村", "乙村", "甲村"],
    )
    assert len(town.villages) == 2
    assert shapely.get_num_geometries(town.villages.geometry.iloc[0]) == 2


def test_an_overlap_is_said_with_area_and_place_and_then_settled():
    town = township([box(0, 0, 1.01), box(1, 0)])
    finding = one(town, "village_overlap")
    assert finding.measure == pytest.approx(10_000, rel=0.01)
    assert "510311104201" in finding.message("zh") and "510311104202" in finding.message("zh")
    assert shapely.contains_xy(box(1, 0, 0.01), *finding.place)
    assert shapely.coverage_is_valid(town.villages.geometry.values)


def test_a_narrow_gap_is_filled():
    town = township([box(0, 0, 1, 3), box(1.01, 0, 1, 3), box(0, -1, 2.01, 1), box(0, 3, 2.01, 1)])
    finding = one(town, "village_gap")
    assert finding.measure == pytest.approx(30_000, rel=1e-3)
    assert shapely.contains_xy(box(1, 0, 0.01, 3), *finding.place)
    assert shapely.area(town.villages.geometry.values).sum() == pytest.approx(
        2.01 * 5 * 1e6, rel=1e-9
    )


def test_a_wide_hole_is_kept_and_said():
    town = township([box(0, 0, 1, 3), box(1, 0, 1, 1), box(1, 2, 1, 1), box(2, 0, 1, 3)])
    assert one(town, "village_hole").measure == pytest.approx(1e6, rel=1e-6)
    assert shapely.area(town.villages.geometry.values).sum() == pytest.approx(8e6, rel=1e-9)


def test_an_enclave_that_the_outer_village_forgot_keeps_its_land():
    town = township([box(0, 0, 3, 3), box(1, 1)])
    assert town.villages.geometry.iloc[1].area == pytest.approx(1e6, rel=1e-6)
    assert town.villages.geometry.iloc[0].area == pytest.approx(8e6, rel=1e-6)


def test_two_villages_on_the_same_land_stop_the_run_by_name():
    with pytest.raises(PlaceError, match=r"510311104202.*510311104201"):
        township([box(0, 0), box(0, 0)])


def test_crossed_outlines_are_mended_and_said():
    bow = shapely.Polygon(
        [(480_000, 3_240_000), (481_000, 3_241_000), (481_000, 3_240_000), (480_000, 3_241_000)]
    )
    town = township([bow, box(5, 0)])
    assert one(town, "geometry_repaired").source_id == "510311104201"
    assert town.villages.geometry.is_valid.all()


def test_codes_that_are_not_twelve_digits_clash_or_are_merged_are_findings():
    town = township(
        [box(0, 0), box(1, 0), box(2, 0)],
        codes=["101", "510311104601", "510311104202"],
        names=["甲村", "乙", "甲村"],
    )
    assert one(town, "village_code_length").measure == 3
    assert one(town, "village_code_merged").source_id == "510311104601"
    assert "101" in one(town, "village_name_clash").message("en")


@pytest.mark.parametrize(
    "names",
    [["甲村", "乙村"], ["甲村", "甲社区"], ["甲村", "", "乙村"], ["青山镇甲村", "乙村委会"]],
)
def test_two_villages_of_one_code_stop_the_run(names):
    shapes = [box(i, 0) for i in range(len(names))]
    with pytest.raises(InputError) as stopped:
        township(
            [*shapes, box(9, 0)],
            codes=["510311104000"] * len(names) + ["510311104201"],
            names=[*names, "丁村"],
        )
    assert all(name in stopped.value.in_("zh") for name in ["510311104000", *names])


@pytest.mark.parametrize("other", ["甲村", "甲村委会", "甲村（飞地）", "青山镇甲村", "甲 村", ""])
def test_parts_of_one_village_stay_one(other):
    town = township([box(0, 0), box(3, 0)], codes=["510311104202"] * 2, names=["甲村", other])
    assert list(town.villages.village_code) == ["510311104202"]
    assert town.villages.area.tolist() == pytest.approx([2e6])
    assert ("village_code_clash" in kinds(town)) == (other != "甲村")


@pytest.mark.parametrize(
    "written",
    [
        "510,311,104,201",
        "510311 104 201",
        "+510311104201",
        "510-311-104-201",
        "5103,1110,4201",
        "510.311.104.201",
        "５１０，３１１，１０４，２０１",
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_marks_between_the_digits_of_a_code_are_dropped_and_told(written, named):
    frame = village_frame([box(0, 0), box(1, 0)], codes=[written, "510311104202"])
    frame = frame if named else frame.rename(columns={"XZQDM": "field_1"})
    town = clean_township(raw(frame), settings())
    assert list(town.villages.village_code) == ["510311104201", "510311104202"]
    assert one(town, "village_code_marks").measure == 1


@pytest.mark.parametrize("written", ["510311.104201", "51-03", "A510311104201", "510311104201-1"])
def test_other_codes_stay_as_they_are_written(written):
    town = township([box(0, 0), box(1, 0)], codes=[written, "510311104202"])
    assert written in list(town.villages.village_code)
    assert "village_code_marks" not in kinds(town)


def test_numeric_codes_stay_text():
    frame = village_frame([box(0, 0), box(1, 0)]).assign(XZQDM=[510311104201.0, 510311104202.0])
    assert list(clean_township(raw(frame), settings()).villages.village_code) == [
        "510311104201",
        "510311104202",
    ]


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (gpd.GeoDataFrame({"a": []}, geometry=[], crs=CRS), "no feature"),
        (
            gpd.GeoDataFrame({"foo": ["x"]}, geometry=[box(0, 0)], crs=CRS),
            "looks like the village code",
        ),
        (
            gpd.GeoDataFrame(
                {"XZQDM": ["510311104201", None]}, geometry=[box(0, 0), box(1, 0)], crs=CRS
            ),
            "have no XZQDM",
        ),
        (
            gpd.GeoDataFrame(
                {"XZQDM": ["510311104201"]}, geometry=[box(0, 0).boundary.interpolate(5)], crs=CRS
            ),
            "no area",
        ),
    ],
)
def test_what_is_no_village_layer_is_refused_in_one_sentence(frame, message):
    with pytest.raises(InputError, match=message) as caught:
        clean_township(raw(frame), settings())
    assert "villages" in caught.value.in_("zh")


def test_row_order_does_not_matter():
    frame = village_frame(wavy())
    once, again = (
        clean_township(raw(frame), settings()),
        clean_township(raw(frame.iloc[::-1].reset_index(drop=True)), settings()),
    )
    assert once.villages.to_wkb().equals(again.villages.to_wkb())
    assert once.findings == again.findings


@given(st.lists(st.tuples(st.floats(-8, 8), st.floats(-8, 8)), min_size=16, max_size=16))
@quick(max_examples=25, deadline=None)
def test_carelessly_drawn_villages_always_tile(jitter):
    # a 3 × 3 town whose corners each village drew for itself, up to 8 m off
    corners = np.array(jitter * 3)[:36].reshape(9, 4, 2)
    shapes = []
    for cell in range(9):
        x, y = cell % 3, cell // 3
        ring = shapely.get_coordinates(box(x, y))[:4] + corners[cell]
        shapes.append(shapely.Polygon(ring))
    town = township(
        shapes, codes=[f"51031110420{i}" for i in range(9)], names=[f"村{i}" for i in range(9)]
    )
    tiles = town.villages.geometry.values
    assert shapely.coverage_is_valid(tiles)
    assert len(tiles) == 9 and (shapely.area(tiles) > 0.9e6).all()
    union = shapely.union_all(tiles)
    assert shapely.area(tiles).sum() == pytest.approx(shapely.area(union), abs=0.1)
