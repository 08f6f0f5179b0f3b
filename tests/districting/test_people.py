"""What people fix: an earlier plan, locks, pairs, links, numbers, edits."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from gridmerge.districting import apply_edits, make_alternatives
from gridmerge.districting.constraints.apportionment import apportion_grids, choose_grid_count
from gridmerge.districting.recomputed_metrics import recompute_metrics
from gridmerge.errors import InputError, PlanError
from tests.districting.mosaics import (
    SIZES,
    divide_township,
    saved,
    square_mosaic,
    town_mosaic,
    weights_of,
    with_locks,
)
from tests.towns import draw_town

QUICK = SIZES.model_copy(update={"proof": 0})


@pytest.fixture(scope="module")
def town():
    return town_mosaic(draw_town(seed=2, villages=5, layers=8, blocks=30))


@pytest.fixture(scope="module")
def plan(town):
    return divide_township(*town, QUICK)


def households(town):
    mosaic, weights, _ = town
    return (
        weights.faces.set_index("face_id")["households"]
        .reindex(mosaic.faces["face_id"])
        .to_numpy(copy=True)
    )


def test_unchanged_inputs_give_the_unchanged_plan(town, plan, tmp_path):
    again = divide_township(*town, QUICK.model_copy(update={"previous": saved(plan, tmp_path)}))
    assert_frame_equal(again.faces, plan.faces)
    assert again.grids.geometry.to_wkb().equals(plan.grids.geometry.to_wkb())
    assert again.figures["codes"] == {"kept_share": 1.0, "retired": {}}


def test_a_new_estate_changes_only_its_village(town, plan, tmp_path):
    mosaic, _, township = town
    values = households(town)
    i = int(np.flatnonzero((mosaic.faces["zone"] == "").to_numpy())[7])
    values[i] += 320
    other = weights_of(mosaic.faces, values)
    again = divide_township(
        mosaic, other, township, QUICK.model_copy(update={"previous": saved(plan, tmp_path)})
    )
    both = again.faces.merge(plan.faces, on="face_id", suffixes=("", "_old")).merge(
        mosaic.faces, on="face_id"
    )
    changed = set(both.loc[both["grid_code"] != both["grid_code_old"], "village_code"])
    assert changed <= {mosaic.faces["village_code"].iloc[i]}


def test_more_grids_keep_nearly_all_households_under_their_code(town, plan, tmp_path):
    count = int((plan.grids["grid_type"] == "comprehensive").sum())
    more = QUICK.model_copy(update={"previous": saved(plan, tmp_path), "headcount": count + 1})
    again = divide_township(*town, more)
    assert (again.grids["grid_type"] == "comprehensive").sum() == count + 1
    assert again.figures["codes"]["kept_share"] >= 0.9


def test_retired_codes_are_listed_with_successors_and_never_used_again(tmp_path):
    mosaic, weights, township = square_mosaic([[220, 180, 220]])
    sizes = QUICK.model_copy(update={"target": 200.0, "max": 250.0})
    first = divide_township(mosaic, weights, township, sizes)
    assert list(first.grids["grid_code"].str[-3:]) == ["001", "002", "003"]
    wide = sizes.model_copy(update={"target": 300.0, "max": 450.0, "number": {"青石村": 2}})
    second = divide_township(
        mosaic, weights, township, wide.model_copy(update={"previous": saved(first, tmp_path)})
    )
    (gone,) = second.figures["codes"]["retired"].items()
    assert gone[1] and gone[1][0] in set(second.grids["grid_code"])
    later = sizes.model_copy(update={"number": {"青石村": 3}, "previous": saved(second, tmp_path)})
    third = divide_township(mosaic, weights, township, later)
    assert gone[0] not in set(third.grids["grid_code"])
    assert third.grids["grid_code"].max().endswith("004")
    assert gone[0] in third.figures["codes"]["retired"]


def test_locked_grids_and_villages_stay(town, plan, tmp_path):
    grid = plan.grids.loc[plan.grids["grid_type"] == "comprehensive", "grid_code"].iloc[2]
    village = plan.grids["village_code"].iloc[-1]
    locks = with_locks(tmp_path, f"grid,{grid},", f"village,{village},")
    sizes = {
        "target": 200.0,
        "min": 100.0,
        "max": 260.0,
        "previous": saved(plan, tmp_path),
        "locks": locks,
    }
    again = divide_township(*town, QUICK.model_copy(update=sizes))
    for code in (grid, *plan.grids.loc[plan.grids["village_code"] == village, "grid_code"]):
        assert set(again.faces.loc[again.faces["grid_code"] == code, "face_id"]) == set(
            plan.faces.loc[plan.faces["grid_code"] == code, "face_id"]
        )


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from("甲乙")),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=15, deadline=None)
def test_a_face_lock_is_never_broken(tmp_path_factory, locked):
    mosaic, weights, township = square_mosaic(np.full((5, 5), 50.0))
    locks = {f"f{i:02d}{j:02d}": name for i, j, name in locked}
    file = with_locks(
        tmp_path_factory.mktemp("locks"), *(f"face,{face},{name}" for face, name in locks.items())
    )
    try:
        plan = divide_township(mosaic, weights, township, QUICK.model_copy(update={"locks": file}))
    except PlanError as error:
        assert "contradict each other" in str(error)
        return
    grid = plan.faces.set_index("face_id")["grid_code"]
    names = {
        name: {grid[face] for face, n in locks.items() if n == name} for name in set(locks.values())
    }
    assert all(len(codes) == 1 for codes in names.values())
    assert len(set.union(*names.values())) == len(names)
    assert (plan.grids.geom_type == "Polygon").all()


def test_pairs_stay_together_and_apart(tmp_path):
    mosaic, weights, township = square_mosaic(np.full((4, 4), 75.0))
    locks = with_locks(tmp_path, "together,f0001,f0002", "apart,f0000,f0001")
    plan = divide_township(mosaic, weights, township, QUICK.model_copy(update={"locks": locks}))
    grid = plan.faces.set_index("face_id")["grid_code"]
    assert grid["f0001"] == grid["f0002"] != grid["f0000"]


def test_a_bridge_joins_what_does_not_touch(tmp_path):
    mosaic, weights, township = square_mosaic([[150, 150, 0, 150, 150]], gaps=((0, 2),))
    file = tmp_path / "links.csv"
    file.write_text("face_a,face_b\nf0003,f0001\n", "utf-8")
    sizes = QUICK.model_copy(update={"target": 600.0, "max": 700.0, "links": str(file)})
    assert len(divide_township(mosaic, weights, township, sizes).grids) == 1
    assert (
        len(
            divide_township(
                mosaic, weights, township, sizes.model_copy(update={"links": None})
            ).grids
        )
        == 2
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("face,nobody,甲", "Face nobody of locks.csv"),
        ("roof,f0000,", "unknown kind of lock roof"),
        ("village,青石村,", "there is no earlier plan to keep"),
    ],
)
def test_a_lock_that_means_nothing_is_refused(tmp_path, row, said):
    with pytest.raises((PlanError, InputError), match=said):
        divide_township(
            *square_mosaic([[100]]), QUICK.model_copy(update={"locks": with_locks(tmp_path, row)})
        )


def test_numbers_for_villages_that_are_not_there_are_refused():
    with pytest.raises(PlanError, match="无名村 in \\[grids\\] number"):
        divide_township(*square_mosaic([[100]]), QUICK.model_copy(update={"number": {"无名村": 2}}))


def test_an_earlier_plan_that_is_none_is_refused(tmp_path):
    with pytest.raises(InputError, match="has no readable layer grids"):
        divide_township(
            *square_mosaic([[100]]),
            QUICK.model_copy(update={"previous": str(tmp_path / "gridmerge.gpkg")}),
        )


def test_how_many():
    assert choose_grid_count(np.full(10, 90.0), 300, 150, 450, 10) == 3
    assert choose_grid_count(np.array([900.0, 300, 300]), 300, 150, 450, 3) == 3
    assert choose_grid_count(np.zeros(5), 300, 150, 450, 5) == 1
    assert choose_grid_count(np.full(2, 2000.0), 300, 150, 450, 2) == 2


@given(
    st.lists(st.floats(0, 1e4), min_size=1, max_size=12),
    st.integers(0, 60),
    st.sampled_from(["sainte_lague", "dhondt", "hamilton"]),
)
def test_apportionment_gives_all_seats_and_at_least_one(totals, extra, method):
    seats = len(totals) + extra
    given_out = apportion_grids(totals, seats, method)
    assert sum(given_out) == seats
    assert min(given_out) >= 1


def test_apportionment_by_the_named_methods():
    assert apportion_grids([53, 24, 23], 7, "sainte_lague") == [3, 2, 2]
    assert apportion_grids([53, 24, 23], 7, "dhondt") == [4, 2, 1]
    assert apportion_grids([53, 24, 23], 7, "hamilton") == [4, 2, 1]


def edited(plan, mosaic, weights, *moves):
    edits = {
        "format": "gridmerge-edits/1",
        "moves": [dict(zip(("face", "from", "to"), m, strict=True)) for m in moves],
    }
    return apply_edits(plan, mosaic, weights, edits)


@pytest.fixture
def strip():
    mosaic, weights, township = square_mosaic([[100, 100, 100, 100], [100, 100, 100, 100]])
    sizes = QUICK.model_copy(update={"target": 400.0})
    return mosaic, weights, divide_township(mosaic, weights, township, sizes)


def test_edits_move_faces_and_sums(strip):
    mosaic, weights, plan = strip
    west, east = "510311104201001", "510311104201002"
    after, refused = edited(plan, mosaic, weights, ("f0001", west, east))
    assert refused == []
    assert after.grids.set_index("grid_code")["households"].to_dict() == {west: 300.0, east: 500.0}
    assert after.grids["area_m2"].sum() == pytest.approx(plan.grids["area_m2"].sum())
    assert shapely.coverage_is_valid(after.grids.geometry.values)
    assert isinstance(after.grids, gpd.GeoDataFrame) and list(after.grids.columns) == list(
        plan.grids.columns
    )


def test_edits_that_break_a_rule_are_refused_with_the_reason(strip):
    mosaic, weights, plan = strip
    west, east = "510311104201001", "510311104201002"
    after, refused = edited(
        plan, mosaic, weights,
        ("f0000", west, east), ("nobody", west, east), ("f0003", west, east), ("f0103", east, "x"),
    )  # fmt: skip
    assert_frame_equal(after.faces, plan.faces)
    said = [r.reason.en for r in refused]
    assert said[0] == "the face is not part of this plan"
    assert "lies in grid 510311104201002, not in 510311104201001" in said[1]
    assert said[2] == "grid x is not part of this plan"
    assert "would no longer be in one piece" in said[3]


def test_a_move_that_breaks_a_grid_takes_no_other_with_it(strip):
    mosaic, weights, plan = strip
    west, east = "510311104201001", "510311104201002"
    grid = plan.faces.set_index("face_id")["grid_code"]
    assert grid[["f0000", "f0001", "f0100", "f0101"]].eq(west).all()
    after, refused = edited(plan, mosaic, weights, ("f0000", west, east), ("f0001", west, east))
    assert refused == [] and (after.grids.geom_type == "Polygon").all()
    after, refused = edited(plan, mosaic, weights, ("f0000", west, east), ("f0101", west, east))
    assert [r.face for r in refused] == ["f0000"]
    assert after.faces.set_index("face_id")["grid_code"][["f0000", "f0101"]].tolist() == [
        west,
        east,
    ]


def test_edits_of_another_format_stop(strip):
    mosaic, weights, plan = strip
    with pytest.raises(InputError, match="gridmerge-edits/1"):
        apply_edits(replace(plan), mosaic, weights, {"moves": []})


def test_three_plans_none_beaten_in_everything(town):
    plans, table = make_alternatives(*town, QUICK)
    assert "most_compact" in plans or "most_even" in plans
    assert list(table["plan"]) == list(plans)
    figures = table[
        ["share_in_range", "max_over_mean", "inner_line_m", "agreement", "kept_share"]
    ].to_numpy(float)
    figures = figures * [1, -1, -1, 1, 1]
    for i, one in enumerate(figures):
        assert not any(
            (other >= one).all() and (other > one).any()
            for j, other in enumerate(figures)
            if j != i
        )
    if {"most_compact", "most_even"} <= set(plans):
        rows = table.set_index("plan")
        assert rows.loc["most_compact", "inner_line_m"] <= rows.loc["most_even", "inner_line_m"]


def test_measuring_a_plan_again_gives_what_forming_it_gave(town, plan):
    mosaic, weights, _ = town
    again = recompute_metrics(plan, mosaic, weights, set(plan.grids["grid_code"]))
    assert plan.figures["share_in_range"] == 1.0
    once, twice = (_numbers(p.figures) for p in (plan, again))
    assert twice == pytest.approx(once, abs=2e-6)
    assert again.findings == plan.findings


def test_the_price_of_changes_is_measured_again_after_edits(strip, tmp_path):
    mosaic, weights, first = strip
    west, east = "510311104201001", "510311104201002"
    _, _, township = square_mosaic([[100, 100, 100, 100], [100, 100, 100, 100]])
    sizes = first.sizes.model_copy(update={"previous": saved(first, tmp_path)})
    plan = divide_township(mosaic, weights, township, sizes)
    assert plan.figures["villages"]["510311104201"]["terms"]["changes"] == 0
    after, _ = edited(plan, mosaic, weights, ("f0001", west, east))
    village = after.figures["villages"]["510311104201"]
    assert village["terms"]["changes"] == pytest.approx(sizes.steady * (1 / 8 + 1e-3 / 8))
    assert village["objective"] == pytest.approx(sum(village["terms"].values()), abs=3e-6)
    back, _ = edited(after, mosaic, weights, ("f0001", east, west))
    assert (
        back.figures["villages"]["510311104201"]["terms"]
        == plan.figures["villages"]["510311104201"]["terms"]
    )


def test_measuring_a_mended_plan_again_gives_the_price_that_mending_it_had(town, plan, tmp_path):
    mosaic, _, township = town
    values = households(town)
    values[(mosaic.faces["zone"] == "").to_numpy()] *= np.linspace(
        0.3, 1.9, int((mosaic.faces["zone"] == "").sum())
    )
    other = weights_of(mosaic.faces, values)
    mended = divide_township(
        mosaic, other, township, QUICK.model_copy(update={"previous": saved(plan, tmp_path)})
    )
    assert sum(v["terms"]["changes"] for v in mended.figures["villages"].values()) > 0
    again = recompute_metrics(mended, mosaic, other, set(mended.grids["grid_code"]))
    assert _numbers(again.figures) == pytest.approx(_numbers(mended.figures), abs=2e-6)


def _numbers(figures):
    """The figures that faces decide, flat."""
    own = {
        k: v for k, v in figures.items() if isinstance(v, (int, float)) and k != "optimality_gap"
    }
    for code, village in figures["villages"].items():
        own |= {f"{code} {k}": v for k, v in village["terms"].items()}
        own |= {f"{code} {k}": float(village[k]) for k in ("objective", "bound", "feasible")}
    return own | {"kept": figures["codes"]["kept_share"]}


def test_figures_are_true_after_edits_and_a_grid_out_of_range_is_told(strip):
    mosaic, weights, plan = strip
    west, east = "510311104201001", "510311104201002"
    after, refused = edited(plan, mosaic, weights, ("f0001", west, east), ("f0101", west, east))
    assert not refused and plan.figures["share_in_range"] == 1.0
    assert after.figures["share_in_range"] == 0.5
    assert after.figures["workload_max_over_mean"] == pytest.approx(1.5)
    village = after.figures["villages"]["510311104201"]
    assert village["edited"] == 2 and not village["feasible"] and not village["proven"]
    assert village["terms"]["uneven"] == pytest.approx(QUICK.even * 0.5)
    assert [(f.kind, f.measure) for f in after.findings] == [("grid_edited_out", 600.0)]
    back, _ = edited(after, mosaic, weights, ("f0001", east, west), ("f0101", east, west))
    assert back.findings == () and back.figures["share_in_range"] == 1.0


def test_an_edited_plan_joins_the_comparison_under_its_own_name(strip):
    mosaic, weights, plan = strip
    _, _, township = square_mosaic([[100, 100, 100, 100], [100, 100, 100, 100]])
    sizes = QUICK.model_copy(update={"target": 400.0})
    after, _ = edited(plan, mosaic, weights, ("f0001", "510311104201001", "510311104201002"))
    plans, table = make_alternatives(mosaic, weights, township, sizes, edited=after)
    assert list(table["plan"])[-1] == "edited" and plans["edited"] is after
    assert table["max_over_mean"].iloc[-1] == pytest.approx(1.25)


def test_from_sixty_to_sixty_three_grids_nine_in_ten_households_keep_their_code(tmp_path):
    town = town_mosaic(draw_town(seed=1))
    sizes = QUICK.model_copy(update={"headcount": 60, "min": 50.0, "effort": 1000.0})
    first = divide_township(*town, sizes)
    assert (first.grids["grid_type"] == "comprehensive").sum() == 60
    more = sizes.model_copy(update={"headcount": 63, "previous": saved(first, tmp_path)})
    again = divide_township(*town, more)
    assert (again.grids["grid_type"] == "comprehensive").sum() == 63
    assert again.figures["codes"]["kept_share"] >= 0.92


def test_an_earlier_plan_holds_where_faces_are_locked_too(town, plan, tmp_path):
    grid = plan.grids.loc[plan.grids["grid_type"] == "comprehensive", "grid_code"].iloc[2]
    one, other = plan.faces.loc[plan.faces["grid_code"] == grid, "face_id"].iloc[:2]
    locks = with_locks(tmp_path, f"face,{one},甲", f"face,{other},甲")
    again = divide_township(
        *town, QUICK.model_copy(update={"previous": saved(plan, tmp_path), "locks": locks})
    )
    assert_frame_equal(again.faces, plan.faces)


def kinds_of(plan):
    return [finding.kind for finding in plan.findings]


@pytest.fixture
def eight(tmp_path):
    """A village of eight squares a row, three grids of it, and how to build it again."""
    mosaic, weights, township = square_mosaic(np.full((3, 8), 50.0))
    sizes = QUICK.model_copy(update={"target": 400.0, "min": 250.0, "max": 500.0})
    first = divide_township(mosaic, weights, township, sizes)
    assert len(first.grids) == 3

    def again(*locks, **more):
        files = {
            "previous": saved(first, tmp_path),
            "locks": with_locks(tmp_path, *locks) if locks else None,
        }
        return divide_township(
            mosaic, weights, township, sizes.model_copy(update={**files, **more})
        )

    return first, again


def test_a_lock_against_the_earlier_plan_is_told_once_and_changes_little(eight):
    first, again = eight
    old = first.faces.set_index("face_id")["grid_code"]
    a, b = (old.index[old == code][0] for code in first.grids["grid_code"][:2])
    after = again(f"face,{a},甲", f"face,{b},甲")
    now = after.faces.set_index("face_id")["grid_code"]
    assert now[a] == now[b]
    (told,) = [f for f in after.findings if f.kind == "earlier_not_kept"]
    assert told.measure == (now != old).sum() <= 8
    lay = sorted((old[a], old[b]))
    assert f"须在同一网格（甲）的最小面，旧方案分属 {'、'.join(lay)}" in told.message("zh")
    assert f"faces that must share a grid (甲) lay in {', '.join(lay)}" in told.message("en")
    village = after.figures["villages"]["510311104201"]
    assert village["objective"] == pytest.approx(sum(village["terms"].values()), abs=3e-6)
    assert village["terms"]["changes"] > 0 and after.figures["codes"]["kept_share"] >= 2 / 3


def test_faces_of_one_earlier_grid_locked_apart_are_told_too(eight):
    first, again = eight
    grid = first.grids["grid_code"].iloc[0]
    a, b, *_ = first.faces.loc[first.faces["grid_code"] == grid, "face_id"]
    after = again(f"face,{a},甲", f"face,{b},乙", f"apart,{a},{b}")
    assert kinds_of(after).count("earlier_not_kept") == 1
    (told,) = [f for f in after.findings if f.kind == "earlier_not_kept"]
    assert f"faces that must not share a grid (乙, 甲) all lay in {grid}" in told.message("en")
    now = after.faces.set_index("face_id")["grid_code"]
    assert now[a] != now[b]


def test_measuring_again_knows_the_price_of_what_locks_changed(town, plan, tmp_path):
    mosaic, weights, _ = town
    grid = plan.faces.set_index("face_id")["grid_code"]
    inner = mosaic.borders.merge(
        mosaic.faces[["face_id", "zone"]], left_on="face_a", right_on="face_id"
    )
    inner = inner.loc[(inner["zone"] == "") & inner["face_b"].map(grid).str[-3:].lt("800")]
    row = inner.loc[inner["face_a"].map(grid) != inner["face_b"].map(grid)].iloc[0]
    locks = with_locks(tmp_path, f"face,{row['face_a']},甲", f"face,{row['face_b']},甲")
    after = divide_township(
        *town, QUICK.model_copy(update={"previous": saved(plan, tmp_path), "locks": locks})
    )
    assert "earlier_not_kept" in kinds_of(after) and after.figures["codes"]["kept_share"] > 0.9
    again = recompute_metrics(after, mosaic, weights, set(after.grids["grid_code"]))
    assert _numbers(again.figures) == pytest.approx(_numbers(after.figures), abs=2e-6)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["together,f0000,f0001", "apart,f0000,f0001"], "f0000 and f0001 must not share a grid"),
        (
            ["together,f0000,f0001", "face,f0000,甲", "face,f0001,乙"],
            "f0000 and f0001 must share a grid",
        ),
        (
            ["together,f0000,f0102", "face,f0000,甲", "face,f0102,乙"],
            "f0000 and f0102 must share a grid",
        ),
        (
            ["together,f0000,f0002"],
            "f0000 and f0002 must share a grid, and other locks, an exclusive zone",
        ),
    ],
)
def test_locks_that_cannot_all_hold_name_two_faces(tmp_path, rows, said):
    zones = {(0, 2): "special/学校"} if len(rows) == 1 else {}
    with pytest.raises(PlanError, match=said):
        divide_township(
            *square_mosaic(np.full((3, 4), 60.0), zones=zones),
            QUICK.model_copy(update={"locks": with_locks(tmp_path, *rows)}),
        )


def test_two_faces_kept_apart_make_two_grids_of_a_village_for_one(tmp_path):
    locks = with_locks(tmp_path, "apart,f0000,f0001")
    plan = divide_township(
        *square_mosaic([[100, 100, 100]]), QUICK.model_copy(update={"locks": locks})
    )
    assert len(plan.grids) == 2 and kinds_of(plan)


@pytest.mark.parametrize(("number", "made"), [(9, 4), (1, 2)])
def test_a_number_of_grids_that_cannot_be_had_is_told(tmp_path, number, made):
    locks = with_locks(tmp_path, "face,f0000,甲", "face,f0001,乙") if made == 2 else None
    sizes = QUICK.model_copy(update={"number": {"青石村": number}, "locks": locks})
    plan = divide_township(*square_mosaic([[100, 100, 100, 100]]), sizes)
    assert len(plan.grids) == made
    (told,) = [f for f in plan.findings if f.kind == "grid_number_unmet"]
    assert told.measure == made and f"was to have {number} grids and has {made}" in told.message(
        "en"
    )


def test_a_locked_grid_out_of_range_says_so(eight):
    first, again = eight
    after = again("village,青石村,", min=405.0, max=410.0, target=407.0)
    assert_frame_equal(after.faces, first.faces)
    assert kinds_of(after) == ["grid_locked"] * 3
    assert not after.figures["villages"]["510311104201"]["feasible"]


def test_a_locked_grid_that_todays_faces_tear_stays_in_one_piece(tmp_path):
    mosaic, weights, township = square_mosaic([[100, 100, 100, 100], [100, 100, 100, 100]])
    sizes = QUICK.model_copy(update={"target": 400.0, "previous": str(tmp_path / "gridmerge.gpkg")})
    west, east = "510311104201001", "510311104201002"
    # a square in the east that the earlier plan gave to the west
    far = shapely.box(500_300, 200, 500_400, 300)
    halves = [
        shapely.box(500_000, 100, 500_200, 300),
        shapely.box(500_200, 100, 500_400, 300).difference(far),
    ]
    earlier = gpd.GeoDataFrame(
        {"grid_code": [west, east], "grid_type": "comprehensive", "village_code": west[:12]},
        geometry=[shapely.union_all([halves[0], far]), halves[1]],
        crs=mosaic.faces.crs,
    )
    earlier.to_file(tmp_path / "gridmerge.gpkg", layer="grids", driver="GPKG")
    locks = with_locks(tmp_path, f"grid,{west},")
    after = divide_township(mosaic, weights, township, sizes.model_copy(update={"locks": locks}))
    assert (after.grids.geom_type == "Polygon").all()
    assert after.faces.set_index("face_id")["grid_code"].to_dict()["f0003"] == east


def test_codes_of_a_village_that_is_gone_are_retired_with_whoever_has_its_land(tmp_path):
    first = divide_township(*square_mosaic(np.full((2, 4), 100.0), code="510311104202"), QUICK)
    here = square_mosaic(np.full((2, 4), 100.0))
    both = first.grids.assign(geometry=first.grids.translate(300, 0))
    own = divide_township(*here, QUICK).grids
    pd.concat([both, own]).to_file(tmp_path / "gridmerge.gpkg", layer="grids", driver="GPKG")
    after = divide_township(
        *here, QUICK.model_copy(update={"previous": str(tmp_path / "gridmerge.gpkg")})
    )
    (told,) = [f for f in after.findings if f.kind == "earlier_village_gone"]
    assert (told.measure, dict(told.blanks)["code"]) == (len(first.grids), "510311104202")
    retired = after.figures["codes"]["retired"]
    assert set(retired) == set(first.grids["grid_code"])
    west = retired[first.grids["grid_code"].iloc[0]]
    assert west and set(west) <= set(own["grid_code"])


def test_land_that_went_to_a_new_village_has_its_heir_there(tmp_path):
    old, new = "510311104201", "510311104299"
    first = divide_township(
        *square_mosaic([[100, 100, 100, 100], [100, 100, 100, 100]]),
        QUICK.model_copy(update={"target": 400.0}),
    )
    west = square_mosaic([[100, 100], [100, 100]], code=new)
    east = square_mosaic(
        [[0, 0, 100, 100], [0, 0, 100, 100]], gaps=((0, 0), (0, 1), (1, 0), (1, 1)), code=old
    )
    mosaic, weights, township = east
    faces = pd.concat([east[0].faces, west[0].faces], ignore_index=True)
    borders = pd.concat([east[0].borders, west[0].borders], ignore_index=True)
    villages = pd.concat(
        [township.villages, west[2].villages.assign(village_name="新设村")], ignore_index=True
    )
    after = divide_township(
        replace(mosaic, faces=faces, borders=borders),
        replace(weights, faces=pd.concat([east[1].faces, west[1].faces], ignore_index=True)),
        replace(township, villages=villages),
        QUICK.model_copy(update={"target": 400.0, "previous": saved(first, tmp_path)}),
    )
    assert after.grids["grid_code"].tolist() == [f"{old}002", f"{new}001"]
    assert after.figures["codes"]["retired"] == {f"{old}001": [f"{new}001"]}
    assert "earlier_village_gone" not in kinds_of(after)
