"""A town while it is made: what the truth is, what each file will hold, and which land is judged by nobody."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tests.towns.draw import DrawnLayer
from tests.towns.truth import CRS, Land


@dataclass
class Draft:
    """A town while it is made; the odd kinds change it in place.

    Parameters
    ----------
    land
        The blocks and villages as `tests.towns` draws them.
    villages
        village_code, village_name, geometry: as their file will have them.
    layers
        The departments' drawings by key.
    spec
        More keys of a layer's table in gridmerge.toml, by key.
    plain
        Keys of layers that not every format can hold: empty geometries, rings that cross themselves.
    shifted_tables
        Keys of layers that are tables of corners in GCJ-02, which only their header says.
    barriers
        Lines by key.
    parted
        Blocks (positions) that lines of no network cut from their neighbours: barriers cut faces.
    zones
        The exclusive zones that are no whole blocks, as they were drawn.
    lakes
        Land that is cut out of the villages.
    excused
        Land on which a face more or less is no fault.
    """

    rng: np.random.Generator
    land: Land
    villages: gpd.GeoDataFrame
    layers: dict[str, DrawnLayer]
    spec: dict[str, dict[str, Any]] = field(default_factory=dict)
    plain: set[str] = field(default_factory=set)
    shifted_tables: set[str] = field(default_factory=set)
    barriers: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    parted: list[int] = field(default_factory=list)
    zones: list[shapely.Geometry] = field(default_factory=list)
    lakes: list[shapely.Geometry] = field(default_factory=list)
    excused: list[shapely.Geometry] = field(default_factory=list)

    def networks(self) -> list[str]:
        """Keys of the layers that are no zones."""
        return [
            key
            for key, layer in self.layers.items()
            if layer.role == "grid" and len(layer.frame) > 1
        ]

    def pick(self) -> str:
        """One of the networks, by lot."""
        return str(self.rng.choice(self.networks()))

    def shapes(self, key: str) -> np.ndarray:
        """The geometry of a layer, to be changed and given back to `redraw`."""
        return self.layers[key].frame.geometry.to_numpy().copy()

    def redraw(self, key: str, shapes: np.ndarray) -> None:
        """Give a layer other geometry, row by row."""
        self.replace(key, self.layers[key].frame.set_geometry(gpd.GeoSeries(shapes, crs=CRS)))

    def replace(self, key: str, frame: gpd.GeoDataFrame, groups: pd.Series | None = None) -> None:
        """Give a layer other rows, and other truth where that changes."""
        layer = self.layers[key]
        frame = frame.reset_index(drop=True)
        changed = dataclasses.replace(
            layer, frame=frame, groups=layer.groups if groups is None else groups
        )
        self.layers[key] = changed

    def add_rows(self, key: str, shapes: list[Any], name: str) -> None:
        """Add rows of other geometry, each with an id of its own."""
        frame = self.layers[key].frame
        rows = gpd.GeoDataFrame(
            {
                "source_id": [f"{name}{n:03d}" for n in range(len(shapes))],
                "name": name,
                "holder": "某人",
            },
            geometry=shapes,
            crs=CRS,
        )
        self.replace(
            key,
            gpd.GeoDataFrame(
                pd.concat([frame, rows], ignore_index=True), geometry="geometry", crs=CRS
            ),
        )

    def add_layer(
        self, key: str, shapes: list[Any], role: str, groups: pd.Series | None = None
    ) -> None:
        """Add a layer of its own."""
        frame = gpd.GeoDataFrame(
            {
                "source_id": [f"{key[:2]}{n:03d}" for n in range(len(shapes))],
                "name": key,
                "holder": "某人",
            },
            geometry=shapes,
            crs=CRS,
        )
        groups = pd.Series(dtype=object) if groups is None else groups
        self.layers[key] = DrawnLayer(
            frame=frame, department=key, role=role, groups=groups, dirt={}
        )
        if role != "grid":
            self.spec.setdefault(key, {})["role"] = role


def jittered(rng: np.random.Generator, shapes: np.ndarray, amplitude: float) -> np.ndarray:
    """Move the vertices of every polygon for itself: what two share is shared no more. What crosses itself is made valid."""
    moved = np.array(
        [shapely.transform(shape, lambda at: _moved(rng, at, amplitude)) for shape in shapes],
        dtype=object,
    )
    broken = ~shapely.is_valid(moved)
    moved[broken] = shapely.make_valid(moved[broken])
    return moved


def _moved(rng: np.random.Generator, at: np.ndarray, amplitude: float) -> np.ndarray:
    # one move a place: a ring's last vertex stays its first
    places, which = np.unique(at, axis=0, return_inverse=True)
    return at + rng.uniform(-amplitude, amplitude, places.shape)[which.ravel()]
