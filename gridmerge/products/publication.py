"""The whole set of files, written aside and moved in together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from gridmerge.findings import Finding
from gridmerge.geo.place_index import INDEX_FILES as PLACE_FILES
from gridmerge.i18n.text import Language
from gridmerge.invariants import raise_leaks
from gridmerge.model import Build, Layer, Township
from gridmerge.products.data import csv_tables, docket
from gridmerge.products.data.alternative_plans import ALTERNATIVE_FILES
from gridmerge.products.data.geojson import write_geojson
from gridmerge.products.data.geopackage import write_geopackage
from gridmerge.products.data.meeting_table import write_meeting
from gridmerge.products.data.notice import write_about
from gridmerge.products.data.place_index import write_places
from gridmerge.products.data.summary import write_report_json
from gridmerge.products.labels import name_build_layers, name_layers
from gridmerge.products.manifest import MANIFEST_FILE, write_manifest
from gridmerge.products.map import MapOptions, make_findings_html, render_map
from gridmerge.products.overwrite_guard import list_build_inputs
from gridmerge.products.redaction import redact_build, redact_finding, redact_township
from gridmerge.products.report.page import write_report
from gridmerge.products.transaction import stage_output
from gridmerge.products.workbook.book import write_workbook
from gridmerge.products.workbook.reconciliation import make_slips

_WRITERS: dict[str, Callable[[Build, Path], None]] = {
    "grids.geojson": write_geojson,
    "gridmerge.gpkg": write_geopackage,
    "crosswalk.csv": csv_tables.write_crosswalk,
    "assignments.csv": csv_tables.write_assignments,
    "members.csv": csv_tables.write_members,
    "standins.csv": csv_tables.write_stand_ins,
    "duties.csv": csv_tables.write_duties,
    "gaps.csv": docket.write_gaps,
    "claims.csv": docket.write_claims,
    "disputes.csv": docket.write_disputes,
    "meeting.csv": write_meeting,
}
BUILD_FILES = (
    *_WRITERS,
    "about.txt",
    "plan.xlsx",
    "report.html",
    *PLACE_FILES,
    "findings.csv",
    "map.html",
    "report.json",
)
# plans to choose from of an earlier build go with it
ALL_BUILD_FILES = (*BUILD_FILES, *ALTERNATIVE_FILES, MANIFEST_FILE)
CHECK_FILES = ("findings.csv", "findings.html")  # what `check` writes


def publish_build(build: Build, out: Path) -> None:
    """Write every file of the contract into OUT.

    Parameters
    ----------
    build
        A finished build. Phones and whatever else must not be shown is taken out here, whatever the caller did.
    out
        The output folder; made when it is not there. Files of other names in it stay as they are.

    Raises
    ------
    OutputError
        OUT cannot be written, the disk is full, another program holds a file open, or a file is an input; OUT is then as
        it was.
    """
    with stage_output(out, ALL_BUILD_FILES, list_build_inputs(build)) as folder:
        write_files(build, folder, out)
        write_manifest(build, folder)


def write_files(build: Build, folder: Path, out: Path) -> None:
    """Write every file of the contract but the manifest.

    Parameters
    ----------
    build
        A finished build. Phones and whatever else must not be shown is taken out here, whatever the caller did.
    folder
        Where the files are written.
    out
        Where they will lie: from there the report finds the project file again.

    Raises
    ------
    PromiseError
        Something secret is still there.
    OutputError
        GDAL could not write.
    """
    started = time.perf_counter()
    shown = redact_build(build)
    raise_leaks(shown)
    language = shown.settings.project.language
    for name, write in _WRITERS.items():
        write(shown, folder / name)
    ready = make_slips(shown)
    write_workbook(shown, folder / "plan.xlsx", ready)
    write_report(shown, folder / "report.html", ready)
    write_about(shown, folder / "about.txt")
    write_places(shown, folder)
    named = name_build_layers(shown)
    csv_tables.write_findings(
        shown.findings, shown.township.crs, language, folder / "findings.csv", named
    )
    page = render_map(shown, options=MapOptions(language=language))
    (folder / "map.html").write_text(page, "utf-8", newline="\n")
    seconds = {**shown.seconds, "publish": round(time.perf_counter() - started, 3)}
    write_report_json(replace(shown, seconds=seconds), out, folder / "report.json")


def write_check_files(
    findings: Sequence[Finding],
    township: Township,
    layers: Sequence[Layer],
    language: Language,
    folder: Path,
) -> None:
    """Write findings.csv and findings.html, the map of where they are, for a project that was only checked.

    Parameters
    ----------
    findings
        In any order; phones and ID numbers are taken out of them here.
    township
        Its villages are drawn, and places are in its CRS.
    layers
        Give the departments' names.
    language
        Of the messages, and in which the map opens.
    folder
        Made when it is not there.

    Raises
    ------
    OutputError
        The folder or a file cannot be written.
    """
    shown = [redact_finding(finding) for finding in findings]
    township = redact_township(township)
    works = [
        one.layer.removeprefix("workload:") for one in shown if one.layer.startswith("workload:")
    ]
    languages: tuple[Language, ...] = ("zh", "en")
    named = {each: name_layers(layers, works, each) for each in languages}
    with stage_output(folder, CHECK_FILES) as aside:
        csv_tables.write_findings(
            shown, township.crs, language, aside / "findings.csv", named[language]
        )
        (aside / "findings.html").write_text(
            make_findings_html(shown, township, named, language), "utf-8", newline="\n"
        )
