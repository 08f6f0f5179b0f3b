"""Whole numbers of any length: a blank among them makes GDAL's reader give doubles, and from 2^53 on those are other numbers."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio

# From here on not every whole number has a double of its own.
EXACT_LIMIT = 2.0**53
_DBF_HEAD = struct.Struct("<4xIHH")
# Name, type, length, decimals of a field.
_DBF_FIELD = struct.Struct("<11sc4xBB14x")


def long_numbers(values: np.ndarray) -> bool:
    """Whether a column of doubles holds numbers that need not be those that were written."""
    return bool(
        values.dtype.kind == "f"
        and (np.abs(np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)) >= EXACT_LIMIT).any()
    )


def exact_fields(
    source: Path | bytes,
    reading: Mapping[str, Any],
    names: Sequence[str],
    fields: Sequence[np.ndarray],
    fids: np.ndarray,
) -> list[np.ndarray]:
    """Return the columns of a layer, those of long whole numbers as the digits in the file.

    Parameters
    ----------
    source, reading
        The file, and how it was read: the arguments of `pyogrio.raw.read`.
    names, fields, fids
        The columns' names and values, and the number of each feature.
    """
    columns = list(fields)
    for i, values in enumerate(fields):
        digits = _read_digits(source, reading, i, names, fids) if long_numbers(values) else None
        columns[i] = values if digits is None else digits
    return columns


def _read_digits(
    source: Path | bytes,
    reading: Mapping[str, Any],
    position: int,
    names: Sequence[str],
    fids: np.ndarray,
) -> np.ndarray | None:
    """The column as text; None where the file itself holds doubles."""
    table = _table_of(source)
    if table is not None:
        return _from_dbf(table, position, len(names), fids)
    name = names[position]
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    asked = {
        "columns": [name],
        "read_geometry": False,
        "where": f'"{quoted}" IS NOT NULL',
        "return_fids": True,
    }
    _, given, _, fields = pyogrio.raw.read(source, **{**reading, **asked})
    if fields[0].dtype.kind not in "iu":
        return None
    return _align_to_fids(
        dict(zip(given.tolist(), map(str, fields[0].tolist()), strict=True)), fids
    )


def _align_to_fids(known: Mapping[int, str], fids: np.ndarray) -> np.ndarray:
    column = np.empty(len(fids), dtype=object)
    column[:] = [known.get(fid) for fid in fids.tolist()]
    return column


def _table_of(source: Path | bytes) -> Path | None:
    """The dBASE table of a Shapefile, or the table itself."""
    if isinstance(source, bytes) or source.suffix.lower() not in (".shp", ".dbf"):
        return None
    return next(
        (source.with_suffix(end) for end in (".dbf", ".DBF") if source.with_suffix(end).exists()),
        None,
    )


def _from_dbf(file: Path, position: int, count: int, fids: np.ndarray) -> np.ndarray | None:
    """A column of whole numbers as its characters stand in a dBASE file; None where it has decimals."""
    raw = file.read_bytes()
    records, start, width = _DBF_HEAD.unpack_from(raw)
    known = [_DBF_FIELD.unpack_from(raw, at) for at in range(32, start - 31, 32) if raw[at] != 0x0D]
    records = min(records, (len(raw) - start) // width)
    if len(known) != count or known[position][3] or (len(fids) and fids.max() >= records):
        return None
    first = 1 + sum(length for _, _, length, _ in known[:position])
    table = np.frombuffer(raw, dtype=np.uint8, count=records * width, offset=start).reshape(
        records, width
    )
    cells = [
        bytes(row).strip(b" \0*").decode("ascii", "replace")
        for row in table[fids, first : first + known[position][2]]
    ]
    column = np.empty(len(fids), dtype=object)
    column[:] = [cell or None for cell in cells]
    return column
