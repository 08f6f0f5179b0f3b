"""The village skeleton: one valid coverage, the hard boundary of everything after it."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from gridmerge.clean.attributes.fields import (
    attribute_names,
    has_any_geometry,
    join_examples,
    not_empty,
    read_text_column,
    resolve_column,
)
from gridmerge.clean.attributes.fields import read_code_column as code_column
from gridmerge.clean.attributes.spoilt_codes import joined_digits, spoilt_clause, without_dashes
from gridmerge.clean.attributes.village_names import one_village
from gridmerge.clean.georeference import crs as systems
from gridmerge.clean.georeference.placement import georeference_input
from gridmerge.clean.georeference.stray_parts import drop_far_parts
from gridmerge.clean.topology import polygons
from gridmerge.clean.topology.coverage import make_coverage
from gridmerge.clean.topology.guarded_checks import run_guarded
from gridmerge.clean.topology.open_gaps import find_open_gaps
from gridmerge.config.settings import Settings, Villages
from gridmerge.errors import InputError, PlaceError
from gridmerge.findings import Finding, make_finding, sort_findings
from gridmerge.geo import geos
from gridmerge.model import RawLayer, Township
from gridmerge.tabular.cell_values import as_code

PRECISION_GRID_M = 0.001  # metres: the precision of the skeleton, far below any drawing error
CODE_DIGITS = 12  # of a village by the statistical code


def clean_township(raw: RawLayer, settings: Settings) -> Township:
    """Make the township: villages in the working CRS, valid, of one piece a code, without overlap or gap.

    Parameters
    ----------
    raw
        The village layer as read.
    settings
        `villages` names the fields and overrides, `project.crs` the working CRS.

    Returns
    -------
    Township
        Villages sorted by code, in projected metres, a valid coverage on a 1 mm grid.

    Raises
    ------
    InputError
        No feature, a field that is not there, no column that could be the code, a village without code or area, two villages
        of one code.
    PlaceError
        The system cannot be told; or two villages claim the same land so that no coverage can be made.
    """
    spec = settings.villages
    not_empty(raw)
    if not has_any_geometry(raw):
        raise InputError(
            f"villages（{raw.source.path}）没有任何图形；请检查路径、layer 与 where。",
            f"villages ({raw.source.path}) holds no geometry; check path, layer and where.",
        )
    codes, names, parted = _codes_and_names(raw, spec)
    shapes, strays = drop_far_parts(
        np.asarray(raw.frame.geometry.values), list(codes), raw.source.path
    )
    cleaned = gpd.GeoSeries(shapes, index=raw.frame.index, crs=raw.frame.crs)
    raw = replace(raw, frame=raw.frame.set_geometry(cleaned))
    geometry, crs, findings = _georeference_villages(raw, settings)
    frame = gpd.GeoDataFrame(
        {"village_code": codes, "village_name": names}, geometry=geometry.values, crs=crs
    )
    frame, mended = _clean_villages(frame, raw, settings.project.name)
    shapes, repaired = make_coverage(
        np.asarray(frame.geometry.values), list(frame["village_code"]), PRECISION_GRID_M
    )
    repaired += _gap_findings(
        shapes, frame["village_code"].to_numpy(), frame["village_name"].to_numpy()
    )
    frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=crs))
    return Township(
        name=settings.project.name,
        code=settings.project.code,
        crs=crs,
        villages=frame[["village_code", "village_name", "geometry"]],
        source=raw.source,
        findings=sort_findings(
            (*raw.findings, *parted, *strays, *findings, *mended, *_code_findings(frame), *repaired)
        ),
    )


def _gap_findings(shapes: np.ndarray, codes: np.ndarray, names: np.ndarray) -> list[Finding]:
    def check(rows: np.ndarray) -> list[Finding]:
        return find_open_gaps(shapes[rows], list(codes[rows]), list(names[rows]))

    return run_guarded(check, shapes, list(codes), "villages")


def _codes_and_names(raw: RawLayer, spec: Villages) -> tuple[pd.Series, pd.Series, list[Finding]]:
    code = resolve_column(raw, spec.code, "village_code") if spec.code else _code_by_content(raw)
    if code is None:
        raise InputError(
            f'villages（{raw.source.path}）看不出哪个字段是村代码；请在 [villages] 写 code = "字段名"（有：{"、".join(attribute_names(raw))}）。',
            f'villages ({raw.source.path}): no field looks like the village code; write code = "FIELD" in [villages] (it has: {", ".join(attribute_names(raw))}).',
        )
    codes = joined_digits(without_dashes(code_column(raw, code)))
    name = resolve_column(raw, spec.name, "village_name")
    names = read_text_column(raw, name)
    names = names.where(names != "", codes)
    blank = int((codes == "").sum())
    if blank:
        example = next((value for value in names[codes == ""] if value), "?")
        raise InputError(
            f"villages（{raw.source.path}）有 {blank} 个图形的 {code} 为空（如 {example}）；请补上村代码。",
            f"villages ({raw.source.path}): {blank} features have no {code} (such as {example}); fill in the village codes.",
        )
    wrong = spoilt_clause(codes)
    if wrong is not None:
        raise InputError(
            f"villages（{raw.source.path}）的 {code}：{wrong[0]}。",
            f"villages ({raw.source.path}), {code}: {wrong[1]}.",
        )
    return codes, names, _code_mark_findings(without_dashes(code_column(raw, code)), codes)


def _code_mark_findings(written: pd.Series, codes: pd.Series) -> list[Finding]:
    """A finding for the codes that are written with marks between their digits."""
    marked = written[written != codes]
    if marked.empty:
        return []
    return [
        make_finding(
            "village_code_marks",
            layer="villages",
            measure=len(marked),
            examples=join_examples(sorted(set(marked)), 3),
        )
    ]


def _code_by_content(raw: RawLayer) -> str | None:
    """The column that holds 12-digit codes, else the one whose name says so."""
    for name in attribute_names(raw):
        values = joined_digits(as_code(raw.frame[name]))
        if len(values) and values.str.fullmatch(rf"\d{{{CODE_DIGITS}}}").all():
            return name
    return resolve_column(raw, None, "village_code")


def _georeference_villages(
    raw: RawLayer, settings: Settings
) -> tuple[gpd.GeoSeries, CRS, tuple[Finding, ...]]:
    spec, wanted = settings.villages, settings.project.crs
    told = raw.frame.crs is not None or spec.crs is not None
    bounds = tuple(raw.frame.geometry.total_bounds)
    if not told and wanted and systems.find_crs_by_numbers(bounds) is None:
        spec = spec.model_copy(update={"crs": wanted})  # the only system the project speaks of
    if wanted is None:
        rough = georeference_input(raw, spec, systems.WGS84, None)
        west, south, east, north = rough.geometry.total_bounds
        target = systems.choose_working_crs((west + east) / 2, (south + north) / 2)
    else:
        target = systems.parse_crs(wanted, "[project]")
        if not target.is_projected or target.axis_info[0].unit_conversion_factor != 1:
            raise PlaceError(
                f'[project] crs = "{wanted}" 不是以米为单位的投影坐标系；请改为例如 EPSG:4544，或删去此行由程序选择。',
                f'[project] crs = "{wanted}" is not projected in metres; write one that is, such as EPSG:4544, or leave it out.',
            )
    placed = georeference_input(raw, spec, target, None)
    return placed.geometry, target, placed.findings


def _clean_villages(
    frame: gpd.GeoDataFrame, raw: RawLayer, town: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Valid areas, one row a code, sorted by code."""
    done = polygons.make_areas(np.asarray(frame.geometry.values))
    shapes = done.geometry
    has = np.array([shape is not None for shape in shapes])
    shapes[has] = polygons.only_areas(geos.set_precision(shapes[has], PRECISION_GRID_M))
    has &= ~shapely.is_empty(shapes)
    findings = [
        make_finding(
            "geometry_repaired",
            layer="villages",
            source_id=code,
            measure=100 * change,
            place=polygons.inner_point(shape),
        )
        for code, change, shape, ok in zip(
            frame["village_code"], done.change, shapes, has, strict=True
        )
        if ok and change > polygons.MIN_REPAIR_SHARE
    ]
    lost = sorted(set(frame["village_code"]) - set(frame["village_code"][has]))
    if lost:
        raise InputError(
            f"villages（{raw.source.path}）中 {'、'.join(lost)} 没有面积；村界必须是面。",
            f"villages ({raw.source.path}): {', '.join(lost)} have no area; villages must be polygons.",
        )
    kept = frame[has].assign(geometry=shapes[has])
    groups = kept.groupby("village_code", sort=True)
    rows = []
    for code, group in groups:
        names = sorted(set(group["village_name"]))
        if not one_village([name for name in names if name != code], town):
            raise _two_villages(raw, str(code), names)
        if len(names) > 1:
            findings.append(
                make_finding(
                    "village_code_clash",
                    layer="villages",
                    source_id=str(code),
                    names="、".join(names),
                )
            )
        rows.append((str(code), names[0], _union_shapes(np.asarray(group.geometry.values))))
    result = gpd.GeoDataFrame(
        {"village_code": [row[0] for row in rows], "village_name": [row[1] for row in rows]},
        geometry=[row[2] for row in rows],
        crs=frame.crs,
    )
    return result, findings


def _two_villages(raw: RawLayer, code: str, names: list[str]) -> InputError:
    return InputError(
        f"villages（{raw.source.path}）中 {'、'.join(names)} 的村代码都是 {code}；请改正代码。"
        "若是同一个村的几块地，请写同一个村名。",
        f"villages ({raw.source.path}): {', '.join(names)} have one code, {code}; correct the codes. "
        "Parts of one village must have one name.",
    )


def _union_shapes(shapes: np.ndarray) -> shapely.Geometry:
    """The land of all shapes, which are on the grid already."""
    land: shapely.Geometry = (
        shapes[0] if len(shapes) == 1 else geos.union_all(shapes, grid_size=PRECISION_GRID_M)
    )
    return land


def _code_findings(frame: gpd.GeoDataFrame) -> list[Finding]:
    codes = frame["village_code"]
    odd = (codes.str.len() != CODE_DIGITS) | ~codes.str.isdigit()
    merged = ~odd & (codes.str[9] == "6")
    findings = [
        _of_codes(kind, frame[chosen])
        for kind, chosen in (("village_code_length", odd), ("village_code_merged", merged))
        if chosen.any()
    ]
    clashes = frame.groupby("village_name")["village_code"].agg(list)
    for name, codes_of in clashes[clashes.map(len) > 1].items():
        findings.append(
            make_finding(
                "village_name_clash",
                layer="villages",
                source_id=codes_of[0],
                name=name,
                codes="、".join(codes_of),
            )
        )
    return findings


def _of_codes(kind: str, rows: gpd.GeoDataFrame) -> Finding:
    """One finding for all villages whose code is of a kind: they have one cause."""
    first = rows.iloc[0]
    examples = join_examples(
        f"{code} {name}"
        for code, name in zip(rows["village_code"], rows["village_name"], strict=True)
    )
    return make_finding(
        kind,
        layer="villages",
        source_id=first["village_code"],
        # digits of the first
        measure=len(first["village_code"]) if kind == "village_code_length" else None,
        place=polygons.inner_point(first.geometry),
        count=len(rows),
        examples=examples,
    )
