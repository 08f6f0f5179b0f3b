"""A build made from the truth of an invented town, without the rooms: so that writers are tested on their own."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from gridmerge.config.settings import (
    Grids,
    LayerSpec,
    Project,
    Publish,
    Settings,
    Villages,
    WorkloadSpec,
)
from gridmerge.findings import make_finding, sort_findings
from gridmerge.model import (
    Assignment,
    Build,
    GridPlan,
    Layer,
    Mosaic,
    Roster,
    Source,
    Township,
    Weights,
)
from tests.towns import Town, draw_town

NAMES = ("households", "people")
FIGURES = {  # as `partition` measures them
    "share_in_range": 0.8,
    "workload_max_over_mean": 1.3,
    "workload_max_over_mean_floor": 1.1,
    "workload_cv": 0.2,
    "workload_gini": 0.1,
    "boundary_agreement": 0.5,
    "departmental_grids_whole": 20,
    "departmental_grids_split": 10,
}


def naive_build(folder: Path, town: Town | None = None, **publish: str) -> Build:
    """Blocks of the truth as faces, every three blocks of a village a grid, everyone in turn a member."""
    town = town or draw_town(seed=3, villages=4, layers=6, blocks=10)
    crs = CRS.from_user_input(town.crs)
    layers = tuple(_layer(key, drawn, crs) for key, drawn in sorted(town.layers.items()))
    settings = Settings(
        file=folder / "gridmerge.toml",
        project=Project(name="青山镇", code="510311104"),
        villages=Villages(path="villages.gpkg", code="village_code", name="village_name"),
        layers=tuple(layer.spec for layer in layers),
        workload=tuple(
            WorkloadSpec(name=name, path="buildings.gpkg", field=name) for name in NAMES
        ),
        grids=Grids(unit="households", target=300, min=150, max=450),
        publish=Publish(**publish),
    )
    villages = town.villages.sort_values("village_code").reset_index(drop=True)
    township = Township(
        name="青山镇", code="510311104", crs=crs, villages=villages, source=_source("villages")
    )
    mosaic = _mosaic(town, layers)
    weights = _weights(town, mosaic)
    plan = _plan(mosaic, weights, villages, settings.grids)
    roster = _roster(town)
    findings = [
        make_finding("no_workload"),
        make_finding(
            "barrier_feature",
            layer=layers[0].key,
            source_id="=1+1",
            measure=12.5,
            place=tuple(villages.total_bounds[:2]),
        ),
    ]
    return Build(
        settings=settings,
        township=township,
        layers=layers,
        mosaic=mosaic,
        weights=weights,
        plan=plan,
        crosswalk=_crosswalk(layers, plan, weights),
        roster=roster,
        assignment=_assignment(plan, roster),
        sources=(township.source, *(layer.source for layer in layers)),
        findings=sort_findings(findings),
        seconds={"load": 0.1},
        date="2026-01-02",
    )


def _source(key: str) -> Source:
    return Source(
        key=key, path=f"{key}.gpkg", sha256="0" * 64, driver="GPKG", crs="EPSG:4544", features=1
    )


def _layer(key: str, drawn: object, crs: CRS) -> Layer:
    frame = drawn.frame[["source_id", "name", "holder", "geometry"]].copy()
    frame["geometry"] = shapely.make_valid(
        frame.geometry.array, method="structure", keep_collapsed=False
    )
    frame = frame.drop_duplicates("source_id").sort_values("source_id").reset_index(drop=True)
    spec = LayerSpec(key=key, department=drawn.department, path=f"{key}.gpkg", role=drawn.role)
    return Layer(
        key=key,
        department=drawn.department,
        title=f"部门{key}",
        frame=frame,
        spec=spec,
        rank=5,
        source=_source(key),
    )


def _mosaic(town: Town, layers: tuple[Layer, ...]) -> Mosaic:
    blocks = town.truth.sort_values("block_id").reset_index(drop=True)
    faces = gpd.GeoDataFrame(
        {
            "face_id": [f"f{n:04d}" for n in range(len(blocks))],
            "village_code": blocks["village_code"],
            "zone": "",
            "area_m2": blocks.area,
        },
        geometry=blocks.geometry.array,
        crs=town.crs,
    )
    face_of = dict(zip(blocks["block_id"], faces["face_id"], strict=True))
    rows = [
        (face_of[block], layer.key, source)
        for layer in layers
        for block, source in town.layers[layer.key].groups.items()
        if source in set(layer.frame["source_id"])
    ]
    pairs = faces.sindex.query(faces.geometry, predicate="touches")
    pairs = pairs[:, pairs[0] < pairs[1]]
    shared = shapely.length(
        shapely.intersection(faces.geometry.values[pairs[0]], faces.geometry.values[pairs[1]])
    )
    same = (shared > 0) & (
        faces["village_code"].values[pairs[0]] == faces["village_code"].values[pairs[1]]
    )
    ids = faces["face_id"].to_numpy()
    borders = pd.DataFrame(
        {
            "face_a": ids[pairs[0][same]],
            "face_b": ids[pairs[1][same]],
            "length_m": shared[same],
            "agreement": 0.5,
            "barrier": 0.0,
        }
    )
    figures = {
        "tolerance": 10.0,
        "layers": {layer.key: {"p50": np.float64(0.5), "p95": 2, "max": 9.5} for layer in layers},
    }
    first, second = layers[0].key, layers[1].key
    strip = faces.iloc[[2]]
    return Mosaic(
        gaps=_land(faces.iloc[:1], layer=""),
        claims=_land(faces.iloc[1:2], layer=first, source_ids="=A;B"),
        disputes=_land(
            strip,
            layers_a=first,
            layers_b=second,
            faces_a="f0000",
            faces_b="f0001",
            length_m=80.0,
            width_m=6.5,
        ),
        faces=faces,
        memberships=pd.DataFrame(rows, columns=["face_id", "layer", "source_id"]),
        borders=borders,
        figures=figures,
    )


def _land(faces: gpd.GeoDataFrame, **columns: object) -> gpd.GeoDataFrame:
    """A docket item that is one face."""
    return faces[["village_code", "area_m2", "geometry"]].assign(faces=faces["face_id"], **columns)


def _weights(town: Town, mosaic: Mosaic) -> Weights:
    joined = gpd.sjoin(town.buildings, mosaic.faces[["face_id", "geometry"]], predicate="within")
    sums = joined.groupby("face_id")[list(NAMES)].sum()
    faces = mosaic.faces[["face_id"]].merge(sums, on="face_id", how="left").fillna(0.0)
    faces["workload"] = faces["households"] + faces["people"] / 10
    pieces = pd.concat(
        [
            joined.assign(work=name, value=joined[name])[["work", "face_id", "value", "geometry"]]
            for name in NAMES
        ]
    )
    totals = pd.DataFrame(
        [
            {
                "name": n,
                "weight": 1.0,
                "total": float(town.buildings[n].sum()),
                "inside": float(faces[n].sum()),
                "outside": 0.0,
                "estimated": False,
                "reference": float("nan"),
                "share": 0.5,
            }
            for n in NAMES
        ]
    )
    return Weights(faces=faces, names=NAMES, pieces=pieces, totals=totals)


def _plan(mosaic: Mosaic, weights: Weights, villages: gpd.GeoDataFrame, sizes: Grids) -> GridPlan:
    faces = mosaic.faces[["face_id", "village_code", "geometry"]].merge(weights.faces, on="face_id")
    rank = faces.groupby("village_code").cumcount()
    faces["grid_code"] = faces["village_code"] + (rank // 3 + 1).map("{:03d}".format)
    grids = faces.dissolve(
        "grid_code", aggfunc={**dict.fromkeys((*NAMES, "workload"), "sum"), "village_code": "first"}
    ).reset_index()
    grids = grids.merge(villages[["village_code", "village_name"]], on="village_code")
    grids["grid_name"] = grids["village_name"] + "第" + grids["grid_code"].str[-3:] + "网格"
    grids = (
        grids.assign(grid_type="comprehensive", area_m2=grids.area)
        .sort_values("grid_code")
        .reset_index(drop=True)
    )
    return GridPlan(
        grids=grids, faces=faces[["face_id", "grid_code"]], sizes=sizes, figures=FIGURES
    )


def _crosswalk(layers: tuple[Layer, ...], plan: GridPlan, weights: Weights) -> pd.DataFrame:
    parts = []
    points = weights.pieces
    for layer in layers:
        source, grid = plan.grids.sindex.query(layer.frame.geometry, predicate="intersects")
        cut = shapely.intersection(
            layer.frame.geometry.values[source], plan.grids.geometry.values[grid]
        )
        part = pd.DataFrame(
            {
                "layer": layer.key,
                "source_id": layer.frame["source_id"].values[source],
                "grid_code": plan.grids["grid_code"].values[grid],
            }
        )
        part["area_m2"] = shapely.area(cut)
        part["share_of_source"] = part["area_m2"] / layer.frame.area.values[source]
        part["share_of_grid"] = part["area_m2"] / plan.grids["area_m2"].values[grid]
        for name in NAMES:
            mine = points[points["work"] == name]
            piece, point = shapely.STRtree(mine.geometry.values).query(cut, predicate="contains")
            part[name] = np.bincount(
                piece, mine["value"].to_numpy(dtype=float)[point], minlength=len(cut)
            )
        parts.append(part[part["area_m2"] > 0])
    return pd.concat(parts, ignore_index=True)


def _roster(town: Town) -> Roster:
    members = town.roster.rename(columns={"village": "village_code"})
    home = gpd.GeoSeries(gpd.points_from_xy(members["lon"], members["lat"]), crs=4490).to_crs(
        town.crs
    )
    frame = gpd.GeoDataFrame(members.assign(departments=""), geometry=home.array, crs=town.crs)
    return Roster(
        members=frame.sort_values("member_id").reset_index(drop=True), source=_source("roster")
    )


def _assignment(plan: GridPlan, roster: Roster) -> Assignment:
    ids = roster.members["member_id"].tolist()
    rows = [
        {
            "grid_code": code,
            "member_id": ids[n % len(ids)],
            "duty": roster.members["kind"][n % len(ids)],
            "load": float(load),
        }
        for n, (code, load) in enumerate(
            zip(plan.grids["grid_code"], plan.grids["workload"], strict=True)
        )
    ]
    table = pd.DataFrame(rows)
    sums = table.groupby("member_id").agg(load=("load", "sum"), grids=("grid_code", "count"))
    members = roster.members[["member_id", "name", "kind", "capacity"]].merge(
        sums, on="member_id", how="left"
    )
    members = members.fillna({"load": 0.0, "grids": 0}).assign(km_from_home=1.5)
    members["load_per_capacity"] = members["load"] / members["capacity"]
    level = members["load_per_capacity"]
    figures = {
        "max_load_per_capacity": level.max(),
        "mean_load_per_capacity": level.mean(),
        "bound": level.mean(),
    }
    return Assignment(
        assignments=table,
        members=members,
        figures={**figures, "members": len(members), "without_grid": 0, "gap": 0.1, "split": False},
    )
