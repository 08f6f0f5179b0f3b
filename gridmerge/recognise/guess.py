"""A choice, how sure it is, and why: what every line of the proposed file rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Sure = Literal["sure", "likely", "unsure"]
Value = TypeVar("Value")

WORDS: dict[Sure, str] = {"sure": "肯定", "likely": "较有把握", "unsure": "请核对"}
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
        The reason, in Chinese, as the comment in the file.
    """

    value: Value
    sure: Sure
    why: str

    @property
    def comment(self) -> str:
        """Ready to stand behind ``#``."""
        return f"{WORDS[self.sure]}：{self.why}"


def least(*guesses: Sure) -> Sure:
    """The weakest of several degrees of certainty."""
    return min(guesses, key=_ORDER.index)
