"""Where the findings are: one offline page beside findings.csv, for a project that was only checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gridmerge.findings import Finding, sort_findings
from gridmerge.geo import geos
from gridmerge.i18n.text import Language
from gridmerge.model import Township
from gridmerge.products.map.folium_page import Page, make_offline_figure
from gridmerge.products.map.inlining import inline_assets
from gridmerge.products.map.labels import LABELS
from gridmerge.products.map.page_types import TroubleFindings, TroublePayload
from gridmerge.products.map.payload import script_json
from gridmerge.products.map.topology_arcs import (
    UNITS_PER_DEGREE,
    Display,
    encode_deltas,
    shared_arcs,
)

TOWNSHIP_SIMPLIFY_M = 2.0  # the villages are only there to find one's way
# notes can be tens of thousands on real networks; errors and warnings are all shown
MAX_LISTED_NOTES = 1000


Titles = Mapping[Language, Mapping[str, str]]


def make_findings_html(
    findings: Sequence[Finding], township: Township, titles: Titles, language: Language
) -> str:
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
    ordered = sort_findings(findings)
    listed = [one for one in ordered if one.severity != "note"]
    listed += [one for one in ordered if one.severity == "note"][:MAX_LISTED_NOTES]
    display = _township_display(township)
    arcs = shared_arcs(
        list(geos.coverage_simplify(township.villages.geometry.to_numpy(), TOWNSHIP_SIMPLIFY_M))
    )
    value: TroublePayload = {
        "language": language,
        "name": township.name,
        "origin": display.origin,
        "scale": UNITS_PER_DEGREE,
        "rings": arcs.rings,
        "arcs": encode_deltas(arcs.lines, display),
        "findings": _columns(listed, display, titles),
        "unlisted": len(ordered) - len(listed),
    }
    title = LABELS["findings"].in_(language)
    return inline_assets(
        make_offline_figure(Page(script_json(value), "trouble"), f"{township.name} · {title}")
    )


def _township_display(township: Township) -> Display:
    west, south, east, north = township.villages.total_bounds
    middle = np.array([[(west + east) / 2, (south + north) / 2]])
    degrees = Display(crs=township.crs).degrees(middle)
    lon, lat = degrees[0].tolist()
    origin = round(lon, 4), round(lat, 4)
    return Display(crs=township.crs, origin=origin)


def _columns(findings: Sequence[Finding], display: Display, titles: Titles) -> TroubleFindings:
    places = [_place(one, display) for one in findings]
    chinese, english = titles["zh"], titles["en"]
    return {
        "severity": [one.severity for one in findings],
        "layer_zh": [chinese.get(one.layer, one.layer) for one in findings],
        "layer_en": [english.get(one.layer, one.layer) for one in findings],
        "zh": [one.message("zh", chinese) for one in findings],
        "en": [one.message("en", english) for one in findings],
        "lon": [lon for lon, _ in places],
        "lat": [lat for _, lat in places],
    }


def _place(finding: Finding, display: Display) -> tuple[float, float] | tuple[None, None]:
    if finding.place is None:
        return None, None
    lon, lat = display.degrees(np.array([finding.place]))[0]
    if not np.isfinite(
        [lon, lat]
    ).all():  # far outside what the projection can carry there is no place to show
        return None, None
    return round(float(lon), 6), round(float(lat), 6)
