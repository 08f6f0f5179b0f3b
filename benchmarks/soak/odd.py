"""The odd kinds of layer: what real folders hold and no generator of clean grids draws. Each changes a draft in place."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.soak.draft import Draft, jittered
from tests.towns.truth import CRS

ROOM = 70.0  # metres: a block that holds a zone well inside is wider
# metres from a block's line to a zone inside: a wall beside the kerb, and well inside
INSETS = (4.0, 8.0, 14.0, 25.0, 35.0)
# metres: what is left of a block around its zone is a face of its own when it is wider
RIM = 20.0
BESIDE_RAILS = 4  # blocks with a barrier around them
AWAY = np.array([11_000.0, 1_500.0])  # metres to the next township


def _spots(draft: Draft, count: int) -> np.ndarray:
    """Places on the land, (n, 2)."""
    x0, y0, x1, y1 = draft.villages.total_bounds
    return draft.rng.uniform((x0, y0), (x1, y1), (count, 2))


def _areas(shapes: np.ndarray) -> np.ndarray:
    """Which rows are areas: an earlier kind may have left empty or flat ones."""
    return shapely.area(shapes) > 0


def _some(draft: Draft, shapes: np.ndarray, count: int) -> np.ndarray:
    """Rows of areas, not of those that an earlier kind has left empty."""
    areas = np.flatnonzero(_areas(shapes))
    return areas[draft.rng.choice(len(areas), size=min(count, len(areas)), replace=False)]


def _needle(draft: Draft, at: np.ndarray, width: float) -> shapely.Polygon:
    way = draft.rng.normal(size=2)
    way *= draft.rng.uniform(5, 80) / np.hypot(*way)
    side = np.array([-way[1], way[0]]) / np.hypot(*way) * width
    return shapely.Polygon([at, at + way, at + way * 0.4 + side])


def needles(draft: Draft) -> None:
    """Triangles as thin as a rounding error among a network's grids."""
    widths = 10.0 ** draft.rng.uniform(-9, -0.5, 6)
    shapes = [_needle(draft, at, width) for at, width in zip(_spots(draft, 6), widths, strict=True)]
    draft.add_rows(draft.pick(), shapes, "ZZ")


def vertex_needles(draft: Draft) -> None:
    """Needles whose tips are vertices of a grid: nearly coincident edges."""
    key = draft.pick()
    shapes = draft.shapes(key)
    made = []
    for row in _some(draft, shapes, 4):
        ring = shapely.get_coordinates(shapes[row])
        n = int(draft.rng.integers(0, len(ring) - 2))
        side = draft.rng.normal(0, 10.0 ** draft.rng.uniform(-8, -1), 2)
        made.append(shapely.Polygon([ring[n], ring[n + 1], ring[n + 2], ring[n + 1] + side]))
    draft.add_rows(key, made, "VN")


def strips(draft: Draft) -> None:
    """Two strips of 1 × 60 m, as broken exports leave them."""
    made = [shapely.box(x, y, x + 60, y + 1) for x, y in _spots(draft, 2)]
    draft.excused += [strip.buffer(2) for strip in made]
    draft.add_rows(draft.pick(), made, "ST")


def spikes(draft: Draft) -> None:
    """Vertices pulled out into spikes a nanometre wide."""
    key = draft.pick()
    shapes = draft.shapes(key)
    for row in _some(draft, shapes, 3):
        part = shapely.get_parts(shapes[row])[0]
        ring = shapely.get_coordinates(part.exterior)
        n = int(draft.rng.integers(1, len(ring) - 1))
        tip = ring[n] + draft.rng.normal(0, 30, 2)
        ring = np.insert(ring, n + 1, [tip, ring[n] + 1e-9], axis=0)
        shapes[row] = shapely.Polygon(ring, [hole.coords for hole in part.interiors])
    draft.redraw(key, shapes)
    draft.plain.add(key)


def bow_ties(draft: Draft) -> None:
    """Two neighbouring vertices of an outline in the wrong order."""
    key = draft.pick()
    shapes = draft.shapes(key)
    for row in _some(draft, shapes, 3):
        part = shapely.get_parts(shapes[row])[0]
        ring = shapely.get_coordinates(part.exterior)
        n = int(draft.rng.integers(1, len(ring) - 2))
        ring[[n, n + 1]] = ring[[n + 1, n]]
        crossed = shapely.Polygon(ring, [hole.coords for hole in part.interiors])
        # at a corner the land that changes sides is more than a drawing error
        draft.excused.append(
            shapely.symmetric_difference(shapely.make_valid(crossed), part).buffer(1.0)
        )
        shapes[row] = crossed
    draft.redraw(key, shapes)
    draft.plain.add(key)


def repeated_points(draft: Draft) -> None:
    """A vertex every half metre, many of them twice."""
    key = draft.pick()
    shapes = draft.shapes(key)
    areas = _areas(shapes)
    shapes[areas] = shapely.segmentize(shapes[areas], 0.5)
    twice = draft.rng.integers(1, 3, shapely.get_num_coordinates(shapes).sum())
    at, row = shapely.get_coordinates(shapes, return_index=True)
    simple = areas & (shapely.get_type_id(shapes) == 3)
    simple &= shapely.get_num_interior_rings(shapes) == 0
    for n in np.flatnonzero(simple):
        own = row == n
        shapes[n] = shapely.Polygon(np.repeat(at[own], twice[own], axis=0))
    draft.redraw(key, shapes)
    draft.plain.add(key)


def whole_metres(draft: Draft) -> None:
    """Coordinates rounded to whole metres."""
    key = draft.pick()
    draft.redraw(key, shapely.transform(draft.shapes(key), np.round))
    draft.plain.add(key)


def empties(draft: Draft) -> None:
    """Rows without geometry, and areas that are one point or one line."""
    key = draft.pick()
    x, y = _spots(draft, 1)[0]
    point = shapely.Polygon([(x, y)] * 4)
    line = shapely.Polygon([(x, y), (x + 50, y), (x + 100, y), (x, y)])
    draft.add_rows(key, [None, shapely.Polygon(), point, line], "KO")
    draft.plain.add(key)


def duplicates(draft: Draft) -> None:
    """A tenth of the rows twice: some with their own id again, some with another."""
    key = draft.pick()
    frame = draft.layers[key].frame
    again = frame.iloc[
        draft.rng.choice(len(frame), size=max(1, len(frame) // 10), replace=False)
    ].copy()
    other = draft.rng.random(len(again)) < 0.5
    again["source_id"] = np.where(other, "DUP" + again["source_id"], again["source_id"])
    draft.replace(
        key,
        gpd.GeoDataFrame(
            pd.concat([frame, again], ignore_index=True), geometry="geometry", crs=CRS
        ),
    )


def multiparts(draft: Draft) -> None:
    """Two grids that do not touch made one of two parts."""
    key = draft.pick()
    frame, groups = draft.layers[key].frame, draft.layers[key].groups.copy()
    shapes = frame.geometry.to_numpy()
    apart = np.argwhere(shapely.distance(shapes[:, None], shapes[None]) > ROOM)
    if len(apart) == 0:
        return
    a, b = apart[int(draft.rng.integers(len(apart)))]
    merged = frame.copy()
    parts = [part for n in (a, b) for part in shapely.get_parts(shapes[n])]
    merged.loc[a, "geometry"] = shapely.MultiPolygon(parts)
    ids = frame["source_id"]
    draft.replace(key, merged.drop(index=b), groups.replace({ids[b]: ids[a]}))


def overlapping(draft: Draft) -> None:
    """A network whose every grid reaches some metres over its neighbours."""
    key = draft.pick()
    draft.redraw(
        key, shapely.buffer(draft.shapes(key), float(draft.rng.uniform(1, 4)), join_style="mitre")
    )


def half(draft: Draft) -> None:
    """A network that covers only a side of the town."""
    key = draft.pick()
    frame, groups = draft.layers[key].frame, draft.layers[key].groups
    frame = frame[_areas(frame.geometry.to_numpy())]
    middle = shapely.get_coordinates(shapely.centroid(frame.geometry.to_numpy()))
    side = middle @ draft.rng.normal(size=2)
    kept = frame[side >= np.median(side)]
    draft.replace(key, kept, groups[groups.isin(set(kept["source_id"]))])


def twin(draft: Draft) -> None:
    """A network that is another's copy, a rounding error off."""
    key = draft.pick()
    layer = draft.layers[key]
    moved = shapely.transform(draft.shapes(key), lambda at: at + 1e-7)
    draft.add_layer("twin", list(moved), "grid")
    ids = dict(zip(layer.frame["source_id"], draft.layers["twin"].frame["source_id"], strict=True))
    draft.replace("twin", draft.layers["twin"].frame, layer.groups.map(ids).dropna())
    if key in draft.plain:
        draft.plain.add("twin")


def above(draft: Draft) -> None:
    """A network with a grid for the whole township above its own."""
    draft.add_rows(draft.pick(), [shapely.union_all(draft.villages.geometry.to_numpy())], "ALL")


def whole(draft: Draft) -> None:
    """A network of one grid."""
    land = shapely.union_all(draft.villages.geometry.to_numpy()).buffer(30)
    groups = pd.Series("wh000", index=draft.land.blocks["block_id"].to_numpy())
    draft.add_layer("whole", [land], "grid", groups)


def neighbours_too(draft: Draft) -> None:
    """A network that holds the next township's grids as well."""
    key = draft.pick()
    moved = shapely.transform(draft.shapes(key), lambda at: at + AWAY)
    draft.add_rows(key, list(moved), "GD")


def no_ids(draft: Draft) -> None:
    """A network without ids for half of its rows, and one id for some others."""
    key = draft.pick()
    frame = draft.layers[key].frame.copy()
    lot = draft.rng.random(len(frame))
    frame["source_id"] = np.where(lot < 0.4, None, np.where(lot < 0.6, "A1", frame["source_id"]))
    draft.layers[key] = type(draft.layers[key])(
        frame=frame, department=key, role="grid", groups=draft.layers[key].groups, dirt={}
    )


def _roomy(draft: Draft, cores: np.ndarray) -> np.ndarray:
    """Which cores of blocks are one piece, large enough for a zone, and no lake."""
    lakes = shapely.union_all(draft.lakes) if draft.lakes else shapely.Point()
    whole = (shapely.get_type_id(cores) == 3) & ~shapely.is_empty(cores)
    roomy = shapely.area(cores) > ROOM * ROOM / 2
    return np.flatnonzero(whole & roomy & ~shapely.intersects(cores, lakes))


def zones_inside(draft: Draft) -> None:
    """Exclusive zones inside blocks, from a wall four metres behind the kerb to well inside."""
    inset = float(draft.rng.choice(INSETS))
    blocks = draft.land.blocks.geometry.to_numpy()
    cores = shapely.buffer(blocks, -inset, join_style="mitre")
    roomy = _roomy(draft, cores)
    chosen = draft.rng.choice(roomy, size=min(3, len(roomy)), replace=False)
    made = list(shapely.remove_repeated_points(cores[chosen], 0.01))
    if not made:
        return
    draft.zones += made
    draft.add_layer("school", made, "exclusive")
    if inset < RIM:
        draft.excused += list(shapely.difference(blocks[chosen], cores[chosen]))


def zones_at_lines(draft: Draft) -> None:
    """Exclusive zones over a village line: each village gets its part."""
    lines = shapely.boundary(draft.villages.geometry.to_numpy())
    made = []
    for _ in range(2):
        line = lines[int(draft.rng.integers(len(lines)))]
        at = shapely.line_interpolate_point(
            shapely.get_parts(line)[0], draft.rng.random(), normalized=True
        )
        made.append(shapely.box(at.x - 60, at.y - 45, at.x + 60, at.y + 45))
    if made[0].intersects(made[1]):
        made = made[:1]
    draft.excused += [zone.buffer(ROOM) for zone in made]
    draft.add_layer("market_zone", made, "exclusive")


def barrier_segments(draft: Draft) -> None:
    """The streets around some blocks, in pieces of thirty metres without ids."""
    blocks = draft.land.blocks.geometry.to_numpy()
    draft.parted = list(range(min(BESIDE_RAILS, len(blocks) // 2)))
    lines = shapely.boundary(blocks[draft.parted])
    at = [shapely.get_coordinates(shapely.segmentize(line, 30.0)) for line in lines]
    pieces = [shapely.LineString(pair) for xy in at for pair in np.stack([xy[:-1], xy[1:]], axis=1)]
    draft.barriers["rail"] = gpd.GeoDataFrame(
        {"id": [None] * len(pieces)}, geometry=pieces, crs=CRS
    )


def gcj02_told(draft: Draft) -> None:
    """A network in GCJ-02, and the project file says so."""
    draft.spec.setdefault(draft.pick(), {})["datum"] = "gcj02"


def gcj02_in_header(draft: Draft) -> None:
    """A network in GCJ-02 as a table of corners: only its header says so."""
    draft.shifted_tables.add(draft.pick())


def villages_uneven(draft: Draft) -> None:
    """Villages that were drawn one by one: some decimetres of overlap and gap between them."""
    shapes = jittered(draft.rng, draft.villages.geometry.to_numpy(), 0.2)
    draft.villages = draft.villages.set_geometry(gpd.GeoSeries(shapes, crs=CRS))


def village_slivers(draft: Draft) -> None:
    """Needles and a repeated ring among the villages' own parts."""
    frame = draft.villages.copy()
    row = int(draft.rng.integers(len(frame)))
    shape = frame.geometry.iloc[row]
    ring = shapely.get_coordinates(shapely.get_parts(shape)[0].exterior)
    thin = shapely.Polygon([ring[0], ring[1], (ring[0] + ring[1]) / 2 + 1e-7])
    parts = [*shapely.get_parts(shape), thin]
    frame.loc[frame.index[row], "geometry"] = shapely.MultiPolygon(parts)
    draft.villages = frame


ODD: dict[str, Callable[[Draft], None]] = {
    kind.__name__: kind
    for kind in (
        above,
        barrier_segments,
        bow_ties,
        duplicates,
        empties,
        gcj02_in_header,
        gcj02_told,
        half,
        multiparts,
        needles,
        neighbours_too,
        no_ids,
        overlapping,
        repeated_points,
        spikes,
        strips,
        twin,
        vertex_needles,
        village_slivers,
        villages_uneven,
        whole,
        whole_metres,
        zones_at_lines,
        zones_inside,
    )
}
