"""How much work there is in every face, source by source and all together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
# Names of villages in a sentence.
MAX_SHOWN_VILLAGES = 3
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
    sources = {
        name: _share_source(by_name[name], by_name, unit, ground) for name in sorted(by_name)
    }
    findings = [finding for source in sources.values() for finding in source.findings(ground)]
    shared = {name: source.shares for name, source in sources.items()}
    if unit is not None:
        findings += _missing_findings(unit, shared[unit.name], ground, township)
    area = shapely.area(ground.geometry)
    names = tuple(work.name for work in works)
    in_order = [sources[name] for name in names]
    totals, efforts = _total_sources(in_order, ground, float(area.sum()), sizes)
    columns = {name: _per_face(shared[name], len(ground.face_id)) for name in names}
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


@dataclass(frozen=True, kw_only=True)
class _SharedSource:
    """A source of work shared out to the faces.

    Parameters
    ----------
    work
        The source.
    basis
        The source of points by which its polygons were shared out, if any.
    shares
        What every face has of it.
    by_area
        How many of its features are estimates by area.
    """

    work: Work
    basis: Work | None
    shares: WorkShares
    by_area: int

    @property
    def estimated(self) -> bool:
        """True where some of it was recorded for a village or a grid only, or is shared by area."""
        return bool(_count_listed(self.work) or self.by_area)

    def findings(self, ground: AllocationFaces) -> list[Finding]:
        """Report what lies outside, what is an estimate, and where the class of villages is not known."""
        return [
            *_outside_findings(self.work, self.shares),
            *_estimate_findings(self.work, self.by_area, self.basis),
            *_unclassed_findings(self.work, ground),
        ]


def _total_sources(
    sources: Sequence[_SharedSource], ground: AllocationFaces, area_m2: float, sizes: Grids | None
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


def _count_listed(work: Work) -> int:
    """How many rows of a table only name a village or a departmental grid."""
    if not work.listed:
        return 0
    areas = shapely.get_dimensions(work.frame.geometry.to_numpy()) == POLYGON
    return int(areas.sum())


def _find_basis(work: Work, by_name: dict[str, Work], unit: Work | None) -> Work | None:
    if work.by is None:
        if unit is None or unit is work or not work.listed:
            return None
        return unit if _only_points(unit) else None
    basis = by_name.get(work.by)
    points = sorted(name for name, other in by_name.items() if _only_points(other))
    if basis is None or not _only_points(basis):
        zh, en = "、".join(points) or "（无）", ", ".join(points) or "none"
        raise ProjectError(
            f'[[workload]] {work.name}：by = "{work.by}" 不是点状工作量；可选 {zh}。',
            f'[[workload]] {work.name}: by = "{work.by}" is not a workload of points; there are: {en}.',
        )
    return basis


def _only_points(work: Work) -> bool:
    dimension = shapely.get_dimensions(work.frame.geometry.to_numpy())
    return bool(np.all(dimension == POINT))


def _share_source(
    work: Work, by_name: dict[str, Work], unit: Work | None, ground: AllocationFaces
) -> _SharedSource:
    """One source's shares: points whole, counted things whole, polygons by points or by area, lines by length."""
    basis = _find_basis(work, by_name, unit)
    features = _Features.of(work)
    polygons = features.dimension == POLYGON
    points = features.part(features.dimension == POINT)
    # what has no length and no area still has a place
    places = geos.point_on_surface(points.shapes)
    parts = [share_points(places, points.values, points.feature, ground)]
    cut = features.dimension != POINT
    if basis is not None:
        part, by_points = _share_by_basis(features, polygons, basis, ground)
        parts.append(part)
        cut &= ~by_points
    elif work.counted:
        things = features.part(polygons)
        parts.append(share_whole(things.shapes, things.values, things.feature, ground))
        cut &= ~polygons
    rest = features.part(cut)
    parts.append(share_by_measure(rest.shapes, rest.values, rest.feature, ground))
    return _SharedSource(
        work=work,
        basis=basis,
        shares=WorkShares.joined(parts),
        by_area=int(np.sum(rest.dimension == POLYGON)),
    )


def _share_by_basis(
    features: _Features, polygons: np.ndarray, basis: Work, ground: AllocationFaces
) -> tuple[WorkShares, np.ndarray]:
    """Shares of the polygons by the points of another source; for which of the features (bool) there were any."""
    others = pd.DataFrame(
        {"geometry": basis.frame.geometry.to_numpy(), "value": basis.frame["value"].to_numpy()}
    )
    part = features.part(polygons)
    shares, empty = share_by_points(part.shapes, part.values, part.feature, others, ground)
    shared = polygons.copy()
    shared[part.feature[empty]] = False
    return shares, shared


@dataclass(frozen=True, kw_only=True)
class _Features:
    """Features of a source: geometry, value, position in the source, and dimension (a point's without extent)."""

    shapes: np.ndarray
    values: np.ndarray
    feature: np.ndarray
    dimension: np.ndarray

    @classmethod
    def of(cls, work: Work) -> _Features:
        shapes = work.frame.geometry.to_numpy()
        without_extent = (shapely.length(shapes) == 0) & (shapely.area(shapes) == 0)
        return cls(
            shapes=shapes,
            values=work.frame["value"].to_numpy(dtype=float),
            feature=np.arange(len(shapes)),
            dimension=np.where(without_extent, POINT, shapely.get_dimensions(shapes)),
        )

    def part(self, mask: np.ndarray) -> _Features:
        return _Features(
            shapes=self.shapes[mask],
            values=self.values[mask],
            feature=self.feature[mask],
            dimension=self.dimension[mask],
        )


def _per_face(shares: WorkShares, faces: int) -> np.ndarray:
    inside = shares.face >= 0
    return np.bincount(shares.face[inside], weights=shares.value[inside], minlength=faces)


def _totals_table(sources: Sequence[_SharedSource]) -> pd.DataFrame:
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


def _unclassed_findings(work: Work, ground: AllocationFaces) -> list[Finding]:
    """Villages whose code gives no class of town or country, where that counts."""
    if work.urban == work.rural == 1.0:
        return []
    villages = pd.Series(sorted(set(ground.village)), dtype=str)
    unknown = int((classify_villages(villages) == "").sum())
    if not unknown:
        return []
    layer = f"workload:{work.name}"
    return [make_finding("work_unclassed", layer=layer, measure=unknown, name=work.name)]


def _missing_findings(
    unit: Work, shares: WorkShares, ground: AllocationFaces, township: Township
) -> list[Finding]:
    """One sentence where most villages have nothing of the work that sizes grids."""
    per_face = pd.Series(_per_face(shares, len(ground.face_id)))
    per_village = per_face.groupby(np.asarray(ground.village)).sum()
    bare = sorted(per_village.index[per_village <= 0])
    if len(bare) <= len(per_village) / 2:
        return []
    finding = make_finding(
        "work_missing",
        layer=f"workload:{unit.name}",
        measure=len(bare),
        total=len(per_village),
        name=unit.name,
        examples=_name_examples(bare, township),
    )
    return [finding]


def _name_examples(codes: Sequence[str], township: Township) -> Text:
    """The names of the first few villages, and a sign that there are more."""
    villages = township.villages
    names = dict(zip(villages["village_code"], villages["village_name"], strict=True))
    shown = [names.get(code) or code for code in codes[:MAX_SHOWN_VILLAGES]]
    zh, en = "、".join(shown), ", ".join(shown)
    if len(codes) > len(shown):
        return Text(f"{zh}等", f"{en} …")
    return Text(zh, en)


def _outside_findings(work: Work, shares: WorkShares) -> list[Finding]:
    """How much of a source is outside the township: one sentence."""
    outside = shares.face < 0
    if not outside.any():
        return []
    features = np.unique(shares.feature[outside])
    finding = make_finding(
        "workload_outside",
        layer=f"workload:{work.name}",
        measure=float(shares.value[outside].sum()),
        count=len(features),
        name=work.name,
    )
    return [finding]


def _estimate_findings(work: Work, by_area: int, basis: Work | None) -> list[Finding]:
    """How much of a source is an estimate: one sentence."""
    layer = f"workload:{work.name}"
    listed = _count_listed(work)
    if listed:
        way = Text("按面积", "by area")
        if basis is not None:
            way = Text(f"按{basis.name}", f"by {basis.name}")
        return [
            make_finding("workload_listed", layer=layer, measure=listed, name=work.name, way=way)
        ]
    if by_area:
        return [make_finding("workload_by_area", layer=layer, measure=by_area, name=work.name)]
    return []


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
