"""The slips of plan.xlsx close: every piece is summed again and held against the crosswalk and the township."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from python_calamine import CalamineWorkbook

from gridmerge.publish.words import LABELS, label
from gridmerge.text import Language
from gridmerge.verify.again import Again
from gridmerge.verify.broken import COMPLETE, Broken, broken
from gridmerge.verify.written import Written

HEADER = 2  # row of the table's header; above it stand the title, and the key of the layer with the footer
EXACT = 1e-3  # square metres, households: far below the unit that slips are read to
ROUNDING = 5e-5  # of an area in a row of crosswalk.csv, which has four decimals


def close(written: Written, again: Again) -> Iterator[Broken]:
    """Total = sum of the pieces = the crosswalk's; total - claimed twice + claimed by none = the township."""
    language: Language = written.report["project"]["language"]
    names = ["area_m2", *(str(work["name"]) for work in written.report["work"])]
    by_layer = written.crosswalk.astype(dict.fromkeys(names, float)).groupby("layer")[names]
    cross, rows = by_layer.sum(), by_layer.size()
    township = written.grids[names].sum()
    seen = set()
    book = CalamineWorkbook.from_path(str(written.out / "plan.xlsx"))
    for sheet in book.sheet_names:
        table = book.get_sheet_by_name(sheet).to_python()
        if len(table) > HEADER and table[HEADER][0] == LABELS["source_id"].in_(language):
            key = str(table[1][0]).rpartition(" = ")[2]
            seen.add(key)
            for name in names:
                column = table[HEADER].index(label(name, language))
                told = (float(cross[name].get(key, 0.0)), EXACT + ROUNDING * int(rows.get(key, 0)))
                cells = [row[column] for row in table[HEADER + 1 :]]
                yield from _account(sheet, name, cells, told, float(township[name]))
    missing = sorted(key for key, layer in again.layers.items() if layer.spec.role != "barrier" and key not in seen)
    if missing:
        yield broken(
            COMPLETE, f"plan.xlsx 缺少对照表：{missing[0]}。", f"plan.xlsx lacks the slip of {missing[0]}.", missing
        )


def _account(
    sheet: str, name: str, cells: Sequence[Any], told: tuple[float, float], township: float
) -> Iterator[Broken]:
    """Hold one column of a slip against the crosswalk's sum (with how far rounding may take it) and the township."""
    *pieces, total, twice, nobody, whole, _ = (float(cell) if isinstance(cell, (int, float)) else 0.0 for cell in cells)
    crosswalk, slack = told
    wrong = abs(sum(pieces) - total) > EXACT or abs(total - crosswalk) > slack
    wrong |= abs(total - twice + nobody - whole) > EXACT
    wrong |= abs(whole - township) > max(1.0, 1e-6 * whole)
    if wrong:
        yield broken(
            COMPLETE,
            f"plan.xlsx 的“{sheet}”中 {name} 合计不平。",
            f"{name} on the sheet {sheet} of plan.xlsx does not add up.",
            {"pieces": sum(pieces), "total": total, "crosswalk": crosswalk, "nobody": nobody, "township": whole},
        )
