"""Rows of a table that are no data: sums, remarks, signatures, and the header once more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from gridmerge.text import flat_text

# A row that begins so sums up the rows above it: 合计, 小计：, 青山村小计, 本页合计.
_SUM = re.compile(r".{0,10}(?:合计|小计|总计|共计|累计)[:：]?|总数[:：]?|(?:grand ?|sub ?)?total[:：]?|sum[:：]?", re.I)
# A row that begins so says something of the table.
_REMARK = re.compile(
    r"(?:备注|注|说明|填表说明|填表人|制表人|填报人|审核人|经办人|负责人签字|单位负责人|填表单位|填报单位|制表单位"
    r"|填表日期|制表日期|填报日期|联系电话|联系人|签字|盖章|单位[(（]盖章[)）])(?:[:：].*|签[字章].*)?",
    re.S,
)
# A remark fills a cell or two, whatever the table's width.
_MOST_REMARKED = 4


def no_data(row: Sequence[Any], header: Sequence[str]) -> bool:
    """Whether a row is none of data, told by its first filled cell; or is the header again.

    Parameters
    ----------
    row
        Its cells.
    header
        The names of the columns, as the file writes them; none where it has no header.
    """
    cells = [_flat(cell) for cell in row]
    filled = [cell for cell in cells if cell]
    if not filled:
        return True
    first = filled[0]
    if first.isdigit() and len(filled) > 1:  # a running number before the sum
        first = filled[1] if _SUM.fullmatch(filled[1]) else first
    if _SUM.fullmatch(first):
        return True
    if _REMARK.fullmatch(first) and len(filled) <= min(_MOST_REMARKED, max(1, len(row) - 1)):
        return True
    names = [_flat(name) for name in header]
    again = [cell == name for cell, name in zip(cells, names, strict=False) if cell]
    return len(filled) > 1 and bool(again) and all(again)


def _flat(cell: Any) -> str:
    return re.sub(r"\s+", "", flat_text("" if cell is None else cell))
