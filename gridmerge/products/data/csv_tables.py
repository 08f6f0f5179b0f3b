"""The CSV tables: UTF-8 with a BOM so that Excel reads them right, numbers of fixed precision, text that is never a formula."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from pyproj import CRS

from gridmerge.findings import Finding, sort_findings
from gridmerge.geo.crs import lonlat_transformer
from gridmerge.i18n.text import Language
from gridmerge.model import DUTY_COLUMNS, Build

_FORMULA_SIGNS = ("=", "+", "-", "@")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_DECIMALS = {
    "area_m2": 4,
    "share_of_source": 9,
    "share_of_grid": 9,
    "lon": 9,
    "lat": 9,
    "km_from_home": 3,
    "km": 3,
}
_USUAL_DECIMALS = 6

_NO_TITLES: Mapping[str, str] = MappingProxyType({})
ASSIGNMENT_COLUMNS = ("grid_code", "member_id", "duty", "load")
MEMBER_COLUMNS = (
    "member_id",
    "name",
    "kind",
    "capacity",
    "load",
    "load_per_capacity",
    "grids",
    "km_from_home",
)
STAND_IN_COLUMNS = (
    "member_id",
    "grid_code",
    "stand_in_id",
    "duty",
    "load",
    "load_per_capacity",
    "over_limit",
    "km",
)
FINDING_COLUMNS = (
    "severity",
    "kind",
    "layer",
    "source_id",
    "measure",
    "unit",
    "lon",
    "lat",
    "message",
)


def write_crosswalk(build: Build, file: Path) -> None:
    """Write where every departmental grid went."""
    columns = [
        "layer",
        "source_id",
        "grid_code",
        "area_m2",
        "share_of_source",
        "share_of_grid",
        *build.weights.names,
    ]
    rows = build.crosswalk.sort_values(["layer", "source_id", "grid_code"])[columns]
    write_csv(file, columns, to_records(rows))


def write_assignments(build: Build, file: Path) -> None:
    """Write who does what; only the header when the project has no roster."""
    rows = (
        []
        if build.assignment is None
        else _sorted_records(build.assignment.assignments, ["grid_code", "member_id", "duty"])
    )
    write_csv(file, ASSIGNMENT_COLUMNS, rows)


def write_members(build: Build, file: Path) -> None:
    """Write each member's load; only the header when the project has no roster."""
    write_csv(
        file,
        MEMBER_COLUMNS,
        []
        if build.assignment is None
        else _sorted_records(build.assignment.members, ["member_id"]),
    )


def write_stand_ins(build: Build, file: Path) -> None:
    """Write who takes over from each member; only the header when the project has no roster."""
    rows = [] if build.assignment is None else to_records(build.assignment.stand_ins)
    write_csv(file, STAND_IN_COLUMNS, rows)


def write_duties(build: Build, file: Path) -> None:
    """Write the sheet of every grid; only the header when the project has no list of matters."""
    write_csv(file, DUTY_COLUMNS, [] if build.duties is None else to_records(build.duties))


def write_findings(
    findings: Sequence[Finding],
    crs: CRS,
    language: Language,
    file: Path,
    titles: Mapping[str, str] = _NO_TITLES,
) -> None:
    """Write the findings, worst first, their places in longitude and latitude."""
    write_csv(file, FINDING_COLUMNS, finding_rows(findings, crs, language, titles))


def finding_rows(
    findings: Sequence[Finding],
    crs: CRS,
    language: Language,
    titles: Mapping[str, str] = _NO_TITLES,
) -> list[dict[str, Any]]:
    """Return the findings as rows of findings.csv.

    Parameters
    ----------
    titles
        What people call each layer: the message says 城管 where the layer column says urban_management.
    """
    ordered = sort_findings(findings)
    places = np.array(
        [finding.place or (np.nan, np.nan) for finding in ordered], dtype=float
    ).reshape(-1, 2)
    lons, lats = lonlat_transformer(crs).transform(places[:, 0], places[:, 1])
    return [
        {
            "severity": finding.severity,
            "kind": finding.kind,
            "layer": finding.layer,
            "source_id": finding.source_id,
            "measure": finding.measure,
            "unit": finding.unit,
            "lon": None if finding.place is None else float(lon),
            "lat": None if finding.place is None else float(lat),
            "message": finding.message(language, titles),
        }
        for finding, lon, lat in zip(ordered, lons, lats, strict=True)
    ]


def pick_gravest(findings: Iterable[Finding]) -> list[Finding]:
    """Return one finding of each kind in each layer: the one with the largest measure."""
    worst: dict[tuple[str, str], Finding] = {}
    for finding in sort_findings(findings):
        here = worst.setdefault((finding.kind, finding.layer), finding)
        if abs(finding.measure or 0.0) > abs(here.measure or 0.0):
            worst[finding.kind, finding.layer] = finding
    return list(worst.values())


def write_csv(file: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as the contract wants CSV files."""
    formats = {column: _cell_formatter(column) for column in columns}
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([formats[column](row.get(column)) for column in columns])


def guard_formula(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula; plain numbers in text run nothing."""
    if not text.lstrip("'").startswith(_FORMULA_SIGNS) or _PLAIN_NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def unguard_formula(text: str) -> str:
    """Return the text that `guard_formula` was given."""
    return (
        text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA_SIGNS) else text
    )


def _cell_formatter(column: str) -> Callable[[Any], str]:
    decimals = _DECIMALS.get(column)

    def as_text(value: Any) -> str:
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return ""
        if isinstance(value, (bool, np.bool_, str)):
            return guard_formula(_one_line(str(value)))
        if decimals is not None:
            return f"{_round_number(value, decimals):.{decimals}f}"
        return f"{_round_number(value, _USUAL_DECIMALS):.{_USUAL_DECIMALS}f}".rstrip("0").rstrip(
            "."
        )

    return as_text


def _round_number(value: Any, decimals: int) -> float:
    return round(float(value), decimals) + 0.0  # no minus before a zero


def _one_line(text: str) -> str:
    return " ".join(text.split()) if any(mark in text for mark in "\r\n\t\v\f\0") else text


def to_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows as dictionaries."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _sorted_records(frame: pd.DataFrame, by: list[str]) -> list[dict[str, Any]]:
    return to_records(frame.sort_values(by))
