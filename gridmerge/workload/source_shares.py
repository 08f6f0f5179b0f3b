"""One source of work shared out to the faces, and what is found on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from gridmerge.errors import ProjectError
from gridmerge.findings import Finding, make_finding
from gridmerge.geo import geos
from gridmerge.i18n.text import Text
from gridmerge.model import Township, Work
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
from gridmerge.workload.effort import classify_villages

# Names of villages in a sentence.
MAX_SHOWN_VILLAGES = 3


@dataclass(frozen=True, kw_only=True)
class SharedSource:
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
        return bool(count_listed(self.work) or self.by_area)

    def findings(self, ground: AllocationFaces) -> list[Finding]:
        """Report what lies outside, what is an estimate, and where the class of villages is not known."""
        return [
            *_outside_findings(self.work, self.shares),
            *_estimate_findings(self.work, self.by_area, self.basis),
            *_unclassed_findings(self.work, ground),
        ]


def count_listed(work: Work) -> int:
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


def share_source(
    work: Work, by_name: dict[str, Work], unit: Work | None, ground: AllocationFaces
) -> SharedSource:
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
    return SharedSource(
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


def sum_by_face(shares: WorkShares, faces: int) -> np.ndarray:
    inside = shares.face >= 0
    return np.bincount(shares.face[inside], weights=shares.value[inside], minlength=faces)


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


def report_missing(
    unit: Work, shares: WorkShares, ground: AllocationFaces, township: Township
) -> list[Finding]:
    """One sentence where most villages have nothing of the work that sizes grids."""
    per_face = pd.Series(sum_by_face(shares, len(ground.face_id)))
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
    listed = count_listed(work)
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
