"""Which column is the id, the name, the person responsible: by what columns are called, and by what stands in them.

A name alone convinces only where the values allow it: a column called 上级编码 that says the same in every row is no id.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pandas as pd

from gridmerge.catalog import find_field, normalize_name
from gridmerge.discover.guess import NO_REASON, Guess, join_texts, list_names
from gridmerge.discover.keywords import column_texts, load_keywords
from gridmerge.discover.scan import ScannedSheet
from gridmerge.i18n.text import Text
from gridmerge.tabular.cell_values import parse_numbers

_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}")
_DATE = re.compile(r"(19|20)\d{2}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?([ T].*)?")
_DECIMAL = re.compile(r"-?\d+\.\d+([eE][+-]?\d+)?|-?\d+[eE][+-]?\d+")
# letters, digits, dashes; one sign such as 标 or 号
_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9_\-./#]{2,40}[\u4e00-\u9fff]?")
_NUMBER = re.compile(r"\d+")
_HAN = re.compile(r"[\u3400-\u9fff]")
# of the filled values: parts of one grid may share an id, a constant is none
_MIN_DISTINCT_SHARE = 0.5
_MOSTLY = 0.6  # share of the values that must look like what a column is taken for
_NEARLY_ALL = 0.95  # of the rows: a district in two parts has its number twice
# what a geographic information system measures and writes beside every feature, as `normalize_name` writes it
_MEASURE = re.compile(
    r"(shape|st|geom|poly|calc)?(area|leng(th)?|len|perim(eter)?|acres?|hectares?)(m2|ha|km2|mu|sqm)?\d*|.*(面积|周长|长度)|(tb|js|jz)?mj"
)
_AMOUNT = re.compile(
    r"area|leng|perim|count|num$|total|sum|pop|hous|面积|长度|周长|数|户|人|量|率|额"
)
# what a program may number its rows by, or a department its grids
_ANY_ROW = frozenset({"id", "fid", "gid", "bsm"})
# what only programs number rows by, as `normalize_name` writes it
_MACHINES = frozenset(
    {"objectid", "gmlid", "ogcfid", "globalid", "guid", "uuid", "shapeid", "序号", "no"}
)
# numbers of rows, which name a grid only where nothing else does
_ROWS = _MACHINES | {"fid", "oid", "gid"}
_CALLED = {
    "id": Text("编号", "a code"),
    "name": Text("名称", "a name"),
    "holder": Text("责任人", "a person responsible"),
}
# digits from which a plain number is a code rather than an amount or a place in a list
_MIN_CODE_DIGITS = 6


def id_field(sheet: ScannedSheet) -> Guess[str] | None:
    """The column with the department's own grid codes."""
    allowed = [
        name
        for name in sheet.columns
        if not _is_measure(name) and _may_be_id(_filled_values(sheet, name))
    ]
    own = [name for name in allowed if normalize_name(name) not in _ROWS]
    chosen = _choose_column(sheet, "id", own, _looks_like_id) or _choose_column(
        sheet, "id", allowed, _looks_like_id
    )
    if chosen is not None or len(sheet.frame) < 2:
        return chosen
    numbers = [
        name
        for name in allowed
        if _tells_by_number(sheet, name) and normalize_name(name) not in _MACHINES
    ]
    numbers = numbers or [
        name
        for name in allowed
        if normalize_name(name) not in _MACHINES and _is_numbering(sheet, name)
    ]
    if not numbers:
        return None
    if _filled_values(sheet, numbers[0]).is_unique:
        why = Text(
            "字段名看不出，各要素的数字都不同",
            "its name tells nothing; every feature has another number",
        )
    else:
        why = Text(
            "字段名看不出，各要素的数字几乎都不同",
            "its name tells nothing; nearly every feature has another number",
        )
    return Guess(numbers[0], "unsure", why)


def _is_measure(name: str) -> bool:
    return _MEASURE.fullmatch(normalize_name(name)) is not None


def find_named_column(sheet: ScannedSheet, columns: list[str], part: str) -> str | None:
    """The column whose name says that it holds names; of several that do, one in Chinese before one in pinyin."""
    named = find_field(columns, part)
    if named is None or _looks_like_name(_filled_values(sheet, named)):
        return named
    chinese = [
        name
        for name in columns
        if find_field([name], part) and _looks_like_name(_filled_values(sheet, name))
    ]
    return find_field(chinese, part) or named


def name_field(sheet: ScannedSheet, taken: list[str]) -> Guess[str] | None:
    """The column with what the grids are called; `taken` are columns that play another part."""
    allowed = [
        name
        for name in sheet.columns
        if name not in taken and _may_be_name(_filled_values(sheet, name))
    ]
    return _choose_column(sheet, "name", allowed, _looks_like_name)


def holder_field(sheet: ScannedSheet, taken: list[str]) -> Guess[str] | None:
    """The column with the person responsible."""
    allowed = [
        name
        for name in sheet.columns
        if name not in taken and _may_be_holder(_filled_values(sheet, name))
    ]
    return _choose_column(sheet, "holder", allowed, _looks_like_people)


def _tells_by_number(sheet: ScannedSheet, name: str) -> bool:
    """Short numbers, all different, that do not merely count the rows: police precincts go by such."""
    values = _filled_values(sheet, name)
    if (
        len(values) < len(sheet.frame)
        or not values.is_unique
        or _matching_share(values, _NUMBER) < 1
    ):
        return False
    numbers = sorted(int(value) for value in values)
    return numbers[-1] - numbers[0] >= len(numbers) and numbers[-1] < 10**_MIN_CODE_DIGITS


def _is_numbering(sheet: ScannedSheet, name: str) -> bool:
    """Whole numbers from 1 on or so, hardly any twice: council districts go by such. An amount is told by its name."""
    values = _filled_values(sheet, name)
    if (
        len(values) < len(sheet.frame)
        or _distinct_share(values) < _NEARLY_ALL
        or _matching_share(values, _NUMBER) < 1
    ):
        return False
    return _AMOUNT.search(normalize_name(name)) is None


def telling_column(sheet: ScannedSheet) -> str | None:
    """The first column that is filled and different in every row, and no measure: what tells features apart at a pinch."""
    for name in sheet.columns:
        values = _filled_values(sheet, name)
        filled = len(values) == len(sheet.frame) and values.is_unique
        if filled and not _is_measure(name) and _matching_share(values, _DECIMAL) < _MOSTLY:
            return name
    return None


def _choose_column(
    sheet: ScannedSheet, part: str, allowed: list[str], looks: Callable[[pd.Series], bool]
) -> Guess[str] | None:
    """The column whose name says so, else the one whose values do; surest when both agree and no other is like it."""
    named = find_named_column(sheet, allowed, part) if part == "name" else find_field(allowed, part)
    alike = [
        name
        for name in allowed
        if looks(_filled_values(sheet, name)) and normalize_name(name) not in _MACHINES
    ]
    if named is None:
        return _by_content(alike, _CALLED[part])
    doubt, what = _column_doubt(sheet, part, named, allowed, alike), _CALLED[part]
    why = join_texts(Text(f"字段名像{what.zh}", f"its name is like that of {what.en}"), doubt)
    return Guess(named, "likely" if doubt.zh else "sure", why)


def _column_doubt(
    sheet: ScannedSheet, part: str, named: str, allowed: list[str], alike: list[str]
) -> Text:
    """What speaks against a column whose name is right; nothing when nothing does."""
    values, rows = _filled_values(sheet, named), len(sheet.frame)
    others = [name for name in allowed if name != named]
    called_so = [
        name for name in others if find_field([name], part) and not _are_copies(sheet, name, named)
    ]
    # what a program numbers its rows by has such a name too
    rivals = [name for name in others if name in alike or _tells_by_number(sheet, name)]
    rivals = rivals if part == "id" and normalize_name(named) in _ANY_ROW else []
    if part == "id" and values.nunique() < rows:
        again = rows - values.nunique()
        return Text(
            f"，但 {again} 个要素重号或空号", f", but {again} features repeat one or have none"
        )
    if called_so or rivals:
        return join_texts(Text("；还看到 ", "; also seen: "), list_names([*called_so, *rivals][:3]))
    if part == "name" and _distinct_share(values) < _MIN_DISTINCT_SHARE:
        return Text("，但多处重名", ", but many repeat")
    if part == "holder" and named not in alike:
        people = list_names(alike[:3])
        more = (
            Text(f"；{people.zh} 的内容像人名", f"; {people.en} looks like people's names")
            if alike
            else NO_REASON
        )
        return join_texts(
            Text("，但内容不像人名", ", but what stands in it is no person's name"), more
        )
    return NO_REASON


def _by_content(alike: list[str], called: Text) -> Guess[str] | None:
    if not alike:
        return None
    if len(alike) == 1:
        why = Text(
            f"字段名看不出，但内容像{called.zh}",
            f"its name tells nothing, but its values look like {called.en}",
        )
        return Guess(alike[0], "likely", why)
    others = list_names(alike[1:4])
    why = Text(
        f"字段名看不出，内容像{called.zh}的还有 {others.zh}",
        f"its name tells nothing; values that look like {called.en} stand in {others.en} too",
    )
    return Guess(alike[0], "unsure", why)


def _are_copies(sheet: ScannedSheet, one: str, other: str) -> bool:
    """Whether two columns say the same in every row: then either will do."""
    return bool((column_texts(sheet, one) == column_texts(sheet, other)).all())


def _filled_values(sheet: ScannedSheet, name: str) -> pd.Series:
    values = column_texts(sheet, name)
    return values[values != ""]


def _matching_share(values: pd.Series, pattern: re.Pattern[str]) -> float:
    return (
        float(values.map(lambda text: pattern.fullmatch(text) is not None).mean())
        if len(values)
        else 0.0
    )


def _distinct_share(values: pd.Series) -> float:
    return values.nunique() / len(values) if len(values) else 0.0


def _may_be_id(values: pd.Series) -> bool:
    """Not constant, not an amount, a date, a phone or a person."""
    if _distinct_share(values) < _MIN_DISTINCT_SHARE or (len(values) > 1 and values.nunique() == 1):
        return False
    other = max(_matching_share(values, pattern) for pattern in (_PHONE, _DATE, _DECIMAL))
    return other < _MOSTLY and not (len(values) > 1 and _looks_like_people(values))


def _looks_like_id(values: pd.Series) -> bool:
    """Codes, each but once: with letters or dashes, or of many digits; small numbers may count anything."""
    if len(values) < 2 or _distinct_share(values) < 1 or _matching_share(values, _CODE) < 1:
        return False
    long_numbers = values.str.len().min() >= _MIN_CODE_DIGITS and values.str.len().nunique() == 1
    return long_numbers or _matching_share(values, _NUMBER) < 0.5


def _may_be_name(values: pd.Series) -> bool:
    if len(values) == 0 or (len(values) > 3 and values.nunique() == 1):
        return False
    other = max(_matching_share(values, pattern) for pattern in (_PHONE, _DATE, _DECIMAL))
    return other < _MOSTLY


def _looks_like_name(values: pd.Series) -> bool:
    """Chinese words that differ from row to row and are no persons."""
    han = (
        float(values.map(lambda text: len(_HAN.findall(text)) >= 2).mean()) if len(values) else 0.0
    )
    return (
        han >= _MOSTLY
        and _distinct_share(values) >= _MIN_DISTINCT_SHARE
        and not _looks_like_people(values)
    )


def _may_be_holder(values: pd.Series) -> bool:
    return (
        len(values) > 0
        and max(_matching_share(values, one) for one in (_PHONE, _DATE, _DECIMAL, _NUMBER))
        < _MOSTLY
    )


def _looks_like_people(values: pd.Series) -> bool:
    """Mostly personal names, and not one and the same in a long list (who drew the map, say)."""
    if len(values) == 0 or (len(values) > 3 and values.nunique() == 1):
        return False
    return float(values.map(is_person).mean()) >= _MOSTLY


def is_person(text: str) -> bool:
    """Whether a cell is one Chinese personal name or several, with or without phones.

    Examples
    --------
    >>> is_person("王小明"), is_person("欧阳娜、李强 13800000000"), is_person("石桥村")
    (True, True, False)
    """
    first = re.split(r"[、,，;；/\s（(]", re.sub(r"[\d\-+*]+", " ", text).strip())[0]
    if (
        not 2 <= len(first) <= 4
        or len(_HAN.findall(first)) != len(first)
        or first[-1] in _place_endings()
    ):
        return False
    single, double = _load_surnames()
    return first[:2] in double or (len(first) <= 3 and first[0] in single)


@cache
def _load_surnames() -> tuple[frozenset[str], frozenset[str]]:
    table = load_keywords()["people"]
    return frozenset(table["surnames"]), frozenset(table["double_surnames"])


@cache
def _place_endings() -> frozenset[str]:
    return frozenset(load_keywords()["people"]["places_end_in"])


def count_field(sheet: ScannedSheet, name: str) -> Guess[str] | None:
    """The numeric column that holds one kind of work: by a name it is known by, else by a name that contains one."""
    known = load_keywords()["work"][name]
    numeric = [column for column in sheet.columns if _is_amount(sheet, column)]
    for column in numeric:
        if normalize_name(column) in {normalize_name(field) for field in known["fields"]}:
            return Guess(
                column, "sure", Text(f"字段名即{column}", f"the column is called {column}")
            )
    for part in known["parts"]:
        held = [column for column in numeric if normalize_name(part) in normalize_name(column)]
        if held:
            others = (
                join_texts(Text("；还看到 ", "; also seen: "), list_names(held[1:4]))
                if len(held) > 1
                else NO_REASON
            )
            why = join_texts(Text(f"字段名中有“{part}”", f"its name holds “{part}”"), others)
            return Guess(held[0], "likely", why)
    return None


def _is_amount(sheet: ScannedSheet, column: str) -> bool:
    amounts = parse_numbers(sheet.frame[column])
    return bool(amounts.notna().mean() > 0.5 and (amounts.dropna() >= 0).mean() > 0.5)
