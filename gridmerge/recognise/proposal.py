"""propose(): from a folder to the text of its project file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gridmerge.catalog import catalog
from gridmerge.model import Township
from gridmerge.recognise.document import document
from gridmerge.recognise.guess import NOTHING, WORDS, Guess, together
from gridmerge.recognise.inputs import dominant, in_departments, in_files, network
from gridmerge.recognise.kinds import Recognised
from gridmerge.recognise.signs import word
from gridmerge.recognise.skeleton import mended, villages_of
from gridmerge.recognise.strangers import by_land
from gridmerge.recognise.survey import Sheet, survey
from gridmerge.recognise.table import Table
from gridmerge.recognise.toponyms import toponyms
from gridmerge.recognise.versions import share_departments, without_old
from gridmerge.recognise.witnesses import OFF, elsewhere, is_off, unusable, villages_datum
from gridmerge.recognise.works import works
from gridmerge.text import Language, Text

_TOWN = re.compile(r"^([\u4e00-\u9fff]{1,4}?(?:镇|乡|街道))")
_NAMED = 0.3  # share of the township names in the files that one must have; a county's files name all its townships
_SAMPLE = 500  # values a column that are looked at for the township's name
_NO_GRIDS = (OFF, "layer_without_areas")  # findings on a network that leaves no grid to take part


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What `init` writes, and what it has to say at once.

    Parameters
    ----------
    text
        A commented gridmerge.toml: each choice with how sure it is and why, what else was seen, and what was left out.
    villages
        What is wrong with the file in [villages], in a sentence; None when nothing is.
    networks_left_out
        Files or layers that look like a department's network and have no [[layers]] table.
    unread
        Files or layers that cannot be read.
    """

    text: str
    villages: Text | None
    networks_left_out: int
    unread: int


def propose(folder: Path, language: Language = "zh") -> str:
    """Write a project file for a folder of inputs: the text of `proposal`, which see."""
    return proposal(folder, language).text


def proposal(folder: Path, language: Language = "zh") -> Proposal:
    """Look at a folder of inputs and propose its project file.

    Parameters
    ----------
    folder
        Holds the departments' files, at most three folders deep. None is changed.
    language
        Of the comments, and of the products that the project file asks for. Every other choice is the same in both.

    Raises
    ------
    InputError
        There is no such folder, or nothing in it can be read, or no layer of areas could serve as the villages and none
        says that it is the villages.
    """
    sheets = survey(folder)
    found, head, township = villages_of(sheets, folder)
    found, replaced = without_old(found)
    if township is not None:
        found = by_land(found, township)
    tables = _tables(found, township)
    if township is not None and (datum := villages_datum(tables)) is not None:
        head.values["datum"] = datum
        township = mended(found, head, folder)
        tables = _tables(found, township)
    away = [table for table in tables if any(one.kind in _NO_GRIDS for one in table.findings)]
    wrong = unusable(head) if township is None else elsewhere(head, tables)
    if wrong is not None:  # then no network is to blame: all stay
        away = [table for table in away if not is_off(table)]
    tables = [table for table in tables if table not in away]
    doubted = [*replaced, *map(_off, away)]
    unused = _unused_sheets(found, [*tables, *away])
    left_out = [
        *((label, together(WORDS["unsure"], Text("：", ": "), why)) for label, why in doubted),
        *((one.sheet.label, _unused(one)) for one in unused),
        *_empty(sheets, head),
    ]
    project = _project(found, township, folder, language)
    if wrong is not None:
        project.values.pop("crs", None)  # chosen by where the villages seem to lie
    unread = {sheet.label: sheet.problem.text for sheet in sheets if sheet.problem is not None}
    return Proposal(
        text=document([project, head, *tables], left_out, list(unread.values()), language),
        villages=wrong,
        networks_left_out=len(doubted) + sum(_like_a_network(one.sheet) for one in unused),
        unread=len(unread),
    )


def _like_a_network(sheet: Sheet) -> bool:
    """Whether a sheet that no table uses is called like a department's network, such as one of points."""
    return sheet.shape != "table" and word(sheet.title, "network") is not None and word(sheet.title, "land") is None


def _off(table: Table) -> tuple[str, Text]:
    """A network that would stop the build: of another township, the villages are the wrong ones, or it has no areas."""
    department = table.plain()["department"]
    without = next((one for one in table.findings if one.kind == "layer_without_areas"), None)
    if without is not None:
        return "、".join(_paths(table)), Text(without.message("zh"), without.message("en"))
    why = Text(
        f"像 {department} 的网格，但没有一个要素落在上面 [villages] 的范围内；拿错了文件，或村界、坐标系不对",
        f"like a network of {department}, but no feature lies on the [villages] above; "
        "it is the wrong file, or the villages or the coordinate system are wrong",
    )
    return "、".join(_paths(table)), why


def _paths(table: Table) -> list[str]:
    path = table.values["path"].value
    return list(path) if isinstance(path, list) else [str(path)]


def _project(found: list[Recognised], township: Township | None, folder: Path, language: Language) -> Table:
    table = Table(name="[project]")
    villages = [] if township is None else township.villages["village_code"]
    codes = dominant(code[:9] for code in villages if re.fullmatch(r"\d{12}", code))
    names = dominant(_town_names(one.sheet for one in found))
    if names is not None and names[1] > _NAMED:
        why = Text("各文件中最常出现的乡镇名", "the township that the files name most")
        table.values["name"] = Guess(names[0], "sure" if names[1] > 0.8 else "likely", why)
    else:
        table.values["name"] = Guess(folder.resolve().name, "unsure", Text("取自文件夹名", "the folder's name"))
    if codes is not None:
        why = Text("村代码的前 9 位", "the first 9 digits of the village codes")
        table.values["code"] = Guess(codes[0], "sure" if codes[1] == 1 else "likely", why)
    if township is not None and (authority := township.crs.to_authority()) is not None:
        crs = township.crs.name
        why = Text(f"{crs}，按村界的位置选", f"{crs}, by where the villages lie")
        table.values["crs"] = Guess(":".join(authority), "sure", why)
    table.values["language"] = Guess(language, "sure", NOTHING)
    return table


def _town_names(sheets: Iterable[Sheet]) -> Iterable[str]:
    for sheet in sheets:
        for column in sheet.columns:
            if not pd.api.types.is_numeric_dtype(sheet.frame[column]):
                for value in sheet.frame[column].dropna().astype(str).unique()[:_SAMPLE]:
                    if match := _TOWN.match(value):
                        yield match.group(1)


def _tables(found: list[Recognised], township: Township | None) -> list[Table]:
    keys: set[str] = set()
    tables = []
    for kinds in (("network",), ("exclusive",), ("barrier",)):
        for group in in_files([part for one in found if one.kind.value in kinds for part in in_departments(one)]):
            tables.append(network(group, township, keys))
    share_departments(tables)
    tables.sort(key=_by_rank)
    work = works(found, township)
    tables += work
    if (matters := _matters(found)) is not None:
        table = Table(name="[matters]")
        why = Text(
            "文件名像事项清单；据此生成一格一清单",
            "its name is like a list of matters; gives every grid its list of duties",
        )
        table.values["path"] = Guess(matters.sheet.path, "likely", why)
        tables.append(table)
    roster = [one for one in found if one.kind.value == "roster"]
    if roster:
        best = max(roster, key=lambda one: len(one.sheet.frame))
        table = Table(name="[roster]")
        table.values["path"] = Guess(best.sheet.path, best.kind.sure if len(roster) == 1 else "likely", best.kind.why)
        tables.append(table)
    return tables if township is None else tables + toponyms(found, work, township)


def _by_rank(table: Table) -> tuple[float, str]:
    """As the catalogue ranks the departments; special grids and barriers come last."""
    owner = catalog().find(table.values["department"].value)
    later = {"exclusive": 100.0, "barrier": 200.0}.get(table.plain().get("role", "grid"), 0.0)
    return (later + (owner.rank if owner else 50.0), table.values["key"].value)


def _matters(found: list[Recognised]) -> Recognised | None:
    """The one list of matters; of several, none is taken, and a mere list of something else is none."""
    lists = [one for one in found if one.kind.value == "matters" and "事项" in one.sheet.title]
    return lists[0] if len(lists) == 1 and lists[0].sheet.layer is None else None


def _unused_sheets(found: list[Recognised], tables: list[Table]) -> list[Recognised]:
    """Every recognised sheet that no table uses."""
    used = {(path, table.plain().get("layer")) for table in tables for path in _paths(table)}
    return [one for one in found if one.kind.value != "villages" and (one.sheet.path, one.sheet.layer) not in used]


def _empty(sheets: list[Sheet], head: Table) -> list[tuple[str, Text]]:
    """Sheets without rows; of the one in [villages] that is said there."""
    villages = (head.plain()["path"], head.plain().get("layer"))
    none = [one for one in sheets if one.raw is not None and not len(one.frame) and (one.path, one.layer) != villages]
    return [(one.label, Text("没有数据", "no rows")) for one in none]


def _unused(one: Recognised) -> Text:
    if one.kind.value != "roster":
        return one.kind.comment
    return together(WORDS["unsure"], Text("：也像人员名册，已用另一份", ": like a roster too, but another one is used"))
