"""The sheet of every grid: each matter with whom to call there, and each step with who takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gridmerge.catalog import load_catalog, normalize_name
from gridmerge.model import DUTY_COLUMNS, Assignment, GridPlan, Layer, Matters

# What a table of steps may call the people and departments of a matter, by column of the sheet.
ROLE_WORDS: dict[str, tuple[str, ...]] = {
    "member": ("网格员", "专职网格员", "member", "full_time"),
    "leader": ("网格长", "leader"),
    "lead_contact": ("主责部门", "主体责任部门", "牵头部门", "责任部门", "lead"),
    "cooperating_contacts": ("配合部门", "配合责任部门", "cooperating"),
}
# Whom a role means: the column of the sheet, by the normalised word.
STEP_ROLES: dict[str, str] = {
    normalize_name(word): role for role, words in ROLE_WORDS.items() for word in words
}
# The one step of a matter for which none are given.
BLANK_STEP: dict[str, Any] = {"step": "", "role": "", "hours": "", "departments": ()}


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
    records = _frame_records(matters.frame)
    steps = [_matter_steps(matters, matter["matter_code"]) for matter in records]
    rows: list[dict[str, Any]] = []
    for code in sorted(plan.grids["grid_code"]):
        sheet = _GridSheet(code, contact, people.get(code, {}), titles)
        for matter, own_steps in zip(records, steps, strict=True):
            rows += sheet.matter_rows(matter, own_steps)
    return pd.DataFrame(rows, columns=list(DUTY_COLUMNS))


def find_contacts(
    plan: GridPlan, crosswalk: pd.DataFrame, layers: Sequence[Layer], by: str | None = None
) -> dict[tuple[str, str], str]:
    """Return (grid code, department) → the holder of its grid that covers most there: households, or what `by` names."""
    if not layers:
        return {}
    holders = [layer.frame[["source_id", "holder"]].assign(layer=layer.key) for layer in layers]
    department = {layer.key: layer.department for layer in layers}
    table = crosswalk.merge(pd.concat(holders), on=["layer", "source_id"])
    table = table[table["holder"] != ""]
    table = table.assign(department=table["layer"].map(department))
    unit = by or str(plan.sizes.unit)
    if unit not in table:
        unit = "area_m2"
    order = table.sort_values(
        [unit, "area_m2", "layer", "source_id"], ascending=[False, False, True, True]
    )
    first = order.drop_duplicates(["grid_code", "department"])
    keys = zip(first["grid_code"], first["department"], strict=True)
    return dict(zip(keys, first["holder"], strict=True))


def people_of(assignment: Assignment | None) -> dict[str, dict[str, str]]:
    """Grid code → the names of its member (the one who carries most) and its leader."""
    if assignment is None:
        return {}
    members = assignment.members
    names = dict(zip(members["member_id"], members["name"], strict=True))
    table = assignment.assignments.sort_values(["load", "member_id"], ascending=[False, True])
    # they help; whom to turn to are member and leader
    table = table[~table["duty"].isin(["adviser", "other"])]
    people: dict[str, dict[str, str]] = {}
    posts = zip(table["grid_code"], table["member_id"], table["duty"], strict=True)
    for code, member, duty in posts:
        part = "leader" if duty == "leader" else "member"
        people.setdefault(code, {}).setdefault(part, names[member])
    return people


def _matter_steps(matters: Matters, code: str) -> list[dict[str, Any]]:
    table = matters.steps
    own = table[table["matter_code"] == code]
    if not len(own):
        # steps of no matter are those of every other
        own = table[table["matter_code"] == ""]
    return _frame_records(own) or [BLANK_STEP]


def _frame_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


@dataclass(frozen=True)
class _GridSheet:
    """The sheet of one grid.

    Parameters
    ----------
    code
        Of the grid.
    contact
        (grid code, department) → whom to call.
    people
        Names of the grid's member and leader.
    titles
        Names of the departments.
    """

    code: str
    contact: Mapping[tuple[str, str], str]
    people: Mapping[str, str]
    titles: Mapping[str, str]

    def matter_rows(
        self, matter: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """A row a step of a matter."""
        row = {
            "grid_code": self.code,
            "matter_code": matter["matter_code"],
            "category": matter["category"],
            "matter": matter["matter"],
            "lead": self._join_titles(matter["lead"]),
            "lead_contact": self._join_contacts(matter["lead"]),
            "cooperating": self._join_titles(matter["cooperating"]),
            "cooperating_contacts": self._join_contacts(matter["cooperating"]),
            "member": self.people.get("member", ""),
            "leader": self.people.get("leader", ""),
            "temporary": bool(matter["temporary"]),
            "list": matter["list"],
        }
        return [{**row, **self._step_cells(row, step)} for step in steps]

    def _step_cells(self, row: Mapping[str, Any], step: Mapping[str, Any]) -> dict[str, Any]:
        """What a step adds to the row of its matter: the person is one of the row's, or whom its departments name."""
        column = STEP_ROLES.get(normalize_name(step["role"]))
        person = self._join_contacts(step["departments"]) if column is None else row[column]
        return {
            "step": step["step"],
            "role": step["role"],
            "person": person,
            "hours": step["hours"],
        }

    def _join_titles(self, departments: Sequence[str]) -> str:
        return "、".join(self.titles.get(key, key) for key in departments)

    def _join_contacts(self, departments: Sequence[str]) -> str:
        places = [(self.code, key) for key in departments]
        holders = [self.contact[place] for place in places if place in self.contact]
        return "、".join(dict.fromkeys(holders))
