from __future__ import annotations

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmerge.workload import weigh_faces
from gridmerge.workload.crosswalk import build_crosswalk, report_left_out
from tests import little

TOWN = little.township(3, 3)
MOSAIC = little.mosaic(3, 3)
PLAN = little.plan(3, 3)
NOTHING = weigh_faces(MOSAIC, [], TOWN)


def grid(column: int, row: int) -> str:
    return f"{little.village_code(column)}{row + 1:03d}"


def test_shares_say_where_a_departmental_grid_went() -> None:
    police = little.layer("police", [shapely.box(50, 0, 150, 100), shapely.box(200, 200, 400, 300)])
    table = build_crosswalk([police], PLAN, NOTHING).set_index(["source_id", "grid_code"])
    assert len(table) == 3
    assert table.loc[
        ("police000", grid(0, 0)), ["area_m2", "share_of_source", "share_of_grid"]
    ].tolist() == [
        5000,
        0.5,
        0.5,
    ]
    assert table.loc[
        ("police001", grid(2, 2)), ["area_m2", "share_of_source", "share_of_grid"]
    ].tolist() == [
        10000,
        0.5,
        1,
    ]


def test_a_point_inside_two_claims_counts_for_both_and_on_their_line_for_one() -> None:
    double = little.layer("police", [shapely.box(0, 0, 60, 100), shapely.box(40, 0, 100, 100)])
    single = little.layer(
        "fire", [shapely.box(0, 0, 50, 100), shapely.box(50, 0, 100, 100)], ids=["z", "a"]
    )
    events = little.work("events", [shapely.Point(50, 50), shapely.Point(10, 10)], [4, 1])
    table = build_crosswalk([double, single], PLAN, weigh_faces(MOSAIC, [events], TOWN)).set_index(
        "source_id"
    )["events"]
    assert table.to_dict() == {"police000": 5, "police001": 4, "z": 1, "a": 4}


def test_a_point_where_grid_lines_and_source_lines_meet_is_counted_in_a_row_that_has_land() -> None:
    # on the line of grids 0 and 1, counted in face 0; source b touches grid 0 only in that line
    layer = little.layer(
        "fire", [shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)], ids=["b", "a"]
    )
    events = little.work("events", [shapely.Point(100, 50)], [1])
    table = build_crosswalk([layer], PLAN, weigh_faces(MOSAIC, [events], TOWN)).set_index(
        "source_id"
    )["events"]
    assert table.to_dict() == {"a": 0, "b": 1}


def test_polygon_work_follows_its_area() -> None:
    people = little.work("people", [shapely.box(0, 0, 100, 100)], [100])
    police = little.layer("police", [shapely.box(0, 0, 25, 100)])
    table = build_crosswalk([police], PLAN, weigh_faces(MOSAIC, [people], TOWN))
    assert table["people"].tolist() == pytest.approx([25])


def test_every_feature_is_in_the_crosswalk_or_in_the_findings() -> None:
    police = little.layer("police", [shapely.box(0, 0, 50, 50), shapely.box(500, 0, 550, 50)])
    roads = little.layer("roads", [shapely.LineString([(0, 0), (30, 40)])], role="barrier")
    table = build_crosswalk([police, roads], PLAN, NOTHING)
    findings = report_left_out([police, roads], table)
    assert [(f.kind, f.layer, f.source_id, f.measure) for f in findings] == [
        ("outside_township", "police", "police001", 2500),
        ("barrier_feature", "roads", "roads000", 50),
    ]
    assert "no land inside the township" in findings[0].message("en")


def test_no_layers_give_an_empty_table_with_the_right_columns() -> None:
    assert build_crosswalk([], PLAN, NOTHING).columns.tolist() == [
        "layer", "source_id", "grid_code", "area_m2", "share_of_source", "share_of_grid",
    ]  # fmt: skip


number = st.integers(-50, 350).map(float)
box = st.builds(
    lambda x, y, w, h: shapely.box(x, y, x + w, y + h),
    number,
    number,
    st.integers(1, 250),
    st.integers(1, 250),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(box, min_size=1, max_size=6),
    st.lists(st.tuples(number, number), min_size=1, max_size=15),
    st.randoms(use_true_random=False),
)
def test_areas_and_work_of_a_source_are_its_land_and_work_inside(boxes, points, random) -> None:
    land = shapely.box(0, 0, 300, 300)
    events = little.work("events", [shapely.Point(p) for p in points], [1.0] * len(points))
    weights = weigh_faces(MOSAIC, [events], TOWN)
    rows = list(zip(boxes, [f"s{index}" for index in range(len(boxes))], strict=True))
    layer = little.layer("police", [b for b, _ in rows], ids=[s for _, s in rows])
    table = build_crosswalk([layer], PLAN, weights)
    sums = table.groupby("source_id")[["area_m2", "share_of_source", "events"]].sum()
    for shape, source in rows:
        inside = shapely.intersection(shape, land).area
        if not inside:
            assert source not in sums.index
            continue
        assert sums.loc[source, "area_m2"] == pytest.approx(inside)
        assert sums.loc[source, "share_of_source"] == pytest.approx(inside / shape.area)
        within = sum(
            shapely.contains_xy(shape, *p) and shapely.intersects_xy(land, *p) for p in points
        )
        touched = sum(
            shapely.intersects_xy(shape, *p) and shapely.intersects_xy(land, *p) for p in points
        )
        assert within <= sums.loc[source, "events"] <= touched
    random.shuffle(rows)
    again = build_crosswalk(
        [little.layer("police", [b for b, _ in rows], ids=[s for _, s in rows])], PLAN, weights
    )
    assert table.equals(again)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(number, number), min_size=1, max_size=15))
def test_a_layer_that_tiles_the_land_counts_every_point_once(points) -> None:
    events = little.work("events", [shapely.Point(p) for p in points], [1.0] * len(points))
    weights = weigh_faces(MOSAIC, [events], TOWN)
    tiles = [
        shapely.box(-100, -100, 150, 400),
        shapely.box(150, -100, 400, 150),
        shapely.box(150, 150, 400, 400),
    ]
    table = build_crosswalk([little.layer("police", tiles)], PLAN, weights)
    assert table["events"].sum() == weights.faces["events"].sum()
