"""Duties without load, and the staffing pattern."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gridmerge.config.settings import Staffing
from gridmerge.staffing import assign_members
from gridmerge.staffing.team_assignment import bound_whole_grids, form_teams
from gridmerge.staffing.team_problem import TeamProblem
from tests import little
from tests.staffing.test_assign import TOWN, loads

kinds = st.sampled_from(["full_time", "part_time", "leader", "adviser", "other"])
person = st.fixed_dictionaries(
    {
        "kind": kinds,
        "village_code": st.sampled_from(
            ["", *(little.village_code(column) for column in range(4))]
        ),
        "geometry": st.builds(shapely.Point, st.integers(0, 400), st.integers(0, 300)),
    }
)
rosters = st.lists(person, max_size=14).map(lambda people: [*people, {}, {"kind": "part_time"}])
patterns = st.sampled_from(["default", "1+3+N"])


@settings(max_examples=40, deadline=None)
@given(rosters, loads, patterns, st.integers(0, 11))
def test_exclusions_bind_every_duty_and_support_has_no_load(
    people, workload, pattern, shut
) -> None:
    plan = little.plan(4, 3, workload)
    code = plan.grids["grid_code"][shut]
    barred = [
        f"M{n:03d}"
        for n, one in enumerate(people)
        if one.get("kind") not in (None, "full_time", "part_time")
    ]
    rules = Staffing(pattern=pattern, exclude=dict.fromkeys(barred, (code,)))
    got = assign_members(plan, little.roster(people), TOWN, rules)
    rows = got.assignments
    support = rows[rows["duty"].isin(["leader", "adviser", "other"])]
    assert code not in support["grid_code"].tolist()
    assert (support["load"] == 0).all()
    assert not rows.duplicated(["grid_code", "member_id"]).any()
    by_grid = rows.groupby("grid_code")["load"].sum()
    assert by_grid.to_numpy() == pytest.approx(plan.grids["workload"].to_numpy(), abs=1e-9)
    village = {f"M{n:03d}": one.get("village_code", "") for n, one in enumerate(people)}
    homes = support["member_id"].map(village)
    assert ((homes == "") | (homes == support["grid_code"].str[:12])).all()
    assert (support.loc[support["duty"] == "other", "member_id"].value_counts() == 1).all()


@settings(max_examples=20, deadline=None)
@given(loads, st.integers(0, 14), st.integers(12, 14))
def test_the_pattern_spreads_part_timers(workload, part, full) -> None:
    plan = little.plan(4, 3, workload)
    people = [{}] * full + [{"kind": "part_time"}] * part
    rows = assign_members(plan, little.roster(people), TOWN, Staffing(pattern="1+3+N")).assignments
    assert rows.loc[rows["duty"] == "part_time", "grid_code"].nunique() == min(part, 12)
    assert rows.loc[rows["duty"] == "full_time", "grid_code"].nunique() == 12


def test_what_the_pattern_misses_is_said() -> None:
    people = [{"geometry": shapely.Point(10, 10)}] * 12
    people += [{"kind": "adviser"}, {"kind": "leader", "village_code": little.village_code(0)}]
    got = assign_members(little.plan(4, 3), little.roster(people), TOWN, Staffing(pattern="1+3+N"))
    said = {f.message("en").split(" a ")[1].split(" that ")[0]: f.measure for f in got.findings}
    assert said == {"leader": 9, "part-time": 12}
    assert any("个网格还缺兼职网格员" in f.message("zh") for f in got.findings)
    assert (got.assignments["duty"] == "adviser").sum() == 12


def test_nobody_goes_too_far_whatever_the_duty() -> None:
    people = [{"geometry": shapely.Point(100 * n + 50, 150)} for n in range(4)] * 2
    people += [{"kind": kind, "geometry": shapely.Point(50, 150)} for kind in ("adviser", "other")]
    got = assign_members(little.plan(4, 3), little.roster(people), TOWN, Staffing(max_km=0.18))
    advised = got.assignments.loc[got.assignments["duty"] == "adviser", "grid_code"]
    assert set(advised.str[:12]) == {little.village_code(0), little.village_code(1)}


@example([4, 9], 3, [1.0], 0.75)  # at some level a grid is more than any team could carry
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=2, max_size=6),
    st.integers(1, 4),
    st.lists(st.sampled_from([0.5, 1.0]), min_size=1, max_size=3),
    st.sampled_from([0.75, 1.0]),
)
def test_no_teams_at_all_beat_the_bound(work, mains, helping, capacity) -> None:
    task = TeamProblem(
        work=np.array(work, dtype=float),
        capacity=np.full(mains, capacity),
        helping=np.array(helping),
        cost=np.zeros((mains, len(work))),
        help_cost=np.zeros((len(helping), len(work))),
    )
    best = np.inf
    for leads in itertools.product(range(mains), repeat=len(helping)):
        means = task.capacity + np.bincount(leads, weights=task.helping, minlength=mains)
        owners = np.array(list(itertools.product(range(mains), repeat=len(work))))
        load = np.stack(
            [(task.work * (owners == member)).sum(axis=1) for member in range(mains)], axis=1
        )
        best = min(best, float((load / means).max(axis=1).min()))
    assert bound_whole_grids(task) <= best * (1 + 1e-9)
    teams, bound = form_teams(task, 0.0)
    assert bound <= best * (1 + 1e-6)
    assert float(teams.levels(task).max()) >= best * (1 - 1e-9)
