"""The contract's promises as rules on values: the one home of each, for the build before it writes and for `verify` after.

Comes in: a `Result`, made from a build in memory or from files read back. Goes out: a `Broken` for each promise that does not
hold. `Gate` and `hold` turn the first of them into a `PromiseError`, and nothing is written.
"""

from __future__ import annotations

from gridmerge.invariants.broken import COMPLETE, Broken, broken, first
from gridmerge.invariants.gate import OUTSIDE, Gate, broken_promises
from gridmerge.invariants.result import Result
from gridmerge.invariants.secrets import hold_secrets

__all__ = ["COMPLETE", "OUTSIDE", "Broken", "Gate", "Result", "broken", "broken_promises", "first", "hold_secrets"]
