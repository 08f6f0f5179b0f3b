"""Files that another file replaced, and departments with more than one network: what only its owner can settle."""

from __future__ import annotations

import re
from itertools import groupby

from gridmerge.discover.classification import ClassifiedSheet, find_department
from gridmerge.discover.guess import list_names
from gridmerge.discover.keywords import load_keywords
from gridmerge.discover.settings_table import ProjectTable
from gridmerge.i18n.text import Text


def without_old(
    found: list[ClassifiedSheet],
) -> tuple[list[ClassifiedSheet], list[tuple[str, Text]]]:
    """Leave out networks that call themselves old or a copy where the same department has another; each with its reason."""
    current: dict[str, str] = {}
    old: list[tuple[ClassifiedSheet, str]] = []
    for one in found:
        owner = find_department(one.sheet) if one.kind.value == "network" else None
        if owner is None:
            continue
        if re.search(load_keywords()["old"]["pattern"], one.sheet.path.lower()):
            old.append((one, owner.value.key))
        else:
            current.setdefault(owner.value.key, one.sheet.label)
    gone = {id(one) for one, key in old if key in current}
    replaced = [
        (
            one.sheet.label,
            Text(
                f"名称像旧版或备份，已用 {current[key]}",
                f"its name says old or a copy; {current[key]} is used",
            ),
        )
        for one, key in old
        if key in current
    ]
    return [one for one in found if id(one) not in gone], replaced


def share_departments(tables: list[ProjectTable]) -> None:
    """Say of networks of one department that they may be versions of one another."""

    def owner(table: ProjectTable) -> str:
        return str(table.values["department"].value)

    networks = sorted((table for table in tables if table.role in ("grid", "base")), key=owner)
    for _, group in groupby(networks, owner):
        several = list(group)
        for table in several if len(several) > 1 else ():
            others = list_names(
                str(other.values["path"].value) for other in several if other is not table
            )
            why = Text(
                f"同一部门还有 {others.zh}；若是新旧版本，请只留一个",
                f"the same department has {others.en} too; if they are versions of one another, keep one only",
            )
            table.doubt("path", why)
