"""A checkerboard township, small enough to reckon by hand: squares of 100 m, one face each."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from gridmerge.config.settings import Grids, LayerSpec
from gridmerge.model import GridPlan, Layer, Mosaic, Roster, Source, Township, Work

SIDE = 100.0
LITTLE_CRS = CRS.from_epsg(4544)
SOURCE = Source(key="little", path="little.csv", sha256="0" * 64)


def squares(columns: int, rows: int) -> np.ndarray:
    """Squares row by row from the south-west corner."""
    return np.array(
        [
            shapely.box(x * SIDE, y * SIDE, (x + 1) * SIDE, (y + 1) * SIDE)
            for y in range(rows)
            for x in range(columns)
        ],
        dtype=object,
    )


def village_code(column: int) -> str:
    return f"510311104{200 + column:03d}"


def township(columns: int, rows: int) -> Township:
    """Every column of squares is a village."""
    cells = squares(columns, rows).reshape(rows, columns)
    frame = gpd.GeoDataFrame(
        {
            "village_code": [village_code(column) for column in range(columns)],
            "village_name": [f"村{column}" for column in range(columns)],
        },
        geometry=[shapely.union_all(cells[:, column]) for column in range(columns)],
        crs=LITTLE_CRS,
    )
    return Township(name="小镇", code=None, crs=LITTLE_CRS, villages=frame, source=SOURCE)


def mosaic(columns: int, rows: int) -> Mosaic:
    cells = squares(columns, rows)
    faces = gpd.GeoDataFrame(
        {
            "face_id": [f"F{index:04d}" for index in range(len(cells))],
            "village_code": [village_code(index % columns) for index in range(len(cells))],
            "zone": "",
            "area_m2": shapely.area(cells),
        },
        geometry=cells,
        crs=LITTLE_CRS,
    )
    return Mosaic(
        faces=faces,
        memberships=pd.DataFrame(columns=["face_id", "layer", "source_id"]),
        borders=pd.DataFrame(columns=["face_a", "face_b", "length_m", "agreement", "barrier"]),
    )


def work(
    name: str,
    geometry: Sequence[object],
    value: Sequence[float],
    *,
    weight: float = 1.0,
    by: str | None = None,
) -> Work:
    frame = gpd.GeoDataFrame(
        {"value": np.asarray(value, dtype=float)}, geometry=list(geometry), crs=LITTLE_CRS
    )
    return Work(name=name, weight=weight, by=by, frame=frame, source=SOURCE)


def plan(columns: int, rows: int, workload: Sequence[float] | None = None) -> GridPlan:
    """One grid a square, with the work given row by row."""
    cells = squares(columns, rows)
    column = np.arange(len(cells)) % columns
    frame = gpd.GeoDataFrame(
        {
            "grid_code": [
                f"{village_code(c)}{index // columns + 1:03d}" for index, c in enumerate(column)
            ],
            "grid_name": [f"第{index}网格" for index in range(len(cells))],
            "grid_type": "comprehensive",
            "village_code": [village_code(c) for c in column],
            "village_name": [f"村{c}" for c in column],
            "area_m2": shapely.area(cells),
            "workload": np.ones(len(cells))
            if workload is None
            else np.asarray(workload, dtype=float),
        },
        geometry=cells,
        crs=LITTLE_CRS,
    )
    faces = pd.DataFrame(
        {
            "face_id": [f"F{index:04d}" for index in range(len(cells))],
            "grid_code": frame["grid_code"],
        }
    )
    grids = frame.sort_values("grid_code", ignore_index=True)
    return GridPlan(
        grids=grids, faces=faces, sizes=Grids(unit="area_ha", target=1.0, min=0.5, max=1.5)
    )


def layer(
    key: str, geometry: Sequence[object], *, role: str = "grid", ids: Sequence[str] | None = None
) -> Layer:
    frame = gpd.GeoDataFrame(
        {
            "source_id": list(ids)
            if ids is not None
            else [f"{key}{index:03d}" for index in range(len(geometry))],
            "name": "",
            "holder": "",
        },
        geometry=list(geometry),
        crs=LITTLE_CRS,
    )
    return Layer(
        key=key,
        department=key,
        title=key,
        frame=frame,
        spec=LayerSpec(key=key, path="x.shp", role=role),
        rank=1.0,
        source=SOURCE,
    )


def roster(people: Sequence[dict[str, object]]) -> Roster:
    """Members from dicts; what is not said is a full-timer of capacity 1 without a home."""
    rows = [
        {
            "member_id": f"M{index:03d}",
            "name": f"成员{index}",
            "kind": "full_time",
            "capacity": 1.0,
            "village_code": "",
            "phone": "",
            "departments": "",
            "geometry": None,
            **person,
        }
        for index, person in enumerate(people)
    ]
    columns = [
        "member_id",
        "name",
        "kind",
        "capacity",
        "village_code",
        "phone",
        "departments",
        "geometry",
    ]
    frame = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=columns), geometry="geometry", crs=LITTLE_CRS
    )
    return Roster(members=frame, source=SOURCE)
