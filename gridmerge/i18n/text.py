"""One sentence in two languages: every message a person reads is born here in Chinese and in English."""

from __future__ import annotations

import locale
import os
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]

# What nobody sees and no cell means: controls, soft hyphens, zero-width characters, marks of direction, variation
# selectors, byte-order marks, tags. Tabs and line breaks are white space.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in Chinese and in English.

    Parameters
    ----------
    zh, en
        The same sentence in both languages, ready to print.
    """

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        """Return the sentence in `language`."""
        return self.zh if language == "zh" else self.en


def message_language() -> Language:
    """Language for messages when the user named none: the locale's, Chinese or else English."""
    name = (
        os.environ.get("LC_ALL")
        or os.environ.get("LC_MESSAGES")
        or os.environ.get("LANG")
        or locale.getlocale()[0]
    )
    return "zh" if (name or "").lower().startswith(("zh", "chinese")) else "en"


def flat_text(cell: object) -> str:
    """Return a cell's text in half-width forms, without blanks around it and without characters that nobody sees."""
    text = str(cell)
    if text.isascii() and text.isprintable():  # most cells: nothing of them is changed
        return text.strip()
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()
