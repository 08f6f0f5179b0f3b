"""Ways of altering a finished build, as a table: name, what is done to OUT or the project, and what the proof must name.

Each is done to a copy; unless it is about the manifest itself, the manifest is made to fit afterwards, so that what is caught
is caught by proving it again.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from shapely.affinity import translate

from gridmerge.products.manifest import MANIFEST_FILE
from tests.verify.changes import (
    Alteration,
    add_row,
    add_secret,
    append_text,
    change_geojson,
    change_index,
    change_input,
    change_layer,
    change_manifest,
    change_rows,
    change_shape,
    cut_short,
    double_columns,
    drop_column,
    drop_layer,
    drop_row,
    empty_table,
    move_vertex,
    remove,
    replace_file,
    replace_in_workbook,
    replace_text,
    run_sql,
    set_cell,
    set_person,
    set_property,
    set_report,
    set_value,
    take_of_another_build,
)
from tests.verify.tamper import rewrite_json, rewrite_layer, rewrite_part, rewrite_text

FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
PHONE, PERSON = "13912345678", "11010519491231002X"


def _other_village(code: str) -> str:
    return "510311104202" if code == "510311104201" else "510311104201"


def _figure_in_workbook(out: Path) -> None:
    """The first number of the second sheet goes up by one."""
    rewrite_part(
        out / "plan.xlsx",
        "xl/worksheets/sheet2.xml",
        lambda text: re.sub(
            rb"<v>(\d+\.\d+)</v>", lambda hit: b"<v>%.6f</v>" % (float(hit[1]) + 1), text, count=1
        ),
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
        rewrite_layer(out, name, double_columns(name, "households"))

    def double(data: dict) -> None:
        for feature in data["features"]:
            feature["properties"]["households"] *= 2

    rewrite_json(out / "grids.geojson", double)


def _swapped_codes(table: pd.DataFrame) -> pd.DataFrame:
    codes = table["grid_code"].to_numpy().copy()
    codes[[0, -1]] = codes[[-1, 0]]
    return table.assign(grid_code=codes)


_GRID = 0
TABLE: tuple[Alteration, ...] = tuple(
    Alteration(name=name, alter=alter, names=names)
    for name, alter, names in (
        # grids.geojson
        ("a vertex by a metre", move_vertex(1.0), "grids.geojson"),
        ("a vertex by a centimetre", move_vertex(0.01), "grids.geojson"),
        ("a vertex by a kilometre", move_vertex(1000.0), "grids.geojson"),
        ("a vertex left out", change_geojson(lambda d: d["features"][0]["geometry"]["coordinates"][0].pop(1)), "grids.geojson"),
        ("a grid left out", change_geojson(lambda d: d["features"].pop()), "grids.geojson"),
        ("a grid twice", change_geojson(lambda d: d["features"].append(d["features"][-1])), "grids.geojson"),
        ("grids in another order", change_geojson(lambda d: d["features"].reverse()), "grids.geojson"),
        ("a crs member", change_geojson(lambda d: d.update(crs={})), "crs member"),
        ("a member more at the top", change_geojson(lambda d: d.update(made_by="me")), "grids.geojson"),
        ("a ring turned round", change_geojson(lambda d: d["features"][0]["geometry"]["coordinates"][0].reverse()), "counter-clockwise"),
        ("coordinates rounded", change_geojson(lambda d: _rounded(d["features"][0]["geometry"]["coordinates"])), "7 decimals"),
        ("another name of a grid", set_property(_GRID, grid_name="别的网格"), "grid_name"),
        ("another type of a grid", set_property(_GRID, grid_type="exclusive"), "grid_type"),
        ("another village's name", set_property(_GRID, village_name="别村"), "village_name"),
        ("another area", set_property(_GRID, area_m2=1.0), "area_m2"),
        ("other households", set_property(_GRID, households=1), "households"),
        ("another workload", set_property(_GRID, workload=0.5), "workload"),
        ("words of the boundary", set_property(_GRID, boundary_text="东至海"), "grids.geojson"),
        ("a leader", set_property(_GRID, leader="李四"), "grids.geojson"),
        ("no members", set_property(_GRID, members=[]), "grids.geojson"),
        ("no departments", set_property(_GRID, departments=[]), "departments"),
        ("a department more", set_property(_GRID, departments=["fire", "police", "water"]), "departments"),
        ("a property more", set_property(_GRID, remark="x"), "grids.geojson"),
        ("a member's name", set_person(name="李四"), "grids.geojson"),
        ("a member's masked phone", set_person(phone="139****0009"), "grids.geojson"),
        ("a member without a phone", set_person(phone=""), "grids.geojson"),
        ("a member's whole phone", set_person(phone=PHONE), "grids.geojson"),
        ("a member's duty", set_person(duty="leader"), "grids.geojson"),
        ("a member's id", set_person(member_id="M9"), "grids.geojson"),
        # gridmerge.gpkg
        ("a grid moved by 3 m", change_shape("grids", 0, lambda g: translate(g, 3, 0)), "grids"),
        ("a grid moved by 2 cm", change_shape("grids", 0, lambda g: translate(g, 0.02, 0)), "grids"),
        ("a grid left out of the package", change_layer("grids", lambda t: t.iloc[1:]), "grids"),
        ("a grid's households", set_value("grids", 0, "households", 7.0), "households"),
        ("work moved between grids", change_layer("grids", _moved_work), "households"),
        ("work moved between faces", change_layer("faces", _moved_work), "households"),
        ("work moved everywhere", _moved_everywhere, "households"),
        ("households doubled in grids", change_layer("grids", double_columns("grids", "households")), "households"),
        ("households doubled everywhere", _doubled_everywhere, "households"),
        ("workload doubled in faces", change_layer("faces", double_columns("faces", "workload")), "workload"),
        ("a grid's area", set_value("grids", 0, "area_m2", 5.0), "area"),
        ("a grid's village", set_value("grids", 0, "village_code", "510311104202"), "village"),
        ("a grid's type in the package", set_value("grids", 0, "grid_type", "exclusive"), "grid_type"),
        ("a face moved", change_shape("faces", 0, lambda g: translate(g, 1, 0)), "faces"),
        ("a face left out", change_layer("faces", lambda t: t.iloc[1:]), "faces"),
        ("two faces change grids", change_layer("faces", _swapped_codes), "grid"),
        ("a face's area", set_value("faces", 0, "area_m2", 5.0), "areas of faces"),
        ("a face's zone", set_value("faces", 0, "zone", "fire/F0"), "gridmerge.gpkg is not what the inputs give (layer faces)"),
        ("a face of another village", set_value("faces", 0, "village_code", _other_village), "faces of another village|missing or too many"),
        ("a membership left out", change_layer("memberships", lambda t: t.iloc[1:]), "(layer memberships)|departments"),
        ("no memberships of a layer", change_layer("memberships", lambda t: t[t["layer"] != "fire"]), "departments"),
        ("no memberships", change_layer("memberships", lambda t: t.iloc[:0]), "departments"),
        ("a membership of nothing", set_value("memberships", 0, "source_id", "nobody"), "nobody"),
        ("a membership of another grid", set_value("memberships", 0, "source_id", lambda code: "F2" if code == "F3" else "F3"), "(layer memberships)"),
        ("a village moved", change_shape("villages", 0, lambda g: translate(g, 1, 0)), "villages"),
        ("a village without a vertex", change_shape("villages", 0, lambda g: shapely.simplify(g, 1.0)), "vertices"),
        ("a village's name", set_value("villages", 0, "village_name", "别村"), "(layer villages)"),
        ("a village's code", set_value("villages", 0, "village_code", "510311104209"), "village"),
        ("a departmental grid moved", change_shape("layer_fire", 0, lambda g: translate(g, 5, 0)), "fire"),
        ("a departmental grid left out", change_layer("layer_fire", lambda t: t.iloc[1:]), "fire"),
        ("a departmental grid's name", set_value("layer_fire", 0, "name", "别的"), "(layer layer_fire)"),
        ("a departmental grid's holder", set_value("layer_police", 0, "holder", "别人"), "(layer layer_police)"),
        ("a departmental grid's code", set_value("layer_fire", 0, "source_id", "F9"), "fire"),
        ("a layer left out", drop_layer("layer_fire"), "layer_fire"),
        ("the findings left out of the package", drop_layer("findings"), "(layer findings)"),
        ("a finding of the package", run_sql("DELETE FROM findings WHERE rowid = (SELECT min(rowid) FROM findings)"), "(layer findings)"),
        ("a layer more", run_sql("CREATE TABLE more (x TEXT)"), "(layer more)"),
        # tables
        ("an area of the crosswalk", set_cell("crosswalk.csv", 1, "area_m2", "1.0000"), "fire"),
        ("a share of a source", set_cell("crosswalk.csv", 1, "share_of_source", "0.5"), "shares of fire"),
        ("a share of a grid", set_cell("crosswalk.csv", 1, "share_of_grid", "0.01"), "shares of fire"),
        ("households of the crosswalk", set_cell("crosswalk.csv", 1, "households", "1"), "plan.xlsx|crosswalk.csv"),
        ("a grid of the crosswalk", set_cell("crosswalk.csv", 1, "grid_code", "510311104202001"), "fire"),
        ("a row of the crosswalk left out", drop_row("crosswalk.csv"), "fire"),
        ("a source left out", change_rows("crosswalk.csv", lambda rows: rows.__setitem__(slice(None), [r for r in rows if r[1] != "F2"])), "F2"),
        ("no crosswalk", empty_table("crosswalk.csv"), "neither in the crosswalk nor in the findings"),
        ("the crosswalk in another order", change_rows("crosswalk.csv", lambda rows: rows.insert(1, rows.pop(2))), "out of order"),
        ("a row of the crosswalk twice", change_rows("crosswalk.csv", lambda rows: rows.insert(1, rows[1])), "twice"),
        ("a member of an assignment", set_cell("assignments.csv", 1, "member_id", "M9"), "M9"),
        ("a load of an assignment", set_cell("assignments.csv", 1, "load", "9"), "load"),
        ("a duty of an assignment", set_cell("assignments.csv", 1, "duty", "leader"), "grids.geojson"),
        ("an assignment left out", drop_row("assignments.csv"), "grids without a member"),
        ("no assignments", empty_table("assignments.csv"), "grids without a member"),
        ("a member's load", set_cell("members.csv", 1, "load", "9"), "loads"),
        ("a member's load per capacity", set_cell("members.csv", 1, "load_per_capacity", "9"), "loads"),
        ("a member's number of grids", set_cell("members.csv", 1, "grids", "9"), "loads"),
        ("a member's name in members.csv", set_cell("members.csv", 1, "name", "李四"), "members.csv"),
        ("a member's kind", set_cell("members.csv", 1, "kind", "leader"), "members.csv"),
        ("a member's way home", set_cell("members.csv", 1, "km_from_home", "0.001"), "members.csv"),
        ("a member left out", drop_row("members.csv"), "members.csv"),
        ("a stand-in", set_cell("standins.csv", 1, "stand_in_id", "M9"), "standins.csv"),
        ("no stand-ins", empty_table("standins.csv"), "standins.csv"),
        ("a finding left out", drop_row("findings.csv"), "findings"),
        ("no findings", empty_table("findings.csv"), "findings"),
        ("a finding's words", set_cell("findings.csv", 1, "message", "all is well"), "findings.csv"),
        ("a finding's severity", set_cell("findings.csv", 1, "severity", "error"), "findings.csv"),
        ("a finding more", add_row("findings.csv", "note", "id_by_order", "fire"), "findings"),
        ("a duty more", add_row("duties.csv", "510311104201001"), "duties.csv"),
        ("a gap more", add_row("gaps.csv", "G9", "fire"), "gaps.csv"),
        ("a claim more", add_row("claims.csv", "C9", "fire"), "claims.csv"),
        ("a dispute more", add_row("disputes.csv", "D9"), "disputes.csv"),
        ("a vote more", add_row("meeting.csv", "vote"), "meeting.csv"),
        # what people read
        ("the map of another build", take_of_another_build("map.html"), "map.html"),
        ("a word on the map", replace_text("map.html", "青山镇", "红山镇"), "map.html"),
        ("no map but a page", replace_file("map.html", b"<html></html>"), "map.html"),
        ("the report of another build", take_of_another_build("report.html"), "report.html"),
        ("a word of the report", replace_text("report.html", "青山镇", "红山镇"), "report.html"),
        ("the imprint", replace_text("about.txt", "青山镇", "红山镇"), "about.txt"),
        ("the workbook of another build", take_of_another_build("plan.xlsx"), "plan.xlsx"),
        ("members swapped in the workbook", _swapped_members, "plan.xlsx"),
        ("a name in the workbook", replace_in_workbook("赵一", "李四"), "plan.xlsx"),
        ("a figure in the workbook", _figure_in_workbook, "plan.xlsx"),
        ("the index of another build", take_of_another_build("locate.json"), "locate.json"),
        ("the tree of the index", replace_file("locate.dat", b"\0" * 4096), "locate.dat"),
        ("a member in the index", change_index(lambda d: d["grids"][0].update(leader="李四")), "locate.json"),
        ("a face of the index in another grid", change_index(lambda d: d["grid_of_face"].reverse()), "locate.json"),
        # report.json
        ("a count", set_report("counts", "grids", value=99), "counts 99 grids"),
        ("a count of findings", set_report("counts", "errors", value=7), "counts.errors"),
        ("the tolerance", set_report("overlay", "tolerance", value=99.0), "overlay.tolerance"),
        ("how even the grids are", set_report("grids", "workload_max_over_mean", value=1.5), "grids.workload_max_over_mean"),
        ("the share in range", set_report("grids", "share_in_range", value=0.5), "grids.share_in_range"),
        ("the heaviest load", set_report("members", "max_load_per_capacity", value=0.0), "members.max_load_per_capacity"),
        ("the weight of a work", set_report("work", 0, "weight", value=3.0), "work"),
        ("the version", set_report("version", value="9.9"), "version"),
        ("the day", set_report("project", "date", value="1999-01-01"), "about.txt"),
        ("the contacts", set_report("project", "contacts", value="full"), "project.contacts"),
        ("an input's digest", set_report("inputs", 0, "sha256", value="0" * 64), "inputs|input"),
        ("an input left out", set_report("inputs", value=lambda inputs: inputs[1:]), "lacks the inputs"),
        # secrets, written in many ways
        ("a phone in the map", add_secret("map.html", f"王五{PHONE}"), "map.html holds an unmasked phone"),
        ("a full-width phone", add_secret("report.html", f"王五{PHONE.translate(FULL_WIDTH)}"), "report.html holds an unmasked phone"),
        ("a phone with gaps", add_secret("about.txt", "139 1234 5678"), "about.txt holds an unmasked phone"),
        ("a landline", add_secret("about.txt", "0813-2345678"), "about.txt holds an unmasked phone"),
        ("a phone as a number", set_property(_GRID, remark=int(PHONE)), "grids.geojson"),
        ("an ID number", add_secret("about.txt", PERSON), "about.txt holds an ID number"),
        ("an ID number with gaps", add_secret("about.txt", "110105 19491231 002X"), "about.txt holds an ID number"),
        ("a full-width ID number", add_secret("report.html", PERSON.translate(FULL_WIDTH)), "report.html holds an ID number"),
        ("an ID number in the package", set_value("layer_fire", 0, "holder", PERSON), "gridmerge.gpkg holds an ID number"),
        ("an ID number in the workbook", replace_in_workbook("赵一", PERSON), "plan.xlsx holds an ID number"),
        ("a phone in a table", set_cell("findings.csv", 1, "message", PHONE), "findings.csv holds an unmasked phone"),
    )
)  # fmt: skip

# the manifest left as it was, or lying itself
SEALED: tuple[Alteration, ...] = tuple(
    Alteration(name=name, alter=alter, names=names, resealed=False)
    for name, alter, names in (
        ("a blank at the end of the map", append_text("map.html", " "), "map.html is not what was written"),
        ("a blank at the end of a table", append_text("duties.csv", " "), "duties.csv is not what was written"),
        ("the seconds of a stage", set_report("seconds", "load", value=0.0), "report.json is not what was written"),
        ("a foreign page", lambda out: (out / "map2.html").write_text("x"), "map2.html"),
        ("a foreign table", lambda out: (out / "members (2).csv").write_text("x"), "members (2).csv"),
        ("a digest", change_manifest(lambda m: m["files"][0].update(sha256="0" * 64)), "is not what was written"),
        ("a size", change_manifest(lambda m: m["files"][0].update(size=1)), "is not what was written"),
        ("a file left out", change_manifest(lambda m: m["files"].pop()), "manifest.json lacks the files|not of this build"),
        ("a file more", change_manifest(lambda m: m["files"].append({**m["files"][0], "path": "x.csv"})), "x.csv is missing"),
        ("an input left out of the manifest", change_manifest(lambda m: m["inputs"].pop()), "manifest.json lacks the inputs"),
        ("an input's digest in the manifest", change_manifest(lambda m: m["inputs"][0].update(sha256="0" * 64)), "is not what it was"),
        ("a setting", change_manifest(lambda m: m["settings"]["grids"].update(target=1.0)), "settings"),
        ("options of the map", change_manifest(lambda m: _entry(m, "map.html").update(options={"audience": "public"})), "map.html"),
        # inputs and the project file
        ("a line more in the roster", change_input("roster.csv", lambda f: f.write_bytes(f.read_bytes() + b"\n")), "roster.csv is not what it was"),
        ("another target", change_input("gridmerge.toml", lambda f: rewrite_text(f, "target = 200", "target = 210")), "gridmerge.toml is not what it was"),
        ("a remark in the project file", change_input("gridmerge.toml", lambda f: f.write_text(f.read_text("utf-8") + "# x\n", "utf-8")), "gridmerge.toml is not what it was"),
        ("a building more", change_input("buildings.csv", lambda f: f.write_text(f.read_text() + "105.001,29.35,7\n")), "buildings.csv is not what it was"),
        ("an input that is no longer read", change_input("fire.gpkg", lambda f: f.write_bytes(b"nothing")), "fire.gpkg is not what it was"),
        ("an input that is gone", change_input("roster.csv", lambda f: f.unlink()), "roster.csv is not what it was"),
    )
)  # fmt: skip

# what is no file of its kind any more: named, never a traceback
MALFORMED: tuple[Alteration, ...] = tuple(
    Alteration(name=f"{file} {name}", alter=alter, names=file.partition(" ")[0])
    for file, name, alter in (
        ("grids.geojson", "cut short", cut_short("grids.geojson")),
        ("grids.geojson", "emptied", replace_file("grids.geojson", b"")),
        ("grids.geojson", "a list", replace_file("grids.geojson", b"[]")),
        ("grids.geojson", "without features", replace_file("grids.geojson", b'{"type":"FeatureCollection"}')),
        ("grids.geojson", "in another encoding", replace_file("grids.geojson", "网格".encode("gbk"))),
        ("grids.geojson", "without a code", change_geojson(lambda d: d["features"][0]["properties"].pop("grid_code"))),
        ("grids.geojson", "with members as text", set_property(_GRID, members="赵一")),
        ("grids.geojson", "with a code as a number", set_property(_GRID, grid_code=1)),
        ("grids.geojson", "without a geometry", change_geojson(lambda d: d["features"][0].update(geometry=None))),
        ("grids.geojson", "with a point", change_geojson(lambda d: d["features"][0].update(geometry={"type": "Point", "coordinates": [104.1, 30.1]}))),
        ("grids.geojson", "with words for coordinates", change_geojson(lambda d: d["features"][0]["geometry"].update(coordinates=[[["a", "b"]]]))),
        ("grids.geojson", "with an empty ring", change_geojson(lambda d: d["features"][0]["geometry"].update(coordinates=[]))),
        ("grids.geojson", "with an unknown geometry", change_geojson(lambda d: d["features"][0]["geometry"].update(type="Circle"))),
        ("grids.geojson", "with an area as text", set_property(_GRID, area_m2="much")),
        ("gridmerge.gpkg", "cut short", cut_short("gridmerge.gpkg")),
        ("gridmerge.gpkg", "no database", replace_file("gridmerge.gpkg", b"not a database")),
        ("gridmerge.gpkg", "without grids", drop_layer("grids")),
        ("gridmerge.gpkg", "without a column", change_layer("grids", lambda t: t.drop(columns="area_m2"))),
        ("gridmerge.gpkg", "without codes", change_layer("faces", lambda t: t.drop(columns="grid_code"))),
        ("gridmerge.gpkg", "with codes as numbers", change_layer("grids", lambda t: t.assign(grid_code=np.arange(len(t))))),
        ("gridmerge.gpkg", "with a gap in a code", set_value("grids", 0, "grid_code", None)),
        ("gridmerge.gpkg", "with a gap in a figure", set_value("grids", 0, "households", None)),
        ("gridmerge.gpkg", "with a face without a shape", change_shape("faces", 0, lambda _: None)),
        ("gridmerge.gpkg", "with a point for a grid", change_shape("grids", 0, lambda g: g.centroid)),
        ("gridmerge.gpkg", "with a table that is no layer", run_sql("DROP TABLE memberships")),
        ("crosswalk.csv", "cut short", cut_short("crosswalk.csv", 0.53)),
        ("crosswalk.csv", "emptied", replace_file("crosswalk.csv", b"")),
        ("crosswalk.csv", "without a column", drop_column("crosswalk.csv", "share_of_grid")),
        ("crosswalk.csv", "with words for an area", set_cell("crosswalk.csv", 1, "area_m2", "much")),
        ("crosswalk.csv", "in another encoding", replace_file("crosswalk.csv", "网格,图层".encode("gbk"))),
        ("assignments.csv", "without a column", drop_column("assignments.csv", "load")),
        ("assignments.csv", "with words for a load", set_cell("assignments.csv", 1, "load", "heavy")),
        ("members.csv", "without a column", drop_column("members.csv", "grids")),
        ("members.csv", "with no number", set_cell("members.csv", 1, "load", "nan")),
        ("findings.csv", "without a column", drop_column("findings.csv", "kind")),
        ("findings.csv", "with words for a measure", set_cell("findings.csv", 1, "measure", "much")),
        ("report.json", "cut short", cut_short("report.json")),
        ("report.json", "a list", replace_file("report.json", b"[]")),
        ("report.json", "without a project", lambda out: rewrite_json(out / "report.json", lambda d: d.pop("project"))),
        ("report.json", "without inputs", lambda out: rewrite_json(out / "report.json", lambda d: d.pop("inputs"))),
        ("report.json", "with counts as text", set_report("counts", "grids", value="many")),
        ("report.json", "without work", lambda out: rewrite_json(out / "report.json", lambda d: d.pop("work"))),
        ("report.json", "with an unknown language", set_report("project", "language", value="fr")),
        ("plan.xlsx", "cut short", cut_short("plan.xlsx")),
        ("plan.xlsx", "no archive", replace_file("plan.xlsx", b"PK\x03\x04")),
        ("plan.xlsx", "a page", replace_file("plan.xlsx", b"<html></html>")),
        ("plan.xlsx", "with a sheet that is no XML", lambda out: rewrite_part(out / "plan.xlsx", "xl/worksheets/sheet2.xml", lambda _: b"<<")),
        ("locate.json", "cut short", cut_short("locate.json")),
        ("locate.idx", "emptied", replace_file("locate.idx", b"")),
        ("locate.wkb", "cut short", cut_short("locate.wkb")),
        ("manifest.json", "cut short", cut_short("manifest.json")),
        ("manifest.json", "a list", replace_file("manifest.json", b"[]")),
        ("manifest.json", "without files", lambda out: rewrite_json(out / MANIFEST_FILE, lambda m: m.pop("files"))),
        *((name, "gone", remove(name)) for name in ("map.html", "standins.csv", "locate.idx", "claims.csv", "manifest.json", "findings.csv")),
    )
)  # fmt: skip


def _rounded(rings: list[list[list[float]]]) -> None:
    for point in rings[0]:
        point[:] = [round(value, 3) for value in point]


def _entry(manifest: dict, path: str) -> dict:
    return next(one for one in manifest["files"] if one["path"] == path)


EVERY = (*TABLE, *SEALED, *MALFORMED)
assert len({one.name for one in EVERY}) == len(EVERY) >= 120
