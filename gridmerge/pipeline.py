"""The rooms in their order: from a project file to a finished build."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from gridmerge.clean import (
    clean_addresses,
    clean_layer,
    clean_places,
    clean_roster,
    clean_township,
    clean_work,
)
from gridmerge.config.project_file import read_project
from gridmerge.config.settings import Reading, Settings
from gridmerge.districting import (
    Refusal,
    apply_edits,
    describe_boundaries,
    divide_township,
    make_alternatives,
    name_grids,
)
from gridmerge.errors import GridmergeError, InputError, PlaceError
from gridmerge.findings import Finding, explain_empty, make_finding, sort_findings
from gridmerge.geo import geos
from gridmerge.i18n.text import Text
from gridmerge.inputs.meeting_edits import merge_meetings, read_edits, votes_and_notes
from gridmerge.inputs.plan_constraints import read_constraints
from gridmerge.inputs.previous_postings import Postings, posting_files, read_postings
from gridmerge.invariants import Gate
from gridmerge.io import read_input
from gridmerge.io.paths import display_path, file_sha256
from gridmerge.io.project_files import named_files, refuse_in_patterns
from gridmerge.model import (
    Addresses,
    Assignment,
    Build,
    GridPlan,
    Layer,
    Matters,
    Meeting,
    Mosaic,
    Move,
    Places,
    PlanConstraints,
    RawLayer,
    Roster,
    Source,
    Township,
    Weights,
    Work,
)
from gridmerge.overlay import add_village_nodes, overlay_layers
from gridmerge.products import (
    ALL_BUILD_FILES,
    list_build_inputs,
    prepare_output,
    publish_build,
    write_alternatives,
)
from gridmerge.products.map import build_hash
from gridmerge.source_date import build_date
from gridmerge.staffing import Incumbents, assign_members, find_current_holders, find_settled_grids
from gridmerge.staffing.duties import clean_matters, duty_sheets, post_rows
from gridmerge.workload import measure_sensitivity, weigh_faces
from gridmerge.workload.crosswalk import build_crosswalk, report_left_out

PROMISES_STAGE = "promises"  # what `seconds` calls the time that proving them takes

Spec = TypeVar("Spec")
Value = TypeVar("Value")
Progress = Callable[[Text], None]
Reader = Callable[[Reading, Path, str], RawLayer]


def _ignore_progress(_: Text) -> None:
    """Say nothing."""


@dataclass
class _Clock:
    """Seconds per stage, the day a build began, and word of each stage to whoever listens."""

    progress: Progress
    day: str = field(default_factory=build_date)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, zh: str, en: str) -> Iterator[None]:
        self.progress(Text(zh, en))
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)

    @contextmanager
    def between(self, name: str) -> Iterator[None]:
        """Count what is done between the stages, in one sum."""
        start = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - start, 3)

    def prove(self, step: Callable[..., None], *made: Any) -> None:
        """Let a step of the gate look at what a room has made."""
        with self.between(PROMISES_STAGE):
            step(*made)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Everything a project names, loaded and mended."""

    settings: Settings
    township: Township
    layers: tuple[Layer, ...]
    works: tuple[Work, ...]
    roster: Roster | None
    matters: Matters | None = None
    addresses: Addresses | None = None
    places: Places | None = None
    postings: Postings | None = None
    constraints: PlanConstraints = field(default_factory=PlanConstraints)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where each input came from: villages, layers by key, workloads by name, roster, matters, addresses, places."""
        roster = () if self.roster is None else (self.roster.source,)
        return (
            self.township.source,
            *(layer.source for layer in self.layers),
            *(work.source for work in self.works),
            *roster,
            *(() if self.matters is None else self.matters.sources),
            *(() if self.addresses is None else (self.addresses.source,)),
            *(() if self.places is None else (self.places.source,)),
        )

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found while loading and mending."""
        others = (self.roster, self.matters, self.addresses, self.places)
        parts = (
            self.township,
            *self.layers,
            *self.works,
            *(part for part in others if part is not None),
            self.constraints,
        )
        own = () if self.works else (make_finding("no_workload"),)
        return sort_findings((*own, *(finding for part in parts for finding in part.findings)))


def load_inputs(
    settings: Settings, progress: Progress = _ignore_progress, read: Reader = read_input
) -> Inputs:
    """Load and mend everything a project names.

    Parameters
    ----------
    settings
        A checked project file (`gridmerge.config.project_file.read_project`).
    progress
        Told of each input as it comes.
    read
        How a file is read; for who wants to keep what was read as well.

    Raises
    ------
    InputError, PlaceError
        An input cannot be used. Every input is tried first, so all of them are named at once.
    """
    folder = settings.folder
    progress(Text("读取村（社区）边界", "Reading the villages"))
    township = clean_township(read(settings.villages, folder, "villages"), settings)
    troubles: list[GridmergeError] = []

    def tried(
        specs: Iterable[Spec], name: Callable[[Spec], str], one: Callable[[Spec, str], Value]
    ) -> list[Value]:
        values = []
        for spec in specs:
            progress(Text(f"读取 {name(spec)}", f"Reading {name(spec)}"))
            try:
                values.append(one(spec, name(spec)))
            except GridmergeError as error:
                troubles.append(error)
        return values

    def optional(spec: Spec | None, name: str, one: Callable[[Spec, str], Value]) -> Value | None:
        return next(iter(tried([] if spec is None else [spec], lambda _: name, one)), None)

    layers = tried(
        settings.layers,
        lambda spec: spec.key,
        lambda spec, key: _on_the_land(clean_layer(read(spec, folder, key), spec, township)),
    )
    works = tried(
        settings.workload,
        lambda spec: f"workload:{spec.name}",
        lambda spec, key: clean_work(read(spec, folder, key), spec, township, layers),
    )
    roster = optional(
        settings.roster,
        "roster",
        lambda spec, key: clean_roster(read(spec, folder, key), spec, township),
    )
    matters = optional(
        settings.matters,
        "matters",
        lambda spec, key: clean_matters(
            read(spec, folder, key),
            None if settings.steps is None else read(settings.steps, folder, "steps"),
            settings.department_names,
        ),
    )
    addresses = optional(
        settings.addresses,
        "addresses",
        lambda spec, key: clean_addresses(read(spec, folder, key), spec, township),
    )
    places = optional(
        settings.places,
        "places",
        lambda spec, key: clean_places(read(spec, folder, key), spec, township),
    )
    named = (settings.grids.locks, settings.grids.links, settings.grids.previous)
    constraints = optional(
        settings.grids if any(named) else None,
        "[grids]",
        lambda spec, _: read_constraints(spec, township.crs, folder, read),
    )
    postings = None
    if settings.grids.previous is not None and settings.roster is not None:
        postings = optional(
            settings.grids, "previous", lambda spec, _: read_postings(Path(str(spec.previous)))
        )
    _raise_all(troubles)
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


def _on_the_land(layer: Layer) -> Layer:
    """Refuse a network with nothing on the township's land: left in, a department would vanish without a word."""
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


def apply_meeting(
    plan: GridPlan, mosaic: Mosaic, weights: Weights, file: Path
) -> tuple[GridPlan, Meeting]:
    """Apply the edits of a meeting to a plan; what cannot be done is said in the plan's findings.

    Returns
    -------
    GridPlan
        After the moves that could be made.
    Meeting
        All that the file says: moves, those refused with the reason, votes and notes.

    Raises
    ------
    InputError
        The file is missing or is no edits.json.
    """
    edits = read_edits(file)
    findings = list(plan.findings)
    if edits.get("base") != build_hash(plan.faces):
        findings.append(make_finding("edits_other_build", file=file.name))
    try:
        after, refused = apply_edits(plan, mosaic, weights, edits)
    except InputError as error:
        raise InputError(f"{file}：{error.in_('zh')}", f"{file}: {error.in_('en')}") from error
    findings += _refusal_findings(refused, plan, mosaic)
    meeting = replace(votes_and_notes(edits), moves=_list_moves(edits["moves"], refused))
    counts = Counter(plan.figures.get("edits", {}))
    counts.update(asked=len(edits["moves"]), refused=len(refused))
    counts.update(votes=len(meeting.votes), notes=len(meeting.notes))
    return replace(
        after, findings=tuple(findings), figures={**after.figures, "edits": dict(counts)}
    ), meeting


def _refusal_findings(refused: Iterable[Refusal], plan: GridPlan, mosaic: Mosaic) -> list[Finding]:
    """What a meeting asked for and cannot have: each piece of land by the grid it lies in, and by its place."""
    lies_in = dict(zip(plan.faces["face_id"], plan.faces["grid_code"], strict=True))
    shapes = dict(zip(mosaic.faces["face_id"], mosaic.faces.geometry, strict=True))
    findings = []
    for move in refused:
        now, shape = lies_in.get(move.face), shapes.get(move.face)
        which = (
            Text(f"网格 {now} 中的一个最小面", f"A face of grid {now}")
            if now
            else Text("一个最小面", "A face")
        )
        at = None if shape is None else geos.point_on_surface(shape)
        place = None if at is None else (at.x, at.y)
        findings.append(
            make_finding(
                "edit_refused", place=place, which=which, grid=move.grid, reason=move.reason
            )
        )
    return findings


def _list_moves(asked: Iterable[Mapping[str, Any]], refused: Iterable[Refusal]) -> tuple[Move, ...]:
    why = {(each.face, each.grid): each.reason for each in refused}
    told = (
        (str(move.get("face", "")), str(move.get("from", "")), str(move.get("to", "")))
        for move in asked
    )
    return tuple(
        Move(face=face, from_grid=source, to_grid=target, refused=why.get((face, target)))
        for face, source, target in told
    )


def _edited_by_all(
    plan: GridPlan, mosaic: Mosaic, weights: Weights, files: Iterable[Path]
) -> tuple[GridPlan, Meeting]:
    """Apply the files of several meetings, one after another: each was saved from the map that the one before it gave."""
    meetings = []
    for file in files:
        plan, meeting = apply_meeting(plan, mosaic, weights, file)
        meetings.append(meeting)
    return plan, merge_meetings(meetings)


def _fixed_by_people(settings: Settings, edits: Sequence[Path]) -> tuple[Source, ...]:
    """Where the earlier plan, locks, links and edits of a build came from, as `report.json` lists its inputs."""
    named = {f"grids:{key}": getattr(settings.grids, key) for key in ("previous", "locks", "links")}
    files = {key: Path(path) for key, path in named.items() if path is not None}
    files |= {f"edits:{number}": file for number, file in enumerate(edits, 1)}
    if (
        "grids:previous" in files
        and (report := files["grids:previous"].with_name("report.json")).is_file()
    ):
        files["grids:retired"] = report  # the codes no grid may have again
    if "grids:previous" in files:
        files |= posting_files(files["grids:previous"])
    return tuple(
        Source(
            key=key,
            path=display_path(file, settings.folder),
            sha256=file_sha256(file),
            driver=file.suffix.lstrip(".").upper(),
        )
        for key, file in sorted(files.items())
    )


def _assign_members(
    inputs: Inputs, plan: GridPlan, table: pd.DataFrame, seen: Assignment | None = None
) -> Assignment | None:
    """Who takes which grid, where there is a roster; people stay where neither a meeting nor new data touched their village.

    Parameters
    ----------
    seen
        What a meeting saw before it moved anything: there everybody stays.
    """
    if inputs.roster is None:
        return None
    earlier = inputs.postings
    posted = None if earlier is None else earlier.assignments
    present = find_current_holders(plan, inputs.roster, table, inputs.layers, posted)
    incumbents = None
    if seen is not None:
        everywhere = frozenset(plan.grids["grid_code"])
        incumbents = Incumbents(
            postings=seen.assignments, settled=everywhere, stand_ins=seen.stand_ins
        )
    elif earlier is not None:
        settled = find_settled_grids(plan.grids, earlier.grids)
        incumbents = Incumbents(
            postings=earlier.assignments, settled=settled, stand_ins=earlier.covers
        )
    return assign_members(
        plan, inputs.roster, inputs.township, inputs.settings.staffing, present, incumbents
    )


def _make_duties(
    inputs: Inputs, plan: GridPlan, table: pd.DataFrame, assignment: Assignment | None
) -> tuple[pd.DataFrame | None, tuple[Finding, ...]]:
    """Every grid's sheet, where there is a list of matters, and the posts of 1+5+N, where the pattern asks for them."""
    matters, layers = inputs.matters, inputs.layers
    sheet = None if matters is None else duty_sheets(matters, plan, table, layers, assignment)
    if inputs.settings.staffing.pattern != "1+5+N":
        return sheet, ()
    posts, said = post_rows(plan, table, layers, assignment)
    both = posts if sheet is None else pd.concat([sheet, posts], ignore_index=True)
    return both.sort_values("grid_code", kind="stable", ignore_index=True), said


def _raise_all(troubles: Sequence[GridmergeError]) -> None:
    if len(troubles) == 1:
        raise troubles[0]
    if troubles:
        raise InputError(
            "\n".join(error.in_("zh") for error in troubles),
            "\n".join(error.in_("en") for error in troubles),
        )


def check(project: str | Path = ".", *, progress: Progress = _ignore_progress) -> Inputs:
    """Load and mend a project's inputs, and no more.

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
    progress: Progress = _ignore_progress,
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
    files = [] if edits is None else [edits] if isinstance(edits, (str, Path)) else edits
    paths = [Path(file) for file in files]
    clock = _Clock(progress)
    if out is not None:
        check_writable(settings, Path(out), ALL_BUILD_FILES, paths)
    with clock.stage("load", "读取并修整各部门数据", "Loading and repairing"):
        inputs = load_inputs(settings, progress)
    finished = build_from(inputs, edits=paths, processes=processes, clock=clock)
    if out is not None:
        with clock.stage("publish", "写出成果", "Writing the results"):
            publish_build(finished, Path(out))
    return finished


def build_from(
    inputs: Inputs, *, edits: Sequence[Path] = (), processes: int = 1, clock: _Clock | None = None
) -> Build:
    """Make a build of inputs that are loaded and mended; write nothing.

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
    settings, clock = inputs.settings, clock or _Clock(_ignore_progress)
    gate = Gate(inputs.township, inputs.layers, inputs.works, inputs.roster)
    with clock.stage("overlay", "统一界线并叠加", "Agreeing the lines and cutting"):
        mosaic = overlay_layers(inputs.township, inputs.layers, settings.overlay, processes)
        township = add_village_nodes(inputs.township, mosaic)
    clock.prove(gate.cut, township, mosaic)
    with clock.stage("workload", "计算工作量", "Weighing the work"):
        weights = weigh_faces(mosaic, inputs.works, inputs.township, settings.grids)
    clock.prove(gate.weighed, weights)
    with clock.stage("partition", "划分综合网格", "Forming the grids"):
        formed = divide_township(
            mosaic,
            weights,
            inputs.township,
            settings.grids,
            processes,
            inputs.layers,
            inputs.constraints,
        )
    clock.prove(gate.planned, formed)
    with clock.between("partition"):
        plan, meeting = _edited_by_all(formed, mosaic, weights, edits)
        moved = plan.faces is not formed.faces
        fixed = _fixed_by_people(settings, edits)  # now: OUT may take the place of the earlier plan
        plan = _describe_plan(plan, inputs)
    plan = replace(plan, figures={**plan.figures, "swing": measure_sensitivity(plan, weights)})
    if moved:
        clock.prove(gate.planned, plan)
    with clock.stage("crosswalk", "核对各部门原网格去向", "Tracing every departmental grid"):
        table = build_crosswalk(inputs.layers, plan, weights)
        lost = report_left_out(inputs.layers, table)
    clock.prove(gate.traced, table, (*inputs.findings, *mosaic.findings, *lost))
    with clock.stage("balance", "分配网格员", "Assigning members"):
        seen = (
            _assign_members(inputs, formed, build_crosswalk(inputs.layers, formed, weights))
            if moved
            else None
        )
        assignment = _assign_members(inputs, plan, table, seen)
    clock.prove(gate.staffed, assignment)
    with clock.stage("duties", "编制一格一清单", "Writing every grid's duties"):
        duties, unposted = _make_duties(inputs, plan, table, assignment)
    return Build(
        settings=settings,
        township=township,
        layers=inputs.layers,
        mosaic=mosaic,
        weights=weights,
        plan=plan,
        crosswalk=table,
        roster=inputs.roster,
        assignment=assignment,
        duties=duties,
        meeting=meeting,
        addresses=inputs.addresses,
        sources=(*inputs.sources, *fixed),
        findings=sort_findings(
            (*_collect_findings(inputs, mosaic, weights, plan, assignment), *lost, *unposted)
        ),
        seconds=clock.seconds,
        date=clock.day,
    )


def check_writable(
    settings: Settings, out: Path, names: Iterable[str], more: Sequence[Path] = ()
) -> None:
    """Tell before the work what would stop the writing after it.

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


def _collect_findings(
    *parts: Inputs | Mosaic | Weights | GridPlan | Assignment | None,
) -> Iterator[Finding]:
    """What every stage that was run has found."""
    return (finding for part in parts if part is not None for finding in part.findings)


def _describe_plan(plan: GridPlan, inputs: Inputs) -> GridPlan:
    """Give the grids of the final plan their names and their boundaries in words."""
    return describe_boundaries(
        name_grids(plan, inputs.places), inputs.layers, inputs.settings.project.language
    )


def compare_plans(
    build: Build, out: Path, *, processes: int = 1, progress: Progress = _ignore_progress
) -> pd.DataFrame:
    """Make the plans to choose from (fewest changes, most even, most compact) and write them beside a finished build.

    Returns
    -------
    DataFrame
        A row a plan: plan, grids, share_in_range, max_over_mean, inner_line_m, agreement, kept_share. Where a meeting has moved
        faces, its plan joins the table as ``apply_meeting``; the others are formed without its moves.

    Raises
    ------
    OutputError
        The two files, alternatives.csv and alternatives.gpkg, cannot be written.
    """
    progress(Text("另作比选方案", "Making plans to choose from"))
    plan = build.plan if "edits" in build.plan.figures else None
    plans, table = make_alternatives(
        build.mosaic,
        build.weights,
        build.township,
        build.settings.grids,
        processes,
        plan,
        build.plan.constraints,
    )
    write_alternatives(plans, table, out, list_build_inputs(build))
    return table
