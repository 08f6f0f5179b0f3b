"""What every face weighs, source by source and all together."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.config.settings import AREA_UNIT, Grids
from gridmerge.errors import ProjectError
from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos
from gridmerge.i18n.text import Text
from gridmerge.model import Mosaic, Township, Weights, Work
from gridmerge.workload.allocation import (
    POINT,
    POLYGON,
    AllocationFaces,
    WorkShares,
    share_by_measure,
    share_by_points,
    share_points,
    share_whole,
)
from gridmerge.workload.effort import classify_villages, compute_effort

HECTARE_M2 = 10_000.0
MAX_SHOWN_VILLAGES = 3  # names of villages in a sentence
# standard grids of a township whose sizes nobody gave: shares of a thousand read well
DEFAULT_GRID_COUNT = 1000.0


def weigh_faces(
    mosaic: Mosaic, works: Sequence[Work], township: Township, sizes: Grids | None = None
) -> Weights:
    """Share every source of work out to the faces, and combine them.

    Parameters
    ----------
    mosaic
        Its faces tile the township.
    works
        Mended sources: points fall in exactly one face (the smallest id where faces share a border; the township's outer
        line is inside), polygons are shared out by the points of the source named in ``by`` (villages and departmental grids
        that rows of a table name: else by those of the unit of `sizes`), else by area, lines by length.
    township
        Gives the working CRS.
    sizes
        Say what a standard grid is: `target` of `unit`. Without them the whole township counts as 1000.

    Returns
    -------
    Weights
        Each source's column sums, with what lies outside, to its input. ``workload`` is in standard-grid equivalents:
        Σ wₖ·xₖ/refₖ over Σ wₖ, where refₖ is the mean of source k on a standard grid, so that a grid of average mix and
        target size weighs 1. Where kinds of a source take different minutes, or town and country count differently, xₖ is
        what they make of it. Sources of weight 0 are carried along. Without any source of positive weight it is hectares.

    Raises
    ------
    ProjectError
        ``by`` names no source of points.
    """
    ground = AllocationFaces.of(mosaic.faces)
    by_name = {work.name: work for work in works}
    unit = by_name.get(sizes.unit) if sizes is not None and sizes.unit is not None else None
    shared: dict[str, WorkShares] = {}
    findings: list[Finding] = []
    estimated: dict[str, int] = {}
    for work in sorted(works, key=lambda work: work.name):
        basis = _find_basis(work, by_name, unit)
        shared[work.name], by_area = _share_source(work, basis, ground)
        estimated[work.name] = _count_listed(work) or by_area
        findings += _allocation_findings(
            work, shared[work.name], by_area, basis
        ) + _unclassed_findings(work, ground)
    if unit is not None:
        findings += _missing_findings(unit, shared[unit.name], ground, township)
    names = tuple(work.name for work in works)
    totals = _totals_table(works, shared, estimated)
    area = shapely.area(ground.geometry)
    columns = {name: _per_face(shared[name], len(ground.face_id)) for name in names}
    faces = pd.DataFrame({"face_id": ground.face_id, **columns})
    average = compute_references(totals, float(area.sum()), sizes)
    given = np.array([work.reference or np.nan for work in works], dtype=float)
    reference = np.where(np.isfinite(average) & np.isfinite(given), given, average)
    totals["reference"] = reference
    efforts = pd.DataFrame(
        {work.name: compute_effort(work, shared[work.name], ground.village) for work in works}
    )
    totals["weight"] = [
        _source_weight(work, amount, float(efforts[work.name].sum()), inside)
        for work, amount, inside in zip(works, reference, totals["inside"], strict=True)
    ]
    efforts *= _effort_correction(
        totals["inside"].to_numpy(dtype=float), efforts.sum().to_numpy(dtype=float)
    )
    totals["share"] = _source_shares(totals)
    if np.isfinite(reference[totals["weight"].to_numpy() > 0]).any():
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


def compute_references(totals: pd.DataFrame, area_m2: float, sizes: Grids | None) -> np.ndarray:
    """How much of each source a standard grid holds, on the township's average; infinite for a source with nothing inside.

    Parameters
    ----------
    totals
        name, inside.
    area_m2
        Of the township: the unit ``area_ha`` is always there.
    sizes
        Unit and target of a standard grid.
    """
    inside = dict(zip(totals["name"], totals["inside"], strict=True)) | {
        AREA_UNIT: area_m2 / HECTARE_M2
    }
    standard_grids = DEFAULT_GRID_COUNT
    if (
        sizes is not None
        and sizes.unit is not None
        and sizes.target
        and inside.get(sizes.unit, 0) > 0
    ):
        standard_grids = inside[sizes.unit] / sizes.target
    amounts = totals["inside"].to_numpy(dtype=float) / standard_grids
    return np.where(amounts > 0, amounts, np.inf)


def _source_weight(work: Work, reference: float, effort_: float, inside: float) -> float:
    """The weight of a source: its own, or the time its amount on a standard grid takes.

    Where units count more or less than one, that is in the weight if the reference is given or time counts, and else in the reference:
    a grid of average mix weighs 1 all the same.
    """
    timed = work.minutes is not None and work.weight > 0 and np.isfinite(reference)
    weight = (work.minutes or 0.0) * reference if timed else work.weight
    more = float(_effort_correction(np.array([effort_]), np.array([inside]))[0])
    return weight * more if timed or work.reference else weight


def _effort_correction(inside: np.ndarray, efforts: np.ndarray) -> np.ndarray:
    """What makes efforts sum to the amounts; exactly 1 where they do but for rounding."""
    ratio = np.divide(inside, efforts, out=np.ones(len(inside)), where=efforts > 0)
    return np.where(np.isclose(ratio, 1.0, rtol=1e-12, atol=0.0), 1.0, ratio)


def _source_shares(totals: pd.DataFrame) -> np.ndarray:
    """Each source's share of the combined measure, over the township."""
    part = (totals["weight"] * totals["inside"] / totals["reference"]).to_numpy()
    return np.asarray(part / part.sum() if part.sum() > 0 else part)


def _combine_efforts(efforts: pd.DataFrame, totals: pd.DataFrame) -> np.ndarray:
    # a source with nothing inside must not dilute the others: its weight does not count
    counted = totals[np.isfinite(totals["reference"]) & (totals["weight"] > 0)]
    total = np.zeros(len(efforts))
    for row in counted.itertuples():
        total += row.weight * efforts[row.name].to_numpy() / row.reference
    return np.asarray(total / counted["weight"].sum())


def _count_listed(work: Work) -> int:
    """How many rows of a table only name a village or a departmental grid."""
    return (
        int((shapely.get_dimensions(work.frame.geometry.to_numpy()) == POLYGON).sum())
        if work.listed
        else 0
    )


def _find_basis(work: Work, by_name: dict[str, Work], unit: Work | None) -> Work | None:
    if work.by is None:
        usable = work.listed and unit is not None and unit is not work and _only_points(unit)
        return unit if usable else None
    basis = by_name.get(work.by)
    points = sorted(name for name, other in by_name.items() if _only_points(other))
    if basis is None or not _only_points(basis):
        raise ProjectError(
            f'[[workload]] {work.name}：by = "{work.by}" 不是点状工作量；可选 {"、".join(points) or "（无）"}。',
            f'[[workload]] {work.name}: by = "{work.by}" is not a workload of points; '
            f"there are: {', '.join(points) or 'none'}.",
        )
    return basis


def _only_points(work: Work) -> bool:
    return bool(np.all(shapely.get_dimensions(work.frame.geometry.to_numpy()) == POINT))


def _share_source(
    work: Work, basis: Work | None, ground: AllocationFaces
) -> tuple[WorkShares, int]:
    """One source's shares, and how many of its features are estimates by area."""
    shapes = work.frame.geometry.to_numpy()
    values = work.frame["value"].to_numpy(dtype=float)
    dimension = np.where(_has_no_measure(shapes), POINT, shapely.get_dimensions(shapes))
    feature = np.arange(len(shapes))
    parts: list[WorkShares] = []
    points = np.flatnonzero(dimension == POINT)
    # what has no length and no area still has a place
    parts.append(
        share_points(geos.point_on_surface(shapes[points]), values[points], feature[points], ground)
    )
    cut = np.flatnonzero(dimension != POINT)
    if basis is not None:
        polygons = np.flatnonzero(dimension == POLYGON)
        others = pd.DataFrame(
            {"geometry": basis.frame.geometry.to_numpy(), "value": basis.frame["value"].to_numpy()}
        )
        part, empty = share_by_points(
            shapes[polygons], values[polygons], feature[polygons], others, ground
        )
        parts.append(part)
        cut = np.setdiff1d(cut, np.delete(polygons, empty))
    elif work.counted:
        things = np.flatnonzero(dimension == POLYGON)
        parts.append(share_whole(shapes[things], values[things], feature[things], ground))
        cut = np.setdiff1d(cut, things)
    parts.append(share_by_measure(shapes[cut], values[cut], feature[cut], ground))
    return WorkShares.joined(parts), int(np.sum(dimension[cut] == POLYGON))


def _has_no_measure(shapes: np.ndarray) -> np.ndarray:
    return np.asarray((shapely.length(shapes) == 0) & (shapely.area(shapes) == 0))


def _per_face(shares: WorkShares, faces: int) -> np.ndarray:
    inside = shares.face >= 0
    return np.bincount(shares.face[inside], weights=shares.value[inside], minlength=faces)


def _totals_table(
    works: Sequence[Work], shared: dict[str, WorkShares], estimated: dict[str, int]
) -> pd.DataFrame:
    rows = []
    for work in works:
        shares = shared[work.name]
        outside = float(shares.value[shares.face < 0].sum())
        inside = float(shares.value[shares.face >= 0].sum())
        total = float(work.frame["value"].sum())
        rows.append((work.name, work.weight, total, inside, outside, estimated[work.name] > 0))
    return pd.DataFrame(rows, columns=["name", "weight", "total", "inside", "outside", "estimated"])


def _unclassed_findings(work: Work, ground: AllocationFaces) -> list[Finding]:
    """Villages whose code does not tell town from country, where that counts."""
    if work.urban == work.rural == 1.0:
        return []
    villages = pd.Series(sorted(set(ground.village)), dtype=str)
    strange = int((classify_villages(villages) == "").sum())
    return (
        [
            make_finding(
                "work_unclassed", layer=f"workload:{work.name}", measure=strange, name=work.name
            )
        ]
        if strange
        else []
    )


def _missing_findings(
    unit: Work, shares: WorkShares, ground: AllocationFaces, township: Township
) -> list[Finding]:
    """One sentence where most villages have nothing of the work that sizes grids."""
    per_face = pd.Series(_per_face(shares, len(ground.face_id)))
    per_village = per_face.groupby(np.asarray(ground.village)).sum()
    bare = sorted(per_village.index[per_village <= 0])
    if len(bare) <= len(per_village) / 2:
        return []
    names = dict(
        zip(township.villages["village_code"], township.villages["village_name"], strict=True)
    )
    shown = [names.get(code) or code for code in bare[:MAX_SHOWN_VILLAGES]]
    more = len(bare) > len(shown)
    examples = Text(
        "、".join(shown) + ("等" if more else ""), ", ".join(shown) + (" …" if more else "")
    )
    layer = f"workload:{unit.name}"
    return [
        make_finding(
            "work_missing",
            layer=layer,
            measure=len(bare),
            total=len(per_village),
            name=unit.name,
            examples=examples,
        )
    ]


def _allocation_findings(
    work: Work, shares: WorkShares, by_area: int, basis: Work | None
) -> list[Finding]:
    """What of this source lies outside the township, and what of it is an estimate: one sentence each."""
    said = []
    outside = shares.face < 0
    if outside.any():
        count = len(np.unique(shares.feature[outside]))
        said.append(
            make_finding(
                "workload_outside",
                layer=f"workload:{work.name}",
                measure=float(shares.value[outside].sum()),
                count=count,
                name=work.name,
            )
        )
    if _count_listed(work):
        way = (
            Text("按面积", "by area")
            if basis is None
            else Text(f"按{basis.name}", f"by {basis.name}")
        )
        said.append(
            make_finding(
                "workload_listed",
                layer=f"workload:{work.name}",
                measure=_count_listed(work),
                name=work.name,
                way=way,
            )
        )
    elif by_area:
        said.append(
            make_finding(
                "workload_by_area", layer=f"workload:{work.name}", measure=by_area, name=work.name
            )
        )
    return said


def _work_pieces(
    names: Sequence[str], shared: dict[str, WorkShares], ground: AllocationFaces, township: Township
) -> gpd.GeoDataFrame:
    columns: dict[str, list[np.ndarray]] = {"work": [], "face_id": [], "value": [], "geometry": []}
    for name in names:
        shares = shared[name]
        inside = np.flatnonzero(shares.face >= 0)
        columns["work"].append(np.full(len(inside), name, dtype=object))
        columns["face_id"].append(ground.face_id[shares.face[inside]])
        columns["value"].append(shares.value[inside])
        columns["geometry"].append(shares.geometry[inside])
    data = {
        key: np.concatenate(parts)
        if parts
        else np.empty(0, dtype=float if key == "value" else object)
        for key, parts in columns.items()
    }
    return gpd.GeoDataFrame(data, geometry="geometry", crs=township.crs)
