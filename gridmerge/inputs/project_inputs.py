"""The value that holds everything a project names."""

from __future__ import annotations

from dataclasses import dataclass, field

from gridmerge.config.settings import Settings
from gridmerge.findings import Finding, make_finding, sort_findings
from gridmerge.inputs.previous_postings import Postings
from gridmerge.model import (
    Addresses,
    Layer,
    Matters,
    Places,
    PlanConstraints,
    Roster,
    Source,
    Township,
    Work,
)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Everything a project names, read and cleaned."""

    settings: Settings
    township: Township
    layers: tuple[Layer, ...]
    works: tuple[Work, ...]
    roster: Roster | None
    matters: Matters | None = None
    addresses: Addresses | None = None
    places: Places | None = None
    postings: Postings | None = None
    constraints: PlanConstraints = field(default_factory=PlanConstraints)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where each input came from.

        Villages, layers by key, workloads by name, roster, matters, addresses, places.
        """
        sources = [self.township.source]
        sources += [layer.source for layer in self.layers]
        sources += [work.source for work in self.works]
        if self.roster is not None:
            sources.append(self.roster.source)
        if self.matters is not None:
            sources += self.matters.sources
        if self.addresses is not None:
            sources.append(self.addresses.source)
        if self.places is not None:
            sources.append(self.places.source)
        return tuple(sources)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found while reading and cleaning."""
        findings = [] if self.works else [make_finding("no_workload")]
        optional = (self.roster, self.matters, self.addresses, self.places)
        for part in (self.township, *self.layers, *self.works, *optional, self.constraints):
            if part is not None:
                findings += part.findings
        return sort_findings(findings)
