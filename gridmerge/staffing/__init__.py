"""Balance: who takes which grid.

In: a `GridPlan`, a `Roster`, the `Township`, the rules of ``[staffing]``, who holds the grids now. Out: an `Assignment`: every grid staffed, the heaviest load per capacity as small
as can be, then the least distance; with the proven bound beside what was reached.
"""

from gridmerge.staffing.assignment import assign_members
from gridmerge.staffing.current_holders import find_current_holders
from gridmerge.staffing.incumbents import Incumbents, find_settled_grids

__all__ = ["Incumbents", "assign_members", "find_current_holders", "find_settled_grids"]
