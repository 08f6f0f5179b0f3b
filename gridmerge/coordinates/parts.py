"""Degrees, minutes and seconds in columns of their own (经度度, 经度分, 经度秒; lat_deg, lat_min, lat_sec) → one column an axis."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import pandas as pd

from gridmerge.tabular.cell_values import cell_text

LON, LAT = "lon", "lat"

_AXES = (r"经度?|东经|lon(?:g(?:itude)?)?|lng", r"纬度?|北纬|lat(?:itude)?")
_UNITS = ("度|deg(?:rees?)?", "分|min(?:utes?)?", "秒|sec(?:onds?)?")
_NAME = re.compile(
    r"(?P<stem>.*?(?:(?P<lon>{})|(?P<lat>{})))"
    r"[\s_.()\[\]:/-]*(?:(?P<deg>{})|(?P<min>{})|(?P<sec>{}))[\s_()\[\]]*".format(*_AXES, *_UNITS)
)
_MARKS = ("°", "′", "″")


def part_columns(names: Iterable[str]) -> dict[str, tuple[str, str, str]] | None:
    """Return the three columns of each axis, or None where not both axes have all three.

    Parameters
    ----------
    names
        Of a table's columns.

    Returns
    -------
    dict or None
        ``lon`` and ``lat``, each with the columns of degrees, minutes and seconds.
    """
    known: dict[tuple[str, str], dict[str, str]] = {}
    for name in names:
        match = _NAME.fullmatch(unicodedata.normalize("NFKC", name).casefold().strip())
        if match is None:
            continue
        axis = LON if match["lon"] else LAT
        unit = next(unit for unit in ("deg", "min", "sec") if match[unit])
        known.setdefault((axis, match["stem"].removesuffix("度")), {})[unit] = name
    whole = {
        axis: tuple(parts[unit] for unit in ("deg", "min", "sec"))
        for (axis, _), parts in known.items()
        if len(parts) == 3
    }
    return whole if set(whole) == {LON, LAT} else None  # type: ignore[return-value]


def with_whole(frame: pd.DataFrame, parts: dict[str, tuple[str, str, str]]) -> pd.DataFrame:
    """Return the columns ``lon`` and ``lat`` of a table as text such as 103°45′12.3″; a row without any part is blank."""
    return pd.DataFrame(
        {axis: _together(frame, names) for axis, names in parts.items()}, index=frame.index
    )


def _together(frame: pd.DataFrame, names: tuple[str, str, str]) -> list[str | None]:
    columns = [[cell_text(cell) for cell in frame[name]] for name in names]
    return [_written(cells) for cells in zip(*columns, strict=True)]


def _written(cells: tuple[str, ...]) -> str | None:
    if not any(cells):
        return None
    return "".join(cell + mark for cell, mark in zip(cells, _MARKS, strict=True) if cell)
