"""OUT + inputs → which promises do not hold: proved from the written files and the inputs alone.

Comes in: an output folder. Goes out: a list of `Violation`, empty when everything holds. Nothing the build kept in memory is
used: the files are read back, the inputs are loaded and mended again, and the build is made once more.
"""

from __future__ import annotations

from gridmerge.invariants import Violation
from gridmerge.verify.proof import Proof, prove_build, verify_build

__all__ = ["Proof", "Violation", "prove_build", "verify_build"]
