"""The slips of plan.xlsx close: every piece is summed again and held against the crosswalk and the township."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from python_calamine import CalamineWorkbook

from gridmerge.publish.words import LABELS, label
from gridmerge.text import Language
from gridmerge.verify.again import Again
from gridmerge.verify.broken import COMPLETE, Broken, broken
from gridmerge.verify.written import Written

HEADER = 2  # row of the table's header; above it stand the title, and the key of the layer with the footer
EXACT = 1e-3  # square metres, households: far below the unit that slips are read to


def close(written: Written, again: Again) -> Iterator[Broken]:
    """Total = sum of the pieces = the crosswalk's; total - claimed twice + claimed by none = the township."""
    language: Language = written.report["project"]["language"]
    names = ["area_m2", *(str(work["name"]) for work in written.report["work"])]
    cross = written.crosswalk.astype(dict.fromkeys(names, float)).groupby("layer")[names].sum()
    township = written.grids[names].sum()
    seen = set()
    book = CalamineWorkbook.from_path(str(written.out / "plan.xlsx"))
    for sheet in book.sheet_names:
        table = book.get_sheet_by_name(sheet).to_python()
        if len(table) > HEADER and table[HEADER][0] == LABELS["source_id"].in_(language):
            key = str(table[1][0]).split("　")[0]
            seen.add(key)
            for name in names:
                column = table[HEADER].index(label(name, language))
                exact = float(cross[name].get(key, 0.0))
                yield from _account(sheet, name, [row[column] for row in table[HEADER + 1 :]], table, exact, township)
    missing = sorted(key for key, layer in again.layers.items() if layer.spec.role != "barrier" and key not in seen)
    if missing:
        yield broken(
            COMPLETE, f"plan.xlsx 缺少对照表：{missing[0]}。", f"plan.xlsx lacks the slip of {missing[0]}.", missing
        )


def _account(
    sheet: str, name: str, cells: Sequence[Any], table: Sequence[Sequence[Any]], exact: float, township: pd.Series
) -> Iterator[Broken]:
    *pieces, total, twice, nobody, whole, _ = (float(cell) if isinstance(cell, (int, float)) else 0.0 for cell in cells)
    sums = {"pieces": sum(pieces), "total": total, "crosswalk": exact}
    wrong = max(sums.values()) - min(sums.values()) > EXACT
    wrong |= abs(total - twice + nobody - whole) > EXACT
    wrong |= abs(whole - float(township[name])) > max(1.0, 1e-6 * whole)
    if wrong:
        yield broken(
            COMPLETE,
            f"plan.xlsx 的“{sheet}”{name} 合计不平（{len(table)} 行）。",
            f"{name} on the sheet {sheet} of plan.xlsx does not add up ({len(table)} rows).",
            {**sums, "twice": twice, "nobody": nobody, "township": whole},
        )
