"""The staffing problem in arrays: members who carry load, grids with work, how far it is from one to the other."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.errors import PlanError
from gridmerge.model import GridPlan, Roster, Township

METRES_PER_KM = 1000.0
MOST_GRIDS = 2  # grids a full-timer can be asked to hold while part-timers only help; beyond it they hold grids too


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Members by grids.

    Parameters
    ----------
    member_id, grid_code
        Sorted; rows and columns of everything else.
    capacity
        Of each member, above zero.
    main
        Members one of whom every grid must have: full-timers, or all where those would have more than two grids each.
    work
        Of each grid, in the plan's ``workload``.
    km
        Member by grid: from home (or the middle of the member's village, or of the township) to the grid.
    """

    member_id: np.ndarray
    grid_code: np.ndarray
    capacity: np.ndarray
    main: np.ndarray
    work: np.ndarray
    km: np.ndarray

    @property
    def surplus(self) -> bool:
        """True where there is a main member for each grid: then nobody needs two."""
        return int(self.main.sum()) >= len(self.work)


def staffing_problem(plan: GridPlan, roster: Roster, township: Township) -> Problem:
    """Set up the problem.

    Raises
    ------
    PlanError
        Nobody on the roster can take work.
    """
    members = roster.members.sort_values("member_id").reset_index(drop=True)
    workers = carriers(members)
    if not len(workers):
        raise PlanError(
            f"人员名册 {roster.source.path} 中没有可分配的网格员（承载能力大于 0 者）；请补充专职或兼职人员。",
            f"The roster {roster.source.path} has nobody who can take work (capacity above 0); add members to it.",
        )
    grids = plan.grids.sort_values("grid_code").reset_index(drop=True)
    places = shapely.point_on_surface(grids.geometry.to_numpy())
    main = (workers["kind"] == "full_time").to_numpy()
    return Problem(
        member_id=workers["member_id"].to_numpy(dtype=object),
        grid_code=grids["grid_code"].to_numpy(dtype=object),
        capacity=workers["capacity"].to_numpy(dtype=float),
        main=main if main.sum() * MOST_GRIDS >= len(grids) else np.ones(len(workers), dtype=bool),
        work=grids["workload"].to_numpy(dtype=float),
        km=distances_km(_homes(workers, township), places),
    )


def carriers(members: pd.DataFrame) -> pd.DataFrame:
    """Members who carry load: all but the leaders; the leaders too where there is nobody else."""
    able = members[members["capacity"] > 0]
    patrol = able[able["kind"] != "leader"]
    return (patrol if len(patrol) else able).reset_index(drop=True)


def distances_km(homes: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Straight-line kilometres, members by places; a distance nobody knows is nan."""
    return np.asarray(shapely.distance(homes[:, None], places[None, :]) / METRES_PER_KM)


def all_distances(plan: GridPlan, roster: Roster, township: Township) -> pd.DataFrame:
    """Kilometres from every member (index) to every grid (columns)."""
    members, grids = roster.members.sort_values("member_id"), plan.grids.sort_values("grid_code")
    km = distances_km(_homes(members, township), shapely.point_on_surface(grids.geometry.to_numpy()))
    return pd.DataFrame(km, index=members["member_id"].to_numpy(), columns=grids["grid_code"].to_numpy())


def _homes(workers: gpd.GeoDataFrame, township: Township) -> np.ndarray:
    """Where members start from: home, else the middle of their village, else of the township."""
    villages = township.villages
    middle = dict(zip(villages["village_code"], shapely.point_on_surface(villages.geometry.to_numpy()), strict=True))
    # not the union's own point: that one would hang on the order of the villages
    centre = shapely.centroid(shapely.multipoints(sorted(middle.values(), key=lambda point: (point.x, point.y))))
    homes = workers.geometry.to_numpy()
    known = ~(shapely.is_missing(homes) | shapely.is_empty(homes))
    return np.array(
        [
            home if there else middle.get(village, centre)
            for home, there, village in zip(homes, known, workers["village_code"], strict=True)
        ],
        dtype=object,
    )
