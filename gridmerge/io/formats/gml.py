"""GML and GPX: read whole where they are sound, member by member where they are not; what is written and not read is told."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from xml.parsers import expat

from gridmerge.errors import InputError
from gridmerge.findings import Finding, make_finding
from gridmerge.io.completeness import whole_gml
from gridmerge.io.formats.gdal import join_frames, read_gdal
from gridmerge.io.formats.vector import decode_xml
from gridmerge.io.formats.wkb import unreadable_feature
from gridmerge.io.read_request import ReadRequest, ReadResult
from gridmerge.io.refusals import unreadable_error

_UTF8_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_MEMBER = re.compile(r"<((?:\w+:)?(?:featureMember|member))\b[^>]*>.*?</\1\s*>", re.S)
_ROOT = re.compile(r"\s*(?:<!--.*?-->\s*)*(<([\w:.-]+)[^>]*>)", re.S)
_NO_MEMBERS = {
    "boundedBy",
    "name",
    "description",
    "metaDataProperty",
    "identifier",
    "additionalObjects",
}
_MAX_BROKEN_MEMBERS = 200  # members of one file: beyond that the file, not its members, is broken


def read_gml(path: Path, ask: ReadRequest) -> ReadResult:
    """Read GML from memory (GDAL would leave a .gfs beside the file, and knows few encodings); a broken member costs itself."""
    text, encoding, findings = decode_xml(path.read_bytes(), ask)
    try:
        said = _count_members(text, ask)
        piece = _by_gdal(text, ask, "gml")
    except InputError as error:
        piece, said = _by_member(text, ask, error), 0
    told = sum(finding.kind == "feature_unreadable" for finding in piece.findings)
    whole_gml(text, max(said, told + len(piece.frame)), ask)
    lost = said - told - len(piece.frame)
    if lost > 0 and ask.layer is None:
        missing = make_finding(
            "features_missing",
            layer=ask.key,
            measure=lost,
            file=ask.name,
            said=said,
            features=len(piece.frame),
        )
        piece = dataclasses.replace(piece, findings=(*piece.findings, missing))
    return dataclasses.replace(
        piece, encoding=encoding, findings=(*findings, *piece.findings), files=(path,)
    )


def read_gpx(path: Path, ask: ReadRequest) -> ReadResult:
    """Read GPX from memory; it is refused whole where it is not well-formed."""
    text, encoding, findings = decode_xml(path.read_bytes(), ask)
    _count_members(text, ask)
    piece = _by_gdal(text, ask, "gpx")
    return dataclasses.replace(
        piece, encoding=encoding, findings=(*findings, *piece.findings), files=(path,)
    )


def _by_gdal(text: str, ask: ReadRequest, kind: str) -> ReadResult:
    options = {"WRITE_GFS": "NO", "DOWNLOAD_SCHEMA": "NO"} if kind == "gml" else {}
    piece = read_gdal((_UTF8_XML + text).encode("utf-8", "replace"), ask, kind, options=options)
    # without a schema GDAL takes the corners of each feature's envelope for attributes
    return dataclasses.replace(
        piece, frame=piece.frame.drop(columns=["lowerCorner", "upperCorner"], errors="ignore")
    )


def _count_members(text: str, ask: ReadRequest) -> int:
    """Return how many features the file holds, by its tags alone.

    Raises
    ------
    InputError
        It is not well-formed: GDAL would stop there and give what came before, or nothing, without a word.
    """
    way: list[str] = []
    count = 0

    def start(name: str, _: object) -> None:
        nonlocal count
        count += len(way) == 2 and way[1] not in _NO_MEMBERS
        way.append(name.rpartition(":")[2])

    parser = expat.ParserCreate("UTF-8")
    parser.StartElementHandler, parser.EndElementHandler = start, lambda _: way.pop()
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise unreadable_error(
            ask.name,
            f"XML 在第 {error.lineno} 行写坏了，文件可能没有保存完整。请重新导出。",
            f"the XML is broken at line {error.lineno}; the file may be cut short. Export it again.",
        ) from error
    return count


def _by_member(text: str, ask: ReadRequest, why: InputError) -> ReadResult:
    """Read the sound members around broken ones; raises `why` where the file is cut short, or most of it is broken."""
    matches = list(_MEMBER.finditer(text))
    root = _ROOT.match(text)
    if len(matches) < 2 or root is None or not re.search(rf"</{re.escape(root[2])}\s*>\s*$", text):
        raise why
    head, tail = text[: matches[0].start()], text[matches[-1].end() :]
    try:
        _count_members(head + tail, ask)
    except InputError:  # what is broken lies before the first sound member, or behind the last
        head, tail = root[1], f"</{root[2]}>"
    chunks = [match[0] for match in matches]
    parts: list[ReadResult] = []
    bad: list[int] = []
    stack = [range(len(chunks))]
    while stack:
        rows = stack.pop()
        piece = _read_members([chunks[row] for row in rows], head, tail, ask)
        if piece is not None:
            parts.append(piece)
        elif len(rows) > 1:
            half = len(rows) // 2
            stack += [rows[half:], rows[:half]]
        else:
            bad.append(rows[0])
        if len(bad) > _MAX_BROKEN_MEMBERS:
            raise why
    if not parts:
        raise why
    lost = [
        unreadable_feature(ask, row, "的 XML 或几何写坏了", "its XML or its geometry is broken")
        for row in bad
    ]
    lost += _missing_findings(text, len(chunks), len(bad), ask)
    notes = [finding for part in parts for finding in part.findings]
    return dataclasses.replace(
        parts[0], frame=join_frames([part.frame for part in parts]), findings=(*notes, *lost)
    )


def _read_members(
    chunks: Sequence[str], head: str, tail: str, ask: ReadRequest
) -> ReadResult | None:
    """Read some members by themselves; None where one of them is broken."""
    text = f"{head}{''.join(chunks)}{tail}"
    try:
        _count_members(text, ask)
        piece = _by_gdal(text, ask, "gml")
    except InputError:
        return None
    return piece if len(piece.frame) == len(chunks) else None


def _missing_findings(text: str, members: int, bad: int, ask: ReadRequest) -> list[Finding]:
    """Say when there are more tags of members than members: where one tag is broken, two members look like one."""
    tags = re.findall(r"<(/?)(?:\w+:)?(?:featureMember|member)\b", text)
    said = max(tags.count(""), tags.count("/"))
    if said <= members:
        return []
    read = members - bad
    return [
        make_finding(
            "features_missing",
            layer=ask.key,
            measure=said - members,
            file=ask.name,
            said=said,
            features=read,
        )
    ]
