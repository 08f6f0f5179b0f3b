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
from gridmerge.model import DUTY_COLUMNS, STAND_IN_COLUMNS, Build

_FORMULA_SIGNS = ("=", "+", "-", "@")
_LINE_BREAKS = "\r\n\t\v\f\0"  # and what else would break a cell
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
    rows: list[dict[str, Any]] = []
    if build.assignment is not None:
        order = ["grid_code", "member_id", "duty"]
        rows = to_records(build.assignment.assignments.sort_values(order))
    write_csv(file, ASSIGNMENT_COLUMNS, rows)


def write_members(build: Build, file: Path) -> None:
    """Write each member's load; only the header when the project has no roster."""
    rows: list[dict[str, Any]] = []
    if build.assignment is not None:
        rows = to_records(build.assignment.members.sort_values(["member_id"]))
    write_csv(file, MEMBER_COLUMNS, rows)


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
    places = [finding.place or (np.nan, np.nan) for finding in ordered]
    metres = np.array(places, dtype=float).reshape(-1, 2)
    lons, lats = lonlat_transformer(crs).transform(metres[:, 0], metres[:, 1])
    rows = []
    for finding, lon, lat in zip(ordered, lons, lats, strict=True):
        has_place = finding.place is not None
        row = {
            "severity": finding.severity,
            "kind": finding.kind,
            "layer": finding.layer,
            "source_id": finding.source_id,
            "measure": finding.measure,
            "unit": finding.unit,
            "lon": float(lon) if has_place else None,
            "lat": float(lat) if has_place else None,
            "message": finding.message(language, titles),
        }
        rows.append(row)
    return rows


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
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    Plain numbers in text run nothing.
    """
    if not _is_like_formula(text) or _PLAIN_NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def unguard_formula(text: str) -> str:
    """Return the text that `guard_formula` was given."""
    is_guarded = text.startswith("'") and _is_like_formula(text)
    return text[1:] if is_guarded else text


def _is_like_formula(text: str) -> bool:
    """Whether text begins as a formula, apostrophes before it or not."""
    return text.lstrip("'").startswith(_FORMULA_SIGNS)


def _cell_formatter(column: str) -> Callable[[Any], str]:
    decimals = _DECIMALS.get(column)

    def as_text(value: Any) -> str:
        if is_missing(value):
            return ""
        if isinstance(value, (bool, np.bool_, str)):
            return guard_formula(_one_line(str(value)))
        if decimals is not None:
            return _fixed_number(value, decimals)
        return _fixed_number(value, _USUAL_DECIMALS).rstrip("0").rstrip(".")

    return as_text


def is_missing(value: Any) -> bool:
    """Return whether a value is None, NaN or infinite: its cell stays empty."""
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _fixed_number(value: Any, decimals: int) -> str:
    rounded = round(float(value), decimals) + 0.0  # no minus before a zero
    return f"{rounded:.{decimals}f}"


def _one_line(text: str) -> str:
    if any(mark in text for mark in _LINE_BREAKS):
        return " ".join(text.split())
    return text


def to_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows as dictionaries."""
    records = []
    for row in frame.to_dict("records"):
        records.append({str(key): value for key, value in row.items()})
    return records
