"""Files of a finished build, each read as what it must be: what cannot be read is named, with the reason."""

from __future__ import annotations

import csv
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely
from python_calamine import CalamineError

from gridmerge.errors import OutputError
from gridmerge.products.data.csv_tables import unguard_formula

# what the readers of these formats raise for a file that is not one, or not whole
_UNREADABLE = (
    RecursionError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    OSError,
    EOFError,
    NotImplementedError,
    csv.Error,
    zlib.error,
    zipfile.BadZipFile,
    sqlite3.Error,
    shapely.errors.ShapelyError,
    CalamineError,
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
)
_MAX_REASON_CHARACTERS = 160  # characters of a reader's reason
POLYGONS = frozenset({shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON})
LINES = frozenset({shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING})


@contextmanager
def guard_reading(file: Path) -> Iterator[None]:
    """Read a file of a build inside.

    Raises
    ------
    OutputError
        It is not what a build writes; the sentence names the file and the reason.
    """
    try:
        yield
    except _UNREADABLE as error:
        reason = " ".join(str(error).split())[:_MAX_REASON_CHARACTERS] or type(error).__name__
        raise OutputError(
            f"{file} 中的成果无法读取（{reason}）；请重新运行 gridmerge build。",
            f"{file} cannot be read ({reason}); run gridmerge build again.",
        ) from error


def csv_table(file: Path, columns: Sequence[str], numbers: Sequence[str] = ()) -> pd.DataFrame:
    """Read a table of text, `numbers` as floats; an empty cell is NaN there.

    Raises
    ------
    OutputError
        It is no CSV of these columns.
    """
    with guard_reading(file):
        with file.open(encoding="utf-8-sig", newline="") as text:
            header, *rows = csv.reader(text, strict=True)
        _refuse_missing(columns, header)
        if len(set(header)) < len(header):
            raise ValueError("a column twice")
        odd = next((number for number, row in enumerate(rows, 2) if len(row) != len(header)), None)
        if odd is not None:
            raise ValueError(f"row {odd}: {len(rows[odd - 2])} / {len(header)}")
        cells = [[unguard_formula(cell) for cell in row] for row in rows]
        table = pd.DataFrame(cells, columns=header, dtype=object)
        return table.assign(**{name: _parse_floats(table[name], name) for name in numbers})


def layer_table(
    file: Path,
    name: str,
    texts: Sequence[str],
    numbers: Sequence[str] = (),
    shapes: frozenset[int] | None = POLYGONS,
) -> pd.DataFrame:
    """Read a layer of a GeoPackage.

    Parameters
    ----------
    texts, numbers
        Columns it must have: text without a gap, finite numbers.
    shapes
        What its geometries may be; None for a table without any.

    Raises
    ------
    OutputError
        There is no such layer, or it is of another kind.
    """
    with guard_reading(file):
        table: pd.DataFrame = pyogrio.read_dataframe(file, layer=name)
        _refuse_missing([*texts, *numbers], list(table.columns))
        for column in texts:
            if not all(isinstance(cell, str) for cell in table[column]):
                raise ValueError(f"{name}.{column}: not text")
        _refuse_shapes(name, table, shapes)
        if "source_id" in texts and shapes is not None and table["source_id"].duplicated().any():
            raise ValueError(f"{name}.source_id: a code twice")
        finite = {column: _finite_values(table[column], f"{name}.{column}") for column in numbers}
        return table.assign(**finite)


def _refuse_missing(wanted: Sequence[str], there: Sequence[str]) -> None:
    missing = [column for column in wanted if column not in there]
    if missing:
        raise ValueError(f"no column {', '.join(missing)}")


def _refuse_shapes(name: str, table: pd.DataFrame, shapes: frozenset[int] | None) -> None:
    if shapes is None:
        return
    if "geometry" not in table.columns:
        raise ValueError(f"{name}: no geometry")
    geometry = table.geometry.to_numpy()
    if (
        not np.isin(shapely.get_type_id(geometry), list(shapes)).all()
        or shapely.is_empty(geometry).any()
    ):
        raise ValueError(f"{name}: a geometry of another kind, or none")
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise ValueError(f"{name}: a coordinate that is no number")


def _parse_floats(cells: pd.Series, name: str) -> pd.Series:
    values = pd.Series(
        [np.nan if cell == "" else float(cell) for cell in cells], index=cells.index, dtype=float
    )
    if not np.isfinite(values[cells != ""]).all():
        raise ValueError(f"{name}: not a number")
    return values


def _finite_values(cells: pd.Series, name: str) -> pd.Series:
    values = cells.astype(float)
    if not np.isfinite(values).all():
        raise ValueError(f"{name}: not a number")
    return values
