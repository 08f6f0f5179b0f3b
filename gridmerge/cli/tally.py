"""Findings → the rows of the table that `check` prints: one for each kind in each layer, not one for each place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from gridmerge.findings import SEVERITIES, Finding, load_kinds
from gridmerge.i18n.text import Language, Text

TALLY_HEADER = (
    Text("级别", "severity"),
    Text("图层", "layer"),
    Text("数量", "count"),
    Text("合计", "total"),
    Text("问题（有多处的，举数值最大的一处）", "what (of several, the largest)"),
    Text("代码", "code"),
)
SEVERITY_WORDS = {
    "error": Text("错误", "error"),
    "warning": Text("提醒", "warning"),
    "note": Text("说明", "note"),
}
# sums of percentages or distances would mean nothing
_SUMMABLE_UNITS = {"m²": "m²", "m2": "m²", "ha": "ha", "features": ""}


def tally_findings(
    findings: Iterable[Finding], titles: Mapping[str, str], language: Language
) -> list[list[str]]:
    """Return a row for each severity, layer and kind, worst first; the full list is in findings.csv.

    Parameters
    ----------
    titles
        What people call each layer, by key.
    """

    def key(finding: Finding) -> tuple[int, str, str]:
        return SEVERITIES.index(finding.severity), finding.layer, finding.kind

    return [
        _tally_row(list(group), titles, language)
        for _, group in groupby(sorted(findings, key=key), key)
    ]


def list_remedies(findings: Iterable[Finding], language: Language) -> list[tuple[str, str]]:
    """Return each kind that occurs, worst first, with what it means and what to do about it."""
    known = load_kinds()
    order = sorted({(SEVERITIES.index(one.severity), one.kind) for one in findings})
    return [(code, known[code].explain.in_(language)) for _, code in order]


def _tally_row(group: list[Finding], titles: Mapping[str, str], language: Language) -> list[str]:
    worst = max(group, key=lambda one: (one.measure or 0.0, one.source_id))
    return [
        SEVERITY_WORDS[worst.severity].in_(language),
        titles.get(worst.layer, worst.layer),
        str(len(group)),
        _total_measure(group),
        worst.message(language, titles),
        worst.kind,
    ]


def _total_measure(group: list[Finding]) -> str:
    """What the measures add up to, where they can be added up."""
    unit = group[0].unit
    if len(group) == 1 or unit not in _SUMMABLE_UNITS:
        return ""
    return f"{sum(one.measure or 0.0 for one in group):,.0f} {_SUMMABLE_UNITS[unit]}".rstrip()
