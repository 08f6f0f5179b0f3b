"""What counts as personal: ID numbers, bank cards and phones, in whatever way people write them.

One home for what is struck on load, masked in every product, and looked for at the end. A number is told by its digits, by how
they are grouped and by the characters between them; text around it does not matter. Nothing here knows a column or a file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate, pairwise
from typing import Literal, NamedTuple

REDACTED = "******"  # what stands where an ID number or a bank card stood

_DIGITS = "0123456789"
# One character for one, so that places in the plain text are places in what was written.
_SETS = (
    "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "⓪①②③④⑤⑥⑦⑧⑨", "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉",
    *("".join(chr(0x1D7CE + ten + digit) for digit in range(10)) for ten in range(0, 50, 10)),
)  # fmt: skip
_NARROW = str.maketrans(
    "".join(_SETS) + "Ｘｘ×ХхＥｅ＋．。｡（）【】", _DIGITS * len(_SETS) + "XxXXxEe+...()[]"
)
_CHINESE = str.maketrans("〇零○一二三四五六七八九幺", "0001234567891")
_SPELLED = re.compile(
    r"(?:{0}{{17}}(?:{0}|X|x)|{0}{{15}}|{0}{{11}})(?!{0}|[Xx])".format(
        "[〇零○一二三四五六七八九幺]"
    )
)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
# What people put between the digits of one number. Not the comma, 、 ; or /, which stand between two.
_BETWEEN = r"[\s.\-‐-―−﹣－·•・_()\[\]]"
_RUN = re.compile(rf"\d(?:{_BETWEEN}{{0,3}}\d){{6,}}(?:{_BETWEEN}{{0,3}}[Xx](?![0-9A-Za-z]))?")
_GROUP = re.compile(r"\d+[Xx]?|[Xx]")
# sha256, ids of faces, well-known binary
_FINGERPRINT = re.compile(
    r"(?<![0-9A-Za-z])(?=(?:\d*[a-fA-F]){2})(?:[0-9a-f]{16,}|[0-9A-F]{24,})(?![0-9A-Za-z])"
)
# a number as Excel shows it
_SCIENTIFIC = re.compile(r"(?<![\d.])([1-9])\.(\d{8,17})[eE]\+?(10|14|17)(?!\d)")
_POINT_NOUGHT = re.compile(r"\.0+(?!\d)")

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
_CHECKS = "10X98765432"
_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_ID_GROUPS = frozenset(
    {
        (18,),
        (6, 8, 4),
        (6, 4, 2, 2, 4),
        (6, 4, 4, 4),
        (6, 12),
        (14, 4),
        (6, 8, 3, 1),
        (17, 1),
        (3, 3, 8, 4),
    }
)
# Old numbers have no check digit, and codes of grids have fifteen digits too: towns are numbered 100 to 399, so their codes
# seem born before 1940. Who was born earlier is told by what is written before the number.
_OLD_SINCE = 40
_OF_A_PERSON = re.compile(r"(?:身份|证件|证号|证|[iI][dD])\D{0,6}$")
_OF_A_THING = re.compile(
    r"(?:编码|代码|编号|注册号|税号|执照|网格(?![员长])|单元|code|grid)\D{0,4}$", re.I
)
# Which lengths the cards of an issuer have, by their first digits: UnionPay, Visa, MasterCard, JCB.
_CARDS = re.compile(
    r"(?=.{16,19}$)(?:62|60|95|6[58])\d+|4\d{15}|5[1-5]\d{14}|35(?:2[89]|[3-8]\d)\d{12}"
)
_CARD_SIZES = range(16, 20)

_MOBILE = re.compile(r"((?:00)?86|0)?(1[3-9]\d{9})")
_MOBILE_GROUPS = frozenset(
    {(11,), (3, 4, 4), (4, 4, 3), (4, 3, 4), (3, 3, 5), (3, 5, 3), (3, 8), (7, 4), (4, 7)}
)
_LANDLINE = re.compile(r"(?:(?:00)?86)?0?(10|2\d|[3-9]\d\d)([1-9]\d{6,7})")
_HOTLINE = re.compile(r"([48]00)(\d{3})(\d{4})")
_HOTLINE_GROUPS = frozenset({(3, 3, 4), (3, 4, 3), (3, 7), (4, 3, 3)})
_LOCAL = re.compile(r"(?:电话|座机|固话|热线|联系方式|(?:tel|phone)[.:：])[\s:：]{0,3}$", re.I)
# How many first digits numbers have in common that count something, and how many such numbers there are at least.
_COUNTED, _FEW = 8, 3
_SHORTEST = 7  # digits of a phone without its area
_BEFORE = 12  # characters in front of a number that may say what it is

Sort = Literal["id", "card", "phone"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A personal number in a text.

    Parameters
    ----------
    start, end
        Where it stands.
    sort
        What it is.
    number
        Its digits without anything between them; a phone without the country's code, a landline as ``0813-1234567``.
    """

    start: int
    end: int
    sort: Sort
    number: str


class _Groups(NamedTuple):
    """Some neighbouring groups of digits of a run."""

    digits: str
    sizes: tuple[int, ...]
    gaps: tuple[str, ...]
    before: str
    ends: bool


def find_personal_numbers(text: str) -> list[Hit]:
    """Return the ID numbers, bank cards and phones that stand in a text, from left to right.

    Full-width and other digits, invisible characters, spaces, hyphens, dots and brackets between the digits make no
    difference. Decimals, coordinates, dates and codes are none.
    """
    if len(text) < _SHORTEST:  # most cells of most columns
        return []
    plain, places = _normalize_digits(text)
    hits = sorted([*_in_runs(plain), *_find_scientific(plain)], key=lambda hit: hit.start)
    if places is None:
        return hits
    return [replace(hit, start=places[hit.start], end=places[hit.end - 1] + 1) for hit in hits]


def find_id_numbers(text: str) -> list[str]:
    """Return the ID numbers that stand in a text, in half-width digits with nothing between them.

    A number of 18 digits with an area, a day of birth and the right check digit is one. So is one with a wrong check digit
    whose owner was born before 2000: people mistype theirs. From 2000 on the check digit must be right, for there the
    codes of grids begin to look like birthdays (township 201 of a county, village 001: January 2010). A number of 15 digits
    with a province and a day of birth from 1940 to 1999 is one.
    """
    return [hit.number for hit in find_personal_numbers(text) if hit.sort == "id"]


def holds_id_number(text: str) -> bool:
    """Whether a text holds an ID number; see `find_id_numbers`."""
    return bool(find_id_numbers(text))


def find_phones(text: str) -> list[str]:
    """Return the phone numbers that stand in a text; see `Hit`."""
    return [hit.number for hit in find_personal_numbers(text) if hit.sort == "phone"]


def strike_id_numbers(text: str, instead: str = REDACTED) -> str:
    """Put `instead` for every ID number and bank card in a text; all else stays as it is, full-width digits too."""
    return replace_hits(
        text, [(hit, instead) for hit in find_personal_numbers(text) if hit.sort != "phone"]
    )


def scrub_text(text: str) -> str:
    """Strike ID numbers and bank cards from a text, and mask its phones: ``138****0001``, ``0813-***4567``."""
    return replace_hits(
        text,
        [
            (hit, _mask_phone(hit.number) if hit.sort == "phone" else REDACTED)
            for hit in find_personal_numbers(text)
        ],
    )


def scrub_codes(texts: Iterable[str], own: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the codes that are or hold phones, and what may be shown instead; different codes stay different.

    Parameters
    ----------
    texts
        The codes of one column. Numbers of which most have their first eight digits in common count something: they are
        codes, as phones of one town are not.
    own
        Beginnings of the codes of this place: what begins so is a code (townships of Hebei begin with 13).
    """
    found = {
        text: [hit for hit in find_personal_numbers(text) if hit.sort == "phone"]
        for text in sorted(set(texts))
    }
    found = {
        text: hits for text, hits in found.items() if hits and not text.startswith(own or ("#",))
    }
    numbers = {hits[0].number for hits in found.values()}
    starts = Counter(number[:_COUNTED] for number in numbers)
    most = max(starts, key=lambda start: (starts[start], start), default="")
    shown: dict[str, str] = {}
    for text, hits in found.items():
        if (
            starts[most] >= _FEW
            and 2 * starts[most] > len(numbers)
            and hits[0].number.startswith(most)
        ):
            continue
        masked, count = scrub_text(text), 1
        while masked in shown.values():
            count += 1
            masked = f"{scrub_text(text)}-{count}"
        shown[text] = masked
    return shown


def replace_hits(text: str, hits: Sequence[tuple[Hit, str]]) -> str:
    """Return the text with something else where numbers of it stand; they come from left to right."""
    for hit, instead in reversed(hits):
        text = text[: hit.start] + instead + text[hit.end :]
    return text


def _mask_phone(phone: str) -> str:
    area, dash, local = phone.rpartition("-")
    if not dash and len(local) == 11:
        return f"{local[:3]}****{local[-4:]}"
    return f"{area}{dash}{'*' * (len(local) - 4)}{local[-4:]}"


def _normalize_digits(text: str) -> tuple[str, list[int] | None]:
    """Return the text in half-width digits without what cannot be seen, and where its characters stood (None: there)."""
    if not text.isascii():
        text = _SPELLED.sub(
            lambda spelled: spelled.group().translate(_CHINESE), text.translate(_NARROW)
        )
    text = _FINGERPRINT.sub(lambda print_: "#" * len(print_.group()), text)
    if text.isascii() or not _INVISIBLE.search(text):
        return text, None
    places = [place for place, character in enumerate(text) if not _INVISIBLE.match(character)]
    return "".join(text[place] for place in places), places


def _in_runs(plain: str) -> Iterator[Hit]:
    for run in _RUN.finditer(plain):
        groups = list(_GROUP.finditer(plain, run.start(), run.end()))
        first = 0
        while first < len(groups):
            hit, first = _hit_from_group(plain, groups, first)
            if hit is not None:
                yield hit


def _hit_from_group(
    plain: str, groups: Sequence[re.Match[str]], first: int
) -> tuple[Hit | None, int]:
    """Return what begins at a group, and the group after it."""
    start, count = groups[first].start(), 0
    local: tuple[Hit | None, int] = (None, first + 1)
    if start > 1 and plain[start - 1] == "." and plain[start - 2].isdigit():
        return local  # decimals
    for last in range(first, len(groups)):
        count += groups[last].end() - groups[last].start()
        if count > _CARD_SIZES.stop:
            break
        taken = _join_groups(plain, groups, first, last)
        found = _classify_number(taken)
        if found is not None:
            return Hit(*_extend_span(plain, start, groups[last].end(), taken), *found), last + 1
        if _is_local(taken):
            local = Hit(start, groups[last].end(), "phone", taken.digits), last + 1
    return local


def _extend_span(plain: str, start: int, end: int, taken: _Groups) -> tuple[int, int]:
    """Take in what belongs to a number on both sides: a plus, a bracket closed inside, the .0 of what was a float once."""
    start -= plain[start - 1 : start] == "+"
    start -= plain[start - 1 : start] == "(" and ")" in "".join(taken.gaps)
    nought = _POINT_NOUGHT.match(plain, end)
    return start, nought.end() if nought else end


def _join_groups(plain: str, groups: Sequence[re.Match[str]], first: int, last: int) -> _Groups:
    taken = groups[first : last + 1]
    start, end = taken[0].start(), taken[-1].end()
    digits = "".join(group.group() for group in taken)
    if plain[end : end + 1].isascii() and plain[end : end + 1].isalpha():
        digits += "?"  # a letter follows: only a right check digit speaks for a person
    return _Groups(
        digits=digits,
        sizes=tuple(len(group.group()) for group in taken),
        gaps=tuple(plain[one.end() : other.start()] for one, other in pairwise(taken)),
        before=plain[max(start - _BEFORE, 0) : start],
        ends=last == len(groups) - 1,
    )


def _classify_number(groups: _Groups) -> tuple[Sort, str] | None:
    """Say what some groups of digits are, if they are personal."""
    digits = groups.digits.removesuffix("?")
    if _is_id(groups, digits):
        return "id", digits.upper()
    if _is_card(groups, digits):
        return "card", digits
    phone = (
        _match_mobile(groups, digits)
        or _match_landline(groups, digits)
        or _match_hotline(groups, digits)
    )
    return None if phone is None else ("phone", phone)


def _is_id(groups: _Groups, digits: str) -> bool:
    if len(digits) == 18 and digits[:17].isdigit():
        return _is_new_id(groups, digits)
    return len(digits) == 15 and digits.isdigit() and _is_old_id(groups, digits)


def _is_new_id(groups: _Groups, digits: str) -> bool:
    if digits[6:8] not in ("18", "19", "20") or _parse_day(digits[6:10], digits[10:14]) is None:
        return False
    right = has_check_digit(digits)
    if len(groups.sizes) == 1:
        return right or (digits[6:8] != "20" and groups.digits == digits)
    if not _is_evenly_spaced(groups) or not _PROVINCES.match(digits):
        return False
    return right or (digits[6:8] != "20" and groups.sizes in _ID_GROUPS)


def _is_old_id(groups: _Groups, digits: str) -> bool:
    if (
        not _PROVINCES.match(digits)
        or _parse_day("19" + digits[6:8], digits[8:12]) is None
        or groups.digits != digits
    ):
        return False
    if len(groups.sizes) > 1 and not (
        groups.sizes in ((6, 6, 3), (6, 2, 2, 2, 3), (6, 9)) and _is_evenly_spaced(groups)
    ):
        return False
    return _old_enough(digits, groups.before)


def _old_enough(digits: str, before: str) -> bool:
    """Whether fifteen digits are a person's rather than a grid's, by the year of birth and what is written before them."""
    if _OF_A_PERSON.search(before):
        return True
    return int(digits[6:8]) >= _OLD_SINCE and not _OF_A_THING.search(before)


def has_check_digit(number: str) -> bool:
    """Whether a number of 18 digits ends in the check digit of GB 11643; one of eleven does by chance."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return number[17:].upper() == _CHECKS[total % 11]


def _parse_day(year: str, month_day: str) -> date | None:
    try:
        return date(int(year), int(month_day[:2]), int(month_day[2:]))
    except ValueError:
        return None


def _is_card(groups: _Groups, digits: str) -> bool:
    if len(digits) not in _CARD_SIZES or not digits.isdigit() or not _CARDS.fullmatch(digits):
        return False
    return passes_luhn(digits) and (len(groups.sizes) == 1 or _is_evenly_spaced(groups))


def passes_luhn(number: str) -> bool:
    """Whether a number has the check digit of bank cards; one of ten passes by chance."""
    digits = [int(char) for char in reversed(number)]
    doubled = [
        digit if i % 2 == 0 else digit * 2 - 9 * (digit > 4) for i, digit in enumerate(digits)
    ]
    return sum(doubled) % 10 == 0 and len(set(digits)) > 1


def _match_mobile(groups: _Groups, digits: str) -> str | None:
    match = _MOBILE.fullmatch(digits)
    if match is None:
        return None
    sizes, gaps = _without_prefix(groups, len(match[1] or ""))
    if match[1] == "0" and _is_decimal(groups.gaps):
        return None  # 0.139
    if sizes not in _MOBILE_GROUPS and not (groups.ends and _is_regular_grouping(sizes, gaps)):
        return None
    return None if _is_decimal(gaps) else match[2]


def _without_prefix(groups: _Groups, length: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The groups after the country's code, whether it stands apart or not."""
    sizes, gaps = list(groups.sizes), list(groups.gaps)
    while length and sizes[0] <= length:
        length -= sizes.pop(0)
        gaps = gaps[1:]
    sizes[0] -= length
    return tuple(sizes), tuple(gaps)


def _is_regular_grouping(sizes: tuple[int, ...], gaps: tuple[str, ...]) -> bool:
    """Whether the groups are all of one size but the first or the last, with one thing between all."""
    if len(sizes) < 3:
        return len(sizes) == 2 and not gaps[0].strip()
    return len({gap.strip() for gap in gaps}) == 1 and (
        len(set(sizes[1:])) == 1 or len(set(sizes[:-1])) == 1
    )


def _match_landline(groups: _Groups, digits: str) -> str | None:
    match = _LANDLINE.fullmatch(digits)
    if (
        match is None
        or not (digits[0] == "0" or digits[:2] == "86")
        or _is_decimal(groups.gaps[1:], groups.gaps[:1])
    ):
        return None
    number = f"0{match[1]}-{match[2]}"
    if len(groups.sizes) == 1:
        return number if len(digits) > 10 else None
    ends = list(accumulate(groups.sizes))
    local = groups.sizes[ends.index(match.start(2)) + 1 :] if match.start(2) in ends else ()
    return number if len(local) in (1, 2) and min(local) > 2 else None


def _match_hotline(groups: _Groups, digits: str) -> str | None:
    match = _HOTLINE.fullmatch(digits)
    dashed = groups.sizes in _HOTLINE_GROUPS and not _is_decimal(groups.gaps)
    return f"{match[1]}-{match[2]}{match[3]}" if match and dashed else None


def _is_local(groups: _Groups) -> bool:
    """Whether it is a number without its area: where the text says that it is a phone."""
    said = len(groups.digits) in (7, 8) and groups.digits.isdigit() and len(groups.sizes) < 3
    return said and _LOCAL.search(groups.before) is not None


def _is_evenly_spaced(groups: _Groups) -> bool:
    """Whether the same stands between all groups, as nobody writes two numbers; one point makes decimals."""
    gaps = {gap.strip() for gap in groups.gaps if gap}
    return len(gaps) <= 1 + (groups.sizes in _ID_GROUPS) and not _is_decimal(groups.gaps)


def _is_decimal(gaps: tuple[str, ...], before: tuple[str, ...] = ()) -> bool:
    """Whether a point between two groups makes them one number with decimals; where there are more, they divide."""
    return gaps.count(".") == 1 and "." not in before


def _find_scientific(plain: str) -> Iterator[Hit]:
    """Numbers that a spreadsheet turned into 5.10302199001011E+17: shortened, and still somebody's birthday."""
    for match in _SCIENTIFIC.finditer(plain):
        digits, power = match[1] + match[2], int(match[3])
        born = _PROVINCES.match(digits) and (
            digits[6:8] in ("18", "19", "20")
            and (len(digits) < 14 or _parse_day(digits[6:10], digits[10:14]))
            if power == 17
            else _old_enough(digits, plain[max(match.start() - _BEFORE, 0) : match.start()])
            and _parse_day("19" + digits[6:8], digits[8:12].ljust(4, "1"))
        )
        if power == 10 and _MOBILE.fullmatch(digits[:11]):
            yield Hit(match.start(), match.end(), "phone", digits[:11])
        elif power > 10 and born:
            yield Hit(match.start(), match.end(), "id", digits)
