"""Writing through GDAL: without its clock, its errors as one sentence, and read back, for it does not always say that a disk is full."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from gridmerge.errors import OutputError

# GDAL stamps each layer with now; a data file must not know when it was made
_FIXED_TIMESTAMP = "1970-01-01T00:00:00.000Z"
_ERRORS = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
)
_MAX_REASON_CHARACTERS = 160  # characters of what GDAL says: it likes to quote the whole SQL


@contextmanager
def guard_writing(file: Path) -> Iterator[None]:
    """Write `file` inside, by pyogrio.

    Raises
    ------
    OutputError
        GDAL could not write: the disk is full, or a file system will not have it.
    """
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED_TIMESTAMP})
    try:
        yield
    except _ERRORS as error:
        raise _cannot_write(file, _error_reason(error)) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def check_geopackage(file: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    """Refuse a GeoPackage that does not hold what was written: its pages, the rows of each layer, their spatial index.

    Raises
    ------
    OutputError
        It is not whole: GDAL keeps the last pages and the index back until it closes the file, and nobody hears then what
        the disk says.
    """
    wanted = {f'"{name}"': len(frame) for name, frame in frames.items()}
    for name, frame in frames.items():
        if isinstance(frame, gpd.GeoDataFrame):
            no_place = frame.geometry.isna() | frame.geometry.is_empty
            wanted[f'"rtree_{name}_geom_rowid"'] = int((~no_place).sum())
    try:
        with closing(sqlite3.connect(file)) as database:
            (sound,) = database.execute("PRAGMA quick_check(1)").fetchone()
            counted = {table: _count_rows(database, table) for table in wanted}
    except sqlite3.Error as error:
        raise _not_whole(file) from error
    if sound != "ok" or counted != wanted:
        raise _not_whole(file)


def _count_rows(database: sqlite3.Connection, table: str) -> int:
    count = f"SELECT count(*) FROM {table}"  # noqa: S608 - names of our own
    (rows,) = database.execute(count).fetchone()
    return int(rows)


def check_vector_file(file: Path, frame: pd.DataFrame, code: str) -> None:
    """Refuse a file of one layer that does not read back as it was written: the same codes, as many vertices.

    Parameters
    ----------
    code
        A column of text that the file has under the same name.

    Raises
    ------
    OutputError
        It is not whole.
    """
    try:
        _, _, shapes, columns = pyogrio.raw.read(file, columns=[code])
        vertices = int(shapely.get_num_coordinates(shapely.from_wkb(shapes)).sum())
    except (*_ERRORS, shapely.errors.ShapelyError, TypeError) as error:
        raise _not_whole(file) from error
    wanted = int(shapely.get_num_coordinates(frame.geometry.to_numpy()).sum())
    # sorted: a FlatGeobuf is in the order of its index
    written_codes = np.sort(columns[0])
    wanted_codes = np.sort(frame[code].to_numpy(dtype=object))
    if vertices != wanted or not np.array_equal(written_codes, wanted_codes):
        raise _not_whole(file)


def _error_reason(error: Exception) -> str:
    reason = " ".join(str(error).split())
    if len(reason) <= _MAX_REASON_CHARACTERS:
        return reason
    return f"… {reason[-_MAX_REASON_CHARACTERS:]}"


def _not_whole(file: Path) -> OutputError:
    return _cannot_write(file, "not written to its end")


def _cannot_write(file: Path, reason: str) -> OutputError:
    return OutputError(
        f"无法写入 {file.name}（{reason}）；请检查磁盘空间。原有成果未改动。",
        f"{file.name} cannot be written ({reason}); check the free space. What was there is unchanged.",
    )
