"""A promise that does not hold."""

from __future__ import annotations

from dataclasses import dataclass

from gridmerge.i18n.text import Text

COMPLETENESS = 0  # not one of the eight, but what they stand on: every file of the contract is there and agrees with the rest


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A promise of the contract that does not hold.

    Parameters
    ----------
    promise
        Its number in the contract ("What always holds"); 0: the files themselves are incomplete or disagree.
    text
        One sentence: which promise, what is wrong, and the first place where.
    evidence
        Figures and names behind the sentence, for a script.
    """

    promise: int
    text: Text
    evidence: str = ""


def make_violation(promise: int, zh: str, en: str, evidence: object = "") -> Violation:
    """Make a broken promise; its sentence says its number."""
    number = Text(f"承诺 {promise} 不成立：", f"Promise {promise} does not hold: ")
    if promise == COMPLETENESS:
        number = Text("成果文件不一致：", "The files disagree: ")
    return Violation(
        promise=promise, text=Text(number.zh + zh, number.en + en), evidence=str(evidence)
    )


def name_first(items: list[str], limit: int = 3) -> str:
    """Name the first few of many."""
    more = f" … ({len(items)})" if len(items) > limit else ""
    return ", ".join(items[:limit]) + more
