"""Narrow grids survive, slivers rule nothing: the tolerance of a town is not set by its least features."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.affinity import rotate, translate

from gridmerge.config.settings import Overlay
from gridmerge.model import Mosaic
from gridmerge.overlay import overlay_layers
from gridmerge.overlay.linework import rectangle_width
from gridmerge.overlay.narrowness import mask_tapering_grids
from tests.overlay.making import layer, promises, township

X, Y = 500_000.0, 3_200_000.0
VILLAGES = [shapely.box(X, Y, X + 1000, Y + 1000), shapely.box(X + 1000, Y, X + 2000, Y + 1000)]
# 6 m, along the line between two columns of blocks
LANE = shapely.box(X + 497, Y + 10, X + 503, Y + 990)
KIOSK = shapely.box(X + 1240, Y + 340, X + 1246, Y + 346)  # in the middle of a block
ROUGH = 5.0  # m


def blocks(step: int) -> list[shapely.Polygon]:
    """Squares over both villages."""
    return [
        shapely.box(X + i, Y + j, X + i + step, Y + j + step)
        for i in range(0, 2000, step)
        for j in range(0, 1000, step)
    ]


def redrawn(shapes, seed: int, error: float = ROUGH):
    """The shapes as another hand draws them: off by a smooth error of about so many metres."""
    rng = np.random.default_rng(seed)
    waves = [
        (rng.uniform(1, 4) * 2 * np.pi / 2000, rng.uniform(0, 6.28), rng.normal(0, 1, 2))
        for _ in range(5)
    ]

    def move(xy):
        along = xy[:, 0] - X + 0.7 * (xy[:, 1] - Y)
        return xy + error / 2 * sum(
            np.sin(k * along + phase)[:, None] * way for k, phase, way in waves
        )

    return list(shapely.transform(shapely.segmentize(np.array(shapes, dtype=object), 40), move))


def networks(more=None, count: int = 10, without=()):
    """`count` networks of the same land: blocks of 250 and 500 m by turns, and what `more` gives each besides.

    `without` are shapes cut out of the blocks of the networks that have more.
    """
    made = []
    for n in range(count):
        own = [] if more is None else more.get(n, [])
        grids = blocks((250, 500)[n % 2])
        if own and len(without):
            grids = list(
                shapely.difference(np.array(grids, dtype=object), shapely.union_all(without))
            )
        drawn = redrawn([*grids, *own], n)
        made.append(layer(f"net{n}", drawn))
    return made


def cut(layers, **settings) -> Mosaic:
    ship = township(VILLAGES)
    mosaic = overlay_layers(ship, layers, Overlay(**settings))
    promises(mosaic, ship)
    return mosaic


@pytest.fixture(scope="module")
def plain() -> Mosaic:
    mosaic = cut(networks())
    assert len(mosaic.faces) == 32
    return mosaic


def strip(x: float, y: float, long: float, wide: float, angle: float = 0.0) -> shapely.Polygon:
    return rotate(shapely.box(X + x, Y + y, X + x + long, Y + y + wide), angle)


def lens(x: float, y: float, long: float, wide: float) -> shapely.Polygon:
    t = np.linspace(0, 1, 30)
    edge = np.column_stack([X + x + long * t, Y + y + 4 * wide * t * (1 - t)])
    return shapely.Polygon(edge)


SLIVERS = {
    "two of a metre in one network": {0: [strip(300, 600, 60, 1), strip(700, 300, 60, 1, 40)]},
    "a dozen of two metres in one network": {
        1: [strip(100 + 70 * n, 60 + 60 * n, 110, 2, 15 * n) for n in range(12)]
    },
    "some in every network": {
        n: [strip(90 + 150 * n, 80 + 70 * n, 90, 1.5, 20 * n)] * 2 for n in range(10)
    },
    "overlaps along the blocks of a small network": {
        1: [strip(20, 498, 200, 5), strip(1200, 497, 150, 4)]
    },
    "lenses as two drawings of a line leave": {
        n: [lens(1010 + 20 * n, 250, 180, 6), lens(30 + 300 * n, 750, 150, 4)] for n in (0, 3)
    },
    "needles": {
        2: [shapely.Polygon([(X + 100, Y + 100), (X + 400, Y + 104), (X + 400, Y + 100)])] * 3,
    },
}


STRIPS = {
    "along a border of two blocks": [strip(20, 498, 220, 4)],
    "three on three borders": [
        strip(20, 498, 220, 3.2),
        strip(1260, 498, 200, 4.5),
        strip(998, 30, 4, 200),
    ],
    "through a block": [strip(640, 20, 3.5, 200), strip(1260, 130, 200, 4.8)],
}


@pytest.mark.parametrize("name", STRIPS)
def test_even_strips_that_an_edit_cut_out_of_two_neighbours_are_set_aside(name, plain):
    mosaic = cut(networks({1: STRIPS[name]}, without=STRIPS[name]))
    assert len(mosaic.faces) == len(plain.faces)
    assert mosaic.figures["layers"]["net1"]["slivers"] == len(STRIPS[name])
    assert sum(one.kind == "sliver_set_aside" for one in mosaic.findings) == len(STRIPS[name])


LANES = {
    "sections that adjoin": [strip(20 + 120 * n, 498, 120, 4) for n in range(4)],
    "sections parted by crossings": [strip(20 + 120 * n, 498, 112, 4) for n in range(4)],
    "one that runs on past its blocks": [strip(20, 496, 900, 5.5)],
    "a street six metres wide": [strip(20, 497, 220, 6)],
    "a path that no grid of its network borders": [strip(640, 20, 4, 200)],
}


@pytest.mark.parametrize("name", LANES)
def test_even_strips_that_are_lanes_keep_their_faces(name):
    shapes = LANES[name]
    drawn = networks({1: shapes}, without=shapes)
    if "no grid" in name:
        drawn = [*networks(), layer("paths", redrawn(shapes, 7))]
    mosaic = cut(drawn)
    kept = sum(figures["narrow_kept"] for figures in mosaic.figures["layers"].values())
    assert kept == len(shapes)
    land = face_of(mosaic, shapely.union_all(shapes).buffer(ROUGH))
    assert land.area == pytest.approx(sum(shape.area for shape in shapes), rel=0.35)


@pytest.mark.parametrize("name", SLIVERS)
def test_slivers_cost_no_face_and_move_no_tolerance(name, plain):
    mosaic = cut(networks(SLIVERS[name]))
    assert len(mosaic.faces) == len(plain.faces)
    assert mosaic.figures["tolerance"] == pytest.approx(plain.figures["tolerance"], rel=0.25)
    told = sum(figures["slivers"] for figures in mosaic.figures["layers"].values())
    assert told == sum(len(shapes) for shapes in SLIVERS[name].values())
    assert sum(figures["narrow_kept"] for figures in mosaic.figures["layers"].values()) == 0


def face_of(mosaic: Mosaic, shape: shapely.Geometry) -> shapely.Geometry:
    """What the faces that lie mostly in a shape make up."""
    faces = mosaic.faces.geometry
    return faces[faces.intersection(shape.buffer(2)).area > 0.5 * faces.area].union_all()


def claimed(mosaic: Mosaic, key: str, source: str) -> float:
    """Land labelled for a grid, m²."""
    rows = mosaic.memberships.query("layer == @key and source_id == @source")
    return float(mosaic.faces.loc[mosaic.faces["face_id"].isin(rows["face_id"]), "area_m2"].sum())


NARROW = {
    "a lane that one network has": (LANE, {3: [LANE]}, [LANE]),
    "a lane that five networks have": (LANE, {n: [LANE] for n in (0, 2, 3, 5, 8)}, [LANE]),
    "a lane drawn over the blocks by three": (LANE, {n: [LANE] for n in (1, 4, 6)}, []),
    "a lane through blocks": (
        strip(630, 20, 7, 960),
        {2: [strip(630, 20, 7, 960)]},
        [strip(630, 20, 7, 960)],
    ),
    "a kiosk over its block": (KIOSK, {4: [KIOSK]}, []),
    "a kiosk cut out of its block": (KIOSK, {7: [KIOSK]}, [KIOSK]),
    "a brook of nine metres": (
        strip(20, 615, 1900, 9),
        {7: [strip(20, 615, 1900, 9)]},
        [strip(20, 615, 1900, 9)],
    ),
}


@pytest.mark.parametrize("name", NARROW)
def test_narrow_grids_survive_with_their_labels(name, plain):
    shape, more, without = NARROW[name]
    drawn = networks(more, without=without)
    mosaic = cut(drawn)
    assert mosaic.figures["tolerance"] >= 0.9 * plain.figures["tolerance"]
    for n in more:
        one = drawn[n]
        source = one.frame["source_id"].iloc[-1]
        here = one.frame.geometry.iloc[-1].intersection(shapely.union_all(VILLAGES)).area
        assert claimed(mosaic, one.key, source) == pytest.approx(here, rel=0.35), one.key
    found = face_of(mosaic, shape.buffer(ROUGH))
    assert found.area == pytest.approx(shape.area, rel=0.35)


def test_row_houses_keep_their_faces_and_the_streets_their_tolerance(plain):
    houses = [
        translate(shapely.box(X + 60, Y + 60, X + 66, Y + 74), 6 * n, 30 * m)
        for n in range(20)
        for m in (0, 1)
    ]
    mosaic = cut([*networks(), layer("houses", redrawn(houses, 99, 1.0))])
    assert mosaic.figures["layers"]["houses"]["narrow_kept"] == 40
    assert mosaic.figures["tolerance"] >= 0.9 * plain.figures["tolerance"]
    small = mosaic.faces["area_m2"].between(60, 110)
    assert small.sum() == 40
    assert len(mosaic.faces) <= len(plain.faces) + 42
    rows = mosaic.memberships[mosaic.memberships["layer"] == "houses"]
    assert rows["source_id"].nunique() == 40


def test_the_report_says_which_layer_set_the_tolerance_and_why(plain):
    decided = plain.figures["tolerance_layer"]
    assert plain.figures["tolerance_reason"] == "roughness"
    assert plain.figures["layers"][decided]["tolerance_m"] >= plain.figures["tolerance"]
    by_hand = cut(networks(), tolerance=9.0)
    assert (by_hand.figures["tolerance_layer"], by_hand.figures["tolerance_reason"]) == ("", "set")


def test_a_strip_set_aside_is_told_with_its_width():
    mosaic = cut(networks({1: [strip(20, 498, 200, 5)]}))
    told = [one for one in mosaic.findings if one.kind == "sliver_set_aside"]
    assert [(one.layer, one.source_id) for one in told] == [("net1", "net1008")]
    assert told[0].measure == pytest.approx(5.0, abs=0.5)


def test_strips_of_even_width_do_not_taper_and_wedges_and_lenses_do():
    even = [
        strip(0, 0, 300, 6),
        strip(0, 0, 12, 12),
        strip(0, 0, 90, 4, 30),
        shapely.Point(X, Y).buffer(8),
    ]
    points = [
        lens(0, 0, 200, 6),
        shapely.Polygon([(X, Y), (X + 200, Y), (X + 200, Y + 5)]),
        lens(0, 0, 60, 8),
    ]
    shapes = np.array([*even, *points], dtype=object)
    assert mask_tapering_grids(shapes, rectangle_width(shapes)).tolist() == [False] * 4 + [True] * 3
