"""The overlay through its door."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely.affinity import translate

from gridmerge.clean import clean_layer
from gridmerge.config.settings import LayerSpec, Overlay
from gridmerge.model import Layer, Mosaic, RawLayer, Source
from gridmerge.overlay import engine, overlay_layers
from tests.overlay.making import lattice, layer, of_town, promises, township
from tests.towns import draw_town, recovery

BLOCKS = lattice(4, 2)
LEFT, RIGHT = (
    shapely.union_all(BLOCKS[0:2] + BLOCKS[4:6]),
    shapely.union_all(BLOCKS[2:4] + BLOCKS[6:8]),
)


@pytest.fixture(scope="module")
def small():
    town = draw_town(3, villages=4, layers=10, blocks=16, dirt=1.0)
    ship, layers = of_town(town)
    return town, ship, layers, overlay_layers(ship, layers, Overlay())


def test_recovers_the_true_blocks_of_a_dirty_town(small):
    town, ship, _, mosaic = small
    promises(mosaic, ship)
    assert recovery(mosaic.faces, town)["f1"] > 0.9


@pytest.mark.parametrize("crowd", [engine.MIN_PROCESS_SAMPLES, 0], ids=["threads", "processes"])
def test_order_of_layers_and_number_of_processes_change_nothing(small, crowd, monkeypatch):
    _, ship, layers, mosaic = small
    monkeypatch.setattr(engine, "MIN_PROCESS_SAMPLES", crowd)
    again = overlay_layers(ship, layers[::-1], Overlay(), processes=2)
    assert_frame_equal(pd.DataFrame(mosaic.faces), pd.DataFrame(again.faces))
    assert_frame_equal(mosaic.memberships, again.memberships)
    assert_frame_equal(mosaic.borders, again.borders)
    assert mosaic.figures == again.figures
    assert mosaic.findings == again.findings


def _raw(frame: gpd.GeoDataFrame) -> RawLayer:
    return RawLayer(
        source=Source(key="made", path="made.shp", sha256="", features=len(frame)), frame=frame
    )


def _same_bytes(one: Mosaic, other: Mosaic) -> None:
    for name in ("faces", "memberships", "borders", "gaps", "claims", "disputes"):
        left, right = pd.DataFrame(getattr(one, name)), pd.DataFrame(getattr(other, name))
        assert list(left.columns) == list(right.columns), name
        for column in left.columns:
            values = [frame[column].to_numpy() for frame in (left, right)]
            if column == "geometry":
                values = [shapely.to_wkb(value) for value in values]
            assert all(a == b for a, b in zip(*values, strict=True)), (name, column)
    assert (one.figures, one.findings) == (other.figures, other.findings)


def test_order_of_rows_in_a_layer_changes_no_byte(small):
    _, ship, layers, mosaic = small
    mixed = [
        replace(one, frame=one.frame.sample(frac=1, random_state=n)) for n, one in enumerate(layers)
    ]
    assert any(
        list(a.frame["source_id"]) != list(b.frame["source_id"])
        for a, b in zip(layers, mixed, strict=True)
    )
    _same_bytes(mosaic, overlay_layers(ship, mixed, Overlay()))


@settings(max_examples=4, deadline=None)
@given(st.permutations(range(10)))
def test_names_of_layers_of_one_rank_move_no_line(small, order):
    """Only content decides: whoever is called what, and comes when, the land is cut alike and each line as well agreed."""
    _, ship, layers, mosaic = small
    named = {one.key: f"{n:02d}" for n, one in zip(order, layers, strict=True)}
    assert len(named) == len(order)
    renamed = [
        replace(
            one,
            key=named[one.key],
            department=named[one.key],
            title="",
            spec=one.spec.model_copy(update={"key": named[one.key], "department": named[one.key]}),
        )
        for one in layers
    ]
    again = overlay_layers(ship, sorted(renamed, key=lambda one: one.key), Overlay())
    assert (
        shapely.to_wkb(mosaic.faces.geometry.values).tolist()
        == shapely.to_wkb(again.faces.geometry.values).tolist()
    )
    assert_frame_equal(mosaic.borders, again.borders)
    back = {new: old for old, new in named.items()}
    theirs = again.memberships.assign(layer=again.memberships["layer"].map(back))
    assert_frame_equal(
        mosaic.memberships,
        theirs.sort_values(["face_id", "layer", "source_id"], ignore_index=True),
        check_dtype=False,
    )


def test_of_two_zones_on_one_land_the_same_wins_in_any_order_of_rows():
    ship = township([LEFT, RIGHT])
    campuses = {
        "学": shapely.box(500_050, 3_200_050, 500_150, 3_200_120),
        "校": shapely.box(500_100, 3_200_050, 500_190, 3_200_120),
    }
    zones = layer("zones", campuses, role="exclusive")
    turned = replace(zones, frame=zones.frame[::-1])
    first, second = (
        overlay_layers(ship, [layer("a", BLOCKS), one], Overlay(tolerance=5))
        for one in (zones, turned)
    )
    _same_bytes(first, second)
    assert first.faces.groupby("zone")["area_m2"].sum()["zones/学"] == pytest.approx(7000, abs=1)


@pytest.mark.parametrize("named", [True, False], ids=["with ids", "without ids"])
def test_order_of_rows_in_a_file_changes_no_byte(small, named):
    town, ship, _, _ = small

    def mended(seed: int | None) -> list[Layer]:
        layers = []
        for key, drawn in sorted(town.layers.items()):
            frame = drawn.frame if named else drawn.frame.drop(columns="source_id")
            if seed is not None:
                frame = frame.sample(frac=1, random_state=seed, ignore_index=True)
            spec = LayerSpec(
                path="made.shp", key=key, role=drawn.role, id="source_id" if named else None
            )
            layers.append(clean_layer(_raw(frame), spec, ship))
        return layers

    _same_bytes(
        overlay_layers(ship, mended(None), Overlay()), overlay_layers(ship, mended(7), Overlay())
    )


def test_equal_networks_give_their_own_blocks_exactly():
    ship = township([LEFT, RIGHT])
    mosaic = overlay_layers(ship, [layer("a", BLOCKS), layer("b", BLOCKS)], Overlay(tolerance=5))
    promises(mosaic, ship)
    assert len(mosaic.faces) == 8
    assert mosaic.faces["area_m2"].to_numpy() == pytest.approx([40_000.0] * 8)
    assert (mosaic.borders["agreement"] == 1.0).all()


def test_no_layer_leaves_the_villages():
    ship = township([LEFT, RIGHT])
    mosaic = overlay_layers(ship, [], Overlay())
    promises(mosaic, ship)
    assert len(mosaic.faces) == 2
    assert mosaic.memberships.empty


def test_a_layer_elsewhere_claims_nothing():
    ship = township([LEFT, RIGHT])
    away = layer("away", [translate(LEFT, 10_000)])
    mosaic = overlay_layers(ship, [layer("a", BLOCKS), away], Overlay(tolerance=5))
    assert set(mosaic.memberships["layer"]) == {"a"}


def test_double_claims_and_gaps_are_kept():
    ship = township([LEFT, RIGHT])
    twice = layer(
        "twice", {"w": shapely.union_all(BLOCKS[0:2]), "x": shapely.union_all(BLOCKS[1:3])}
    )
    mosaic = overlay_layers(ship, [layer("a", BLOCKS), twice], Overlay(tolerance=5))
    claims = (
        mosaic.memberships[mosaic.memberships["layer"] == "twice"]
        .groupby("face_id")["source_id"]
        .agg(list)
    )
    assert sorted(map(tuple, claims)) == [("w",), ("w", "x"), ("x",)]
    assert len(mosaic.faces) == 8


def test_an_exclusive_zone_is_cut_out_whole_and_named():
    ship = township([LEFT, RIGHT])
    campus = shapely.box(500_050, 3_200_050, 500_150, 3_200_120)
    mosaic = overlay_layers(
        ship,
        [layer("a", BLOCKS), layer("zones", {"校": campus}, role="exclusive")],
        Overlay(tolerance=5),
    )
    promises(mosaic, ship)
    zone = mosaic.faces[mosaic.faces["zone"] == "zones/校"]
    assert zone.union_all().symmetric_difference(campus).area < 1.0


def test_barriers_cut_and_belong_to_nobody():
    ship = township([LEFT, RIGHT])
    river = layer(
        "river", [shapely.LineString([(499_900, 3_200_100), (500_900, 3_200_100)])], role="barrier"
    )
    mosaic = overlay_layers(ship, [layer("a", BLOCKS), river], Overlay(tolerance=5))
    promises(mosaic, ship)
    assert len(mosaic.faces) == 12
    assert "river" not in set(mosaic.memberships["layer"])
    assert (mosaic.borders["barrier"] == 1.0).sum() == 4
    assert (mosaic.borders.loc[mosaic.borders["barrier"] == 1.0, "agreement"] == 0.0).all()


def test_the_better_rank_keeps_its_line():
    ship = township([LEFT, RIGHT])
    aside = [
        translate(shapely.box(500_000, 3_200_000, 500_197, 3_200_400)),
        shapely.box(500_197, 3_200_000, 500_800, 3_200_400),
    ]
    others = [
        layer(
            key,
            [
                shapely.box(500_000, 3_200_000, 500_200, 3_200_400),
                shapely.box(500_200, 3_200_000, 500_800, 3_200_400),
            ],
        )
        for key in "bcd"
    ]
    mosaic = overlay_layers(ship, [layer("a", aside, rank=1), *others], Overlay(tolerance=8))
    west = (
        mosaic.faces[mosaic.faces["village_code"] == "510311104201"].geometry.bounds["maxx"].min()
    )
    assert west == pytest.approx(500_197, abs=0.2)
