"""A whole town in memory, and how well faces find its true blocks again."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from tests.towns import people as folk
from tests.towns.draw import DrawnLayer, draw_layers
from tests.towns.quarrels import quarrelling
from tests.towns.truth import CRS, LOOKS, Land, draw_land

SAME = 0.9  # intersection over union above which a face is the block


@dataclass(frozen=True, kw_only=True)
class Town:
    """A town and what its departments drew of it. All geometry in EPSG:4544 metres.

    Parameters
    ----------
    villages
        village_code, village_name, geometry: exact.
    truth
        block_id, village_code, kind, zone, geometry: the true blocks.
    layers
        The departmental drawings by key.
    buildings, events, enterprises, land_use, places, rivers, roads
        See `tests.towns.people` and `tests.towns.truth`.
    roster
        member_id, name, kind, capacity, lon, lat, village, village_name, phone.
    separable
        block_id (the first of those merged), village_code, geometry: true blocks, merged where no layer separates them.
    """

    seed: int
    villages: gpd.GeoDataFrame
    truth: gpd.GeoDataFrame
    layers: dict[str, DrawnLayer]
    buildings: gpd.GeoDataFrame
    events: gpd.GeoDataFrame
    enterprises: gpd.GeoDataFrame
    land_use: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    rivers: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    roster: pd.DataFrame
    separable: gpd.GeoDataFrame
    quarrels: int = 0
    crs: str = CRS


def draw_town(
    seed: int = 1,
    villages: int = 12,
    layers: int = 24,
    blocks: int = 40,
    dirt: float = 1.0,
    look: str = "town",
    quarrels: int = 0,
) -> Town:
    """Draw a town: the same for the same arguments, on any machine.

    Parameters
    ----------
    seed
        Of everything random.
    villages, layers
        How many.
    blocks
        True blocks per village, on average.
    dirt
        1.0: as issue 2 defines; 0: every layer is drawn exactly; other amounts scale lengths and shares.
    look
        ``town``, ``rural`` (villages only), ``city`` (communities only) or ``valley`` (long and narrow).
    quarrels
        How many real disagreements between departments (`tests.towns.quarrels`); the truth knows nothing of them.
    """
    land = draw_land(np.random.default_rng([seed, 0]), villages, blocks, LOOKS[look])
    drawn = quarrelling(draw_layers(seed, land, layers, dirt), seed, quarrels)
    rng = np.random.default_rng([seed, 3])  # of its own, so that dirt changes no people
    buildings = folk.buildings_on(rng, land)
    events, enterprises = folk.events_on(rng, buildings), folk.enterprises_on(rng, land)
    roster = folk.roster_for(rng, land, buildings)
    return Town(
        seed=seed,
        quarrels=quarrels,
        villages=land.villages,
        truth=land.blocks,
        layers=folk.held_by_members(seed, land, drawn, roster),
        buildings=buildings,
        events=events,
        enterprises=enterprises,
        land_use=folk.land_use_on(land),
        places=folk.places_on(np.random.default_rng([seed, 4]), land),
        rivers=land.rivers,
        roads=land.roads,
        roster=folk.supported(seed, roster, land),
        separable=separable_blocks(land, drawn),
    )


def separable_blocks(land: Land, layers: dict[str, DrawnLayer]) -> gpd.GeoDataFrame:
    """Merge true blocks of a village that lie in the same grid, or in none, of every layer."""
    ids = land.blocks["block_id"].to_numpy()
    labels = np.column_stack(
        [
            pd.factorize(layer.groups.reindex(ids).fillna("").to_numpy())[0]
            for layer in layers.values()
        ]
        + [pd.factorize(land.blocks["village_code"])[0]]
    )
    a, b = land.borders["a"].to_numpy(), land.borders["b"].to_numpy()
    same = (labels[a] == labels[b]).all(axis=1)
    graph = coo_matrix((np.ones(same.sum()), (a[same], b[same])), shape=(len(ids),) * 2)
    part = connected_components(graph, directed=False)[1]
    frame = land.blocks[["block_id", "village_code", "geometry"]].assign(part=part)
    merged = (
        frame.dissolve("part", method="coverage", aggfunc="first")
        .sort_values("block_id")
        .reset_index(drop=True)
    )
    return gpd.GeoDataFrame(
        merged[["block_id", "village_code", "geometry"]], geometry="geometry", crs=CRS
    )


def recovery(faces: gpd.GeoDataFrame | gpd.GeoSeries, town: Town) -> dict[str, float]:
    """How well faces agree with the separable true blocks, both ways.

    Returns
    -------
    dict
        recall (share of blocks that a face is), precision (share of faces that are a block), f1, blocks, faces (counts),
        matched, recall_area (by area instead of count).
    """
    mine = np.asarray(faces.geometry.array)
    true = town.separable.geometry.to_numpy()
    t, m = shapely.STRtree(mine).query(true, predicate="intersects")
    common = shapely.area(shapely.intersection(true[t], mine[m]))
    union = shapely.area(true[t]) + shapely.area(mine[m]) - common
    hit = common > SAME * union
    found = np.unique(t[hit])
    right = np.unique(m[hit])
    recall = len(found) / len(true)
    precision = len(right) / max(1, len(mine))
    return {
        "recall": recall,
        "precision": precision,
        "f1": 2 * recall * precision / (recall + precision) if recall + precision else 0.0,
        "recall_area": float(shapely.area(true[found]).sum() / shapely.area(true).sum()),
        "blocks": len(true),
        "faces": len(mine),
        "matched": len(found),
    }
