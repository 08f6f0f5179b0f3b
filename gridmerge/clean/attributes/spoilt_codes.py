"""Codes that a spreadsheet has spoilt: shown in scientific notation, taken for dates, cut after fifteen digits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from gridmerge.clean.attributes.fields import join_examples
from gridmerge.findings import Finding, make_finding
from gridmerge.i18n.text import INVISIBLE
from gridmerge.privacy.patterns import scrub_text

# 5.10311E+11: the sign and two figures are Excel's; a code of its own such as 1e5 or 12E3 has none.
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[eE]\+\d{2,3}")
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
# 1-2 as Excel keeps and shows it: a day at midnight, 2024/1/2, 1月2日, 2-Jan, Jan-02.
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ]0?0:00(?::00(?:\.0+)?)?)?|(?:\d{4}年)?\d{1,2}月\d{1,2}日"
    rf"|\d{{1,2}}-{_MONTH}|{_MONTH}-\d{{1,4}}",
    re.I,
)
# A number in a sheet has fifteen digits; what follows becomes noughts.
_CUT = re.compile(r"[1-9]\d{14}0+")
_LONG = re.compile(r"\d{16,}")
# Of a village by the statistical code.
VILLAGE_DIGITS = 12
# Digits with thousands marks, blanks or a sign, as sheets and people write long numbers.
_PARTED = r"[+']?\s*\d+(?:\s*[,.， _'·/-]\s*\d+)*"
# What a sheet shows instead of a value: an error of a formula, or a column too narrow for the number.
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!)|#{2,}", re.I)
# What people write where there is no code.
_NONE = re.compile(r"[-—–/\\_]+|无|暂无|未编号|null|none|nan", re.I)

SPOILT_KINDS = ("code_error", "code_scientific", "code_date", "code_cut")
_WHAT = {
    "code_error": (
        "是 Excel 的错误值或列宽不够时显示的 #，不是代码",
        "are errors of Excel, or the # it shows in a narrow column, and no codes",
    ),
    "code_scientific": (
        "是 Excel 的科学计数法，原来的数字已丢失",
        "are in Excel's scientific notation; their digits are lost",
    ),
    "code_date": ("被 Excel 变成了日期", "were turned into dates by Excel"),
    "code_cut": (
        "第 15 位之后被 Excel 变成了 0",
        "had their digits after the fifteenth turned into 0 by Excel",
    ),
}
_DO = (
    "请从原系统重新导出，并在粘贴前把该列设为“文本”格式",
    "export them again, and make the column text before anything is pasted into it",
)


class SpoiltCodes(NamedTuple):
    """Codes that were spoilt in one way: the kind of finding, how many rows, and which codes."""

    kind: str
    rows: int
    codes: list[str]


def find_spoilt_codes(codes: Sequence[str]) -> list[SpoiltCodes]:
    """Tell which codes of a column a spreadsheet has spoilt.

    Numbers cut after fifteen digits look like any other; they are told where two are the same, or all long ones end so.
    """
    ways = {
        "code_error": [code for code in codes if _ERROR.fullmatch(code)],
        "code_scientific": [code for code in codes if _SCIENTIFIC.fullmatch(code)],
        "code_date": [code for code in codes if _DATE.fullmatch(code)],
        "code_cut": _find_cut_codes(codes),
    }
    return [
        SpoiltCodes(kind, len(ways[kind]), sorted(set(ways[kind])))
        for kind in SPOILT_KINDS
        if ways[kind]
    ]


def without_dashes(codes: pd.Series) -> pd.Series:
    """Codes as text, "" where somebody wrote that there is none: -, /, 无, NULL. Such rows share no code."""
    return codes.mask(codes.str.fullmatch(_NONE), "")


def joined_digits(codes: pd.Series) -> pd.Series:
    """Codes of villages without the marks between their digits, where they have twelve: 510,311,104,201 or +510311104201."""
    bare = codes.str.replace(r"\D", "", regex=True)
    marked = codes.str.fullmatch(_PARTED) & (bare.str.len() == VILLAGE_DIGITS)
    return codes.mask(marked & (codes.str.count(r"\.") != 1), bare)


def _find_cut_codes(codes: Sequence[str]) -> list[str]:
    cut = [code for code in codes if len(code) > 15 and _CUT.fullmatch(code)]
    if len(cut) < 2:
        return []
    twice = max(Counter(cut).values()) > 1
    every = len(cut) == sum(_LONG.fullmatch(code) is not None for code in codes)
    return cut if twice or every else []


def spoilt_ids(codes: pd.Series, layer: str) -> list[Finding]:
    """Findings for the spoilt ids of a network."""
    return [
        make_finding(one.kind, layer=layer, measure=one.rows, examples=join_examples(one.codes, 3))
        for one in find_spoilt_codes(list(codes))
    ]


def spoilt_clause(codes: pd.Series) -> tuple[str, str] | None:
    """What is wrong with spoilt codes of a column that cannot do without them, and what to do, as a clause; None if nothing."""
    ways = find_spoilt_codes(list(codes))
    if not ways:
        return None
    zh = "；".join(f"代码 {join_examples(one.codes, 3)} {_WHAT[one.kind][0]}" for one in ways)
    en = "; ".join(f"the codes {', '.join(one.codes[:3])} {_WHAT[one.kind][1]}" for one in ways)
    return f"{zh}；{_DO[0]}", f"{en}; {_DO[1]}"


def quote_visibly(text: str) -> str:
    """Return a text in quotation marks, with what nobody sees by its number."""
    shown = INVISIBLE.sub(lambda sign: f"[U+{ord(sign[0]):04X}]", text)
    return f"“{shown}”"


def alike_ids(written: pd.Series, codes: pd.Series, layer: str) -> list[Finding]:
    """A finding for every id that is written in several ways which differ in width, blanks or unseen characters only."""
    twice = codes.duplicated(keep=False) & (codes != "")
    each = pd.DataFrame({"code": codes[twice], "written": written[twice]}).drop_duplicates()
    several = each[each["code"].duplicated(keep=False)]
    ways = several["written"].map(scrub_text).groupby(several["code"]).unique()
    return [
        make_finding(
            "id_alike",
            layer=layer,
            source_id=str(code),
            measure=len(texts),
            written=join_examples(map(quote_visibly, sorted(texts)), 3),
        )
        for code, texts in ways.items()
        if len(texts) > 1
    ]
