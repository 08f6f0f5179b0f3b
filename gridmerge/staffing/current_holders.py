"""Who holds the grids now: by the earlier plan where there is one, else by the holders the departments name."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gridmerge.model import GridPlan, Layer, Roster
from gridmerge.staffing.support_roles import SUPPORT_DUTIES

# Share of a grid: who holds less of it does not hold it, but a neighbour's drawing error.
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
    holders = _by_departments(roster, crosswalk, layers) if earlier is None else _by_plan(earlier)
    of_roster = holders["member_id"].isin(roster.members["member_id"])
    of_today = holders["grid_code"].isin(plan.grids["grid_code"])
    known = holders[of_roster & of_today]
    return known.sort_values(["grid_code", "member_id"], ignore_index=True)[HOLDER_COLUMNS]


def _by_plan(earlier: pd.DataFrame) -> pd.DataFrame:
    carried = earlier[~earlier["duty"].isin(SUPPORT_DUTIES)]
    return carried.drop_duplicates(["grid_code", "member_id"]).assign(share=1.0)


def _by_departments(
    roster: Roster, crosswalk: pd.DataFrame, layers: Sequence[Layer]
) -> pd.DataFrame:
    holders = _list_holders(layers)
    held = crosswalk.merge(holders, on=["layer", "source_id"])
    held = held[held["share_of_grid"] >= MIN_HELD_SHARE]
    # of all departments that name holders at all
    whole = held.groupby("layer")["weight"].first().sum()
    named = held.merge(_unique_names(roster), left_on="holder", right_on="name")
    share = named["share_of_grid"] * named["weight"] / whole if whole > 0 else 0.0
    named = named.assign(share=share)
    by_pair = named.groupby(["grid_code", "member_id"])["share"].sum()
    return pd.DataFrame(by_pair).reset_index()


def _unique_names(roster: Roster) -> pd.DataFrame:
    """member_id and name of the members who share their name with nobody."""
    twins = roster.members["name"].duplicated(keep=False)
    return pd.DataFrame(roster.members.loc[~twins, ["member_id", "name"]])


def _list_holders(layers: Sequence[Layer]) -> pd.DataFrame:
    """The holders that the departments name: source_id, holder, layer, weight."""
    parts = []
    for layer in layers:
        if layer.spec.role == "barrier":
            continue
        frame = layer.frame.loc[layer.frame["holder"] != "", ["source_id", "holder"]]
        parts.append(frame.assign(layer=layer.key, weight=layer.spec.weight))
    if not parts:
        return pd.DataFrame(columns=["source_id", "holder", "layer", "weight"])
    return pd.DataFrame(pd.concat(parts))
