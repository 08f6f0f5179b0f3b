"""How each department of the sample town saves its network: one recipe a file, with the illness it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from tests.towns import formats

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


def shp(name: str, crs: int, fields: dict[str, str] = CHINESE, **options: object) -> Write:
    def write(folder: Path, frame: gpd.GeoDataFrame) -> None:
        formats.shapefile(
            folder / name, formats.in_crs(frame.rename(columns=fields), crs), **options
        )  # type: ignore[arg-type]

    return write


def lonlat_json(name: str, datum: str) -> Write:
    return lambda folder, frame: formats.geojson(
        folder / name, formats.in_datum(frame.rename(columns=ENGLISH), datum)
    )


def plain(
    file: str, writer: Callable[..., None], crs: int, fields: dict[str, str], **options: object
) -> Write:
    return lambda folder, frame: writer(
        folder / file, formats.in_crs(frame.rename(columns=fields), crs), **options
    )


def _in_pieces(folder: Path, frame: gpd.GeoDataFrame) -> None:
    for part, rows in zip("一二三", np.array_split(np.arange(len(frame)), 3), strict=True):
        shp(f"人社_劳动监察网格_第{part}片.shp", 4544, encoding="GBK", cpg="GBK", ldid=0x4D)(
            folder, frame.iloc[rows]
        )


def _list_of_villages(folder: Path, frame: gpd.GeoDataFrame) -> None:
    """`frame` has village_name lists here: see `village_grids`."""
    table = pd.DataFrame(frame.drop(columns="geometry")).rename(
        columns={**CHINESE, "villages": "所辖村（社区）"}
    )
    formats.workbook(
        folder / "民政_社会救助网格_只列村.xlsx", table, titles=("青山镇社会救助网格一览表",)
    )


def _coordinate_table(folder: Path, frame: gpd.GeoDataFrame) -> None:
    lonlat = formats.in_crs(frame.rename(columns=CHINESE), 4490)
    table = pd.DataFrame(lonlat.drop(columns="geometry")).assign(
        坐标串=[formats.coordinate_list(s) for s in lonlat.geometry]
    )
    formats.workbook(
        folder / "卫健_卫生监督网格_坐标串.xlsx",
        table,
        titles=TITLES,
        headers=TEMPLATE,
        hidden="是/否",
    )


def _county_file(folder: Path, frame: gpd.GeoDataFrame) -> None:
    """The whole county's file: this township's rows and a neighbour's."""
    here = frame.rename(columns=PINYIN).assign(XZ="青山镇")
    there = here.iloc[::3].assign(
        XZ="高洞乡", WGBM=lambda f: "G" + f["WGBM"], geometry=lambda f: f.translate(11_000, 1_500)
    )
    both = gpd.GeoDataFrame(
        pd.concat([here, there], ignore_index=True), geometry="geometry", crs=frame.crs
    )
    note = gpd.GeoDataFrame(
        {"说明": ["普查小区由区统计局提供"]},
        geometry=[both.geometry.iloc[0].centroid],
        crs=frame.crs,
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
    formats.wkt_table(
        folder / "畜牧_防疫网格_WKT_GB18030.csv", lonlat, column="边界", encoding="GB18030"
    )


RECIPES = (
    Recipe(
        key="urban_management",
        path="城管_单元网格_GBK无cpg.shp",
        write=shp("城管_单元网格_GBK无cpg.shp", 4544, encoding="GBK", cpg=None, ldid=0),
        spec={"id": "网格编码", "name": "网格名称", "holder": "责任人"},
        zh="Shapefile，属性为 GBK，没有 .cpg，.dbf 里的语言标识为 0",
        en="Shapefile in GBK with no .cpg and language id 0",
    ),
    Recipe(
        key="public_security_governance",
        path="综治_基础网格_缺prj.shp",
        write=shp("综治_基础网格_缺prj.shp", 4544, encoding="GBK", cpg="GBK", ldid=0x4D, prj=False),
        spec={"crs": "EPSG:4544"},
        zh="Shapefile，没有 .prj；坐标是 CGCS2000 三度带 105°，不加带号",
        en="Shapefile without .prj, in EPSG:4544",
    ),
    Recipe(
        key="party",
        path="党建_网格.gpkg",
        write=plain("党建_网格.gpkg", formats.geopackage, 4490, CHINESE, layer="党建网格"),
        spec={"layer": "党建网格", "role": "base"},
        zh="GeoPackage，健康的文件；作为底图网格（role = base）",
        en="a healthy GeoPackage; its lines win (role = base)",
    ),
    Recipe(
        key="police",
        path="公安_警格_加带号.shp",
        write=shp("公安_警格_加带号.shp", 4523, PINYIN, encoding="UTF-8", cpg="UTF-8"),
        zh="Shapefile，CGCS2000 三度带第 35 带，东坐标带带号（35 百万米）",
        en="Shapefile in a zone-prefixed 3-degree Gauss-Krueger CRS (EPSG:4523, like 4525 one zone group on)",
    ),
    Recipe(
        key="emergency",
        path="应急_安全生产网格_GCJ02.geojson",
        write=lonlat_json("应急_安全生产网格_GCJ02.geojson", "gcj02"),
        spec={"datum": "gcj02"},
        zh="GeoJSON，实为 GCJ-02（火星坐标），文件里不说",
        en="GeoJSON in GCJ-02, which the file does not say",
    ),
    Recipe(
        key="fire",
        path="消防_小网格_BD09.geojson",
        write=lonlat_json("消防_小网格_BD09.geojson", "bd09"),
        spec={"datum": "bd09"},
        zh="GeoJSON，实为 BD-09（百度坐标），文件里不说",
        en="GeoJSON in BD-09, which the file does not say",
    ),
    Recipe(
        key="environment",
        path="环保_环境监管网格.kml",
        write=plain("环保_环境监管网格.kml", formats.kml, 4490, CHINESE, name="网格名称"),
        zh="KML，属性在 ExtendedData 里",
        en="KML with attributes in ExtendedData",
    ),
    Recipe(
        key="market",
        path="市场监管_责任区_Neutral.tab",
        write=plain(
            "市场监管_责任区_Neutral.tab", formats.mapinfo, 4544, PINYIN, charset="Neutral"
        ),
        spec={"crs": "EPSG:4544"},
        zh="MapInfo TAB，字符集写作 Neutral，内容是 GBK",
        en="MapInfo TAB whose charset says Neutral over GBK bytes",
    ),
    Recipe(
        key="natural_resources",
        path="自然资源_动态巡查网格.gdb",
        write=plain(
            "自然资源_动态巡查网格.gdb", formats.file_geodatabase, 4544, PINYIN, layer="DTXCWG"
        ),
        spec={"layer": "DTXCWG"},
        zh="Esri 文件地理数据库（一个文件夹）",
        en="Esri file geodatabase, a folder",
    ),
    Recipe(
        key="housing",
        path="住建_房屋安全网格.fgb",
        write=plain("住建_房屋安全网格.fgb", formats.flatgeobuf, 4490, CHINESE),
        zh="FlatGeobuf",
        en="FlatGeobuf",
    ),
    Recipe(
        key="forestry",
        path="林业_林长责任区_北坐标在前.gml",
        write=plain("林业_林长责任区_北坐标在前.gml", formats.gml, 4490, PINYIN),
        zh="GML，按 EPSG 规定纬度在前",
        en="GML, latitude first as EPSG has it",
    ),
    Recipe(
        key="agriculture",
        path="农业农村_网格_线和文字.dxf",
        write=plain(
            "农业农村_网格_线和文字.dxf", formats.drawing, 4544, {}, text="name", release="R2000"
        ),
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
        write=plain("医保_经办片区.mif", formats.mapinfo, 4490, CHINESE),
        spec={"crs": "EPSG:4490"},
        zh="MapInfo MIF/MID，字符集 WindowsSimpChinese",
        en="MapInfo MIF/MID in WindowsSimpChinese",
    ),
    Recipe(
        key="justice",
        path="司法_调解网格_Esri.json",
        write=plain("司法_调解网格_Esri.json", formats.esri_json, 4544, PINYIN, wkid=4544),
        zh="Esri JSON（地图服务导出）",
        en="Esri JSON, as a map service gives it",
    ),
    Recipe(
        key="petitions",
        path="信访_网格_TopoJSON.geojson",
        write=plain("信访_网格_TopoJSON.geojson", formats.topojson, 4490, ENGLISH),
        spec={"crs": "EPSG:4490"},
        zh="扩展名是 .geojson，其实是 TopoJSON，也没有坐标系",
        en="TopoJSON named .geojson, without a CRS",
    ),
    Recipe(
        key="greening",
        path="园林绿化_养护标段_cpg有误.shp",
        write=shp("园林绿化_养护标段_cpg有误.shp", 4544, encoding="GBK", cpg="ISO-8859-1", ldid=0),
        zh="Shapefile，.cpg 写 ISO-8859-1，内容是 GBK",
        en="Shapefile whose .cpg says ISO-8859-1 over GBK bytes",
    ),
    Recipe(
        key="enforcement",
        path="综合执法_片区_六度带.shp",
        write=shp("综合执法_片区_六度带.shp", 4496, PINYIN, encoding="GBK", cpg="936", ldid=0x4D),
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
        write=shp("教育_学区.shp", 4490, PINYIN, encoding="UTF-8", cpg="UTF-8"),
        zh="Shapefile，UTF-8，经纬度（CGCS2000）",
        en="Shapefile in UTF-8, degrees (CGCS2000)",
    ),
    Recipe(
        key="veterans",
        path="退役军人_服务站片_说明表.kml",
        write=plain(
            "退役军人_服务站片_说明表.kml",
            formats.kml,
            4490,
            CHINESE,
            name="网格名称",
            in_description=True,
        ),
        zh="KML，属性藏在 description 的 HTML 表里",
        en="KML with attributes hidden in an HTML table in its description",
    ),
    Recipe(
        key="special_grids",
        path="专属网格_学校和市场.geojson",
        write=lonlat_json("专属网格_学校和市场.geojson", "wgs84"),
        spec={"department": "专属网格", "role": "exclusive", "datum": "wgs84"},
        zh="GeoJSON，学校和农贸市场，作为专属网格整块划出（role = exclusive）",
        en="GeoJSON of a school and a market, cut out whole (role = exclusive)",
    ),
)
