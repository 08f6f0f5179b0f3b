"""Every file of a folder, read: what there is before anything is decided about it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from gridmerge.catalog import Department
from gridmerge.config.settings import PROJECT_FILE, LayerSpec, Reading
from gridmerge.coordinates.columns import find_coordinate_columns
from gridmerge.errors import GridmergeError, InputError
from gridmerge.geo.crs import mostly_degrees
from gridmerge.io import read_input
from gridmerge.io.refusals import locked_file_error, unreadable_error
from gridmerge.model import RawLayer
from gridmerge.tabular.cell_values import parse_numbers as numbers_of

Shape = Literal["area", "line", "point", "table"]

# Parts of another file, our own outputs, and what people write about their data.
_BESIDE = frozenset(
    {
        ".shx",
        ".prj",
        ".cpg",
        ".sbn",
        ".sbx",
        ".qix",
        ".qpj",
        ".xsd",
        ".gfs",
        ".mid",
        ".dat",
        ".id",
        ".map",
        ".ind",
        ".idx",
    }
    | {
        ".ini",
        ".lock",
        ".bak",
        ".tmp",
        ".log",
        ".md",
        ".toml",
        ".html",
        ".htm",
        ".pdf",
        ".doc",
        ".docx",
        ".wps",
        ".ppt",
    }
    | {
        ".pptx",
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".tif",
        ".tiff",
        ".xml",
        ".py",
        ".lyr",
        ".lyrx",
        ".qgz",
        ".qgs",
        ".mxd",
    }
    | {".aprx", ".css", ".db", ".lnk", ".url", ".mp4", ".mov", ".heic", ".bmp", ".psd"}
)
TABLE_SUFFIXES = (".csv", ".txt", ".xls", ".xlsx", ".ods")
_CONTAINER_SUFFIXES = (".gpkg", ".gdb")
# a web page's map (var map = {...}); the many that hold a program are nobody's data
_SCRIPT_SUFFIX = ".js"
# a folder that holds one is a finished build or check, no input
_BUILD_FILES = ("report.json", "findings.html")
_SYSTEM_NAMES = ("Thumbs.db", "desktop.ini", "__MACOSX")
# bytes that are no UTF-8 arrive as halves of characters
_UNNAMEABLE = re.compile(r"[\ud800-\udfff\\]")
_MAX_DEPTH = 3  # folders below the project's: deeper ones hold archives, not inputs


@dataclass(frozen=True, kw_only=True)
class ScannedSheet:
    """One layer of one file.

    Parameters
    ----------
    path
        Relative to the folder, with forward slashes.
    layer
        Its name, where the file has several.
    raw
        As read, or None when it cannot be.
    problem
        Why not.
    only
        The filter and the department, where this is one department's rows of a file of several.
    """

    path: str
    layer: str | None
    raw: RawLayer | None
    problem: GridmergeError | None = None
    only: tuple[str, Department] | None = None

    @property
    def title(self) -> str:
        """What its names say: the file's stem and the layer's name."""
        name = Path(self.path).name
        stem = name.removesuffix(Path(name).suffix).removesuffix(".geo")  # x.geo.json
        return stem if self.layer is None or self.layer in stem else f"{stem} {self.layer}"

    @property
    def label(self) -> str:
        """How comments call it."""
        return self.path if self.layer is None else f"{self.path} [{self.layer}]"

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Its rows; empty when it could not be read."""
        return pd.DataFrame() if self.raw is None else self.raw.frame

    @cached_property
    def columns(self) -> list[str]:
        """Names of its attributes."""
        return [str(name) for name, kind in self.frame.dtypes.items() if str(kind) != "geometry"]

    @cached_property
    def shape(self) -> Shape:
        """What most of its features are."""
        if self.raw is None or self.raw.frame.active_geometry_name is None:
            return "table"
        shapes = np.asarray(self.raw.frame.geometry)
        dimensions = shapely.get_dimensions(shapes[~shapely.is_missing(shapes)])
        if len(dimensions) == 0:
            return "table"
        kinds: tuple[Shape, ...] = ("point", "line", "area")
        return kinds[int(np.bincount(np.maximum(dimensions, 0)).argmax())]

    @cached_property
    def degrees(self) -> bool:
        """Whether its coordinates are longitudes and latitudes."""
        if self.shape == "table" or self.raw is None:
            return False
        frame = self.raw.frame
        return (
            bool(frame.crs.is_geographic)
            if frame.crs
            else mostly_degrees(frame.geometry.to_numpy())
        )


def scan_folder(folder: Path) -> list[ScannedSheet]:
    """Read every input there could be in a folder, sorted by path and layer.

    Raises
    ------
    InputError
        There is no such folder.
    """
    if not folder.is_dir():
        raise InputError(
            f"没有文件夹 {folder}；请写存放各部门文件的文件夹。",
            f"There is no folder {folder}; name the one that holds the departments' files.",
        )
    sheets = [
        sheet
        for path in _iter_inputs(folder, {folder.resolve()})
        for sheet in _read_sheets(path, folder)
    ]
    return [
        sheet
        for sheet in sheets
        if sheet.shape != "table" or not sheet.path.lower().endswith(_SCRIPT_SUFFIX)
    ]


def _iter_inputs(folder: Path, above: set[Path]) -> Iterator[Path]:
    """Every file that may be an input; `above` are the folders that lead here, into which a link must not lead again."""
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        suffix = path.suffix.lower()
        if (
            path.name.startswith((".", "~$"))
            or path.name in (PROJECT_FILE, *_SYSTEM_NAMES)
            or suffix in _BESIDE
        ):
            continue
        if _is_folder(path) and suffix != ".gdb":
            below = path.resolve()
            if len(above) > _MAX_DEPTH or below in above:
                continue
            if not _may_be_opened(path):
                yield path
            elif not any((path / name).exists() for name in _BUILD_FILES):
                yield from _iter_inputs(path, above | {below})
        elif suffix != ".dbf" or not any(
            path.with_suffix(one).exists() for one in (".shp", ".SHP")
        ):
            yield path


def _is_folder(path: Path) -> bool:
    """Whether it is a folder, or a link to one; a link in a circle is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _may_be_opened(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.X_OK)


def _refusal_error(path: Path, name: str) -> InputError | None:
    """Why a file cannot be an input, before anything is read of it."""
    if _UNNAMEABLE.search(name):
        return unreadable_error(
            _UNNAMEABLE.sub("?", name),
            "文件名不是 UTF-8 或含反斜杠，项目文件里写不出来；请改名后再运行 init。",
            "its name is not UTF-8 or has a backslash, and cannot be written in the project file; rename it and run init again.",
        )
    if _is_folder(path):
        return None if _may_be_opened(path) else locked_file_error(name)
    try:
        if path.is_file():
            return None
    except OSError:  # a link in a circle
        pass
    return unreadable_error(
        name,
        "不是普通文件（管道、设备或失效的链接），没有读。",
        "it is no ordinary file (a pipe, a device or a broken link) and was not read.",
    )


def _read_sheets(path: Path, folder: Path) -> Iterator[ScannedSheet]:
    name = path.relative_to(folder).as_posix()
    refused = _refusal_error(path, name)
    if refused is not None:
        yield ScannedSheet(path=_UNNAMEABLE.sub("?", name), layer=None, raw=None, problem=refused)
        return
    for layer in _layer_names(path):
        try:
            yield _with_corners(
                ScannedSheet(
                    path=name,
                    layer=layer,
                    raw=read_input(Reading(path=(name,), layer=layer), folder, name),
                ),
                folder,
            )
        except GridmergeError as error:
            yield ScannedSheet(path=name, layer=layer, raw=None, problem=error)


def _with_corners(sheet: ScannedSheet, folder: Path) -> ScannedSheet:
    """Read a table again where only a second look shows that its rows are corners."""
    if not sheet.path.lower().endswith(TABLE_SUFFIXES) or sheet.shape != "point":
        return sheet
    group, places = _of_corners(sheet), find_coordinate_columns(sheet.frame)
    if group is None:
        return sheet
    lon, lat = (places.lon, places.lat) if places is not None else (None, None)
    corners = LayerSpec(
        path=(sheet.path,), layer=sheet.layer, lon=lon, lat=lat, key=sheet.path, id=group
    )
    return replace(sheet, raw=read_input(corners, folder, sheet.path))


def _of_corners(sheet: ScannedSheet) -> str | None:
    """The column that says whose corner each row is, where another counts the corners of each from the same start."""
    frame = sheet.frame[sheet.columns]
    for name in sheet.columns:
        numbers = numbers_of(frame[name])
        runs = (numbers.diff() != 1).cumsum()
        starts = numbers[runs.diff() != 0]
        if (
            numbers.isna().any()
            or runs.nunique() < 2
            or starts.nunique() > 1
            or len(frame) < 3 * runs.nunique()
        ):
            continue
        for group in sheet.columns:
            inside = frame[group].groupby(runs).nunique(dropna=False)
            if (
                group != name
                and (inside == 1).all()
                and 2 * frame[group].nunique() > runs.nunique()
            ):
                return group
    return None


def _layer_names(path: Path) -> list[str | None]:
    """The layers of a database by name; None for a file that is one layer."""
    if path.suffix.lower() not in _CONTAINER_SUFFIXES:
        return [None]
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(path)]
    except (DataSourceError, DataLayerError):
        return [None]
    return list(names) if len(names) > 1 else [None]
