import hashlib
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
import xlsxwriter

from gridmerge.clean import clean_layer
from gridmerge.config.project_file import read_project
from gridmerge.config.settings import LayerSpec
from gridmerge.errors import InputError, PlaceError
from gridmerge.io import read_input
from tests.clean.conftest import kinds, one
from tests.clean.test_layer import same_land

MIDDLE = np.array([482_000.0, 3_241_500.0])
TURN = 1.00002 * np.exp(1j * np.radians(0.7))


def to_local(points):
    z = (points - MIDDLE) @ [1, 1j] / TURN
    return np.column_stack([z.real + 50_000, z.imag + 30_000])


def local(grids):
    moved = grids.set_geometry(shapely.transform(grids.geometry.values, to_local))
    return moved.set_crs(None, allow_override=True)


def mend(frame, town, control):
    """Mend a layer that is read with its control points, as a project names them."""
    file = Path(control).parent / "网格.geojson"
    gpd.GeoDataFrame(frame).to_file(file, driver="GeoJSON")
    spec = LayerSpec(department="urban_management", path=file.name, control=control)
    layer = read_input(spec, file.parent, "urban_management")
    return clean_layer(
        replace(layer, frame=layer.frame.set_crs(None, allow_override=True)), spec, town
    )


def control(path, there, off=0.0):
    here = to_local(there)
    here[0] += off
    pd.DataFrame(np.column_stack([here, there]), columns=["x", "y", "to_x", "to_y"]).to_csv(
        path, index=False
    )
    return str(path)


CORNERS = MIDDLE + np.array([[-2000, -1500], [2000, -1500], [2000, 1500], [-2000, 1500]])


def test_a_local_system_is_carried_over_by_control_points(grids, town, tmp_path):
    layer = mend(local(grids), town, control=control(tmp_path / "points.csv", CORNERS))
    assert same_land(layer, grids)
    assert one(layer, "control_fit").measure < 0.01
    assert "crs_assumed" not in kinds(layer)


def test_control_points_may_be_degrees(grids, town, tmp_path):
    degrees = gpd.GeoSeries(shapely.points(CORNERS), crs=town.crs).to_crs(4326)
    table = np.column_stack([to_local(CORNERS), degrees.x, degrees.y])
    pd.DataFrame(table, columns=["x", "y", "to_x", "to_y"]).to_csv(tmp_path / "p.csv", index=False)
    assert same_land(mend(local(grids), town, control=str(tmp_path / "p.csv")), grids)


def test_points_that_contradict_are_refused_without_telling_them(grids, town, tmp_path):
    with pytest.raises(PlaceError, match="contradict each other") as caught:
        mend(local(grids), town, control=control(tmp_path / "points.csv", CORNERS, off=40.0))
    assert "48" not in str(caught.value) and "324" not in str(caught.value)
    with pytest.raises(PlaceError, match="too few control points"):
        mend(local(grids), town, control=control(tmp_path / "points.csv", CORNERS[:2]))


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "x,y,to_x,to_y\n1,2,3,secret\n"])
def test_a_file_that_is_no_list_of_points_is_refused(grids, town, tmp_path, text):
    (tmp_path / "points.csv").write_text(text)
    with pytest.raises(InputError, match="to_x, to_y") as caught:
        mend(local(grids), town, control=str(tmp_path / "points.csv"))
    assert "secret" not in str(caught.value) and caught.value.__cause__ is None
    with pytest.raises(InputError, match=r"none\.csv"):
        mend(local(grids), town, control=str(tmp_path / "none.csv"))


@pytest.mark.parametrize("ending", ["gbk.csv", "xlsx", "txt", "dbf"])
def test_control_points_are_read_as_every_input_is(grids, town, tmp_path, ending):
    """In whatever Excel saves, with a title row and remarks beside them; the file is among the inputs, with its digest."""
    table = pd.read_csv(control(tmp_path / "p.csv", CORNERS)).rename(columns={"x": "X", "y": "Y"})
    table = table.assign(备注=["西南角", "东南角", "东北角", "西北角"])
    file = tmp_path / f"控制点.{ending}"
    if ending == "xlsx":
        with xlsxwriter.Workbook(file) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([list(table.columns), *table.to_numpy().tolist()]):
                sheet.write_row(number, 0, row)
    elif ending == "dbf":
        pyogrio.write_dataframe(
            table, file.with_suffix(".shp"), driver="ESRI Shapefile", encoding="GBK"
        )
    else:
        table.to_csv(file, index=False, sep="\t" if ending == "txt" else ",", encoding="gbk")
    layer = mend(local(grids), town, control=str(file))
    assert same_land(layer, grids)
    digests = dict(layer.source.files)
    assert digests[file.name] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert layer.source.sha256 == digests["网格.geojson"]


def test_the_path_is_taken_from_the_project_file(tmp_path):
    (tmp_path / "gridmerge.toml").write_text(
        '[villages]\npath = "v.shp"\n[[layers]]\nkey = "a"\npath = "a.shp"\ncontrol = "secret/p.csv"\n'
    )
    assert read_project(tmp_path).layers[0].control == str(tmp_path.resolve() / "secret" / "p.csv")


@pytest.mark.parametrize("metres", [[0], [3], [0, 1]])
def test_each_control_point_is_degrees_or_metres_by_itself(grids, town, tmp_path, metres):
    there = (
        gpd.GeoSeries(shapely.points(CORNERS), crs=town.crs)
        .to_crs(4326)
        .get_coordinates()
        .to_numpy()
        .copy()
    )
    there[metres] = CORNERS[metres]
    table = np.column_stack([to_local(CORNERS), there])
    pd.DataFrame(table, columns=["x", "y", "to_x", "to_y"]).to_csv(tmp_path / "p.csv", index=False)
    assert same_land(mend(local(grids), town, control=str(tmp_path / "p.csv")), grids)


def test_control_points_may_be_degrees_and_minutes(grids, town, tmp_path):
    there = (
        gpd.GeoSeries(shapely.points(CORNERS), crs=town.crs)
        .to_crs(4326)
        .get_coordinates()
        .to_numpy()
        .copy()
    )
    written = [[f"{int(value)}°{value % 1 * 60:.9f}′" for value in row] for row in there]
    table = pd.DataFrame(to_local(CORNERS), columns=["x", "y"]).join(
        pd.DataFrame(written, columns=["to_x", "to_y"])
    )
    table.to_csv(tmp_path / "p.csv", index=False)
    assert same_land(mend(local(grids), town, control=str(tmp_path / "p.csv")), grids)
