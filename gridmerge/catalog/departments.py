"""departments.toml → the catalogue."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from gridmerge.catalog.field_names import normalize_name


@dataclass(frozen=True, kw_only=True, slots=True)
class Department:
    """One department: see the head of departments.toml for what each value means."""

    key: str
    zh: str
    en: str
    aliases: tuple[str, ...]
    latin: tuple[str, ...]
    grid: str
    unit: str
    rank: int
    colour: str

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it goes by: key, names and aliases."""
        return (self.key, self.zh, self.en, *self.aliases)


_WORD = re.compile(r"[a-z]+")
# Behind a word that is part of a place's name.
_PLACE = re.compile("村(?![级社居民])|社区|路(?![长段])|街|镇(?![级村街])|桥")


class Catalog:
    """The departments, in the order of the file.

    Parameters
    ----------
    departments
        With unique keys.
    """

    def __init__(self, departments: tuple[Department, ...]) -> None:
        self._departments = departments
        self._by_name: dict[str, Department] = {}
        self._by_word: dict[str, Department] = {}
        # Backwards, so that of several departments the first has the name or the word.
        for department in reversed(departments):
            for name in department.names:
                self._by_name[normalize_name(name)] = department
            for word in department.latin:
                self._by_word[word] = department

    def __iter__(self) -> Iterator[Department]:
        return iter(self._departments)

    def __len__(self) -> int:
        return len(self._departments)

    def __getitem__(self, key: str) -> Department:
        return next(one for one in self._departments if one.key == key)

    def find(self, text: str) -> Department | None:
        """Return the department a text means, or None.

        Parameters
        ----------
        text
            A key, a name, an alias, or a text that contains one in Chinese or a word of pinyin, as the file name 城管单元网格 does. The
            longest name contained decides, and of equally long ones the first in the text.

        Examples
        --------
        >>> load_catalog().find("城管").key
        'urban_management'
        >>> load_catalog().find("2023年安监网格（定稿）").key
        'emergency'
        """
        wanted = normalize_name(text)
        if wanted in self._by_name:
            return self._by_name[wanted]
        named = self.mentions(text)
        return named[0][1] if named else None

    def mentions(self, text: str, *, places: bool = False) -> list[tuple[str, Department]]:
        """Return every name that a text contains and whose it is: longest first, of equally long ones as they stand.

        Parameters
        ----------
        text
            A file name, say. A name within a longer one does not count beside it.
        places
            Whether a name counts that is part of a place's: 平安村 is a village.

        Examples
        --------
        >>> [(word, one.key) for word, one in load_catalog().mentions("应急办转城管网格")]
        [('应急', 'emergency'), ('城管', 'urban_management')]
        >>> load_catalog().mentions("文化村网格")
        []
        """
        names = self._find_names(normalize_name(text), places)
        if names:
            return [(name, self._by_name[name]) for name in names]
        words = dict.fromkeys(_WORD.findall(text.casefold()))
        known = [word for word in words if word in self._by_word]
        known.sort(key=len, reverse=True)
        return [(word, self._by_word[word]) for word in known]

    def _find_names(self, text: str, places: bool) -> list[str]:
        """The names a text contains: longest first, of equally long ones as they stand."""
        # English keys must match whole: "fire" inside "fire_battalions" proves nothing.
        names = [name for name in self._by_name if not name.isascii() or name.isdigit()]
        names.sort(key=len, reverse=True)
        inside = []
        for name in names:
            length = len(name)
            while (start := text.find(name)) >= 0:
                end = start + length
                if places or not _PLACE.match(text, end):
                    inside.append((-length, start, name))
                text = text[:start] + "\0" * length + text[end:]
        return [name for _, _, name in sorted(inside)]


@cache
def load_catalog() -> Catalog:
    """Return the catalogue of departments."""
    file = resources.files(__package__).joinpath("departments.toml")
    data = tomllib.loads(file.read_text("utf-8"))
    return Catalog(tuple(_parse_department(key, row) for key, row in data.items()))


def _parse_department(key: str, row: dict[str, Any]) -> Department:
    aliases, latin = tuple(row["aliases"]), tuple(row["latin"])
    return Department(key=key, **{**row, "aliases": aliases, "latin": latin})
