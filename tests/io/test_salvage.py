"""One broken feature costs only itself, and what is written but cannot be read is counted: KML and GML."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridmerge.errors import InputError
from gridmerge.tabular.cell_values import as_code
from tests.io.files import CODES, NAMES, assert_is_truth, kinds, load, write
from tests.io.test_drawings import TABLES, kml

MARK = ("<Placemark>", "</Placemark>")


@pytest.mark.parametrize(
    ("old", "new", "left", "said"),
    [
        (
            "<Placemark>",
            "<Placemxrk>",
            3,
            ["features_missing"],
        ),  # not well-formed: a start tag renamed
        (
            "</Placemark>",
            "</Placemxrk>",
            2,
            ["feature_unreadable", "features_missing"],
        ),  # two look like one
        ("<Polygon>", "<Polygon<", 3, ["feature_unreadable"]),
    ],
)
def test_a_kml_with_a_broken_tag(
    tmp_path: Path, old: str, new: str, left: int, said: list[str]
) -> None:
    (tmp_path / "a.kml").write_text(
        kml(TABLES).replace("{}", "UTF-8", 1).replace(old, new, 1), "utf-8"
    )
    raw = load(tmp_path / "a.kml")
    assert len(raw.frame) == left
    assert kinds(raw) == said


def test_a_shape_outside_of_any_placemark_is_counted(tmp_path: Path) -> None:
    text = kml(TABLES).replace("{}", "UTF-8", 1)
    for mark in MARK:
        text = text.replace(mark, mark.replace("Placemark", "Place"), 1)
    (tmp_path / "a.kml").write_text(text, "utf-8")
    raw = load(tmp_path / "a.kml")
    assert raw.frame["name"].tolist() == NAMES[1:]
    (finding,) = raw.findings
    assert finding.message("zh") == "k：a.kml 中写有 4 个要素，只读出 3 个，有 1 个找不到。"


def gml(tmp_path: Path) -> str:
    return write(tmp_path / "good.gml", "GML").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "left", "said"),
    [
        ("</ogr:code>", "</ogr:cod>", 3, ["feature_unreadable"]),
        ("<gml:posList>", "<gml:posList>甲 ", 3, ["feature_unreadable"]),
        ("<ogr:featureMember>", "<ogr:featureMxmber>", 3, ["features_missing"]),
        (
            "</ogr:featureMember>",
            "</ogr:featureMxmber>",
            2,
            ["feature_unreadable", "features_missing"],
        ),
    ],
)
def test_a_gml_with_a_broken_member(
    tmp_path: Path, old: str, new: str, left: int, said: list[str]
) -> None:
    (tmp_path / "a.gml").write_text(gml(tmp_path).replace(old, new, 1), "utf-8")
    raw = load(tmp_path / "a.gml", id="code")
    assert len(raw.frame) == left
    assert set(as_code(raw.frame["code"])) < set(CODES)
    assert kinds(raw) == said


def test_a_gml_member_of_an_unknown_name_is_counted(tmp_path: Path) -> None:
    text = gml(tmp_path)
    assert_is_truth(load(tmp_path / "good.gml"))
    (tmp_path / "a.gml").write_text(
        text.replace("ogr:featureMember>", "ogr:featureMxmber>", 2), "utf-8"
    )
    raw = load(tmp_path / "a.gml")
    assert (len(raw.frame), kinds(raw)) == (3, ["features_missing"])


@pytest.mark.parametrize("share", [0.4, 0.9])
def test_a_gml_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    text = gml(tmp_path)
    (tmp_path / "a.gml").write_text(text[: int(share * len(text))], "utf-8")
    with pytest.raises(InputError, match="the XML is broken at line"):
        load(tmp_path / "a.gml")
