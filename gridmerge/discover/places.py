"""What people call the land: a list of addresses to search the map by, and of place names to call grids after."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from gridmerge.catalog import find_field
from gridmerge.clean import clean_addresses, clean_places
from gridmerge.config.settings import AddressesSpec, PlacesSpec
from gridmerge.discover.classification import ClassifiedSheet
from gridmerge.discover.columns import is_person
from gridmerge.discover.georeference_check import quote_column
from gridmerge.discover.guess import NO_REASON, Guess, Sure
from gridmerge.discover.keywords import column_texts, find_keyword, load_keywords
from gridmerge.discover.scan import ScannedSheet
from gridmerge.discover.settings_table import ProjectTable, coordinate_columns
from gridmerge.errors import GridmergeError
from gridmerge.i18n.text import Text
from gridmerge.model import RawLayer, Township

_ADDRESS = re.compile(
    r"\d.*(号|组|栋|幢|弄)|(路|街|巷|村|社区|小区).*\d|\d+\w* .*(st|street|ave|avenue|road|rd)\b",
    re.I,
)
_MOSTLY = 0.6  # share of a column's texts that must look like an address
# share of a column's texts that are personal names, from which a file is of residents
_PEOPLE = 0.5
_MAX_KINDS = 12  # values of a column that may each be a kind of place


def toponym_tables(
    found: list[ClassifiedSheet], work: list[ProjectTable], township: Township
) -> list[ProjectTable]:
    """The [addresses] and [places] tables, where the folder has such files.

    Parameters
    ----------
    work
        Workload tables: what they proved of a file's datum holds for its addresses too.
    """
    free = [
        one
        for one in found
        if one.kind.value in ("other", "workload") and not _of_people(one.sheet)
    ]
    places = next(
        (table for one in free if (table := _places_table(one, township)) is not None), None
    )
    listed = sorted(
        free,
        key=lambda one: (find_keyword(one.sheet.title, "addresses") is None, -len(one.sheet.frame)),
    )
    addresses = next(
        (table for one in listed if (table := _addresses_table(one, work, township)) is not None),
        None,
    )
    if addresses is None and places is not None:
        addresses = _search_by_places(places)
    return [table for table in (addresses, places) if table is not None]


def _of_people(sheet: ScannedSheet) -> bool:
    """Whether a column names persons: a list of residents is none of addresses."""
    return any(
        bool((column_texts(sheet, name).map(is_person)).mean() > _PEOPLE) for name in sheet.columns
    )


def _places_table(one: ClassifiedSheet, township: Township) -> ProjectTable | None:
    sheet, sign = one.sheet, find_keyword(one.sheet.title, "places")
    field = find_field(sheet.columns, "place")
    if sign is None or field is None or sheet.shape not in ("point", "area") or sheet.raw is None:
        return None
    told = Text(
        f"文件名中有“{sign}”；综合网格按其中的地名取名，请核对",
        f"the file name has “{sign}”; unified grids are named after the places in it; please check",
    )
    table = _reading_table("[places]", sheet, "likely", told)
    raw = sheet.raw
    if (kinds := _place_kinds(sheet)) is not None:
        column, fit = kinds
        if not fit:
            return None
        listed = ", ".join(f"'{value}'" for value in fit)
        where = (
            f"{quote_column(column)} = {listed}"
            if len(fit) == 1
            else f"{quote_column(column)} IN ({listed})"
        )
        why = Text("只用适合给网格取名的几类", "only the kinds that are fit to name a grid")
        table.values["where"] = Guess(where, "likely", why)
        rows = raw.frame[column_texts(sheet, column).isin(fit).to_numpy()].reset_index(drop=True)
        raw = replace(raw, frame=rows)
    table.values["field"] = Guess(
        field, "likely", Text("字段名像地名", "its name is like a place name's")
    )
    return table if _lie_here(raw, table, township) else None


def _place_kinds(sheet: ScannedSheet) -> tuple[str, list[str]] | None:
    """A column of kinds of place and those of its values that name land where people live; None where all do."""
    fit, known = (
        set(load_keywords()["places"]["kinds"]),
        {*load_keywords()["places"]["kinds"], *load_keywords()["places"]["unfit"]},
    )
    for column in sheet.columns:
        values = sorted(set(column_texts(sheet, column)) - {""})
        named = [value for value in values if value in fit]
        if len(values) <= _MAX_KINDS and known & set(values):
            return (column, named) if len(named) < len(values) else None
    return None


def _addresses_table(
    one: ClassifiedSheet, work: list[ProjectTable], township: Township
) -> ProjectTable | None:
    sheet = one.sheet
    field = find_field(sheet.columns, "full_address")
    if (
        field is None
        or sheet.shape != "point"
        or sheet.raw is None
        or find_keyword(sheet.title, "events")
    ):
        return None
    if (
        column_texts(sheet, field).map(lambda text: _ADDRESS.search(text) is not None).mean()
        < _MOSTLY
    ):
        return None
    sign = find_keyword(sheet.title, "addresses")
    why = Text(
        "点状，有地址一列；只用于在地图上查找，户室号读入时去掉",
        "points with a column of addresses; only to search the map by, and doors are cut off on loading",
    )
    table = _reading_table("[addresses]", sheet, "likely" if sign else "unsure", why)
    same = next((other for other in work if other.values["path"].value == sheet.path), None)
    if same is not None and "datum" in same.values:
        table.values["datum"] = same.values["datum"]
    table.values["field"] = Guess(
        field, "likely", Text("字段名和内容像地址", "its name and values are like addresses")
    )
    return table if _lie_here(sheet.raw, table, township) else None


def _search_by_places(places: ProjectTable) -> ProjectTable:
    """Without addresses the map is searched by the names of places, of whatever kind."""
    table = ProjectTable(
        name="[addresses]",
        values={key: one for key, one in places.values.items() if key != "where"},
    )
    why = Text(
        "没有地址文件，先用地名在地图上查找",
        "there is no file of addresses; the map is searched by place names",
    )
    table.values["path"] = Guess(places.values["path"].value, "likely", why)
    return table


def _reading_table(name: str, sheet: ScannedSheet, sure: Sure, why: Text) -> ProjectTable:
    table = ProjectTable(name=name)
    table.values["path"] = Guess(sheet.path, sure, why)
    if sheet.layer is not None:
        table.values["layer"] = Guess(sheet.layer, "sure", NO_REASON)
    table.values.update(coordinate_columns(sheet))
    return table


def _lie_here(raw: RawLayer, table: ProjectTable, township: Township) -> bool:
    """Whether the table can be used: anything of it lies on the township's land."""
    said: dict[str, Any] = table.plain()
    try:
        if table.name == "[places]":
            return len(clean_places(raw, PlacesSpec(**said), township).frame) > 0
        return len(clean_addresses(raw, AddressesSpec(**said), township).frame) > 0
    except GridmergeError:
        return False
