"""The index of places that `gridmerge locate` asks: who is responsible at a point, and which departments are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from gridmerge.geo import place_index
from gridmerge.model import Build
from gridmerge.products.contacts import list_grid_leaders, list_grid_members
from gridmerge.products.data.csv_tables import to_records
from gridmerge.products.labels import name_build_layers


def write_places(build: Build, folder: Path) -> None:
    """Write the index of places into a folder.

    Parameters
    ----------
    build
        Redacted already: what stands here is shown to whoever asks.
    folder
        Where the four files go.
    """
    faces = build.mosaic.faces.sort_values("face_id")
    grids = build.plan.grids.sort_values("grid_code")
    row_of_grid = pd.Series(range(len(grids)), index=grids["grid_code"].to_numpy())
    grid_of_face = build.plan.faces.set_index("face_id")["grid_code"]
    codes = grid_of_face.loc[faces["face_id"]]
    sources, claims = _face_claims(build, faces["face_id"])
    about = {
        "grid_of_face": row_of_grid.loc[codes].tolist(),
        "grids": _index_grids(build),
        "sources": sources,
        "claims": claims,
        "phones": build.settings.publish.contacts,
        **_matter_contacts(build),
    }
    place_index.write_index(
        folder,
        crs=build.township.crs,
        faces=faces.geometry.to_numpy(),
        grids=grids.geometry.to_numpy(),
        about=about,
    )


def _matter_contacts(build: Build) -> dict[str, Any]:
    """Who leads a matter, and whom to call for it in each grid; nothing without a list of matters."""
    if build.duties is None or not (build.duties["matter_code"] != "").any():
        return {}
    with_matter = build.duties[build.duties["matter_code"] != ""]
    rows = with_matter.drop_duplicates(["grid_code", "matter_code"])
    listed = rows.drop_duplicates("matter_code").sort_values("matter_code")
    records = listed[["matter_code", "matter", "lead", "cooperating"]].to_dict("records")
    matters = {row["matter_code"]: row for row in records}
    return {"matters": matters, "contacts": _lead_contacts(build, rows)}


def _lead_contacts(build: Build, duties: pd.DataFrame) -> dict[str, list[str]]:
    """Return of each leading department whom to call, grid by grid in the order of their codes."""
    by_lead = duties.pivot_table(
        index="lead",
        columns="grid_code",
        values="lead_contact",
        aggfunc="first",
    ).sort_index()
    codes = build.plan.grids.sort_values("grid_code")["grid_code"]
    by_lead = by_lead.reindex(columns=codes).fillna("")
    rows = zip(by_lead.index, by_lead.to_numpy(), strict=True)
    return {lead: contacts.tolist() for lead, contacts in rows}


def _index_grids(build: Build) -> list[dict[str, Any]]:
    members, leaders = list_grid_members(build), list_grid_leaders(build)
    columns = ["grid_code", "grid_name", "grid_type", "village_code", "village_name"]
    grids = build.plan.grids.sort_values("grid_code")[columns]
    rows: list[dict[str, Any]] = []
    for grid in to_records(grids):
        code = grid["grid_code"]
        people = {"leader": leaders.get(code, ""), "members": members.get(code, [])}
        rows.append({**grid, **people})
    return rows


def _face_claims(build: Build, face_ids: pd.Series) -> tuple[list[dict[str, str]], list[list[int]]]:
    """The departmental grids, and for each face which of them claim it."""
    titles = name_build_layers(build, "zh")
    sources: list[dict[str, str]] = []
    for layer in build.ranked:
        called = {"layer": layer.key, "title": titles[layer.key]}
        grids = to_records(layer.frame[["source_id", "name", "holder"]])
        sources += [{**called, **grid} for grid in grids]
    number = {(row["layer"], row["source_id"]): index for index, row in enumerate(sources)}
    of_face: dict[str, list[int]] = {face_id: [] for face_id in face_ids}
    memberships = build.mosaic.memberships
    columns = (memberships[name] for name in ("face_id", "layer", "source_id"))
    for face_id, layer_key, source_id in zip(*columns, strict=True):
        of_face[face_id].append(number[layer_key, source_id])
    return sources, [sorted(of_face[face_id]) for face_id in face_ids]
