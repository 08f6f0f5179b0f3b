"""A border shorter than the tolerance is a border where wide land lies behind it; and the alarm of the overlay."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gridmerge.config.settings import Overlay
from gridmerge.overlay import engine, overlay_layers
from gridmerge.overlay.claims import TargetFaces, measure_face_shares
from gridmerge.overlay.face_coverage import CommonTolerance
from gridmerge.overlay.layer_linework import prepare_linework
from gridmerge.overlay.lost_boundaries import find_lost_boundaries
from tests.overlay.making import layer, promises, township
from tests.overlay.test_narrow import blocks, cut, networks, redrawn

X, Y = 500_000.0, 3_200_000.0
VILLAGE = shapely.box(X - 800, Y - 700, X + 800, Y + 700)


def crossing(short: float) -> dict[str, shapely.Polygon]:
    """Four blocks at a crossing whose southern street lies `short` metres further east: nw and se do not meet, ne and sw do."""
    return {
        "nw": shapely.box(X - 800, Y, X, Y + 700),
        "ne": shapely.box(X, Y, X + 800, Y + 700),
        "sw": shapely.box(X - 800, Y - 700, X + short, Y),
        "se": shapely.box(X + short, Y - 700, X + 800, Y),
    }


def grids(short: float, groups: str) -> list[shapely.Geometry]:
    """The blocks joined as "nw se ne+sw" says."""
    block = crossing(short)
    return [
        shapely.union_all([block[name] for name in group.split("+")]) for group in groups.split()
    ]


WEST_EAST, NORTH_SOUTH, TOGETHER = "nw+sw ne+se", "nw+ne sw+se", "nw se ne+sw"
STAGGERED = {
    "four metres, parted west from east by five": (4.0, [TOGETHER] * 3 + [WEST_EAST] * 5),
    "four metres, parted north from south by five": (4.0, [TOGETHER] * 3 + [NORTH_SOUTH] * 5),
    "nine metres, parted by two": (9.0, [TOGETHER] * 4 + [WEST_EAST] * 2),
    "two metres, parted by one": (2.0, [TOGETHER] * 4 + [NORTH_SOUTH]),
    "seven metres, both ways": (7.0, [TOGETHER] * 2 + [WEST_EAST] * 2 + [NORTH_SOUTH] * 2),
}


DENSE = 2.0  # m between vertices: so near a gap has drawn lines on both sides within the tolerance


@pytest.mark.parametrize("rough", [0.0, 3.0, 5.0], ids=["exact", "by hand", "roughly by hand"])
@pytest.mark.parametrize("name", STAGGERED)
def test_blocks_that_meet_over_less_than_the_tolerance_stay_two_faces(name, rough):
    short, groups = STAGGERED[name]
    layers = [
        layer(f"net{n}", list(shapely.segmentize(redrawn(grids(short, one), n, rough), DENSE)))
        for n, one in enumerate(groups)
    ]
    ship = township([VILLAGE])
    mosaic = overlay_layers(ship, layers, Overlay(tolerance=11.0))
    promises(mosaic, ship)
    assert len(mosaic.faces) == 4
    true = np.array(list(crossing(short).values()), dtype=object)
    faces = mosaic.faces.geometry.to_numpy()
    best = [
        max(face.intersection(block).area / face.union(block).area for face in faces)
        for block in true
    ]
    assert min(best) > 0.95
    assert not [one for one in mosaic.findings if one.kind in ("border_lost", "grid_land_differs")]


@pytest.mark.parametrize("name", list(STAGGERED)[:3:2])
def test_faces_that_a_border_put_back_leaves_as_they_were_keep_the_labels_they_would_get(
    name, monkeypatch
):
    short, groups = STAGGERED[name]
    east = shapely.box(X + 800, Y - 700, X + 1600, Y + 700)
    lane = shapely.box(X + 800, Y - 4, X + 1600, Y + 4)
    halves = [
        shapely.box(X + 800, Y + 4, X + 1600, Y + 700),
        shapely.box(X + 800, Y - 700, X + 1600, Y - 4),
        lane,
    ]
    layers = [
        layer(f"net{n}", redrawn([*grids(short, one), *halves], n, 3.0))
        for n, one in enumerate(groups)
    ]
    ship = township([VILLAGE, east])
    looked = []
    unchanged = engine._unchanged

    def seen(parts, before):
        looked.append(unchanged(parts, before))
        return looked[-1]

    monkeypatch.setattr(engine, "_unchanged", seen)
    mosaic = overlay_layers(ship, layers, Overlay(tolerance=11.0))
    assert len(looked) == 1
    assert (looked[0] >= 0).any()
    assert (looked[0] < 0).sum() >= 2
    monkeypatch.setattr(engine, "_unchanged", lambda parts, before: np.full(len(parts.faces), -1))
    anew = overlay_layers(ship, layers, Overlay(tolerance=11.0))
    assert mosaic.memberships.equals(anew.memberships)
    assert mosaic.borders.equals(anew.borders)


SOUTH, NORTH = shapely.box(X - 800, Y - 700, X + 800, Y), shapely.box(X - 800, Y, X + 800, Y + 700)
# corners of zones north of a border, metres: the land between is a rim of some metres
BESIDE = {
    "a rim on one side": [(-700, 13), (800, 13), (800, 500), (-700, 500)],
    "a rim that widens": [(-600, 14), (790, 7), (790, 400), (-600, 400)],
    "a rim between two wide places": [(-500, 14), (500, 14), (500, 600), (-500, 600)],
    "a rim that bends": [(-800, 12), (0, 16), (600, 12), (600, 500), (-800, 500)],
}


@pytest.mark.parametrize("name", BESIDE)
def test_a_lost_border_is_found_whole_where_it_runs_beside_a_zone(name):
    zone = shapely.Polygon(np.add(BESIDE[name], (X, Y)))
    face = VILLAGE - zone
    drawn = prepare_linework(
        np.array([VILLAGE]), [layer("net", list(shapely.segmentize([SOUTH, NORTH], 25.0)))]
    )[0]
    faces = np.array([face], dtype=object)
    shares = measure_face_shares(TargetFaces(faces, 10.0), drawn.sources)
    one = (0, drawn, np.zeros((len(drawn.sheet.xy), 2)), shares)
    lost = find_lost_boundaries(faces, np.array([True]), [one], 10.0)
    assert len(lost.line) == 2
    for line in lost.line:
        noded = shapely.union_all([shapely.boundary(face), line], grid_size=0.001)
        pieces = shapely.get_parts(shapely.polygonize([noded]))
        assert shapely.area(pieces).max() == pytest.approx(SOUTH.area, rel=0.02)


def test_a_corner_where_four_blocks_meet_needs_no_border():
    ship = township([VILLAGE])
    mosaic = overlay_layers(
        ship,
        [layer("a", grids(0.0, "nw ne sw se")), layer("b", grids(0.0, NORTH_SOUTH))],
        Overlay(),
    )
    assert len(mosaic.faces) == 4


def test_a_tolerance_far_too_small_is_told_with_the_roughness_and_the_faces():
    found = cut(networks(), tolerance=0.5)
    kinds = {one.kind for one in found.findings}
    assert {"tolerance_below_roughness", "faces_out_of_proportion"} <= kinds
    assert not {"tolerance_below_roughness", "faces_out_of_proportion"} & {
        one.kind for one in cut(networks()).findings
    }


def test_a_measured_tolerance_that_gives_far_too_many_faces_is_tried_again_larger(monkeypatch):
    settled = engine._settle_tolerances

    def small(*arguments):
        drawn, agreement, _ = settled(*arguments)
        return drawn, agreement.within(0.5, 0.5), CommonTolerance(0.5, "net0", "roughness")

    monkeypatch.setattr(engine, "_settle_tolerances", small)
    monkeypatch.setattr(engine, "TOLERANCE_FACTOR", 15.0)
    found = cut(networks())
    assert found.figures["tolerance_reason"] == "raised"
    assert found.figures["tolerance"] == pytest.approx(7.5)
    assert len(found.faces) == 32


def test_a_border_that_cannot_be_put_back_is_told_with_the_grids_and_their_land(monkeypatch):
    monkeypatch.setattr(engine, "_restore_boundaries", lambda results, cut, lost: results)
    groups = STAGGERED["seven metres, both ways"][1]
    layers = [layer(f"net{n}", redrawn(grids(7.0, one), n, 3.0)) for n, one in enumerate(groups)]
    mosaic = overlay_layers(township([VILLAGE]), layers, Overlay(tolerance=11.0))
    lost = [one for one in mosaic.findings if one.kind == "border_lost"]
    assert {one.layer for one in lost} == {"net2", "net3", "net4", "net5"}
    assert all(one.measure == pytest.approx(800 * 700, rel=0.05) for one in lost)
    differs = [one for one in mosaic.findings if one.kind == "grid_land_differs"]
    assert len(differs) == mosaic.figures["grids_mislabelled"] > 0


def test_roughly_drawn_networks_alone_raise_no_alarm():
    alone = cut([layer("a", redrawn(blocks(250), 1)), layer("b", redrawn(blocks(250), 2))])
    assert alone.figures["grids_mislabelled"] == 0
    assert len(alone.faces) == 32
