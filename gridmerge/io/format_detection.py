"""What a file is, told by its content rather than by its extension."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from gridmerge.errors import InputError
from gridmerge.io.encoding import utf16_unmarked
from gridmerge.io.refusals import unreadable_error
from gridmerge.io.unreadable_formats import refuse_foreign

# share of control characters in text: a damaged disc leaves a few, a binary file has many
_MAX_CONTROL_SHARE = 0.02
# So many zero bytes at the end of a text are no text.
_MIN_ZERO_TAIL = 16
_HEAD_BYTES = 65536  # bytes looked at: comments before the root element of an XML file can be long

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x00\x00\x27\x0a", "shp"),
    (b"SQLite format 3\x00", "gpkg"),
    (b"fgb\x03", "fgb"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "excel"),
    (b"AutoCAD Binary DXF", "dxf"),
    (b"AC10", "dwg"),
    (b"AC1.", "dwg"),
    (b"\x08\x09\xfe\x02", "dgn"),
    (b"Rar!", "packed"),
    (b"7z\xbc\xaf\x27\x1c", "packed"),
    (b"\x1f\x8b", "packed"),
    (b"BZh", "packed"),
    (b"\xfd7zXZ", "packed"),
    (b"%PDF", "picture"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"version https://git-lfs", "lfs"),
)
_SIDECARS = {
    ".shx": ".shp", ".prj": ".shp", ".cpg": ".shp", ".sbn": ".shp", ".sbx": ".shp", ".qix": ".shp", ".qpj": ".shp",
    ".idm": ".shp", ".ind": ".tab", ".dat": ".tab", ".map": ".tab", ".id": ".tab", ".mid": ".mif",
    ".gdbtable": ".gdb", ".gdbtablx": ".gdb", ".gdbindexes": ".gdb", ".spx": ".gdb", ".atx": ".gdb",
}  # fmt: skip
_XML_ROOTS = (
    (re.compile(rb"<(\w+:)?kml[\s>]", re.I), "kml"),
    (re.compile(rb"<(\w+:)?gpx[\s>]", re.I), "gpx"),
    (re.compile(rb"<OGRVRT", re.I), "vrt"),
    (re.compile(rb"<(!doctype\s+)?html[\s>]", re.I), "html"),
    (re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet", re.I), "excel2003xml"),
    (re.compile(rb"opengis\.net/gml|<gml:|<(\w+:)?FeatureCollection[\s>]", re.I), "gml"),
)
_JSON_START = re.compile(
    r"\s*(?:(?:const|var|let|export\s+default|\w+(?:\.\w+)*\s*=|\w+\s*\()[^\[{;]{0,200})?[\[{]"
)


def detect_format(path: Path, name: str) -> str:
    """Say what `path` is: ``shp gpkg fgb gdb gml gpx tab mif json kml kmz dxf dwg dbf csv excel zip parquet vct …``.

    Raises
    ------
    InputError
        The file is empty, or part of something else (a sidecar), or no text and of no known kind.
    """
    if path.is_dir():
        return _sniff_folder(path)
    refuse_foreign(path, name)
    with path.open("rb") as handle:
        head = handle.read(_HEAD_BYTES)
    if not head:
        raise unreadable_error(
            name,
            "文件是空的（0 字节）。请重新拷贝一份。",
            "the file is empty (0 bytes). Copy it again.",
        )
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _sniff_zip(path)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            if path.suffix.lower() in (".shx", ".sbn", ".sbx"):  # they begin as a .shp does
                raise _companion_error(path, name)
            return kind
    return _sniff_dbf(path, head) or _sniff_text(path, name, head)


def _sniff_folder(path: Path) -> str:
    if path.suffix.lower() == ".gdb" or any(path.glob("a0000000*.gdbtable")):
        return "gdb"
    return "folder"


def _sniff_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return "zip"
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names or "content.xml" in names:
        return "excel"
    kmls = [name for name in names if name.endswith((".kml", ".ovkml"))]
    if kmls and not any(name.endswith((".shp", ".tab", ".gpkg", ".geojson")) for name in names):
        return "kmz"
    return "zip"


def _sniff_dbf(path: Path, head: bytes) -> str | None:
    """Tell a dBASE table by extension and version byte: alone it is a table, beside a .shp a sidecar of it."""
    if path.suffix.lower() != ".dbf" or head[0] not in (
        0x02,
        0x03,
        0x30,
        0x31,
        0x32,
        0x43,
        0x63,
        0x83,
        0x8B,
        0xCB,
        0xF5,
    ):
        return None
    return "dbf"


def _sniff_text(path: Path, name: str, head: bytes) -> str:
    suffix = path.suffix.lower()
    if suffix in _SIDECARS:
        raise _companion_error(path, name)
    text = _as_text(head)
    _refuse_nought_end(path, name)
    if text is None:
        kind_zh, kind_en = "这不是已知格式的文件", "this is not a file of a known format"
        raise unreadable_error(
            name,
            f"{kind_zh}。请另存为 Shapefile、GeoPackage、GeoJSON 或 Excel。",
            f"{kind_en}. Save it as Shapefile, GeoPackage, GeoJSON or Excel.",
        )
    stripped = text.lstrip("\ufeff \t\r\n")
    if stripped.startswith("<"):
        return _sniff_xml(stripped.encode("utf-8", "replace"))
    if _JSON_START.match(stripped):
        return "json"
    return _sniff_lines(stripped, suffix)


def _refuse_nought_end(path: Path, name: str) -> None:
    """Refuse text that ends in zero bytes: room that was set aside for what never arrived."""
    with path.open("rb") as handle:
        handle.seek(max(0, path.stat().st_size - _MIN_ZERO_TAIL))
        end = handle.read()
    if len(end) == _MIN_ZERO_TAIL and not end.strip(b"\x00"):
        raise unreadable_error(
            name,
            "文件末尾是一片空字节，多半没有下载或拷贝完。请重新拷贝。",
            "the file ends in zero bytes: it was not copied or downloaded wholly. Copy it again.",
        )


def _companion_error(path: Path, name: str) -> InputError:
    main = path.with_suffix(_SIDECARS[path.suffix.lower()]).name
    return unreadable_error(
        name,
        f"这是附属文件，不能单独读取；请在 path 中写主文件（如 {main}）。",
        f"this is a companion of another file and cannot be read alone; name the main file ({main}) in path.",
    )


def _sniff_xml(text: bytes) -> str:
    places = [
        (found.start(), kind) for pattern, kind in _XML_ROOTS if (found := pattern.search(text))
    ]
    return min(places)[1] if places else "xml"


def _sniff_lines(text: str, suffix: str) -> str:
    first = text[:400].lower()
    if first.startswith("!table"):
        return "tab"
    if re.match(r"version\s+\d+", first) and re.search(
        r"^\s*(charset|columns|delimiter|coordsys)\b", text, re.I | re.M
    ):
        return "mif"
    if re.match(r"(headbegin|head\s)", first) or suffix == ".vct":
        return "vct"
    if re.match(r"(?:999\r?\n[^\n]*\n\s*)*0\s*\r?\n\s*section\b", text, re.I) or suffix == ".dxf":
        return "dxf"
    return "csv"


def _as_text(head: bytes) -> str | None:
    """Return the head as text, or None when it is binary; a cut multi-byte character at its end is no matter."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    unmarked = utf16_unmarked(head)
    if unmarked:
        return head.decode(unmarked, "replace")
    controls = sum(head.count(bytes((code,))) for code in range(32) if code not in b"\t\n\f\r\x1a")
    if controls > _MAX_CONTROL_SHARE * len(head):
        return None
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError:
        return head.decode("gb18030", "replace")
