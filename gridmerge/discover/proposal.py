"""propose(): from a folder to the text of its project file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gridmerge.catalog import load_catalog
from gridmerge.discover.classification import ClassifiedSheet
from gridmerge.discover.cross_validation import (
    OFF_TOWNSHIP,
    doubt_villages,
    is_off,
    unusable_villages_text,
    villages_datum,
)
from gridmerge.discover.guess import NO_REASON, SURENESS_WORDS, Guess, join_texts
from gridmerge.discover.keywords import find_keyword
from gridmerge.discover.layers import in_departments, in_files, most_frequent, network_table
from gridmerge.discover.places import toponym_tables
from gridmerge.discover.project_text import render_project_file
from gridmerge.discover.scan import ScannedSheet, scan_folder
from gridmerge.discover.settings_table import ProjectTable
from gridmerge.discover.superseded_files import share_departments, without_old
from gridmerge.discover.unnamed_layers import by_land
from gridmerge.discover.village_layer import build_township, villages_of
from gridmerge.discover.workloads import workload_tables
from gridmerge.i18n.text import Language, Text
from gridmerge.model import Township

_TOWN = re.compile(r"^([\u4e00-\u9fff]{1,4}?(?:镇|乡|街道))")
_MIN_NAMED_SHARE = 0.3  # share of the township names in the files that one must have; a county's files name all its townships
_SAMPLE_VALUES = 500  # values a column that are looked at for the township's name
# findings on a network that leaves no grid to take part
_NO_GRIDS = (OFF_TOWNSHIP, "layer_without_areas")


@dataclass(frozen=True, kw_only=True)
class ProjectProposal:
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


def propose_project_file(folder: Path, language: Language = "zh") -> str:
    """Write a project file for a folder of inputs: the text of `make_proposal`, which see."""
    return make_proposal(folder, language).text


def make_proposal(folder: Path, language: Language = "zh") -> ProjectProposal:
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
    sheets = scan_folder(folder)
    found, head, township = villages_of(sheets, folder)
    found, replaced = without_old(found)
    if township is not None:
        found = by_land(found, township)
    tables = _input_tables(found, township)
    if township is not None and (datum := villages_datum(tables)) is not None:
        head.values["datum"] = datum
        township = build_township(found, head, folder)
        tables = _input_tables(found, township)
    away = [table for table in tables if any(one.kind in _NO_GRIDS for one in table.findings)]
    wrong = unusable_villages_text(head) if township is None else doubt_villages(head, tables)
    if wrong is not None:  # then no network is to blame: all stay
        away = [table for table in away if not is_off(table)]
    tables = [table for table in tables if table not in away]
    doubted = [*replaced, *map(_unusable_network, away)]
    unused = _unused_sheets(found, [*tables, *away])
    left_out = [
        *(
            (label, join_texts(SURENESS_WORDS["unsure"], Text("：", ": "), why))
            for label, why in doubted
        ),
        *((one.sheet.label, _unused_reason(one)) for one in unused),
        *_empty_sheets(sheets, head),
    ]
    project = _project_table(found, township, folder, language)
    if wrong is not None:
        project.values.pop("crs", None)  # chosen by where the villages seem to lie
    unread = {sheet.label: sheet.problem.text for sheet in sheets if sheet.problem is not None}
    return ProjectProposal(
        text=render_project_file(
            [project, head, *tables], left_out, list(unread.values()), language
        ),
        villages=wrong,
        networks_left_out=len(doubted) + sum(_like_a_network(one.sheet) for one in unused),
        unread=len(unread),
    )


def _like_a_network(sheet: ScannedSheet) -> bool:
    """Whether a sheet that no table uses is called like a department's network, such as one of points."""
    return (
        sheet.shape != "table"
        and find_keyword(sheet.title, "network") is not None
        and find_keyword(sheet.title, "land") is None
    )


def _unusable_network(table: ProjectTable) -> tuple[str, Text]:
    """A network that would stop the build: of another township, the villages are the wrong ones, or it has no areas."""
    department = table.plain()["department"]
    without = next((one for one in table.findings if one.kind == "layer_without_areas"), None)
    if without is not None:
        return "、".join(_table_paths(table)), Text(without.message("zh"), without.message("en"))
    why = Text(
        f"像 {department} 的网格，但没有一个要素落在上面 [villages] 的范围内；拿错了文件，或村界、坐标系不对",
        f"like a network of {department}, but no feature lies on the [villages] above; "
        "it is the wrong file, or the villages or the coordinate system are wrong",
    )
    return "、".join(_table_paths(table)), why


def _table_paths(table: ProjectTable) -> list[str]:
    path = table.values["path"].value
    return list(path) if isinstance(path, list) else [str(path)]


def _project_table(
    found: list[ClassifiedSheet], township: Township | None, folder: Path, language: Language
) -> ProjectTable:
    table = ProjectTable(name="[project]")
    villages = [] if township is None else township.villages["village_code"]
    codes = most_frequent(code[:9] for code in villages if re.fullmatch(r"\d{12}", code))
    names = most_frequent(_town_names(one.sheet for one in found))
    if names is not None and names[1] > _MIN_NAMED_SHARE:
        why = Text("各文件中最常出现的乡镇名", "the township that the files name most")
        table.values["name"] = Guess(names[0], "sure" if names[1] > 0.8 else "likely", why)
    else:
        table.values["name"] = Guess(
            folder.resolve().name, "unsure", Text("取自文件夹名", "the folder's name")
        )
    if codes is not None:
        why = Text("村代码的前 9 位", "the first 9 digits of the village codes")
        table.values["code"] = Guess(codes[0], "sure" if codes[1] == 1 else "likely", why)
    if township is not None and (authority := township.crs.to_authority()) is not None:
        crs = township.crs.name
        why = Text(f"{crs}，按村界的位置选", f"{crs}, by where the villages lie")
        table.values["crs"] = Guess(":".join(authority), "sure", why)
    table.values["language"] = Guess(language, "sure", NO_REASON)
    return table


def _town_names(sheets: Iterable[ScannedSheet]) -> Iterable[str]:
    for sheet in sheets:
        for column in sheet.columns:
            if not pd.api.types.is_numeric_dtype(sheet.frame[column]):
                for value in sheet.frame[column].dropna().astype(str).unique()[:_SAMPLE_VALUES]:
                    if match := _TOWN.match(value):
                        yield match.group(1)


def _input_tables(found: list[ClassifiedSheet], township: Township | None) -> list[ProjectTable]:
    keys: set[str] = set()
    tables = []
    for kinds in (("network",), ("exclusive",), ("barrier",)):
        for group in in_files(
            [part for one in found if one.kind.value in kinds for part in in_departments(one)]
        ):
            tables.append(network_table(group, township, keys))
    share_departments(tables)
    tables.sort(key=_by_rank)
    work = workload_tables(found, township)
    tables += work
    if (matters := _find_matters(found)) is not None:
        table = ProjectTable(name="[matters]")
        why = Text(
            "文件名像事项清单；据此生成一格一清单",
            "its name is like a list of matters; gives every grid its list of duties",
        )
        table.values["path"] = Guess(matters.sheet.path, "likely", why)
        tables.append(table)
    roster = [one for one in found if one.kind.value == "roster"]
    if roster:
        best = max(roster, key=lambda one: len(one.sheet.frame))
        table = ProjectTable(name="[roster]")
        table.values["path"] = Guess(
            best.sheet.path, best.kind.sure if len(roster) == 1 else "likely", best.kind.why
        )
        tables.append(table)
    return tables if township is None else tables + toponym_tables(found, work, township)


def _by_rank(table: ProjectTable) -> tuple[float, str]:
    """As the catalogue ranks the departments; special grids and barriers come last."""
    owner = load_catalog().find(table.values["department"].value)
    later = {"exclusive": 100.0, "barrier": 200.0}.get(table.plain().get("role", "grid"), 0.0)
    return (later + (owner.rank if owner else 50.0), table.values["key"].value)


def _find_matters(found: list[ClassifiedSheet]) -> ClassifiedSheet | None:
    """The one list of matters; of several, none is taken, and a mere list of something else is none."""
    lists = [one for one in found if one.kind.value == "matters" and "事项" in one.sheet.title]
    return lists[0] if len(lists) == 1 and lists[0].sheet.layer is None else None


def _unused_sheets(
    found: list[ClassifiedSheet], tables: list[ProjectTable]
) -> list[ClassifiedSheet]:
    """Every recognised sheet that no table uses."""
    used = {(path, table.plain().get("layer")) for table in tables for path in _table_paths(table)}
    return [
        one
        for one in found
        if one.kind.value != "villages" and (one.sheet.path, one.sheet.layer) not in used
    ]


def _empty_sheets(sheets: list[ScannedSheet], head: ProjectTable) -> list[tuple[str, Text]]:
    """Sheets without rows; of the one in [villages] that is said there."""
    villages = (head.plain()["path"], head.plain().get("layer"))
    none = [
        one
        for one in sheets
        if one.raw is not None and not len(one.frame) and (one.path, one.layer) != villages
    ]
    return [(one.label, Text("没有数据", "no rows")) for one in none]


def _unused_reason(one: ClassifiedSheet) -> Text:
    if one.kind.value != "roster":
        return one.kind.comment
    return join_texts(
        SURENESS_WORDS["unsure"],
        Text("：也像人员名册，已用另一份", ": like a roster too, but another one is used"),
    )
