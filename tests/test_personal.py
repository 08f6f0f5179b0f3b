"""ID numbers are told from codes: by a day of birth and the check digit of GB 11643."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmerge.privacy.patterns import (
    find_id_numbers,
    find_personal_numbers,
    find_phones,
    holds_id_number,
    scrub_text,
    strike_id_numbers,
)
from tests.ways import AROUND, IDS, LOOKALIKES, PHONES, SEVERAL, bare

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def check_digit(number: str) -> str:
    """The last character of an ID number."""
    return "10X98765432"[
        sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=True)) % 11
    ]


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
    assert holds_id_number(wrong) is (born.year < 2000), (
        "mistyped by a person, or a code that looks like a birthday"
    )


def test_full_width_digits_are_read_and_the_rest_is_left_as_written():
    number = "11010519491231002X"
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    assert strike_id_numbers(f"１号网格 {wide}") == "１号网格 ******"
    assert find_id_numbers(f"{wide}、{number}") == [number, number]


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


@pytest.mark.parametrize(("written", "digits"), IDS)
def test_an_id_number_or_a_card_is_struck_however_it_is_written(written, digits):
    for around in AROUND:
        before, after = around.split("{}")
        assert scrub_text(around.format(written)) == f"{before}******{after}"
        assert strike_id_numbers(around.format(written)) == f"{before}******{after}"


@pytest.mark.parametrize(("written", "digits"), PHONES)
def test_a_phone_is_masked_however_it_is_written(written, digits):
    for around in AROUND:
        text = around.format(written)
        assert [number.replace("-", "") for number in find_phones(text)] == [digits], text
        assert digits not in bare(scrub_text(text))
        assert digits[-4:] in scrub_text(text), (
            "its last digits stay, for who has the number to see which it is"
        )
        assert strike_id_numbers(text) == text


@pytest.mark.parametrize(("written", "numbers"), SEVERAL)
def test_every_number_of_a_cell_is_found(written, numbers):
    assert not [number for number in numbers if number in bare(scrub_text(written))]


def test_the_table_is_as_long_as_was_asked():
    assert len(IDS) + len(PHONES) >= 60
    assert len(LOOKALIKES) >= 40


@pytest.mark.parametrize("text", LOOKALIKES)
def test_what_looks_alike_stays(text):
    assert scrub_text(text) == text
    assert scrub_text(f"东山村 {text}") == f"东山村 {text}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("组长 (0813) 123-4567 转 8001", "组长 0813-***4567 转 8001"),
        ("+86 (139) 1111-5555", "139****5555"),
        ("张三:139.1111.5555,李四:138 2222 4444", "张三:139****5555,李四:138****4444"),
        ("１号网格 139 1111 5555", "１号网格 139****5555"),
    ],
)
def test_what_stands_around_a_phone_stays_as_written(text, shown):
    assert scrub_text(text) == shown
    assert scrub_text(shown) == shown


def test_fingerprints_of_files_and_faces_hold_nothing():
    assert not find_personal_numbers("sha256: " + "ab13911115555cd4110105199412310020ef" * 2)


@given(st.text("0123456789 -.xX张：(+", max_size=60))
def test_what_was_scrubbed_once_holds_nothing_more(text):
    assert not find_personal_numbers(scrub_text(text)) or scrub_text(
        scrub_text(text)
    ) != scrub_text(text)


@pytest.mark.parametrize(
    "code", ["5.10302001001001E+14", "5.11304100201001E+14", "5.10302001012003e+14"]
)
def test_codes_of_grids_in_scientific_notation_are_nobodys_number(code):
    assert find_personal_numbers(code) == []
    assert find_id_numbers(f"身份证 {code}") != []


def test_an_old_number_in_scientific_notation_is_one():
    assert find_id_numbers("5.10302640304123E+14") == ["510302640304123"]
