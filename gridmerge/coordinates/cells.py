"""One cell → one coordinate, or both: decimal, degrees and minutes, 度分秒, with hemispheres or names, in any marks.

What can be meant in two ways is not read: a caller tells it as a cell that could not be read, and nothing is guessed.
"""

from __future__ import annotations

import json
import math
import re
from typing import Literal

from gridmerge.i18n.text import flat_text

Axis = Literal["lon", "lat", ""]
Written = tuple[float, Axis]
Pair = tuple[float, float, bool]

# Marks of degrees, minutes and seconds that half-width forms would tear apart or leave as they are.
_MARKS = str.maketrans(
    {
        **dict.fromkeys("º˚∘゜◦度", "°"),
        **dict.fromkeys("′’‘´`ˊ＇ʹ分", "'"),
        **dict.fromkeys("″”“„＂ʺ秒", '"'),
    }
)
_LON_WORDS = ("东经", "西经", "东", "西", "经", "LONGITUDE", "LONG", "LON", "LNG", "E", "W")
_LAT_WORDS = ("北纬", "南纬", "北", "南", "纬", "LATITUDE", "LAT", "N", "S")
_BEHIND = ("西经", "西", "W", "南纬", "南", "S")  # what counts the other way
_WORD = "|".join((*_LON_WORDS, *_LAT_WORDS, "X", "Y"))
_LABELLED = re.compile(
    rf"(?P<before>{_WORD})?[\s:=]*(?P<body>[-+\d.][^A-Z\u4e00-\u9fff]*?)\s*(?P<after>{_WORD})?"
)
_DECIMAL = re.compile(r"[+-]?\d{1,9}(?:\.\d*)?\s*°?")
# as spreadsheets show it; without the sign it may be a code
_EXPONENT = re.compile(r"[+-]?\d\.\d+E[+-]\d{1,3}")
_METRES = re.compile(r"([+-]?\d{4,9}(?:\.\d*)?)\s*[M米]")
# three digits behind it would be thousands
_COMMA = re.compile(r"([+-]?\d{1,3}),(\d{1,2}|\d{4,})\s*°?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?|[+-]?\d{1,3},\d{3}\.\d+")
_MARKED = re.compile(
    r"""([+-]?)(\d{1,3})\s*°\s*(\d{1,2}(?:\.\d+)?)\s*'?\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:"|'')?)?"""
)
_PARTED = re.compile(r"""([+-]?)(\d{1,3})[-: ]\s*(\d{1,2})\s*[-: ']\s*(\d{1,2}(?:\.\d+)?)\s*"?""")
_DOTTED = re.compile(r"([+-]?)(\d{1,3})\.(\d{2})\.(\d{2}(?:\.\d+)?)")
_MINUTES = re.compile(r"([+-]?)(\d{1,3})[-: ]\s*(\d{1,2}\.\d+)\s*'?")
_PLACES = re.compile(r"POINT\s*(?:ZM?|M)?\s*\(([^()]*)\)")
_JSON_LON = ("lng", "lon", "long", "longitude", "x", "经度")
_JSON_LAT = ("lat", "latitude", "y", "纬度")
# How the two coordinates in one cell may be parted, tried in this order.
_PARTINGS = (
    re.compile(r"\s*[;、|/&]\s*"),
    re.compile(r"\s*,\s*"),
    re.compile(
        rf"[\s;,、|/]*(?<![A-Z\u4e00-\u9fff])(?={'|'.join(word for word in _WORD.split('|') if word not in 'EWNS')})"
    ),
    re.compile(r"\s+"),
    re.compile(r"(?<=[\d°'\".])\s*(?=[EWNS])"),
    re.compile(r"(?<=[EWNS])[\s;,、|/]*(?=[\d+-])"),
)


def parse_coordinate(cell: object) -> Written | None:
    """Read a cell that holds one coordinate.

    Returns
    -------
    (value, axis) or None
        Degrees (west and south negative) or whatever unit a plain number is in; ``lon`` or ``lat`` where the cell itself
        says which, else "". None where it is blank or cannot be read.

    Examples
    --------
    >>> coordinate("东经103°45′12.3″"), coordinate("29-33-36"), coordinate("约103")
    ((103.75341666666667, 'lon'), (29.56, ''), None)
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return (float(cell), "") if _in_reach(cell) else None
    return _parse_labelled(_normalize_cell(cell))


def parse_coordinate_pair(cell: object) -> Pair | None:
    """Read a cell that holds both coordinates.

    Returns
    -------
    (first, second, sure) or None
        Longitude and latitude where the cell says which is which (`sure`), else in the order they are written.

    Examples
    --------
    >>> pair("北纬29.5度，东经103.7度"), pair('{"lng": 103.7, "lat": 29.5}'), pair("29.5 103.7")
    ((103.7, 29.5, True), (103.7, 29.5, True), (29.5, 103.7, False))
    """
    raw = str(cell).strip()
    if raw.startswith("{") and (said := _of_json(raw)) is not None:
        return said
    text = _normalize_cell(cell)
    wkt = _PLACES.fullmatch(text)
    if wkt:
        text = wkt[1]
    elif re.fullmatch(r"\(.*\)|\[.*\]|\{.*\}", text):
        text = text[1:-1].strip()
    for parting in _PARTINGS:
        parts = [part for part in parting.split(text) if part]
        both = _parse_two_parts(parts)
        if both is not None:
            return both
    return _of_words(text.split())


def _parse_two_parts(parts: list[str]) -> Pair | None:
    """Read the two parts of a cell; a third that is a plain number is a height."""
    if len(parts) == 3 and _DECIMAL.fullmatch(parts[2]):
        parts = parts[:2]
    read = [_parse_labelled(part) for part in parts]
    if len(read) != 2 or read[0] is None or read[1] is None:
        return None
    return _order_pair(read[0], read[1])


def _order_pair(first: Written, second: Written) -> Pair | None:
    (one, axis), (other, its) = first, second
    if axis and axis == its:
        return None
    if axis == "lat" or its == "lon":
        return other, one, True
    return one, other, bool(axis or its)


def _of_words(words: list[str]) -> Pair | None:
    """Read degrees, minutes and seconds that only blanks part, of both coordinates: six numbers, with or without letters."""
    half = len(words) // 2
    if len(words) not in (6, 8):
        return None
    return _parse_two_parts([" ".join(words[:half]), " ".join(words[half:])])


def _of_json(text: str) -> Pair | None:
    try:
        data = json.loads(text if '"' in text else text.replace("'", '"'))
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    said = {str(key).lower(): value for key, value in data.items()}
    found = [
        next((said[key] for key in keys if key in said), None) for keys in (_JSON_LON, _JSON_LAT)
    ]
    read = [parse_coordinate(value) for value in found]
    return None if read[0] is None or read[1] is None else (read[0][0], read[1][0], "x" not in said)


def _normalize_cell(cell: object) -> str:
    text = flat_text(str(cell).translate(_MARKS)).upper().replace("−", "-")
    text = re.sub(r"\s+", " ", text).replace("''", '"')
    return text.replace("经°", "经").replace("纬°", "纬")  # 经度 and 纬度: no degrees


def _parse_labelled(text: str) -> Written | None:
    labelled = _LABELLED.fullmatch(text)
    if labelled is None:
        plain = _METRES.fullmatch(text) or _EXPONENT.fullmatch(text)
        return (float(plain[plain.lastindex or 0]), "") if plain else None
    words = [word for word in (labelled["before"], labelled["after"]) if word]
    axes = {_axis_of_word(word) for word in words} - {""}
    value = _parse_value(labelled["body"].strip())
    if value is None or len(axes) > 1:
        return None
    if any(word in _BEHIND for word in words):
        value = -abs(value)
    axis: Axis = axes.pop() if axes else ""
    return (value, axis) if _in_reach(value) and abs(value) <= _max_degrees(axis) else None


def _axis_of_word(word: str) -> Axis:
    return "lon" if word in _LON_WORDS else "lat" if word in _LAT_WORDS else ""


def _max_degrees(axis: Axis) -> float:
    return {"lon": 180.0, "lat": 90.0}.get(axis, math.inf)


def _parse_value(text: str) -> float | None:
    """The number that a body of digits and marks says."""
    if _DECIMAL.fullmatch(text):
        value = float(text.rstrip("° "))
        return None if text.endswith("°") and abs(value) > 180 else value
    comma = _COMMA.fullmatch(text)
    if comma:
        return float(f"{comma[1]}.{comma[2]}")
    if _THOUSANDS.fullmatch(text):
        return float(text.replace(",", ""))
    return _parse_sexagesimal(text)


def _parse_sexagesimal(text: str) -> float | None:
    tried = (form.fullmatch(text) for form in (_MARKED, _PARTED, _DOTTED, _MINUTES))
    form = next((one for one in tried if one), None)
    if form is None:
        return None
    sign, degrees, minute, *more = (part or "" for part in form.groups())
    second = more[0] if more else ""
    if (
        ("." in minute and second)
        or float(minute) >= 60
        or float(second or 0) > 60
        or int(degrees) > 180
    ):
        return None
    value = int(degrees) + float(minute) / 60 + float(second or 0) / 3600
    return -value if sign == "-" else value


def _in_reach(value: float) -> bool:
    """Whether a number can be a coordinate on earth in any unit: not infinite, not a mark for no data."""
    return math.isfinite(value) and abs(value) < MAX_COORDINATE_M


# metres: far beyond any projected coordinate, zone prefixes included (45 million and a half)
MAX_COORDINATE_M = 1e8
