"""Phones are masked and ID numbers go, however people write them; codes that only look alike stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmerge.products.masking import contacts_for, mask_name, mask_phone, scrub_text


@pytest.mark.parametrize(
    "phone",
    [
        "13800010001",
        "138 0001 0001",
        "138-0001-0001",
        "+86 138 0001 0001",
        "8613800010001",
        "１３８０００１０００１",
        " 13800010001 ",
    ],
)
def test_a_mobile_number_keeps_its_first_three_and_last_four(phone):
    assert mask_phone(phone) == "138****0001"


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("0813-8201234", "0813-***1234"),
        ("010-62345678", "010-****5678"),
        ("8201234", "****34"),
        ("12", "****"),
        ("", ""),
    ],
)
def test_other_numbers_keep_less_than_they_hide(phone, shown):
    assert mask_phone(phone) == shown


def test_the_project_decides():
    assert mask_phone("13800010001", "full") == "13800010001"
    assert mask_phone("13800010001", "none") == ""


@pytest.mark.parametrize(
    ("audience", "shown"),
    [
        ("platform", {"full": "full", "masked": "masked", "none": "none"}),
        ("meeting", {"full": "masked", "masked": "masked", "none": "none"}),
        ("public", {"full": "none", "masked": "none", "none": "none"}),
    ],
)
def test_whole_phones_are_for_the_platform_alone(audience, shown):
    assert {contacts: contacts_for(audience, contacts) for contacts in shown} == shown


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.text("张三，：:/() ", max_size=5),
    st.text("，；。) ", max_size=5),
)
def test_no_mobile_number_survives_in_free_text(phone, before, after):
    assert phone not in scrub_text(f"{before}{phone}{after}")
    assert scrub_text(scrub_text(f"{before}{phone}{after}")) == scrub_text(
        f"{before}{phone}{after}"
    )


@pytest.mark.parametrize(
    "text",
    ["510311104201001", "510311104201", "１号网格", "2026-11-21", "B00013812", "面积13812.5"],
)
def test_codes_and_names_stay_as_they_are(text):
    assert scrub_text(text) == text


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王小明", "王某某"), ("李四", "李某"), ("欧阳小明明", "欧某某"), ("A", "A"), ("", "")],
)
def test_a_name_for_the_public_keeps_its_first_character(name, shown):
    assert mask_name(name) == shown
