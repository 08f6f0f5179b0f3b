"""The inputs, loaded and mended again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from gridmerge.config.project_file import read_project
from gridmerge.config.settings import Reading, Settings
from gridmerge.errors import OutputError
from gridmerge.inputs import Inputs, load_inputs
from gridmerge.io import read_input
from gridmerge.model import RawLayer
from gridmerge.verify.file_readers import guard_reading
from gridmerge.verify.written_build import BuildOutputs


@dataclass(frozen=True, kw_only=True)
class BuildInputs:
    """The project of a build, its inputs as they are on disk today: mended, and the networks as their files hold them."""

    inputs: Inputs
    raw: dict[str, RawLayer]

    @property
    def settings(self) -> Settings:
        """The project file, in the language the build was made in."""
        return self.inputs.settings


def settings_again(written: BuildOutputs) -> Settings:
    """Read the project file that a build was made from.

    Raises
    ------
    OutputError
        The project file is not where the report says, or that is no place on a disk.
    ProjectError
        It can no longer be used.
    """
    with guard_reading(written.out / "report.json"):
        file = Path(written.report.project.path)
        file = (written.out.resolve() / file).resolve() if not file.is_absolute() else file
        there = file.is_file()
    if not there:
        raise OutputError(
            f"找不到成果所依据的项目文件 {file}；请把成果文件夹放回原处再核验。",
            f"The project file {file} that these results were made from is not there;"
            " put the output folder back beside it and verify again.",
        )
    settings = read_project(file)
    project = settings.project.model_copy(update={"language": written.report.project.language})
    return settings.model_copy(update={"project": project})


def load_again(settings: Settings, gone: Collection[str] = ()) -> BuildInputs:
    """Load and mend what a build was made from.

    Parameters
    ----------
    gone
        Paths of what has been replaced since and is not needed; neither an earlier plan nor the locks to it are read then.

    Raises
    ------
    GridmergeError
        An input can no longer be used.
    """
    raw: dict[str, RawLayer] = {}

    def kept(spec: Reading, folder: Path, key: str) -> RawLayer:
        raw[key] = read_input(spec, folder, key)
        return raw[key]

    wanted = _without_previous(settings) if gone else settings
    inputs = load_inputs(wanted, read=kept)
    layers = {spec.key: raw[spec.key] for spec in settings.layers}
    return BuildInputs(inputs=replace(inputs, settings=settings), raw=layers)


def _without_previous(settings: Settings) -> Settings:
    # what locks hold a village or a grid to is the earlier plan: without it they cannot be read
    grids = settings.grids.model_copy(update={"previous": None, "locks": None})
    return settings.model_copy(update={"grids": grids})
