"""An invented town as `MapData`: true blocks as faces, grown into grids; enough to draw every kind of thing."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from gridmerge.catalog import load_catalog
from gridmerge.config.settings import Grids
from gridmerge.i18n.text import Text
from gridmerge.products.labels import name_layer
from gridmerge.products.map.data import MapData, MapLayer, Remark
from tests.towns import draw_town

SIZES = Grids(unit="households", target=300, min=150, max=450)


def town_data(seed: int = 1, villages: int = 4, layers: int = 6, blocks: int = 20) -> MapData:
    """Draw a town and put it into the map's frames."""
    town = draw_town(seed, villages=villages, layers=layers, blocks=blocks)
    faces = town.truth[["block_id", "village_code", "geometry"]].rename(
        columns={"block_id": "face_id"}
    )
    faces["area_m2"] = faces.area
    tree = shapely.STRtree(faces.geometry.to_numpy())
    point, face = tree.query(town.buildings.geometry.to_numpy(), predicate="within")
    for name in ("households", "people"):
        counted = pd.Series(town.buildings[name].to_numpy()[point]).groupby(face).sum()
        faces[name] = counted.reindex(range(len(faces)), fill_value=0).astype(float).to_numpy()
    faces["workload"] = faces["households"] / 300
    faces["grid_code"] = _grown(faces)
    grids = _grids(faces, town.villages)
    return MapData(
        name="青山镇",
        code="510311104",
        date="2026-11-21",
        crs=CRS.from_user_input(town.crs),
        villages=town.villages,
        grids=grids,
        faces=faces,
        memberships=_memberships(town),
        layers=tuple(
            MapLayer(
                key=key,
                title=name_layer(
                    load_catalog().find(drawn.department).zh
                    if load_catalog().find(drawn.department)
                    else key,
                    drawn.department,
                ),
                role=drawn.role,
                frame=drawn.frame,
            )
            for key, drawn in sorted(town.layers.items())
        ),
        members=town.roster[["member_id", "name", "kind", "capacity", "phone"]].assign(
            phone=lambda m: m["phone"].str[:3] + "****" + m["phone"].str[-4:]
        ),
        assignments=_assignments(grids, town.roster),
        works=("households", "people"),
        sizes=SIZES,
        remarks=_remarks(faces),
        sources=(("villages", "villages.shp", len(town.villages)),),
    )


def _grown(faces: gpd.GeoDataFrame) -> list[str]:
    """Grow grids of about the target inside each village, block by neighbouring block."""
    a, b = shapely.STRtree(faces.geometry.to_numpy()).query(
        faces.geometry.to_numpy(), predicate="touches"
    )
    length = shapely.length(
        shapely.intersection(faces.geometry.to_numpy()[a], faces.geometry.to_numpy()[b])
    )
    next_to = {i: [] for i in range(len(faces))}
    for i, j in zip(a[length > 1], b[length > 1], strict=True):
        next_to[i].append(j)
    village, work = faces["village_code"].to_numpy(), faces["households"].to_numpy()
    grid, count = np.full(len(faces), "", dtype=object), dict.fromkeys(village, 0)
    for seed in range(len(faces)):
        if grid[seed]:
            continue
        count[village[seed]] += 1
        code, load, edge = f"{village[seed]}{count[village[seed]]:03d}", 0.0, [seed]
        while edge and load < SIZES.target:
            face = edge.pop(0)
            if not grid[face]:
                grid[face], load = code, load + work[face]
                edge += [n for n in next_to[face] if not grid[n] and village[n] == village[face]]
    return list(grid)


def _grids(faces: gpd.GeoDataFrame, villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    sums = dict.fromkeys(("area_m2", "workload", "households", "people"), "sum")
    grids = faces.dissolve("grid_code", aggfunc=sums | {"village_code": "first"}).reset_index()
    grids = grids.merge(villages[["village_code", "village_name"]], on="village_code")
    grids["grid_name"] = (
        grids["village_name"] + "第" + grids["grid_code"].str[-3:].astype(int).astype(str) + "网格"
    )
    grids["grid_type"] = "comprehensive"
    return grids.sort_values("grid_code", ignore_index=True)


def _memberships(town) -> pd.DataFrame:
    return pd.concat(
        [
            pd.DataFrame(
                {"face_id": drawn.groups.index, "layer": key, "source_id": drawn.groups.to_numpy()}
            )
            for key, drawn in town.layers.items()
            if set(drawn.groups) <= set(drawn.frame["source_id"])
        ],
        ignore_index=True,
    )


def _assignments(grids: gpd.GeoDataFrame, roster: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for village, here in grids.groupby("village_code"):
        folk = roster[roster["village"] == village]
        leaders, others = folk[folk["kind"] == "leader"], folk[folk["kind"] != "leader"]
        for i, (code, load) in enumerate(zip(here["grid_code"], here["workload"], strict=True)):
            if len(leaders):
                rows.append((code, leaders["member_id"].iloc[0], "leader", 0.0))
            if len(others):
                member = others.iloc[i % len(others)]
                rows.append((code, member["member_id"], member["kind"], load))
    return pd.DataFrame(rows, columns=["grid_code", "member_id", "duty", "load"])


def _remarks(faces: gpd.GeoDataFrame) -> tuple[Remark, ...]:
    spot = faces.geometry.iloc[3].representative_point()
    return (
        Remark(
            severity="warning",
            kind="gap",
            layer="party",
            source_id="DJ104-001",
            message=Text(
                "图层 party 有一处无人认领的地块。", "Layer party leaves a piece of land to nobody."
            ),
            place=(spot.x, spot.y),
        ),
        Remark(
            severity="note",
            kind="no_workload",
            layer="",
            source_id="",
            message=Text("说明一条。", "A note."),
            place=None,
        ),
    )
