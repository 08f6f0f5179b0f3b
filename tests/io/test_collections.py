"""Real and sick files that lie beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridmerge.config.project_file import read_project
from gridmerge.io import read_input
from tests.io.files import kinds, load

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not there")


def test_a_file_with_four_unclosed_rings_gives_the_other_eleven() -> None:
    raw = load(DATA / "cn_changsha_lianhuashan" / "LHSJTZSLine.json")
    assert len(raw.frame) == 11
    assert kinds(raw) == ["feature_unreadable"] * 4


def test_new_york_s_networks_topojson_without_a_crs_among_them() -> None:
    settings = read_project(DATA / "nyc")
    features = {
        spec.key: read_input(spec, settings.folder, spec.key).source for spec in settings.layers
    }
    assert features["elections"].driver == "TopoJSON"
    assert features["elections"].features == 5199
    assert features["fire"].crs == "EPSG:4326"  # by the project file
    assert features["hospital_planning_old"].crs == "EPSG:2263"
    villages = read_input(settings.villages, settings.folder, "villages").frame
    assert set(villages["BoroCD"]) == {501, 502, 503, 595}


def test_a_field_with_a_blank_in_its_name_is_kept() -> None:
    assert "na me" in load(DATA / "cn_townships" / "renshou_60_towns_wgs84.geojson").frame.columns
    assert len(load(DATA / "cn_townships" / "renshou.js").frame) == 60


def test_curves_measures_and_surfaces_become_plain_geometry() -> None:
    curves = load(DATA / "torture_pyfixtures" / "fiona" / "curves_line.csv").frame
    assert set(curves.geom_type) <= {"LineString", "MultiLineString"}
    surfaces = load(DATA / "torture_pyfixtures" / "fiona" / "test_tin.shp").frame
    assert len(surfaces) >= 1
    assert surfaces.geometry.notna().all()
