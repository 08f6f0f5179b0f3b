import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridmerge.errors import InputError, PlaceError
from gridmerge.project import read_project
from tests.mend.conftest import kinds, one
from tests.mend.test_layer import mend, same_land

MIDDLE = np.array([482_000.0, 3_241_500.0])
TURN = 1.00002 * np.exp(1j * np.radians(0.7))


def to_local(points):
    z = (points - MIDDLE) @ [1, 1j] / TURN
    return np.column_stack([z.real + 50_000, z.imag + 30_000])


def local(grids):
    moved = grids.set_geometry(shapely.transform(grids.geometry.values, to_local))
    return moved.set_crs(None, allow_override=True)


def control(path, there, off=0.0):
    here = to_local(there)
    here[0] += off
    pd.DataFrame(np.column_stack([here, there]), columns=["x", "y", "to_x", "to_y"]).to_csv(path, index=False)
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
    with pytest.raises(InputError, match="not there"):
        mend(local(grids), town, control=str(tmp_path / "none.csv"))


def test_the_path_is_taken_from_the_project_file(tmp_path):
    (tmp_path / "gridmerge.toml").write_text(
        '[villages]\npath = "v.shp"\n[[layers]]\nkey = "a"\npath = "a.shp"\ncontrol = "secret/p.csv"\n'
    )
    assert read_project(tmp_path).layers[0].control == str(tmp_path.resolve() / "secret" / "p.csv")
