"""Promise 5, for grids.geojson: its people are those of the assignments and the roster, its departments those on the land."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from gridmerge.invariants import Violation, make_violation, name_first
from gridmerge.products.contacts import ABSENT_BELOW_M2
from gridmerge.products.masking import mask_phone
from gridmerge.products.redaction import redact_text
from gridmerge.verify.reloaded_inputs import BuildInputs
from gridmerge.verify.written_build import BuildOutputs, GridPerson


def check_people(written: BuildOutputs, again: BuildInputs) -> Iterator[Violation]:
    """Members, leader and departments of every grid."""
    yield from _check_members(written, again)
    yield from _check_departments(written)


def _check_members(written: BuildOutputs, again: BuildInputs) -> Iterator[Violation]:
    known, table = _shown_roster(again), written.assignments
    pairs = {
        (code, member, duty, *known.get(member, ("", "")))
        for code, member, duty in zip(
            table["grid_code"], table["member_id"], table["duty"], strict=True
        )
    }
    features = [feature.properties for feature in written.geojson.features]
    told = {(grid.grid_code, *_person_row(person)) for grid in features for person in grid.members}
    wrong = {row[0] for row in pairs ^ told}
    for grid in features:
        heads = "、".join(person.name for person in grid.members if person.duty == "leader")
        if (grid.model_extra or {}).get("leader") != heads:
            wrong.add(grid.grid_code)
    if wrong:
        odd = name_first(sorted(wrong))
        yield make_violation(
            5,
            f"grids.geojson 中的网格员与分工表、名册不同：{odd}。",
            f"members in grids.geojson are not those of the assignments and the roster: {odd}.",
        )


def _shown_roster(again: BuildInputs) -> dict[str, tuple[str, str]]:
    """Name and phone of each member, as they may be shown."""
    if again.inputs.roster is None:
        return {}
    members, contacts = again.inputs.roster.members, again.settings.publish.contacts
    phones = members["phone"].fillna("").astype(str)
    return {
        member: (redact_text(str(name)), mask_phone(phone, contacts))
        for member, name, phone in zip(
            members["member_id"], members["name"].fillna(""), phones, strict=True
        )
    }


def _person_row(person: GridPerson) -> tuple[str, str, str, str]:
    return person.member_id, person.duty, person.name, person.phone


def _check_departments(written: BuildOutputs) -> Iterator[Violation]:
    faces = written.faces[["face_id", "grid_code", "area_m2"]]
    claims: pd.DataFrame = written.tables["memberships"].merge(faces, on="face_id")
    land = claims.groupby(["grid_code", "layer"])["area_m2"].sum()
    present = land[land >= ABSENT_BELOW_M2].index
    there = {(str(code), str(layer)) for code, layer in present}
    features = [feature.properties for feature in written.geojson.features]
    told = {(grid.grid_code, layer) for grid in features for layer in grid.departments}
    if there != told:
        odd = name_first(sorted({code for code, _ in there ^ told}))
        yield make_violation(
            3,
            f"grids.geojson 中网格的部门与 memberships 不同：{odd}。",
            f"departments in grids.geojson are not those of the memberships: {odd}.",
        )
