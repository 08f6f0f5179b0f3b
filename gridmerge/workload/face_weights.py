"""How much work there is in every face, source by source and all together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.config.settings import AREA_UNIT, Grids
from gridmerge.findings import make_finding
from gridmerge.model import Mosaic, Township, Weights, Work
from gridmerge.workload.allocation import (
    AllocationFaces,
    WorkShares,
)
from gridmerge.workload.effort import compute_effort
from gridmerge.workload.source_shares import SharedSource, report_missing, share_source, sum_by_face

HECTARE_M2 = 10_000.0
# Standard grids of a township whose sizes nobody gave: shares of a thousand read well.
DEFAULT_GRID_COUNT = 1000.0
# Relative: efforts this near to the amounts differ by rounding only.
ROUNDING_SHARE = 1e-12
NOTHING = np.empty(0, dtype=object)
TOTAL_COLUMNS = ("name", "weight", "total", "inside", "outside", "estimated")


def weigh_faces(
    mosaic: Mosaic, works: Sequence[Work], township: Township, sizes: Grids | None = None
) -> Weights:
    """Share every source of work out to the faces, and combine them.

    Parameters
    ----------
    mosaic
        Its faces tile the township.
    works
        Cleaned sources: points fall in exactly one face (the smallest id where faces share a border; the
        township's outer line is inside), polygons are shared out by the points of the source named in ``by``
        (villages and departmental grids that rows of a table name: else by those of the unit of `sizes`), else
        by area, lines by length.
    township
        Gives the working CRS.
    sizes
        Say what a standard grid is: `target` of `unit`. Without them the whole township counts as 1000.

    Returns
    -------
    Weights
        Each source's column sums, with what is outside, to its input. ``workload`` is in standard-grid
        equivalents: Σ wₖ·xₖ/refₖ over Σ wₖ, where refₖ is the mean of source k on a standard grid, so that a
        grid of average mix and target size has 1. Where kinds of a source take different minutes, or town and
        country count differently, xₖ is the effort they amount to. Sources of weight 0 are carried along.
        Without any source of positive weight it is hectares.

    Raises
    ------
    ProjectError
        ``by`` names no source of points.
    """
    ground = AllocationFaces.of(mosaic.faces)
    by_name = {work.name: work for work in works}
    unit = None
    if sizes is not None and sizes.unit is not None:
        unit = by_name.get(sizes.unit)
    sources = {name: share_source(by_name[name], by_name, unit, ground) for name in sorted(by_name)}
    findings = [finding for source in sources.values() for finding in source.findings(ground)]
    shared = {name: source.shares for name, source in sources.items()}
    if unit is not None:
        findings += report_missing(unit, shared[unit.name], ground, township)
    area = shapely.area(ground.geometry)
    names = tuple(work.name for work in works)
    in_order = [sources[name] for name in names]
    totals, efforts = _total_sources(in_order, ground, float(area.sum()), sizes)
    columns = {name: sum_by_face(shared[name], len(ground.face_id)) for name in names}
    faces = pd.DataFrame({"face_id": ground.face_id, **columns})
    if _has_weight(totals):
        faces["workload"] = _combine_efforts(efforts, totals)
    else:
        faces["workload"] = area / HECTARE_M2
        findings.append(make_finding("no_workload"))
    return Weights(
        faces=faces,
        names=names,
        pieces=_work_pieces(names, shared, ground, township),
        totals=totals,
        efforts=pd.DataFrame({"face_id": ground.face_id, **efforts}),
        findings=tuple(findings),
    )


def _total_sources(
    sources: Sequence[SharedSource], ground: AllocationFaces, area_m2: float, sizes: Grids | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The totals of each source with reference, weight and share in force; its effort in every face."""
    totals = _totals_table(sources)
    average = compute_references(totals, area_m2, sizes)
    given = np.array([one.work.reference or np.nan for one in sources], dtype=float)
    reference = np.where(np.isfinite(average) & np.isfinite(given), given, average)
    totals["reference"] = reference
    columns = {
        one.work.name: compute_effort(one.work, one.shares, ground.village) for one in sources
    }
    efforts = pd.DataFrame(columns)
    inside = totals["inside"].to_numpy(dtype=float)
    whole = efforts.sum().to_numpy(dtype=float)
    weights = []
    for source, amount, name, total in zip(sources, reference, columns, inside, strict=True):
        effort = float(efforts[name].sum())
        weights.append(_source_weight(source.work, amount, effort, total))
    totals["weight"] = weights
    efforts *= _effort_correction(inside, whole)
    totals["share"] = _source_shares(totals)
    return totals, efforts


def _has_weight(totals: pd.DataFrame) -> bool:
    """True where a source of positive weight has something inside the township."""
    reference = totals["reference"].to_numpy()
    counted = totals["weight"].to_numpy() > 0
    return bool(np.isfinite(reference[counted]).any())


def compute_references(totals: pd.DataFrame, area_m2: float, sizes: Grids | None) -> np.ndarray:
    """Compute how much of each source a standard grid holds, on the township's average.

    Infinite for a source with nothing inside.

    Parameters
    ----------
    totals
        name, inside.
    area_m2
        Of the township: the unit ``area_ha`` is always there.
    sizes
        Unit and target of a standard grid.
    """
    inside = dict(zip(totals["name"], totals["inside"], strict=True))
    inside[AREA_UNIT] = area_m2 / HECTARE_M2
    standard_grids = _count_standard_grids(inside, sizes)
    amounts = totals["inside"].to_numpy(dtype=float) / standard_grids
    return np.where(amounts > 0, amounts, np.inf)


def _count_standard_grids(inside: Mapping[str, float], sizes: Grids | None) -> float:
    """How many standard grids the township makes, by the unit and target of its sizes where they say."""
    if sizes is None or sizes.unit is None or not sizes.target:
        return DEFAULT_GRID_COUNT
    amount = inside.get(sizes.unit, 0)
    return amount / sizes.target if amount > 0 else DEFAULT_GRID_COUNT


def _source_weight(work: Work, reference: float, effort: float, inside: float) -> float:
    """The weight of a source: its own, or the time its amount on a standard grid takes.

    Where units count more or less than one, that is in the weight if the reference is given or time counts,
    and else in the reference: a grid of average mix has 1 all the same.
    """
    timed = work.minutes is not None and work.weight > 0 and np.isfinite(reference)
    weight = (work.minutes or 0.0) * reference if timed else work.weight
    if not (timed or work.reference):
        return weight
    correction = _effort_correction(np.array([effort]), np.array([inside]))
    return weight * float(correction[0])


def _effort_correction(inside: np.ndarray, efforts: np.ndarray) -> np.ndarray:
    """The factor that makes efforts sum to the amounts; exactly 1 where they do but for rounding."""
    ratio = np.ones(len(inside))
    np.divide(inside, efforts, out=ratio, where=efforts > 0)
    equal = np.isclose(ratio, 1.0, rtol=ROUNDING_SHARE, atol=0.0)
    return np.where(equal, 1.0, ratio)


def _source_shares(totals: pd.DataFrame) -> np.ndarray:
    """Each source's share of the combined measure, over the township."""
    part = totals["weight"] * totals["inside"] / totals["reference"]
    parts = part.to_numpy()
    whole = parts.sum()
    return np.asarray(parts / whole if whole > 0 else parts)


def _combine_efforts(efforts: pd.DataFrame, totals: pd.DataFrame) -> np.ndarray:
    # a source with nothing inside must not dilute the others: its weight does not count
    has_reference = np.isfinite(totals["reference"])
    counted = totals[has_reference & (totals["weight"] > 0)]
    total = np.zeros(len(efforts))
    for row in counted.itertuples():
        total += row.weight * efforts[row.name].to_numpy() / row.reference
    return np.asarray(total / counted["weight"].sum())


def _totals_table(sources: Sequence[SharedSource]) -> pd.DataFrame:
    rows = []
    for source in sources:
        work, shares = source.work, source.shares
        row = {
            "name": work.name,
            "weight": work.weight,
            "total": float(work.frame["value"].sum()),
            "inside": float(shares.value[shares.face >= 0].sum()),
            "outside": float(shares.value[shares.face < 0].sum()),
            "estimated": source.estimated,
        }
        rows.append(row)
    return pd.DataFrame(rows, columns=list(TOTAL_COLUMNS))


def _work_pieces(
    names: Sequence[str], shared: dict[str, WorkShares], ground: AllocationFaces, township: Township
) -> gpd.GeoDataFrame:
    work, face_id, geometry = [NOTHING], [NOTHING], [NOTHING]
    value = [np.empty(0, dtype=float)]
    for name in names:
        shares = shared[name]
        inside = np.flatnonzero(shares.face >= 0)
        work.append(np.full(len(inside), name, dtype=object))
        face_id.append(ground.face_id[shares.face[inside]])
        value.append(shares.value[inside])
        geometry.append(shares.geometry[inside])
    data = {
        "work": np.concatenate(work),
        "face_id": np.concatenate(face_id),
        "value": np.concatenate(value),
        "geometry": np.concatenate(geometry),
    }
    return gpd.GeoDataFrame(data, geometry="geometry", crs=township.crs)
