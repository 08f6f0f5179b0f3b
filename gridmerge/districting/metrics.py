"""The figures of a plan, for report.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gridmerge.config.settings import Grids
from gridmerge.districting.solver.graph import Floats, sum_by_group
from gridmerge.districting.village import DividedVillage, Village
from gridmerge.model import Mosaic

METRIC_SLACK = 1e-6  # sums of floats


def measure_plan(
    grids: gpd.GeoDataFrame,
    faces: pd.DataFrame,
    villages: list[Village],
    divided: list[DividedVillage],
    mosaic: Mosaic,
) -> dict[str, Any]:
    """Share in range, evenness with its floor, agreement of the inner lines, departmental grids kept whole, gaps per village."""
    comprehensive = grids.loc[grids["grid_type"] == "comprehensive"]
    sizes = villages[0].sizes if villages else Grids()
    per_village = {v.code: d.figures for v, d in zip(villages, divided, strict=True)}
    objective = sum_figure(per_village, "objective")
    bound = sum_figure(per_village, "bound")
    whole, split = kept_whole(mosaic, faces)
    return {
        "grids": len(grids),
        "comprehensive": len(comprehensive),
        "exclusive": len(grids) - len(comprehensive),
        "unit": sizes.unit,
        "share_in_range": share_in_range(grid_sizes(villages, divided), sizes),
        **measure_evenness(comprehensive["workload"].to_numpy(dtype=np.float64)),
        "workload_max_over_mean_floor": _evenness_floor(villages, len(comprehensive)),
        "boundary_agreement": boundary_agreement(villages, divided),
        "departmental_grids_whole": whole,
        "departmental_grids_split": split,
        "objective": round(objective, 6),
        "bound": round(bound, 6),
        "optimality_gap": relative_gap(objective, bound),
        "villages": per_village,
    }


def sum_figure(per_village: Mapping[str, Mapping[str, object]], name: str) -> float:
    """Sum over the villages of one figure."""
    return sum(float(str(figures[name])) for figures in per_village.values())


def relative_gap(objective: float, bound: float) -> float:
    """(objective - bound) / objective, to six digits; 0 where there is next to nothing to save."""
    if objective <= METRIC_SLACK:
        return 0.0
    return round(1 - bound / objective, 6)


def grid_sizes(villages: list[Village], divided: list[DividedVillage]) -> Floats:
    """Size of every comprehensive grid, in the sizing unit."""
    sizes = [np.zeros(0)]
    for village, part in zip(villages, divided, strict=True):
        size = sum_by_group(part.labels, village.size, len(part.exclusive))
        sizes.append(size[~part.exclusive])
    return np.concatenate(sizes)


def share_in_range(size: Floats, sizes: Grids) -> float:
    """Share of grids of these sizes that lie within the limits."""
    if not len(size):
        return 1.0
    lower = float(sizes.min or 0) - METRIC_SLACK
    upper = float(sizes.max or np.inf) + METRIC_SLACK
    inside = (size >= lower) & (size <= upper)
    return round(float(inside.mean()), 6)


def measure_evenness(work: Floats) -> dict[str, float]:
    """Max / mean, coefficient of variation and Gini of the grids' workload."""
    if not len(work) or work.sum() <= 0:
        return {"workload_max_over_mean": 1.0, "workload_cv": 0.0, "workload_gini": 0.0}
    mean = work.mean()
    return {
        "workload_max_over_mean": round(float(work.max() / mean), 6),
        "workload_cv": round(float(work.std() / mean), 6),
        "workload_gini": round(_compute_gini(work), 6),
    }


def _compute_gini(work: Floats) -> float:
    """Gini coefficient: 0 where all have the same, near 1 where one has all."""
    ordered, n = np.sort(work), len(work)
    rank_weights = 2 * np.arange(1, n + 1) - n - 1
    return float(rank_weights @ ordered / (n * ordered.sum()))


def _evenness_floor(villages: list[Village], grids: int) -> float:
    """What no plan with as many grids can beat: the heaviest single face, or the most loaded village shared out evenly."""
    shared = [village.work[village.zone == ""] for village in villages]
    total = sum(float(work.sum()) for work in shared)
    if total <= 0 or not grids:
        return 1.0
    heaviest = max(float(work.max(initial=0.0)) for work in shared)
    return round(max(1.0, heaviest / (total / grids)), 6)


def boundary_agreement(villages: list[Village], divided: list[DividedVillage]) -> float:
    """Share of departments that have a line there, along all lines between two grids of one village, weighted by length."""
    length = agreed = 0.0
    for village, part in zip(villages, divided, strict=True):
        first, second = part.labels[village.edges].T
        cut = first != second
        length += float(village.lengths[cut].sum())
        agreed += float((village.lengths * village.agreement)[cut].sum())
    return round(agreed / length, 6) if length > 0 else 1.0


def kept_whole(mosaic: Mosaic, faces: pd.DataFrame) -> tuple[int, int]:
    """Departmental grids whose faces within each village lie in one unified grid, and the others.

    A departmental grid across villages must be split on the village line; that is not held against the plan.
    """
    claims = mosaic.memberships.merge(faces, on="face_id")
    claims = claims.merge(mosaic.faces[["face_id", "village_code"]], on="face_id")
    if claims.empty:
        return 0, 0
    grids = claims.groupby(["layer", "source_id", "village_code"])["grid_code"].nunique()
    most_in_a_village = grids.groupby(level=["layer", "source_id"]).max()
    whole = most_in_a_village == 1
    return int(whole.sum()), int((~whole).sum())
