"""What `[grids]` names as fixed beforehand: tables of locks and links, and an earlier plan → `PlanConstraints`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from pyproj import CRS

from gridmerge.config.settings import Grids, Reading
from gridmerge.errors import InputError, PlanError
from gridmerge.inputs.previous_plan import read_previous_plan
from gridmerge.model import PlanConstraints, PreviousPlan, RawLayer
from gridmerge.tabular.cell_values import as_code
from gridmerge.tabular.row_numbers import lines_of

LOCK_COLUMNS = ("kind", "a", "b")
LINK_COLUMNS = ("face_a", "face_b")
LOCK_KINDS = ("village", "grid", "face", "together", "apart")
# Kinds of lock that keep what the earlier plan has.
KEPT_KINDS = ("village", "grid")
PAIR_KINDS = ("together", "apart")

Reader = Callable[[Reading, Path, str], RawLayer]
# The line in the file, and the values of a row.
Row = tuple[int, tuple[str, ...]]


def read_constraints(sizes: Grids, crs: CRS, folder: Path, read: Reader) -> PlanConstraints:
    """Read what `[grids] locks`, `links` and `previous` name.

    Parameters
    ----------
    sizes
        `[grids]`, its paths complete.
    crs
        Of the project: the earlier plan is brought into it.
    folder
        The project's folder.
    read
        How a file is read; locks and links may be tables of any format.

    Raises
    ------
    InputError
        A file is missing or lacks a column; a row is incomplete, of an unknown kind, or says otherwise than another.
    PlanError
        Villages or grids are locked, and there is no earlier plan to hold them to.
    """
    earlier = None if sizes.previous is None else read_previous_plan(Path(sizes.previous), crs)
    locks = _read_table(sizes.locks, "grids:locks", folder, read)
    links = _read_table(sizes.links, "grids:links", folder, read)
    tables = [table for table in (locks, links) if table is not None]
    rows = [] if locks is None else _parse_locks(locks, earlier)
    return PlanConstraints(
        villages=frozenset(a for kind, a, _ in rows if kind == "village"),
        grids=frozenset(a for kind, a, _ in rows if kind == "grid"),
        faces={a: b for kind, a, b in rows if kind == "face"},
        together=_list_pairs(rows, "together"),
        apart=_list_pairs(rows, "apart"),
        links=() if links is None else _parse_links(links),
        earlier=earlier,
        findings=tuple(finding for table in tables for finding in table.findings),
    )


def _read_table(path: str | None, key: str, folder: Path, read: Reader) -> RawLayer | None:
    """The table as it stands in its file; its fields are text or numbers."""
    if path is None:
        return None
    if not Path(path).is_file():
        raise InputError(
            f"找不到或打不开 {path}；请核对 [grids] 的 locks、links。",
            f"{path} is not there or cannot be opened; check locks and links of [grids].",
        )
    return read(Reading(path=(path,)), folder, key)


def _list_pairs(rows: Iterable[tuple[str, ...]], wanted: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((a, b) for kind, a, b in rows if kind == wanted))


def _parse_links(table: RawLayer) -> tuple[tuple[str, str], ...]:
    """Both faces of every row."""
    pairs = []
    for line, (a, b) in _complete_rows(table, LINK_COLUMNS):
        if a == b:
            raise _with_itself(table, line, a)
        pairs.append((a, b))
    return tuple(sorted(pairs))


def _parse_locks(table: RawLayer, earlier: PreviousPlan | None) -> list[tuple[str, ...]]:
    """Kind, a, b of every row, each known and complete."""
    rows: list[tuple[str, ...]] = []
    names: dict[str, str] = {}
    for line, (kind, a, b) in _complete_rows(table, LOCK_COLUMNS, may_be_blank="b"):
        _check_lock(table, line, kind, a, b)
        if kind == "face" and names.setdefault(a, b) != b:
            raise _locked_twice(table, line, a, names[a], b)
        if kind in KEPT_KINDS and earlier is None:
            raise _nothing_to_keep(table, a)
        rows.append((kind, a, b))
    return rows


def _check_lock(table: RawLayer, line: int, kind: str, a: str, b: str) -> None:
    """Stop at a lock of an unknown kind, or one that names too little."""
    if kind not in LOCK_KINDS:
        file = table.source.path
        raise InputError(
            f"{file} 第 {line} 行：未知的锁定类型 {kind}（{a}）；可用：{'、'.join(LOCK_KINDS)}。",
            f"{file}, line {line}: unknown kind of lock {kind} ({a});"
            f" use one of {', '.join(LOCK_KINDS)}.",
        )
    if kind not in KEPT_KINDS and not b:
        raise _incomplete_row(table, line, "b")
    if kind in PAIR_KINDS and a == b:
        raise _with_itself(table, line, a)


def _complete_rows(
    table: RawLayer, columns: tuple[str, ...], may_be_blank: str | None = None
) -> list[Row]:
    """Line number and values of every row that is not empty."""
    names = {str(name).strip().casefold(): name for name in table.frame.columns}
    missing = [column for column in columns if column not in names]
    if missing:
        raise _missing_columns(table, missing, columns)
    lines = lines_of(table.frame)
    numbers = range(2, len(table.frame) + 2) if lines is None else lines.tolist()
    cells = [as_code(table.frame[names[column]]) for column in columns]
    rows = []
    for line, *values in zip(numbers, *cells, strict=True):
        if not any(values):
            continue
        for column, value in zip(columns, values, strict=True):
            if not value and column != may_be_blank:
                raise _incomplete_row(table, line, column)
        rows.append((line, tuple(values)))
    return rows


def _missing_columns(table: RawLayer, missing: list[str], columns: tuple[str, ...]) -> InputError:
    file = table.source.path
    return InputError(
        f"{file} 缺少列 {'、'.join(missing)}；表头应为 {','.join(columns)}。",
        f"{file} lacks the columns {', '.join(missing)}; its header must be {','.join(columns)}.",
    )


def _with_itself(table: RawLayer, line: int, face: str) -> InputError:
    file = table.source.path
    return InputError(
        f"{file} 第 {line} 行的两个最小面都是 {face}；请改正其中一个。",
        f"{file}, line {line}: both faces are {face}; correct one of them.",
    )


def _incomplete_row(table: RawLayer, line: int, column: str) -> InputError:
    file = table.source.path
    return InputError(
        f"{file} 第 {line} 行缺少 {column}；请补上，或删去该行。",
        f"{file}, line {line} lacks {column}; fill it in, or drop the row.",
    )


def _locked_twice(table: RawLayer, line: int, face: str, first: str, second: str) -> InputError:
    file = table.source.path
    return InputError(
        f"{file} 第 {line} 行：最小面 {face} 已锁定到 {first}，又锁定到 {second}；请删去其中一行。",
        f"{file}, line {line}: face {face} is locked to {first} already, and to {second} here;"
        " drop one of the rows.",
    )


def _nothing_to_keep(table: RawLayer, locked: str) -> PlanError:
    file = table.source.path
    return PlanError(
        f'{file} 锁定了 {locked}，但没有可依据的旧方案；请在 [grids] 写 previous = "旧成果/gridmerge.gpkg"。',
        f"{file} locks {locked}, and there is no earlier plan to keep; "
        'write [grids] previous = "old/gridmerge.gpkg".',
    )
