"""Tables without geometry: rows that list the villages of a grid become the union of those villages."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from gridmerge.clean.attributes.fields import (
    attribute_names,
    join_examples,
    read_text_column,
    resolve_column,
    split_list,
)
from gridmerge.clean.attributes.fields import read_code_column as codes_of
from gridmerge.clean.attributes.village_names import Gazetteer
from gridmerge.config.settings import LayerSpec
from gridmerge.errors import InputError
from gridmerge.findings import Finding, explain_empty, make_finding
from gridmerge.geo import geos
from gridmerge.model import RawLayer, Township

# The whole township.
_EVERY = re.compile(
    r"\s*(?:全[镇乡]|全街道|全域|全部(?:村|社区|村社)?|所有(?:村|社区|村社)|(?:本|整个)[镇乡])\s*"
)
# 1.青山村, (2)绿水村, ③红旗村
_NUMBERED = re.compile(r"^(?:[(（]?\d{1,2}[)）.．、]|[\u2460-\u2473])\s*(?=\D)")
# 绿水村（全部）; of 青山村（1-3组） it is not known where the groups lie, so it is not taken for the village.
_WHOLE = re.compile(r"[（(](?:全部|全村|全境|整村)[)）]$")
_AND = re.compile("[和及与跟]")


def union_listed_villages(
    raw: RawLayer, spec: LayerSpec, township: Township, frame: pd.DataFrame
) -> tuple[gpd.GeoSeries, list[Finding]]:
    """Return the land of each row: the union of the villages it lists, None when none of them is known.

    Raises
    ------
    InputError
        The table has no geometry and no column that lists villages.
    """
    field = resolve_column(raw, spec.village, "villages")
    if field is None:
        why = explain_empty(raw.findings)
        raise InputError(
            f'{spec.key}（{raw.source.path}）既没有图形也没有村列表；请写 village = "列名" 或 geometry = "列名"（有：{"、".join(attribute_names(raw))}）{why.zh}。',
            f'{spec.key} ({raw.source.path}) has neither geometry nor a list of villages; write village = "COLUMN" or geometry = "COLUMN" (it has: {", ".join(attribute_names(raw))}){why.en}.',
        )
    cells = read_text_column(raw, field).reset_index(drop=True)
    gazetteer = Gazetteer(township)
    land = township.villages.set_index("village_code").geometry
    shapes = np.full(len(cells), None, dtype=object)
    findings: list[Finding] = []
    for row, cell in enumerate(cells):  # a table of villages has tens of rows
        codes, told = _match_village_codes(
            cell, gazetteer, spec.key, frame["source_id"].iloc[row] or frame["name"].iloc[row]
        )
        findings += told
        if codes:
            shapes[row] = geos.union_all(land.loc[codes].values)
    return gpd.GeoSeries(shapes, crs=township.crs), findings


def joined_rows(
    raw: RawLayer, spec: LayerSpec, fields: Mapping[str, str | None]
) -> tuple[RawLayer, list[Finding]]:
    """Put the rows of one grid together: several rows that list a village each, their id once or again and again.

    Parameters
    ----------
    raw
        A table without geometry.
    spec, fields
        The layer's table of the project file; its columns for id, name and holder.

    Returns
    -------
    RawLayer, list of Finding
        A row a grid, its villages in one cell; rows of one id that are called differently stay apart.
    """
    village = resolve_column(raw, spec.village, "villages")
    if village is None or fields["id"] is None:
        return raw, []
    ids = codes_of(raw, fields["id"])
    named = read_text_column(raw, fields["name"])
    below = (ids == "") & (named == "") & (read_text_column(raw, village) != "")
    carried = ids.mask(below).ffill().fillna("")
    called = named.mask(named == "").groupby(carried).transform("nunique")
    owner = carried.where((carried != "") & (called <= 1), [f"\0{row}" for row in range(len(ids))])
    if not owner.duplicated().any():
        return raw, []
    frame = raw.frame.groupby(owner.to_numpy(), sort=False).first().reset_index(drop=True)
    villages = read_text_column(raw, village).groupby(owner.to_numpy(), sort=False).agg("、".join)
    frame = gpd.GeoDataFrame(
        frame.assign(**{village: villages.to_numpy()}), geometry=raw.frame.active_geometry_name
    )
    several = sorted(set(owner[owner.duplicated()]))
    told = make_finding(
        "rows_joined", layer=spec.key, measure=len(several), examples=join_examples(several, 3)
    )
    return dataclasses.replace(raw, frame=frame), [told]


def _match_village_codes(
    cell: str, gazetteer: Gazetteer, layer: str, source: str
) -> tuple[list[str], list[Finding]]:
    if _EVERY.fullmatch(cell):
        return gazetteer.codes, []
    codes: set[str] = set()
    findings = []
    # a cell that is one village's name as it stands may hold a separator: 一、二社区
    items = [cell] if len(gazetteer.find(cell)) == 1 else split_list(cell)
    items = [part for item in items for part in _split_item(item, gazetteer)]
    for item in items:
        matched = gazetteer.find(item)
        if len(matched) == 1:
            codes.add(matched[0])
        elif matched:
            findings.append(
                make_finding(
                    "village_doubtful",
                    layer=layer,
                    source_id=source,
                    name=item,
                    candidates="、".join(matched),
                )
            )
        else:
            near = "、".join(gazetteer.near(item)) or "—"
            findings.append(
                make_finding("village_unknown", layer=layer, source_id=source, name=item, near=near)
            )
    return sorted(codes), findings


def _split_item(item: str, gazetteer: Gazetteer) -> list[str]:
    """An item without its number, and the two of 青山村和绿水村: both must be villages, for 和平村 is one."""
    bare = _WHOLE.sub("", _NUMBERED.sub("", item)) or item
    parts = [part for part in _AND.split(bare) if part]
    both = len(gazetteer.find(bare)) != 1 and all(len(gazetteer.find(part)) == 1 for part in parts)
    return parts if both else [bare]
