"""A city's networks: coverages from fine to coarse, estates behind walls, kerbs, river banks, lanes, rounded and simplified lines."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tests.towns.draw import (
    AMPLITUDES,
    SHIFT,
    DrawnLayer,
    connected_groups,
    draw_layers,
)
from tests.towns.quarrels import quarrelling
from tests.towns.town import separable_blocks
from tests.towns.truth import CRS, LOOKS, Land, Waves, draw_land

# ordinary networks, the exclusive zones among them
USUAL = 14
# true blocks to a grid, and whether the network ignores district lines
COVERAGES = {
    "census_blocks": (1, False),
    "tracts": (10, False),
    "beats": (35, True),
    "wards": (110, False),
    "zips": (180, True),
}
# m from the streets' centrelines to where these networks draw their grids
KERBS = {"sweeping": 4.0, "refuse": 6.0}
# m from a street's centreline to the wall of an estate beside it
WALLS = 6.0, 20.0
# share of the blocks, and blocks to an estate
PARKS = 0.06, 1
CAMPUSES = 0.05, 4
HISTORIC = 0.12, 14
# m; the river, between banks that two networks draw
RIVER = 45.0
# m; the sections of the main road and of the highway
LANES = {"road": 8.0, "highway": 5.0}
# m²
CRUMB = 1.0
# m
DECIMETRE, SIMPLIFIED = 0.1, 3.0


@dataclass(frozen=True, kw_only=True)
class City:
    """A city and what its departments drew, all in EPSG:4544 metres; what a `Town` has and the overlay's judges ask for.

    Parameters
    ----------
    villages
        The districts: village_code, village_name, geometry.
    layers
        The networks by key.
    separable
        The true faces, those of strips apart.
    rims
        Land between the walls as drawn and the streets, (estates,): a face of its own, or part of its block.
    strips
        Land as narrow as an error may be: the sections of streets, and the river's halves.
    """

    villages: gpd.GeoDataFrame
    layers: dict[str, DrawnLayer]
    separable: gpd.GeoDataFrame
    rims: np.ndarray
    strips: np.ndarray
    crs: str = CRS


def with_quarrels(city: City, seed: int, quarrels: int) -> City:
    """The city with so many real disagreements among its ordinary networks."""
    return dataclasses.replace(city, layers=quarrelling(city.layers, seed, quarrels))


def draw_city(seed: int, districts: int, blocks: int, dirt: float = 1.0) -> City:
    """Draw a city of 28 networks: the same for the same arguments.

    Parameters
    ----------
    seed
        Of everything random.
    districts, blocks
        How many districts, and true blocks in each on average.
    dirt
        As of `draw_town`.
    """
    land = draw_land(np.random.default_rng([seed, 0]), districts, blocks, LOOKS["city"])
    pen = _Pen(land, seed, dirt)
    layers = draw_layers(seed, land, USUAL, dirt)
    for key, (size, crossing) in COVERAGES.items():
        layers[key] = pen.coverage(key, size, crossing)
    for key, aside in KERBS.items():
        layers[key] = pen.kerbs(key, aside)
    layers["rounded"] = pen.coverage(
        "rounded", 6, False, lambda shapes: shapely.set_precision(shapes, DECIMETRE)
    )
    layers["simplified"] = pen.coverage(
        "simplified", 8, False, lambda shapes: shapely.simplify(shapes, SIMPLIFIED)
    )
    parks, campuses = (
        pen.estates(key, *kind, walls=True)
        for key, kind in (("parks", PARKS), ("campuses", CAMPUSES))
    )
    layers["parks"], layers["campuses"] = parks[0], campuses[0]
    layers["historic"], _ = pen.estates("historic", *HISTORIC, walls=False)
    river, lanes = _river(land), _lanes(land)
    layers["banks"] = pen.without("banks", 20, river)
    layers["water"] = pen.parts("water", [river] if not river.is_empty else [])
    layers["lanes"] = pen.parts("lanes", list(lanes))
    layers = {key: layer for key, layer in layers.items() if len(layer.frame)}
    blocks = separable_blocks(
        land, {key: layer for key, layer in layers.items() if len(layer.groups)}
    )
    whole = blocks.geometry.to_numpy()
    strips = np.concatenate([_parts(shapely.intersection(whole, river)), lanes])
    dry = _parts(shapely.difference(whole, shapely.union_all(strips)))
    return City(
        villages=land.villages,
        layers=layers,
        separable=gpd.GeoDataFrame(geometry=dry, crs=CRS),
        rims=np.concatenate([parks[1], campuses[1]]),
        strips=strips,
    )


def _parts(shapes: np.ndarray) -> np.ndarray:
    """The polygons of all shapes, crumbs apart."""
    parts = shapely.get_parts(shapes)
    return np.asarray(parts[shapely.area(parts) > CRUMB])


class _Pen:
    """Draws networks on one land, each with an error of its own."""

    def __init__(self, land: Land, seed: int, dirt: float) -> None:
        self.land, self.seed, self.dirt = land, seed, dirt
        self.ids = land.blocks["block_id"].to_numpy()
        self.shapes = land.blocks.geometry.to_numpy()

    def rng(self, key: str) -> np.random.Generator:
        """Randomness of one network's own."""
        return np.random.default_rng([self.seed, 7, *key.encode()])

    def _error(self, rng: np.random.Generator, shapes: np.ndarray) -> np.ndarray:
        """Polygons with a smooth error and a shift."""
        size = float(rng.choice(AMPLITUDES)) * self.dirt
        shift, waves = rng.normal(0, SHIFT, 2) * self.dirt, Waves(rng, 12, 180.0, 700.0)
        return shapely.transform(shapes, lambda at: at + shift + size * waves(at))

    def _layer(self, key: str, shapes: np.ndarray, groups: pd.Series) -> DrawnLayer:
        names = [f"{key}{n:05d}" for n in range(len(shapes))]
        frame = gpd.GeoDataFrame(
            {"source_id": names, "name": names, "holder": ""}, geometry=list(shapes), crs=CRS
        )
        return DrawnLayer(frame=frame, department=key, role="grid", groups=groups, dirt={})

    def _grids(self, group: np.ndarray, key: str) -> tuple[np.ndarray, pd.Series]:
        """The grids of groups of blocks, and who holds each block; -1 for nobody."""
        some = group >= 0
        numbers, seat = np.unique(group[some], return_inverse=True)
        frame = gpd.GeoDataFrame({"group": seat}, geometry=self.shapes[some], crs=CRS)
        merged = frame.dissolve("group", method="coverage").geometry.to_numpy()
        names = np.array([f"{key}{n:05d}" for n in range(len(numbers))], dtype=object)
        return merged, pd.Series(names[seat], index=self.ids[some])

    def coverage(
        self,
        key: str,
        size: int,
        crossing: bool,
        finish: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> DrawnLayer:
        """A network that covers the city in grids of so many blocks."""
        rng = self.rng(key)
        group = (
            connected_groups(rng, self.land, size, crossing)
            if size > 1
            else np.arange(len(self.ids))
        )
        shapes, groups = self._grids(group, key)
        shapes = self._error(rng, shapes)
        return self._layer(key, shapes if finish is None else finish(shapes), groups)

    def kerbs(self, key: str, aside: float) -> DrawnLayer:
        """A network drawn along kerbs: the streets are nobody's."""
        return self.coverage(
            key, 12, False, lambda shapes: shapely.buffer(shapes, -aside, join_style="mitre")
        )

    def without(self, key: str, size: int, river: shapely.Geometry) -> DrawnLayer:
        """A network whose grids end at the river's banks."""
        return self.coverage(key, size, False, lambda shapes: shapely.difference(shapes, river))

    def parts(self, key: str, shapes: list[shapely.Geometry]) -> DrawnLayer:
        """A network of these grids, drawn with an error."""
        drawn = self._error(self.rng(key), np.array(shapes, dtype=object))
        return self._layer(key, drawn, pd.Series(dtype=object))

    def estates(
        self, key: str, share: float, size: int, *, walls: bool
    ) -> tuple[DrawnLayer, np.ndarray]:
        """Estates here and there, within walls beside the streets or up to the centrelines; and the land between."""
        rng = self.rng(key)
        group = (
            connected_groups(rng, self.land, size, False) if size > 1 else np.arange(len(self.ids))
        )
        numbers = np.unique(group)
        chosen = rng.choice(numbers, size=max(3, round(share * len(numbers))), replace=False)
        whole, groups = self._grids(np.where(np.isin(group, chosen), group, -1), key)
        within = whole
        if walls:
            within = shapely.buffer(whole, -rng.uniform(*WALLS, len(whole)), join_style="mitre")
        kept = ~shapely.is_empty(within)
        drawn = self._layer(key, self._error(rng, within), groups)
        drawn = dataclasses.replace(drawn, frame=drawn.frame[kept].reset_index(drop=True))
        # where a wall truly stands nobody knows but the one network that drew it
        return drawn, shapely.difference(whole[kept], drawn.frame.geometry.to_numpy())


def _river(land: Land) -> shapely.Geometry:
    """The river between its banks."""
    inside = shapely.union_all(land.villages.geometry.to_numpy())
    return shapely.buffer(
        shapely.union_all(land.rivers.geometry.to_numpy()), RIVER / 2
    ).intersection(inside)


def _lanes(land: Land) -> np.ndarray:
    """The sections of the main road and of the highway, from crossing to crossing; none over another."""
    shapes, borders = land.blocks.geometry.to_numpy(), land.borders
    made: list[shapely.Geometry] = []
    taken: shapely.Geometry = _river(land)
    for kind, width in LANES.items():
        along = borders[borders[kind] & ~borders["river"]]
        lines = shapely.line_merge(shapely.intersection(shapes[along["a"]], shapes[along["b"]]))
        sections = shapely.buffer(lines, width / 2, cap_style="flat")
        for section in sections:  # each gives way to those before it
            rest = shapely.difference(section, taken)
            part = max(shapely.get_parts(rest), key=shapely.area, default=None)
            if part is not None and part.area > width * width:
                made.append(part)
                taken = shapely.union(taken, part)
    return np.array(made, dtype=object)
