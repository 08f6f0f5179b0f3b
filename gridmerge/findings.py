"""What is wrong with the data. Findings never raise: they travel with the values and end in findings.csv.

The kinds are a closed list, kept as data in `findings.toml` beside this module: for each kind its severity, the unit of
its measure, one sentence in Chinese and in English with named blanks, and what it means and how to lift it.
"""

from __future__ import annotations

import math
import string
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import numpy as np
import pandas as pd

from gridmerge.i18n.text import Language, Text

Severity = Literal["error", "warning", "note"]
_NOTHING = "—"
_SMALLEST_FIGURE = 0.001  # less than that is nothing in a sentence
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingKind:
    """One kind of finding, as `findings.toml` describes it."""

    code: str
    severity: Severity
    unit: str
    message: Text
    explain: Text

    @property
    def blanks(self) -> frozenset[str]:
        """Names of the blanks in the message, besides `layer`, `source_id` and `measure`."""
        names = {name for _, name, _, _ in string.Formatter().parse(self.message.en) if name}
        return frozenset(names - {"layer", "source_id", "measure"})


@cache
def load_kinds() -> dict[str, FindingKind]:
    """Return the closed list of kinds by code, in the order of the file."""
    data: dict[str, Any] = tomllib.loads(
        resources.files("gridmerge").joinpath("findings.toml").read_text("utf-8")
    )
    return {
        code: FindingKind(
            code=code,
            severity=row["severity"],
            unit=row.get("unit", ""),
            message=Text(row["zh"], row["en"]),
            explain=Text(row["explain_zh"], row["explain_en"]),
        )
        for code, row in data.items()
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing found in the data.

    Parameters
    ----------
    kind
        A code of the closed list (`load_kinds`).
    layer, source_id
        Where: the layer's key and the department's own grid code; empty where it concerns the whole layer or project.
    measure
        How much, in the kind's unit.
    place
        x, y in the project's working CRS (metres), when the finding has a place.
    blanks
        Values for the named blanks of the kind's sentence, as sorted (name, value) pairs; a `Text` fills each language's
        sentence with its own words. Use `make_finding`.
    """

    kind: str
    layer: str = ""
    source_id: str = ""
    measure: float | None = None
    place: tuple[float, float] | None = None
    blanks: tuple[tuple[str, str | Text], ...] = ()

    def __post_init__(self) -> None:
        missing = load_kinds()[self.kind].blanks - {name for name, _ in self.blanks}
        if missing:
            raise ValueError(f"finding {self.kind} lacks {sorted(missing)}")

    @property
    def severity(self) -> Severity:
        """The kind's severity."""
        return load_kinds()[self.kind].severity

    @property
    def unit(self) -> str:
        """The kind's unit of measure."""
        return load_kinds()[self.kind].unit

    def message(self, language: Language, titles: Mapping[str, str] | None = None) -> str:
        """Return the sentence a person reads.

        Parameters
        ----------
        language
            Chinese or English.
        titles
            What people call the layers, by key: 城管 rather than ``urban_management``; and the workloads, by
            ``workload:NAME``.
        """
        filled = {
            name: value.in_(language) if isinstance(value, Text) else value
            for name, value in self.blanks
        }
        if titles and self.layer in titles and self.layer == f"workload:{filled.get('name')}":
            filled["name"] = titles[self.layer]
        return (
            load_kinds()[self.kind]
            .message.in_(language)
            .format(
                layer=(titles or {}).get(self.layer, self.layer),
                source_id=self.source_id,
                measure="" if self.measure is None else format_figure(self.measure),
                **filled,
            )
        )


# Findings about the whole plan: they are told before all others, and are the first sentences of the report.
HEADLINES = ("work_missing",)
# Findings that cost features: what they say explains why nothing is left.
_COSTLY = (
    "feature_unreadable",
    "coordinates_unread",
    "village_unknown",
    "village_doubtful",
    "geometry_not_area",
    "rows_not_data",
)
# How many findings of one kind a sentence bears.
_MOST_SHOWN = 2
# What such a finding says of the others, which is no comfort where there are none.
_OTHERS = ("，其余要素照常读入", "; the others were")


def explain_empty(findings: Iterable[Finding]) -> Text:
    """Return what findings say about why nothing is left: one of each kind that costs features, to end a sentence with.

    Returns
    -------
    Text
        Empty where none of them cost any.
    """
    costly = [finding for finding in findings if finding.kind in _COSTLY]
    groups = [[finding for finding in costly if finding.kind == kind] for kind in _COSTLY]
    zh = "；".join(_first_sentences(group, "zh") for group in groups if group)
    en = "; ".join(_first_sentences(group, "en") for group in groups if group)
    return Text(f"；原因：{zh}" if zh else "", f"; the reason: {en}" if en else "")


def _first_sentences(group: Sequence[Finding], language: Language) -> str:
    """The first sentences of findings of one kind, and how many there are."""
    sentences = [_strip_others(finding.message(language)) for finding in group[:_MOST_SHOWN]]
    more = Text(f"（共 {len(group)} 处）", f" ({len(group)} in all)").in_(language)
    return ("；" if language == "zh" else "; ").join(sentences) + (
        more if len(group) > _MOST_SHOWN else ""
    )


def _strip_others(sentence: str) -> str:
    for others in _OTHERS:
        sentence = sentence.replace(others, "")
    return sentence.rstrip("。.")


def format_figure(value: float) -> str:
    """Return a number as a sentence bears it: three figures, no exponent; a dash for what is none. findings.csv has them all."""
    if not math.isfinite(value):
        return _NOTHING
    if value == int(value) or abs(value) >= 100:
        return f"{value:.0f}"
    if abs(value) < _SMALLEST_FIGURE:
        return "0"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2g}"


def _format_blank(value: object) -> str | Text:
    """What a blank of a sentence says: no word or bracket of the program's own."""
    if isinstance(value, (str, Text)):
        return value
    if isinstance(value, (bool, np.bool_)):
        return Text("是", "yes") if value else Text("否", "no")
    if value is None or value is pd.NA or value is pd.NaT:
        return _NOTHING
    if isinstance(value, (float, np.floating)):
        return format_figure(float(value))
    if isinstance(value, Iterable):
        return _join_items([_format_blank(item) for item in value])
    return str(value)


def _join_items(items: Sequence[str | Text]) -> Text:
    both = [item if isinstance(item, Text) else Text(item, item) for item in items] or [
        Text(_NOTHING, _NOTHING)
    ]
    return Text("、".join(item.zh for item in both), ", ".join(item.en for item in both))


def make_finding(
    kind: str,
    *,
    layer: str = "",
    source_id: str = "",
    measure: float | None = None,
    place: tuple[float, float] | None = None,
    **blanks: object,
) -> Finding:
    """Make a finding; keyword arguments beyond the named ones fill the blanks of the kind's sentence."""
    return Finding(
        kind=kind,
        layer=layer,
        source_id=source_id,
        measure=None if measure is None or not math.isfinite(measure) else round(float(measure), 6),
        place=None if place is None else (round(float(place[0]), 3), round(float(place[1]), 3)),
        blanks=tuple((name, _format_blank(value)) for name, value in sorted(blanks.items())),
    )


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings, worst first, then headlines, then by kind, layer and source; nothing is said twice."""
    return tuple(
        sorted(
            set(findings),
            key=lambda f: (
                SEVERITIES.index(f.severity),
                f.kind not in HEADLINES,
                f.kind,
                f.layer,
                f.source_id,
                f.place or (0.0, 0.0),
                f.measure or 0.0,
                str(f.blanks),
            ),
        )
    )
