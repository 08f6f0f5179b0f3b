from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmerge.config.settings import Grids
from gridmerge.errors import ProjectError
from gridmerge.model import Weights
from gridmerge.workload import measure_sensitivity, weigh_faces
from tests import little

TOWN = little.township(3, 3)
MOSAIC = little.mosaic(3, 3)


def face(weights: Weights, column: str) -> list[float]:
    return weights.faces.sort_values("face_id")[column].tolist()


def test_a_point_on_a_shared_border_counts_once_in_the_smallest_face() -> None:
    points = [
        shapely.Point(100, 50),
        shapely.Point(100, 100),
        shapely.Point(50, 50),
        shapely.Point(200, 250),
    ]
    weights = weigh_faces(MOSAIC, [little.work("events", points, [1, 10, 100, 1000])], TOWN)
    assert face(weights, "events") == [111, 0, 0, 0, 0, 0, 0, 1000, 0]


def test_the_outer_line_is_inside_and_beyond_it_is_a_finding() -> None:
    points = [
        shapely.Point(0, 0),
        shapely.Point(300, 300),
        shapely.Point(300.0000001, 10),
        shapely.Point(-5, 10),
    ]
    weights = weigh_faces(MOSAIC, [little.work("events", points, [1, 2, 4, 8])], TOWN)
    assert face(weights, "events")[0] == 1
    assert face(weights, "events")[8] == 2
    assert weights.totals.loc[0, ["total", "inside", "outside"]].tolist() == [15, 3, 12]
    (finding,) = weights.findings
    assert finding.kind == "workload_outside"
    assert finding.measure == 12
    assert (
        finding.message("en")
        == "Workload events: 2 features, 12 in all, lie outside the township and count in no grid."
    )


def test_polygons_are_shared_by_area_and_said_to_be_estimates() -> None:
    half_out = shapely.box(50, -100, 150, 100)
    weights = weigh_faces(MOSAIC, [little.work("people", [half_out], [80])], TOWN)
    assert face(weights, "people")[:3] == pytest.approx([20, 20, 0])
    assert weights.totals["outside"].tolist() == pytest.approx([40])
    assert weights.totals["estimated"].tolist() == [True]
    assert "estimates" in next(f for f in weights.findings if f.kind == "workload_by_area").message(
        "en"
    )


def counted(name, shapes):
    return replace(little.work(name, shapes, [1.0] * len(shapes)), counted=True)


def test_a_thing_that_is_counted_lies_whole_in_the_grid_with_most_of_it() -> None:
    straddling = [
        shapely.box(60, 10, 110, 20),
        shapely.box(90, 10, 190, 20),
        shapely.box(80, 80, 130, 130),
    ]
    weights = weigh_faces(MOSAIC, [counted("buildings", straddling)], TOWN)
    assert face(weights, "buildings") == [1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert weights.totals["estimated"].tolist() == [False]
    assert not [f for f in weights.findings if f.kind == "workload_by_area"]


def test_a_thing_halved_by_a_line_counts_in_the_smaller_face_whatever_the_order() -> None:
    halved, other = shapely.box(50, 10, 150, 20), shapely.box(150, 10, 250, 20)
    for shapes in ([halved, other], [other, halved]):
        assert face(weigh_faces(MOSAIC, [counted("buildings", shapes)], TOWN), "buildings")[:3] == [
            1,
            1,
            0,
        ]


def test_a_thing_outside_for_the_greater_part_is_outside_and_said() -> None:
    weights = weigh_faces(
        MOSAIC, [counted("b", [shapely.box(10, -90, 20, 10), shapely.box(10, -10, 20, 90)])], TOWN
    )
    assert sum(face(weights, "b")) == 1 and weights.totals["outside"].tolist() == [1]
    assert [f.measure for f in weights.findings if f.kind == "workload_outside"] == [1]


def test_every_counted_thing_is_whole_and_none_is_lost() -> None:
    rng = np.random.default_rng(3)
    corners = rng.uniform(0, 260, (60, 2))
    shapes = [
        shapely.box(x, y, x + w, y + h)
        for (x, y), (w, h) in zip(corners, rng.uniform(1, 40, (60, 2)), strict=True)
    ]
    weights = weigh_faces(MOSAIC, [counted("b", shapes)], TOWN)
    amounts = np.array(face(weights, "b"))
    assert (amounts == amounts.round()).all() and amounts.sum() + weights.totals[
        "outside"
    ].sum() == 60
    assert weights.pieces["value"].tolist() == [1.0] * int(amounts.sum())


def test_polygons_are_shared_by_the_points_inside_them_where_there_are_any() -> None:
    buildings = little.work(
        "buildings",
        [shapely.Point(10, 10), shapely.Point(110, 10), shapely.Point(120, 10)],
        [1, 1, 2],
    )
    blocks = [shapely.box(0, 0, 200, 100), shapely.box(0, 200, 200, 300)]
    weights = weigh_faces(
        MOSAIC, [buildings, little.work("people", blocks, [100, 10], by="buildings")], TOWN
    )
    assert face(weights, "people") == pytest.approx([25, 75, 0, 0, 0, 0, 5, 5, 0])
    note = next(f for f in weights.findings if f.kind == "workload_by_area")
    assert note.measure == 1  # only the block without buildings is an estimate


def test_lines_are_shared_by_length_and_a_line_along_a_border_counts_once() -> None:
    along = shapely.LineString([(100, 0), (100, 100)])
    across = shapely.LineString([(50, 50), (150, 50)])
    weights = weigh_faces(MOSAIC, [little.work("patrol", [along, across], [7, 10])], TOWN)
    assert face(weights, "patrol")[:3] == pytest.approx([12, 5, 0])


def test_a_basis_that_is_no_layer_of_points_stops_with_a_sentence() -> None:
    people = little.work("people", [shapely.box(0, 0, 9, 9)], [1], by="buildngs")
    houses = little.work("buildings", [shapely.Point(1, 1)], [1])
    with pytest.raises(
        ProjectError,
        match=r'people: by = "buildngs" is not a workload of points; there are: buildings',
    ):
        weigh_faces(MOSAIC, [people, houses], TOWN)


def test_a_grid_of_target_size_and_average_mix_weighs_one() -> None:
    centres = shapely.point_on_surface(MOSAIC.faces.geometry.to_numpy())
    households = little.work("households", centres, [100] * 9, weight=2)
    events = little.work("events", centres, [3] * 9)
    weights = weigh_faces(
        MOSAIC, [households, events], TOWN, Grids(unit="households", target=300, min=150, max=450)
    )
    assert face(weights, "workload") == pytest.approx([1 / 3] * 9)
    assert weights.totals["reference"].tolist() == pytest.approx([300, 9])


def test_a_workload_of_weight_nought_is_carried_but_not_balanced() -> None:
    centres = shapely.point_on_surface(MOSAIC.faces.geometry.to_numpy())
    households = little.work("households", centres, [100] * 9)
    carried = little.work("events", centres, [9, 0, 0, 0, 0, 0, 0, 0, 0], weight=0)
    weights = weigh_faces(MOSAIC, [households, carried], TOWN)
    assert len(set(face(weights, "workload"))) == 1
    assert face(weights, "events")[0] == 9


def test_minutes_weigh_work_by_time_and_a_reference_may_be_given() -> None:
    centres = shapely.point_on_surface(MOSAIC.faces.geometry.to_numpy())
    households = replace(little.work("households", centres, [100] * 9), minutes=2.0)
    events = replace(little.work("events", centres[:1], [30]), minutes=60.0)
    weights = weigh_faces(
        MOSAIC, [households, events], TOWN, Grids(unit="households", target=300, min=150, max=450)
    )
    # 1800 minutes of households and 1800 of events in three standard grids: 1200 each
    assert face(weights, "workload") == pytest.approx([2000 / 1200, *[200 / 1200] * 8])
    assert weights.totals["share"].tolist() == pytest.approx([0.5, 0.5])
    given = weigh_faces(
        MOSAIC, [replace(little.work("households", centres, [100] * 9), reference=50.0)], TOWN
    )
    assert face(given, "workload") == pytest.approx([2.0] * 9)


def test_the_swing_tells_whether_the_heaviest_grids_hang_on_a_weight() -> None:
    plan = little.plan(3, 3)
    centres = shapely.point_on_surface(MOSAIC.faces.geometry.to_numpy())
    households = little.work("households", centres, [100, 96, 1, 1, 1, 1, 1, 1, 1])
    events = little.work("events", centres, [10, 10.5, 1, 1, 1, 1, 1, 1, 1])
    weights = weigh_faces(MOSAIC, [households, events], TOWN)
    by_face = weights.faces.set_index("face_id").loc[
        plan.faces["face_id"], ["households", "events"]
    ]
    by_code = by_face.set_index(plan.faces["grid_code"].to_numpy()).loc[plan.grids["grid_code"]]
    plan = replace(
        plan, grids=plan.grids.assign(**{name: by_code[name].to_numpy() for name in by_code})
    )
    told = measure_sensitivity(plan, weights)
    assert set(told) == {"households", "events"}
    # one of two nearly equal grids is the heaviest tenth: a fifth more or less decides
    assert min(told.values()) == 0
    assert measure_sensitivity(plan, weigh_faces(MOSAIC, [households], TOWN)) == {}


def test_without_any_workload_it_is_hectares_and_said() -> None:
    weights = weigh_faces(MOSAIC, [], TOWN)
    assert face(weights, "workload") == pytest.approx([1.0] * 9)
    assert [f.kind for f in weights.findings] == ["no_workload"]
    assert len(weights.pieces) == 0


coordinate = st.integers(-60, 360).map(float)
shape = st.one_of(
    st.builds(shapely.Point, coordinate, coordinate),
    st.builds(
        lambda x, y, w, h: shapely.box(x, y, x + w, y + h),
        coordinate,
        coordinate,
        st.integers(1, 300),
        st.integers(1, 300),
    ),
    st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=5, unique=True).map(
        shapely.LineString
    ),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(shape, st.floats(0, 1000)), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_work_is_conserved_in_whatever_order_it_comes(items, random) -> None:
    one = weigh_faces(
        MOSAIC, [little.work("mixed", [g for g, _ in items], [v for _, v in items])], TOWN
    )
    total = sum(value for _, value in items)
    assert one.faces["mixed"].sum() + one.totals["outside"].sum() == pytest.approx(total, abs=1e-6)
    assert one.pieces["value"].sum() == pytest.approx(one.faces["mixed"].sum(), abs=1e-6)
    assert (one.pieces["value"] >= 0).all()
    # every piece lies in its face
    by_id = MOSAIC.faces.set_index("face_id").geometry
    assert (
        shapely.distance(
            one.pieces.geometry.to_numpy(), by_id.loc[one.pieces["face_id"]].to_numpy()
        )
        < 1e-9
    ).all()
    random.shuffle(items)
    other = weigh_faces(
        MOSAIC, [little.work("mixed", [g for g, _ in items], [v for _, v in items])], TOWN
    )
    assert np.allclose(one.faces["mixed"], other.faces["mixed"])
