"""The posts of 1+5+N: one squad, five residents, and whoever is on call, named for every grid from the departments' own areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from gridmerge.catalog import load_catalog
from gridmerge.findings import Finding, make_finding
from gridmerge.model import DUTY_COLUMNS, Assignment, GridPlan, Layer
from gridmerge.staffing.duties.grid_sheets import find_contacts, people_of

POSTS_PATTERN = "1+5+N"
POST_DEPARTMENTS: dict[str, tuple[str, ...]] = {
    "执法中队": ("enforcement",),
    "派驻": ("police", "fire", "transport", "market", "justice"),
    "随叫随到": ("emergency", "housing", "natural_resources", "greening", "culture_tourism"),
}


def post_rows(
    plan: GridPlan, crosswalk: pd.DataFrame, layers: Sequence[Layer], assignment: Assignment | None
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Return the rows of duties.csv that say who of law enforcement is called in each grid.

    Parameters
    ----------
    plan, crosswalk, layers
        A post is held by the holder of the department's grid that covers most of the unified grid, by area.
    assignment
        Gives the grid's member and leader; None without a roster.

    Returns
    -------
    tuple
        A row a grid and department, with category ``1+5+N`` and the post as matter and role; and a finding for each department
        whose holder is not known everywhere.
    """
    contact = find_contacts(plan, crosswalk, layers, "area_m2")
    people = people_of(assignment)
    titles = {one.key: one.zh for one in load_catalog()}
    codes = sorted(plan.grids["grid_code"])
    rows: list[dict[str, Any]] = []
    said = []
    for post, department in [
        (post, key) for post, keys in POST_DEPARTMENTS.items() for key in keys
    ]:
        nobody = [code for code in codes if (code, department) not in contact]
        if nobody:
            name, some = titles[department], "、".join(nobody[:3])
            said.append(
                make_finding(
                    "post_unknown", layer="duties", measure=len(nobody), department=name, grids=some
                )
            )
        for code in codes:
            who = contact.get((code, department), "")
            rows.append(
                {
                    **dict.fromkeys(DUTY_COLUMNS, ""),
                    "grid_code": code,
                    "category": POSTS_PATTERN,
                    "matter": post,
                    "lead": titles[department],
                    "lead_contact": who,
                    "member": people.get(code, {}).get("member", ""),
                    "leader": people.get(code, {}).get("leader", ""),
                    "temporary": False,
                    "role": post,
                    "person": who,
                }
            )
    table = pd.DataFrame(rows, columns=list(DUTY_COLUMNS))
    return table.sort_values("grid_code", kind="stable", ignore_index=True), tuple(said)
