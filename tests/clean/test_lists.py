"""Tables that list villages: a grid over several rows, ways to list, and the cell named where nothing can be understood."""

import pytest

from gridmerge.clean import clean_layer
from gridmerge.clean.attributes.fields import not_empty
from gridmerge.config.settings import LayerSpec
from gridmerge.errors import InputError
from gridmerge.findings import explain_empty, make_finding
from gridmerge.model import RawLayer, Source
from tests.clean.conftest import kinds, one, table

SPEC = LayerSpec(key="k", department="fire", path="a.csv", id="编号", village="村")


def _areas(layer, town):
    return dict(
        zip(
            layer.frame["source_id"],
            layer.frame.geometry.area / town.villages.geometry.area.sum(),
            strict=True,
        )
    )


def _share(town, *names):
    chosen = town.villages[town.villages["village_name"].isin(names)]
    return chosen.geometry.area.sum() / town.villages.geometry.area.sum()


ROWS = {
    "the id again": (["1", "1", "2"], ["甲村", "乙村", "丙村"]),
    "the id once": (["1", "", "2"], ["甲村", "乙村", "丙村"]),
    "in one cell": (["1", "2"], ["甲村、乙村", "丙村"]),
    "joined by and": (["1", "2"], ["甲村和乙村", "丙村"]),
    "numbered": (["1", "2"], ["1.甲村 2.乙村", "丙村"]),
    "whole villages": (["1", "2"], ["甲村（全部）、乙村(全村)", "丙村"]),
}


@pytest.mark.parametrize("case", ROWS)
def test_a_grid_of_two_villages_is_one_grid(town, case):
    ids, villages = ROWS[case]
    layer = clean_layer(table("k", 编号=ids, 村=villages), SPEC, town)
    assert _areas(layer, town) == pytest.approx(
        {"1": _share(town, "甲村", "乙村"), "2": _share(town, "丙村")}
    )
    assert ("rows_joined" in kinds(layer)) == (len(ids) == 3)
    assert "id_duplicate" not in kinds(layer) and "village_unknown" not in kinds(layer)


def test_rows_of_one_id_and_two_names_stay_apart(town):
    layer = clean_layer(
        table("k", 编号=["1", "1"], 名称=["东", "西"], 村=["甲村", "乙村"]), SPEC, town
    )
    assert len(layer.frame) == 2 and one(layer, "id_duplicate").source_id == "1-2"


@pytest.mark.parametrize("cell", ["全镇", "全部村", "本镇", "全部"])
def test_the_whole_township_may_be_listed(town, cell):
    layer = clean_layer(table("k", 编号=["1"], 村=[cell]), SPEC, town)
    assert layer.frame.geometry.area.sum() == pytest.approx(town.villages.geometry.area.sum())


def test_groups_of_a_village_are_not_taken_for_the_village(town):
    layer = clean_layer(table("k", 编号=["1"], 村=["甲村（1-3组）、乙村"]), SPEC, town)
    assert _areas(layer, town) == pytest.approx({"1": _share(town, "乙村")})
    assert "甲村（1-3组）" in one(layer, "village_unknown").message("zh")


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (
            make_finding("village_unknown", layer="k", source_id="1", name="青山村", near="—"),
            "青山村",
        ),
        (
            make_finding(
                "feature_unreadable", layer="k", file="a", feature=1, reason="边界没有闭合"
            ),
            "边界没有闭合",
        ),
        (
            make_finding(
                "coordinates_unread", layer="k", measure=3, file="a", rows="2", example="东经"
            ),
            "东经",
        ),
    ],
)
def test_the_sentence_that_stops_names_the_cause(town, finding, words):
    source = Source(key="k", path="a.csv", sha256="", features=0)
    empty = RawLayer(
        source=source, frame=table("k", 编号=["1"]).frame.iloc[:0], findings=(finding,)
    )
    with pytest.raises(InputError) as stopped:
        not_empty(empty)
    assert words in stopped.value.in_("zh") and words in str(stopped.value)
    assert "照常" not in stopped.value.in_("zh") and "others were" not in str(stopped.value)


def test_many_causes_are_counted():
    told = explain_empty(
        [
            make_finding("village_unknown", layer="k", source_id=str(i), name=f"村{i}", near="—")
            for i in range(9)
        ]
    )
    assert "村0" in told.zh and "村5" not in told.zh and "共 9 处" in told.zh
    assert explain_empty([make_finding("no_workload")]).zh == ""
