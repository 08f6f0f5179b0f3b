"""Each department's own drawing of the same land, with the dirt real drawings have."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from tests.towns.names import people
from tests.towns.truth import CRS, Land, Waves

AMPLITUDES = (0.0, 0.0, 1.0, 2.0, 4.0, 8.0)  # metres: smooth digitising error
SHIFT = 1.5  # metres: standard deviation of the rigid shift, each axis
SIMPLIFY = (0.0, 0.0, 0.5, 2.0)  # metres
MISSING_LAYERS, MISSING_GRIDS = 0.4, 0.04
RESIZED_LAYERS, RESIZED_GRIDS, RESIZED_BY = 0.5, 1 / 15, (2.0, 6.0, -3.0)
CROSSING_LAYERS = 0.3
GROUP = (2, 20)  # true blocks to a departmental grid

# key, style of the department's grid code, what its grids are called
STYLES: tuple[tuple[str, str, str], ...] = (
    ("public_security_governance", "{v}{n:03d}", "{village}综治网格{k}"),
    ("urban_management", "510311-{i:04d}", "单元网格{i:04d}"),
    ("party", "DJ{t}-{i:03d}", "{village}党支部第{k}党小组"),
    ("police", "JG5103{i:04d}", "青山派出所{k}号警格"),
    ("emergency", "AQ-{i:03d}", "{village}安全生产监管网格{k}"),
    ("fire", "XF{i:03d}", "{village}消防小网格{k}"),
    ("environment", "HJ-{t}-{i:02d}", "{village}环境监管网格{k}"),
    ("market", "SCJG{i:03d}", "市场监管责任区{i}"),
    ("natural_resources", "ZR{v}{n:02d}", "{village}动态巡查网格{k}"),
    ("housing", "FW-{i:03d}", "{village}房屋安全网格{k}"),
    ("forestry", "LY{i:04d}", "{village}林长责任区{k}"),
    ("agriculture", "NP{i:03d}", "{village}农产品质量网格{k}"),
    ("animal_health", "FY-{i:03d}", "{village}防疫网格{k}"),
    ("health", "WS{i:03d}", "{village}卫生监督网格{k}"),
    ("civil_affairs", "MZ{v}-{n}", "{village}社会救助网格{k}"),
    ("human_resources", "LD{i:03d}", "劳动监察网格{i}"),
    ("medical_insurance", "YB{i:02d}", "医保经办片区{i}"),
    ("justice", "SF-{i:03d}", "{village}调解网格{k}"),
    ("petitions", "XFW{i:03d}", "{village}信访网格{k}"),
    ("greening", "YL-{i:02d}标", "绿化养护标段{i}"),
    ("enforcement", "ZF{i:02d}", "执法片区{i}"),
    ("government_services", "BM{i:03d}", "{village}便民代办点{k}"),
    ("statistics", "{v}P{n:02d}", "{village}普查小区{k}"),
    ("education", "XQ{i:02d}", "学区{i}"),
    ("veterans", "TY{i:03d}", "{village}退役军人服务站片{k}"),
    ("rural_revitalisation", "XCZX{i:03d}", "{village}监测网格{k}"),
    ("power_supply", "TQ{i:05d}", "{village}{k}号台区"),
    ("gas", "RQ-{i:03d}", "燃气巡检片区{i}"),
    ("culture_tourism", "WL{i:03d}", "文化市场网格{i}"),
    ("women_federation", "FL{i:03d}", "{village}妇女之家{k}"),
    ("hotline", "12345-{i:03d}", "工单网格{i}"),
    ("telecom", "TX{i:03d}", "通信包片{i}"),
    ("water_supply", "GS{i:03d}", "供水片区{i}"),
    ("ethnic_religious", "MZJ{i:02d}", "民宗网格{i}"),
    ("disabled_federation", "CL{i:02d}", "残疾人服务片{i}"),
    ("postal", "YZ{i:03d}", "投递道段{i}"),
    ("tax", "SW{i:02d}", "税收网格{i}"),
    ("youth_league", "TW{i:02d}", "{village}青年之家{k}"),
    ("meteorology", "QX{i:02d}", "{village}气象信息员片{k}"),
    ("geohazard", "DZ{i:03d}", "{village}地灾网格{k}"),
    ("transport", "LZ{i:03d}", "路长责任片{i}"),
    ("water", "HZ{i:02d}", "河长责任片{i}"),
)
ZONES_KEY = "special_grids"
ZONES_DEPARTMENT = "专属网格"


@dataclass(frozen=True, kw_only=True)
class DrawnLayer:
    """One department's network as it drew it.

    Parameters
    ----------
    frame
        source_id, name, holder, geometry (EPSG:4544, as drawn, with its dirt).
    department
        Key of the catalogue.
    role
        ``grid`` or ``exclusive``.
    groups
        block_id → source_id: the truth of who claims a block; a block whose grid is missing has no entry.
    dirt
        What was done: amplitude, dx, dy, simplify (metres), missing, resized (grids), crossing (bool).
    """

    frame: gpd.GeoDataFrame
    department: str
    role: str
    groups: pd.Series
    dirt: dict[str, float]


def draw_layers(seed: int, land: Land, layers: int, dirt: float) -> dict[str, DrawnLayer]:
    """Draw `layers` networks, each from a seed of its own; the last is the exclusive zones where the land has any."""
    zones = layers >= 8 and (land.blocks["zone"] != "").any()
    drawn = {}
    for n in range(layers - int(zones)):
        key, code, name = STYLES[n % len(STYLES)]
        again = n // len(STYLES)
        rng = np.random.default_rng([seed, 1, n])
        hand = _Hand(rng, dirt)
        groups = _groups(rng, land, hand.crossing)
        frame = _named(rng, land, groups, code, name)
        drawn[key + (f"_{again + 1}" if again else "")] = _drawn(
            rng, land, frame, groups, key, hand
        )
    if zones:
        drawn[ZONES_KEY] = _zones(np.random.default_rng([seed, 2]), land, dirt)
    return drawn


class _Hand:
    """How well one department draws: all that is drawn by lot for a whole layer."""

    def __init__(self, rng: np.random.Generator, dirt: float) -> None:
        self.dirt = dirt
        self.amplitude = float(rng.choice(AMPLITUDES)) * dirt
        self.simplify = float(rng.choice(SIMPLIFY)) * dirt
        self.shift = rng.normal(0, SHIFT, 2) * dirt
        # a wave is some four times as long as it stays the same: 50–150 m
        self.waves = Waves(rng, 12, 180.0, 700.0)
        self.crossing, self.loses, self.resizes = (
            bool(lot < share * dirt)
            for lot, share in zip(
                rng.random(3), (CROSSING_LAYERS, MISSING_LAYERS, RESIZED_LAYERS), strict=True
            )
        )


def _groups(rng: np.random.Generator, land: Land, crossing: bool) -> np.ndarray:
    """Group number of each block: connected, 2–20 blocks, inside villages unless the layer ignores them."""
    # little towns have no room for grids of twenty blocks
    half = len(land.blocks) // len(land.villages) // 2
    size = int(rng.integers(GROUP[0], max(GROUP[0], min(GROUP[1], half)) + 1))
    return connected_groups(rng, land, size, crossing)


def connected_groups(rng: np.random.Generator, land: Land, size: int, crossing: bool) -> np.ndarray:
    """Group number of each block: connected, some `size` blocks each, inside villages unless the layer ignores them."""
    blocks, borders = land.blocks, land.borders
    village = blocks["village_code"].factorize()[0]
    centre = shapely.get_coordinates(shapely.centroid(blocks.geometry.array))
    a, b = borders["a"].to_numpy(), borders["b"].to_numpy()
    cost = np.hypot(*(centre[a] - centre[b]).T) * rng.uniform(0.6, 1.6, len(a))
    # departments like strong lines
    cost *= np.where(borders["river"] | borders["road"] | borders["highway"], 2.5, 1.0)
    keep = np.ones(len(a), dtype=bool) if crossing else village[a] == village[b]
    n = len(blocks)
    graph = coo_matrix((cost[keep], (a[keep], b[keep])), shape=(n, n)).tocsr()
    part = connected_components(graph, directed=False)[1]
    seeds = np.concatenate(
        [_seeds(rng, np.flatnonzero(part == p), size) for p in range(part.max() + 1)]
    )
    _, _, source = dijkstra(
        graph, directed=False, indices=seeds, min_only=True, return_predecessors=True
    )
    return _no_singles(source, a[keep], b[keep])


def _seeds(rng: np.random.Generator, blocks: np.ndarray, size: int) -> np.ndarray:
    return rng.choice(blocks, size=max(1, round(len(blocks) / size)), replace=False)


def _no_singles(group: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Join a grid of one block to its smallest neighbour, as far as there is one."""
    group = group.copy()
    size = np.bincount(group, minlength=len(group))
    for block in np.flatnonzero(size[group] == 1):
        around = group[np.concatenate([b[a == block], a[b == block]])]
        if size[group[block]] == 1 and len(around):
            goal = min(around, key=lambda g: (size[g], g))
            size[group[block]] = 0
            group[block] = goal
            size[goal] += 1
    return group


def _named(
    rng: np.random.Generator, land: Land, group: np.ndarray, code: str, name: str
) -> gpd.GeoDataFrame:
    """One row a grid: its code and name in the department's own style, its holder, its true geometry."""
    blocks = land.blocks.assign(group=group)
    first = blocks.sort_values("block_id").groupby("group", sort=True).first()
    merged = blocks[["group", "geometry"]].dissolve("group", method="coverage")
    names = dict(zip(land.villages["village_code"], land.villages["village_name"], strict=True))
    rows = first.assign(geometry=merged.geometry).sort_values(["village_code", "block_id"])
    k = rows.groupby("village_code").cumcount() + 1
    holders = people(rng, max(1, len(rows) // 2))  # one holder often has several grids
    keys = [
        {"i": i + 1, "n": n, "k": n, "v": v, "t": v[6:9], "village": names[v]}
        for i, (n, v) in enumerate(zip(k, rows["village_code"], strict=True))
    ]
    return gpd.GeoDataFrame(
        {
            "source_id": [code.format(**key) for key in keys],
            "name": [name.format(**key) for key in keys],
            "holder": [holders[i * len(holders) // len(keys)] for i in range(len(keys))],
            "group": rows.index,
        },
        geometry=list(rows.geometry),
        crs=CRS,
    )


def _drawn(
    rng: np.random.Generator,
    land: Land,
    frame: gpd.GeoDataFrame,
    group: np.ndarray,
    department: str,
    hand: _Hand,
) -> DrawnLayer:
    """Apply the dirt to a layer's true grids."""
    polygons = shapely.transform(
        frame.geometry.to_numpy(), lambda at: at + hand.shift + hand.amplitude * hand.waves(at)
    )
    if hand.simplify:
        polygons = shapely.simplify(polygons, hand.simplify)
    lost = _chosen(rng, len(frame), MISSING_GRIDS * hand.dirt if hand.loses else 0.0)
    resized = _chosen(rng, len(frame), RESIZED_GRIDS * hand.dirt if hand.resizes else 0.0) & ~lost
    by = rng.choice(RESIZED_BY, int(resized.sum())) * hand.dirt
    polygons[resized] = shapely.buffer(polygons[resized], by, join_style="mitre")
    lost |= shapely.is_empty(polygons)
    ids = pd.Series(frame["source_id"].to_numpy(), index=frame["group"])
    groups = pd.Series(
        ids.reindex(group).to_numpy(), index=land.blocks["block_id"].to_numpy(), name="source_id"
    )
    kept = frame.assign(geometry=polygons)[~lost]
    return DrawnLayer(
        frame=kept.drop(columns="group").reset_index(drop=True),
        department=department,
        role="grid",
        groups=groups[groups.isin(set(kept["source_id"]))],
        dirt={
            "amplitude": hand.amplitude,
            "dx": float(hand.shift[0]),
            "dy": float(hand.shift[1]),
            "simplify": hand.simplify,
            "missing": int(lost.sum()),
            "resized": int(resized.sum()),
            "crossing": hand.crossing,
        },
    )


def _chosen(rng: np.random.Generator, count: int, share: float) -> np.ndarray:
    """Which grids an illness strikes: its share of them and at least one, never all."""
    struck = np.zeros(count, dtype=bool)
    if share > 0 and count > 1:
        struck[
            rng.choice(count, size=min(count - 1, max(1, round(count * share))), replace=False)
        ] = True
    return struck


def _zones(rng: np.random.Generator, land: Land, dirt: float) -> DrawnLayer:
    """The exclusive zones as their owners drew them: well, but not exactly."""
    inside = land.blocks[land.blocks["zone"] != ""]
    merged = inside[["zone", "geometry"]].dissolve("zone", method="coverage").sort_index()
    shift = rng.normal(0, 0.5, 2) * dirt
    ids = [f"ZS{n + 1:02d}" for n in range(len(merged))]
    frame = gpd.GeoDataFrame(
        {"source_id": ids, "name": list(merged.index), "holder": people(rng, len(merged))},
        geometry=list(shapely.transform(merged.geometry.to_numpy(), lambda at: at + shift)),
        crs=CRS,
    )
    by_zone = dict(zip(merged.index, ids, strict=True))
    groups = pd.Series(
        inside["zone"].map(by_zone).to_numpy(),
        index=inside["block_id"].to_numpy(),
        name="source_id",
    )
    return DrawnLayer(
        frame=frame,
        department=ZONES_DEPARTMENT,
        role="exclusive",
        groups=groups,
        dirt={"amplitude": 0.0, "dx": float(shift[0]), "dy": float(shift[1]), "simplify": 0.0},
    )
