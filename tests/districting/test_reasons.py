"""Thirty wishes that cannot be met, each built so that one cause is the true one: it must be named."""

from __future__ import annotations

import numpy as np
import pytest

from tests.districting.mosaics import SIZES, divide_township, square_mosaic

OUT = -1.0  # a square that belongs to nobody here


def divided(rows, zones=None, locks=None, tmp=None, **sizes):
    numbers = np.asarray(rows, dtype=float)
    gaps = tuple((int(i), int(j)) for i, j in np.argwhere(numbers == OUT))
    mosaic, weights, township = square_mosaic(np.maximum(numbers, 0), zones=zones, gaps=gaps)
    if locks is not None:
        file = tmp / "locks.csv"
        file.write_text("kind,a,b\n" + "\n".join(locks), "utf-8-sig")
        sizes["locks"] = str(file)
    return divide_township(
        mosaic, weights, township, SIZES.model_copy(update={"proof": 0, **sizes})
    )


A = {"target": 300.0, "min": 150.0, "max": 450.0}
TIGHT = {"target": 400.0, "min": 300.0, "max": 450.0}
ZONE = {(0, 1): "parks/a"}
HUB = [[OUT, 100, OUT], [100, 200, 100], [OUT, 100, OUT]]

CASES = [
    # a face heavier than max
    ("grid_heavy_face", {"rows": [[700]], **A}),
    ("grid_heavy_face", {"rows": [[200, 700, 200]], **A}),
    ("grid_heavy_face", {"rows": [[500, 500]], **A}),
    ("grid_heavy_face", {"rows": [[460, 10], [10, 10]], **A}),
    ("grid_heavy_face", {"rows": [[300, 900, 300], [300, 300, 300]], **A}),
    # a village below min
    ("grid_small_village", {"rows": [[100]], **A}),
    ("grid_small_village", {"rows": [[40, 50], [30, 20]], **A}),
    ("grid_small_village", {"rows": [[0, 0], [0, 0]], **A}),
    # no whole number of grids
    ("grid_no_number", {"rows": [[250, 250]], **TIGHT}),
    ("grid_no_number", {"rows": [[100, 100, 100, 100, 100]], **TIGHT}),
    ("grid_no_number", {"rows": [[50] * 5, [55] * 5], **TIGHT}),
    (
        "grid_no_number",
        {"rows": [[90, 90, 90], [90, 90, 90]], "target": 420.0, "min": 400.0, "max": 450.0},
    ),
    # land cut off: nothing touches it
    ("grid_cut_off", {"rows": [[60, 0, 300, 300]], "zones": ZONE, **A}),
    ("grid_cut_off", {"rows": [[149, 5, 200, 200], [OUT, OUT, 50, 50]], "zones": ZONE, **A}),
    (
        "grid_cut_off",
        {"rows": [[10, 0, 300], [10, 0, 100]], "zones": {(0, 1): "z/a", (1, 1): "z/a"}, **A},
    ),
    ("grid_cut_off", {"rows": [[9, 0, 300]], "zones": ZONE, **A}),
    # a bridge: the only way to land too small to stand alone
    ("grid_bridge", {"rows": HUB, **A}),
    ("grid_bridge", {"rows": [[OUT, 140, OUT], [140, 200, 140]], **A}),
    ("grid_bridge", {"rows": [[140, 400, 140]], **A}),
    ("grid_bridge", {"rows": [[300, 400, 100], [300, OUT, OUT]], **A}),
    # locks
    ("grid_locked", {"rows": [[250, 250, 250, 250]], "locks": ["together,f0000,f0001"], **A}),
    (
        "grid_locked",
        {"rows": [[250, 250, 250, 250]], "locks": ["face,f0000,甲", "face,f0001,甲"], **A},
    ),
    ("grid_locked", {"rows": [[100] * 6], "locks": [f"face,f000{i},甲" for i in range(5)], **A}),
    ("grid_locked", {"rows": [[200, 200, 200, 200]], "locks": ["together,f0000,f0003"], **A}),
    # a number of grids that does not suit the total
    ("grid_number_given", {"rows": [[200] * 6], "number": {"青石村": 2}, **A}),
    ("grid_number_given", {"rows": [[100] * 6], "number": {"510311104201": 5}, **A}),
    ("grid_number_given", {"rows": [[200] * 6], "headcount": 1, **A}),
    # a light face between heavy ones
    ("grid_between_heavy", {"rows": [[440, 100, 440], [OUT, 440, OUT]], **A}),
    ("grid_between_heavy", {"rows": [[440, 60], [430, 440]], **A}),
    ("grid_between_heavy", {"rows": [[400, 90, 400]], **A}),
]


def test_there_are_thirty():
    assert len(CASES) == 30


@pytest.mark.parametrize(
    ("kind", "case"), CASES, ids=[f"{i}-{kind}" for i, (kind, _) in enumerate(CASES)]
)
def test_the_true_cause_is_named(kind, case, tmp_path):
    case = dict(case)
    plan = divided(
        case.pop("rows"), case.pop("zones", None), case.pop("locks", None), tmp_path, **case
    )
    causes = {f.kind for f in plan.findings if f.kind.startswith("grid_")}
    assert causes == {kind}


def test_a_cause_comes_with_its_ways_out_and_their_price():
    plan = divided([[200, 700, 200]], **A)
    (finding,) = [f for f in plan.findings if f.kind == "grid_heavy_face"]
    assert "cut this face into at least 2; raise max to 700" in finding.message("en")
    assert "把该最小面切成至少 2 块" in finding.message("zh")
    assert "f0001" not in finding.message("zh") and finding.place is not None


def test_no_whole_number_says_the_total():
    plan = divided([[250, 250]], **TIGHT)
    (finding,) = [f for f in plan.findings if f.kind.startswith("grid_")]
    assert "the total of 500 divides into no whole number of grids" in finding.message("en")


def test_a_plan_within_limits_has_nothing_to_explain():
    assert divided([[150, 150], [150, 150]], **A).findings == ()
