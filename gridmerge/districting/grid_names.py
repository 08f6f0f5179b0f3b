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
    grids = plan.grids
    kept = np.full(len(grids), "", dtype=object)
    if plan.constraints.earlier is not None:
        kept = _kept_names(grids, plan.constraints.earlier)
    called = _choose_names(grids, places, kept)
    findings = plan.findings
    if places is not None:
        anew = int(
            (
                (kept != "")
                & (kept != _choose_names(grids, places, np.full(len(grids), "", dtype=object)))
            ).sum()
        )
        findings = (
            sort_findings((*findings, make_finding("names_kept", measure=anew)))
            if anew
            else findings
        )
    return replace(plan, grids=grids.assign(grid_name=called), findings=findings)


def _kept_names(grids: gpd.GeoDataFrame, earlier: PreviousPlan) -> Names:
    """(n,) name that a comprehensive grid had under the same code, in the village's name of today; "" where it had none."""
    before = earlier.grids.set_index("grid_code")
    seen: set[tuple[str, str]] = set()
    names = np.full(len(grids), "", dtype=object)
    for i, row in enumerate(grids.itertuples()):
        if row.grid_type != "comprehensive" or row.grid_code not in before.index:
            continue
        name, village = (
            str(before.at[row.grid_code, column]).strip()
            for column in ("grid_name", "village_name")
        )
        if village and village != row.village_name:
            name = (
                f"{row.village_name}{name.removeprefix(village)}"
                if name.startswith(village)
                else ""
            )
        if (
            name and (row.village_code, name) not in seen
        ):  # of two grids that somebody gave one name, the first has it
            seen.add((row.village_code, name))
            names[i] = name
    return names


def _choose_names(grids: gpd.GeoDataFrame, places: Places | None, kept: Names) -> Names:
    """(n,) name of each grid: the kept one, else after a place that no other grid of the village is called after, else its number."""
    called: Names = grids["grid_name"].to_numpy(dtype=object, copy=True)
    village: Names = grids["village_code"].to_numpy(dtype=object)
    fixed = {(v, name) for v, name in zip(village, kept, strict=True) if name}
    free = np.flatnonzero((kept == "") & (grids["grid_type"] == "comprehensive").to_numpy())
    for i in free:
        if (village[i], called[i]) in fixed:
            called[i] = f"{called[i]}（{grids['grid_code'].iloc[i][-3:]}）"
    called[kept != ""] = kept[kept != ""]
    if places is None:
        return called
    taken = {*zip(village, called, strict=True)}
    table = _locate_places(grids, places)
    table = table.loc[table["grid"].isin(free) & (table["name"] != table["village"])]
    table["called"] = [
        f"{v}{name}网格" for v, name in zip(table["village"], table["name"], strict=True)
    ]
    new = [key not in taken for key in zip(table["village_code"], table["called"], strict=True)]
    table = table.loc[new].sort_values(["away", "code", "name"])
    table = table.drop_duplicates(["village_code", "name"]).drop_duplicates("grid")
    called[table["grid"]] = table["called"]
    return called


def _locate_places(grids: gpd.GeoDataFrame, places: Places) -> pd.DataFrame:
    """Every place with the grid it lies in, and how far from its middle: grid, code, village, village_code, name, away (m)."""
    spots = places.frame
    at, grid = shapely.STRtree(np.asarray(grids.geometry.values)).query_nearest(
        spots.geometry.to_numpy()
    )
    middle = shapely.centroid(np.asarray(grids.geometry.values))
    return pd.DataFrame(
        {
            "grid": grid,
            "name": spots["name"].to_numpy()[at],
            "village": grids["village_name"].to_numpy()[grid],
            "village_code": grids["village_code"].to_numpy()[grid],
            "away": shapely.distance(spots.geometry.to_numpy()[at], middle[grid]).round(3),
            "code": grids["grid_code"].to_numpy()[grid],
        }
    )
