"""The map of findings that `check` writes: offline, safe, and every finding with a place on it."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from gridmerge.findings import make_finding
from gridmerge.model import Source, Township
from gridmerge.products.map import make_findings_html
from tests.browser.conftest import Meeting

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def township():
    boxes = [shapely.box(x, 3250000, x + 2000, 3252000) for x in (500000, 502000)]
    frame = gpd.GeoDataFrame(
        {"village_code": ["510311104001", "510311104002"], "village_name": ["甲村", "乙村"]},
        geometry=boxes,
        crs="EPSG:4544",
    )
    return Township(
        name=f"镇{HOSTILE}",
        code="510311104",
        crs=frame.crs,
        villages=frame,
        source=Source(key="villages", path="v", sha256=""),
    )


def test_findings_are_on_the_map_and_the_list_flies_to_them(chromium, tmp_path, township):
    findings = [
        make_finding(
            "self_overlap",
            layer="fire",
            source_id=HOSTILE,
            measure=9,
            place=(500500, 3250500),
            other="B",
        ),
        make_finding("inner_gap", layer="fire", measure=5, place=(503500, 3251500)),
        make_finding("no_workload"),
    ]
    file = tmp_path / "findings.html"
    file.write_text(
        make_findings_html(
            findings,
            township,
            {"zh": {"fire": "消防救援"}, "en": {"fire": "Fire and rescue"}},
            "zh",
        ),
        "utf-8",
    )
    page = Meeting(chromium, file)
    assert page.page.locator(".remark").count() == 3
    assert page.page.locator("button.remark").count() == 2, "what has no place cannot be flown to"
    assert "消防救援" in page.text("#gm-findings") and HOSTILE in page.text("#gm-findings")
    page.page.click("button.remark >> nth=0")
    page.page.wait_for_selector(".leaflet-popup-content")
    assert "重叠" in page.text(".leaflet-popup-content") or "无人认领" in page.text(
        ".leaflet-popup-content"
    )
    page.page.click("#gm-language")
    assert "Fire and rescue" in page.text("#gm-findings")
    assert page.errors == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in page.requests)
    assert page.page.locator("img[src=x]").count() == 0
    page.page.close()
