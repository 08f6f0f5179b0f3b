"""A departmental network as read → a `Layer`: placed, valid, with unique ids, and everything odd about it said."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.catalog import catalog
from gridmerge.config import LayerSpec
from gridmerge.findings import Finding, found, tidy
from gridmerge.mend import evidence, polygons, residual, territory
from gridmerge.mend.fields import column, drawn, not_empty, texts
from gridmerge.mend.fold import about_ids, folded
from gridmerge.mend.guard import guarded
from gridmerge.mend.ids import given_ids, unique_ids
from gridmerge.mend.lists import joined_rows, village_lists
from gridmerge.mend.place import place
from gridmerge.mend.spoilt import alike_ids, spoilt_ids
from gridmerge.mend.tangles import tangles
from gridmerge.model import Layer, RawLayer, Township

UNKNOWN_RANK = 50.0  # after every department of the catalogue


def mend_layer(raw: RawLayer, spec: LayerSpec, township: Township) -> Layer:
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
    fields = {part: column(raw, getattr(spec, part), part) for part in ("id", "name", "holder")}
    joined: list[Finding] = []
    if spec.village is not None or not drawn(raw):
        raw, joined = joined_rows(raw, spec, fields)
    ids, masked = given_ids(raw, fields["id"], spec.key, township)
    frame = pd.DataFrame({"source_id": ids}, index=raw.frame.index)
    findings_of_ids = [*joined, *masked, *_doubtful_ids(raw, fields["id"], ids, spec.key)]
    frame["name"], frame["holder"] = texts(raw, fields["name"]), texts(raw, fields["holder"])
    frame = frame.reset_index(drop=True)
    geometry, findings = _geometry(raw, spec, township, frame)
    rows, told = unique_ids(frame, np.asarray(geometry), spec.key, bool((frame["source_id"] != "").any()))
    findings += findings_of_ids
    shapes = np.asarray(geometry)[rows["row"].to_numpy()]
    rows, shapes, more = _usable(rows, shapes, spec, township)
    findings += about_ids(told, rows["source_id"], spec.key, barrier=spec.role == "barrier") + more
    series = gpd.GeoSeries(shapes, crs=township.crs)
    findings += _checked(shapes, list(rows["source_id"]), spec, township)
    department = catalog().find(spec.department)
    if department is None and spec.title is None:
        findings.append(found("department_unknown", layer=spec.key, department=spec.department))
    return Layer(
        key=spec.key,
        department=department.key if department else spec.department,
        title=spec.title or (department.zh if department else spec.key),
        frame=gpd.GeoDataFrame(rows[["source_id", "name", "holder"]], geometry=series),
        spec=spec,
        rank=spec.rank if spec.rank is not None else float(department.rank) if department else UNKNOWN_RANK,
        source=raw.source,
        findings=tidy((*raw.findings, *folded(findings, spec.key))),
    )


def _doubtful_ids(raw: RawLayer, field: str | None, ids: pd.Series, layer: str) -> list[Finding]:
    """Ids that a spreadsheet has spoilt, and ids that differ in nothing that can be seen."""
    return [*spoilt_ids(ids, layer), *alike_ids(texts(raw, field), ids, layer)]


def _checked(shapes: np.ndarray, ids: list[str], spec: LayerSpec, township: Township) -> list[Finding]:
    """How the layer lies on the villages, and what is odd about it by itself."""

    def fit(rows: np.ndarray) -> list[Finding]:
        return _fit(gpd.GeoSeries(shapes[rows], crs=township.crs), spec, township)

    def tangled(rows: np.ndarray) -> list[Finding]:
        mine = [ids[row] for row in rows]
        return tangles(shapes[rows], mine, spec.key, township, tiles=spec.role != "exclusive")

    findings = guarded(fit, shapes, ids, spec.key)
    return findings if spec.role == "barrier" else findings + guarded(tangled, shapes, ids, spec.key)


def _geometry(
    raw: RawLayer, spec: LayerSpec, township: Township, frame: pd.DataFrame
) -> tuple[gpd.GeoSeries, list[Finding]]:
    """Geometry of each row in the township's CRS, from the file or from the villages that the row lists."""
    if spec.village is not None or not drawn(raw):
        return village_lists(raw, spec, township, frame)
    placed = place(raw, spec, township.crs, township.villages)
    return placed.geometry.reset_index(drop=True), list(placed.findings)


def _usable(
    rows: pd.DataFrame, shapes: np.ndarray, spec: LayerSpec, township: Township
) -> tuple[pd.DataFrame, np.ndarray, list[Finding]]:
    """Keep what is an area (or a barrier's line) on the township's land; say what is not."""
    ids, read = rows["source_id"].to_numpy(), shapes
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    findings = [found("geometry_missing", layer=spec.key, source_id=one) for one in ids[missing]]
    rows, shapes, ids = rows[~missing], shapes[~missing], ids[~missing]
    near = territory.near(shapes, township)  # most of a city's file ends here, before any dear work
    away = [(one, shape) for one, shape in zip(ids[~near], shapes[~near], strict=True)]
    rows, shapes, ids = rows[near], shapes[near], ids[near]
    shapes, told = _barriers(shapes, ids, spec) if spec.role == "barrier" else _areas(shapes, ids, spec)
    findings += told
    good = ~shapely.is_missing(shapes)
    rows, shapes, ids = rows[good], shapes[good], ids[good]
    inside = territory.inside(shapes, township)
    away += [(one, shape) for one, shape in zip(ids[~inside], shapes[~inside], strict=True)]
    findings += [
        found("off_territory", layer=spec.key, source_id=one, place=territory.spot(shape)) for one, shape in away
    ]
    if not inside.any():
        findings.append(_nothing(read, len(away), spec))
    return rows[inside].reset_index(drop=True), shapes[inside], findings


def _nothing(read: np.ndarray, away: int, spec: LayerSpec) -> Finding:
    """Why nothing of a layer is left: it lies elsewhere, or holds no areas at all."""
    if away or spec.role == "barrier":
        return found("layer_off_township", layer=spec.key, measure=away)
    kinds = {shape.geom_type: polygons.in_words(shape) for shape in read if shape is not None}
    words = dict.fromkeys(words for _, words in sorted(kinds.items()))
    return found("layer_without_areas", layer=spec.key, measure=len(read), kinds=list(words))


def _areas(shapes: np.ndarray, ids: np.ndarray, spec: LayerSpec) -> tuple[np.ndarray, list[Finding]]:
    done = polygons.areas(shapes)
    findings = []
    for row in np.flatnonzero(done.closed | (done.change > polygons.REPAIR_SHARE) | shapely.is_missing(done.geometry)):
        where = territory.spot(shapes[row])
        if done.geometry[row] is None:
            findings.append(
                found(
                    "geometry_not_area",
                    layer=spec.key,
                    source_id=ids[row],
                    place=where,
                    kind_of=polygons.in_words(shapes[row]),
                )
            )
        elif done.closed[row]:
            findings.append(found("geometry_closed", layer=spec.key, source_id=ids[row], place=where))
        else:
            measure = round(100 * float(done.change[row]), 3)
            findings.append(
                found("geometry_repaired", layer=spec.key, source_id=ids[row], measure=measure, place=where)
            )
    return done.geometry, findings


def _barriers(shapes: np.ndarray, ids: np.ndarray, spec: LayerSpec) -> tuple[np.ndarray, list[Finding]]:
    drawn = polygons.lines(shapes)
    return drawn, [
        found("geometry_not_line", layer=spec.key, source_id=ids[row], place=territory.spot(shapes[row]))
        for row in np.flatnonzero(shapely.is_missing(drawn))
    ]


def _astray(measured: list[evidence.Fit]) -> bool:
    """Whether a layer fits the villages under no datum of its own."""
    return max(fit.lines for fit in measured) < evidence.CLEAR


def _shifted(series: gpd.GeoSeries, spec: LayerSpec, township: Township, shift: residual.Shift) -> list[Finding]:
    """A warning when a layer meets the village lines once it is moved further than the overlay would."""
    if not shift.sure or shift.metres < residual.WIDE:
        return []
    moved = evidence.lines_met(series.translate(-shift.east, -shift.north), township.villages)
    if moved - evidence.lines_met(series, township.villages) < evidence.CLEAR:
        return []
    return [found("layer_astray", layer=spec.key, measure=round(shift.metres, 1), off=shift.text, back=shift.back)]


def _fit(series: gpd.GeoSeries, spec: LayerSpec, township: Township) -> list[Finding]:
    """The fit to the villages under each datum, and a warning when another than the declared one clearly wins."""
    if spec.village is not None or len(series) == 0:
        return []
    assumed = spec.datum or "wgs84"
    measured = evidence.fits(series, township.villages, assumed)
    if not measured:
        return []
    shift = residual.shift(series, township.villages)
    findings = [found("datum_fit", layer=spec.key, assumed=assumed, figures=evidence.figures(measured), off=shift.text)]
    if spec.role == "barrier":
        return findings
    better = evidence.contradicts(measured, assumed)
    findings += _shifted(series, spec, township, shift) if better is None else []
    theirs = evidence.villages_off(series, township.villages) if better is None and _astray(measured) else None
    if theirs is not None:
        findings.append(
            found("villages_suspected", layer=spec.key, measure=round(100 * theirs.lines, 1), datum=theirs.datum)
        )
    if better is not None:
        mine = next(fit for fit in measured if fit.datum == assumed)
        findings.append(
            found(
                "datum_suspected",
                layer=spec.key,
                measure=round(100 * better.overlap, 1),
                datum=better.datum,
                assumed=assumed,
                figures=evidence.figures([mine, better]),
            )
        )
    return findings
