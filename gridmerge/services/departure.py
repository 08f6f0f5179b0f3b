"""Somebody leaves: the amended plan with the least change, from the cover plans a build reckoned in advance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from gridmerge.errors import OutputError, PlanError
from gridmerge.products import list_finished_inputs
from gridmerge.products.data.csv_tables import (
    ASSIGNMENT_COLUMNS,
    MEMBER_COLUMNS,
    to_records,
    write_csv,
)
from gridmerge.products.transaction import stage_output

AMENDED_FILES = ("assignments.csv", "members.csv")
# Duties that a stand-in takes over as they are.
KEPT_DUTIES = ("leader", "adviser", "other")
NUMBER_COLUMNS = {"load", "load_per_capacity", "capacity", "grids", "km", "km_from_home"}


def amend_for_departure(
    member: str, out: str | Path, dest: str | Path | None = None
) -> pd.DataFrame:
    """Amend a finished plan for a member who leaves; no line moves, and only the grids of that member change hands.

    Parameters
    ----------
    member
        The member_id.
    out
        The folder of a finished build.
    dest
        Folder for the amended assignments.csv and members.csv; default OUT/leave-MEMBER. OUT itself is not changed.

    Returns
    -------
    pandas.DataFrame
        The rows of standins.csv for this member.

    Raises
    ------
    OutputError
        OUT holds no finished build, or DEST cannot be written or holds an input of these names.
    PlanError
        There is no such member, or nobody can take over.
    """
    out = Path(out)
    assignments = _read_table(out, "assignments.csv")
    members = _read_table(out, "members.csv")
    covers = _read_table(out, "standins.csv")
    _refuse_unknown(member, members)
    cover = covers[covers["member_id"] == member].reset_index(drop=True)
    cover = cover.assign(over_limit=cover["over_limit"] == "True")
    _refuse_uncovered(member, cover)
    amended = _amend_assignments(member, assignments, cover)
    people = _recompute_members(member, members, assignments, cover)
    folder = Path(dest) if dest is not None else out / f"leave-{member}"
    with stage_output(folder, AMENDED_FILES, list_finished_inputs(out)) as aside:
        write_csv(aside / "assignments.csv", ASSIGNMENT_COLUMNS, to_records(amended))
        write_csv(aside / "members.csv", MEMBER_COLUMNS, to_records(people))
    return cover


def _read_table(out: Path, name: str) -> pd.DataFrame:
    try:
        table = pd.read_csv(out / name, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise OutputError(
            f"{out} 中没有可用的 {name}；请先运行 gridmerge build。",
            f"{out} has no usable {name}; run gridmerge build first.",
        ) from error
    for column in NUMBER_COLUMNS.intersection(table.columns):
        table[column] = pd.to_numeric(table[column])
    return table


def _refuse_unknown(member: str, members: pd.DataFrame) -> None:
    if member not in set(members["member_id"]):
        raise PlanError(
            f"成果中没有编号为 {member} 的人员；编号见 members.csv。",
            f"there is no member {member} in this build; members.csv lists them.",
        )


def _refuse_uncovered(member: str, cover: pd.DataFrame) -> None:
    uncovered = cover.loc[cover["stand_in_id"] == "", "grid_code"]
    if len(uncovered):
        raise PlanError(
            f"{member} 离岗后，网格 {'、'.join(uncovered)} 无人可以接手；请先在人员名册中补充人员，再重新运行 gridmerge build。",
            f"if {member} leaves, nobody can take over the grids {', '.join(uncovered)}; add members to the roster and build again.",
        )


def _amend_assignments(member: str, assignments: pd.DataFrame, cover: pd.DataFrame) -> pd.DataFrame:
    """Stay who stayed, with what they take on of their own grids; a new face on a grid is a stand-in (or its leader)."""
    rest = assignments[assignments["member_id"] != member]
    stand_ins = cover.rename(columns={"member_id": "left", "stand_in_id": "member_id"})
    keeps_duty = stand_ins["duty"].isin(KEPT_DUTIES)
    stand_ins["duty"] = stand_ins["duty"].where(keeps_duty, "stand_in")
    columns = list(ASSIGNMENT_COLUMNS)
    # Rows of those who stay come first, so that their duty is kept.
    both = pd.concat([rest, stand_ins[columns]])
    by_pair = both.groupby(["grid_code", "member_id"], as_index=False)
    merged = by_pair.agg({"duty": "first", "load": "sum"})
    return merged.sort_values(["grid_code", "duty", "member_id"], ignore_index=True)[columns]


def _recompute_members(
    member: str, members: pd.DataFrame, assignments: pd.DataFrame, cover: pd.DataFrame
) -> pd.DataFrame:
    """members.csv without the one who left, the figures of the stand-ins brought up to date."""
    held = set(zip(assignments["grid_code"], assignments["member_id"], strict=True))
    taken = zip(cover["grid_code"], cover["stand_in_id"], strict=True)
    is_new = np.array([pair not in held for pair in taken], dtype=bool)
    added = cover.assign(grids=is_new.astype(int), km=np.where(is_new, cover["km"], 0.0))
    by_taker = added.groupby("stand_in_id")
    people = members[members["member_id"] != member].set_index("member_id")
    more = by_taker[["load", "grids", "km"]].sum().reindex(people.index, fill_value=0.0)
    grids = people["grids"] + more["grids"]
    load = people["load"] + more["load"]
    total_km = people["km_from_home"] * people["grids"] + more["km"]
    km = total_km / grids.where(grids > 0)
    people = people.assign(
        load=load,
        load_per_capacity=load / people["capacity"],
        grids=grids.astype(int),
        km_from_home=km,
    )
    return people.reset_index()[list(MEMBER_COLUMNS)]
