"""The gate a build passes before it writes: each promise is proved on values as soon as the room that owes it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import pandas as pd

from gridmerge.errors import PromiseError
from gridmerge.findings import Finding
from gridmerge.invariants import crosswalk_accounts, land, staffing, work
from gridmerge.invariants.build_frames import Result
from gridmerge.invariants.violations import Violation
from gridmerge.model import Assignment, GridPlan, Layer, Mosaic, Roster, Township, Weights, Work

Rules = tuple[Callable[[Result], Iterator[Violation]], ...]

CUT: Rules = (land.check_faces, crosswalk_accounts.check_face_references)
WEIGHED: Rules = (work.check_work_conserved,)
PLANNED: Rules = (
    land.check_grids,
    land.check_one_village,
    land.check_shared_vertices,
    work.check_grid_sums,
)
TRACED: Rules = (
    crosswalk_accounts.check_accounted,
    crosswalk_accounts.check_crosswalk_links,
    crosswalk_accounts.check_share_sums,
)
STAFFED: Rules = (staffing.check_staffing,)
RULES: Rules = (*CUT, *WEIGHED, *PLANNED, *TRACED, *STAFFED)
# the kind of finding that tells how much work lies outside the township
OUTSIDE = "workload_outside"


class Gate:
    """What a build has shown so far; each step takes what a room has made and stops where a promise does not hold.

    A room stands on what the rooms before it made: a mistake is told where it was made, before the next room trips over it.

    Parameters
    ----------
    mended
        The villages as the input gives them.
    layers, works, roster
        The inputs as mended.
    """

    def __init__(
        self,
        mended: Township,
        layers: Sequence[Layer],
        works: Sequence[Work],
        roster: Roster | None,
    ) -> None:
        self._mended = mended.villages
        self._layers = {one.key: one.frame for one in layers if one.spec.role != "barrier"}
        self._barriers = {one.key: one.frame for one in layers if one.spec.role == "barrier"}
        self._works = {one.name: one for one in works}
        self._staff = None if roster is None else frozenset(roster.members["member_id"])

    def cut(self, township: Township, mosaic: Mosaic) -> None:
        """Take the faces, and the villages with the vertices of their faces.

        Raises
        ------
        PromiseError
            Here and below: a promise that could be proved by now does not hold.
        """
        self._result = Result(
            villages=township.villages,
            mended=self._mended,
            layers=self._layers,
            barriers=self._barriers,
            works=self._works,
            staff=self._staff,
            faces=mosaic.faces,
            memberships=mosaic.memberships,
            borders=mosaic.borders,
        )
        raise_violations(find_violations(self._result, CUT))

    def weighed(self, weights: Weights) -> None:
        """Take what the faces weigh."""
        faces = self._result.faces.merge(weights.faces, on="face_id", how="left")
        self._result = replace(self._result, faces=faces, outside=_outside_totals(weights.findings))
        raise_violations(find_violations(self._result, WEIGHED))

    def planned(self, plan: GridPlan) -> None:
        """Take the grids; again after people have moved faces."""
        faces = self._result.faces.drop(columns="grid_code", errors="ignore")
        placed = faces.merge(plan.faces, on="face_id", how="left").fillna({"grid_code": ""})
        self._result = replace(self._result, faces=placed, grids=plan.grids)
        raise_violations(find_violations(self._result, PLANNED))

    def traced(self, crosswalk: pd.DataFrame, findings: Iterable[Finding]) -> None:
        """Take the crosswalk, and what the findings say of the features that are not in it."""
        told = frozenset((finding.layer, finding.source_id) for finding in findings)
        self._result = replace(self._result, crosswalk=crosswalk, told=told)
        raise_violations(find_violations(self._result, TRACED))

    def staffed(self, assignment: Assignment | None) -> None:
        """Take who does what; without a roster nothing was promised."""
        if assignment is None:
            return
        rows, members = assignment.assignments, assignment.members
        self._result = replace(self._result, assignments=rows, members=members)
        raise_violations(find_violations(self._result, STAFFED))


def find_violations(result: Result, rules: Rules = RULES) -> list[Violation]:
    """Return what does not hold, by the number of the promise."""
    found = [failure for rule in rules for failure in rule(result)]
    return sorted(found, key=lambda failure: failure.promise)


def raise_violations(failures: Iterable[Violation]) -> None:
    """Stop when a promise does not hold.

    Raises
    ------
    PromiseError
        Names the first promise that does not hold, and the place.
    """
    told = list(failures)
    if not told:
        return
    zh, en = told[0].text.zh.rstrip("。"), told[0].text.en.rstrip(".")
    more_zh, more_en = (
        (f"（另有 {len(told) - 1} 处）", f" (and {len(told) - 1} more)")
        if len(told) > 1
        else ("", "")
    )
    raise PromiseError(
        f"{zh}{more_zh}。没有写出任何文件，原有成果未改动；这是程序的错误，请把这句话和项目文件夹发给 gridmerge 的维护者。",
        f"{en}{more_en}. Nothing was written, and earlier results are as they were; this is an error of the program: "
        "please send this sentence and the project folder to the maintainers of gridmerge.",
    )


def _outside_totals(findings: Iterable[Finding]) -> dict[str, float]:
    told: dict[str, float] = {}
    for finding in findings:
        if finding.kind == OUTSIDE:
            name = finding.layer.removeprefix("workload:")
            told[name] = told.get(name, 0.0) + (finding.measure or 0.0)
    return told
