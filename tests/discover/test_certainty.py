"""How sure `init` says it is of a coordinate system that was told by trying."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gridmerge.clean.georeference.crs import find_crs_by_overlap
from gridmerge.discover.georeference_check import _set_crs
from gridmerge.discover.settings_table import ProjectTable
from gridmerge.findings import make_finding
from tests.clean.conftest import village_frame, wavy


@pytest.mark.parametrize(
    ("rivals", "sure", "words"), [(0, "sure", "只有它"), (2, "likely", "有 3 个坐标系")]
)
def test_a_system_with_rivals_is_never_called_sure(rivals, sure, words):
    table = ProjectTable(name="[[layers]]")
    _set_crs(
        table,
        [
            make_finding(
                "crs_by_evidence",
                layer="fire",
                measure=98,
                crs="EPSG:4544（CGCS2000）",
                rivals=rivals,
            )
        ],
        True,
    )
    guess = table.values["crs"]
    assert (guess.value, guess.sure) == ("EPSG:4544", sure)
    assert words in guess.why.zh


def told(settled=True, **more):
    table = ProjectTable(name="[[layers]]")
    finding = make_finding(
        "crs_by_evidence", layer="fire", measure=98, crs="EPSG:4544（CGCS2000）", rivals=0, **more
    )
    _set_crs(table, [finding], settled)
    return table.values["crs"]


def test_a_system_that_another_lies_metres_from_is_not_sure_and_names_it():
    guess = told(near="EPSG:2380（1.51 米）", same="")
    assert guess.sure == "likely" and "EPSG:2380（1.51 米）" in guess.why.zh


def test_systems_of_the_same_coordinates_are_said_to_be_equivalent():
    guess = told(near="", same="EPSG:4507")
    assert guess.sure == "sure" and "EPSG:4507 与它坐标完全相同" in guess.why.zh


def test_a_system_whose_lines_do_not_settle_it_is_not_sure():
    assert told(settled=False).sure == "likely"


def test_systems_within_metres_are_kept_beside_the_one_chosen():
    villages = village_frame(wavy())
    points = shapely.get_coordinates(np.asarray(villages.geometry.values))
    best = next(one for one in find_crs_by_overlap(points, villages) if one.crs.to_epsg() == 4544)
    near = dict(best.near)
    assert near["EPSG:4507"] < 0.05, "the 6-degree zone of the same meridian is the same system"
    assert {code for code, metres in near.items() if metres >= 0.05}, "Xian 1980 lies metres away"
