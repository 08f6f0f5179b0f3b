"""Ways of altering a finished build, as a table: name, what is done to OUT or the project, and what the proof must name.

Each is done to a copy; unless it is about the manifest itself, the manifest is made to fit afterwards, so that what is caught
is caught by proving it again.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely.affinity import translate

from gridmerge.publish.manifest import MANIFEST
from tests.verify.tamper import rewrite_csv, rewrite_json, rewrite_layer, rewrite_part, rewrite_text

FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
PHONE, PERSON = "13912345678", "11010519491231002X"


@dataclass(frozen=True, kw_only=True)
class Alteration:
    """What is altered; `names` stands in what the proof says. Resealed: the manifest is made to fit."""

    name: str
    alter: Callable[[Path], object]
    names: str
    resealed: bool = True


def _cell(file: str, row: int, column: str, value: str) -> Callable[[Path], object]:
    def change(rows: list[list[str]]) -> None:
        rows[row][rows[0].index(column)] = value

    return lambda out: rewrite_csv(out / file, change)


def _rows(file: str, change: Callable[[list[list[str]]], object]) -> Callable[[Path], object]:
    return lambda out: rewrite_csv(out / file, change)


def _emptied(file: str) -> Callable[[Path], object]:
    return _rows(file, lambda rows: rows.__delitem__(slice(1, None)))


def _without_row(file: str, row: int = 1) -> Callable[[Path], object]:
    return _rows(file, lambda rows: rows.pop(row))


def _without_column(file: str, column: str) -> Callable[[Path], object]:
    def drop(rows: list[list[str]]) -> None:
        at = rows[0].index(column)
        for row in rows:
            del row[at]

    return lambda out: rewrite_csv(out / file, drop)


def _added(file: str, *row: str) -> Callable[[Path], object]:
    return _rows(file, lambda rows: rows.append([*row, *[""] * (len(rows[0]) - len(row))]))


def _layer(name: str, change: Callable[[pd.DataFrame], object]) -> Callable[[Path], object]:
    def changed(table: pd.DataFrame) -> pd.DataFrame:
        after = change(table)
        return table if after is None else after

    return lambda out: rewrite_layer(out, name, changed)


def _value(name: str, row: int, column: str, value: object) -> Callable[[Path], object]:
    return _layer(name, lambda table: table.__setitem__(column, _put(table[column], row, value)))


def _other_village(code: str) -> str:
    return "510311104202" if code == "510311104201" else "510311104201"


def _put(values: pd.Series, row: int, value: object) -> list[object]:
    out = list(values)
    out[row] = value(out[row]) if callable(value) else value
    return out


def _shape(name: str, row: int, change: Callable[[shapely.Geometry], shapely.Geometry]) -> Callable[[Path], object]:
    def moved(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        shapes = list(table.geometry)
        shapes[row] = change(shapes[row])
        return table.set_geometry(gpd.GeoSeries(shapes, crs=table.crs))

    return _layer(name, moved)


def _doubled(name: str, *columns: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda table: table.assign(**{column: table[column] * 2 for column in columns})


def _property(index: int, **values: object) -> Callable[[Path], object]:
    return lambda out: rewrite_json(
        out / "grids.geojson", lambda data: data["features"][index]["properties"].update(values)
    )


def _person(**values: object) -> Callable[[Path], object]:
    def change(data: dict) -> None:
        next(f for f in data["features"] if f["properties"]["members"])["properties"]["members"][0].update(values)

    return lambda out: rewrite_json(out / "grids.geojson", change)


def _vertex(metres: float) -> Callable[[Path], object]:
    def move(data: dict) -> None:
        ring = data["features"][0]["geometry"]["coordinates"][0]
        ring[1][0] = round(ring[1][0] + metres / 96_000, 9)  # a degree of longitude is about so long here

    return lambda out: rewrite_json(out / "grids.geojson", move)


def _geojson(change: Callable[[dict], object]) -> Callable[[Path], object]:
    return lambda out: rewrite_json(out / "grids.geojson", change)


def _report(*path: str | int, value: object) -> Callable[[Path], object]:
    def change(data: dict) -> None:
        for key in path[:-1]:
            data = data[key]
        old = data[path[-1]]
        data[path[-1]] = value(old) if callable(value) else value

    return lambda out: rewrite_json(out / "report.json", change)


def _manifest(change: Callable[[dict], object]) -> Callable[[Path], object]:
    return lambda out: rewrite_json(out / MANIFEST, change)


def _text(file: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda out: rewrite_text(out / file, old, new)


def _appended(file: str, text: str) -> Callable[[Path], object]:
    return lambda out: (out / file).write_bytes((out / file).read_bytes() + text.encode("utf-8"))


def _replaced(file: str, content: bytes) -> Callable[[Path], object]:
    return lambda out: (out / file).write_bytes(content)


def _cut(file: str, share: float = 0.5) -> Callable[[Path], object]:
    return lambda out: (out / file).write_bytes((out / file).read_bytes()[: int((out / file).stat().st_size * share)])


def _gone(file: str) -> Callable[[Path], object]:
    return lambda out: (out / file).unlink()


def _of_another_build(file: str) -> Callable[[Path], object]:
    """The file of the build of another town, made beside this one."""
    return lambda out: (out / file).write_bytes((out.parent / "other" / file).read_bytes())


def _workbook(old: str, new: str) -> Callable[[Path], object]:
    def change(text: bytes) -> bytes:
        return text.replace(old.encode("utf-8"), new.encode("utf-8"))

    return lambda out: rewrite_part(out / "plan.xlsx", "xl/sharedStrings.xml", change)


def _figure_in_workbook(out: Path) -> None:
    """The first number of the second sheet goes up by one."""
    rewrite_part(
        out / "plan.xlsx",
        "xl/worksheets/sheet2.xml",
        lambda text: re.sub(rb"<v>(\d+\.\d+)</v>", lambda hit: b"<v>%.6f</v>" % (float(hit[1]) + 1), text, count=1),
    )


def _swapped_members(out: Path) -> None:
    def change(text: bytes) -> bytes:
        one, other = "赵一".encode(), "钱二".encode()
        return text.replace(one, b"\0").replace(other, one).replace(b"\0", other)

    rewrite_part(out / "plan.xlsx", "xl/sharedStrings.xml", change)


def _moved_work(table: pd.DataFrame) -> pd.DataFrame:
    values = table["households"].to_numpy(dtype=float).copy()
    values[0], values[-1] = values[0] + 50, values[-1] - 50
    return table.assign(households=values)


def _moved_everywhere(out: Path) -> None:
    """Fifty households go from the last face to the first, in faces, in grids and in grids.geojson; every total is kept."""
    rewrite_layer(out, "faces", _moved_work)
    rewrite_layer(out, "grids", _moved_work)

    def move(data: dict) -> None:
        first, last = data["features"][0]["properties"], data["features"][-1]["properties"]
        first["households"] += 50
        last["households"] -= 50

    rewrite_json(out / "grids.geojson", move)


def _doubled_everywhere(out: Path) -> None:
    for name in ("faces", "grids"):
        rewrite_layer(out, name, _doubled(name, "households"))

    def double(data: dict) -> None:
        for feature in data["features"]:
            feature["properties"]["households"] *= 2

    rewrite_json(out / "grids.geojson", double)


def _swapped_codes(table: pd.DataFrame) -> pd.DataFrame:
    codes = table["grid_code"].to_numpy().copy()
    codes[[0, -1]] = codes[[-1, 0]]
    return table.assign(grid_code=codes)


def _sql(statement: str) -> Callable[[Path], object]:
    def run(out: Path) -> None:
        with closing(sqlite3.connect(out / "gridmerge.gpkg")) as database, database:
            database.execute(statement)

    return run


def _dropped_layer(name: str) -> Callable[[Path], object]:
    def drop(out: Path) -> None:
        file = out / "gridmerge.gpkg"
        tables = {layer: pyogrio.read_dataframe(file, layer=layer) for layer, _ in pyogrio.list_layers(file)}
        file.unlink()
        for layer, table in tables.items():
            if layer != name:
                pyogrio.write_dataframe(table, file, layer=layer, driver="GPKG")

    return drop


def _input(file: str, change: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda out: change(out.parent / file)


def _secret(file: str, text: str) -> Callable[[Path], object]:
    return _appended(file, f"\n{text}\n")


def _index(change: Callable[[dict], object]) -> Callable[[Path], object]:
    return lambda out: rewrite_json(out / "locate.json", change)


_GRID = 0
TABLE: tuple[Alteration, ...] = tuple(
    Alteration(name=name, alter=alter, names=names)
    for name, alter, names in (
        # grids.geojson
        ("a vertex by a metre", _vertex(1.0), "grids.geojson"),
        ("a vertex by a centimetre", _vertex(0.01), "grids.geojson"),
        ("a vertex by a kilometre", _vertex(1000.0), "grids.geojson"),
        ("a vertex left out", _geojson(lambda d: d["features"][0]["geometry"]["coordinates"][0].pop(1)), "grids.geojson"),
        ("a grid left out", _geojson(lambda d: d["features"].pop()), "grids.geojson"),
        ("a grid twice", _geojson(lambda d: d["features"].append(d["features"][-1])), "grids.geojson"),
        ("grids in another order", _geojson(lambda d: d["features"].reverse()), "grids.geojson"),
        ("a crs member", _geojson(lambda d: d.update(crs={})), "crs member"),
        ("a member more at the top", _geojson(lambda d: d.update(made_by="me")), "grids.geojson"),
        ("a ring turned round", _geojson(lambda d: d["features"][0]["geometry"]["coordinates"][0].reverse()), "counter-clockwise"),
        ("coordinates rounded", _geojson(lambda d: _rounded(d["features"][0]["geometry"]["coordinates"])), "7 decimals"),
        ("another name of a grid", _property(_GRID, grid_name="别的网格"), "grid_name"),
        ("another type of a grid", _property(_GRID, grid_type="exclusive"), "grid_type"),
        ("another village's name", _property(_GRID, village_name="别村"), "village_name"),
        ("another area", _property(_GRID, area_m2=1.0), "area_m2"),
        ("other households", _property(_GRID, households=1), "households"),
        ("another workload", _property(_GRID, workload=0.5), "workload"),
        ("words of the boundary", _property(_GRID, boundary_text="东至海"), "grids.geojson"),
        ("a leader", _property(_GRID, leader="李四"), "grids.geojson"),
        ("no members", _property(_GRID, members=[]), "grids.geojson"),
        ("no departments", _property(_GRID, departments=[]), "departments"),
        ("a department more", _property(_GRID, departments=["fire", "police", "water"]), "departments"),
        ("a property more", _property(_GRID, remark="x"), "grids.geojson"),
        ("a member's name", _person(name="李四"), "grids.geojson"),
        ("a member's masked phone", _person(phone="139****0009"), "grids.geojson"),
        ("a member without a phone", _person(phone=""), "grids.geojson"),
        ("a member's whole phone", _person(phone=PHONE), "grids.geojson"),
        ("a member's duty", _person(duty="leader"), "grids.geojson"),
        ("a member's id", _person(member_id="M9"), "grids.geojson"),
        # gridmerge.gpkg
        ("a grid moved by 3 m", _shape("grids", 0, lambda g: translate(g, 3, 0)), "grids"),
        ("a grid moved by 2 cm", _shape("grids", 0, lambda g: translate(g, 0.02, 0)), "grids"),
        ("a grid left out of the package", _layer("grids", lambda t: t.iloc[1:]), "grids"),
        ("a grid's households", _value("grids", 0, "households", 7.0), "households"),
        ("work moved between grids", _layer("grids", _moved_work), "households"),
        ("work moved between faces", _layer("faces", _moved_work), "households"),
        ("work moved everywhere", _moved_everywhere, "households"),
        ("households doubled in grids", _layer("grids", _doubled("grids", "households")), "households"),
        ("households doubled everywhere", _doubled_everywhere, "households"),
        ("workload doubled in faces", _layer("faces", _doubled("faces", "workload")), "workload"),
        ("a grid's area", _value("grids", 0, "area_m2", 5.0), "area"),
        ("a grid's village", _value("grids", 0, "village_code", "510311104202"), "village"),
        ("a grid's type in the package", _value("grids", 0, "grid_type", "exclusive"), "grid_type"),
        ("a face moved", _shape("faces", 0, lambda g: translate(g, 1, 0)), "faces"),
        ("a face left out", _layer("faces", lambda t: t.iloc[1:]), "faces"),
        ("two faces change grids", _layer("faces", _swapped_codes), "grid"),
        ("a face's area", _value("faces", 0, "area_m2", 5.0), "areas of faces"),
        ("a face's zone", _value("faces", 0, "zone", "fire/F0"), "gridmerge.gpkg is not what the inputs give (layer faces)"),
        ("a face of another village", _value("faces", 0, "village_code", _other_village), "faces of another village|missing or too many"),
        ("a membership left out", _layer("memberships", lambda t: t.iloc[1:]), "(layer memberships)|departments"),
        ("no memberships of a layer", _layer("memberships", lambda t: t[t["layer"] != "fire"]), "departments"),
        ("no memberships", _layer("memberships", lambda t: t.iloc[:0]), "departments"),
        ("a membership of nothing", _value("memberships", 0, "source_id", "nobody"), "nobody"),
        ("a membership of another grid", _value("memberships", 0, "source_id", lambda code: "F2" if code == "F3" else "F3"), "(layer memberships)"),
        ("a village moved", _shape("villages", 0, lambda g: translate(g, 1, 0)), "villages"),
        ("a village without a vertex", _shape("villages", 0, lambda g: shapely.simplify(g, 1.0)), "vertices"),
        ("a village's name", _value("villages", 0, "village_name", "别村"), "(layer villages)"),
        ("a village's code", _value("villages", 0, "village_code", "510311104209"), "village"),
        ("a departmental grid moved", _shape("layer_fire", 0, lambda g: translate(g, 5, 0)), "fire"),
        ("a departmental grid left out", _layer("layer_fire", lambda t: t.iloc[1:]), "fire"),
        ("a departmental grid's name", _value("layer_fire", 0, "name", "别的"), "(layer layer_fire)"),
        ("a departmental grid's holder", _value("layer_police", 0, "holder", "别人"), "(layer layer_police)"),
        ("a departmental grid's code", _value("layer_fire", 0, "source_id", "F9"), "fire"),
        ("a layer left out", _dropped_layer("layer_fire"), "layer_fire"),
        ("the findings left out of the package", _dropped_layer("findings"), "(layer findings)"),
        ("a finding of the package", _sql("DELETE FROM findings WHERE rowid = (SELECT min(rowid) FROM findings)"), "(layer findings)"),
        ("a layer more", _sql("CREATE TABLE more (x TEXT)"), "(layer more)"),
        # tables
        ("an area of the crosswalk", _cell("crosswalk.csv", 1, "area_m2", "1.0000"), "fire"),
        ("a share of a source", _cell("crosswalk.csv", 1, "share_of_source", "0.5"), "shares of fire"),
        ("a share of a grid", _cell("crosswalk.csv", 1, "share_of_grid", "0.01"), "shares of fire"),
        ("households of the crosswalk", _cell("crosswalk.csv", 1, "households", "1"), "plan.xlsx|crosswalk.csv"),
        ("a grid of the crosswalk", _cell("crosswalk.csv", 1, "grid_code", "510311104202001"), "fire"),
        ("a row of the crosswalk left out", _without_row("crosswalk.csv"), "fire"),
        ("a source left out", _rows("crosswalk.csv", lambda rows: rows.__setitem__(slice(None), [r for r in rows if r[1] != "F2"])), "F2"),
        ("no crosswalk", _emptied("crosswalk.csv"), "neither in the crosswalk nor in the findings"),
        ("the crosswalk in another order", _rows("crosswalk.csv", lambda rows: rows.insert(1, rows.pop(2))), "out of order"),
        ("a row of the crosswalk twice", _rows("crosswalk.csv", lambda rows: rows.insert(1, rows[1])), "twice"),
        ("a member of an assignment", _cell("assignments.csv", 1, "member_id", "M9"), "M9"),
        ("a load of an assignment", _cell("assignments.csv", 1, "load", "9"), "load"),
        ("a duty of an assignment", _cell("assignments.csv", 1, "duty", "leader"), "grids.geojson"),
        ("an assignment left out", _without_row("assignments.csv"), "grids without a member"),
        ("no assignments", _emptied("assignments.csv"), "grids without a member"),
        ("a member's load", _cell("members.csv", 1, "load", "9"), "loads"),
        ("a member's load per capacity", _cell("members.csv", 1, "load_per_capacity", "9"), "loads"),
        ("a member's number of grids", _cell("members.csv", 1, "grids", "9"), "loads"),
        ("a member's name in members.csv", _cell("members.csv", 1, "name", "李四"), "members.csv"),
        ("a member's kind", _cell("members.csv", 1, "kind", "leader"), "members.csv"),
        ("a member's way home", _cell("members.csv", 1, "km_from_home", "0.001"), "members.csv"),
        ("a member left out", _without_row("members.csv"), "members.csv"),
        ("a stand-in", _cell("standins.csv", 1, "stand_in_id", "M9"), "standins.csv"),
        ("no stand-ins", _emptied("standins.csv"), "standins.csv"),
        ("a finding left out", _without_row("findings.csv"), "findings"),
        ("no findings", _emptied("findings.csv"), "findings"),
        ("a finding's words", _cell("findings.csv", 1, "message", "all is well"), "findings.csv"),
        ("a finding's severity", _cell("findings.csv", 1, "severity", "error"), "findings.csv"),
        ("a finding more", _added("findings.csv", "note", "id_by_order", "fire"), "findings"),
        ("a duty more", _added("duties.csv", "510311104201001"), "duties.csv"),
        ("a gap more", _added("gaps.csv", "G9", "fire"), "gaps.csv"),
        ("a claim more", _added("claims.csv", "C9", "fire"), "claims.csv"),
        ("a dispute more", _added("disputes.csv", "D9"), "disputes.csv"),
        ("a vote more", _added("meeting.csv", "vote"), "meeting.csv"),
        # what people read
        ("the map of another build", _of_another_build("map.html"), "map.html"),
        ("a word on the map", _text("map.html", "青山镇", "红山镇"), "map.html"),
        ("no map but a page", _replaced("map.html", b"<html></html>"), "map.html"),
        ("the report of another build", _of_another_build("report.html"), "report.html"),
        ("a word of the report", _text("report.html", "青山镇", "红山镇"), "report.html"),
        ("the imprint", _text("about.txt", "青山镇", "红山镇"), "about.txt"),
        ("the workbook of another build", _of_another_build("plan.xlsx"), "plan.xlsx"),
        ("members swapped in the workbook", _swapped_members, "plan.xlsx"),
        ("a name in the workbook", _workbook("赵一", "李四"), "plan.xlsx"),
        ("a figure in the workbook", _figure_in_workbook, "plan.xlsx"),
        ("the index of another build", _of_another_build("locate.json"), "locate.json"),
        ("the tree of the index", _replaced("locate.dat", b"\0" * 4096), "locate.dat"),
        ("a member in the index", _index(lambda d: d["grids"][0].update(leader="李四")), "locate.json"),
        ("a face of the index in another grid", _index(lambda d: d["grid_of_face"].reverse()), "locate.json"),
        # report.json
        ("a count", _report("counts", "grids", value=99), "counts 99 grids"),
        ("a count of findings", _report("counts", "errors", value=7), "counts.errors"),
        ("the tolerance", _report("overlay", "tolerance", value=99.0), "overlay.tolerance"),
        ("how even the grids are", _report("grids", "workload_max_over_mean", value=1.5), "grids.workload_max_over_mean"),
        ("the share in range", _report("grids", "share_in_range", value=0.5), "grids.share_in_range"),
        ("the heaviest load", _report("members", "max_load_per_capacity", value=0.0), "members.max_load_per_capacity"),
        ("the weight of a work", _report("work", 0, "weight", value=3.0), "work"),
        ("the version", _report("version", value="9.9"), "version"),
        ("the day", _report("project", "date", value="1999-01-01"), "about.txt"),
        ("the contacts", _report("project", "contacts", value="full"), "project.contacts"),
        ("an input's digest", _report("inputs", 0, "sha256", value="0" * 64), "inputs|input"),
        ("an input left out", _report("inputs", value=lambda inputs: inputs[1:]), "lacks the inputs"),
        # secrets, written in many ways
        ("a phone in the map", _secret("map.html", f"王五{PHONE}"), "map.html holds an unmasked phone"),
        ("a full-width phone", _secret("report.html", f"王五{PHONE.translate(FULL_WIDTH)}"), "report.html holds an unmasked phone"),
        ("a phone with gaps", _secret("about.txt", "139 1234 5678"), "about.txt holds an unmasked phone"),
        ("a landline", _secret("about.txt", "0813-2345678"), "about.txt holds an unmasked phone"),
        ("a phone as a number", _property(_GRID, remark=int(PHONE)), "grids.geojson"),
        ("an ID number", _secret("about.txt", PERSON), "about.txt holds an ID number"),
        ("an ID number with gaps", _secret("about.txt", "110105 19491231 002X"), "about.txt holds an ID number"),
        ("a full-width ID number", _secret("report.html", PERSON.translate(FULL_WIDTH)), "report.html holds an ID number"),
        ("an ID number in the package", _value("layer_fire", 0, "holder", PERSON), "gridmerge.gpkg holds an ID number"),
        ("an ID number in the workbook", _workbook("赵一", PERSON), "plan.xlsx holds an ID number"),
        ("a phone in a table", _cell("findings.csv", 1, "message", PHONE), "findings.csv holds an unmasked phone"),
    )
)  # fmt: skip

# the manifest left as it was, or lying itself
SEALED: tuple[Alteration, ...] = tuple(
    Alteration(name=name, alter=alter, names=names, resealed=False)
    for name, alter, names in (
        ("a blank at the end of the map", _appended("map.html", " "), "map.html is not what was written"),
        ("a blank at the end of a table", _appended("duties.csv", " "), "duties.csv is not what was written"),
        ("the seconds of a stage", _report("seconds", "load", value=0.0), "report.json is not what was written"),
        ("a foreign page", lambda out: (out / "map2.html").write_text("x"), "map2.html"),
        ("a foreign table", lambda out: (out / "members (2).csv").write_text("x"), "members (2).csv"),
        ("a digest", _manifest(lambda m: m["files"][0].update(sha256="0" * 64)), "is not what was written"),
        ("a size", _manifest(lambda m: m["files"][0].update(size=1)), "is not what was written"),
        ("a file left out", _manifest(lambda m: m["files"].pop()), "manifest.json lacks the files|not of this build"),
        ("a file more", _manifest(lambda m: m["files"].append({**m["files"][0], "path": "x.csv"})), "x.csv is missing"),
        ("an input left out of the manifest", _manifest(lambda m: m["inputs"].pop()), "manifest.json lacks the inputs"),
        ("an input's digest in the manifest", _manifest(lambda m: m["inputs"][0].update(sha256="0" * 64)), "is not what it was"),
        ("a setting", _manifest(lambda m: m["settings"]["grids"].update(target=1.0)), "settings"),
        ("options of the map", _manifest(lambda m: _entry(m, "map.html").update(options={"audience": "public"})), "map.html"),
        # inputs and the project file
        ("a line more in the roster", _input("roster.csv", lambda f: f.write_bytes(f.read_bytes() + b"\n")), "roster.csv is not what it was"),
        ("another target", _input("gridmerge.toml", lambda f: rewrite_text(f, "target = 200", "target = 210")), "gridmerge.toml is not what it was"),
        ("a remark in the project file", _input("gridmerge.toml", lambda f: f.write_text(f.read_text("utf-8") + "# x\n", "utf-8")), "gridmerge.toml is not what it was"),
        ("a building more", _input("buildings.csv", lambda f: f.write_text(f.read_text() + "105.001,29.35,7\n")), "buildings.csv is not what it was"),
        ("an input that is no longer read", _input("fire.gpkg", lambda f: f.write_bytes(b"nothing")), "fire.gpkg is not what it was"),
        ("an input that is gone", _input("roster.csv", lambda f: f.unlink()), "roster.csv is not what it was"),
    )
)  # fmt: skip

# what is no file of its kind any more: named, never a traceback
MALFORMED: tuple[Alteration, ...] = tuple(
    Alteration(name=f"{file} {name}", alter=alter, names=file.partition(" ")[0])
    for file, name, alter in (
        ("grids.geojson", "cut short", _cut("grids.geojson")),
        ("grids.geojson", "emptied", _replaced("grids.geojson", b"")),
        ("grids.geojson", "a list", _replaced("grids.geojson", b"[]")),
        ("grids.geojson", "without features", _replaced("grids.geojson", b'{"type":"FeatureCollection"}')),
        ("grids.geojson", "in another encoding", _replaced("grids.geojson", "网格".encode("gbk"))),
        ("grids.geojson", "without a code", _geojson(lambda d: d["features"][0]["properties"].pop("grid_code"))),
        ("grids.geojson", "with members as text", _property(_GRID, members="赵一")),
        ("grids.geojson", "with a code as a number", _property(_GRID, grid_code=1)),
        ("grids.geojson", "without a geometry", _geojson(lambda d: d["features"][0].update(geometry=None))),
        ("grids.geojson", "with a point", _geojson(lambda d: d["features"][0].update(geometry={"type": "Point", "coordinates": [104.1, 30.1]}))),
        ("grids.geojson", "with words for coordinates", _geojson(lambda d: d["features"][0]["geometry"].update(coordinates=[[["a", "b"]]]))),
        ("grids.geojson", "with an empty ring", _geojson(lambda d: d["features"][0]["geometry"].update(coordinates=[]))),
        ("grids.geojson", "with an unknown geometry", _geojson(lambda d: d["features"][0]["geometry"].update(type="Circle"))),
        ("grids.geojson", "with an area as text", _property(_GRID, area_m2="much")),
        ("gridmerge.gpkg", "cut short", _cut("gridmerge.gpkg")),
        ("gridmerge.gpkg", "no database", _replaced("gridmerge.gpkg", b"not a database")),
        ("gridmerge.gpkg", "without grids", _dropped_layer("grids")),
        ("gridmerge.gpkg", "without a column", _layer("grids", lambda t: t.drop(columns="area_m2"))),
        ("gridmerge.gpkg", "without codes", _layer("faces", lambda t: t.drop(columns="grid_code"))),
        ("gridmerge.gpkg", "with codes as numbers", _layer("grids", lambda t: t.assign(grid_code=np.arange(len(t))))),
        ("gridmerge.gpkg", "with a gap in a code", _value("grids", 0, "grid_code", None)),
        ("gridmerge.gpkg", "with a gap in a figure", _value("grids", 0, "households", None)),
        ("gridmerge.gpkg", "with a face without a shape", _shape("faces", 0, lambda _: None)),
        ("gridmerge.gpkg", "with a point for a grid", _shape("grids", 0, lambda g: g.centroid)),
        ("gridmerge.gpkg", "with a table that is no layer", _sql("DROP TABLE memberships")),
        ("crosswalk.csv", "cut short", _cut("crosswalk.csv", 0.53)),
        ("crosswalk.csv", "emptied", _replaced("crosswalk.csv", b"")),
        ("crosswalk.csv", "without a column", _without_column("crosswalk.csv", "share_of_grid")),
        ("crosswalk.csv", "with words for an area", _cell("crosswalk.csv", 1, "area_m2", "much")),
        ("crosswalk.csv", "in another encoding", _replaced("crosswalk.csv", "网格,图层".encode("gbk"))),
        ("assignments.csv", "without a column", _without_column("assignments.csv", "load")),
        ("assignments.csv", "with words for a load", _cell("assignments.csv", 1, "load", "heavy")),
        ("members.csv", "without a column", _without_column("members.csv", "grids")),
        ("members.csv", "with no number", _cell("members.csv", 1, "load", "nan")),
        ("findings.csv", "without a column", _without_column("findings.csv", "kind")),
        ("findings.csv", "with words for a measure", _cell("findings.csv", 1, "measure", "much")),
        ("report.json", "cut short", _cut("report.json")),
        ("report.json", "a list", _replaced("report.json", b"[]")),
        ("report.json", "without a project", lambda out: rewrite_json(out / "report.json", lambda d: d.pop("project"))),
        ("report.json", "without inputs", lambda out: rewrite_json(out / "report.json", lambda d: d.pop("inputs"))),
        ("report.json", "with counts as text", _report("counts", "grids", value="many")),
        ("report.json", "without work", lambda out: rewrite_json(out / "report.json", lambda d: d.pop("work"))),
        ("report.json", "with an unknown language", _report("project", "language", value="fr")),
        ("plan.xlsx", "cut short", _cut("plan.xlsx")),
        ("plan.xlsx", "no archive", _replaced("plan.xlsx", b"PK\x03\x04")),
        ("plan.xlsx", "a page", _replaced("plan.xlsx", b"<html></html>")),
        ("plan.xlsx", "with a sheet that is no XML", lambda out: rewrite_part(out / "plan.xlsx", "xl/worksheets/sheet2.xml", lambda _: b"<<")),
        ("locate.json", "cut short", _cut("locate.json")),
        ("locate.idx", "emptied", _replaced("locate.idx", b"")),
        ("locate.wkb", "cut short", _cut("locate.wkb")),
        ("manifest.json", "cut short", _cut("manifest.json")),
        ("manifest.json", "a list", _replaced("manifest.json", b"[]")),
        ("manifest.json", "without files", lambda out: rewrite_json(out / MANIFEST, lambda m: m.pop("files"))),
        *((name, "gone", _gone(name)) for name in ("map.html", "standins.csv", "locate.idx", "claims.csv", "manifest.json", "findings.csv")),
    )
)  # fmt: skip


def _rounded(rings: list[list[list[float]]]) -> None:
    for point in rings[0]:
        point[:] = [round(value, 3) for value in point]


def _entry(manifest: dict, path: str) -> dict:
    return next(one for one in manifest["files"] if one["path"] == path)


EVERY = (*TABLE, *SEALED, *MALFORMED)
assert len({one.name for one in EVERY}) == len(EVERY) >= 120
