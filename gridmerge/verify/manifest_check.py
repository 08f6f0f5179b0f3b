"""The manifest: every file of OUT is the one that was written, and every input the one that was read (promise 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from gridmerge.config.settings import Settings
from gridmerge.invariants import COMPLETENESS, Violation, make_violation, name_first
from gridmerge.products import BUILD_FILES
from gridmerge.products.manifest import (
    MANIFEST_FILE,
    Manifest,
    ManifestEntry,
    make_manifest_entry,
    plain_settings,
)
from gridmerge.verify.reloaded_inputs import BuildInputs
from gridmerge.verify.written_build import BuildOutputs, Report, ReportInput

# characters of a path that is none
_SHOWN = 80
INPUTS_PROMISE = 7  # the promise that no input is touched
# keys of what stands in place of itself: edits saved over by the next meeting, the plan that this build replaced
_REPLACEABLE_KEYS = (
    "edits:",
    "grids:previous",
    "grids:retired",
    "grids:postings",
    "grids:stand_ins",
)
# what other programs leave beside the files they open: not of the build, and no lie
_LITTER_STARTS = (".", "~$")
_LITTER_ENDS = ("-journal", "-shm", "-wal", ".aux.xml", ".qmd", ".tmp")
_LITTER = frozenset({"desktop.ini", "thumbs.db"})


def check_manifest_files(out: Path, manifest: Manifest) -> Iterator[Violation]:
    """Name each file of OUT that is not what the manifest says, is missing, or is none of this build's."""
    yield from _twice(manifest)
    for told in manifest.files:
        file = _place(out, told.path)
        if file is None:
            yield make_violation(
                COMPLETENESS,
                f"{MANIFEST_FILE} 列入了 {told.path[:_SHOWN]!r}，这不是文件路径。",
                f"{MANIFEST_FILE} lists {told.path[:_SHOWN]!r}, which is no path of a file.",
            )
        elif out.resolve() not in file.resolve().parents:
            yield make_violation(
                COMPLETENESS,
                f"{MANIFEST_FILE} 列入了成果文件夹以外的 {told.path}。",
                f"{MANIFEST_FILE} lists {told.path}, which is not in the output folder.",
            )
        elif not file.is_file():
            yield make_violation(COMPLETENESS, f"缺少 {told.path}。", f"{told.path} is missing.")
        elif not _matches_entry(file, told):
            yield make_violation(
                COMPLETENESS,
                f"{told.path} 不是写出时的内容：成果写出后被改动，或来自另一次生成。",
                f"{told.path} is not what was written: it was altered since, or is of another build.",
            )


def check_foreign_files(out: Path, manifest: Manifest, settings: Settings) -> Iterator[Violation]:
    """Name the files that lie in OUT and are none of this build's."""
    folder = settings.folder.resolve()
    if out.resolve() == folder:
        return  # results beside the inputs: what else lies there is the project's
    known = {out.resolve() / told.path for told in manifest.files} | {out.resolve() / MANIFEST_FILE}
    inputs = (_place(folder, told.path) for told in manifest.inputs)
    known |= {file.resolve() for file in inputs if file is not None}
    there = [
        file
        for file in sorted(out.resolve().iterdir())
        if file.is_file() and not _is_litter(file.name)
    ]
    strange = [file.name for file in there if file not in known]
    if strange:
        yield make_violation(
            COMPLETENESS,
            f"{name_first(strange)} 不是这次生成的文件；请移到别处。",
            f"{name_first(strange)}: not of this build; move it elsewhere.",
        )


def check_input_hashes(
    manifest: Manifest, report: Report, settings: Settings
) -> Iterator[Violation]:
    """Promise 7: the inputs' fingerprints are those the build wrote down, in both places."""
    passing = {one.path for one in _replaceable_inputs(report)}
    for path, sha256 in sorted(
        _input_hashes(report, passing=False) | {(one.path, one.sha256) for one in manifest.inputs}
    ):
        if path not in passing and not _has_hash(settings.folder, path, sha256):
            yield _changed_violation(path)


def replaced_inputs(manifest: Manifest, report: Report, settings: Settings) -> list[str]:
    """Return the paths of the earlier plan and of the meetings' edits that are not what the build read, or no longer there.

    The next meeting saves over the edits of the last, and a build takes the place of the plan before it: neither is a lie,
    but what was made of them cannot be made again.
    """
    passing = {one.path for one in _replaceable_inputs(report)}
    told = _input_hashes(report, passing=True) | {
        (one.path, one.sha256) for one in manifest.inputs if one.path in passing
    }
    return sorted({path for path, sha256 in told if not _has_hash(settings.folder, path, sha256)})


def check_listed_inputs(
    written: BuildOutputs, again: BuildInputs, manifest: Manifest
) -> Iterator[Violation]:
    """Every input that the project file names is in the report and in the manifest, and so is the project file."""
    sources = again.inputs.sources
    missing = sorted(
        {source.key for source in sources} - {told.key for told in written.report.inputs}
    )
    if missing:
        yield make_violation(
            COMPLETENESS,
            f"report.json 的 inputs 缺少 {name_first(missing)}。",
            f"report.json lacks the inputs {name_first(missing)}.",
        )
    read = {path for source in sources for path, _ in source.files or ((source.path, ""),)}
    unlisted = sorted((read | {again.settings.file.name}) - {told.path for told in manifest.inputs})
    if unlisted:
        yield make_violation(
            COMPLETENESS,
            f"{MANIFEST_FILE} 的 inputs 缺少 {name_first(unlisted)}。",
            f"{MANIFEST_FILE} lacks the inputs {name_first(unlisted)}.",
        )
    unknown = sorted(set(BUILD_FILES) - {told.path for told in manifest.files})
    if unknown:
        yield make_violation(
            COMPLETENESS,
            f"{MANIFEST_FILE} 的 files 缺少 {name_first(unknown)}。",
            f"{MANIFEST_FILE} lacks the files {name_first(unknown)}.",
        )
    if manifest.gridmerge != written.report.version:
        yield make_violation(
            COMPLETENESS,
            f"{MANIFEST_FILE} 的版本 {manifest.gridmerge} 与 report.json 的 {written.report.version} 不同。",
            f"{MANIFEST_FILE} is of version {manifest.gridmerge}, report.json of {written.report.version}.",
        )
    if manifest.settings != plain_settings(again.settings):
        yield make_violation(
            COMPLETENESS,
            f"{MANIFEST_FILE} 的 settings 与项目文件 {again.settings.file.name} 不同；请重新运行 gridmerge build。",
            f"the settings in {MANIFEST_FILE} are not those of {again.settings.file.name}; build again.",
        )


def _twice(manifest: Manifest) -> Iterator[Violation]:
    """A file that is listed twice: one reader takes the first digest and another the last."""
    counts = Counter(told.path for told in manifest.files)
    twice = sorted(path for path, count in counts.items() if count > 1)
    if twice:
        yield make_violation(
            COMPLETENESS,
            f"{MANIFEST_FILE} 重复列出 {name_first(twice)}。",
            f"{MANIFEST_FILE} lists {name_first(twice)} more than once.",
        )


def _matches_entry(file: Path, told: ManifestEntry) -> bool:
    return (
        file.stat().st_size == told.size
        and make_manifest_entry(file, told.path).sha256 == told.sha256
    )


def _replaceable_inputs(report: Report) -> list[ReportInput]:
    """The inputs that time may replace; a file that is read for something else too is none of them."""
    lasting = {path for path, _ in _input_hashes(report, passing=False)}
    return [
        one
        for one in report.inputs
        if one.key.startswith(_REPLACEABLE_KEYS) and one.path not in lasting
    ]


def _input_hashes(report: Report, *, passing: bool) -> set[tuple[str, str]]:
    """Path and fingerprint of the files of the inputs that time may replace, or of the others."""
    sources = [
        source for source in report.inputs if source.key.startswith(_REPLACEABLE_KEYS) == passing
    ]
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


def _has_hash(folder: Path, path: str, sha256: str) -> bool:
    file = _place(folder, path)
    return (
        file is not None
        and file.is_file()
        and make_manifest_entry(file, file.name).sha256 == sha256
    )


def _is_litter(name: str) -> bool:
    low = name.casefold()
    return low.startswith(_LITTER_STARTS) or low.endswith(_LITTER_ENDS) or low in _LITTER


def _changed_violation(path: str) -> Violation:
    return make_violation(
        INPUTS_PROMISE,
        f"输入文件 {path} 与建成时不同；请重新运行 gridmerge build。",
        f"the input {path} is not what it was when the build was made; build again.",
    )
