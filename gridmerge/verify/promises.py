"""The promises that the build's own gate knows too, on what was read back from the files."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from gridmerge.invariants import (
    OUTSIDE,
    Result,
    Violation,
    find_violations,
    make_violation,
    name_first,
)
from gridmerge.products.data.geopackage import layer_names
from gridmerge.verify.reloaded_inputs import BuildInputs
from gridmerge.verify.written_build import BuildOutputs


def check_layer_crs(written: BuildOutputs, again: BuildInputs) -> list[Violation]:
    """Name the layers of the package that are not in the working CRS: nothing of them can be measured."""
    crs = again.inputs.township.crs
    drawn = {name: table for name, table in written.tables.items() if "geometry" in table.columns}
    odd = sorted(name for name, table in drawn.items() if table.crs != crs)
    zh, en = (
        f"gridmerge.gpkg 的坐标系不是 {crs.name}：{name_first(odd)}。",
        f"not in {crs.name} in gridmerge.gpkg: {name_first(odd)}.",
    )
    return [make_violation(1, zh, en)] if odd else []


def check_promises(written: BuildOutputs, again: BuildInputs) -> Iterator[Violation]:
    """Every rule of the gate, on the written values; and the layers those of the inputs."""
    result = _build_result(written, again)
    missing = sorted(
        set(layer_names(layer.key for layer in again.inputs.layers).values()) - set(written.tables)
    )
    for name in missing:
        yield make_violation(
            3, f"gridmerge.gpkg 缺少图层 {name}。", f"gridmerge.gpkg lacks the layer {name}."
        )
    yield from find_violations(result)


def _build_result(written: BuildOutputs, again: BuildInputs) -> Result:
    inputs, findings = again.inputs, written.findings
    names = layer_names(layer.key for layer in inputs.layers)
    layers = {
        layer.key: (written.tables.get(names[layer.key], layer.frame), layer)
        for layer in inputs.layers
    }
    return Result(
        villages=written.villages,
        mended=inputs.township.villages,
        grids=written.grids,
        faces=written.faces,
        memberships=written.tables["memberships"],
        layers={
            key: frame for key, (frame, layer) in layers.items() if layer.spec.role != "barrier"
        },
        barriers={
            key: frame for key, (frame, layer) in layers.items() if layer.spec.role == "barrier"
        },
        crosswalk=written.crosswalk,
        works={work.name: work for work in inputs.works},
        outside=_outside_totals(findings),
        told=frozenset(zip(findings["layer"], findings["source_id"], strict=True)),
        staff=None if inputs.roster is None else frozenset(inputs.roster.members["member_id"]),
        assignments=written.assignments,
        members=written.members,
    )


def _outside_totals(findings: pd.DataFrame) -> dict[str, float]:
    mine = findings[findings["kind"] == OUTSIDE]
    sums = mine.groupby(mine["layer"].str.removeprefix("workload:"))["measure"].sum()
    return {str(name): float(value) for name, value in sums.items()}
