"""Where the findings are: one offline page beside findings.csv, for a project that was only checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gridmerge import robust
from gridmerge.findings import Finding, tidy
from gridmerge.model import Township
from gridmerge.publish.map.arcs import SCALE, Display, deltas, shared_arcs
from gridmerge.publish.map.figure import Page, offline
from gridmerge.publish.map.inline import inline
from gridmerge.publish.map.payload import script_json
from gridmerge.text import Language, Text

SIMPLIFY_M = 2.0  # the villages are only there to find one's way
NOTES_LISTED = 1000  # notes can be tens of thousands on real networks; errors and warnings are all shown
SCRIPTS = ("labels.js", "dom.js", "geo.js", "trouble.js")


Titles = Mapping[Language, Mapping[str, str]]


def trouble(findings: Sequence[Finding], township: Township, titles: Titles, language: Language) -> str:
    """Return a page that shows where the findings are and lists them by severity and layer.

    Parameters
    ----------
    findings
        In any order, with nothing secret in them.
    township
        Its villages are drawn; findings have their places in its CRS.
    titles
        What people call each layer and input in either language, by key.
    language
        In which it opens.
    """
    ordered = tidy(findings)
    listed = [one for one in ordered if one.severity != "note"]
    listed += [one for one in ordered if one.severity == "note"][:NOTES_LISTED]
    display = _display(township)
    arcs = shared_arcs(list(robust.coverage_simplify(township.villages.geometry.to_numpy(), SIMPLIFY_M)))
    value = {
        "language": language,
        "name": township.name,
        "origin": list(display.origin),
        "scale": SCALE,
        "rings": arcs.rings,
        "arcs": deltas(arcs.lines, display),
        "findings": [_line(one, display, titles) for one in listed],
        "unlisted": len(ordered) - len(listed),
    }
    title = Text("核对清单", "Findings").in_(language)
    return inline(offline(Page(script_json(value), "trouble.html", SCRIPTS), f"{township.name} · {title}"))


def _display(township: Township) -> Display:
    west, south, east, north = township.villages.total_bounds
    middle = np.array([[(west + east) / 2, (south + north) / 2]])
    lon, lat = Display(crs=township.crs).degrees(middle)[0]
    return Display(crs=township.crs, origin=(round(float(lon), 4), round(float(lat), 4)))


def _line(finding: Finding, display: Display, titles: Titles) -> list[Any]:
    """[severity, layer in Chinese, layer in English, message in Chinese, in English, lon, lat]; null without a place."""
    place: list[float | None] = [None, None]
    if finding.place is not None:
        degrees = display.degrees(np.array([finding.place]))[0]
        if np.isfinite(degrees).all():  # far outside what the projection can carry there is no place to show
            place = [round(float(value), 6) for value in degrees]
    languages: tuple[Language, ...] = ("zh", "en")
    names = [titles[language].get(finding.layer, finding.layer) for language in languages]
    messages = [finding.message(language, titles[language]) for language in languages]
    return [finding.severity, *names, *messages, *place]
