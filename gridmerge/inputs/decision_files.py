"""The files that hold what people decided before a build: earlier plan, locks, links and edits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gridmerge.config.settings import Settings
from gridmerge.inputs.previous_postings import posting_files
from gridmerge.io.paths import display_path, file_sha256
from gridmerge.model import Source

# Keys of [grids] that name a file.
FILE_KEYS = ("previous", "locks", "links")
PREVIOUS_PLAN = "grids:previous"


def list_decision_sources(settings: Settings, edits: Sequence[Path]) -> tuple[Source, ...]:
    """List the earlier plan, locks, links and edits of a build as `report.json` lists its inputs."""
    files = _list_decision_files(settings, edits)
    return tuple(_describe_source(key, files[key], settings.folder) for key in sorted(files))


def _list_decision_files(settings: Settings, edits: Sequence[Path]) -> dict[str, Path]:
    files = {}
    for key in FILE_KEYS:
        path = getattr(settings.grids, key)
        if path is not None:
            files[f"grids:{key}"] = Path(path)
    for number, file in enumerate(edits, 1):
        files[f"edits:{number}"] = file
    if PREVIOUS_PLAN in files:
        files |= _list_files_beside(files[PREVIOUS_PLAN])
    return files


def _list_files_beside(previous: Path) -> dict[str, Path]:
    """What is read from the folder of the earlier plan as well."""
    files = {}
    report = previous.with_name("report.json")
    if report.is_file():
        # It lists the codes that no grid may have again.
        files["grids:retired"] = report
    return files | posting_files(previous)


def _describe_source(key: str, file: Path, folder: Path) -> Source:
    return Source(
        key=key,
        path=display_path(file, folder),
        sha256=file_sha256(file),
        driver=file.suffix.lstrip(".").upper(),
    )
