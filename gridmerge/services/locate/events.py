"""A file of events, each given its grid."""

from __future__ import annotations

import csv
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from gridmerge.clean.georeference.placement import georeference_input
from gridmerge.clean.workloads import with_points
from gridmerge.config.settings import Reading
from gridmerge.errors import InputError, OutputError
from gridmerge.findings import Finding, sort_findings
from gridmerge.geo import geos
from gridmerge.geo.place_index import Located, PlaceIndex
from gridmerge.io import read_input
from gridmerge.model import RawLayer
from gridmerge.products import list_finished_inputs
from gridmerge.products.data.csv_tables import guard_formula
from gridmerge.products.data.gdal import guard_writing
from gridmerge.products.transaction import files_of, prepare_output, stage_output
from gridmerge.services.locate.single_place import NEAR_LINE_M, find_matter
from gridmerge.tabular.cell_values import cell_text, code_text

EVENT_COLUMNS = ("grid_code", "grid_name", "village_code", "members", "near_line_m", "near_line")
# what a column of matters is called
MATTER_COLUMNS = ("matter_code", "事项编码", "事项代码", "事项编号", "清单编码")
LEAD_COLUMNS = ("lead", "lead_contact")
WGS84 = "EPSG:4326"
DRIVERS_BY_SUFFIX = {
    ".geojson": "GeoJSON",
    ".gpkg": "GPKG",
    ".fgb": "FlatGeobuf",
    ".shp": "ESRI Shapefile",
}


def locate_many(
    out: str | Path,
    events: Reading,
    dest: str | Path,
    folder: str | Path = ".",
    *,
    matter: str | None = None,
    tell: Callable[[Finding], None] = lambda finding: None,
) -> dict[str, int]:
    """Give every event of a file its grid.

    Parameters
    ----------
    out
        The folder of a finished build.
    events
        The file and how to read it: CSV or Excel with columns of longitude and latitude, or any vector file.
    dest
        Written with the same rows and columns, and grid_code, grid_name, village_code, members (names), near_line_m
        (metres to the nearest grid line), near_line (within 20 m: the neighbour may be meant); with a column of matters, also
        lead and lead_contact; a column of such a name is replaced. CSV, or a vector format by its ending.
        Outside the township, or without a place, the grid is blank. The cells are those of the officer's own file, phones
        included; only ID numbers and other secrets are struck, as in every input.
    folder
        That the paths of `events` are relative to.
    matter
        Column with the code or name of each event's matter; None: recognised by its name, if the build has a list of matters.
    tell
        Is given what was found in the file: rows that cannot be read, a datum that the header says.

    Returns
    -------
    dict
        events, inside, outside, without_place, near_line (within 20 m); with a column of matters, unknown_matters.

    Raises
    ------
    InputError, PlaceError, OutputError
        The file cannot be read or told where on earth it is; OUT has no index; DEST cannot be written, or is the file itself
        or one of OUT's.
    """
    target = Path(dest)
    inputs = [*(Path(folder) / path for path in events.path), *list_finished_inputs(Path(out))]
    _refuse_ending(target)
    prepare_output(target.parent, files_of(target), inputs)
    index = PlaceIndex(Path(out))
    raw = read_input(events, Path(folder), "events")
    if not len(raw.frame):
        raise InputError(
            f"{raw.source.path} 中没有任何事件；请检查文件。",
            f"{raw.source.path} holds no events; check the file.",
        )
    points, findings = _event_points(raw, events, index)
    for finding in findings:
        tell(finding)
    located = index.locate(points)
    leads = _lead_columns(index, raw, located, matter)
    answers = pd.concat([_grid_columns(index, located), leads], axis=1)
    attributes = raw.frame.drop(columns=["geometry", *answers.columns], errors="ignore")
    rows = pd.DataFrame(attributes).reset_index(drop=True)
    with stage_output(target.parent, (), inputs) as aside:
        _write_events(pd.concat([rows, answers], axis=1), points, index, aside / target.name)
    counts = _count_events(located, points)
    if len(leads.columns):
        counts["unknown_matters"] = int(leads.attrs["unknown"])
    return counts


def _count_events(located: Located, points: np.ndarray) -> dict[str, int]:
    inside = located.grid >= 0
    without_place = shapely.is_missing(points)
    outside = ~inside & ~without_place
    near_line = located.near_line_m <= NEAR_LINE_M
    return {
        "events": len(points),
        "inside": int(inside.sum()),
        "outside": int(outside.sum()),
        "without_place": int(without_place.sum()),
        "near_line": int(near_line.sum()),
    }


def _lead_columns(
    index: PlaceIndex, raw: RawLayer, located: Located, matter: str | None
) -> pd.DataFrame:
    """Lead department and whom to call of each event; no columns where nothing is asked about matters."""
    column = _matter_column(index, raw, matter)
    if column is None:
        return pd.DataFrame(index=range(len(raw.frame)))
    cells = [code_text(value).strip() for value in raw.frame[column]]
    asked = list(zip(cells, located.grid.tolist(), strict=True))
    # Many events, few pairs of matter and grid.
    answers = {pair: find_matter(index, *pair) for pair in set(asked)}
    found = [answers[pair] for pair in asked]
    columns = {}
    for key in LEAD_COLUMNS:
        columns[key] = [row[key] if row else "" for row in found]
    table = pd.DataFrame(columns)
    is_unknown = [answers[pair] is None and pair[0] != "" for pair in asked]
    table.attrs["unknown"] = sum(is_unknown)
    return table


def _matter_column(index: PlaceIndex, raw: RawLayer, matter: str | None) -> Hashable | None:
    """The column that names each event's matter: the one asked for, or a usual one where the build lists matters."""
    named: dict[str, Hashable] = {str(column).strip(): column for column in raw.frame.columns}
    if matter is not None and matter not in named:
        raise InputError(
            f"{raw.source.path} 没有列 {matter}；有：{'、'.join(named)}。",
            f"{raw.source.path} has no column {matter}; it has: {', '.join(named)}.",
        )
    if matter:
        return named[matter]
    usual = [named[name] for name in MATTER_COLUMNS if name in named]
    return usual[0] if usual and index.about.get("matters") else None


def _event_points(
    raw: RawLayer, events: Reading, index: PlaceIndex
) -> tuple[np.ndarray, tuple[Finding, ...]]:
    """Each event as a point of the working CRS, None where it has no place; and what reading and placing found."""
    raw = with_points(raw, events)
    shapes = np.asarray(raw.frame.geometry.values, dtype=object)
    # what is no point (a road works line, a parcel) is where its inside is
    points = shapely.force_2d(geos.point_on_surface(shapes))
    points[shapely.is_empty(points)] = None
    frame = raw.frame.set_geometry(gpd.GeoSeries(points, index=raw.frame.index, crs=raw.frame.crs))
    # no villages as evidence: an event may well lie outside, and must not be talked into another system
    placed = georeference_input(replace(raw, frame=frame), events, index.crs, None, index.bounds)
    result = np.asarray(placed.geometry.values, dtype=object)
    result[~np.isfinite(shapely.get_x(result))] = None
    return result, sort_findings((*raw.findings, *placed.findings))


def _grid_columns(index: PlaceIndex, located: Located) -> pd.DataFrame:
    rows = [_describe_grid(grid) for grid in index.about["grids"]]
    # The last row is where -1 points: outside every grid.
    rows.append({"grid_code": "", "grid_name": "", "village_code": "", "members": ""})
    table = pd.DataFrame(rows).iloc[located.grid].reset_index(drop=True)
    table["near_line_m"] = np.round(located.near_line_m, 1)
    table["near_line"] = located.near_line_m <= NEAR_LINE_M
    return table[list(EVENT_COLUMNS)]


def _describe_grid(grid: Mapping[str, Any]) -> dict[str, str]:
    names = dict.fromkeys(person["name"] for person in grid["members"])
    return {
        "grid_code": grid["grid_code"],
        "grid_name": grid["grid_name"],
        "village_code": grid["village_code"],
        "members": "、".join(names),
    }


def _refuse_ending(dest: Path) -> None:
    ending = dest.suffix.lower()
    if ending != ".csv" and ending not in DRIVERS_BY_SUFFIX:
        endings = " ".join(DRIVERS_BY_SUFFIX)
        raise OutputError(
            f"无法写入 {dest}：不支持 {ending or '无后缀'}，可用 .csv {endings}。",
            f"{dest} cannot be written: its ending must be one of .csv {endings}.",
        )


def _write_events(rows: pd.DataFrame, points: np.ndarray, index: PlaceIndex, file: Path) -> None:
    ending = file.suffix.lower()
    if ending == ".csv":
        _write_csv(rows, file)
        return
    frame = gpd.GeoDataFrame(rows, geometry=points, crs=index.crs).to_crs(WGS84)
    options = {"RFC7946": "YES"} if ending == ".geojson" else {}
    encoding = "UTF-8" if ending == ".shp" else None
    with guard_writing(file):
        pyogrio.write_dataframe(
            frame, file, driver=DRIVERS_BY_SUFFIX[ending], encoding=encoding, **options
        )


def _render_column(values: pd.Series) -> list[str]:
    return [guard_formula(cell_text(value)) for value in values]


def _write_csv(rows: pd.DataFrame, dest: Path) -> None:
    texts = [_render_column(rows[column]) for column in rows]
    with dest.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(rows.columns)
        writer.writerows(zip(*texts, strict=True))
