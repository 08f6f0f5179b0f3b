"""The edition for the public: what is withheld is not nought, in no sum, colour, mark or sentence, and can be had from none."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest

Image = pytest.importorskip("PIL.Image")

WITHHELD = (228, 226, 220)


def public_of(data, meet, **columns):
    """The public map of the town with the first grids' counts as given, the others' as they are."""
    grids = data.grids.copy()
    for name, values in columns.items():
        grids[name] = [*map(float, values), *grids[name].astype(float).iloc[len(values) :]]
    shown = replace(data, grids=grids)
    return grids, meet(shown, audience="public")


def tiles(meeting):
    """Each tile of the overview: its name, its figure, its note."""
    texts = [tile.inner_text().split("\n") for tile in meeting.page.locator(".tile").all()]
    return {text[0]: text[1:] for text in texts}


def tile_of(meeting, part):
    return next(text for name, text in tiles(meeting).items() if part in name)


def test_a_withheld_grid_is_in_no_mean_and_no_ratio(data, meet):
    _, shown = public_of(data, meet, households=[3])
    assert tile_of(shown, "工作量 最大")[0] == "–"
    assert "未公开" in " ".join(tile_of(shown, "工作量 最大"))
    assert tile_of(shown, "平均")[0].startswith("–")
    assert not shown.errors


def test_with_nothing_withheld_the_figures_are_the_plan_s(data, meet):
    grids, shown = public_of(data, meet, households=[5])
    sized = grids[grids["grid_type"] != "exclusive"]
    told = tile_of(shown, "工作量 最大")[0]
    assert told == f"{sized['workload'].max() / sized['workload'].mean():.2f}"
    assert float(tile_of(shown, "平均")[0].split()[0].replace(",", "")) == pytest.approx(
        sized["households"].mean(), abs=0.6
    )


def test_a_withheld_grid_is_judged_neither_low_nor_high(data, meet):
    grids, shown = public_of(data, meet, households=[3])
    code = grids["grid_code"].iloc[0]
    bar = shown.page.locator(f".bar[data-code='{code}']")
    assert bar.locator(".amount").inner_text() == "<5"
    assert bar.locator(".value").count() == 0
    sizes = grids["households"].astype(float)
    sized = grids["grid_type"] != "exclusive"
    low, high = data.sizes.min, data.sizes.max
    known = sized & (np.arange(len(grids)) > 0)
    outside = int((((sizes < low) | (sizes > high)) & known).sum())
    assert tile_of(shown, "超出范围")[0].split()[0] == str(outside)
    assert "另有 1 个未公开" in " ".join(tile_of(shown, "超出范围"))
    assert "未公开" in shown.text("#gm-legend-body")


def test_the_sum_of_a_village_with_a_withheld_grid_is_withheld_and_no_other(data, meet):
    grids, shown = public_of(data, meet, households=[3])
    heads = [head.inner_text() for head in shown.page.locator("#gm-bars h4").all()]
    hidden = [head for head in heads if "未公开" in head]
    assert len(heads) > 1 and len(hidden) == 1
    assert grids["village_name"].iloc[0][:6] in hidden[0]


def test_the_colour_of_a_withheld_grid_is_none_of_those_that_judge(data, meet):
    grids, shown = public_of(data, meet, households=[3])
    shown.page.click("[data-tab=layers]")
    shown.page.get_by_label("网格编号").uncheck()
    x, y = shown.page.evaluate("code => window.gridmerge.spot(code)", grids["grid_code"].iloc[0])
    picture = Image.open(io.BytesIO(shown.page.screenshot())).convert("RGB")
    assert picture.getpixel((round(x), round(y))) == WITHHELD


def test_the_card_of_a_withheld_grid_judges_nothing_and_tells_no_work(data, meet):
    grids, shown = public_of(data, meet, households=[3])
    shown.page.click(f".bar[data-code='{grids['grid_code'].iloc[0]}']")
    card = shown.text("#gm-card")
    assert "▼" not in card and "▲" not in card
    numbers = [
        row.inner_text().split("\n") for row in shown.page.locator("#gm-card .numbers > div").all()
    ]
    told = {row[0]: row[1] for row in numbers}
    assert told["户数"].startswith("<5") and told["工作量"] == "未公开"


def test_the_meeting_s_own_map_withholds_nothing(data, meet):
    grids = data.grids.assign(households=[3.0, *data.grids["households"].iloc[1:]])
    shown = meet(replace(data, grids=grids))
    assert tile_of(shown, "工作量 最大")[0] != "–"
    assert "未公开" not in shown.page.content().split("<body", 1)[1].split("<script", 1)[0]
