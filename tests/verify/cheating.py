"""What somebody would do to a finished build who wants to cheat a department, a member or a meeting: as in `alterations`."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely

from gridmerge.products.manifest import MANIFEST_FILE
from tests.verify.changes import (
    Alteration,
    add_row,
    append_text,
    change_geojson,
    change_layer,
    change_manifest,
    change_rows,
    replace_file,
    replace_in_workbook,
    replace_text,
    run_sql,
    set_cell,
    set_person,
    set_property,
    set_report,
)
from tests.verify.tamper import rewrite_csv, rewrite_json, rewrite_layer, rewrite_part


def _swapped_cells(
    file: str, column: str, one: int = 1, other: int = -1
) -> Callable[[Path], object]:
    """Two rows change what they say in one column."""

    def swap(rows: list[list[str]]) -> None:
        at = rows[0].index(column)
        rows[one][at], rows[other][at] = rows[other][at], rows[one][at]
        assert rows[one][at] != rows[other][at]

    return lambda out: rewrite_csv(out / file, swap)


def _departments_swapped(out: Path) -> None:
    """The rows of two departments change names, shares and areas kept, and stand in their canonical order."""
    other = {"fire": "police", "police": "fire"}

    def swap(rows: list[list[str]]) -> None:
        rows[1:] = sorted([other[row[0]], *row[1:]] for row in rows[1:])

    rewrite_csv(out / "crosswalk.csv", swap)


def _names_swapped_everywhere(out: Path) -> None:
    """Two grids change names in the package and in grids.geojson alike."""

    def swap(table: pd.DataFrame) -> pd.DataFrame:
        names = table["grid_name"].to_numpy(dtype=object).copy()
        names[[0, 1]] = names[[1, 0]]
        return table.assign(grid_name=names)

    def swap_told(data: dict) -> None:
        one, other = (data["features"][at]["properties"] for at in (0, 1))
        one["grid_name"], other["grid_name"] = other["grid_name"], one["grid_name"]

    rewrite_layer(out, "grids", swap)
    rewrite_json(out / "grids.geojson", swap_told)


def _finding_left_out_everywhere(out: Path) -> None:
    """A finding is gone from the table, the package and the counts."""
    removed: list[list[str]] = []
    rewrite_csv(out / "findings.csv", lambda rows: removed.append(rows.pop(1)))
    rewrite_layer(out, "findings", lambda table: table.iloc[1:])
    severity = {"error": "errors", "warning": "warnings", "note": "notes"}[removed[0][0]]

    def count(data: dict) -> None:
        data["counts"]["findings"] -= 1
        data["counts"][severity] = data["counts"].get(severity, 1) - 1

    rewrite_json(out / "report.json", count)


def _lighter_everywhere(out: Path) -> None:
    """A member's load is halved in the assignments and the members alike."""

    def halve(column: str) -> Callable[[list[list[str]]], None]:
        def change(rows: list[list[str]]) -> None:
            at = rows[0].index(column)
            who = rows[0].index("member_id")
            for row in rows[1:]:
                if row[who] == "M1" and row[at]:
                    row[at] = f"{float(row[at]) / 2:.4f}"

        return change

    for file, column in (
        ("assignments.csv", "load"),
        ("members.csv", "load"),
        ("members.csv", "load_per_capacity"),
    ):
        rewrite_csv(out / file, halve(column))


def _sheet_dropped(out: Path) -> None:
    """The last sheet of the workbook is no longer listed."""

    def drop(text: bytes) -> bytes:
        start = text.rindex(b"<sheet ")
        return text[:start] + text[text.index(b"/>", start) + 2 :]

    rewrite_part(out / "plan.xlsx", "xl/workbook.xml", drop)


def _formula(out: Path) -> None:
    def compute(text: bytes) -> bytes:
        start = text.index(b"<v>", text.index(b"<row ", text.index(b"</row>")))
        return text[:start] + b"<f>1+1</f>" + text[start:]

    rewrite_part(out / "plan.xlsx", "xl/worksheets/sheet2.xml", compute)


def _hidden_sheet(out: Path) -> None:
    rewrite_part(
        out / "plan.xlsx",
        "xl/workbook.xml",
        lambda text: text.replace(b"<sheet ", b'<sheet state="hidden" ', 1),
    )


def _part_more(out: Path) -> None:
    with zipfile.ZipFile(out / "plan.xlsx", "a") as archive:
        archive.writestr("xl/comments1.xml", "<comments/>")


def _rewritten(out: Path, rename: dict[str, str], crs: str | None = None) -> None:
    """The package again, with layers of other names or in another CRS."""
    file = out / "gridmerge.gpkg"
    tables = {
        layer: pyogrio.read_dataframe(file, layer=layer) for layer, _ in pyogrio.list_layers(file)
    }
    file.unlink()
    for layer, table in tables.items():
        placed = table.to_crs(crs) if crs and "geometry" in table.columns else table
        pyogrio.write_dataframe(placed, file, layer=rename.get(layer, layer), driver="GPKG")


def _declared(out: Path) -> None:
    """The numbers stay, and the zone they are said to lie in is another."""
    file = out / "gridmerge.gpkg"
    tables = {
        layer: pyogrio.read_dataframe(file, layer=layer) for layer, _ in pyogrio.list_layers(file)
    }
    file.unlink()
    for layer, table in tables.items():
        other = table.set_crs(4545, allow_override=True) if "geometry" in table.columns else table
        pyogrio.write_dataframe(other, file, layer=layer, driver="GPKG")


def _feature_more(name: str) -> Callable[[Path], object]:
    return change_layer(name, lambda table: pd.concat([table, table.iloc[[0]]], ignore_index=True))


def _ring_reversed(table: pd.DataFrame) -> pd.DataFrame:
    shapes = table.geometry.to_numpy().copy()
    shapes[0] = shapely.reverse(shapes[0])
    return table.set_geometry(shapes)


def _five_decimals(out: Path) -> None:
    def short(value: object) -> object:
        return [short(one) for one in value] if isinstance(value, list) else round(value, 5)

    def change(data: dict) -> None:
        for feature in data["features"]:
            feature["geometry"]["coordinates"] = short(feature["geometry"]["coordinates"])

    rewrite_json(out / "grids.geojson", change)


def _bytes(file: str, old: bytes, new: bytes) -> Callable[[Path], object]:
    def change(out: Path) -> None:
        content = (out / file).read_bytes()
        assert old in content, file
        (out / file).write_bytes(content.replace(old, new))

    return change


def _all_gone(out: Path) -> None:
    rewrite_json(out / MANIFEST_FILE, lambda manifest: manifest.update(files=[], inputs=[]))


def _other_machine_and_title(out: Path) -> None:
    """The map says something else, and the manifest that another machine made it."""
    replace_text("about.txt", "青山镇", "红山镇")(out)
    rewrite_json(out / MANIFEST_FILE, lambda manifest: manifest["made_with"].update(geos="3.9.9"))


def _nulls(out: Path) -> None:
    (out / "members.csv").write_bytes((out / "members.csv").read_bytes() + b"\0\0\0")


CHEATS: tuple[Alteration, ...] = tuple(
    Alteration(name=name, alter=alter, names=names)
    for name, alter, names in (
        ("two departments' rows swapped", _departments_swapped, "fire|police"),
        ("two rows' areas swapped", _swapped_cells("crosswalk.csv", "area_m2"), "crosswalk"),
        ("two grids' names swapped in the package", change_layer("grids", lambda t: t.assign(grid_name=np.roll(t["grid_name"], 1))), "grid_name"),
        ("two grids' names swapped everywhere", _names_swapped_everywhere, "is not what the inputs give"),
        ("a finding made an error everywhere", lambda out: [set_cell("findings.csv", 1, "severity", "error")(out), change_layer("findings", lambda t: t.assign(severity="error"))(out)], "findings"),
        ("a finding left out everywhere", _finding_left_out_everywhere, "find"),
        ("a retired code used again", set_report("grids", "codes", "retired", value={"510311104201001": []}), "retired"),
        ("a member's capacity", set_cell("members.csv", 1, "capacity", "2.0"), "members.csv|loads"),
        ("a member's load halved everywhere", _lighter_everywhere, "load"),
        ("a member's phone given to another", _swapped_cells("members.csv", "name", 1, 2), "members.csv"),
        ("a vote that nobody cast", add_row("meeting.csv", "vote", "", "", "", "", "yes"), "meeting.csv"),
        ("the duties of two grids swapped", _swapped_cells("assignments.csv", "grid_code"), "grids.geojson|assignments"),
        ("another title of the map", replace_text("map.html", "<title>", "<title>x"), "map.html"),
        ("a script in the report", replace_text("report.html", "</body>", "<script>1</script></body>"), "report.html"),
        ("a shapefile of nobody's", lambda out: [(out / f"grids.{end}").write_bytes(b"x") for end in ("shp", "dbf", "shx")], "grids.dbf"),
        ("a table without its BOM", _bytes("crosswalk.csv", b"\xef\xbb\xbf", b""), "crosswalk.csv"),
        ("a table with other line ends", _bytes("members.csv", b"\r\n", b"\n"), "members.csv"),
        ("a table with a BOM twice", lambda out: (out / "gaps.csv").write_bytes(b"\xef\xbb\xbf" + (out / "gaps.csv").read_bytes()), "gaps.csv"),
        ("a table with other separators", _bytes("members.csv", b",", b";"), "members.csv"),
        ("a column renamed", change_rows("assignments.csv", lambda rows: rows[0].__setitem__(0, "grid")), "assignments.csv"),
        ("a column more", change_rows("crosswalk.csv", lambda rows: [row.append("1") for row in rows]), "crosswalk.csv"),
        ("a column twice", change_rows("members.csv", lambda rows: [row.append(row[0]) for row in rows]), "members.csv"),
        ("an assignment twice", change_rows("assignments.csv", lambda rows: rows.append(rows[-1])), "assignments|twice|load"),
        ("a share that is no number", set_cell("crosswalk.csv", 1, "share_of_grid", "nan"), "crosswalk.csv"),
        ("a share that is empty", set_cell("crosswalk.csv", 1, "share_of_grid", ""), "crosswalk.csv|shares"),
        ("an area without end", set_cell("crosswalk.csv", 1, "area_m2", "inf"), "crosswalk.csv"),
        ("zeros at the end of a table", _nulls, "members.csv"),
        ("members in another order", change_rows("members.csv", lambda rows: rows.insert(1, rows.pop(2))), "members"),
        ("another language", set_report("project", "language", value="zh"), "settings|plan.xlsx"),
        ("another language of a page", replace_text("report.html", 'lang="', 'lang="x-'), "report.html"),
        ("a sheet of the workbook left out", _sheet_dropped, "plan.xlsx"),
        ("a sheet of the workbook hidden", _hidden_sheet, "plan.xlsx"),
        ("a formula in the workbook", _formula, "plan.xlsx"),
        ("a remark in the workbook", _part_more, "plan.xlsx"),
        ("two departments swapped in the workbook", replace_in_workbook("Fire and rescue", "Fire & rescue"), "plan.xlsx"),
        ("a layer of the package renamed", lambda out: _rewritten(out, {"layer_fire": "layer_fires"}), "layer_fire"),
        ("the package in another CRS", lambda out: _rewritten(out, {}, "EPSG:4490"), "not in CGCS2000"),
        ("the package said to lie elsewhere", _declared, "not in CGCS2000"),
        ("a grid more in the package", _feature_more("grids"), "grids"),
        ("a face more in the package", _feature_more("faces"), "faces"),
        ("a department's feature twice", _feature_more("layer_fire"), "fire"),
        ("a ring turned round in the package", change_layer("grids", _ring_reversed), "layer grids"),
        ("a trigger in the package", run_sql("CREATE TRIGGER t AFTER INSERT ON findings BEGIN DELETE FROM findings; END"), "gridmerge.gpkg"),
        ("a view in the package", run_sql("CREATE VIEW w AS SELECT 1"), "gridmerge.gpkg"),
        ("a description in the package", run_sql("UPDATE gpkg_contents SET description = 'x'"), "(layer gpkg_contents)"),
        ("coordinates of five decimals", _five_decimals, "grids.geojson"),
        ("a polygon made multi", change_geojson(lambda d: d["features"][0]["geometry"].update(type="MultiPolygon", coordinates=[d["features"][0]["geometry"]["coordinates"]])), "grids.geojson"),
        ("an id of a feature", change_geojson(lambda d: d["features"][0].update(id="x")), "grids.geojson"),
        ("a bounding box", change_geojson(lambda d: d.update(bbox=[0, 0, 1, 1])), "grids.geojson"),
        ("a figure written otherwise", _bytes("grids.geojson", b'":1', b'": 1'), "grids.geojson"),
        ("a leader who is none", set_person(duty="deputy"), "grids.geojson"),
        ("an area that is true", set_property(0, area_m2=True), "grids.geojson"),
        ("figures without end", _bytes("grids.geojson", b'"households":', b'"households":1e999,"x":'), "grids.geojson"),
        ("a key twice in the report", _bytes("report.json", b'"version":', b'"version": "9", "version":'), "report.json"),
        ("the version in the manifest", change_manifest(lambda m: m.update(gridmerge="9.9")), "manifest.json"),
        ("the manifest emptied", _all_gone, "manifest.json lacks"),
        ("a manifest with nothing in it", replace_file(MANIFEST_FILE, b"{}"), "manifest.json"),
        ("a manifest of null", replace_file(MANIFEST_FILE, json.dumps(None).encode()), "manifest.json"),
        ("a path out of the folder in the manifest", change_manifest(lambda m: m["files"].append({"path": "../gridmerge.toml", "sha256": "0" * 64, "size": 1})), "not in the output folder"),
        ("an absolute path in the manifest", change_manifest(lambda m: m["files"].append({"path": "/etc/hostname", "sha256": "0" * 64, "size": 1})), "not in the output folder"),
        ("a blank at the end of the imprint", append_text("about.txt", " "), "about.txt"),
        ("words after the report", append_text("report.json", "x"), "report.json"),
        ("another machine, another title", _other_machine_and_title, "about.txt"),
    )
)  # fmt: skip
