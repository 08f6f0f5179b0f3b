"""The manifest: every file of OUT is the one that was written, and every input the one that was read (promise 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from gridmerge.config import Settings
from gridmerge.invariants import COMPLETE, Broken, broken, first
from gridmerge.publish import FILES
from gridmerge.publish.manifest import MANIFEST, Entry, Manifest, entry, plain_settings
from gridmerge.verify.again import Again
from gridmerge.verify.written import Report, ToldInput, Written

# characters of a path that is none
_SHOWN = 80
INPUT = 7  # the promise that no input is touched
# keys of what stands in place of itself: edits saved over by the next meeting, the plan that this build replaced
_PASSING = ("edits:", "grids:previous", "grids:retired", "grids:postings", "grids:stand_ins")
# what other programs leave beside the files they open: not of the build, and no lie
_LITTER_STARTS = (".", "~$")
_LITTER_ENDS = ("-journal", "-shm", "-wal", ".aux.xml", ".qmd", ".tmp")
_LITTER = frozenset({"desktop.ini", "thumbs.db"})


def sealed(out: Path, manifest: Manifest) -> Iterator[Broken]:
    """Name each file of OUT that is not what the manifest says, is missing, or is none of this build's."""
    yield from _twice(manifest)
    for told in manifest.files:
        file = _place(out, told.path)
        if file is None:
            yield broken(
                COMPLETE,
                f"{MANIFEST} 列入了 {told.path[:_SHOWN]!r}，这不是文件路径。",
                f"{MANIFEST} lists {told.path[:_SHOWN]!r}, which is no path of a file.",
            )
        elif out.resolve() not in file.resolve().parents:
            yield broken(
                COMPLETE,
                f"{MANIFEST} 列入了成果文件夹以外的 {told.path}。",
                f"{MANIFEST} lists {told.path}, which is not in the output folder.",
            )
        elif not file.is_file():
            yield broken(COMPLETE, f"缺少 {told.path}。", f"{told.path} is missing.")
        elif not _same(file, told):
            yield broken(
                COMPLETE,
                f"{told.path} 不是写出时的内容：成果写出后被改动，或来自另一次生成。",
                f"{told.path} is not what was written: it was altered since, or is of another build.",
            )


def foreign(out: Path, manifest: Manifest, settings: Settings) -> Iterator[Broken]:
    """Name the files that lie in OUT and are none of this build's."""
    folder = settings.folder.resolve()
    if out.resolve() == folder:
        return  # results beside the inputs: what else lies there is the project's
    known = {out.resolve() / told.path for told in manifest.files} | {out.resolve() / MANIFEST}
    inputs = (_place(folder, told.path) for told in manifest.inputs)
    known |= {file.resolve() for file in inputs if file is not None}
    there = [file for file in sorted(out.resolve().iterdir()) if file.is_file() and not _litter(file.name)]
    strange = [file.name for file in there if file not in known]
    if strange:
        yield broken(
            COMPLETE,
            f"{first(strange)} 不是这次生成的文件；请移到别处。",
            f"{first(strange)}: not of this build; move it elsewhere.",
        )


def untouched(manifest: Manifest, report: Report, settings: Settings) -> Iterator[Broken]:
    """Promise 7: the inputs' fingerprints are those the build wrote down, in both places."""
    passing = {one.path for one in _passing(report)}
    for path, sha256 in sorted(_told(report, passing=False) | {(one.path, one.sha256) for one in manifest.inputs}):
        if path not in passing and not _is(settings.folder, path, sha256):
            yield _changed(path)


def gone(manifest: Manifest, report: Report, settings: Settings) -> list[str]:
    """Return the paths of the earlier plan and of the meetings' edits that are not what the build read, or no longer there.

    The next meeting saves over the edits of the last, and a build takes the place of the plan before it: neither is a lie,
    but what was made of them cannot be made again.
    """
    passing = {one.path for one in _passing(report)}
    told = _told(report, passing=True) | {(one.path, one.sha256) for one in manifest.inputs if one.path in passing}
    return sorted({path for path, sha256 in told if not _is(settings.folder, path, sha256)})


def listed(written: Written, again: Again, manifest: Manifest) -> Iterator[Broken]:
    """Every input that the project file names is in the report and in the manifest, and so is the project file."""
    sources = again.inputs.sources
    missing = sorted({source.key for source in sources} - {told.key for told in written.report.inputs})
    if missing:
        yield broken(
            COMPLETE,
            f"report.json 的 inputs 缺少 {first(missing)}。",
            f"report.json lacks the inputs {first(missing)}.",
        )
    read = {path for source in sources for path, _ in source.files or ((source.path, ""),)}
    unlisted = sorted((read | {again.settings.file.name}) - {told.path for told in manifest.inputs})
    if unlisted:
        yield broken(
            COMPLETE,
            f"{MANIFEST} 的 inputs 缺少 {first(unlisted)}。",
            f"{MANIFEST} lacks the inputs {first(unlisted)}.",
        )
    unknown = sorted(set(FILES) - {told.path for told in manifest.files})
    if unknown:
        yield broken(
            COMPLETE,
            f"{MANIFEST} 的 files 缺少 {first(unknown)}。",
            f"{MANIFEST} lacks the files {first(unknown)}.",
        )
    if manifest.gridmerge != written.report.version:
        yield broken(
            COMPLETE,
            f"{MANIFEST} 的版本 {manifest.gridmerge} 与 report.json 的 {written.report.version} 不同。",
            f"{MANIFEST} is of version {manifest.gridmerge}, report.json of {written.report.version}.",
        )
    if manifest.settings != plain_settings(again.settings):
        yield broken(
            COMPLETE,
            f"{MANIFEST} 的 settings 与项目文件 {again.settings.file.name} 不同；请重新运行 gridmerge build。",
            f"the settings in {MANIFEST} are not those of {again.settings.file.name}; build again.",
        )


def _twice(manifest: Manifest) -> Iterator[Broken]:
    """A file that is listed twice: one reader takes the first digest and another the last."""
    counts = Counter(told.path for told in manifest.files)
    twice = sorted(path for path, count in counts.items() if count > 1)
    if twice:
        yield broken(
            COMPLETE,
            f"{MANIFEST} 重复列出 {first(twice)}。",
            f"{MANIFEST} lists {first(twice)} more than once.",
        )


def _same(file: Path, told: Entry) -> bool:
    return file.stat().st_size == told.size and entry(file, told.path).sha256 == told.sha256


def _passing(report: Report) -> list[ToldInput]:
    """The inputs that time may replace; a file that is read for something else too is none of them."""
    lasting = {path for path, _ in _told(report, passing=False)}
    return [one for one in report.inputs if one.key.startswith(_PASSING) and one.path not in lasting]


def _told(report: Report, *, passing: bool) -> set[tuple[str, str]]:
    """Path and fingerprint of the files of the inputs that time may replace, or of the others."""
    sources = [source for source in report.inputs if source.key.startswith(_PASSING) == passing]
    return {(one.path, one.sha256) for source in sources for one in source.files or [source]}


def _place(folder: Path, path: str) -> Path | None:
    """Return the file of that path, there or not; None for what no disk has: a zero byte, a name too long, links in a ring."""
    file = folder / path
    try:
        file.resolve()
        file.is_file()
    except (OSError, ValueError, RuntimeError):
        return None
    return file


def _is(folder: Path, path: str, sha256: str) -> bool:
    file = _place(folder, path)
    return file is not None and file.is_file() and entry(file, file.name).sha256 == sha256


def _litter(name: str) -> bool:
    low = name.casefold()
    return low.startswith(_LITTER_STARTS) or low.endswith(_LITTER_ENDS) or low in _LITTER


def _changed(path: str) -> Broken:
    return broken(
        INPUT,
        f"输入文件 {path} 与建成时不同；请重新运行 gridmerge build。",
        f"the input {path} is not what it was when the build was made; build again.",
    )
