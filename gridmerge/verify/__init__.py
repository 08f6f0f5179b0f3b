"""OUT + inputs → which promises do not hold: proved from the written files and the inputs alone.

Comes in: an output folder. Goes out: a list of `Broken`, empty when everything holds. Nothing the build kept in memory is
used: the files are read back, the inputs are loaded and mended again.
"""

from __future__ import annotations

from gridmerge.verify.broken import Broken
from gridmerge.verify.verify import verify

__all__ = ["Broken", "verify"]
