"""What the promises are about: one build's frames, whether they stand in memory or were read back from files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from gridmerge.model import Work, no_land


@dataclass(frozen=True, kw_only=True)
class Result:
    """A build as the promises see it: what the rooms have not made yet is empty.

    Parameters
    ----------
    villages
        village_code, geometry: as written.
    mended
        village_code, geometry: as the input gives them.
    grids
        grid_code, village_code, area_m2, workload, a column per workload, geometry.
    faces
        face_id, village_code, grid_code, area_m2, workload, a column per workload, geometry.
    memberships
        face_id, layer, source_id.
    borders
        face_a, face_b; they are not written, and empty where files were read back.
    layers
        source_id, geometry, by the key of the layer; without barriers.
    barriers
        The same for lines that claim no land.
    crosswalk
        layer, source_id, grid_code, area_m2, share_of_source, share_of_grid: numbers as floats.
    works
        The sources of work as mended, by name.
    outside
        Work outside the township, by name, as the findings tell it.
    told
        (layer, source_id) of every finding.
    staff
        Ids of the roster; None without one.
    assignments
        grid_code, member_id, duty, load.
    members
        member_id, capacity, load, load_per_capacity, grids.
    """

    villages: gpd.GeoDataFrame
    mended: gpd.GeoDataFrame
    layers: Mapping[str, gpd.GeoDataFrame]
    barriers: Mapping[str, gpd.GeoDataFrame]
    works: Mapping[str, Work]
    staff: frozenset[str] | None
    faces: gpd.GeoDataFrame
    memberships: pd.DataFrame
    borders: pd.DataFrame = field(default_factory=pd.DataFrame)
    outside: Mapping[str, float] = field(default_factory=dict)
    grids: gpd.GeoDataFrame = field(default_factory=lambda: no_land(("grid_code", "geometry")))
    crosswalk: pd.DataFrame = field(default_factory=pd.DataFrame)
    told: frozenset[tuple[str, str]] = frozenset()
    assignments: pd.DataFrame = field(default_factory=pd.DataFrame)
    members: pd.DataFrame = field(default_factory=pd.DataFrame)
