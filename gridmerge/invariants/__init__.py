"""The contract's promises as rules on values: the one home of each, for the build before it writes and for `verify` after.

Comes in: a `Result`, made from a build in memory or from files read back. Goes out: a `Violation` for each promise that does not
hold. `Gate` and `hold` turn the first of them into a `PromiseError`, and nothing is written.
"""

from __future__ import annotations

from gridmerge.invariants.build_frames import Result
from gridmerge.invariants.gate import OUTSIDE, Gate, find_violations
from gridmerge.invariants.personal_data import raise_leaks
from gridmerge.invariants.violations import COMPLETENESS, Violation, make_violation, name_first

__all__ = [
    "COMPLETENESS",
    "OUTSIDE",
    "Gate",
    "Result",
    "Violation",
    "find_violations",
    "make_violation",
    "name_first",
    "raise_leaks",
]
