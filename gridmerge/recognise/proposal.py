"""propose(): from a folder to the text of its project file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from gridmerge.catalog import catalog
from gridmerge.model import Township
from gridmerge.recognise.document import document
from gridmerge.recognise.guess import NOTHING, WORDS, Guess, together
from gridmerge.recognise.inputs import dominant, in_departments, in_files, network
from gridmerge.recognise.kinds import Recognised
from gridmerge.recognise.skeleton import mended, villages_of
from gridmerge.recognise.strangers import by_land
from gridmerge.recognise.survey import Sheet, survey
from gridmerge.recognise.table import Table
from gridmerge.recognise.toponyms import toponyms
from gridmerge.recognise.versions import share_departments, without_old
from gridmerge.recognise.works import works
from gridmerge.text import Language, Text

_TOWN = re.compile(r"^([\u4e00-\u9fff]{1,4}?(?:镇|乡|街道))")
_NAMED = 0.3  # share of the township names in the files that one must have; a county's files name all its townships
_SAMPLE = 500  # values a column that are looked at for the township's name
_NO_GRIDS = ("layer_off_township", "layer_without_areas")  # findings on a network that leaves no grid to take part


def propose(folder: Path, language: Language = "zh") -> str:
    """Write a project file for a folder of inputs.

    Parameters
    ----------
    folder
        Holds the departments' files, at most three folders deep. None is changed.
    language
        Of the comments, and of the products that the project file asks for. Every other choice is the same in both.

    Returns
    -------
    str
        A commented gridmerge.toml: each choice with how sure it is and why, what else was seen, and what was left out.

    Raises
    ------
    InputError
        There is no such folder, or nothing in it can be read, or no layer of areas that can serve as the villages.
    """
    sheets = survey(folder)
    found, head, township = villages_of(sheets, folder)
    found, replaced = without_old(found)
    found = by_land(found, township)
    project = _project(found, township, folder, language)
    tables = _tables(found, township)
    if (datum := _villages_datum(tables)) is not None:
        head.values["datum"] = datum
        township = mended(found, head, folder)
        tables = _tables(found, township)
    away = [table for table in tables if any(one.kind in _NO_GRIDS for one in table.findings)]
    tables = [table for table in tables if table not in away]
    doubted = [
        (label, together(WORDS["unsure"], Text("：", ": "), why)) for label, why in (*replaced, *map(_off, away))
    ]
    unread = [sheet.problem.text for sheet in sheets if sheet.problem is not None]
    left_out = [*doubted, *_left_out(found, [*tables, *away], sheets)]
    return document([project, head, *tables], left_out, unread, language)


def _off(table: Table) -> tuple[str, Text]:
    """A network that would stop the build: of another township, or the villages are the wrong ones."""
    department = table.plain()["department"]
    why = Text(
        f"像 {department} 的网格，但没有一个要素落在上面 [villages] 的范围内；拿错了文件，或村界、坐标系不对",
        f"like a network of {department}, but no feature lies on the [villages] above; "
        "it is the wrong file, or the villages or the coordinate system are wrong",
    )
    return "、".join(_paths(table)), why


def _paths(table: Table) -> list[str]:
    path = table.values["path"].value
    return list(path) if isinstance(path, list) else [str(path)]


def _project(found: list[Recognised], township: Township, folder: Path, language: Language) -> Table:
    table = Table(name="[project]")
    codes = dominant(code[:9] for code in township.villages["village_code"] if re.fullmatch(r"\d{12}", code))
    names = dominant(_town_names(one.sheet for one in found))
    if names is not None and names[1] > _NAMED:
        why = Text("各文件中最常出现的乡镇名", "the township that the files name most")
        table.values["name"] = Guess(names[0], "sure" if names[1] > 0.8 else "likely", why)
    else:
        table.values["name"] = Guess(folder.resolve().name, "unsure", Text("取自文件夹名", "the folder's name"))
    if codes is not None:
        why = Text("村代码的前 9 位", "the first 9 digits of the village codes")
        table.values["code"] = Guess(codes[0], "sure" if codes[1] == 1 else "likely", why)
    authority = township.crs.to_authority()
    if authority is not None:
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


def _villages_datum(tables: list[Table]) -> Guess[str] | None:
    """The datum of the villages, when more than half of the networks fit them only so."""
    networks = [table for table in tables if table.plain().get("role", "grid") in ("grid", "base") and table.findings]
    votes = [
        str(dict(finding.blanks)["datum"])
        for table in networks
        for finding in table.findings
        if finding.kind == "villages_suspected"
    ]
    winner = dominant(votes)
    if winner is None or len(votes) <= len(networks) / 2 or winner[1] < 1:
        return None
    why = Text(
        f"{len(networks)} 个网络中有 {len(votes)} 个只有这样才与村界吻合",
        f"{len(votes)} of {len(networks)} networks fit the villages only so",
    )
    return Guess(winner[0], "likely", why)


def _tables(found: list[Recognised], township: Township) -> list[Table]:
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
    return tables + toponyms(found, work, township)


def _by_rank(table: Table) -> tuple[float, str]:
    """As the catalogue ranks the departments; special grids and barriers come last."""
    owner = catalog().find(table.values["department"].value)
    later = {"exclusive": 100.0, "barrier": 200.0}.get(table.plain().get("role", "grid"), 0.0)
    return (later + (owner.rank if owner else 50.0), table.values["key"].value)


def _matters(found: list[Recognised]) -> Recognised | None:
    """The one list of matters; of several, none is taken, and a mere list of something else is none."""
    lists = [one for one in found if one.kind.value == "matters" and "事项" in one.sheet.title]
    return lists[0] if len(lists) == 1 and lists[0].sheet.layer is None else None


def _left_out(found: list[Recognised], tables: list[Table], sheets: list[Sheet]) -> list[tuple[str, Text]]:
    """Every sheet that no table uses, with what it was taken for and how sure that is; and those without rows."""
    used = {(path, table.plain().get("layer")) for table in tables for path in _paths(table)}
    unused = [
        (one.sheet.label, _unused(one))
        for one in found
        if one.kind.value != "villages" and (one.sheet.path, one.sheet.layer) not in used
    ]
    empty = [
        (sheet.label, Text("没有数据", "no rows")) for sheet in sheets if sheet.raw is not None and not len(sheet.frame)
    ]
    return unused + empty


def _unused(one: Recognised) -> Text:
    if one.kind.value != "roster":
        return one.kind.comment
    return together(WORDS["unsure"], Text("：也像人员名单，已用另一份", ": like a roster too, but another one is used"))
