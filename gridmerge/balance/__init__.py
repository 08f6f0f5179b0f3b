"""Balance: who takes which grid.

In: a `GridPlan`, a `Roster`, the `Township`. Out: an `Assignment`: every grid staffed, the heaviest load per capacity as small
as can be, then the least distance; with the proven bound beside what was reached.
"""

from gridmerge.balance.assign import assign

__all__ = ["assign"]
