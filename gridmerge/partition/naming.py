"""Names of grids: the village and a number, or what people call the place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import shapely

from gridmerge.model import GridPlan, Places


def numbered(code: str, village: str, exclusive: bool, zone: str) -> str:
    """Name of a grid by its code: 青山村第3网格; an exclusive one by its zone: 青山村学校专属网格."""
    number = int(code[-3:])
    if not exclusive:
        return f"{village}第{number}网格"
    return f"{village}{zone}专属网格" if zone else f"{village}专属网格{number - 799}"


def named(plan: GridPlan, places: Places) -> GridPlan:
    """Call every comprehensive grid after a place in it: 青山村曾家老屋网格.

    Parameters
    ----------
    plan
        `grids` as formed, with numbered names.
    places
        Where people's names for the land stand. Of several in a grid the one nearest its middle is taken; a name goes to one
        grid of a village only, and never is the village's own.

    Returns
    -------
    GridPlan
        A grid without a place of its own keeps its numbered name.
    """
    grids, spots = plan.grids, places.frame
    at, grid = shapely.STRtree(np.asarray(grids.geometry.values)).query_nearest(spots.geometry.to_numpy())
    middle = shapely.centroid(np.asarray(grids.geometry.values))
    table = pd.DataFrame(
        {
            "grid": grid,
            "name": spots["name"].to_numpy()[at],
            "village": grids["village_name"].to_numpy()[grid],
            "away": shapely.distance(spots.geometry.to_numpy()[at], middle[grid]).round(3),
            "code": grids["grid_code"].to_numpy()[grid],
        }
    )
    usable = (grids["grid_type"] == "comprehensive").to_numpy()[grid] & (table["name"] != table["village"])
    table = table[usable].sort_values(["away", "code", "name"])
    table = table.drop_duplicates(["village", "name"]).drop_duplicates("grid")
    called = grids["grid_name"].to_numpy(dtype=object, copy=True)
    called[table["grid"]] = [
        f"{village}{name}网格" for village, name in zip(table["village"], table["name"], strict=True)
    ]
    return replace(plan, grids=grids.assign(grid_name=called))
