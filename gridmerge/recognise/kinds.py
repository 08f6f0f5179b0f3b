"""What each sheet is: village layer, network, barrier, workload, roster, or nothing a project needs."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import pandas as pd

from gridmerge.catalog import Department, catalog, find_field, plain
from gridmerge.recognise.guess import Guess, Sure
from gridmerge.recognise.survey import Sheet

Kind = Literal["villages", "network", "exclusive", "barrier", "workload", "roster", "matters", "other"]

CODE = r"\d{12}"  # a village's statistical code
MOST_DEPARTMENTS = 40  # values of a column that may each be a department


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """A sheet and what it was taken for."""

    sheet: Sheet
    kind: Guess[Kind]


@cache
def signs() -> dict[str, Any]:
    """signs.toml."""
    return tomllib.loads(resources.files(__package__).joinpath("signs.toml").read_text("utf-8"))


def word(text: str, kind: str) -> str | None:
    """The first sign of a kind that a name contains."""
    table = signs()["work"].get(kind) or signs()[kind]
    flat = plain(text)
    return next((sign for sign in table["words"] if plain(sign) in flat), None)


def recognise(sheets: list[Sheet]) -> list[Recognised]:
    """Tell what each sheet is; exactly one is the village layer, if any can be."""
    usable = [sheet for sheet in sheets if sheet.raw is not None and len(sheet.frame)]
    villages = _villages(usable)
    result = []
    for sheet in usable:
        if villages is not None and sheet is villages[0]:
            result.append(Recognised(sheet=sheet, kind=villages[1]))
        else:
            result.append(Recognised(sheet=sheet, kind=_kind(sheet)))
    return result


def village_codes(sheet: Sheet) -> str | None:
    """The column that holds 12-digit codes of one township."""
    for column in sheet.columns:
        values = _texts(sheet, column)
        if len(values) and values.str.fullmatch(CODE).all() and values.str[:9].nunique() <= max(1, len(values) // 3):
            return column
    return None


def department(sheet: Sheet) -> Guess[Department] | None:
    """The department that a sheet's names speak of, or its values."""
    named = catalog().find(sheet.title)
    if named is not None:
        return Guess(named, "sure", f"文件名“{sheet.title}”中有“{_alias(named, sheet.title)}”")
    english = _english(sheet.title)
    if english is not None:
        return Guess(english, "likely", f"文件名中的英文词像 {english.key}")
    folders = catalog().find(sheet.path.rpartition("/")[0])
    if folders is not None:
        return Guess(folders, "likely", f"所在文件夹名中有“{_alias(folders, sheet.path)}”")
    return _department_of_values(sheet)


def _english(title: str) -> Department | None:
    """The one department that English words of a name mean: its key in full, or a word that signs.toml knows."""
    words = {word for word in re.split(r"[^a-z]+", title.lower()) if word}
    keys = {one.key for one in catalog() if set(one.key.split("_")) <= words}
    keys |= {key for word, key in signs()["english"].items() if word in words}
    return catalog()[keys.pop()] if len(keys) == 1 else None


def by_department(sheet: Sheet) -> tuple[str, dict[str, Department]] | None:
    """A column that names the department of each row, where one file holds the networks of several."""
    for column in sheet.columns:
        values = _texts(sheet, column)
        names = sorted(set(values) - {""})
        if not 2 <= len(names) <= MOST_DEPARTMENTS or len(names) > len(values) / 2:
            continue
        found = {name: one for name in names if (one := catalog().find(name)) is not None}
        keys = {one.key for one in found.values()}
        if len(keys) == len(names) and values.isin(list(found)).all():
            return column, found
    return None


def _department_of_values(sheet: Sheet) -> Guess[Department] | None:
    """The department that most grid names mention."""
    column = find_field(sheet.columns, "name")
    if column is None:
        return None
    found = [catalog().find(value) for value in _texts(sheet, column).unique()[:200]]
    keys = pd.Series([one.key for one in found if one is not None], dtype=object).value_counts()
    if len(keys) == 0 or keys.iloc[0] < 0.8 * len(found):
        return None
    return Guess(catalog()[str(keys.index[0])], "likely", f"多数网格名称（{column}）提到它")


def _alias(one: Department, text: str) -> str:
    flat = plain(text)
    held = [name for name in one.names if plain(name) in flat]
    return max(held, key=len) if held else one.zh


def _villages(sheets: list[Sheet]) -> tuple[Sheet, Guess[Kind]] | None:
    """The sheet that is most of all a village layer: by its codes, then by its name, then by having few features."""
    areas = [sheet for sheet in sheets if sheet.shape == "area"]
    if not areas:
        return None
    ranked = sorted(areas, key=lambda sheet: (-_likeness(sheet), len(sheet.frame), sheet.path))
    best, score = ranked[0], _likeness(ranked[0])
    others = [sheet.label for sheet in ranked[1:] if _likeness(sheet) == score and score > 0]
    why = (
        f"字段 {village_codes(best)} 全是 12 位村代码"
        if village_codes(best)
        else "文件名像村界"
        if score
        else "没有文件像村界，先取这一个"
    )
    seen = f"；同样像的还有 {'、'.join(others)}" if others else ""
    sure: Sure = "sure" if score >= 3 and not others else "likely" if score >= 2 and not others else "unsure"
    return best, Guess("villages", sure, why + seen)


def _likeness(sheet: Sheet) -> int:
    named = word(sheet.title, "villages") is not None
    coded = village_codes(sheet) is not None
    # a department's list of its grids may carry village codes too: its own name gives it away
    grid = word(sheet.title, "network") is not None or (department(sheet) is not None and not named)
    return 2 * coded + 2 * named - 2 * grid


def _kind(sheet: Sheet) -> Guess[Kind]:
    """What a sheet is, apart from the villages."""
    title = sheet.title
    if sheet.shape == "table":
        return _table(sheet)
    if sheet.shape == "line":
        sign = word(title, "barrier")
        owner = department(sheet)
        if sign or (owner and owner.value.key in ("transport", "water")):
            return Guess("barrier", "sure", f"线状，名称中有“{sign or (owner and owner.value.zh)}”")
        return Guess("barrier", "unsure", "线状，看不出是什么")
    if sheet.shape == "point":
        return _points(sheet)
    if sign := word(title, "exclusive"):
        return Guess("exclusive", "sure", f"文件名中有“{sign}”")
    return _areas(sheet)


def _areas(sheet: Sheet) -> Guess[Kind]:
    title, owner = sheet.title, department(sheet)
    if owner is None and (several := by_department(sheet)) is not None:
        return Guess("network", "likely", f"{several[0]} 一列写明各要素的部门")
    sign = word(title, "network")
    coded = find_field(sheet.columns, "id")
    if owner is not None and (sign or coded):
        return Guess("network", "sure" if sign and owner.sure == "sure" else "likely", owner.why)
    if work(sheet) is not None and sign is None:
        return Guess("workload", "likely", f"面状，有数量字段 {work(sheet)}")
    if owner is not None:
        return Guess("network", "likely", owner.why)
    grid_field = coded is not None and any(name in plain(coded) for name in ("grid", "wg", "网格"))
    if sign or grid_field:
        return Guess(
            "network", "likely" if sign and grid_field else "unsure", f"名称或字段像网格（{sign or coded}），部门不明"
        )
    return Guess("other", "likely", "面状，但没有网格编码，也看不出部门")


def _points(sheet: Sheet) -> Guess[Kind]:
    if sign := _is_roster(sheet):
        return Guess("roster", "sure", sign)
    for name in signs()["work"]:
        if sign := word(sheet.title, name):
            return Guess("workload", "sure" if name != "staff" else "likely", f"点状，文件名中有“{sign}”")
    field = work(sheet)
    if field is not None:
        return Guess("workload", "likely", f"点状，有数量字段 {field}")
    return Guess("other", "unsure", "点状，看不出是不是工作量")


def _table(sheet: Sheet) -> Guess[Kind]:
    if word(sheet.title, "matters") and not _is_roster(sheet):
        return Guess("matters", "sure", "事项清单，不参与划分")
    if sign := _is_roster(sheet):
        return Guess("roster", "sure", sign)
    if find_field(sheet.columns, "villages") and department(sheet):
        return Guess("network", "likely", f"没有图形，{find_field(sheet.columns, 'villages')} 一列列出所辖的村")
    return Guess("other", "unsure", "没有图形的表，看不出用途")


def _is_roster(sheet: Sheet) -> str | None:
    parts = {
        part: find_field(sheet.columns, part)
        for part in ("member_id", "member_name", "member_kind", "capacity", "phone")
    }
    people = parts["member_name"] is not None and parts["member_id"] is not None
    if people and word(sheet.title, "roster"):
        return f"文件名像名单，有 {parts['member_name']}"
    if people and parts["phone"] is not None and parts["capacity"] is not None:
        return f"有 {parts['member_name']}、{parts['capacity']}、{parts['phone']} 各列"
    return None


def work(sheet: Sheet) -> str | None:
    """The column that counts households, people or staff."""
    for name in signs()["work"]:
        if field := number_field(sheet, name):
            return field
    return None


def number_field(sheet: Sheet, name: str) -> str | None:
    """The numeric column that holds one kind of work."""
    known = {plain(field) for field in signs()["work"][name]["fields"]}
    for column in sheet.columns:
        if plain(column) in known and pd.to_numeric(sheet.frame[column], errors="coerce").notna().mean() > 0.5:
            return column
    return None


def _texts(sheet: Sheet, column: str) -> pd.Series:
    values = sheet.frame[column]
    if pd.api.types.is_float_dtype(values):
        values = values.map(lambda value: "" if pd.isna(value) else f"{value:.0f}")
    return values.map(lambda value: "" if pd.isna(value) else str(value).strip())
