"""GDAL's readers by way of pyogrio: one call that loses no feature to one broken neighbour and writes nothing."""

from __future__ import annotations

import fnmatch
import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from gridmerge.findings import Finding, found
from gridmerge.load.encoding import Choice, choose, codec_named, demanded, foreign, mend_mojibake, note, redecode
from gridmerge.load.piece import Ask, Piece, geo_frame
from gridmerge.load.refuse import many_layers, missing_layer, unreadable
from gridmerge.text import Text

LATIN1 = "ISO-8859-1"  # every byte is a character of it: what GDAL reads so can be turned back into bytes
# pyogrio raises these for files it cannot make sense of; ValueError and RuntimeError come from its Cython layer.
TROUBLES = (DataSourceError, DataLayerError, ValueError, RuntimeError, NotImplementedError, OverflowError, MemoryError)
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
    source: Path | bytes, ask: Ask, kind: str, *, declared: str | None = None, options: Mapping[str, str] | None = None
) -> Piece:
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
        warnings.simplefilter("ignore")  # what matters of GDAL's warnings is checked here and told as findings
        try:
            for layer in _layers(source, ask):
                frame, more = _read_layer(source, layer, ask, raw=declared is not None, options=options or {})
                parts.append(frame)
                findings += more
        except TROUBLES as error:
            raise broken(ask.name, error) from error
    frame = join(parts)
    if declared is None:
        frame, more = _undo_mojibake(frame, ask)
        return Piece(frame=frame, driver=_NAMES.get(kind, kind), encoding="UTF-8", findings=(*findings, *more))
    frame, choice, more = decode_frame(frame, ask, declared)
    return Piece(frame=frame, driver=_NAMES.get(kind, kind), encoding=choice.codec, findings=(*findings, *more))


def join(parts: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Put the frames of several layers or files under one another; the first declared CRS is kept."""
    if len(parts) == 1:
        return parts[0]
    crs = next((part.crs for part in parts if part.crs is not None), None)
    tables = [pd.DataFrame(part.drop(columns="geometry")) for part in parts]
    geometry = np.concatenate([np.asarray(part.geometry.array, dtype=object) for part in parts])
    attributes = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    return gpd.GeoDataFrame(attributes, geometry=geometry, crs=crs)


def broken(name: str, error: Exception) -> Exception:
    """Make the sentence for a file that GDAL cannot read; its own words are kept, without machine paths."""
    words = words_of(error)
    return unreadable(
        name,
        f"文件损坏或格式不合规范，读不出来（{words}）。请在原软件中打开检查，另存后再试。",
        f"the file is damaged or not what it claims to be ({words}). Open it in its own program and save it again.",
    )


def words_of(error: BaseException) -> str:
    """Return what another program's error says, in one line, without paths of this machine."""
    words = re.sub(r"'?(/[^\s':]+|[A-Za-z]:\\[^\s']+)'?", "", str(error)).split(";")[0]
    return re.sub(r"\s+", " ", words).strip(" .:'")[:100] or type(error).__name__


def _layers(source: Path | bytes, ask: Ask) -> list[str]:
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
        raise unreadable(ask.name, "文件里没有图层。", "the file holds no layer.")
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
    matching = matching or [name for name in names if name.strip().lower() == wanted.strip().lower()]
    if not matching:
        raise missing_layer(file, wanted, names)
    return matching


def _read_layer(
    source: Path | bytes, layer: str, ask: Ask, *, raw: bool, options: Mapping[str, str]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    meta, _, wkb, fields = pyogrio.raw.read(
        source, layer=layer, force_2d=True, encoding=LATIN1 if raw else None, **options
    )
    rows = len(wkb) if wkb is not None else (len(fields[0]) if fields else 0)
    geometry, findings = _geometries(wkb, rows, ask)
    columns = unique_columns([str(name) for name in meta["fields"]], [plain(values) for values in fields])
    return geo_frame(columns, geometry, declared_crs(meta["crs"])), findings


def declared_crs(text: str | None) -> CRS | None:
    """Return the CRS a file declares, or None when it declares none that PROJ understands."""
    if not text:
        return None
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        return None
    return None if crs.is_engineering else crs


def _geometries(wkb: np.ndarray | None, rows: int, ask: Ask) -> tuple[np.ndarray, list[Finding]]:
    if wkb is None:
        return np.full(rows, None, dtype=object), []
    geometry = shapely.from_wkb(wkb, on_invalid="ignore")
    given = np.array([value is not None for value in wkb], dtype=bool)
    lost = np.flatnonzero(given & shapely.is_missing(geometry))
    return geometry, [unreadable_feature(ask, int(i), *_why(wkb[i])) for i in lost]


def _why(wkb: bytes) -> tuple[str, str]:
    try:
        shapely.from_wkb(wkb)
    except (shapely.errors.GEOSException, ValueError, TypeError) as error:
        if "closed" in str(error).lower():
            return "边界没有闭合", "its ring is not closed"
        if "number of points" in str(error).lower():
            return "顶点太少", "it has too few vertices"
    return "几何类型无法识别", "its geometry is of an unknown kind"


def unreadable_feature(ask: Ask, row: int, reason_zh: str, reason: str) -> Finding:
    """Make the finding for one feature (0-based row) that could not be read."""
    return found("feature_unreadable", layer=ask.key, file=ask.name, feature=row + 1, reason=Text(reason_zh, reason))


def drop_unreadable(frame: gpd.GeoDataFrame, findings: Sequence[Finding]) -> gpd.GeoDataFrame:
    """Drop the rows that findings of this file say could not be read."""
    rows = {int(str(dict(f.blanks)["feature"])) - 1 for f in findings if f.kind == "feature_unreadable"}
    return frame.loc[~frame.index.isin(rows)].reset_index(drop=True) if rows else frame


def unique_columns(names: Sequence[str], values: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Return the columns by name; a name that comes twice gets ``_1``."""
    columns: dict[str, np.ndarray] = {}
    for i, (name, column) in enumerate(zip(names, values, strict=True)):
        free = name or f"field_{i + 1}"
        while free in columns:
            free += "_1"
        columns[free] = column
    return columns


def plain(values: np.ndarray) -> np.ndarray:
    """Return a field's values as numbers or text: times in ISO form, lists joined, bytes as hexadecimal."""
    if values.dtype.kind in "mM":
        texts = (np.datetime_as_string(values) if values.dtype.kind == "M" else values.astype(str)).astype(object)
        texts[np.isnat(values)] = None
        return np.asarray(texts)
    if values.dtype != object:
        return values
    return np.array([_plain_cell(value) for value in values] or [], dtype=object)


def _plain_cell(value: Any) -> Any:
    if isinstance(value, (list, tuple, np.ndarray)):
        return ";".join("" if item is None else str(item) for item in value)
    if isinstance(value, bytes):
        return value.hex()
    return value


def decode_frame(frame: gpd.GeoDataFrame, ask: Ask, declared: str) -> tuple[gpd.GeoDataFrame, Choice, list[Finding]]:
    """Decode names and text columns that were read as latin-1; see `gridmerge.load.encoding`."""
    texts = {name: frame[name].to_numpy(dtype=object) for name in frame.columns if _is_text(frame[name])}
    names = [name for name in frame.columns if name != "geometry"]
    samples = sorted({raw for values in texts.values() for raw in foreign(values)} | set(foreign(names)))
    if ask.encoding:
        choice = Choice(codec=demanded(ask.encoding, ask.name), reason="demanded")
    else:
        choice = choose(samples, codec_named(declared))
    decoded = dict(zip(names, redecode(np.array(names, dtype=object), choice.codec), strict=True)) if names else {}
    columns = {
        decoded[name]: redecode(texts[name], choice.codec) if name in texts else frame[name].to_numpy()
        for name in names
    }
    out = geo_frame(columns, frame.geometry.to_numpy(), frame.crs)
    return out, choice, list(note(ask.key, ask.name, choice, declared))


def _undo_mojibake(frame: gpd.GeoDataFrame, ask: Ask) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    changed: dict[str, np.ndarray] = {}
    findings: list[Finding] = []
    for name in frame.columns:
        if name == "geometry" or not _is_text(frame[name]):
            continue
        mended, cells = mend_mojibake(frame[name].to_numpy(dtype=object))
        if cells:
            changed[name] = mended
            sample = next(value for value in mended if isinstance(value, str) and not value.isascii())
            findings.append(
                found("mojibake_mended", layer=ask.key, measure=cells, file=ask.name, field=name, sample=sample[:20])
            )
    return (frame.assign(**changed) if changed else frame), findings


def _is_text(column: pd.Series) -> bool:
    return column.dtype == object or isinstance(column.dtype, pd.StringDtype)
