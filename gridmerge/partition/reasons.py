"""Why a grid is out of range: each such grid becomes a finding that names the binding cause."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from gridmerge.config import Grids
from gridmerge.findings import Finding, found
from gridmerge.partition.figures import SLACK
from gridmerge.partition.village import Village


def range_findings(
    grids: gpd.GeoDataFrame, villages: list[Village], faces: pd.DataFrame, sizes: Grids
) -> list[Finding]:
    """A finding for each comprehensive grid outside [min, max]."""
    lower, upper = float(sizes.min or 0.0), float(sizes.max or float("inf"))
    size = faces.groupby("grid_code")["size"].sum()
    heaviest = faces.groupby("grid_code")["size"].max()
    totals = {v.code: float(v.size[v.zone == ""].sum()) for v in villages}
    out = []
    for row in grids.loc[grids["grid_type"] == "comprehensive"].itertuples():
        code, value = row.grid_code, float(size[row.grid_code])
        if lower - SLACK <= value <= upper + SLACK:
            continue
        point = shapely.point_on_surface(row.geometry)
        blanks = {"grid": code, "village": row.village_name, "min": f"{lower:g}", "max": f"{upper:g}"}
        kind = _kind(value, upper, float(heaviest[code]), totals[row.village_code], lower)
        out.append(found(kind, measure=value, place=(point.x, point.y), **blanks))
    return out


def _kind(value: float, upper: float, heaviest: float, village: float, lower: float) -> str:
    if value > upper:
        return "grid_heavy_face" if heaviest > upper else "grid_above_max"
    return "grid_small_village" if village < lower else "grid_below_min"
