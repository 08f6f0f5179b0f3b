"""Which sheet is the village layer: the likeliest of which a township can be made."""

from __future__ import annotations

from pathlib import Path

import shapely

from gridmerge.catalog import find_field
from gridmerge.config import PROJECT_FILE, Settings, Villages
from gridmerge.errors import GridmergeError, InputError
from gridmerge.mend import mend_township
from gridmerge.model import Township
from gridmerge.recognise.columns import telling_column
from gridmerge.recognise.guess import NOTHING, Guess, listed
from gridmerge.recognise.kinds import Recognised, recognise, village_codes
from gridmerge.recognise.signs import texts, word
from gridmerge.recognise.survey import Sheet
from gridmerge.recognise.table import Table
from gridmerge.text import Text

_MOSTLY = 0.5  # of the villages: a column filled for fewer is not where their names stand, one of fewer values no code
_MOST_VILLAGES = 300  # of a township; five times the most that any has
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
            if one.kind.sure == "unsure":
                _few_enough(one.sheet)
            township = mended(found, head, folder)
            if one.kind.sure == "unsure":
                _under_the_others(one.sheet, sheets, township)
            return found, head, township
        except GridmergeError as error:
            refused[one.sheet.label] = error
    raise _none(folder, len(sheets), refused)


def _tells_apart(sheet: Sheet, column: str) -> bool:
    """Whether a column could hold codes: hardly any twice, as that of a village in two pieces is; a county's is all one."""
    values = texts(sheet, column)
    return bool(values[values != ""].nunique() > _MOSTLY * len(values))


def _few_enough(sheet: Sheet) -> None:
    """Refuse what nobody would call a township's villages: too many, where no name or code says that they are."""
    count = len(sheet.frame)
    if count > _MOST_VILLAGES and word(sheet.title, "villages") is None and village_codes(sheet) is None:
        raise InputError(
            f"它有 {count} 个面，名称和字段也不像村界。",
            f"it has {count} areas, and neither its name nor a column is like the villages'.",
        )


def _under_the_others(sheet: Sheet, sheets: list[Sheet], township: Township) -> None:
    """Refuse an area that most files of areas do not lie on."""
    land = shapely.box(*township.villages.total_bounds)
    others = [
        one.raw.frame for one in sheets if one is not sheet and one.shape == "area" and one.raw and one.raw.frame.crs
    ]
    away = sum(not shapely.box(*frame.to_crs(township.crs).total_bounds).intersects(land) for frame in others)
    if away > len(others) / 2:
        raise InputError(
            f"其余 {len(others)} 个面状图层中有 {away} 个不在它的范围内。",
            f"{away} of the {len(others)} other layers of areas do not lie on it.",
        )


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
    elif (column := find_field([one for one in sheet.columns if _tells_apart(sheet, one)], "village_code")) is not None:
        why = Text("字段名像村代码，但不是 12 位", "its name is like a village code's, but it has not 12 digits")
        table.values["code"] = Guess(column, "likely", why)
    elif (column := telling_column(sheet)) is not None:
        why = Text(
            "没有像村代码的字段，先取各村不同的这一列",
            "no column looks like village codes; this one differs from village to village",
        )
        table.values["code"] = Guess(column, "unsure", why)
    elif len(sheet.frame) > 1:
        table.notes.append(
            Text(
                "code：没有一列能区分各村，同一代码的面会并成一个村；请在村界文件里补上代码或名称，再写 code",
                "code: no column tells the villages apart, and areas of one code become one village; "
                "add codes or names to the villages' file, then write code",
            )
        )
    filled = [column for column in sheet.columns if column != code and (texts(sheet, column) != "").mean() > _MOSTLY]
    name = find_field(filled, "village_name")
    if name is not None:
        table.values["name"] = Guess(name, "sure", Text("字段名像村名", "its name is like a village name's"))
    return table
