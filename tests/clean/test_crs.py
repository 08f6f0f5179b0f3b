import geopandas as gpd
import pytest
from pyproj import CRS
from shapely import box

from gridmerge.clean import clean_layer, clean_township
from gridmerge.clean.georeference.crs import (
    choose_working_crs,
    find_crs_by_numbers,
    identify_crs,
    is_ballpark,
)
from gridmerge.config.settings import LayerSpec
from gridmerge.errors import PlaceError
from tests.clean.conftest import one, raw, settings, village_frame, wavy
from tests.towns import draw_town

ESRI = (
    'PROJCS["{name}",GEOGCS["{geo}",DATUM["{datum}",SPHEROID["{ball}",{a},{f}]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["{method}"],PARAMETER["False_Easting",{fe}],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{lon}],PARAMETER["Scale_Factor",{k}],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def esri(**keys):
    usual = {
        "name": "坐标系",
        "geo": "GCS_x",
        "datum": "D_x",
        "ball": "S_x",
        "a": 6378137.0,
        "f": 298.257222101,
    }
    return CRS.from_wkt(
        ESRI.format(
            **{**usual, "method": "Gauss_Kruger", "fe": 500000.0, "lon": 105.0, "k": 1.0, **keys}
        )
    )


@pytest.mark.parametrize(
    ("keys", "epsg"),
    [
        ({}, 4544),
        ({"fe": 35500000.0}, 4523),
        ({"fe": 18500000.0}, 4496),
        ({"method": "Transverse_Mercator", "ball": "WGS_1984", "f": 298.257223563}, 4544),
        ({"a": 6378140.0, "f": 298.257, "ball": "Xian_1980"}, 2380),
        ({"a": 6378140.0, "f": 298.257, "fe": 35500000.0}, 2359),
        ({"a": 6378245.0, "f": 298.3, "ball": "Krasovsky_1940"}, 2432),
        ({"a": 6378245.0, "f": 298.3, "fe": 18500000.0}, 21418),
        ({"lon": 120.0}, 4549),
    ],
)
def test_chinese_zones_are_told_by_their_parameters(keys, epsg):
    assert identify_crs(esri(**keys)).to_epsg(100) == epsg


@pytest.mark.parametrize("keys", [{"lon": 104.5}, {"k": 0.9996}, {"fe": 400000.0}])
def test_a_city_meridian_stays_what_it_is(keys):
    mine = esri(**keys)
    assert identify_crs(mine) == mine


def test_heights_are_dropped_and_engineering_grids_say_nothing():
    assert identify_crs(CRS("EPSG:4544+5737")).to_epsg() == 4544
    assert identify_crs(CRS.from_wkt('LOCAL_CS["AutoCAD",UNIT["Meter",1]]')) is None


@pytest.mark.parametrize(
    ("epsg", "expected"), [(4326, False), (4490, False), (32648, False), (4610, True), (2432, True)]
)
def test_ballpark_shifts_are_told(epsg, expected):
    assert is_ballpark(CRS.from_epsg(epsg), CRS.from_epsg(4544)) is expected


def test_an_unknown_datum_is_a_ballpark():
    assert is_ballpark(esri(lon=104.5, a=6378140.0, f=298.257), CRS.from_epsg(4544))


@pytest.mark.parametrize(
    ("bounds", "epsg", "swapped"),
    [
        ((104.7, 29.2, 104.9, 29.3), 4326, False),
        ((29.2, 104.7, 29.3, 104.9), 4326, True),
        ((35480000, 3230000, 35486000, 3240000), 4523, False),
        ((3230000, 35480000, 3240000, 35486000), 4523, True),
        ((18480000, 3230000, 18486000, 3240000), 4496, False),
    ],
)
def test_numbers_that_tell(bounds, epsg, swapped):
    told = find_crs_by_numbers(bounds)
    assert (told.crs.to_epsg(), told.swapped) == (epsg, swapped)


@pytest.mark.parametrize(
    "bounds",
    [
        (480000, 3230000, 486000, 3240000),
        (5000, 6000, 9000, 9000),
        (913000, 120000, 1067000, 272000),
    ],
)
def test_numbers_that_do_not_tell(bounds):
    assert find_crs_by_numbers(bounds) is None


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (104.8, 29.3, 4544),
        (106.6, 29.3, 4545),
        (75.0, 39.0, 4534),
        (134.9, 48.0, 4554),
        (-74, 40.7, 32618),
        (151, -33, 32756),
        (180, 10, 32660),
    ],
)
def test_the_working_zone(lon, lat, epsg):
    assert choose_working_crs(lon, lat).to_epsg() == epsg


@pytest.mark.parametrize("seed", range(4))
def test_evidence_prefers_the_national_datum(seed):
    """Old datums lie metres away and fit as well by chance: where fits are alike, CGCS2000 is meant."""
    drawn = draw_town(seed, villages=3, layers=6, blocks=14)
    villages = drawn.villages.rename(columns={"village_code": "XZQDM", "village_name": "XZQMC"})
    town = clean_township(raw(villages), settings())
    for key, layer in drawn.layers.items():
        frame = layer.frame.set_crs(None, allow_override=True)
        told = one(
            clean_layer(raw(frame, key), LayerSpec(key=key, path=key), town), "crs_by_evidence"
        )
        assert "EPSG:4544" in told.message("zh"), f"town {seed}, {key}: {told.message('zh')}"


def test_systems_that_fit_alike_are_named():
    """One large area has no lines that tell the datums of one zone apart."""
    town = clean_township(raw(village_frame(wavy())), settings())
    x0, y0, x1, y1 = town.villages.total_bounds
    area = gpd.GeoDataFrame({"id": ["1"]}, geometry=[box(x0 + 150, y0 + 150, x1 - 150, y1 - 150)])
    with pytest.raises(PlaceError) as caught:
        clean_layer(raw(area), LayerSpec(department="fire", path="a.geojson", id="id"), town)
    for language in ("zh", "en"):
        sentence = caught.value.in_(language)
        assert "EPSG:4544" in sentence and "EPSG:2432" in sentence and 'crs = "EPSG:' in sentence
