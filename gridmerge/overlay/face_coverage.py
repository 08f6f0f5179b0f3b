"""The finished cut as a `Mosaic`: tables sorted by content, figures, and what departments should look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gridmerge.findings import Finding, make_finding, sort_findings
from gridmerge.geo import geos
from gridmerge.geo.threads import map_threads
from gridmerge.model import Mosaic, Township
from gridmerge.overlay.boundaries import find_boundaries
from gridmerge.overlay.claims import FaceShares, find_claimants
from gridmerge.overlay.discrepancies import (
    FinishedFaces,
    find_disputes,
    find_double_claims,
    find_gaps,
)
from gridmerge.overlay.displacement import Displacements, FaceLines, measure_displacement
from gridmerge.overlay.layer_linework import LayerLinework, list_layer_weights
from gridmerge.overlay.linework import Bools, Floats, Geometries, Ints
from gridmerge.overlay.lost_boundaries import LostBoundaries
from gridmerge.overlay.narrowness import NarrowGrids
from gridmerge.overlay.plausibility import Plausibility
from gridmerge.overlay.polygonization import CutFaces, face_ids, find_adjacent_faces
from gridmerge.overlay.registration import Registration

MIN_REPORTED_SHIFT_M = 1.0  # m: a shift of a whole layer below this is not worth a finding
SLIVER_MEAN_WIDTH_M = 3.0  # m: mean width below which mending names a grid a sliver (`grid_sliver`)
# tolerances between the places where a layer's move is measured, besides its vertices
DISPLACEMENT_STRIDE = 2.0

Names = npt.NDArray[np.object_]


@dataclass(frozen=True)
class CommonTolerance:
    """The common tolerance.

    Parameters
    ----------
    metres
        How far apart two drawings of one line may be.
    layer
        The layer that decided it, "" for none.
    reason
        ``set`` in the project file, ``roughness`` of the layers, ``least`` where no layer claims land; ``raised`` or ``lowered`` from
        what the roughness gives, for faces or labels were out of proportion.
    """

    metres: float
    layer: str
    reason: str


@dataclass(frozen=True)
class OverlayRun:
    """What happened on the way to a finished cut."""

    township: Township
    drawn: list[LayerLinework]
    agreement: Registration
    narrow: list[NarrowGrids]
    cut: CutFaces
    measure: CommonTolerance
    proportion: Plausibility
    lost: LostBoundaries
    failed: Bools
    findings: Sequence[Finding]

    @property
    def tolerance(self) -> float:
        """The common tolerance, metres."""
        return self.measure.metres

    @property
    def claiming(self) -> list[LayerLinework]:
        """The layers that claim land."""
        return [d for d in self.drawn if d.claims]


def assemble_mosaic(story: OverlayRun, threads: int = 1) -> Mosaic:
    """Return the mosaic of a finished cut."""
    cut, ids, codes = _sort_faces(story.township, story.cut)
    story = replace(story, cut=cut)
    # the lines are measured in shapely and scipy, the tables made in Python: they do not wait for each other
    parts: list[Callable[[], Any]] = [
        lambda: _report_layers(story, threads),
        lambda: _coverage_tables(story, ids, codes),
    ]
    (layers, told), tables = map_threads(lambda part: part(), parts, threads)
    return Mosaic(
        **tables,
        figures={
            "tolerance": round(story.tolerance, 3),
            "tolerance_layer": story.measure.layer,
            "tolerance_reason": story.measure.reason,
            "faces_expected": story.proportion.expected,
            "faces_splinters": story.proportion.splinters,
            "grids_mislabelled": len(story.proportion.layer),
            "layers": layers,
            "zones": _zone_names(story.claiming),
            "failed_villages": sorted(story.township.villages["village_code"][story.failed]),
        },
        findings=sort_findings([*story.findings, *told, *_alarm_findings(story)]),
    )


def _coverage_tables(story: OverlayRun, ids: Names, codes: Names) -> dict[str, Any]:
    """The frames of the mosaic by name; the cut is sorted."""
    cut, claiming, crs, tolerance = story.cut, story.claiming, story.township.crs, story.tolerance
    area = shapely.area(cut.faces)
    memberships = _membership_table(ids, area, claiming, cut.shares)
    holders = cut.claims()
    land = FinishedFaces(cut.faces, ids, codes, *find_adjacent_faces(cut.faces), crs)
    spread = np.array(
        [s for s, d in zip(story.agreement.before, story.drawn, strict=True) if d.claims],
        dtype=float,
    )
    # a zone is not meant to cover the land
    networks = [d.key for d in claiming if d.role != "exclusive"]
    zone = _face_zone_labels(cut.zone, claiming)
    columns = {"face_id": ids, "village_code": codes, "zone": zone, "area_m2": area}
    return {
        "faces": gpd.GeoDataFrame(columns, geometry=cut.faces, crs=crs),
        "memberships": memberships,
        "borders": find_boundaries(
            cut, ids, holders, list_layer_weights(claiming), _barrier_lines(story.drawn), tolerance
        ),
        "gaps": find_gaps(land, networks, memberships),
        "claims": find_double_claims(land, memberships),
        "disputes": find_disputes(
            land, [d.key for d in claiming], holders, cut.zone, tolerance, spread
        ),
    }


def _sort_faces(township: Township, cut: CutFaces) -> tuple[CutFaces, Names, Names]:
    """The faces by village and id: an order of content."""
    codes = township.villages["village_code"].to_numpy(dtype=object)[cut.village]
    ids = face_ids(cut.faces, codes)
    order = np.lexsort((ids.astype(str), codes.astype(str)))
    row = np.empty(len(order), dtype=np.int64)
    row[order] = np.arange(len(order))
    tables = tuple(table.merged(row) for table in cut.shares)
    cut = CutFaces(cut.faces[order], cut.village[order], cut.zone[order], cut.narrow[order], tables)
    return cut, ids[order], codes[order]


def _face_zone_labels(zone: Ints, claiming: list[LayerLinework]) -> Names:
    """``layer/source_id`` of each face's zone, "" for none (-1 takes the last)."""
    names = [
        f"{d.key}/{source}"
        for d in claiming
        if d.role == "exclusive"
        for source in d.layer.frame["source_id"]
    ]
    return np.array([*names, ""], dtype=object)[zone]


def _zone_names(claiming: list[LayerLinework]) -> dict[str, str]:
    """What people call each exclusive zone that has a name, by ``layer/source_id``."""
    frames = [(d.key, d.layer.frame) for d in claiming if d.role == "exclusive"]
    rows = (
        (key, source, name)
        for key, f in frames
        for source, name in zip(f["source_id"], f["name"], strict=True)
    )
    return {f"{key}/{source}": str(name) for key, source, name in rows if name}


def _membership_table(
    ids: Names, area: Floats, claiming: list[LayerLinework], tables: Sequence[FaceShares]
) -> pd.DataFrame:
    parts = [pd.DataFrame({"face_id": [], "layer": [], "source_id": []}, dtype=object)]
    for d, table in zip(claiming, tables, strict=True):
        face, source = find_claimants(table, area)
        names = d.layer.frame["source_id"].to_numpy(dtype=object)[source]
        parts.append(
            pd.DataFrame({"face_id": ids[face], "layer": d.key, "source_id": names}, dtype=object)
        )
    return pd.concat(parts).sort_values(["face_id", "layer", "source_id"], ignore_index=True)


def _barrier_lines(drawn: list[LayerLinework]) -> Geometries:
    lines = [d.lines for d in drawn if d.role == "barrier"]
    return np.concatenate([np.array([], dtype=object), *lines])


def _report_layers(story: OverlayRun, threads: int) -> tuple[dict[str, Any], list[Finding]]:
    """Each layer's figures for the report, and the findings about its lines."""
    drawn, agreement = story.drawn, story.agreement
    land = geos.coverage_union_all(story.township.villages.geometry.to_numpy())
    shapely.prepare(land)
    # builds the index that GEOS makes at first use, before threads share it
    shapely.contains_xy(land, 0.0, 0.0)
    lines = FaceLines(story.cut.faces, story.tolerance / 2)
    measured = map_threads(
        lambda d: measure_displacement(
            d.sources, lines, land, DISPLACEMENT_STRIDE * story.tolerance
        ),
        drawn,
        threads,
    )
    figures: dict[str, Any] = {}
    findings: list[Finding] = []
    for k, (d, moved) in enumerate(zip(drawn, measured, strict=True)):
        dx, dy = (round(float(metres), 3) for metres in agreement.shift[k])
        figures[d.key] = {
            "role": d.role,
            "rank": d.layer.rank,
            "coverage": "full" if d.covers else "partial",
            "inset_m": round(float(agreement.inset[k]), 3),
            "tolerance_m": round(float(agreement.tolerance[k]), 3),
            "shift_m": [dx, dy],
            "roughness_m": round(float(agreement.before[k]), 3),
            "narrow_kept": int(story.narrow[k].real.sum()),
            "slivers": int((~story.narrow[k].real).sum()),
            **moved.figures(),
        }
        if np.hypot(dx, dy) >= MIN_REPORTED_SHIFT_M:
            shift = f"{dx:.1f}", f"{dy:.1f}"
            findings.append(
                make_finding(
                    "layer_shifted", layer=d.key, measure=np.hypot(dx, dy), dx=shift[0], dy=shift[1]
                )
            )
        findings += _set_aside(d, story.narrow[k])
        if np.isfinite(agreement.apart[k]) and d.role != "exclusive":
            inset = float(agreement.inset[k])
            findings.append(
                make_finding("lines_stand_apart", layer=d.key, measure=round(abs(inset), 1))
            )
        if (
            d.claims and d.role != "exclusive"
        ):  # what happened to a zone is told with its square metres
            findings += _moved_line_findings(d, moved, float(agreement.tolerance[k]))
    return dict(sorted(figures.items())), findings


def _alarm_findings(story: OverlayRun) -> list[Finding]:
    """Findings about what is out of proportion, or lost."""
    seen, drawn = story.proportion, story.drawn
    findings = []
    rough = np.where([d.claims for d in drawn], story.agreement.rough, 0.0)
    for k in np.flatnonzero(rough > story.tolerance):
        spread = round(float(rough[k]), 1)
        findings.append(
            make_finding(
                "tolerance_below_roughness",
                layer=drawn[k].key,
                measure=spread,
                tolerance=f"{story.tolerance:.1f}",
            )
        )
    if seen.crowded:
        findings.append(
            make_finding(
                "faces_out_of_proportion",
                measure=seen.faces,
                expected=str(seen.expected),
                splinters=str(seen.splinters),
            )
        )
    for k, row, own, labelled in zip(seen.layer, seen.source, seen.own, seen.labelled, strict=True):
        differs = {"own": f"{own:.0f}", "labelled": f"{labelled:.0f}"}
        findings.append(
            _grid_finding("grid_land_differs", drawn[k], row, round(abs(labelled - own)), differs)
        )
    for k, row, area in zip(story.lost.layer, story.lost.source, story.lost.area, strict=True):
        findings.append(_grid_finding("border_lost", drawn[k], row, round(float(area)), {}))
    return findings


def _grid_finding(
    kind: str, d: LayerLinework, row: int, measure: float, blanks: dict[str, str]
) -> Finding:
    """A finding about a grid, at its place."""
    at = shapely.get_coordinates(geos.point_on_surface(d.sources[row]))[0]
    name = str(d.layer.frame["source_id"].to_numpy()[row])
    return make_finding(
        kind, layer=d.key, source_id=name, measure=measure, place=(at[0], at[1]), **blanks
    )


def _set_aside(d: LayerLinework, narrow: NarrowGrids) -> list[Finding]:
    """A finding for each grid that counts as a sliver, so far as mending has not named it yet."""
    drawn = d.sources[narrow.source]
    told = narrow.real | (2 * shapely.area(drawn) < SLIVER_MEAN_WIDTH_M * shapely.length(drawn))
    names = d.layer.frame["source_id"].to_numpy()
    findings = []
    for row, width in zip(
        narrow.source[~told], narrow.width[~told], strict=True
    ):  # one finding a grid
        at = shapely.get_coordinates(geos.point_on_surface(d.sources[row]))[0]
        findings.append(
            make_finding(
                "sliver_set_aside",
                layer=d.key,
                source_id=str(names[row]),
                measure=round(float(width), 1),
                place=(at[0], at[1]),
            )
        )
    return findings


def _moved_line_findings(d: LayerLinework, moved: Displacements, tolerance: float) -> list[Finding]:
    """A finding for each feature whose line was moved further than the tolerance, at the worst place."""
    order = np.lexsort((-moved.metres, moved.source))
    worst = order[np.unique(moved.source[order], return_index=True)[1]]
    names = d.layer.frame["source_id"].to_numpy()
    return [
        make_finding(
            "line_moved",
            layer=d.key,
            source_id=str(names[moved.source[i]]),
            measure=round(float(moved.metres[i]), 1),
            place=(moved.xy[i, 0], moved.xy[i, 1]),
        )
        for i in worst[moved.metres[worst] > tolerance]
    ]
