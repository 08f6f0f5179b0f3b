"""Promise 3, from the inputs: every feature of a file went somewhere, and the crosswalk's areas are cut again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from gridmerge.clean.attributes.fields import resolve_column
from gridmerge.clean.attributes.ids import given_ids
from gridmerge.geo import geos
from gridmerge.invariants import Violation, make_violation, name_first
from gridmerge.invariants.land import Shapes
from gridmerge.model import Layer
from gridmerge.products.data.geopackage import layer_names
from gridmerge.verify.reloaded_inputs import BuildInputs
from gridmerge.verify.written_build import BuildOutputs

SLIVER_M2 = 0.01  # a pair of this little common land may be in the crosswalk or not
VERTEX_SHIFT_M = 1e-6  # vertices nearer than this are one


def as_loaded(written: BuildOutputs, again: BuildInputs) -> Iterator[Violation]:
    """The written layers are the inputs, feature by feature, and every code of a file turns up."""
    names = layer_names(layer.key for layer in again.inputs.layers)
    for layer in again.inputs.layers:
        if names[layer.key] in written.tables:
            yield from _compare_features(layer.key, written.tables[names[layer.key]], layer.frame)
            yield from _check_loaded_codes(written, again, layer)


def check_crosswalk_areas(written: BuildOutputs, again: BuildInputs) -> Iterator[Violation]:
    """The crosswalk's areas, cut again from the written layers and grids."""
    names = layer_names(layer.key for layer in again.inputs.layers)
    for layer in again.inputs.layers:
        if names[layer.key] in written.tables and layer.spec.role != "barrier":
            yield from _compare_recut_areas(written, layer.key, written.tables[names[layer.key]])


def _compare_features(key: str, table: pd.DataFrame, frame: pd.DataFrame) -> Iterator[Violation]:
    ours, theirs = (
        one.drop_duplicates("source_id").set_index("source_id") for one in (table, frame)
    )
    odd = sorted(set(ours.index) ^ set(theirs.index))
    both = sorted(set(ours.index) & set(theirs.index))
    one, other = (_normal_parts(table.geometry.loc[both].to_numpy()) for table in (ours, theirs))
    alike = shapely.equals_exact(one, other, tolerance=VERTEX_SHIFT_M)
    # where vertices are repeated, equal rings may begin at different ones: then their places are compared
    alike[~alike] = shapely.hausdorff_distance(one[~alike], other[~alike]) <= VERTEX_SHIFT_M
    odd += [code for code, same in zip(both, alike, strict=True) if not same]
    if odd:
        yield make_violation(
            3,
            f"{key} 与重新读取的原始数据不同：{name_first(odd)}。",
            f"{key} is not what its input holds: {name_first(odd)}.",
        )


def _normal_parts(shapes: Shapes) -> Shapes:
    """Shapes in GEOS's normal order, as collections: one part is the same whether it is called multi or not."""
    parts, owner = shapely.get_parts(shapely.normalize(shapes), return_index=True)
    return np.asarray(shapely.geometrycollections(parts, indices=owner), dtype=object)


def _check_loaded_codes(
    written: BuildOutputs, again: BuildInputs, layer: Layer
) -> Iterator[Violation]:
    """Every code of the raw file turns up, as it is or with the mark that made it unique."""
    raw, key = again.raw[layer.key], layer.key
    known = _source_ids(written.crosswalk, key) | _source_ids(written.findings, key)
    given, _ = given_ids(raw, resolve_column(raw, layer.spec.id, "id"), key, again.inputs.township)
    lost = sorted(
        code
        for code in set(given) - {""} - known
        if not any(name.startswith(code) for name in known)
    )
    if lost:
        yield make_violation(
            3,
            f"{key} 原始文件中的网格没有下落：{name_first(lost)}。",
            f"grids of the file of {key} went nowhere: {name_first(lost)}.",
            lost,
        )


def _source_ids(table: pd.DataFrame, key: str) -> set[str]:
    return set(table.loc[table["layer"] == key, "source_id"])


def _compare_recut_areas(
    written: BuildOutputs, key: str, table: pd.DataFrame
) -> Iterator[Violation]:
    sources, grids = table.geometry.to_numpy(), written.grids.geometry.to_numpy()
    source, grid = geos.query_tree(shapely.STRtree(grids), sources, predicate="intersects")
    exact = pd.DataFrame(
        {
            "source_id": table["source_id"].to_numpy()[source],
            "grid_code": written.grids["grid_code"].to_numpy()[grid],
            "area": shapely.area(geos.intersection(sources[source], grids[grid])),
        }
    )
    told = written.crosswalk[written.crosswalk["layer"] == key]
    both = exact.merge(told, on=["source_id", "grid_code"], how="outer").fillna(
        {"area": 0.0, "area_m2": 0.0}
    )
    off = (both["area"] - both["area_m2"]).abs() > SLIVER_M2 + 1e-9 * both["area"]
    if off.any():
        odd = [
            f"{row.source_id}→{row.grid_code} ({row.area_m2:.2f} / {row.area:.2f} m2)"
            for row in both[off].itertuples()
        ]
        yield make_violation(
            3,
            f"{key} 对照表面积与实际相交面积不符：{name_first(odd)}。",
            f"areas of {key} in the crosswalk are not the true intersections: {name_first(odd)}.",
            odd,
        )
