"""One line drawn twice, or two lines side by side: walls inside street centrelines stay where they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.affinity import translate

from gridmerge.config.settings import Overlay, Role
from gridmerge.model import Layer, Mosaic
from gridmerge.overlay import overlay_layers
from tests.overlay.making import layer, promises, township

X, Y, SIDE, COUNT = 500_000.0, 3_200_000.0, 160.0, 6
VILLAGES = [shapely.box(X + 480 * n, Y, X + 480 * (n + 1), Y + 960) for n in range(2)]


def streets(key: str, seed: int, step: int = 1, noise: float = 1.0) -> Layer:
    """A network of blocks of `step` streets, their corners moved by about a metre."""
    random = np.random.default_rng(seed)
    corner = random.normal(0, noise, (COUNT + 1, COUNT + 1, 2)) + random.normal(0, 0.5, 2)
    corner += np.stack(
        np.meshgrid(np.arange(COUNT + 1), np.arange(COUNT + 1), indexing="ij"), axis=2
    ) * SIDE + (X, Y)
    cells = []
    for i in range(0, COUNT, step):
        for j in range(0, COUNT, step):
            ring = [corner[i + a, j] for a in range(step)] + [
                corner[i + step, j + a] for a in range(step)
            ]
            ring += [corner[i + step - a, j + step] for a in range(step)]
            ring += [corner[i, j + step - a] for a in range(step)]
            cells.append(shapely.Polygon(ring))
    return layer(key, cells)


NETWORKS = [streets(key, n, 1 + n % 3) for n, key in enumerate("abcdefg")]


def estates(
    inset: float | Sequence[float], seed: int = 7, noise: float = 0.3
) -> dict[str, shapely.Polygon]:
    """Estates in the south-west corners of blocks, so far inside them."""
    random = np.random.default_rng(seed)
    drawn = {}
    for n, block in enumerate(random.choice(COUNT * COUNT, 14, replace=False)):
        (i, j), (w, h) = divmod(int(block), COUNT), random.uniform(60, 90, 2)
        deep = inset[n % len(inset)] if isinstance(inset, Sequence) else inset
        x, y = X + i * SIDE + deep, Y + j * SIDE + deep
        ring = np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)]) + random.normal(
            0, noise, (4, 2)
        )
        drawn[f"e{n:02d}"] = shapely.Polygon(ring)
    return drawn


def cut(estate: dict[str, shapely.Polygon], role: Role = "grid", **more: Any) -> Mosaic:
    ship = township(VILLAGES)
    mosaic = overlay_layers(ship, [*NETWORKS, layer("edu", estate, role=role, **more)], Overlay())
    promises(mosaic, ship)
    return mosaic


def final(mosaic: Mosaic, source: str) -> shapely.Geometry:
    """The land that the estate claims."""
    claims = mosaic.memberships
    mine = claims.loc[(claims["layer"] == "edu") & (claims["source_id"] == source), "face_id"]
    return shapely.union_all(mosaic.faces.geometry.to_numpy()[mosaic.faces["face_id"].isin(mine)])


def kept(mosaic: Mosaic, estate: dict[str, shapely.Polygon]) -> np.ndarray:
    """Intersection over union of each estate as drawn and as it came out."""
    pairs = [(drawn, final(mosaic, source)) for source, drawn in estate.items()]
    return np.array([one.intersection(other).area / one.union(other).area for one, other in pairs])


def blocks(mosaic: Mosaic, estate: dict[str, shapely.Polygon]) -> int:
    """How many of the blocks are found again, estate and rest of it together."""
    claims = mosaic.memberships
    finest = claims[claims["layer"] == "a"].merge(
        mosaic.faces[["face_id", "geometry"]], on="face_id"
    )
    land = finest.groupby("source_id")["geometry"].agg(lambda part: shapely.union_all(list(part)))
    true = dict(zip(NETWORKS[0].frame["source_id"], NETWORKS[0].frame.geometry, strict=True))
    return sum(
        land[s].intersection(true[s]).area > 0.93 * land[s].union(true[s]).area for s in land.index
    )


@pytest.mark.parametrize("role", ["grid", "base", "exclusive"])
@pytest.mark.parametrize("inset", [4.0, 8.0, 14.0, 25.0])
def test_estates_inside_their_blocks_keep_their_walls_and_the_streets_are_there_too(inset, role):
    estate = estates(inset)
    mosaic = cut(estate, role)
    assert kept(mosaic, estate).min() > 0.97
    assert blocks(mosaic, estate) == COUNT * COUNT
    assert len(mosaic.faces) == COUNT * COUNT + len(estate)
    figures = mosaic.figures["layers"]["edu"]
    assert (figures["coverage"], figures["shift_m"]) == ("partial", [0.0, 0.0])


def test_estates_at_many_distances_keep_their_walls():
    estate = estates([4.0, 7.0, 11.0, 16.0, 22.0, 28.0])
    mosaic = cut(estate)
    assert kept(mosaic, estate).min() > 0.97
    assert [f.kind for f in mosaic.findings if f.layer == "edu"] == ["lines_stand_apart"]


def test_estates_that_reach_over_their_streets_are_no_shift_either():
    inner = shapely.box(X + 20, Y + 20, X + 940, Y + 940).difference(
        shapely.box(X + 460, Y, X + 500, Y + 960)
    )
    estate = {source: drawn for source, drawn in estates(-9.0).items() if inner.contains(drawn)}
    assert len(estate) > 5
    assert kept(cut(estate), estate).min() > 0.97


def test_the_project_file_says_what_a_network_covers():
    estate = estates(14.0)
    mosaic = cut(estate, coverage="full")
    assert mosaic.figures["layers"]["edu"]["coverage"] == "full"
    assert np.median(kept(mosaic, estate)) < 0.9  # taken for drawings of the streets, as it says


@pytest.mark.parametrize("noise", [0.3, 1.5])
def test_estates_that_touch_their_streets_follow_them(noise):
    estate = estates(0.0, noise=noise)
    mosaic = cut(estate)
    assert len(mosaic.faces) == COUNT * COUNT + len(estate)
    assert mosaic.figures["layers"]["edu"]["inset_m"] == 0
    assert not [f for f in mosaic.findings if f.kind == "lines_stand_apart"]


def test_estates_that_touch_one_street_only_are_not_shifted():
    estate = {
        f"e{n}": shapely.box(
            X + SIDE * n + 50, Y + SIDE * n + 14, X + SIDE * n + 110, Y + SIDE * n + 80
        )
        for n in range(COUNT)
    }
    mosaic = cut(estate)
    assert kept(mosaic, estate).min() > 0.97


def test_a_wall_seen_on_one_side_is_no_shift_of_the_whole():
    estate = {
        f"e{n}": shapely.box(
            X + 6 + SIDE * (n % 3), Y + SIDE * n, X + SIDE * (n % 3) + 570, Y + SIDE * (n + 1)
        )
        for n in (0, 2, 3, 5)
    }
    ship = township([shapely.union_all(VILLAGES)])
    mosaic = overlay_layers(ship, [*NETWORKS, layer("edu", estate)], Overlay())
    assert mosaic.figures["layers"]["edu"]["shift_m"] == [0.0, 0.0]
    assert kept(mosaic, estate).min() > 0.97


def test_walls_pull_no_street():
    estate = estates(8.0)
    ship = township(VILLAGES)
    mosaic = overlay_layers(ship, [NETWORKS[0], layer("edu", estate)], Overlay())
    # the village line, half a metre off, pulls a little
    assert mosaic.figures["layers"]["a"]["max_m"] < 3
    assert kept(mosaic, estate).min() > 0.97


def test_base_lines_stay_as_drawn_and_the_others_come_to_them():
    aside = [translate(cell, 3, 2) for cell in streets("x", 3).frame.geometry]
    mosaic = overlay_layers(
        township(VILLAGES), [*NETWORKS, layer("base", aside, role="base")], Overlay()
    )
    assert len(mosaic.faces) == COUNT * COUNT
    lines = shapely.union_all(shapely.boundary(mosaic.faces.geometry.to_numpy()))
    walk = shapely.line_interpolate_point(
        shapely.boundary(np.array(aside)), np.arange(0, 640, 7)[:, None]
    ).ravel()
    # the village line is law for them too
    walk = walk[shapely.within(walk, shapely.buffer(VILLAGES[0], -20))]
    assert len(walk) > 500
    assert shapely.distance(walk, lines).max() < 0.02
    assert mosaic.figures["layers"]["a"]["p50_m"] > 1


def test_whole_blocks_fenced_on_all_sides_are_not_stretched_to_other_blocks():
    inner = {
        f"e{n}": shapely.box(
            X + SIDE * n + 12, Y + SIDE * n + 12, X + SIDE * (n + 1) - 12, Y + SIDE * (n + 1) - 12
        )
        for n in range(COUNT)
    }
    mosaic = cut(inner)
    assert kept(mosaic, inner).min() > 0.97


@pytest.mark.parametrize("role", ["grid", "exclusive"])
def test_one_estate_alone_keeps_its_walls(role):
    estate = {"e": shapely.box(X + SIDE + 9, Y + SIDE + 9, X + SIDE + 80, Y + SIDE + 70)}
    assert kept(cut(estate, role), estate).min() > 0.97


def test_a_true_shift_of_estates_is_still_one():
    whole = {
        f"e{i}{j}": shapely.box(X + SIDE * i, Y + SIDE * j, X + SIDE * (i + 1), Y + SIDE * (j + 1))
        for i, j in ((0, 1), (1, 3), (2, 2), (3, 0), (3, 4), (4, 1), (5, 5), (1, 5), (5, 2))
    }
    mosaic = cut({source: translate(one, 6, -4) for source, one in whole.items()})
    assert len(mosaic.faces) == COUNT * COUNT
    assert mosaic.figures["layers"]["edu"]["shift_m"] == pytest.approx([-6, 4], abs=1)
    assert kept(mosaic, whole).min() > 0.93


def test_a_network_drawn_along_kerbs_that_covers_the_town_is_the_same_network():
    kerbs = {
        f"e{i}{j}": shapely.box(
            X + SIDE * i + 4, Y + SIDE * j + 4, X + SIDE * (i + 1) - 4, Y + SIDE * (j + 1) - 4
        )
        for i in range(COUNT)
        for j in range(COUNT)
    }
    mosaic = cut(kerbs)
    assert len(mosaic.faces) == COUNT * COUNT
    assert mosaic.figures["layers"]["edu"]["coverage"] == "full"
    claimed = mosaic.memberships.groupby("layer")["face_id"].nunique()
    assert claimed["edu"] == COUNT * COUNT


BASES = {
    "a lane of 6 m": [(0, 0, 300, 960), (300, 0, 306, 960), (306, 0, 960, 960)],
    "a strip of 9 m along the village line": [
        (0, 0, 471, 960),
        (471, 0, 480, 960),
        (480, 0, 960, 960),
    ],
    "lines 5 m beside the streets": [(0, 0, 325, 960), (325, 0, 960, 485), (325, 485, 960, 960)],
}


@pytest.mark.parametrize("name", BASES)
def test_land_of_a_base_network_is_handed_to_nobody(name):
    drawn = [shapely.box(X + a, Y + b, X + c, Y + d) for a, b, c, d in BASES[name]]
    mosaic = overlay_layers(
        township(VILLAGES), [*NETWORKS, layer("edu", drawn, role="base")], Overlay()
    )
    promises(mosaic, township(VILLAGES))
    estate = {f"edu{n:03d}": grid for n, grid in enumerate(drawn)}
    assert kept(mosaic, estate).min() > 0.97


@pytest.mark.parametrize("role", ["base", "grid", "barrier"])
def test_no_role_moves_a_zone(role):
    other = [shapely.box(X, Y, X + 403, Y + 960), shapely.box(X + 403, Y, X + 960, Y + 960)]
    if role == "barrier":
        other = [shapely.boundary(one) for one in other]
    zones = {
        "z": shapely.box(X + 330, Y + 20, X + 400, Y + 90),
        "y": shapely.box(X + 390, Y + 200, X + 420, Y + 300),
    }
    layers = [*NETWORKS, layer("lines", other, role=role), layer("edu", zones, role="exclusive")]
    mosaic = overlay_layers(township(VILLAGES), layers, Overlay())
    promises(mosaic, township(VILLAGES))
    assert kept(mosaic, zones).min() > 0.999
    lines = shapely.union_all(shapely.boundary(mosaic.faces.geometry.to_numpy()))
    # 3 m beside the zone, and still there
    assert lines.distance(shapely.Point(X + 403, Y + 55)) < 0.01
