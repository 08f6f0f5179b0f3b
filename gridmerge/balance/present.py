"""Who holds the grids now: by the earlier plan where there is one, else by the holders the departments name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from gridmerge.model import GridPlan, Layer, Roster

MOST = 0.5  # share of a grid: who holds less of it does not hold it, but a neighbour's drawing error
COLUMNS = ["grid_code", "member_id", "share"]


def present_holders(plan: GridPlan, roster: Roster, crosswalk: pd.DataFrame, layers: Sequence[Layer]) -> pd.DataFrame:
    """Return who of the roster holds how much of each grid.

    Parameters
    ----------
    plan
        With `previous` in its sizes, the assignments.csv beside that earlier plan is what counts: grid codes last.
    roster
        Holders are recognised by name; a name that two members bear proves nothing.
    crosswalk, layers
        Else the holders of the departmental grids, by the land they hold and the department's weight.

    Returns
    -------
    pandas.DataFrame
        grid_code, member_id, share (0..1); sorted by the first two.
    """
    table = _by_plan(plan)
    if table is None:
        table = _by_departments(roster, crosswalk, layers)
    known = table[
        table["member_id"].isin(roster.members["member_id"]) & table["grid_code"].isin(plan.grids["grid_code"])
    ]
    return known.sort_values(["grid_code", "member_id"], ignore_index=True)[COLUMNS]


def _by_plan(plan: GridPlan) -> pd.DataFrame | None:
    if plan.sizes.previous is None:
        return None
    file = Path(plan.sizes.previous).parent / "assignments.csv"
    if not file.is_file():
        return None
    table = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    return (
        table[~table["duty"].isin(["leader", "adviser", "other"])]
        .drop_duplicates(["grid_code", "member_id"])
        .assign(share=1.0)
    )


def _by_departments(roster: Roster, crosswalk: pd.DataFrame, layers: Sequence[Layer]) -> pd.DataFrame:
    names = roster.members.loc[~roster.members["name"].duplicated(keep=False), ["member_id", "name"]]
    parts = [
        layer.frame.loc[layer.frame["holder"] != "", ["source_id", "holder"]].assign(
            layer=layer.key, weight=layer.spec.weight
        )
        for layer in layers
        if layer.spec.role != "barrier"
    ]
    holders = pd.concat(parts) if parts else pd.DataFrame(columns=["source_id", "holder", "layer", "weight"])
    held = crosswalk.merge(holders, on=["layer", "source_id"])
    held = held[held["share_of_grid"] >= MOST]
    says = held.groupby("layer")["weight"].first().sum()  # of all departments that name holders at all
    mine = held.merge(names, left_on="holder", right_on="name")
    mine = mine.assign(share=mine["share_of_grid"] * mine["weight"] / says if says > 0 else 0.0)
    return pd.DataFrame(mine.groupby(["grid_code", "member_id"])["share"].sum()).reset_index()
