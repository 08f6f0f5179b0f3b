"""Columns as a driver gives them → text and numbers, decoded by rule."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gridmerge.findings import Finding, found
from gridmerge.load.encoding import Choice, choose, codec_named, demanded, foreign, mend_mojibake, note, redecode
from gridmerge.load.exact import EXACT
from gridmerge.load.manners import masked
from gridmerge.load.piece import Ask, geo_frame


def unique_columns(names: Sequence[str], values: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Return the columns by name; a name that comes twice gets ``_1``."""
    columns: dict[str, np.ndarray] = {}
    for i, (name, column) in enumerate(zip(names, values, strict=True)):
        free = name or f"field_{i + 1}"
        while free in columns:
            free += "_1"
        columns[free] = column
    return columns


def plain(values: np.ndarray) -> np.ndarray:
    """Return a field's values as numbers or text: times in ISO form, lists joined, bytes as hexadecimal."""
    if values.dtype.kind in "mM":
        texts = (np.datetime_as_string(values) if values.dtype.kind == "M" else values.astype(str)).astype(object)
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


def decode_frame(frame: gpd.GeoDataFrame, ask: Ask, declared: str) -> tuple[gpd.GeoDataFrame, Choice, list[Finding]]:
    """Decode names and text columns that were read as latin-1; see `gridmerge.load.encoding`."""
    texts = {name: frame[name].to_numpy(dtype=object) for name in frame.columns if _is_text(frame[name])}
    names = [name for name in frame.columns if name != "geometry"]
    samples = sorted({raw for values in texts.values() for raw in foreign(values)} | set(foreign(names)))
    if ask.encoding:
        choice = Choice(codec=demanded(ask.encoding, ask.name), reason="demanded")
    else:
        choice = choose(samples, codec_named(declared))
    decoded = dict(zip(names, redecode(np.array(names, dtype=object), choice.codec), strict=True)) if names else {}
    columns = {
        decoded[name]: redecode(texts[name], choice.codec) if name in texts else frame[name].to_numpy()
        for name in names
    }
    out = geo_frame(columns, frame.geometry.to_numpy(), frame.crs)
    return out, choice, list(note(ask.key, ask.name, choice, declared))


def undo_mojibake(frame: gpd.GeoDataFrame, ask: Ask) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Mend the columns whose text was saved wrongly decoded, and say which."""
    changed: dict[str, np.ndarray] = {}
    findings: list[Finding] = []
    for name in frame.columns:
        if name == "geometry" or not _is_text(frame[name]):
            continue
        mended, cells = mend_mojibake(frame[name].to_numpy(dtype=object))
        if cells:
            changed[name] = mended
            sample = next(value for value in mended if isinstance(value, str) and not value.isascii())
            findings.append(
                found(
                    "mojibake_mended",
                    layer=ask.key,
                    measure=cells,
                    file=ask.name,
                    field=name,
                    sample=masked(sample)[:20],
                )
            )
    return (frame.assign(**changed) if changed else frame), findings


def _is_text(column: pd.Series) -> bool:
    return column.dtype == object or isinstance(column.dtype, pd.StringDtype)


def values(cells: Sequence[Any]) -> np.ndarray:
    """Return cells of parsed JSON or XML as a column: numbers where all are and none is too long for one, else text."""
    given = [cell for cell in cells if cell is not None]
    numeric = all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in given)
    if given and numeric and all(abs(cell) < EXACT for cell in given):
        whole = len(given) == len(cells) and all(isinstance(cell, int) for cell in cells)
        return np.array(cells, dtype=np.int64) if whole else np.array(cells, dtype=float)
    out = np.empty(len(cells), dtype=object)
    out[:] = [cell if cell is None or isinstance(cell, str) else json.dumps(cell, ensure_ascii=False) for cell in cells]
    return out
