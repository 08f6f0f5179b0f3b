"""A town → a folder of files in every format and illness, with its gridmerge.toml and a README that names each illness."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from tests.towns import formats
from tests.towns.matters import MATTERS
from tests.towns.recipes import CHINESE, RECIPES, Recipe, plain
from tests.towns.town import Town


def write_town(town: Town, folder: Path) -> None:
    """Write everything: see the module's docstring."""
    folder.mkdir(parents=True, exist_ok=True)
    known = {recipe.key: recipe for recipe in RECIPES}
    recipes = [known.get(key) or usual(key) for key in town.layers]
    for recipe in recipes:
        frame = (
            village_grids(town) if recipe.key == "civil_affairs" else town.layers[recipe.key].frame
        )
        recipe.write(folder, frame)
    _write_base(town, folder)
    _write_people(town, folder)
    (folder / "gridmerge.toml").write_text(_project(town, recipes), encoding="utf-8", newline="\n")
    (folder / "README.md").write_text(_readme(town, recipes), encoding="utf-8", newline="\n")


def usual(key: str) -> Recipe:
    """Layers past the sample's: plain GeoPackages."""
    return Recipe(
        key=key,
        path=f"{key}.gpkg",
        write=plain(f"{key}.gpkg", formats.geopackage, 4490, CHINESE),
        spec={"department": key.rstrip("_0123456789")},
        zh="GeoPackage",
        en="GeoPackage",
    )


def village_grids(town: Town) -> gpd.GeoDataFrame:
    """Grids of one or two villages, named in the several ways people write a village's name."""
    names = town.villages["village_name"].tolist()
    ways = ("{}", "{}委会", "{}村民委员会", "青山镇{}")
    rows = []
    for n, start in enumerate(range(0, len(names), 2)):
        pair = names[start : start + 2]
        spelt = [
            name
            if name.endswith("社区")
            else ways[(n + k) % 4].format(name.removesuffix("村") if (n + k) % 4 == 2 else name)
            for k, name in enumerate(pair)
        ]
        rows.append(
            {
                "source_id": f"MZ{n + 1:02d}",
                "name": f"社会救助第{n + 1}网格",
                "villages": "、".join(spelt),
            }
        )
    holders = [town.layers["civil_affairs"].frame["holder"].iloc[n % 5] for n in range(len(rows))]
    frame = pd.DataFrame(rows).assign(holder=holders)[["source_id", "name", "holder", "villages"]]
    return gpd.GeoDataFrame(frame, geometry=[None] * len(frame), crs=town.crs)


def _write_base(town: Town, folder: Path) -> None:
    villages = town.villages.rename(columns={"village_code": "XZQDM", "village_name": "XZQMC"})
    formats.shapefile(folder / "行政村界.shp", formats.in_crs(villages, 4544))
    for name, frame in _lines_and_yards(town).items():
        formats.geojson(folder / name, formats.in_crs(frame, 4490))
    formats.point_table(folder / "地名.csv", formats.in_crs(town.places, 4490))
    formats.geopackage(folder / "土地利用.gpkg", formats.in_crs(town.land_use, 4490), layer="DLTB")


def _lines_and_yards(town: Town) -> dict[str, gpd.GeoDataFrame]:
    """Files that a little town may have no use for."""
    frames = {
        "河流.geojson": town.rivers,
        "主要道路.geojson": town.roads[town.roads["kind"] != "支路"],
        "园区.geojson": town.enterprises[town.enterprises.geom_type != "Point"],
    }
    return {name: frame for name, frame in frames.items() if len(frame)}


def _write_people(town: Town, folder: Path) -> None:
    buildings = town.buildings.rename(
        columns={"building_id": "bh", "address": "dz", "households": "hs", "people": "rk"}
    )
    formats.geopackage(folder / "房屋_户数人口.gpkg", formats.in_crs(buildings, 4490), layer="房屋")
    formats.point_table(folder / "事件_2025年.csv", formats.in_crs(town.events, 4490))
    points = town.enterprises[town.enterprises.geom_type == "Point"]
    table = formats.lonlat(formats.in_crs(points, 4490), "经度", "纬度").rename(
        columns={"enterprise_id": "编号", "name": "单位名称", "staff": "从业人数"}
    )
    formats.workbook(folder / "企业.xlsx", table)
    roster = town.roster.drop(columns="village_name")
    (folder / "花名册.csv").write_bytes(
        roster.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")
    )
    formats.workbook(
        folder / "事项清单.xlsx", MATTERS, titles=("青山镇综合网格事项清单（十统一）",)
    )


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _project(town: Town, recipes: list[Recipe]) -> str:
    tables = []
    for recipe in recipes:
        spec = (
            {"department": recipe.key, **recipe.spec}
            if "department" not in recipe.spec
            else recipe.spec
        )
        lines = [
            f"# {recipe.zh}",
            "[[layers]]",
            f"key = {_quoted(recipe.key)}",
            f"path = {_quoted(recipe.path)}",
        ]
        tables.append(
            "\n".join(lines + [f"{key} = {_quoted(value)}" for key, value in spec.items()])
        )
    text = PROJECT.format(layers="\n\n".join(tables))
    absent = [
        name
        for name in ("河流.geojson", "主要道路.geojson", "园区.geojson")
        if name not in _lines_and_yards(town)
    ]
    kept = [
        part
        for part in text.split("\n\n")
        if not any(f'path = "{name}"' in part for name in absent)
    ]
    return "\n\n".join(kept)


PROJECT = """\
# 青山镇（虚构）多网合一项目。运行：gridmerge build sample_layers
# 长度单位米；编码一律是文本。

[project]
name = "青山镇"
code = "510311104"            # 乡镇代码，9 位
crs = "EPSG:4544"             # 工作坐标系：CGCS2000 三度带 105°，不加带号
language = "zh"

[villages]                    # 硬边界：综合网格不跨村（社区）
path = "行政村界.shp"
code = "XZQDM"                # 12 位代码
name = "XZQMC"

# ---------------------------------------------------------------- 部门网格

{layers}

# ---------------------------------------------------------------- 河流、道路：网格不宜跨越的线

[[layers]]
key = "rivers"
department = "water"
path = "河流.geojson"
name = "name"
role = "barrier"

[[layers]]
key = "main_roads"
department = "transport"
path = "主要道路.geojson"
name = "name"
role = "barrier"

# ---------------------------------------------------------------- 工作量

[[workload]]
name = "households"           # 户数：均衡的主要依据
path = "房屋_户数人口.gpkg"
field = "hs"
weight = 1.0

[[workload]]
name = "people"               # 人口：只统计，不参与均衡
path = "房屋_户数人口.gpkg"
field = "rk"
weight = 0

[[workload]]
name = "events"               # 上一年的事件
path = "事件_2025年.csv"
lon = "lon"
lat = "lat"
weight = 0.3

[[workload]]
name = "enterprises"          # 企业和小场所
path = "企业.xlsx"
lon = "经度"
lat = "纬度"
weight = 0.5

[[workload]]
name = "park_staff"           # 园区是面：按面积分摊，标明为估算；只统计
path = "园区.geojson"
field = "staff"
weight = 0

# ---------------------------------------------------------------- 叠加、规模、人员、发布

[overlay]
# tolerance = 10.0            # 同一条线两次描绘可相差多远（米）；不写则由各图层估计

[grids]
unit = "households"           # 网格大小按户数计
target = 300
min = 150
max = 450

[roster]
path = "花名册.csv"            # member_id, name, kind, capacity, lon, lat, village, phone

[matters]
path = "事项清单.xlsx"         # 十统一事项清单；据此生成 duties.csv（一格一清单）

[addresses]
path = "地名.csv"              # 地址或地名：只用于在地图上查找
field = "name"

[places]
path = "地名.csv"              # 网格按其中的地名取名，例如“青山村曾家老屋网格”
where = "kind = '村组'"
field = "name"

[publish]
contacts = "masked"           # 电话打码
"""


def _readme(town: Town, recipes: list[Recipe]) -> str:
    rows = "\n".join(
        f"| `{recipe.path}` | `{recipe.key}` | {recipe.zh} | {recipe.en} |" for recipe in recipes
    )
    households, people = (
        int(town.buildings["households"].sum()),
        int(town.buildings["people"].sum()),
    )
    return README.format(
        rows=rows,
        seed=town.seed,
        villages=len(town.villages),
        layers=len(town.layers),
        blocks=round(len(town.truth) / len(town.villages)),
        total=len(town.truth),
        quarrels=f" --quarrels {town.quarrels}" if town.quarrels else "",
        opinions=QUARRELS.format(town.quarrels) if town.quarrels else "",
        households=households,
        people=people,
        hectares=round(float(shapely.area(town.villages.geometry.to_numpy()).sum()) / 1e4),
        roster=len(town.roster),
    )


QUARRELS = (
    "另有 {} 处真正的分歧（界线画在路的另一边、一块地两个网格都要、一块地没人要），要开会定。"
)
README = """\
# 青山镇 · Qingshan, an invented town

这里的一切——地形、村名、人名、电话、事件——都是程序编出来的，与任何真实的地方和人无关。电话是 138000 开头的测试号码。
Everything here is invented by a program: land, villages, names, phones, events. Nothing is anyone's.

{villages} 个村和社区，{hectares} 公顷，{households} 户、{people} 人，{roster} 名网格人员；{layers} 个部门的网格，
都由同一份“真实”（{total} 个街区）各自重新描绘而成：数字化误差 0–8 米、整体偏移、抽稀、个别网格缺失或变大变小、
有的部门不管村界。{opinions}再各自存成部门常见的文件，带着常见的毛病。
{villages} villages and communities; {layers} departmental networks, each re-drawn from one truth of {total} blocks with
errors of 0–8 m, a shift, thinning, missing and swollen grids, some ignoring village lines; each saved the way such files come.

生成命令（同样的参数得到同样的文件）· Made, and made again, by:

```
python -m tests.towns --seed {seed} --villages {villages} --layers {layers} --blocks {blocks} --dirt 1.0{quarrels} --out sample_layers
```

| 文件 file | 图层 key | 毛病 | illness |
|---|---|---|---|
{rows}

| 其他文件 | 内容 | what |
|---|---|---|
| `行政村界.shp` | 村（社区）界，含一处飞地 | village boundaries, with an enclave |
| `河流.geojson`、`主要道路.geojson` | 阻隔线（role = barrier） | lines a grid should not straddle |
| `房屋_户数人口.gpkg` | 房屋点：户数 hs、人口 rk | buildings: households, people |
| `事件_2025年.csv` | 一年的事件：类别、日期、经纬度 | a year's events |
| `企业.xlsx`、`园区.geojson` | 企业和小场所（点）、园区（面） | enterprises as points, industrial parks as polygons |
| `土地利用.gpkg` | 地类图斑（未被项目文件引用） | land use, not used by the project file |
| `地名.csv` | 村组、单位、桥梁的名称：给网格取名，在地图上查找 | place names, to name grids and search the map by |
| `花名册.csv` | 网格长、专职、兼职、指导员、志愿者；部分部门网格现由名册中的人负责 | roster of all kinds; some of its people hold departmental grids today |
| `事项清单.xlsx` | 事项清单，十统一各项 | the list of matters with its ten uniform items |
"""
