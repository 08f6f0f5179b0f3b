"""Small projects that are right, each odd in other ways: `verify` must find nothing wrong with a build of any of them."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.affinity import rotate, translate

from tests.small_project import CRS, X, Y

SIDE = 400.0  # metres of a block
IDS = (
    "网格（{}）",
    "{:03d}",
    "A-{}",
    "１{}",
    "13812345{:03d}",
    "片区 {}",
    "510311104{:06d}",
    "[{}]",
    "=SUM({})",
    "{}.0",
)
CONTACTS = ("masked", "full", "none")
PHONES = (
    "13800000{:03d}",
    "0813-23456{:02d}",
    "+86 139 0000 0{:03d}",
    "",
    "8123{:04d}",
    "１３８００００１{:03d}",
)


def write_right_project(folder: Path, seed: int) -> Path:
    """Write project number `seed`: the same for the same number."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    columns, rows = int(random.integers(2, 5)), int(random.integers(1, 4))
    angle = float(random.choice([0.0, 17.3, 45.0]))
    blocks = _turned(_blocks(columns * 2, rows * 2, SIDE), angle)
    parts = [_villages(folder, columns, rows, angle), _project(random, seed)]
    parts += [
        _layer(folder, random, number, blocks, angle)
        for number in range(int(random.integers(1, 4)))
    ]
    if random.random() < 0.5:
        parts.append(_zone(folder, angle))
    if random.random() < 0.4:
        parts.append(_road(folder, angle, columns))
    if random.random() < 0.85:
        parts.append(_work(folder, random, blocks))
    if random.random() < 0.8:
        parts.append(_roster(folder, random, columns * rows))
    folder.joinpath("gridmerge.toml").write_text(
        "\n".join(parts[1:2] + parts[:1] + parts[2:]), "utf-8"
    )
    return folder


def _blocks(columns: int, rows: int, side: float) -> np.ndarray:
    return np.array(
        [
            shapely.box(X + i * side, Y + j * side, X + (i + 1) * side, Y + (j + 1) * side)
            for j in range(rows)
            for i in range(columns)
        ],
        dtype=object,
    )


def _turned(shapes: np.ndarray, angle: float) -> np.ndarray:
    return np.array([rotate(shape, angle, origin=(X, Y)) for shape in shapes], dtype=object)


def _project(random: np.random.Generator, seed: int) -> str:
    language, contacts = ("zh", "en")[seed % 2], CONTACTS[seed % 3]
    head = f'[project]\nname = "镇{seed}"\ncrs = "{CRS}"\nlanguage = "{language}"\n'
    sizes = (
        '[grids]\nunit = "area_ha"\ntarget = 50\nmin = 10\nmax = 90\n'
        if random.random() < 0.5
        else ""
    )
    return f'{head}\n[publish]\ncontacts = "{contacts}"\n\n[overlay]\ntolerance = 5.0\n\n{sizes}'


def _villages(folder: Path, columns: int, rows: int, angle: float) -> str:
    shapes = _turned(_blocks(columns, rows, 2 * SIDE), angle)
    codes = [f"510311104{200 + number}" for number in range(len(shapes))]
    if len(shapes) > 3:  # the last village is one with the first: it lies in two pieces
        shapes[0] = shapely.union_all([shapes[0], shapes[-1]])
        shapes, codes = shapes[:-1], codes[:-1]
    names = [f"村{number}" for number in range(len(shapes))]
    gpd.GeoDataFrame({"code": codes, "name": names}, geometry=shapes, crs=CRS).to_file(
        folder / "villages.gpkg"
    )
    return '[villages]\npath = "villages.gpkg"\ncode = "code"\nname = "name"\n'


def _layer(
    folder: Path, random: np.random.Generator, number: int, blocks: np.ndarray, angle: float
) -> str:
    """A network of runs of blocks, some left out, some reaching beyond the township, drawn a little apart from the others."""
    step = int(random.choice([1, 2, 3]))
    shapes = [
        shapely.union_all(blocks[start : start + step]) for start in range(0, len(blocks), step)
    ]
    shapes = [translate(shape, *random.normal(0, 0.4, 2)) for shape in shapes]
    if random.random() < 0.5:
        shapes = shapes[1:]
    if random.random() < 0.5:
        shapes[-1] = shapely.buffer(shapes[-1], 60.0, cap_style="flat", join_style="mitre")
    ids = [IDS[int(random.integers(len(IDS)))].format(at) for at in range(len(shapes))]
    holders = [
        f"负责人{at} 13912340{at:03d}" if random.random() < 0.2 else f"负责人{at}"
        for at in range(len(shapes))
    ]
    frame = gpd.GeoDataFrame({"id": ids, "who": holders}, geometry=shapes, crs=CRS)
    key = ("police", "fire", "urban_management")[number]
    file = f"{key}.gpkg" if random.random() < 0.5 else f"{key}.geojson"
    (frame if file.endswith("gpkg") else frame.to_crs(4326)).to_file(folder / file)
    return f'[[layers]]\ndepartment = "{key}"\npath = "{file}"\nid = "id"\nholder = "who"\n'


def _zone(folder: Path, angle: float) -> str:
    zone = _turned(np.array([shapely.box(X + 90, Y + 110, X + 310, Y + 290)], dtype=object), angle)
    gpd.GeoDataFrame({"id": ["Z（1）"], "name": ["园区"]}, geometry=zone, crs=CRS).to_file(
        folder / "zone.gpkg"
    )
    return '[[layers]]\nkey = "park"\ndepartment = "园区"\npath = "zone.gpkg"\nid = "id"\nname = "name"\nrole = "exclusive"\n'


def _road(folder: Path, angle: float, columns: int) -> str:
    line = shapely.linestrings([[X - 50, Y + 500], [X + columns * 2 * SIDE + 50, Y + 530]])
    gpd.GeoDataFrame(
        {"id": ["R1"]}, geometry=[rotate(line, angle, origin=(X, Y))], crs=CRS
    ).to_file(folder / "road.gpkg")
    return '[[layers]]\nkey = "road"\ndepartment = "道路"\npath = "road.gpkg"\nid = "id"\nrole = "barrier"\n'


def _work(folder: Path, random: np.random.Generator, blocks: np.ndarray) -> str:
    """Points: inside, on the lines, and beyond the township; or polygons by their area."""
    if random.random() < 0.3:
        gpd.GeoDataFrame(
            {"n": random.integers(1, 90, len(blocks))}, geometry=blocks, crs=CRS
        ).to_file(folder / "work.gpkg")
        return '[[workload]]\nname = "households"\npath = "work.gpkg"\nfield = "n"\n'
    low, high = shapely.union_all(blocks).bounds[:2], shapely.union_all(blocks).bounds[2:]
    spread = random.uniform(np.array(low) - 30, np.array(high) + 30, (60, 2))
    corners = shapely.get_coordinates(blocks)[::7]
    places = shapely.points(np.vstack([spread, corners]))
    where = gpd.GeoSeries(places, crs=CRS).to_crs(4326)
    table = pd.DataFrame(
        {"lon": where.x, "lat": where.y, "hs": random.integers(0, 30, len(places)) / 2}
    )
    table.to_csv(folder / "work.csv", index=False)
    return '[[workload]]\nname = "households"\npath = "work.csv"\nfield = "hs"\nlon = "lon"\nlat = "lat"\n'


def _roster(folder: Path, random: np.random.Generator, villages: int) -> str:
    count = max(1, math.ceil(villages * float(random.choice([0.3, 1.0, 5.0]))))
    kinds = ["full_time", *random.choice(["full_time", "part_time", "other"], count - 1)]
    people = [
        {
            "member_id": f"M（{number}）" if number % 3 else f"{number:04d}",
            "name": f"成员{number}",
            "kind": kind,
            "capacity": 0.5 if kind == "part_time" else 1.0,
            "phone": PHONES[int(random.integers(len(PHONES)))].format(number % 100),
        }
        for number, kind in enumerate(kinds)
    ]
    pd.DataFrame(people).to_csv(folder / "roster.csv", index=False, encoding="utf-8-sig")
    return '[roster]\npath = "roster.csv"\n'
