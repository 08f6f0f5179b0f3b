"""A choice, how sure it is, and why: what every line of the proposed file rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from gridmerge.i18n.text import Text

Sure = Literal["sure", "likely", "unsure"]
Value = TypeVar("Value")

SURENESS_WORDS: dict[Sure, Text] = {
    "sure": Text("肯定", "sure"),
    "likely": Text("较有把握", "likely"),
    "unsure": Text("请核对", "please check"),
}
NO_REASON = Text("", "")  # no reason needs to be given
_ORDER: tuple[Sure, ...] = ("unsure", "likely", "sure")


@dataclass(frozen=True, slots=True)
class Guess(Generic[Value]):
    """A chosen value.

    Parameters
    ----------
    value
        What was chosen.
    sure
        How sure: proven, likely, or only the best there was.
    why
        The reason, as the comment in the file.
    """

    value: Value
    sure: Sure
    why: Text

    @property
    def comment(self) -> Text:
        """Ready to stand behind ``#``."""
        said = SURENESS_WORDS[self.sure]
        return join_texts(said, Text("：", ": "), self.why) if self.why.zh else said


def join_texts(*parts: Text) -> Text:
    """One sentence of several pieces."""
    return Text("".join(part.zh for part in parts), "".join(part.en for part in parts))


def list_names(names: Iterable[str]) -> Text:
    """Names in a row."""
    given = list(names)
    return Text("、".join(given), ", ".join(given))


def least_sure(*guesses: Sure) -> Sure:
    """The weakest of several degrees of certainty."""
    return min(guesses, key=_ORDER.index)
