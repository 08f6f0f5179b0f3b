"""Promise 5: every grid has somebody, and a member's load is what the assignments say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from gridmerge.verify.again import Again
from gridmerge.verify.broken import Broken, broken, first
from gridmerge.verify.written import Written

EXACT = 1e-4  # loads are written to six decimals, and a member may hold many grids


def staffed(written: Written, again: Again) -> Iterator[Broken]:
    """Check assignments against members, grids and the roster; without a roster there is nothing to promise."""
    if again.roster is None:
        return
    table, members = written.assignments, written.members
    idle = sorted(set(written.grids["grid_code"]) - set(table["grid_code"]))
    if idle:
        yield broken(5, f"网格没有网格员：{first(idle)}。", f"grids without a member: {first(idle)}.", idle)
    strange = sorted(set(table["grid_code"]) - set(written.grids["grid_code"]))
    strange += sorted(set(table["member_id"]) - set(again.roster.members["member_id"]))
    if strange:
        yield broken(
            5,
            f"分工表引用了不存在的网格或网格员：{first(strange)}。",
            f"assignments name grids or members that are not there: {first(strange)}.",
        )
    missing = sorted(set(again.roster.members["member_id"]) ^ set(members["member_id"]))
    if missing:
        yield broken(5, f"网格员表与名册不同：{first(missing)}。", f"members.csv is not the roster: {first(missing)}.")
    yield from _loads(table, members)
    yield from _shown(written)


def _loads(table: pd.DataFrame, members: pd.DataFrame) -> Iterator[Broken]:
    sums = table.assign(load=table["load"].astype(float)).groupby("member_id")["load"].sum()
    counts = table.groupby("member_id")["grid_code"].nunique()
    ids = members["member_id"].to_numpy()
    load, held = members["load"].astype(float).to_numpy(), members["grids"].astype(float).to_numpy()
    capacity = members["capacity"].astype(float).to_numpy()
    each = pd.to_numeric(members["load_per_capacity"]).to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        shared = np.where(capacity > 0, load / capacity, each)
    wrong = (np.abs(load - sums.reindex(ids).fillna(0).to_numpy()) > EXACT) | (
        held != counts.reindex(ids).fillna(0).to_numpy()
    )
    wrong |= np.abs(each - shared) > EXACT * np.maximum(1.0, np.abs(shared))
    if wrong.any():
        odd = first(sorted(ids[wrong]))
        yield broken(
            5, f"网格员的工作量与分工表不符：{odd}。", f"members' loads are not what the assignments say: {odd}."
        )


def _shown(written: Written) -> Iterator[Broken]:
    """The people shown in grids.geojson are those of the assignments."""
    pairs = set(
        zip(
            written.assignments["grid_code"], written.assignments["member_id"], written.assignments["duty"], strict=True
        )
    )
    shown = {
        (feature["properties"]["grid_code"], person["member_id"], person["duty"])
        for feature in written.geojson["features"]
        for person in feature["properties"]["members"]
    }
    if pairs != shown:
        odd = first(sorted({pair[0] for pair in pairs ^ shown}))
        yield broken(
            5,
            f"grids.geojson 中的网格员与分工表不同：{odd}。",
            f"members in grids.geojson are not those of the assignments: {odd}.",
        )
