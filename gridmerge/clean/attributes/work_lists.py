"""Tables of work without coordinates: rows that name a village or a department's grid; and minutes by kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gridmerge.catalog import find_field
from gridmerge.clean.attributes.fields import (
    attribute_names,
    has_any_geometry,
    join_examples,
    read_code_column,
    read_text_column,
    resolve_column,
)
from gridmerge.clean.attributes.village_names import Gazetteer
from gridmerge.config.settings import WorkloadSpec
from gridmerge.errors import InputError
from gridmerge.findings import Finding, format_figure, make_finding
from gridmerge.model import Layer, RawLayer, Township


def names_land(raw: RawLayer, spec: WorkloadSpec) -> bool:
    """Whether rows without coordinates say where they belong: by a key of the project file, or by a column of villages."""
    if spec.village is not None or spec.grids is not None:
        return True
    return (
        not has_any_geometry(raw) and find_field(attribute_names(raw), "member_village") is not None
    )


def listed_land(
    raw: RawLayer, spec: WorkloadSpec, township: Township, layers: Sequence[Layer], rows: np.ndarray
) -> tuple[np.ndarray, list[Finding]]:
    """Return the land of the rows that have no coordinates: of the departmental grid, else of the village, they name.

    Parameters
    ----------
    rows
        Which, as a mask over the table.

    Returns
    -------
    tuple
        A shape a row of the mask (None where the name is not known), and a finding for the names that are not.

    Raises
    ------
    InputError
        The network or the column is not there.
    """
    land = np.full(int(rows.sum()), None, dtype=object)
    lost: list[str] = []
    if spec.grids is not None:
        cells = read_code_column(raw, resolve_column(raw, spec.id, "id")).reset_index(drop=True)[
            rows
        ]
        shapes = _find_network(raw, spec, layers).frame.set_index("source_id").geometry
        known = cells.isin(shapes.index).to_numpy()
        land[known] = shapes.loc[cells[known]].to_numpy()
        lost += sorted(set(cells[~known]) - {""})
    village = (
        resolve_column(raw, spec.village, "member_village")
        if spec.grids is None or spec.village
        else None
    )
    if village is not None:
        cells, missing = read_text_column(raw, village).reset_index(drop=True)[rows], pd.isna(land)
        gazetteer, shapes = (
            Gazetteer(township),
            township.villages.set_index("village_code").geometry,
        )
        matched = cells.map(lambda cell: gazetteer.find(cell) if cell else [])
        sure = (matched.map(len) == 1).to_numpy() & missing
        land[sure] = shapes.loc[[one[0] for one in matched[sure]]].to_numpy()
        lost += sorted(set(cells[missing & ~sure]) - {""})
    told = (
        make_finding(
            "work_name_unknown",
            layer=raw.source.key,
            measure=len(lost),
            examples=join_examples(lost, 5),
        )
        if lost
        else None
    )
    return land, [] if told is None else [told]


def _find_network(raw: RawLayer, spec: WorkloadSpec, layers: Sequence[Layer]) -> Layer:
    for layer in layers:
        if layer.key == spec.grids:
            return layer
    listed = "、".join(sorted(layer.key for layer in layers))
    raise InputError(
        f'{raw.source.key}（{raw.source.path}）：grids = "{spec.grids}" 不是任何可用的 [[layers]] 的 key；可选：{listed}。',
        f'{raw.source.key} ({raw.source.path}): grids = "{spec.grids}" is not the key of a usable [[layers]]; there are: {listed}.',
    )


def unit_minutes(raw: RawLayer, spec: WorkloadSpec) -> tuple[np.ndarray | None, list[Finding]]:
    """Return the minutes of a unit of each row where kinds take different times, else None.

    A kind the table of minutes does not name takes the mean of those it names; that is a finding.
    """
    if not isinstance(spec.minutes, dict):
        return None, []
    cells: pd.Series = read_text_column(raw, resolve_column(raw, spec.kind, "")).reset_index(
        drop=True
    )
    minutes = cells.map(spec.minutes).astype(float)
    strange = sorted(set(cells[minutes.isna()]))
    mean = float(np.mean(list(spec.minutes.values())))
    told = [
        make_finding(
            "work_kind_unknown",
            layer=raw.source.key,
            measure=int(minutes.isna().sum()),
            examples=join_examples([name or "（空）" for name in strange], 5),
            minutes=format_figure(mean),
        )
    ]
    return minutes.fillna(mean).to_numpy(dtype=float), told if strange else []
