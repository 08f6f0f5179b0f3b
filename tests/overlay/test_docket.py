"""Gaps, double claims, disputes; villages that fail by name; labels."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely

from gridmerge.config.settings import Overlay
from gridmerge.overlay import conflation, overlay_layers
from gridmerge.overlay.discrepancies import FinishedFaces, find_disputes
from gridmerge.overlay.polygonization import find_adjacent_faces
from tests.overlay.making import WORKING, lattice, layer, of_town, promises, township
from tests.towns import draw_town

X, Y = 500_000.0, 3_200_000.0
BLOCKS = lattice(4, 2)
WEST, EAST = shapely.box(X, Y, X + 400, Y + 400), shapely.box(X + 400, Y, X + 800, Y + 400)


def halves(at: float) -> list[shapely.Polygon]:
    """The west village in two, parted at x = at; the east one whole."""
    return [shapely.box(X, Y, X + at, Y + 400), shapely.box(X + at, Y, X + 400, Y + 400), EAST]


def test_two_departments_that_part_20_m_asunder_are_a_dispute_with_sides():
    ship = township([WEST, EAST])
    layers = [layer("police", halves(200)), layer("fire", halves(220)), layer("party", halves(220))]
    mosaic = overlay_layers(ship, layers, Overlay(tolerance=8))
    promises(mosaic, ship)
    assert len(mosaic.disputes) == 1
    entry = mosaic.disputes.iloc[0]
    sides = {entry["layers_a"], entry["layers_b"]}
    assert sides == {"police", "fire;party"}
    assert entry["width_m"] == pytest.approx(20, abs=1.0)
    assert entry["length_m"] == pytest.approx(400, abs=5)
    assert entry["area_m2"] == pytest.approx(8000, abs=50)
    ids = mosaic.faces.set_index("face_id")
    wider = ids.loc[entry["faces_a"]].geometry
    assert wider.touches(entry.geometry)


def test_lines_within_the_tolerance_are_no_dispute():
    mosaic = overlay_layers(
        township([WEST, EAST]),
        [layer("police", halves(200)), layer("fire", halves(206))],
        Overlay(tolerance=8),
    )
    assert mosaic.disputes.empty
    assert len(mosaic.faces) == 3


def test_gaps_name_the_department_and_nobodys_land():
    ship = township([WEST, EAST])
    layers = [layer("police", BLOCKS[:3] + BLOCKS[4:7]), layer("fire", BLOCKS[:6] + BLOCKS[6:7])]
    mosaic = overlay_layers(ship, layers, Overlay(tolerance=5))
    area = {(row.layer, row.village_code): row.area_m2 for row in mosaic.gaps.itertuples()}
    assert area[("police", "510311104202")] == pytest.approx(80_000, rel=0.01)
    assert area[("fire", "510311104202")] == pytest.approx(40_000, rel=0.01)
    assert area[("", "510311104202")] == pytest.approx(40_000, rel=0.01)
    assert len(area) == 3


def test_double_claims_name_both_grids():
    twice = layer(
        "twice", {"w": shapely.union_all(BLOCKS[0:2]), "x": shapely.union_all(BLOCKS[1:3])}
    )
    mosaic = overlay_layers(
        township([WEST, EAST]), [layer("a", BLOCKS), twice], Overlay(tolerance=5)
    )
    assert list(mosaic.claims["source_ids"]) == ["w;x"]
    assert mosaic.claims["area_m2"].iloc[0] == pytest.approx(40_000, rel=0.01)


def test_a_village_that_geos_cannot_cut_names_itself_and_stops_nobody(monkeypatch):
    ship = township([WEST, EAST])
    news = conflation._new_runs

    def fails_in_the_west(candidate, village, network):
        if candidate.layer == "b" and village.bounds[0] < X + 100:
            raise shapely.errors.GEOSException("TopologyException: side location conflict")
        return news(candidate, village, network)

    monkeypatch.setattr(conflation, "_new_runs", fails_in_the_west)
    mosaic = overlay_layers(ship, [layer("a", BLOCKS), layer("b", BLOCKS)], Overlay(tolerance=5))
    promises(mosaic, ship)
    assert mosaic.figures["failed_villages"] == ["510311104201"]
    assert mosaic.faces.groupby("village_code").size().to_dict() == {
        "510311104201": 1,
        "510311104202": 4,
    }
    told = [finding for finding in mosaic.findings if finding.kind == "village_failed"]
    assert len(told) == 1
    assert "510311104201" in told[0].message("zh")
    assert "layer b: TopologyException" in told[0].message("en")
    assert WEST.contains(shapely.Point(told[0].place))


def test_a_village_that_needs_rounding_says_so(monkeypatch):
    news = conflation._new_runs
    calls = []

    def fails_once(candidate, village, network):
        calls.append(candidate.layer)
        if len(calls) == 1:
            raise shapely.errors.GEOSException("TopologyException")
        return news(candidate, village, network)

    monkeypatch.setattr(conflation, "_new_runs", fails_once)
    mosaic = overlay_layers(township([WEST, EAST]), [layer("a", BLOCKS)], Overlay(tolerance=5))
    assert len(mosaic.faces) == 8
    assert [f.kind for f in mosaic.findings] == ["village_rounded"]
    assert mosaic.figures["failed_villages"] == []


def test_a_shifted_layer_is_moved_back_and_said():
    ship, layers = of_town(draw_town(4, villages=3, layers=8, blocks=16, dirt=0.0))
    moved = next(one for one in layers if one.spec.role == "grid")
    frame = moved.frame.assign(
        geometry=shapely.transform(
            moved.frame.geometry.to_numpy(), lambda at: at + np.array([3.0, -2.0])
        )
    )
    others = [one for one in layers if one.key != moved.key]
    mosaic = overlay_layers(
        ship, [*others, type(moved)(**{**moved.__dict__, "frame": frame})], Overlay()
    )
    assert mosaic.figures["layers"][moved.key]["shift_m"] == pytest.approx([-3.0, 2.0], abs=0.3)
    told = [finding for finding in mosaic.findings if finding.kind == "layer_shifted"]
    assert [finding.layer for finding in told] == [moved.key]
    assert told[0].measure == pytest.approx(3.6, abs=0.3)


def test_land_away_from_a_grids_own_edge_is_labelled_right():
    ship, layers = of_town(draw_town(5, villages=4, layers=12, blocks=20, dirt=1.0))
    mosaic = overlay_layers(ship, layers, Overlay())
    rim = 1.5 * mosaic.figures["tolerance"]
    land = shapely.union_all(ship.villages.geometry.to_numpy())
    faces = mosaic.faces.set_index("face_id").geometry
    for one in layers:
        claims = (
            mosaic.memberships[mosaic.memberships["layer"] == one.key]
            .groupby("source_id")["face_id"]
            .agg(list)
        )
        wrong = whole = 0.0
        for source, drawn in zip(one.frame["source_id"], one.frame.geometry, strict=True):
            here = drawn.intersection(land)
            held = shapely.union_all(faces.loc[claims.get(source, [])].to_numpy())
            wrong += (
                here.buffer(-rim).difference(held).area + held.difference(here.buffer(rim)).area
            )
            whole += here.area
        assert wrong < 0.003 * whole, one.key


def test_figures_are_plain_numbers():
    mosaic = overlay_layers(
        township([WEST, EAST]), [layer("a", BLOCKS), layer("b", halves(205))], Overlay()
    )
    for figures in mosaic.figures["layers"].values():
        assert all(
            type(figures[key]) is float for key in ("tolerance_m", "p50_m", "p95_m", "max_m")
        )
        assert [type(metres) for metres in figures["shift_m"]] == [float, float]


def _strips(holders: list[list[float]], width: float, long: float = 400) -> FinishedFaces:
    """Land west and east of a street of strips `width` wide, `long` each; holders are (west, east, *strips)."""
    count = len(holders) - 2
    top = 3_200_000 + long * count
    boxes = [
        shapely.box(499_000, 3_200_000, 500_000, top),
        shapely.box(500_000 + width, 3_200_000, 501_000, top),
    ]
    boxes += [
        shapely.box(500_000, top - long * (n + 1), 500_000 + width, top - long * n)
        for n in range(count)
    ]
    nodes = [
        shapely.Point(x, 3_200_000 + long * n)
        for x in (500_000, 500_000 + width)
        for n in range(count + 1)
    ]
    faces = shapely.get_parts(
        shapely.polygonize(
            shapely.get_parts(
                shapely.union_all(
                    [
                        shapely.snap(shapely.boundary(b), shapely.MultiPoint(nodes), 0.1)
                        for b in boxes
                    ]
                )
            )
        )
    )
    inner = [shapely.point_on_surface(b) for b in boxes]
    faces = np.array([next(f for f in faces if f.contains(p)) for p in inner], dtype=object)
    ids = np.array([f"f{n}" for n in range(len(boxes))], dtype=object)
    return FinishedFaces(
        faces, ids, np.full(len(boxes), "村", dtype=object), *find_adjacent_faces(faces), WORKING
    )


# a reaches to the east edge, b to the west
TWO_SIDES = [[1.0, 1.0], [2.0, 2.0], [1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]


@pytest.mark.parametrize(
    ("width", "spread", "long", "entries"),
    [
        (30.0, 1.0, 400, 1),
        (9.0, 1.0, 400, 0),
        (30.0, 8.0, 400, 1),
        (30.0, 8.0, 45, 0),
        (30.0, 11.0, 400, 0),
    ],
    ids=["plain", "narrow", "rough but lasting", "rough and short", "too rough"],
)
def test_the_docket_folds_strips_of_one_quarrel_and_leaves_out_what_nobody_can_decide(
    width, spread, long, entries
):
    land = _strips(TWO_SIDES, width, long)
    docket = find_disputes(
        land, ["a", "b"], np.array(TWO_SIDES), np.full(5, -1), 10.0, np.array([1.0, spread])
    )
    assert len(docket) == entries
    if entries:
        entry = docket.iloc[0]
        assert (entry["layers_a"], entry["faces_a"]) == ("a", "f0")
        assert (entry["layers_b"], entry["faces_b"]) == ("b", "f1")
        assert entry["faces"] == "f2;f3;f4"
        assert (entry["length_m"], entry["width_m"]) == pytest.approx((3 * long, 30), abs=0.5)


def along(*lines: float) -> list[shapely.Polygon]:
    """Land of 400 x 800 m parted at these x, counted from the west."""
    edges = [0.0, *lines, 400.0]
    return [shapely.box(X + a, Y, X + b, Y + 800) for a, b in itertools.pairwise(edges)]


TALL = shapely.box(X, Y, X + 400, Y + 800)


@pytest.mark.parametrize(
    ("drawn", "sides"),
    [
        pytest.param({"water": [along(180, 220)[1]]}, None, id="a river from bank to bank"),
        pytest.param(
            {"water": [along(180, 220)[1]], "fire": along(180, 220)[::2]},
            None,
            id="and grids that end at its banks",
        ),
        pytest.param(
            {"fire": along(180, 220)[::2]}, None, id="a street between kerbs that is nobody's"
        ),
        pytest.param({"fire": along(180, 220)}, None, id="a street of sections among the grids"),
        pytest.param(
            {"fire": along(225)}, {"fire", "market;party;police"}, id="one line drawn aside"
        ),
        pytest.param(
            {"fire": along(225, 310)},
            {"fire", "market;party;police"},
            id="a block that has lost a strip",
        ),
        pytest.param(
            {"water": [along(180, 220)[1]], "fire": along(180)},
            {"fire;water", "market;party;police"},
            id="a grid that takes the river",
        ),
    ],
)
def test_who_draws_both_edges_of_a_band_has_not_drawn_its_middle_elsewhere(drawn, sides):
    layers = [layer(key, along(200)) for key in ("police", "party", "market")]
    layers += [layer(key, grids, coverage="full") for key, grids in drawn.items()]
    ship = township([TALL])
    mosaic = overlay_layers(ship, layers, Overlay(tolerance=8))
    promises(mosaic, ship)
    if sides is None:
        assert len(mosaic.faces) == 4
        assert mosaic.disputes.empty
    else:
        assert sides in [{row.layers_a, row.layers_b} for row in mosaic.disputes.itertuples()]
