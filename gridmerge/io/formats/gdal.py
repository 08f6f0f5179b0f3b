"""GDAL's readers by way of pyogrio: one call that loses no feature to one broken neighbour and writes nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import fnmatch
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
from pyproj import CRS
from pyproj.exceptions import CRSError

from gridmerge.findings import Finding
from gridmerge.io.formats.wkb import drop_unreadable, parse_wkb, unreadable_feature
from gridmerge.io.read_request import ReadRequest, ReadResult, geo_frame
from gridmerge.io.refusals import many_layers, missing_layer, unreadable_error
from gridmerge.io.sensitive_fields import mask_numbers
from gridmerge.io.tables.driver_columns import (
    decode_frame,
    plain_values,
    undo_mojibake,
    unique_columns,
)
from gridmerge.io.tables.long_integers import exact_fields

_MAX_BROKEN_RECORDS = 200  # records of one layer: beyond that the file, not its records, is broken
# every byte is a character of it: what GDAL reads so can be turned back into bytes
LATIN1 = "ISO-8859-1"
# pyogrio raises these for files it cannot make sense of; the built-in ones come from its Cython layer (IndexError: no layer).
GDAL_ERRORS = (
    DataSourceError,
    DataLayerError,
    ValueError,
    RuntimeError,
    LookupError,
    NotImplementedError,
    ArithmeticError,
    MemoryError,
)
# listing layers would read the file twice
_ONE_LAYER = ("shp", "dbf", "fgb", "tab", "mif", "GeoJSON", "ESRIJSON")
# A path of letters, digits and signs that GDAL, SQLite and pyogrio take for themselves.
_PLAIN_NAME = re.compile(r"[\w\s/:.,，、。·（）()《》【】\[\]{}+=~@&^$'’“”—–-]*")
# What QGIS and ArcGIS call the number of a feature where the format has no name for it.
_FID_NAMES = ("fid", "ogr_fid")
_NAMES = {
    "ESRI Shapefile": "ESRI Shapefile",
    "shp": "ESRI Shapefile",
    "gpkg": "GPKG",
    "gdb": "OpenFileGDB",
    "fgb": "FlatGeobuf",
    "gml": "GML",
    "gpx": "GPX",
    "tab": "MapInfo File",
    "mif": "MapInfo File",
    "dbf": "dBASE",
}


def read_gdal(
    source: Path | bytes,
    ask: ReadRequest,
    kind: str,
    *,
    declared: str | None = None,
    options: Mapping[str, str] | None = None,
) -> ReadResult:
    """Read a file GDAL knows.

    Parameters
    ----------
    source
        The file, or its bytes.
    ask
        What is asked; `ask.layer` may be a pattern (``*`` = every layer).
    kind
        What `sniff` said, for the driver's name.
    declared
        None: the driver decodes text by itself. Else text arrives as latin-1, is turned back into bytes and decoded by
        rule, `declared` being what the file says of itself ("" for nothing).
    options
        GDAL's open options.
    """
    parts: list[gpd.GeoDataFrame] = []
    findings: list[Finding] = []
    with warnings.catch_warnings():
        # what matters of GDAL's warnings is checked here and told as findings
        warnings.simplefilter("ignore")
        try:
            with plainly_named(source) as plain_source:
                layers = _layers_to_read(plain_source, ask, kind)
                for layer in layers:
                    one = (
                        ask
                        if len(layers) == 1
                        else dataclasses.replace(ask, name=f"{ask.name}/{layer}")
                    )
                    frame, more = _read_layer(
                        plain_source, layer, one, raw=declared is not None, options=options or {}
                    )
                    parts.append(frame)
                    findings += more
        except GDAL_ERRORS as error:
            raise broken_file_error(ask.name, error) from error
    frame = join_frames(parts)
    if declared is None:
        frame, more = undo_mojibake(frame, ask)
        return ReadResult(
            frame=frame,
            driver=_NAMES.get(kind, kind),
            encoding="UTF-8",
            findings=(*findings, *more),
        )
    frame, choice, more = decode_frame(frame, ask, declared)
    return ReadResult(
        frame=frame,
        driver=_NAMES.get(kind, kind),
        encoding=choice.codec,
        findings=(*findings, *more),
    )


@contextlib.contextmanager
def plainly_named(source: Path | bytes) -> Iterator[Path | bytes]:
    """Give a file by a name that means nothing else: ! and ; part archives and options for GDAL, % # and ? are for SQLite."""
    if isinstance(source, bytes) or _PLAIN_NAME.fullmatch(source.as_posix()):
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="gridmerge-") as folder:
        copy = Path(folder) / f"copy{source.suffix}"
        if source.is_dir():
            shutil.copytree(source, copy)
        for part in source.parent.iterdir() if source.is_file() else ():
            if part.stem == source.stem and part.is_file():
                shutil.copy(part, copy.with_suffix(part.suffix))
        yield copy


def join_frames(parts: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Put the frames of several layers or files under one another, in the first CRS declared; others are transformed."""
    if len(parts) == 1:
        return parts[0]
    crs = next((part.crs for part in parts if part.crs is not None), None)
    parts = [part if part.crs is None or part.crs == crs else part.to_crs(crs) for part in parts]
    tables = [pd.DataFrame(part.drop(columns="geometry")) for part in parts]
    geometry = np.concatenate([np.asarray(part.geometry.array, dtype=object) for part in parts])
    attributes = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    return gpd.GeoDataFrame(attributes, geometry=geometry, crs=crs)


def broken_file_error(name: str, error: Exception) -> Exception:
    """Make the sentence for a file that GDAL cannot read; its own words are kept, without machine paths."""
    words = words_of(error)
    return unreadable_error(
        name,
        f"文件损坏或格式不合规范，读不出来（{words}）。请在原软件中打开检查，另存后再试。",
        f"the file is damaged or not what it claims to be ({words}). Open it in its own program and save it again.",
    )


def words_of(error: BaseException) -> str:
    """Return what another program's error says, in one line, without paths of this machine."""
    words = mask_numbers(str(error))
    words = re.sub(r"'?(/[^\s':]+|[A-Za-z]:\\[^\s']+)'?", "", words).split(";")[0]
    return re.sub(r"\s+", " ", words).strip(" .:'")[:100] or type(error).__name__


def _layers_to_read(source: Path | bytes, ask: ReadRequest, kind: str) -> Sequence[str | None]:
    if ask.layer is None and kind in _ONE_LAYER:
        return [None]
    listed = pyogrio.list_layers(source)
    names = [str(name) for name, _ in listed]
    if ask.layer is not None:
        return chosen_layers(names, ask.layer, ask.name)
    spatial = [str(name) for name, kind in listed if kind is not None]
    if len(spatial) > 1:
        raise many_layers(ask.name, spatial)
    if not spatial and len(names) > 1:
        raise many_layers(ask.name, names)
    if not names:
        raise unreadable_error(ask.name, "文件里没有图层。", "the file holds no layer.")
    return spatial or names


def chosen_layers(names: Sequence[str], wanted: str, file: str) -> list[str]:
    """Return the layers that `wanted` names, exactly or as a pattern.

    Raises
    ------
    InputError
        There is none.
    """
    if wanted in names:
        return [wanted]
    matching = [name for name in names if fnmatch.fnmatch(name, wanted)]
    matching = matching or [
        name for name in names if name.strip().lower() == wanted.strip().lower()
    ]
    if not matching:
        raise missing_layer(file, wanted, names)
    return matching


def _read_layer(
    source: Path | bytes,
    layer: str | None,
    ask: ReadRequest,
    *,
    raw: bool,
    options: Mapping[str, str],
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    reading = {"layer": layer, "force_2d": True, "encoding": LATIN1 if raw else None, **options}
    try:
        read = pyogrio.raw.read(source, **reading, return_fids=True)
    except GDAL_ERRORS as error:
        return _around_broken(source, reading, ask, error)
    return _build_frame(source, reading, read, ask)


def _build_frame(
    source: Path | bytes, reading: Mapping[str, Any], read: Sequence[Any], ask: ReadRequest
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    meta, fids, wkb, fields = read
    geometry, findings = parse_wkb([None] * len(fids) if wkb is None else wkb, ask)
    names = [str(name) for name in meta["fields"]]
    values = [plain_values(column) for column in exact_fields(source, reading, names, fields, fids)]
    key = _key_asked(source, reading, names, ask)
    if key is not None:
        names, values = [*names, key], [*values, fids]
    columns = unique_columns(names, values)
    frame = geo_frame(columns, geometry, declared_crs(meta["crs"]))
    return drop_unreadable(frame, findings), findings


def _key_asked(
    source: Path | bytes, reading: Mapping[str, Any], names: Sequence[str], ask: ReadRequest
) -> str | None:
    """The name by which the features' numbers are asked for: a database's key is no field, though QGIS shows it as one."""
    there = {name.casefold() for name in names}
    lacking = [name for name in ask.fields if name.casefold() not in there]
    if not lacking:
        return None
    info = pyogrio.read_info(source, layer=reading["layer"], encoding=reading["encoding"])
    keys = {*_FID_NAMES, str(info.get("fid_column", "")).casefold()}
    return next((name for name in lacking if name.casefold() in keys), None)


def _around_broken(
    source: Path | bytes, reading: Mapping[str, Any], ask: ReadRequest, why: Exception
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Read the features around broken ones by their numbers, halving where it fails; raises `why` when most fail."""
    if not isinstance(why, FeatureError):
        raise why
    fids = _feature_numbers(source, reading)
    parts: list[gpd.GeoDataFrame] = []
    findings: list[Finding] = []
    stack = [np.arange(len(fids))]
    while stack:
        rows = stack.pop()
        try:
            read = pyogrio.raw.read(source, **reading, fids=fids[rows], return_fids=True)
        except GDAL_ERRORS as error:
            if len(findings) > _MAX_BROKEN_RECORDS:
                raise why from error
            if len(rows) > 1:
                stack += [rows[len(rows) // 2 :], rows[: len(rows) // 2]]
            else:
                findings.append(
                    unreadable_feature(ask, int(rows[0]), "的记录损坏", "its record is damaged")
                )
            continue
        frame, more = _build_frame(source, reading, read, ask)
        parts.append(frame)
        findings += more
    if not parts:
        raise why
    return join_frames(parts), findings


def _feature_numbers(source: Path | bytes, reading: Mapping[str, Any]) -> np.ndarray:
    try:
        _, fids, _, _ = pyogrio.raw.read(
            source, **{**reading, "columns": [], "read_geometry": False, "return_fids": True}
        )
    except GDAL_ERRORS:  # attributes are what is broken: formats in which that happens count from 0
        fids = np.arange(
            pyogrio.read_info(source, layer=reading["layer"], force_feature_count=True)["features"]
        )
    return np.asarray(fids)


def declared_crs(text: str | None) -> CRS | None:
    """Return the CRS a file declares, or None when it declares none that PROJ understands."""
    if not text:
        return None
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        return None
    return None if crs.is_engineering else crs
