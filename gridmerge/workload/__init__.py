"""Workload: what every face of the mosaic weighs.

In: a `Mosaic`, the mended `Work` of each ``[[workload]]`` table, and the grid sizes that say what a standard grid is.
Out: `Weights`: a column per workload, the combined ``workload`` in standard-grid equivalents, and the pieces they sum.
"""

from gridmerge.workload.swing import swing
from gridmerge.workload.weigh import weigh

__all__ = ["swing", "weigh"]
