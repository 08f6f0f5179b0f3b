"""Zip archives: unpacked into a temporary folder, within limits, and only what stays inside it."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO

from gridmerge.io.encoding import decode_value
from gridmerge.io.read_request import ReadRequest
from gridmerge.io.refusals import unreadable_error

MAX_UNPACKED_BYTES = 4 << 30  # unpacked; a county's data is far below, a bomb far above
MAX_UNPACKED_FILES = 20_000  # a FileGDB has some hundred files
# unpacked : packed of one file above 50 MB; text packs 20 : 1, a bomb 1000 : 1
MAX_PACKING_RATIO = 500
_RATIO_FROM = 50 << 20
_BLOCK = 1 << 20


class Unpacked:
    """A temporary folder for what an archive holds; gone when left."""

    def __init__(self, path: Path, ask: ReadRequest) -> None:
        self._path, self._ask = path, ask

    def __enter__(self) -> Path:
        self._folder = tempfile.mkdtemp(prefix="gridmerge-")
        return Path(self._folder)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def unpack_archive(path: Path, folder: Path, ask: ReadRequest) -> list[Path]:
    """Unpack an archive into `folder`; returns the files, sorted.

    Raises
    ------
    InputError
        Broken, encrypted, too large, or with a member that would land outside the folder.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _check_members(members, ask)
            files = [
                _extract_member(archive, member, folder, ask)
                for member in members
                if not _is_junk_member(member)
            ]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise unreadable_error(
            ask.name,
            "压缩包损坏，解不开。请重新拷贝或重新压缩。",
            "the archive is damaged and cannot be unpacked. Copy or pack it again.",
        ) from error
    except RuntimeError as error:  # zipfile's word for an encrypted member
        raise unreadable_error(
            ask.name,
            "压缩包有密码。请先解压，再在 path 中写里面的文件。",
            "the archive has a password. Unpack it first and name the file inside.",
        ) from error
    return sorted(files)


def refuse_bomb(path: Path, ask: ReadRequest) -> None:
    """Refuse a zip-based file (a workbook) that would unpack to more than the limits."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive.infolist(), ask)
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return  # its reader will say what is wrong


def _check_members(members: list[zipfile.ZipInfo], ask: ReadRequest) -> None:
    total = sum(member.file_size for member in members)
    steep = any(
        member.file_size > _RATIO_FROM
        and member.file_size > MAX_PACKING_RATIO * max(1, member.compress_size)
        for member in members
    )
    if total > MAX_UNPACKED_BYTES or len(members) > MAX_UNPACKED_FILES or steep:
        raise _too_large(ask)
    for member in members:
        name = PurePosixPath(member.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or re.match(r"[A-Za-z]:", member.filename):
            raise unreadable_error(
                ask.name,
                "压缩包里有指向包外的路径，可能是恶意文件，拒绝解压。",
                "the archive has a path that leads out of it, which can be an attack; refused.",
            )


def _too_large(ask: ReadRequest) -> Exception:
    return unreadable_error(
        ask.name,
        f"压缩包解开后过大（上限 {MAX_UNPACKED_BYTES >> 30} GB、{MAX_UNPACKED_FILES} 个文件，压缩比 {MAX_PACKING_RATIO}）。若内容可信，请先自行解压。",
        f"the archive is too large unpacked (limits: {MAX_UNPACKED_BYTES >> 30} GB, {MAX_UNPACKED_FILES} files, ratio {MAX_PACKING_RATIO}). "
        "Unpack it yourself if you trust it.",
    )


def _is_junk_member(member: zipfile.ZipInfo) -> bool:
    return member.filename.startswith("__MACOSX/") or PurePosixPath(
        member.filename
    ).name.startswith("._")


def member_name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; Windows packs Chinese names in GBK, which zipfile takes for code page 437."""
    if member.flag_bits & 0x800 or member.filename.isascii():
        return member.filename.replace("\\", "/")
    try:
        return decode_value(member.filename.encode("cp437"), "UTF-8+GB18030").replace("\\", "/")
    except UnicodeEncodeError:
        return member.filename.replace("\\", "/")


def _extract_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, ask: ReadRequest
) -> Path:
    # names are cleaned of what no file system takes; the check above keeps them inside the folder
    parts = [
        re.sub(r'[<>:"|?*\x00-\x1f]', "_", part)[:120]
        for part in PurePosixPath(member_name(member)).parts
    ]
    target = folder.joinpath(*[part for part in parts if part not in ("", ".", "..", "/")])
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source, target.open("wb") as sink:
        _copy_with_limit(source, sink, member.file_size, ask)
    return target


def _copy_with_limit(source: IO[bytes], sink: IO[bytes], size: int, ask: ReadRequest) -> None:
    done = 0
    while block := source.read(_BLOCK):
        done += len(block)
        if done > size:  # a header that lies about its size
            raise _too_large(ask)
        sink.write(block)
