"""The text of a code: one normal form, whatever a file's writer made of it; names stay as they are written."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmerge.tabular.cell_values import as_code, cell_text, code_text

CODES = {
    "plain": ("510311104201001001", "510311104201001001"),
    "long integer": (510311104201001001, "510311104201001001"),
    "longer than any machine integer": (510311104201001001510311104, "510311104201001001510311104"),
    "numpy integer": (np.int64(510311104201001001), "510311104201001001"),
    "whole double": (510302001001.0, "510302001001"),
    "double past exactness": (5.10311104201001e17, "510311104201001000"),
    "missing": (float("nan"), ""),
    "full-width digits": ("５１０３", "5103"),
    "full-width brackets": ("网格（1）", "网格(1)"),
    "byte-order mark": ("\ufeff5103", "5103"),
    "zero-width inside": ("51\u200b03\u200d", "5103"),
    "no-break blanks": ("\u00a05103\u3000", "5103"),
    "soft hyphen": ("CG\u00ad001", "CG001"),
    "marks of direction": ("\u202d5103\u202c\u200e", "5103"),
    "variation selector": ("网\ufe00格", "网格"),
    "point nought": ("510302001001.0", "510302001001"),
    "apostrophe": ("'0012", "0012"),
    "typographic apostrophe": ("’0012", "0012"),
    "formula of a text": ('="0012"', "0012"),
    "formula with typographic quotation marks": ("=“0012”", "0012"),
    "line break": ("510302\n001001", "510302001001"),
    "blanks inside": ("CG   001", "CG 001"),
    "tab before": ("\t0012", "0012"),
}
KEPT = [
    "007",
    "1e5",
    "12E3",
    "0x1F",
    "1_000",
    "NaN",
    "inf",
    "True",
    "1.10",
    "+5",
    "-1",
    "1,234",
    "A'1",
    "2024-01-02",
]


@pytest.mark.parametrize("case", CODES)
def test_a_code_has_one_normal_form(case: str) -> None:
    given_value, wanted = CODES[case]
    assert code_text(given_value) == wanted


@pytest.mark.parametrize("text", KEPT)
def test_text_that_looks_like_a_number_stays_text(text: str) -> None:
    assert code_text(text) == text
    assert as_code(pd.Series([text, None])).tolist() == [text, ""]


def test_point_nought_of_sections_is_kept() -> None:
    assert as_code(pd.Series(["1.0", "1.1", "1.2", "1.10"])).tolist() == [
        "1.0",
        "1.1",
        "1.2",
        "1.10",
    ]
    assert as_code(pd.Series(["1.0", "2.0", "3.0", "12.5"])).tolist() == ["1", "2", "3", "12.5"]


def test_names_stay_as_written() -> None:
    assert cell_text(" 网格（１） ") == "网格（１）"
    assert cell_text("\ufeff青山村\u200b") == "青山村"
    assert cell_text(12.0) == "12"


@given(st.text(max_size=12))
def test_the_normal_form_is_its_own(text: str) -> None:
    once = code_text(text)
    assert code_text(once) == once
