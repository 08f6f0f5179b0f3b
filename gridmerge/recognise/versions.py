"""Files that another file replaced, and departments with more than one network: what only its owner can settle."""

from __future__ import annotations

import re
from itertools import groupby

from gridmerge.recognise.guess import listed
from gridmerge.recognise.kinds import Recognised, department
from gridmerge.recognise.signs import signs
from gridmerge.recognise.table import Table
from gridmerge.text import Text


def without_old(found: list[Recognised]) -> tuple[list[Recognised], list[tuple[str, Text]]]:
    """Leave out networks that call themselves old or a copy where the same department has another; each with its reason."""
    current: dict[str, str] = {}
    old: list[tuple[Recognised, str]] = []
    for one in found:
        owner = department(one.sheet) if one.kind.value == "network" else None
        if owner is None:
            continue
        if re.search(signs()["old"]["pattern"], one.sheet.path.lower()):
            old.append((one, owner.value.key))
        else:
            current.setdefault(owner.value.key, one.sheet.label)
    gone = {id(one) for one, key in old if key in current}
    replaced = [
        (
            one.sheet.label,
            Text(f"名称像旧版或备份，已用 {current[key]}", f"its name says old or a copy; {current[key]} is used"),
        )
        for one, key in old
        if key in current
    ]
    return [one for one in found if id(one) not in gone], replaced


def share_departments(tables: list[Table]) -> None:
    """Say of networks of one department that they may be versions of one another."""

    def owner(table: Table) -> str:
        return str(table.values["department"].value)

    networks = sorted((table for table in tables if table.role in ("grid", "base")), key=owner)
    for _, group in groupby(networks, owner):
        several = list(group)
        for table in several if len(several) > 1 else ():
            others = listed(str(other.values["path"].value) for other in several if other is not table)
            why = Text(
                f"同一部门还有 {others.zh}；若是新旧版本，请只留一个",
                f"the same department has {others.en} too; if they are versions of one another, keep one only",
            )
            table.doubt("path", why)
