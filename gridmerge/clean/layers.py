"""A departmental network as read → a `Layer`: placed, valid, with unique ids, and everything odd about it said."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.catalog import load_catalog
from gridmerge.clean.attributes.fields import (
    has_any_geometry,
    not_empty,
    read_text_column,
    resolve_column,
)
from gridmerge.clean.attributes.ids import given_ids, unique_ids
from gridmerge.clean.attributes.spoilt_codes import alike_ids, spoilt_ids
from gridmerge.clean.attributes.village_lists import joined_rows, union_listed_villages
from gridmerge.clean.finding_groups import about_ids, fold_findings
from gridmerge.clean.georeference import datum_fit, offset, territory
from gridmerge.clean.georeference.placement import georeference_input
from gridmerge.clean.topology import polygons
from gridmerge.clean.topology.guarded_checks import run_guarded
from gridmerge.clean.topology.layer_quality import check_layer_quality
from gridmerge.config.settings import LayerSpec
from gridmerge.findings import Finding, make_finding, sort_findings
from gridmerge.model import Layer, RawLayer, Township

UNKNOWN_RANK = 50.0  # after every department of the catalogue


def clean_layer(raw: RawLayer, spec: LayerSpec, township: Township) -> Layer:
    """Make a layer of an input.

    Parameters
    ----------
    raw
        The network as read: areas, outlines, or a table that lists villages.
    spec
        Which fields, CRS, datum and role; what it leaves open is recognised and said.
    township
        The villages: evidence of place, and the land that features must touch.

    Returns
    -------
    Layer
        Valid areas (lines for barriers) in the township's CRS, sorted by unique source_id. Features that cannot be
        used, or that lie wholly outside the township, are in the findings, each by its id.

    Raises
    ------
    InputError
        A named field is not there.
    PlaceError
        It cannot be told where on earth the layer lies.
    """
    not_empty(raw)
    fields = {
        part: resolve_column(raw, getattr(spec, part), part) for part in ("id", "name", "holder")
    }
    joined: list[Finding] = []
    if spec.village is not None or not has_any_geometry(raw):
        raw, joined = joined_rows(raw, spec, fields)
    ids, masked = given_ids(raw, fields["id"], spec.key, township)
    frame = pd.DataFrame({"source_id": ids}, index=raw.frame.index)
    findings_of_ids = [*joined, *masked, *_doubtful_ids(raw, fields["id"], ids, spec.key)]
    frame["name"], frame["holder"] = (
        read_text_column(raw, fields["name"]),
        read_text_column(raw, fields["holder"]),
    )
    frame = frame.reset_index(drop=True)
    geometry, findings = _place_geometry(raw, spec, township, frame)
    rows, told = unique_ids(
        frame, np.asarray(geometry), spec.key, bool((frame["source_id"] != "").any())
    )
    findings += findings_of_ids
    shapes = np.asarray(geometry)[rows["row"].to_numpy()]
    rows, shapes, more = _keep_usable(rows, shapes, spec, township)
    findings += about_ids(told, rows["source_id"], spec.key, barrier=spec.role == "barrier") + more
    series = gpd.GeoSeries(shapes, crs=township.crs)
    findings += _check_layer(shapes, list(rows["source_id"]), spec, township)
    department = load_catalog().find(spec.department)
    if department is None and spec.title is None:
        findings.append(
            make_finding("department_unknown", layer=spec.key, department=spec.department)
        )
    return Layer(
        key=spec.key,
        department=department.key if department else spec.department,
        title=spec.title or (department.zh if department else spec.key),
        frame=gpd.GeoDataFrame(rows[["source_id", "name", "holder"]], geometry=series),
        spec=spec,
        rank=spec.rank
        if spec.rank is not None
        else float(department.rank)
        if department
        else UNKNOWN_RANK,
        source=raw.source,
        findings=sort_findings((*raw.findings, *fold_findings(findings, spec.key))),
    )


def _doubtful_ids(raw: RawLayer, field: str | None, ids: pd.Series, layer: str) -> list[Finding]:
    """Ids that a spreadsheet has spoilt, and ids that differ in nothing that can be seen."""
    return [*spoilt_ids(ids, layer), *alike_ids(read_text_column(raw, field), ids, layer)]


def _check_layer(
    shapes: np.ndarray, ids: list[str], spec: LayerSpec, township: Township
) -> list[Finding]:
    """How the layer lies on the villages, and what is odd about it by itself."""

    def fit(rows: np.ndarray) -> list[Finding]:
        return _datum_fit_findings(gpd.GeoSeries(shapes[rows], crs=township.crs), spec, township)

    def tangled(rows: np.ndarray) -> list[Finding]:
        mine = [ids[row] for row in rows]
        return check_layer_quality(
            shapes[rows], mine, spec.key, township, tiles=spec.role != "exclusive"
        )

    findings = run_guarded(fit, shapes, ids, spec.key)
    return (
        findings
        if spec.role == "barrier"
        else findings + run_guarded(tangled, shapes, ids, spec.key)
    )


def _place_geometry(
    raw: RawLayer, spec: LayerSpec, township: Township, frame: pd.DataFrame
) -> tuple[gpd.GeoSeries, list[Finding]]:
    """Geometry of each row in the township's CRS, from the file or from the villages that the row lists."""
    if spec.village is not None or not has_any_geometry(raw):
        return union_listed_villages(raw, spec, township, frame)
    placed = georeference_input(raw, spec, township.crs, township.villages)
    return placed.geometry.reset_index(drop=True), list(placed.findings)


def _keep_usable(
    rows: pd.DataFrame, shapes: np.ndarray, spec: LayerSpec, township: Township
) -> tuple[pd.DataFrame, np.ndarray, list[Finding]]:
    """Keep what is an area (or a barrier's line) on the township's land; say what is not."""
    ids, read = rows["source_id"].to_numpy(), shapes
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    findings = [
        make_finding("geometry_missing", layer=spec.key, source_id=one) for one in ids[missing]
    ]
    rows, shapes, ids = rows[~missing], shapes[~missing], ids[~missing]
    # most of a city's file ends here, before any dear work
    near = territory.near_township(shapes, township)
    away = [(one, shape) for one, shape in zip(ids[~near], shapes[~near], strict=True)]
    rows, shapes, ids = rows[near], shapes[near], ids[near]
    shapes, told = (
        _clean_barriers(shapes, ids, spec)
        if spec.role == "barrier"
        else _clean_areas(shapes, ids, spec)
    )
    findings += told
    good = ~shapely.is_missing(shapes)
    rows, shapes, ids = rows[good], shapes[good], ids[good]
    inside = territory.inside_township(shapes, township)
    away += [(one, shape) for one, shape in zip(ids[~inside], shapes[~inside], strict=True)]
    findings += [
        make_finding(
            "off_territory", layer=spec.key, source_id=one, place=territory.display_point(shape)
        )
        for one, shape in away
    ]
    if not inside.any():
        findings.append(_empty_layer_finding(read, len(away), spec))
    return rows[inside].reset_index(drop=True), shapes[inside], findings


def _empty_layer_finding(read: np.ndarray, away: int, spec: LayerSpec) -> Finding:
    """Why nothing of a layer is left: it lies elsewhere, or holds no areas at all."""
    if away or spec.role == "barrier":
        return make_finding("layer_off_township", layer=spec.key, measure=away)
    kinds = {shape.geom_type: polygons.in_words(shape) for shape in read if shape is not None}
    words = dict.fromkeys(words for _, words in sorted(kinds.items()))
    return make_finding("layer_without_areas", layer=spec.key, measure=len(read), kinds=list(words))


def _clean_areas(
    shapes: np.ndarray, ids: np.ndarray, spec: LayerSpec
) -> tuple[np.ndarray, list[Finding]]:
    done = polygons.make_areas(shapes)
    findings = []
    for row in np.flatnonzero(
        done.closed | (done.change > polygons.MIN_REPAIR_SHARE) | shapely.is_missing(done.geometry)
    ):
        where = territory.display_point(shapes[row])
        if done.geometry[row] is None:
            findings.append(
                make_finding(
                    "geometry_not_area",
                    layer=spec.key,
                    source_id=ids[row],
                    place=where,
                    kind_of=polygons.in_words(shapes[row]),
                )
            )
        elif done.closed[row]:
            findings.append(
                make_finding("geometry_closed", layer=spec.key, source_id=ids[row], place=where)
            )
        else:
            measure = round(100 * float(done.change[row]), 3)
            findings.append(
                make_finding(
                    "geometry_repaired",
                    layer=spec.key,
                    source_id=ids[row],
                    measure=measure,
                    place=where,
                )
            )
    return done.geometry, findings


def _clean_barriers(
    shapes: np.ndarray, ids: np.ndarray, spec: LayerSpec
) -> tuple[np.ndarray, list[Finding]]:
    drawn = polygons.barrier_lines(shapes)
    return drawn, [
        make_finding(
            "geometry_not_line",
            layer=spec.key,
            source_id=ids[row],
            place=territory.display_point(shapes[row]),
        )
        for row in np.flatnonzero(shapely.is_missing(drawn))
    ]


def _fits_no_datum(measured: list[datum_fit.DatumFit]) -> bool:
    """Whether a layer fits the villages under no datum of its own."""
    return max(fit.lines for fit in measured) < datum_fit.MIN_LEAD_SHARE


def _offset_findings(
    series: gpd.GeoSeries, spec: LayerSpec, township: Township, shift: offset.LayerOffset
) -> list[Finding]:
    """A warning when a layer meets the village lines once it is moved further than the overlay would."""
    if not shift.sure or shift.metres < offset.WIDE_OFFSET_M:
        return []
    moved = datum_fit.lines_met(series.translate(-shift.east, -shift.north), township.villages)
    if moved - datum_fit.lines_met(series, township.villages) < datum_fit.MIN_LEAD_SHARE:
        return []
    return [
        make_finding(
            "layer_astray",
            layer=spec.key,
            measure=round(shift.metres, 1),
            off=shift.text,
            back=shift.back,
        )
    ]


def _datum_fit_findings(
    series: gpd.GeoSeries, spec: LayerSpec, township: Township
) -> list[Finding]:
    """The fit to the villages under each datum, and a warning when another than the declared one clearly wins."""
    if spec.village is not None or len(series) == 0:
        return []
    assumed = spec.datum or "wgs84"
    measured = datum_fit.measure_datum_fits(series, township.villages, assumed)
    if not measured:
        return []
    shift = offset.estimate_offset(series, township.villages)
    findings = [
        make_finding(
            "datum_fit",
            layer=spec.key,
            assumed=assumed,
            figures=datum_fit.describe_fits(measured),
            off=shift.text,
        )
    ]
    if spec.role == "barrier":
        return findings
    better = datum_fit.find_better_datum(measured, assumed)
    findings += _offset_findings(series, spec, township, shift) if better is None else []
    theirs = (
        datum_fit.villages_off(series, township.villages)
        if better is None and _fits_no_datum(measured)
        else None
    )
    if theirs is not None:
        findings.append(
            make_finding(
                "villages_suspected",
                layer=spec.key,
                measure=round(100 * theirs.lines, 1),
                datum=theirs.datum,
            )
        )
    if better is not None:
        mine = next(fit for fit in measured if fit.datum == assumed)
        findings.append(
            make_finding(
                "datum_suspected",
                layer=spec.key,
                measure=round(100 * better.overlap, 1),
                datum=better.datum,
                assumed=assumed,
                figures=datum_fit.describe_fits([mine, better]),
            )
        )
    return findings
