"""What the map shows, taken from a build: plain frames that can as well be read back from a finished output folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from gridmerge.config.settings import Grids
from gridmerge.findings import Finding, Severity
from gridmerge.i18n.text import Text
from gridmerge.model import Build, Layer, Meeting, Roster
from gridmerge.products.data.docket import DISCREPANCY_KINDS, build_docket
from gridmerge.products.labels import name_build_layers
from gridmerge.products.masking import Contacts, mask_phone

MEMBER_COLUMNS = ("member_id", "name", "kind", "capacity", "phone")
NO_ADDRESSES = gpd.GeoDataFrame({"address": []}, geometry=[])
ASSIGNMENT_COLUMNS = ("grid_code", "member_id", "duty", "load")


@dataclass(frozen=True, kw_only=True)
class MapLayer:
    """One departmental network as drawn: `frame` has source_id, name, holder, geometry (polygons; lines for barriers)."""

    key: str
    title: Text
    role: str
    frame: gpd.GeoDataFrame


@dataclass(frozen=True, kw_only=True)
class Remark:
    """A finding as the map lists it; `place` in the working CRS."""

    severity: Severity
    kind: str
    layer: str
    source_id: str
    message: Text
    place: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class MapData:
    """Everything the map shows; phones are masked already.

    Parameters
    ----------
    name, code, date, crs
        The township, the day of the build, the working CRS of every geometry here.
    villages
        village_code, village_name, geometry.
    grids
        grid_code, grid_name, grid_type, village_code, village_name, area_m2, workload, one column per name in `works`.
    faces
        face_id, village_code, grid_code, area_m2, workload, one column per name in `works`, geometry: a valid coverage.
    memberships
        face_id, layer, source_id.
    layers
        In the order they are listed: by rank, as everywhere.
    members, assignments
        Columns MEMBER_COLUMNS and ASSIGNMENT_COLUMNS; empty when there is no roster.
    sizes
        The limits in force: unit, target, min, max.
    figures
        ``grids`` and ``members`` as in report.json.
    sources
        (key, path, features) of every input.
    docket
        Land to settle, by kind (``gaps``, ``claims``, ``disputes``): the columns of `publish.docket.docket`, without geometry.
    meeting
        What earlier meetings voted and noted.
    addresses
        address, geometry (points); empty when none were given.
    contacts
        As `[publish] contacts` has it: unless ``full``, phones are masked in names and notes too.
    """

    name: str
    code: str
    date: str
    crs: CRS
    villages: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame
    faces: gpd.GeoDataFrame
    memberships: pd.DataFrame
    layers: tuple[MapLayer, ...]
    members: pd.DataFrame
    assignments: pd.DataFrame
    works: tuple[str, ...]
    sizes: Grids
    figures: dict[str, Any] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    sources: tuple[tuple[str, str, int], ...] = ()
    docket: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    meeting: Meeting = field(default_factory=Meeting)
    addresses: gpd.GeoDataFrame = field(default_factory=lambda: NO_ADDRESSES)
    contacts: Contacts = "masked"

    @classmethod
    def from_build(cls, build: Build) -> MapData:
        """Take what the map needs from a build, masking phones as the project file says."""
        contacts = build.settings.publish.contacts
        chinese, english = name_build_layers(build, "zh"), name_build_layers(build, "en")
        assignment = build.assignment
        return cls(
            name=build.township.name,
            code=build.township.code or "",
            date=build.date,
            crs=build.township.crs,
            villages=build.township.villages,
            grids=build.plan.grids,
            faces=_face_frame(build),
            memberships=build.mosaic.memberships,
            layers=tuple(
                _map_layer(layer, Text(chinese[layer.key], english[layer.key]))
                for layer in build.ranked
            ),
            members=_member_frame(
                None if assignment is None else assignment.members, build.roster, contacts
            ),
            assignments=_pick_columns(
                None if assignment is None else assignment.assignments, ASSIGNMENT_COLUMNS
            ),
            works=build.weights.names,
            sizes=build.plan.sizes,
            figures={
                "grids": build.plan.figures,
                "members": {} if assignment is None else assignment.figures,
            },
            remarks=tuple(make_remark(finding, chinese, english) for finding in build.findings),
            sources=tuple((source.key, source.path, source.features) for source in build.sources),
            docket={
                kind: build_docket(build, kind).drop(columns="geometry")
                for kind in DISCREPANCY_KINDS
            },
            meeting=build.meeting,
            addresses=NO_ADDRESSES if build.addresses is None else build.addresses.frame,
            contacts=contacts,
        )


def make_remark(finding: Finding, chinese: Mapping[str, str], english: Mapping[str, str]) -> Remark:
    """Turn a finding into a line of the map's list; the mappings hold what people call each layer."""
    return Remark(
        severity=finding.severity,
        kind=finding.kind,
        layer=finding.layer,
        source_id=finding.source_id,
        message=Text(finding.message("zh", chinese), finding.message("en", english)),
        place=finding.place,
    )


def _face_frame(build: Build) -> gpd.GeoDataFrame:
    faces = build.mosaic.faces.merge(build.plan.faces, on="face_id", how="inner", validate="1:1")
    weights = build.weights.faces[["face_id", "workload", *build.weights.names]]
    return faces.merge(weights, on="face_id", how="inner", validate="1:1").sort_values(
        "face_id", ignore_index=True
    )


def _map_layer(layer: Layer, title: Text) -> MapLayer:
    frame = layer.frame[["source_id", "name", "holder", "geometry"]]
    role = layer.spec.role
    return MapLayer(key=layer.key, title=title, role=role, frame=frame)


def _member_frame(
    members: pd.DataFrame | None, roster: Roster | None, contacts: Contacts
) -> pd.DataFrame:
    if members is None or roster is None:
        return pd.DataFrame(columns=list(MEMBER_COLUMNS))
    phones = dict(zip(roster.members["member_id"], roster.members["phone"], strict=True))
    masked = [
        mask_phone(str(phones.get(member) or ""), contacts) for member in members["member_id"]
    ]
    return _pick_columns(members.assign(phone=masked), MEMBER_COLUMNS)


def _pick_columns(frame: pd.DataFrame | None, columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns)) if frame is None else frame[list(columns)]
