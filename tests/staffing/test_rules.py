from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gridmerge.config.settings import Staffing
from gridmerge.errors import PlanError
from gridmerge.staffing import assign_members, find_current_holders
from gridmerge.workload import weigh_faces
from gridmerge.workload.crosswalk import build_crosswalk
from tests import little
from tests.staffing.test_assign import TOWN, loads, rosters

PLAN = little.plan(4, 3)
CODES = PLAN.grids["grid_code"].tolist()


@settings(max_examples=30, deadline=None)
@given(rosters, loads, st.randoms(use_true_random=False))
def test_pins_and_exclusions_are_never_broken_and_no_work_is_lost(people, workload, random) -> None:
    plan = little.plan(4, 3, workload)
    workers = [n for n, p in enumerate(people) if p["kind"] != "leader"]
    assume(workers)
    pinned, shut = random.choice(workers), random.choice(workers)
    full = [n for n in workers if people[n]["kind"] == "full_time"] or workers
    assume(set(full) - {shut} or len(full) * 2 < 12)
    assume(len(workers) > 1)
    rules = Staffing(
        pin={f"M{pinned:03d}": (CODES[0],)},
        exclude={f"M{shut:03d}": tuple(code for code in CODES[6:])},
    )
    try:
        got = assign_members(plan, little.roster(people), TOWN, rules)
    except PlanError as error:
        assert "nobody may take the grids" in str(error)
        return
    pairs = set(zip(got.assignments["grid_code"], got.assignments["member_id"], strict=True))
    assert (CODES[0], f"M{pinned:03d}") in pairs
    assert not any((code, f"M{shut:03d}") in pairs for code in CODES[6:])
    by_grid = got.assignments.groupby("grid_code")["load"].sum()
    assert by_grid.to_numpy() == pytest.approx(plan.grids["workload"].to_numpy(), abs=1e-6)
    assert got.figures["bound"] <= got.figures["max_load_per_capacity"] * (1 + 1e-6)


def test_members_keep_to_their_village_and_its_price_is_told() -> None:
    plan = little.plan(2, 2, [3.0, 1.0, 3.0, 1.0])
    people = [{"village_code": little.village_code(n // 2)} for n in range(4)] + [{}]
    got = assign_members(plan, little.roster(people), TOWN, Staffing(own_village=True))
    village = got.assignments["grid_code"].str[:12]
    own = got.assignments["member_id"].map(
        {f"M{n:03d}": little.village_code(n // 2) for n in range(4)}
    )
    # who is of no village goes where work is heaviest
    assert (village == own.fillna(little.village_code(0))).all()
    fewer = assign_members(plan, little.roster(people[:3]), TOWN, Staffing(own_village=True))
    assert fewer.figures["price_of_rules"] == 0
    worse = assign_members(
        plan, little.roster([people[0], *people[2:4]]), TOWN, Staffing(own_village=True)
    )
    assert worse.figures["max_load_per_capacity"] == pytest.approx(6)
    assert worse.figures["price_of_rules"] > 0.9
    (finding,) = worse.findings
    assert "heavier" in finding.message("en")


def test_rules_that_leave_nobody_say_so() -> None:
    people = [{"village_code": little.village_code(0)}] * 2
    with pytest.raises(PlanError, match=r"own_village = true, but the villages .* have no member"):
        assign_members(PLAN, little.roster(people), TOWN, Staffing(own_village=True))
    far = [{"geometry": shapely.Point(0, 0)}] * 12
    with pytest.raises(
        PlanError, match=r"nobody may take the grids .*; relax the rules or add members"
    ):
        assign_members(PLAN, little.roster(far), TOWN, Staffing(max_km=0.2))
    with pytest.raises(
        PlanError, match="pin names 999, M777: neither a member of the roster nor a grid"
    ):
        assign_members(PLAN, little.roster(far), TOWN, Staffing(pin={"M777": ("999",)}))


def test_nobody_goes_farther_than_the_limit() -> None:
    rng = np.random.default_rng(5)
    people = [{"geometry": shapely.Point(*rng.uniform(0, [400, 300]))} for _ in range(14)]
    got = assign_members(PLAN, little.roster(people), TOWN, Staffing(max_km=0.25))
    homes = little.roster(people).members.set_index("member_id").geometry
    places = PLAN.grids.set_index("grid_code").geometry.centroid
    rows = got.assignments
    way = shapely.distance(
        homes.loc[rows["member_id"]].to_numpy(), places.loc[rows["grid_code"]].to_numpy()
    )
    assert way.max() <= 250


def test_the_present_holders_stay_where_evenness_allows() -> None:
    shuffled = [3, 1, 0, 2]
    squares = little.squares(4, 1)
    layer = little.layer("police", squares)
    names = [f"成员{n}" for n in shuffled]
    layer = type(layer)(**{**vars(layer), "frame": layer.frame.assign(holder=names)})
    plan = little.plan(4, 1)
    # by distance each would take the own
    people = [{"geometry": shapely.Point(100 * n + 50, 50)} for n in range(4)]
    roster = little.roster(people)
    table = build_crosswalk([layer], plan, weigh_faces(little.mosaic(4, 1), [], TOWN))
    present = find_current_holders(plan, roster, table, [layer])
    got = assign_members(plan, roster, TOWN, present=present)
    assert got.assignments["member_id"].tolist() == [f"M{n:03d}" for n in shuffled]
    assert (got.figures["held_before"], got.figures["changes"]) == (4, 0)
    assert assign_members(plan, roster, TOWN).assignments["member_id"].tolist() == [
        "M000",
        "M001",
        "M002",
        "M003",
    ]


def test_an_earlier_plan_counts_more_than_what_departments_say() -> None:
    plan = little.plan(2, 1)
    codes = plan.grids["grid_code"]
    earlier = pd.DataFrame(
        {"grid_code": codes, "member_id": ["M001", "M000"], "duty": "full_time", "load": 1.0}
    )
    nothing = pd.DataFrame(columns=["layer", "source_id"])
    present = find_current_holders(plan, little.roster([{}, {}]), nothing, [], earlier)
    assert present.to_numpy().tolist() == [[codes[0], "M001", 1.0], [codes[1], "M000", 1.0]]


@settings(max_examples=30, deadline=None)
@given(rosters, loads, st.randoms(use_true_random=False))
def test_split_work_comes_within_the_slack_of_the_mean(people, workload, random) -> None:
    plan, roster = little.plan(4, 3, workload), little.roster(people)
    got = assign_members(plan, roster, TOWN, Staffing(split=True))
    assert got.figures["bound"] == pytest.approx(got.figures["mean_load_per_capacity"], rel=1e-6)
    assert got.figures["max_load_per_capacity"] <= got.figures["bound"] * 1.0201
    assert got.assignments.groupby("grid_code")["load"].sum().to_numpy() == pytest.approx(
        plan.grids["workload"].to_numpy(), abs=1e-6
    )
    order = list(range(len(people)))
    random.shuffle(order)
    other = type(roster)(members=roster.members.iloc[order], source=roster.source)
    pd.testing.assert_frame_equal(
        got.assignments, assign_members(plan, other, TOWN, Staffing(split=True)).assignments
    )


def test_a_grid_with_hardly_any_work_is_taken_along() -> None:
    plan = little.plan(4, 1, [1.0, 0.05, 1.0, 2.0])
    people = [{"geometry": shapely.Point(x, 50)} for x in (50, 250, 350, 350)]
    got = assign_members(plan, little.roster(people), TOWN)
    assert (
        got.assignments["member_id"].tolist().count("M000")
        + got.assignments["member_id"].tolist().count("M001")
        == 3
    )
    # not 2, as with nobody for two grids
    assert got.figures["max_load_per_capacity"] == pytest.approx(1.05)
    assert got.figures["gap"] == pytest.approx(0.05)


def test_skills_are_met_where_ways_are_alike_and_what_is_missing_is_said() -> None:
    plan = little.plan(3, 1)
    codes = plan.grids["grid_code"]
    needs = {codes[0]: ("消防",), codes[2][:12]: ("急救",)}
    people = [{}, {}, {"departments": "消防、应急"}]
    got = assign_members(plan, little.roster(people), TOWN, Staffing(needs=needs))
    assert (
        dict(zip(got.assignments["grid_code"], got.assignments["member_id"], strict=True))[codes[0]]
        == "M002"
    )
    assert (got.figures["grids_with_needs"], got.figures["needs_met"]) == (2, 1)
    assert [finding.kind for finding in got.findings] == ["skill_short"]
    assert codes[2] in got.findings[0].message("zh")
    with pytest.raises(PlanError, match="needs names 999: neither a grid nor a village"):
        assign_members(plan, little.roster(people), TOWN, Staffing(needs={"999": ("消防",)}))


def test_a_leader_or_an_adviser_can_be_pinned_too() -> None:
    plan = little.plan(2, 1)
    codes = plan.grids["grid_code"].tolist()
    people = [{}, {}, {"kind": "leader", "village_code": codes[0][:12]}, {"kind": "adviser"}]
    got = assign_members(
        plan, little.roster(people), TOWN, Staffing(pin={"M002": (codes[1],), "M003": (codes[1],)})
    )
    rows = got.assignments.groupby("member_id")["grid_code"].agg(list)
    assert rows["M002"] == codes  # the own village's, and the one pinned
    assert rows["M003"] == [codes[1]]
    assert (
        got.assignments.loc[got.assignments["member_id"].isin(["M002", "M003"]), "load"].sum() == 0
    )


@settings(max_examples=25, deadline=None)
@given(rosters, loads)
def test_no_cover_plan_breaks_a_rule(people, workload) -> None:
    plan = little.plan(4, 3, workload)
    rules = Staffing(own_village=True, exclude={"M000": tuple(CODES[:4])})
    try:
        got = assign_members(plan, little.roster(people), TOWN, rules)
    except PlanError:
        return
    home = {row.member_id: row.village_code for row in little.roster(people).members.itertuples()}
    for row in got.stand_ins[got.stand_ins["stand_in_id"] != ""].itertuples():
        assert home[row.stand_in_id] in ("", row.grid_code[:12])
        assert not (row.stand_in_id == "M000" and row.grid_code in CODES[:4])


def test_the_price_of_rules_that_tie_is_told_beside_work_that_may_be_split_as_well() -> None:
    plan = little.plan(2, 1)
    shut = Staffing(exclude={"M001": tuple(plan.grids["grid_code"])})
    got = assign_members(plan, little.roster([{}, {}]), TOWN, shut)
    assert got.figures["price_of_rules"] == pytest.approx(1.0)
    assert got.figures["split"]
    assert [finding.kind for finding in got.findings] == ["member_without_grid", "rules_price"]
