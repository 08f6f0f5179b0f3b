"""What copying, saving again and hostile files do to a finished build: as in `alterations`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gridmerge.products.manifest import MANIFEST_FILE
from tests.verify.changes import (
    Alteration,
    append_text,
    change_geojson,
    change_manifest,
    remove,
    replace_file,
    run_sql,
    set_report,
    take_of_another_build,
)
from tests.verify.tamper import rewrite_json, rewrite_part

_DEEP = b"[" * 100_000
_LONG = b"1" * 5_000
_PAGES = {"map.html", "report.html", "plan.xlsx", "about.txt"}


def _bytes(file: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """Change the bytes of a file; that they are others is made sure of."""

    def do(out: Path) -> None:
        before = (out / file).read_bytes()
        after = change(before)
        assert after != before, file
        (out / file).write_bytes(after)

    return do


def _with_bom(content: bytes) -> bytes:
    return b"\xef\xbb\xbf" + content


def _in_utf16(content: bytes) -> bytes:
    return content.decode("utf-8-sig").encode("utf-16")


def _indented(content: bytes) -> bytes:
    return json.dumps(json.loads(content), ensure_ascii=False, indent=2).encode("utf-8")


def _in_ascii(content: bytes) -> bytes:
    return json.dumps(json.loads(content)).encode("ascii")


def _sorted_keys(content: bytes) -> bytes:
    return json.dumps(json.loads(content), ensure_ascii=False, sort_keys=True).encode("utf-8")


def _quoted(content: bytes) -> bytes:
    """Every cell in quotation marks, as some programs save a table."""
    lines = content.decode("utf-8-sig").splitlines()
    cells = (",".join(f'"{cell}"' for cell in line.split(",")) for line in lines)
    return ("\ufeff" + "\r\n".join(cells) + "\r\n").encode("utf-8")


def _all_but_the_pages(out: Path) -> None:
    """The data of another build under the pages of this one."""
    for file in sorted((out.parent / "other").iterdir()):
        if file.name not in _PAGES and file.is_file():
            shutil.copy(file, out / file.name)


def _whole_of_another_build(out: Path) -> None:
    for file in sorted((out.parent / "other").iterdir()):
        shutil.copy(file, out / file.name)


def _folder(name: str) -> Callable[[Path], object]:
    def do(out: Path) -> None:
        (out / name).unlink()
        (out / name).mkdir()

    return do


def _link(name: str, target: str) -> Callable[[Path], object]:
    """A file of OUT becomes a link: to a copy of itself that lies elsewhere, or to nothing."""

    def do(out: Path) -> None:
        place = out / target
        if name != target and "/" in target:
            shutil.copy(out / name, place)
        (out / name).unlink()
        (out / name).symlink_to(place)

    return do


def _entry(**values: object) -> Callable[[Path], object]:
    """The manifest says something else of its first file."""
    return change_manifest(lambda manifest: manifest["files"][0].update(values))


def _twice(manifest: dict[str, Any]) -> None:
    manifest["files"].append(dict(manifest["files"][0]))


def _no_options(manifest: dict[str, Any]) -> None:
    told = next(one for one in manifest["files"] if one["path"] == "map.html")
    told["options"] = {"audience": 5}


def _key_twice(content: bytes) -> bytes:
    return content.replace(b'"files":', b'"files": [], "files":', 1)


def _reversed_properties(data: dict[str, Any]) -> None:
    for feature in data["features"]:
        feature["properties"] = dict(reversed(feature["properties"].items()))


def _renumbered(data: dict[str, Any]) -> None:
    """Whole figures become figures with a point: 3 is 3.0."""
    for feature in data["features"]:
        feature["properties"]["households"] = float(f"{feature['properties']['households']:.1f}")


def _zipped_again(out: Path) -> None:
    def change(text: bytes) -> bytes:
        return text.replace(b"<dc:creator>", b"<dc:creator>x", 1)

    rewrite_part(out / "plan.xlsx", "docProps/core.xml", change)


def _narrow_column(out: Path) -> None:
    def change(text: bytes) -> bytes:
        return text.replace(b"<col ", b'<col hidden="1" ', 1)

    rewrite_part(out / "plan.xlsx", "xl/worksheets/sheet2.xml", change)


def _string_beyond(out: Path) -> None:
    """A cell points beyond the list of texts."""

    def change(text: bytes) -> bytes:
        start = text.index(b't="s"><v>') + 9
        return text[:start] + b"99999" + text[text.index(b"</v>", start) :]

    rewrite_part(out / "plan.xlsx", "xl/worksheets/sheet2.xml", change)


_REPLACED = (
    "grids.geojson",
    "gridmerge.gpkg",
    "crosswalk.csv",
    "assignments.csv",
    "report.json",
    "about.txt",
)
_EMPTIED = (
    "gridmerge.gpkg",
    "assignments.csv",
    "members.csv",
    "report.json",
    "plan.xlsx",
    "map.html",
    "locate.json",
)
_FOLDERS = (
    "grids.geojson",
    "gridmerge.gpkg",
    "crosswalk.csv",
    "report.json",
    "plan.xlsx",
    "locate.dat",
    MANIFEST_FILE,
)
_JSON = ("grids.geojson", "report.json", "locate.json", MANIFEST_FILE)

SWAPS: tuple[Alteration, ...] = tuple(
    Alteration(name=name, alter=alter, names=names)
    for name, alter, names in (
        # of another build
        *((f"{file} of another build", take_of_another_build(file), "|".join((file, "fire", "households", "grids"))) for file in _REPLACED),
        ("the data of another build under these pages", _all_but_the_pages, "map.html"),
        # other kinds of file under the name
        *((f"{file} a file of no bytes", replace_file(file, b""), file) for file in _EMPTIED),
        *((f"{file} a folder", _folder(file), file) for file in _FOLDERS),
        ("a link to nothing", _link("crosswalk.csv", "nowhere"), "crosswalk.csv"),
        ("a link to itself", _link("members.csv", "members.csv"), "members.csv"),
        ("a link to a copy outside", _link("crosswalk.csv", "../crosswalk.csv"), "not in the output folder"),
        # saved again
        ("grids.geojson with a BOM", _bytes("grids.geojson", _with_bom), "grids.geojson"),
        ("grids.geojson in UTF-16", _bytes("grids.geojson", _in_utf16), "grids.geojson"),
        ("grids.geojson indented", _bytes("grids.geojson", _indented), "grids.geojson"),
        ("grids.geojson in ASCII", _bytes("grids.geojson", _in_ascii), "grids.geojson"),
        ("grids.geojson with sorted keys", _bytes("grids.geojson", _sorted_keys), "grids.geojson"),
        ("grids.geojson with properties turned round", change_geojson(_reversed_properties), "grids.geojson"),
        ("grids.geojson with a point in whole figures", change_geojson(_renumbered), "grids.geojson"),
        ("grids.geojson without its last line end", _bytes("grids.geojson", lambda content: content.rstrip(b"\n")), "grids.geojson"),
        ("report.json with a BOM", _bytes("report.json", _with_bom), "report.json"),
        ("report.json in UTF-16", _bytes("report.json", _in_utf16), "report.json"),
        ("locate.json with a BOM", _bytes("locate.json", _with_bom), "locate.json"),
        ("crosswalk.csv in UTF-16", _bytes("crosswalk.csv", _in_utf16), "crosswalk.csv"),
        ("crosswalk.csv with every cell quoted", _bytes("crosswalk.csv", _quoted), "crosswalk.csv"),
        ("members.csv with a blank line", append_text("members.csv", "\r\n"), "members.csv"),
        ("members.csv with a cell of a megabyte", append_text("members.csv", "x" * 1_000_000), "members.csv"),
        ("members.csv with an open quotation", append_text("members.csv", '"'), "members.csv"),
        ("findings.csv with a zero byte", _bytes("findings.csv", lambda content: content.replace(b"note", b"no\0te", 1)), "findings.csv"),
        # JSON that parsers trip over
        *((f"{file} nested without end", replace_file(file, _DEEP), file) for file in _JSON),
        *((f"{file} a figure of 5,000 digits", _bytes(file, lambda content: content.replace(b"{", b'{"x":' + _LONG + b",", 1)), file) for file in _JSON[:3]),
        ("grids.geojson half a letter", _bytes("grids.geojson", lambda content: content.replace(b'"grid_name":"', b'"grid_name":"\\ud800', 1)), "grid_name|grids.geojson"),
        ("grids.geojson no number", _bytes("grids.geojson", lambda content: content.replace(b'"households":', b'"households":NaN,"x":', 1)), "grids.geojson"),
        ("report.json half a letter", _bytes("report.json", lambda content: content.replace(b'"name": "', b'"name": "\\ud800', 1)), "report.json"),
        # figures and places in report.json
        ("another project file", set_report("project", "path", value="../other.toml"), "other.toml"),
        ("a folder for the project file", set_report("project", "path", value=".."), "project file"),
        ("no path of the project file", set_report("project", "path", value=""), "project file"),
        ("a project file with a zero byte", set_report("project", "path", value="a\0b"), "project file|report.json"),
        ("a day that is none", set_report("project", "date", value="soon"), "report.json|about.txt|project.date"),
        ("no language", set_report("project", "language", value=None), "report.json"),
        ("an input with a zero byte", set_report("inputs", 0, "path", value="a\0b"), "input"),
        ("an input without a digest", set_report("inputs", 0, "sha256", value=None), "report.json"),
        ("layers of the report", set_report("counts", "layers", value=9), "counts"),
        ("the gap of the plan", set_report("grids", "objective", value=0.125), "grids.objective"),
        ("no grids in the report", set_report("grids", value=None), "grids"),
        ("no members in the report", set_report("members", value=None), "members"),
        ("a number for the version", set_report("version", value=1), "report.json|version"),
        # the package, below its layers
        ("the package without a spatial index", run_sql("DELETE FROM rtree_grids_geom"), "gridmerge.gpkg"),
        ("the package with other bounds", run_sql("UPDATE gpkg_contents SET min_x = 0 WHERE table_name = 'grids'"), "gridmerge.gpkg"),
        ("the package with another definition of its CRS", run_sql("UPDATE gpkg_spatial_ref_sys SET definition = 'undefined' WHERE organization_coordsys_id = 4544"), "gridmerge.gpkg"),
        ("a table of its own kind in the package", run_sql("CREATE TABLE gpkg_more (x TEXT)"), "gridmerge.gpkg"),
        ("a column more in the package", run_sql("ALTER TABLE faces ADD COLUMN more TEXT"), "faces"),
        ("a style in the package", run_sql("CREATE TABLE layer_styles (f_table_name TEXT, styleQML TEXT)"), "layer_styles"),
        # the workbook, below its cells
        ("the author of the workbook", _zipped_again, "plan.xlsx"),
        ("a hidden column in the workbook", _narrow_column, "plan.xlsx"),
        ("a text beyond the last in the workbook", _string_beyond, "plan.xlsx"),
        # the manifest
        ("manifest.json with a key twice", _bytes(MANIFEST_FILE, _key_twice), MANIFEST_FILE),
        ("manifest.json with a file twice", change_manifest(_twice), MANIFEST_FILE),
        ("manifest.json with a BOM", _bytes(MANIFEST_FILE, _with_bom), MANIFEST_FILE),
        ("manifest.json with a size as text", _entry(size="much"), MANIFEST_FILE),
        ("manifest.json without a digest", _entry(sha256=None), MANIFEST_FILE),
        ("manifest.json with files as a table", change_manifest(lambda m: m.update(files={})), MANIFEST_FILE),
        ("manifest.json with a path of a folder", _entry(path="."), "is missing|not in the output folder"),
        ("manifest.json with no path", _entry(path=""), "not in the output folder"),
        ("manifest.json with a zero byte in a path", _entry(path="a\0b"), "no path of a file"),
        ("manifest.json with a path without end", _entry(path="x" * 10_000), "no path of a file"),
        ("manifest.json with options of the map that are none", change_manifest(_no_options), "map.html"),
        ("manifest.json of no machine", change_manifest(lambda m: m.update(made_with=[])), MANIFEST_FILE),
        ("manifest.json with an input outside", change_manifest(lambda m: m["inputs"].append({**m["inputs"][0], "path": "../../x"})), "x"),
        ("manifest.json of no bytes", replace_file(MANIFEST_FILE, b""), MANIFEST_FILE),
        ("manifest.json gone with a table", lambda out: [remove(MANIFEST_FILE)(out), remove("duties.csv")(out)], MANIFEST_FILE),
    )
)  # fmt: skip

# What is said otherwise and means the same: nobody is told of it.
NO_DIFFERENCE: dict[str, Callable[[Path], object]] = {
    "report.json indented": _bytes("report.json", _indented),
    "report.json in ASCII": _bytes("report.json", _in_ascii),
    "report.json with sorted keys": _bytes("report.json", _sorted_keys),
    "the seconds of a stage": lambda out: rewrite_json(
        out / "report.json", lambda data: data["seconds"].update(load=9.0)
    ),
    "the package packed again": run_sql("REINDEX"),
    "the manifest with sorted keys": _bytes(MANIFEST_FILE, _sorted_keys),
}
