"""The files agree with each other, and are in their canonical order (promise 6)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from gridmerge.invariants import COMPLETENESS, Violation, make_violation
from gridmerge.products.data.geopackage import layer_names
from gridmerge.verify.reloaded_inputs import BuildInputs
from gridmerge.verify.written_build import BuildOutputs


def check_counts(written: BuildOutputs, again: BuildInputs) -> Iterator[Violation]:
    """The report's counts are those of the files."""
    tables = layer_names(layer.key for layer in again.inputs.layers)
    counted = {
        "layers": len(again.inputs.layers),
        "sources": sum(
            len(written.tables[name]) for name in tables.values() if name in written.tables
        ),
        "faces": len(written.faces),
        "grids": len(written.grids),
        "members": len(written.members),
        "findings": len(written.findings),
    }
    for name, count in counted.items():
        told = written.report.counts.get(name)
        if told != count:
            yield make_violation(
                COMPLETENESS,
                f"report.json 记 {name} 为 {told}，文件中为 {count}。",
                f"report.json counts {told} {name}, the files hold {count}.",
            )


def check_row_order(written: BuildOutputs, again: BuildInputs) -> Iterator[Violation]:
    """Promise 6, as far as one set of files can show it: everything stands in the order of its content."""
    tables: dict[str, tuple[pd.DataFrame, list[str]]] = {
        "villages": (written.villages, ["village_code"]),
        "grids": (written.grids, ["grid_code"]),
        "faces": (written.faces, ["face_id"]),
        "memberships": (written.tables["memberships"], ["face_id", "layer", "source_id"]),
        "crosswalk.csv": (written.crosswalk, ["layer", "source_id", "grid_code"]),
        "assignments.csv": (written.assignments, ["grid_code", "member_id", "duty"]),
        "members.csv": (written.members, ["member_id"]),
    }
    for name in layer_names(layer.key for layer in again.inputs.layers).values():
        if name in written.tables:
            tables[name] = (written.tables[name], ["source_id"])
    for name, (table, by) in tables.items():
        rows = list(zip(*(table[column] for column in by), strict=True))
        if rows != sorted(rows):
            at = next(n for n in range(1, len(rows)) if rows[n] < rows[n - 1])
            yield make_violation(
                6,
                f"{name} 第 {at + 1} 行不在规定次序（{' '.join(rows[at])}）。",
                f"row {at + 1} of {name} is out of order ({' '.join(rows[at])}).",
            )
        elif len(set(rows)) != len(rows):
            yield make_violation(6, f"{name} 有重复的行。", f"{name} has a row twice.")
