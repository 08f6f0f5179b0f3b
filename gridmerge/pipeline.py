"""The rooms in their order: from a project file to a finished build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from gridmerge.config.project_file import read_project
from gridmerge.config.settings import Settings
from gridmerge.districting import describe_boundaries, divide_township, name_grids
from gridmerge.findings import Finding, sort_findings
from gridmerge.inputs import Inputs, load_inputs
from gridmerge.inputs.decision_files import list_decision_sources
from gridmerge.invariants import Gate
from gridmerge.io.project_files import named_files, refuse_in_patterns
from gridmerge.model import Assignment, Build, GridPlan, Meeting, Mosaic, Source, Township, Weights
from gridmerge.overlay import add_village_nodes, overlay_layers
from gridmerge.products import (
    ALL_BUILD_FILES,
    prepare_output,
    publish_build,
)
from gridmerge.progress import Progress, StageClock, ignore_progress
from gridmerge.stages.meeting import apply_meetings
from gridmerge.stages.people import list_duties, staff_plan
from gridmerge.workload import measure_sensitivity, weigh_faces
from gridmerge.workload.crosswalk import build_crosswalk, report_left_out


def check(project: str | Path = ".", *, progress: Progress = ignore_progress) -> Inputs:
    """Read and clean a project's inputs, and no more.

    Parameters
    ----------
    project
        A folder holding gridmerge.toml, or such a file.

    Returns
    -------
    Inputs
        With `findings`, worst first.

    Examples
    --------
    >>> import gridmerge
    >>> inputs = gridmerge.check("sample_layers")
    >>> len(inputs.layers) >= 24
    True
    """
    return load_inputs(read_project(project), progress)


def build(
    project: str | Path | Settings = ".",
    out: str | Path | None = None,
    *,
    edits: str | Path | Sequence[str | Path] | None = None,
    processes: int = 1,
    progress: Progress = ignore_progress,
) -> Build:
    """Run the whole pipeline.

    Parameters
    ----------
    project
        A folder holding gridmerge.toml, such a file, or settings already read.
    out
        Folder to write to; None writes nothing. An earlier build there stays whole until the new one is finished.
    edits
        An edits.json saved by the map's editor, or several, in the order the meetings were held; applied on top of the
        plan. A move that would break a rule is not made, and is a finding.
    processes
        How many worker processes share the villages. The result is the same for any number.
    progress
        Called with a `gridmerge.i18n.text.Text` at the beginning of each stage.

    Returns
    -------
    Build
        Every value the files are written from.

    Raises
    ------
    GridmergeError
        One sentence that says what is wrong, where, and what to do.

    Examples
    --------
    >>> import gridmerge
    >>> build = gridmerge.build("sample_layers")
    >>> build.plan.grids["grid_code"].is_unique
    True
    """
    settings = project if isinstance(project, Settings) else read_project(project)
    paths = _list_edits(edits)
    clock = StageClock(progress)
    if out is not None:
        check_writable(settings, Path(out), ALL_BUILD_FILES, paths)
    with clock.stage("load", "读取并修整各部门数据", "Loading and repairing"):
        inputs = load_inputs(settings, progress)
    finished = build_from(inputs, edits=paths, processes=processes, clock=clock)
    if out is not None:
        with clock.stage("publish", "写出成果", "Writing the results"):
            publish_build(finished, Path(out))
    return finished


def _list_edits(edits: str | Path | Sequence[str | Path] | None) -> list[Path]:
    """The files of edits, however many are given."""
    if edits is None:
        return []
    files = [edits] if isinstance(edits, (str, Path)) else edits
    return [Path(file) for file in files]


def build_from(
    inputs: Inputs,
    *,
    edits: Sequence[Path] = (),
    processes: int = 1,
    clock: StageClock | None = None,
) -> Build:
    """Make a build of inputs that are read and cleaned; write nothing.

    Parameters
    ----------
    inputs
        As `load_inputs` gives them.
    edits, processes
        As in `build`.
    clock
        Takes the seconds of each stage, and gives the day.

    Raises
    ------
    PromiseError
        The result would break a promise of the outputs.
    GridmergeError
        As in `build`.
    """
    clock = clock or StageClock(ignore_progress)
    gate = Gate(inputs.township, inputs.layers, inputs.works, inputs.roster)
    run = _Run(inputs, edits, processes, clock, gate)
    township, mosaic = _cut_faces(run)
    weights = _weigh_faces(run, mosaic)
    formed = _form_grids(run, mosaic, weights)
    decided = _apply_decisions(run, formed, mosaic, weights)
    plan = decided.plan
    crosswalk, left_out = _trace_layers(run, plan, mosaic, weights)
    assignment = _assign_members(run, decided, crosswalk, weights)
    with clock.stage("duties", "编制一格一清单", "Writing every grid's duties"):
        duties, without_post = list_duties(inputs, plan, crosswalk, assignment)
    found = _collect_findings(inputs, mosaic, weights, plan, assignment)
    return Build(
        settings=inputs.settings,
        township=township,
        layers=inputs.layers,
        mosaic=mosaic,
        weights=weights,
        plan=plan,
        crosswalk=crosswalk,
        roster=inputs.roster,
        assignment=assignment,
        duties=duties,
        meeting=decided.meeting,
        addresses=inputs.addresses,
        sources=(*inputs.sources, *decided.sources),
        findings=sort_findings((*found, *left_out, *without_post)),
        seconds=clock.seconds,
        date=clock.day,
    )


@dataclass(frozen=True)
class _Run:
    """A build under way: what every stage is given."""

    inputs: Inputs
    edits: Sequence[Path]
    processes: int
    clock: StageClock
    gate: Gate


@dataclass(frozen=True, kw_only=True)
class _DecidedPlan:
    """The plan as formed and as meetings left it, what they said, and the files people's decisions came from."""

    formed: GridPlan
    plan: GridPlan
    moved: bool
    meeting: Meeting
    sources: tuple[Source, ...]


def _cut_faces(run: _Run) -> tuple[Township, Mosaic]:
    inputs = run.inputs
    with run.clock.stage("overlay", "统一界线并叠加", "Agreeing the lines and cutting"):
        overlay = inputs.settings.overlay
        mosaic = overlay_layers(inputs.township, inputs.layers, overlay, run.processes)
        township = add_village_nodes(inputs.township, mosaic)
    run.clock.prove(run.gate.cut, township, mosaic)
    return township, mosaic


def _weigh_faces(run: _Run, mosaic: Mosaic) -> Weights:
    inputs = run.inputs
    with run.clock.stage("workload", "计算工作量", "Weighing the work"):
        weights = weigh_faces(mosaic, inputs.works, inputs.township, inputs.settings.grids)
    run.clock.prove(run.gate.weighed, weights)
    return weights


def _form_grids(run: _Run, mosaic: Mosaic, weights: Weights) -> GridPlan:
    inputs = run.inputs
    sizes = inputs.settings.grids
    with run.clock.stage("partition", "划分综合网格", "Forming the grids"):
        formed = divide_township(
            mosaic,
            weights,
            inputs.township,
            sizes,
            run.processes,
            inputs.layers,
            inputs.constraints,
        )
    run.clock.prove(run.gate.planned, formed)
    return formed


def _apply_decisions(run: _Run, formed: GridPlan, mosaic: Mosaic, weights: Weights) -> _DecidedPlan:
    """Apply the edits of meetings; name, describe and measure the plan they leave."""
    inputs = run.inputs
    with run.clock.between("partition"):
        plan, meeting = apply_meetings(formed, mosaic, weights, run.edits)
        moved = plan.faces is not formed.faces
        # Now, for the results may take the place of the earlier plan.
        sources = list_decision_sources(inputs.settings, run.edits)
        named = name_grids(plan, inputs.places)
        plan = describe_boundaries(named, inputs.layers, inputs.settings.project.language)
    figures = {**plan.figures, "swing": measure_sensitivity(plan, weights)}
    plan = replace(plan, figures=figures)
    if moved:
        run.clock.prove(run.gate.planned, plan)
    return _DecidedPlan(formed=formed, plan=plan, moved=moved, meeting=meeting, sources=sources)


def _trace_layers(
    run: _Run, plan: GridPlan, mosaic: Mosaic, weights: Weights
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """The crosswalk, and the departmental grids that are left out of it."""
    inputs = run.inputs
    with run.clock.stage("crosswalk", "核对各部门原网格去向", "Tracing every departmental grid"):
        crosswalk = build_crosswalk(inputs.layers, plan, weights)
        left_out = report_left_out(inputs.layers, crosswalk)
    reported = (*inputs.findings, *mosaic.findings, *left_out)
    run.clock.prove(run.gate.traced, crosswalk, reported)
    return crosswalk, left_out


def _assign_members(
    run: _Run, decided: _DecidedPlan, crosswalk: pd.DataFrame, weights: Weights
) -> Assignment | None:
    inputs = run.inputs
    with run.clock.stage("balance", "分配网格员", "Assigning members"):
        seen = None
        if decided.moved:
            crosswalk_seen = build_crosswalk(inputs.layers, decided.formed, weights)
            seen = staff_plan(inputs, decided.formed, crosswalk_seen)
        assignment = staff_plan(inputs, decided.plan, crosswalk, seen)
    run.clock.prove(run.gate.staffed, assignment)
    return assignment


def _collect_findings(
    *parts: Inputs | Mosaic | Weights | GridPlan | Assignment | None,
) -> Iterator[Finding]:
    """What every stage that was run has found."""
    return (finding for part in parts if part is not None for finding in part.findings)


def check_writable(
    settings: Settings, out: Path, names: Iterable[str], more: Sequence[Path] = ()
) -> None:
    """Find before the work what would stop the writing after it.

    Parameters
    ----------
    settings
        Of the project: no result is written over its inputs.
    out, names
        The folder, and what will be written there.
    more
        Further files that are read, such as edits.

    Raises
    ------
    OutputError
        The folder cannot be written; a file there is an input, would be read as one by the next run, or is held open.
    """
    refuse_in_patterns(settings, out, names)
    prepare_output(out, names, [*named_files(settings), *more])
