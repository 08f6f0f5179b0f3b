"""The promises that the build's own gate knows too, on what was read back from the files."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from gridmerge.invariants import OUTSIDE, Broken, Result, broken, broken_promises, first
from gridmerge.publish.geopackage import layer_names
from gridmerge.verify.again import Again
from gridmerge.verify.written import Written


def elsewhere(written: Written, again: Again) -> list[Broken]:
    """Name the layers of the package that are not in the working CRS: nothing of them can be measured."""
    crs = again.inputs.township.crs
    drawn = {name: table for name, table in written.tables.items() if "geometry" in table.columns}
    odd = sorted(name for name, table in drawn.items() if table.crs != crs)
    zh, en = (
        f"gridmerge.gpkg 的坐标系不是 {crs.name}：{first(odd)}。",
        f"not in {crs.name} in gridmerge.gpkg: {first(odd)}.",
    )
    return [broken(1, zh, en)] if odd else []


def promised(written: Written, again: Again) -> Iterator[Broken]:
    """Every rule of the gate, on the written values; and the layers those of the inputs."""
    result = _result(written, again)
    missing = sorted(set(layer_names(layer.key for layer in again.inputs.layers).values()) - set(written.tables))
    for name in missing:
        yield broken(3, f"gridmerge.gpkg 缺少图层 {name}。", f"gridmerge.gpkg lacks the layer {name}.")
    yield from broken_promises(result)


def _result(written: Written, again: Again) -> Result:
    inputs, findings = again.inputs, written.findings
    names = layer_names(layer.key for layer in inputs.layers)
    layers = {layer.key: (written.tables.get(names[layer.key], layer.frame), layer) for layer in inputs.layers}
    return Result(
        villages=written.villages,
        mended=inputs.township.villages,
        grids=written.grids,
        faces=written.faces,
        memberships=written.tables["memberships"],
        layers={key: frame for key, (frame, layer) in layers.items() if layer.spec.role != "barrier"},
        barriers={key: frame for key, (frame, layer) in layers.items() if layer.spec.role == "barrier"},
        crosswalk=written.crosswalk,
        works={work.name: work for work in inputs.works},
        outside=_outside(findings),
        told=frozenset(zip(findings["layer"], findings["source_id"], strict=True)),
        staff=None if inputs.roster is None else frozenset(inputs.roster.members["member_id"]),
        assignments=written.assignments,
        members=written.members,
    )


def _outside(findings: pd.DataFrame) -> dict[str, float]:
    mine = findings[findings["kind"] == OUTSIDE]
    sums = mine.groupby(mine["layer"].str.removeprefix("workload:"))["measure"].sum()
    return {str(name): float(value) for name, value in sums.items()}
