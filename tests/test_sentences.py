"""No sentence that a leader reads holds a raw float, a hash, a word of Python's or, in Chinese, an English word."""

from __future__ import annotations

import re
from math import ceil, floor

import numpy as np
import pandas as pd
import pytest
import shapely

from gridmerge.clean.attributes.spoilt_codes import quote_visibly
from gridmerge.clean.topology.polygons import in_words
from gridmerge.districting.diagnosis import round_limit
from gridmerge.findings import format_figure, load_kinds, make_finding
from gridmerge.i18n.text import Text

ODD = (0.30000000000000004, 1e-07, 1234567.891234, 1e22, float("nan"), float("inf"), -0.0, None, True, np.False_,
       np.float64(0.1) + 0.2, np.int64(7), np.nan, pd.NA, pd.NaT, [], ["甲", "乙"], ("a", None, 1.0000000001), np.array([1.5, 2.5]),
       Text("西河村", "Xihe"))  # fmt: skip
RAW = re.compile(
    r"\d\.\d{5,}|\d[eE][+-]?\d|\bnan\b|\bNaN\b|\binf\b|\bNone\b(?! of)|\bTrue\b|\bFalse\b|<NA>|NaT|np\.|array|dtype|Input should|(?=\d*[a-f])[0-9a-f]{12}\b"
    r"|\[['\"\d]|\['|\(\"|Text\("
)
# What is written so in a file or on a screen of the reader's: keys and files of the project, formats, systems, units.
ALLOWED = {
    "crs", "datum", "where", "control", "control_points", "encoding", "code", "unit", "min", "max", "path", "lon", "lat", "geometry",
    "kind", "role", "barrier", "villages", "layers", "workload", "grids", "staffing", "needs", "number", "target",
    "locks.csv", "links.csv", "by", "id", "name", "split", "headcount", "tolerance", "edits", "texts", "TIN", "N", "field_1", "field_2", "Excel", "CSV", "VCT", "DXF", "UTF-8", "GB18030", "GBK", "WGS84", "CGCS2000", "x", "y", "EPSG", "prj", "rank", "exclusive", "base",
}  # fmt: skip
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
BLANK = "甲"


def filled(code: str, value: object, measure: float | None = 3.0):
    return make_finding(
        code,
        layer="城管",
        source_id="7",
        measure=measure,
        **dict.fromkeys(load_kinds()[code].blanks, value),
    )


@pytest.mark.parametrize("code", load_kinds())
@pytest.mark.parametrize("value", ODD, ids=[str(number) for number in range(len(ODD))])
def test_no_value_shows_how_the_program_writes_it(code, value):
    measure = float(value) if isinstance(value, (int, float)) else None
    finding = filled(code, value, measure)
    for language in ("zh", "en"):
        sentence = finding.message(language)
        assert RAW.search(sentence) is None, sentence


def test_the_pattern_knows_what_it_is_to_find():
    raw = (
        "0.30000000000000004",
        "1e-07",
        "nan",
        "None",
        "True",
        "['a']",
        "[1, 2]",
        "f00123456789",
        "1a2b3c4d5e6f",
        "Input should be 1",
    )
    assert [text for text in raw if RAW.search(text) is None] == []
    assert RAW.search("51031110 的 0.25 公顷，EPSG:4544，12 个") is None


@pytest.mark.parametrize("code", load_kinds())
def test_no_english_word_stands_in_a_chinese_sentence(code):
    words = WORD.findall(re.sub(r'"[^"]*"|“[^”]*”', "", filled(code, BLANK).message("zh")))
    assert [word for word in words if word.strip(".") not in ALLOWED] == []


@pytest.mark.parametrize("code", load_kinds())
def test_no_chinese_word_stands_in_an_english_sentence(code):
    finding = make_finding(
        code,
        layer="fire",
        source_id="7",
        measure=3.0,
        **dict.fromkeys(load_kinds()[code].blanks, "x"),
    )
    outside = re.sub(r'"[^"]*"', "", finding.message("en"))
    assert re.search("[\u4e00-\u9fff，。；：（）]", outside) is None, outside


@pytest.mark.parametrize("code", load_kinds())
def test_no_sentence_names_a_piece_of_land_by_its_hash(code):
    assert "face" not in load_kinds()[code].blanks, (
        "a face has no name that a person knows; tell grid, village and place"
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1e-07, "0"), (0.0012, "0.0012"), (0.1 + 0.2, "0.3"), (12.345, "12.3"), (450.49, "450"), (1e6, "1000000"), (float("nan"), "—"),
     (float("-inf"), "—"), (0.0, "0"), (-2.25, "-2.2")],
)  # fmt: skip
def test_figures_are_written_for_people(value, expected):
    assert format_figure(value) == expected


@pytest.mark.parametrize("limit", [450.2, 99.91, 12.34, 1.04, 0.0123, 0.00456, 300.0, 7.0])
def test_a_limit_that_is_advised_lets_in_what_it_is_to_let_in(limit):
    assert float(format_figure(round_limit(limit, ceil))) >= limit - 1e-6
    assert float(format_figure(round_limit(limit, floor))) <= limit + 1e-6
    assert float(format_figure(round_limit(limit, ceil))) - limit < max(1.0, limit / 10)


def test_geometries_have_names_and_unseen_characters_numbers():
    shapes = [
        shapely.Point(0, 0),
        shapely.LineString([(0, 0), (1, 1)]),
        shapely.box(0, 0, 1, 1),
        shapely.MultiPoint([(0, 0)]),
    ]
    assert [in_words(shape).zh for shape in shapes] == ["点", "线", "面", "多点"]
    assert quote_visibly("P1\u200b") == "“P1[U+200B]”"
