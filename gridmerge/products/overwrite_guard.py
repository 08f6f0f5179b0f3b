"""No command writes over what it reads: targets are held against inputs before the work begins and before they are moved in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from gridmerge.errors import OutputError
from gridmerge.model import Build

# what lies beside an input of the same stem and is read with it: Shapefile, MapInfo, MIF, dBase
_COMPANIONS = frozenset(
    [
        *(".shp", ".shx", ".dbf", ".prj", ".cpg", ".cst", ".qix", ".sbn", ".sbx", ".fpt"),
        *(".tab", ".dat", ".map", ".id", ".ind", ".mif", ".mid"),
    ]
)
# of a folder that is one input: nothing may be put into it
_WHOLE = ".gdb"
_WITH_COMPANIONS = frozenset([".shp", ".dbf", ".tab", ".mif"])
# of the earlier plan, whose place OUT may take: a build has read it whole before it writes
PREVIOUS_PLAN_KEYS = ("grids:previous", "grids:retired", "grids:postings", "grids:stand_ins")


def refuse_inputs(targets: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Stop when a file to be written is one that is read, under whatever name.

    Parameters
    ----------
    targets
        Files that are about to be written; they need not exist.
    inputs
        Files that are read, and folders that are read whole (.gdb). What belongs to them (the .dbf of a .shp) counts too.

    Raises
    ------
    OutputError
        Two of them are one file: by path, by link, or on a disk that knows no case.
    """
    read = [file for one in inputs for file in (one, *_companion_files(one))]
    files, folders = _file_identities(read), _folders(read)
    for target in targets:
        here = target.resolve()
        inside = next(
            (folder for folder in folders if folder == here or folder in here.parents), None
        )
        same = inside or files.get(_file_identity(target) or (0, 0))
        if same is not None:
            raise _is_read(target, same)


def list_build_inputs(build: Build) -> list[Path]:
    """Return what a build was made from; the earlier plan is left out, whose place OUT may take."""
    folder = build.settings.folder
    named = (source for source in build.sources if source.key not in PREVIOUS_PLAN_KEYS)
    paths = [path for source in named for path in (dict(source.files) or [source.path])]
    return [build.settings.file, *(folder / path for path in paths)]


def _companion_files(file: Path) -> Iterator[Path]:
    """What lies beside a Shapefile, a MapInfo table or a dBase table and belongs to it."""
    if file.suffix.lower() not in _WITH_COMPANIONS or not file.parent.is_dir():
        return
    stem = file.stem.casefold()
    for other in file.parent.iterdir():
        if other.stem.casefold() == stem and other.suffix.lower() in _COMPANIONS:
            yield other


def _folders(read: Iterable[Path]) -> list[Path]:
    """Folders that are read whole, also where only the files in them are named."""
    places = [place for one in read for place in (one.resolve(), *one.resolve().parents)]
    whole = {place for place in places if place.suffix.lower() == _WHOLE}
    return sorted(whole | {one.resolve() for one in read if one.is_dir()})


def _file_identities(files: Iterable[Path]) -> dict[tuple[int, int], Path]:
    known = ((_file_identity(file), file) for file in files)
    return {identity: file for identity, file in known if identity is not None}


def _file_identity(file: Path) -> tuple[int, int] | None:
    """Which file of which disk a path leads to: the same for every name and link of it; None where there is none."""
    try:
        status = file.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _is_read(target: Path, source: Path) -> OutputError:
    named = "" if target == source else f"（{source}）"
    called = "" if target == source else f" ({source})"
    return OutputError(
        f"{target} 是要读取的文件{named}，不能被结果覆盖；请换一个文件名或文件夹。没有写任何文件。",
        f"{target} is read by this command{called} and must not be written over; name another file or folder."
        " Nothing was written.",
    )
