"""Weights from experience: hours recorded by grid, explained by what is in the grids."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from gridmerge.errors import InputError, OutputError
from gridmerge.io.tables.plain_tables import code_texts, find_column, parse_amounts, read_table
from gridmerge.products.labels import name_column

# grids a source: fewer, and the fit says more about chance than about work
MIN_GRIDS_PER_SOURCE = 8
BOOTSTRAP_DRAWS = 500  # of the bootstrap: enough for whole per cents of an interval
INTERVAL_PERCENTILES = (5, 95)  # percentiles
# Of the draws: the same data give the same interval.
BOOTSTRAP_SEED = 20_240_601
# Singular values below this times the number of grids count as none.
RANK_TOLERANCE = 1e-6


def calibrate_weights(out: str | Path, hours: str | Path) -> pd.DataFrame:
    """Fit weights of the workloads to recorded hours (or events handled).

    Parameters
    ----------
    out
        The folder of a finished build: its grids and their workloads.
    hours
        CSV, Excel or any other table that an input may be, with grid_code (网格编码) and hours (工时).

    Returns
    -------
    pandas.DataFrame
        name, hours_per_unit, low, high (a 90 % interval by drawing the grids anew), weight: what to write in the project file,
        as shares of the work that sum to 1. Weights are never negative.

    Raises
    ------
    OutputError
        OUT holds no finished build.
    InputError
        The table cannot be used, has too few grids, or the workloads rise and fall together, so that no data can tell
        them apart.
    """
    grids = _read_grids(Path(out))
    table = _read_hours(Path(hours)).merge(grids, on="grid_code")
    names = [str(name) for name in grids if name != "grid_code" and table[name].sum() > 0]
    _refuse_few_grids(len(table), len(names))
    amounts = table[names].to_numpy(dtype=float)
    hours_spent = table["hours"].to_numpy(dtype=float)
    scale = amounts.mean(axis=0)
    scaled = amounts / scale
    _refuse_dependent_workloads(scaled, names)
    fitted = nnls(scaled, hours_spent)[0]
    fits = _fit_redrawn_grids(scaled, hours_spent)
    low, high = np.percentile(fits, INTERVAL_PERCENTILES, axis=0)
    total = fitted.sum()
    share = fitted / total if total > 0 else fitted
    return pd.DataFrame(
        {
            "name": names,
            "hours_per_unit": fitted / scale,
            "low": low / scale,
            "high": high / scale,
            "weight": share,
        }
    )


def _refuse_few_grids(grids: int, workloads: int) -> None:
    needed = MIN_GRIDS_PER_SOURCE * max(workloads, 1)
    if grids < needed:
        raise InputError(
            f"只有 {grids} 个网格有工时记录，{workloads} 项工作量至少需要 {needed} 个；数据太少，不作标定。",
            f"only {grids} grids have hours, and {workloads} workloads need {needed}: "
            "too little data to fit weights.",
        )


def _refuse_dependent_workloads(scaled: np.ndarray, names: list[str]) -> None:
    tolerance = RANK_TOLERANCE * len(scaled)
    if np.linalg.matrix_rank(scaled, tol=tolerance) < len(names):
        raise InputError(
            f"工作量 {'、'.join(names)} 在各网格间同增同减，无法分开标定；请去掉其中一项。",
            f"the workloads {', '.join(names)} rise and fall together: no data can tell them apart; leave one out.",
        )


def _fit_redrawn_grids(scaled: np.ndarray, hours_spent: np.ndarray) -> np.ndarray:
    """The fit of every draw of as many grids, with replacement (bootstrap)."""
    random = np.random.default_rng(BOOTSTRAP_SEED)
    grids = len(scaled)
    draws = random.integers(0, grids, (BOOTSTRAP_DRAWS, grids))
    return np.array([nnls(scaled[draw], hours_spent[draw])[0] for draw in draws])


def _read_grids(out: Path) -> pd.DataFrame:
    """grid_code and the workloads of a finished build."""
    try:
        features = json.loads((out / "grids.geojson").read_text("utf-8"))["features"]
        header = (out / "crosswalk.csv").read_text("utf-8-sig").split("\n", 1)[0].strip()
    except (OSError, ValueError, KeyError) as error:
        raise OutputError(
            f"{out} 不是完整的成果文件夹；请先运行 gridmerge build。",
            f"{out} holds no finished build; run gridmerge build first.",
        ) from error
    properties = [feature["properties"] for feature in features]
    workloads = set(properties[0]) - {"grid_code", "area_m2"}
    names = [name for name in header.split(",") if name in workloads]
    columns = {}
    for key in ("grid_code", *names):
        columns[key] = [row[key] for row in properties]
    return pd.DataFrame(columns)


def _read_hours(file: Path) -> pd.DataFrame:
    """Grids whose hours are known."""
    table = read_table(file, "hours")
    grid = find_column(table, "grid_code", name_column("grid_code", "zh"))
    spent = find_column(table, "hours", "工时", "小时")
    if grid is None or spent is None:
        listed = [str(name) for name in table]
        raise InputError(
            f"{file} 需要 grid_code（网格编码）和 hours（工时）两列；现有：{'、'.join(listed)}。",
            f"{file} needs the columns grid_code and hours; it has: {', '.join(listed)}.",
        )
    hours = parse_amounts(table[spent], file)
    known = hours.notna() & (hours >= 0)
    return pd.DataFrame({"grid_code": code_texts(table, grid), "hours": hours})[known]
