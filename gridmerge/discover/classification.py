"""What each sheet is: village layer, network, barrier, workload, roster, or nothing a project needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from gridmerge.catalog import Department, find_field, load_catalog, normalize_name
from gridmerge.discover.columns import count_field, id_field, is_person
from gridmerge.discover.guess import NO_REASON, Guess, Sure, join_texts, list_names
from gridmerge.discover.keywords import column_texts, find_keyword, load_keywords
from gridmerge.discover.scan import ScannedSheet
from gridmerge.i18n.text import Text

Kind = Literal[
    "villages", "network", "exclusive", "barrier", "workload", "roster", "matters", "other"
]

MAX_DEPARTMENTS = 40  # values of a column that may each be a department


@dataclass(frozen=True, kw_only=True)
class ClassifiedSheet:
    """A sheet and what it was taken for."""

    sheet: ScannedSheet
    kind: Guess[Kind]


def classify_sheets(
    sheets: list[ScannedSheet], villages: ClassifiedSheet | None
) -> list[ClassifiedSheet]:
    """Tell what each sheet with rows is.

    Parameters
    ----------
    sheets
        All of a folder.
    villages
        The one that is the village layer.
    """
    usable = [sheet for sheet in sheets if sheet.raw is not None and len(sheet.frame)]
    return [
        villages
        if villages is not None and sheet is villages.sheet
        else ClassifiedSheet(sheet=sheet, kind=_classify_sheet(sheet))
        for sheet in usable
    ]


def find_department(sheet: ScannedSheet) -> Guess[Department] | None:
    """The department that a sheet's names speak of, or its values."""
    names: tuple[tuple[str, Text, Sure], ...] = (
        (sheet.title, Text(f"文件名“{sheet.title}”中", f"the file name “{sheet.title}”"), "sure"),
        (sheet.path.rpartition("/")[0], Text("所在文件夹名中", "the folder's name"), "likely"),
    )
    for text, where, sure in names:
        named = load_catalog().mentions(text)
        if named:
            return _department_guess(named, where, sure)
        if (english := _department_in_english(text)) is not None:
            why = join_texts(
                where, Text(f"的英文词像 {english.key}", f": English words mean {english.key}")
            )
            return Guess(english, "likely", why)
    told = _department_of_values(sheet)
    if told is None and (placed := load_catalog().mentions(sheet.title, places=True)):
        why = Text(
            f"文件名“{sheet.title}”中有“{placed[0][0]}”，但可能是地名",
            f"the file name “{sheet.title}” has “{placed[0][0]}”, but that may be a place's name",
        )
        return Guess(placed[0][1], "unsure", why)
    return told


def _department_guess(
    named: list[tuple[str, Department]], where: Text, sure: Sure
) -> Guess[Department]:
    """The department of the longest word; a name that speaks of two is no proof of either."""
    (word_, first), others = named[0], [one for _, one in named[1:] if one.key != named[0][1].key]
    has = join_texts(where, Text(f"有“{word_}”", f" has “{word_}”"))
    if not others:
        return Guess(first, sure, has)
    also = Text(
        list_names(dict.fromkeys(one.zh for one in others)).zh,
        list_names(dict.fromkeys(one.en for one in others)).en,
    )
    return Guess(
        first, "unsure", join_texts(has, Text("，也像 ", "; it is like "), also, Text("", " too"))
    )


def _department_in_english(title: str) -> Department | None:
    """The one department that English words of a name mean: its key in full, or a word that keywords.toml knows."""
    words = {word for word in re.split(r"[^a-z]+", title.lower()) if word}
    keys = {one.key for one in load_catalog() if set(one.key.split("_")) <= words}
    keys |= {key for word, key in load_keywords()["english"].items() if word in words}
    return load_catalog()[keys.pop()] if len(keys) == 1 else None


def by_department(sheet: ScannedSheet) -> tuple[str, dict[str, Department]] | None:
    """A column that names the department of each row, where one file holds the networks of several."""
    for column in sheet.columns:
        values = column_texts(sheet, column)
        names = sorted(set(values) - {""})
        if not 2 <= len(names) <= MAX_DEPARTMENTS or len(names) > len(values) / 2:
            continue
        found = {name: one for name in names if (one := load_catalog().find(name)) is not None}
        keys = {one.key for one in found.values()}
        if len(keys) == len(names) and values.isin(list(found)).all():
            return column, found
    return None


def _department_of_values(sheet: ScannedSheet) -> Guess[Department] | None:
    """The department that a column of departments names throughout, or that most grid names mention."""
    for part, share, zh, en in (
        ("departments", 1.0, "{} 一列都是它", "the column {} says so throughout"),
        ("name", 0.8, "多数网格名称（{}）提到它", "most names ({}) speak of it"),
    ):
        column = find_field(sheet.columns, part)
        if column is None:
            continue
        values = [value for value in column_texts(sheet, column).unique()[:200] if value]
        keys = pd.Series(
            [one.key for value in values if (one := load_catalog().find(value))], dtype=object
        ).value_counts()
        if len(keys) and keys.iloc[0] >= share * len(values):
            return Guess(
                load_catalog()[str(keys.index[0])],
                "likely",
                Text(zh.format(column), en.format(column)),
            )
    return None


def _classify_sheet(sheet: ScannedSheet) -> Guess[Kind]:
    """What a sheet is, apart from the villages."""
    title = sheet.title
    if sheet.shape == "table":
        return _classify_table(sheet)
    if sheet.shape == "line":
        sign = find_keyword(title, "barrier")
        owner = find_department(sheet)
        if sign or (owner and owner.value.key in ("transport", "water")):
            said = (
                Text(sign, sign)
                if sign
                else Text(owner.value.zh, owner.value.en)
                if owner
                else NO_REASON
            )
            return Guess(
                "barrier",
                "sure",
                Text(f"线状，名称中有“{said.zh}”", f"lines, and the name has “{said.en}”"),
            )
        return Guess("barrier", "unsure", Text("线状，看不出是什么", "lines of nobody knows what"))
    if sheet.shape == "point":
        return _classify_points(sheet)
    if sign := find_keyword(title, "exclusive"):
        return Guess(
            "exclusive", "sure", Text(f"文件名中有“{sign}”", f"the file name has “{sign}”")
        )
    return _classify_areas(sheet)


def _classify_areas(sheet: ScannedSheet) -> Guess[Kind]:
    title, owner = sheet.title, find_department(sheet)
    if owner is None and (several := by_department(sheet)) is not None:
        why = Text(
            f"{several[0]} 一列写明各要素的部门",
            f"the column {several[0]} names each feature's department",
        )
        return Guess("network", "likely", why)
    sign = find_keyword(title, "network")
    code = id_field(sheet)
    coded = code.value if code else None
    if owner is not None and (sign or coded):
        return Guess("network", "sure" if sign and owner.sure == "sure" else "likely", owner.why)
    if (field := find_work_column(sheet)) is not None and sign is None:
        return Guess(
            "workload",
            "likely",
            Text(f"面状，有数量字段 {field}", f"areas with amounts in {field}"),
        )
    if owner is not None:
        return Guess("network", "likely", owner.why)
    grid_field = coded is not None and any(
        name in normalize_name(coded) for name in ("grid", "wg", "网格")
    )
    if sign or grid_field:
        why = Text(
            f"名称或字段像网格（{sign or coded}），部门不明",
            f"its name or a column is like a network's (“{sign or coded}”); whose is not known",
        )
        return Guess("network", "likely" if sign and grid_field else "unsure", why)
    why = Text(
        "面状，但没有网格编码，也看不出部门；若是某部门的网格，请自己加一段 [[layers]]",
        "areas, but neither grid codes nor a department; if it is a department's network, add a [[layers]] table",
    )
    return Guess("other", "likely", why)


def _classify_points(sheet: ScannedSheet) -> Guess[Kind]:
    if (people := _is_roster(sheet)) is not None:
        return Guess("roster", "sure", people)
    for name in load_keywords()["work"]:
        if sign := find_keyword(sheet.title, name):
            why = Text(f"点状，文件名中有“{sign}”", f"points, and the file name has “{sign}”")
            return Guess("workload", "sure" if name != "staff" else "likely", why)
    field = find_work_column(sheet)
    if field is not None:
        return Guess(
            "workload",
            "likely",
            Text(f"点状，有数量字段 {field}", f"points with amounts in {field}"),
        )
    if sign := find_keyword(sheet.title, "network"):
        why = Text(
            f"点状，名称中有“{sign}”，但点不能作网格；请向部门要网格的面图层",
            f"points, though the name has “{sign}”; points can be no grids, ask the department for the areas",
        )
        return Guess("other", "unsure", why)
    return Guess(
        "other",
        "unsure",
        Text("点状，看不出是不是工作量", "points; nobody can tell whether they make work"),
    )


def _classify_table(sheet: ScannedSheet) -> Guess[Kind]:
    if find_keyword(sheet.title, "matters") and not _is_roster(sheet):
        why = Text("事项清单，不参与划分", "a list of matters; the grids do not depend on it")
        return Guess("matters", "sure", why)
    if sign := _is_roster(sheet):
        return Guess("roster", "sure", sign)
    column = find_field(sheet.columns, "villages")
    # a count of people by village is a table of statistics, but no network of the department of that name
    if (
        column
        and find_department(sheet)
        and (find_keyword(sheet.title, "network") or find_work_column(sheet) is None)
    ):
        why = Text(
            f"没有图形，{column} 一列列出所辖的村",
            f"no shapes; the column {column} lists the villages of each grid",
        )
        return Guess("network", "likely", why)
    why = Text("没有图形的表，看不出用途", "a table without shapes; nobody can tell what for")
    return Guess("other", "unsure", why)


def _is_roster(sheet: ScannedSheet) -> Text | None:
    parts = {
        part: find_field(sheet.columns, part)
        for part in ("member_id", "member_name", "member_kind", "capacity", "phone")
    }
    people = parts["member_name"] is not None and parts["member_id"] is not None
    named = parts["member_name"]
    if named is None or not people or not _names_people(sheet, named):
        return None
    if find_keyword(sheet.title, "roster"):
        return Text(f"文件名像名单，有 {named}", f"its name is like a roster's, and it has {named}")
    if parts["phone"] is not None and parts["capacity"] is not None:
        has = list_names([named, parts["capacity"], parts["phone"]])
        return Text(f"有 {has.zh} 各列", f"it has the columns {has.en}")
    return None


def _names_people(sheet: ScannedSheet, column: str) -> bool:
    return bool(column_texts(sheet, column).map(is_person).mean() > 0.5)


def find_work_column(sheet: ScannedSheet) -> str | None:
    """The column that counts households, people or staff."""
    for name in load_keywords()["work"]:
        if field := count_field(sheet, name):
            return field.value
    return None
