"""Put a raw input on the map of the township: system found, axes set right, datum undone, coordinates transformed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from gridmerge.clean.attributes.fields import join_examples
from gridmerge.clean.georeference import crs as systems
from gridmerge.clean.georeference import row_screening
from gridmerge.clean.georeference.control_points import fit_similarity, points_of
from gridmerge.clean.georeference.datum_fit import MIN_LEAD_SHARE, lines_met
from gridmerge.config.settings import Reading
from gridmerge.errors import PlaceError
from gridmerge.findings import Finding, format_figure, make_finding
from gridmerge.geo.gcj02 import datum_to_wgs84
from gridmerge.model import RawLayer

_EQUAL_M = 0.05  # metres: systems that agree so far are the same for any drawing
_AS_GOOD_SHARE = 0.95  # of the best overlap: what lies on the land as well as any
_NAMED = 8  # systems a sentence names
_MAX_TRIED = 8  # systems whose lines are compared when several lay a layer on the villages


@dataclass(frozen=True, kw_only=True)
class GeoreferencedInput:
    """Geometry in the working CRS, one entry a row of the raw frame, and what was found on the way."""

    geometry: gpd.GeoSeries
    findings: tuple[Finding, ...]


def georeference_input(
    raw: RawLayer,
    spec: Reading,
    target: CRS,
    villages: gpd.GeoDataFrame | None,
    land: systems.Bounds | None = None,
) -> GeoreferencedInput:
    """Bring the geometry of an input to the working CRS.

    What system a file is in, most of its rows decide; a row that then cannot be a place, or lies on the land only with its
    coordinates exchanged, loses its geometry and is told.

    Parameters
    ----------
    raw
        With a geometry column.
    spec
        Its `crs` wins over the file's; its `datum` is undone.
    target
        The working CRS.
    villages
        The evidence; None when the villages themselves are placed.
    land
        The box of the land in `target` that single rows are judged by; the villages' box where they are given.

    Raises
    ------
    PlaceError
        No system can be told from what there is; the sentence says what is needed.
    """
    geometry = raw.frame.geometry
    if shapely.is_missing(np.asarray(geometry.values)).all():
        return GeoreferencedInput(
            geometry=gpd.GeoSeries(geometry.values, index=geometry.index, crs=None), findings=()
        )
    if spec.control is not None:
        return _by_control(raw, spec.control, target)
    drawn, broken = row_screening.drop_impossible_rows(np.asarray(geometry.values), raw)
    if shapely.is_missing(drawn).all():
        return GeoreferencedInput(
            geometry=gpd.GeoSeries(drawn, index=geometry.index, crs=target), findings=broken
        )
    placing, findings = _choose_placement(raw, drawn, spec, villages)
    land = land if villages is None else tuple(villages.total_bounds)
    if land is not None:
        drawn, told = row_screening.on_the_land(drawn, raw, placing, target, land)
        findings += told
    series = gpd.GeoSeries(
        swap_axes(drawn) if placing.swapped else drawn, index=geometry.index, crs=placing.crs
    )
    if spec.datum in ("gcj02", "bd09"):
        series = _undo_datum(series, spec)
    if systems.is_ballpark(placing.crs, target):
        findings += (
            make_finding(
                "datum_ballpark", layer=raw.source.key, crs=placing.crs.name, target=target.name
            ),
        )
    return GeoreferencedInput(geometry=series.to_crs(target), findings=(*broken, *findings))


def _by_control(raw: RawLayer, name: str, target: CRS) -> GeoreferencedInput:
    """Carry a local city system to the working CRS by the user's control points."""
    carry = fit_similarity(points_of(raw, name), raw.source.key, target)
    shapes = shapely.transform(shapely.force_2d(np.asarray(raw.frame.geometry.values)), carry)
    finding = make_finding("control_fit", layer=raw.source.key, measure=round(carry.error, 2))
    return GeoreferencedInput(
        geometry=gpd.GeoSeries(shapes, index=raw.frame.index, crs=target), findings=(finding,)
    )


def _choose_placement(
    raw: RawLayer, drawn: np.ndarray, spec: Reading, villages: gpd.GeoDataFrame | None
) -> tuple[systems.CrsPlacement, tuple[Finding, ...]]:
    key = raw.source.key
    most = drawn[systems.mask_usual_rows(row_screening.box_middles(drawn))]
    x0, y0, x1, y1 = (float(value) for value in shapely.total_bounds(most))
    bounds = (x0, y0, x1, y1)
    if spec.crs is not None:
        return _check_declared_crs(systems.parse_crs(spec.crs, key), most, villages, key)
    written = None if raw.frame.crs is None else systems.identify_crs(raw.frame.crs)
    if written is not None and systems.fits_bounds(written, bounds):
        return _check_declared_crs(written, most, villages, key)
    told = systems.find_crs_by_numbers(bounds)
    if told is None and villages is not None:
        told = _place_by_overlap(most, villages)
    if told is None:
        raise _no_place(raw, bounds, _choices(most, villages))
    return told, (_undeclared_crs_finding(told, raw), *_axes_findings(told, key))


def _undeclared_crs_finding(told: systems.CrsPlacement, raw: RawLayer) -> Finding:
    """Why a system was taken that nobody declared."""
    key, crs = raw.source.key, _crs_label(told.crs)
    if raw.frame.crs is not None:
        return make_finding(
            "crs_impossible", layer=key, declared=_crs_label(raw.frame.crs), crs=crs
        )
    if told.overlap:
        measure = round(100 * told.overlap, 1)
        same, near = _equivalent_systems(told)
        return make_finding(
            "crs_by_evidence",
            layer=key,
            measure=measure,
            crs=crs,
            rivals=told.rivals,
            same=same,
            near=near,
        )
    return make_finding("crs_assumed", layer=key, crs=crs)


def _equivalent_systems(told: systems.CrsPlacement) -> tuple[str, str]:
    """The systems that lay a layer where the told one does: to the centimetre, and within metres."""
    same = [code for code, metres in told.near if metres < _EQUAL_M]
    near = [
        f"{code} ({format_figure(metres)} m)" for code, metres in told.near if metres >= _EQUAL_M
    ]
    return join_examples(same), join_examples(near)


def _check_declared_crs(
    crs: CRS, most: np.ndarray, villages: gpd.GeoDataFrame | None, key: str
) -> tuple[systems.CrsPlacement, tuple[Finding, ...]]:
    """Believe a declared system unless the villages prove that its axes are swapped, or that it is another."""
    told, swapped = systems.CrsPlacement(crs=crs), systems.CrsPlacement(crs=crs, swapped=True)
    boxes = shapely.bounds(most)
    if villages is None:
        # beyond the pole: nothing but the latitude written first
        latitude_first = crs.is_geographic and 2 * int((np.abs(boxes[:, 3]) > 90).sum()) > len(
            boxes
        )
        return (swapped, _axes_findings(swapped, key)) if latitude_first else (told, ())
    boxes, land = (
        boxes[:: max(1, len(boxes) // systems.SAMPLE_VERTICES)],
        tuple(villages.total_bounds),
    )
    plain = systems.count_meeting_rows(boxes, told, villages.crs, land)
    if 2 * plain >= len(boxes):
        return told, ()
    if systems.count_meeting_rows(boxes, swapped, villages.crs, land) > plain:
        return swapped, _axes_findings(swapped, key)
    better = _place_by_overlap(most, villages) if plain == 0 else None
    if better is None:
        return told, ()
    finding = make_finding(
        "crs_contradicted",
        layer=key,
        measure=round(100 * better.overlap, 1),
        crs=_crs_label(crs),
        better=_crs_label(better.crs),
    )
    return better, (finding, *_axes_findings(better, key))


def _place_by_overlap(most: np.ndarray, villages: gpd.GeoDataFrame) -> systems.CrsPlacement | None:
    """The one system that fits: alone, or because its lines meet the villages' lines and no other's do.

    Points have no lines: of several systems that lay them on the land, the township's own is taken, and the others are told.
    """
    tried = systems.find_crs_by_overlap(shapely.get_coordinates(most), villages)
    if len(tried) <= 1:
        return tried[0] if tried else None
    if (shapely.get_dimensions(most) == 0).all():
        own = [
            one
            for one in tried
            if one.crs == villages.crs and one.overlap >= _AS_GOOD_SHARE * tried[0].overlap
        ]
        return replace(own[0], rivals=len(tried) - 1) if own else None
    met = []
    for placing in tried[:_MAX_TRIED]:
        shapes = swap_axes(most) if placing.swapped else most
        met.append(
            (
                lines_met(gpd.GeoSeries(shapes, crs=placing.crs).to_crs(villages.crs), villages),
                placing,
            )
        )
    met.sort(key=lambda one: -one[0])
    clear = met[0][0] > MIN_LEAD_SHARE and met[0][0] > 1.5 * met[1][0]
    return replace(met[0][1], rivals=len(tried) - 1) if clear else None


def _axes_findings(told: systems.CrsPlacement, key: str) -> tuple[Finding, ...]:
    return (make_finding("axes_swapped", layer=key),) if told.swapped else ()


def _crs_label(crs: CRS) -> str:
    return (
        f"{systems.crs_name(crs)}（{crs.name}）" if systems.crs_name(crs) != crs.name else crs.name
    )


def _undo_datum(series: gpd.GeoSeries, spec: Reading) -> gpd.GeoSeries:
    """The series in WGS84 degrees with the declared datum undone."""
    degrees = series if series.crs.is_geographic else series.to_crs(systems.WGS84)

    def back(points: np.ndarray) -> np.ndarray:
        return np.column_stack(datum_to_wgs84(spec.datum or "wgs84", points[:, 0], points[:, 1]))

    shapes = shapely.transform(shapely.force_2d(np.asarray(degrees.values)), back)
    return gpd.GeoSeries(shapes, index=series.index, crs=systems.WGS84)


def swap_axes(shapes: np.ndarray) -> np.ndarray:
    """Exchange x and y."""
    return np.asarray(shapely.transform(shapely.force_2d(shapes), lambda points: points[:, ::-1]))


def _choices(most: np.ndarray, villages: gpd.GeoDataFrame | None) -> tuple[str, str]:
    """The systems that lay a drawing on the villages, as a clause: which of them is right its owner must say."""
    tried = (
        []
        if villages is None
        else systems.find_crs_by_overlap(shapely.get_coordinates(most), villages)
    )
    if not tried:
        return "", ""
    named = "、".join(_crs_label(one.crs) for one in tried[:_NAMED])
    return (
        f"；落在村界上的有 {named}，请核实后选写其一",
        f"; those that lay it on the villages are {named}: write the right one",
    )


def _no_place(raw: RawLayer, bounds: tuple[float, ...], choices: tuple[str, str]) -> PlaceError:
    x0, y0, x1, y1 = bounds
    source = raw.source
    return PlaceError(
        f"{source.key}（{source.path}）没有坐标系信息，坐标 x {x0:.0f}–{x1:.0f}、y {y0:.0f}–{y1:.0f} 也无法判断；"
        f'请向数据提供单位询问坐标系（中央经线、是否地方坐标系），在项目文件中写 crs = "EPSG:…"{choices[0]}；'
        f'若是地方坐标系，请先转换为 CGCS2000，或写 control = "控制点.csv"。',
        f"{source.key} ({source.path}) declares no coordinate system and x {x0:.0f}..{x1:.0f}, y {y0:.0f}..{y1:.0f} do not tell one; "
        f'ask its owner for the central meridian and write crs = "EPSG:..." in the project file{choices[1]}; a local city system is to be converted to CGCS2000 first, or given control = "points.csv".',
    )
