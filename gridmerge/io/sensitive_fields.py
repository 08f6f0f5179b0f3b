"""What must not enter: ID numbers, bank cards and passwords go here; a finding names the field and a row, never a value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gridmerge.findings import Finding, make_finding
from gridmerge.i18n.text import Text
from gridmerge.privacy.patterns import (
    REDACTED,
    Hit,
    find_personal_numbers,
    has_check_digit,
    replace_hits,
    scrub_text,
)
from gridmerge.tabular.row_numbers import rows_in_words

_ID_NAME = re.compile(r"身份证|公民身份|sfz|gmsf|id_?card|identity_?(no|num|card)", re.I)
_PASSWORD = re.compile(r"密码|口令|passw(or)?d|^pwd$|_pwd$|^pwd_|^mima$", re.I)
# of the given cells that are nothing but such a number: then the whole column goes
_SENSITIVE_SHARE = 0.5
# Text with fewer digits, of whatever script, holds no such number, and smaller figures are none.
_FEWEST_DIGITS, _SMALLEST, _LARGEST = 14, 1e14, 1e19
_DIGIT = re.compile(r"[\d〇零○一二三四五六七八九幺⓪①-⑨⁰¹²³⁴-⁹₀-₉]")
# A number with decimals is nobody's: a point stands between two parts of one number only.
_DECIMAL = re.compile(r"[+-]?[0-9]{1,13}\.[0-9]+")
_LONG = re.compile(r"(?<![\d.])\d{15,19}(?!\d)")
_PREFIX = 9  # a township's code: what codes of one place have in common
_CODE_NAME = re.compile(r"code|编码|编号|代码|网格|grid|(?:^|_)(?:bm|dm|id)$|(?:bm|dm)$", re.I)
# digits behind the day of birth; how many numbers of one place and day are codes in a column of codes
_ORDER, _TWINS = (3, 3)
# WKT, GeoJSON: long lists of numbers, none of them a person's.
_SHAPE = re.compile(
    r"\s*(?:SRID=\d+;)?\s*(?:(?:MULTI|COMPOUND)?(?:POINT|LINESTRING|POLYGON|CURVE|SURFACE)|GEOM|\{)",
    re.I,
)
_CALLED = {"id": Text("身份证号", "ID numbers"), "card": Text("银行卡号", "bank card numbers")}
_BOTH = Text("身份证号、银行卡号", "ID numbers and bank card numbers")


@dataclass(frozen=True, kw_only=True)
class _SensitiveCells:
    """The secrets of a column: by row, the cell as text and what stands in it."""

    cells: dict[int, tuple[str, list[Hit]]]
    given: int

    @property
    def what(self) -> Text:
        sorts = {hit.sort for _, hits in self.cells.values() for hit in hits}
        return _BOTH if len(sorts) > 1 else _CALLED[sorts.pop()]

    def fill(self, column: pd.Series) -> bool:
        """Whether most of what is given in a column is nothing else; one cell of many rows is a slip of the pen."""
        bare = sum(_is_bare(cell, hits) for cell, hits in self.cells.values())
        return bare >= max(_SENSITIVE_SHARE * self.given, 1) and (bare > 1 or len(column) == 1)


def without_secrets(
    frame: gpd.GeoDataFrame, key: str, file: str
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the frame without what is secret, and a finding for each field that held some.

    Fields of passwords and of ID numbers, by their names or because most of their cells are ID numbers or bank cards, are
    dropped. From others the numbers are struck: a cell that is nothing else becomes empty, in a text ``******`` stands for it.
    """
    findings: list[Finding] = []
    for name in [name for name in frame.columns if name != frame.geometry.name]:
        field, column = mask_numbers(str(name)), frame[name]
        whole = _by_name(str(name), column)
        secrets = _SensitiveCells(cells={}, given=0) if whole else _find_secrets(str(name), column)
        if secrets.fill(column):
            whole = len(secrets.cells), secrets.what
        if whole:
            count, what = whole
            findings.append(
                make_finding(
                    "sensitive_dropped", layer=key, measure=count, file=file, field=field, what=what
                )
            )
            frame = frame.drop(columns=name)
        elif secrets.cells:
            findings.append(_redaction_finding(secrets, key, file, field, frame))
            frame = frame.assign(**{name: _redact_column(column, secrets)})
    return frame, findings


def is_dropped_field(finding: Finding, field: str) -> bool:
    """Whether a finding says that a field was dropped."""
    return finding.kind == "sensitive_dropped" and ("field", mask_numbers(field)) in finding.blanks


def _redaction_finding(
    secrets: _SensitiveCells, key: str, file: str, field: str, frame: pd.DataFrame
) -> Finding:
    count, row = len(secrets.cells), rows_in_words([min(secrets.cells)], frame)
    what = secrets.what
    return make_finding(
        "sensitive_struck", layer=key, measure=count, file=file, field=field, what=what, row=row
    )


def _by_name(name: str, column: pd.Series) -> tuple[int, Text] | None:
    """Whether a column goes for its name alone."""
    if _PASSWORD.search(name.strip()):
        return int(column.notna().sum()), Text("密码", "passwords")
    if _ID_NAME.search(name) or any(hit.sort == "id" for hit in find_personal_numbers(name)):
        return int(column.notna().sum()), _CALLED["id"]
    return None


def _find_secrets(name: str, column: pd.Series) -> _SensitiveCells:
    """Find the secrets of a column: numbers that look like codes of the column are codes."""
    texts = _candidate_texts(column)
    hits = {
        row: [hit for hit in find_personal_numbers(text) if hit.sort != "phone"]
        for row, text in texts.items()
    }
    codes = _find_codes(
        name, texts.values(), [hit.number for found_ in hits.values() for hit in found_]
    )
    left = {row: [hit for hit in found_ if hit.number not in codes] for row, found_ in hits.items()}
    cells = {row: (texts[row], found_) for row, found_ in left.items() if found_}
    return _SensitiveCells(cells=cells, given=_count_filled(column) if cells else 0)


def _count_filled(column: pd.Series) -> int:
    """How many cells of a column are filled."""
    filled = column.map(lambda cell: str(cell).strip() != "").astype(bool)
    return int((filled & column.notna()).sum())


def _candidate_texts(column: pd.Series) -> dict[int, str]:
    """Return the cells that could hold a long number, as text, by row."""
    if column.dtype.kind == "b":
        return {}
    if column.dtype.kind in "iuf":
        size = np.abs(column.to_numpy(dtype=float, na_value=np.nan))
        rows = np.flatnonzero((size >= _SMALLEST) & (size < _LARGEST))
        return {int(row): _number_text(column.iloc[row]) for row in rows}
    cells = enumerate(column)
    texts = {row: _cell_text(cell) for row, cell in cells if cell is not None and cell is not pd.NA}
    return {row: text for row, text in texts.items() if _may_hold_number(text)}


def _may_hold_number(text: str) -> bool:
    """Whether a closer look is worth its time: most cells of most tables are short, or hold few digits."""
    if len(text) < _FEWEST_DIGITS or _DECIMAL.fullmatch(text):
        return False
    return len(_DIGIT.findall(text)) >= _FEWEST_DIGITS and not _SHAPE.match(text)


def _cell_text(cell: object) -> str:
    return (
        _number_text(cell)
        if isinstance(cell, float) and _SMALLEST <= abs(cell) < _LARGEST
        else str(cell)
    )


def _number_text(number: float | np.number) -> str:
    """A float has lost the last digits of an ID number, but not the birthday: it is read as a spreadsheet shows it."""
    text = str(int(number))
    return (
        text
        if not isinstance(number, (float, np.floating)) or find_personal_numbers(text)
        else f"{number:.14E}"
    )


def _find_codes(name: str, texts: Iterable[str], numbers: Sequence[str]) -> set[str]:
    """Return the numbers that are no person's: more numbers beside them have their length and township and are codes."""
    people = set(numbers)
    own = Counter((len(number), number[:_PREFIX]) for number in people)
    every = {number for text in texts for number in _LONG.findall(text)} if people else set()
    others = Counter((len(number), number[:_PREFIX]) for number in every - people)
    kin = {
        number
        for number in people
        if others[len(number), number[:_PREFIX]] > own[len(number), number[:_PREFIX]]
    }
    return kin | (_same_day_numbers(people) if _CODE_NAME.search(name) else set())


def _same_day_numbers(people: set[str]) -> set[str]:
    """Numbers without a check digit of one place and day: people have few such twins, the grids of a village have all."""
    unchecked = {number for number in people if len(number) < 18 or not has_check_digit(number)}
    days = Counter(number[:-_ORDER] for number in unchecked)
    return {number for number in people if days[number[:-_ORDER]] >= _TWINS}


def _is_bare(cell: str, hits: Sequence[Hit]) -> bool:
    rest = replace_hits(cell, [(hit, "") for hit in hits])
    return not any(character.isalnum() for character in rest)


def _redact_column(column: pd.Series, secrets: _SensitiveCells) -> pd.Series:
    """Return the column with its secrets struck; other cells stay what they are."""
    rows = sorted(secrets.cells)
    if column.dtype.kind == "f":
        return column.mask(np.isin(np.arange(len(column)), rows))
    out = column.astype(object)
    if column.dtype.kind in "iu":
        # as floats, for the sake of a blank, they would lose their last digits
        out = column.map(str).astype(object)
    for row in rows:
        cell, hits = secrets.cells[row]
        out.iloc[row] = (
            None if _is_bare(cell, hits) else replace_hits(cell, [(hit, REDACTED) for hit in hits])
        )
    return out


def mask_numbers(text: str) -> str:
    """Return text fit for a message: long numbers that could be a person's are starred out."""
    return scrub_text(_LONG.sub("***", text))
