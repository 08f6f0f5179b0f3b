"""The published schema says what grids.geojson is, and notices when it is not."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import jsonschema
import pytest

from gridmerge.products import export_grids

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "grids.schema.json").read_text("utf-8")
)
CHECK = jsonschema.Draft202012Validator(SCHEMA)


@pytest.fixture
def grids(out):
    return json.loads((out / "grids.geojson").read_text("utf-8"))


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_what_a_build_writes_is_valid(grids):
    CHECK.validate(grids)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.update(crs={}),
        lambda data: data["features"][0]["properties"].update(grid_code=510311104201001),
        lambda data: data["features"][0]["properties"].update(grid_type="综合"),
        lambda data: data["features"][0]["properties"].pop("leader"),
        lambda data: data["features"][0]["properties"].update(households="12"),
        lambda data: data["features"][0]["properties"]["members"].append({"member_id": "1"}),
        lambda data: data["features"][0]["geometry"].update(type="LineString"),
        lambda data: data["features"][0]["geometry"]["coordinates"][0].__setitem__(
            0, [500000.0, 3200000.0]
        ),
    ],
)
def test_what_is_not_a_grid_is_refused(grids, spoil):
    spoilt = copy.deepcopy(grids)
    spoil(spoilt)
    assert not CHECK.is_valid(spoilt)


@pytest.mark.parametrize("options", [{"coord": "gcj02"}, {"coord": "bd09"}, {"audience": "public"}])
def test_exports_as_geojson_are_valid_too(out, tmp_path, options):
    done = export_grids(out, tmp_path / "grids.geojson", **options)
    CHECK.validate(json.loads(Path(done.dest).read_text("utf-8")))
