from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

from gridmerge.cli import main
from gridmerge.errors import OutputError, PlanError
from gridmerge.model import STAND_IN_COLUMNS
from gridmerge.products.data import csv_tables
from gridmerge.services.departure import amend_for_departure
from gridmerge.staffing import assign_members
from tests import little


@pytest.fixture
def out(tmp_path: Path) -> Path:
    people = [{"geometry": shapely.Point(100 * n + 50, 50)} for n in range(4)]
    leader = {"kind": "leader", "village_code": little.village_code(0)}
    plan = little.plan(4, 1, [1.0, 2.0, 2.0, 0.5])
    got = assign_members(plan, little.roster([*people, leader]), little.township(4, 1))
    for name, columns, frame in (
        ("assignments.csv", csv_tables.ASSIGNMENT_COLUMNS, got.assignments),
        ("members.csv", csv_tables.MEMBER_COLUMNS, got.members),
        ("standins.csv", STAND_IN_COLUMNS, got.stand_ins),
    ):
        csv_tables.write_csv(tmp_path / name, columns, csv_tables.to_records(frame))
    return tmp_path


def read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(
        folder / name, dtype={"grid_code": str, "member_id": str}, encoding="utf-8-sig"
    )


def test_only_the_grids_of_who_leaves_change_hands(out: Path) -> None:
    amend_for_departure("M000", out)
    before, after = read(out, "assignments.csv"), read(out / "leave-M000", "assignments.csv")
    kept = before[before["member_id"] != "M000"]
    assert after.merge(kept, how="left", indicator=True).query("_merge == 'left_only'")[
        "duty"
    ].tolist() == ["stand_in"]
    assert after["load"].sum() == pytest.approx(before["load"].sum())
    members = read(out / "leave-M000", "members.csv").set_index("member_id")
    assert "M000" not in members.index
    assert members.loc["M003", ["load", "grids"]].tolist() == [1.5, 2]
    assert members.loc["M003", "km_from_home"] == pytest.approx((0 + 0.3) / 2)
    by_member = after.groupby("member_id")["load"].sum()
    assert members["load"].to_dict() == pytest.approx(by_member.to_dict())


def test_who_would_have_too_much_is_told_in_words(out: Path) -> None:
    cover = amend_for_departure("M000", out)
    assert (
        cover["over_limit"].tolist()
        == read(out, "standins.csv").query("member_id == 'M000'")["over_limit"].tolist()
    )
    told = CliRunner().invoke(main, ["leave", "M000", str(out), "--lang", "zh"])
    assert told.exit_code == 0
    assert "超负荷" in told.output.splitlines()[0]
    assert told.output.splitlines()[2].endswith("是" if cover["over_limit"].iloc[0] else "否")


def test_who_cannot_leave_is_one_sentence(out: Path, tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="there is no member M999 in this build"):
        amend_for_departure("M999", out)
    with pytest.raises(
        PlanError,
        match=r"if M004 leaves, nobody can take over the grids .*; add members to the roster",
    ):
        amend_for_departure("M004", out)
    with pytest.raises(
        OutputError, match=r"has no usable assignments\.csv; run gridmerge build first"
    ):
        amend_for_departure("M000", tmp_path / "nowhere")
