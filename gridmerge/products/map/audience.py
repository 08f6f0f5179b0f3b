"""What each audience may see: nobody an ID number; the public grids, masked names, and no count that points at a household."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from gridmerge.i18n.text import Text
from gridmerge.model import Meeting
from gridmerge.privacy.patterns import strike_id_numbers
from gridmerge.products.map.data import MapData
from gridmerge.products.masking import Audience, contacts_for, mask_name, mask_phone, scrub_text
from gridmerge.products.redaction import redact_meeting

Frame = TypeVar("Frame", bound=pd.DataFrame)
# a count below this could point at a household: statistical practice, and the rule
MIN_PUBLIC_COUNT = 5


def restrict_map_data(data: MapData, audience: Audience) -> MapData:
    """Return what may be serialised for an audience.

    Parameters
    ----------
    data
        Everything the map could show.
    audience
        ``public``: whole grids only, no pieces of land, departmental networks, findings or phones; members' names
        masked; counts under SMALL left out. The others see all, but phones as `contacts_for` says.
    """
    contacts = contacts_for(audience, data.contacts)
    phones = data.members["phone"].map(lambda phone: mask_phone(phone, contacts))
    data = _scrub_data(replace(data, contacts=contacts, members=data.members.assign(phone=phones)))
    if audience != "public":
        return data
    grids = _suppress_counts(data.grids, data.works)
    columns = ["grid_code", "village_code", "area_m2", "workload", *data.works, "geometry"]
    faces = gpd.GeoDataFrame(
        grids[columns].assign(face_id=grids["grid_code"]), geometry="geometry", crs=data.crs
    )
    members = data.members.assign(name=data.members["name"].map(mask_name), capacity=np.nan)
    # the roster's own ids may be staff numbers
    names = [f"W{number:03d}" for number in range(1, len(members) + 1)]
    new_id = dict(zip(members["member_id"], names, strict=True))
    return replace(
        data,
        grids=grids,
        faces=faces,
        memberships=data.memberships.iloc[:0],
        layers=(),
        members=members.assign(member_id=names),
        assignments=data.assignments.assign(
            member_id=data.assignments["member_id"].map(new_id), load=np.nan
        ),
        figures={},
        remarks=(),
        sources=(),
        docket={},
        meeting=Meeting(),
        addresses=data.addresses.iloc[:0],
    )


def _scrub_data(data: MapData) -> MapData:
    """Clean whatever people typed. Codes stay: one of eleven digits may look like a phone and must be found again."""
    clean = strike_id_numbers if data.contacts == "full" else scrub_text
    return replace(
        data,
        name=clean(data.name),
        villages=_scrub_columns(data.villages, clean, "village_name"),
        grids=_scrub_columns(data.grids, clean, "grid_name", "village_name"),
        layers=tuple(
            replace(
                layer,
                title=Text(clean(layer.title.zh), clean(layer.title.en)),
                frame=_scrub_columns(layer.frame, clean, "name", "holder"),
            )
            for layer in data.layers
        ),
        members=_scrub_columns(data.members, clean, "name"),
        remarks=tuple(
            replace(remark, message=Text(clean(remark.message.zh), clean(remark.message.en)))
            for remark in data.remarks
        ),
        sources=tuple((key, clean(path), features) for key, path, features in data.sources),
        addresses=_scrub_columns(data.addresses, clean, "address"),
        meeting=redact_meeting(data.meeting, {*data.grids["grid_code"], *data.faces["face_id"]}),
    )


def _scrub_columns(frame: Frame, clean: Callable[[str], str], *columns: str) -> Frame:
    return frame.assign(
        **{column: frame[column].fillna("").astype(str).map(clean) for column in columns}
    )


def _suppress_counts(grids: gpd.GeoDataFrame, works: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Leave out counts of 1 to SMALL - 1, and the workload they could be worked out from."""
    counts = grids[list(works)]
    small = (counts > 0) & (counts < MIN_PUBLIC_COUNT)
    workload = grids["workload"].where(~small.any(axis=1))
    shown: dict[str, pd.Series[float]] = {name: counts[name].where(~small[name]) for name in works}
    return grids.assign(workload=workload, **shown)
