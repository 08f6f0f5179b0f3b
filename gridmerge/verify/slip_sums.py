"""The slips of plan.xlsx close: every piece is summed again and held against the crosswalk and the township."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gridmerge.invariants import COMPLETENESS, Violation, make_violation
from gridmerge.products.labels import COLUMN_LABELS, name_column
from gridmerge.verify.file_readers import guard_reading
from gridmerge.verify.reloaded_inputs import BuildInputs
from gridmerge.verify.written_build import BuildOutputs

# row of the table's header; above it stand the title, and the key of the layer with the footer
HEADER_ROW = 2
SUM_TOLERANCE = 1e-3  # square metres, households: far below the unit that slips are read to
AREA_ROUNDING = 5e-5  # of an area in a row of crosswalk.csv, which has four decimals
LAST_ROWS = 5  # total, claimed twice, claimed by none, township, and the words under them


def check_slip_sums(written: BuildOutputs, again: BuildInputs) -> Iterator[Violation]:
    """Total = sum of the pieces = the crosswalk's; total - claimed twice + claimed by none = the township."""
    language = written.report.project.language
    names = ["area_m2", *written.works]
    by_layer = written.crosswalk.groupby("layer")[names]
    cross, rows = by_layer.sum(), by_layer.size()
    township = written.grids[names].sum()
    seen = set()
    for sheet, table in _read_sheets(written):
        if len(table) > HEADER_ROW and table[HEADER_ROW][0] == COLUMN_LABELS["source_id"].in_(
            language
        ):
            key = str(table[1][0]).rpartition(" = ")[2]
            seen.add(key)
            for name in names:
                column = _column_index(
                    written, sheet, table[HEADER_ROW], name_column(name, language)
                )
                told = (
                    float(cross[name].get(key, 0.0)),
                    SUM_TOLERANCE + AREA_ROUNDING * int(rows.get(key, 0)),
                )
                cells = [row[column] for row in table[HEADER_ROW + 1 :]]
                yield from _check_column_sums(sheet, name, cells, told, float(township[name]))
    layers = again.inputs.layers
    missing = sorted(
        layer.key for layer in layers if layer.spec.role != "barrier" and layer.key not in seen
    )
    if missing:
        yield make_violation(
            COMPLETENESS,
            f"plan.xlsx 缺少对照表：{missing[0]}。",
            f"plan.xlsx lacks the slip of {missing[0]}.",
            missing,
        )


def _read_sheets(written: BuildOutputs) -> Iterator[tuple[str, list[list[Any]]]]:
    with guard_reading(written.out / "plan.xlsx"):
        tables = [
            (name, written.book.get_sheet_by_name(name).to_python())
            for name in written.book.sheet_names
        ]
    yield from tables


def _column_index(written: BuildOutputs, sheet: str, header: Sequence[Any], title: str) -> int:
    with guard_reading(written.out / "plan.xlsx"):
        if title not in header:
            raise ValueError(f"{sheet}: no column {title}")
        return list(header).index(title)


def _check_column_sums(
    sheet: str, name: str, cells: Sequence[Any], told: tuple[float, float], township: float
) -> Iterator[Violation]:
    """Hold one column of a slip against the crosswalk's sum (with how far rounding may take it) and the township."""
    numbers = [float(cell) if isinstance(cell, (int, float)) else 0.0 for cell in cells]
    *pieces, total, twice, nobody, whole, _ = [0.0] * max(0, LAST_ROWS - len(numbers)) + numbers
    crosswalk, slack = told
    wrong = abs(sum(pieces) - total) > SUM_TOLERANCE or abs(total - crosswalk) > slack
    wrong |= abs(total - twice + nobody - whole) > SUM_TOLERANCE
    wrong |= abs(whole - township) > max(1.0, 1e-6 * whole)
    if wrong:
        yield make_violation(
            COMPLETENESS,
            f"plan.xlsx 的“{sheet}”中 {name} 合计不平。",
            f"{name} on the sheet {sheet} of plan.xlsx does not add up.",
            {
                "pieces": sum(pieces),
                "total": total,
                "crosswalk": crosswalk,
                "nobody": nobody,
                "township": whole,
            },
        )
