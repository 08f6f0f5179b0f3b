"""Who stands behind a grid: its members with their duties, its leader, the departments that have land in it."""

from __future__ import annotations

import pandas as pd

from gridmerge.model import Build

# in the order people are named
DUTY_ORDER = ("leader", "full_time", "part_time", "stand_in", "adviser", "other")
ABSENT_BELOW_M2 = 1.0  # a department with less than a square metre of a grid is not present in it


def list_grid_members(build: Build) -> dict[str, list[dict[str, str]]]:
    """Return for each grid code its members, the leader first: member_id, name, duty, phone."""
    if build.assignment is None or build.roster is None:
        return {}
    roster = build.roster.members.set_index("member_id")
    table = build.assignment.assignments
    ranked = table.assign(rank=table["duty"].map(DUTY_ORDER.index))
    ranked = ranked.sort_values(["grid_code", "rank", "member_id"])
    held = zip(*(ranked[name] for name in ("grid_code", "member_id", "duty")), strict=True)
    members: dict[str, list[dict[str, str]]] = {}
    for code, member, duty in held:
        person = {
            "member_id": str(member),
            "name": str(roster.at[member, "name"]),
            "duty": str(duty),
            "phone": str(roster.at[member, "phone"]),
        }
        members.setdefault(str(code), []).append(person)
    return members


def list_grid_leaders(build: Build) -> dict[str, str]:
    """Return for each grid code the name of its leader; a grid without one is absent."""
    leaders = {}
    for code, members in list_grid_members(build).items():
        names = [person["name"] for person in members if person["duty"] == "leader"]
        if names:
            leaders[code] = "、".join(names)
    return leaders


def list_grid_departments(build: Build) -> dict[str, list[str]]:
    """Return for each grid code the sorted keys of the networks that claim a face of it."""
    claims = list_claimed_faces(build)
    present = claims.groupby(["grid_code", "layer"], observed=True)["area_m2"].sum()
    rows = present[present >= ABSENT_BELOW_M2].reset_index()
    return {str(code): sorted(group["layer"]) for code, group in rows.groupby("grid_code")}


def list_claimed_faces(build: Build) -> pd.DataFrame:
    """Return memberships with the grid and the area of their face.

    Columns: layer, source_id, face_id, grid_code, area_m2.
    """
    areas = build.mosaic.faces[["face_id", "area_m2"]]
    faces = areas.merge(build.plan.faces, on="face_id")
    claims = build.mosaic.memberships.merge(faces, on="face_id")
    return claims.sort_values(["layer", "source_id", "face_id"])
