"""A finished plan and the people of a project → who takes which grid, and what each is to do there."""

from __future__ import annotations

import pandas as pd

from gridmerge.findings import Finding
from gridmerge.inputs import Inputs
from gridmerge.model import Assignment, GridPlan
from gridmerge.staffing import Incumbents, assign_members, find_current_holders, find_settled_grids
from gridmerge.staffing.duties import duty_sheets, post_rows

# The staffing pattern that asks for posts beside the members.
POSTS_PATTERN = "1+5+N"


def staff_plan(
    inputs: Inputs, plan: GridPlan, crosswalk: pd.DataFrame, seen: Assignment | None = None
) -> Assignment | None:
    """Assign members to grids, where there is a roster.

    People stay where neither a meeting nor new data touched their village.

    Parameters
    ----------
    seen
        What a meeting saw before it moved anything: there everybody stays.
    """
    if inputs.roster is None:
        return None
    postings = inputs.postings
    posted = None if postings is None else postings.assignments
    holders = find_current_holders(plan, inputs.roster, crosswalk, inputs.layers, posted)
    incumbents = _find_incumbents(inputs, plan, seen)
    staffing = inputs.settings.staffing
    return assign_members(plan, inputs.roster, inputs.township, staffing, holders, incumbents)


def _find_incumbents(inputs: Inputs, plan: GridPlan, seen: Assignment | None) -> Incumbents | None:
    """Who has a grid already, and where that is to stay so."""
    if seen is not None:
        every_grid = frozenset(plan.grids["grid_code"])
        return Incumbents(postings=seen.assignments, settled=every_grid, stand_ins=seen.stand_ins)
    postings = inputs.postings
    if postings is None:
        return None
    settled = find_settled_grids(plan.grids, postings.grids)
    return Incumbents(postings=postings.assignments, settled=settled, stand_ins=postings.covers)


def list_duties(
    inputs: Inputs, plan: GridPlan, crosswalk: pd.DataFrame, assignment: Assignment | None
) -> tuple[pd.DataFrame | None, tuple[Finding, ...]]:
    """List what is to be done in every grid, and by whom.

    A sheet a grid where there is a list of matters, and the posts of 1+5+N where the pattern asks for them.
    """
    layers = inputs.layers
    sheet = None
    if inputs.matters is not None:
        sheet = duty_sheets(inputs.matters, plan, crosswalk, layers, assignment)
    if inputs.settings.staffing.pattern != POSTS_PATTERN:
        return sheet, ()
    posts, findings = post_rows(plan, crosswalk, layers, assignment)
    rows = posts if sheet is None else pd.concat([sheet, posts], ignore_index=True)
    return rows.sort_values("grid_code", kind="stable", ignore_index=True), findings
