import geopandas as gpd
import pytest
import shapely

from gridmerge.clean.attributes.village_names import Gazetteer, extract_name_core
from gridmerge.model import Source, Township
from tests.clean.conftest import CRS


def gazetteer(names, town="青山镇"):
    frame = gpd.GeoDataFrame(
        {"village_code": [f"510311104{200 + i}" for i in range(len(names))], "village_name": names},
        geometry=[shapely.box(i, 0, i + 1, 1) for i in range(len(names))],
        crs=CRS,
    )
    return Gazetteer(
        Township(
            name=town,
            code=None,
            crs=frame.crs,
            villages=frame,
            source=Source(key="villages", path="v", sha256=""),
        )
    )


@pytest.mark.parametrize(
    "spelling",
    [
        "韩洪村",
        "韩洪村村委会",
        "韩洪村委会",
        "韩洪",
        "青山镇韩洪村",
        "韩洪村村民委员会",
        " 韩洪 村 ",
        "510311104200",
        "200",
        "510311104200003",
    ],
)
def test_one_village_in_all_its_spellings(spelling):
    assert gazetteer(["韩洪村", "李家坝村"]).find(spelling) == ["510311104200"]


@pytest.mark.parametrize(
    "spelling",
    ["东街社区", "东街社区居委会", "东街居委会", "东街社区居民委员会", "东街", "青山镇东街社区"],
)
def test_one_community_in_all_its_spellings(spelling):
    assert gazetteer(["东街社区", "西街社区"]).find(spelling) == ["510311104200"]


def test_village_and_community_of_one_name_are_told_apart_or_left_open():
    both = gazetteer(["东街社区", "东街村"])
    assert both.find("东街村委会") == ["510311104201"]
    assert both.find("东街居委会") == ["510311104200"]
    assert both.find("东街") == ["510311104200", "510311104201"]


def test_another_kind_is_another_place():
    assert gazetteer(["东街社区"]).find("东街村") == []


@pytest.mark.parametrize("spelling", ["", "张家村", "韩", "510311104299", "99"])
def test_strangers_are_not_forced(spelling):
    assert gazetteer(["韩洪村", "李家坝村"]).find(spelling) == []


def test_near_names_are_offered():
    assert gazetteer(["韩洪村", "李家坝村"]).near("李家坎村") == ["李家坝村"]


def test_a_name_that_is_nothing_but_suffix_survives():
    assert extract_name_core("村").stem == "村" and extract_name_core("社区").stem
