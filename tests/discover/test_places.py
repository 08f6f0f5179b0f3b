"""`init` on tables whose places are written in odd ways: what it proposes is read rightly afterwards."""

from __future__ import annotations

import csv

import geopandas as gpd
import numpy as np
import pytest
import shapely
from click.testing import CliRunner

from gridmerge.clean import clean_township, clean_work
from gridmerge.cli import main
from gridmerge.config.project_file import read_project
from gridmerge.geo.gcj02 import SHIFTS
from gridmerge.io import read_input
from tests.small_project import CRS, squares, write_small_project

CENTRES = gpd.GeoSeries(squares(250, 8, 4), crs=CRS).centroid
DEGREES = CENTRES.to_crs(4490)
LON, LAT = DEGREES.x.to_numpy(), DEGREES.y.to_numpy()
GCJ = np.column_stack(SHIFTS["gcj02"](LON, LAT))
BD = np.column_stack(SHIFTS["bd09"](LON, LAT))


def dms(value: float, marks: str = "°′″") -> str:
    degrees, rest = divmod(value * 3600, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{degrees:.0f}{marks[0]}{minutes:.0f}{marks[1]}{seconds:.4f}{marks[2]}"


def rows_of(*columns):
    return [list(map(str, row)) for row in zip(*columns, strict=True)]


WAYS = {
    "decimal": (("经度", "纬度"), rows_of(LON, LAT)),
    "degrees minutes seconds": (
        ("东经", "北纬"),
        [[dms(a), dms(b)] for a, b in zip(LON, LAT, strict=True)],
    ),
    "in Chinese": (
        ("经度", "纬度"),
        [[dms(a, "度分秒"), dms(b, "度分秒")] for a, b in zip(LON, LAT, strict=True)],
    ),
    "with letters": (("lng", "lat"), [[f"E{a}", f"N{b}"] for a, b in zip(LON, LAT, strict=True)]),
    "one column": (("坐标",), [[f"{a}, {b}"] for a, b in zip(LON, LAT, strict=True)]),
    "one column, north first": (
        ("经纬度",),
        [[f"北纬{b}东经{a}"] for a, b in zip(LON, LAT, strict=True)],
    ),
    "latitude first": (("位置坐标",), [[f"{b},{a}"] for a, b in zip(LON, LAT, strict=True)]),
    "AMap": (("高德经度", "高德纬度"), GCJ.astype(str).tolist()),
    "Baidu in brackets": (("经度（BD09）", "纬度（BD09）"), BD.astype(str).tolist()),
    "two pairs": (("lng_gcj02", "lat_gcj02", "lng_wgs84", "lat_wgs84"), rows_of(*GCJ.T, LON, LAT)),
    "metres": (("X", "Y"), rows_of(CENTRES.x, CENTRES.y)),
    "surveyors' metres": (("X坐标", "Y坐标"), rows_of(CENTRES.y, CENTRES.x)),
    "with the zone": (("横坐标Y", "纵坐标X"), rows_of(CENTRES.x + 35e6, CENTRES.y)),
    "exchanged": (("经度", "纬度"), rows_of(LAT, LON)),
}


@pytest.mark.parametrize("way", WAYS)
def test_places_are_recognised_and_read(tmp_path, way):
    header, places = WAYS[way]
    project = write_small_project(tmp_path / "town")
    (project / "gridmerge.toml").unlink()
    (project / "buildings.csv").unlink()
    with (project / "户数.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["楼栋", *header, "户数"], *[[f"{i}栋", *row, 10] for i, row in enumerate(places)]]
        )
    result = CliRunner().invoke(main, ["init", str(project)])
    assert result.exit_code == 0, result.output
    settings = read_project(project)
    spec = settings.workload[0]
    town = clean_township(read_input(settings.villages, project, "villages"), settings)
    work = clean_work(read_input(spec, project, "workload:households"), spec, town)
    assert work.frame.value.tolist() == [10.0] * len(LON)
    there = shapely.points(CENTRES.x, CENTRES.y)
    near = shapely.STRtree(there).query_nearest(work.frame.geometry.values, return_distance=True)[1]
    assert near.max() < 0.05, "metres"
