"""Today beside the plan."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmerge.config.settings import Staffing
from gridmerge.errors import PlanError
from gridmerge.staffing import assign_members
from tests import little
from tests.staffing.test_assign import TOWN, loads, rosters


def test_the_present_state_is_reckoned_beside_the_plan() -> None:
    plan = little.plan(4, 1)
    codes = plan.grids["grid_code"]
    present = pd.DataFrame(
        {
            "grid_code": codes[[0, 1, 2, 2]],
            "member_id": ["M000", "M000", "M000", "M001"],
            "share": 0.5,
        }
    )
    got = assign_members(plan, little.roster([{}] * 4), TOWN, present=present).figures["present"]
    assert (got["before"]["grids"], got["after"]["grids"]) == (3, 4)
    assert (got["before"]["without_work"], got["after"]["without_work"]) == (2, 0)
    assert got["before"]["max_over_mean"] == pytest.approx(2.5)
    assert got["before"]["members"] == [2, 1, 0, 0, 0, 1]
    assert got["after"]["members"] == [0, 0, 0, 4, 0, 0]


def test_nobody_held_anything_so_nothing_is_compared() -> None:
    none = pd.DataFrame({"grid_code": [], "member_id": [], "share": []})
    assert (
        "present"
        not in assign_members(
            little.plan(2, 1), little.roster([{}, {}]), TOWN, present=none
        ).figures
    )
    assert "present" not in assign_members(little.plan(2, 1), little.roster([{}, {}]), TOWN).figures


rules = st.builds(
    Staffing,
    max_km=st.sampled_from([None, 0.25, 0.3]),
    own_village=st.booleans(),
    exclude=st.just({"M000": ("510311104200001",)}),
    pattern=st.sampled_from(["default", "1+3+N"]),
)


@settings(max_examples=25, deadline=None)
@given(rosters, loads, rules, st.randoms(use_true_random=False))
def test_rules_hold_whatever_the_order_of_rows(people, workload, rule, random) -> None:
    plan = little.plan(4, 3, workload)
    rule = rule.model_copy(update={"exclude": {"M000": (plan.grids["grid_code"][0],)}})
    roster = little.roster(people)
    order = list(range(len(people)))
    random.shuffle(order)
    other = type(roster)(members=roster.members.iloc[order], source=roster.source)
    try:
        got = assign_members(plan, roster, TOWN, rule)
    except PlanError as error:
        with pytest.raises(PlanError) as again:
            assign_members(plan, other, TOWN, rule)
        assert str(again.value) == str(error)
        return
    pd.testing.assert_frame_equal(
        got.assignments, assign_members(plan, other, TOWN, rule).assignments
    )
    rows = got.assignments.merge(
        roster.members[["member_id", "kind", "village_code", "geometry"]], on="member_id"
    )
    assert not (
        (rows["member_id"] == "M000") & (rows["grid_code"] == plan.grids["grid_code"][0])
    ).any()
    place = plan.grids.set_index("grid_code").geometry.centroid
    if rule.max_km:
        homed = rows[rows["geometry"].notna()]
        way = [
            shape.distance(place[code])
            for shape, code in zip(homed["geometry"], homed["grid_code"], strict=True)
        ]
        assert max(way, default=0) <= rule.max_km * 1000 + 1e-6
    if rule.own_village:
        tied = rows[rows["village_code"] != ""]
        assert (tied["village_code"] == tied["grid_code"].str[:12]).all()


@settings(max_examples=15, deadline=None)
@given(
    loads,
    st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=12, max_size=15),
    st.sampled_from([0.5, 1.0]),
)
def test_where_proven_an_added_member_never_worsens_the_maximum(
    workload, capacities, extra
) -> None:
    plan = little.plan(4, 3, workload)
    exact = Staffing(slack=0)
    people = [{"capacity": capacity} for capacity in capacities]
    fewer, more = (
        assign_members(plan, little.roster(p), TOWN, exact).figures
        for p in (people, [*people, {"capacity": extra}])
    )
    if fewer["gap"] < 1e-6 and more["gap"] < 1e-6:
        assert more["max_load_per_capacity"] <= fewer["max_load_per_capacity"] * (1 + 1e-5)


def test_the_picture_has_a_bar_for_everyone() -> None:
    plan = little.plan(3, 1, [1.0, 1.0, 4.0])
    present = pd.DataFrame(
        {"grid_code": plan.grids["grid_code"], "member_id": ["M000"] * 3, "share": 1.0}
    )
    states = assign_members(plan, little.roster([{}, {}, {}]), TOWN, present=present).figures[
        "present"
    ]
    assert states["before"]["levels"] == [3.0, 0.0, 0.0]
    assert states["after"]["levels"] == [2.0, 0.5, 0.5]
