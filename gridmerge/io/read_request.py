"""What travels inside this room: what is asked of one file, and what a reader gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.findings import Finding
from gridmerge.geo.datum import Datum

GEOMETRY = "geometry"


@dataclass(frozen=True, kw_only=True)
class ReadRequest:
    """How one file is to be read.

    Parameters
    ----------
    key
        The input's key, for findings.
    name
        The file as messages call it: relative to the project folder, forward slashes.
    layer, encoding, geometry, lon, lat
        As in the project file.
    fields
        Fields the project file names: they find the header row of a table.
    codes
        Those of `fields` that hold codes or names: never turned into numbers.
    plain
        Rows list villages: no geometry is looked for.
    datum
        As in the project file; None where it says none, so that a header may.
    numbers
        Those of `fields` that hold figures which are summed: a unit in their header counts.
    areas, id
        The input is of areas, whose points can only be corners; the field with the grid's own code, if it is named.
    """

    key: str
    name: str
    layer: str | None = None
    encoding: str | None = None
    geometry: str | None = None
    lon: str | None = None
    lat: str | None = None
    fields: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    plain: bool = False
    datum: Datum | None = None
    areas: bool = False
    id: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReadResult:
    """One file as read.

    Geometry may be null or invalid; `files` are all files that were read, the main one first; a `table` may hold its
    geometry in columns.
    """

    frame: gpd.GeoDataFrame
    driver: str
    encoding: str = ""
    findings: tuple[Finding, ...] = ()
    files: tuple[Path, ...] = field(default_factory=tuple)
    table: bool = False


def table_frame(columns: Mapping[str, Any], rows: int) -> gpd.GeoDataFrame:
    """Return a frame of attributes whose geometry is not known yet: all null."""
    return geo_frame(columns, np.full(rows, None, dtype=object))


def geo_frame(columns: Mapping[str, Any], geometry: Any, crs: Any = None) -> gpd.GeoDataFrame:
    """Return a frame; an attribute that is itself called ``geometry`` is kept as ``geometry_1``."""
    named = {
        (f"{GEOMETRY}_1" if name == GEOMETRY else name): values for name, values in columns.items()
    }
    index = pd.RangeIndex(len(geometry))
    try:
        table = pd.DataFrame(named, index=index)
    except UnicodeEncodeError:  # half characters, out of damaged bytes
        table = pd.DataFrame(
            {_replace_surrogates(name): _whole_cells(cells) for name, cells in named.items()},
            index=index,
        )
    return gpd.GeoDataFrame(table, geometry=np.asarray(geometry, dtype=object), crs=crs)


def _replace_surrogates(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _whole_cells(cells: Any) -> Any:
    return [_replace_surrogates(cell) if isinstance(cell, str) else cell for cell in cells]


def has_geometry(frame: gpd.GeoDataFrame) -> bool:
    """Whether any row has a geometry."""
    return bool((~shapely.is_missing(frame.geometry.to_numpy())).any())
