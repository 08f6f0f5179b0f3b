"""Which sheet is the village layer: the likeliest of which a township can be made, or the one that says it is."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely

from gridmerge.catalog import find_field
from gridmerge.clean import clean_township
from gridmerge.config.settings import PROJECT_FILE, Settings, Villages
from gridmerge.discover.classification import ClassifiedSheet, classify_sheets
from gridmerge.discover.columns import find_named_column, telling_column
from gridmerge.discover.guess import NO_REASON, Guess, join_texts, list_names
from gridmerge.discover.keywords import column_texts, find_keyword
from gridmerge.discover.scan import ScannedSheet
from gridmerge.discover.settings_table import ProjectTable
from gridmerge.discover.village_candidates import (
    explain_villages,
    likeliest_villages,
    says_villages,
    village_codes,
)
from gridmerge.errors import GridmergeError, InputError
from gridmerge.i18n.text import Text
from gridmerge.model import Township

# of the villages: a column filled for fewer is not where their names stand, one of fewer values no code
_MOSTLY = 0.5
_MAX_VILLAGES = 300  # of a township; five times the most that any has
# candidates, the likeliest first: in a folder without any villages all are as bad
MAX_CANDIDATES = 5


def villages_of(
    sheets: list[ScannedSheet], folder: Path
) -> tuple[list[ClassifiedSheet], ProjectTable, Township | None]:
    """Recognise the sheets and make the township of the likeliest village layer that can be used.

    Returns
    -------
    tuple
        The recognised sheets, the [villages] table and the township; None for it where a file says that it is the
        villages, cannot be used, and no other that says so can: it stays in the table, with the reason.

    Raises
    ------
    InputError
        No sheet is of areas, or none of the likeliest makes a township and none says that it is the villages; then the
        first is told with the reason.
    """
    refused: dict[str, GridmergeError] = {}
    while (
        len(refused) < MAX_CANDIDATES and (one := likeliest_villages(sheets, refused)) is not None
    ):
        found = classify_sheets(sheets, one)
        head = _villages_table(one, refused)
        try:
            if one.kind.sure == "unsure":
                _few_enough(one.sheet)
            township = build_township(found, head, folder)
            if one.kind.sure == "unsure":
                _under_the_others(one.sheet, sheets, township)
            _note_code_clashes(head, township)
            return found, head, township
        except GridmergeError as error:
            refused[one.sheet.label] = error
    kept = _declared_villages(sheets, refused)
    if kept is None:
        raise _no_villages_error(folder, len(sheets), refused)
    return classify_sheets(sheets, kept), _unusable_table(kept, refused.get(kept.sheet.label)), None


def _declared_villages(
    sheets: list[ScannedSheet], refused: dict[str, GridmergeError]
) -> ClassifiedSheet | None:
    """The sheet that says it is the villages though it cannot be used: of those tried the likeliest, else one not read."""
    meant = {sheet.label: sheet for sheet in sheets if says_villages(sheet)}
    label = next((label for label in (*refused, *meant) if label in meant), None)
    if label is None:
        return None
    return ClassifiedSheet(
        sheet=meant[label], kind=Guess("villages", "unsure", explain_villages(meant[label]))
    )


def _unusable_table(one: ClassifiedSheet, error: GridmergeError | None) -> ProjectTable:
    """The [villages] table of a file that cannot be used: the reason, and what nothing could be proven without it."""
    table = _villages_table(one, {})
    why = (error or one.sheet.problem or InputError("文件里没有数据。", "it holds no rows.")).text
    table.doubt("path", join_texts(Text("但现在用不了：", "but it cannot be used yet: "), why))
    table.notes.append(
        Text(
            "下面各文件没有对照村界核对过：坐标系、坐标偏移（datum）、where、名称看不出的文件都没有判断；"
            "改好村界文件后请运行 init --force 重写本文件，或在这里写上所缺的键（如 crs）后运行 check",
            "Nothing below was checked against the villages: no coordinate system, datum or where was proven, nor files "
            "whose names tell nothing looked at; correct the villages' file and run init --force, or write the missing key "
            "(such as crs) here and run check",
        )
    )
    return table


def _note_code_clashes(head: ProjectTable, township: Township) -> None:
    """Say that one code stands for villages of several names: they become one village."""
    clashes = [finding for finding in township.findings if finding.kind == "village_code_clash"]
    if clashes and "code" in head.values:
        first = clashes[0].source_id
        why = Text(
            f"有 {len(clashes)} 个代码几个村共用（如 {first}），会并成一个村；请改正代码，或把 code 换成能区分各村的字段",
            f"{len(clashes)} codes are shared by villages of several names (such as {first}), which become one village; "
            "correct the codes, or write a column that tells the villages apart",
        )
        head.doubt("code", why)


def _tells_apart(sheet: ScannedSheet, column: str) -> bool:
    """Whether a column could hold codes: hardly any twice, as that of a village in two pieces is; a county's is all one."""
    values = column_texts(sheet, column)
    return bool(values[values != ""].nunique() > _MOSTLY * len(values))


def _few_enough(sheet: ScannedSheet) -> None:
    """Refuse what nobody would call a township's villages: too many, where no name or code says that they are."""
    count = len(sheet.frame)
    if (
        count > _MAX_VILLAGES
        and find_keyword(sheet.title, "villages") is None
        and village_codes(sheet) is None
    ):
        raise InputError(
            f"它有 {count} 个面，名称和字段也不像村界。",
            f"it has {count} areas, and neither its name nor a column is like the villages'.",
        )


def _meets_land(frame: gpd.GeoDataFrame, land: shapely.Geometry) -> bool:
    """Whether the box of some feature meets the land: that of the whole file would with one corner mistyped."""
    return bool(
        shapely.intersects(shapely.box(*shapely.bounds(frame.geometry.to_numpy()).T), land).any()
    )


def _under_the_others(sheet: ScannedSheet, sheets: list[ScannedSheet], township: Township) -> None:
    """Refuse an area that most files of areas do not lie on."""
    land = shapely.box(*township.villages.total_bounds)
    others = [
        one.raw.frame
        for one in sheets
        if one is not sheet and one.shape == "area" and one.raw and one.raw.frame.crs
    ]
    away = sum(not _meets_land(frame.to_crs(township.crs), land) for frame in others)
    if away > len(others) / 2:
        raise InputError(
            f"其余 {len(others)} 个面状图层中有 {away} 个不在它的范围内。",
            f"{away} of the {len(others)} other layers of areas do not lie on it.",
        )


def build_township(found: list[ClassifiedSheet], head: ProjectTable, folder: Path) -> Township:
    """Make the township as the [villages] table says."""
    raw = next(one.sheet.raw for one in found if one.kind.value == "villages")
    assert raw is not None, "what could not be read is not recognised"
    return clean_township(
        raw, Settings(file=folder / PROJECT_FILE, villages=Villages(**head.plain()))
    )


def _no_villages_error(folder: Path, looked: int, refused: dict[str, GridmergeError]) -> InputError:
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


def _villages_table(one: ClassifiedSheet, refused: dict[str, GridmergeError]) -> ProjectTable:
    table, sheet = ProjectTable(name="[villages]"), one.sheet
    table.values["path"] = Guess(sheet.path, one.kind.sure, one.kind.why)
    if refused:
        likelier = list_names(refused)
        table.doubt(
            "path",
            Text(f"更像的 {likelier.zh} 用不了", f"{likelier.en} is more like it but cannot serve"),
        )
    if sheet.layer is not None:
        table.values["layer"] = Guess(sheet.layer, "sure", NO_REASON)
    code = village_codes(sheet)
    if code is not None:
        table.values["code"] = Guess(code, "sure", Text("全是 12 位数字", "all of 12 digits"))
    elif (
        column := find_field(
            [one for one in sheet.columns if _tells_apart(sheet, one)], "village_code"
        )
    ) is not None:
        why = Text(
            "字段名像村代码，但不是 12 位",
            "its name is like a village code's, but it has not 12 digits",
        )
        table.values["code"] = Guess(column, "likely", why)
    elif len(sheet.frame) and (column := telling_column(sheet)) is not None:
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
    filled = [
        column
        for column in sheet.columns
        if column != code and (column_texts(sheet, column) != "").mean() > _MOSTLY
    ]
    name = find_named_column(sheet, filled, "village_name")
    if name is not None:
        table.values["name"] = Guess(
            name, "sure", Text("字段名像村名", "its name is like a village name's")
        )
    return table
