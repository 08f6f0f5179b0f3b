"""Exclusive zones are law: cut out as drawn, wherever they lie and whatever the other networks draw beside them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate, translate

from gridmerge.config.settings import Overlay
from gridmerge.model import Mosaic
from gridmerge.overlay import overlay_layers
from tests.overlay.making import lattice, layer, promises, township

X, Y = 500_000.0, 3_200_000.0
WEST, EAST = shapely.box(X, Y, X + 400, Y + 400), shapely.box(X + 400, Y, X + 800, Y + 400)
BLOCKS = lattice(4, 2)


def box(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    """A box by its distance from the corner of the town."""
    return shapely.box(X + x0, Y + y0, X + x1, Y + y1)


def cut(
    zones: Mapping[str, shapely.Geometry],
    villages: tuple[shapely.Geometry, ...] = (WEST, EAST),
    tolerance: float | None = 8.0,
) -> Mosaic:
    """Three networks of the same blocks, a metre apart, and the zones."""
    networks = [
        layer(key, [translate(b, dx, -dx) for b in BLOCKS])
        for key, dx in zip("abc", (-1, 0, 1), strict=True)
    ]
    ship = township(list(villages))
    mosaic = overlay_layers(
        ship, [*networks, layer("z", zones, role="exclusive")], Overlay(tolerance=tolerance)
    )
    promises(mosaic, ship)
    return mosaic


def land(mosaic: Mosaic, zone: str, village: int | None = None) -> shapely.Geometry:
    """What the zone has come to."""
    mine = mosaic.faces["zone"] == f"z/{zone}"
    if village is not None:
        mine &= mosaic.faces["village_code"] == f"{510311104201 + village}"
    return shapely.union_all(mosaic.faces.geometry.to_numpy()[mine])


def overlap(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """Intersection over union."""
    return one.intersection(other).area / one.union(other).area


def told(mosaic: Mosaic, kind: str) -> dict[str, float]:
    """Square metres by zone."""
    return {
        finding.source_id: finding.measure for finding in mosaic.findings if finding.kind == kind
    }


INSIDE = {
    "14 m inside its block": box(14, 14, 90, 80),
    "8 m": box(8, 8, 90, 80),
    "4 m": box(4, 4, 90, 80),
    "3 m beside the village line": box(300, 210, 397, 300),
    "all round 5 m inside its block": box(205, 205, 395, 395),
    "over a street": box(150, 250, 260, 330),
    "a kiosk": box(50, 50, 53, 52),
    "a kiosk 3 m from a street": box(197, 50, 199, 52),
    "a lane": box(20, 100, 180, 104),
    "with a hole": box(30, 30, 150, 150).difference(box(60, 60, 90, 90)),
    "in two parts": shapely.union_all([box(30, 30, 80, 80), box(100, 100, 150, 150)]),
    "in two parts, one a kiosk": shapely.union_all([box(30, 30, 80, 80), box(100, 100, 103, 103)]),
    "a wedge": shapely.Polygon([(X + 20, Y + 20), (X + 180, Y + 21), (X + 20, Y + 40)]),
}


@pytest.mark.parametrize("name", INSIDE)
def test_a_zone_keeps_its_own_drawing(name):
    mosaic = cut({"校": INSIDE[name]})
    assert overlap(land(mosaic, "校"), INSIDE[name]) > 0.999
    assert not told(mosaic, "zone_trimmed")


@pytest.mark.parametrize("inset", [3.0, 4.0, 6.0])
def test_the_street_beside_a_wall_is_there_too(inset):
    mosaic = cut({"校": box(inset, 200 + inset, 120, 300), "院": box(200 + inset, inset, 300, 120)})
    street = box(200, 0, 200, 200)  # of the consensus, along the second zone
    lines = shapely.union_all(shapely.boundary(mosaic.faces.geometry.to_numpy()))
    walk = shapely.line_interpolate_point(
        shapely.LineString(street.exterior.coords[:2]), np.arange(5, 195, 5)
    )
    assert shapely.distance(walk, lines).max() < 1.6
    blocks = mosaic.faces[mosaic.faces["zone"] == ""]
    # and no strip between wall and street is a face of its own, or another block's
    assert len(blocks) == 8
    east = next(face for face in blocks.geometry if face.contains(shapely.Point(X + 350, Y + 100)))
    assert east.contains(shapely.Point(X + 200 + inset - 0.5, Y + 60))


def _wavy(noise: float, seed: int) -> tuple[shapely.Polygon, shapely.Polygon, shapely.Polygon]:
    """Two villages with a common line that is not straight, and a zone on it, digitised again with noise."""
    random = np.random.default_rng(seed)

    def line(y: np.ndarray, wander: float) -> np.ndarray:
        x = 400 + 16 * np.sin(y / 40) + 2 * np.sin(y / 5)
        return np.column_stack([X + x + random.normal(0, wander, len(y)), Y + y])

    common = line(np.linspace(0, 400, 161), 0.0)
    west = shapely.Polygon([(X, Y), *common, (X, Y + 400)])
    east = shapely.Polygon([*common, (X + 800, Y + 400), (X + 800, Y)])
    edge = line(np.sort(random.uniform(40, 360, 90)), noise)
    zone = shapely.Polygon([*edge, (X + 560, edge[-1][1]), (X + 560, edge[0][1])])
    return west, east, zone


@pytest.mark.parametrize("noise", [0.01, 0.1, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_zone_digitised_along_a_village_line_takes_that_line(noise, seed):
    west, east, zone = _wavy(noise, seed)
    mosaic = cut({"校": zone}, (west, east), None)
    assert land(mosaic, "校", 0).is_empty
    mine = land(mosaic, "校", 1)
    assert mine.geom_type == "Polygon"
    assert overlap(mine, zone) > 0.98
    assert mosaic.faces["area_m2"].min() > 100
    differs = mine.symmetric_difference(zone).area
    if differs > 2:
        assert told(mosaic, "zone_trimmed")["校"] == pytest.approx(differs, abs=1.0)


ACROSS = {
    "half and half": (box(350, 50, 450, 150), [5000, 5000]),
    "2 m over the line": (box(300, 50, 402, 150), [10_000, 0]),
    "2 m short of being all over it": (box(398, 50, 500, 150), [0, 10_000]),
    "a corner over the line": (
        shapely.Polygon([(X + 300, Y + 50), (X + 410, Y + 100), (X + 300, Y + 150)]),
        [5455, 0],
    ),
    "a kiosk on the line": (box(399, 50, 402, 53), [0, 6]),
    "a bridge": (box(380, 50, 420, 60), [200, 200]),
    "a lobe and slivers": (
        shapely.union_all(
            [box(400.3, 50, 500, 350), box(399.8, 100, 500, 150), box(340, 200, 500, 260)]
        ),
        [3600, 29_925],
    ),
}


@pytest.mark.parametrize("name", ACROSS)
def test_a_zone_over_a_village_line_is_cut_there_and_leaves_no_sliver(name):
    zone, expected = ACROSS[name]
    mosaic = cut({"校": zone})
    areas = [land(mosaic, "校", village).area for village in (0, 1)]
    assert areas == pytest.approx(expected, abs=80)
    gone = zone.difference(land(mosaic, "校")).area
    assert (gone > 1) == ("校" in told(mosaic, "zone_trimmed"))


def test_slivers_of_the_zones_of_the_township_next_door_are_no_grids():
    mosaic = cut({"校": box(-200, 50, 0.4, 150), "园": box(-100, 200, 60, 300)})
    assert land(mosaic, "校").is_empty
    assert set(told(mosaic, "zone_lost")) == {"校"}
    assert land(mosaic, "园").area == pytest.approx(6000, abs=1)


def test_zones_that_touch_share_their_edge_and_keep_their_land():
    mosaic = cut({"甲": box(50, 50, 100, 150), "乙": box(100, 50, 160, 150)})
    assert [land(mosaic, zone).area for zone in "甲乙"] == pytest.approx([5000, 6000], abs=0.1)


@pytest.mark.parametrize("gap", [0.02, 0.5, 1.5])
def test_a_sliver_between_two_zones_is_no_grid(gap):
    zones = {
        "甲": box(50, 50, 100, 150),
        "乙": shapely.union_all([box(100 + gap, 50, 160, 150), box(80, 150, 160, 180)]),
    }
    zones["丙"] = box(80, 20, 160, 50)
    mosaic = cut(zones)
    assert mosaic.faces["area_m2"].min() > 100
    for key, drawn in zones.items():
        assert overlap(land(mosaic, key), drawn) > 0.96


def test_an_alley_between_two_zones_is_nobodys_zone():
    zones = {"甲": box(50, 0, 100, 150), "乙": box(105, 0, 160, 150)}
    mosaic = cut(zones)
    for key, drawn in zones.items():
        assert overlap(land(mosaic, key), drawn) > 0.999


def test_of_two_zones_on_one_land_the_first_keeps_it_and_the_other_is_told():
    mosaic = cut(
        {"a": box(50, 50, 150, 120), "b": box(100, 50, 190, 120), "c": box(60, 60, 90, 90)}
    )
    assert [land(mosaic, zone).area for zone in "abc"] == pytest.approx([7000, 2800, 0], abs=0.5)
    assert told(mosaic, "zone_trimmed") == pytest.approx({"b": 3500.0}, abs=0.5)
    assert told(mosaic, "zone_lost") == pytest.approx({"c": 900.0}, abs=0.5)


def test_a_zone_drawn_twice_by_hand_is_one_zone():
    mosaic = cut({"a": box(50, 50, 150, 120), "b": translate(box(50, 50, 150, 120), 0.7, -0.9)})
    assert land(mosaic, "a").area == pytest.approx(7000, abs=1)
    assert set(told(mosaic, "zone_lost")) == {"b"}


def test_kiosks_do_not_set_the_tolerance():
    kiosks = {f"k{n}": box(20 + 15 * n, 40, 22 + 15 * n, 42) for n in range(10)}
    mosaic = cut(kiosks, tolerance=None)
    assert mosaic.figures["tolerance"] > 6
    assert len(mosaic.faces) == 8 + 10
    assert all(overlap(land(mosaic, key), drawn) > 0.999 for key, drawn in kiosks.items())


def test_a_township_of_one_zone():
    mosaic = cut({"校": box(-5, -5, 805, 405)})
    assert land(mosaic, "校").area == pytest.approx(320_000)
    assert (mosaic.faces["zone"] == "z/校").all()


def test_a_zone_that_fills_its_village_but_for_a_strip_takes_the_village_line():
    mosaic = cut({"校": box(400, -3, 797, 403)})
    assert land(mosaic, "校").area == pytest.approx(EAST.area, abs=1)
    assert told(mosaic, "zone_trimmed")["校"] == pytest.approx(3 * 400, abs=1)


@st.composite
def campuses(draw):
    """One to five zones anywhere, touching, overlapping, over village lines, of any size and turn."""
    zones = {}
    for n in range(draw(st.integers(1, 5))):
        x, y = draw(st.integers(-20, 780)), draw(st.integers(-20, 380))
        w, h = draw(st.sampled_from([3, 12, 60, 150])), draw(st.sampled_from([3, 12, 60, 150]))
        wobble = draw(st.sampled_from([0.0, 0.03, 0.6, 2.0]))
        corners = shapely.get_coordinates(shapely.segmentize(box(x, y, x + w, y + h), 15))[:-1]
        moved = corners + np.random.default_rng(n).uniform(-wobble, wobble, corners.shape)
        turned = rotate(shapely.Polygon(moved), draw(st.sampled_from([0, 1, 30])))
        zones[f"z{n}"] = turned if turned.is_valid else turned.buffer(0)
    return zones


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(campuses(), st.integers(0, 3))
def test_whatever_zones_are_drawn_each_keeps_its_land_or_is_told(zones, seed):
    west, east, _ = _wavy(0.0, seed)
    mosaic = cut(zones, (west, east))
    both = shapely.union_all([west, east])
    rest = mosaic.faces[mosaic.faces["zone"] == ""]
    assert rest["area_m2"].min() > 3
    trimmed, lost = told(mosaic, "zone_trimmed"), told(mosaic, "zone_lost")
    for key, drawn in zones.items():
        mine, inside = land(mosaic, key), drawn.intersection(both)
        assert mine.is_empty == (key in lost or inside.area < 1)
        differs = mine.symmetric_difference(inside).area
        assert differs == pytest.approx(trimmed.get(key, lost.get(key, 0.0)), abs=2.0)
        for village in (0, 1):  # nobody is to stand on a speck
            parts = shapely.get_parts(land(mosaic, key, village))
            assert (shapely.area(parts) >= min(8.0, 0.2 * drawn.area)).all()
