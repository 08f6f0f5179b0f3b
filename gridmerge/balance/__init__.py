"""Balance: who takes which grid.

In: a `GridPlan`, a `Roster`, the `Township`, the rules of ``[staffing]``, who holds the grids now. Out: an `Assignment`: every grid staffed, the heaviest load per capacity as small
as can be, then the least distance; with the proven bound beside what was reached.
"""

from gridmerge.balance.assign import assign
from gridmerge.balance.incumbents import Incumbents, settled_grids
from gridmerge.balance.present import present_holders

__all__ = ["Incumbents", "assign", "present_holders", "settled_grids"]
