"""Townships to share the work of: the sample town, drawn towns, Manhattan, and one of 150 grids and 200 members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import gridmerge
from gridmerge.config.settings import LayerSpec, Staffing
from gridmerge.districting import divide_township
from gridmerge.model import GridPlan, Layer, Roster, Source, Township
from gridmerge.staffing import find_current_holders
from gridmerge.workload.crosswalk import build_crosswalk
from tests.districting.mosaics import SIZES, town_mosaic
from tests.towns import draw_town
from tests.towns.town import Town

ROOT = Path(__file__).parents[2]
MANHATTAN = ROOT.parent / "shared" / "data" / "nyc" / "manhattan.toml"
SOURCE = Source(key="roster", path="drawn", sha256="")
# standard grids to a full-timer and a part-timer, as in the sample town
PER_FULL, PER_PART = 1.1, 2.2
WELL_STAFFED = 150, 200  # grids, members


@dataclass(frozen=True, kw_only=True)
class Case:
    """A plan, the people, and who holds what today (grid_code, member_id, share)."""

    name: str
    plan: GridPlan
    roster: Roster
    township: Township
    present: pd.DataFrame
    rules: Staffing = field(default_factory=Staffing)


def cases(towns: int) -> Iterator[Case]:
    """Every case in turn; Manhattan where its data lie beside the checkout."""
    yield _built("sample_layers", ROOT / "sample_layers")
    for seed in range(1, towns + 1):
        yield _drawn(f"town {seed}", draw_town(seed=seed))
    yield _well_staffed(draw_town(seed=11, villages=45))
    if MANHATTAN.is_file():
        yield _manhattan()


def _built(name: str, project: Path) -> Case:
    build = gridmerge.build(project)
    assert build.roster is not None
    present = find_current_holders(build.plan, build.roster, build.crosswalk, build.layers)
    return Case(
        name=name, plan=build.plan, roster=build.roster, township=build.township, present=present
    )


def _drawn(name: str, town: Town) -> Case:
    """A drawn town: grids formed from its true blocks, the roster its own, holders those its departments name."""
    mosaic, weights, township = town_mosaic(town)
    plan = divide_township(mosaic, weights, township, SIZES, 1)
    roster = _roster(town.roster, town.crs)
    layers = [
        _layer(key, drawn.frame) for key, drawn in town.layers.items() if "holder" in drawn.frame
    ]
    present = find_current_holders(plan, roster, build_crosswalk(layers, plan, weights), layers)
    return Case(name=name, plan=plan, roster=roster, township=township, present=present)


def _layer(key: str, frame: gpd.GeoDataFrame) -> Layer:
    return Layer(
        key=key,
        department=key,
        title=key,
        frame=frame[["source_id", "name", "holder", "geometry"]],
        spec=LayerSpec(key=key, path="drawn"),
        rank=1.0,
        source=SOURCE,
    )


def _roster(people: pd.DataFrame, crs: object) -> Roster:
    homes = gpd.points_from_xy(people["lon"], people["lat"], crs="EPSG:4490").to_crs(crs)
    homes = np.where(people["lon"].isna(), None, np.asarray(homes, dtype=object))
    members = people.drop(columns=["village_code", "village_name"], errors="ignore")
    members = members.rename(columns={"village": "village_code"}).assign(departments="")
    return Roster(members=gpd.GeoDataFrame(members, geometry=homes, crs=crs), source=SOURCE)


def _well_staffed(town: Town) -> Case:
    """150 grids and 200 members who carry load: the grids and people of a town of thirty villages, as many as are wanted."""
    case = _drawn("150 × 200", town)
    grids, members = WELL_STAFFED
    kept = case.plan.grids.iloc[:grids]
    rng = np.random.default_rng(7)
    roster = _generated(kept, rng, full=grids, part=members - grids)
    plan = GridPlan(grids=kept, faces=case.plan.faces, sizes=case.plan.sizes)
    present = _nearest_beats(kept, roster, rng)
    return Case(name=case.name, plan=plan, roster=roster, township=case.township, present=present)


def _manhattan() -> Case:
    build = gridmerge.build(MANHATTAN)
    rng, grids = np.random.default_rng(7), build.plan.grids
    standard = float(grids["workload"].sum())
    roster = _generated(
        grids, rng, full=round(standard / PER_FULL), part=round(standard / PER_PART)
    )
    present = _nearest_beats(grids, roster, rng)
    return Case(
        name="Manhattan", plan=build.plan, roster=roster, township=build.township, present=present
    )


def _generated(grids: gpd.GeoDataFrame, rng: np.random.Generator, full: int, part: int) -> Roster:
    """Members who live where the work is, most of them in a grid of much work."""
    work = grids["workload"].to_numpy()
    at = rng.choice(len(grids), full + part, p=work / work.sum())
    inner = shapely.point_on_surface(grids.geometry.to_numpy())[at]
    homes = shapely.points(shapely.get_coordinates(inner) + rng.normal(0, 200.0, (full + part, 2)))
    ids = [f"M{n:03d}" for n in range(full + part)]
    people = {"member_id": ids, "name": ids, "village_code": "", "phone": "", "departments": ""}
    kinds = ["full_time"] * full + ["part_time"] * part
    frame = pd.DataFrame(people).assign(kind=kinds, capacity=[1.0] * full + [0.5] * part)
    return Roster(members=gpd.GeoDataFrame(frame, geometry=homes, crs=grids.crs), source=SOURCE)


def _nearest_beats(
    grids: gpd.GeoDataFrame, roster: Roster, rng: np.random.Generator
) -> pd.DataFrame:
    """What nobody has on record: seven grids in ten held by the full-timer who lives nearest."""
    full = roster.members[roster.members["kind"] == "full_time"]
    held = grids.iloc[np.flatnonzero(rng.random(len(grids)) < 0.7)]
    middle = shapely.point_on_surface(held.geometry.to_numpy())
    nearest = shapely.distance(full.geometry.to_numpy()[:, None], middle[None, :]).argmin(axis=0)
    codes = held["grid_code"].to_numpy()
    return pd.DataFrame(
        {"grid_code": codes, "member_id": full["member_id"].to_numpy()[nearest], "share": 1.0}
    )
