"""A checked project file → everything it names, read and cleaned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from gridmerge.clean import (
    clean_addresses,
    clean_layer,
    clean_places,
    clean_roster,
    clean_township,
    clean_work,
)
from gridmerge.config.settings import (
    AddressesSpec,
    Grids,
    LayerSpec,
    PlacesSpec,
    Reading,
    RosterSpec,
    Settings,
    WorkloadSpec,
)
from gridmerge.errors import GridmergeError, InputError, PlaceError
from gridmerge.findings import explain_empty
from gridmerge.i18n.text import Text
from gridmerge.inputs.plan_constraints import read_constraints
from gridmerge.inputs.previous_postings import Postings, read_postings
from gridmerge.inputs.project_inputs import Inputs
from gridmerge.io import read_input
from gridmerge.model import (
    Addresses,
    Layer,
    Matters,
    Places,
    PlanConstraints,
    RawLayer,
    Roster,
    Township,
    Work,
)
from gridmerge.progress import Progress, ignore_progress
from gridmerge.staffing.duties import clean_matters

Spec = TypeVar("Spec")
Value = TypeVar("Value")
Reader = Callable[[Reading, Path, str], RawLayer]


def load_inputs(
    settings: Settings, progress: Progress = ignore_progress, read: Reader = read_input
) -> Inputs:
    """Read and clean everything a project names.

    Parameters
    ----------
    settings
        A checked project file (`gridmerge.config.project_file.read_project`).
    progress
        Called with the name of each input before it is read.
    read
        How a file is read; for a caller that keeps what was read as well.

    Raises
    ------
    InputError, PlaceError
        An input cannot be used. Every input is tried first, so all of them are named at once.
    """
    progress(Text("读取村（社区）边界", "Reading the villages"))
    township = clean_township(read(settings.villages, settings.folder, "villages"), settings)
    reader = _InputReader(settings, township, progress, read)
    layers = reader.read_layers()
    works = reader.read_works(layers)
    roster = reader.attempt_optional("roster", reader.read_roster, settings.roster)
    matters = reader.attempt_optional("matters", reader.read_matters, settings.matters)
    addresses = reader.attempt_optional("addresses", reader.read_addresses, settings.addresses)
    places = reader.attempt_optional("places", reader.read_places, settings.places)
    constraints = None
    grids = settings.grids
    if grids.locks or grids.links or grids.previous:
        constraints = reader.attempt("[grids]", reader.read_constraints, grids)
    postings = None
    if grids.previous is not None and settings.roster is not None:
        postings = reader.attempt("previous", reader.read_postings, grids)
    _raise_errors(reader.errors)
    return Inputs(
        settings=settings,
        township=township,
        layers=tuple(layers),
        works=tuple(works),
        roster=roster,
        matters=matters,
        addresses=addresses,
        places=places,
        postings=postings,
        constraints=constraints or PlanConstraints(),
    )


@dataclass(frozen=True)
class _InputReader:
    """Reads one input after another; what cannot be used is kept in `errors`, and the next is tried."""

    settings: Settings
    township: Township
    progress: Progress
    read: Reader
    errors: list[GridmergeError] = field(default_factory=list)

    def attempt(self, key: str, read_one: Callable[[Spec, str], Value], spec: Spec) -> Value | None:
        """Announce and read one input; None where it cannot be used."""
        self.progress(Text(f"读取 {key}", f"Reading {key}"))
        try:
            return read_one(spec, key)
        except GridmergeError as error:
            self.errors.append(error)
            return None

    def attempt_optional(
        self, key: str, read_one: Callable[[Spec, str], Value], spec: Spec | None
    ) -> Value | None:
        """As `attempt`; None too where the project names no such input."""
        return None if spec is None else self.attempt(key, read_one, spec)

    def read_raw(self, spec: Reading, key: str) -> RawLayer:
        """The file itself."""
        return self.read(spec, self.settings.folder, key)

    def read_layers(self) -> list[Layer]:
        """The departmental networks that can be used, in the order of their keys."""

        def read_layer(spec: LayerSpec, key: str) -> Layer:
            return _require_features(clean_layer(self.read_raw(spec, key), spec, self.township))

        layers = [self.attempt(spec.key, read_layer, spec) for spec in self.settings.layers]
        return [layer for layer in layers if layer is not None]

    def read_works(self, layers: Sequence[Layer]) -> list[Work]:
        """The workloads that can be used; one may be counted by the networks' own grids."""

        def read_work(spec: WorkloadSpec, key: str) -> Work:
            return clean_work(self.read_raw(spec, key), spec, self.township, layers)

        specs = self.settings.workload
        works = [self.attempt(f"workload:{spec.name}", read_work, spec) for spec in specs]
        return [work for work in works if work is not None]

    def read_roster(self, spec: RosterSpec, key: str) -> Roster:
        """The members."""
        return clean_roster(self.read_raw(spec, key), spec, self.township)

    def read_matters(self, spec: Reading, key: str) -> Matters:
        """The list of matters, with its steps where the project names them."""
        matters = self.read_raw(spec, key)
        steps = self.settings.steps
        raw_steps = None if steps is None else self.read_raw(steps, "steps")
        return clean_matters(matters, raw_steps, self.settings.department_names)

    def read_addresses(self, spec: AddressesSpec, key: str) -> Addresses:
        """The addresses."""
        return clean_addresses(self.read_raw(spec, key), spec, self.township)

    def read_places(self, spec: PlacesSpec, key: str) -> Places:
        """The places that grids are named after."""
        return clean_places(self.read_raw(spec, key), spec, self.township)

    def read_constraints(self, grids: Grids, _: str) -> PlanConstraints:
        """Locks, links and the earlier plan."""
        return read_constraints(grids, self.township.crs, self.settings.folder, self.read)

    def read_postings(self, grids: Grids, _: str) -> Postings | None:
        """Who was posted by the earlier plan."""
        return None if grids.previous is None else read_postings(Path(grids.previous))


def _require_features(layer: Layer) -> Layer:
    """Refuse a network with no grid on the township's land.

    Left in, a department would vanish without a word.
    """
    if len(layer.frame):
        return layer
    reason = next((finding for finding in layer.findings if finding.severity == "error"), None)
    # The finding already says what to check.
    zh = "请检查 path、where、crs、datum" if reason is None else reason.message("zh").rstrip("。")
    en = "check path, where, crs and datum" if reason is None else reason.message("en").rstrip(".")
    why = explain_empty(layer.findings)
    raise PlaceError(
        f"图层 {layer.key}（{layer.source.path}）在本乡镇范围内没有任何网格：{zh}{why.zh}；或从项目文件中删去该图层。",
        f"layer {layer.key} ({layer.source.path}) has no grid on the township's land: {en}{why.en}; "
        "or take the layer out of the project file.",
    )


def _raise_errors(errors: Sequence[GridmergeError]) -> None:
    """Raise one error as it is, several as one that lists them all."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise InputError(
            "\n".join(error.in_("zh") for error in errors),
            "\n".join(error.in_("en") for error in errors),
        )
