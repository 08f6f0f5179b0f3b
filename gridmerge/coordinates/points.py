"""The places of a table → points, the datum its header or file name says undone, and what could not be read told."""

from __future__ import annotations

import re
from pathlib import PurePath

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmerge.coordinates.columns import (
    CoordinateColumns,
    ParsedPlaces,
    file_datum,
    read_places,
    title_datum,
)
from gridmerge.findings import Finding, make_finding
from gridmerge.geo.datum import Datum
from gridmerge.geo.gcj02 import datum_to_wgs84
from gridmerge.i18n.text import Text
from gridmerge.privacy.patterns import strike_id_numbers
from gridmerge.tabular.row_numbers import rows_in_words, title_of

_DECIMALS = re.compile(r"(\d\.\d{7})\d+")
_MAX_CHARACTERS = 40  # characters of a cell that a message shows


def points_from_table(
    frame: pd.DataFrame, columns: CoordinateColumns, *, layer: str, file: str, datum: Datum | None
) -> tuple[NDArray[np.object_], list[Finding]]:
    """Return a point for each row of a table, None where it says no place.

    Parameters
    ----------
    frame
        The table.
    columns
        Where its places stand.
    layer, file
        What findings call the input and the file.
    datum
        What the project file says; it wins over header, title and file name, and is undone later with everything else.

    Returns
    -------
    points
        In the unit the cells are written in, no CRS; longitude and latitude in WGS84 where a datum was undone here.
    findings
        Filled rows that could not be read, cells written latitude first, a datum that was undone.
    """
    places = read_places(frame, columns)
    x, y, findings = places.x, places.y, _unread_findings(frame, columns, places, layer, file)
    if places.turned:
        findings.append(make_finding("coordinates_swapped", layer=layer, file=file))
    if columns.beside:
        others = "；".join(columns.beside)
        findings.append(
            make_finding("pairs_twice", layer=layer, file=file, field=columns.label, others=others)
        )
    titled = title_datum(title_of(frame))
    said = columns.datum or titled or file_datum(PurePath(file).stem)
    if datum is None and said in ("gcj02", "bd09") and places.degrees.any():
        there = places.degrees
        x[there], y[there] = datum_to_wgs84(said, x[there], y[there])
        findings.append(
            make_finding(
                "datum_in_header",
                layer=layer,
                file=file,
                datum=said,
                where=_datum_source(columns, titled),
            )
        )
    drawn = np.full(len(frame), None, dtype=object)
    given = np.isfinite(x)
    drawn[given] = shapely.points(x[given], y[given])
    return drawn, findings


def _datum_source(columns: CoordinateColumns, titled: Datum | None) -> Text:
    if columns.datum is None and titled is not None:
        return Text("表名或标题", "its sheet or title")
    if columns.datum is None:
        return Text("文件名", "its name")
    return Text(f"列名（{columns.label}）", f"its header ({columns.label})")


def _unread_findings(
    frame: pd.DataFrame, columns: CoordinateColumns, places: ParsedPlaces, layer: str, file: str
) -> list[Finding]:
    rows = np.flatnonzero(places.unread)
    if not len(rows):
        return []
    example = describe_row_place(frame, columns, int(rows[0]))
    return [
        make_finding(
            "coordinates_unread",
            layer=layer,
            measure=len(rows),
            file=file,
            rows=rows_in_words(rows, frame),
            example=example,
        )
    ]


def _shorten_cell(cell: object) -> str:
    """A cell as a person would have written it: what a number has beyond the seventh decimal, a centimetre, is the computer's."""
    if isinstance(cell, (float, np.floating)):
        return f"{cell:.7f}".rstrip("0").rstrip(".")
    text = str(cell)
    return _DECIMALS.sub(r"\1", text)


def describe_row_place(frame: pd.DataFrame, columns: CoordinateColumns, row: int) -> str:
    """Return what a row says of its place, fit for a message."""
    names = dict.fromkeys((columns.lon, columns.lat))
    given = [frame[name].iloc[row] for name in names if not pd.isna(frame[name].iloc[row])]
    cells = [_shorten_cell(cell) for cell in given]
    return strike_id_numbers(", ".join(cells), "***")[:_MAX_CHARACTERS]
