"""Real files beside the repository; where they are absent the tests say so and pass by."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from gridmerge.clean import clean_layer, clean_township
from gridmerge.config.project_file import read_project
from gridmerge.config.settings import LayerSpec, Settings, Villages
from gridmerge.io import read_input
from tests.clean.conftest import DATA, kinds, one, raw

pytestmark = pytest.mark.skipif(
    not (DATA / "cn_townships").is_dir(), reason="../shared/data is absent"
)


def county(file, name, datum="gcj02"):
    frame = gpd.read_file(DATA / "cn_townships" / file)
    spec = Villages(path=file, code="adcode", name="name", datum=datum)
    frame = frame[frame["name"] == name].reset_index(drop=True)
    return clean_township(raw(frame), Settings(file=Path("gridmerge.toml"), villages=spec))


def towns(file, town, **keys):
    frame = gpd.read_file(DATA / "cn_townships" / file)
    return clean_layer(raw(frame, "towns"), LayerSpec(key="towns", path=file, **keys), town)


def iou(layer, town):
    one_, other = (
        shapely.union_all(layer.frame.geometry.values),
        shapely.union_all(town.villages.geometry.values),
    )
    return shapely.intersection(one_, other).area / shapely.union(one_, other).area


def test_linhe_is_found_to_be_gcj02_though_labelled_wgs84():
    town = county("datav_150800_gcj02.json", "临河区")
    layer = towns("linhe_20_towns_gcj02.json", town)
    assert "gcj02" in one(layer, "datum_suspected").message("zh")
    assert iou(towns("linhe_20_towns_gcj02.json", town, datum="gcj02"), town) > 0.999


def test_renshou_is_not_and_fits_its_county():
    town = county("datav_511400_meishan_gcj02.json", "仁寿县")
    layer = towns("renshou_60_towns_wgs84.geojson", town)
    assert "datum_suspected" not in kinds(layer)
    assert iou(layer, town) >= 0.997


def test_renshou_as_villages_tells_the_countys_datum():
    frame = gpd.read_file(DATA / "cn_townships" / "renshou_60_towns_wgs84.geojson")
    spec = Villages(path="x", code="FID", name="name")
    town = clean_township(raw(frame), Settings(file=Path("gridmerge.toml"), villages=spec))
    shapes = gpd.read_file(DATA / "cn_townships" / "datav_511400_meishan_gcj02.json")
    layer = clean_layer(raw(shapes, "county"), LayerSpec(key="county", path="x"), town)
    assert "gcj02" in one(layer, "datum_suspected").message("en")


@pytest.mark.parametrize(
    ("project", "districts"), [("gridmerge.toml", 4), ("manhattan.toml", 13), ("city.toml", 71)]
)
def test_new_yorks_districts_and_networks(project, districts):
    settings = read_project(DATA / "nyc" / project)
    town = clean_township(read_input(settings.villages, settings.folder, "villages"), settings)
    assert len(town.villages) == districts and town.crs.to_epsg() == 32618
    assert shapely.coverage_is_valid(town.villages.geometry.values)
    assert {"village_code_length"} == {
        kind for kind in kinds(town) if kind.startswith("village")
    } - {
        "village_hole",
        "village_gap_open",
    }
    for spec in settings.layers:
        source = read_input(spec, settings.folder, spec.key)
        layer = clean_layer(source, spec, town)
        told = {finding.source_id for finding in layer.findings}
        assert len(layer.frame) > 0 and layer.frame.is_valid.all()
        assert len(set(layer.frame.source_id) | told - {""}) >= len(source.frame) - len(told & {""})
