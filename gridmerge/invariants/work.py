"""Promise 4: no work is lost and none is invented."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import shapely

from gridmerge.invariants.build_frames import Result
from gridmerge.invariants.violations import Violation, make_violation, name_first
from gridmerge.model import Work

WORK_TOLERANCE = 1e-6  # relative: sums of many floats in another order


def check_work_conserved(result: Result) -> Iterator[Violation]:
    """The faces sum to the input inside the township, and the rest is a finding."""
    unweighed = sorted(result.faces.loc[result.faces["workload"].isna(), "face_id"])
    if unweighed:
        yield make_violation(
            4,
            f"最小面没有工作量：{name_first(unweighed)}。",
            f"faces without a workload: {name_first(unweighed)}.",
        )
    for name, work in sorted(result.works.items()):
        total = float(work.frame["value"].sum())
        placed = float(result.faces[name].sum())
        told = result.outside.get(name, 0.0)
        if not abs(total - placed - told) <= WORK_TOLERANCE * max(abs(total), 1.0):
            yield make_violation(
                4,
                f"{name}：输入合计 {total:g}，网格合计 {placed:g}，问题清单说明在外 {told:g}，三者不平。",
                f"{name}: the input sums to {total:g}, the grids to {placed:g}, and the findings put {told:g} outside.",
                {"input": total, "grids": placed, "outside": told},
            )


def check_grid_sums(result: Result) -> Iterator[Violation]:
    """Faces sum to their grid, and a grid holds the points that lie in it."""
    sums = result.faces.groupby("grid_code")[[*result.works, "workload"]].sum()
    grids = result.grids.drop_duplicates("grid_code").set_index("grid_code")
    for name in sums.columns:
        ours = sums[name].reindex(grids.index).fillna(0.0)
        close = (ours - grids[name]).abs() <= WORK_TOLERANCE * grids[name].abs().clip(lower=1.0)
        odd = grids.index[~close]
        if len(odd):
            yield make_violation(
                4,
                f"{name}：最小面之和不等于网格：{name_first(list(odd))}。",
                f"{name}: faces do not sum to their grid: {name_first(list(odd))}.",
            )
    for name, work in sorted(result.works.items()):
        yield from _check_point_sums(result, name, work)


def _check_point_sums(result: Result, name: str, work: Work) -> Iterator[Violation]:
    """Each grid holds at least the points strictly inside it, and at most those that touch it."""
    shapes, values = work.frame.geometry.to_numpy(), work.frame["value"].to_numpy(dtype=float)
    if not len(shapes) or (shapely.get_dimensions(shapes) != 0).any() or (values < 0).any():
        return
    grids = result.grids.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    least = _sum_within(tree, grids, values, "contains")
    most = _sum_within(tree, grids, values, "intersects")
    told = result.grids[name].to_numpy(dtype=float)
    slack = WORK_TOLERANCE * np.maximum(most, 1.0)
    odd = result.grids["grid_code"].to_numpy()[~((told >= least - slack) & (told <= most + slack))]
    if len(odd):
        yield make_violation(
            4,
            f"{name}：网格数值与落在其中的点不符：{name_first(list(odd))}。",
            f"{name}: grids do not hold the points that lie in them: {name_first(list(odd))}.",
        )


def _sum_within(
    tree: shapely.STRtree,
    grids: np.ndarray,
    values: np.ndarray,
    predicate: Literal["contains", "intersects"],
) -> np.ndarray:
    grid, point = tree.query(grids, predicate=predicate)
    return np.bincount(grid, weights=values[point], minlength=len(grids))
