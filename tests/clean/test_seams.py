"""The faces that open edges enclose tell the same gaps and overlaps as cutting all the land would."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmerge.clean.topology import unmatched_edges


def squares(n=4, side=100.0):
    return np.array(
        [
            shapely.box(i * side, j * side, (i + 1) * side, (j + 1) * side)
            for j in range(n)
            for i in range(n)
        ]
    )


def gaps(shapes):
    land, depth = unmatched_edges.open_edge_faces(shapes)
    return land[depth == 0]


def overlaps(shapes):
    land, depth = unmatched_edges.open_edge_faces(shapes)
    return land[depth > 1]


def test_a_sound_network_leaves_its_outline_only():
    outline = shapely.union_all(unmatched_edges.open_edges(squares()))
    assert shapely.equals(outline, shapely.boundary(shapely.box(0, 0, 400, 400)))
    land, depth = unmatched_edges.open_edge_faces(squares())
    assert shapely.area(land).tolist() == [160_000] and depth.tolist() == [1]


def test_no_network_has_no_faces():
    land, depth = unmatched_edges.open_edge_faces(np.empty(0, dtype=object))
    assert len(land) == len(depth) == 0


def test_a_missing_grid_is_a_gap_and_its_ring_may_be_a_hole_of_the_neighbour():
    assert shapely.area(gaps(np.delete(squares(), 5))).tolist() == [10_000]
    ring = shapely.box(0, 0, 400, 400) - shapely.box(100, 100, 200, 200)
    assert shapely.area(gaps(np.array([ring]))).tolist() == [10_000]
    assert len(gaps(np.array([ring, shapely.box(100, 100, 200, 200)]))) == 0


def test_two_whole_networks_on_one_land_lie_twice_everywhere():
    """Each is sound by itself: every inner edge has as much on its left as on its right."""
    moved = shapely.transform(squares(), lambda at: at + np.array([30.0, 0.0]))
    assert shapely.area(overlaps(np.concatenate([squares(), moved]))).sum() == pytest.approx(
        370 * 400
    )


@pytest.mark.parametrize("turned", [True, False])
def test_the_direction_of_rings_and_vertices_on_one_side_only_do_not_matter(turned):
    shapes = squares()
    shapes[1:8] = shapely.orient_polygons(shapes[1:8], exterior_cw=turned)
    shapes[9:] = shapely.segmentize(shapes[9:], 33.0)
    land, depth = unmatched_edges.open_edge_faces(shapes)
    assert set(depth) == {1}
    assert shapely.area(land).sum() == pytest.approx(160_000)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 15), st.floats(-40, 40), st.floats(-40, 40)), max_size=6))
def test_gaps_and_overlaps_are_those_of_the_union(moves):
    shapes = squares()
    for row, x, y in moves:
        shapes[row] = shapely.transform(shapes[row], lambda at, x=x, y=y: at + np.array([x, y]))
    union = shapely.union_all(shapes)
    # also what land encloses by touching at a point only, which is no inner ring of the union
    rings = shapely.get_parts(shapely.union_all(shapely.get_rings(shapely.get_parts(union))))
    holes = shapely.area(shapely.get_parts(shapely.polygonize(rings))).sum() - shapely.area(union)
    twice = shapely.area(shapes).sum() - shapely.area(union)
    land, depth = unmatched_edges.open_edge_faces(shapes)
    assert shapely.area(land[depth == 0]).sum() == pytest.approx(holes, abs=1.0)
    assert (shapely.area(land) * np.maximum(depth - 1, 0)).sum() == pytest.approx(twice, abs=1.0)
