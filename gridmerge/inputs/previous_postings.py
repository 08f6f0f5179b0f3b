"""assignments.csv and standins.csv beside an earlier plan → who was posted where, and who covered for whom."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gridmerge.errors import InputError
from gridmerge.geo.layer_errors import LAYER_ERRORS

POSTING_COLUMNS = ("grid_code", "member_id", "duty", "load")
COVER_COLUMNS = ("member_id", "grid_code", "stand_in_id", "duty", "load")
GRID_COLUMNS = ("grid_code", "village_code", "workload", "area_m2")


@dataclass(frozen=True, kw_only=True)
class Postings:
    """The people of an earlier build.

    Parameters
    ----------
    assignments
        grid_code, member_id, duty, load.
    covers
        member_id (who leaves), grid_code, stand_in_id, duty, load; no row where the build wrote none.
    grids
        grid_code, village_code, workload, area_m2 of the plan they were posted for.
    """

    assignments: pd.DataFrame
    covers: pd.DataFrame
    grids: pd.DataFrame


def posting_files(previous: Path) -> dict[str, Path]:
    """Return the files beside an earlier plan that are read, by the key `report.json` lists them under."""
    files = {
        "grids:postings": previous.with_name("assignments.csv"),
        "grids:stand_ins": previous.with_name("standins.csv"),
    }
    return {key: file for key, file in files.items() if file.is_file()}


def read_postings(previous: Path) -> Postings | None:
    """Read who was posted by an earlier plan.

    Parameters
    ----------
    previous
        Its gridmerge.gpkg.

    Returns
    -------
    Postings or None
        None where no assignments.csv lies beside it, or where nobody was posted.

    Raises
    ------
    InputError
        A file beside it is none of a build.
    """
    files = posting_files(previous)
    if "grids:postings" not in files:
        return None
    assignments = _read_columns(files["grids:postings"], POSTING_COLUMNS)
    if assignments.empty:
        return None
    covers = files.get("grids:stand_ins")
    return Postings(
        assignments=assignments,
        covers=pd.DataFrame(columns=list(COVER_COLUMNS))
        if covers is None
        else _read_columns(covers, COVER_COLUMNS),
        grids=_read_grids(previous),
    )


def _read_columns(file: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """The columns asked for; codes are text, loads numbers."""
    try:
        table = pd.read_csv(io.StringIO(_decode_file(file)), dtype=str, keep_default_na=False)[
            list(columns)
        ]
        return table.assign(load=pd.to_numeric(table["load"].replace("", "0")))
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"旧方案旁的 {file} 读不出；previous 应指向一次完整 build 的成果文件夹，请重新生成该成果或移走此文件。",
            f"{file} beside the earlier plan cannot be read; previous must name the output of a finished build: "
            "build it again, or move this file away.",
        ) from error


def _decode_file(file: Path) -> str:
    """UTF-8 as a build writes it, or GBK as Excel in Chinese saves it again."""
    raw = file.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def _read_grids(previous: Path) -> pd.DataFrame:
    """What each grid of the plan held; no row where the file does not say."""
    try:
        grids = gpd.read_file(previous, layer="grids", ignore_geometry=True)[list(GRID_COLUMNS)]
    except LAYER_ERRORS:
        # partition reads the same layer first and stops where it is none; an old one may lack a column
        return pd.DataFrame(columns=list(GRID_COLUMNS))
    return pd.DataFrame(grids.astype({"grid_code": str, "village_code": str}))
