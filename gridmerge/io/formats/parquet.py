"""GeoParquet and plain Parquet, for those who installed the extra."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.io.read_request import ReadRequest, ReadResult, geo_frame, table_frame
from gridmerge.io.refusals import unreadable_error
from gridmerge.io.tables.driver_columns import plain_values
from gridmerge.io.tables.long_integers import long_numbers


def read_parquet(path: Path, ask: ReadRequest) -> ReadResult:
    """Read a Parquet file: GeoParquet by its metadata, else a table."""
    if find_spec("pyarrow") is None:
        raise unreadable_error(
            ask.name,
            '读取 Parquet 需要 pyarrow，请运行 pip install "gridmerge[parquet]"。',
            'reading Parquet needs pyarrow; run pip install "gridmerge[parquet]".',
        )
    try:
        frame = gpd.read_parquet(path)
        geometry, crs = (
            np.asarray(shapely.force_2d(frame.geometry.to_numpy()), dtype=object),
            frame.crs,
        )
        table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    except (
        ValueError,
        OSError,
        TypeError,
        KeyError,
        AttributeError,
        shapely.errors.ShapelyError,
    ) as error:
        table, geometry, crs = _read_plain_parquet(path, ask, error), None, None
    columns = {
        str(name): plain_values(_exact_column(path, str(name), table[name].to_numpy()))
        for name in table.columns
    }
    out = (
        table_frame(columns, len(table)) if geometry is None else geo_frame(columns, geometry, crs)
    )
    return ReadResult(frame=out, driver="Parquet", encoding="UTF-8", files=(path,))


def _exact_column(path: Path, name: str, values: np.ndarray) -> np.ndarray:
    """A column; long whole numbers that a blank among them made doubles are read again, as digits."""
    if not long_numbers(values):
        return values
    whole = pd.read_parquet(path, columns=[name], dtype_backend="numpy_nullable")[name]
    if not pd.api.types.is_integer_dtype(whole.dtype):
        return values
    cells = [
        None if missing else str(cell) for cell, missing in zip(whole, whole.isna(), strict=True)
    ]
    return np.array([*cells, None], dtype=object)[:-1]


def _read_plain_parquet(path: Path, ask: ReadRequest, why: Exception) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except Exception as error:  # pyarrow's own family of errors, known only where it is installed
        raise unreadable_error(
            ask.name,
            "Parquet 文件损坏，读不出来。请重新导出。",
            f"the Parquet file is damaged ({type(why).__name__}). Export it again.",
        ) from error
