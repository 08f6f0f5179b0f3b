"""Rows of a table that are no data: sums, remarks, signatures, and the header once more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.findings import Finding, make_finding
from gridmerge.i18n.text import flat_text
from gridmerge.io.read_request import ReadRequest
from gridmerge.io.sensitive_fields import mask_numbers
from gridmerge.tabular.row_numbers import lines_of, rows_in_words

# A row that begins so sums up the rows above it: 合计, 小计：, 青山村小计, 本页合计, 合计：3人.
_SUM = re.compile(
    r"(?:.{0,10}(?:合计|小计|总计|共计|累计)|总数)"
    r"(?:[:：][0-9,.]*|[:：]?[0-9,.]+(?:人|名|户|个|栋|处|条|件|家|幢|间|亩|公顷))?"
    r"|(?:(?:grand ?|sub ?)?total|sum)(?:[:：][0-9,.]*)?",
    re.I,
)
# A number that counts the rows, as floats have it where one is blank.
_COUNTER = re.compile(r"[0-9]+(?:\.0+)?")
# A row that begins so says something of the table.
_REMARK = re.compile(
    r"(?:备注|注|说明|填表说明|填表人|制表人|填报人|审核人|经办人|负责人签字|单位负责人|填表单位|填报单位|制表单位"
    r"|填表日期|制表日期|填报日期|联系电话|联系人|签字|盖章|单位[(（]盖章[)）])(?:[:：].*|签[字章].*)?",
    re.S,
)
# A figure with decimals begins neither.
_NUMBER = re.compile(r"[+-]?[0-9]*\.[0-9]+")
# A remark fills a cell or two, whatever the table's width.
_MAX_REMARK_CELLS = 4


def no_data(row: Sequence[Any], header: Sequence[str]) -> bool:
    """Whether a row is none of data, told by its first filled cell; or is the header again.

    Parameters
    ----------
    row
        Its cells.
    header
        The names of the columns in the form of `normalize_cell`; none where it has no header.
    """
    filled = ((place, text) for place, cell in enumerate(row) if (text := normalize_cell(cell)))
    place, first = next(filled, (0, ""))
    if not first:
        return True
    if _COUNTER.fullmatch(first):  # a running number before the sum
        second = next(filled, (0, ""))[1]
        if _SUM.fullmatch(second):
            return True
    elif not _NUMBER.fullmatch(first):
        if _SUM.fullmatch(first):
            return True
        if _REMARK.fullmatch(first) and _count_filled(row) <= min(
            _MAX_REMARK_CELLS, max(1, len(row) - 1)
        ):
            return True
    return place < len(header) and first == header[place] and _is_again(row, header)


def without_sums(
    frame: gpd.GeoDataFrame, ask: ReadRequest
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Leave out the records without a geometry that sum up the others (合计, 青山村小计), and say so.

    Of tables of lines that has been done already, with what else is no data.
    """
    if lines_of(frame) is not None:
        return frame, []
    bare = np.flatnonzero(shapely.is_missing(frame.geometry.to_numpy()))
    if not len(bare):
        return frame, []
    table = frame.iloc[bare].drop(columns=frame.geometry.name).to_numpy(dtype=object)
    summing = np.array([_is_sum(cells) for cells in table], dtype=bool)
    if not summing.any():
        return frame, []
    sums = bare[summing]
    example = mask_numbers(
        next(
            text
            for cell in table[summing][0]
            if (text := normalize_cell(cell)) and _SUM.fullmatch(text)
        )
    )[:20]
    told = rows_in_words(sums, frame)
    kept = frame.drop(index=frame.index[sums]).reset_index(drop=True)
    return kept, [
        make_finding(
            "rows_not_data",
            layer=ask.key,
            measure=len(sums),
            file=ask.name,
            rows=told,
            example=example,
        )
    ]


def _is_sum(cells: Sequence[Any]) -> bool:
    """Whether the first filled cell, or the second behind a running number, says that a record sums up."""
    filled = [text for cell in cells if not _is_blank(cell) and (text := normalize_cell(cell))]
    first = filled[1:2] if filled and _COUNTER.fullmatch(filled[0]) else filled[:1]
    return bool(first) and _SUM.fullmatch(first[0]) is not None


def _is_blank(cell: Any) -> bool:
    return cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell))


def _count_filled(row: Sequence[Any]) -> int:
    return sum(bool(normalize_cell(cell)) for cell in row)


def _is_again(row: Sequence[Any], header: Sequence[str]) -> bool:
    """Whether all that a row says are the names of its columns, and more than one."""
    cells = [normalize_cell(cell) for cell in row]
    again = [cell == name for cell, name in zip(cells, header, strict=False) if cell]
    return len(cells) - cells.count("") > 1 and all(again)


def normalize_cell(cell: Any) -> str:
    """Return a cell as it is compared here: in half-width forms and without blanks; nothing for none."""
    return "" if cell is None else "".join(flat_text(cell).split())
