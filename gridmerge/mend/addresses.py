"""A list of addresses or place names, as read → where each is; no more than the building, so that nobody's door is told."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.config import AddressesSpec
from gridmerge.errors import InputError
from gridmerge.findings import Finding, found, tidy
from gridmerge.mend.fields import attributes, column, texts
from gridmerge.mend.place import place
from gridmerge.mend.works import with_points
from gridmerge.model import Addresses, RawLayer, Township

MOST_TEXT = 60  # characters: what is longer is no address but a remark
# what follows the building: 2单元301室, 5层, 栋-502, 号1203, and building-unit-room in numbers alone
_ROOM = re.compile(
    r"[\s\-—#]*(?:[0-9A-Za-z]+\s*(?:单元|室|层|户|房)|[一二三四五六七八九十]+单元|(?<=[栋幢座楼])[\s\-—#]*\d{2,4}[号室]?$|(?<=号)[\s\-—#]*\d{3,4}$).*"
)
_NUMBERS = re.compile(r"(\d+)[-—]\d+[-—]\d+$")


def mend_addresses(raw: RawLayer, spec: AddressesSpec, township: Township) -> Addresses:
    """Make a list of addresses of an input.

    Parameters
    ----------
    raw
        Points, areas or lines; or a table with columns of lon and lat.
    spec
        `field` is the text; without it the column is recognised by its name.
    township
        Gives the CRS, and the land: what lies outside is left out.

    Raises
    ------
    InputError
        There is no column with addresses; a table has neither geometry nor lon and lat.
    PlaceError
        It cannot be told where on earth the features lie.
    """
    if len(raw.frame) == 0:
        return _listed(pd.Series(dtype=object), np.array([], dtype=object), raw, township)
    field = column(raw, spec.field, "address")
    if field is None:
        names = "、".join(attributes(raw))
        raise InputError(
            f'{raw.source.key}（{raw.source.path}）看不出哪一列是地址；请写 field = "列名"（有：{names}）。',
            f'{raw.source.key} ({raw.source.path}): which column is the address? Write field = "COLUMN" (it has: {names}).',
        )
    placed = place(with_points(raw, spec), spec, township.crs, township.villages)
    shapes = shapely.point_on_surface(shapely.force_2d(np.asarray(placed.geometry.values)))
    said = texts(raw, field).map(down_to_the_building)
    there = _inside(shapes, township) & (said != "").to_numpy()
    return _listed(said[there], shapes[there], raw, township, tuple(placed.findings), int((~there).sum()))


def down_to_the_building(address: str) -> str:
    """Return an address without unit, floor and room: 幸福路12号3栋2单元501室 → 幸福路12号3栋."""
    flat = " ".join(address.split())[:MOST_TEXT]
    return _NUMBERS.sub(r"\1", _ROOM.sub("", flat)).strip(" -—#，,")


def _inside(shapes: np.ndarray, township: Township) -> np.ndarray:
    land = shapely.STRtree(township.villages.geometry.to_numpy())
    usable = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    inside = np.zeros(len(shapes), dtype=bool)
    rows = np.flatnonzero(usable)
    inside[rows[np.unique(land.query(shapes[rows], predicate="intersects")[0])]] = True
    return inside


def _listed(
    said: pd.Series,
    shapes: np.ndarray,
    raw: RawLayer,
    township: Township,
    findings: tuple[Finding, ...] = (),
    lost: int = 0,
) -> Addresses:
    """Sort, and keep one place an address: the first from the west."""
    table = pd.DataFrame({"address": said.to_numpy(), "x": shapely.get_x(shapes), "y": shapely.get_y(shapes)})
    table = table.sort_values(["address", "x", "y"]).drop_duplicates("address", ignore_index=True)
    frame = gpd.GeoDataFrame(
        {"address": table["address"].astype(object)},
        geometry=shapely.points(table["x"].to_numpy(dtype=float), table["y"].to_numpy(dtype=float)),
        crs=township.crs,
    )
    key = raw.source.key
    left = (found("addresses_left_out", layer=key, measure=lost, total=str(len(raw.frame))),) if lost else ()
    return Addresses(frame=frame, source=raw.source, findings=tidy((*raw.findings, *findings, *left)))
