"""Which column is the id, the name, the person responsible: by what columns are called, and by what stands in them.

A name alone convinces only where the values allow it: a column called 上级编码 that says the same in every row is no id.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pandas as pd

from gridmerge.catalog import find_field, plain
from gridmerge.recognise.guess import NOTHING, Guess, listed, together
from gridmerge.recognise.signs import signs, texts
from gridmerge.recognise.survey import Sheet
from gridmerge.text import Text
from gridmerge.values import numbers

_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}")
_DATE = re.compile(r"(19|20)\d{2}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?([ T].*)?")
_DECIMAL = re.compile(r"-?\d+\.\d+([eE][+-]?\d+)?|-?\d+[eE][+-]?\d+")
_CODE = re.compile(
    r"(?=.*\d)[A-Za-z0-9_\-./#]{2,40}[\u4e00-\u9fff]?"
)  # letters, digits, dashes; one sign such as 标 or 号
_NUMBER = re.compile(r"\d+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LEAST_DISTINCT = 0.5  # of the filled values: parts of one grid may share an id, a constant is none
_MOSTLY = 0.6  # share of the values that must look like what a column is taken for
_NEARLY_ALL = 0.95  # of the rows: a district in two parts has its number twice
# what a geographic information system measures and writes beside every feature, as `plain` writes it
_MEASURE = re.compile(
    r"(shape|st|geom|poly|calc)?(area|leng(th)?|len|perim(eter)?|acres?|hectares?)(m2|ha|km2|mu|sqm)?\d*|.*(面积|周长|长度)|(tb|js|jz)?mj"
)
_AMOUNT = re.compile(r"area|leng|perim|count|num$|total|sum|pop|hous|面积|长度|周长|数|户|人|量|率|额")
_ANY_ROW = frozenset({"id", "fid", "gid", "bsm"})  # what a program may number its rows by, or a department its grids
# what only programs number rows by, as `plain` writes it
_MACHINES = frozenset({"objectid", "gmlid", "ogcfid", "globalid", "guid", "uuid", "shapeid", "序号", "no"})
# numbers of rows, which name a grid only where nothing else does
_ROWS = _MACHINES | {"fid", "oid", "gid"}
_CALLED = {
    "id": Text("编号", "a code"),
    "name": Text("名称", "a name"),
    "holder": Text("责任人", "a person responsible"),
}
_LONG = 6  # digits from which a plain number is a code rather than an amount or a place in a list


def id_field(sheet: Sheet) -> Guess[str] | None:
    """The column with the department's own grid codes."""
    allowed = [name for name in sheet.columns if not _is_measure(name) and _may_be_id(_filled(sheet, name))]
    own = [name for name in allowed if plain(name) not in _ROWS]
    chosen = _chosen(sheet, "id", own, _looks_like_id) or _chosen(sheet, "id", allowed, _looks_like_id)
    if chosen is not None or len(sheet.frame) < 2:
        return chosen
    numbers = [name for name in allowed if _tells_by_number(sheet, name) and plain(name) not in _MACHINES]
    numbers = numbers or [name for name in allowed if plain(name) not in _MACHINES and _numbered(sheet, name)]
    if not numbers:
        return None
    if _filled(sheet, numbers[0]).is_unique:
        why = Text("字段名看不出，各要素的数字都不同", "its name tells nothing; every feature has another number")
    else:
        why = Text(
            "字段名看不出，各要素的数字几乎都不同", "its name tells nothing; nearly every feature has another number"
        )
    return Guess(numbers[0], "unsure", why)


def _is_measure(name: str) -> bool:
    return _MEASURE.fullmatch(plain(name)) is not None


def called(sheet: Sheet, columns: list[str], part: str) -> str | None:
    """The column whose name says that it holds names; of several that do, one in Chinese before one in pinyin."""
    named = find_field(columns, part)
    if named is None or _looks_like_name(_filled(sheet, named)):
        return named
    chinese = [name for name in columns if find_field([name], part) and _looks_like_name(_filled(sheet, name))]
    return find_field(chinese, part) or named


def name_field(sheet: Sheet, taken: list[str]) -> Guess[str] | None:
    """The column with what the grids are called; `taken` are columns that play another part."""
    allowed = [name for name in sheet.columns if name not in taken and _may_be_name(_filled(sheet, name))]
    return _chosen(sheet, "name", allowed, _looks_like_name)


def holder_field(sheet: Sheet, taken: list[str]) -> Guess[str] | None:
    """The column with the person responsible."""
    allowed = [name for name in sheet.columns if name not in taken and _may_be_holder(_filled(sheet, name))]
    return _chosen(sheet, "holder", allowed, _looks_like_people)


def _tells_by_number(sheet: Sheet, name: str) -> bool:
    """Short numbers, all different, that do not merely count the rows: police precincts go by such."""
    values = _filled(sheet, name)
    if len(values) < len(sheet.frame) or not values.is_unique or _share(values, _NUMBER) < 1:
        return False
    numbers = sorted(int(value) for value in values)
    return numbers[-1] - numbers[0] >= len(numbers) and numbers[-1] < 10**_LONG


def _numbered(sheet: Sheet, name: str) -> bool:
    """Whole numbers from 1 on or so, hardly any twice: council districts go by such. An amount is told by its name."""
    values = _filled(sheet, name)
    if len(values) < len(sheet.frame) or _distinct(values) < _NEARLY_ALL or _share(values, _NUMBER) < 1:
        return False
    return _AMOUNT.search(plain(name)) is None


def telling_column(sheet: Sheet) -> str | None:
    """The first column that is filled and different in every row, and no measure: what tells features apart at a pinch."""
    for name in sheet.columns:
        values = _filled(sheet, name)
        filled = len(values) == len(sheet.frame) and values.is_unique
        if filled and not _is_measure(name) and _share(values, _DECIMAL) < _MOSTLY:
            return name
    return None


def _chosen(sheet: Sheet, part: str, allowed: list[str], looks: Callable[[pd.Series], bool]) -> Guess[str] | None:
    """The column whose name says so, else the one whose values do; surest when both agree and no other is like it."""
    named = called(sheet, allowed, part) if part == "name" else find_field(allowed, part)
    alike = [name for name in allowed if looks(_filled(sheet, name)) and plain(name) not in _MACHINES]
    if named is None:
        return _by_content(alike, _CALLED[part])
    doubt, what = _doubt(sheet, part, named, allowed, alike), _CALLED[part]
    why = together(Text(f"字段名像{what.zh}", f"its name is like that of {what.en}"), doubt)
    return Guess(named, "likely" if doubt.zh else "sure", why)


def _doubt(sheet: Sheet, part: str, named: str, allowed: list[str], alike: list[str]) -> Text:
    """What speaks against a column whose name is right; nothing when nothing does."""
    values, rows = _filled(sheet, named), len(sheet.frame)
    others = [name for name in allowed if name != named]
    called_so = [name for name in others if find_field([name], part) and not _copies(sheet, name, named)]
    # what a program numbers its rows by has such a name too
    rivals = [name for name in others if name in alike or _tells_by_number(sheet, name)]
    rivals = rivals if part == "id" and plain(named) in _ANY_ROW else []
    if part == "id" and values.nunique() < rows:
        again = rows - values.nunique()
        return Text(f"，但 {again} 个要素重号或空号", f", but {again} features repeat one or have none")
    if called_so or rivals:
        return together(Text("；还看到 ", "; also seen: "), listed([*called_so, *rivals][:3]))
    if part == "name" and _distinct(values) < _LEAST_DISTINCT:
        return Text("，但多处重名", ", but many repeat")
    if part == "holder" and named not in alike:
        people = listed(alike[:3])
        more = Text(f"；{people.zh} 的内容像人名", f"; {people.en} looks like people's names") if alike else NOTHING
        return together(Text("，但内容不像人名", ", but what stands in it is no person's name"), more)
    return NOTHING


def _by_content(alike: list[str], called: Text) -> Guess[str] | None:
    if not alike:
        return None
    if len(alike) == 1:
        why = Text(
            f"字段名看不出，但内容像{called.zh}", f"its name tells nothing, but its values look like {called.en}"
        )
        return Guess(alike[0], "likely", why)
    others = listed(alike[1:4])
    why = Text(
        f"字段名看不出，内容像{called.zh}的还有 {others.zh}",
        f"its name tells nothing; values that look like {called.en} stand in {others.en} too",
    )
    return Guess(alike[0], "unsure", why)


def _copies(sheet: Sheet, one: str, other: str) -> bool:
    """Whether two columns say the same in every row: then either will do."""
    return bool((texts(sheet, one) == texts(sheet, other)).all())


def _filled(sheet: Sheet, name: str) -> pd.Series:
    values = texts(sheet, name)
    return values[values != ""]


def _share(values: pd.Series, pattern: re.Pattern[str]) -> float:
    return float(values.map(lambda text: pattern.fullmatch(text) is not None).mean()) if len(values) else 0.0


def _distinct(values: pd.Series) -> float:
    return values.nunique() / len(values) if len(values) else 0.0


def _may_be_id(values: pd.Series) -> bool:
    """Not constant, not an amount, a date, a phone or a person."""
    if _distinct(values) < _LEAST_DISTINCT or (len(values) > 1 and values.nunique() == 1):
        return False
    other = max(_share(values, pattern) for pattern in (_PHONE, _DATE, _DECIMAL))
    return other < _MOSTLY and not (len(values) > 1 and _looks_like_people(values))


def _looks_like_id(values: pd.Series) -> bool:
    """Codes, each but once: with letters or dashes, or of many digits; small numbers may count anything."""
    if len(values) < 2 or _distinct(values) < 1 or _share(values, _CODE) < 1:
        return False
    long_numbers = values.str.len().min() >= _LONG and values.str.len().nunique() == 1
    return long_numbers or _share(values, _NUMBER) < 0.5


def _may_be_name(values: pd.Series) -> bool:
    if len(values) == 0 or (len(values) > 3 and values.nunique() == 1):
        return False
    other = max(_share(values, pattern) for pattern in (_PHONE, _DATE, _DECIMAL))
    return other < _MOSTLY


def _looks_like_name(values: pd.Series) -> bool:
    """Chinese words that differ from row to row and are no persons."""
    han = float(values.map(lambda text: len(_HAN.findall(text)) >= 2).mean()) if len(values) else 0.0
    return han >= _MOSTLY and _distinct(values) >= _LEAST_DISTINCT and not _looks_like_people(values)


def _may_be_holder(values: pd.Series) -> bool:
    return len(values) > 0 and max(_share(values, one) for one in (_PHONE, _DATE, _DECIMAL, _NUMBER)) < _MOSTLY


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
    if not 2 <= len(first) <= 4 or len(_HAN.findall(first)) != len(first) or first[-1] in _places():
        return False
    single, double = _surnames()
    return first[:2] in double or (len(first) <= 3 and first[0] in single)


@cache
def _surnames() -> tuple[frozenset[str], frozenset[str]]:
    table = signs()["people"]
    return frozenset(table["surnames"]), frozenset(table["double_surnames"])


@cache
def _places() -> frozenset[str]:
    return frozenset(signs()["people"]["places_end_in"])


def count_field(sheet: Sheet, name: str) -> Guess[str] | None:
    """The numeric column that holds one kind of work: by a name it is known by, else by a name that contains one."""
    known = signs()["work"][name]
    numeric = [column for column in sheet.columns if _is_amount(sheet, column)]
    for column in numeric:
        if plain(column) in {plain(field) for field in known["fields"]}:
            return Guess(column, "sure", Text(f"字段名即{column}", f"the column is called {column}"))
    for part in known["parts"]:
        held = [column for column in numeric if plain(part) in plain(column)]
        if held:
            others = together(Text("；还看到 ", "; also seen: "), listed(held[1:4])) if len(held) > 1 else NOTHING
            why = together(Text(f"字段名中有“{part}”", f"its name holds “{part}”"), others)
            return Guess(held[0], "likely", why)
    return None


def _is_amount(sheet: Sheet, column: str) -> bool:
    amounts = numbers(sheet.frame[column])
    return bool(amounts.notna().mean() > 0.5 and (amounts.dropna() >= 0).mean() > 0.5)
