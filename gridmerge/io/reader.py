"""Read one input of the project: find its files, tell what each is, read them, and join what came out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from gridmerge.config.settings import LayerSpec, Reading, Villages, WorkloadSpec
from gridmerge.findings import Finding, make_finding, sort_findings
from gridmerge.geo.crs import authority_code
from gridmerge.io.attribute_filter import filter_rows
from gridmerge.io.drivers import EXTENSIONS, IN_MEMORY, MAX_BYTES_IN_MEMORY, find_reader
from gridmerge.io.format_detection import detect_format
from gridmerge.io.formats.gdal import join_frames
from gridmerge.io.paths import display_path, file_sha256, listing_sha256, resolve_paths
from gridmerge.io.read_request import ReadRequest, ReadResult
from gridmerge.io.refusals import locked_file_error, missing_field, secret_field, unreadable_error
from gridmerge.io.sensitive_fields import is_dropped_field, without_secrets
from gridmerge.io.tables.geometry_columns import attach_geometry
from gridmerge.io.tables.header_units import in_ones
from gridmerge.io.tables.rows import EVENTS, field_key
from gridmerge.io.tables.total_rows import without_sums
from gridmerge.model import RawLayer, Source
from gridmerge.tabular.row_numbers import same_lines


def read_input(spec: Reading, folder: Path, key: str) -> RawLayer:
    """Read one input.

    Parameters
    ----------
    spec
        The input's table of the project file; its paths are relative to `folder`. Several files (a list, a glob) are put
        under one another in the order of their paths.
    folder
        The project's folder.
    key
        ``villages``, a layer's key, ``workload:NAME`` or ``roster``: what findings and reports call the input.

    Returns
    -------
    RawLayer
        `frame` has every field of the file, text as str and numbers as numbers, and `geometry`: 2D, as it stands in the
        file, null where there is none. `frame.crs` is what the project file or else the file declares, or None.

    Raises
    ------
    InputError
        A file is missing, locked or unreadable, or lacks a layer or field that `spec` names.
    """
    pieces: list[tuple[str, ReadResult]] = []
    for path in resolve_paths(spec.path, folder):
        name = display_path(path, folder)
        piece = read_file(path, _make_request(spec, key, name))
        frame = _with_fields(piece, spec, name)
        frame = frame if spec.crs is None else frame.set_crs(None, allow_override=True)
        pieces.append(
            (name, dataclasses.replace(piece, frame=filter_rows(frame, spec.where, name)))
        )
    frame = join_frames([piece.frame for _, piece in pieces])
    if spec.crs is not None:
        frame = _set_declared_crs(frame, spec.crs, key)
    findings = sort_findings(finding for _, piece in pieces for finding in piece.findings)
    source = _build_source(spec, folder, key, pieces, frame)
    if spec.control is None:
        return RawLayer(source=source, frame=frame, findings=findings)
    control = _read_control_points(folder / spec.control, key)
    beside = dataclasses.replace(
        source, files=tuple(sorted({*source.files, *_file_digests(control, folder)}))
    )
    return RawLayer(
        source=beside, frame=frame, findings=findings, control=pd.DataFrame(control.frame)
    )


def _read_control_points(file: Path, key: str) -> ReadResult:
    """Read a table of control points; its cells are confidential, and no error quotes one."""
    path = resolve_paths([file.name], file.parent)[0]
    return read_file(path, ReadRequest(key=key, name=path.name, plain=True))


def _file_digests(piece: ReadResult, folder: Path) -> Iterator[tuple[str, str]]:
    return ((display_path(file, folder), file_sha256(file)) for file in piece.files)


def read_file(path: Path, ask: ReadRequest) -> ReadResult:
    """Read one file by its content; geometry is attached to tables, sensitive fields are dropped."""
    try:
        kind = detect_format(path, ask.name)
        _refuse_huge(path, kind, ask)
        piece = find_reader(kind, ask)(path, ask)
    except PermissionError as error:
        raise locked_file_error(ask.name) from error
    except FileNotFoundError as error:
        raise unreadable_error(
            ask.name,
            "文件在读取时消失了。请检查网络盘后再运行。",
            "the file vanished while it was read. Check the network drive.",
        ) from error
    except OSError as error:
        words = error.strerror or type(error).__name__
        raise unreadable_error(
            ask.name,
            f"读文件时出错（{words}）。若在网络盘上，请先拷贝到本机。",
            f"reading failed ({words}). If it is on a network drive, copy it to this computer first.",
        ) from error
    if ask.key != EVENTS:  # every event is given back
        counted, sums = without_sums(piece.frame, ask)
        piece = dataclasses.replace(piece, frame=counted, findings=(*piece.findings, *sums))
    ask = _as_spelled(piece.frame, ask)
    renamed = _rename_fields(piece.frame, ask)
    headers = {
        str(name): str(was) for name, was in zip(renamed.columns, piece.frame.columns, strict=True)
    }
    frame, units = in_ones(renamed, headers, ask)
    frame, secrets = without_secrets(same_lines(frame, piece.frame), ask.key, ask.name)
    piece = attach_geometry(
        dataclasses.replace(piece, frame=frame, findings=(*piece.findings, *units, *secrets)), ask
    )
    return dataclasses.replace(
        piece, findings=(*_extension_findings(path, kind, ask), *piece.findings)
    )


def _refuse_huge(path: Path, kind: str, ask: ReadRequest) -> None:
    if kind in IN_MEMORY and path.stat().st_size > MAX_BYTES_IN_MEMORY:
        raise unreadable_error(
            ask.name,
            f"文件超过 {MAX_BYTES_IN_MEMORY >> 30} GB，这种格式须整个读入内存。请先转换为 GeoPackage，或只截取本乡镇。",
            f"the file is over {MAX_BYTES_IN_MEMORY >> 30} GB, and this format is read into memory whole. "
            "Convert it to GeoPackage, or cut out the township.",
        )


def _extension_findings(path: Path, kind: str, ask: ReadRequest) -> tuple[Finding, ...]:
    usual = EXTENSIONS.get(path.suffix.lower())
    if usual is None or kind in usual:
        return ()
    return (make_finding("format_by_content", layer=ask.key, file=ask.name, format=kind),)


def named_fields(spec: Reading) -> dict[str, str]:
    """Return the fields of the file that `spec` names, by its keys."""
    keys = ["geometry", "lon", "lat"]
    if isinstance(spec, Villages):
        keys += ["code", "name"]
    elif isinstance(spec, LayerSpec):
        keys += ["id", "name", "holder", "village"]
    elif isinstance(spec, WorkloadSpec):
        keys += ["field"]
    return {key: value for key in keys if (value := getattr(spec, key))}


def _make_request(spec: Reading, key: str, name: str) -> ReadRequest:
    named = named_fields(spec)
    return ReadRequest(
        key=key,
        name=name,
        layer=spec.layer,
        encoding=spec.encoding,
        geometry=spec.geometry,
        lon=spec.lon,
        lat=spec.lat,
        fields=tuple(named.values()),
        codes=tuple(
            value
            for what, value in named.items()
            if what in ("id", "name", "holder", "village", "code")
        ),
        numbers=tuple(value for what, value in named.items() if what == "field"),
        plain=isinstance(spec, LayerSpec) and spec.village is not None,
        datum=spec.datum,
        areas=isinstance(spec, (LayerSpec, Villages)),
        id=spec.id
        if isinstance(spec, LayerSpec)
        else spec.code
        if isinstance(spec, Villages)
        else None,
    )


def _as_spelled(frame: gpd.GeoDataFrame, ask: ReadRequest) -> ReadRequest:
    """Ask for the columns of coordinates by the names the file gives them: a header may say their datum."""
    names = [str(name) for name in frame.columns]
    alike = {field_key(name): name for name in reversed(names) if name != frame.geometry.name}
    wanted = (ask.geometry, ask.lon, ask.lat)
    spelled = [
        name if name is None or name in names else alike.get(field_key(name), name)
        for name in wanted
    ]
    fields = [spelled[wanted.index(name)] if name in wanted else name for name in ask.fields]
    geometry, lon, lat = spelled
    asked_for = tuple(name for name in fields if name is not None)
    return dataclasses.replace(ask, geometry=geometry, lon=lon, lat=lat, fields=asked_for)


def _rename_fields(frame: gpd.GeoDataFrame, ask: ReadRequest) -> gpd.GeoDataFrame:
    """Give the fields that are asked for the spelling they are asked by, or refuse."""
    names = [str(name) for name in frame.columns]
    alike = {field_key(name): name for name in reversed(names) if name != frame.geometry.name}
    renamed: dict[str, str] = {}
    for wanted in ask.fields:
        if wanted not in names:
            near = alike.get(field_key(wanted))
            if near is None:
                raise missing_field(
                    ask.name, wanted, [name for name in names if name != frame.geometry.name]
                )
            renamed[near] = wanted
    return frame.rename(columns=renamed) if renamed else frame


def _with_fields(piece: ReadResult, spec: Reading, name: str) -> gpd.GeoDataFrame:
    """Check that no field the project file names was dropped as sensitive; those of coordinates are used up."""
    frame, used_up = piece.frame, {spec.geometry, spec.lon, spec.lat}
    for wanted in named_fields(spec).values():
        if wanted in frame.columns or wanted in used_up:
            continue
        if any(is_dropped_field(finding, wanted) for finding in piece.findings):
            raise secret_field(name, wanted)
        raise missing_field(
            name, wanted, [str(column) for column in frame.columns if column != "geometry"]
        )
    return frame


def _set_declared_crs(frame: gpd.GeoDataFrame, text: str, key: str) -> gpd.GeoDataFrame:
    try:
        crs = CRS.from_user_input(int(text) if text.isdigit() else text)
    except CRSError as error:
        raise unreadable_error(
            key,
            f'不认识坐标系 crs = "{text}"；请写 EPSG 代号，如 "EPSG:4490"。',
            f'crs = "{text}" is not known; give an EPSG code, such as "EPSG:4490".',
        ) from error
    return frame.set_crs(crs, allow_override=True)


def _build_source(
    spec: Reading,
    folder: Path,
    key: str,
    pieces: list[tuple[str, ReadResult]],
    frame: gpd.GeoDataFrame,
) -> Source:
    files = {display_path(file, folder): file for _, piece in pieces for file in piece.files}
    hashes = tuple((name, file_sha256(files[name])) for name in sorted(files))
    mains = [piece.files[0] for _, piece in pieces]
    single = len(pieces) == 1 and display_path(mains[0], folder) == pieces[0][0]
    return Source(
        key=key,
        path=pieces[0][0] if len(spec.path) == 1 and len(pieces) == 1 else ", ".join(spec.path),
        sha256=dict(hashes)[pieces[0][0]] if single else listing_sha256(hashes),
        files=hashes,
        driver=" + ".join(sorted({piece.driver for _, piece in pieces})),
        encoding=" + ".join(sorted({piece.encoding for _, piece in pieces if piece.encoding})),
        crs=crs_text(frame.crs),
        features=int(np.int64(len(frame))),
    )


def crs_text(crs: CRS | None) -> str:
    """Return a CRS as reports show it: its authority code, else its name."""
    return "" if crs is None else authority_code(crs) or str(crs.name)
