"""Tables without geometry: rows that list the villages of a grid become the union of those villages."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from gridmerge import robust
from gridmerge.config import LayerSpec
from gridmerge.errors import InputError
from gridmerge.findings import Finding, found
from gridmerge.mend.fields import attributes, column, split_list, texts
from gridmerge.mend.names import Gazetteer
from gridmerge.model import RawLayer, Township


def village_lists(
    raw: RawLayer, spec: LayerSpec, township: Township, frame: pd.DataFrame
) -> tuple[gpd.GeoSeries, list[Finding]]:
    """Return the land of each row: the union of the villages it lists, None when none of them is known.

    Raises
    ------
    InputError
        The table has no geometry and no column that lists villages.
    """
    field = column(raw, spec.village, "villages")
    if field is None:
        raise InputError(
            f'{spec.key}（{raw.source.path}）既没有图形也没有村列表；请写 village = "列名" 或 geometry = "列名"（有：{"、".join(attributes(raw))}）。',
            f'{spec.key} ({raw.source.path}) has neither geometry nor a list of villages; write village = "COLUMN" or geometry = "COLUMN" (it has: {", ".join(attributes(raw))}).',
        )
    cells = texts(raw, field).reset_index(drop=True)
    gazetteer = Gazetteer(township)
    land = township.villages.set_index("village_code").geometry
    shapes = np.full(len(cells), None, dtype=object)
    findings: list[Finding] = []
    for row, cell in enumerate(cells):  # a table of villages has tens of rows
        codes, told = _codes(cell, gazetteer, spec.key, frame["source_id"].iloc[row] or frame["name"].iloc[row])
        findings += told
        if codes:
            shapes[row] = robust.union_all(land.loc[codes].values)
    return gpd.GeoSeries(shapes, crs=township.crs), findings


def _codes(cell: str, gazetteer: Gazetteer, layer: str, source: str) -> tuple[list[str], list[Finding]]:
    codes: set[str] = set()
    findings = []
    # a cell that is one village's name as it stands may hold a separator: 一、二社区
    items = [cell] if len(gazetteer.find(cell)) == 1 else split_list(cell)
    for item in items:
        matched = gazetteer.find(item)
        if len(matched) == 1:
            codes.add(matched[0])
        elif matched:
            findings.append(
                found("village_doubtful", layer=layer, source_id=source, name=item, candidates="、".join(matched))
            )
        else:
            near = "、".join(gazetteer.near(item)) or "—"
            findings.append(found("village_unknown", layer=layer, source_id=source, name=item, near=near))
    return sorted(codes), findings
