"""Who holds the grids now: by the earlier plan where there is one, else by the holders the departments name."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gridmerge.model import GridPlan, Layer, Roster

# share of a grid: who holds less of it does not hold it, but a neighbour's drawing error
MIN_HELD_SHARE = 0.5
HOLDER_COLUMNS = ["grid_code", "member_id", "share"]


def find_current_holders(
    plan: GridPlan,
    roster: Roster,
    crosswalk: pd.DataFrame,
    layers: Sequence[Layer],
    earlier: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return who of the roster holds how much of each grid.

    Parameters
    ----------
    plan
        Today's grids.
    roster
        Holders are recognised by name; a name that two members bear proves nothing.
    crosswalk, layers
        The holders of the departmental grids, by the land they hold and the department's weight.
    earlier
        grid_code, member_id, duty of an earlier plan: where there is one it counts instead, grid codes last.

    Returns
    -------
    pandas.DataFrame
        grid_code, member_id, share (0..1); sorted by the first two.
    """
    table = _by_departments(roster, crosswalk, layers) if earlier is None else _by_plan(earlier)
    known = table[
        table["member_id"].isin(roster.members["member_id"])
        & table["grid_code"].isin(plan.grids["grid_code"])
    ]
    return known.sort_values(["grid_code", "member_id"], ignore_index=True)[HOLDER_COLUMNS]


def _by_plan(earlier: pd.DataFrame) -> pd.DataFrame:
    carried = earlier[~earlier["duty"].isin(["leader", "adviser", "other"])]
    return carried.drop_duplicates(["grid_code", "member_id"]).assign(share=1.0)


def _by_departments(
    roster: Roster, crosswalk: pd.DataFrame, layers: Sequence[Layer]
) -> pd.DataFrame:
    names = roster.members.loc[
        ~roster.members["name"].duplicated(keep=False), ["member_id", "name"]
    ]
    parts = [
        layer.frame.loc[layer.frame["holder"] != "", ["source_id", "holder"]].assign(
            layer=layer.key, weight=layer.spec.weight
        )
        for layer in layers
        if layer.spec.role != "barrier"
    ]
    holders = (
        pd.concat(parts)
        if parts
        else pd.DataFrame(columns=["source_id", "holder", "layer", "weight"])
    )
    held = crosswalk.merge(holders, on=["layer", "source_id"])
    held = held[held["share_of_grid"] >= MIN_HELD_SHARE]
    # of all departments that name holders at all
    says = held.groupby("layer")["weight"].first().sum()
    mine = held.merge(names, left_on="holder", right_on="name")
    mine = mine.assign(share=mine["share_of_grid"] * mine["weight"] / says if says > 0 else 0.0)
    return pd.DataFrame(mine.groupby(["grid_code", "member_id"])["share"].sum()).reset_index()
