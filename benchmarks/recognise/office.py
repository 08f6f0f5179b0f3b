"""A drawn town → a folder of files as some office keeps them, and truth.toml: the project file an expert would write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks.recognise import words, writing
from tests.towns import Town, formats
from tests.towns.files import village_grids
from tests.towns.matters import MATTERS

TRUTH = "truth.toml"
NAMES = "truth.names.toml"  # JSON inside; the ending keeps init from looking at it
COLUMN_ONLY = 0.1  # of the networks: files called 图层17, whose department only a column names
Spec = dict[str, Any]


class Office:
    """Writes one town; everything drawn by lot comes from its seed."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town, self.folder = town, folder
        self.rng = np.random.default_rng([town.seed, 91])
        # 0 flat, 1 a folder a department, 2 folders and nameless files in them
        self.habit = int(self.rng.integers(3))
        # the county's template: half of the offices keep to it
        self.common = int(self.rng.integers(len(words.FIELDS)))

    def write(self) -> None:
        """Write everything."""
        self.folder.mkdir(parents=True, exist_ok=True)
        layers = self._networks()
        tables = [
            ("[project]", {"name": "青山镇", "code": "510311104", "crs": "EPSG:4544"}),
            ("[villages]", self._villages()),
            *(("[[layers]]", layer) for layer in layers),
            *(("[[layers]]", layer) for layer in self._lines()),
            *(("[[workload]]", work) for work in self._works()),
            ("[grids]", {"unit": "households", "target": 300, "min": 150, "max": 450}),
            ("[roster]", self._roster()),
            ("[matters]", self._matters()),
            ("[addresses]", self.addresses),
        ]
        self._junk()
        if "村组" in set(self.town.places["kind"]):
            tables.append(("[places]", self._places()))
        text = "\n\n".join("\n".join([name, *_lines(table)]) for name, table in tables)
        (self.folder / TRUTH).write_text(text + "\n", encoding="utf-8", newline="\n")
        names = {layer["key"]: self._names(layer["key"]) for layer in layers}
        (self.folder / NAMES).write_text(
            json.dumps(names, ensure_ascii=False), encoding="utf-8", newline="\n"
        )

    def _names(self, key: str) -> list[str]:
        """What the department calls its grids: what must come back in whatever encoding it was written."""
        frame = village_grids(self.town) if key == "civil_affairs" else self.town.layers[key].frame
        return [str(name) for name in frame["name"]]

    def _any(self, choices: Any) -> Any:
        return choices[int(self.rng.integers(len(choices)))]

    def _networks(self) -> list[Spec]:
        keys = [key for key in self.town.layers if key != "special_grids"]
        together = list(self.rng.permutation([key for key in keys if key != "civil_affairs"])[:3])
        specs = [self._in_database(together)] if self.rng.random() < 0.6 else [[]]
        done = {spec["key"] for spec in specs[0]}
        specs.append([self._network(key) for key in keys if key not in done])
        if "special_grids" in self.town.layers:
            specs.append([self._special()])
        return [spec for some in specs for spec in some]

    def _in_database(self, keys: list[str]) -> list[Spec]:
        """Three departments in one database, layers called by department."""
        name = self._any(["网格汇总.gpkg", "各部门网格.gpkg", "wangge_all.gpkg"])
        frames, specs = {}, []
        for key in keys:
            frame, fields = self._dressed(key)
            layer = self._any(_stems(key))
            frames[layer] = frame
            role = {"role": "base"} if key == "party" else {}
            specs.append(
                {"key": key, "department": key, "path": name, "layer": layer, **fields, **role}
            )
        writing.shared(self.folder / name, frames)
        return specs

    def _network(self, key: str) -> Spec:
        way = self._any(writing.WAYS)
        stem, folder = self._place(key)
        if key != "civil_affairs" and key in words.FOLDERS and self.rng.random() < COLUMN_ONLY:
            return self._by_column(key)
        if key == "civil_affairs":
            rows = village_grids(self.town)
            fields = self._fields(zh=True)
            table = pd.DataFrame(rows.drop(columns="geometry")).rename(columns=fields)
            spec = writing.listed(self.folder / folder, stem, table, self.rng)
            return self._told(key, folder, spec, fields)
        frame, fields = self._dressed(key, way)
        spec = way(self.folder / folder, stem, frame, self.rng)
        return {**fields, **self._told(key, folder, spec, {})}

    def _by_column(self, key: str) -> Spec:
        """A file that no name betrays: one column says whose it is."""
        frame, fields = self._dressed(key)
        frame.insert(
            len(frame.columns) - 1, self._any(["责任单位", "所属部门", "部门"]), words.FOLDERS[key]
        )
        stem = f"图层{len(list(self.folder.iterdir())):02d}"
        formats.geopackage(self.folder / f"{stem}.gpkg", formats.in_crs(frame, 4490))
        role = {"role": "base"} if key == "party" else {}
        return {"key": key, "department": key, "path": f"{stem}.gpkg", **fields, **role}

    def _told(self, key: str, folder: str, spec: Spec, fields: Spec) -> Spec:
        path = spec.pop("path")
        under = f"{folder}/" if folder else ""
        paths = [under + one for one in path] if isinstance(path, list) else under + path
        role = {"role": "base"} if key == "party" else {}
        named = (
            {"id": fields["source_id"], "name": fields["name"], "holder": fields["holder"]}
            if fields
            else {}
        )
        return {"key": key, "department": key, "path": paths, **named, **spec, **role}

    def _place(self, key: str) -> tuple[str, str]:
        """The file's stem and its folder."""
        stem = self._any(words.DECORATIONS).format(self._any(_stems(key)))
        if self.habit == 0:
            return stem, ""
        folder = words.FOLDERS.get(key)
        if folder is None:
            return stem, "收集资料" if self.habit == 1 else ""
        (self.folder / "收集资料" / folder).mkdir(parents=True, exist_ok=True)
        nameless = self.habit == 2 and self.rng.random() < 0.5
        return self._any(words.NAMELESS) if nameless else stem, f"收集资料/{folder}"

    def _fields(self, zh: bool | None = None, short: bool = False) -> dict[str, str]:
        names = words.FIELDS[self.common] if self.rng.random() < 0.5 else self._any(words.FIELDS)
        while (zh is not None and names[0].isascii() == zh) or (
            short and any(len(n.encode("gbk")) > 10 for n in names)
        ):
            names = self._any(words.FIELDS)
        return dict(zip(("source_id", "name", "holder"), names, strict=True))

    def _dressed(self, key: str, way: Any = None) -> tuple[gpd.GeoDataFrame, Spec]:
        """The department's drawing under its own field names, other columns beside; and what they are called."""
        fields = self._fields(short=way is writing.shp)
        frame = self.town.layers[key].frame.rename(columns=fields).reset_index(drop=True)
        if way not in (writing.dxf, writing.corners):
            for name in self.rng.permutation(words.BESIDE)[: int(self.rng.integers(0, 5))]:
                if way is not writing.shp or len(str(name).encode("gbk")) <= 10:
                    frame.insert(self._spot(frame), str(name), self._beside(str(name), frame))
        frame.attrs = {"id": fields["source_id"], "name": fields["name"]}  # for those who write it
        return frame, {
            "id": fields["source_id"],
            "name": fields["name"],
            "holder": fields["holder"],
        }

    def _spot(self, frame: gpd.GeoDataFrame) -> int:
        """Before everything, or behind the columns that matter: id and name stay together, as they do in life."""
        return 0 if self.rng.random() < 0.3 else len(frame.columns) - 1

    def _beside(self, name: str, frame: gpd.GeoDataFrame) -> Any:
        numbers = np.arange(1, len(frame) + 1)
        area = np.round(frame.geometry.area.to_numpy(), 2)
        return {
            "Shape_Leng": np.round(frame.geometry.length.to_numpy(), 2),
            "Shape_Area": area,
            "备注": [""] * len(frame),
            "面积": area,
            "联系电话": [f"139000{n:05d}" for n in numbers],
            "户数": (area % 200).astype(int) + 20,
            "更新日期": ["2024-03-15"] * len(frame),
            "所属村": [f"第{n % 5}村" for n in numbers],
            "上级编码": ["510311104"] * len(frame),
            "网格类型": ["一般网格"] * len(frame),
            "XZDM": ["510311104"] * len(frame),
            "XZMC": ["青山镇"] * len(frame),
            "制图人": ["王工"] * len(frame),
            "状态": ["启用"] * len(frame),
        }.get(name, numbers)

    def _special(self) -> Spec:
        frame = self.town.layers["special_grids"].frame.rename(
            columns={"source_id": "编号", "name": "名称"}
        )
        stem = self._any(["专属网格", "专属网格_学校市场", "专属网格（单位）"])
        formats.geopackage(
            self.folder / f"{stem}.gpkg", formats.in_crs(frame[["编号", "名称", "geometry"]], 4490)
        )
        return {
            "key": "special_grids",
            "department": "专属网格",
            "path": f"{stem}.gpkg",
            "id": "编号",
            "name": "名称",
            "role": "exclusive",
        }

    def _villages(self) -> Spec:
        stem, code, name = self._any(words.VILLAGES)
        way = self._any(["shp", "gpkg", "geojson", "kml", "gcj02"])
        if way == "shp":  # whose field names hold ten bytes
            code, name = (
                field.encode("gbk")[:10].decode("gbk", "ignore") for field in (code, name)
            )
        frame = self.town.villages.rename(columns={"village_code": code, "village_name": name})
        if self.rng.random() < 0.4:
            frame.insert(0, "OBJECTID", np.arange(1, len(frame) + 1))
        path = self.folder / f"{stem}.{'geojson' if way == 'gcj02' else way}"
        if way == "shp":
            formats.shapefile(path, formats.in_crs(frame, 4544), encoding="GBK", cpg=None)
        elif way == "gpkg":
            formats.geopackage(path, formats.in_crs(frame, 4490))
        elif way == "kml":
            formats.kml(path, formats.in_crs(frame, 4326), name=name)
        else:
            formats.geojson(path, formats.in_datum(frame, "gcj02" if way == "gcj02" else "wgs84"))
        spec = {"path": path.name, "code": code, "name": name}
        return {**spec, "datum": "gcj02"} if way == "gcj02" else spec

    def _lines(self) -> list[Spec]:
        specs = []
        for key, owner, frame, stems in (
            ("rivers", "water", self.town.rivers, words.RIVERS),
            ("roads", "transport", self.town.roads[self.town.roads["kind"] != "支路"], words.ROADS),
        ):
            if len(frame):
                stem = self._any(stems)
                formats.geojson(self.folder / f"{stem}.geojson", formats.in_crs(frame, 4490))
                spec = {
                    "key": key,
                    "department": owner,
                    "path": f"{stem}.geojson",
                    "name": "name",
                    "role": "barrier",
                }
                specs.append(spec)
        return specs

    def _works(self) -> list[Spec]:
        stem, number, address, households, people = self._any(words.HOUSES)
        names = {
            "building_id": number,
            "address": address,
            "households": households,
            "people": people,
        }
        homes = self.town.buildings.rename(columns=names)
        file, more = self._points(homes, stem)
        self.addresses: Spec = {"path": file, "field": address, **more}
        works = [{"name": "households", "path": file, "field": households, "weight": 1, **more}]
        works.append({"name": "people", "path": file, "field": people, "weight": 0, **more})
        file, more = self._points(
            self.town.events.rename(columns={"kind": "事件类型"}), self._any(words.EVENTS)
        )
        works.append({"name": "events", "path": file, "weight": 0.3, **more})
        firms = self.town.enterprises[self.town.enterprises.geom_type == "Point"]
        file, more = self._points(
            firms.rename(columns={"staff": "从业人数"}), self._any(words.FIRMS)
        )
        works.append({"name": "enterprises", "path": file, "weight": 0.5, **more})
        yards = self.town.enterprises[self.town.enterprises.geom_type != "Point"]
        if len(yards):
            stem, field = self._any(words.PARKS), self._any(["从业人数", "staff", "职工人数"])
            formats.geojson(
                self.folder / f"{stem}.geojson",
                formats.in_crs(yards.rename(columns={"staff": field}), 4490),
            )
            works.append({"name": "staff", "path": f"{stem}.geojson", "field": field, "weight": 0})
        return works

    def _points(self, frame: gpd.GeoDataFrame, stem: str) -> tuple[str, Spec]:
        """A file of points, in WGS84 or GCJ-02, as a table or a layer."""
        datum = "gcj02" if self.rng.random() < 0.25 else "wgs84"
        moved = formats.in_datum(frame, datum)
        more = {"datum": datum} if datum != "wgs84" else {}
        lon, lat = self._any(
            [("经度", "纬度"), ("lon", "lat"), ("lng", "lat"), ("X", "Y"), ("JD", "WD")]
        )
        way = self._any(["csv", "xlsx", "gpkg", "geojson"])
        path = self.folder / f"{stem}.{way}"
        if way == "csv":
            formats.point_table(
                path, moved, encoding=self._any(["GBK", "UTF-8-SIG"]), lon=lon, lat=lat
            )
        elif way == "xlsx":
            formats.workbook(
                path, formats.lonlat(moved, lon, lat), titles=self._any([(), (f"青山镇{stem}",)])
            )
        else:
            (formats.geopackage if way == "gpkg" else formats.geojson)(path, moved)
        return path.name, {**more, "lon": lon, "lat": lat} if way in ("csv", "xlsx") else more

    def _roster(self) -> Spec:
        fields = self._any(words.ROSTER_FIELDS)
        roster = self.town.roster.drop(columns="village_name").set_axis(list(fields), axis=1)
        stem = self._any(words.ROSTERS)
        if self.rng.random() < 0.5:
            formats.workbook(
                self.folder / f"{stem}.xlsx",
                roster,
                titles=self._any([(), ("青山镇网格员花名册",)]),
            )
            return {"path": f"{stem}.xlsx"}
        (self.folder / f"{stem}.csv").write_bytes(
            roster.to_csv(index=False).encode(self._any(["gbk", "utf-8-sig"]))
        )
        return {"path": f"{stem}.csv"}

    def _matters(self) -> Spec:
        stem = self._any(words.MATTERS)
        formats.workbook(self.folder / f"{stem}.xlsx", MATTERS, titles=("青山镇网格事项清单",))
        return {"path": f"{stem}.xlsx"}

    def _places(self) -> Spec:
        formats.point_table(self.folder / "地名点.csv", formats.in_crs(self.town.places, 4490))
        lonlat = {"lon": "lon", "lat": "lat"}
        return {"path": "地名点.csv", **lonlat, "where": "kind = '村组'", "field": "name"}

    def _junk(self) -> None:
        """What lies beside the data in every folder."""
        formats.geopackage(
            self.folder / "地类图斑.gpkg", formats.in_crs(self.town.land_use, 4490), layer="DLTB"
        )
        people = pd.DataFrame(
            {"单位": ["城管局", "应急局"], "联系人": ["王工", "李工"], "电话": ["138", "139"]}
        )
        formats.workbook(self.folder / "各部门联络员通讯录.xlsx", people)
        (self.folder / "说明.txt").write_text("数据由各部门报送，请勿外传。\n", encoding="gbk")
        (self.folder / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
        (self.folder / "~$网格员名册.xlsx").write_bytes(b"lock")
        (self.folder / "现场照片.jpg").write_bytes(b"\xff\xd8\xff\xe0")
        (self.folder / "损坏的文件.kmz").write_bytes(b"PK\x03\x04 broken")
        key = next(key for key in self.town.layers if key != "special_grids")
        old = self.folder / "旧版备份"
        old.mkdir(exist_ok=True)
        frame = self.town.layers[key].frame.rename(
            columns={"source_id": "编号", "name": "名称", "holder": "责任人"}
        )
        formats.geojson(
            old / f"{words.FILES[key][0]}_旧.geojson", formats.in_crs(frame.iloc[1:], 4490)
        )


def _stems(key: str) -> tuple[str, ...]:
    return words.FILES.get(key, (key,))


def _lines(table: Spec) -> list[str]:
    return [
        f"{key} = {json.dumps(value, ensure_ascii=False)}"
        for key, value in table.items()
        if value is not None
    ]
