"""What a cell says: a number only where it is one, and never another number than it says."""

import math

import numpy as np
import pandas as pd
import pytest

from gridmerge.tabular.cell_values import parse_number, parse_numbers, survives_as_number

SAID = {
    "0": 0, "12": 12, "-4": -4, "+5": 5, "1.50": 1.5, ".5": 0.5, "5.": 5, "1,234": 1234, "1，234，567.5": 1234567.5,
    "１２３": 123, " 7 ": 7, "\u200b8\ufeff": 8, "'300": 300, "1e3": 1000, "1.2E+03": 1200, "12 345": 12345,
}  # fmt: skip
NONE_SAID = [
    "", "-", "+", "—", "/", "无", "约300", "300户", "1,23", "12,34,567", "1_000", "nan", "inf", "-Infinity", "0x10",
    "E1", "1E", "1.2.3", "50%", "1-2", "三百", "1e999", "--5", ".", "1 2", "2024-05-12", "True", "#N/A", "१२ｘ",
]  # fmt: skip


@pytest.mark.parametrize("cell, value", SAID.items())
def test_a_cell_that_says_a_number(cell, value):
    assert parse_number(cell) == value


@pytest.mark.parametrize("cell", NONE_SAID)
def test_a_cell_that_says_none(cell):
    assert math.isnan(parse_number(cell))


@pytest.mark.parametrize(
    "cell", [None, True, np.bool_(False), float("inf"), -math.inf, pd.NA, pd.NaT, 10**400]
)
def test_what_no_cell_of_text_is(cell):
    assert math.isnan(parse_number(cell))


def test_a_column_is_its_cells():
    cells = [*SAID, *NONE_SAID]
    assert parse_numbers(pd.Series(cells, dtype=object)).equals(
        pd.Series([parse_number(cell) for cell in cells])
    )
    assert parse_numbers(pd.Series([1.0, np.inf, np.nan])).isna().tolist() == [False, True, True]
    assert parse_numbers(pd.Series([True, False])).isna().all()


@pytest.mark.parametrize("text", ["0", "7", "-12", "103.76", "0.5", "-0.25", "999999999999999"])
def test_a_text_that_may_become_a_number(text):
    assert survives_as_number(text)
    assert f"{float(text):.15g}" == text


@pytest.mark.parametrize(
    "text",
    [
        "-",
        "+",
        "",
        "E1",
        "1E2",
        "+5",
        "007",
        "1.10",
        "1.0",
        "-0",
        ".5",
        "5.",
        "1e5",
        "1,234",
        "１",
        "1" * 16,
    ],
)
def test_a_text_that_stays_text(text):
    assert not survives_as_number(text)
