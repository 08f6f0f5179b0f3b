"""Properties of a grid as one flat record: for formats that know no lists."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from gridmerge.products.export.finished_grids import FinishedGrids
from gridmerge.products.labels import name_value

TEXT_COLUMNS = ("grid_code", "grid_name", "grid_type", "village_code", "village_name")


def make_grid_frame(grids: FinishedGrids, *, metres: bool) -> gpd.GeoDataFrame:
    """Return the grids as a frame: codes and names as text, figures as numbers, lists as readable text.

    Parameters
    ----------
    metres
        Geometry in the working CRS; else in longitude and latitude. Shifted coordinates are degrees always.
    """
    records = pd.DataFrame([flatten_grid(row, grids) for row in grids.rows])
    numbers = {
        name: pd.to_numeric(records[name]).astype(float)
        for name in ("area_m2", "workload", *grids.works)
    }
    plain = metres and grids.coord == "wgs84"
    return gpd.GeoDataFrame(
        records.assign(**numbers),
        geometry=grids.metres if plain else grids.degrees,
        crs=grids.crs if plain else grids.geographic,
    )


def flatten_grid(row: dict[str, Any], grids: FinishedGrids) -> dict[str, Any]:
    """Return one grid's properties without lists."""
    return {
        **{name: row[name] for name in TEXT_COLUMNS},
        "area_m2": row["area_m2"],
        "workload": row["workload"],
        **{name: row[name] for name in grids.works},
        "boundary_text": row.get("boundary_text", ""),
        "leader": row["leader"],
        "members": "；".join(_person_text(person, grids) for person in row["members"]),
        "departments": ",".join(row["departments"]),
        **({"coord": grids.coord} if grids.coord != "wgs84" else {}),
    }


def _person_text(person: dict[str, str], grids: FinishedGrids) -> str:
    duty = name_value(person["duty"], grids.language)
    return f"{person['name']}（{duty}）{person['phone']}"
