"""The whole set of files, written aside and moved in together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from gridmerge.findings import Finding
from gridmerge.invariants import hold_secrets
from gridmerge.model import Build, Layer, Township
from gridmerge.placeindex import FILES as PLACE_FILES
from gridmerge.publish import docket, tables
from gridmerge.publish.alternatives import COMPARED
from gridmerge.publish.discreet import discreet, discreet_finding, discreet_township
from gridmerge.publish.geojson import write_geojson
from gridmerge.publish.geopackage import write_geopackage
from gridmerge.publish.guard import inputs_of_build
from gridmerge.publish.manifest import MANIFEST, write_manifest
from gridmerge.publish.map import MapOptions, render, trouble
from gridmerge.publish.minutes import write_meeting
from gridmerge.publish.notice import write_about
from gridmerge.publish.places import write_places
from gridmerge.publish.report import write_report
from gridmerge.publish.slips import slips
from gridmerge.publish.staging import staged
from gridmerge.publish.summary import write_report_json
from gridmerge.publish.words import titles, titles_of
from gridmerge.publish.workbook import write_workbook
from gridmerge.text import Language

_WRITERS: dict[str, Callable[[Build, Path], None]] = {
    "grids.geojson": write_geojson,
    "gridmerge.gpkg": write_geopackage,
    "crosswalk.csv": tables.write_crosswalk,
    "assignments.csv": tables.write_assignments,
    "members.csv": tables.write_members,
    "standins.csv": tables.write_stand_ins,
    "duties.csv": tables.write_duties,
    "gaps.csv": docket.write_gaps,
    "claims.csv": docket.write_claims,
    "disputes.csv": docket.write_disputes,
    "meeting.csv": write_meeting,
}
FILES = (*_WRITERS, "about.txt", "plan.xlsx", "report.html", *PLACE_FILES, "findings.csv", "map.html", "report.json")
WRITTEN = (*FILES, *COMPARED, MANIFEST)  # plans to choose from of an earlier build go with it
CHECKED = ("findings.csv", "findings.html")  # what `check` writes


def publish(build: Build, out: Path) -> None:
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
    with staged(out, WRITTEN, inputs_of_build(build)) as folder:
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
    shown = discreet(build)
    hold_secrets(shown)
    language = shown.settings.project.language
    for name, write in _WRITERS.items():
        write(shown, folder / name)
    ready = slips(shown)
    write_workbook(shown, folder / "plan.xlsx", ready)
    write_report(shown, folder / "report.html", ready)
    write_about(shown, folder / "about.txt")
    write_places(shown, folder)
    named = titles_of(shown)
    tables.write_findings(shown.findings, shown.township.crs, language, folder / "findings.csv", named)
    page = render(shown, options=MapOptions(language=language))
    (folder / "map.html").write_text(page, "utf-8", newline="\n")
    seconds = {**shown.seconds, "publish": round(time.perf_counter() - started, 3)}
    write_report_json(replace(shown, seconds=seconds), out, folder / "report.json")


def write_findings(
    findings: Sequence[Finding], township: Township, layers: Sequence[Layer], language: Language, folder: Path
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
    shown = [discreet_finding(finding) for finding in findings]
    township = discreet_township(township)
    works = [one.layer.removeprefix("workload:") for one in shown if one.layer.startswith("workload:")]
    languages: tuple[Language, ...] = ("zh", "en")
    named = {each: titles(layers, works, each) for each in languages}
    with staged(folder, CHECKED) as aside:
        tables.write_findings(shown, township.crs, language, aside / "findings.csv", named[language])
        (aside / "findings.html").write_text(trouble(shown, township, named, language), "utf-8", newline="\n")
