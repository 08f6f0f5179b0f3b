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

BORDER_REACH_M = 25.0  # metres from a border to the road or river it runs along: half a main road, and the drawing's own error
MIN_RUN_M = (
    3 * BORDER_REACH_M
)  # metres a border keeps to a road or river before it is named: one that crosses stays near for 2 to 2.8 reaches
PIECE_LENGTH_M = 20.0  # metres: borders are looked at piece by piece
OUTSIDE_OFFSET_M = 0.5  # metres beyond the border at which the neighbour is looked for: grids tile, so anything small does
MIN_NAMED_SHARE = 0.25  # share of a side that a neighbour or road must fill to be named
MAX_SIDE_NAMES = 3  # names on one side: more than a sentence can carry
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
    pieces["reaches"] = _names_along(pieces, layers).combine_first(
        _names_beyond(pieces, grids, language)
    )
    by_grid = dict(tuple(pieces.groupby("grid", sort=True)))
    words = pd.Series(
        [_boundary_sentence(by_grid[i], language) for i in range(len(grids))], index=grids.index
    )
    columns = [c for c in plan.grids.columns if c not in ("boundary_text", "geometry")]
    described = plan.grids.assign(boundary_text=words)[[*columns, "boundary_text", "geometry"]]
    return replace(plan, grids=described)


def _border_pieces(shapes: NDArray[np.object_]) -> pd.DataFrame:
    """Outer borders in short pieces: grid, ring, x and y of the middle, x_out and y_out just beyond, metres, side (0 east .. 3 north)."""
    parts, grid = shapely.get_parts(shapes, return_index=True)
    rings = shapely.segmentize(
        shapely.get_exterior_ring(shapely.orient_polygons(parts, exterior_cw=False)), PIECE_LENGTH_M
    )
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inner = ring[1:] == ring[:-1]
    start, end = xy[:-1][inner], xy[1:][inner]
    step = end - start
    metres = np.hypot(*step.T)
    middle = (start + end) / 2
    right = (
        np.column_stack([step[:, 1], -step[:, 0]]) / np.maximum(metres, 1e-9)[:, None]
    )  # outwards: rings run to the left
    out = middle + OUTSIDE_OFFSET_M * right
    owner = grid[ring[:-1][inner]]
    return pd.DataFrame(
        {
            "grid": owner,
            "ring": ring[:-1][inner],
            "x": middle[:, 0],
            "y": middle[:, 1],
            "x_out": out[:, 0],
            "y_out": out[:, 1],
            "metres": metres,
            "side": _compass_sides(middle, shapely.bounds(shapes)[owner]),
        }
    )


def _compass_sides(middle: NDArray[np.float64], bounds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Side of each point as seen from the middle of its grid, long grids stretched to squares first."""
    size = np.maximum(bounds[:, 2:] - bounds[:, :2], 1e-9)
    away = (middle - (bounds[:, :2] + bounds[:, 2:]) / 2) / size
    across = np.abs(away[:, 0]) >= np.abs(away[:, 1])
    return np.where(across, np.where(away[:, 0] > 0, 0, 2), np.where(away[:, 1] > 0, 3, 1)).astype(
        np.int64
    )


def _names_along(pieces: pd.DataFrame, layers: Iterable[Layer]) -> pd.Series:
    """Name of the road or river each piece runs along; missing where there is none."""
    told = pd.Series(None, index=pieces.index, dtype=object)
    named = [
        one.frame.loc[one.frame["name"] != "", ["name", "geometry"]]
        for one in layers
        if one.spec.role == "barrier"
    ]
    lines = pd.concat(named).sort_values("name", kind="stable") if named else pd.DataFrame()
    if lines.empty or pieces.empty:
        return told
    tree = shapely.STRtree(lines.geometry.to_numpy())
    points = shapely.points(pieces["x"], pieces["y"])
    here, line = tree.query_nearest(points, max_distance=BORDER_REACH_M, all_matches=True)
    for i, j in zip(
        here[::-1].tolist(), line[::-1].tolist(), strict=True
    ):  # of two equally near the first by name stays
        told.iloc[i] = lines["name"].iloc[j]
    key = pieces["ring"].astype(str) + "/" + told.fillna("")
    run = pieces["metres"].groupby((key != key.shift()).cumsum()).transform("sum")
    return told.where(run >= MIN_RUN_M, None)


def _names_beyond(pieces: pd.DataFrame, grids: gpd.GeoDataFrame, language: Language) -> pd.Series:
    """What lies beyond each piece: a grid of the same village, another village, or nothing of this township."""
    tree = shapely.STRtree(np.asarray(grids.geometry.values))
    here, there = tree.query(
        shapely.points(pieces["x_out"], pieces["y_out"]), predicate="intersects"
    )
    other = there != pieces["grid"].to_numpy()[here]
    neighbour = np.full(len(pieces), -1)
    neighbour[here[other]] = there[other]
    village, name = grids["village_code"].to_numpy(dtype=object), _short_names(grids)
    line = Text("乡镇界", "the township line").in_(language)
    told = []
    for own, beyond in zip(pieces["grid"].tolist(), neighbour.tolist(), strict=True):
        if beyond < 0:
            told.append(line)
        elif village[beyond] == village[own]:
            told.append(name[beyond])
        else:
            told.append(str(grids["village_name"].iloc[beyond]))
    return pd.Series(told, index=pieces.index, dtype=object)


def _short_names(grids: gpd.GeoDataFrame) -> Sequence[str]:
    """Names of grids without the village's, which a neighbour in the same village need not repeat."""
    pairs = zip(grids["grid_name"], grids["village_name"], strict=True)
    return [str(name).removeprefix(str(village)) or str(name) for name, village in pairs]


def _boundary_sentence(pieces: pd.DataFrame, language: Language) -> str:
    zh = language == "zh"
    clauses = []
    for side, word in enumerate(SIDE_WORDS):
        lengths = pieces.loc[pieces["side"] == side].groupby("reaches", sort=True)["metres"].sum()
        ranked = lengths.sort_values(ascending=False, kind="stable")
        worth = ranked.loc[ranked >= MIN_NAMED_SHARE * ranked.sum()].index[:MAX_SIDE_NAMES]
        if len(worth):
            clauses.append(word.in_(language) + ("、" if zh else ", ").join(worth))
    return ("，" if zh else "; ").join(clauses)
