"""Columns as a driver gives them → text and numbers, decoded by rule."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gridmerge.findings import Finding, make_finding
from gridmerge.io.encoding import (
    EncodingChoice,
    choose_encoding,
    codec_named,
    demanded_codec,
    encoding_findings,
    non_ascii_bytes,
    redecode_column,
    repair_mojibake,
)
from gridmerge.io.read_request import ReadRequest, geo_frame
from gridmerge.io.sensitive_fields import mask_numbers
from gridmerge.io.tables.long_integers import EXACT_LIMIT


def unique_columns(names: Sequence[str], values: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Return the columns by name; a name that comes twice gets ``_1``."""
    columns: dict[str, np.ndarray] = {}
    for i, (name, column) in enumerate(zip(names, values, strict=True)):
        free = name or f"field_{i + 1}"
        while free in columns:
            free += "_1"
        columns[free] = column
    return columns


def plain_values(values: np.ndarray) -> np.ndarray:
    """Return a field's values as numbers or text: times in ISO form, lists joined, bytes as hexadecimal."""
    if values.dtype.kind in "mM":
        texts = (
            np.datetime_as_string(values) if values.dtype.kind == "M" else values.astype(str)
        ).astype(object)
        texts[np.isnat(values)] = None
        return np.asarray(texts)
    if values.dtype != object:
        return values
    return np.array([_plain_cell(value) for value in values] or [], dtype=object)


def _plain_cell(value: Any) -> Any:
    if isinstance(value, (list, tuple, np.ndarray)):
        return ";".join("" if item is None else str(item) for item in value)
    if isinstance(value, bytes):
        return value.hex()
    return value


def decode_frame(
    frame: gpd.GeoDataFrame, ask: ReadRequest, declared: str
) -> tuple[gpd.GeoDataFrame, EncodingChoice, list[Finding]]:
    """Decode names and text columns that were read as latin-1; see `gridmerge.io.encoding`."""
    texts = {
        name: frame[name].to_numpy(dtype=object) for name in frame.columns if _is_text(frame[name])
    }
    names = [name for name in frame.columns if name != "geometry"]
    samples = sorted(
        {raw for values in texts.values() for raw in non_ascii_bytes(values)}
        | set(non_ascii_bytes(names))
    )
    if ask.encoding:
        choice = EncodingChoice(codec=demanded_codec(ask.encoding, ask.name), reason="demanded")
    else:
        choice = choose_encoding(samples, codec_named(declared))
    decoded = (
        dict(zip(names, redecode_column(np.array(names, dtype=object), choice.codec), strict=True))
        if names
        else {}
    )
    columns = {
        decoded[name]: redecode_column(texts[name], choice.codec)
        if name in texts
        else frame[name].to_numpy()
        for name in names
    }
    out = geo_frame(columns, frame.geometry.to_numpy(), frame.crs)
    return out, choice, list(encoding_findings(ask.key, ask.name, choice, declared))


def undo_mojibake(
    frame: gpd.GeoDataFrame, ask: ReadRequest
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Mend the columns whose text was saved wrongly decoded, and say which."""
    changed: dict[str, np.ndarray] = {}
    findings: list[Finding] = []
    for name in frame.columns:
        if name == "geometry" or not _is_text(frame[name]):
            continue
        mended, cells = repair_mojibake(frame[name].to_numpy(dtype=object))
        if cells:
            changed[name] = mended
            sample = next(
                value for value in mended if isinstance(value, str) and not value.isascii()
            )
            findings.append(
                make_finding(
                    "mojibake_mended",
                    layer=ask.key,
                    measure=cells,
                    file=ask.name,
                    field=name,
                    sample=mask_numbers(sample)[:20],
                )
            )
    return (frame.assign(**changed) if changed else frame), findings


def _is_text(column: pd.Series) -> bool:
    return column.dtype == object or isinstance(column.dtype, pd.StringDtype)


def column_from_cells(cells: Sequence[Any]) -> np.ndarray:
    """Return cells of parsed JSON or XML as a column: numbers where all are and none is too long for one, else text."""
    given = [cell for cell in cells if cell is not None]
    numeric = all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in given)
    if given and numeric and all(abs(cell) < EXACT_LIMIT for cell in given):
        whole = len(given) == len(cells) and all(isinstance(cell, int) for cell in cells)
        return np.array(cells, dtype=np.int64) if whole else np.array(cells, dtype=float)
    out = np.empty(len(cells), dtype=object)
    out[:] = [
        cell if cell is None or isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)
        for cell in cells
    ]
    return out
