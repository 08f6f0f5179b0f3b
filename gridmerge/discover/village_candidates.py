"""Which sheet is most of all the village layer, and which one says so itself."""

from __future__ import annotations

import re
from collections.abc import Collection

from gridmerge.discover.classification import ClassifiedSheet, find_department
from gridmerge.discover.guess import NO_REASON, Guess, Sure, join_texts, list_names
from gridmerge.discover.keywords import column_texts, find_keyword
from gridmerge.discover.scan import TABLE_SUFFIXES, ScannedSheet
from gridmerge.i18n.text import Text

# 社区.json and 青山镇居委会.shp are the villages; 社区警务 and 东山社区 are something of theirs.
_VILLAGES = re.compile(
    r"(?:.{1,12}?(?:镇|乡|街道|街|办事处))?[_\-\s]*(?:村|社区|村庄|居委会|居民委员会|村委会|村民委员会|村委|各村|各社区|村和社区|行政村社区)"
    r"(?:面|范围|矢量|图层|数据|分布)?图?[_\-\s\d]*"
)
VILLAGE_CODE_PATTERN = r"\d{12}"  # a village's statistical code


def likeliest_villages(
    sheets: list[ScannedSheet], unfit: Collection[str]
) -> ClassifiedSheet | None:
    """The sheet that is most of all a village layer: by its codes, then by its name, then by having few features.

    Parameters
    ----------
    sheets
        All of a folder.
    unfit
        Labels of those that were tried in vain. Once one of them says that it is the villages, nothing that does not say
        so takes its place: a department's network would pass for the villages, and nobody would notice.
    """
    areas = [
        sheet
        for sheet in sheets
        if sheet.shape == "area" and len(sheet.frame) and sheet.label not in unfit
    ]
    if any(says_villages(sheet) for sheet in sheets if sheet.label in unfit):
        areas = [sheet for sheet in areas if says_villages(sheet)]
    elif any(says_villages(sheet) for sheet in sheets):  # one that cannot be read, perhaps
        areas = [sheet for sheet in areas if _score_likeness(sheet) > 0]
    if not areas:
        return None
    ranked = sorted(
        areas, key=lambda sheet: (-_score_likeness(sheet), len(sheet.frame), sheet.path)
    )
    best, score = ranked[0], _score_likeness(ranked[0])
    others = [sheet.label for sheet in ranked[1:] if _score_likeness(sheet) == score and score > 0]
    seen = (
        join_texts(Text("；同样像的还有 ", "; just as like: "), list_names(others))
        if others
        else NO_REASON
    )
    sure: Sure = (
        "sure" if score >= 3 and not others else "likely" if score >= 2 and not others else "unsure"
    )
    return ClassifiedSheet(
        sheet=best, kind=Guess("villages", sure, join_texts(explain_villages(best), seen))
    )


def explain_villages(sheet: ScannedSheet) -> Text:
    """Why a sheet is taken for the villages."""
    if codes := village_codes(sheet):
        return Text(f"字段 {codes} 全是 12 位村代码", f"all of {codes} are 12-digit village codes")
    if _has_village_name(sheet):
        return Text("文件名像村界", "its name is like the villages'")
    if says_villages(sheet):
        return Text("所在文件夹名像村界", "its folder's name is like the villages'")
    return Text(
        "没有文件像村界，先取这一个", "no file is like the villages; this one is the best there is"
    )


def says_villages(sheet: ScannedSheet) -> bool:
    """Whether a file that can hold areas is meant as the villages by its own name, or else by its folder's."""
    drawn = sheet.shape == "area" or (
        len(sheet.frame) == 0 and not sheet.path.lower().endswith(TABLE_SUFFIXES)
    )
    if not drawn or find_keyword(sheet.title, "network") is not None:
        return False
    if _has_village_name(sheet):
        # community_police are no villages
        return not (sheet.title.isascii() and find_department(sheet))
    folder = sheet.path.rpartition("/")[0].rpartition("/")[2]
    called = (
        find_keyword(folder, "villages") is not None and find_keyword(folder, "network") is None
    )
    return called and find_department(sheet) is None


def village_codes(sheet: ScannedSheet) -> str | None:
    """The column that holds 12-digit codes of one township."""
    for column in sheet.columns:
        values = column_texts(sheet, column)
        if (
            len(values)
            and values.str.fullmatch(VILLAGE_CODE_PATTERN).all()
            and values.str[:9].nunique() <= max(1, len(values) // 3)
        ):
            return column
    return None


def _has_village_name(sheet: ScannedSheet) -> bool:
    return (
        find_keyword(sheet.title, "villages") is not None
        or _VILLAGES.fullmatch(sheet.title) is not None
    )


def _score_likeness(sheet: ScannedSheet) -> int:
    named = _has_village_name(sheet)
    coded = village_codes(sheet) is not None
    # a department's list of its grids may carry village codes too: its own name gives it away
    grid = find_keyword(sheet.title, "network") is not None or (
        find_department(sheet) is not None and not named
    )
    # less than a name: whatever else lies there is called so as well
    folder = not named and says_villages(sheet)
    # a 社区警务辖区 is a network; a community_district may be the villages of its country
    return 2 * coded + 2 * named + folder - (1 if named and sheet.title.isascii() else 2) * grid
