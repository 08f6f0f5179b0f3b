"""propose(): from a folder to the text of its project file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from gridmerge.catalog import catalog
from gridmerge.config import HOUSEHOLD_SIZES
from gridmerge.model import Township
from gridmerge.recognise.guess import WORDS, Guess
from gridmerge.recognise.inputs import dominant, in_departments, in_files, network, workloads
from gridmerge.recognise.kinds import Recognised
from gridmerge.recognise.skeleton import mended, villages_of
from gridmerge.recognise.survey import Sheet, survey
from gridmerge.recognise.table import Table
from gridmerge.recognise.versions import share_departments, without_old

_TOWN = re.compile(r"^([\u4e00-\u9fff]{1,4}?(?:镇|乡|街道))")
PEOPLE = 800  # of a grid of some 300 households, at 2.6 people each (census of 2020)
_SAMPLE = 500  # values a column that are looked at for the township's name


def propose(folder: Path) -> str:
    """Write a project file for a folder of inputs.

    Parameters
    ----------
    folder
        Holds the departments' files, at most three folders deep. None is changed.

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
    project = _project(found, township, folder)
    tables = _tables(found, township)
    if (datum := _villages_datum(tables)) is not None:
        head.values["datum"] = datum
        township = mended(found, head, folder)
        tables = _tables(found, township)
    away = [table for table in tables if any(one.kind == "layer_off_township" for one in table.findings)]
    tables = [table for table in tables if table not in away]
    return _document(project, head, tables, [*_left_out(found, [*replaced, *map(_off_township, away)], sheets)])


def _off_township(table: Table) -> tuple[str, str]:
    """A network that would stop the build: of another township, or the villages are the wrong ones."""
    department, path = table.plain()["department"], table.plain()["path"]
    label = "、".join(path) if isinstance(path, list) else str(path)
    return label, f"像 {department} 的网格，但没有一个要素落在上面 [villages] 的范围内；拿错了文件，或村界、坐标系不对"


def _project(found: list[Recognised], township: Township, folder: Path) -> Table:
    table = Table(name="[project]")
    codes = dominant(code[:9] for code in township.villages["village_code"] if re.fullmatch(r"\d{12}", code))
    names = dominant(_town_names(one.sheet for one in found))
    if names is not None:
        table.values["name"] = Guess(names[0], "sure" if names[1] > 0.8 else "likely", "各文件中最常出现的乡镇名")
    else:
        table.values["name"] = Guess(folder.resolve().name, "unsure", "取自文件夹名")
    if codes is not None:
        table.values["code"] = Guess(codes[0], "sure" if codes[1] == 1 else "likely", "村代码的前 9 位")
    authority = township.crs.to_authority()
    if authority is not None:
        table.values["crs"] = Guess(":".join(authority), "sure", f"{township.crs.name}，按村界的位置选")
    table.values["language"] = Guess("zh", "sure", "")
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
    return Guess(winner[0], "likely", f"{len(networks)} 个网络中有 {len(votes)} 个只有这样才与村界吻合")


def _tables(found: list[Recognised], township: Township) -> list[Table]:
    keys: set[str] = set()
    names: set[str] = set()
    tables = []
    for kinds in (("network",), ("exclusive",), ("barrier",)):
        for group in in_files([part for one in found if one.kind.value in kinds for part in in_departments(one)]):
            tables.append(network(group, township, keys))
    share_departments(tables)
    tables.sort(key=_by_rank)
    for one in found:
        if one.kind.value == "workload":
            tables += workloads(one, township, names)
    matters = _matters(found)
    if matters is not None:
        table = Table(name="[matters]")
        table.values["path"] = Guess(matters.sheet.path, "likely", "文件名像事项清单；据此生成一格一清单")
        tables.append(table)
    roster = [one for one in found if one.kind.value == "roster"]
    if roster:
        best = max(roster, key=lambda one: len(one.sheet.frame))
        table = Table(name="[roster]")
        table.values["path"] = Guess(best.sheet.path, best.kind.sure if len(roster) == 1 else "likely", best.kind.why)
        tables.append(table)
    return tables


def _by_rank(table: Table) -> tuple[float, str]:
    """As the catalogue ranks the departments; special grids and barriers come last."""
    owner = catalog().find(table.values["department"].value)
    later = {"exclusive": 100.0, "barrier": 200.0}.get(table.plain().get("role", "grid"), 0.0)
    return (later + (owner.rank if owner else 50.0), table.values["key"].value)


def _document(project: Table, head: Table, tables: list[Table], left_out: list[str]) -> str:
    lines = [
        "# gridmerge init 写出的项目文件：每一项后面注明有多大把握、凭什么。",
        f"# {WORDS['sure']}＝有证据；{WORDS['likely']}＝名称或内容相符；{WORDS['unsure']}＝只是最像的一个，请看一眼再运行。",
        "# 长度单位米，编码一律是文本。核对后运行：gridmerge check，再 gridmerge build。",
        "",
    ]
    for table in (project, head, *tables):
        lines += [*_table(table), ""]
    names = [table.values["name"].value for table in tables if table.name == "[[workload]]"]
    lines += [*_grids(names), "", "[publish]", 'contacts = "masked"   # 电话打码：masked | full | none', ""]
    lines += left_out
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(table: Table) -> list[str]:
    lines = [table.name]
    for key, guess in table.values.items():
        comment = f"   # {guess.comment}" if guess.why else "" if guess.sure == "sure" else f"   # {WORDS[guess.sure]}"
        lines.append(f"{key} = {_toml(guess.value)}{_one_line(comment)}")
    return [*lines, *(f"# {_one_line(note)}" for note in table.notes)]


def _grids(names: list[str]) -> list[str]:
    if "households" in names:
        target, low, high = HOUSEHOLD_SIZES
        sizes = [f"target = {target:g}", f"min = {low:g}", f"max = {high:g}"]
        return ["[grids]", 'unit = "households"   # 网格大小按户数计；常用 300 户，可改', *sizes]
    if "people" in names:
        return ["[grids]", 'unit = "people"   # 请核对：没有户数数据，按人口', f"target = {PEOPLE:g}   # 约 300 户"]
    if names:
        return [
            "[grids]",
            f"unit = {_toml(names[0])}   # 请核对：没有户数数据",
            "target = 300   # 请核对：每个网格多少",
        ]
    return ["[grids]", '# 没有找到工作量数据，按面积（公顷）划分；给出户数或事件后改为 unit = "households"']


def _matters(found: list[Recognised]) -> Recognised | None:
    """The one list of matters; of several, none is taken, and a mere list of something else is none."""
    lists = [one for one in found if one.kind.value == "matters" and "事项" in one.sheet.title]
    return lists[0] if len(lists) == 1 and lists[0].sheet.layer is None else None


def _left_out(found: list[Recognised], doubted: list[tuple[str, str]], sheets: list[Sheet]) -> list[str]:
    """What was seen and is not in the file, and how sure that is."""
    used = _matters(found)
    unused = [
        f"#   {one.sheet.label}：{one.kind.comment}"
        for one in found
        if one.kind.value in ("other", "matters") and one is not used
    ]
    old = [f"#   {label}：{WORDS['unsure']}：{_one_line(why)}" for label, why in doubted]
    empty = [f"#   {sheet.label}：没有数据" for sheet in sheets if sheet.raw is not None and not len(sheet.frame)]
    broken = [f"#   {_one_line(sheet.problem.in_('zh'))}" for sheet in sheets if sheet.problem is not None]
    lines = ["# 看到但没有用的文件：", *old, *unused, *empty] if old or unused or empty else []
    return lines + (["# 读不了的文件：", *broken] if broken else [])


def _one_line(text: str) -> str:
    return re.sub(r"[\r\n]+", " ", text)


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else f"{value:g}"
