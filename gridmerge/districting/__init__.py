"""Faces → unified grids inside each village.

In: a `Mosaic` (faces, borders, memberships), their `Weights`, the `Township` and the `[grids]` settings.
Out: a `GridPlan`: grids in one piece each, within one village, sized in `[grids] unit`, with codes, names, figures and findings.

`solve_districting` is the solver alone, on a bare graph: weights, edges with costs, a number of districts, limits. docs/en/partition.md says
what it minimises and how.
"""

from gridmerge.districting.alternative_plans import make_alternatives
from gridmerge.districting.boundary_text import describe_boundaries
from gridmerge.districting.edits import Refusal, apply_edits
from gridmerge.districting.grid_names import name_grids
from gridmerge.districting.plan import divide_township
from gridmerge.districting.solver.search import DistrictingSolution, SolveOptions, solve_districting

__all__ = [
    "DistrictingSolution",
    "Refusal",
    "SolveOptions",
    "apply_edits",
    "describe_boundaries",
    "divide_township",
    "make_alternatives",
    "name_grids",
    "solve_districting",
]
