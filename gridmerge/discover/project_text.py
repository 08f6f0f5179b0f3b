"""The tables of a proposal → the text of gridmerge.toml, its comments in the language asked for."""

from __future__ import annotations

import json
import re
from typing import Any

from gridmerge.config.settings import HOUSEHOLD_SIZES
from gridmerge.discover.guess import SURENESS_WORDS
from gridmerge.discover.settings_table import ProjectTable
from gridmerge.i18n.text import Language, Text

PEOPLE_PER_GRID = 800  # of a grid of some 300 households, at 2.6 people each (census of 2020)
# Halves of characters, which no text file can hold; and what would end a comment or may not stand in one.
_HALVES = re.compile("[\ud800-\udfff]")
_NOT_IN_COMMENTS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# \n in a path is mostly a mistake of who wrote it (C:\new), and refused when the project file is read; \u000a is meant.
_SHORT_ESCAPE = re.compile(r"\\.")
_LONG_ESCAPES = {
    "\\b": "\\u0008",
    "\\t": "\\u0009",
    "\\n": "\\u000a",
    "\\f": "\\u000c",
    "\\r": "\\u000d",
}
_HEAD = (
    Text(
        "gridmerge init 写出的项目文件：每一项后面注明有多大把握、凭什么。",
        "Written by gridmerge init: behind each choice stands how sure it is, and why.",
    ),
    Text(
        "肯定＝有证据；较有把握＝名称或内容相符；请核对＝只是最像的一个，请看一眼再运行。",
        "sure: proven; likely: names or values agree; please check: only the best there was, look before you run it.",
    ),
    Text(
        "长度单位米，编码一律是文本。核对后运行：gridmerge check，再 gridmerge build。",
        "Lengths are metres, codes are text. When it is right, run gridmerge check, then gridmerge build.",
    ),
)
_NO_NETWORK = Text(
    "没有认出任何部门的网格：请把各部门的网格文件放进来再运行 init，或自己加一段 [[layers]]（path = …，department = …）",
    "No departmental network was recognised: add the departments' files and run init again, or write a [[layers]] table "
    "(path = ..., department = ...)",
)
_UNUSED = Text("看到但没有用的文件：", "Files that were seen and are not used:")
_BROKEN = Text("读不了的文件：", "Files that cannot be read:")


def render_project_file(
    tables: list[ProjectTable],
    left_out: list[tuple[str, Text]],
    broken: list[Text],
    language: Language,
) -> str:
    """The whole file: `tables` in order, then the sizes of the grids, then what is not used and what cannot be read."""
    lines = [*(f"# {line.in_(language)}" for line in _HEAD), ""]
    for table in tables:
        lines += [*_render_table(table, language), ""]
    if not any(table.name == "[[layers]]" for table in tables):
        lines += [f"# {_NO_NETWORK.in_(language)}", ""]
    names = [str(table.values["name"].value) for table in tables if table.name == "[[workload]]"]
    lines += [*_render_grids(names, language), ""]
    masked = Text("电话打码：masked | full | none", "phones: masked | full | none")
    lines += ["[publish]", _add_comment('contacts = "masked"', masked, language), ""]
    colon = Text("：", ": ").in_(language)
    listed = [f"#   {label}{colon}{_one_line(why.in_(language))}" for label, why in left_out]
    lines += [f"# {_UNUSED.in_(language)}", *listed] if listed else []
    unread = [f"#   {_one_line(why.in_(language))}" for why in broken]
    lines += [f"# {_BROKEN.in_(language)}", *unread] if unread else []
    return "\n".join(lines).rstrip("\n") + "\n"


def _render_table(table: ProjectTable, language: Language) -> list[str]:
    lines = [table.name]
    for key, guess in table.values.items():
        bare = f"{key} = {_toml_value(guess.value)}"
        plain = guess.sure == "sure" and not guess.why.zh
        lines.append(bare if plain else _add_comment(bare, guess.comment, language))
    return [*lines, *(f"# {_one_line(note.in_(language))}" for note in table.notes)]


def _render_grids(names: list[str], language: Language) -> list[str]:
    check = SURENESS_WORDS["unsure"]
    if "households" in names:
        target, low, high = HOUSEHOLD_SIZES
        why = Text(
            "网格大小按户数计；常用 300 户，可改",
            "grids are sized by households; 300 is usual, change it",
        )
        sizes = [f"target = {target:g}", f"min = {low:g}", f"max = {high:g}"]
        return ["[grids]", _add_comment('unit = "households"', why, language), *sizes]
    none = Text("没有户数数据", "there are no households")
    if "people" in names:
        why = Text(f"{check.zh}：{none.zh}，按人口", f"{check.en}: {none.en}, so by people")
        size = _add_comment(
            f"target = {PEOPLE_PER_GRID:g}", Text("约 300 户", "some 300 households"), language
        )
        return ["[grids]", _add_comment('unit = "people"', why, language), size]
    if names:
        why = Text(f"{check.zh}：{none.zh}", f"{check.en}: {none.en}")
        much = Text(f"{check.zh}：每个网格多少", f"{check.en}: how much a grid")
        unit = _add_comment(f"unit = {_toml_value(names[0])}", why, language)
        return ["[grids]", unit, _add_comment("target = 300", much, language)]
    area = Text(
        '没有找到工作量数据，按面积（公顷）划分；给出户数或事件后改为 unit = "households"',
        'no workload was found, so grids are sized by area (hectares); give households or events, then unit = "households"',
    )
    return ["[grids]", f"# {area.in_(language)}"]


def _add_comment(line: str, why: Text, language: Language) -> str:
    return f"{line}   # {_one_line(why.in_(language))}"


def _one_line(text: str) -> str:
    return _NOT_IN_COMMENTS.sub(" ", text)


def _toml_value(value: Any) -> str:
    """A value as TOML writes it: a basic string is a string of JSON, but for the one control character JSON lets stand."""
    if isinstance(value, list):
        return "[" + ", ".join(_toml_value(item) for item in value) + "]"
    if not isinstance(value, str):
        return f"{value:g}"
    quoted = json.dumps(_HALVES.sub("\ufffd", value), ensure_ascii=False).replace("\x7f", "\\u007f")
    return _SHORT_ESCAPE.sub(
        lambda escape: _LONG_ESCAPES.get(escape.group(), escape.group()), quoted
    )
