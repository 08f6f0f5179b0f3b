"""People whose land did not change stay where they are, whatever their duty."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmerge.config.settings import Staffing
from gridmerge.staffing import Incumbents, assign_members, find_settled_grids
from tests import little

TOWN = little.township(4, 3)
KINDS = ["full_time", "part_time", "adviser", "other", "leader"]
people_of = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(KINDS),
            "capacity": st.sampled_from([0.5, 1.0, 2.0]),
            "village_code": st.sampled_from(["", *map(little.village_code, range(4))]),
        }
    ),
    min_size=1,
    max_size=25,
)
works = st.lists(st.floats(0.1, 5.0), min_size=12, max_size=12)


def follow(before, plan, roster, settled, rules=None):
    incumbents = Incumbents(
        postings=before.assignments, settled=frozenset(settled), stand_ins=before.stand_ins
    )
    return assign_members(plan, roster, TOWN, rules, None, incumbents)


def posts(assignment, codes=None):
    rows = assignment.assignments
    rows = rows if codes is None else rows[rows["grid_code"].isin(codes)]
    return set(zip(rows["grid_code"], rows["member_id"], rows["duty"], strict=True))


def codes_of(plan, column):
    return set(
        plan.grids.loc[plan.grids["village_code"] == little.village_code(column), "grid_code"]
    )


@settings(max_examples=15, deadline=None)
@given(people_of, works, st.integers(0, 11), st.integers(0, 11), st.floats(0.0, 1.0))
def test_a_move_of_work_posts_nobody_anew(people, workload, giver, taker, share) -> None:
    people = [{"kind": "full_time", "capacity": 1.0, "village_code": ""}, *people]
    roster, plan = little.roster(people), little.plan(4, 3, workload)
    seen = assign_members(plan, roster, TOWN)
    moved = list(workload)
    moved[giver] -= share * workload[giver]
    moved[taker] += share * workload[giver]
    after = little.plan(4, 3, moved)
    got = follow(seen, after, roster, after.grids["grid_code"])
    assert posts(got) == posts(seen)
    sums = got.assignments.groupby("grid_code")["load"].sum()
    assert sums.to_numpy() == pytest.approx(after.grids["workload"].to_numpy(), abs=1e-6)
    assert (got.assignments["load"] >= 0).all()


@settings(max_examples=15, deadline=None)
@given(people_of, works, st.floats(1.5, 4.0), st.booleans())
def test_more_work_in_one_village_posts_nobody_anew_in_the_others(
    people, workload, factor, split
) -> None:
    people = [{"kind": "full_time", "capacity": 1.0, "village_code": ""}, *people]
    rules = Staffing(split=split)
    roster, plan = little.roster(people), little.plan(4, 3, workload)
    seen = assign_members(plan, roster, TOWN, rules)
    grown = [work * factor if at % 4 == 0 else work for at, work in enumerate(workload)]
    after = little.plan(4, 3, grown)
    settled = find_settled_grids(_with_areas(after), _with_areas(plan))
    others = set(plan.grids["grid_code"]) - codes_of(plan, 0)
    assert settled == others
    got = follow(seen, after, roster, settled, rules)
    assert posts(got, others) == posts(seen, others)
    assert set(got.assignments["grid_code"]) == set(after.grids["grid_code"])


def _with_areas(plan):
    return plan.grids.assign(area_m2=plan.grids.geometry.area)


def test_somebody_who_left_costs_only_the_own_village_its_postings() -> None:
    plan = little.plan(4, 3)
    people = [{"village_code": little.village_code(n % 4)} for n in range(12)]
    roster = little.roster(people)
    seen = assign_members(plan, roster, TOWN)
    gone = seen.assignments.iloc[0]["member_id"]
    left = type(roster)(
        members=roster.members[roster.members["member_id"] != gone], source=roster.source
    )
    got = follow(seen, plan, left, plan.grids["grid_code"])
    village = seen.assignments.iloc[0]["grid_code"][:-3]
    others = {code for code in plan.grids["grid_code"] if not code.startswith(village)}
    assert posts(got, others) == posts(seen, others)
    assert set(got.assignments["grid_code"]) == set(plan.grids["grid_code"])


def test_somebody_new_of_a_village_joins_there_and_moves_nobody_elsewhere() -> None:
    plan = little.plan(4, 3, [1.0] * 12)
    people = [{"village_code": little.village_code(n % 4)} for n in range(12)]
    seen = assign_members(plan, little.roster(people), TOWN)
    more = little.roster([*people, {"village_code": little.village_code(2)}])
    got = follow(seen, plan, more, plan.grids["grid_code"])
    others = set(plan.grids["grid_code"]) - codes_of(plan, 2)
    assert posts(got, others) == posts(seen, others)
    assert {code for code, who, _ in posts(got) if who == "M012"} <= codes_of(plan, 2)
    assert any(who == "M012" for _, who, _ in posts(got))


def test_a_pin_set_since_is_obeyed_and_touches_two_villages_only() -> None:
    plan = little.plan(4, 3)
    roster = little.roster([{"village_code": little.village_code(n % 4)} for n in range(12)])
    seen = assign_members(plan, roster, TOWN)
    who = next(member for code, member, _ in sorted(posts(seen)) if code in codes_of(plan, 0))
    target = sorted(codes_of(plan, 1))[0]
    got = follow(seen, plan, roster, plan.grids["grid_code"], Staffing(pin={who: (target,)}))
    assert (target, who, "full_time") in posts(got)
    others = codes_of(plan, 2) | codes_of(plan, 3)
    assert posts(got, others) == posts(seen, others)


def test_advisers_and_others_stay_and_a_new_grid_gets_an_adviser() -> None:
    plan = little.plan(4, 3)
    people = [{} for _ in range(12)] + [{"kind": "adviser"}, {"kind": "adviser"}, {"kind": "other"}]
    roster = little.roster(people)
    seen = assign_members(plan, roster, TOWN)
    new = sorted(plan.grids["grid_code"])[0]
    before = seen.assignments[seen.assignments["grid_code"] != new]
    got = follow(
        replace(seen, assignments=before),
        plan,
        roster,
        set(before["grid_code"]) - codes_of(plan, 0),
    )
    kept = {post for post in posts(seen) if post[2] in ("adviser", "other") and post[0] != new}
    assert kept <= posts(got)
    assert any(code == new and duty == "adviser" for code, _, duty in posts(got))


def test_who_stands_in_for_whom_stays_where_no_post_changed() -> None:
    plan = little.plan(4, 3, [1.0] * 12)
    roster = little.roster([{"village_code": little.village_code(n % 4)} for n in range(14)])
    seen = assign_members(plan, roster, TOWN)
    after = little.plan(4, 3, [1.0, 3.0] + [1.0] * 10)
    got = follow(seen, after, roster, after.grids["grid_code"])
    heavier = after.grids.loc[after.grids["workload"] > 2, "grid_code"]
    touched = set(seen.assignments.loc[seen.assignments["grid_code"].isin(heavier), "member_id"])
    columns = ["member_id", "grid_code", "stand_in_id", "load"]
    one, two = (
        c.stand_ins.loc[~c.stand_ins["member_id"].isin(touched), columns] for c in (seen, got)
    )
    assert len(one) > 8
    pd.testing.assert_frame_equal(one.reset_index(drop=True), two.reset_index(drop=True))


def test_a_village_counts_as_touched_when_a_code_work_or_land_differs() -> None:
    before = _with_areas(little.plan(4, 3, [1.0] * 12))
    assert find_settled_grids(before, before) == frozenset(before["grid_code"])
    others = frozenset(before["grid_code"]) - codes_of(little.plan(4, 3), 0)
    first = before["grid_code"] == min(before["grid_code"])
    assert (
        find_settled_grids(before.assign(workload=before["workload"] + 0.1 * first), before)
        == others
    )
    assert (
        find_settled_grids(before.assign(area_m2=before["area_m2"] * (1 - 0.1 * first)), before)
        == others
    )
    assert find_settled_grids(before[~first], before) == others
    assert find_settled_grids(before, before[~first]) == others
