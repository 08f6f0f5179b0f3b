"""The land as it truly is: blocks that tile villages, streets, a river, an enclave, zones; before any department draws it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Voronoi, cKDTree

from tests.towns.names import village_names

CRS = "EPSG:4544"  # CGCS2000, 3-degree Gauss-Krueger, 105°E: where southern Sichuan works
TOWN_CODE = "510311104"
ORIGIN = np.array([483_000.0, 3_237_000.0])  # an invented spot near 104.83°E 29.25°N
CORE_SPACING = 150.0  # metres between street crossings: blocks of 1–4 ha
HAMLET_SPACING = 170.0
FIELD_SPACING = 330.0
VERTEX_STEP = 25.0  # metres between vertices of the true lines

Points = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Look:
    """What kind of place it is.

    Parameters
    ----------
    core_share
        Share of the villages that are built-up communities.
    stretch
        Length of the township over its width: 1 round, 4 a valley.
    hamlets
        Hamlets per rural village.
    """

    core_share: float = 0.34
    stretch: float = 1.25
    hamlets: int = 1


LOOKS = {
    "town": Look(),
    "rural": Look(core_share=0.0, stretch=1.3, hamlets=3),
    "city": Look(core_share=1.0, stretch=1.1, hamlets=0),
    "valley": Look(core_share=0.2, stretch=4.5, hamlets=1),
}


@dataclass(frozen=True, kw_only=True)
class Land:
    """The truth.

    Parameters
    ----------
    blocks
        block_id, village_code, kind (core | hamlet | field), zone (name of the 专属网格 or ""), geometry; tile the villages.
    villages
        village_code, village_name, geometry.
    borders
        a, b (positions in `blocks`, a < b), river, road (bool): who touches whom along a line.
    rivers, roads
        name, kind, geometry (lines that run exactly along block borders).
    """

    blocks: gpd.GeoDataFrame
    villages: gpd.GeoDataFrame
    borders: pd.DataFrame
    rivers: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame


def draw_land(rng: np.random.Generator, villages: int, blocks: int, look: Look) -> Land:
    """Draw a township of `villages` × `blocks` blocks."""
    total = villages * blocks
    plan = _Plan(rng, villages, total, look)
    points, kinds = plan.points()
    cells = Voronoi(points)
    tiles, edges = _tiles(cells, total, plan)
    borders = _borders(edges, plan, points, total)
    village = _villages_of(rng, points[:total], kinds[:total], borders, villages, look)
    outer = np.unique(edges.loc[edges["b"] >= total, "a"])
    village = _with_enclave(village, borders, blocks, outer)
    codes, names = village_names(rng, _community_flags(village, kinds[:total], villages))
    frame = gpd.GeoDataFrame(
        {
            "block_id": [f"B{i:05d}" for i in range(total)],
            "village_code": np.array(codes)[village],
            "kind": kinds[:total],
            "zone": _zones(kinds[:total], village, borders, blocks),
        },
        geometry=tiles,
        crs=CRS,
    )
    return Land(
        blocks=frame,
        villages=_dissolved_villages(frame, dict(zip(codes, names, strict=True))),
        borders=borders.drop(columns="line"),
        rivers=_lines(borders, "river", "青溪河", "河流"),
        roads=_roads(borders, kinds),
    )


class _Plan:
    """Where the centre, the river and the roads lie, before there are blocks."""

    def __init__(self, rng: np.random.Generator, villages: int, total: int, look: Look) -> None:
        self.rng, self.look, self.total, self.villages = rng, look, total, villages
        self.core_blocks = round(total * look.core_share)
        if look.core_share > 0:
            self.core_blocks = max(self.core_blocks, total // villages)
        rural = total - self.core_blocks
        self.core_area = self.core_blocks * CORE_SPACING**2
        self.radius = np.sqrt((self.core_area + rural * FIELD_SPACING**2 * 0.8) / np.pi)
        self.core_radius = np.sqrt(self.core_area / np.pi)
        self.angle = rng.uniform(0, np.pi)
        self.blob = rng.normal(0, 0.06, 5), rng.uniform(0, 2 * np.pi, 5)
        self.meander = rng.uniform(0.05, 0.09), rng.uniform(0, 2 * np.pi), rng.uniform(1.3, 2.0)
        self.river_shift = max(0.45 * self.core_radius, 0.12 * self.radius)
        self.warp_waves = _Waves(rng, 14, 350.0, 1500.0)

    def local(self, points: Points) -> Points:
        """Township axes: first the long one."""
        c, s = np.cos(self.angle), np.sin(self.angle)
        return (points - ORIGIN) @ np.array([[c, -s], [s, c]])

    def world(self, local: Points) -> Points:
        c, s = np.cos(self.angle), np.sin(self.angle)
        return local @ np.array([[c, s], [-s, c]]) + ORIGIN

    def reach(self, local: Points) -> NDArray[np.float64]:
        """Distance from the centre in township radii: below about 1 is inside."""
        stretch = np.sqrt(self.look.stretch)
        x, y = local[:, 0] / stretch, local[:, 1] * stretch
        theta = np.arctan2(y, x)
        wobble = 1 + sum(
            a * np.cos((k + 2) * theta + p) for k, (a, p) in enumerate(zip(*self.blob, strict=True))
        )
        return np.hypot(x, y) / (self.radius * wobble)

    def beside_river(self, local: Points) -> NDArray[np.float64]:
        """Signed distance from the river, roughly: its left bank is positive."""
        size, phase, turns = self.meander
        x = local[:, 0] / (self.radius * np.sqrt(self.look.stretch))
        bend = size * self.radius * np.sin(
            turns * np.pi * x + phase
        ) + 0.3 * size * self.radius * np.sin(4.1 * np.pi * x)
        return local[:, 1] - bend - self.river_shift

    def beside_road(self, local: Points) -> NDArray[np.float64]:
        """Signed distance from the main road, which crosses the town from edge to edge."""
        y = local[:, 1] / self.radius
        return local[:, 0] - 0.06 * self.radius * np.sin(2.2 * y + 1.0)

    def beside_highway(self, local: Points) -> NDArray[np.float64]:
        """Signed distance from the road along the valley."""
        x = local[:, 0] / self.radius
        return local[:, 1] + 0.22 * self.radius + 0.05 * self.radius * np.sin(1.7 * x)

    def points(self) -> tuple[Points, NDArray[np.str_]]:
        """Seeds of the blocks: the first `total` are inside the township."""
        seeds: list[tuple[Points, str]] = [(self._core(), "core")]
        seeds += [(self._hamlet(at), "hamlet") for at in self._hamlet_places()]
        local = np.vstack([points for points, _ in seeds])
        kinds = np.repeat([kind for _, kind in seeds], [len(points) for points, _ in seeds])
        field = self._fields()
        if len(local):
            far, _ = cKDTree(local).query(field)
            field = field[far > 0.62 * FIELD_SPACING]
        local = np.vstack([local, field])
        kinds = np.concatenate([kinds, np.full(len(field), "field")])
        order = np.argsort(self.reach(local), kind="stable")
        return self.world(local[order]), kinds[order]

    def _banked(self, local: Points, spacing: float) -> Points:
        """Push seeds away from river and roads, so that block borders run along them."""
        moved = local.copy()
        for beside, axis in (
            (self.beside_river, 1),
            (self.beside_road, 0),
            (self.beside_highway, 1),
        ):
            away = beside(moved)
            near = np.abs(away) < spacing
            goal = np.where(away >= 0, 0.5, -0.5) * spacing
            pull = np.clip(1.6 - np.abs(away) / spacing * 1.6, 0, 1)
            moved[:, axis] += np.where(near, (goal - away) * pull, 0)
        return moved

    def _lattice(self, half: float, spacing: float, jitter: float) -> Points:
        steps = np.arange(-np.ceil(half / spacing), np.ceil(half / spacing) + 1) + 0.5
        x, y = np.meshgrid(steps, steps)
        points = np.column_stack([x.ravel(), y.ravel()]) * spacing
        return points + self.rng.normal(0, jitter * spacing, points.shape)

    def _core(self) -> Points:
        if not self.core_blocks:
            return np.empty((0, 2))
        lattice = self._banked(
            self._lattice(self.core_radius * 2.5, CORE_SPACING, 0.03), 0.5 * CORE_SPACING
        )
        if self.core_blocks < self.total:
            lattice = lattice[np.argsort(np.hypot(*lattice.T), kind="stable")[: self.core_blocks]]
        return lattice[np.sort(_apart(lattice, 0.55 * CORE_SPACING))]

    def _hamlet_places(self) -> Points:
        count = (
            round(self.villages * (1 - self.look.core_share)) * self.look.hamlets
            if self.core_blocks < self.total
            else 0
        )
        if not count or self.total / self.villages < 8:
            return np.empty((0, 2))
        stretch = np.sqrt(self.look.stretch)
        turn = (np.arange(count) + self.rng.uniform(0, 0.6, count)) * 2 * np.pi * 0.618
        inner = (self.core_radius / self.radius) ** 2
        away = np.sqrt(inner + (0.92 - inner) * (np.arange(count) + 0.6) / count) * self.radius
        return np.column_stack([np.cos(turn) * away * stretch, np.sin(turn) * away / stretch])

    def _hamlet(self, at: Points) -> Points:
        size = int(self.rng.integers(4, 8))
        lattice = self._lattice(2.5 * HAMLET_SPACING, HAMLET_SPACING, 0.1)
        lattice = lattice[np.argsort(np.hypot(*lattice.T), kind="stable")[:size]]
        turn = self.rng.uniform(0, np.pi / 2)
        return (
            lattice @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + at
        )

    def _fields(self) -> Points:
        half = self.radius * 1.45 * np.sqrt(self.look.stretch) + 4 * FIELD_SPACING
        points = self._lattice(half, FIELD_SPACING, 0.17)
        points = points[self.reach(points) < 1.45 + 3 * FIELD_SPACING / self.radius]
        points = self._banked(points, 0.5 * FIELD_SPACING)
        return points[np.sort(_apart(points, 0.4 * FIELD_SPACING))]

    def warped(self, points: Points) -> Points:
        """Bend straight lines as land is bent; the street grid of the core much less."""
        rural = np.clip(
            (np.hypot(*self.local(points).T) - 0.7 * self.core_radius) / (0.8 * FIELD_SPACING),
            0.12,
            1.0,
        )
        return np.round(points + self.warp_waves(points) * (rural * 38.0)[:, None], 3)


class _Waves:
    """A smooth random field of vectors: unit root mean square, the same wherever it is asked for again."""

    def __init__(
        self, rng: np.random.Generator, count: int, shortest: float, longest: float
    ) -> None:
        length = np.exp(rng.uniform(np.log(shortest), np.log(longest), (2, count)))
        turn = rng.uniform(0, 2 * np.pi, (2, count))
        # (xy, component, wave)
        self.k = 2 * np.pi / length * np.stack([np.cos(turn), np.sin(turn)])
        self.phase = rng.uniform(0, 2 * np.pi, (2, count))
        self.scale = 1 / np.sqrt(count)  # two components, each of mean square 1/2

    def __call__(self, points: Points) -> Points:
        near = points - ORIGIN
        angle = np.einsum("px,xcw->pcw", near, self.k) + self.phase
        return np.asarray(np.sin(angle).sum(axis=2) * self.scale)


Waves = _Waves


def _apart(points: Points, distance: float) -> Index:
    """Positions of points left when of each pair nearer than `distance` the later goes."""
    pairs = cKDTree(points).query_pairs(distance, output_type="ndarray")
    drop: set[int] = set()
    for a, b in sorted(
        map(tuple, np.sort(pairs, axis=1))
    ):  # greedy by nature: who goes depends on who stayed
        if a not in drop:
            drop.add(b)
    return np.array([i for i in range(len(points)) if i not in drop], dtype=np.int64)


def _tiles(cells: Voronoi, total: int, plan: _Plan) -> tuple[list[shapely.Polygon], pd.DataFrame]:
    """Polygons of the first `total` cells, and the edges between cells (a, b, line), crossings of four streets made one point."""
    vertices = cells.vertices
    near = cKDTree(vertices).query_pairs(14.0, output_type="ndarray")
    count, group = connected_components(
        coo_matrix((np.ones(len(near)), (near[:, 0], near[:, 1])), shape=(len(vertices),) * 2),
        directed=False,
    )
    centre = np.column_stack(
        [
            np.bincount(group, vertices[:, i], minlength=count)
            / np.bincount(group, minlength=count)
            for i in (0, 1)
        ]
    )
    rows = []
    lines: dict[tuple[int, int], Points] = {}
    for (p, q), (u, v) in zip(cells.ridge_points, cells.ridge_vertices, strict=True):
        a, b = sorted((int(p), int(q)))
        if a >= total or min(u, v) < 0:
            continue
        i, j = sorted((int(group[u]), int(group[v])))
        if i != j and (i, j) not in lines:
            lines[i, j] = _walk(centre[i], centre[j], plan)
        if i != j:
            rows.append((a, b, i, j))
    tiles = [_ring(cells.regions[cells.point_region[n]], group, lines) for n in range(total)]
    edges = pd.DataFrame(rows, columns=["a", "b", "i", "j"])
    edges["line"] = [
        shapely.LineString(lines[i, j]) for i, j in zip(edges["i"], edges["j"], strict=True)
    ]
    return tiles, edges


def _walk(start: Points, end: Points, plan: _Plan) -> Points:
    steps = max(1, int(np.ceil(np.hypot(*(end - start)) / VERTEX_STEP)))
    return plan.warped(start + (end - start) * np.linspace(0, 1, steps + 1)[:, None])


def _ring(region: list[int], group: Index, lines: dict[tuple[int, int], Points]) -> shapely.Polygon:
    """One cell's ring, from lines shared with its neighbours."""
    corners = [int(group[v]) for v in region]
    parts = []
    for i, j in zip(corners, corners[1:] + corners[:1], strict=True):
        if i != j:
            line = lines[min(i, j), max(i, j)]
            parts.append((line if i < j else line[::-1])[:-1])
    return shapely.normalize(shapely.Polygon(np.vstack(parts)))


def _borders(edges: pd.DataFrame, plan: _Plan, points: Points, total: int) -> pd.DataFrame:
    """Edges between blocks inside the township, and whether river or roads run along them."""
    edges = edges[edges["b"] < total].sort_values(["a", "b"]).reset_index(drop=True)
    local = plan.local(points)
    for name, beside in (
        ("river", plan.beside_river),
        ("road", plan.beside_road),
        ("highway", plan.beside_highway),
    ):
        side = beside(local) >= 0
        edges[name] = side[edges["a"]] != side[edges["b"]]
    return edges[["a", "b", "river", "road", "highway", "line"]]


def _villages_of(
    rng: np.random.Generator,
    points: Points,
    kinds: NDArray[np.str_],
    borders: pd.DataFrame,
    villages: int,
    look: Look,
) -> Index:
    """Village of each block: even in blocks, one piece each, the river a favoured border."""
    core = max(1, round(villages * look.core_share)) if look.core_share else 0
    seeds = np.vstack(
        [
            _spread(rng, points[kinds == "core"], core),
            _spread(rng, points[kinds != "core"], villages - core),
        ]
    )
    power = np.zeros(len(seeds))
    square = ((points[:, None] - seeds[None]) ** 2).sum(axis=2)
    wrong = np.zeros((len(points), len(seeds)))
    if 0 < core < villages:
        is_core = (kinds == "core")[:, None] == (np.arange(len(seeds)) < core)[None]
        wrong = np.where(is_core, 0, (2.5 * CORE_SPACING) ** 2)
    share = len(points) / len(seeds)
    apart = ((seeds[:, None] - seeds[None]) ** 2).sum(axis=2)
    step = 0.25 * apart[~np.eye(len(seeds), dtype=bool)].min() if len(seeds) > 1 else 0.0
    for turn in range(80):  # a power diagram whose cells hold about equal numbers of blocks
        village = np.argmin(square + wrong - power, axis=1)
        lack = (share - np.bincount(village, minlength=len(seeds))) / share
        power += np.clip(lack, -1, 1) * step / (1 + turn / 20)
    for v in np.flatnonzero(np.bincount(village, minlength=len(seeds)) == 0):
        village[np.argmin(square[:, v])] = v
    return _in_one_piece(village, borders, len(seeds))


def _spread(rng: np.random.Generator, points: Points, count: int) -> Points:
    """Places far from each other: a few rounds of k-means."""
    if not count:
        return np.empty((0, 2))
    seeds = points[rng.choice(len(points), size=count, replace=False)]
    for _ in range(12):
        nearest = cKDTree(seeds).query(points)[1]
        seeds = np.array(
            [
                points[nearest == i].mean(axis=0) if (nearest == i).any() else seeds[i]
                for i in range(count)
            ]
        )
    return seeds


def _pieces(label: Index, borders: pd.DataFrame) -> Index:
    """Number of the connected piece each block belongs to."""
    same = borders[label[borders["a"]] == label[borders["b"]]]
    graph = coo_matrix((np.ones(len(same)), (same["a"], same["b"])), shape=(len(label),) * 2)
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _in_one_piece(village: Index, borders: pd.DataFrame, count: int) -> Index:
    """Give a village's smaller pieces to a neighbour; every village keeps its largest."""
    village = village.copy()
    for _ in range(20):
        piece = _pieces(village, borders)
        size = np.bincount(piece)
        stray = np.ones(len(size), dtype=bool)
        for v in range(count):
            own = piece[village == v]
            if len(own):
                stray[own[np.argmax(size[own])]] = False
        if not stray.any():
            break
        for a, b in zip(
            borders["a"], borders["b"], strict=True
        ):  # few stray blocks, each taken by the first neighbour
            if stray[piece[a]] and not stray[piece[b]]:
                village[a] = village[b]
            elif stray[piece[b]] and not stray[piece[a]]:
                village[b] = village[a]
    return village


def _with_enclave(village: Index, borders: pd.DataFrame, blocks: int, outer: Index) -> Index:
    """Give a block or two deep inside one village to another village: a 飞地."""
    if blocks < 12 or village.max() < 2:
        return village
    other = borders[village[borders["a"]] != village[borders["b"]]]
    rim = np.zeros(len(village), dtype=bool)
    rim[other["a"]] = rim[other["b"]] = rim[outer] = True
    deep = np.flatnonzero(~rim)
    touch = pd.concat([borders[["a", "b"]], borders[["b", "a"]].set_axis(["a", "b"], axis=1)])
    for block in deep[::-1]:  # from the outside in: enclaves are a thing of the countryside
        around = touch.loc[touch["a"] == block, "b"].to_numpy()
        part = np.array([block, *around[~rim[around]][:1]])
        trial = village.copy()
        trial[part] = (village[block] + 1) % (village.max() + 1)
        rest = _pieces(trial, borders)[trial == village[block]]
        neighbours = set(village[touch.loc[touch["a"].isin(part), "b"]])
        if len(set(rest.tolist())) == 1 and neighbours == {village[block]}:
            return trial
    return village


def _community_flags(village: Index, kinds: NDArray[np.str_], villages: int) -> list[bool]:
    return [
        bool((kinds[village == v] == "core").mean() > 0.5) if (village == v).any() else False
        for v in range(villages)
    ]


def _zones(
    kinds: NDArray[np.str_], village: Index, borders: pd.DataFrame, blocks: int
) -> NDArray[np.object_]:
    """Names of the exclusive zones: a school of two blocks, a market of one, in the core."""
    zone = np.full(len(kinds), "", dtype=object)
    core = np.flatnonzero(kinds == "core")
    if blocks < 12 or len(core) < 20:
        return zone
    same = borders[village[borders["a"]] == village[borders["b"]]]
    inner = same[
        np.isin(same["a"], core)
        & np.isin(same["b"], core)
        & ~same["river"]
        & ~same["highway"]
        & ~same["road"]
    ]
    school = inner.iloc[len(inner) // 2]
    zone[[school["a"], school["b"]]] = "青山中学"
    free = [
        n for n in core if zone[n] == "" and n not in _around(borders, [school["a"], school["b"]])
    ]
    zone[free[len(free) // 5]] = "青山农贸市场"
    return zone


def _around(borders: pd.DataFrame, blocks: list[int]) -> set[int]:
    near = borders[borders["a"].isin(blocks) | borders["b"].isin(blocks)]
    return set(near["a"]) | set(near["b"])


def _dissolved_villages(blocks: gpd.GeoDataFrame, names: dict[str, str]) -> gpd.GeoDataFrame:
    merged = (
        blocks[["village_code", "geometry"]]
        .dissolve("village_code", method="coverage")
        .reset_index()
    )
    merged["geometry"] = shapely.normalize(merged.geometry.array)
    merged.insert(1, "village_name", merged["village_code"].map(names))
    return gpd.GeoDataFrame(merged, geometry="geometry", crs=CRS)


def _lines(borders: pd.DataFrame, column: str, name: str, kind: str) -> gpd.GeoDataFrame:
    chosen = borders.loc[borders[column], "line"].tolist()
    merged = (
        shapely.get_parts(shapely.line_merge(shapely.multilinestrings(chosen))) if chosen else []
    )
    return gpd.GeoDataFrame(
        {"name": [name] * len(merged), "kind": [kind] * len(merged)}, geometry=list(merged), crs=CRS
    )


def _roads(borders: pd.DataFrame, kinds: NDArray[np.str_]) -> gpd.GeoDataFrame:
    core = kinds == "core"
    streets = borders.assign(
        street=core[borders["a"]]
        & core[borders["b"]]
        & ~borders["river"]
        & ~borders["road"]
        & ~borders["highway"]
    )
    parts = [
        _lines(borders, "road", "青山大道", "主干道"),
        _lines(borders, "highway", "S305省道", "省道"),
        _lines(streets, "street", "街巷", "支路"),
    ]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=CRS)
