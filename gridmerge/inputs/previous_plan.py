"""The gridmerge.gpkg of an earlier build, and report.json beside it → the plan to change as little as possible."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
from pyproj import CRS
from pyproj.exceptions import ProjError

from gridmerge.errors import InputError
from gridmerge.geo import geos
from gridmerge.geo.layer_errors import LAYER_ERRORS
from gridmerge.model import PreviousPlan

NAME_COLUMNS = ("grid_name", "village_name")


def read_previous_plan(file: Path, crs: CRS) -> PreviousPlan:
    """Read the grids of an earlier build, and from report.json beside it the codes retired so far.

    Raises
    ------
    InputError
        The file is no gridmerge.gpkg, its grids are none, are nowhere, or have codes that are none.
    """
    try:
        grids = gpd.read_file(file, layer="grids")
        frame = grids[["grid_code", "village_code", "grid_type", "geometry"]]
    except LAYER_ERRORS as error:
        raise InputError(
            f"旧方案 {file} 读不出 grids 图层；previous 应指向一次完整 build 的 gridmerge.gpkg。",
            f"The earlier plan {file} has no readable layer grids; previous must name the gridmerge.gpkg of a finished build.",
        ) from error
    frame = frame.assign(
        **{name: grids[name].fillna("") if name in grids.columns else "" for name in NAME_COLUMNS}
    )
    frame = frame.astype(dict.fromkeys(("grid_code", "village_code", *NAME_COLUMNS), str))
    frame = frame.loc[~(frame.geometry.isna() | frame.geometry.is_empty)].sort_values(
        "grid_code", ignore_index=True
    )
    _check_codes(file, frame)
    frame = _reproject_grids(file, frame, crs)
    return PreviousPlan(
        grids=frame.assign(geometry=geos.make_valid(frame.geometry.values)),
        retired=_read_retired(file),
    )


def _check_codes(file: Path, grids: gpd.GeoDataFrame) -> None:
    """Stop at an earlier plan without grids, or with codes that are not the village's and three digits."""
    if grids.empty:
        raise InputError(
            f"旧方案 {file} 的 grids 图层是空的；previous 应指向一次完整 build 的 gridmerge.gpkg，没有旧方案请删去 previous。",
            f"The layer grids of the earlier plan {file} is empty; previous must name the gridmerge.gpkg of a finished build; "
            "without one, take previous out.",
        )
    codes = zip(grids["grid_code"], grids["village_code"], strict=True)
    odd = [
        code
        for code, village in codes
        if code[:-3] != village or not (code[-3:].isascii() and code[-3:].isdigit())
    ]
    odd += grids.loc[grids["grid_code"].duplicated(), "grid_code"].tolist()
    if odd:
        raise InputError(
            f"旧方案 {file} 的网格编码 {odd[0]} 重复，或不是“村编码 + 3 位数字”；previous 应指向一次完整 build 的 gridmerge.gpkg。",
            f"In the earlier plan {file} the grid code {odd[0]} stands twice, or is no village code and three digits; "
            "previous must name the gridmerge.gpkg of a finished build.",
        )


def _reproject_grids(file: Path, grids: gpd.GeoDataFrame, crs: CRS) -> gpd.GeoDataFrame:
    """The earlier grids in the project's CRS: it may have another by now."""
    try:
        return grids.to_crs(crs)
    except (ValueError, ProjError) as error:
        raise InputError(
            f"旧方案 {file} 没有坐标系，或无法换算到本项目的坐标系；previous 应指向一次完整 build 的 gridmerge.gpkg。",
            f"The earlier plan {file} has no CRS, or none that can be brought into the project's; previous must name the "
            "gridmerge.gpkg of a finished build.",
        ) from error


def _read_retired(file: Path) -> dict[str, list[str]]:
    report = file.with_name("report.json")
    if not report.is_file():
        return {}
    try:
        codes = json.loads(report.read_text("utf-8"))["grids"]["codes"]["retired"]
        return {str(code): [str(s) for s in successors] for code, successors in codes.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}  # a report from before codes were listed: nothing had been retired
