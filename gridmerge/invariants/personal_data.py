"""Promise 8: no ID number, no bank card, and no phone but a masked one, in what is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import pandas as pd

from gridmerge.i18n.text import Text
from gridmerge.invariants.gate import raise_violations
from gridmerge.invariants.violations import Violation, make_violation
from gridmerge.model import Build
from gridmerge.privacy.patterns import Hit, find_personal_numbers

# Codes of the departments may look like phones (a town of Hebei is 13xxxxxxx); where they stand is known.
CODE_COLUMNS = frozenset(
    {
        "grid_code",
        "village_code",
        "source_id",
        "source_ids",
        "face_id",
        "member_id",
        "zone",
        "layer",
    }
)
PHONE_COLUMNS = frozenset({"phone"})  # columns that hold a phone and nothing else
LEAK_WORDS = {
    "id": Text("身份证号", "an ID number"),
    "card": Text("银行卡号", "a bank card number"),
    "phone": Text("未脱敏的电话", "an unmasked phone"),
}
_SHOWN = 3  # digits of a leak that may be told, so that it can be looked for
_MASK = "*"  # stands in every phone that has been masked


def raise_leaks(build: Build) -> None:
    """Stop when a build that is about to be written shows what it must not.

    Parameters
    ----------
    build
        As its writers will see it: phones masked, ID numbers struck.

    Raises
    ------
    PromiseError
        Names the table.
    """
    raise_violations(_table_leaks(build))


def codes_in(tables: Iterable[pd.DataFrame]) -> set[str]:
    """Return every code the tables are keyed by: what looks like a phone in them is none."""
    columns = (
        table[column] for table in tables for column in sorted(CODE_COLUMNS & set(table.columns))
    )
    return {str(code) for column in columns for code in column.unique()}


def find_leak(text: str, codes: Collection[str], full: bool) -> tuple[Text, str] | None:
    """Return what a text gives away: what it is, and as much of it as may be told; None for nothing.

    Parameters
    ----------
    text
        As people read it.
    codes
        What looks like a phone or an ID number and is a code.
    full
        Whether whole phones are wanted (``[publish] contacts``).
    """
    for hit in find_personal_numbers(text):
        if (full and hit.sort == "phone") or _is_code(text, hit, codes):
            continue
        return LEAK_WORDS[hit.sort], f"{hit.number[:_SHOWN]}…"
    return None


def leak_violation(place: str, what: Text, shown: str) -> Violation:
    """Return the sentence about a leak."""
    return make_violation(
        8, f"{place} 中有{what.zh}（{shown}）。", f"{place} holds {what.en} ({shown}).", shown
    )


def _is_code(text: str, hit: Hit, codes: Collection[str]) -> bool:
    """Whether the digits are a code, or part of a longer one, such as JG-13812345678."""
    written = text[hit.start : hit.end]
    return written in codes or any(
        written in code and code in text for code in codes if len(code) > len(written)
    )


def _table_leaks(build: Build) -> Iterator[Violation]:
    """The first leak of each table; a person's phone is none however it is written."""
    tables = _text_tables(build)
    codes, full = codes_in(tables.values()), build.settings.publish.contacts == "full"
    for place, table in tables.items():
        columns = [column for column in table.columns if column not in CODE_COLUMNS | {"geometry"}]
        texts = {
            text for column in columns for text in table[column].unique() if isinstance(text, str)
        }
        yield from _first_leak(place, sorted(texts), codes, full)
        if not full:
            yield from _whole_phones(place, table)


def _first_leak(
    place: str, texts: Iterable[str], codes: Collection[str], full: bool
) -> Iterator[Violation]:
    for text in texts:
        found = find_leak(text, codes, full)
        if found is not None:
            yield leak_violation(place, *found)
            return


def _whole_phones(place: str, table: pd.DataFrame) -> Iterator[Violation]:
    phones = (
        str(phone)
        for column in sorted(PHONE_COLUMNS & set(table.columns))
        for phone in table[column]
    )
    whole = [phone for phone in phones if phone.strip() and _MASK not in phone]
    if whole:
        yield leak_violation(place, LEAK_WORDS["phone"], f"{whole[0][:_SHOWN]}…")


def _text_tables(build: Build) -> dict[str, pd.DataFrame]:
    """Every table with words of people in it, by the name a person knows it under."""
    notes = [[note.text, note.by] for note in build.meeting.notes]
    said = [[value] for finding in build.findings for _, value in finding.blanks]
    town = pd.DataFrame([[build.township.name]], columns=["name"])
    tables = {
        "project": town,
        "villages": build.township.villages,
        "grids": build.plan.grids,
        "faces": build.mosaic.faces[["face_id", "village_code", "zone"]],
        "meeting.csv": pd.DataFrame(notes, columns=["text", "by"]),
        "findings.csv": pd.DataFrame(
            [[_both_languages(value)] for (value,) in said], columns=["message"]
        ),
        **{f"layer_{layer.key}": layer.frame for layer in build.layers},
    }
    people = {} if build.assignment is None else {"members.csv": build.assignment.members}
    people |= {} if build.roster is None else {"roster": build.roster.members}
    others = {} if build.duties is None else {"duties.csv": build.duties}
    others |= {} if build.addresses is None else {"addresses": build.addresses.frame}
    return {**tables, **people, **others}


def _both_languages(value: str | Text) -> str:
    return value if isinstance(value, str) else f"{value.zh} {value.en}"
