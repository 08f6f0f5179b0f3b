"""OUT as it lies on disk, read back by plain means."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from gridmerge.errors import OutputError
from gridmerge.publish.tables import unguarded

FILES = (
    "grids.geojson",
    "gridmerge.gpkg",
    "crosswalk.csv",
    "assignments.csv",
    "members.csv",
    "findings.csv",
    "map.html",
    "plan.xlsx",
    "report.html",
    "report.json",
)


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a build wrote.

    Parameters
    ----------
    out
        The folder.
    report
        report.json.
    tables
        Layers of the GeoPackage by name.
    geojson
        grids.geojson, its numbers left as text so that their digits can be counted.
    crosswalk, assignments, members, findings
        The CSV tables, every cell as text.
    """

    out: Path
    report: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    geojson: dict[str, Any]
    crosswalk: pd.DataFrame
    assignments: pd.DataFrame
    members: pd.DataFrame
    findings: pd.DataFrame

    @property
    def grids(self) -> gpd.GeoDataFrame:
        """The unified grids at full precision."""
        return self.tables["grids"]

    @property
    def villages(self) -> gpd.GeoDataFrame:
        """The villages as mended."""
        return self.tables["villages"]

    @property
    def faces(self) -> gpd.GeoDataFrame:
        """The smallest pieces."""
        return self.tables["faces"]


def read_written(out: Path) -> Written:
    """Read back everything in OUT.

    Raises
    ------
    OutputError
        OUT holds no finished build, or a file of it is missing or cannot be read.
    """
    missing = [name for name in FILES if not (out / name).is_file()]
    if missing:
        raise OutputError(
            f"{out} 中没有完整的成果（缺 {'、'.join(missing)}）；请重新运行 gridmerge build。",
            f"{out} does not hold a finished build ({', '.join(missing)} missing); run gridmerge build again.",
        )
    try:
        return Written(
            out=out,
            report=json.loads((out / "report.json").read_text("utf-8")),
            tables=_tables(out / "gridmerge.gpkg"),
            geojson=json.loads((out / "grids.geojson").read_text("utf-8"), parse_float=str),
            **{name: _csv(out / f"{name}.csv") for name in ("crosswalk", "assignments", "members", "findings")},
        )
    except (ValueError, KeyError, OSError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise OutputError(
            f"{out} 中的成果无法读取（{error}）；请重新运行 gridmerge build。",
            f"The results in {out} cannot be read ({error}); run gridmerge build again.",
        ) from error


def _tables(file: Path) -> dict[str, pd.DataFrame]:
    tables = {name: pyogrio.read_dataframe(file, layer=name) for name, _ in pyogrio.list_layers(file)}
    for name in ("villages", "grids", "faces", "memberships"):
        if name not in tables:
            raise ValueError(f"gridmerge.gpkg: {name}")
    return tables


def _csv(file: Path) -> pd.DataFrame:
    with file.open(encoding="utf-8-sig", newline="") as text:
        header, *rows = csv.reader(text)
    return pd.DataFrame([[unguarded(cell) for cell in row] for row in rows], columns=header, dtype=object)
