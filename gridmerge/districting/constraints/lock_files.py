"""What people have fixed: locks.csv, links.csv, and an earlier plan."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from io import StringIO
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import pyogrio
from pyproj import CRS
from pyproj.exceptions import ProjError

from gridmerge.config.settings import Grids
from gridmerge.errors import InputError, PlanError
from gridmerge.geo import geos

LOCK_KINDS = ("village", "grid", "face", "together", "apart")
NAME_COLUMNS = ("grid_name", "village_name")


@dataclass(frozen=True, kw_only=True)
class PreviousPlan:
    """An earlier plan.

    Attributes
    ----------
    grids
        grid_code, village_code, grid_type, grid_name, village_name, geometry: as the earlier build wrote them, in the project's CRS.
    retired
        Code -> successors, of every code that was ever in use and is no more.
    """

    grids: gpd.GeoDataFrame
    retired: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PlanConstraints:
    """What is fixed beforehand.

    Attributes
    ----------
    villages, grids
        Codes (or names) of villages, and grid codes, that stay as the earlier plan has them.
    faces
        Face -> name of the grid it must lie in: faces with one name share a grid, with two names never.
    together, apart
        Pairs of faces.
    links
        Pairs of faces joined by a bridge or ferry.
    earlier
        The plan to change as little as possible.
    """

    villages: frozenset[str] = frozenset()
    grids: frozenset[str] = frozenset()
    faces: dict[str, str] = field(default_factory=dict)
    together: tuple[tuple[str, str], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    earlier: PreviousPlan | None = None


def read_constraints(sizes: Grids, crs: CRS) -> PlanConstraints:
    """Read what `[grids] locks`, `links` and `previous` name.

    Parameters
    ----------
    sizes
        `[grids]`, its paths complete.
    crs
        Of the project: the earlier plan is brought into it.

    Raises
    ------
    InputError
        A file is missing or lacks a column; a row is incomplete, of an unknown kind, or says otherwise than another.
    PlanError
        Villages or grids are locked, and there is no earlier plan to hold them to.
    """
    earlier = None if sizes.previous is None else read_previous_plan(Path(sizes.previous), crs)
    rows = [] if sizes.locks is None else _lock_rows(Path(sizes.locks))
    for kind, a, _ in rows:
        if kind in ("village", "grid") and earlier is None:
            raise PlanError(
                f'{sizes.locks} 锁定了 {a}，但没有可依据的旧方案；请在 [grids] 写 previous = "旧成果/gridmerge.gpkg"。',
                f"{sizes.locks} locks {a}, and there is no earlier plan to keep; "
                'write [grids] previous = "old/gridmerge.gpkg".',
            )
    links = [] if sizes.links is None else _read_rows(Path(sizes.links), ("face_a", "face_b"))
    for line, (a, b) in links:
        if a == b:
            raise _with_itself(Path(str(sizes.links)), line, a)
    return PlanConstraints(
        villages=frozenset(a for kind, a, _ in rows if kind == "village"),
        grids=frozenset(a for kind, a, _ in rows if kind == "grid"),
        faces={a: b for kind, a, b in rows if kind == "face"},
        together=tuple(sorted((a, b) for kind, a, b in rows if kind == "together")),
        apart=tuple(sorted((a, b) for kind, a, b in rows if kind == "apart")),
        links=tuple(sorted((a, b) for _, (a, b) in links)),
        earlier=earlier,
    )


def locked_grids(grids: gpd.GeoDataFrame, orders: PlanConstraints) -> frozenset[str]:
    """Codes of the grids of a plan that stay as the earlier plan has them: locked themselves, or with their village."""
    whole = grids["village_code"].isin(orders.villages) | grids["village_name"].isin(
        orders.villages
    )
    return frozenset(grids.loc[whole | grids["grid_code"].isin(orders.grids), "grid_code"])


def list_face_pairs(orders: PlanConstraints) -> list[tuple[str, str, bool]]:
    """Two faces, and whether they must share a grid or must not: all that locks of faces and pairs ask for."""
    named: dict[str, list[str]] = {}
    for face, name in sorted(orders.faces.items()):
        named.setdefault(name, []).append(face)
    same = [*orders.together, *((faces[0], face) for faces in named.values() for face in faces[1:])]
    apart = [*orders.apart, *combinations([faces[0] for _, faces in sorted(named.items())], 2)]
    return [(a, b, True) for a, b in same] + [(a, b, False) for a, b in apart]


def _lock_rows(file: Path) -> list[tuple[str, ...]]:
    """Kind, a, b of every row of locks.csv, each known and complete."""
    rows: list[tuple[str, ...]] = []
    names: dict[str, str] = {}
    for line, (kind, a, b) in _read_rows(file, ("kind", "a", "b"), ("b",)):
        if kind not in LOCK_KINDS:
            raise InputError(
                f"{file} 第 {line} 行：未知的锁定类型 {kind}（{a}）；可用：{'、'.join(LOCK_KINDS)}。",
                f"{file}, line {line}: unknown kind of lock {kind} ({a}); use one of {', '.join(LOCK_KINDS)}.",
            )
        if kind in ("face", "together", "apart") and not b:
            raise _incomplete_row(file, line, "b")
        if kind in ("together", "apart") and a == b:
            raise _with_itself(file, line, a)
        if kind == "face" and names.setdefault(a, b) != b:
            raise InputError(
                f"{file} 第 {line} 行：最小面 {a} 已锁定到 {names[a]}，又锁定到 {b}；请删去其中一行。",
                f"{file}, line {line}: face {a} is locked to {names[a]} already, and to {b} here; drop one of the rows.",
            )
        rows.append((kind, a, b))
    return rows


def _read_rows(
    file: Path, columns: tuple[str, ...], blank: tuple[str, ...] = ()
) -> list[tuple[int, tuple[str, ...]]]:
    """Line number and values of every row that is not empty; only `blank` columns may be."""
    head, *lines = _read_cells(file) or [[]]
    place = {name.strip().lower(): i for i, name in enumerate(head)}
    missing = [column for column in columns if column not in place]
    if missing:
        raise InputError(
            f"{file} 缺少列 {'、'.join(missing)}；表头应为 {','.join(columns)}。",
            f"{file} lacks the columns {', '.join(missing)}; its header must be {','.join(columns)}.",
        )
    rows = []
    for line, cells in enumerate(lines, 2):
        values = tuple(
            cells[place[name]].strip() if place[name] < len(cells) else "" for name in columns
        )
        for column, value in zip(columns, values, strict=True):
            if any(values) and not value and column not in blank:
                raise _incomplete_row(file, line, column)
        if any(values):
            rows.append((line, values))
    return rows


def _read_cells(file: Path) -> list[list[str]]:
    """The cells of a CSV in UTF-8, or as Excel in Chinese saves it, in GBK."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(
            f"找不到或打不开 {file}；请核对 [grids] 的 locks、links。",
            f"{file} is not there or cannot be opened; check locks and links of [grids].",
        ) from error
    try:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030")
        if "\x00" in text:  # a workbook, or text in UTF-16
            raise csv.Error
        return list(csv.reader(StringIO(text), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"{file} 不是逗号分隔的 CSV（UTF-8 或 GBK）；请用 Excel 另存为“CSV UTF-8（逗号分隔）”。",
            f"{file} is no comma-separated CSV in UTF-8 or GBK; save it from Excel as CSV UTF-8.",
        ) from error


def _with_itself(file: Path, line: int, face: str) -> InputError:
    return InputError(
        f"{file} 第 {line} 行的两个最小面都是 {face}；请改正其中一个。",
        f"{file}, line {line}: both faces are {face}; correct one of them.",
    )


def _incomplete_row(file: Path, line: int, column: str) -> InputError:
    return InputError(
        f"{file} 第 {line} 行缺少 {column}；请补上，或删去该行。",
        f"{file}, line {line} lacks {column}; fill it in, or drop the row.",
    )


def read_previous_plan(file: Path, crs: CRS) -> PreviousPlan:
    """Read the grids of an earlier build, and from report.json beside it the codes retired so far.

    Raises
    ------
    InputError
        The file is no gridmerge.gpkg, its grids are none, are nowhere, or have codes that are none.
    """
    try:
        grids = gpd.read_file(file, layer="grids")
        frame = grids[["grid_code", "village_code", "grid_type", "geometry"]]
    except (
        OSError,
        KeyError,
        ValueError,
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
    ) as error:
        raise InputError(
            f"旧方案 {file} 读不出 grids 图层；previous 应指向一次完整 build 的 gridmerge.gpkg。",
            f"The earlier plan {file} has no readable layer grids; previous must name the gridmerge.gpkg of a finished build.",
        ) from error
    frame = frame.assign(
        **{name: grids[name].fillna("") if name in grids.columns else "" for name in NAME_COLUMNS}
    )
    frame = frame.astype(dict.fromkeys(("grid_code", "village_code", *NAME_COLUMNS), str))
    frame = frame.loc[~(frame.geometry.isna() | frame.geometry.is_empty)].sort_values(
        "grid_code", ignore_index=True
    )
    _check_codes(file, frame)
    frame = _reproject_grids(file, frame, crs)
    return PreviousPlan(
        grids=frame.assign(geometry=geos.make_valid(frame.geometry.values)),
        retired=_read_retired(file),
    )


def _check_codes(file: Path, grids: gpd.GeoDataFrame) -> None:
    """Stop at an earlier plan without grids, or with codes that are not the village's and three digits."""
    if grids.empty:
        raise InputError(
            f"旧方案 {file} 的 grids 图层是空的；previous 应指向一次完整 build 的 gridmerge.gpkg，没有旧方案请删去 previous。",
            f"The layer grids of the earlier plan {file} is empty; previous must name the gridmerge.gpkg of a finished build; "
            "without one, take previous out.",
        )
    codes = zip(grids["grid_code"], grids["village_code"], strict=True)
    odd = [
        code
        for code, village in codes
        if code[:-3] != village or not (code[-3:].isascii() and code[-3:].isdigit())
    ]
    odd += grids.loc[grids["grid_code"].duplicated(), "grid_code"].tolist()
    if odd:
        raise InputError(
            f"旧方案 {file} 的网格编码 {odd[0]} 重复，或不是“村编码 + 3 位数字”；previous 应指向一次完整 build 的 gridmerge.gpkg。",
            f"In the earlier plan {file} the grid code {odd[0]} stands twice, or is no village code and three digits; "
            "previous must name the gridmerge.gpkg of a finished build.",
        )


def _reproject_grids(file: Path, grids: gpd.GeoDataFrame, crs: CRS) -> gpd.GeoDataFrame:
    """The earlier grids in the project's CRS: it may have another by now."""
    try:
        return grids.to_crs(crs)
    except (ValueError, ProjError) as error:
        raise InputError(
            f"旧方案 {file} 没有坐标系，或无法换算到本项目的坐标系；previous 应指向一次完整 build 的 gridmerge.gpkg。",
            f"The earlier plan {file} has no CRS, or none that can be brought into the project's; previous must name the "
            "gridmerge.gpkg of a finished build.",
        ) from error


def _read_retired(file: Path) -> dict[str, list[str]]:
    report = file.with_name("report.json")
    if not report.is_file():
        return {}
    try:
        codes = json.loads(report.read_text("utf-8"))["grids"]["codes"]["retired"]
        return {str(code): [str(s) for s in successors] for code, successors in codes.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}  # a report from before codes were listed: nothing had been retired
