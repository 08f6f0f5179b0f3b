"""A project small enough to read: two square villages, two networks, eight buildings, three members."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import box

CRS = "EPSG:4544"  # CGCS2000, 3-degree Gauss-Kruger, central meridian 105 E
X, Y = 500_000.0, 3_250_000.0

PROJECT = """[project]
name = "青山镇"
crs = "EPSG:4544"
language = "en"

[villages]
path = "villages.gpkg"
code = "XZQDM"
name = "XZQMC"

[[layers]]
department = "police"
path = "警务区.geojson"
id = "code"
holder = "holder"

[[layers]]
department = "fire"
path = "fire.gpkg"
id = "code"

[[workload]]
name = "households"
path = "buildings.csv"
field = "hs"
lon = "lon"
lat = "lat"

[overlay]
tolerance = 5.0

[grids]
unit = "households"
target = 200
min = 100
max = 300

[roster]
path = "roster.csv"
"""


def squares(size: float, columns: int, rows: int) -> list:
    """Squares of `size` metres from the origin of the town, row by row."""
    return [
        box(X + i * size, Y + j * size, X + (i + 1) * size, Y + (j + 1) * size)
        for j in range(rows)
        for i in range(columns)
    ]


def write_small_project(folder: Path) -> Path:
    """Write the project into `folder` and return it. Villages are 1 km squares; blocks are 500 m squares."""
    folder.mkdir(parents=True, exist_ok=True)
    villages = gpd.GeoDataFrame(
        {"XZQDM": ["510311104201", "510311104202"], "XZQMC": ["东山村", "西河村"]},
        geometry=squares(1000, 2, 1),
        crs=CRS,
    )
    villages.to_file(folder / "villages.gpkg")
    police = gpd.GeoDataFrame(
        {"code": [f"P{i}" for i in range(8)], "holder": [f"警员{i}" for i in range(8)]},
        geometry=squares(500, 4, 2),
        crs=CRS,
    )
    police.to_crs(4326).to_file(folder / "警务区.geojson", RFC7946="YES")
    fire = gpd.GeoDataFrame({"code": ["F0", "F1", "F2", "F3"]}, geometry=_strips(), crs=CRS)
    fire.to_file(folder / "fire.gpkg")
    _buildings().to_csv(folder / "buildings.csv", index=False)
    pd.DataFrame(
        {
            "member_id": ["M1", "M2", "M3"],
            "name": ["赵一", "钱二", "孙三"],
            "kind": ["full_time"] * 3,
            "capacity": [1.0, 1.0, 1.0],
            "village": ["东山村", "西河村", ""],
            "phone": ["13800000001", "13800000002", "13800000003"],
        }
    ).to_csv(folder / "roster.csv", index=False, encoding="utf-8-sig")
    folder.joinpath("gridmerge.toml").write_text(PROJECT, "utf-8")
    return folder


def _strips() -> list:
    """Four strips across the town, each 500 m wide."""
    return [box(X + i * 500, Y, X + (i + 1) * 500, Y + 1000) for i in range(4)]


def _buildings() -> pd.DataFrame:
    """One building of 100 households in the middle of each block."""
    centres = gpd.GeoSeries(squares(500, 4, 2), crs=CRS).centroid.to_crs(4326)
    return pd.DataFrame({"lon": centres.x, "lat": centres.y, "hs": 100})
