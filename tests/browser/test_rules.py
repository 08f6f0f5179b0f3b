"""The page's rules of moving land are the build's own: what the meeting may do, the build accepts, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gridmerge.districting import apply_edits, divide_township
from gridmerge.products.map import MapData
from tests.products.naive import naive_build


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """A plan that `divide_township` has measured, since edits are measured against it; small grids, so that much can be moved."""
    build = naive_build(tmp_path_factory.mktemp("project"))
    sizes = build.plan.sizes.model_copy(
        update={"target": 60.0, "min": 20.0, "max": 200.0, "effort": 50.0}
    )
    plan = divide_township(build.mosaic, build.weights, build.township, sizes)
    return replace(build, plan=plan, assignment=None, roster=None)


@pytest.fixture(scope="module")
def moves(build):
    """Every face into every grid of its own village and into one of another."""
    villages = dict(
        zip(build.plan.grids["grid_code"], build.plan.grids["village_code"], strict=True)
    )
    out = []
    faces = build.plan.faces.merge(
        build.mosaic.faces[["face_id", "village_code"]], on="face_id"
    ).iloc[::3]
    for face, grid, village in zip(
        faces["face_id"], faces["grid_code"], faces["village_code"], strict=True
    ):
        inside = [code for code, where in villages.items() if where == village and code != grid]
        outside = next(code for code, where in villages.items() if where != village)
        out += [(face, grid, to) for to in (*inside, outside)]
    return out


def test_page_and_build_refuse_the_same_moves(meet, build, moves):
    meeting = meet(MapData.from_build(build))
    said = meeting.page.evaluate(
        "moves => moves.map(move => window.gridmerge.refusal(move[0], move[2]))", moves
    )
    judged = []
    for face, grid, to in moves:
        edits = {"format": "gridmerge-edits/1", "moves": [{"face": face, "from": grid, "to": to}]}
        judged.append(bool(apply_edits(build.plan, build.mosaic, build.weights, edits)[1]))
    assert [bool(why) for why in said] == judged
    assert 0 < sum(judged) < len(judged)


def test_what_the_meeting_saved_gives_the_plan_it_saw(meet, build, tmp_path):
    meeting = meet(MapData.from_build(build))
    made = meeting.page.evaluate(
        "() => window.gridmerge.lawfulMoves(8).filter(move => !window.gridmerge.move(move.face, move.to)).length"
    )
    assert made > 2
    meeting.page.click("[data-tab=edit]")
    with meeting.page.expect_download() as waiting:
        meeting.page.click("#gm-download")
    waiting.value.save_as(tmp_path / "edits.json")
    edits = json.loads((tmp_path / "edits.json").read_text("utf-8"))
    plan, refused = apply_edits(build.plan, build.mosaic, build.weights, edits)
    assert refused == []
    seen = meeting.page.evaluate(
        "ids => ids.map(id => window.gridmerge.gridOf(id))", list(plan.faces["face_id"])
    )
    assert seen == list(plan.faces["grid_code"])
    assert seen != list(build.plan.faces["grid_code"])
