"""The same town from another office: other file names, old department names, other fields, other formats. For `init` to guess at."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from tests.towns import formats
from tests.towns.files import usual, village_grids
from tests.towns.recipes import Recipe, Write, plain, shp
from tests.towns.town import Town

_OBJECT = {"source_id": "OBJCODE", "name": "OBJNAME", "holder": "责任人"}
_SHORT = {"source_id": "编号", "name": "名称", "holder": "网格长"}
_CAMEL = {"source_id": "gridCode", "name": "gridName", "holder": "leader"}
_LONG = {"source_id": "网格编号", "name": "网格名", "holder": "网格员"}
_PINYIN = {"source_id": "wgbh", "name": "wgmc", "holder": "wgy"}
KINDS = {
    "leader": "网格长",
    "full_time": "专职",
    "part_time": "兼职",
    "adviser": "指导员",
    "other": "志愿者",
}


def _recipe(key: str, path: str, write: Write, fields: dict[str, str], **spec: object) -> Recipe:
    named = (
        {"id": fields["source_id"], "name": fields["name"], "holder": fields["holder"]}
        if fields
        else {}
    )
    return Recipe(key=key, path=path, write=write, spec={**named, **spec}, zh="", en="")


def _plain(
    key: str, path: str, writer: object, crs: int, fields: dict[str, str], **how: object
) -> Recipe:
    """A file whose CRS must be told is told it: this project file is the truth that a guess is held against."""
    said = (
        {"crs": f"EPSG:{crs}"}
        if writer in (formats.wkt_table, formats.mapinfo, formats.topojson)
        else {}
    )
    geometry = {"geometry": "边界"} if writer is formats.wkt_table else {}
    more = {"column": "边界"} if writer is formats.wkt_table else {}
    layer = {"layer": how["layer"]} if "layer" in how else {}
    write = plain(path, writer, crs, fields, **more, **how)  # type: ignore[arg-type]
    return _recipe(key, path, write, fields, **said, **geometry, **layer)


def _shp(key: str, path: str, crs: int, fields: dict[str, str], **how: object) -> Recipe:
    said = {} if how.get("prj", True) else {"crs": f"EPSG:{crs}"}
    return _recipe(key, path, shp(path, crs, fields, **how), fields, **said)


def _halves(folder: Path, frame: gpd.GeoDataFrame) -> None:
    for part, rows in zip("东西", np.array_split(np.arange(len(frame)), 2), strict=True):
        formats.geojson(
            folder / f"劳动监察网格（{part}片）.geojson",
            formats.in_crs(frame.iloc[rows].rename(columns=_CAMEL), 4490),
        )


def _safety(folder: Path, frame: gpd.GeoDataFrame) -> None:
    lonlat = formats.in_crs(frame.rename(columns=_LONG), 4490)
    table = pd.DataFrame(lonlat.drop(columns="geometry")).assign(
        边界点=[formats.coordinate_list(s) for s in lonlat.geometry]
    )
    formats.workbook(
        folder / "安监站网格2023.xlsx", table, titles=("青山镇安监站网格台账", "2023年12月")
    )


def _elders(folder: Path, frame: gpd.GeoDataFrame) -> None:
    table = pd.DataFrame(frame.drop(columns="geometry")).rename(
        columns={**_LONG, "villages": "所辖村"}
    )
    formats.workbook(folder / "养老服务网格.xlsx", table)


OFFICE = (
    _plain(
        "urban_management",
        "数字城管万米单元网格.gpkg",
        formats.geopackage,
        4544,
        _OBJECT,
        layer="wgs",
    ),
    _shp(
        "public_security_governance",
        "平安网格（综治办）.shp",
        4544,
        _SHORT,
        encoding="GBK",
        cpg=None,
    ),
    _plain("party", "镇党委先锋网格.kml", formats.kml, 4490, _LONG, name="网格名"),
    _recipe(
        "police",
        "派出所警务区.geojson",
        lambda folder, frame: formats.geojson(
            folder / "派出所警务区.geojson", formats.in_crs(frame.rename(columns=_CAMEL), 4490)
        ),
        _CAMEL,
    ),
    _recipe("emergency", "安监站网格2023.xlsx", _safety, _LONG, geometry="边界点", crs="EPSG:4490"),
    _recipe(
        "fire",
        "消防大队小网格.dxf",
        plain("消防大队小网格.dxf", formats.drawing, 4544, {}, text="name"),
        {},
        crs="EPSG:4544",
    ),
    _plain("environment", "环保所监管网格.tab", formats.mapinfo, 4544, _SHORT),
    _plain("market", "工商所片区.csv", formats.wkt_table, 4490, _SHORT, encoding="GBK"),
    _shp("natural_resources", "国土所巡查网格.shp", 4523, _PINYIN),
    _recipe(
        "housing",
        "房管所物业网格.geojson",
        lambda folder, frame: formats.geojson(
            folder / "房管所物业网格.geojson",
            formats.in_datum(frame.rename(columns=_PINYIN), "gcj02"),
        ),
        _PINYIN,
        datum="gcj02",
    ),
    _shp("forestry", "护林员责任区.shp", 4490, _PINYIN, prj=False),
    _plain("agriculture", "农产品质量安全网格.fgb", formats.flatgeobuf, 4490, _LONG),
    _plain("animal_health", "动物防疫网格.gml", formats.gml, 4490, _PINYIN),
    _plain("health", "卫生院家医签约网格.gpkg", formats.geopackage, 4490, _LONG),
    _recipe("civil_affairs", "养老服务网格.xlsx", _elders, _LONG, village="所辖村"),
    _recipe("human_resources", "劳动监察网格（*片）.geojson", _halves, _CAMEL),
    _plain("medical_insurance", "医保片区.json", formats.esri_json, 4544, _PINYIN, wkid=4544),
    _plain("justice", "人民调解网格.mif", formats.mapinfo, 4490, _SHORT),
    _plain("petitions", "信访维稳网格.csv", formats.wkt_table, 4490, _LONG),
    _plain(
        "greening", "绿化养护标段.kml", formats.kml, 4490, _SHORT, name="名称", in_description=True
    ),
    _shp("enforcement", "执法队片区.shp", 4496, _PINYIN, encoding="GBK", cpg="GBK", ldid=0x4D),
    _plain("government_services", "便民服务代办网格.gpkg", formats.geopackage, 4490, _CAMEL),
    _shp("statistics", "七普普查小区.shp", 4490, _PINYIN),
    _plain("education", "学区划分.json", formats.topojson, 4490, _CAMEL),
    _plain("veterans", "退役军人服务站片.fgb", formats.flatgeobuf, 4490, _SHORT),
    _plain("special_grids", "专属网格.gpkg", formats.geopackage, 4490, _SHORT),
)


def identity_number(n: int) -> str:
    """Eighteen digits with a right checksum that nobody has: no area is 999999."""
    digits = f"99999919000101{n:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return (
        digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]
    )


def write_office(town: Town, folder: Path) -> None:
    """Write the town as another office keeps it, with the project file an expert would have written."""
    folder.mkdir(parents=True, exist_ok=True)
    known = {recipe.key: recipe for recipe in OFFICE}
    recipes = [known.get(key) or usual(key) for key in town.layers]
    for recipe in recipes:
        frame = (
            village_grids(town) if recipe.key == "civil_affairs" else town.layers[recipe.key].frame
        )
        recipe.write(folder, frame)
    villages = town.villages.rename(columns={"village_code": "村代码", "village_name": "村名"})
    formats.geojson(folder / "村级行政区划.geojson", formats.in_crs(villages, 4490))
    _write_people(town, folder)
    (folder / "gridmerge.toml").write_text(_project(recipes), encoding="utf-8", newline="\n")


def _write_people(town: Town, folder: Path) -> None:
    homes = town.buildings.rename(
        columns={"building_id": "序号", "address": "门牌", "households": "户数", "people": "人口"}
    )
    formats.point_table(
        folder / "住户台账.csv",
        formats.in_crs(homes, 4490),
        encoding="GB18030",
        lon="经度",
        lat="纬度",
    )
    events = town.events.rename(columns={"event_id": "工单号", "kind": "事项", "date": "日期"})
    formats.workbook(
        folder / "12345工单.xlsx", formats.lonlat(formats.in_crs(events, 4490), "经度", "纬度")
    )
    roster = town.roster.assign(kind=town.roster["kind"].map(KINDS)).drop(columns="village")
    headers = dict(
        zip(
            roster.columns,
            ["工号", "姓名", "人员类型", "工作量额度", "经度", "纬度", "所属村", "手机"],
            strict=True,
        )
    )
    # which must not leave the loader
    roster["身份证号"] = [identity_number(n) for n in range(len(roster))]
    formats.workbook(
        folder / "网格员名册.xlsx", roster, titles=("青山镇网格员名册",), headers=headers
    )


def _project(recipes: list[Recipe]) -> str:
    tables = [
        '[project]\nname = "青山镇"',
        '[villages]\npath = "村级行政区划.geojson"\ncode = "村代码"\nname = "村名"',
    ]
    for recipe in recipes:
        department = "专属网格" if recipe.key == "special_grids" else recipe.key
        role = {"role": "exclusive"} if recipe.key == "special_grids" else {}
        spec = {
            "key": recipe.key,
            "department": department,
            "path": recipe.path,
            **recipe.spec,
            **role,
        }
        tables.append(
            "[[layers]]\n"
            + "\n".join(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in spec.items())
        )
    for name, field, weight in (("households", "户数", 1.0), ("people", "人口", 0)):
        tables.append(
            f'[[workload]]\nname = "{name}"\npath = "住户台账.csv"\nfield = "{field}"\nlon = "经度"\nlat = "纬度"\nweight = {weight}'
        )
    tables.append(
        '[[workload]]\nname = "events"\npath = "12345工单.xlsx"\nlon = "经度"\nlat = "纬度"\nweight = 0.3'
    )
    tables.append('[grids]\nunit = "households"\ntarget = 300\nmin = 150\nmax = 450')
    tables.append('[roster]\npath = "网格员名册.xlsx"')
    return "\n\n".join(tables) + "\n"
