"""Promise 4: no work is lost and none is invented."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pandas as pd
import shapely

from gridmerge.model import Work
from gridmerge.verify.again import Again
from gridmerge.verify.broken import Broken, broken, first
from gridmerge.verify.written import Written

EXACT = 1e-6  # relative: sums of many floats in another order


def conserved(written: Written, again: Again) -> Iterator[Broken]:
    """Faces sum to grids, grids to the input inside the township, and the rest is a finding."""
    yield from _faces_sum(written, [*again.works, "workload"])
    for name, work in sorted(again.works.items()):
        total = float(work.frame["value"].sum())
        placed = float(written.grids[name].sum())
        outside = total - placed
        told = _outside_told(written, name)
        if abs(outside - told) > EXACT * max(abs(total), 1.0):
            yield broken(
                4,
                f"{name}：输入合计 {total:g}，网格合计 {placed:g}，问题清单说明在外 {told:g}，三者不平。",
                f"{name}: the input sums to {total:g}, the grids to {placed:g}, and the findings put {told:g} outside.",
                {"input": total, "grids": placed, "outside": told},
            )
        yield from _points(written, name, work)


def _faces_sum(written: Written, names: list[str]) -> Iterator[Broken]:
    sums = written.faces.groupby("grid_code")[[name for name in names if name in written.faces.columns]].sum()
    grids = written.grids.set_index("grid_code")
    for name in sums.columns:
        ours = sums[name].reindex(grids.index).fillna(0.0)
        odd = grids.index[(ours - grids[name]).abs() > EXACT * grids[name].abs().clip(lower=1.0)]
        if len(odd):
            yield broken(
                4,
                f"{name}：地块之和不等于网格：{first(list(odd))}。",
                f"{name}: faces do not sum to their grid: {first(list(odd))}.",
            )


def _outside_told(written: Written, name: str) -> float:
    findings = written.findings
    mine = findings[(findings["kind"] == "workload_outside") & (findings["layer"] == f"workload:{name}")]
    return float(pd.to_numeric(mine["measure"]).sum())


def _points(written: Written, name: str, work: Work) -> Iterator[Broken]:
    """Each grid holds at least the points strictly inside it, and at most those that touch it."""
    shapes, values = work.frame.geometry.to_numpy(), work.frame["value"].to_numpy(dtype=float)
    if not len(shapes) or (shapely.get_dimensions(shapes) != 0).any() or (values < 0).any():
        return
    grids = written.grids.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    least = _sum_within(tree, grids, values, "contains")
    most = _sum_within(tree, grids, values, "intersects")
    told = written.grids[name].to_numpy(dtype=float)
    slack = EXACT * np.maximum(most, 1.0)
    odd = written.grids["grid_code"].to_numpy()[(told < least - slack) | (told > most + slack)]
    if len(odd):
        yield broken(
            4,
            f"{name}：网格数值与落在其中的点不符：{first(list(odd))}。",
            f"{name}: grids do not hold the points that lie in them: {first(list(odd))}.",
        )


def _sum_within(
    tree: shapely.STRtree, grids: np.ndarray, values: np.ndarray, predicate: Literal["contains", "intersects"]
) -> np.ndarray:
    grid, point = tree.query(grids, predicate=predicate)
    return np.bincount(grid, weights=values[point], minlength=len(grids))
