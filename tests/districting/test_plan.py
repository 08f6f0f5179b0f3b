"""Faces to grids: every face in one grid, one piece, one village, whatever the order of the rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from pandas.testing import assert_frame_equal

from gridmerge.districting import divide_township
from gridmerge.errors import PlanError
from tests.districting.mosaics import SIZES, square_mosaic, town_mosaic
from tests.towns import draw_town


@pytest.fixture(scope="module")
def town():
    return town_mosaic(draw_town(seed=3, villages=5, layers=8, blocks=30))


@pytest.fixture(scope="module")
def plan(town):
    return divide_township(*town, SIZES)


def test_every_face_lies_in_one_grid_and_grids_tile_the_villages(town, plan):
    mosaic, weights, township = town
    assert sorted(plan.faces["face_id"]) == sorted(mosaic.faces["face_id"])
    assert plan.faces["face_id"].is_unique
    assert shapely.coverage_is_valid(plan.grids.geometry.values)
    assert plan.grids["area_m2"].sum() == pytest.approx(township.villages.area.sum(), rel=1e-9)
    assert plan.grids["households"].sum() == pytest.approx(weights.faces["households"].sum())


def test_no_grid_crosses_a_village_line(town, plan):
    villages = (
        town[0].faces.merge(plan.faces, on="face_id").groupby("grid_code")["village_code"].nunique()
    )
    assert (villages == 1).all()
    assert all(
        code.startswith(village)
        for code, village in zip(plan.grids.grid_code, plan.grids.village_code, strict=True)
    )


def test_a_grid_has_at_most_one_piece_in_each_declared_piece_of_its_village(town, plan):
    villages = town[2].villages.set_index("village_code").geometry
    for grid in plan.grids.itertuples():
        for piece in shapely.get_parts(villages[grid.village_code]):
            inside = shapely.intersection(grid.geometry, piece)
            parts = [p for p in shapely.get_parts(inside) if p.area > 1]
            assert len(parts) <= 1, grid.grid_code


def test_exclusive_zones_are_grids_of_their_own(town, plan):
    mosaic = town[0]
    zones = mosaic.faces.merge(plan.faces, on="face_id").groupby("grid_code")["zone"].agg(set)
    kinds = plan.grids.set_index("grid_code")["grid_type"]
    for code, found in zones.items():
        assert len(found) == 1
        assert (found == {""}) == (kinds[code] == "comprehensive")
        assert int(code[-3:]) in (
            range(1, 800) if kinds[code] == "comprehensive" else range(800, 900)
        )


def test_rows_in_any_order_give_the_same_plan(town, plan):
    mosaic, weights, township = town
    shuffled = replace(
        mosaic,
        faces=mosaic.faces.sample(frac=1, random_state=5).reset_index(drop=True),
        borders=mosaic.borders.sample(frac=1, random_state=6),
        memberships=mosaic.memberships.sample(frac=1, random_state=7),
    )
    again = divide_township(
        shuffled,
        replace(weights, faces=weights.faces.sample(frac=1, random_state=8)),
        township,
        SIZES,
    )
    assert_frame_equal(again.faces, plan.faces)
    assert again.grids.geometry.to_wkb().equals(plan.grids.geometry.to_wkb())
    assert again.figures == plan.figures and again.findings == plan.findings


def test_other_face_ids_give_the_same_grids(town, plan):
    mosaic, weights, township = town
    rng = np.random.default_rng(1)
    ids = mosaic.faces["face_id"].to_numpy()
    other = dict(zip(ids, rng.permutation([f"x{i:05d}" for i in range(len(ids))]), strict=True))
    a, b = mosaic.borders["face_a"].map(other), mosaic.borders["face_b"].map(other)
    swapped = mosaic.borders.assign(face_a=np.minimum(a, b), face_b=np.maximum(a, b))
    renamed = replace(
        mosaic,
        faces=mosaic.faces.assign(face_id=mosaic.faces["face_id"].map(other)),
        borders=swapped,
        memberships=mosaic.memberships.assign(face_id=mosaic.memberships["face_id"].map(other)),
    )
    frame = weights.faces.assign(face_id=weights.faces["face_id"].map(other))
    again = divide_township(renamed, replace(weights, faces=frame), township, SIZES)
    codes = dict(zip(plan.faces.face_id.map(other), plan.faces.grid_code, strict=True))
    assert codes == dict(zip(again.faces.face_id, again.faces.grid_code, strict=True))


def test_two_processes_give_the_same_plan(town, plan):
    assert_frame_equal(divide_township(*town, SIZES, processes=2).faces, plan.faces)


def test_codes_run_from_west_to_east_then_north_to_south():
    mosaic, weights, township = square_mosaic([[200, 200], [200, 200]])
    plan = divide_township(
        mosaic, weights, township, SIZES.model_copy(update={"target": 200.0, "max": 250.0})
    )
    at = {
        c: (g.x, g.y)
        for c, g in zip(
            plan.grids.grid_code, plan.grids.geometry.representative_point(), strict=True
        )
    }
    order = [at[code] for code in sorted(at)]
    assert len(order) == 4
    assert order == sorted(order, key=lambda p: (p[0], -p[1]))
    assert list(plan.grids["grid_name"])[:2] == ["青石村第1网格", "青石村第2网格"]


def test_area_sizes_grids_where_there_is_no_workload():
    mosaic, weights, township = square_mosaic(np.zeros((4, 4)))
    plan = divide_township(
        mosaic,
        weights,
        township,
        SIZES.model_copy(update={"unit": "area_ha", "target": 4.0, "min": 2.0, "max": 6.0}),
    )
    assert len(plan.grids) == 4
    assert plan.figures["share_in_range"] == 1.0


def test_a_village_that_is_all_zone_has_no_comprehensive_grid():
    mosaic, weights, township = square_mosaic(
        [[10, 20]], zones={(0, 0): "parks/a", (0, 1): "parks/b"}
    )
    plan = divide_township(mosaic, weights, township, SIZES)
    assert list(plan.grids["grid_code"].str[-3:]) == ["800", "801"]


def test_a_small_detached_piece_joins_the_nearest_grid():
    mosaic, weights, township = square_mosaic([[200, 200, 0, 30]], gaps=((0, 2),))
    plan = divide_township(
        mosaic, weights, township, SIZES.model_copy(update={"target": 200.0, "max": 250.0})
    )
    grid = plan.faces.set_index("face_id")["grid_code"]
    assert grid["f0003"] == grid["f0001"] != grid["f0000"]
    assert [f.kind for f in plan.findings] == ["part_joined"]


def test_land_cut_off_by_a_zone_stands_alone_and_is_said():
    mosaic, weights, township = square_mosaic([[200, 200, 0, 30]], zones={(0, 2): "parks/a"})
    plan = divide_township(mosaic, weights, township, SIZES)
    assert plan.faces.set_index("face_id")["grid_code"].nunique() == 3
    kinds = [f.kind for f in plan.findings]
    assert "part_cut_off" in kinds
    assert "被专属网格隔开" in plan.findings[kinds.index("part_cut_off")].message("zh")


def test_a_face_above_the_limit_is_named_as_the_reason():
    mosaic, weights, township = square_mosaic([[700, 200, 200]])
    plan = divide_township(mosaic, weights, township, SIZES)
    heavy = [f for f in plan.findings if f.kind == "grid_heavy_face"]
    assert len(heavy) == 1 and heavy[0].measure == 700
    assert plan.grids["households"].tolist() == [700, 400]


def test_too_many_grids_for_three_digits_stop_with_a_sentence():
    mosaic, weights, township = square_mosaic(np.full((29, 28), 300.0))
    with pytest.raises(PlanError, match=r"raise \[grids\] target") as error:
        divide_township(mosaic, weights, township, SIZES.model_copy(update={"effort": 1.0}))
    assert "三位编号" in error.value.in_("zh")
