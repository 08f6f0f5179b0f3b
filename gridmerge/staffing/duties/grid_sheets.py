"""The sheet of every grid: each matter with whom to call there, and each step with who takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from gridmerge.catalog import load_catalog, normalize_name
from gridmerge.model import DUTY_COLUMNS, Assignment, GridPlan, Layer, Matters

# who a role of the table of steps means
STEP_ROLES: dict[str, str] = {
    normalize_name(word): role
    for role, words in {
        "member": ("网格员", "专职网格员", "member", "full_time"),
        "leader": ("网格长", "leader"),
        "lead_contact": ("主责部门", "主体责任部门", "牵头部门", "责任部门", "lead"),
        "cooperating_contacts": ("配合部门", "配合责任部门", "cooperating"),
    }.items()
    for word in words
}


def duty_sheets(
    matters: Matters,
    plan: GridPlan,
    crosswalk: pd.DataFrame,
    layers: Sequence[Layer],
    assignment: Assignment | None,
) -> pd.DataFrame:
    """Return the rows of duties.csv: a row per grid, matter and step (one with blank step where no steps are given).

    Parameters
    ----------
    matters
        Checked.
    plan
        Its sizing unit decides which departmental grid a department's contact is taken from: the one that covers most
        of it in the unified grid (of the area where the unit is no workload).
    crosswalk, layers
        Where the departments' grids went, and who holds them.
    assignment
        Gives the grid's member (who carries most) and leader; None without a roster.
    """
    contact = find_contacts(plan, crosswalk, layers)
    people = people_of(assignment)
    titles = {one.key: one.zh for one in load_catalog()}
    titles |= {layer.department: layer.title for layer in layers if layer.spec.title}
    rows = [
        row
        for code in sorted(plan.grids["grid_code"])
        for matter in _frame_records(matters.frame)
        for row in _sheet_rows(
            code,
            matter,
            contact,
            people.get(code, {}),
            titles,
            _matter_steps(matters, matter["matter_code"]),
        )
    ]
    return pd.DataFrame(rows, columns=list(DUTY_COLUMNS))


def find_contacts(
    plan: GridPlan, crosswalk: pd.DataFrame, layers: Sequence[Layer], by: str | None = None
) -> dict[tuple[str, str], str]:
    """Return (grid code, department) → the holder of its grid that covers most there: households, or what `by` names."""
    if not layers:
        return {}
    holders = pd.concat(
        [layer.frame[["source_id", "holder"]].assign(layer=layer.key) for layer in layers]
    )
    department = {layer.key: layer.department for layer in layers}
    table = crosswalk.merge(holders, on=["layer", "source_id"])
    table = table[table["holder"] != ""].assign(department=table["layer"].map(department))
    unit = by or str(plan.sizes.unit)
    unit = unit if unit in table else "area_m2"
    order = table.sort_values(
        [unit, "area_m2", "layer", "source_id"], ascending=[False, False, True, True]
    )
    first = order.drop_duplicates(["grid_code", "department"])
    return dict(
        zip(zip(first["grid_code"], first["department"], strict=True), first["holder"], strict=True)
    )


def people_of(assignment: Assignment | None) -> dict[str, dict[str, str]]:
    """Grid code → the names of its member (the one who carries most) and its leader."""
    if assignment is None:
        return {}
    names = dict(zip(assignment.members["member_id"], assignment.members["name"], strict=True))
    table = assignment.assignments.sort_values(["load", "member_id"], ascending=[False, True])
    # they help; whom to turn to are member and leader
    table = table[~table["duty"].isin(["adviser", "other"])]
    people: dict[str, dict[str, str]] = {}
    for code, member, duty in zip(
        table["grid_code"], table["member_id"], table["duty"], strict=True
    ):
        people.setdefault(code, {}).setdefault(
            "leader" if duty == "leader" else "member", names[member]
        )
    return people


def _matter_steps(matters: Matters, code: str) -> list[dict[str, Any]]:
    table = matters.steps
    own = table[table["matter_code"] == code]
    # steps of no matter are those of every other
    own = own if len(own) else table[table["matter_code"] == ""]
    return _frame_records(own) or [{"step": "", "role": "", "hours": "", "departments": ()}]


def _frame_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _sheet_rows(
    code: str,
    matter: Mapping[str, Any],
    contact: Mapping[tuple[str, str], str],
    people: Mapping[str, str],
    titles: Mapping[str, str],
    steps: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    def titled(keys: Sequence[str]) -> str:
        return "、".join(titles.get(key, key) for key in keys)

    def called(keys: Sequence[str]) -> str:
        return "、".join(
            dict.fromkeys(contact[code, key] for key in keys if (code, key) in contact)
        )

    row = {
        "grid_code": code,
        "matter_code": matter["matter_code"],
        "category": matter["category"],
        "matter": matter["matter"],
        "lead": titled(matter["lead"]),
        "lead_contact": called(matter["lead"]),
        "cooperating": titled(matter["cooperating"]),
        "cooperating_contacts": called(matter["cooperating"]),
        "member": people.get("member", ""),
        "leader": people.get("leader", ""),
        "temporary": bool(matter["temporary"]),
        "list": matter["list"],
    }
    return [
        {
            **row,
            "step": step["step"],
            "role": step["role"],
            "person": row[STEP_ROLES[normalize_name(step["role"])]]
            if normalize_name(step["role"]) in STEP_ROLES
            else called(step["departments"]),
            "hours": step["hours"],
        }
        for step in steps
    ]
