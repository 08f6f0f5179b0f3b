"""One table of the project file: its values with their reasons, and what has to be said beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gridmerge.coordinates.columns import find_coordinate_columns
from gridmerge.discover.guess import NO_REASON, Guess, Sure, join_texts, least_sure
from gridmerge.discover.scan import TABLE_SUFFIXES, ScannedSheet
from gridmerge.findings import Finding
from gridmerge.i18n.text import Text


@dataclass(kw_only=True)
class ProjectTable:
    """One table of the project file.

    Parameters
    ----------
    name
        As its head stands in the file.
    values
        In order.
    notes
        Sentences behind the values; one that begins with a key says what is doubtful about leaving it out.
    findings
        What mending the input found.
    """

    name: str
    values: dict[str, Guess[Any]] = field(default_factory=dict)
    notes: list[Text] = field(default_factory=list)
    findings: tuple[Finding, ...] = ()

    @property
    def sure(self) -> Sure:
        """As sure as its least sure value."""
        return least_sure("sure", *(guess.sure for guess in self.values.values()))

    @property
    def role(self) -> str:
        """What it is to be used for."""
        return str(self.values["role"].value) if "role" in self.values else "grid"

    def plain(self) -> dict[str, Any]:
        """The bare values."""
        return {key: guess.value for key, guess in self.values.items()}

    def doubt(self, key: str, why: Text) -> None:
        """Make a value less than sure, for a reason that is added to its own."""
        guess = self.values[key]
        reason = join_texts(guess.why, Text("；", "; "), why) if guess.why.zh else why
        self.values[key] = Guess(guess.value, least_sure(guess.sure, "unsure"), reason)


def coordinate_columns(sheet: ScannedSheet) -> dict[str, Guess[Any]]:
    """The keys that say where the places of a table stand; none where its places are no columns of coordinates."""
    places = (
        find_coordinate_columns(sheet.frame)
        if sheet.path.lower().endswith(TABLE_SUFFIXES) and sheet.shape != "table"
        else None
    )
    if places is None:
        return {}
    keys = (
        {"geometry": places.lon}
        if places.lon == places.lat
        else {"lon": places.lon, "lat": places.lat}
    )
    return {key: Guess(column, "sure", NO_REASON) for key, column in keys.items()}
