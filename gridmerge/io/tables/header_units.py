"""Units that a header says: 户数（万户） counts in ten thousands, 面积（亩） in something that nobody multiplies by itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from gridmerge.findings import Finding, make_finding
from gridmerge.io.read_request import ReadRequest
from gridmerge.tabular.cell_values import parse_numbers

_FACTORS = {
    "百": 100,
    "千": 1000,
    "万": 10_000,
    "十万": 100_000,
    "百万": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
    "hundred": 100,
    "thousand": 1000,
    "ten thousand": 10_000,
    "million": 1_000_000,
}
_MANY = "十万|百万|千万|百|千|万|亿"
_COUNTED = "人次|户次|户|人|元|个|件|起|次|家|栋|幢|套|间|处|宗|辆|台|条|平方米|平米|m2"
_CHINESE = re.compile(rf"(?:单位:?|以|按)?({_MANY})(?:{_COUNTED})?(?:计)?")
_ENGLISH = re.compile(
    r"(?:unit:? ?|in )?(ten thousand|hundred|thousand|million)s?(?: (?:of )?[a-z]+)?"
)
_FIGURE = re.compile(r"[x×*] ?(1,?0{2,3}(?:,?000)?)")
# Measures of which a workload may mean another; and a great number in words that are not understood.
_DOUBTFUL = re.compile(
    r"(?:单位:?)?(?:(?:万|千)?亩|公顷|ha|hm2|平方公里|平方千米|km2|公里|千米|km|%|‰|百分比|百分数)|.*[千万亿].*"
)
_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
# 户数_万户, 人口/千人, 人口万人; but not 是否超千人, which counts no thousands.
_BEHIND = re.compile(
    rf".*[_/:,\- ]((?:{_MANY})(?:{_COUNTED})?|亩|公顷)|.*[^_/:,\- 超过满足每近]((?:{_MANY})(?:户|人|元))"
)
_TITLE = re.compile(r"单位:([^)\]】,;。]+)")
# Decimals that stay of a figure times its factor: 1.13 万 is 11300, not 11299.999999999998.
_DECIMALS = 6


def unit_of(header: str) -> str:
    """Return the unit that a header says and that may change its figures, "" where it says none."""
    flat = _normalize_text(header)
    for part in reversed(_BRACKETS.findall(flat)):
        if factor_of(part) is not None or _DOUBTFUL.fullmatch(part.strip()):
            return str(part.strip())
    behind = _BEHIND.fullmatch(_BRACKETS.sub("", flat).strip())
    return "" if behind is None else behind[1] or behind[2]


def factor_of(unit: str) -> int | None:
    """Return how many ones a unit is, None where it is no plain number of them."""
    flat = _normalize_text(unit)
    for form in (_CHINESE, _ENGLISH):
        said = form.fullmatch(flat)
        if said:
            return _FACTORS[said[1]]
    figure = _FIGURE.fullmatch(flat)
    return int(figure[1].replace(",", "")) if figure else None


def in_ones(
    frame: gpd.GeoDataFrame, headers: Mapping[str, str], ask: ReadRequest
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Multiply the figures of columns whose headers say that they count in thousands or the like.

    Parameters
    ----------
    frame
        Its columns are called as the project file calls them.
    headers
        What the file calls those columns.

    Returns
    -------
    frame, findings
        Cells that are no numbers stay as they are. A unit that says no plain factor is told, and nothing multiplied.
    """
    told = []
    for field in (name for name in ask.numbers if name in headers and name in frame.columns):
        unit = unit_of(headers[field])
        factor = factor_of(unit) if unit else None
        if factor is not None:
            frame = frame.assign(**{field: _multiply_column(frame[field], factor)})
            told.append(
                make_finding(
                    "unit_multiplied",
                    layer=ask.key,
                    measure=len(frame),
                    file=ask.name,
                    field=headers[field],
                    unit=unit,
                    factor=factor,
                )
            )
        elif unit:
            told.append(
                make_finding(
                    "unit_said", layer=ask.key, file=ask.name, field=headers[field], unit=unit
                )
            )
    return frame, told


def unit_above(
    titles: Sequence[tuple[int, Sequence[Any]]], header: Sequence[str], ask: ReadRequest
) -> list[Finding]:
    """A finding for a unit that stands over a table (单位：万户): of which columns it is meant nobody can tell.

    Parameters
    ----------
    titles
        The rows above the header with their numbers.
    header
        The names of the columns; where a column that is asked for says a unit itself, nothing is to be told.
    """
    cells = [_normalize_text(str(cell)) for _, row in titles for cell in row if cell is not None]
    units = [said[1].strip() for said in map(_TITLE.search, cells) if said]
    units = [unit for unit in units if factor_of(unit) is not None or _DOUBTFUL.fullmatch(unit)]
    if not units or not ask.numbers or any(unit_of(name) for name in header):
        return []
    return [
        make_finding(
            "unit_said", layer=ask.key, file=ask.name, field="、".join(ask.numbers), unit=units[0]
        )
    ]


def _multiply_column(column: pd.Series, factor: int) -> pd.Series:
    values = parse_numbers(column)
    times = (values * factor).round(_DECIMALS)
    return (
        times
        if not (values.isna() & column.notna()).any()
        else times.astype(object).where(values.notna(), column)
    )


def _normalize_text(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
