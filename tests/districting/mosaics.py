"""Mosaics without the overlay room: from the true blocks of an invented town, or from plain squares."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely import STRtree

from gridmerge import districting
from gridmerge.config.settings import Grids
from gridmerge.inputs.plan_constraints import read_constraints
from gridmerge.io import read_input
from gridmerge.model import Mosaic, Source, Township, Weights
from tests.towns import Town

SIZES = Grids(unit="households", target=300, min=150, max=450, effort=400, proof=0)
SOURCE = Source(key="villages", path="villages.gpkg", sha256="0")
CRS_M = CRS.from_epsg(4544)


def shared_borders(faces: gpd.GeoDataFrame) -> pd.DataFrame:
    """face_a, face_b, length_m of every border of positive length inside a village."""
    geometry = faces.geometry.values
    tree = STRtree(geometry)
    a, b = tree.query(geometry, predicate="touches")
    a, b = a[a < b], b[a < b]
    village = faces["village_code"].to_numpy()
    a, b = a[village[a] == village[b]], b[village[a] == village[b]]
    length = shapely.length(shapely.intersection(geometry[a], geometry[b]))
    ids = faces["face_id"].to_numpy(dtype=object)
    first, second = np.minimum(ids[a], ids[b]), np.maximum(ids[a], ids[b])
    frame = pd.DataFrame({"face_a": first, "face_b": second, "length_m": length})
    return frame[frame["length_m"] > 1e-6].reset_index(drop=True)


def township_of(villages: gpd.GeoDataFrame) -> Township:
    frame = villages[["village_code", "village_name", "geometry"]].sort_values(
        "village_code", ignore_index=True
    )
    return Township(name="青山镇", code=None, crs=CRS_M, villages=frame, source=SOURCE)


def town_mosaic(town: Town) -> tuple[Mosaic, Weights, Township]:
    """The true blocks as faces, claims and agreement from who drew what, households from the buildings."""
    truth = town.truth
    faces = gpd.GeoDataFrame(
        {
            "face_id": truth["block_id"],
            "village_code": truth["village_code"],
            "zone": [f"special_grids/{z}" if z else "" for z in truth["zone"].fillna("")],
            "area_m2": truth.area,
        },
        geometry=truth.geometry.values,
        crs=truth.crs,
    )
    claims = [
        pd.DataFrame(
            {"face_id": layer.groups.index, "layer": key, "source_id": layer.groups.to_numpy()}
        )
        for key, layer in town.layers.items()
    ]
    memberships = pd.concat(claims, ignore_index=True).dropna().astype(str)
    borders = shared_borders(faces)
    lines = np.zeros(len(borders))
    for layer in town.layers.values():
        owner = layer.groups
        lines += (
            borders["face_a"].map(owner).fillna("") != borders["face_b"].map(owner).fillna("")
        ).to_numpy()
    borders = borders.assign(agreement=lines / len(town.layers), barrier=0.0)
    joined = gpd.sjoin(
        town.buildings[["households", "geometry"]],
        faces[["face_id", "geometry"]],
        predicate="within",
    )
    households = (
        joined.groupby("face_id")["households"]
        .sum()
        .reindex(faces["face_id"])
        .fillna(0.0)
        .to_numpy()
    )
    return (
        Mosaic(faces=faces, memberships=memberships, borders=borders),
        weights_of(faces, households),
        township_of(town.villages),
    )


def weights_of(faces: gpd.GeoDataFrame, households: np.ndarray) -> Weights:
    frame = pd.DataFrame(
        {"face_id": faces["face_id"], "households": households, "workload": households / 300}
    )
    pieces = gpd.GeoDataFrame({"work": [], "face_id": [], "value": []}, geometry=[], crs=faces.crs)
    totals = pd.DataFrame({"name": ["households"], "weight": [1.0], "total": [households.sum()]})
    return Weights(faces=frame, names=("households",), pieces=pieces, totals=totals)


def square_mosaic(
    households: np.ndarray | list[list[float]],
    zones: dict[tuple[int, int], str] | None = None,
    gaps: tuple[tuple[int, int], ...] = (),
    side: float = 100.0,
    code: str = "510311104201",
) -> tuple[Mosaic, Weights, Township]:
    """One village of squares, a row of numbers a row of squares (north first); squares in `gaps` are another village's."""
    numbers = np.asarray(households, dtype=float)
    rows = []
    for (i, j), value in np.ndenumerate(numbers):
        if (i, j) in gaps:
            continue
        y = (len(numbers) - i) * side
        rows.append(
            {
                "face_id": f"f{i:02d}{j:02d}",
                "village_code": code,
                "zone": (zones or {}).get((i, j), ""),
                "area_m2": side * side,
                "households": value,
                "geometry": shapely.box(500_000 + j * side, y, 500_000 + (j + 1) * side, y + side),
            }
        )
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS_M)
    faces = frame.drop(columns="households")
    borders = shared_borders(faces).assign(agreement=0.5, barrier=0.0)
    villages = gpd.GeoDataFrame(
        {"village_code": [code], "village_name": ["青石村"]},
        geometry=[shapely.union_all(frame.geometry.values)],
        crs=CRS_M,
    )
    memberships = pd.DataFrame({"face_id": faces["face_id"], "layer": "police", "source_id": "p1"})
    return (
        Mosaic(faces=faces, memberships=memberships, borders=borders),
        weights_of(faces, frame["households"].to_numpy()),
        township_of(villages),
    )


def divide_township(mosaic, weights, township, sizes, *rest, **more):
    """Divide as a build does: with the files that the sizes name."""
    constraints = read_constraints(sizes, township.crs, Path(), read_input)
    return districting.divide_township(
        mosaic, weights, township, sizes, *rest, constraints=constraints, **more
    )


def saved(plan, folder):
    """The earlier plan as a build leaves it: the grids, and the figures beside them."""
    plan.grids.to_file(folder / "gridmerge.gpkg", layer="grids", driver="GPKG")
    figures = {k: v for k, v in plan.figures.items() if k == "codes"}
    folder.joinpath("report.json").write_text(json.dumps({"grids": figures}), "utf-8")
    return str(folder / "gridmerge.gpkg")


def with_locks(folder, *rows):
    file = folder / "locks.csv"
    file.write_text("kind,a,b\n" + "\n".join(rows) + "\n", "utf-8-sig")
    return str(file)
