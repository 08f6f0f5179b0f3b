"""Every file a project names, found before any is read: what no result may be written over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import translate
from pathlib import Path, PurePosixPath

from gridmerge.config.settings import Reading, Settings
from gridmerge.errors import InputError, OutputError
from gridmerge.io.paths import display_path, resolve_paths


def list_readings(settings: Settings) -> list[Reading]:
    """Return every table of the project file that names files to read."""
    single = (
        settings.roster,
        settings.matters,
        settings.steps,
        settings.addresses,
        settings.places,
    )
    given = (one for one in single if one is not None)
    return [settings.villages, *settings.layers, *settings.workload, *given]


def named_files(settings: Settings) -> list[Path]:
    """Return the project file and the files it names that are there; of the earlier plan, none: OUT may take its place."""
    tables = list_readings(settings)
    patterns = (pattern for table in tables for pattern in table.path)
    read = (path for pattern in patterns for path in _resolve_existing(pattern, settings.folder))
    control = (table.control for table in tables)
    beside = (
        path for path in (*control, settings.grids.locks, settings.grids.links) if path is not None
    )
    return [settings.file, *read, *(settings.folder / path for path in beside)]


def refuse_in_patterns(settings: Settings, out: Path, names: Iterable[str]) -> None:
    """Stop when the next run would read the results of this one: OUT is the project's folder, or lies in one of its globs.

    Raises
    ------
    OutputError
        The folder, and what takes it in.
    """
    if out.resolve() == settings.folder.resolve():
        raise OutputError(
            f"成果不能直接写进项目文件夹 {out}，那里是原始数据；请换一个文件夹，如 {out / 'out'}。",
            f"The results cannot be written into the project's own folder {out}, where the inputs are;"
            f" name another, such as {out / 'out'}.",
        )
    for name in names:
        path = display_path(out / name, settings.folder)
        for pattern in _glob_patterns(settings):
            if _takes_in(pattern, path):
                raise OutputError(
                    f'项目文件中的 path = "{pattern}" 会把成果 {path} 当作原始数据；请把成果写到别处，或把 path 写得更具体。',
                    f'path = "{pattern}" of the project file would take the result {path} for an input;'
                    " write the results elsewhere, or make that path narrower.",
                )


def _resolve_existing(pattern: str, folder: Path) -> list[Path]:
    try:
        return resolve_paths([pattern], folder)
    except InputError:
        return []  # reading it tells what is wrong; what is not there cannot be written over


def _glob_patterns(settings: Settings) -> Iterator[str]:
    patterns = (pattern for table in list_readings(settings) for pattern in table.path)
    return (pattern for pattern in patterns if any(char in pattern for char in "*?["))


def _takes_in(pattern: str, path: str) -> bool:
    """Whether a glob names a path, both relative to the project; ``**`` stands for any folders, or none."""
    return _matches_pattern(
        PurePosixPath(pattern.replace("\\", "/")).parts, PurePosixPath(path).parts
    )


def _matches_pattern(pattern: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    if not pattern or not parts:
        return not pattern and not parts
    if pattern[0] == "**":
        return _matches_pattern(pattern[1:], parts) or _matches_pattern(pattern, parts[1:])
    return re.fullmatch(translate(pattern[0]), parts[0]) is not None and _matches_pattern(
        pattern[1:], parts[1:]
    )
