"""One thing is wrong, one finding says so: every kind of trouble a network or the villages can have, planted by itself."""

from __future__ import annotations

from collections import Counter

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridmerge.clean import clean_layer, clean_township
from gridmerge.findings import load_kinds
from tests.clean.conftest import box, raw, settings, village_frame, wavy
from tests.clean.test_layer import spec

FIGURES = "datum_fit"  # said of every layer


def beside(shape, east=0.0, north=0.0):
    """A spot well inside a shape, moved by metres."""
    at = shape.representative_point()
    return at.x + east, at.y + north


def square(at, width, height=None):
    x, y = at
    return shapely.box(
        x - width / 2, y - (height or width) / 2, x + width / 2, y + (height or width) / 2
    )


def edge(grids):
    """The middle of the line between two grids of one village."""
    shared = shapely.intersection(grids.geometry[0], grids.geometry[1])
    middle = shapely.line_interpolate_point(shapely.line_merge(shared), 0.5, normalized=True)
    return middle.x, middle.y


def with_shape(grids, row, shape):
    shapes = list(grids.geometry)
    shapes[row] = shape
    return grids.set_geometry(gpd.GeoSeries(shapes, crs=grids.crs))


def with_row(grids, code, shape):
    more = gpd.GeoDataFrame(
        {"wgbm": [code], "wgmc": [f"{code}网格"]}, geometry=[shape], crs=grids.crs
    )
    return gpd.GeoDataFrame(
        {name: [*grids[name], *more[name]] for name in ("wgbm", "wgmc")},
        geometry=[*grids.geometry, *more.geometry],
        crs=grids.crs,
    )


def merged(grids, rows):
    """Some grids made one."""
    whole = shapely.union_all(grids.geometry[rows])
    return with_row(grids.drop(index=rows).reset_index(drop=True), "整", whole)


def first(grids):
    return grids.geometry[0]


PLANTS = {
    "self_overlap": lambda g: with_shape(g, 0, shapely.union(first(g), square(edge(g), 60, 200))),
    "edges_overlap": lambda g: with_shape(g, 0, first(g).buffer(4)),
    "self_overlaps_small": lambda g: with_shape(g, 0, shapely.union(first(g), square(edge(g), 8))),
    "same_land": lambda g: with_row(g, "X1", first(g)),
    "duplicate_feature": lambda g: gpd.GeoDataFrame(
        g.iloc[[0, *range(len(g))]].reset_index(drop=True), crs=g.crs
    ),
    "inner_gap": lambda g: with_shape(
        g, 0, shapely.difference(first(g), square(beside(first(g)), 60))
    ),
    "inner_gaps_small": lambda g: with_shape(
        g, 0, shapely.difference(first(g), square(beside(first(g)), 8))
    ),
    "grid_sliver": lambda g: with_row(g, "S", square(beside(first(g)), 300, 1.5)),
    "grid_tiny": lambda g: with_row(g, "T", square(beside(first(g)), 20)),
    "off_territory": lambda g: with_row(g, "远", box(30, 30)),
    "grids_across_villages": lambda g: merged(g, [1, 4]),
    "land_unclaimed": lambda g: g.drop(index=[0]).reset_index(drop=True),
    "id_missing": lambda g: g.assign(wgbm=["", *g.wgbm[1:]]),
    "id_duplicate": lambda g: g.assign(wgbm=["G01", *g.wgbm[1:]]),
    "geometry_missing": lambda g: with_row(g, "空", None),
    "geometry_not_area": lambda g: with_row(
        g, "线", shapely.LineString([beside(first(g)), beside(first(g), 300)])
    ),
}


def new_kinds(layer, clean):
    return Counter(one.kind for one in layer.findings) - Counter(one.kind for one in clean.findings)


@pytest.mark.parametrize("kind", PLANTS)
def test_one_fault_of_a_network_is_one_finding(kind, grids, town):
    clean = clean_layer(raw(grids, "urban_management"), spec(), town)
    layer = clean_layer(raw(PLANTS[kind](grids), "urban_management"), spec(), town)
    assert new_kinds(layer, clean) == {kind: 1}, [one.message("en") for one in layer.findings]


def test_a_clean_network_has_no_findings(grids, town):
    layer = clean_layer(raw(grids, "urban_management"), spec(), town)
    assert [one.kind for one in layer.findings] == [FIGURES]


def test_a_grid_of_the_whole_town_is_one_finding_and_no_overlaps(town):
    x0, y0, x1, y1 = town.villages.total_bounds
    xs, ys = np.linspace(x0, x1, 13), np.linspace(y0, y1, 9)
    cells = [
        shapely.box(a, b, xs[i + 1], ys[j + 1])
        for i, a in enumerate(xs[:-1])
        for j, b in enumerate(ys[:-1])
    ]
    frame = gpd.GeoDataFrame(
        {"id": [f"A{i:03d}" for i in range(len(cells))]}, geometry=cells, crs=town.crs
    )
    whole = gpd.GeoDataFrame({"id": ["全镇"]}, geometry=[shapely.box(x0, y0, x1, y1)], crs=town.crs)
    both = gpd.GeoDataFrame(
        {"id": [*frame.id, "全镇"]}, geometry=[*frame.geometry, *whole.geometry], crs=town.crs
    )
    clean, layer = (
        clean_layer(raw(one, "urban_management"), spec(), town) for one in (frame, both)
    )
    more = new_kinds(layer, clean)
    assert more["grid_huge"] == 1 and not {"self_overlap", "edges_overlap", "same_land"} & set(more)


def test_an_outline_of_all_grids_is_one_finding_and_no_overlaps(grids, town):
    clean = clean_layer(raw(grids, "urban_management"), spec(), town)
    over = with_row(grids, "总", shapely.union_all(grids.geometry).buffer(3))
    layer = clean_layer(raw(over, "urban_management"), spec(), town)
    assert new_kinds(layer, clean) == {"grid_above_others": 1, "grids_across_villages": 1}
    told = next(one for one in layer.findings if one.kind == "grid_above_others")
    assert (told.source_id, told.measure) == ("总", len(grids))


def drawn(shapes=None, codes=None, names=None):
    return clean_township(
        raw(village_frame(wavy() if shapes is None else shapes, codes, names)),
        settings(name="青山镇"),
    )


def codes(changed):
    return [changed.get(i, f"51031110420{i + 1}") for i in range(6)]


def tiles(change):
    """Plain squares, so that a fault can be drawn with a ruler."""
    shapes = [box(i % 3, i // 3) for i in range(6)]
    change(shapes)
    return shapes


def overlapping(shapes):
    shapes[0] = box(0, 0, 1.03, 1)


def gaping(shapes):
    shapes[0] = shapely.difference(shapes[0], box(0.985, 0.3, 0.015, 0.3))


def holed(shapes):
    shapes[0] = shapely.difference(shapes[0], box(0.4, 0.4, 0.2, 0.2))


VILLAGES = {
    "village_overlap": lambda: drawn(tiles(overlapping)),
    "village_gap": lambda: drawn(tiles(gaping)),
    "village_hole": lambda: drawn(tiles(holed)),
    "village_code_clash": lambda: drawn(
        codes=codes({1: "510311104201"}), names=["甲村", "甲村委会", "丙村", "丁村", "戊村", "己村"]
    ),
    "village_code_marks": lambda: drawn(codes=codes({1: "510,311,104,202"})),
    "village_code_merged": lambda: drawn(codes=codes({1: "510311104601"})),
    "village_code_length": lambda: drawn(codes=codes({1: "510311"})),
    "village_name_clash": lambda: drawn(names=["甲村", "甲村", "丙村", "丁村", "戊村", "己村"]),
}


@pytest.mark.parametrize("kind", VILLAGES)
def test_one_fault_of_the_villages_is_one_finding(kind):
    assert [one.kind for one in VILLAGES[kind]().findings] == [kind]


def test_every_planted_kind_is_in_the_closed_list():
    assert {*PLANTS, *VILLAGES} <= set(load_kinds())


def test_a_grid_a_little_over_the_village_line_lies_in_one_village(grids, town):
    clean = clean_layer(raw(grids, "urban_management"), spec(), town)
    over = with_shape(grids, 0, first(grids).buffer(12))
    layer = clean_layer(raw(over, "urban_management"), spec(), town)
    assert "grids_across_villages" not in new_kinds(layer, clean)
