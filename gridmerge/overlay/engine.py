"""The overlay from end to end: agree, accept, cut, label, absorb, and say what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from gridmerge import parallel
from gridmerge.config import Overlay
from gridmerge.findings import Finding, found, tidy
from gridmerge.model import Layer, Mosaic, Township
from gridmerge.overlay.absorb import absorb, dissolve
from gridmerge.overlay.agree import Agreement, Sheet, agree, bend, sheet
from gridmerge.overlay.borders import borders
from gridmerge.overlay.conflate import Candidate, VillageLines, accept
from gridmerge.overlay.cut import face_ids, faces_of
from gridmerge.overlay.label import Shares, claimants, holders, shares
from gridmerge.overlay.linework import Floats, Geometries, Ints, Strands, polylines
from gridmerge.overlay.moved import moves

PLACES = {"exclusive": 0, "base": 1, "grid": 2, "barrier": 3}  # whose lines come first, whatever the rank
UNRANKED = 1_000_000  # precedence of layers whose rank the project does not set: evidence decides among them
ROUNDS = 3  # a merged face may be thin again; measured: two passes are enough


@dataclass(frozen=True)
class Drawing:
    """One layer ready for agreement."""

    layer: Layer
    sources: Geometries
    lines: Geometries
    sheet: Sheet

    @property
    def key(self) -> str:
        return self.layer.key

    @property
    def role(self) -> str:
        return self.layer.spec.role

    @property
    def precedence(self) -> int:
        """Smaller is not pulled by larger; only a rank that the project sets is law, the catalogue's breaks ties."""
        if self.role == "base":
            return -1
        return UNRANKED if self.layer.spec.rank is None else round(1000 * self.layer.spec.rank)


@dataclass(frozen=True)
class Cut:
    """Faces on their way: their village (row) and zone, and per layer who holds how much of them."""

    faces: Geometries
    village: Ints
    zone: Ints
    shares: tuple[Shares, ...]

    def claims(self) -> Floats:
        """(faces, layers) a number for the set of claimants, 0 for nobody."""
        area = shapely.area(self.faces)
        columns = [holders(table, area) for table in self.shares]
        return np.column_stack(columns) if columns else np.zeros((len(self.faces), 0))


def overlay(township: Township, layers: Sequence[Layer], settings: Overlay, processes: int = 1) -> Mosaic:
    """Agree the layers' lines inside each village and cut the land once.

    Parameters
    ----------
    township
        Villages as a valid coverage on the millimetre grid; their lines never move.
    layers
        Mended departmental networks, in any order.
    settings
        `tolerance` in metres, or None to estimate it.
    processes
        How many villages are worked on at once; the result does not depend on it.

    Returns
    -------
    Mosaic
        See `gridmerge.model.Mosaic`.
    """
    villages = _plain(township.villages.geometry.to_numpy())
    drawings = _drawings(villages, layers)
    agreement = agree(
        sheet(polylines(villages)),
        [d.sheet for d in drawings],
        np.array([d.layer.spec.weight for d in drawings]),
        np.array([d.precedence for d in drawings], dtype=np.int64),
        processes,
    )
    tolerance = settings.tolerance or float(np.percentile(agreement.tolerance, 75)) if drawings else 8.0
    drawings, agreement = _in_order(drawings, agreement)
    lines = _accepted(township, villages, drawings, agreement, tolerance, processes)
    faces, village = faces_of(villages, lines)
    cut = _absorbed(_labelled(faces, village, drawings, tolerance), drawings, tolerance)
    return _mosaic(township, drawings, agreement, cut, tolerance)


def _plain(geometry: Geometries) -> Geometries:
    """Geometries without a precision of their own: GEOS would round with it, and pickling drops it without a word."""
    return shapely.set_precision(geometry, 0.0, mode="pointwise")


def _drawings(villages: Geometries, layers: Sequence[Layer]) -> list[Drawing]:
    """The layers that have anything in the township, in an order of content."""
    drawings = []
    land = shapely.box(*shapely.total_bounds(villages))
    shapely.prepare(land)
    for layer in sorted(layers, key=lambda one: one.key):
        sources = _plain(layer.frame.geometry.to_numpy())
        lines = polylines(sources[shapely.intersects(land, sources)])
        if len(lines):
            drawings.append(Drawing(layer, sources, lines, sheet(lines)))
    return drawings


def _in_order(drawings: list[Drawing], agreement: Agreement) -> tuple[list[Drawing], Agreement]:
    """The first is accepted first: role, the project's rank, then the finest drawing, then the catalogue's rank."""

    def place(k: int) -> tuple[Any, ...]:
        d = drawings[k]
        return PLACES[d.role], d.precedence, round(float(agreement.after[k]), 1), d.layer.rank, d.key

    order = sorted(range(len(drawings)), key=place)
    return [drawings[k] for k in order], agreement.taken(order)


def _accepted(
    township: Township,
    villages: Geometries,
    drawings: list[Drawing],
    agreement: Agreement,
    tolerance: float,
    processes: int,
) -> Geometries:
    """All accepted lines: a job for each village."""
    step = tolerance / 2
    bent = [bend(d.lines, d.sheet, u, step) for d, u in zip(drawings, agreement.moves, strict=True)]
    extents = [_extents(strands) for strands in bent]
    jobs = []
    for code, village in zip(township.villages["village_code"], villages, strict=True):
        near = [
            strands.cut(_touching(e, village.bounds)[strands.line]) for strands, e in zip(bent, extents, strict=True)
        ]
        candidates = [Candidate(s, tolerance) for s in near]
        jobs.append(VillageLines(code, village, tuple(c for c in candidates if len(c.strands.line)), step))
    results = parallel.each(accept, jobs, processes)
    return np.concatenate(results) if results else np.array([], dtype=object)


def _extents(strands: Strands) -> Floats:
    """(polylines, 4) bounding boxes."""
    first = np.flatnonzero(np.concatenate([[True], strands.line[1:] != strands.line[:-1]]))
    return np.hstack([np.minimum.reduceat(strands.xy, first), np.maximum.reduceat(strands.xy, first)])


def _touching(extents: Floats, bounds: tuple[float, float, float, float]) -> npt.NDArray[np.bool_]:
    x0, y0, x1, y1 = bounds
    return (extents[:, 2] >= x0) & (extents[:, 0] <= x1) & (extents[:, 3] >= y0) & (extents[:, 1] <= y1)


def _labelled(faces: Geometries, village: Ints, drawings: list[Drawing], tolerance: float) -> Cut:
    """Who holds the land of each face, and which exclusive zone it is part of (rows of zones in order, -1 for none)."""
    cores = shapely.buffer(faces, -tolerance, quad_segs=1)
    tables = tuple(shares(faces, cores, d.sources) for d in drawings if d.role != "barrier")
    zone = np.full(len(faces), -1)
    area = shapely.area(faces)
    offset = 0
    for drawing, table in zip((d for d in drawings if d.role != "barrier"), tables, strict=True):
        if drawing.role == "exclusive":
            face, source = claimants(table, area)
            fresh = zone[face] < 0
            zone[face[fresh][::-1]] = source[fresh][::-1] + offset  # of two zones the first by id
            offset += len(drawing.sources)
    return Cut(faces, village, zone, tables)


def _absorbed(cut: Cut, drawings: list[Drawing], tolerance: float) -> Cut:
    weights = np.array([d.layer.spec.weight for d in drawings if d.role != "barrier"])
    for _ in range(ROUNDS):
        _, group = np.unique(np.column_stack([cut.village, cut.zone]), axis=0, return_inverse=True)
        target = absorb(cut.faces, group.ravel(), cut.claims(), weights, tolerance)
        if (target == np.arange(len(target))).all():
            break
        faces, index = dissolve(cut.faces, target)
        kept = np.unique(target)
        cut = Cut(faces, cut.village[kept], cut.zone[kept], tuple(t.merged(index) for t in cut.shares))
    return cut


def _mosaic(township: Township, drawings: list[Drawing], agreement: Agreement, cut: Cut, tolerance: float) -> Mosaic:
    codes = township.villages["village_code"].to_numpy()[cut.village].astype(object)
    ids = face_ids(cut.faces, codes)
    order = np.lexsort((ids.astype(str), codes.astype(str)))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    cut = Cut(cut.faces[order], cut.village[order], cut.zone[order], tuple(_renamed(t, rank) for t in cut.shares))
    ids, codes = ids[order], codes[order]
    holders_of_land = [d for d in drawings if d.role != "barrier"]
    weights = np.array([d.layer.spec.weight for d in holders_of_land])
    barriers = [d.lines for d in drawings if d.role == "barrier"]
    area = shapely.area(cut.faces)
    faces = gpd.GeoDataFrame(
        {
            "face_id": ids,
            "village_code": codes,
            "zone": _zone_names(cut.zone, holders_of_land),
            "area_m2": area,
        },
        geometry=cut.faces,
        crs=township.crs,
    )
    figures, findings = _told(township, drawings, agreement, cut, tolerance)
    return Mosaic(
        faces=faces,
        memberships=_memberships(ids, area, holders_of_land, cut.shares),
        borders=borders(
            cut.faces,
            ids,
            cut.village,
            cut.claims(),
            weights,
            np.concatenate(barriers) if barriers else np.array([], dtype=object),
            tolerance,
        ),
        figures=figures,
        findings=findings,
    )


def _renamed(table: Shares, rank: Ints) -> Shares:
    return table.merged(rank)


def _zone_names(zone: Ints, drawings: list[Drawing]) -> npt.NDArray[np.object_]:
    names = [f"{d.key}/{source}" for d in drawings if d.role == "exclusive" for source in d.layer.frame["source_id"]]
    return np.array([*names, ""], dtype=object)[zone]


def _memberships(
    ids: npt.NDArray[np.object_], area: Floats, drawings: list[Drawing], tables: Sequence[Shares]
) -> pd.DataFrame:
    parts = []
    for drawing, table in zip(drawings, tables, strict=True):
        face, source = claimants(table, area)
        names = drawing.layer.frame["source_id"].to_numpy()[source]
        parts.append(pd.DataFrame({"face_id": ids[face], "layer": drawing.key, "source_id": names}, dtype=object))
    if not parts:
        return pd.DataFrame({"face_id": [], "layer": [], "source_id": []}, dtype=object)
    return pd.concat(parts).sort_values(["face_id", "layer", "source_id"], ignore_index=True)


def _told(
    township: Township, drawings: list[Drawing], agreement: Agreement, cut: Cut, tolerance: float
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """The figures for the report, and the findings."""
    step = tolerance / 4
    land = shapely.union_all(township.villages.geometry.to_numpy())
    shapely.prepare(land)
    tree = cKDTree(shapely.get_coordinates(shapely.segmentize(cut.faces, step)))
    table: dict[str, Any] = {}
    findings: list[Finding] = []
    for k, drawing in enumerate(drawings):
        moved = moves(drawing.sources, tree, land, step)
        dx, dy = agreement.shift[k]
        table[drawing.key] = {
            "tolerance_m": round(tolerance, 3),
            "shift_m": [round(float(dx), 3), round(float(dy), 3)],
            "roughness_m": round(float(agreement.before[k]), 3),
            **moved.figures(),
        }
        if np.hypot(dx, dy) >= 1.0:
            findings.append(
                found("layer_shifted", layer=drawing.key, measure=np.hypot(dx, dy), dx=f"{dx:.1f}", dy=f"{dy:.1f}")
            )
        if drawing.role == "barrier":
            continue
        findings += _far(drawing, moved.source, moved.metres, moved.xy, tolerance)
    return {"tolerance": round(tolerance, 3), "layers": dict(sorted(table.items()))}, tidy(findings)


def _far(drawing: Drawing, source: Ints, metres: Floats, xy: Floats, tolerance: float) -> list[Finding]:
    """A finding for each feature whose line was moved further than the tolerance, at the worst place."""
    order = np.lexsort((-metres, source))
    first = order[np.unique(source[order], return_index=True)[1]]
    names = drawing.layer.frame["source_id"].to_numpy()
    return [
        found("line_moved", layer=drawing.key, source_id=str(names[source[i]]), measure=metres[i], place=tuple(xy[i]))
        for i in first[metres[first] > tolerance]
    ]
