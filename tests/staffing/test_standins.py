from __future__ import annotations

import pandas as pd
import pytest
import shapely
from hypothesis import given, settings

from gridmerge.staffing import assign_members
from tests import little
from tests.staffing.test_assign import TOWN, loads, rosters


def at(x: float) -> dict[str, object]:
    return {"geometry": shapely.Point(x, 50)}


def test_the_nearest_who_stays_within_the_limit_stands_in() -> None:
    plan = little.plan(4, 1, [1.0, 2.0, 2.0, 0.5])
    got = assign_members(plan, little.roster([at(50), at(150), at(250), at(350)]), TOWN)
    table = got.stand_ins.set_index("member_id")
    # M001 would be nearest to grid 1, but only M003 stays within the heaviest load of 2
    assert table.loc["M000", ["stand_in_id", "load_per_capacity", "over_limit"]].tolist() == [
        "M003",
        1.5,
        False,
    ]
    assert table.loc["M001", ["stand_in_id", "load_per_capacity", "over_limit"]].tolist() == [
        "M003",
        2.5,
        True,
    ]


def test_those_already_on_the_grid_take_up_the_work_by_capacity() -> None:
    got = assign_members(
        little.plan(1, 1, [4.0]), little.roster([{}, {}, {"capacity": 2.0}]), little.township(1, 1)
    )
    table = got.stand_ins[got.stand_ins["member_id"] == "M000"]
    assert table[["stand_in_id", "load"]].to_numpy().tolist() == [
        ["M001", pytest.approx(1 / 3)],
        ["M002", pytest.approx(2 / 3)],
    ]


def test_a_leaders_grids_go_to_another_leader_and_a_last_one_has_nobody() -> None:
    leaders = [{"kind": "leader", "village_code": little.village_code(n)} for n in (0, 1)]
    plan = little.plan(2, 1)
    got = assign_members(plan, little.roster([{}, {}, *leaders]), TOWN)
    assert got.stand_ins.set_index("member_id").loc[
        "M002", ["stand_in_id", "duty", "load"]
    ].tolist() == [
        "M003",
        "leader",
        0,
    ]
    alone = assign_members(plan, little.roster([{}, {}, leaders[0]]), TOWN).stand_ins.set_index(
        "member_id"
    )
    assert alone.loc["M002", "stand_in_id"] == ""


@settings(max_examples=30, deadline=None)
@given(rosters, loads)
def test_a_cover_plan_hands_over_exactly_the_work_of_who_leaves(people, workload) -> None:
    got = assign_members(little.plan(4, 3, workload), little.roster(people), TOWN)
    assert set(got.stand_ins["member_id"]) == set(got.assignments["member_id"])
    keys = ["member_id", "grid_code"]
    given_up = got.assignments.groupby(keys)["load"].sum()
    taken = got.stand_ins.groupby(keys)["load"].sum()
    pd.testing.assert_series_equal(given_up, taken, check_exact=False, atol=1e-9)
    assert (got.stand_ins["member_id"] != got.stand_ins["stand_in_id"]).all()


def test_a_part_timer_on_the_grid_is_not_left_with_all_of_it() -> None:
    plan = little.plan(3, 1, [2.0, 0.5, 0.5])
    people = [
        at(50),
        at(150),
        at(250),
        {"kind": "part_time", "capacity": 0.5, "geometry": shapely.Point(50, 50)},
    ]
    got = assign_members(plan, little.roster(people), TOWN)
    cover = got.stand_ins[got.stand_ins["member_id"] == "M000"]
    # the helper would stand at 4.0; a neighbour takes it at 1.8
    assert cover["stand_in_id"].tolist() == ["M001"]
    assert cover["load_per_capacity"].tolist() == pytest.approx([0.5 + 4 / 3])
