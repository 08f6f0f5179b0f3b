"""A check of the data never costs the run: needles in every role, and failures planted operation by operation."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridmerge.clean import clean_layer, clean_township
from gridmerge.clean.topology.guarded_checks import run_guarded
from gridmerge.config.settings import LayerSpec
from gridmerge.geo.geos import StubbornError
from tests.clean.conftest import CRS, ORIGIN, box, kinds, raw, settings, village_frame

X, Y = ORIGIN
NEEDLES = {
    "spike": shapely.Polygon([(X + 100, Y + 100), (X + 900, Y + 100), (X + 100, Y + 100 + 1e-9)]),
    "sliver": shapely.Polygon(
        [(X + 10, Y + 10), (X + 60, Y + 90), (X + 60 + 1e-7, Y + 90), (X + 10, Y + 10)]
    ),
    "repeated": shapely.Polygon(
        [(X + 5, Y + 5)] * 3 + [(X + 9, Y + 5)] * 3 + [(X + 9, Y + 9)] * 2 + [(X + 5, Y + 5)]
    ),
    "bow-tie": shapely.Polygon([(X, Y), (X + 90, Y + 90), (X + 90, Y), (X, Y + 90)]),
    "collapsing": shapely.Polygon([(X + 1, Y + 1), (X + 1 + 1e-10, Y + 1), (X + 1, Y + 1 + 1e-10)]),
    "collinear": shapely.Polygon([(X, Y), (X + 50, Y + 50), (X + 100, Y + 100), (X, Y)]),
    "coincident": shapely.Polygon(
        [(X, Y), (X + 500, Y), (X + 500, Y + 500), (X + 250, Y + 250 + 1e-7), (X, Y)]
    ),
    "pierced": shapely.Polygon(
        [(X, Y), (X + 100, Y), (X + 100, Y + 100), (X, Y + 100)],
        [[(X, Y), (X + 100, Y), (X + 50, Y + 1e-9)]],
    ),
    "far": shapely.Polygon([(X, Y), (X + 1e7, Y + 1e7), (X + 1e7, Y + 1e7 + 1e-7), (X, Y)]),
}
QUARTERS = [box(i / 2, j / 2, 0.5, 0.5) for i in range(4) for j in range(2)]


@pytest.fixture(scope="module")
def pair():
    return clean_township(raw(village_frame([box(0, 0), box(1, 0)])), settings(name="青山镇"))


def network(shapes, ids=None):
    names = ids if ids is not None else [f"G{n}" for n in range(len(shapes))]
    return gpd.GeoDataFrame({"id": names}, geometry=list(shapes), crs=CRS)


def mend(frame, town, **keys):
    spec = LayerSpec(key="fire", path="f.shp", id="id", datum="wgs84", **keys)
    return clean_layer(raw(frame, "fire"), spec, town)


@pytest.mark.parametrize("role", ["grid", "base", "exclusive", "barrier"])
@pytest.mark.parametrize("name", sorted(NEEDLES))
def test_a_needle_in_a_network_is_kept_or_told_and_costs_the_others_nothing(pair, name, role):
    layer = mend(network([*QUARTERS, NEEDLES[name]]), pair, role=role)
    ids = set(layer.frame["source_id"])
    assert {f"G{n}" for n in range(8)} <= ids
    assert "G8" in ids | {finding.source_id for finding in layer.findings}
    assert layer.frame.geometry.is_valid.all()


# a village that reaches to the next province is another fault
@pytest.mark.parametrize("name", sorted(set(NEEDLES) - {"far"}))
def test_a_needle_among_the_parts_of_a_village_changes_nothing_that_is_told_of_the_others(name):
    shapes = [box(0, 0), box(1, 0), box(0, 1)]
    codes = ["510311104201", "510311104202", "510311104203", "510311104201"]
    frame = village_frame(
        [*shapes, NEEDLES[name]], codes=codes, names=["甲村", "乙村", "丙村", "甲村"]
    )
    town = clean_township(raw(frame), settings(name="青山镇"))
    assert list(town.villages["village_code"]) == ["510311104201", "510311104202", "510311104203"]
    assert shapely.area(town.villages.geometry.to_numpy()) == pytest.approx(1e6, abs=1.0)


PLANTED = ("intersection", "buffer", "union_all", "polygonize", "point_on_surface", "clip_by_rect")


@pytest.mark.parametrize("operation", PLANTED)
def test_what_geos_cannot_do_at_one_place_is_a_finding_there_or_of_the_layer(
    pair, monkeypatch, operation
):
    frame = network([*QUARTERS, box(0.4, 0.4, 0.05, 0.3), box(1.6, 0.6, 0.3, 0.3)])
    sound = getattr(shapely, operation)
    place = shapely.Point(X + 1750, Y + 750)

    def fails(shapes, *arguments, **how):
        for one in np.ravel(np.asarray(shapes, dtype=object)):
            if (
                isinstance(one, shapely.Geometry)
                and 0 < one.area < 1e5
                and one.envelope.intersects(place)
            ):
                raise shapely.errors.GEOSException("TopologyException: planted")
        if operation == "union_all" and len(shapes) > 5:
            raise shapely.errors.GEOSException("TopologyException: planted")
        return sound(shapes, *arguments, **how)

    monkeypatch.setattr(shapely, operation, fails)
    layer = mend(frame, pair)
    assert len(layer.frame) == 10
    told = {(one.kind, one.source_id) for one in layer.findings}
    checked = {("self_overlap", "G0"), ("self_overlap", "G1")} & told
    unchecked = {kind for kind, _ in told} & {"geometry_unchecked", "layer_unchecked"}
    assert checked or unchecked


def test_only_the_neighbours_of_the_place_lose_their_check():
    shapes = np.array([box(n, 0) for n in range(9)], dtype=object)
    asked = []

    def check(rows):
        asked.append(list(rows))
        if 4 in rows:
            raise StubbornError("intersection", (X + 4400, Y + 100, X + 4600, Y + 200))
        return []

    told = run_guarded(check, shapes, [f"G{n}" for n in range(9)], "fire")
    assert [(one.kind, one.source_id, one.measure) for one in told] == [
        ("geometry_unchecked", "G4", 1e6)
    ]
    assert told[0].place == (X + 4500, Y + 500)
    assert asked[-1] == [0, 1, 2, 3, 5, 6, 7, 8]


@pytest.mark.parametrize("bad", [{0}, {3, 7}, {1, 2, 8}])
def test_a_failure_that_does_not_say_where_is_found_by_halves(bad):
    shapes = np.array([box(n, 0) for n in range(9)], dtype=object)

    def check(rows):
        if bad & set(rows.tolist()):
            raise shapely.errors.GEOSException("IllegalArgumentException")
        return []

    told = run_guarded(check, shapes, [f"G{n}" for n in range(9)], "fire")
    assert {one.source_id for one in told} == {f"G{n}" for n in bad}


def test_a_check_that_fails_whatever_is_left_out_is_given_up_for_the_layer():
    def check(rows):
        raise shapely.errors.GEOSException("IllegalArgumentException")

    told = run_guarded(check, np.array([box(0, 0), box(1, 0)], dtype=object), ["a", "b"], "fire")
    assert [(one.kind, one.layer, one.measure) for one in told] == [("layer_unchecked", "fire", 2)]


# ------------------------------------------------- findings speak of the township's land, and of what can be done


def beyond(w, h):
    """Grids that meet in the township and enclose a hole of w × h km two kilometres beyond it."""
    ring = box(0, 0, 9, 1).difference(box(4, 0.5 - h / 2, w, h))
    return [ring.intersection(box(0, 0, 9, 0.5)), ring.intersection(box(0, 0.5, 9, 0.5))]


@pytest.mark.parametrize("size", [(5, 0.6), (0.2, 0.2), (0.01, 0.4)])
def test_a_hole_beyond_the_township_is_nobodys_business(pair, size):
    layer = mend(network(beyond(*size)), pair)
    assert not [kind for kind in kinds(layer) if kind.startswith("inner_gap")]


def test_of_a_hole_over_the_line_the_townships_part_is_told(pair):
    hole = box(1.8, 0.3, 4, 0.4)
    ring = box(0, 0, 9, 1).difference(hole)
    layer = mend(
        network([ring.intersection(box(0, 0, 9, 0.5)), ring.intersection(box(0, 0.5, 9, 0.5))]),
        pair,
    )
    gap = next(one for one in layer.findings if one.kind == "inner_gap")
    assert gap.measure == pytest.approx(80_000, abs=1)
    assert box(0, 0, 2, 1).contains(shapely.Point(gap.place))


@pytest.mark.parametrize(
    "overlap", [box(5, 0.2, 1, 0.5), box(2, 0.4, 3, 0.2), box(2.5, 0.45, 0.02, 0.1)]
)
def test_an_overlap_beyond_the_township_is_nobodys_business(pair, overlap):
    south, north = box(0, 0, 9, 0.5), box(0, 0.5, 9, 0.5)
    layer = mend(network([south.union(overlap), north.union(overlap)]), pair)
    assert not {"self_overlap", "edges_overlap", "self_overlaps_small", "same_land"} & set(
        kinds(layer)
    )


def test_an_overlap_over_the_line_is_measured_inside(pair):
    overlap = box(1.5, 0.4, 3, 0.2)
    layer = mend(
        network([box(0, 0, 9, 0.5).union(overlap), box(0, 0.5, 9, 0.5).union(overlap)]), pair
    )
    told = next(one for one in layer.findings if one.kind == "self_overlap")
    assert told.measure == pytest.approx(100_000, abs=1)


def test_a_countys_grid_that_reaches_far_beyond_is_not_huge(pair):
    small = [box(0.2 * i, 0.2 * j, 0.2, 0.2) for i in range(9) for j in range(5)]
    frame = network([*small, box(1.8, 0, 30, 1)])
    assert "grid_huge" not in kinds(mend(frame, pair))
    assert "grid_huge" in kinds(
        mend(
            network(
                [*[shapely.box(X + i, Y, X + i + 5, Y + 60) for i in range(0, 100, 5)], box(0.2, 0)]
            ),
            pair,
        )
    )


def segments(ids):
    lines = [
        shapely.LineString([(X + 30 * n, Y + 100), (X + 30 * n + 30, Y + 100)])
        for n in range(len(ids))
    ]
    return gpd.GeoDataFrame({"id": ids}, geometry=lines, crs=CRS)


@pytest.mark.parametrize("ids", [[None] * 40, ["A1"] * 40, [None] * 20 + ["A1"] * 20])
def test_nobody_asks_the_segments_of_a_barrier_for_ids(pair, ids):
    layer = mend(segments([*ids, "B1"]), pair, role="barrier")
    told = [one for one in layer.findings if one.kind.startswith(("id_", "ids_", "barrier_ids"))]
    assert [(one.kind, one.severity) for one in told] == [("barrier_ids", "note")]
    assert len(layer.frame) == 41


@pytest.mark.parametrize(
    ("ids", "kind"), [([None] * 30, "ids_missing"), (["A"] * 31, "ids_duplicate")]
)
def test_ids_that_lack_by_the_dozen_are_one_finding(pair, ids, kind):
    strips = [shapely.box(X + 20 * n, Y, X + 20 * n + 20, Y + 1000) for n in range(len(ids) + 1)]
    layer = mend(network(strips, ids=[*ids, "Z"]), pair)
    told = [one for one in layer.findings if one.kind.startswith("id")]
    assert [(one.kind, one.measure) for one in told] == [(kind, 30)]


def test_a_few_ids_that_lack_are_told_each(pair):
    layer = mend(network(QUARTERS, ids=[None, None, *"CDEFGH"]), pair)
    assert [one.kind for one in layer.findings if one.kind.startswith("id")] == [
        "id_missing",
        "id_missing",
    ]


def test_ids_of_another_township_are_no_matter_here(pair):
    there = [box(20 + n, 0) for n in range(5)]
    layer = mend(network([*QUARTERS, *there], ids=[*"ABCDEFGH", *[None] * 5]), pair)
    assert not {"id_missing", "ids_missing"} & set(kinds(layer))
    assert sum(one.kind == "off_territory" for one in layer.findings) == 5


def test_village_codes_of_another_length_are_one_finding():
    frame = village_frame([box(n, 0) for n in range(6)], codes=[f"{n}" for n in range(10, 16)])
    told = [
        one
        for one in clean_township(raw(frame), settings()).findings
        if one.kind.startswith("village_code")
    ]
    assert [one.kind for one in told] == ["village_code_length"]
    assert "6" in told[0].message("zh") and "10 甲村" in told[0].message("zh")
    assert pd.Series(told[0].place).notna().all()
