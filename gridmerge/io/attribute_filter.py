"""The `where` of the project file: one OGR SQL filter for every format, evaluated on the attributes alone."""

from __future__ import annotations

import io
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from gridmerge.io.formats.gdal import GDAL_ERRORS
from gridmerge.io.refusals import rank_similar_names, unreadable_error
from gridmerge.tabular.row_numbers import same_lines

_ROW = "gridmerge_row"


def filter_rows(frame: gpd.GeoDataFrame, where: str | None, file: str) -> gpd.GeoDataFrame:
    """Return the rows for which the OGR SQL expression holds.

    Drivers differ in the SQL they speak (a GeoPackage compares text by case, a Shapefile does not), so attributes are
    copied to memory and filtered there: the same expression means the same for each format.

    Raises
    ------
    InputError
        The expression is no OGR SQL, or names a field that is not there.
    """
    if not where or not len(frame):
        return frame
    table = pd.DataFrame(
        {str(name): _to_writable(frame[name]) for name in frame.columns if name != "geometry"}
    )
    table[_ROW] = np.arange(len(frame))
    memory = io.BytesIO()
    pyogrio.write_dataframe(table, memory, driver="FlatGeobuf", layer="rows", SPATIAL_INDEX="NO")
    for expression in (where, _quote_names(where, table.columns)):
        try:
            kept = pyogrio.read_dataframe(memory.getvalue(), where=expression, read_geometry=False)
        except GDAL_ERRORS:
            continue
        rows = kept[_ROW].to_numpy(dtype=int)
        return same_lines(frame.iloc[rows].reset_index(drop=True), frame, rows)
    names = [name for name in table.columns if name != _ROW]
    raise unreadable_error(
        file,
        f'where = "{where}" 不是有效的筛选条件，或用了没有的字段；字段有：{"、".join(rank_similar_names(where, names)[:8])}。',
        f'where = "{where}" is no valid filter, or names a field that is not there; '
        f"fields: {', '.join(rank_similar_names(where, names)[:8])}.",
    )


def _to_writable(column: pd.Series) -> pd.Series:
    if column.dtype.kind in "iufb":
        return column
    return column.map(lambda value: None if value is None or pd.isna(value) else str(value)).astype(
        object
    )


def _quote_names(where: str, names: pd.Index) -> str:
    """Put Chinese field names into the double quotes OGR SQL wants of them."""
    for name in sorted((name for name in names if not name.isascii()), key=len, reverse=True):
        where = re.sub(rf"(?<![\w\"']){re.escape(name)}(?![\w\"'])", f'"{name}"', where)
    return where
