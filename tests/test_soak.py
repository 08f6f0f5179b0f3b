"""The soak's own towns: the same for a seed, every odd kind can be drawn and written, and the judge counts right."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import shapely

from benchmarks.soak.draw import draw
from benchmarks.soak.judge import score, zones_bent
from benchmarks.soak.odd import ODD
from benchmarks.soak.settings import BLOCKS, DIRT, LAYERS, VILLAGES, Settings, draw_settings
from benchmarks.soak.writing import FORMATS, LATIN, ONE_EACH, write
from gridmerge.config.project_file import read_project
from gridmerge.config.settings import LayerSpec
from gridmerge.io import read_input

LITTLE = Settings(
    seed=3,
    villages=2,
    blocks=6,
    layers=4,
    dirt=1.0,
    look="town",
    lake=False,
    unshared=0.0,
    chinese=True,
    estates="",
    shifted=False,
    odd=(),
)
FOUR = np.array([shapely.box(100 * n, 0, 100 * n + 100, 100) for n in range(4)], dtype=object)


def test_settings_are_a_seeds_own_and_keep_to_their_ranges():
    drawn = [draw_settings(seed) for seed in range(200)]
    assert drawn == [draw_settings(seed) for seed in range(200)]
    assert {one.villages for one in drawn} == set(range(VILLAGES[0], VILLAGES[1] + 1))
    assert all(LAYERS[0] <= one.layers <= LAYERS[1] for one in drawn)
    assert max(one.villages * one.blocks for one in drawn) <= BLOCKS[1] + VILLAGES[1]
    assert {one.dirt for one in drawn} == set(DIRT)
    assert {name for one in drawn for name in one.odd} == set(ODD)


@pytest.mark.parametrize("kind", sorted(ODD))
def test_every_odd_kind_becomes_a_project_that_can_be_read(kind: str, tmp_path: Path):
    settings = dataclasses.replace(LITTLE, odd=(kind,), estates="households", shifted=True)
    drawn = draw(settings)
    write(drawn, settings, tmp_path)
    project = read_project(tmp_path)
    assert {spec.key for spec in project.layers} == {*drawn.draft.layers, *drawn.draft.barriers}
    assert all((tmp_path / path).exists() for spec in project.layers for path in spec.path)
    assert shapely.is_valid(drawn.truth).all()


@pytest.mark.parametrize("n", range(len(FORMATS + ONE_EACH)))
def test_every_format_is_read_with_all_its_rows(n: int, tmp_path: Path):
    frame = draw(LITTLE).draft.layers["party"].frame.rename(columns=LATIN)
    ending, writer, special = (FORMATS + ONE_EACH)[n]
    writer(tmp_path / f"party.{ending}", frame)
    given = {
        "key": "party",
        "department": "party",
        "path": f"party.{ending}",
        "id": "code",
        **special,
    }
    raw = read_input(
        LayerSpec(**{name: value for name, value in given.items() if value is not None}),
        tmp_path,
        "party",
    )
    texts = raw.frame.drop(columns="geometry").fillna("").astype(str).agg(" ".join, axis=1)
    assert all(texts.str.contains(one, regex=False).any() for one in frame["code"])
    assert int((shapely.area(raw.frame.geometry.to_numpy()) > 0).sum()) >= len(frame)


@pytest.mark.parametrize("kind", ["bow_ties", "spikes", "vertex_needles"])
def test_kinds_that_bend_areas_pass_over_rows_that_another_kind_left_empty(kind: str):
    for seed in range(6):
        drawn = draw(dataclasses.replace(LITTLE, seed=seed, layers=2, odd=("empties", kind)))
        assert any(
            shapely.is_empty(layer.frame.geometry).any() for layer in drawn.draft.layers.values()
        )


def test_a_lake_is_nobodys_block():
    with_lake = draw(dataclasses.replace(LITTLE, villages=1, blocks=30, lake=True))
    lake = with_lake.draft.lakes[0]
    assert shapely.area(shapely.intersection(with_lake.truth, lake)).sum() < 1
    assert (
        shapely.area(shapely.intersection(with_lake.draft.villages.geometry.to_numpy(), lake)).sum()
        < 1
    )


def test_the_judge_counts_what_is_missed_and_what_is_extra():
    assert score(FOUR, FOUR).f1 == 1
    merged = np.array([shapely.union_all(FOUR[:2]), *FOUR[2:]], dtype=object)
    told = score(merged, FOUR)
    assert (told.missed, told.extra) == (2, 1)
    assert told.f1 == pytest.approx(4 / 7)


def test_a_shift_by_a_twentieth_is_the_block_and_by_a_tenth_is_not():
    assert score(shapely.transform(FOUR, lambda at: at + np.array([5, 0])), FOUR).missed == 0
    assert score(shapely.transform(FOUR, lambda at: at + np.array([10, 0])), FOUR).missed == 4


def test_excused_land_counts_neither_way():
    halves = [shapely.box(0, 0, 50, 100), shapely.box(50, 0, 100, 100)]
    cut = np.array([*halves, *FOUR[1:]], dtype=object)
    assert score(cut, FOUR).f1 == pytest.approx(6 / 9)
    assert score(cut, FOUR, shapely.box(20, 20, 60, 60)).f1 == 1


def test_a_zone_is_bent_when_no_grid_shares_its_land():
    assert zones_bent(FOUR[:2], FOUR) == (0, 1.0)
    assert zones_bent(FOUR[:0], FOUR) == (0, 1.0)
    moved = shapely.transform(FOUR[:2], lambda at: at + np.array([0, 5]))
    bent, least = zones_bent(moved, FOUR)
    assert bent == 2
    assert least == pytest.approx(95 / 105)
    assert zones_bent(FOUR[3:], FOUR[:2]) == (1, 0.0)
