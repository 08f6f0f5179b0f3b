"""Mistakes planted in a right result, one at a time: the promise that is broken is named; the right result breaks none."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.affinity import scale

from gridmerge import pipeline
from gridmerge.invariants import gate
from tests.small_project import write_small_project


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """What the gate of a right build holds when it has passed it."""
    passed = []
    whole = gate.Gate.staffed

    def kept(self, assignment):
        whole(self, assignment)
        passed.append(self._result)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate.Gate, "staffed", kept)
        pipeline.build(write_small_project(tmp_path_factory.mktemp("plants") / "town"))
    return passed[0]


def said(result):
    return [(one.promise, one.text.en) for one in gate.find_violations(result)]


def with_shapes(table: gpd.GeoDataFrame, shapes: np.ndarray) -> gpd.GeoDataFrame:
    return table.set_geometry(list(shapes), crs=table.crs)


def put(values: pd.Series, **rows: object) -> list[object]:
    """The values of a column with some of them replaced, by ``r0``, ``r1`` …"""
    out = list(values)
    for name, value in rows.items():
        out[int(name[1:])] = value
    return out


def swapped(values: pd.Series, one: int = 0, other: int = -1) -> list[object]:
    out = list(values)
    out[one], out[other] = out[other], out[one]
    assert out[one] != out[other]
    return out


# promise 1: the grids tile the villages
def hole(result):
    shapes = result.grids.geometry.to_numpy().copy()
    shapes[0] = shapely.difference(shapes[0], shapely.point_on_surface(shapes[0]).buffer(5.0))
    return replace(result, grids=with_shapes(result.grids, shapes))


def grown(result):
    shapes = result.grids.geometry.to_numpy().copy()
    shapes[0] = shapely.buffer(shapes[0], 0.5, join_style="mitre")
    return replace(result, grids=with_shapes(result.grids, shapes))


def shapes_swapped(result):
    """Two grids of a village change land, and nothing else."""
    shapes = result.grids.geometry.to_numpy().copy()
    shapes[[0, 1]] = shapes[[1, 0]]
    return replace(result, grids=with_shapes(result.grids, shapes))


def without_land(result):
    shapes = result.grids.geometry.to_numpy().copy()
    shapes[0] = shapely.Polygon()
    return replace(result, grids=with_shapes(result.grids, shapes))


def face_shrunk(result):
    shapes = result.faces.geometry.to_numpy().copy()
    shapes[0] = scale(shapes[0], 0.99, 0.99)
    return replace(result, faces=with_shapes(result.faces, shapes))


def area_missing(result):
    return replace(
        result, grids=result.grids.assign(area_m2=put(result.grids["area_m2"], r0=float("nan")))
    )


# promise 2: a grid lies in one village, in one piece
def grid_under_another_village(result):
    return replace(
        result, grids=result.grids.assign(village_code=swapped(result.grids["village_code"]))
    )


def two_pieces(result):
    """A face in the far corner of the village goes to its first grid, in the faces and in the shapes alike."""
    village = result.faces["village_code"].iloc[0]
    ours = result.grids.index[result.grids["village_code"] == village]
    taker, loser = ours[0], ours[-1]
    codes, shapes = result.grids["grid_code"], result.grids.geometry.to_numpy().copy()
    east, north = shapes[loser].bounds[2:]
    corner = shapely.box(east - 20, north - 20, east, north)
    moved = shapely.intersection(shapes[loser], corner)
    assert moved.area > 0 and not shapes[taker].intersects(moved)
    shapes[taker], shapes[loser] = shapes[taker].union(moved), shapes[loser].difference(moved)
    assert codes[taker] != codes[loser]
    return replace(result, grids=with_shapes(result.grids, shapes))


def village_renamed(result):
    codes = result.villages["village_code"].replace(
        result.villages["village_code"].iloc[0], "510311104299"
    )
    return replace(result, villages=result.villages.assign(village_code=codes))


# promise 3: every source went somewhere, with true shares
def share_rounded_to_nought(result):
    table = result.crosswalk
    return replace(
        result, crosswalk=table.assign(share_of_source=put(table["share_of_source"], r0=0.0))
    )


def share_missing(result):
    table = result.crosswalk
    return replace(
        result, crosswalk=table.assign(share_of_grid=put(table["share_of_grid"], r0=float("nan")))
    )


def area_without_end(result):
    table = result.crosswalk
    return replace(result, crosswalk=table.assign(area_m2=put(table["area_m2"], r0=float("inf"))))


def row_twice(result):
    return replace(
        result,
        crosswalk=pd.concat([result.crosswalk, result.crosswalk.iloc[:1]], ignore_index=True),
    )


def row_of_another_layer(result):
    other = {"fire": "police", "police": "fire"}
    return replace(
        result, crosswalk=result.crosswalk.assign(layer=result.crosswalk["layer"].map(other))
    )


def sent_to_land_it_does_not_reach(result):
    """A source whose land lies in the first village goes to a grid of the other, as large as its own."""
    table, grids = result.crosswalk, result.grids
    sizes = dict(zip(grids["grid_code"], grids.geometry.area, strict=True))
    far = grids["grid_code"].iloc[-1]
    row = table.index[table["grid_code"] == grids["grid_code"].iloc[0]][0]
    share = table.loc[row, "area_m2"] / sizes[far]
    changed = table.assign(
        grid_code=put(table["grid_code"], **{f"r{row}": far}),
        share_of_grid=put(table["share_of_grid"], **{f"r{row}": share}),
    )
    return replace(result, crosswalk=changed)


# promise 4: no work is lost and none is invented
def work_moved_between_grids(result):
    """Fifty households go from the last grid to the first, in faces and grids alike; every total is kept."""

    def moved(table):
        values = table["households"].to_numpy(dtype=float).copy()
        first, last = result.grids["grid_code"].iloc[[0, -1]]
        ours, theirs = (np.flatnonzero(table["grid_code"] == code)[0] for code in (first, last))
        values[ours], values[theirs] = values[ours] + 50, values[theirs] - 50
        return table.assign(households=values)

    return replace(result, faces=moved(result.faces), grids=moved(result.grids))


def work_missing(result):
    return replace(
        result,
        faces=result.faces.assign(households=put(result.faces["households"], r0=float("nan"))),
    )


def outside_forgotten(result):
    return replace(result, outside={"households": 40.0})


def workload_of_a_grid_halved(result):
    return replace(
        result, grids=result.grids.assign(workload=put(result.grids["workload"], r0=0.5))
    )


# promise 5: everybody's load is what the assignments say
def grid_given_to_another_member(result):
    """A row of the assignments names another member; what the members are said to carry stays."""
    rows = result.assignments
    other = next(one for one in result.members["member_id"] if one != rows["member_id"].iloc[0])
    return replace(result, assignments=rows.assign(member_id=put(rows["member_id"], r0=other)))


def load_missing(result):
    rows = result.assignments
    return replace(result, assignments=rows.assign(load=put(rows["load"], r0=float("nan"))))


def load_below_nought(result):
    """A second member of a grid is said to do less than nothing of it, and the first more than all."""
    rows, members = result.assignments.reset_index(drop=True), result.members
    mine, grid, full = rows.loc[0, ["member_id", "grid_code", "load"]]
    other = next(one for one in members["member_id"] if one != mine)
    held = set(rows.loc[rows["member_id"] == other, "grid_code"])
    added = pd.DataFrame([{**rows.iloc[0], "member_id": other, "load": -5.0}])
    more = pd.concat([rows.assign(load=put(rows["load"], r0=full + 5.0)), added], ignore_index=True)
    change = members["member_id"].map({mine: 5.0, other: -5.0}).fillna(0.0)
    load = members["load"] + change
    grids = members["grids"] + ((members["member_id"] == other) & (grid not in held)).astype(int)
    told = members.assign(load=load, grids=grids, load_per_capacity=load / members["capacity"])
    return replace(result, assignments=more, members=told)


def member_invented(result):
    more = pd.concat(
        [result.members, result.members.iloc[[0]].assign(member_id="M99")], ignore_index=True
    )
    return replace(result, members=more)


def grids_miscounted(result):
    return replace(result, members=result.members.assign(grids=result.members["grids"] + 1))


PLANTS = (
    (hole, 1, "grids united are not the land|grids overlap or do not meet"),
    (grown, 1, "grids overlap or do not meet"),
    (shapes_swapped, 1, "faces united are not the land"),
    (without_land, 1, "grids holds invalid shapes"),
    (face_shrunk, 1, "faces overlap or do not meet|faces united are not the land"),
    (area_missing, 1, "areas of grids are not those of their shapes"),
    (grid_under_another_village, 2, "grids hold faces of another village"),
    (two_pieces, 2, "grids are in more than one piece"),
    (village_renamed, 2, "grids lie outside their village"),
    (share_rounded_to_nought, 3, "shares of fire do not sum"),
    (share_missing, 3, "shares of fire in the crosswalk are wrong"),
    (area_without_end, 3, "shares of fire in the crosswalk are wrong"),
    (row_twice, 3, "shares of fire do not sum"),
    (row_of_another_layer, 3, "that fire does not have"),
    (
        sent_to_land_it_does_not_reach,
        3,
        "the crosswalk sends grids of fire to land they do not reach",
    ),
    (work_moved_between_grids, 4, "grids do not hold the points that lie in them"),
    (work_missing, 4, "households: the input sums to 800"),
    (outside_forgotten, 4, "the findings put 40 outside"),
    (workload_of_a_grid_halved, 4, "workload: faces do not sum to their grid"),
    (grid_given_to_another_member, 5, "members' loads are not what the assignments say"),
    (load_missing, 5, "members' loads are not what the assignments say"),
    (load_below_nought, 5, "loads below nought"),
    (member_invented, 5, "members.csv is not the roster: M99"),
    (grids_miscounted, 5, "members' loads are not what the assignments say"),
)


def test_the_right_result_breaks_no_promise(result):
    assert said(result) == []


@pytest.mark.parametrize(
    ("plant", "promise", "what"), PLANTS, ids=lambda one: getattr(one, "__name__", None)
)
def test_a_planted_mistake_is_named(result, plant, promise, what):
    texts = [text for number, text in said(plant(result)) if number == promise]
    assert any(part in text for text in texts for part in what.split("|")), texts
