"""The index of places that `gridmerge locate` asks: who is responsible at a point, and which departments are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from gridmerge.geo import place_index
from gridmerge.model import Build
from gridmerge.products.contacts import list_grid_leaders, list_grid_members
from gridmerge.products.labels import name_build_layers


def write_places(build: Build, folder: Path) -> None:
    """Write the index of places into a folder.

    Parameters
    ----------
    build
        Made discreet already: what stands here is told to whoever asks.
    folder
        Where the four files go.
    """
    faces = build.mosaic.faces.sort_values("face_id")
    grids = build.plan.grids.sort_values("grid_code")
    index = pd.Series(range(len(grids)), index=grids["grid_code"].to_numpy())
    code = build.plan.faces.set_index("face_id")["grid_code"].loc[faces["face_id"]]
    sources, claims = _face_claims(build, faces["face_id"])
    place_index.write_index(
        folder,
        crs=build.township.crs,
        faces=faces.geometry.to_numpy(),
        grids=grids.geometry.to_numpy(),
        about={
            "grid_of_face": index.loc[code].tolist(),
            "grids": _index_grids(build),
            "sources": sources,
            "claims": claims,
            "phones": build.settings.publish.contacts,
            **_matter_contacts(build),
        },
    )


def _matter_contacts(build: Build) -> dict[str, Any]:
    """Who leads a matter, and whom to call for it in each grid; nothing without a list of matters."""
    if build.duties is None or not (build.duties["matter_code"] != "").any():
        return {}
    rows = build.duties[build.duties["matter_code"] != ""].drop_duplicates(
        ["grid_code", "matter_code"]
    )
    one = rows.drop_duplicates("matter_code").sort_values("matter_code")
    matters = {
        row["matter_code"]: row
        for row in one[["matter_code", "matter", "lead", "cooperating"]].to_dict("records")
    }
    call = rows.pivot_table(
        index="lead", columns="grid_code", values="lead_contact", aggfunc="first"
    ).sort_index()
    codes = build.plan.grids.sort_values("grid_code")["grid_code"]
    call = call.reindex(columns=codes).fillna("")
    contacts = {lead: row.tolist() for lead, row in zip(call.index, call.to_numpy(), strict=True)}
    return {"matters": matters, "contacts": contacts}


def _index_grids(build: Build) -> list[dict[str, Any]]:
    staff, heads = list_grid_members(build), list_grid_leaders(build)
    columns = ["grid_code", "grid_name", "grid_type", "village_code", "village_name"]
    return [
        {
            **row,
            "leader": heads.get(row["grid_code"], ""),
            "members": staff.get(row["grid_code"], []),
        }
        for row in build.plan.grids.sort_values("grid_code")[columns].to_dict("records")
    ]


def _face_claims(build: Build, face_ids: pd.Series) -> tuple[list[dict[str, str]], list[list[int]]]:
    """The departmental grids, and for each face which of them claim it."""
    titles = name_build_layers(build, "zh")
    sources = [
        {
            "layer": layer.key,
            "title": titles[layer.key],
            "source_id": source_id,
            "name": name,
            "holder": holder,
        }
        for layer in build.ranked
        for source_id, name, holder in zip(
            layer.frame["source_id"], layer.frame["name"], layer.frame["holder"], strict=True
        )
    ]
    number = {(row["layer"], row["source_id"]): index for index, row in enumerate(sources)}
    of_face: dict[str, list[int]] = {face_id: [] for face_id in face_ids}
    table = build.mosaic.memberships
    for face_id, layer, source_id in zip(
        table["face_id"], table["layer"], table["source_id"], strict=True
    ):
        of_face[face_id].append(number[layer, source_id])
    return sources, [sorted(of_face[face_id]) for face_id in face_ids]
