"""What makes work, as read → values with a place in the working CRS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.clean.attributes.fields import (
    attribute_names,
    has_any_geometry,
    join_examples,
    resolve_column,
    text_values,
)
from gridmerge.clean.attributes.work_lists import listed_land, names_land, unit_minutes
from gridmerge.clean.georeference import datum_fit
from gridmerge.clean.georeference.placement import georeference_input
from gridmerge.clean.walking_distance import walking_distances
from gridmerge.config.settings import Reading, WorkloadSpec
from gridmerge.coordinates import columns
from gridmerge.coordinates.points import points_from_table
from gridmerge.errors import InputError
from gridmerge.findings import Finding, format_figure, make_finding, sort_findings
from gridmerge.geo import geos
from gridmerge.model import Layer, RawLayer, Township, Work
from gridmerge.tabular.cell_values import parse_numbers
from gridmerge.tabular.row_numbers import same_lines

MAX_ROW_VALUE = 1e12  # of one row: more households, yuan or square metres than any township has; sums of such lose the rest


def clean_work(
    raw: RawLayer, spec: WorkloadSpec, township: Township, layers: Sequence[Layer] = ()
) -> Work:
    """Make a workload of an input.

    Parameters
    ----------
    raw
        Points, areas or lines; or a table with columns of lon and lat.
    spec
        `field` is summed; without it each feature counts one.
    township
        Gives the CRS, the evidence of place, and the land of rows that only name a village.
    layers
        Mended networks: the land of rows that only have a department's grid code.

    Returns
    -------
    Work
        `value` (float, not negative) and geometry, sorted by content; a row without coordinates has the land of the village
        or departmental grid it names. Rows without a place, and values that are blank,
        negative or no numbers, are counted in the findings.

    Raises
    ------
    InputError
        The field is not there; a table has neither geometry nor lon and lat, nor a column of villages or grid codes.
    PlaceError
        It cannot be told where on earth the features lie.
    """
    key = raw.source.key
    if len(raw.frame) == 0:
        return _empty_work(raw, spec, township)
    values, findings = _read_values(raw, spec)
    minutes, told = unit_minutes(raw, spec)
    by_list = names_land(raw, spec)
    frame = with_points(raw, spec, required=not by_list)
    shapes, placing = _georeference_rows(frame, spec, township)
    nowhere = (
        shapely.is_missing(shapes)
        | shapely.is_empty(shapes)
        | ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    )
    listed = by_list and bool(nowhere.any())
    if listed:
        shapes[nowhere], unknown = listed_land(raw, spec, township, layers, nowhere)
        findings += unknown
        nowhere = shapely.is_missing(shapes)
    findings += told
    if nowhere.any():
        findings.append(
            make_finding(
                "work_no_place",
                layer=key,
                measure=nowhere.sum(),
                total=format_figure(values[nowhere].sum()),
            )
        )
    findings += _datum_findings(shapes[~nowhere], spec, township, key)
    invalid = ~nowhere & ~shapely.is_valid(shapes)
    shapes[invalid] = geos.make_valid(shapes[invalid], method="structure", keep_collapsed=False)
    if spec.walk:
        values[~nowhere] = walking_distances(_require_points(shapes[~nowhere], raw), township)
    result = gpd.GeoDataFrame(
        {"value": values[~nowhere]}, geometry=shapes[~nowhere], crs=township.crs
    )
    if minutes is not None:
        result["minutes"] = minutes[~nowhere]
    found_ = sort_findings((*frame.findings, *findings, *placing))
    return _build_work(raw, spec, by_content(result), found_, listed=listed)


def _georeference_rows(
    frame: RawLayer, spec: WorkloadSpec, township: Township
) -> tuple[np.ndarray, tuple[Finding, ...]]:
    """The shape of every row in the working CRS, None where there is none."""
    if not has_any_geometry(frame):
        return np.full(len(frame.frame), None, dtype=object), ()
    placed = georeference_input(frame, spec, township.crs, township.villages)
    return shapely.force_2d(np.asarray(placed.geometry.values)), placed.findings


def _build_work(
    raw: RawLayer,
    spec: WorkloadSpec,
    frame: gpd.GeoDataFrame,
    findings: tuple[Finding, ...],
    *,
    listed: bool,
) -> Work:
    return Work(
        name=spec.name,
        weight=spec.weight,
        by=spec.by,
        frame=frame,
        source=raw.source,
        reference=spec.reference,
        minutes=_mean_minutes(frame) if isinstance(spec.minutes, dict) else spec.minutes,
        listed=listed,
        counted=spec.field is None and not listed,
        urban=spec.urban,
        rural=spec.rural,
        findings=findings,
    )


def _require_points(shapes: np.ndarray, raw: RawLayer) -> np.ndarray:
    if (shapely.get_type_id(shapes) != 0).any():
        raise InputError(
            f"{raw.source.key}（{raw.source.path}）：walk = true 只用于点（一户一点）；请换成点状数据，或去掉 walk。",
            f"{raw.source.key} ({raw.source.path}): walk = true is for points, one a door; give points, or drop walk.",
        )
    return shapes


def _mean_minutes(frame: gpd.GeoDataFrame) -> float:
    """Of a unit, over all features; of a table without work, any number does."""
    if "minutes" not in frame or not frame["value"].sum() > 0:
        return 1.0
    return float(np.average(frame["minutes"], weights=frame["value"]))


def _datum_findings(
    shapes: np.ndarray, spec: WorkloadSpec, township: Township, key: str
) -> list[Finding]:
    """A warning when many points lie outside the township as they are, and inside in another datum."""
    points = shapely.get_coordinates(shapes[shapely.get_type_id(shapes) == 0])
    found_ = datum_fit.points_off(points, township.villages, spec.datum or "wgs84")
    if found_ is None:
        return []
    datum, now, then = found_
    then_text = f"{100 * then:.1f}"
    return [
        make_finding(
            "work_datum_suspected",
            layer=key,
            measure=round(100 * now, 1),
            datum=datum,
            then=then_text,
        )
    ]


def _empty_work(raw: RawLayer, spec: WorkloadSpec, township: Township) -> Work:
    """A workload without rows: a year without events is no mistake, but worth a word."""
    frame = gpd.GeoDataFrame({"value": np.empty(0)}, geometry=[], crs=township.crs)
    findings = sort_findings((*raw.findings, make_finding("work_empty", layer=raw.source.key)))
    return _build_work(raw, spec, frame, findings, listed=False)


def _read_values(raw: RawLayer, spec: WorkloadSpec) -> tuple[np.ndarray, list[Finding]]:
    key = raw.source.key
    if spec.field is None:
        return np.ones(len(raw.frame)), []
    field = resolve_column(raw, spec.field, "")
    cells = raw.frame[field]
    values = parse_numbers(cells)
    unread, negative, huge = values.isna(), values < 0, values > MAX_ROW_VALUE
    blank = unread.copy()
    blank[unread] = text_values(cells[unread]) == ""
    wrong = unread & ~blank
    findings = []
    if blank.any():
        findings.append(make_finding("work_blank", layer=key, measure=blank.sum(), field=field))
    if wrong.any():
        examples = join_examples(sorted(set(text_values(cells[wrong]))), 3)
        findings.append(
            make_finding(
                "work_not_number", layer=key, measure=wrong.sum(), field=field, examples=examples
            )
        )
    if negative.any():
        findings.append(
            make_finding("work_negative", layer=key, measure=negative.sum(), field=field)
        )
    if huge.any():
        examples = join_examples(sorted(set(text_values(cells[huge]))), 3)
        findings.append(
            make_finding(
                "work_too_large", layer=key, measure=huge.sum(), field=field, examples=examples
            )
        )
    good = values.where(~(unread | negative | huge), 0.0).to_numpy(dtype=float)
    if not good.any():
        findings.append(make_finding("work_all_zero", layer=key, measure=len(good), field=field))
    return good, findings


def with_points(raw: RawLayer, spec: Reading, required: bool = True) -> RawLayer:
    """Give a table its points from columns of lon and lat; what has geometry stays as it is.

    Raises
    ------
    InputError
        There is neither, and `required`.
    """
    if has_any_geometry(raw):
        return raw
    chosen = _coordinate_columns(raw, spec)
    if chosen is None:
        if not required:
            return raw
        listed = attribute_names(raw)
        raise InputError(
            f'{raw.source.key}（{raw.source.path}）没有图形，也看不出经纬度列；请写 lon = "列名"、lat = "列名"（有：{"、".join(listed)}）。',
            f'{raw.source.key} ({raw.source.path}) has no geometry and no columns of lon and lat; write lon = "COLUMN", lat = "COLUMN" (it has: {", ".join(listed)}).',
        )
    table = same_lines(pd.DataFrame(raw.frame).drop(columns="geometry", errors="ignore"), raw.frame)
    drawn_, told = points_from_table(
        table, chosen, layer=raw.source.key, file=raw.source.path, datum=spec.datum
    )
    frame = same_lines(gpd.GeoDataFrame(table, geometry=drawn_, crs=None), table)
    return replace(raw, frame=frame, findings=sort_findings((*raw.findings, *told)))


def _coordinate_columns(raw: RawLayer, spec: Reading) -> columns.CoordinateColumns | None:
    """The columns that hold the places: those the project file names, else a pair or one that plainly does."""
    if spec.lon and spec.lat:
        lon, lat = resolve_column(raw, spec.lon, ""), resolve_column(raw, spec.lat, "")
        return None if lon is None or lat is None else columns.columns_by_name(lon, lat)
    return columns.find_coordinate_columns(pd.DataFrame(raw.frame))


def by_content(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Sort by place, then value, then the geometry's bytes, so that the order in the file cannot matter."""
    bounds = shapely.bounds(np.asarray(frame.geometry.values))
    keys = pd.DataFrame(bounds, columns=["x0", "y0", "x1", "y1"]).assign(
        value=frame["value"].to_numpy()
    )
    if "minutes" in frame:
        keys["minutes"] = frame["minutes"].to_numpy()
    if len(frame) and (shapely.get_type_id(np.asarray(frame.geometry.values)) != 0).any():
        keys["wkb"] = shapely.to_wkb(np.asarray(frame.geometry.values))
    return frame.iloc[keys.sort_values(list(keys.columns), kind="stable").index].reset_index(
        drop=True
    )
