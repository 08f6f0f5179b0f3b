"""The files agree with each other, are in their canonical order (promise 6), and no input was touched (promise 7)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from gridmerge.publish.geopackage import layer_names
from gridmerge.verify.again import Again
from gridmerge.verify.broken import COMPLETE, Broken, broken, first
from gridmerge.verify.written import Written


def agree(written: Written, again: Again) -> Iterator[Broken]:
    """The report's counts are those of the files."""
    tables = layer_names(again.layers)
    counted = {
        "layers": len(again.layers),
        "sources": sum(len(written.tables[name]) for name in tables.values() if name in written.tables),
        "faces": len(written.faces),
        "grids": len(written.grids),
        "members": len(written.members),
    }
    for name, count in counted.items():
        told = written.report["counts"].get(name)
        if told != count:
            yield broken(
                COMPLETE,
                f"report.json 记 {name} 为 {told}，文件中为 {count}。",
                f"report.json counts {told} {name}, the files hold {count}.",
            )


def ordered(written: Written, again: Again) -> Iterator[Broken]:
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
    for name in layer_names(again.layers).values():
        if name in written.tables:
            tables[name] = (written.tables[name], ["source_id"])
    for name, (table, by) in tables.items():
        rows = list(zip(*(table[column] for column in by), strict=True))
        if rows != sorted(rows):
            at = next(n for n in range(1, len(rows)) if rows[n] < rows[n - 1])
            yield broken(
                6,
                f"{name} 第 {at + 1} 行不在规定次序（{' '.join(rows[at])}）。",
                f"row {at + 1} of {name} is out of order ({' '.join(rows[at])}).",
            )
        elif len(set(rows)) != len(rows):
            yield broken(6, f"{name} 有重复的行。", f"{name} has a row twice.")


def untouched(written: Written, again: Again) -> Iterator[Broken]:
    """Promise 7: the inputs' fingerprints are those the build wrote down."""
    for told in written.report["inputs"]:
        now = again.sources.get(told["key"])
        if now is not None and now.sha256 != told["sha256"]:
            yield _changed(told["path"])
        alone = [{"path": told["path"], "sha256": told["sha256"]}]  # an input that says no more than its own path
        for part in told["files"] or alone:
            file = Path(part["path"])
            file = file if file.is_absolute() else again.settings.folder / file
            if written.out.resolve() in file.resolve().parents:
                continue  # an earlier plan that lay in OUT itself: this build has taken its place
            if not file.is_file() or _sha256(file) != part["sha256"]:
                yield _changed(part["path"])
    missing = sorted(set(again.sources) - {told["key"] for told in written.report["inputs"]})
    if missing:
        yield broken(
            COMPLETE,
            f"report.json 的 inputs 缺少 {first(missing)}。",
            f"report.json lacks the inputs {first(missing)}.",
        )


def _changed(path: str) -> Broken:
    return broken(
        7,
        f"输入文件 {path} 与建成时不同；请重新运行 gridmerge build。",
        f"the input {path} is not what it was when the build was made; build again.",
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
