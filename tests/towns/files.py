"""A town → a folder of files in every format and illness, with its gridmerge.toml and a README that names each illness."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tests.towns import formats
from tests.towns.matters import MATTERS
from tests.towns.town import Town

CHINESE = {"source_id": "网格编码", "name": "网格名称", "holder": "责任人"}
PINYIN = {"source_id": "WGBM", "name": "WGMC", "holder": "FZR"}
ENGLISH = {"source_id": "grid_code", "name": "grid_name", "holder": "holder"}
TITLES = (
    "青山镇卫生健康监督网格基础信息采集表",
    "填报单位：青山镇卫生院    填报日期：2026年3月1日",
    "说明：带*为必填项，坐标为“经度,纬度”，以分号分隔",
)
TEMPLATE = {
    "网格编码": "*网格编码\n（必填）",
    "网格名称": "*网格名称",
    "责任人": "责任人（网格员）",
    "坐标串": "*边界坐标串\n（经度,纬度;…）",
}

Write = Callable[[Path, gpd.GeoDataFrame], None]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one department's file is made.

    Parameters
    ----------
    key
        Of the layer in `Town.layers`.
    path
        As in gridmerge.toml: a file, a folder or a glob.
    write
        Called with the folder and the true frame (source_id, name, holder, geometry; EPSG:4544).
    spec
        More keys of its [[layers]] table.
    zh, en
        What is wrong with the file, or special.
    """

    key: str
    path: str
    write: Write
    spec: dict[str, object] = field(default_factory=dict)
    zh: str
    en: str


def _shp(name: str, crs: int, fields: dict[str, str] = CHINESE, **options: object) -> Write:
    def write(folder: Path, frame: gpd.GeoDataFrame) -> None:
        formats.shapefile(folder / name, formats.in_crs(frame.rename(columns=fields), crs), **options)  # type: ignore[arg-type]

    return write


def _json(name: str, datum: str) -> Write:
    return lambda folder, frame: formats.geojson(folder / name, formats.in_datum(frame.rename(columns=ENGLISH), datum))


def _plain(file: str, writer: Callable[..., None], crs: int, fields: dict[str, str], **options: object) -> Write:
    return lambda folder, frame: writer(folder / file, formats.in_crs(frame.rename(columns=fields), crs), **options)


def _in_pieces(folder: Path, frame: gpd.GeoDataFrame) -> None:
    for part, rows in zip("一二三", np.array_split(np.arange(len(frame)), 3), strict=True):
        _shp(f"人社_劳动监察网格_第{part}片.shp", 4544, encoding="GBK", cpg="GBK", ldid=0x4D)(folder, frame.iloc[rows])


def _list_of_villages(folder: Path, frame: gpd.GeoDataFrame) -> None:
    """`frame` has village_name lists here: see `_village_grids`."""
    table = pd.DataFrame(frame.drop(columns="geometry")).rename(columns={**CHINESE, "villages": "所辖村（社区）"})
    formats.workbook(folder / "民政_社会救助网格_只列村.xlsx", table, titles=("青山镇社会救助网格一览表",))


def _coordinate_table(folder: Path, frame: gpd.GeoDataFrame) -> None:
    lonlat = formats.in_crs(frame.rename(columns=CHINESE), 4490)
    table = pd.DataFrame(lonlat.drop(columns="geometry")).assign(
        坐标串=[formats.coordinate_list(s) for s in lonlat.geometry]
    )
    formats.workbook(folder / "卫健_卫生监督网格_坐标串.xlsx", table, titles=TITLES, headers=TEMPLATE, hidden="是/否")


def _county_file(folder: Path, frame: gpd.GeoDataFrame) -> None:
    """The whole county's file: this township's rows and a neighbour's."""
    here = frame.rename(columns=PINYIN).assign(XZ="青山镇")
    there = here.iloc[::3].assign(
        XZ="高洞乡", WGBM=lambda f: "G" + f["WGBM"], geometry=lambda f: f.translate(11_000, 1_500)
    )
    both = gpd.GeoDataFrame(pd.concat([here, there], ignore_index=True), geometry="geometry", crs=frame.crs)
    note = gpd.GeoDataFrame(
        {"说明": ["普查小区由区统计局提供"]}, geometry=[both.geometry.iloc[0].centroid], crs=frame.crs
    )
    formats.geopackage(
        folder / "统计_普查小区_全区.gpkg",
        formats.in_crs(both, 4490),
        layer="普查小区",
        more={"说明": formats.in_crs(note, 4490)},
    )


def _rare(folder: Path, frame: gpd.GeoDataFrame) -> None:
    """A CSV in GB18030 with a character that GBK has not."""
    holders = frame["holder"].where(frame.index != 0, "李㐂")
    lonlat = formats.in_crs(frame.assign(holder=holders).rename(columns=CHINESE), 4490)
    formats.wkt_table(folder / "畜牧_防疫网格_WKT_GB18030.csv", lonlat, column="边界", encoding="GB18030")


RECIPES = (
    Recipe(
        key="urban_management",
        path="城管_单元网格_GBK无cpg.shp",
        write=_shp("城管_单元网格_GBK无cpg.shp", 4544, encoding="GBK", cpg=None, ldid=0),
        spec={"id": "网格编码", "name": "网格名称", "holder": "责任人"},
        zh="Shapefile，属性为 GBK，没有 .cpg，.dbf 里的语言标识为 0",
        en="Shapefile in GBK with no .cpg and language id 0",
    ),
    Recipe(
        key="public_security_governance",
        path="综治_基础网格_缺prj.shp",
        write=_shp("综治_基础网格_缺prj.shp", 4544, encoding="GBK", cpg="GBK", ldid=0x4D, prj=False),
        spec={"crs": "EPSG:4544"},
        zh="Shapefile，没有 .prj；坐标是 CGCS2000 三度带 105°，不加带号",
        en="Shapefile without .prj, in EPSG:4544",
    ),
    Recipe(
        key="party",
        path="党建_网格.gpkg",
        write=_plain("党建_网格.gpkg", formats.geopackage, 4490, CHINESE, layer="党建网格"),
        spec={"layer": "党建网格", "role": "base"},
        zh="GeoPackage，健康的文件；作为底图网格（role = base）",
        en="a healthy GeoPackage; its lines win (role = base)",
    ),
    Recipe(
        key="police",
        path="公安_警格_加带号.shp",
        write=_shp("公安_警格_加带号.shp", 4523, PINYIN, encoding="UTF-8", cpg="UTF-8"),
        zh="Shapefile，CGCS2000 三度带第 35 带，东坐标带带号（35 百万米）",
        en="Shapefile in a zone-prefixed 3-degree Gauss-Krueger CRS (EPSG:4523, like 4525 one zone group on)",
    ),
    Recipe(
        key="emergency",
        path="应急_安全生产网格_GCJ02.geojson",
        write=_json("应急_安全生产网格_GCJ02.geojson", "gcj02"),
        spec={"datum": "gcj02"},
        zh="GeoJSON，实为 GCJ-02（火星坐标），文件里不说",
        en="GeoJSON in GCJ-02, which the file does not say",
    ),
    Recipe(
        key="fire",
        path="消防_小网格_BD09.geojson",
        write=_json("消防_小网格_BD09.geojson", "bd09"),
        spec={"datum": "bd09"},
        zh="GeoJSON，实为 BD-09（百度坐标），文件里不说",
        en="GeoJSON in BD-09, which the file does not say",
    ),
    Recipe(
        key="environment",
        path="环保_环境监管网格.kml",
        write=_plain("环保_环境监管网格.kml", formats.kml, 4490, CHINESE, name="网格名称"),
        zh="KML，属性在 ExtendedData 里",
        en="KML with attributes in ExtendedData",
    ),
    Recipe(
        key="market",
        path="市场监管_责任区_Neutral.tab",
        write=_plain("市场监管_责任区_Neutral.tab", formats.mapinfo, 4544, PINYIN, charset="Neutral"),
        spec={"crs": "EPSG:4544"},
        zh="MapInfo TAB，字符集写作 Neutral，内容是 GBK",
        en="MapInfo TAB whose charset says Neutral over GBK bytes",
    ),
    Recipe(
        key="natural_resources",
        path="自然资源_动态巡查网格.gdb",
        write=_plain("自然资源_动态巡查网格.gdb", formats.file_geodatabase, 4544, PINYIN, layer="DTXCWG"),
        spec={"layer": "DTXCWG"},
        zh="Esri 文件地理数据库（一个文件夹）",
        en="Esri file geodatabase, a folder",
    ),
    Recipe(
        key="housing",
        path="住建_房屋安全网格.fgb",
        write=_plain("住建_房屋安全网格.fgb", formats.flatgeobuf, 4490, CHINESE),
        zh="FlatGeobuf",
        en="FlatGeobuf",
    ),
    Recipe(
        key="forestry",
        path="林业_林长责任区_北坐标在前.gml",
        write=_plain("林业_林长责任区_北坐标在前.gml", formats.gml, 4490, PINYIN),
        zh="GML，按 EPSG 规定纬度在前",
        en="GML, latitude first as EPSG has it",
    ),
    Recipe(
        key="agriculture",
        path="农业农村_网格_线和文字.dxf",
        write=_plain("农业农村_网格_线和文字.dxf", formats.drawing, 4544, {}, text="name", release="R2000"),
        spec={"crs": "EPSG:4544"},
        zh="DXF（AutoCAD 2000，GBK）：只有界线和 TEXT 名称，没有面",
        en="DXF with border lines and names as TEXT, no polygons, in GBK",
    ),
    Recipe(
        key="animal_health",
        path="畜牧_防疫网格_WKT_GB18030.csv",
        write=_rare,
        spec={"geometry": "边界", "crs": "EPSG:4490"},
        zh="CSV，边界为 WKT，GB18030 编码，有 GBK 没有的字（㐂）",
        en="CSV with WKT in GB18030, with a character that GBK lacks",
    ),
    Recipe(
        key="health",
        path="卫健_卫生监督网格_坐标串.xlsx",
        write=_coordinate_table,
        spec={"geometry": "*边界坐标串\n（经度,纬度;…）", "crs": "EPSG:4490"},
        zh="Excel：三行标题，第 4 行表头带 *、括号和换行，边界是“经度,纬度;经度,纬度”，另有隐藏工作表",
        en="Excel: title rows, header on row 4 with stars, brackets and newlines, a coordinate list, a hidden sheet",
    ),
    Recipe(
        key="civil_affairs",
        path="民政_社会救助网格_只列村.xlsx",
        write=_list_of_villages,
        spec={"village": "所辖村（社区）"},
        zh="Excel：没有坐标，只列出每个网格所辖的村（写法不一：石桥村委会、石桥村）",
        en="Excel without geometry: lists the villages of each grid, spelt in different ways",
    ),
    Recipe(
        key="human_resources",
        path="人社_劳动监察网格_第*片.shp",
        write=_in_pieces,
        zh="一个网络分在三个 Shapefile 里",
        en="one network in three shapefiles",
    ),
    Recipe(
        key="medical_insurance",
        path="医保_经办片区.mif",
        write=_plain("医保_经办片区.mif", formats.mapinfo, 4490, CHINESE),
        spec={"crs": "EPSG:4490"},
        zh="MapInfo MIF/MID，字符集 WindowsSimpChinese",
        en="MapInfo MIF/MID in WindowsSimpChinese",
    ),
    Recipe(
        key="justice",
        path="司法_调解网格_Esri.json",
        write=_plain("司法_调解网格_Esri.json", formats.esri_json, 4544, PINYIN, wkid=4544),
        zh="Esri JSON（地图服务导出）",
        en="Esri JSON, as a map service gives it",
    ),
    Recipe(
        key="petitions",
        path="信访_网格_TopoJSON.geojson",
        write=_plain("信访_网格_TopoJSON.geojson", formats.topojson, 4490, ENGLISH),
        spec={"crs": "EPSG:4490"},
        zh="扩展名是 .geojson，其实是 TopoJSON，也没有坐标系",
        en="TopoJSON named .geojson, without a CRS",
    ),
    Recipe(
        key="greening",
        path="园林绿化_养护标段_cpg有误.shp",
        write=_shp("园林绿化_养护标段_cpg有误.shp", 4544, encoding="GBK", cpg="ISO-8859-1", ldid=0),
        zh="Shapefile，.cpg 写 ISO-8859-1，内容是 GBK",
        en="Shapefile whose .cpg says ISO-8859-1 over GBK bytes",
    ),
    Recipe(
        key="enforcement",
        path="综合执法_片区_六度带.shp",
        write=_shp("综合执法_片区_六度带.shp", 4496, PINYIN, encoding="GBK", cpg="936", ldid=0x4D),
        zh="Shapefile，CGCS2000 六度带第 18 带，东坐标带带号",
        en="Shapefile in a zone-prefixed 6-degree Gauss-Krueger CRS (EPSG:4496)",
    ),
    Recipe(
        key="government_services",
        path="政务服务_便民代办点片_旧式crs.geojson",
        write=lambda folder, frame: formats.geojson(
            folder / "政务服务_便民代办点片_旧式crs.geojson",
            formats.in_crs(frame.rename(columns=ENGLISH), 4544),
            crs="urn:ogc:def:crs:EPSG::4544",
        ),
        zh="GeoJSON，坐标是米，带旧式 crs 成员",
        en="GeoJSON in metres with an old-style crs member",
    ),
    Recipe(
        key="statistics",
        path="统计_普查小区_全区.gpkg",
        write=_county_file,
        spec={"layer": "普查小区", "where": "XZ = '青山镇'"},
        zh="GeoPackage，两个图层，含邻乡数据：要用 where 取本镇",
        en="GeoPackage of two layers with a neighbour township's rows: needs a filter",
    ),
    Recipe(
        key="education",
        path="教育_学区.shp",
        write=_shp("教育_学区.shp", 4490, PINYIN, encoding="UTF-8", cpg="UTF-8"),
        zh="Shapefile，UTF-8，经纬度（CGCS2000）",
        en="Shapefile in UTF-8, degrees (CGCS2000)",
    ),
    Recipe(
        key="veterans",
        path="退役军人_服务站片_说明表.kml",
        write=_plain("退役军人_服务站片_说明表.kml", formats.kml, 4490, CHINESE, name="网格名称", in_description=True),
        zh="KML，属性藏在 description 的 HTML 表里",
        en="KML with attributes hidden in an HTML table in its description",
    ),
    Recipe(
        key="special_grids",
        path="专属网格_学校和市场.geojson",
        write=_json("专属网格_学校和市场.geojson", "wgs84"),
        spec={"department": "专属网格", "role": "exclusive", "datum": "wgs84"},
        zh="GeoJSON，学校和农贸市场，作为专属网格整块划出（role = exclusive）",
        en="GeoJSON of a school and a market, cut out whole (role = exclusive)",
    ),
)


def write_town(town: Town, folder: Path) -> None:
    """Write everything: see the module's docstring."""
    folder.mkdir(parents=True, exist_ok=True)
    known = {recipe.key: recipe for recipe in RECIPES}
    recipes = [known.get(key) or _usual(key) for key in town.layers]
    for recipe in recipes:
        frame = _village_grids(town) if recipe.key == "civil_affairs" else town.layers[recipe.key].frame
        recipe.write(folder, frame)
    _write_base(town, folder)
    _write_people(town, folder)
    (folder / "gridmerge.toml").write_text(_project(town, recipes), encoding="utf-8", newline="\n")
    (folder / "README.md").write_text(_readme(town, recipes), encoding="utf-8", newline="\n")


def _usual(key: str) -> Recipe:
    """Layers past the sample's: plain GeoPackages."""
    return Recipe(
        key=key,
        path=f"{key}.gpkg",
        write=_plain(f"{key}.gpkg", formats.geopackage, 4490, CHINESE),
        spec={"department": key.rstrip("_0123456789")},
        zh="GeoPackage",
        en="GeoPackage",
    )


def _village_grids(town: Town) -> gpd.GeoDataFrame:
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
        rows.append({"source_id": f"MZ{n + 1:02d}", "name": f"社会救助第{n + 1}网格", "villages": "、".join(spelt)})
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
    (folder / "花名册.csv").write_bytes(roster.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig"))
    formats.workbook(folder / "事项清单.xlsx", MATTERS, titles=("青山镇综合网格事项清单（十统一）",))


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _project(town: Town, recipes: list[Recipe]) -> str:
    tables = []
    for recipe in recipes:
        spec = {"department": recipe.key, **recipe.spec} if "department" not in recipe.spec else recipe.spec
        lines = [f"# {recipe.zh}", "[[layers]]", f"key = {_quoted(recipe.key)}", f"path = {_quoted(recipe.path)}"]
        tables.append("\n".join(lines + [f"{key} = {_quoted(value)}" for key, value in spec.items()]))
    text = PROJECT.format(layers="\n\n".join(tables))
    absent = [
        name for name in ("河流.geojson", "主要道路.geojson", "园区.geojson") if name not in _lines_and_yards(town)
    ]
    kept = [part for part in text.split("\n\n") if not any(f'path = "{name}"' in part for name in absent)]
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

[publish]
contacts = "masked"           # 电话打码
"""


def _readme(town: Town, recipes: list[Recipe]) -> str:
    rows = "\n".join(f"| `{recipe.path}` | `{recipe.key}` | {recipe.zh} | {recipe.en} |" for recipe in recipes)
    households, people = int(town.buildings["households"].sum()), int(town.buildings["people"].sum())
    return README.format(
        rows=rows,
        seed=town.seed,
        villages=len(town.villages),
        layers=len(town.layers),
        blocks=round(len(town.truth) / len(town.villages)),
        total=len(town.truth),
        households=households,
        people=people,
        hectares=round(float(shapely.area(town.villages.geometry.to_numpy()).sum()) / 1e4),
        roster=len(town.roster),
    )


README = """\
# 青山镇 · Qingshan, an invented town

这里的一切——地形、村名、人名、电话、事件——都是程序编出来的，与任何真实的地方和人无关。电话是 138000 开头的测试号码。
Everything here is invented by a program: land, villages, names, phones, events. Nothing is anyone's.

{villages} 个村和社区，{hectares} 公顷，{households} 户、{people} 人，{roster} 名网格人员；{layers} 个部门的网格，
都由同一份“真实”（{total} 个街区）各自重新描绘而成：数字化误差 0–8 米、整体偏移、抽稀、个别网格缺失或变大变小、
有的部门不管村界。再各自存成部门常见的文件，带着常见的毛病。
{villages} villages and communities; {layers} departmental networks, each re-drawn from one truth of {total} blocks with
errors of 0–8 m, a shift, thinning, missing and swollen grids, some ignoring village lines; each saved the way such files come.

生成命令（同样的参数得到同样的文件）· Made, and made again, by:

```
python -m tests.towns --seed {seed} --villages {villages} --layers {layers} --blocks {blocks} --dirt 1.0 --out sample_layers
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
| `地名.csv` | 村组、单位、桥梁的名称（未被项目文件引用） | place names, not used by the project file |
| `花名册.csv` | 网格长、专职、兼职 | roster: leaders, full-time, part-time |
| `事项清单.xlsx` | 事项清单，十统一各项 | the list of matters with its ten uniform items |
"""
