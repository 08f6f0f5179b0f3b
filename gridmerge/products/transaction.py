"""Safe writing: everything aside first, then moved in file by file, so that OUT is never half old and half new for long.

The order of a move is what makes it safe: all files are finished in a folder beside their targets, a journal says which
they are, and only then is the first of them moved. Killed before the journal: OUT is as it was. Killed after: the next
command that opens OUT finishes the move. Stopped by an error (a file open in Excel): the moved ones are put back.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from gridmerge.errors import OutputError
from gridmerge.products.manifest import MANIFEST_FILE, is_build, renew_manifest, renewed_above
from gridmerge.products.overwrite_guard import refuse_inputs

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

# Free bytes below which a folder is full.
_FULL_BELOW_BYTES = 1 << 20
_SHAPEFILE = (".shx", ".dbf", ".prj", ".cpg", ".shp.xml")  # what is written beside a .shp
_PREFIX = ".gridmerge-staging-"
_JOURNAL = "journal.json"
_UNDO = "undo.json"
_OLD = "old"
_LOCK = "lock"


def prepare_output(out: Path, names: Iterable[str] = (), inputs: Iterable[Path] = ()) -> None:
    """Make OUT ready to be written: it exists, can be written, and what a killed run left behind is settled.

    Parameters
    ----------
    out
        The output folder; made when it is not there.
    names
        Of the files that will be written there: what would stop them at the end is told now, before the work.
    inputs
        What is read, and must not be written over.

    Raises
    ------
    OutputError
        It is a file, or cannot be written; one of the files is an input, or is held open.
    """
    targets = [out / name for name in names]
    refuse_inputs([out, *targets], inputs)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise OutputError(
            f"{out} 是一个文件，不是文件夹；请换一个文件夹。",
            f"{out} is a file, not a folder; name another folder.",
        ) from error
    except OSError as error:
        raise _cannot_write(out, error) from error
    recover_output(out)
    try:
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=out):
            pass
    except OSError as error:
        raise _cannot_write(out, error) from error
    _refuse_held(targets)


def files_of(file: Path) -> list[str]:
    """Return the names that writing one file takes: a Shapefile is several."""
    beside = _SHAPEFILE if file.suffix.lower() == ".shp" else ()
    return [file.name, *(f"{file.stem}{ending}" for ending in beside)]


def recover_output(out: Path) -> None:
    """Settle what an earlier run, killed at work, left in OUT: finish its move, or sweep away its unfinished files.

    What a run that is still alive is writing is left alone: it holds a lock, which the system lets go when it dies.

    Parameters
    ----------
    out
        The output folder; nothing happens when it is not there.

    Raises
    ------
    OutputError
        A file of the unfinished move cannot be replaced now.
    """
    for folder in sorted(out.glob(f"{_PREFIX}*")):
        if _at_work(folder):
            continue
        if (folder / _UNDO).is_file():
            _undo_move(folder, out)
        elif (folder / _JOURNAL).is_file():
            _move_in(folder, out)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def stage_output(
    out: Path,
    ours: Sequence[str],
    inputs: Sequence[Path] = (),
    options: Mapping[str, Any] | None = None,
) -> Iterator[Path]:
    """Give a folder to write into; on leaving without an error, its files replace those of OUT, all or none.

    Parameters
    ----------
    out
        The output folder.
    ours
        Names a build may write. One that is in OUT but was not written now belongs to an earlier build, and goes.
        Files of other names in OUT are never touched.
    inputs
        What was read, and must not be written over.
    options
        What makes the files, for the manifest of a build that they go into.

    Yields
    ------
    Path
        An empty folder on the same disk as OUT.

    Raises
    ------
    OutputError
        OUT cannot be written, the disk is full, a file there is held open, or is an input; OUT is then as it was.
    """
    prepare_output(out, ours, inputs)
    folder, lock = _new_folder(out)
    try:
        yield folder
        names = sorted(file.name for file in folder.iterdir() if file.name != _LOCK)
        stale = sorted(name for name in ours if name not in names and (out / name).is_file())
        refuse_inputs((out / name for name in (*names, *stale)), inputs)
        _refuse_held(out / name for name in (*names, *stale))
        moved = renew_manifest(out, folder, names, stale, options)
        _write_journal(folder, out, moved, stale)
        _move_or_undo(folder, out)
    except OSError as error:
        raise _temporary_folder_error(error) or _cannot_write(out, error) from error
    finally:
        lock.close()
        if not (folder / _JOURNAL).is_file() and not (folder / _UNDO).is_file():
            shutil.rmtree(folder, ignore_errors=True)
    if is_build(out.parent) and not is_build(out):
        with stage_output(out.parent, ()) as aside:
            (aside / MANIFEST_FILE).write_text(renewed_above(out, names), "utf-8", newline="\n")


def _at_work(folder: Path) -> bool:
    """Whether a living run writes into a folder."""
    try:
        with (folder / _LOCK).open("r+b") as lock:
            return not _try_lock(lock)
    except OSError:
        return False


def _try_lock(file: BinaryIO) -> bool:
    """Try to lock a file; False when another process has it. Where the file system knows no locks, nobody ever has."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)
    return True


def _new_folder(out: Path) -> tuple[Path, BinaryIO]:
    """Make a folder of our own and lock it."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=out))
        lock = (folder / _LOCK).open("wb")
    except OSError as error:
        raise _cannot_write(out, error) from error
    _try_lock(lock)
    return folder, lock


def _refuse_held(targets: Iterable[Path]) -> None:
    """Stop while nothing is changed yet when a target cannot be replaced; on Windows, Excel holds what it shows."""
    for target in targets:
        if not target.exists():
            continue
        if target.is_dir():
            raise _is_folder(target)
        try:
            with target.open("r+b"):
                pass
        except OSError as error:
            raise _held_error(target) from error


def _write_journal(folder: Path, out: Path, names: Sequence[str], stale: Sequence[str]) -> None:
    existed = [name for name in (*names, *stale) if (out / name).exists()]
    draft = folder / f"{_JOURNAL}.draft"
    with draft.open("w", encoding="utf-8") as file:
        json.dump({"move": list(names), "remove": list(stale), "existed": existed}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / _JOURNAL)


def _move_or_undo(folder: Path, out: Path) -> None:
    try:
        _move_in(folder, out)
    except (OSError, OutputError):
        _undo_move(folder, out)
        raise


def _move_in(folder: Path, out: Path) -> None:
    """Do what the journal says; what an earlier, killed move has done already is skipped."""
    journal = json.loads((folder / _JOURNAL).read_text("utf-8"))
    (folder / _OLD).mkdir(exist_ok=True)
    for name in journal["existed"]:
        _keep_copy(out / name, folder / _OLD / name)
    for name in journal["move"]:
        if (folder / name).exists():
            with _name_errors(out / name):
                (folder / name).replace(out / name)
    for name in journal["remove"]:
        with _name_errors(out / name):
            (out / name).unlink(missing_ok=True)
    (folder / _JOURNAL).unlink()


@contextmanager
def _name_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _held_error(target) from error


def _keep_copy(target: Path, copy: Path) -> None:
    """Keep a second name of the old file until the whole move is done; a copy where the disk knows no hard links."""
    if copy.exists() or not target.exists():
        return
    try:
        os.link(target, copy)
    except OSError:
        shutil.copy2(target, copy)


def _undo_move(folder: Path, out: Path) -> None:
    """Undo a move that could not be finished; safe to be done twice, when it is itself killed half-way."""
    if (folder / _JOURNAL).is_file():
        (folder / _JOURNAL).replace(folder / _UNDO)
    journal = json.loads((folder / _UNDO).read_text("utf-8"))
    for name in (*journal["move"], *journal["remove"]):
        old = folder / _OLD / name
        if old.exists():
            old.replace(out / name)
        elif name not in journal["existed"] and not (folder / name).exists():
            (out / name).unlink(missing_ok=True)
    (folder / _UNDO).unlink()


def _is_folder(target: Path) -> OutputError:
    return OutputError(
        f"{target} 是一个文件夹，不能写成文件；请换一个文件名，或把该文件夹改名。",
        f"{target} is a folder and cannot be written as a file; name another file, or rename the folder.",
    )


def _held_error(target: Path) -> OutputError:
    return OutputError(
        f"无法替换 {target}：文件正被其他程序（如 Excel）打开或不可写；请关闭后重新运行，原有成果未改动。",
        f"{target} cannot be replaced: another program (Excel?) holds it open, or it is read-only;"
        " close it and run again. Nothing was changed.",
    )


def _temporary_folder_error(error: OSError) -> OutputError | None:
    """Tell a full or missing temporary folder from OUT: many writers put parts of a file there first."""
    try:
        folder = Path(tempfile.gettempdir())
        full = error.errno == errno.ENOSPC and shutil.disk_usage(folder).free < _FULL_BELOW_BYTES
    except OSError:  # there is none that can be written
        folder, full = Path(os.environ.get("TMPDIR") or os.environ.get("TEMP") or "/tmp"), True  # noqa: S108
    if not full:
        return None
    return OutputError(
        f"系统临时文件夹 {folder} 已满或不可写；请清理后重新运行，或用环境变量 TMPDIR（Windows 为 TEMP）换一个。原有成果未改动。",
        f"The system's temporary folder {folder} is full or cannot be written; make room there and run again, or name another"
        " in the environment variable TMPDIR (TEMP on Windows). What was there is unchanged.",
    )


def _cannot_write(out: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    return OutputError(
        f"无法写入输出文件夹 {out}（{reason}）；请检查权限和磁盘空间，或换一个文件夹。原有成果未改动。",
        f"The output folder {out} cannot be written ({reason}); check its permissions and the free space, or name"
        " another folder. What was there is unchanged.",
    )
