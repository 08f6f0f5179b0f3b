from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmerge.errors import PlanError
from gridmerge.staffing import assign_members
from tests import little

TOWN = little.township(4, 3)


def test_as_many_members_as_grids_each_takes_the_nearest_when_all_are_alike() -> None:
    plan = little.plan(2, 1)
    people = [{"geometry": shapely.Point(190, 50)}, {"geometry": shapely.Point(10, 50)}]
    got = assign_members(plan, little.roster(people), TOWN)
    assert got.assignments.values.tolist() == [
        [plan.grids["grid_code"][0], "M001", "full_time", 1.0],
        [plan.grids["grid_code"][1], "M000", "full_time", 1.0],
    ]
    assert got.members["km_from_home"].tolist() == pytest.approx([0.04, 0.04])
    assert got.figures["gap"] == 0


def test_members_left_over_go_where_work_is_heaviest_and_share_by_capacity() -> None:
    plan = little.plan(2, 1, [3.0, 1.0])
    people = [{}, {}, {"kind": "part_time", "capacity": 0.5}]
    got = assign_members(plan, little.roster(people), TOWN)
    heavy = got.assignments[got.assignments["grid_code"] == plan.grids["grid_code"][0]]
    assert sorted(heavy["load"]) == pytest.approx([1.0, 2.0])
    assert got.figures["max_load_per_capacity"] == pytest.approx(2.0)
    assert got.figures["bound"] == pytest.approx(2.0)


def test_fewer_members_than_grids_get_several_grids_each_evenly() -> None:
    plan = little.plan(4, 1, [4.0, 3.0, 2.0, 1.0])
    got = assign_members(plan, little.roster([{}, {}]), TOWN)
    assert got.members["load"].tolist() == [5.0, 5.0]
    assert got.members["grids"].tolist() == [2, 2]
    assert got.figures["gap"] == 0


def test_part_timers_relieve_members_with_several_grids() -> None:
    plan = little.plan(4, 1, [1.0] * 4)
    got = assign_members(
        plan, little.roster([{}, {}, {"kind": "part_time"}, {"kind": "part_time"}]), TOWN
    )
    assert got.members["load_per_capacity"].tolist() == pytest.approx([1.0] * 4)


def test_leaders_lead_their_village_without_load() -> None:
    plan = little.plan(2, 2)
    people = [{} for _ in range(4)] + [{"kind": "leader", "village_code": little.village_code(1)}]
    got = assign_members(plan, little.roster(people), TOWN)
    led = got.assignments[got.assignments["duty"] == "leader"]
    assert led["member_id"].tolist() == ["M004", "M004"]
    assert led["grid_code"].str.startswith(little.village_code(1)).all()
    assert led["load"].tolist() == [0, 0]
    assert got.findings == ()


def test_where_there_are_only_leaders_they_carry_the_work() -> None:
    got = assign_members(little.plan(2, 1), little.roster([{"kind": "leader"}]), TOWN)
    assert got.assignments["load"].tolist() == [1.0, 1.0]
    assert got.assignments["duty"].unique().tolist() == ["leader"]


def test_a_leader_of_no_village_is_said() -> None:
    got = assign_members(
        little.plan(1, 1), little.roster([{}, {"kind": "leader", "village_code": "nowhere"}]), TOWN
    )
    assert [(f.kind, f.source_id) for f in got.findings] == [("member_without_grid", "M001")]
    assert np.isnan(got.members["km_from_home"][1])


def test_a_roster_nobody_can_be_taken_from_stops() -> None:
    with pytest.raises(PlanError, match="has nobody who can take work"):
        assign_members(little.plan(1, 1), little.roster([{"capacity": 0.0}]), TOWN)


def test_grids_without_work_are_staffed_all_the_same() -> None:
    got = assign_members(little.plan(3, 1, [0.0] * 3), little.roster([{}, {}, {}, {}]), TOWN)
    assert got.assignments["grid_code"].nunique() == 3
    assert got.figures["max_load_per_capacity"] == 0
    got = assign_members(little.plan(3, 1, [0.0] * 3), little.roster([{}]), TOWN)
    assert got.assignments["grid_code"].nunique() == 3


def test_members_alike_are_taken_in_the_order_of_their_ids() -> None:
    got = assign_members(little.plan(4, 1), little.roster([{}] * 4), TOWN)
    assert got.assignments["member_id"].tolist() == ["M000", "M001", "M002", "M003"]


def test_teams_are_as_even_as_whole_grids_allow_and_near() -> None:
    rng = np.random.default_rng(3)
    work = rng.gamma(10, 0.1, 48)
    plan = little.plan(8, 6, work)
    people = [{"geometry": shapely.Point(*rng.uniform(0, [800, 600]))} for _ in range(12)]
    got = assign_members(plan, little.roster(people), TOWN)
    assert got.figures["gap"] < 0.025  # two per cent are given up for nearness
    assert got.members["grids"].between(3, 5).all()
    assert got.members["km_from_home"].mean() < 0.25  # scattered at random it would be 0.39


person = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["full_time", "full_time", "part_time", "leader"]),
        "capacity": st.sampled_from([0.5, 1.0, 1.0, 2.0]),
        "village_code": st.sampled_from(
            ["", *(little.village_code(column) for column in range(4))]
        ),
        "geometry": st.one_of(
            st.none(), st.builds(shapely.Point, st.integers(0, 400), st.integers(0, 300))
        ),
    }
)
rosters = st.lists(person, min_size=1, max_size=16)
loads = st.lists(st.floats(0.01, 5).map(lambda value: round(value, 2)), min_size=12, max_size=12)


@settings(max_examples=60, deadline=None)
@given(rosters, loads)
def test_every_grid_is_staffed_and_no_work_is_lost(people, workload) -> None:
    plan = little.plan(4, 3, workload)
    got = assign_members(plan, little.roster(people), TOWN)
    rows = got.assignments
    assert not rows.duplicated(["grid_code", "member_id"]).any()
    by_grid = rows.groupby("grid_code")["load"].sum()
    assert by_grid.to_numpy() == pytest.approx(plan.grids["workload"].to_numpy(), abs=1e-9)
    by_member = (
        rows.groupby("member_id")["load"].sum().reindex(got.members["member_id"], fill_value=0)
    )
    assert by_member.to_numpy() == pytest.approx(got.members["load"].to_numpy())
    assert (rows["load"] >= 0).all()
    assert got.figures["bound"] <= got.members["load_per_capacity"].max() + 1e-9
    assert len(got.members) == len(people)
    workers = [p for p in people if p["kind"] != "leader"] or people
    if (
        sum(p["kind"] == "full_time" for p in workers) >= 6
    ):  # two grids each at most: then every grid has one
        assert rows.loc[rows["duty"] == "full_time", "grid_code"].nunique() == 12


@settings(max_examples=25, deadline=None)
@given(rosters, loads, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(people, workload, random) -> None:
    plan = little.plan(4, 3, workload)
    one = little.roster(people)
    order = list(range(len(people)))
    random.shuffle(order)
    other = type(one)(members=one.members.iloc[order], source=one.source)
    pd.testing.assert_frame_equal(
        assign_members(plan, one, TOWN).assignments, assign_members(plan, other, TOWN).assignments
    )


@settings(max_examples=25, deadline=None)
@given(loads, st.integers(12, 16))
def test_one_more_member_never_makes_the_heaviest_load_heavier(workload, count) -> None:
    plan = little.plan(4, 3, workload)
    fewer, more = (
        assign_members(plan, little.roster([{}] * n), TOWN).figures for n in (count, count + 1)
    )
    assert more["bound"] <= fewer["bound"] * (1 + 1e-6)
