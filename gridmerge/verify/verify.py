"""All proofs, in the order of the promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from gridmerge.publish import recover
from gridmerge.verify import conservation, files, secrecy, sources, staffing, tiling, workbook
from gridmerge.verify.again import Again, load_again
from gridmerge.verify.broken import Broken
from gridmerge.verify.written import Written, read_written

_PROOFS: tuple[Callable[[Written, Again], Iterator[Broken]], ...] = (
    files.agree,
    workbook.close,
    tiling.tile,
    tiling.written_alike,
    tiling.in_one_village,
    sources.accounted,
    sources.shares,
    conservation.conserved,
    staffing.staffed,
    files.ordered,
    files.untouched,
    secrecy.secret,
)


def verify(out: Path) -> list[Broken]:
    """Prove the promises of a finished build again.

    Parameters
    ----------
    out
        The output folder; its project file and inputs lie where report.json says.

    Returns
    -------
    list of Broken
        By the number of the promise; empty when all hold.

    Raises
    ------
    OutputError
        The folder holds no finished build, or its project file is gone.
    GridmergeError
        An input can no longer be read.
    """
    recover(out)
    written = read_written(out)
    again = load_again(written)
    found = [failure for proof in _PROOFS for failure in proof(written, again)]
    return sorted(found, key=lambda failure: failure.promise)
