"""Vector files of GIS programs: Shapefile, GeoPackage, FileGDB, FlatGeobuf, MapInfo TAB and MIF."""

from __future__ import annotations

import dataclasses
import re
import shutil
import struct
import tempfile
from pathlib import Path

import pyogrio

from gridmerge.findings import Finding, make_finding
from gridmerge.i18n.text import Text
from gridmerge.io.completeness import (
    no_dbf,
    records_missing,
    whole_count,
    whole_gpkg,
    whole_shapefile,
)
from gridmerge.io.encoding import LANGUAGE_BYTES, MAPINFO_CHARSETS, decode_file
from gridmerge.io.formats.gdal import read_gdal
from gridmerge.io.read_request import ReadRequest, ReadResult
from gridmerge.io.refusals import unreadable_error

_SHP_PARTS = (".shx", ".dbf", ".prj", ".cpg")
_TAB_PARTS = (".dat", ".map", ".id", ".ind", ".dbf")
_SELF_DECODING = ("windowssimpchinese", "utf-8")  # GDAL decodes these itself, rightly


def read_simple(path: Path, ask: ReadRequest, kind: str) -> ReadResult:
    """Read a file whose text is UTF-8 by its standard: FileGDB, FlatGeobuf."""
    piece = read_gdal(path, ask, kind)
    if kind == "fgb":
        whole_count(int(pyogrio.read_info(path)["features"]), piece, ask)
    files = tuple(sorted(path.rglob("*"))) if path.is_dir() else (path,)
    return _set_files(piece, tuple(file for file in files if file.is_file()))


def read_gpkg(path: Path, ask: ReadRequest) -> ReadResult:
    """Read a GeoPackage without the log files SQLite would leave beside it."""
    whole_gpkg(path, ask)
    log = path.with_name(path.name + "-wal")
    if not log.exists() or not log.stat().st_size:
        return _set_files(read_gdal(path, ask, "gpkg", options={"IMMUTABLE": "YES"}), (path,))
    # another program holds changes in its log: they belong to the data, and reading them writes to the folder
    with tempfile.TemporaryDirectory() as folder:
        for file in (path, log):
            shutil.copy(file, Path(folder) / file.name)
        return _set_files(read_gdal(Path(folder) / path.name, ask, "gpkg"), (path, log))


def decode_xml(raw: bytes, ask: ReadRequest) -> tuple[str, str, tuple[Finding, ...]]:
    """Decode an XML file, and refuse one that defines entities: they can blow up memory or read other files."""
    declared = re.match(
        rb"\s*<\?xml[^>]*encoding\s*=\s*[\"']([\w.-]+)", raw.removeprefix(b"\xef\xbb\xbf")
    )
    text, encoding, findings = decode_file(raw, ask.name, ask.key, ask.encoding)
    if declared and not ask.encoding and encoding == "GB18030":
        findings = () if declared[1].lower().startswith(b"gb") else findings
    if re.search(r"<!ENTITY", text, re.I):
        raise unreadable_error(
            ask.name,
            "XML 中定义了实体（ENTITY），可能是恶意文件，拒绝读取。请另存为 GeoPackage 或 Shapefile。",
            "the XML defines entities, which can be an attack; refused. Save it as GeoPackage or Shapefile.",
        )
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1)
    return text, encoding, findings


def read_shapefile(path: Path, ask: ReadRequest) -> ReadResult:
    """Read a Shapefile, its text decoded by rule, with what is missing of its companions said."""
    parts = companion_files(path, _SHP_PARTS)
    findings: list[Finding] = []
    whole_shapefile(path, parts, ask)
    if ".dbf" not in parts:
        if ask.areas or ask.fields:
            raise no_dbf(ask)
        findings.append(
            _missing_finding(ask, ".dbf", "只有图形，没有属性", "it has shapes but no attributes")
        )
    findings += _check_record_counts(parts, ask)
    if ".shx" in parts:
        piece = read_gdal(path, ask, "shp", declared=_declared_dbf(parts))
    else:
        findings.append(
            _missing_finding(
                ask, ".shx", "已据 .shp 重建索引", "its index was rebuilt from the .shp"
            )
        )
        piece = _read_restored(path, parts, ask)
    findings += piece.findings
    piece = dataclasses.replace(piece, findings=tuple(findings))
    return _set_files(piece, (path, *sorted(parts.values())))


def _check_record_counts(parts: dict[str, Path], ask: ReadRequest) -> list[Finding]:
    """Say when there are more records than shapes; refuse shapes without a record: a file was cut short, or is of another export."""
    if not {".shx", ".dbf"} <= parts.keys():
        return []
    shapes = max(0, parts[".shx"].stat().st_size - 100) // 8
    with parts[".dbf"].open("rb") as handle:
        head = handle.read(12).ljust(12, b"\0")
    count, header, width = struct.unpack("<IHH", head[4:12])
    records = min(count, max(0, parts[".dbf"].stat().st_size - header) // width) if width else 0
    if records < shapes:
        raise records_missing(shapes, records, ask)
    if shapes == records:
        return []
    return [_disagreement_finding(ask, shapes, records)]


def _disagreement_finding(ask: ReadRequest, shapes: int, records: int) -> Finding:
    return make_finding(
        "companion_disagrees",
        layer=ask.key,
        file=ask.name,
        measure=abs(shapes - records),
        shapes=shapes,
        records=records,
    )


def _read_restored(path: Path, parts: dict[str, Path], ask: ReadRequest) -> ReadResult:
    """Read a copy: GDAL restores a missing .shx only by writing it beside the .shp."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.shp"
        shutil.copy(path, copy)
        for suffix, file in parts.items():
            shutil.copy(file, copy.with_suffix(suffix))
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
        try:
            return read_gdal(copy, ask, "shp", declared=_declared_dbf(parts))
        finally:
            pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})


def read_dbf(path: Path, ask: ReadRequest) -> ReadResult:
    """Read a dBASE table that stands alone."""
    piece = read_gdal(
        path, ask, "dbf", declared=_declared_dbf({".dbf": path, **companion_files(path, (".cpg",))})
    )
    return dataclasses.replace(_set_files(piece, (path,)), table=True)


def _declared_dbf(parts: dict[str, Path]) -> str:
    """Return what a .cpg, else the language byte of the .dbf, says of the encoding."""
    if ".cpg" in parts:
        return parts[".cpg"].read_bytes()[:40].decode("latin-1").strip("\x00 \r\n\t")
    if ".dbf" not in parts:
        return ""
    with parts[".dbf"].open("rb") as handle:
        head = handle.read(32)
    return LANGUAGE_BYTES.get(head[29], "") if len(head) == 32 else ""


def read_mapinfo(path: Path, ask: ReadRequest, kind: str) -> ReadResult:
    """Read MapInfo TAB or MIF; a charset GDAL cannot be trusted with is set aside in a copy, and text decoded by rule."""
    parts = companion_files(path, _TAB_PARTS if kind == "tab" else (".mid",))
    files = (path, *sorted(parts.values()))
    head = path.read_bytes()
    charset = re.search(rb"^[ \t]*!?charset[ \t]+\"?([\w-]+)\"?", head, re.I | re.M)
    name = charset[1].decode("ascii").lower() if charset else ""
    alone = re.search(rb"type[ \t]+(native|dbf)", head, re.I) and not re.search(
        rb'IsSeamless"\s*=\s*"TRUE', head, re.I
    )
    if (kind == "tab" and not alone) or (name in _SELF_DECODING and not ask.encoding):
        return _check_mapinfo_count(_set_files(read_gdal(path, ask, kind), files), parts, ask)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        neutral = (
            head
            if charset is None
            else head[: charset.start(1)] + b"Neutral" + head[charset.end(1) :]
        )
        copy.write_bytes(neutral)
        for file in parts.values():
            shutil.copy(file, Path(folder) / file.name)
        declared = MAPINFO_CHARSETS.get(name, "")
        return _check_mapinfo_count(
            _set_files(read_gdal(copy, ask, kind, declared=declared), files), parts, ask
        )


def _check_mapinfo_count(piece: ReadResult, parts: dict[str, Path], ask: ReadRequest) -> ReadResult:
    """Say when MapInfo's attribute file holds more records than were read: GDAL passes over a broken index in silence."""
    records = 0
    if ".dat" in parts:
        raw = parts[".dat"].read_bytes()
        count, header, width = struct.unpack("<IHH", raw[4:12].ljust(8, b"\0"))
        starts = range(header, min(len(raw), header + count * width), width) if width else ()
        # * marks a deleted record
        records = sum(raw[start : start + 1] != b"*" for start in starts)
    elif ".mid" in parts:
        records = sum(bool(line.strip()) for line in parts[".mid"].read_bytes().splitlines())
    told = sum(finding.kind == "feature_unreadable" for finding in piece.findings)
    if records <= len(piece.frame) + told:
        return piece
    lost = _disagreement_finding(ask, len(piece.frame), records)
    return dataclasses.replace(piece, findings=(*piece.findings, lost))


def companion_files(path: Path, suffixes: tuple[str, ...]) -> dict[str, Path]:
    """Return the files beside `path` that share its stem, by lower-case suffix; case does not matter (.SHP with .dbf)."""
    stem = path.stem.lower()
    return {
        file.suffix.lower(): file
        for file in sorted(path.parent.iterdir())
        if file.stem.lower() == stem and file.suffix.lower() in suffixes and file.is_file()
    }


def _missing_finding(
    ask: ReadRequest, missing: str, consequence_zh: str, consequence: str
) -> Finding:
    return make_finding(
        "companion_missing",
        layer=ask.key,
        file=ask.name,
        missing=missing,
        consequence=Text(consequence_zh, consequence),
    )


def _set_files(piece: ReadResult, files: tuple[Path, ...]) -> ReadResult:
    return dataclasses.replace(piece, files=files)
