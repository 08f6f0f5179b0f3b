from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridmerge.clean import clean_township
from gridmerge.config.settings import Settings, Villages
from gridmerge.geo.gcj02 import SHIFTS
from gridmerge.model import RawLayer, Source

CRS = "EPSG:4544"  # CGCS2000 3-degree, central meridian 105E, no prefix
ORIGIN = (480_000.0, 3_240_000.0)  # near Zigong, Sichuan
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def box(x, y, w=1.0, h=1.0):
    """A rectangle in kilometres from the origin."""
    x0, y0 = ORIGIN[0] + x * 1000, ORIGIN[1] + y * 1000
    return shapely.box(x0, y0, x0 + w * 1000, y0 + h * 1000)


def raw(frame, key="villages"):
    return RawLayer(
        source=Source(key=key, path=f"{key}.shp", sha256="", features=len(frame)), frame=frame
    )


def table(key="table", **columns):
    return raw(gpd.GeoDataFrame(pd.DataFrame(columns)), key)


def settings(**project):
    return Settings(
        file=Path("gridmerge.toml"), villages=Villages(path="villages.shp"), project=project
    )


def village_frame(shapes, codes=None, names=None, crs=CRS):
    codes = codes or [f"51031110420{i}" for i in range(1, len(shapes) + 1)]
    names = names or [f"{'甲乙丙丁戊己'[i]}村" for i in range(len(shapes))]
    return gpd.GeoDataFrame({"XZQDM": codes, "XZQMC": names}, geometry=list(shapes), crs=crs)


def wavy(seed=1, nx=3, ny=2, step=20):
    """Villages with curved common borders, so that place and datum can be told from their lines."""
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 6, 8)

    def bend(points):
        x, y = (points - ORIGIN).T / 1000
        dx = 0.15 * np.sin(2.1 * y + phase[0]) + 0.06 * np.sin(5.3 * y + phase[1])
        dy = 0.15 * np.sin(1.7 * x + phase[2]) + 0.06 * np.sin(4.9 * x + phase[3])
        return points + 1000 * np.column_stack([dx, dy])

    boxes = [box(1.5 * i, 1.5 * j, 1.5, 1.5) for j in range(ny) for i in range(nx)]
    return shapely.transform(shapely.segmentize(np.array(boxes, dtype=object), step), bend)


@pytest.fixture(scope="session")
def town():
    """Six villages, 4.5 by 3 km, under 青山镇."""
    return clean_township(raw(village_frame(wavy())), settings(name="青山镇"))


@pytest.fixture(scope="session")
def grids(town):
    """Four grids a village: cut along its middle."""
    pieces = []
    for shape in town.villages.geometry:
        x0, y0, x1, y1 = shape.bounds
        cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
        quarters = [
            shapely.box(x0, y0, cx, cy),
            shapely.box(cx, y0, x1, cy),
            shapely.box(x0, cy, cx, y1),
            shapely.box(cx, cy, x1, y1),
        ]
        pieces += [shapely.intersection(shape, quarter) for quarter in quarters]
    return gpd.GeoDataFrame(
        {
            "wgbm": [f"G{i:02d}" for i in range(len(pieces))],
            "wgmc": [f"第{i}网格" for i in range(len(pieces))],
        },
        geometry=pieces,
        crs=town.crs,
    )


def kinds(value):
    return sorted({one.kind for one in value.findings})


def one(value, kind):
    """The only finding of a kind."""
    matching = [finding for finding in value.findings if finding.kind == kind]
    assert len(matching) == 1, [finding.message("en") for finding in value.findings]
    return matching[0]


def shifted(frame, datum):
    degrees = frame.to_crs(4326)
    shapes = shapely.transform(
        degrees.geometry.values, lambda p: np.column_stack(SHIFTS[datum](p[:, 0], p[:, 1]))
    )
    return gpd.GeoDataFrame(degrees.drop(columns="geometry"), geometry=shapes, crs=4326)
