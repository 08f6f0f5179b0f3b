"""Little townships that break overlays: whatever is drawn, the promises hold."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate, translate

from gridmerge.config.settings import Overlay
from gridmerge.overlay import overlay_layers
from tests.overlay.making import lattice, layer, none_thin, promises, township

X, Y = 500_000.0, 3_200_000.0
LAND = shapely.box(X, Y, X + 800, Y + 400)
WEST, EAST = shapely.box(X, Y, X + 400, Y + 400), shapely.box(X + 400, Y, X + 800, Y + 400)
BLOCKS = lattice(4, 2)
TOLERANCE = 6.0


def cut(layers, villages=(WEST, EAST), tolerance=TOLERANCE):
    ship = township(list(villages))
    mosaic = overlay_layers(ship, layers, Overlay(tolerance=tolerance))
    promises(mosaic, ship)
    none_thin(mosaic, ship, layers)
    return mosaic


def spiral() -> shapely.Polygon:
    turn = np.linspace(0, 6 * np.pi, 200)
    line = np.column_stack([np.cos(turn), np.sin(turn)]) * (10 + 8 * turn)[:, None] + (
        X + 400,
        Y + 200,
    )
    return shapely.buffer(shapely.LineString(line), 12)


def comb(tooth: float) -> shapely.Geometry:
    teeth = [
        shapely.box(X + 50 + 20 * n, Y + 60, X + 50 + 20 * n + tooth, Y + 300) for n in range(30)
    ]
    return shapely.union_all([shapely.box(X + 50, Y + 50, X + 700, Y + 100), *teeth])


CASES = {
    "grids that touch at a point": [BLOCKS[0], BLOCKS[5], BLOCKS[2], BLOCKS[7]],
    "lines that cross at 1°": [rotate(shapely.box(X - 500, Y - 500, X + 1300, Y + 200), angle, (X + 400, Y + 200)) for angle in (0, 1)],
    "nested rings": [shapely.Point(X + 200, Y + 200).buffer(radius) for radius in (150, 100, 50, 20, 3)],
    "a spiral": [spiral()],
    "a comb with teeth thinner than the tolerance": [comb(2.0)],
    "vertices a micrometre apart": [shapely.segmentize(shapely.Polygon([(X + 100, Y), (X + 300, Y + 1e-6), (X + 300 + 1e-6, Y + 250), (X + 300, Y + 250 + 1e-6), (X + 100, Y + 250)]), 0.9)],
    "overlapping on purpose": [LAND, shapely.box(X + 100, Y + 100, X + 500, Y + 300), shapely.box(X + 300, Y + 50, X + 700, Y + 350)],
    "only a corner of the land": [shapely.box(X + 700, Y + 300, X + 900, Y + 500)],
    "wider than the land": [shapely.box(X - 3000, Y - 3000, X + 3000, Y + 200)],
    "a hole no wider than the tolerance": [LAND.difference(shapely.box(X + 100, Y + 100, X + 105, Y + 300))],
    "along the village line, hand-drawn": [shapely.Polygon([(X, Y), (X + 402, Y), (X + 398, Y + 130), (X + 403, Y + 270), (X + 397, Y + 400), (X, Y + 400)])],
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_promises_hold(name):
    cut([layer("plain", BLOCKS), layer("odd", CASES[name])])


@pytest.mark.parametrize("name", CASES)
def test_promises_hold_alone(name):
    cut([layer("odd", CASES[name])])


def test_all_at_once_and_with_an_estimated_tolerance():
    layers = [layer(f"odd{n}", polygons) for n, polygons in enumerate(CASES.values())]
    cut(layers, tolerance=None)


def test_a_network_shifted_by_exactly_the_tolerance_is_the_same_network():
    mosaic = cut(
        [layer("a", BLOCKS), layer("b", [translate(block, TOLERANCE) for block in BLOCKS])]
    )
    assert len(mosaic.faces) == 8


def test_coordinates_with_a_zone_prefix_keep_their_millimetres():
    ship = township([translate(WEST, 35e6), translate(EAST, 35e6)])
    blocks = [translate(block, 35e6) for block in BLOCKS]
    mosaic = overlay_layers(
        ship,
        [layer("a", blocks), layer("b", [translate(b, 2, 1) for b in blocks])],
        Overlay(tolerance=6),
    )
    promises(mosaic, ship)
    assert len(mosaic.faces) == 8


def test_an_enclave_keeps_its_village():
    enclave = shapely.box(X + 100, Y + 100, X + 220, Y + 220)
    host = WEST.difference(enclave)
    mosaic = cut([layer("a", BLOCKS)], villages=(host, EAST, enclave))
    assert mosaic.faces.groupby("village_code").size().to_dict()["510311104203"] >= 1


def test_a_village_in_two_parts_is_cut_in_each():
    far = translate(EAST, 1000)
    split = shapely.MultiPolygon([WEST, far])
    mosaic = cut([layer("a", [*BLOCKS, far])], villages=(split, EAST))
    assert set(mosaic.faces["village_code"]) == {"510311104201", "510311104202"}


wobble = st.floats(-5, 5)


@st.composite
def hand_drawn(draw):
    """One to four networks of one lattice, each corner off by up to 5 m, some grids joined, some missing, some twice."""
    networks = []
    for key in "abcd"[: draw(st.integers(1, 4))]:
        corners = {
            (i, j): (X + 200 * i + draw(wobble), Y + 200 * j + draw(wobble))
            for i in range(5)
            for j in range(3)
        }
        cells = [
            shapely.Polygon(
                [corners[i, j], corners[i + 1, j], corners[i + 1, j + 1], corners[i, j + 1]]
            )
            for j in range(2)
            for i in range(4)
        ]
        group = draw(st.lists(st.integers(0, 4), min_size=8, max_size=8))
        joined = [
            shapely.union_all([c for c, g in zip(cells, group, strict=True) if g == n])
            for n in range(1, 5)
        ]
        joined = [polygon for polygon in joined if not polygon.is_empty]
        if draw(st.booleans()):
            joined.append(cells[draw(st.integers(0, 7))])
        networks.append(layer(key, joined or [cells[0]]))
    return networks


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(hand_drawn(), st.permutations(range(4)))
def test_hand_drawn_lattices_tile_and_forget_their_order(networks, order):
    mosaic = cut(networks, tolerance=12.0)
    assert len(mosaic.faces) <= 8
    shuffled = [networks[k] for k in order if k < len(networks)]
    ship = township([WEST, EAST])
    again = overlay_layers(ship, shuffled, Overlay(tolerance=12.0))
    assert list(again.faces["face_id"]) == list(mosaic.faces["face_id"])
    assert again.memberships.equals(mosaic.memberships)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(sorted(CASES)), min_size=1, max_size=3, unique=True),
    st.lists(
        st.tuples(st.floats(-9, 9), st.floats(-9, 9), st.floats(-3, 3)), min_size=3, max_size=3
    ),
    st.sampled_from([2.0, TOLERANCE, 15.0, None]),
)
def test_promises_hold_of_any_of_them_together_moved_and_turned(names, moves, tolerance):
    layers = [layer("plain", BLOCKS)]
    for name, (dx, dy, angle) in zip(names, moves, strict=False):
        turned = [rotate(translate(one, dx, dy), angle, (X + 400, Y + 200)) for one in CASES[name]]
        layers.append(layer(f"odd {name}", turned))
    cut(layers, tolerance=tolerance)
