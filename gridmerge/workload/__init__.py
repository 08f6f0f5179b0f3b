"""Workload: how much work there is in every face of the mosaic.

In: a `Mosaic`, the cleaned `Work` of each ``[[workload]]`` table, and the grid sizes that say what a standard grid is.
Out: `Weights`: a column per workload, the combined ``workload`` in standard-grid equivalents, and the pieces they sum.
"""

from gridmerge.workload.face_weights import weigh_faces
from gridmerge.workload.sensitivity import measure_sensitivity

__all__ = ["measure_sensitivity", "weigh_faces"]
