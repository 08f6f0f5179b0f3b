"""Promise 3: every source feature is in the crosswalk or in the findings, with true shares."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from gridmerge import robust
from gridmerge.mend.ids import county_codes, without_phones
from gridmerge.publish.geopackage import layer_names
from gridmerge.values import as_code
from gridmerge.verify.again import Again
from gridmerge.verify.broken import Broken, broken, first
from gridmerge.verify.written import Written

SLIVER_M2 = 0.01  # a pair of this little common land may be in the crosswalk or not
SHARE = 1e-6  # how exactly the shares of a source sum
PRECISION_M = 0.001


def accounted(written: Written, again: Again) -> Iterator[Broken]:
    """Every feature of every layer, as loaded and as mended, went somewhere; links lead to what exists."""
    tables = layer_names(again.layers)
    for key, layer in sorted(again.layers.items()):
        if tables[key] not in written.tables:
            yield broken(
                3, f"gridmerge.gpkg 缺少图层 {tables[key]}。", f"gridmerge.gpkg lacks the layer {tables[key]}."
            )
            continue
        table = written.tables[tables[key]]
        odd = sorted(set(table["source_id"].astype(str)) ^ set(layer.frame["source_id"]))
        if odd:
            yield broken(
                3,
                f"{key} 与重新读取的原始数据不同：{first(odd)}。",
                f"{key} is not what its input holds: {first(odd)}.",
            )
        yield from _somewhere(written, key, list(layer.frame["source_id"]))
        yield from _loaded(written, again, key)
    yield from _links(written, again)


def shares(written: Written, again: Again) -> Iterator[Broken]:
    """The crosswalk's areas and shares, cut again from the written layers and grids."""
    tables = layer_names(again.layers)
    for key, layer in sorted(again.layers.items()):
        if tables[key] in written.tables and layer.spec.role != "barrier":
            yield from _recut(written, key, written.tables[tables[key]])


def _somewhere(written: Written, key: str, ids: list[str]) -> Iterator[Broken]:
    lost = sorted(set(ids) - _named(written.crosswalk, key) - _named(written.findings, key))
    if lost:
        yield broken(
            3,
            f"{key} 的原网格既不在对照表也不在问题清单中：{first(lost)}。",
            f"grids of {key} are neither in the crosswalk nor in the findings: {first(lost)}.",
            lost,
        )


def _loaded(written: Written, again: Again, key: str) -> Iterator[Broken]:
    """Every code of the raw file turns up, as it is or with the mark that made it unique."""
    field = again.layers[key].spec.id
    frame = again.raw[key].frame
    if field is None or field not in frame.columns:
        return
    codes, _ = without_phones(as_code(frame[field]), key, county_codes(again.township))
    known = _named(written.crosswalk, key) | _named(written.findings, key)
    lost = sorted(code for code in set(codes) - {""} - known if not any(name.startswith(code) for name in known))
    if lost:
        yield broken(
            3,
            f"{key} 原始文件中的网格没有下落：{first(lost)}。",
            f"grids of the file of {key} went nowhere: {first(lost)}.",
            lost,
        )


def _named(table: pd.DataFrame, key: str) -> set[str]:
    return set(table.loc[table["layer"] == key, "source_id"].astype(str))


def _links(written: Written, again: Again) -> Iterator[Broken]:
    links = written.tables["memberships"]
    strange = sorted(set(links["face_id"]) - set(written.faces["face_id"]))
    if strange:
        yield broken(
            3,
            f"memberships 引用了不存在的地块：{first(strange)}。",
            f"memberships name faces that are not there: {first(strange)}.",
        )
    for key, group in links.groupby("layer"):
        ids = set(again.layers[str(key)].frame["source_id"]) if key in again.layers else set()
        strange = sorted(set(group["source_id"]) - ids)
        if strange:
            yield broken(
                3,
                f"memberships 引用了 {key} 中不存在的网格：{first(strange)}。",
                f"memberships name grids that {key} does not have: {first(strange)}.",
            )
    unknown = sorted(set(written.crosswalk["grid_code"]) - set(written.grids["grid_code"]))
    if unknown:
        yield broken(
            3,
            f"对照表引用了不存在的网格：{first(unknown)}。",
            f"the crosswalk names grids that are not there: {first(unknown)}.",
        )


def _recut(written: Written, key: str, table: pd.DataFrame) -> Iterator[Broken]:
    sources, grids = table.geometry.to_numpy(), written.grids.geometry.to_numpy()
    source, grid = shapely.STRtree(grids).query(sources, predicate="intersects")
    exact = pd.DataFrame(
        {
            "source_id": table["source_id"].to_numpy()[source],
            "grid_code": written.grids["grid_code"].to_numpy()[grid],
            "area": shapely.area(robust.intersection(sources[source], grids[grid])),
            "source_area": shapely.area(sources)[source],
            "grid_area": shapely.area(grids)[grid],
        }
    )
    told = written.crosswalk[written.crosswalk["layer"] == key]
    told = told.assign(**{name: told[name].astype(float) for name in ("area_m2", "share_of_source", "share_of_grid")})
    both = exact.merge(told, on=["source_id", "grid_code"], how="outer").fillna({"area": 0.0, "area_m2": 0.0})
    off = (both["area"] - both["area_m2"]).abs() > SLIVER_M2 + 1e-9 * both["area"]
    if off.any():
        odd = [
            f"{row.source_id}→{row.grid_code} ({row.area_m2:.2f} / {row.area:.2f} m2)" for row in both[off].itertuples()
        ]
        yield broken(
            3,
            f"{key} 对照表面积与实际相交面积不符：{first(odd)}。",
            f"areas of {key} in the crosswalk are not the true intersections: {first(odd)}.",
            odd,
        )
    known = both.dropna(subset=["share_of_source", "source_area"])
    false = (
        (known["share_of_source"] - known["area"] / known["source_area"]).abs()
        > SHARE + SLIVER_M2 / known["source_area"]
    ) | ((known["share_of_grid"] - known["area"] / known["grid_area"]).abs() > SHARE + SLIVER_M2 / known["grid_area"])
    if false.any():
        odd = [f"{row.source_id}→{row.grid_code}" for row in known[false].itertuples()]
        yield broken(
            3,
            f"{key} 对照表占比有误：{first(odd)}。",
            f"shares of {key} in the crosswalk are wrong: {first(odd)}.",
            odd,
        )
    yield from _sums(written, key, table, told)


def _sums(written: Written, key: str, table: pd.DataFrame, told: pd.DataFrame) -> Iterator[Broken]:
    """Shares of a source sum to its share of land inside the township."""
    township = robust.union_all(written.villages.geometry.to_numpy())
    shapes = table.geometry.to_numpy()
    inside = shapely.area(robust.intersection(shapes, np.full(len(shapes), township))) / shapely.area(shapes)
    sums = told.groupby("source_id")["share_of_source"].sum().reindex(table["source_id"]).fillna(0.0).to_numpy()
    # the grids' outer line may stand a millimetre off the villages'
    slack = SHARE + PRECISION_M * shapely.length(shapes) / shapely.area(shapes)
    odd = table["source_id"].to_numpy()[np.abs(sums - inside) > slack]
    if len(odd):
        yield broken(
            3,
            f"{key} 各部分占比之和不等于其在乡镇内的占比：{first(sorted(odd))}。",
            f"shares of {key} do not sum to its share inside the township: {first(sorted(odd))}.",
        )
