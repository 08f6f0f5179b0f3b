"""Which sheet is the village layer: the likeliest of which a township can be made."""

from __future__ import annotations

from pathlib import Path

from gridmerge.catalog import find_field
from gridmerge.config import PROJECT_FILE, Settings, Villages
from gridmerge.errors import GridmergeError, InputError
from gridmerge.mend import mend_township
from gridmerge.model import Township
from gridmerge.recognise.columns import telling_column
from gridmerge.recognise.guess import NOTHING, Guess, listed
from gridmerge.recognise.kinds import Recognised, recognise, village_codes
from gridmerge.recognise.survey import Sheet
from gridmerge.recognise.table import Table
from gridmerge.text import Text

TRIED = 5  # candidates, the likeliest first: in a folder without any villages all are as bad


def villages_of(sheets: list[Sheet], folder: Path) -> tuple[list[Recognised], Table, Township]:
    """Recognise the sheets and make the township of the likeliest village layer that can be used.

    Raises
    ------
    InputError
        No sheet is of areas, or none of the likeliest makes a township; then the first is told with the reason.
    """
    refused: dict[str, GridmergeError] = {}
    while len(refused) < TRIED:
        found = recognise(sheets, refused)
        one = next((one for one in found if one.kind.value == "villages"), None)
        if one is None:
            break
        head = _head(one, refused)
        try:
            return found, head, mended(found, head, folder)
        except GridmergeError as error:
            refused[one.sheet.label] = error
    raise _none(folder, len(sheets), refused)


def mended(found: list[Recognised], head: Table, folder: Path) -> Township:
    """Make the township as the [villages] table says."""
    raw = next(one.sheet.raw for one in found if one.kind.value == "villages")
    assert raw is not None, "what could not be read is not recognised"
    return mend_township(raw, Settings(file=folder / PROJECT_FILE, villages=Villages(**head.plain())))


def _none(folder: Path, looked: int, refused: dict[str, GridmergeError]) -> InputError:
    if not refused:
        return InputError(
            f"{folder} 中没有可作村界的面状图层（看了 {looked} 个文件）；请放入村（社区）边界后再运行。",
            f"{folder} holds no layer of areas that could be the villages ({looked} files were looked at); add the villages' boundaries and run again.",
        )
    label, error = next(iter(refused.items()))
    return InputError(
        f"{folder} 中最像村界的是 {label}，但用不了：{error.in_('zh')}请放入村（社区）边界后再运行。",
        f"{folder}: {label} is most like the villages but cannot serve: {error.in_('en')} Add the villages' boundaries and run again.",
    )


def _head(one: Recognised, refused: dict[str, GridmergeError]) -> Table:
    table, sheet = Table(name="[villages]"), one.sheet
    table.values["path"] = Guess(sheet.path, one.kind.sure, one.kind.why)
    if refused:
        likelier = listed(refused)
        table.doubt("path", Text(f"更像的 {likelier.zh} 用不了", f"{likelier.en} is more like it but cannot serve"))
    if sheet.layer is not None:
        table.values["layer"] = Guess(sheet.layer, "sure", NOTHING)
    code = village_codes(sheet)
    if code is not None:
        table.values["code"] = Guess(code, "sure", Text("全是 12 位数字", "all of 12 digits"))
    elif (column := find_field(sheet.columns, "village_code")) is not None:
        why = Text("字段名像村代码，但不是 12 位", "its name is like a village code's, but it has not 12 digits")
        table.values["code"] = Guess(column, "likely", why)
    elif (column := telling_column(sheet)) is not None:
        why = Text(
            "没有像村代码的字段，先取各村不同的这一列",
            "no column looks like village codes; this one differs from village to village",
        )
        table.values["code"] = Guess(column, "unsure", why)
    name = find_field([column for column in sheet.columns if column != code], "village_name")
    if name is not None:
        table.values["name"] = Guess(name, "sure", Text("字段名像村名", "its name is like a village name's"))
    return table
