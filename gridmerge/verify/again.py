"""The inputs, loaded and mended again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gridmerge.config import Settings
from gridmerge.errors import OutputError
from gridmerge.load import read
from gridmerge.mend import mend_layer, mend_roster, mend_township, mend_work
from gridmerge.model import Layer, RawLayer, Roster, Source, Township, Work
from gridmerge.project import read_project
from gridmerge.verify.written import Written


@dataclass(frozen=True, kw_only=True)
class Again:
    """The project of a build, its inputs as they are on disk today."""

    settings: Settings
    township: Township
    raw: dict[str, RawLayer]
    layers: dict[str, Layer]
    works: dict[str, Work]
    roster: Roster | None

    @property
    def sources(self) -> dict[str, Source]:
        """Where each input came from, by key."""
        return {key: raw.source for key, raw in self.raw.items()}


def load_again(written: Written) -> Again:
    """Load and mend what the build was made from.

    Raises
    ------
    OutputError
        The project file is not where the report says.
    GridmergeError
        An input can no longer be used.
    """
    file = Path(written.report["project"]["path"])
    file = (written.out.resolve() / file).resolve() if not file.is_absolute() else file
    if not file.is_file():
        raise OutputError(
            f"找不到成果所依据的项目文件 {file}；请把成果文件夹放回原处再核验。",
            f"The project file {file} that these results were made from is not there;"
            " put the output folder back beside it and verify again.",
        )
    settings = read_project(file)
    folder = settings.folder
    specs = {"villages": settings.villages, **{spec.key: spec for spec in settings.layers}}
    specs |= {f"workload:{spec.name}": spec for spec in settings.workload}
    specs |= {} if settings.roster is None else {"roster": settings.roster}
    raw = {key: read(spec, folder, key) for key, spec in specs.items()}
    township = mend_township(raw["villages"], settings)
    layers = {spec.key: mend_layer(raw[spec.key], spec, township) for spec in settings.layers}
    networks = list(layers.values())
    return Again(
        settings=settings,
        township=township,
        raw=raw,
        layers=layers,
        works={
            spec.name: mend_work(raw[f"workload:{spec.name}"], spec, township, networks) for spec in settings.workload
        },
        roster=None if settings.roster is None else mend_roster(raw["roster"], settings.roster, township),
    )
