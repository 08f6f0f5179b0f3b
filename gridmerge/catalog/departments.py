"""departments.toml → the catalogue."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from gridmerge.catalog.fields import plain


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


class Catalog:
    """The departments, in the order of the file.

    Parameters
    ----------
    departments
        With unique keys.
    """

    def __init__(self, departments: tuple[Department, ...]) -> None:
        self._departments = departments
        self._by_name = {plain(name): one for one in reversed(departments) for name in one.names}
        self._by_word = {word: one for one in reversed(departments) for word in one.latin}

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
        >>> catalog().find("城管").key
        'urban_management'
        >>> catalog().find("2023年安监网格（定稿）").key
        'emergency'
        """
        wanted = plain(text)
        if wanted in self._by_name:
            return self._by_name[wanted]
        # English keys must match whole: "fire" inside "fire_battalions" proves nothing.
        inside = [
            (-len(name), wanted.index(name), name) for name in self._by_name if not name.isascii() and name in wanted
        ]
        if inside:
            return self._by_name[min(inside)[2]]
        words = [word for word in _WORD.findall(text.casefold()) if word in self._by_word]
        return self._by_word[max(words, key=len)] if words else None


@cache
def catalog() -> Catalog:
    """Return the catalogue of departments."""
    data = tomllib.loads(resources.files(__package__).joinpath("departments.toml").read_text("utf-8"))
    return Catalog(
        tuple(
            Department(key=key, **{**row, "aliases": tuple(row["aliases"]), "latin": tuple(row["latin"])})
            for key, row in data.items()
        )
    )
