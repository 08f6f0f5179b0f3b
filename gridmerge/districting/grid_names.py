"""Names of grids: what they were called, the village and a number, or what people call the place."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmerge.findings import make_finding, sort_findings
from gridmerge.model import GridPlan, Places, PreviousPlan

Names = NDArray[np.object_]


def make_grid_name(code: str, village: str, exclusive: bool, zone: str) -> str:
    """Name of a grid by its code: 青山村第3网格; an exclusive one by its zone: 青山村学校专属网格."""
    number = int(code[-3:])
    if not exclusive:
        return f"{village}第{number}网格"
    return f"{village}{zone}专属网格" if zone else f"{village}专属网格{number - 799}"


def name_grids(plan: GridPlan, places: Places | None = None) -> GridPlan:
    """Call every comprehensive grid as it was called, else after a place in it: 青山村曾家老屋网格.

    Parameters
    ----------
    plan
        `grids` as formed, with numbered names. With an earlier plan among its constraints, a grid that keeps its code keeps its name; where
        the village has another name by now, only that part of it changes.
    places
        Where people's names for the land stand. Of several in a grid the one nearest its middle is taken; a name goes to one
        grid of a village only, and never is the village's own.

    Returns
    -------
    GridPlan
        A grid with neither keeps its numbered name. Where places would have called grids otherwise than they were, a finding.
    """
    grids, findings = plan.grids, plan.findings
    nothing_kept = np.full(len(grids), "", dtype=object)
    kept = nothing_kept
    if plan.constraints.earlier is not None:
        kept = _kept_names(grids, plan.constraints.earlier)
    names = _choose_names(grids, places, kept)
    if places is not None:
        anew = _choose_names(grids, places, nothing_kept)
        otherwise = int(((kept != "") & (kept != anew)).sum())
        if otherwise:
            findings = sort_findings((*findings, make_finding("names_kept", measure=otherwise)))
    return replace(plan, grids=grids.assign(grid_name=names), findings=findings)


def _kept_names(grids: gpd.GeoDataFrame, earlier: PreviousPlan) -> Names:
    """(n,) name that a comprehensive grid had under the same code, in the village's name of today; "" where it had none."""
    before = earlier.grids.set_index("grid_code")[["grid_name", "village_name"]]
    seen: set[tuple[str, str]] = set()
    names = np.full(len(grids), "", dtype=object)
    for i, row in enumerate(grids.itertuples()):
        if row.grid_type != "comprehensive" or row.grid_code not in before.index:
            continue
        former_name, former_village = before.loc[row.grid_code]
        name = _update_village_name(
            str(former_name).strip(), str(former_village).strip(), row.village_name
        )
        # of two grids that somebody gave one name, the first has it
        if name and (row.village_code, name) not in seen:
            seen.add((row.village_code, name))
            names[i] = name
    return names


def _update_village_name(name: str, former: str, village: str) -> str:
    """A grid's name with the village's name of today in it; "" where it does not begin with the former one."""
    if not former or former == village:
        return name
    return f"{village}{name.removeprefix(former)}" if name.startswith(former) else ""


def _choose_names(grids: gpd.GeoDataFrame, places: Places | None, kept: Names) -> Names:
    """(n,) name of each grid: the kept one, else after a place that no other grid of the village is called after, else its number."""
    names: Names = grids["grid_name"].to_numpy(dtype=object, copy=True)
    village: Names = grids["village_code"].to_numpy(dtype=object)
    fixed = {(code, name) for code, name in zip(village, kept, strict=True) if name}
    comprehensive = (grids["grid_type"] == "comprehensive").to_numpy()
    free = np.flatnonzero((kept == "") & comprehensive)
    for i in free:
        if (village[i], names[i]) in fixed:
            number = grids["grid_code"].iloc[i][-3:]
            names[i] = f"{names[i]}（{number}）"
    names[kept != ""] = kept[kept != ""]
    if places is None:
        return names
    taken = {*zip(village, names, strict=True)}
    after_places = _names_after_places(grids, places, free, taken)
    names[after_places["grid"]] = after_places["called"]
    return names


def _names_after_places(
    grids: gpd.GeoDataFrame, places: Places, free: NDArray[np.int64], taken: set[tuple[str, str]]
) -> pd.DataFrame:
    """Grids of `free` with the name after the place nearest their middle: grid, called; a name for one grid of a village only."""
    table = _locate_places(grids, places)
    table = table.loc[table["grid"].isin(free) & (table["name"] != table["village"])]
    pairs = zip(table["village"], table["name"], strict=True)
    table = table.assign(called=[f"{village}{name}网格" for village, name in pairs])
    keys = zip(table["village_code"], table["called"], strict=True)
    table = table.loc[[key not in taken for key in keys]]
    table = table.sort_values(["away", "code", "name"])
    return table.drop_duplicates(["village_code", "name"]).drop_duplicates("grid")


def _locate_places(grids: gpd.GeoDataFrame, places: Places) -> pd.DataFrame:
    """Every place with the grid it lies in, and how far from its middle: grid, code, village, village_code, name, away (m)."""
    points = places.frame.geometry.to_numpy()
    shapes = np.asarray(grids.geometry.values)
    at, grid = shapely.STRtree(shapes).query_nearest(points)
    distance = shapely.distance(points[at], shapely.centroid(shapes)[grid])
    return pd.DataFrame(
        {
            "grid": grid,
            "name": places.frame["name"].to_numpy()[at],
            "village": grids["village_name"].to_numpy()[grid],
            "village_code": grids["village_code"].to_numpy()[grid],
            "away": distance.round(3),
            "code": grids["grid_code"].to_numpy()[grid],
        }
    )
