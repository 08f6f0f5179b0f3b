"""Boundaries in words: what a grid reaches to in the east, south, west and north (东至 南至 西至 北至)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmerge.i18n.text import Language, Text
from gridmerge.model import GridPlan, Layer

# metres from a border to the road or river it runs along: half a main road, and the drawing's own error
BORDER_REACH_M = 25.0
# metres a border keeps to a road or river before it is named: one that crosses stays near for 2 to 2.8 reaches
MIN_RUN_M = 3 * BORDER_REACH_M
PIECE_LENGTH_M = 20.0  # metres: borders are looked at piece by piece
# metres beyond the border at which the neighbour is looked for: grids tile, so anything small does
OUTSIDE_OFFSET_M = 0.5
MIN_NAMED_SHARE = 0.25  # share of a side that a neighbour or road must fill to be named
MAX_SIDE_NAMES = 3  # names on one side: more than a sentence can carry
EAST, SOUTH, WEST, NORTH = range(4)  # numbers of the sides, in the order of their words
SIDE_WORDS = (
    Text("东至", "east to "),
    Text("南至", "south to "),
    Text("西至", "west to "),
    Text("北至", "north to "),
)


def describe_boundaries(
    plan: GridPlan, layers: Iterable[Layer], language: Language = "zh"
) -> GridPlan:
    """Add to every grid its boundary in words.

    Parameters
    ----------
    plan
        `grids` tile the township.
    layers
        Those of role `barrier` whose features have a name (roads, rivers) are named where a border runs along them; elsewhere the
        neighbouring grid, village, or the township's own line is.
    language
        Of the sentence.

    Returns
    -------
    GridPlan
        `grids` with the text column boundary_text: each side's names, the longest stretch first.
    """
    grids = plan.grids.sort_values("grid_code")
    pieces = _border_pieces(np.asarray(grids.geometry.values))
    beyond = _names_beyond(pieces, grids, language)
    pieces["reaches"] = _names_along(pieces, layers).combine_first(beyond)
    by_grid = dict(tuple(pieces.groupby("grid", sort=True)))
    sentences = [_boundary_sentence(by_grid[i], language) for i in range(len(grids))]
    words = pd.Series(sentences, index=grids.index)
    columns = [c for c in plan.grids.columns if c not in ("boundary_text", "geometry")]
    described = plan.grids.assign(boundary_text=words)
    return replace(plan, grids=described[[*columns, "boundary_text", "geometry"]])


def _border_pieces(shapes: NDArray[np.object_]) -> pd.DataFrame:
    """Outer borders in short pieces: grid, ring, x and y of the middle, x_out and y_out just beyond, metres, side (0 east .. 3 north)."""
    rings, grid = _outer_rings(shapes)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    within_ring = ring[1:] == ring[:-1]
    start = xy[:-1][within_ring]
    end = xy[1:][within_ring]
    ring = ring[:-1][within_ring]
    step = end - start
    metres = np.hypot(*step.T)
    middle = (start + end) / 2
    # rings run to the left, so the outside is on the right
    to_the_right = np.column_stack([step[:, 1], -step[:, 0]])
    outwards = to_the_right / np.maximum(metres, 1e-9)[:, None]
    out = middle + OUTSIDE_OFFSET_M * outwards
    owner = grid[ring]
    return pd.DataFrame(
        {
            "grid": owner,
            "ring": ring,
            "x": middle[:, 0],
            "y": middle[:, 1],
            "x_out": out[:, 0],
            "y_out": out[:, 1],
            "metres": metres,
            "side": _compass_sides(middle, shapely.bounds(shapes)[owner]),
        }
    )


def _outer_rings(
    shapes: NDArray[np.object_],
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Outer rings counter-clockwise, with a vertex every `PIECE_LENGTH_M`, and the number of the shape each belongs to."""
    parts, shape = shapely.get_parts(shapes, return_index=True)
    oriented = shapely.orient_polygons(parts, exterior_cw=False)
    rings = shapely.get_exterior_ring(oriented)
    return shapely.segmentize(rings, PIECE_LENGTH_M), shape


def _compass_sides(middle: NDArray[np.float64], bounds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Side of each point as seen from the middle of its grid, long grids stretched to squares first."""
    low = bounds[:, :2]
    high = bounds[:, 2:]
    size = np.maximum(high - low, 1e-9)
    east, north = ((middle - (low + high) / 2) / size).T
    across = np.where(east > 0, EAST, WEST)
    along = np.where(north > 0, NORTH, SOUTH)
    sides = np.where(np.abs(east) >= np.abs(north), across, along)
    return sides.astype(np.int64)


def _names_along(pieces: pd.DataFrame, layers: Iterable[Layer]) -> pd.Series:
    """Name of the road or river each piece runs along; missing where there is none."""
    names = pd.Series(None, index=pieces.index, dtype=object)
    lines = _named_lines(layers)
    if lines.empty or pieces.empty:
        return names
    tree = shapely.STRtree(lines.geometry.to_numpy())
    points = shapely.points(pieces["x"], pieces["y"])
    here, line = tree.query_nearest(points, max_distance=BORDER_REACH_M, all_matches=True)
    # written backwards, so that of two equally near the first by name stays
    for i, j in zip(here[::-1].tolist(), line[::-1].tolist(), strict=True):
        names.iloc[i] = lines["name"].iloc[j]
    key = pieces["ring"].astype(str) + "/" + names.fillna("")
    run = (key != key.shift()).cumsum()
    run_length = pieces["metres"].groupby(run).transform("sum")
    return names.where(run_length >= MIN_RUN_M, None)


def _named_lines(layers: Iterable[Layer]) -> pd.DataFrame:
    """Roads and rivers that have a name, sorted by it: name, geometry."""
    named = []
    for layer in layers:
        if layer.spec.role == "barrier":
            frame = layer.frame
            named.append(frame.loc[frame["name"] != "", ["name", "geometry"]])
    if not named:
        return pd.DataFrame()
    lines: pd.DataFrame = pd.concat(named)
    return lines.sort_values("name", kind="stable")


def _names_beyond(pieces: pd.DataFrame, grids: gpd.GeoDataFrame, language: Language) -> pd.Series:
    """What lies beyond each piece: a grid of the same village, another village, or nothing of this township."""
    neighbour = _grids_beyond(pieces, grids)
    village = grids["village_code"].to_numpy(dtype=object)
    village_name = grids["village_name"].to_numpy(dtype=object)
    name = _short_names(grids)
    township_line = Text("乡镇界", "the township line").in_(language)
    names = []
    for own, beyond in zip(pieces["grid"].tolist(), neighbour.tolist(), strict=True):
        if beyond < 0:
            names.append(township_line)
        elif village[beyond] == village[own]:
            names.append(name[beyond])
        else:
            names.append(str(village_name[beyond]))
    return pd.Series(names, index=pieces.index, dtype=object)


def _grids_beyond(pieces: pd.DataFrame, grids: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Number of the grid just beyond each piece, or -1."""
    tree = shapely.STRtree(np.asarray(grids.geometry.values))
    points = shapely.points(pieces["x_out"], pieces["y_out"])
    here, there = tree.query(points, predicate="intersects")
    other = there != pieces["grid"].to_numpy()[here]
    neighbour = np.full(len(pieces), -1)
    neighbour[here[other]] = there[other]
    return neighbour


def _short_names(grids: gpd.GeoDataFrame) -> Sequence[str]:
    """Names of grids without the village's, which a neighbour in the same village need not repeat."""
    pairs = zip(grids["grid_name"], grids["village_name"], strict=True)
    return [str(name).removeprefix(str(village)) or str(name) for name, village in pairs]


def _boundary_sentence(pieces: pd.DataFrame, language: Language) -> str:
    name_mark, clause_mark = ("、", "，") if language == "zh" else (", ", "; ")
    clauses = []
    for side, word in enumerate(SIDE_WORDS):
        names = _longest_names(pieces.loc[pieces["side"] == side])
        if names:
            clauses.append(word.in_(language) + name_mark.join(names))
    return clause_mark.join(clauses)


def _longest_names(pieces: pd.DataFrame) -> list[str]:
    """What fills a fair share of one side, the longest stretch first."""
    lengths = pieces.groupby("reaches", sort=True)["metres"].sum()
    ranked = lengths.sort_values(ascending=False, kind="stable")
    worth = ranked.loc[ranked >= MIN_NAMED_SHARE * ranked.sum()]
    return list(worth.index[:MAX_SIDE_NAMES])
