"""Findings an officer cannot act on one by one: from so many of a kind on, one of them counts them and names some."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gridmerge.clean.attributes.fields import join_examples
from gridmerge.findings import Finding, make_finding

# of the same kind in one layer that are told each for itself
MAX_SINGLE_FINDINGS = 10
# each kind of one feature, and the kind that counts them; only where the feature is in the results all the same
COUNTING_KINDS = {
    "id_missing": "ids_missing",
    "id_duplicate": "ids_duplicate",
    "duplicate_feature": "duplicate_features",
    "geometry_unchecked": "geometries_unchecked",
}
# nobody asks a stretch of road or river for an id
OF_BARRIERS = ("id_missing", "id_duplicate")


def fold_findings(
    findings: Sequence[Finding], layer: str, few: int = MAX_SINGLE_FINDINGS
) -> list[Finding]:
    """Replace the findings of a kind by one that counts them, where there are more than `few`.

    Parameters
    ----------
    findings
        Of one layer.
    layer
        Its key.
    few
        How many are told each for itself.
    """
    many = {
        kind: [one for one in findings if one.kind == kind]
        for kind in COUNTING_KINDS
        if sum(one.kind == kind for one in findings) > few
    }
    kept = [one for one in findings if one.kind not in many]
    return kept + [_count_finding(COUNTING_KINDS[kind], rows, layer) for kind, rows in many.items()]


def _count_finding(kind: str, rows: Sequence[Finding], layer: str) -> Finding:
    first = min(rows, key=lambda one: one.source_id)
    names = sorted(one.source_id for one in rows)
    return make_finding(
        kind, layer=layer, measure=len(rows), place=first.place, examples=join_examples(names)
    )


def about_ids(
    findings: Sequence[Finding], kept: Iterable[str], layer: str, *, barrier: bool
) -> list[Finding]:
    """Keep what is told of the ids of features on the township's land; of a barrier's only how many were numbered.

    Parameters
    ----------
    findings
        Of `unique_ids`.
    kept
        The ids of the features that stay in the layer.
    layer
        Its key.
    barrier
        Whether its features are lines that nobody is responsible for.
    """
    here = set(kept)
    mine = [one for one in findings if not one.source_id or one.source_id in here]
    if not barrier:
        return mine
    numbered = [one for one in mine if one.kind in OF_BARRIERS]
    rest = [one for one in mine if one.kind not in OF_BARRIERS]
    return rest + (
        [make_finding("barrier_ids", layer=layer, measure=len(numbered))] if numbered else []
    )
