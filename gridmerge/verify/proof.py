"""All proofs: the manifest first, then the promises in their order, and last the whole build once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gridmerge.errors import GridmergeError
from gridmerge.i18n.text import Text
from gridmerge.invariants import Violation
from gridmerge.products import recover_output
from gridmerge.products.manifest import read_manifest
from gridmerge.verify import (
    consistency,
    manifest_check,
    people,
    personal_data,
    promises,
    rebuild,
    slip_sums,
    sources,
    tiling,
)
from gridmerge.verify.reloaded_inputs import BuildInputs, load_again, settings_again
from gridmerge.verify.written_build import BuildOutputs, read_written

_PROOFS: tuple[Callable[[BuildOutputs, BuildInputs], Iterator[Violation]], ...] = (
    consistency.check_counts,
    slip_sums.check_slip_sums,
    promises.check_promises,
    tiling.written_alike,
    sources.as_loaded,
    sources.check_crosswalk_areas,
    people.check_people,
    consistency.check_row_order,
    personal_data.check_secrecy,
)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What proving came to.

    Parameters
    ----------
    broken
        By the number of the promise; empty when all hold.
    notes
        What could not be proved here, and why.
    """

    broken: list[Violation]
    notes: list[Text]


def verify_build(out: Path, *, processes: int = 1) -> list[Violation]:
    """Prove the promises of a finished build again.

    Parameters
    ----------
    out
        The output folder; its project file and inputs lie where report.json says.
    processes
        How many worker processes make the build again.

    Returns
    -------
    list of Broken
        By the number of the promise; empty when all hold.

    Raises
    ------
    OutputError
        The folder holds no finished build, a file of it is not what a build writes, or its project file is gone.
    GridmergeError
        An input can no longer be read, though it is the one the build read.
    """
    return prove_build(out, processes=processes).broken


def prove_build(out: Path, *, processes: int = 1) -> Proof:
    """Do what `verify_build` does, and tell what could not be proved.

    The build is made again only when nothing else is wrong: it takes as long as a build, and finds what no promise is about.

    Raises
    ------
    GridmergeError
        As in `verify_build`.
    """
    recover_output(out)
    written = read_written(out)
    manifest = read_manifest(out)
    settings = settings_again(written)
    found = [
        *manifest_check.check_manifest_files(out, manifest),
        *manifest_check.check_foreign_files(out, manifest, settings),
    ]
    touched = list(manifest_check.check_input_hashes(manifest, written.report, settings))
    gone = manifest_check.replaced_inputs(manifest, written.report, settings)
    found += touched
    try:
        again = load_again(settings, gone)
    except GridmergeError:
        if touched:  # the input that cannot be read is one that was changed, and is named
            return _make_proof(found)
        raise
    found += manifest_check.check_listed_inputs(written, again, manifest)
    misplaced = promises.check_layer_crs(written, again)
    if misplaced:
        return _make_proof([*found, *misplaced])
    found += [failure for proof in _PROOFS for failure in proof(written, again)]
    if found:
        return _make_proof(found)
    if gone:
        return Proof(broken=[], notes=[rebuild.not_rebuilt_note(gone)])
    differing, other = (
        list(rebuild.same_afresh(written, again, manifest, processes)),
        rebuild.other_versions(manifest),
    )
    return _make_proof(rebuild.elsewhere(differing, other) if other else differing)


def _make_proof(found: list[Violation]) -> Proof:
    return Proof(broken=sorted(found, key=lambda failure: failure.promise), notes=[])
