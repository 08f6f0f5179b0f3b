"""All proofs: the manifest first, then the promises in their order, and last the whole build once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gridmerge.errors import GridmergeError
from gridmerge.invariants import Broken
from gridmerge.publish import recover
from gridmerge.publish.manifest import read_manifest
from gridmerge.text import Text
from gridmerge.verify import afresh, files, people, promises, sealed, secrecy, sources, tiling, workbook
from gridmerge.verify.again import Again, load_again, settings_again
from gridmerge.verify.written import Written, read_written

_PROOFS: tuple[Callable[[Written, Again], Iterator[Broken]], ...] = (
    files.agree,
    workbook.close,
    promises.promised,
    tiling.written_alike,
    sources.as_loaded,
    sources.shares,
    people.shown,
    files.ordered,
    secrecy.secret,
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

    broken: list[Broken]
    notes: list[Text]


def verify(out: Path, *, processes: int = 1) -> list[Broken]:
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
    return prove(out, processes=processes).broken


def prove(out: Path, *, processes: int = 1) -> Proof:
    """Do what `verify` does, and tell what could not be proved.

    The build is made again only when nothing else is wrong: it takes as long as a build, and finds what no promise is about.

    Raises
    ------
    GridmergeError
        As in `verify`.
    """
    recover(out)
    written = read_written(out)
    manifest = read_manifest(out)
    settings = settings_again(written)
    found = [*sealed.sealed(out, manifest), *sealed.foreign(out, manifest, settings)]
    touched = list(sealed.untouched(manifest, written.report, settings))
    gone = sealed.gone(manifest, written.report, settings)
    found += touched
    try:
        again = load_again(settings, gone)
    except GridmergeError:
        if touched:  # the input that cannot be read is one that was changed, and is named
            return _proof(found)
        raise
    found += sealed.listed(written, again, manifest)
    misplaced = promises.elsewhere(written, again)
    if misplaced:
        return _proof([*found, *misplaced])
    found += [failure for proof in _PROOFS for failure in proof(written, again)]
    if found:
        return _proof(found)
    if gone:
        return Proof(broken=[], notes=[afresh.cannot(gone)])
    differing, other = list(afresh.same_afresh(written, again, manifest, processes)), afresh.other_versions(manifest)
    return _proof(afresh.elsewhere(differing, other) if other else differing)


def _proof(found: list[Broken]) -> Proof:
    return Proof(broken=sorted(found, key=lambda failure: failure.promise), notes=[])
