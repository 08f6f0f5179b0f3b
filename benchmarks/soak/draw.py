"""Settings → a town: the land, each department's drawing with the odd kinds, and the truth that the faces are held against."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.soak.draft import Draft, jittered
from benchmarks.soak.odd import ODD
from benchmarks.soak.settings import Settings
from tests.towns import people as folk
from tests.towns.draw import DrawnLayer, draw_layers
from tests.towns.town import separable_blocks
from tests.towns.truth import CRS, LOOKS, Land, draw_land

SHORE = 1.0  # metres of its own village around a lake
# metres by which somebody else has drawn the estates
ESTATE_ERROR = 5.0
# share of the blocks that they know
MAPPED = 0.8
NO_ESTATES = gpd.GeoDataFrame({"people": []}, geometry=[], crs=CRS)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A town to be written and judged.

    Parameters
    ----------
    draft
        What its files hold.
    truth
        The faces that should come out, EPSG:4544.
    excused
        Land on which a face more or less is no fault; None where there is none.
    zones
        Exclusive zones that must come out as they were drawn: inside one village, apart from every other zone.
    buildings, roster
        As in `tests.towns`.
    estates
        people, geometry: a workload of areas, some of which overlap a little; empty where there is none.
    """

    draft: Draft
    truth: np.ndarray
    excused: shapely.Geometry | None
    zones: np.ndarray
    buildings: gpd.GeoDataFrame
    roster: pd.DataFrame
    estates: gpd.GeoDataFrame


def draw(settings: Settings) -> Drawn:
    """Draw the town of some settings: the same for the same settings, on any machine."""
    seed = settings.seed
    land = draw_land(
        np.random.default_rng([seed, 0]), settings.villages, settings.blocks, LOOKS[settings.look]
    )
    layers = draw_layers(seed, land, settings.layers, settings.dirt)
    draft = Draft(
        rng=np.random.default_rng([seed, 1301]),
        land=land,
        villages=land.villages.copy(),
        layers=layers,
    )
    if settings.lake:
        _cut_lake(draft)
    if settings.unshared:
        _draw_apart(draft, settings.unshared)
    for name in settings.odd:
        ODD[name](draft)
    rng = np.random.default_rng([seed, 1302])
    buildings = folk.buildings_on(rng, land)
    return Drawn(
        draft=draft,
        truth=_truth(draft),
        excused=shapely.union_all(draft.excused) if draft.excused else None,
        zones=_lone_zones(draft),
        buildings=buildings,
        roster=folk.roster_for(rng, land, buildings),
        estates=_estates(np.random.default_rng([seed, 1303]), land)
        if settings.estates
        else NO_ESTATES,
    )


def _estates(rng: np.random.Generator, land: Land) -> gpd.GeoDataFrame:
    """Most blocks as somebody else has drawn them, with the people in each."""
    blocks = land.blocks.geometry.to_numpy()
    drawn = jittered(rng, blocks[rng.random(len(blocks)) < MAPPED], ESTATE_ERROR)
    people = rng.integers(0, 400, len(drawn))
    return gpd.GeoDataFrame({"people": people}, geometry=list(drawn), crs=CRS)


def _lone_zones(draft: Draft) -> np.ndarray:
    zones = np.array([*draft.zones, None], dtype=object)[:-1]
    others = [
        layer.frame
        for key, layer in draft.layers.items()
        if layer.role == "exclusive" and key != "school"
    ]
    taken = shapely.union_all([shapely.union_all(frame.geometry.to_numpy()) for frame in others])
    return zones[~shapely.intersects(zones, taken)]


def _cut_lake(draft: Draft) -> None:
    """Take a block out of the middle of its village, where a village is large enough to have one."""
    blocks = draft.land.blocks
    homes = (
        draft.villages.set_index("village_code").geometry.reindex(blocks["village_code"]).to_numpy()
    )
    inner = shapely.covers(shapely.buffer(homes, -SHORE), blocks.geometry.to_numpy())
    choice = np.flatnonzero(inner & (blocks["zone"] == "").to_numpy())
    if len(choice) == 0:
        return
    lake = blocks.geometry.iloc[int(draft.rng.choice(choice))]
    draft.lakes.append(lake)
    shapes = shapely.difference(draft.villages.geometry.to_numpy(), lake)
    draft.villages = draft.villages.set_geometry(gpd.GeoSeries(shapes, crs=draft.villages.crs))


def _draw_apart(draft: Draft, amplitude: float) -> None:
    """Move every polygon's vertices for itself, in a half of the networks: no edge is shared any more."""
    for key in draft.networks()[::2]:
        draft.redraw(key, jittered(draft.rng, draft.shapes(key), amplitude))


def _truth(draft: Draft) -> np.ndarray:
    ids = draft.land.blocks["block_id"].to_numpy()[draft.parted]
    alone = DrawnLayer(
        frame=draft.villages,
        department="",
        role="barrier",
        groups=pd.Series(ids, index=ids),
        dirt={},
    )
    blocks = separable_blocks(draft.land, {**draft.layers, "barriers": alone}).geometry.to_numpy()
    for lake in draft.lakes:
        blocks = shapely.difference(blocks, lake)
    zones = [zone for zone in draft.zones if not zone.is_empty]
    if zones:
        blocks = np.concatenate([shapely.difference(blocks, shapely.union_all(zones)), zones])
    parts = shapely.get_parts(blocks)
    return parts[shapely.area(parts) > 1.0]
