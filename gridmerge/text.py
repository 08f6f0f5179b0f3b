"""One sentence in two languages: every message a person reads is born here in Chinese and in English."""

from __future__ import annotations

import locale
import os
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


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
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or locale.getlocale()[0]
    return "zh" if (name or "").lower().startswith(("zh", "chinese")) else "en"
