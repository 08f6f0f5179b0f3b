"""What the overlay tells of roles and zones reaches the grids, on the sample data."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridmerge.config.project_file import read_project
from gridmerge.districting import divide_township
from gridmerge.inputs import load_inputs
from gridmerge.overlay import overlay_layers
from gridmerge.workload import weigh_faces

SAMPLE = Path(__file__).resolve().parents[2] / "sample_layers"


@pytest.fixture(scope="module")
def sample():
    settings = read_project(SAMPLE)
    inputs = load_inputs(settings)
    mosaic = overlay_layers(inputs.township, inputs.layers, settings.overlay)
    weights = weigh_faces(mosaic, inputs.works, inputs.township, settings.grids)
    return settings.grids, inputs, mosaic, weights


def kept_whole(plan, mosaic, keys):
    """How many grids of these layers lie in one unified grid."""
    claims = mosaic.memberships.loc[mosaic.memberships["layer"].isin(keys)]
    grids = (
        claims.merge(plan.faces, on="face_id")
        .groupby(["layer", "source_id"])["grid_code"]
        .nunique()
    )
    return int((grids == 1).sum())


def test_exclusive_grids_carry_the_name_of_their_campus(sample):
    sizes, inputs, mosaic, weights = sample
    plan = divide_township(
        mosaic, weights, inputs.township, sizes.model_copy(update={"effort": 100, "proof": 0})
    )
    exclusive = plan.grids.loc[plan.grids["grid_type"] == "exclusive", "grid_name"]
    names = [
        name
        for one in inputs.layers
        if one.spec.role == "exclusive"
        for name in one.frame["name"]
        if name
    ]
    assert len(exclusive) and names
    assert all(any(f"{name}专属网格" in grid for name in names) for grid in exclusive)


def test_a_price_on_cutting_base_grids_keeps_more_of_them_whole(sample):
    sizes, inputs, mosaic, weights = sample
    base = [key for key, told in mosaic.figures["layers"].items() if told["role"] == "base"]
    assert base == [one.key for one in inputs.layers if one.spec.role == "base"]
    whole = []
    for price in (0.0, 3.0):
        wish = sizes.model_copy(update={"whole": price, "effort": 400, "proof": 0})
        whole.append(
            kept_whole(divide_township(mosaic, weights, inputs.township, wish), mosaic, base)
        )
    assert whole[1] > whole[0]
