"""The table that `check` prints."""

from __future__ import annotations

from gridmerge.cli.tally import list_remedies, tally_findings
from gridmerge.findings import make_finding


def test_many_overlaps_of_one_layer_are_one_row_with_their_area():
    findings = [
        make_finding("self_overlap", layer="fire", source_id=f"A{i}", measure=i, other="B")
        for i in range(1, 37)
    ]
    rows = tally_findings([*findings, make_finding("no_workload")], {"fire": "消防救援"}, "zh")
    assert [row[:4] for row in rows] == [
        ["提醒", "消防救援", "36", "666 m²"],
        ["说明", "", "1", ""],
    ]
    assert "A36" in rows[0][4] and "消防救援" in rows[0][4], "the largest stands for the rest"
    assert rows[0][5] == "self_overlap"


def test_percentages_are_not_added_up():
    twice = [
        make_finding("geometry_repaired", layer="fire", source_id=str(i), measure=40)
        for i in range(2)
    ]
    (row,) = tally_findings(twice, {}, "en")
    assert row[1:4] == ["fire", "2", ""]


def test_what_to_do_is_said_once_a_kind_worst_first():
    findings = [
        make_finding("self_overlap", layer=key, source_id="A", measure=200, other="B")
        for key in ("fire", "party")
    ]
    told = list_remedies(
        [
            make_finding("no_workload"),
            *findings,
            make_finding("layer_off_township", layer="gas", measure=3),
        ],
        "zh",
    )
    assert [code for code, _ in told] == ["layer_off_township", "self_overlap", "no_workload"]
    assert "请部门核定归属" in dict(told)["self_overlap"]
