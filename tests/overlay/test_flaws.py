"""A grid drawn too large or too small in one network is a flaw of its drawing, no land of its own.

What is wider stays, and what networks say that were not copied from one another.
"""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gridmerge.config.settings import Overlay
from gridmerge.overlay import overlay_layers
from gridmerge.overlay.flaws import number_witnesses
from gridmerge.overlay.layer_linework import prepare_linework
from tests.overlay.making import layer, promises, township
from tests.overlay.test_narrow import VILLAGES, X, Y, blocks, redrawn

TOLERANCE = 10.0
# m: wider than the tolerance, narrower than one and a half, also where it turns a corner
FLAW = 12.0
WIDE = 30.0  # m: no drawing error any more
STREET = Y + 500


def resized(rows: list[int], by: float, step: int = 250) -> list[shapely.Geometry]:
    """The blocks, some of them drawn too large or too small."""
    grids = np.array(blocks(step), dtype=object)
    grids[rows] = shapely.buffer(grids[rows], by, join_style="mitre")
    return list(grids)


def faces(*odd: list[shapely.Geometry], plain: int = 3) -> np.ndarray:
    """The faces of `plain` networks of blocks and of some odd ones."""
    drawn = [*([blocks(250)] * plain), *odd]
    ship = township(VILLAGES)
    mosaic = overlay_layers(
        ship, [layer(f"net{n}", one) for n, one in enumerate(drawn)], Overlay(tolerance=TOLERANCE)
    )
    promises(mosaic, ship)
    return mosaic.faces.geometry.to_numpy()


def without_corner(side: float) -> list[shapely.Geometry]:
    """The blocks, the first without its corner at the village line."""
    first, *rest = blocks(250)
    return [first - shapely.Polygon([(X, Y), (X + side, Y), (X, Y + side)]), *rest]


def whole_metres(grids: list[shapely.Geometry]) -> list[shapely.Geometry]:
    """The grids as a program without decimals writes them."""
    return list(shapely.transform(np.array(grids, dtype=object), np.round))


def moved(grids: list[shapely.Geometry], metres: float) -> list[shapely.Geometry]:
    """The grids some metres north-east of themselves."""
    return list(shapely.transform(np.array(grids, dtype=object), lambda at: at + metres))


# a drawing whose lines lie on no whole metres
GAPPED = moved(resized([5], -FLAW), 0.31)

FLAWS = {
    "over its neighbours on all sides": [resized([5], FLAW)],
    "away from its neighbours on all sides": [resized([5], -FLAW)],
    "over the village line": [resized([15], FLAW)],
    "a coarse grid over its neighbours": [resized([3], FLAW, step=500)],
    "one in each of two networks": [resized([5], FLAW), resized([18], -FLAW)],
    "a corner that one network leaves out": [without_corner(38.0)],
    "the same in a copy": [resized([5], FLAW)] * 2,
    "the same gap in a copy a rounding error off": [GAPPED, moved(GAPPED, 1e-7)],
    "the same gap in two copies of whole metres": [GAPPED, *[whole_metres(GAPPED)] * 2],
}


@pytest.mark.parametrize("name", FLAWS)
def test_what_a_network_draws_a_little_too_large_or_too_small_cuts_no_faces(name):
    found = faces(*FLAWS[name])
    assert len(found) == 32
    assert np.allclose(shapely.area(found), 250.0**2, rtol=0.005)


def strip(wide: float) -> list[shapely.Geometry]:
    """The blocks with a strip along the middle street that is a grid of its own, cut out of those beside it."""
    street = shapely.box(X, STREET, X + 1000, STREET + wide)
    return [*shapely.difference(np.array(blocks(250), dtype=object), street), street]


LAND = {
    "a strip as wide that is a grid of its own": ([strip(FLAW)], 33),
    "an overlap that is wider": ([resized([5], WIDE)], 36),
    "a gap that is wider": ([resized([5], -WIDE)], 33),
    "a strip that two networks leave out, each by its own hand": (
        [list(redrawn(strip(FLAW)[:-1], seed, 2.0)) for seed in (1, 2)],
        33,
    ),
    "a strip that a network and its copy leave out, and one by another hand": (
        [*[strip(FLAW)[:-1]] * 2, list(redrawn(strip(FLAW)[:-1], 3, 2.0))],
        33,
    ),
}


@pytest.mark.parametrize("name", LAND)
def test_land_of_its_own_stays(name):
    odd, least = LAND[name]
    assert len(faces(*odd)) >= least


@pytest.mark.parametrize("reach", [11.0, 12.0, 13.0])
def test_estates_that_reach_over_a_street_keep_what_lies_beyond(reach):
    estates = [
        shapely.box(
            X + 250 * i + 60, Y + 250 * j + 40, X + 250 * i + 160, Y + 250 * (j + 1) + reach
        )
        for i, j in [(0, 0), (2, 1), (5, 2), (6, 0)]
    ]
    assert len(faces(estates)) == 32 + 2 * len(estates)


def test_a_corner_that_is_large_is_a_face():
    assert len(faces(without_corner(80.0))) == 33


DRAWN = moved(blocks(250), 0.31)
COPIES = {
    "as it is": DRAWN,
    "a rounding error off": moved(DRAWN, 1e-7),
    "whole metres": whole_metres(DRAWN),
    "there and back between two datums": moved(DRAWN, 0.4),
    "rows the other way round": DRAWN[::-1],
    "one grid corrected": [DRAWN[0].buffer(3.0, join_style="mitre"), *DRAWN[1:]],
}
OTHERS = {
    "by another hand": list(redrawn(DRAWN, 1, 3.0)),
    "three metres beside": moved(DRAWN, 3.0),
    "coarser on the same lines": moved(blocks(500), 0.31),
    "a half of it": DRAWN[:16],
}


@pytest.mark.parametrize("name", [*COPIES, *OTHERS])
def test_a_copy_is_no_second_witness(name):
    other = {**COPIES, **OTHERS}[name]
    villages = np.array(VILLAGES, dtype=object)
    pair = prepare_linework(villages, [layer("one", DRAWN), layer("two", other)])
    assert len(set(number_witnesses(pair))) == (1 if name in COPIES else 2)
