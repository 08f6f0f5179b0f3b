"""ID numbers are told from codes: by a day of birth and the check digit of GB 11643."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmerge.personal import holds_id_number, id_numbers, strike_id_numbers

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def check_digit(number: str) -> str:
    """The last character of an ID number."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=True)) % 11]


@given(
    st.integers(100000, 999999),
    st.dates(date(1900, 1, 1), date(2026, 12, 31)),
    st.integers(0, 999),
    st.text("，；。) 号", max_size=5),
)
def test_no_id_number_survives(area, born, order, around):
    number = f"{area}{born:%Y%m%d}{order:03d}"
    whole = number + check_digit(number).lower()
    assert strike_id_numbers(f"{around}{whole}{around}") == f"{around}******{around}"
    wrong = number + next(c for c in "0123456789" if c != check_digit(number))
    assert holds_id_number(wrong) is (born.year < 2000), "mistyped by a person, or a code that looks like a birthday"


def test_full_width_digits_are_read_and_the_rest_is_left_as_written():
    number = "11010519491231002X"
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    assert strike_id_numbers(f"１号网格 {wide}") == "１号网格 ******"
    assert id_numbers(f"{wide}、{number}") == [number, number]


@pytest.mark.parametrize(
    "text",
    [
        "510311104201001",
        "510302001001001001",
        "110105194912310021234",
        "104.11010519491231002X",
        "11010519491331002X",
        "2026-11-21",
    ],
)
def test_codes_coordinates_and_days_are_no_id_numbers(text):
    assert not holds_id_number(text)
    assert strike_id_numbers(text) == text
