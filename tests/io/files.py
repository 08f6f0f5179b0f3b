"""Small files of every format, written from one truth: a square town of four grids with Chinese names."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
import shapely

from gridmerge.config.settings import LayerSpec
from gridmerge.io import read_input
from gridmerge.model import RawLayer

# 㙍 is in GB18030 and not in GBK's common part
NAMES = ["东风社区一网格", "韩洪村", "龙湾口村㙍网格", "城关镇"]
CODES = ["510302001001001", "510302001001002", "510302001002001", "510302001002002"]
HOUSES = [310, 287, 5, 1200]
LON, LAT, STEP = 104.77, 29.35, 0.01


def truth() -> gpd.GeoDataFrame:
    """Four squares in degrees, with code, name and households."""
    squares = [
        shapely.box(LON + i * STEP, LAT + j * STEP, LON + (i + 1) * STEP, LAT + (j + 1) * STEP)
        for j in range(2)
        for i in range(2)
    ]
    return gpd.GeoDataFrame(
        {"code": CODES, "name": NAMES, "hs": HOUSES}, geometry=squares, crs="EPSG:4490"
    )


def write(path: Path, driver: str, frame: gpd.GeoDataFrame | None = None, **options: str) -> Path:
    """Write the truth by GDAL."""
    pyogrio.write_dataframe(truth() if frame is None else frame, path, driver=driver, **options)
    return path


def load(path: Path, **spec: object) -> RawLayer:
    """Read a file that lies in its folder, as the layer ``k``."""
    return read_input(LayerSpec(key="k", path=path.name, **spec), path.parent, "k")  # type: ignore[arg-type]


def kinds(raw: RawLayer) -> list[str]:
    return [finding.kind for finding in raw.findings]


def assert_is_truth(raw: RawLayer, within: float = 1e-7) -> None:
    """All four grids are there, with their Chinese intact and each corner where it was."""
    wanted = truth().set_index("code")
    got = raw.frame.assign(code=[str(code) for code in raw.frame["code"]]).set_index("code")
    assert sorted(got.index) == sorted(CODES)
    assert got.loc[CODES, "name"].tolist() == NAMES
    assert [int(float(value)) for value in got.loc[CODES, "hs"]] == HOUSES
    far = shapely.hausdorff_distance(
        got.loc[CODES].geometry.to_numpy(), wanted.loc[CODES].geometry.to_numpy()
    )
    assert far.max() < within
