"""Where inputs lie: globs, lists, near names for what is missing, and the hash of what was read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from gridmerge.errors import InputError
from gridmerge.io.refusals import (
    locked_file_error,
    missing_file,
    rank_similar_names,
    unreadable_error,
)

_BLOCK_BYTES = 1 << 20  # bytes hashed at once


def resolve_paths(patterns: Sequence[str], folder: Path) -> list[Path]:
    """Return the files (or .gdb folders) that `patterns` name, sorted by path, each once.

    Raises
    ------
    InputError
        One of them names nothing; the sentence has the names that come near.
    """
    found: dict[str, Path] = {}
    for pattern in patterns:
        for path in _match_pattern(pattern.replace("\\", "/"), folder):
            found[display_path(path, folder)] = path
    return [found[name] for name in sorted(found)]


def _match_pattern(pattern: str, folder: Path) -> list[Path]:
    path = folder / pattern
    try:
        if path.exists():
            return [path]
        if any(char in pattern for char in "*?["):
            base = Path(path.anchor) if Path(pattern).is_absolute() else folder
            matches = sorted(base.glob(str(Path(pattern).relative_to(Path(pattern).anchor))))
            if matches:
                return matches
    except PermissionError as error:
        raise locked_file_error(pattern) from error
    except (OSError, ValueError) as error:
        raise _unreachable_error(pattern, error) from error
    raise missing_file(pattern, _similar_names(path))


def _unreachable_error(pattern: str, error: Exception) -> InputError:
    words = getattr(error, "strerror", None) or type(error).__name__
    return unreadable_error(
        pattern,
        f"这个路径访问不到（{words}）。若在网络盘上，请先把文件拷贝到本机。",
        f"the path cannot be reached ({words}). If it is on a network drive, copy the file to this computer first.",
    )


def _similar_names(path: Path) -> list[str]:
    parent = path.parent
    try:
        return (
            rank_similar_names(path.name, sorted(entry.name for entry in parent.iterdir()))[:5]
            if parent.is_dir()
            else []
        )
    except OSError:
        return []


def display_path(path: Path, folder: Path) -> str:
    """Return what messages and reports call the file: relative to the project folder, with forward slashes."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return path.name


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def listing_sha256(files: Iterable[tuple[str, str]]) -> str:
    """Return the SHA-256 of the sorted listing of several files: a line ``sha256  path`` each."""
    lines = sorted(f"{digest}  {name}\n" for name, digest in files)
    return hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()
