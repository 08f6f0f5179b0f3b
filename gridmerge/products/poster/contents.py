"""What a sheet says: its title, its table, and which grids it shows."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from gridmerge.config.settings import AREA_UNIT
from gridmerge.i18n.text import Language, Text
from gridmerge.products.labels import UNIFIED, name_column
from gridmerge.products.map.data import MapData

# the workload that is a head count, shown beside the size where a project has it
PEOPLE_WORKLOAD = "people"
DAY_TO_DAY_DUTIES = ("full_time", "part_time", "stand_in")


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
    columns: tuple[tuple[str, float, bool], ...]
    rows: tuple[tuple[str, ...], ...]


def township_sheet(data: MapData, language: Language) -> PosterSheet:
    """Return the sheet of the whole township: a row a village."""
    grids = _label_grids(data)
    counts = _table_columns(data, language)
    staffed = int(not data.assignments.empty)  # without a roster the last column would stand empty
    rows = []
    for code, name in zip(
        data.villages["village_code"], data.villages["village_name"], strict=True
    ):
        here = grids[grids["village_code"] == code]
        codes = set(here["grid_code"])
        people = data.assignments[data.assignments["grid_code"].isin(codes)]["member_id"].nunique()
        totals = [_sum_text(here[column], unit) for column, _, unit in counts]
        rows.append(
            (str(name), str(len(here)), *totals, *[str(people) if people else "—"][:staffed])
        )
    totals = [_sum_text(grids[column], unit) for column, _, unit in counts]
    members = data.assignments["member_id"].nunique()
    rows.append(
        (Text("合计", "Total").in_(language), str(len(grids)), *totals, *[str(members)][:staffed])
    )
    return PosterSheet(
        file=Text("全镇", "township").in_(language),
        title=data.name,
        subtitle=UNIFIED.in_(language),
        grids=grids,
        villages=data.villages,
        columns=(
            (Text("村（社区）", "Village").in_(language), 0.34, False),
            (Text("网格", "Grids").in_(language), 0.12, True),
            *((heading, 0.18, True) for _, heading, _ in counts),
            *[(Text("人员", "Members").in_(language), 0.14, True)][:staffed],
        ),
        rows=tuple(rows),
    )


def village_sheet(data: MapData, code: str, language: Language) -> PosterSheet:
    """Return the sheet of one village: a row a grid, with who holds it."""
    grids = _label_grids(data)
    grids = grids[grids["village_code"] == code].sort_values("grid_code", ignore_index=True)
    village = data.villages[data.villages["village_code"] == code]
    name = str(village["village_name"].iloc[0])
    leaders, holders = _holder_names(data, ("leader",)), _holder_names(data, DAY_TO_DAY_DUTIES)
    counts = _table_columns(data, language)
    # without a roster two columns would stand empty
    people = () if data.assignments.empty else (leaders, holders)
    rows = tuple(
        (
            row["label"],
            *(_number_text(row[column], unit) for column, _, unit in counts),
            *(named.get(row["grid_code"], "—") for named in people),
        )
        for row in grids.to_dict("records")
    )
    called = (
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
            *((heading, 0.14, True) for _, heading, _ in counts),
            *called[: len(people)],
        ),
        rows=rows,
    )


def _label_grids(data: MapData) -> gpd.GeoDataFrame:
    sizes, grids = data.sizes, data.grids
    by_area = sizes.unit == AREA_UNIT or sizes.unit not in grids
    hectares = grids["area_m2"] / 1e4
    return grids.assign(
        label=grids["grid_code"].str[-3:],
        hectares=hectares,
        size=hectares if by_area else grids[str(sizes.unit)],
    )


def _table_columns(data: MapData, language: Language) -> list[tuple[str, str, str]]:
    """Column of the grids, heading, and the unit that says how to write it."""
    columns = []
    if data.sizes.unit != AREA_UNIT and data.sizes.unit in data.works:
        columns.append(("size", name_column(str(data.sizes.unit), language), ""))
    if PEOPLE_WORKLOAD in data.works and data.sizes.unit != PEOPLE_WORKLOAD:
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
    return "—" if column.isna().any() else _number_text(float(column.sum()), unit)


def _number_text(value: float, unit: str) -> str:
    if pd.isna(value):
        return "<5" if unit == "" else "—"
    return f"{value:,.1f}" if unit == "ha" and value < 1000 else f"{value:,.0f}"
