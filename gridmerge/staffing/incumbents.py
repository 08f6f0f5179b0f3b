"""Who stays where: the postings of villages that neither a meeting nor new data touch.

A plan that is made again must not re-post people whose land did not change. What is settled keeps its people, of every
kind; only the other grids are staffed anew, by those who are not tied to settled ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from gridmerge.config.settings import Staffing
from gridmerge.errors import PlanError
from gridmerge.staffing.problem import StaffingProblem
from gridmerge.staffing.solution import StaffingSolution, solve_staffing

FIGURE_EPSILON = 1e-9
# Shares of a grid's work and of its land that may differ while it still counts as the same grid.
SAME_GRID_WORK_SHARE = 0.001
SAME_GRID_AREA_SHARE = 0.01


@dataclass(frozen=True, kw_only=True)
class Incumbents:
    """Postings of the plan that this one follows.

    Parameters
    ----------
    postings
        grid_code, member_id, duty, load of that plan.
    settled
        Codes of the grids whose people stay.
    stand_ins
        member_id, grid_code, stand_in_id, duty, load of that plan; empty where it is not known.
    """

    postings: pd.DataFrame
    settled: frozenset[str]
    stand_ins: pd.DataFrame = field(default_factory=pd.DataFrame)

    def without(self, codes: frozenset[str]) -> Incumbents:
        """Return it with fewer grids settled."""
        return replace(self, settled=self.settled - codes)


def find_settled_grids(now: gpd.GeoDataFrame, before: gpd.GeoDataFrame) -> frozenset[str]:
    """Return the codes of the grids in villages that are as they were.

    Parameters
    ----------
    now, before
        grid_code, village_code, workload and area_m2 of both plans. A village is as it was when it has the
        same codes, each with the same land and the same work.
    """
    columns = ["grid_code", "village_code", "workload", "area_m2"]
    today, earlier = pd.DataFrame(now[columns]), pd.DataFrame(before[columns])
    both = today.merge(earlier, on="grid_code", how="outer", suffixes=("", "_before"))
    same = _are_alike(both["workload"], both["workload_before"], SAME_GRID_WORK_SHARE)
    same &= _are_alike(both["area_m2"], both["area_m2_before"], SAME_GRID_AREA_SHARE)
    same &= both["village_code"] == both["village_code_before"]
    village = both["village_code"].fillna(both["village_code_before"])
    touched = set(village[~same])
    return frozenset(both.loc[~village.isin(touched), "grid_code"])


def _are_alike(one: pd.Series, other: pd.Series, share: float) -> pd.Series:
    """Whether two figures differ by no more than a share of the larger; a missing one is never alike."""
    difference = (one - other).abs()
    return difference <= share * np.maximum(one, other) + FIGURE_EPSILON


def staff_around_incumbents(
    problem: StaffingProblem, incumbents: Incumbents, rules: Staffing
) -> StaffingSolution:
    """Answer a staffing problem with the settled grids as they were.

    Parameters
    ----------
    problem
        Of the plan as it is now.
    incumbents
        A village is no longer settled where one of its people has left the roster, has another kind of post, or may not
        stay by the rules.
    rules
        Of [staffing].

    Returns
    -------
    StaffingSolution
        With the bound of a plan that is free to post everybody: what steadiness costs shows in the gap.
    """
    free = solve_staffing(problem, rules.slack, rules.own_village)
    before = _loads_before(problem, incumbents.postings)
    settled = _still_settled(problem, incumbents, before > 0)
    spare = _spare_capacity(problem, before, settled)
    members = np.flatnonzero(spare > FIGURE_EPSILON * problem.capacity)
    left = np.flatnonzero(~settled)
    if not settled.any() or (len(left) and not len(members)):
        return free
    load = np.where(settled[None, :], _shared_as_before(before, problem.work), 0.0)
    stands = settled[None, :] & (before > 0)
    if len(left):
        part = replace(problem.part(members, left), capacity=spare[members])
        try:
            fresh = solve_staffing(part, rules.slack, rules.own_village)
        except PlanError:
            # those who are not tied cannot staff the rest by the rules: nobody's post is certain to be kept
            return free
        both = np.ix_(members, left)
        load[both] = fresh.load
        stands[both] = fresh.stands
    return StaffingSolution(load=load, stands=stands, bound=free.bound)


def _loads_before(problem: StaffingProblem, postings: pd.DataFrame) -> np.ndarray:
    """Member by grid: the load by the earlier plan; a trace where somebody stood without any."""
    load = postings["load"].astype(float).clip(lower=FIGURE_EPSILON)
    carried = postings.assign(load=load)
    wide = carried.pivot_table(index="member_id", columns="grid_code", values="load", aggfunc="sum")
    today = wide.reindex(index=problem.member_id, columns=problem.grid_code)
    return today.fillna(0.0).to_numpy()


def _shared_as_before(before: np.ndarray, work: np.ndarray) -> np.ndarray:
    """Today's work of every grid in the shares of the earlier plan."""
    whole = before.sum(axis=0)
    rate = np.zeros(len(work))
    np.divide(work, whole, out=rate, where=whole > 0)
    return np.asarray(before * rate[None, :])


def _still_settled(
    problem: StaffingProblem, incumbents: Incumbents, stood: np.ndarray
) -> np.ndarray:
    """Which grids keep their people: by village, as long as nobody there is missing, new or against the rules."""
    settled = np.isin(problem.grid_code, sorted(incumbents.settled))
    against_rules = stood & ~problem.allowed
    newly_pinned = problem.pinned & ~stood
    broken = ~stood.any(axis=0)
    broken |= against_rules.any(axis=0) | newly_pinned.any(axis=0)
    broken |= np.isin(problem.grid_code, _with_leavers(problem, incumbents.postings))
    called_away = newly_pinned.any(axis=1)
    broken |= stood[called_away].any(axis=0)
    touched = set(problem.grid_village[settled & broken])
    touched |= _joined_by(problem, incumbents.postings)
    return settled & ~np.isin(problem.grid_village, sorted(touched))


def _with_leavers(problem: StaffingProblem, postings: pd.DataFrame) -> list[str]:
    """Grids somebody had work in who carries none now."""
    carried = postings["load"].astype(float) > 0
    gone = carried & ~postings["member_id"].isin(problem.member_id)
    return sorted(set(postings.loc[gone, "grid_code"]))


def _joined_by(problem: StaffingProblem, postings: pd.DataFrame) -> set[str]:
    """Villages that somebody new to the roster belongs to; those of no village join where a member has most to do."""
    posted = postings["member_id"].to_numpy(dtype=object).astype(str)
    new = ~np.isin(problem.member_id, posted)
    villages = set(problem.member_village[new])
    if "" in villages:
        busiest = np.lexsort((problem.grid_code, -problem.work))[0]
        villages.add(str(problem.grid_village[busiest]))
    return villages - {""}


def _spare_capacity(
    problem: StaffingProblem, before: np.ndarray, settled: np.ndarray
) -> np.ndarray:
    """What settled grids leave of each member's capacity, by the share of the earlier load that lay elsewhere."""
    whole = before.sum(axis=1)
    in_settled = before[:, settled].sum(axis=1)
    tied = np.zeros(len(whole))
    np.divide(in_settled, whole, out=tied, where=whole > 0)
    return np.asarray(problem.capacity * (1.0 - tied))
