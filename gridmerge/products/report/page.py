"""report.html: one page an officer can send upward, complete in itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2

from gridmerge.findings import HEADLINES, SEVERITIES, Finding, load_kinds
from gridmerge.i18n.text import Text
from gridmerge.model import Build
from gridmerge.products.labels import VALUE_LABELS, name_build_layers, name_column
from gridmerge.products.provenance import imprint_of
from gridmerge.products.report.brief import compose_lead, list_open_matters
from gridmerge.products.report.headline_figures import list_key_figures
from gridmerge.products.report.pictures import draw_after, draw_before
from gridmerge.products.workbook.reconciliation import FATE_LABELS, Slip

_LAYERS_NAMED = 6  # a kind of problem that most departments share needs no list of all of them


def write_report(build: Build, file: Path, ready: Sequence[Slip]) -> None:
    """Write the page in the project's language; everything in it is escaped, nothing is loaded from elsewhere.

    Parameters
    ----------
    ready
        The build's slips (`slips`).
    """
    language = build.settings.project.language
    source = (
        resources.files("gridmerge.products.report").joinpath("report.html.j2").read_text("utf-8")
    )
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["say"] = lambda text: text.in_(language)
    page = environment.from_string(source).render(
        build=build,
        language=language,
        t=lambda zh, en: Text(zh, en).in_(language),
        figures=list_key_figures(build),
        imprint=imprint_of(build),
        before=draw_before(build),
        after=draw_after(build),
        departments=[_department_row(slip) for slip in ready],
        present=None if build.assignment is None else build.assignment.figures.get("present"),
        work=_work_rows(build),
        fates=FATE_LABELS,
        kinds=VALUE_LABELS,
        issues=_issue_rows(build),
        lead=compose_lead(build),
        agenda=list_open_matters(build),
    )
    file.write_text(page, "utf-8", newline="\n")


def _work_rows(build: Build) -> list[dict[str, object]]:
    """What each source contributes to the combined measure, and how much the heaviest grids hang on its weight."""
    language, swing = build.settings.project.language, build.plan.figures.get("swing", {})

    def amount(value: float) -> str:
        return f"{value:,.1f}".removesuffix(".0") if math.isfinite(value) else "—"

    return [
        {
            "title": name_column(row["name"], language),
            "estimated": bool(row["estimated"]),
            "inside": amount(row["inside"]),
            "reference": amount(row["reference"]),
            "weight": f"{row['weight']:g}",
            "share": f"{row['share']:.0%}" if row["weight"] > 0 else "—",
            "swing": f"{swing[row['name']]:.0%}" if row["name"] in swing else "—",
        }
        for row in build.weights.totals.to_dict("records")
    ]


def _department_row(slip: Slip) -> dict[str, object]:
    fates = slip.rows.drop_duplicates("source_id")["fate"].value_counts()
    counts = {fate: int(fates.get(fate, 0)) for fate in FATE_LABELS}
    return {"title": slip.title, "total": sum(counts.values()), "fates": counts}


def _issue_rows(build: Build) -> list[dict[str, Any]]:
    """A line a kind of problem, worst first: how often, in which networks, the gravest case, what to do."""
    titles = name_build_layers(build)
    groups: dict[str, list[Finding]] = {}
    for finding in build.findings:
        if finding.severity != "note":
            groups.setdefault(finding.kind, []).append(finding)
    issues = []
    for kind, findings in groups.items():
        where = sorted({titles.get(finding.layer, finding.layer) for finding in findings} - {""})
        gravest = max(findings, key=lambda finding: abs(finding.measure or 0.0))
        issues.append(
            {
                "kind": kind,
                "severity": findings[0].severity,
                "count": len(findings),
                "layers": where[:_LAYERS_NAMED],
                "more": len(where) - _LAYERS_NAMED,
                "example": gravest.message(build.settings.project.language, titles),
                "explain": load_kinds()[kind].explain,
            }
        )
    return sorted(issues, key=_issue_rank)


def _issue_rank(issue: dict[str, Any]) -> tuple[int, bool, int]:
    return SEVERITIES.index(issue["severity"]), issue["kind"] not in HEADLINES, -issue["count"]
