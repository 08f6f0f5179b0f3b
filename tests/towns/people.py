"""Who lives and works on the land: buildings, events, enterprises, the roster. Every name and number is invented."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tests.towns.draw import DrawnLayer
from tests.towns.names import people
from tests.towns.truth import CRS, Land

HOUSEHOLDS = {"core": 48.0, "hamlet": 42.0, "field": 11.0}  # mean households a block
STOREYS = {"core": 22.0, "hamlet": 2.6, "field": 1.7}  # mean households a building
EVENTS = (
    ("矛盾纠纷", 0.16),
    ("占道经营", 0.16),
    ("垃圾堆放", 0.15),
    ("路面破损", 0.12),
    ("消防隐患", 0.12),
    ("违章搭建", 0.09),
    ("污水外溢", 0.08),
    ("噪声扰民", 0.07),
    ("秸秆焚烧", 0.05),
)
SHOPS = ("超市", "餐馆", "五金店", "药房", "理发店", "茶馆", "农资店", "汽修厂", "快递站", "网吧")


def buildings_on(rng: np.random.Generator, land: Land) -> gpd.GeoDataFrame:
    """Points with building_id, address, households, people."""
    kind = land.blocks["kind"].to_numpy()
    mean = np.array([HOUSEHOLDS[k] for k in kind]) * rng.gamma(4.0, 0.25, len(kind))
    mean = np.where(land.blocks["zone"] == "", mean, 4.0)
    per = np.array([STOREYS[k] for k in kind])
    count = rng.poisson(mean / per)
    block = np.repeat(np.arange(len(kind)), count)
    households = (
        np.maximum(1, rng.poisson(per[block])) if len(block) else np.empty(0, dtype=np.int64)
    )
    persons = households + rng.poisson(households * 1.7)
    names = dict(zip(land.villages["village_code"], land.villages["village_name"], strict=True))
    village = land.blocks["village_code"].map(names).to_numpy()[block]
    return gpd.GeoDataFrame(
        {
            "building_id": [f"F{i:05d}" for i in range(len(block))],
            "address": [f"{v}{1 + i % 12}组{1 + i % 97}号" for i, v in enumerate(village)],
            "households": households,
            "people": persons,
        },
        geometry=_inside(rng, land, block),
        crs=CRS,
    )


def _inside(rng: np.random.Generator, land: Land, block: np.ndarray) -> np.ndarray:
    """A random point well inside each block of the list."""
    shapes = shapely.buffer(land.blocks.geometry.to_numpy(), -12.0)
    shapes = np.where(shapely.area(shapes) > 400.0, shapes, land.blocks.geometry.to_numpy())
    shapely.prepare(shapes)
    boxes = shapely.bounds(shapes)[block]
    at = np.empty((len(block), 2))
    todo = np.arange(len(block))
    while len(todo):  # rejection: some half of the throws hit
        box = boxes[todo]
        at[todo] = np.round(box[:, :2] + rng.random((len(todo), 2)) * (box[:, 2:] - box[:, :2]), 2)
        hit = shapely.contains_xy(shapes[block[todo]], at[todo, 0], at[todo, 1])
        todo = todo[~hit]
    return np.asarray(shapely.points(at))


def events_on(rng: np.random.Generator, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Points with event_id, kind, date: a year's, near where people live."""
    count = len(buildings) // 2
    weight = buildings["people"].to_numpy() ** 0.7
    home = (
        rng.choice(len(buildings), size=count, p=weight / weight.sum())
        if count
        else np.empty(0, dtype=np.int64)
    )
    at = shapely.get_coordinates(buildings.geometry.to_numpy()[home]) + rng.normal(
        0, 15.0, (count, 2)
    )
    kinds, share = zip(*EVENTS, strict=True)
    day = np.datetime64("2025-01-01") + rng.integers(0, 365, count).astype("timedelta64[D]")
    return gpd.GeoDataFrame(
        {
            "event_id": [f"SJ2025{i:06d}" for i in range(count)],
            "kind": rng.choice(list(kinds), count, p=np.array(share) / sum(share)),
            "date": day.astype(str),
        },
        geometry=shapely.points(np.round(at, 2)),
        crs=CRS,
    )


def enterprises_on(rng: np.random.Generator, land: Land) -> gpd.GeoDataFrame:
    """Points with enterprise_id, name, staff; a few 园区 as polygons."""
    core = (land.blocks["kind"] == "core").to_numpy()
    count = rng.poisson(np.where(core, 0.8, 0.12))
    block = np.repeat(np.arange(len(core)), count)
    owners = people(rng, len(block))
    firms = gpd.GeoDataFrame(
        {
            "enterprise_id": [f"QY{i:04d}" for i in range(len(block))],
            "name": [
                f"青山镇{o[0]}记{s}"
                for o, s in zip(owners, rng.choice(SHOPS, len(block)), strict=True)
            ],
            "staff": 1 + rng.poisson(4.0, len(block)),
        },
        geometry=_inside(rng, land, block),
        crs=CRS,
    )
    fields = np.flatnonzero(~core)
    parks = rng.choice(fields, size=min(3, len(fields) // 8), replace=False)
    yards = gpd.GeoDataFrame(
        {
            "enterprise_id": [f"YQ{i + 1:02d}" for i in range(len(parks))],
            "name": [f"青山{n}园区" for n in ("工业", "物流", "食品")[: len(parks)]],
            "staff": rng.integers(40, 300, len(parks)),
        },
        geometry=list(
            shapely.buffer(land.blocks.geometry.to_numpy()[parks], -40.0, join_style="mitre")
        ),
        crs=CRS,
    )
    yards = yards[~yards.geometry.is_empty]
    return gpd.GeoDataFrame(
        pd.concat([firms, yards], ignore_index=True), geometry="geometry", crs=CRS
    )


def land_use_on(land: Land) -> gpd.GeoDataFrame:
    """Land use by block: dlmc (name of the class) and population figures to be shared out by buildings."""
    use = land.blocks["kind"].map({"core": "城镇住宅用地", "hamlet": "农村宅基地", "field": "耕地"})
    use = use.where(land.blocks["zone"] == "", "公用设施用地")
    return gpd.GeoDataFrame({"dlmc": use}, geometry=land.blocks.geometry, crs=CRS)


def places_on(rng: np.random.Generator, land: Land) -> gpd.GeoDataFrame:
    """Place names: place_id, name, kind (村组 | 单位 | 桥梁): hamlets, zones, and the bridge where road meets river."""
    hamlets = land.blocks[land.blocks["kind"] == "hamlet"].iloc[::4]
    zones = land.blocks[land.blocks["zone"] != ""].drop_duplicates("zone")
    yards = [
        f"{name[0]}家{ending}"
        for name, ending in zip(people(rng, len(hamlets)), _endings(rng, len(hamlets)), strict=True)
    ]
    met = shapely.intersection(
        shapely.union_all(land.rivers.geometry.array), shapely.union_all(land.roads.geometry.array)
    )
    bridges = shapely.get_parts(met)
    bridges = bridges[shapely.get_type_id(bridges) == 0][:3]
    names = [*yards, *zones["zone"], *("青溪大桥", "老石桥", "铁索桥")[: len(bridges)]]
    return gpd.GeoDataFrame(
        {
            "place_id": [f"DM{i + 1:03d}" for i in range(len(names))],
            "name": names,
            "kind": ["村组"] * len(yards) + ["单位"] * len(zones) + ["桥梁"] * len(bridges),
        },
        geometry=[*hamlets.representative_point(), *zones.representative_point(), *bridges],
        crs=CRS,
    )


def _endings(rng: np.random.Generator, count: int) -> list[str]:
    return [str(one) for one in rng.choice(("院子", "湾", "坝", "沟", "坡", "祠堂", "老屋"), count)]


BEATS = {  # share of a department's grids that the township's own members hold today; the rest are the department's people
    "public_security_governance": 0.9,
    "party": 0.6,
    "emergency": 0.6,
    "environment": 0.6,
    "fire": 0.5,
}


def held_by_members(
    seed: int, land: Land, layers: dict[str, DrawnLayer], roster: pd.DataFrame
) -> dict[str, DrawnLayer]:
    """The present state: many grids of some departments are held by the full-timer of the village who lives nearest."""
    full = roster[roster["kind"] == "full_time"]
    homes = np.asarray(gpd.points_from_xy(full["lon"], full["lat"], crs=4490).to_crs(CRS))
    village_of = land.blocks.set_index("block_id")["village_code"]
    held = dict(layers)
    for n, (key, share) in enumerate(BEATS.items()):
        if key not in layers:
            continue
        groups, frame = layers[key].groups, layers[key].frame.copy()
        village = (
            village_of.reindex(groups.index).groupby(groups).agg(lambda codes: codes.mode().iloc[0])
        )
        lot = np.random.default_rng([seed, 5, n]).random(len(frame))
        holders = frame["holder"].tolist()
        for row, (source, shape) in enumerate(zip(frame["source_id"], frame.geometry, strict=True)):
            mine = np.flatnonzero((full["village"] == village.get(source, "")).to_numpy())
            if lot[row] < share and len(mine):
                near = mine[np.argmin(shapely.distance(homes[mine], shapely.centroid(shape)))]
                holders[row] = full["name"].iloc[near]
        held[key] = replace(layers[key], frame=frame.assign(holder=holders))
    return held


def supported(seed: int, roster: pd.DataFrame, land: Land) -> pd.DataFrame:
    """The roster with advisers of no village and volunteers of every one added at its end."""
    rng = np.random.default_rng([seed, 6])
    villages = land.villages
    rows = [("adviser", "", "")] * -(-len(villages) // 3)
    rows += [
        ("other", code, name)
        for code, name in zip(villages["village_code"], villages["village_name"], strict=True)
    ]
    first = len(roster) + 1
    more = pd.DataFrame(
        {
            "member_id": [f"WG{first + n:03d}" for n in range(len(rows))],
            "name": people(rng, len(rows)),
            "kind": [kind for kind, _, _ in rows],
            "capacity": 0.2,
            "lon": np.nan,
            "lat": np.nan,
            "village": [code for _, code, _ in rows],
            "village_name": [name for _, _, name in rows],
            "phone": [f"138000{first + n:05d}" for n in range(len(rows))],
        }
    )
    return pd.concat([roster, more], ignore_index=True)


def roster_for(rng: np.random.Generator, land: Land, buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    """Members: a leader a village, full-time ones by households, part-timers, an adviser's worth of gaps."""
    villages = land.villages
    at = shapely.STRtree(villages.geometry.to_numpy())
    inside = at.query(buildings.geometry.to_numpy(), predicate="within")
    homes = pd.Series(inside[0]).groupby(inside[1]).apply(list)
    rows: list[dict[str, object]] = []
    for v, (code, name) in enumerate(
        zip(villages["village_code"], villages["village_name"], strict=True)
    ):
        own = homes.get(v, [])
        households = int(buildings["households"].iloc[own].sum()) if len(own) else 0
        kinds = (
            ["leader"]
            + ["full_time"] * max(1, round(households / 330))
            + ["part_time"] * max(1, households // 700)
        )
        for kind in kinds:
            home = (
                buildings.geometry.iloc[int(rng.choice(own))]
                if len(own)
                else villages.geometry.iloc[v].representative_point()
            )
            rows.append({"kind": kind, "village": code, "village_name": name, "geometry": home})
    names = people(rng, len(rows))
    lonlat = gpd.GeoSeries([row["geometry"] for row in rows], crs=CRS).to_crs(4490)
    return pd.DataFrame(
        {
            "member_id": [f"WG{i + 1:03d}" for i in range(len(rows))],
            "name": names,
            "kind": [row["kind"] for row in rows],
            "capacity": [
                {"leader": 0.3, "full_time": 1.0, "part_time": 0.5}[str(row["kind"])]
                for row in rows
            ],
            "lon": np.round(lonlat.x, 7),
            "lat": np.round(lonlat.y, 7),
            "village": [row["village"] for row in rows],
            "village_name": [row["village_name"] for row in rows],
            "phone": [f"138000{i + 1:05d}" for i in range(len(rows))],  # a test pattern nobody has
        }
    )
