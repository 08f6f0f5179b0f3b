"""departments.toml → the catalogue."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

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
_PLACE = re.compile(
    "村(?![级社居民])|社区|路(?![长段])|街|镇(?![级村街])|桥"
)  # behind a word that is part of a place's name


class Catalog:
    """The departments, in the order of the file.

    Parameters
    ----------
    departments
        With unique keys.
    """

    def __init__(self, departments: tuple[Department, ...]) -> None:
        self._departments = departments
        self._by_name = {
            normalize_name(name): one for one in reversed(departments) for name in one.names
        }
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
        left = normalize_name(text)
        inside = []
        # English keys must match whole: "fire" inside "fire_battalions" proves nothing.
        for name in sorted(
            (name for name in self._by_name if not name.isascii() or name.isdigit()),
            key=len,
            reverse=True,
        ):
            while (at := left.find(name)) >= 0:
                if places or not _PLACE.match(left, at + len(name)):
                    inside.append((-len(name), at, name))
                left = left[:at] + "\0" * len(name) + left[at + len(name) :]
        if inside:
            return [(name, self._by_name[name]) for _, _, name in sorted(inside)]
        words = [word for word in _WORD.findall(text.casefold()) if word in self._by_word]
        return [
            (word, self._by_word[word])
            for word in sorted(dict.fromkeys(words), key=len, reverse=True)
        ]


@cache
def load_catalog() -> Catalog:
    """Return the catalogue of departments."""
    data = tomllib.loads(
        resources.files(__package__).joinpath("departments.toml").read_text("utf-8")
    )
    return Catalog(
        tuple(
            Department(
                key=key, **{**row, "aliases": tuple(row["aliases"]), "latin": tuple(row["latin"])}
            )
            for key, row in data.items()
        )
    )
