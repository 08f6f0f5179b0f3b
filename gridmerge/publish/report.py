"""report.html: one page an officer can send upward, complete in itself."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import jinja2

from gridmerge.model import Build
from gridmerge.publish.pictures import after, before
from gridmerge.publish.slips import FATES, Slip, slips
from gridmerge.publish.verdict import figures, footer
from gridmerge.publish.words import INTERNAL, VALUES
from gridmerge.text import Text

_SHOWN = 60  # findings on the page; findings.csv and the workbook have all


def write_report(build: Build, file: Path) -> None:
    """Write the page in the project's language; everything in it is escaped, nothing is loaded from elsewhere."""
    language = build.settings.project.language
    source = resources.files("gridmerge.publish").joinpath("report.html.j2").read_text("utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["say"] = lambda text: text.in_(language)
    page = environment.from_string(source).render(
        build=build,
        language=language,
        t=lambda zh, en: Text(zh, en).in_(language),
        figures=figures(build),
        footer=footer(build),
        internal=INTERNAL,
        before=before(build),
        after=after(build),
        departments=[_department(slip) for slip in slips(build)],
        fates=FATES,
        kinds=VALUES,
        findings=[finding for finding in build.findings if finding.severity != "note"][:_SHOWN],
        unlisted=max(0, sum(finding.severity != "note" for finding in build.findings) - _SHOWN),
    )
    file.write_text(page, "utf-8", newline="\n")


def _department(slip: Slip) -> dict[str, object]:
    fates = slip.rows.drop_duplicates("source_id")["fate"].value_counts()
    counts = {fate: int(fates.get(fate, 0)) for fate in FATES}
    return {"title": slip.layer.title, "total": sum(counts.values()), "fates": counts}
