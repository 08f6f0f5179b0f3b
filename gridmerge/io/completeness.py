"""Files that say themselves that they are not whole: half a network is worse than none, so they are refused."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from pathlib import Path

from gridmerge.io.read_request import ReadRequest, ReadResult
from gridmerge.io.refusals import unreadable_error

# Where a collection says what it holds: before its features or behind them.
_HEAD, _TAIL = 4000, 4000
_TRANSFER_LIMIT = re.compile(r'"exceededTransferLimit"\s*:\s*true')
_NEXT_PAGE = re.compile(r'"rel"\s*:\s*"next"|"(?:hasMore|has_more|hasNext|hasNextPage)"\s*:\s*true')
_SAID_JSON = re.compile(
    r'"(?:numberMatched|totalFeatures|numberOfFeatures|totalCount)"\s*:\s*"?(\d+)'
)
_RETURNED_JSON = re.compile(r'"numberReturned"\s*:\s*"?(\d+)')
_SAID_XML = re.compile(r"\b(?:numberMatched|numberOfFeatures)\s*=\s*[\"'](\d+)[\"']")
_NEXT_XML = re.compile(r"<(?:\w+:)?FeatureCollection\b[^>]*\bnext\s*=\s*[\"'][^\"']+[\"']")
# The rows of a sheet of Excel 97 and of today's.
_FULL_SHEETS = (65_536, 1_048_576)
_SHP_HEADER = 100


def whole_json(text: str, read: int, ask: ReadRequest) -> None:
    """Refuse a page of a service's answer.

    Parameters
    ----------
    text
        The JSON.
    read
        How many features it holds, those that could not be read included.

    Raises
    ------
    InputError
        It says that there are more.
    """
    about = text if len(text) <= _HEAD + _TAIL else text[:_HEAD] + text[-_TAIL:]
    if _TRANSFER_LIMIT.search(about) or _NEXT_PAGE.search(about):
        raise _one_page(ask)
    returned = [int(one) for one in _RETURNED_JSON.findall(about)]
    _all_of(_SAID_JSON.findall(about), min([read, *returned]), ask)


def whole_gml(text: str, read: int, ask: ReadRequest) -> None:
    """Refuse a page of a WFS's answer; see `whole_json`."""
    about = text[:_HEAD]
    if _NEXT_XML.search(about):
        raise _one_page(ask)
    _all_of(_SAID_XML.findall(about), read, ask)


def whole_count(said: int, piece: ReadResult, ask: ReadRequest) -> None:
    """Refuse a file of fewer features than its header says, or whose last ones cannot be read.

    Raises
    ------
    InputError
        It ends too early.
    """
    broken = {
        int(str(dict(one.blanks)["feature"]))
        for one in piece.findings
        if one.kind == "feature_unreadable"
    }
    ended = said in broken
    _all_of([str(said)], len(piece.frame) + (0 if ended else len(broken)), ask)


def _one_page(ask: ReadRequest) -> Exception:
    return unreadable_error(
        ask.name,
        "这只是服务返回的一部分（超过了单次传输上限，后面还有）。请分页取全后合并，或请部门直接导出文件。",
        "this is one page of a service's answer (the transfer limit was exceeded; there is more). "
        "Fetch all pages, or ask the department for an export.",
    )


def _all_of(said: Sequence[str], read: int, ask: ReadRequest) -> None:
    most = max((int(one) for one in said), default=0)
    if most > read:
        raise unreadable_error(
            ask.name,
            f"文件自己说共有 {most} 个要素，里面只有 {read} 个，不完整。请取全后再试，或请部门直接导出文件。",
            f"the file itself says that there are {most} features, and holds {read}. "
            "Fetch all of them, or ask the department for an export.",
        )


def whole_sheet(rows: int, ask: ReadRequest) -> None:
    """Refuse a sheet that is filled to its last row: what came after it was dropped.

    Raises
    ------
    InputError
        It is.
    """
    if rows in _FULL_SHEETS:
        raise unreadable_error(
            ask.name,
            f"表格正好写满 {rows} 行，这是 Excel 工作表的上限，后面的数据多半被截掉了。请导出为 CSV 或分成几个文件。",
            f"the table has exactly {rows} rows, the most a sheet of Excel holds; what came after was probably dropped. "
            "Export it as CSV, or in several files.",
        )


def whole_shapefile(path: Path, parts: dict[str, Path], ask: ReadRequest) -> None:
    """Refuse a Shapefile one of whose files ends before it should.

    Raises
    ------
    InputError
        The .shp is shorter than its header or the .shx says, or the .dbf has fewer records than there are shapes.
    """
    size = path.stat().st_size
    said = _shp_length(path)
    if ".shx" in parts:
        said = max(said, _end_by_index(parts[".shx"]))
    if size < said:
        raise _cut_short_error(path.suffix, size, said, ask)
    if ".dbf" in parts:
        _whole_dbf(parts[".dbf"], ask)


def _shp_length(path: Path) -> int:
    with path.open("rb") as handle:
        head = handle.read(_SHP_HEADER)
    words = int.from_bytes(head[24:28], "big") if len(head) == _SHP_HEADER else _SHP_HEADER // 2
    return 2 * words


def _end_by_index(index: Path) -> int:
    """Where the last shape ends by the index."""
    raw = index.read_bytes()
    if len(raw) < _SHP_HEADER + 8:
        return 0
    last = _SHP_HEADER + 8 * ((len(raw) - _SHP_HEADER) // 8 - 1)
    offset, length = (
        int.from_bytes(raw[last : last + 4], "big"),
        int.from_bytes(raw[last + 4 : last + 8], "big"),
    )
    return 2 * (offset + length) + 8


def _whole_dbf(path: Path, ask: ReadRequest) -> None:
    with path.open("rb") as handle:
        head = handle.read(32)
    if len(head) < 32:
        raise _cut_short_error(path.suffix, len(head), 32, ask)
    records, start, width = struct.unpack("<IHH", head[4:12])
    said, size = start + records * width, path.stat().st_size
    if size < said:
        raise _cut_short_error(path.suffix, size, said, ask)


def whole_gpkg(path: Path, ask: ReadRequest) -> None:
    """Refuse a GeoPackage that is shorter than its pages.

    Raises
    ------
    InputError
        It is.
    """
    with path.open("rb") as handle:
        head = handle.read(100)
    if len(head) < 100:
        raise _cut_short_error(path.suffix, len(head), 100, ask)
    page = struct.unpack(">H", head[16:18])[0]
    pages, changed, valid_for = struct.unpack(">I", head[28:32])[0], head[24:28], head[92:96]
    said, size = (65536 if page == 1 else page) * pages, path.stat().st_size
    if changed == valid_for and size < said:
        raise _cut_short_error(path.suffix, size, said, ask)


def _cut_short_error(suffix: str, size: int, said: int, ask: ReadRequest) -> Exception:
    return unreadable_error(
        ask.name,
        f"{suffix} 文件不完整：应有 {said} 字节，只有 {size} 字节，多半没有拷贝完。请重新拷贝全部文件。",
        f"the {suffix} file is cut short: it has {size} of {said} bytes. Copy all of its files again.",
    )


def whole_drawing(raw: bytes, ask: ReadRequest) -> None:
    """Refuse a DXF without the mark that every drawing ends with.

    Raises
    ------
    InputError
        It does not end with EOF.
    """
    if not raw.rstrip(b"\x00\x1a\r\n\t ").endswith(b"EOF"):
        raise unreadable_error(
            ask.name,
            "图纸没有结束标记 EOF，不完整，多半没有拷贝完。请重新拷贝，或在 CAD 中重新导出。",
            "the drawing has no EOF at its end; it is cut short. Copy it again, or export it again from the CAD program.",
        )


def records_missing(shapes: int, records: int, ask: ReadRequest) -> Exception:
    """The error for a .dbf with fewer records than there are shapes."""
    return unreadable_error(
        ask.name,
        f".dbf 只有 {records} 条记录，图形有 {shapes} 个，有图形没有属性。请重新拷贝全部文件，或重新导出。",
        f"the .dbf has {records} records for {shapes} shapes. Copy all of its files again, or export it again.",
    )


def no_dbf(ask: ReadRequest) -> Exception:
    """The error for a Shapefile of areas without its attributes."""
    return unreadable_error(
        ask.name,
        "缺少同名的 .dbf 文件，没有编号和名称等属性。请把 .shp、.shx、.dbf、.prj 一起拷贝过来。",
        "its .dbf is not there, and with it the ids and names. Copy .shp, .shx, .dbf and .prj together.",
    )


def row_cut(ask: ReadRequest) -> Exception:
    """The error for a text table that ends in the middle of a row."""
    return unreadable_error(
        ask.name,
        "最后一行在中间断开，文件多半没有下载或拷贝完。请重新导出。",
        "its last row breaks off in the middle; the file is cut short. Export it again.",
    )
