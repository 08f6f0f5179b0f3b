"""Addresses for the map's search: to the building and no further, inside the township, once each, in whatever order they come."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridmerge.clean import clean_addresses, clean_places
from gridmerge.clean.places import down_to_the_building
from gridmerge.config.settings import AddressesSpec, PlacesSpec
from gridmerge.errors import InputError
from gridmerge.model import RawLayer, Source, Township

CRS = "EPSG:4544"
X, Y = 500_000.0, 3_250_000.0
SOURCE = Source(key="addresses", path="门牌.csv", sha256="")


@pytest.fixture
def township():
    villages = gpd.GeoDataFrame(
        {"village_code": ["1"], "village_name": ["东山村"]},
        geometry=[shapely.box(X, Y, X + 1000, Y + 1000)],
        crs=CRS,
    )
    return Township(name="镇", code=None, crs=villages.crs, villages=villages, source=SOURCE)


def mended(township, rows, field=None):
    texts, points = zip(*rows, strict=True) if rows else ((), ())
    frame = gpd.GeoDataFrame({"标准地址": list(texts)}, geometry=list(points), crs=CRS)
    return clean_addresses(
        RawLayer(source=SOURCE, frame=frame), AddressesSpec(path="门牌.csv", field=field), township
    )


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("幸福路12号3栋2单元501室", "幸福路12号3栋"),
        ("幸福路12号501室", "幸福路12号"),
        ("幸福路12号-501", "幸福路12号"),
        ("幸福路12号附3号", "幸福路12号附3号"),
        ("3栋-502", "3栋"),
        ("5幢1203号", "5幢"),
        ("人民小区12-3-502", "人民小区12"),
        ("八户村3组14号", "八户村3组14号"),
        ("三层岩路7号二单元", "三层岩路7号"),
        ("3号楼", "3号楼"),
        ("  红旗路\t9号 ", "红旗路 9号"),
        ("", ""),
        ("2单元", ""),
    ],
)
def test_an_address_tells_the_building_and_nobodys_door(given, kept):
    assert down_to_the_building(given) == kept


def test_each_address_once_inside_the_township_and_the_rest_is_counted(township):
    at = shapely.Point
    rows = [
        ("幸福路2号301室", at(X + 20, Y + 5)),
        ("幸福路2号", at(X + 10, Y + 5)),
        ("河边", shapely.box(X + 100, Y, X + 120, Y + 20)),
        ("", at(X + 1, Y + 1)),
        (None, at(X + 1, Y + 1)),
        ("外镇", at(X - 500, Y)),
        ("无处", None),
    ]
    addresses = mended(township, rows)
    assert addresses.frame["address"].tolist() == ["幸福路2号", "河边"]
    assert (
        addresses.frame.geometry.iloc[0].equals(at(X + 10, Y + 5))
        and addresses.frame.geometry.iloc[1].x == X + 110
    )
    (left,) = [finding for finding in addresses.findings if finding.kind == "addresses_left_out"]
    assert left.measure == 4 and "共 7 条" in left.message("zh")
    again = mended(township, rows[::-1])
    assert again.frame.equals(addresses.frame)


def test_an_empty_list_is_no_mistake(township):
    assert len(mended(township, []).frame) == 0


def test_a_list_without_addresses_is_one_sentence(township):
    frame = gpd.GeoDataFrame(pd.DataFrame({"hs": [1]}), geometry=[shapely.Point(X, Y)], crs=CRS)
    raw = RawLayer(source=SOURCE, frame=frame)
    with pytest.raises(
        InputError,
        match=r"which column is the address or name\? Write field = \"COLUMN\" \(it has: hs\)",
    ):
        clean_addresses(raw, AddressesSpec(path="门牌.csv"), township)
    with pytest.raises(InputError, match="has no field dz"):
        clean_addresses(raw, AddressesSpec(path="门牌.csv", field="dz"), township)


def test_a_place_name_may_stand_in_two_villages_and_keeps_its_number(township):
    frame = gpd.GeoDataFrame(
        {"地名": ["张家湾", "张家湾", "张家湾", "幸福路12号501室", " "]},
        geometry=gpd.points_from_xy(X + np.array([10, 900, 10, 50, 60]), np.full(5, Y + 10)),
        crs=CRS,
    )
    raw = RawLayer(source=SOURCE, frame=frame)
    places = clean_places(raw, PlacesSpec(path="地名.csv"), township)
    assert places.frame["name"].tolist() == ["幸福路12号501室", "张家湾", "张家湾"]
    assert [finding.kind for finding in places.findings] == ["places_left_out"]
