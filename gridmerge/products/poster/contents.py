"""What a sheet says: its title, its table, and which grids it shows."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from gridmerge.config.settings import AREA_UNIT
from gridmerge.i18n.text import Language, Text
from gridmerge.products.labels import UNIFIED, name_column
from gridmerge.products.map.data import MapData

# the workload that is a head count, shown beside the size where a project has it
PEOPLE_WORKLOAD = "people"
DAY_TO_DAY_DUTIES = ("full_time", "part_time", "stand_in")

# heading, width as a share, and whether numbers
Column = tuple[str, float, bool]
# column of the grids, heading, and the unit that says how to write it
Measure = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class PosterSheet:
    """One poster.

    Parameters
    ----------
    file, title, subtitle
        Name of the file without its ending, and what stands at the top.
    grids
        The grids it shows, with a column ``name_column`` (what is written into each), ``size`` (in the sizing unit) and, on a
        village's sheet, ``holder``.
    villages
        The villages it shows.
    columns
        Heading, width as a share, and whether numbers (set flush right).
    rows
        Cells as text.
    """

    file: str
    title: str
    subtitle: str
    grids: gpd.GeoDataFrame
    villages: gpd.GeoDataFrame
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


def township_sheet(data: MapData, language: Language) -> PosterSheet:
    """Return the sheet of the whole township: a row a village."""
    grids = _label_grids(data)
    measures = _table_columns(data, language)
    villages = data.villages
    rows = []
    for code, name in zip(villages["village_code"], villages["village_name"], strict=True):
        here = grids[grids["village_code"] == code]
        members = _count_members(data, set(here["grid_code"]))
        staff = str(members) if members else "—"
        rows.append(_township_row(str(name), here, measures, staff))
    members = data.assignments["member_id"].nunique()
    total = Text("合计", "Total").in_(language)
    rows.append(_township_row(total, grids, measures, str(members)))
    columns = _township_columns(measures, language)
    # without a roster the last column would stand empty
    shown = len(columns) - int(data.assignments.empty)
    return PosterSheet(
        file=Text("全镇", "township").in_(language),
        title=data.name,
        subtitle=UNIFIED.in_(language),
        grids=grids,
        villages=villages,
        columns=columns[:shown],
        rows=tuple(row[:shown] for row in rows),
    )


def _count_members(data: MapData, grid_codes: set[str]) -> int:
    """Return how many people hold any of these grids."""
    held = data.assignments["grid_code"].isin(grid_codes)
    return int(data.assignments[held]["member_id"].nunique())


def _township_row(
    name: str, grids: gpd.GeoDataFrame, measures: list[Measure], staff: str
) -> tuple[str, ...]:
    sums = [_sum_text(grids[column], unit) for column, _, unit in measures]
    return (name, str(len(grids)), *sums, staff)


def _township_columns(measures: list[Measure], language: Language) -> tuple[Column, ...]:
    village, grids = Text("村（社区）", "Village"), Text("网格", "Grids")
    members = Text("人员", "Members")
    return (
        (village.in_(language), 0.34, False),
        (grids.in_(language), 0.12, True),
        *((heading, 0.18, True) for _, heading, _ in measures),
        (members.in_(language), 0.14, True),
    )


def village_sheet(data: MapData, code: str, language: Language) -> PosterSheet:
    """Return the sheet of one village: a row a grid, with who holds it."""
    grids = _label_grids(data)
    grids = grids[grids["village_code"] == code].sort_values("grid_code", ignore_index=True)
    village = data.villages[data.villages["village_code"] == code]
    name = str(village["village_name"].iloc[0])
    leaders, holders = _holder_names(data, ("leader",)), _holder_names(data, DAY_TO_DAY_DUTIES)
    measures = _table_columns(data, language)
    # without a roster two columns would stand empty
    people = () if data.assignments.empty else (leaders, holders)
    records = grids.to_dict("records")
    people_columns = (
        (Text("网格长", "Leader").in_(language), 0.16, False),
        (Text("网格员", "Member").in_(language), 0.31, False),
    )
    return PosterSheet(
        file=f"{code}_{name[:30]}",
        title=name,
        subtitle=f"{data.name} · {UNIFIED.in_(language)}",
        grids=grids.assign(holder=[holders.get(grid, "") for grid in grids["grid_code"]]),
        villages=village,
        columns=(
            (Text("网格", "Grid").in_(language), 0.11, False),
            *((heading, 0.14, True) for _, heading, _ in measures),
            *people_columns[: len(people)],
        ),
        rows=tuple(_village_row(record, measures, people) for record in records),
    )


def _village_row(
    grid: dict[Hashable, Any], measures: list[Measure], people: Sequence[dict[str, str]]
) -> tuple[str, ...]:
    sizes = [_number_text(grid[column], unit) for column, _, unit in measures]
    names = [named.get(grid["grid_code"], "—") for named in people]
    return (grid["label"], *sizes, *names)


def _label_grids(data: MapData) -> gpd.GeoDataFrame:
    sizes, grids = data.sizes, data.grids
    by_area = sizes.unit == AREA_UNIT or sizes.unit not in grids
    hectares = grids["area_m2"] / 1e4
    return grids.assign(
        label=grids["grid_code"].str[-3:],
        hectares=hectares,
        size=hectares if by_area else grids[str(sizes.unit)],
    )


def _table_columns(data: MapData, language: Language) -> list[Measure]:
    """Return the size, the people where there are any, and the area."""
    columns = []
    unit = data.sizes.unit
    if unit != AREA_UNIT and unit in data.works:
        columns.append(("size", name_column(str(unit), language), ""))
    if PEOPLE_WORKLOAD in data.works and unit != PEOPLE_WORKLOAD:
        columns.append((PEOPLE_WORKLOAD, name_column(PEOPLE_WORKLOAD, language), ""))
    return [*columns, ("hectares", Text("公顷", "ha").in_(language), "ha")]


def _holder_names(data: MapData, duties: tuple[str, ...]) -> dict[str, str]:
    held = data.assignments[data.assignments["duty"].isin(duties)]
    if held.empty:  # without a roster there are no ids to be matched
        return {}
    named = held.merge(data.members[["member_id", "name"]], on="member_id")
    named = named.sort_values(["grid_code", "duty", "member_id"])
    return {str(code): "、".join(here["name"]) for code, here in named.groupby("grid_code")}


def _sum_text(column: pd.Series[float], unit: str) -> str:
    """A sum; a withheld count leaves it out too, or it could be worked out."""
    if column.isna().any():
        return "—"
    return _number_text(float(column.sum()), unit)


def _number_text(value: float, unit: str) -> str:
    if pd.isna(value):
        return "<5" if unit == "" else "—"
    decimals = 1 if unit == "ha" and value < 1000 else 0
    return f"{value:,.{decimals}f}"
