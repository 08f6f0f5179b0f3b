"""Sharing the work, side by side: gridmerge, nearest-first, largest-first, and the bound.

    python -m benchmarks.balance.compare [TOWNS]

Draws towns with a known truth (tests/towns). A town's unified grids are here the true blocks as one network groups them, so
that nothing but the sharing is measured; the roster is the town's own. Prints, for every way, the heaviest load per capacity,
how far that is above the bound, mean kilometres from home, and seconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmerge.balance.answer import answered
from gridmerge.balance.problem import Problem, staffing_problem
from gridmerge.config import Grids, Staffing
from gridmerge.model import GridPlan, Roster, Source, Township
from tests.towns import draw_town
from tests.towns.town import Town

HOUSEHOLDS = 300.0  # of a standard grid
SOURCE = Source(key="roster", path="drawn", sha256="")
Way = Callable[[Problem], np.ndarray]


def problem_of(town: Town, network: str) -> Problem:
    """The staffing problem of a drawn town: one unified grid for each village's part of each grid of a network."""
    blocks = town.truth.assign(group=town.layers[network].groups.reindex(town.truth["block_id"]).fillna("").to_numpy())
    at, block = shapely.STRtree(blocks.geometry.to_numpy()).query(
        town.buildings.geometry.to_numpy(), predicate="within"
    )
    households = np.bincount(block, weights=town.buildings["households"].to_numpy()[at], minlength=len(blocks))
    grids = blocks.assign(workload=households / HOUSEHOLDS).dissolve(
        ["village_code", "group"], aggfunc={"workload": "sum"}, as_index=False
    )
    grids["grid_code"] = grids["village_code"] + [f"{n:03d}" for n in grids.groupby("village_code").cumcount() + 1]
    plan = GridPlan(
        grids=grids.assign(grid_name="", grid_type="comprehensive", village_name="", area_m2=grids.area),
        faces=pd.DataFrame(columns=["face_id", "grid_code"]),
        sizes=Grids(),
    )
    people = gpd.GeoDataFrame(
        town.roster.rename(columns={"village": "village_code"}).assign(departments=""),
        geometry=gpd.points_from_xy(town.roster["lon"], town.roster["lat"], crs="EPSG:4490").to_crs(town.crs),
    )
    township = Township(name="", code=None, crs=town.villages.crs, villages=town.villages, source=SOURCE)
    roster = Roster(members=people, source=SOURCE)
    return staffing_problem(plan, roster, township, Staffing(), None)


def nearest_first(problem: Problem) -> np.ndarray:
    """Every grid takes the nearest main member, every member left over the nearest grid."""
    stands = np.zeros(problem.km.shape, dtype=bool)
    stands[np.argmin(np.where(problem.main[:, None], problem.km, np.inf), axis=0), np.arange(len(problem.work))] = True
    idle = np.flatnonzero(~stands.any(axis=1))
    stands[idle, np.argmin(problem.km[idle], axis=1)] = True
    return evenly(problem, stands)


def largest_first(problem: Problem) -> np.ndarray:
    """The heaviest grid to the least loaded main member; members left over to the grid with most work a head."""
    stands, load = np.zeros(problem.km.shape, dtype=bool), np.zeros(len(problem.capacity))
    for grid in np.argsort(-problem.work, kind="stable"):
        level = np.where(problem.main, (load + problem.work[grid]) / problem.capacity, np.inf)
        member = int(np.argmin(level))
        stands[member, grid] = True
        load[member] += problem.work[grid]
    for member in np.flatnonzero(~stands.any(axis=1)):
        stands[member, np.argmax(problem.work / (problem.capacity[:, None] * stands).sum(axis=0))] = True
    return evenly(problem, stands)


def evenly(problem: Problem, stands: np.ndarray) -> np.ndarray:
    """Loads when each grid's work is shared by capacity."""
    share = problem.capacity[:, None] * stands
    return share / share.sum(axis=0)[None, :] * problem.work[None, :]


def main(towns: int) -> None:
    """Print the table."""
    ways: dict[str, Way] = {
        "nearest first": nearest_first,
        "largest first": largest_first,
        "gridmerge": lambda problem: answered(problem, Staffing().slack).load,
    }
    rows = []
    for seed in range(1, towns + 1):
        town = draw_town(seed=seed)
        problem = problem_of(town, "public_security_governance")
        bound = answered(problem, Staffing().slack).bound
        for name, way in ways.items():
            start = time.perf_counter()
            load = way(problem)
            seconds = time.perf_counter() - start
            heaviest = (load.sum(axis=1) / problem.capacity).max()
            rows.append(
                {
                    "town": seed,
                    "grids": len(problem.work),
                    "members": len(problem.capacity),
                    "way": name,
                    "max load/capacity": heaviest,
                    "above bound %": 100 * (heaviest / bound - 1),
                    "floor of one grid": problem.work.max() / problem.capacity.max(),
                    "km": problem.km[load > 0].mean(),
                    "s": seconds,
                }
            )
    table = pd.DataFrame(rows)
    print(table.round(3).to_string(index=False))
    print()
    print(table.groupby("way")[["max load/capacity", "above bound %", "km", "s"]].mean().round(3).to_string())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
