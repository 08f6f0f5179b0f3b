"""A mistake planted in each room stops the build: the promise is named, nothing is written, the earlier results stay whole."""

from __future__ import annotations

import importlib
import shutil
from dataclasses import replace

import pandas as pd
import pytest
import shapely
from shapely.affinity import translate

from gridmerge import pipeline
from gridmerge.errors import PromiseError
from gridmerge.findings import make_finding
from gridmerge.invariants import gate, raise_leaks
from gridmerge.model import Note
from gridmerge.overlay import add_village_nodes
from gridmerge.products.redaction import redact_build

# its package has a function of that name
publish_files = importlib.import_module("gridmerge.products.publication")


# the rooms in their order, as the pipeline names them
ROOMS = (
    "load_inputs",
    "overlay_layers",
    "weigh_faces",
    "divide_township",
    "measure_sensitivity",
    "build_crosswalk",
    "staff_plan",
)
WHOLE = {room: getattr(pipeline, room) for room in ROOMS}


@pytest.fixture
def project(built_town, tmp_path):
    return shutil.copytree(built_town, tmp_path / "copy")


def contents(folder):
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def rooms(built_town):
    """What each room of a right build hands on, by the name under which the pipeline calls it."""
    handed = {}

    def keep(room):
        whole = getattr(pipeline, room)

        def kept(*args, **options):
            return handed.setdefault(room, whole(*args, **options))

        return kept

    with pytest.MonkeyPatch.context() as patch:
        for room in ROOMS:
            patch.setattr(pipeline, room, keep(room))
        pipeline.build(built_town)
    return handed


@pytest.fixture
def rooms_before(monkeypatch, rooms):
    """Let the rooms hand on what they did in the right build, which takes most of the time."""
    for room, made in rooms.items():
        monkeypatch.setattr(pipeline, room, lambda *_, made=made, **__: made)


@pytest.fixture
def rooms_built(project, rooms_before):
    return pipeline.build(project)


def after(monkeypatch, room, change):
    """Let a room hand on what `change` makes of its result; those after it work on that."""
    whole = getattr(pipeline, room)
    for later in ROOMS[ROOMS.index(room) + 1 :]:
        monkeypatch.setattr(pipeline, later, WHOLE[later])
    monkeypatch.setattr(pipeline, room, lambda *args, **options: change(whole(*args, **options)))


def stopped(project):
    before = contents(project / "out")
    with pytest.raises(PromiseError) as told:
        pipeline.build(project, project / "out")
    assert contents(project / "out") == before
    assert "Nothing was written" in told.value.in_("en")
    assert "没有写出任何文件" in told.value.in_("zh")
    return told.value.in_("en")


def with_grids(plan, **columns):
    return replace(plan, grids=plan.grids.assign(**columns))


def moved_by_300_m(plan):
    shapes = plan.grids.geometry.to_numpy().copy()
    shapes[0] = translate(shapes[0], 300, 0)
    return replace(plan, grids=plan.grids.set_geometry(shapes, crs=plan.grids.crs))


def moved_by_a_metre_at_one_vertex(plan):
    shapes = plan.grids.geometry.to_numpy().copy()
    xy = shapely.get_coordinates(shapes[0])
    xy[[0, -1]] += 1.0
    shapes[0] = shapely.Polygon(xy)
    return replace(plan, grids=plan.grids.set_geometry(shapes, crs=plan.grids.crs))


def grid_dropped(plan):
    return replace(plan, grids=plan.grids.iloc[1:].reset_index(drop=True))


def code_twice(plan):
    codes = plan.grids["grid_code"].to_numpy().copy()
    codes[1] = codes[0]
    return with_grids(plan, grid_code=codes)


def areas_of_hectares(plan):
    return with_grids(plan, area_m2=plan.grids["area_m2"] / 1e4)


def two_villages_in_a_grid(plan):
    """The last grid of the first village takes in the first grid of the second."""
    grids = plan.grids
    east = grids.index[grids["village_code"] == grids["village_code"].iloc[-1]][0]
    taker, taken = grids["grid_code"].iloc[east - 1], grids["grid_code"].iloc[east]
    shapes = grids.geometry.to_numpy().copy()
    shapes[east - 1] = shapely.union_all(shapes[[east - 1, east]])
    rows = grids.set_geometry(shapes, crs=grids.crs).drop(index=east).reset_index(drop=True)
    faces = plan.faces.assign(grid_code=plan.faces["grid_code"].replace(taken, taker))
    return replace(plan, grids=rows, faces=faces)


def torn(plan):
    """Corners of the first two grids change hands: each stays in its village, neither in one piece."""
    shapes = plan.grids.geometry.to_numpy().copy()
    west, south, _, _ = shapes[0].bounds
    _, _, east, north = shapes[1].bounds
    ours = shapely.intersection(shapes[0], shapely.box(west, south, west + 100, south + 100))
    theirs = shapely.intersection(shapes[1], shapely.box(east - 100, north - 100, east, north))
    shapes[0] = shapely.union_all([shapely.difference(shapes[0], ours), theirs])
    shapes[1] = shapely.union_all([shapely.difference(shapes[1], theirs), ours])
    return replace(plan, grids=plan.grids.set_geometry(shapes, crs=plan.grids.crs))


def face_forgotten(plan):
    return replace(plan, faces=plan.faces.iloc[1:].reset_index(drop=True))


def load_of_a_grid_changed(plan):
    values = plan.grids["households"].to_numpy(dtype=float).copy()
    values[0] += 10
    return with_grids(plan, households=values)


@pytest.mark.parametrize(
    ("change", "promise", "what"),
    [
        (moved_by_300_m, 1, "grids overlap or do not meet"),
        (moved_by_a_metre_at_one_vertex, 1, "grids united are not the land they should cover"),
        (grid_dropped, 1, "are not the land they should cover"),
        (code_twice, 1, "grids hold a code twice"),
        (areas_of_hectares, 1, "areas of grids are not those of their shapes"),
        (two_villages_in_a_grid, 1, "missing or too many|are not the land they should cover"),
        (torn, 1, "grids overlap or do not meet"),
        (face_forgotten, 1, "missing or too many|are not the land they should cover"),
        (load_of_a_grid_changed, 4, "households: faces do not sum to their grid"),
    ],
)
def test_a_plan_gone_wrong_stops_the_build(
    project, monkeypatch, rooms_before, change, promise, what
):
    after(monkeypatch, "divide_township", change)
    told = stopped(project)
    assert told.startswith(f"Promise {promise} does not hold: ")
    assert any(part in told for part in what.split("|")), told


def test_two_villages_in_a_grid_are_told_as_the_second_promise_too(
    project, monkeypatch, rooms_before
):
    said = []
    whole = gate.raise_violations
    monkeypatch.setattr(
        gate, "raise_violations", lambda failures: (said.extend(failures), whole(failures))
    )
    after(monkeypatch, "divide_township", two_villages_in_a_grid)
    stopped(project)
    second = [failure.text.en for failure in said if failure.promise == 2]
    assert any("faces of another village" in text for text in second)
    assert any("lie outside their village" in text for text in second)


def face_dropped(mosaic):
    """A face is gone, and what hangs on it is left."""
    return replace(mosaic, faces=mosaic.faces.iloc[1:].reset_index(drop=True))


def face_of_another_village(mosaic):
    codes = mosaic.faces["village_code"].to_numpy().copy()
    codes[codes == codes.min()] = codes.max()
    return replace(mosaic, faces=mosaic.faces.assign(village_code=codes))


def face_twice(mosaic):
    return replace(
        mosaic, faces=pd.concat([mosaic.faces, mosaic.faces.iloc[:1]], ignore_index=True)
    )


def areas_of_feet(mosaic):
    return replace(mosaic, faces=mosaic.faces.assign(area_m2=mosaic.faces["area_m2"] * 10.76))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (face_dropped, "villages united are not the land they should cover"),
        (face_of_another_village, "villages overlap or do not meet"),
        (face_twice, "faces hold a code twice"),
        (areas_of_feet, "areas of faces are not those of their shapes"),
    ],
)
def test_faces_gone_wrong_stop_the_build(project, monkeypatch, rooms_before, change, what):
    after(monkeypatch, "overlay_layers", change)
    told = stopped(project)
    assert told.startswith("Promise 1 does not hold: ")
    assert what in told


def test_a_membership_of_nothing_stops_the_build(project, monkeypatch, rooms_before):
    def invent(mosaic):
        return replace(mosaic, memberships=mosaic.memberships.assign(source_id="nobody"))

    after(monkeypatch, "overlay_layers", invent)
    assert "memberships name grids that fire does not have: nobody" in stopped(project)


def doubled(weights):
    names = [*weights.names, "workload"]
    return replace(
        weights, faces=weights.faces.assign(**{name: 2 * weights.faces[name] for name in names})
    )


def face_unweighed(weights):
    return replace(weights, faces=weights.faces.iloc[1:].reset_index(drop=True))


def moved_between_faces(weights):
    values = weights.faces["households"].to_numpy(dtype=float).copy()
    values[0], values[-1] = values[0] + 50, values[-1] - 50
    return replace(weights, faces=weights.faces.assign(households=values))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (face_unweighed, "faces without a workload"),
        (doubled, "households: the input sums to 800, the grids to 1600"),
        (moved_between_faces, "grids do not hold the points that lie in them"),
    ],
)
def test_work_gone_wrong_stops_the_build(project, monkeypatch, rooms_before, change, what):
    after(monkeypatch, "weigh_faces", change)
    told = stopped(project)
    assert told.startswith("Promise 4 does not hold: ")
    assert what in told


def source_left_out(table):
    return table[table["source_id"] != "F2"].reset_index(drop=True)


def source_left_out_of_one_grid(table):
    return table.drop(index=table.index[table["source_id"] == "F2"][0]).reset_index(drop=True)


def areas_doubled(table):
    return table.assign(area_m2=2 * table["area_m2"])


def shares_of_another_grid(table):
    return table.assign(share_of_grid=table["share_of_grid"] * 0.9)


def sent_to_no_grid(table):
    return table.assign(grid_code="000")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (source_left_out, "shares of fire do not sum to its share inside the township: F2"),
        (
            source_left_out_of_one_grid,
            "shares of fire do not sum to its share inside the township: F2",
        ),
        (areas_doubled, "shares of fire in the crosswalk are wrong"),
        (shares_of_another_grid, "shares of fire in the crosswalk are wrong"),
        (sent_to_no_grid, "the crosswalk names grids that are not there: 000"),
    ],
)
def test_a_crosswalk_gone_wrong_stops_the_build(project, monkeypatch, rooms_before, change, what):
    after(monkeypatch, "build_crosswalk", change)
    told = stopped(project)
    assert told.startswith("Promise 3 does not hold: ")
    assert what in told


def test_a_source_neither_in_the_crosswalk_nor_in_the_findings_stops_the_build(
    project, monkeypatch, rooms_before
):
    after(monkeypatch, "build_crosswalk", source_left_out)
    monkeypatch.setattr(pipeline, "report_left_out", lambda *_: ())
    assert "grids of fire are neither in the crosswalk nor in the findings: F2" in stopped(project)


def member_without_a_row(assignment):
    first = assignment.assignments["member_id"].iloc[0]
    return replace(
        assignment, assignments=assignment.assignments[assignment.assignments["member_id"] != first]
    )


def member_of_nobody(assignment):
    return replace(assignment, assignments=assignment.assignments.assign(member_id="X"))


def load_changed(assignment):
    return replace(
        assignment,
        assignments=assignment.assignments.assign(load=assignment.assignments["load"] + 0.1),
    )


def members_load_changed(assignment):
    return replace(assignment, members=assignment.members.assign(load=0.0))


def member_forgotten(assignment):
    return replace(assignment, members=assignment.members.iloc[1:])


def loads_doubled(assignment):
    """Tables that agree with each other, and not with the work."""
    members = assignment.members
    each = members.assign(
        load=2 * members["load"], load_per_capacity=2 * members["load_per_capacity"]
    )
    rows = assignment.assignments.assign(load=2 * assignment.assignments["load"])
    return replace(assignment, assignments=rows, members=each)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (member_without_a_row, "grids without a member|loads are not what the assignments say"),
        (member_of_nobody, "assignments name grids or members that are not there: X"),
        (load_changed, "members' loads are not what the assignments say"),
        (members_load_changed, "members' loads are not what the assignments say"),
        (member_forgotten, "members.csv is not the roster: M1"),
        (loads_doubled, "the loads of a grid's members do not sum to its workload"),
    ],
)
def test_staffing_gone_wrong_stops_the_build(project, monkeypatch, rooms_before, change, what):
    after(monkeypatch, "staff_plan", change)
    told = stopped(project)
    assert told.startswith("Promise 5 does not hold: ")
    assert any(part in told for part in what.split("|"))


def test_a_phone_left_unmasked_stops_the_writing(project, monkeypatch, rooms_before):
    monkeypatch.setattr(publish_files, "redact_build", lambda build: build)
    told = stopped(project)
    assert told.startswith("Promise 8 does not hold: roster holds an unmasked phone (138…)")
    assert "13800000001" not in told


def name_of_a_grid(build, words):
    return replace(build, plan=with_grids(build.plan, grid_name=words))


def name_of_a_village(build, words):
    villages = build.township.villages.assign(village_name=words)
    return replace(build, township=replace(build.township, villages=villages))


def name_of_the_township(build, words):
    return replace(build, township=replace(build.township, name=words))


def holder_of_a_departments_grid(build, words):
    first = build.layers[0]
    told = replace(first, frame=first.frame.assign(holder=words))
    return replace(build, layers=(told, *build.layers[1:]))


def blank_of_a_finding(build, words):
    told = make_finding("edits_other_build", file=words)
    return replace(build, findings=(*build.findings, told))


def note_of_a_meeting(build, words):
    note = Note(lon=105.0, lat=29.0, text=words, by="")
    return replace(build, meeting=replace(build.meeting, notes=(note,)))


def name_of_a_member(build, words):
    members = build.assignment.members.assign(name=words)
    return replace(build, assignment=replace(build.assignment, members=members))


def duty_of_a_grid(build, words):
    codes = build.plan.grids["grid_code"].iloc[:1].to_numpy()
    return replace(build, duties=pd.DataFrame({"grid_code": codes, "holder": words}))


PLACES_OF_WORDS = {
    name_of_a_grid: "grids",
    name_of_a_village: "villages",
    name_of_the_township: "project",
    holder_of_a_departments_grid: "layer_fire",
    blank_of_a_finding: "findings.csv",
    note_of_a_meeting: "meeting.csv",
    name_of_a_member: "members.csv",
    duty_of_a_grid: "duties.csv",
}
SECRETS = {
    "王五13912345678": "an unmasked phone",
    "王五 １３９１２３４５６７８": "an unmasked phone",
    "王五 11010519491231002X": "an ID number",
}


@pytest.mark.parametrize("words", SECRETS)
@pytest.mark.parametrize("place", PLACES_OF_WORDS, ids=lambda place: place.__name__)
def test_secrets_that_nobody_took_out_stop_the_writing(
    project, monkeypatch, rooms_before, place, words
):
    whole = publish_files.redact_build
    monkeypatch.setattr(publish_files, "redact_build", lambda build: place(whole(build), words))
    assert f"{PLACES_OF_WORDS[place]} holds {SECRETS[words]}" in stopped(project)


@pytest.mark.parametrize("words", SECRETS)
@pytest.mark.parametrize("place", PLACES_OF_WORDS, ids=lambda place: place.__name__)
def test_secrets_that_a_room_hands_on_are_taken_out(rooms_built, place, words):
    shown = redact_build(place(rooms_built, words))
    raise_leaks(shown)


def test_phones_may_stand_whole_where_the_project_says_so(project):
    file = project / "gridmerge.toml"
    file.write_text(file.read_text("utf-8") + '\n[publish]\ncontacts = "full"\n', "utf-8")
    pipeline.build(project, project / "out")
    assert "13800000001" in (project / "out" / "grids.geojson").read_text("utf-8")


def test_villages_are_written_with_the_vertices_of_their_grids(project):
    built = pipeline.build(project)
    villages = built.township.villages.set_index("village_code").geometry
    for code, grids in built.plan.grids.groupby("village_code"):
        united = shapely.coverage_union_all(grids.geometry.to_numpy())
        assert shapely.area(shapely.symmetric_difference(united, villages[code])) == 0.0
        assert abs(united.area - villages[code].area) < 1e-6
        ends = {tuple(xy) for xy in shapely.get_coordinates(villages[code])}
        rim = {tuple(xy) for xy in shapely.get_coordinates(united)}
        assert rim == ends


def test_villages_without_the_vertices_of_their_grids_stop_the_build(
    project, monkeypatch, rooms_before
):
    monkeypatch.setattr(pipeline, "add_village_nodes", lambda township, mosaic: township)
    told = stopped(project)
    assert (
        "Promise 2 does not hold: the lines of villages do not have the vertices of their grids"
        in told
    )


def test_with_nodes_keeps_a_village_that_has_no_face(project):
    built = pipeline.build(project)
    code = built.township.villages["village_code"].iloc[0]
    rest = built.mosaic.faces[built.mosaic.faces["village_code"] != code]
    kept = add_village_nodes(built.township, replace(built.mosaic, faces=rest))
    assert kept.villages.geometry.iloc[0].equals(built.township.villages.geometry.iloc[0])
