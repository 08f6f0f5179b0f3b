"""The posts of 1+5+N: one squad, five residents, and whoever is on call, named for every grid from the departments' own areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from gridmerge.catalog import load_catalog
from gridmerge.findings import Finding, make_finding
from gridmerge.model import DUTY_COLUMNS, Assignment, GridPlan, Layer
from gridmerge.staffing.duties.grid_sheets import find_contacts, people_of

POSTS_PATTERN = "1+5+N"
# Grids that a finding names.
MAX_SHOWN_GRIDS = 3
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
    findings = []
    for post, department in _list_posts():
        title = titles[department]
        unknown = [code for code in codes if (code, department) not in contact]
        if unknown:
            findings.append(_unknown_holder(title, unknown))
        for code in codes:
            holder = contact.get((code, department), "")
            rows.append(_post_row(code, post, title, holder, people.get(code, {})))
    table = pd.DataFrame(rows, columns=list(DUTY_COLUMNS))
    by_grid = table.sort_values("grid_code", kind="stable", ignore_index=True)
    return by_grid, tuple(findings)


def _list_posts() -> list[tuple[str, str]]:
    """Every post with each of its departments."""
    return [(post, key) for post, keys in POST_DEPARTMENTS.items() for key in keys]


def _unknown_holder(department: str, codes: Sequence[str]) -> Finding:
    return make_finding(
        "post_unknown",
        layer="duties",
        measure=len(codes),
        department=department,
        grids="、".join(codes[:MAX_SHOWN_GRIDS]),
    )


def _post_row(
    code: str, post: str, department: str, holder: str, people: Mapping[str, str]
) -> dict[str, Any]:
    return {
        **dict.fromkeys(DUTY_COLUMNS, ""),
        "grid_code": code,
        "category": POSTS_PATTERN,
        "matter": post,
        "lead": department,
        "lead_contact": holder,
        "member": people.get("member", ""),
        "leader": people.get("leader", ""),
        "temporary": False,
        "role": post,
        "person": holder,
    }
