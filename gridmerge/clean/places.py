"""Addresses and place names, as read → where each is; of addresses no more than the building, so that nobody's door is told."""

from __future__ import annotations

import re
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.clean.attributes.fields import attribute_names, read_text_column, resolve_column
from gridmerge.clean.georeference.placement import georeference_input
from gridmerge.clean.workloads import with_points
from gridmerge.config.settings import AddressesSpec, PlacesSpec
from gridmerge.errors import InputError
from gridmerge.findings import Finding, make_finding, sort_findings
from gridmerge.geo import geos
from gridmerge.model import Addresses, Places, RawLayer, Township

MAX_CHARACTERS = 60  # characters: what is longer is no address but a remark
# what follows the building: 2单元301室, 5层, 栋-502, 号1203, and building-unit-room in numbers alone
_ROOM = re.compile(
    r"[\s\-—#]*(?:[0-9A-Za-z]+\s*(?:单元|室|层|户|房)|[一二三四五六七八九十]+单元|(?<=[栋幢座楼])[\s\-—#]*\d{2,4}[号室]?$|(?<=号)[\s\-—#]*\d{3,4}$).*"
)
_NUMBERS = re.compile(r"(\d+)[-—]\d+[-—]\d+$")


def clean_addresses(raw: RawLayer, spec: AddressesSpec, township: Township) -> Addresses:
    """Make a list of addresses of an input.

    Parameters
    ----------
    raw
        Points, areas or lines; or a table with columns of lon and lat.
    spec
        `field` is the text; without it the column is recognised by its name.
    township
        Gives the CRS, and the land: what lies outside is left out.

    Returns
    -------
    Addresses
        Each address once: the first from the west.

    Raises
    ------
    InputError
        There is no column with addresses; a table has neither geometry nor lon and lat.
    PlaceError
        It cannot be told where on earth the features lie.
    """
    table, findings = _texts_on_the_land(
        raw, spec, township, "addresses_left_out", down_to_the_building
    )
    table = table.drop_duplicates("text", ignore_index=True)
    return Addresses(
        frame=_point_frame(table, "address", township), source=raw.source, findings=findings
    )


def clean_places(raw: RawLayer, spec: PlacesSpec, township: Township) -> Places:
    """Make a list of place names of an input; as `clean_addresses`, but a name may stand in several places."""
    table, findings = _texts_on_the_land(raw, spec, township, "places_left_out", _on_one_line)
    return Places(
        frame=_point_frame(table.drop_duplicates(), "name", township),
        source=raw.source,
        findings=findings,
    )


def _texts_on_the_land(
    raw: RawLayer, spec: AddressesSpec, township: Township, kind: str, tidied: Callable[[str], str]
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Text, x and y of what has a text and lies in the township, sorted; and a finding for the rest."""
    if len(raw.frame) == 0:
        return pd.DataFrame({"text": pd.Series(dtype=object), "x": [], "y": []}), sort_findings(
            raw.findings
        )
    raw = with_points(raw, spec)
    placed = georeference_input(raw, spec, township.crs, township.villages)
    shapes = geos.point_on_surface(shapely.force_2d(np.asarray(placed.geometry.values)))
    said = read_text_column(raw, _text_field(raw, spec)).map(tidied)
    there = _is_inside_township(shapes, township) & (said != "").to_numpy()
    table = pd.DataFrame(
        {"text": said.to_numpy(), "x": shapely.get_x(shapes), "y": shapely.get_y(shapes)}
    )[there]
    lost, total = int((~there).sum()), str(len(raw.frame))
    left = (make_finding(kind, layer=raw.source.key, measure=lost, total=total),) if lost else ()
    return table.sort_values(["text", "x", "y"], ignore_index=True), sort_findings(
        (*raw.findings, *placed.findings, *left)
    )


def _text_field(raw: RawLayer, spec: AddressesSpec) -> str:
    field = resolve_column(raw, spec.field, "address")
    if field is None:
        names = "、".join(attribute_names(raw))
        raise InputError(
            f'{raw.source.key}（{raw.source.path}）看不出哪一列是地址或地名；请写 field = "列名"（有：{names}）。',
            f"{raw.source.key} ({raw.source.path}): which column is the address or name? "
            f'Write field = "COLUMN" (it has: {names}).',
        )
    return field


def _point_frame(table: pd.DataFrame, name: str, township: Township) -> gpd.GeoDataFrame:
    points = shapely.points(table["x"].to_numpy(dtype=float), table["y"].to_numpy(dtype=float))
    return gpd.GeoDataFrame(
        {name: table["text"].to_numpy(dtype=object)}, geometry=points, crs=township.crs
    )


def _on_one_line(text: str) -> str:
    return " ".join(text.split())[:MAX_CHARACTERS]


def down_to_the_building(address: str) -> str:
    """Return an address without unit, floor and room: 幸福路12号3栋2单元501室 → 幸福路12号3栋."""
    return _NUMBERS.sub(r"\1", _ROOM.sub("", _on_one_line(address))).strip(" -—#，,")


def _is_inside_township(shapes: np.ndarray, township: Township) -> np.ndarray:
    land = shapely.STRtree(township.villages.geometry.to_numpy())
    usable = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    inside = np.zeros(len(shapes), dtype=bool)
    rows = np.flatnonzero(usable)
    inside[rows[np.unique(land.query(shapes[rows], predicate="intersects")[0])]] = True
    return inside
