"""Faces → unified grids inside each village.

In: a `Mosaic` (faces, borders, memberships), their `Weights`, the `Township` and the `[grids]` settings.
Out: a `GridPlan`: grids in one piece each, within one village, sized in `[grids] unit`, with codes, names, figures and findings.

`solve` is the solver alone, on a bare graph: weights, edges with costs, a number of districts, limits. docs/en/partition.md says
what it minimises and how.
"""

from gridmerge.partition.alternatives import alternatives
from gridmerge.partition.edits import Refusal, apply_edits
from gridmerge.partition.naming import named
from gridmerge.partition.orders import read_orders
from gridmerge.partition.plan import partition
from gridmerge.partition.sides import described
from gridmerge.partition.solver import Solution, Wishes, solve

__all__ = [
    "Refusal",
    "Solution",
    "Wishes",
    "alternatives",
    "apply_edits",
    "described",
    "named",
    "partition",
    "read_orders",
    "solve",
]
