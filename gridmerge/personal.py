"""What counts as a resident's ID number: one rule for what is dropped on load, struck from text, and looked for at the end."""

from __future__ import annotations

import re

_SHAPE = re.compile(
    r"(?<!\d)(?<!\d\.)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
_CHECKS = "10X98765432"
_NARROW = {ord("０") + digit: ord("0") + digit for digit in range(10)} | {ord("Ｘ"): ord("X"), ord("ｘ"): ord("x")}


def id_numbers(text: str) -> list[str]:
    """Return the 18-digit ID numbers that stand in a text, in half-width digits.

    A number with an area, a day of birth and the right check digit is one. So is one with a wrong check digit
    whose owner was born before 2000: people mistype theirs. From 2000 on the check digit must be right, for there the
    codes of grids begin to look like birthdays (township 201 of a county, village 001: January 2010).
    """
    return [hit.group() for hit in _hits(text)]


def holds_id_number(text: str) -> bool:
    """Whether a text holds an ID number; see `id_numbers`."""
    return bool(_hits(text))


def strike_id_numbers(text: str, instead: str = "******") -> str:
    """Put `instead` for every ID number in a text; all else stays as it is, full-width digits too."""
    for hit in reversed(_hits(text)):
        text = text[: hit.start()] + instead + text[hit.end() :]
    return text


def _hits(text: str) -> list[re.Match[str]]:
    narrow = text.translate(_NARROW)  # one character for one: places in it are places in the text
    return [hit for hit in _SHAPE.finditer(narrow) if _is_a_person(hit.group())]


def _is_a_person(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return number[6:8] != "20" or _CHECKS[total % 11] == number[17].upper()
