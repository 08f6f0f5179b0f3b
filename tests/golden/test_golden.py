"""The tiny project gives the numbers kept beside it, and it is what the generator writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.golden import EXPECTED, PROJECT, TOWN, numbers
from tests.towns import draw_town
from tests.towns.files import write_town

TEXT = {".toml", ".md", ".csv", ".geojson", ".shp", ".dbf", ".prj"}


def test_numbers_are_the_kept_ones() -> None:
    kept, now = json.loads(EXPECTED.read_text("utf-8")), numbers()
    for what in kept:
        assert now[what] == kept[what], (
            f"{what} changed: if it is meant, run python -m tests.golden and say why"
        )


def test_the_project_is_what_the_generator_writes(tmp_path: Path) -> None:
    write_town(draw_town(**TOWN), tmp_path)  # type: ignore[arg-type]
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.suffix in TEXT}
    kept = {file.name: file.read_bytes() for file in PROJECT.iterdir() if file.suffix in TEXT}
    assert made == kept


@pytest.mark.parametrize("what", ["faces", "grids", "crosswalk_rows"])
def test_the_kept_numbers_are_plausible(what: str) -> None:
    """So that a wrong build cannot be kept by accident: against the truth of the town."""
    kept, town = json.loads(EXPECTED.read_text("utf-8")), draw_town(**TOWN)  # type: ignore[arg-type]
    if what == "faces":
        assert len(town.separable) <= kept["faces"] <= len(town.truth), (
            "river and roads part blocks that no layer does"
        )
    elif what == "grids":
        assert (
            sum(grid["households"] for grid in kept["grids"].values())
            == town.buildings["households"].sum()
        )
        land = town.villages.area.sum() / 1e4
        assert sum(grid["hectares"] for grid in kept["grids"].values()) == pytest.approx(
            land, rel=0.01
        )
    else:
        assert all(
            kept["crosswalk_rows"][key] >= n
            for key, n in kept["sources"].items()
            if key in town.layers
        )
