"""Shared arcs, over random little coverages with holes, islands, several parts and rings that run either way."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridmerge.products.map.topology_arcs import shared_arcs, simplify_arcs

SIDE = 5


@st.composite
def coverages(draw):
    labels = draw(st.lists(st.integers(0, 4), min_size=SIDE * SIDE, max_size=SIDE * SIDE))
    turned = draw(st.lists(st.booleans(), min_size=5, max_size=5))
    cells = [shapely.box(x, y, x + 1, y + 1) for x, y in itertools.product(range(SIDE), repeat=2)]
    shapes = []
    for label in sorted(set(labels)):
        shape = shapely.coverage_union_all(
            [cell for cell, of in zip(cells, labels, strict=True) if of == label]
        )
        shapes.append(shape.reverse() if turned[label] else shape)
    return shapes


def ring_of(arcs, ring):
    return np.vstack([arcs.lines[n] if n >= 0 else arcs.lines[~n][::-1] for n in ring])


def even_odd(rings):
    """The land inside rings filled even-odd, as the page fills them."""
    land = shapely.Polygon()
    for ring in rings:
        land = land.symmetric_difference(shapely.Polygon(ring))
    return land


@given(coverages())
def test_every_shape_comes_back_from_its_arcs(shapes):
    arcs = shared_arcs(shapes)
    for shape, rings in zip(shapes, arcs.rings, strict=True):
        back = [ring_of(arcs, ring) for ring in rings]
        assert all((ring[0] == ring[-1]).all() for ring in back)
        assert even_odd(back).symmetric_difference(shape).area == 0


@given(coverages())
def test_every_border_is_written_once_and_has_at_most_two_sides(shapes):
    arcs = shared_arcs(shapes)
    steps = [
        tuple(sorted((tuple(a), tuple(b))))
        for line in arcs.lines
        for a, b in itertools.pairwise(line.tolist())
    ]
    assert len(steps) == len(set(steps))
    used = [n if n >= 0 else ~n for rings in arcs.rings for ring in rings for n in ring]
    assert np.bincount(used, minlength=len(arcs.lines)).max() <= 2
    assert set(used) == set(range(len(arcs.lines)))


@given(coverages(), st.floats(0.1, 3))
def test_simplified_arcs_keep_their_ends_so_no_gap_opens(shapes, tolerance):
    arcs = shared_arcs(shapes)
    light = simplify_arcs(arcs.lines, tolerance)
    assert len(light) == len(arcs.lines)
    for line, thin in zip(arcs.lines, light, strict=True):
        assert (line[0] == thin[0]).all() and (line[-1] == thin[-1]).all()
        assert (
            shapely.hausdorff_distance(shapely.LineString(line), shapely.LineString(thin))
            <= tolerance + 1e-9
        )
