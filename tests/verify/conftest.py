"""Proofs of many copies of one build: what does not depend on OUT is made once a session."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gridmerge.config.settings import Settings
from gridmerge.verify import proof, rebuild
from gridmerge.verify.reloaded_inputs import BuildInputs
from gridmerge.verify.written_build import BuildOutputs

_PACKAGE_FILES = "**/*"


def _digest(folder: Path, without: Path) -> str:
    """One digest of the names and bytes of every file of a project, but for its results."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and without not in file.parents:
            digest.update(f"{file.relative_to(folder)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _reads_results(settings: Settings, out: Path) -> bool:
    """Whether an input lies in OUT: then what is read depends on OUT."""
    return f'"{out.name}/' in settings.file.read_text("utf-8")


@pytest.fixture(scope="session")
def loaded_inputs() -> dict[Any, BuildInputs]:
    """What has been loaded, by the bytes it was loaded from."""
    return {}


@pytest.fixture(scope="session")
def rebuilt_files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Where the files made again from inputs of a digest are kept."""
    kept = tmp_path_factory.mktemp("again")
    return kept.joinpath


@pytest.fixture(autouse=True)
def inputs_loaded_once(
    monkeypatch: pytest.MonkeyPatch, loaded_inputs: dict[Any, BuildInputs]
) -> None:
    """Let `verify` load the same bytes once a session; the settings are those of the copy."""
    whole = proof.load_again

    def known(settings: Settings, gone: tuple[str, ...] = ()) -> BuildInputs:
        out = settings.folder / "out"
        if gone or _reads_results(settings, out):
            return whole(settings, gone)
        key = (_digest(settings.folder, out), settings.file.name, settings.project.language)
        if key not in loaded_inputs:
            loaded_inputs[key] = whole(settings, gone)
        kept = loaded_inputs[key]
        return replace(kept, inputs=replace(kept.inputs, settings=settings))

    monkeypatch.setattr(proof, "load_again", known)


@pytest.fixture(autouse=True)
def made_again_once(monkeypatch: pytest.MonkeyPatch, rebuilt_files: Callable[[str], Path]) -> None:
    """Let `verify` make a build again once a session; what is drawn from OUT, each time."""
    whole = rebuild._rebuild_files

    def known(
        written: BuildOutputs, again: BuildInputs, manifest: Any, fresh: Path, processes: int
    ) -> None:
        settings = again.settings
        drawn_from_out = any(entry.options for entry in manifest.files)
        if drawn_from_out or _reads_results(settings, written.out):
            whole(written, again, manifest, fresh, processes)
            return
        kept = rebuilt_files(_key_of_files(written, settings, manifest))
        if not kept.is_dir():
            whole(written, again, manifest, fresh, processes)
            shutil.copytree(fresh, kept)
        else:
            shutil.copytree(kept, fresh, dirs_exist_ok=True)

    monkeypatch.setattr(rebuild, "_rebuild_files", known)


def _key_of_files(written: BuildOutputs, settings: Settings, manifest: Any) -> str:
    """A name for all that the files depend on: inputs, day, meetings, place and files of OUT."""
    report = written.report
    parts = [
        _digest(settings.folder, written.out.resolve()),
        os.path.relpath(settings.file, written.out.resolve()),
        report.project.language,
        report.project.date,
        *(f"{one.key}={one.path}" for one in report.inputs),
        *sorted(entry.path for entry in manifest.files),
    ]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
