"""field_names.toml: which column of a file plays which part, told by its name."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources

_ORNAMENT = re.compile(r"[（(【\[].*?[)）】\]]|[\s_*＊.\-/、:：]+")


def normalize_name(text: str) -> str:
    """Return a name without case, full-width forms, spaces, underscores, stars and what stands in brackets."""
    flat = unicodedata.normalize("NFKC", text).casefold()
    return _ORNAMENT.sub("", flat) or flat.strip()


def find_field(columns: Iterable[str], part: str) -> str | None:
    """Return the column whose name says that it plays a part, or None.

    Parameters
    ----------
    columns
        Names as in the file.
    part
        A table of field_names.toml: ``id``, ``name``, ``holder``, ``village_code`` ...

    Examples
    --------
    >>> find_field(["OBJECTID", "*网格编码（必填）", "网格名称"], "id")
    '*网格编码（必填）'
    """
    names = {normalize_name(column): column for column in reversed(list(columns))}
    known = _load_fields()[part]
    for name in known["whole"]:
        if name in names:
            return names[name]
    for name in known["part"]:
        containing = [given for given in names if name in given]
        if containing:
            return names[_most_specific(containing, name)]
    return None


def _most_specific(given: Sequence[str], name: str) -> str:
    """The column name that ends with `name`, else the shortest that contains it."""
    return min(given, key=lambda column: (not column.endswith(name), len(column), column))


def near_names(wanted: str, columns: Sequence[str]) -> list[str]:
    """Return up to three column names that resemble `wanted`, best first."""
    by_plain = {normalize_name(column): column for column in columns}
    plain = normalize_name(wanted)
    matches = difflib.get_close_matches(plain, list(by_plain), n=3, cutoff=0.5)
    return [by_plain[name] for name in matches]


@cache
def _load_fields() -> dict[str, dict[str, list[str]]]:
    file = resources.files(__package__).joinpath("field_names.toml")
    data = tomllib.loads(file.read_text("utf-8"))
    for rows in data.values():
        for how, names in rows.items():
            rows[how] = [normalize_name(name) for name in names]
    return data
