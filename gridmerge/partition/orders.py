"""What people have fixed: locks.csv, links.csv, and an earlier plan."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from gridmerge.config import Grids
from gridmerge.errors import InputError, PlanError

KINDS = ("village", "grid", "face", "together", "apart")


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An earlier plan.

    Attributes
    ----------
    grids
        grid_code, village_code, grid_type, geometry: as the earlier build wrote them.
    retired
        Code -> successors, of every code that was ever in use and is no more.
    """

    grids: gpd.GeoDataFrame
    retired: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Orders:
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
    earlier: Earlier | None = None


def read_orders(sizes: Grids) -> Orders:
    """Read what `[grids] locks`, `links` and `previous` name.

    Raises
    ------
    InputError
        A file is missing or lacks a column, or a row has an unknown kind.
    PlanError
        Villages or grids are locked, and there is no earlier plan to hold them to.
    """
    earlier = None if sizes.previous is None else read_earlier(Path(sizes.previous))
    rows = [] if sizes.locks is None else _rows(Path(sizes.locks), ("kind", "a", "b"))
    for kind, a, _ in rows:
        if kind not in KINDS:
            raise InputError(
                f"{sizes.locks}：未知的锁定类型 {kind}（{a}）；可用：{'、'.join(KINDS)}。",
                f"{sizes.locks}: unknown kind of lock {kind} ({a}); use one of {', '.join(KINDS)}.",
            )
        if kind in ("village", "grid") and earlier is None:
            raise PlanError(
                f'{sizes.locks} 锁定了 {a}，但没有可依据的旧方案；请在 [grids] 写 previous = "旧成果/gridmerge.gpkg"。',
                f"{sizes.locks} locks {a}, and there is no earlier plan to keep; "
                'write [grids] previous = "old/gridmerge.gpkg".',
            )
    links = [] if sizes.links is None else _rows(Path(sizes.links), ("face_a", "face_b"))
    return Orders(
        villages=frozenset(a for kind, a, _ in rows if kind == "village"),
        grids=frozenset(a for kind, a, _ in rows if kind == "grid"),
        faces={a: b for kind, a, b in rows if kind == "face"},
        together=tuple(sorted((a, b) for kind, a, b in rows if kind == "together")),
        apart=tuple(sorted((a, b) for kind, a, b in rows if kind == "apart")),
        links=tuple(sorted((a, b) for a, b in links)),
        earlier=earlier,
    )


def _rows(file: Path, columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    try:
        frame = pd.read_csv(file, dtype=str, encoding="utf-8-sig", keep_default_na=False)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(
            f"无法读取 {file}（{error}）；请存为 UTF-8 的 CSV。",
            f"{file} cannot be read ({error}); save it as CSV in UTF-8.",
        ) from error
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise InputError(
            f"{file} 缺少列 {'、'.join(missing)}；表头应为 {','.join(columns)}。",
            f"{file} lacks the columns {', '.join(missing)}; its header must be {','.join(columns)}.",
        )
    return [tuple(value.strip() for value in row) for row in frame[list(columns)].itertuples(index=False)]


def read_earlier(file: Path) -> Earlier:
    """Read the grids of an earlier build, and from report.json beside it the codes retired so far."""
    try:
        grids = gpd.read_file(file, layer="grids")
        frame = grids[["grid_code", "village_code", "grid_type", "geometry"]]
    except (OSError, KeyError, ValueError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise InputError(
            f"旧方案 {file} 读不出 grids 图层；previous 应指向一次完整 build 的 gridmerge.gpkg。",
            f"The earlier plan {file} has no readable layer grids; previous must name the gridmerge.gpkg of a finished build.",
        ) from error
    frame = frame.astype({"grid_code": str, "village_code": str}).sort_values("grid_code", ignore_index=True)
    return Earlier(grids=frame.assign(geometry=shapely.make_valid(frame.geometry.values)), retired=_retired(file))


def _retired(file: Path) -> dict[str, list[str]]:
    report = file.with_name("report.json")
    if not report.is_file():
        return {}
    try:
        codes = json.loads(report.read_text("utf-8"))["grids"]["codes"]["retired"]
        return {str(code): [str(s) for s in successors] for code, successors in codes.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}  # a report from before codes were listed: nothing had been retired
